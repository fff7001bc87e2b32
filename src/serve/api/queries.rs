//! The named queries as plain addresses.

use std::collections::BTreeMap;

use axum::{
    extract::{Path, RawQuery, State},
    http::HeaderMap,
    response::Response,
};
use serde::Serialize;
use utoipa::ToSchema;

use super::{as_json, look_up};
use crate::{
    query::{self, Bilingual, Catalog, Parameter, Target},
    serve::{
        AppState,
        auth::{self, Role},
        error::HttpError,
        evaluate::{self, Question},
        form,
    },
};

/// A named query.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct QueryRow<'a> {
    name: &'a str,
    title: &'a Bilingual,
    /// What it answers
    about: &'a Bilingual,
    parameters: &'a [Parameter],
}

/// Rows as the W3C's SPARQL 1.1 Query Results JSON Format has them. Written by Oxigraph; this describes it.
#[derive(ToSchema)]
#[expect(dead_code, reason = "a description only")]
pub(super) struct Solutions {
    head: Head,
    results: Rows,
}

#[derive(ToSchema)]
#[expect(dead_code, reason = "a description only")]
struct Head {
    /// The variables, in the order of the columns
    vars: Vec<String>,
}

#[derive(ToSchema)]
#[expect(dead_code, reason = "a description only")]
struct Rows {
    /// By variable; what has no value is missing
    bindings: Vec<BTreeMap<String, BoundTerm>>,
}

#[derive(ToSchema)]
#[expect(dead_code, reason = "a description only")]
struct BoundTerm {
    /// uri, literal, bnode or triple
    r#type: String,
    value: String,
    datatype: Option<String>,
    #[schema(rename = "xml:lang")]
    lang: Option<String>,
}

/// The named queries with their parameters
#[utoipa::path(get, path = "/api/v1/queries", responses((status = 200, description = "names, titles, parameters, examples", body = [QueryRow])))]
pub(in crate::serve) async fn queries(
    State(state): State<AppState>,
    headers: HeaderMap,
) -> Result<Response, HttpError> {
    auth::allow(&state, &headers, Role::Read)?;
    let catalog = Catalog::builtin().map_err(|error| HttpError::Internal(error.to_string()))?;
    let all: Vec<QueryRow<'_>> = (catalog.queries().iter())
        .map(|query| QueryRow {
            name: &query.name,
            title: &query.title,
            about: &query.about,
            parameters: &query.parameters,
        })
        .collect();
    as_json(&state, &all)
}

/// The rows of a named query; its parameters are those that /api/v1/queries lists
#[utoipa::path(get, path = "/api/v1/queries/{name}", params(("name" = String, Path, description = "e.g. parks-in-region?region=武清区")), responses((status = 200, description = "SPARQL results: JSON, XML, CSV, TSV", body = Solutions, content_type = "application/sparql-results+json"), (status = 404, description = "no such query")))]
pub(in crate::serve) async fn named_query(
    State(state): State<AppState>,
    Path(name): Path<String>,
    RawQuery(raw): RawQuery,
    headers: HeaderMap,
) -> Result<Response, HttpError> {
    let given = form::pairs(raw.unwrap_or_default().as_bytes())?;
    let timeout = state.config.limits.timeout;
    let sparql = look_up(&state, &headers, move |store| {
        let catalog = Catalog::builtin().map_err(|error| HttpError::Internal(error.to_string()))?;
        let query = catalog.find(&name);
        let query = query.ok_or_else(|| {
            let similar = catalog.similar(&name).join(", ");
            HttpError::not_found(
                format!("没有名为 `{name}` 的查询；相近的有：{similar}"),
                format!("no query is called `{name}`; similar: {similar}"),
            )
        })?;
        query::check_given(&query.parameters, &given)?;
        let prepared = query::prepare(&query.text, &query.parameters, &given, Target::Store(store), Some(timeout))?;
        Ok(query::prefixes::complete(&prepared.sparql, store.base().as_str())?)
    })
    .await?;
    evaluate::answer(&state, Question { sparql, ..Question::default() }, &headers, true).await
}
