//! Pages for people: the front page and a form for queries.

use axum::{
    extract::State,
    http::HeaderMap,
    response::{Html, IntoResponse as _, Response},
};

use super::{AppState, error::HttpError};
use crate::store::Stats;

/// Counts of the store, made again only after it was written to.
pub(super) async fn stats(state: &AppState) -> Result<Stats, HttpError> {
    let version = state.store.version();
    let known = state.stats.lock().ok().and_then(|known| known.clone());
    if let Some((at, stats)) = known
        && at == version
    {
        return Ok(stats);
    }
    let shared = state.clone();
    let stats = tokio::task::spawn_blocking(move || shared.store.stats()).await??;
    if let Ok(mut known) = state.stats.lock() {
        *known = Some((version, stats.clone()));
    }
    Ok(stats)
}

/// The front page.
pub(super) async fn home(State(state): State<AppState>, headers: HeaderMap) -> Response {
    query_page(&state, &headers)
}

/// A form for queries.
pub(super) fn query_page(_state: &AppState, _headers: &HeaderMap) -> Response {
    Html("<!doctype html><title>yutu</title>").into_response()
}
