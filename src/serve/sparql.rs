//! `/sparql`: queries and updates by the SPARQL 1.1 Protocol; without a query, what the service is.

use axum::{
    body::Body,
    extract::{RawQuery, State},
    http::{HeaderMap, Method, Request, StatusCode},
    response::{IntoResponse as _, Response},
};

use super::{
    AppState,
    auth::{self, Role},
    complexity, describe,
    error::HttpError,
    evaluate::{self, Question},
    form,
    negotiate::{FORM, POSTED, SPARQL_QUERY, SPARQL_UPDATE},
    services,
    stream::CancelOnDrop,
};
use crate::store::{LoadDocument, UpdateSettings};

/// The protocol's parameters.
#[derive(Debug, Default)]
struct Parameters {
    query: Option<String>,
    update: Option<String>,
    default_graphs: Vec<String>,
    named_graphs: Vec<String>,
    using_graphs: Vec<String>,
    using_named_graphs: Vec<String>,
}

impl Parameters {
    fn add(&mut self, form: &[u8]) -> Result<(), HttpError> {
        for (name, value) in form::pairs(form)? {
            match name.as_str() {
                "query" => once(&mut self.query, "query", value)?,
                "update" => once(&mut self.update, "update", value)?,
                "default-graph-uri" => self.default_graphs.push(value),
                "named-graph-uri" => self.named_graphs.push(value),
                "using-graph-uri" => self.using_graphs.push(value),
                "using-named-graph-uri" => self.using_named_graphs.push(value),
                _ => {}
            }
        }
        Ok(())
    }

    fn question(self, sparql: String, base_iri: String) -> Question {
        Question {
            sparql,
            default_graphs: self.default_graphs,
            named_graphs: self.named_graphs,
            base_iri: Some(base_iri),
        }
    }
}

fn once(place: &mut Option<String>, name: &str, value: String) -> Result<(), HttpError> {
    match place.replace(value) {
        None => Ok(()),
        Some(_) => Err(HttpError::bad_request(format!("`{name}` 给出了两次"), format!("`{name}` is given twice"))),
    }
}

/// `GET` and `HEAD`: a query in the address; without one, the service's description.
pub(super) async fn get(
    State(state): State<AppState>,
    RawQuery(query): RawQuery,
    method: Method,
    headers: HeaderMap,
) -> Response {
    let answer = async {
        auth::allow(&state, &headers, Role::Read)?;
        let mut parameters = Parameters::default();
        parameters.add(query.unwrap_or_default().as_bytes())?;
        if parameters.update.is_some() {
            return Err(HttpError::bad_request("更新语句须用 POST 发送", "an update has to be sent by POST"));
        }
        match parameters.query.take() {
            Some(sparql) => {
                let question = parameters.question(sparql, describe::endpoint(&state, &headers));
                evaluate::answer(&state, question, &headers, true).await
            }
            None if parameters.default_graphs.is_empty() && parameters.named_graphs.is_empty() => {
                describe::service(&state, &headers)
            }
            None => Err(HttpError::bad_request("缺少参数 `query`", "the parameter `query` is missing")),
        }
    };
    let mut response = answer.await.unwrap_or_else(HttpError::into_response);
    if method == Method::HEAD {
        *response.body_mut() = Body::empty();
    }
    response
}

/// A query or an update in the body, as a form or as it is.
pub(super) async fn post(State(state): State<AppState>, RawQuery(query): RawQuery, request: Request<Body>) -> Response {
    let (parts, body) = request.into_parts();
    let headers = parts.headers;
    let answer = async {
        let media_type = form::media_type(&headers);
        let limits = &state.config.limits;
        let mut parameters = Parameters::default();
        parameters.add(query.unwrap_or_default().as_bytes())?;
        match media_type.as_str() {
            FORM => {
                if parameters.query.is_some() || parameters.update.is_some() {
                    return Err(HttpError::bad_request("查询应放在正文中", "the query belongs into the body"));
                }
                let is_writer = auth::allow(&state, &headers, Role::Admin).is_ok();
                let limit = if is_writer { limits.upload_bytes } else { limits.body_bytes };
                parameters.add(&form::body_bytes(body, limit).await?)?;
            }
            SPARQL_QUERY => {
                let text = form::text(form::body_bytes(body, limits.body_bytes).await?)?;
                once(&mut parameters.query, "query", text)?;
            }
            SPARQL_UPDATE => {
                auth::allow(&state, &headers, Role::Admin)?;
                let text = form::text(form::body_bytes(body, limits.upload_bytes).await?)?;
                once(&mut parameters.update, "update", text)?;
            }
            _ => return Err(HttpError::UnsupportedMediaType(POSTED)),
        }
        match (parameters.query.take(), parameters.update.take()) {
            (Some(sparql), None) => {
                auth::allow(&state, &headers, Role::Read)?;
                let question = parameters.question(sparql, describe::endpoint(&state, &headers));
                evaluate::answer(&state, question, &headers, false).await
            }
            (None, Some(sparql)) => {
                auth::allow(&state, &headers, Role::Admin)?;
                update(&state, sparql, parameters, describe::endpoint(&state, &headers)).await
            }
            (Some(_), Some(_)) => {
                Err(HttpError::bad_request("`query` 和 `update` 只能给出一个", "either `query` or `update`, not both"))
            }
            (None, None) => Err(HttpError::bad_request(
                "缺少参数 `query` 或 `update`",
                "the parameter `query` or `update` is missing",
            )),
        }
    };
    answer.await.unwrap_or_else(HttpError::into_response)
}

/// Does an update; when the client goes away before its end, nothing is written.
async fn update(
    state: &AppState,
    sparql: String,
    parameters: Parameters,
    base_iri: String,
) -> Result<Response, HttpError> {
    complexity::check_update(&sparql)?;
    let place = evaluate::place(state).await?;
    let limit = state.config.limits.timeout;
    let token = state.token();
    let guard = CancelOnDrop(token.clone());
    let shared = state.clone();
    let (has_timed_out, watched) = (std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false)), token.clone());
    let flag = std::sync::Arc::clone(&has_timed_out);
    let alarm = tokio::spawn(async move {
        tokio::time::sleep(limit).await;
        flag.store(true, std::sync::atomic::Ordering::Relaxed);
        watched.cancel();
    });
    let work = move || {
        let _place = place;
        let federation = shared.federation.clone();
        let load = |address: &oxigraph::model::NamedNode| match &federation {
            Some(federation) => federation.load(address),
            None => Err("LOAD is not allowed here; the operator may allow hosts by --allow-host".to_owned()),
        };
        let settings = UpdateSettings {
            base_iri: Some(base_iri),
            using_graphs: parameters.using_graphs,
            using_named_graphs: parameters.using_named_graphs,
            cancellation: Some(token.clone()),
            extension: Some(services::extension(&shared)),
            load: Some(&load as LoadDocument<'_>),
        };
        let done = shared.store.update(&sparql, &settings);
        shared.changed();
        done.map_err(|error| match HttpError::of_memory(&token, &shared.config.limits) {
            Some(of_memory) => of_memory,
            None if has_timed_out.load(std::sync::atomic::Ordering::Relaxed) => HttpError::TimedOut(limit),
            None => error.into(),
        })
    };
    let done = tokio::task::spawn_blocking(work).await;
    alarm.abort();
    drop(guard);
    done??;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// `/update`: the same, for clients that have an address each.
pub(super) async fn post_update(state: State<AppState>, query: RawQuery, request: Request<Body>) -> Response {
    post(state, query, request).await
}
