//! `/api`: the store for people and programs that do not speak SPARQL. Each address is described beside its handler, and the OpenAPI
//! document is made of that and of the types that are answered with.
//!
//! `search`; `entities` with their claims and timeline; `articles`; `subgraph`; named `queries`; `take`: texts read, articles taken; `page`: a
//! page to try it. `list` writes lists as JSON or CSV.

mod articles;
mod entities;
mod list;
mod page;
mod queries;
mod search;
mod subgraph;
mod take;

use axum::{Json, extract::State, http::HeaderMap, response::Response};
use serde::Serialize;
use serde_json::Value;
use utoipa::{
    Modify, OpenApi,
    openapi::{self as document, ContentBuilder, Ref, RefOr, ResponseBuilder},
};

pub(super) use self::{
    articles::{article, articles},
    entities::{claims, entities, entity, timeline},
    page::{file, try_it},
    queries::{named_query, queries},
    search::search,
    subgraph::subgraph,
    take::{extract, ingest},
};
use super::{
    AppState,
    auth::{self, Role},
    error::HttpError,
    evaluate, pages,
    tell::{PROBLEM, Problem},
};
use crate::{
    model::Predicate,
    store::{Stats, YutuStore},
};

/// What is found where nothing is said of how much.
const LIMIT: usize = 50;
/// What is given at most at once.
const MAX_LIMIT: usize = 10_000;

/// The document.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Yutu 舆图",
        description = "区域发展知识图谱。A knowledge atlas of regional development: entities, articles and facts, each with the passage that states it."
    ),
    paths(
        search::search,
        entities::entities,
        entities::entity,
        articles::articles,
        articles::article,
        entities::claims,
        entities::timeline,
        subgraph::subgraph,
        queries::queries,
        queries::named_query,
        stats,
        take::extract,
        take::ingest
    ),
    components(schemas(take::Posted, take::PostedArticle, take::Received, Problem)),
    modifiers(&Problems)
)]
struct Document;

/// Every address may answer with a problem; all of them are alike.
struct Problems;

impl Modify for Problems {
    fn modify(&self, openapi: &mut document::OpenApi) {
        let content = || ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
        for item in openapi.paths.paths.values_mut() {
            for operation in [&mut item.get, &mut item.post].into_iter().flatten() {
                for (status, answer) in &mut operation.responses.responses {
                    if let (true, RefOr::T(answer)) = (status.starts_with('4'), answer) {
                        answer.content.insert(PROBLEM.to_owned(), RefOr::T(content()));
                    }
                }
                for (status, what) in [
                    ("4XX", "请求有误，或不被允许。The request is wrong, or not allowed"),
                    ("5XX", "名额、时间或内存不足，或服务出错。No room, time or memory, or the service failed"),
                ] {
                    let answer = ResponseBuilder::new().description(what).content(PROBLEM, content()).build();
                    operation.responses.responses.insert(status.to_owned(), RefOr::T(answer));
                }
            }
        }
    }
}

/// `/api/v1/openapi.json`.
pub(super) async fn openapi() -> Json<Value> {
    Json(serde_json::to_value(Document::openapi()).unwrap_or_default())
}

/// Counts of the store
#[utoipa::path(get, path = "/api/v1/stats", responses((status = 200, description = "counts", body = Stats)))]
pub(super) async fn stats(State(state): State<AppState>, headers: HeaderMap) -> Result<Response, HttpError> {
    auth::allow(&state, &headers, Role::Read)?;
    as_json(&state, &pages::stats(&state).await?)
}

/// Runs a look-up on a thread that may block, in a place like a query's.
async fn look_up<T: Send + 'static>(
    state: &AppState,
    headers: &HeaderMap,
    work: impl FnOnce(&YutuStore) -> Result<T, HttpError> + Send + 'static,
) -> Result<T, HttpError> {
    auth::allow(state, headers, Role::Read)?;
    let place = evaluate::place(state).await?;
    let store = std::sync::Arc::clone(&state.store);
    tokio::task::spawn_blocking(move || {
        let _place = place;
        work(&store)
    })
    .await?
}

fn as_json(state: &AppState, value: &impl Serialize) -> Result<Response, HttpError> {
    let bytes = serde_json::to_vec(value).map_err(|error| HttpError::Internal(error.to_string()))?;
    Ok(evaluate::whole("application/json", bytes.into(), None, state))
}

/// The entity that a client means: an address, or a name, by which the one of most articles is taken.
fn meant(store: &YutuStore, name: &str) -> Result<String, HttpError> {
    let found = store.find_entities(name, None)?;
    let first = found.into_iter().next();
    first.map(|found| found.entity.iri).ok_or_else(|| {
        HttpError::not_found(format!("没有名为 `{name}` 的实体"), format!("no entity is called `{name}`"))
    })
}

fn predicates(names: &str) -> Result<Vec<Predicate>, HttpError> {
    let names = names.split(',').map(str::trim).filter(|name| !name.is_empty());
    names.map(|name| Ok(name.parse::<Predicate>()?)).collect()
}
