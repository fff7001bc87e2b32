//! `GET /healthz`: whether the service is alive; `GET /readyz`: whether requests should be sent to it.

use std::sync::atomic::Ordering;

use axum::{extract::State, http::StatusCode};

use super::AppState;

/// `ok`: the process answers.
pub(super) async fn healthz() -> &'static str {
    "ok\n"
}

/// `ok`, or 503 when the store cannot be read or the service is about to end.
pub(super) async fn readyz(State(state): State<AppState>) -> (StatusCode, &'static str) {
    if state.is_stopping.load(Ordering::Relaxed) {
        return (StatusCode::SERVICE_UNAVAILABLE, "stopping\n");
    }
    match tokio::task::spawn_blocking(move || state.store.oxigraph().is_empty()).await {
        Ok(Ok(_)) => (StatusCode::OK, "ok\n"),
        _ => (StatusCode::SERVICE_UNAVAILABLE, "the store cannot be read\n"),
    }
}
