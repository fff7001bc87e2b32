//! `GET` and `POST /sparql`: a query in, its result out, by the SPARQL 1.1 Protocol.

use std::{io, sync::Arc};

use axum::{
    body::{Body, Bytes},
    extract::{RawQuery, State},
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
};
use oxigraph::{
    io::RdfSerializer,
    model::TermRef,
    sparql::{
        CancellationToken, QueryEvaluationError, QueryResults,
        results::{QueryResultsFormat, QueryResultsSerializer},
    },
};
use tokio::sync::OwnedSemaphorePermit;

use super::{
    AppState,
    error::HttpError,
    negotiate::{self, FORM, GRAPH_TYPES, SOLUTION_TYPES, SPARQL_QUERY},
};
use crate::{
    rdf::vocab,
    store::{QueryError, QuerySettings, YutuStore},
};

/// A query in the address.
pub(super) async fn get(State(state): State<AppState>, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    let request = Request::from_form(query.unwrap_or_default().as_bytes());
    answer(state, request, headers).await
}

/// A query in the body, as a form or as it is.
pub(super) async fn post(
    State(state): State<AppState>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let media_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media_type = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let request = match media_type.as_str() {
        FORM => Request::from_form(&body),
        SPARQL_QUERY => Request::from_form(query.unwrap_or_default().as_bytes()).and_then(|request| {
            let text =
                std::str::from_utf8(&body).map_err(|_| HttpError::BadRequest("the query is not UTF-8".to_owned()));
            text.map(|text| Request { query: Some(text.to_owned()), ..request })
        }),
        _ => Err(HttpError::UnsupportedMediaType),
    };
    answer(state, request, headers).await
}

/// The protocol's parameters.
#[derive(Debug, Default)]
struct Request {
    query: Option<String>,
    default_graphs: Vec<String>,
    named_graphs: Vec<String>,
}

impl Request {
    fn from_form(form: &[u8]) -> Result<Self, HttpError> {
        let mut request = Self::default();
        for (name, value) in form_pairs(form)? {
            match name.as_str() {
                "query" if request.query.is_some() => {
                    return Err(HttpError::BadRequest("`query` is given twice".to_owned()));
                }
                "query" => request.query = Some(value),
                "default-graph-uri" => request.default_graphs.push(value),
                "named-graph-uri" => request.named_graphs.push(value),
                "update" => return Err(HttpError::BadRequest("this service only answers queries".to_owned())),
                _ => {}
            }
        }
        Ok(request)
    }
}

/// The pairs of a form, with `+` and `%xx` undone.
fn form_pairs(form: &[u8]) -> Result<Vec<(String, String)>, HttpError> {
    let decode = |part: &[u8]| {
        let mut bytes = Vec::with_capacity(part.len());
        let mut rest = part.iter();
        while let Some(byte) = rest.next() {
            match byte {
                b'+' => bytes.push(b' '),
                b'%' => {
                    let digit = |digit: Option<&u8>| digit.and_then(|digit| char::from(*digit).to_digit(16));
                    let (Some(high), Some(low)) = (digit(rest.next()), digit(rest.next())) else { return None };
                    bytes.push((high * 16 + low) as u8);
                }
                byte => bytes.push(*byte),
            }
        }
        String::from_utf8(bytes).ok()
    };
    (form.split(|byte| *byte == b'&'))
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let at = pair.iter().position(|byte| *byte == b'=').unwrap_or(pair.len());
            let value = pair.get(at + 1..).unwrap_or_default();
            decode(&pair[..at]).zip(decode(value))
        })
        .collect::<Option<Vec<_>>>()
        .ok_or_else(|| HttpError::BadRequest("the parameters are not percent-encoded UTF-8".to_owned()))
}

async fn answer(state: AppState, request: Result<Request, HttpError>, headers: HeaderMap) -> Response {
    let limits = state.limits.clone();
    match try_answer(state, request, headers).await {
        Ok((media_type, bytes)) => ([(header::CONTENT_TYPE, media_type)], Body::from(bytes)).into_response(),
        Err(error) => error.response(&limits),
    }
}

async fn try_answer(
    state: AppState,
    request: Result<Request, HttpError>,
    headers: HeaderMap,
) -> Result<(String, Vec<u8>), HttpError> {
    let request = request?;
    let Some(query) = request.query else {
        return Err(HttpError::BadRequest("the parameter `query` is missing".to_owned()));
    };
    let place = tokio::time::timeout(state.limits.timeout, Arc::clone(&state.running).acquire_owned()).await;
    let place = place.map_err(|_| HttpError::Busy)?.map_err(|error| HttpError::Internal(error.to_string()))?;
    let token = CancellationToken::new();
    let settings = QuerySettings {
        default_graphs: request.default_graphs,
        named_graphs: request.named_graphs,
        timeout: Some(state.limits.timeout),
        cancellation: Some(token.clone()),
        ..QuerySettings::default()
    };
    // When the client goes away this future is dropped, and the query with it.
    let guard = CancelOnDrop(token);
    let limit = state.limits.result_bytes;
    let work = move || evaluate(&state.store, &query, &settings, &headers, limit, place);
    let result = tokio::task::spawn_blocking(work).await.map_err(|error| HttpError::Internal(error.to_string()))?;
    drop(guard);
    result
}

struct CancelOnDrop(CancellationToken);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

fn evaluate(
    store: &YutuStore,
    query: &str,
    settings: &QuerySettings,
    headers: &HeaderMap,
    limit: usize,
    _place: OwnedSemaphorePermit,
) -> Result<(String, Vec<u8>), HttpError> {
    let mut failure = None;
    let written = store.query(query, settings, |results| {
        let (media_type, bytes) = match write(results, headers, limit) {
            Ok(written) => written,
            Err(WriteError::Evaluation(error)) => return Err(error),
            Err(WriteError::Http(error)) => {
                failure = Some(error);
                return Ok(None);
            }
        };
        Ok(Some((format!("{media_type}; charset=utf-8"), bytes)))
    });
    match (written, failure) {
        (_, Some(error)) => Err(error),
        (Ok(Some(written)), None) => Ok(written),
        (Ok(None), None) => Err(HttpError::Internal("no result and no error".to_owned())),
        (Err(QueryError::Evaluation { source: QueryEvaluationError::Cancelled }), None) => Err(HttpError::Busy),
        (Err(error), None) => Err(HttpError::Query(error)),
    }
}

enum WriteError {
    Evaluation(QueryEvaluationError),
    Http(HttpError),
}

impl From<QueryEvaluationError> for WriteError {
    fn from(error: QueryEvaluationError) -> Self {
        Self::Evaluation(error)
    }
}

fn write(results: QueryResults<'_>, headers: &HeaderMap, limit: usize) -> Result<(&'static str, Vec<u8>), WriteError> {
    let too_large = |_: io::Error| WriteError::Http(HttpError::ResultTooLarge(limit));
    let bytes = Capped { bytes: Vec::new(), limit };
    let results_format = || -> Result<(QueryResultsFormat, &'static str), WriteError> {
        negotiate::solutions(headers).ok_or(WriteError::Http(HttpError::NotAcceptable(SOLUTION_TYPES)))
    };
    let (media_type, bytes) = match results {
        QueryResults::Boolean(value) => {
            let (format, media_type) = results_format()?;
            let serializer = QueryResultsSerializer::from_format(format);
            (media_type, serializer.serialize_boolean_to_writer(bytes, value).map_err(too_large)?)
        }
        QueryResults::Solutions(solutions) => {
            let (format, media_type) = results_format()?;
            let serializer = QueryResultsSerializer::from_format(format);
            let variables = solutions.variables().to_vec();
            let mut writer = serializer.serialize_solutions_to_writer(bytes, variables).map_err(too_large)?;
            for solution in solutions {
                writer.serialize(&solution?).map_err(too_large)?;
            }
            (media_type, writer.finish().map_err(too_large)?)
        }
        QueryResults::Graph(triples) => {
            let wanted = negotiate::graph(headers);
            let (format, media_type) = wanted.ok_or(WriteError::Http(HttpError::NotAcceptable(GRAPH_TYPES)))?;
            let mut serializer = RdfSerializer::from_format(format);
            for (name, namespace) in vocab::PREFIXES {
                serializer = serializer.with_prefix(*name, *namespace).expect("the prefixes are IRIs");
            }
            let has_triple_terms = media_type != "application/ld+json";
            let mut writer = serializer.for_writer(bytes);
            for triple in triples {
                let triple = triple?;
                // JSON-LD has no triple terms; rdf:subject, rdf:predicate and rdf:object of the claim say the same.
                if has_triple_terms || !matches!(triple.object.as_ref(), TermRef::Triple(_)) {
                    writer.serialize_triple(&triple).map_err(too_large)?;
                }
            }
            (media_type, writer.finish().map_err(too_large)?)
        }
    };
    Ok((media_type, bytes.bytes))
}

/// Memory that refuses to grow past a limit.
struct Capped {
    bytes: Vec<u8>,
    limit: usize,
}

impl io::Write for Capped {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.bytes.len() + bytes.len() > self.limit {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
