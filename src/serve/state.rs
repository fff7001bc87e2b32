//! What the service is told when it starts, and what its handlers share.

use std::{
    collections::BTreeSet,
    path::PathBuf,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize},
    },
    time::{Duration, Instant},
};

use oxigraph::sparql::CancellationToken;
use tokio::sync::Semaphore;

use super::{auth::Tokens, cache::Cache, federation::Federation, metrics::Metrics};
use crate::{
    pipeline::Extractor,
    search::SearchIndex,
    store::{Stats, YutuStore},
};

/// What the service allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// A query is stopped after this time.
    pub timeout: Duration,
    /// Bytes of a request's body where it holds a query.
    pub body_bytes: usize,
    /// Bytes of a request's body where it holds data: graphs, articles, updates.
    pub upload_bytes: usize,
    /// Queries that are evaluated at the same time.
    pub queries: usize,
    /// Queries that may wait for a place; more are turned away at once.
    pub waiting: usize,
    /// How long a query waits for a place.
    pub wait: Duration,
    /// Bytes of a result.
    pub result_bytes: usize,
    /// Bytes that one query may hold in memory, about.
    pub query_memory_bytes: usize,
    /// Bytes that all queries together may hold, about.
    pub memory_bytes: usize,
    /// Open connections.
    pub connections: usize,
}

impl Limits {
    /// What one query may hold: no more than all may.
    pub(super) fn of_one_query(&self) -> usize {
        self.query_memory_bytes.min(self.memory_bytes)
    }
}

impl Default for Limits {
    /// 30 s; 1 MiB queries, 64 MiB data; as many queries as processors, 64 waiting up to 10 s; 256 MiB results; 512 MiB memory a query,
    /// 2 GiB for all; 1024 connections.
    fn default() -> Self {
        let queries = std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get);
        Self {
            timeout: Duration::from_secs(30),
            body_bytes: 1 << 20,
            upload_bytes: 64 << 20,
            queries,
            waiting: 64,
            wait: Duration::from_secs(10),
            result_bytes: 256 << 20,
            query_memory_bytes: 512 << 20,
            memory_bytes: 2 << 30,
            connections: 1024,
        }
    }
}

/// How the service is to be.
#[derive(Clone, Default)]
pub struct Config {
    /// What is allowed.
    pub limits: Limits,
    /// Pages of any origin may ask.
    pub cors: bool,
    /// It is asked by TLS.
    pub is_tls: bool,
    /// The address under which the service is known, e.g. `https://data.example.cn/`; else the request's `Host`.
    pub public_url: Option<String>,
    /// Who may write.
    pub tokens: Tokens,
    /// Reading needs a token too.
    pub is_private: bool,
    /// Hosts that `SERVICE` and `LOAD` may ask, as `name` or `name:port`.
    pub allowed_hosts: BTreeSet<String>,
    /// Bytes of results that are kept for repeated queries; 0 keeps none.
    pub cache_bytes: usize,
    /// Queries that take longer are logged.
    pub slow: Option<Duration>,
    /// Log each request.
    pub access_log: bool,
    /// Reads articles that come in over HTTP; without it they cannot.
    pub extractor: Option<Arc<Extractor>>,
    /// The full-text index; without it there is no search.
    pub search: Option<Arc<SearchIndex>>,
    /// Where backups go; without it there are none over HTTP.
    pub backup_folder: Option<PathBuf>,
}

impl std::fmt::Debug for Config {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Config")
            .field("limits", &self.limits)
            .field("public_url", &self.public_url)
            .finish_non_exhaustive()
    }
}

/// What all handlers share.
#[derive(Clone)]
pub struct AppState(Arc<Shared>);

/// The parts of [`AppState`].
pub struct Shared {
    pub(super) store: Arc<YutuStore>,
    pub(super) config: Config,
    /// Places for queries.
    pub(super) running: Arc<Semaphore>,
    pub(super) waiting: AtomicUsize,
    /// What all queries hold; the tokens of queries are within it.
    pub(super) memory: CancellationToken,
    pub(super) cache: Cache,
    pub(super) metrics: Metrics,
    pub(super) federation: Option<Arc<Federation>>,
    /// Tells this run of the service from others, in entity tags.
    pub(super) run: u64,
    pub(super) started: Instant,
    /// Counts of the store, and the version that they were made at.
    pub(super) stats: Mutex<Option<(u64, Stats)>>,
    /// A thread brings the search index up to the store.
    pub(super) is_indexing: AtomicBool,
    /// The store was written to since that thread looked last.
    pub(super) is_behind: AtomicBool,
    /// The service is about to end: not ready any more.
    pub(super) is_stopping: AtomicBool,
}

impl std::ops::Deref for AppState {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

impl std::fmt::Debug for AppState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AppState").field("store", &self.store).field("config", &self.config).finish_non_exhaustive()
    }
}

impl AppState {
    /// A service of this store.
    pub fn new(store: YutuStore, config: Config) -> Self {
        let run = getrandom::u64().unwrap_or_else(|_| u64::from(std::process::id()));
        let federation = Federation::new(&config.allowed_hosts, config.limits.timeout).map(Arc::new);
        Self(Arc::new(Shared {
            store: Arc::new(store),
            running: Arc::new(Semaphore::new(config.limits.queries.max(1))),
            waiting: AtomicUsize::new(0),
            memory: CancellationToken::with_memory_limit(config.limits.memory_bytes),
            cache: Cache::new(config.cache_bytes),
            metrics: Metrics::new(),
            federation,
            run,
            started: Instant::now(),
            stats: Mutex::new(None),
            is_indexing: AtomicBool::new(false),
            is_behind: AtomicBool::new(false),
            is_stopping: AtomicBool::new(false),
            config,
        }))
    }

    /// Begins to bring the search index up to the store, in the background.
    pub fn start_search(&self) {
        if self.config.search.is_some() {
            self.store.watch_changes();
            super::search::follow(self);
        }
    }

    /// To be called after a write: old answers are given up, the index is brought up to date.
    pub(super) fn changed(&self) {
        self.cache.clear();
        super::search::follow(self);
    }

    /// The token of a query or update: it may hold so much itself, and no more than is left of what all may hold.
    pub(super) fn token(&self) -> CancellationToken {
        self.memory.within(self.config.limits.of_one_query())
    }

    /// The service is to end soon: `/readyz` says so, that no new requests are sent here.
    pub fn stop(&self) {
        self.is_stopping.store(true, std::sync::atomic::Ordering::Relaxed);
    }
}
