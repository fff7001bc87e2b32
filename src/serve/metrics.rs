//! Counts and durations for Prometheus: `GET /metrics`.

use std::{sync::atomic::Ordering, time::Duration};

use axum::{
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{
        counter::Counter,
        family::Family,
        gauge::Gauge,
        histogram::{Histogram, exponential_buckets},
    },
    registry::{Registry, Unit},
};

use super::{AppState, error::HttpError};

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Request {
    /// The route's pattern, not the address, so that there are few.
    pub(super) route: String,
    pub(super) method: String,
    pub(super) status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Route {
    pub(super) route: String,
}

/// All that is counted.
pub(super) struct Metrics {
    registry: Registry,
    pub(super) requests: Family<Request, Counter>,
    pub(super) request_seconds: Family<Route, Histogram, fn() -> Histogram>,
    evaluation_seconds: Histogram,
    pub(super) running: Gauge,
    waiting: Gauge,
    pub(super) cancelled: Counter,
    pub(super) timed_out: Counter,
    pub(super) out_of_memory: Counter,
    pub(super) turned_away: Counter,
    pub(super) cache_hits: Counter,
    pub(super) cache_misses: Counter,
    cache_bytes: Gauge,
    cache_entries: Gauge,
    pub(super) connections: Gauge,
    store_version: Gauge,
    query_bytes: Gauge,
    resident_bytes: Gauge,
    uptime_seconds: Gauge,
}

fn durations() -> Histogram {
    Histogram::new(exponential_buckets(0.0005, 2.5, 13))
}

impl Metrics {
    pub(super) fn new() -> Self {
        let mut registry = Registry::with_prefix("yutu");
        let metrics = Self {
            requests: Family::default(),
            request_seconds: Family::new_with_constructor(durations),
            evaluation_seconds: durations(),
            running: Gauge::default(),
            waiting: Gauge::default(),
            cancelled: Counter::default(),
            timed_out: Counter::default(),
            out_of_memory: Counter::default(),
            turned_away: Counter::default(),
            cache_hits: Counter::default(),
            cache_misses: Counter::default(),
            cache_bytes: Gauge::default(),
            cache_entries: Gauge::default(),
            connections: Gauge::default(),
            store_version: Gauge::default(),
            query_bytes: Gauge::default(),
            resident_bytes: Gauge::default(),
            uptime_seconds: Gauge::default(),
            registry: Registry::default(),
        };
        let r = &mut registry;
        r.register("requests", "Requests answered", metrics.requests.clone());
        let (name, help) = ("request", "Time to the head of the response");
        r.register_with_unit(name, help, Unit::Seconds, metrics.request_seconds.clone());
        let (name, help) = ("query_evaluation", "Time that evaluations of queries took");
        r.register_with_unit(name, help, Unit::Seconds, metrics.evaluation_seconds.clone());
        r.register("queries_running", "Queries being evaluated", metrics.running.clone());
        r.register("queries_waiting", "Queries waiting for a place", metrics.waiting.clone());
        r.register("queries_cancelled", "Evaluations ended before their end", metrics.cancelled.clone());
        r.register("queries_timed_out", "Queries stopped at the end of their time", metrics.timed_out.clone());
        r.register("queries_out_of_memory", "Queries stopped for their memory", metrics.out_of_memory.clone());
        r.register("queries_turned_away", "Queries answered 503 for want of a place", metrics.turned_away.clone());
        r.register("cache_hits", "Results taken from the cache", metrics.cache_hits.clone());
        r.register("cache_misses", "Results not found in the cache", metrics.cache_misses.clone());
        r.register_with_unit("cache_size", "Results in the cache", Unit::Bytes, metrics.cache_bytes.clone());
        r.register("cache_entries", "Results in the cache", metrics.cache_entries.clone());
        r.register("connections", "Open connections", metrics.connections.clone());
        r.register("store_version", "Writes since the start", metrics.store_version.clone());
        let (name, help) = ("query_memory", "Memory that running queries hold, as counted for the limits");
        r.register_with_unit(name, help, Unit::Bytes, metrics.query_bytes.clone());
        let (name, help) = ("resident_memory", "Memory of the process");
        r.register_with_unit(name, help, Unit::Bytes, metrics.resident_bytes.clone());
        r.register_with_unit("uptime", "Time since the start", Unit::Seconds, metrics.uptime_seconds.clone());
        Self { registry, ..metrics }
    }

    /// Counts a running evaluation until the guard is dropped.
    pub(super) fn running(&self) -> Running {
        self.running.inc();
        Running(self.running.clone())
    }

    /// Notes how long an evaluation took.
    pub(super) fn evaluated(&self, took: Duration, is_cancelled: bool) {
        self.evaluation_seconds.observe(took.as_secs_f64());
        if is_cancelled {
            self.cancelled.inc();
        }
    }

    fn text(&self, state: &AppState) -> Result<String, std::fmt::Error> {
        let (bytes, entries) = state.cache.size();
        self.cache_bytes.set(bytes as i64);
        self.cache_entries.set(entries as i64);
        self.waiting.set(state.waiting.load(Ordering::Relaxed) as i64);
        self.store_version.set(state.store.version() as i64);
        self.uptime_seconds.set(state.started.elapsed().as_secs() as i64);
        self.query_bytes.set(state.memory.memory_held() as i64);
        self.resident_bytes.set(resident_bytes().unwrap_or(0));
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }
}

/// Lowers the count of running evaluations when dropped.
pub(super) struct Running(Gauge);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.dec();
    }
}

/// Memory of this process, where the system tells it.
fn resident_bytes() -> Option<i64> {
    let pages = std::fs::read_to_string("/proc/self/statm").ok()?;
    pages.split(' ').nth(1)?.parse::<i64>().ok().map(|pages| pages * 4096)
}

/// The counts as OpenMetrics text.
pub(super) async fn get(State(state): State<AppState>) -> Response {
    match state.metrics.text(&state) {
        Ok(text) => ([(header::CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")], text)
            .into_response(),
        Err(error) => HttpError::Internal(error.to_string()).into_response(),
    }
}
