//! A query from its text to the stream of its result, within the limits.
//!
//! The place that a query took is free again when its evaluation has really stopped.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Instant,
};

use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::Response,
};
use oxigraph::sparql::{CancellationToken, QueryResults, results::QueryResultsSerializer};
use tokio::sync::OwnedSemaphorePermit;

use super::{
    AppState,
    cache::Key,
    complexity,
    error::HttpError,
    graph_store::is_writable,
    negotiate::{self, GRAPH_TYPES, SOLUTION_TYPES},
    stream::{self, Buffer, Sink, Stop, impossible},
};
use crate::{
    rdf::{self, SortedPrefixes},
    store::QuerySettings,
};

/// Characters of a query that go to the log.
const MAX_LOGGED: usize = 2000;

/// A query and the graphs that the protocol gives it.
#[derive(Debug, Clone, Default)]
pub(super) struct Question {
    pub(super) sparql: String,
    pub(super) default_graphs: Vec<String>,
    pub(super) named_graphs: Vec<String>,
    pub(super) base_iri: Option<String>,
}

/// A place for a query, or "busy".
pub(super) async fn place(state: &AppState) -> Result<OwnedSemaphorePermit, HttpError> {
    let running = Arc::clone(&state.running);
    if let Ok(place) = Arc::clone(&running).try_acquire_owned() {
        return Ok(place);
    }
    let limits = &state.config.limits;
    let waiting = Waiting::new(state);
    if waiting.before >= limits.waiting {
        state.metrics.turned_away.inc();
        return Err(HttpError::Busy(limits.wait.as_secs().max(1)));
    }
    match tokio::time::timeout(limits.wait, running.acquire_owned()).await {
        Ok(Ok(place)) => Ok(place),
        Ok(Err(error)) => Err(HttpError::Internal(error.to_string())),
        Err(_) => {
            state.metrics.turned_away.inc();
            Err(HttpError::Busy(limits.wait.as_secs().max(1)))
        }
    }
}

struct Waiting<'a> {
    state: &'a AppState,
    before: usize,
}

impl<'a> Waiting<'a> {
    fn new(state: &'a AppState) -> Self {
        Self { state, before: state.waiting.fetch_add(1, Ordering::Relaxed) }
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.state.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Answers a query, from the cache if it can.
pub(super) async fn answer(
    state: &AppState,
    question: Question,
    headers: &HeaderMap,
    is_safe: bool,
) -> Result<Response, HttpError> {
    complexity::check(&question.sparql)?;
    let key = Key::of(&question, headers, state.store.version());
    let tag = key.map(|key| key.entity_tag(state.run));
    if let Some(tag) = tag.as_ref().filter(|_| is_safe)
        && matches_tag(headers, tag)
    {
        return Ok(not_modified(tag, state));
    }
    if let Some(cached) = key.and_then(|key| state.cache.get(&key, &state.metrics)) {
        return Ok(whole(cached.media_type, cached.bytes.clone(), tag.as_deref(), state));
    }
    let place = place(state).await?;
    let work = Work { state: state.clone(), question, headers: headers.clone(), _place: place };
    stream::run(state, key, tag.as_deref(), move |sink, token| work.run(sink, token)).await
}

/// Whether the client holds what the tag stands for.
pub(super) fn matches_tag(headers: &HeaderMap, tag: &str) -> bool {
    let values = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|known| {
        let known = known.trim();
        known == "*" || known == tag || known.trim_start_matches("W/") == tag.trim_start_matches("W/")
    })
}

/// 304 with the headers that a 200 would have.
pub(super) fn not_modified(tag: &str, state: &AppState) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NOT_MODIFIED;
    set_validators(response.headers_mut(), Some(tag), state);
    response
}

/// Entity tag, variants, and that caches ask again each time.
pub(super) fn set_validators(headers: &mut HeaderMap, tag: Option<&str>, state: &AppState) {
    headers.insert(header::VARY, HeaderValue::from_static("accept, accept-encoding"));
    let control = match (tag.is_some(), state.config.is_private) {
        (true, false) => "no-cache",
        (true, true) => "private, no-cache",
        (false, _) => "no-store",
    };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(control));
    if let Some(tag) = tag.and_then(|tag| HeaderValue::from_str(tag).ok()) {
        headers.insert(header::ETAG, tag);
    }
}

/// A response of known length.
pub(super) fn whole(media_type: &'static str, bytes: Bytes, tag: Option<&str>, state: &AppState) -> Response {
    response(media_type, Body::from(bytes), tag, state)
}

/// A response of a kind.
pub(super) fn response(media_type: &'static str, body: Body, tag: Option<&str>, state: &AppState) -> Response {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    let value = HeaderValue::from_str(&format!("{media_type}; charset=utf-8"));
    headers.insert(header::CONTENT_TYPE, value.unwrap_or(HeaderValue::from_static("application/octet-stream")));
    set_validators(headers, tag, state);
    response
}

/// An evaluation, to be run on a thread that may block.
struct Work {
    state: AppState,
    question: Question,
    headers: HeaderMap,
    _place: OwnedSemaphorePermit,
}

impl Work {
    fn run(mut self, sink: &mut Sink, token: &CancellationToken) -> Result<(), Stop> {
        let _running = self.state.metrics.running();
        let started = Instant::now();
        let done = self.evaluate(sink, token);
        let took = started.elapsed();
        let is_cancelled = token.is_cancelled();
        if token.is_memory_exceeded() || token.is_shared_memory_exceeded() {
            self.state.metrics.out_of_memory.inc();
        }
        self.state.metrics.evaluated(took, is_cancelled);
        if self.state.config.slow.is_some_and(|slow| took >= slow) {
            let outcome = match &done {
                Ok(()) => "done",
                Err(_) if is_cancelled => "cancelled",
                Err(_) => "failed",
            };
            tracing::warn!(
                seconds = took.as_secs_f64(),
                outcome,
                query = self.question.sparql.chars().take(MAX_LOGGED).collect::<String>(),
                "slow query"
            );
        }
        done
    }

    fn evaluate(&mut self, sink: &mut Sink, token: &CancellationToken) -> Result<(), Stop> {
        let settings = QuerySettings {
            base_iri: self.question.base_iri.take(),
            default_graphs: std::mem::take(&mut self.question.default_graphs),
            named_graphs: std::mem::take(&mut self.question.named_graphs),
            cancellation: Some(token.clone()),
            extension: Some(super::services::extension(&self.state)),
            ..QuerySettings::default()
        };
        let prepared = self.state.store.prepare(&self.question.sparql, &settings);
        let prepared = prepared.map_err(|error| Stop::Http(HttpError::Query(error)))?;
        let results = prepared.on_store(self.state.store.oxigraph()).execute()?;
        self.write(results, sink)
    }

    fn write(&self, results: QueryResults<'_>, sink: &mut Sink) -> Result<(), Stop> {
        let buffer = Buffer::default();
        match results {
            QueryResults::Boolean(value) => {
                let format = negotiate::solutions(&self.headers);
                let (format, name) = format.ok_or(Stop::Http(HttpError::NotAcceptable(SOLUTION_TYPES)))?;
                sink.begin(name)?;
                let serializer = QueryResultsSerializer::from_format(format);
                serializer.serialize_boolean_to_writer(buffer.clone(), value).map_err(impossible)?;
            }
            QueryResults::Solutions(solutions) => {
                let format = negotiate::solutions(&self.headers);
                let (format, name) = format.ok_or(Stop::Http(HttpError::NotAcceptable(SOLUTION_TYPES)))?;
                sink.begin(name)?;
                let serializer = QueryResultsSerializer::from_format(format);
                let variables = solutions.variables().to_vec();
                let writer = serializer.serialize_solutions_to_writer(buffer.clone(), variables);
                let mut writer = writer.map_err(impossible)?;
                for solution in solutions {
                    writer.serialize(&solution?).map_err(impossible)?;
                    sink.pass(&buffer, false)?;
                }
                writer.finish().map_err(impossible)?;
            }
            QueryResults::Graph(triples) => {
                let format = negotiate::graph(&self.headers);
                let (format, name) = format.ok_or(Stop::Http(HttpError::NotAcceptable(GRAPH_TYPES)))?;
                sink.begin(name)?;
                let mut writer = rdf::serializer(format, self.state.store.base().as_str(), buffer.clone());
                for triple in triples {
                    let triple = triple?;
                    // JSON-LD has no triple terms; rdf:subject, rdf:predicate and rdf:object of the claim say the same.
                    if is_writable(format, triple.object.as_ref()) {
                        writer.serialize_triple(&triple).map_err(impossible)?;
                    }
                    sink.pass(&buffer, false)?;
                }
                writer.finish().and_then(SortedPrefixes::into_inner).map_err(impossible)?;
            }
        }
        sink.pass(&buffer, true)
    }
}
