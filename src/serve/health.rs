//! `GET /healthz`: whether the service answers and can read its store.

use axum::{extract::State, http::StatusCode};

use super::AppState;

/// `ok`, or 503 when the store cannot be read.
pub(super) async fn get(State(state): State<AppState>) -> (StatusCode, &'static str) {
    let store = state.store;
    match tokio::task::spawn_blocking(move || store.oxigraph().is_empty()).await {
        Ok(Ok(_)) => (StatusCode::OK, "ok\n"),
        _ => (StatusCode::SERVICE_UNAVAILABLE, "the store cannot be read\n"),
    }
}
