//! The store over HTTP: SPARQL 1.1 Protocol and Graph Store Protocol, linked data, search, a REST interface.
//!
//! [`app`] is a router that needs no socket, so that it is tested without one. What a request passes, in this order: `layers` (id,
//! log, counts, security headers), compression, `tell` (errors in the client's language), its handler: `sparql`, `graph_store`, `describe` (service description,
//! VoID), `linked` and `pages` (linked data), `api` (REST) and `search`, `backup`, `health`, `metrics`. What they share: `state`, `auth`, `negotiate`, `error`;
//! `evaluate` runs a query within its limits, `stream` sends results as they come, `cache` keeps them. `listen` has the sockets.

mod api;
mod auth;
mod backup;
mod cache;
mod complexity;
mod describe;
mod error;
mod evaluate;
mod federation;
mod form;
mod graph_store;
mod health;
mod layers;
mod linked;
mod listen;
mod metrics;
mod negotiate;
mod pages;
mod search;
mod services;
mod sparql;
mod state;
mod stream;
mod tell;

use axum::{
    Router,
    http::{HeaderName, Method, header},
    middleware::{from_fn, from_fn_with_state},
    routing::{any, get, post},
};
use tower_http::{
    CompressionLevel,
    catch_panic::CatchPanicLayer,
    compression::CompressionLayer,
    cors::{Any, CorsLayer},
};

pub use auth::{Role, TokenError, Tokens, new_token};
pub use linked::{OWN_BEGINNINGS, own_beginning};
pub use listen::{Tls, TlsError, bind, serve};
pub use state::{AppState, Config, Limits, Shared};

/// The service as a router.
pub fn app(state: AppState) -> Router {
    let mut router = Router::new()
        .route("/", get(pages::home))
        .route("/sparql", get(sparql::get).post(sparql::post))
        .route("/sparql/", get(sparql::get).post(sparql::post))
        .route("/query", get(sparql::get).post(sparql::post))
        .route("/update", post(sparql::post_update))
        .route("/graphs", any(graph_store::any))
        .route("/graphs/{*path}", any(graph_store::any))
        .route("/.well-known/void", get(describe::get_void))
        .route("/id/{*path}", get(linked::id))
        .route("/data/{*path}", get(linked::data))
        .route("/page/{*path}", get(linked::page))
        .route("/ns", get(linked::ontology))
        .route("/api", get(api::try_it))
        .route("/api/search", get(api::search))
        .route("/api/v1/openapi.json", get(api::openapi))
        .route("/api/v1/entities", get(api::entities))
        .route("/api/v1/entity", get(api::entity))
        .route("/api/v1/articles", get(api::articles).post(api::ingest))
        .route("/api/v1/article", get(api::article))
        .route("/api/v1/claims", get(api::claims))
        .route("/api/v1/timeline", get(api::timeline))
        .route("/api/v1/subgraph", get(api::subgraph))
        .route("/api/v1/queries", get(api::queries))
        .route("/api/v1/queries/{name}", get(api::named_query))
        .route("/api/v1/stats", get(api::stats))
        .route("/api/v1/extract", post(api::extract))
        .route("/admin/backup", post(backup::post))
        .route("/static/{name}", get(api::file))
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .route("/metrics", get(metrics::get))
        .fallback(linked::under_base)
        .layer(CatchPanicLayer::custom(layers::panicked))
        .layer(from_fn(tell::layer))
        .layer(CompressionLayer::new().quality(CompressionLevel::Fastest));
    if state.config.cors {
        let headers = [header::ACCEPT, header::CONTENT_TYPE, header::AUTHORIZATION, header::IF_NONE_MATCH];
        let own = ["x-request-id", "x-error-code"].map(HeaderName::from_static);
        let exposed = [header::ETAG, header::RETRY_AFTER, header::CONTENT_LANGUAGE].into_iter().chain(own);
        let methods = [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::DELETE, Method::OPTIONS];
        let cors = CorsLayer::new().allow_origin(Any).allow_methods(methods).allow_headers(headers);
        router = router
            .layer(cors.expose_headers(exposed.collect::<Vec<_>>()).max_age(std::time::Duration::from_secs(3600)));
    }
    router
        .layer(from_fn(layers::options))
        .layer(from_fn(layers::secure))
        .layer(from_fn_with_state(state.clone(), layers::observe))
        .with_state(state)
}

#[cfg(test)]
mod tests;
