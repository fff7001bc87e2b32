//! `/api/search`: full-text search, for completion too.

use axum::{extract::State, http::HeaderMap, response::Response};
use serde::Deserialize;
use utoipa::IntoParams;

use super::list::listed;
use crate::{
    search::{self, Hit},
    serve::{
        AppState,
        auth::{self, Role},
        error::HttpError,
        form::Given,
        search as finding,
    },
};

/// Parameters of a search.
#[derive(Debug, Deserialize, IntoParams)]
pub(in crate::serve) struct SearchAsked {
    /// A name, its beginning, pinyin or initials: 武清, wuqing, wq; or words of texts
    q: String,
    /// Types of entities, e.g. Region,Park or 地区,园区
    r#type: Option<String>,
    /// entity, article or passage
    scope: Option<String>,
    /// At most so many
    limit: Option<usize>,
}

/// Find entities, articles or passages, best first
#[utoipa::path(get, path = "/api/search", params(SearchAsked), responses((status = 200, description = "hits; JSON or CSV", body = [Hit])))]
pub(in crate::serve) async fn search(
    State(state): State<AppState>,
    Given(asked): Given<SearchAsked>,
    headers: HeaderMap,
) -> Result<Response, HttpError> {
    auth::allow(&state, &headers, Role::Read)?;
    let query = search::Query {
        text: asked.q.chars().take(200).collect(),
        scope: asked.scope.as_deref().unwrap_or("entity").parse().map_err(|en: String| {
            let zh = "scope 只能是 entity、article 或 passage";
            HttpError::bad_request(zh, en)
        })?,
        types: finding::types(asked.r#type.as_deref().unwrap_or_default())?,
        limit: asked.limit.unwrap_or(10).min(1000),
    };
    let hits = finding::find(&state, query).await?;
    listed(&state, &headers, &hits, &["iri", "kind", "label", "matched", "types", "articles", "claims", "score"])
}
