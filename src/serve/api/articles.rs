//! Articles: a list, and all that one states.

use axum::{extract::State, http::HeaderMap, response::Response};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{LIMIT, MAX_LIMIT, as_json, list::listed, look_up};
use crate::{
    serve::{AppState, error::HttpError, form::Given},
    store::{ArticleFacts, ArticleRow},
};

/// Parameters of a list of articles.
#[derive(Debug, Deserialize, IntoParams)]
pub(in crate::serve) struct ArticlesAsked {
    /// An id, an address, the beginning of a SHA-256, or part of the headline; all where it is missing
    key: Option<String>,
    /// At most so many
    limit: Option<usize>,
    /// Without the first so many
    offset: Option<usize>,
}

/// Articles, newest first
#[utoipa::path(get, path = "/api/v1/articles", params(ArticlesAsked), responses((status = 200, description = "articles; JSON or CSV", body = [ArticleRow])))]
pub(in crate::serve) async fn articles(
    State(state): State<AppState>,
    Given(asked): Given<ArticlesAsked>,
    headers: HeaderMap,
) -> Result<Response, HttpError> {
    let rows = look_up(&state, &headers, move |store| match &asked.key {
        Some(key) => Ok(store.find_articles(key)?),
        None => Ok(store.articles()?),
    })
    .await?;
    let rows: Vec<_> =
        rows.into_iter().skip(asked.offset.unwrap_or(0)).take(asked.limit.unwrap_or(LIMIT).min(MAX_LIMIT)).collect();
    listed(
        &state,
        &headers,
        &rows,
        &["iri", "id", "title", "published", "source", "entities", "relations", "observations"],
    )
}

/// Which article.
#[derive(Debug, Deserialize, IntoParams)]
pub(in crate::serve) struct ArticleAsked {
    /// An id, an address, the beginning of a SHA-256, or part of the headline
    key: String,
}

/// All that an article states
#[utoipa::path(get, path = "/api/v1/article", params(ArticleAsked), responses((status = 200, description = "its entities, relations and figures", body = ArticleFacts), (status = 404, description = "no such article")))]
pub(in crate::serve) async fn article(
    State(state): State<AppState>,
    Given(asked): Given<ArticleAsked>,
    headers: HeaderMap,
) -> Result<Response, HttpError> {
    let facts = look_up(&state, &headers, move |store| {
        let row = store.find_articles(&asked.key)?.into_iter().next();
        let row = row.ok_or_else(|| {
            let key = &asked.key;
            HttpError::not_found(format!("没有以 `{key}` 为标识的文章"), format!("no article is known by `{key}`"))
        })?;
        Ok(store.article_facts(row)?)
    })
    .await?;
    as_json(&state, &facts)
}
