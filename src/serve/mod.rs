//! The store over HTTP: SPARQL 1.1 Protocol (query) with content negotiation.
//!
//! [`app`] is a router that needs no socket, so that it is tested without one; one handler a file (`sparql`, `health`).
//! Left to the fuller service, which has room here: streaming of large results, the graph store protocol, update, service
//! description, access control.

mod error;
mod health;
mod negotiate;
mod sparql;

use std::{io, sync::Arc, time::Duration};

use axum::{
    Router,
    extract::DefaultBodyLimit,
    http::{HeaderName, Method, header},
    routing::get,
};
use tokio::{
    net::{TcpListener, ToSocketAddrs},
    sync::Semaphore,
};
use tower_http::cors::{Any, CorsLayer};

use crate::store::YutuStore;

/// What the service allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// A query is stopped after this time.
    pub timeout: Duration,
    /// Bytes of a request's body.
    pub body_bytes: usize,
    /// Queries that are evaluated at the same time; others wait, as long as `timeout`.
    pub queries: usize,
    /// Bytes of a result.
    pub result_bytes: usize,
}

impl Default for Limits {
    /// 30 s, 1 MiB, as many queries as processors, 256 MiB.
    fn default() -> Self {
        let queries = std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get);
        Self { timeout: Duration::from_secs(30), body_bytes: 1 << 20, queries, result_bytes: 256 << 20 }
    }
}

/// What all handlers share.
#[derive(Debug, Clone)]
pub struct AppState {
    store: Arc<YutuStore>,
    limits: Limits,
    running: Arc<Semaphore>,
    cors: bool,
}

impl AppState {
    /// A service of this store.
    pub fn new(store: YutuStore, limits: Limits) -> Self {
        let running = Arc::new(Semaphore::new(limits.queries.max(1)));
        Self { store: Arc::new(store), limits, running, cors: false }
    }

    /// Allows pages of any origin to ask.
    #[must_use]
    pub fn with_cors(mut self, cors: bool) -> Self {
        self.cors = cors;
        self
    }
}

/// The service as a router.
pub fn app(state: AppState) -> Router {
    let body_limit = DefaultBodyLimit::max(state.limits.body_bytes);
    let cors = state.cors;
    let router = Router::new()
        .route("/sparql", get(sparql::get).post(sparql::post))
        .route("/healthz", get(health::get))
        .layer(body_limit)
        .with_state(state);
    if !cors {
        return router;
    }
    let headers: [HeaderName; 2] = [header::ACCEPT, header::CONTENT_TYPE];
    router.layer(CorsLayer::new().allow_origin(Any).allow_methods([Method::GET, Method::POST]).allow_headers(headers))
}

/// Takes the address: what fails here is told before anything is served.
///
/// # Errors
/// When the address is in use or not this machine's.
pub async fn bind(address: impl ToSocketAddrs) -> io::Result<TcpListener> {
    TcpListener::bind(address).await
}

/// Serves until `stop` is done, then ends the requests in hand.
///
/// # Errors
/// When the socket fails.
pub async fn serve(
    listener: TcpListener,
    state: AppState,
    stop: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    axum::serve(listener, app(state)).with_graceful_shutdown(stop).await
}

#[cfg(test)]
mod tests;
