//! What is done with every request: an id, a line in the log, counts; security headers; a panic becomes a 500.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Instant,
};

use axum::{
    extract::{MatchedPath, Request, State},
    http::{HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use tracing::Instrument as _;

use super::{
    AppState,
    error::HttpError,
    metrics::{Request as RequestLabels, Route},
};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Numbers requests within this run of the service.
static COUNTER: AtomicU64 = AtomicU64::new(0);

/// The id that a proxy before us gave, if it is a plain one, else a new one.
fn id_of(request: &Request, run: u64) -> String {
    let given = request.headers().get(REQUEST_ID).and_then(|value| value.to_str().ok());
    match given.filter(|id| {
        (1..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    }) {
        Some(id) => id.to_owned(),
        None => format!("{:08x}-{:x}", run as u32, COUNTER.fetch_add(1, Ordering::Relaxed)),
    }
}

/// Gives the request an id, counts it, and logs it.
pub(super) async fn observe(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let id = id_of(&request, state.run);
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let route = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str).to_owned();
    let peer = request.extensions().get::<std::net::SocketAddr>().map(ToString::to_string);
    let span = tracing::info_span!("request", id = %id);
    let mut response = next.run(request).instrument(span.clone()).await;
    let took = started.elapsed();
    let status = response.status();
    let labels = RequestLabels { route: route.clone(), method: method.to_string(), status: status.as_u16() };
    state.metrics.requests.get_or_create(&labels).inc();
    state.metrics.request_seconds.get_or_create(&Route { route }).observe(took.as_secs_f64());
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    if state.config.access_log {
        let _entered = span.enter();
        let peer = peer.unwrap_or_default();
        tracing::info!(%method, path, status = status.as_u16(), seconds = took.as_secs_f64(), peer, "answered");
    }
    response
}

/// Headers that keep browsers from guessing and from framing.
pub(super) async fn secure(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let mut set = |name: HeaderName, value: &'static str| {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    };
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::X_FRAME_OPTIONS, "DENY");
    set(header::REFERRER_POLICY, "no-referrer");
    set(
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    );
    set(HeaderName::from_static("cross-origin-resource-policy"), "cross-origin");
    response
}

/// Answers `OPTIONS` that is no question of a browser's about other origins: which methods there are.
pub(super) async fn options(request: Request, next: Next) -> Response {
    let is_preflight = request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    if request.method() != Method::OPTIONS || is_preflight {
        return next.run(request).await;
    }
    let path = request.uri().path();
    let allowed = if path == "/graphs" || path.starts_with("/graphs/") {
        "GET, HEAD, PUT, POST, DELETE, OPTIONS"
    } else if matches!(path, "/sparql" | "/sparql/" | "/query") {
        "GET, HEAD, POST, OPTIONS"
    } else if matches!(path, "/update" | "/api/v1/extract" | "/admin/backup") {
        "POST, OPTIONS"
    } else if path == "/api/v1/articles" {
        "GET, HEAD, POST, OPTIONS"
    } else {
        "GET, HEAD, OPTIONS"
    };
    let mut response = StatusCode::NO_CONTENT.into_response();
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(allowed));
    if allowed.contains("POST") && path.contains("sparql") {
        response.headers_mut().insert("accept-post", HeaderValue::from_static(super::negotiate::ACCEPT_POST));
    }
    response
}

/// What a client hears of a panic.
pub(super) fn panicked(cause: Box<dyn std::any::Any + Send + 'static>) -> Response {
    let cause = cause.downcast_ref::<String>().map(String::as_str).or_else(|| cause.downcast_ref::<&str>().copied());
    tracing::error!(cause = cause.unwrap_or("unknown"), "a handler panicked");
    HttpError::Internal("a handler panicked".to_owned()).into_response()
}
