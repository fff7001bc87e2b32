//! `/graphs`: whole graphs by the SPARQL 1.1 Graph Store HTTP Protocol, named by `?graph=IRI` or `?default`, or by their own address.

use axum::{
    body::{Body, Bytes},
    extract::{RawQuery, State},
    http::{HeaderMap, HeaderValue, Method, Request, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use oxigraph::{
    io::{RdfFormat, RdfParser},
    model::{GraphName, NamedNode, Quad, TermRef, Triple},
};

use super::{
    AppState,
    auth::{self, Role},
    describe,
    error::HttpError,
    evaluate, form,
    negotiate::{self, GRAPH_TYPES},
    stream,
};
use crate::store::GraphTarget;

/// Every method on `/graphs` and what is below it.
pub(super) async fn any(State(state): State<AppState>, RawQuery(query): RawQuery, request: Request<Body>) -> Response {
    let method = request.method().clone();
    let answer = async {
        let (parts, body) = request.into_parts();
        let headers = parts.headers;
        let needed = if method == Method::GET || method == Method::HEAD { Role::Read } else { Role::Admin };
        auth::allow(&state, &headers, needed)?;
        let target = target(&state, &headers, parts.uri.path(), &query.unwrap_or_default())?;
        match (method.as_str(), target) {
            ("GET" | "HEAD", Target::Graph(graph)) => get(&state, graph, &headers).await,
            ("GET" | "HEAD", Target::Store) => get_all(&state, &headers).await,
            ("PUT", Target::Graph(graph)) => put(&state, graph, &headers, body, true).await,
            ("POST", Target::Graph(graph)) => put(&state, graph, &headers, body, false).await,
            ("DELETE", Target::Graph(graph)) => delete(&state, graph).await,
            ("POST", Target::Store) if is_dataset(&headers) => post_dataset(&state, &headers, body).await,
            ("POST", Target::Store) => post_new(&state, &headers, body).await,
            (_, Target::Store) => Err(HttpError::bad_request(
                "请用 ?graph=IRI 或 ?default 指明图",
                "name a graph by ?graph=IRI or ?default",
            )),
            _ => Err(HttpError::MethodNotAllowed("GET, HEAD, PUT, POST, DELETE, OPTIONS")),
        }
    };
    let mut response = answer.await.unwrap_or_else(HttpError::into_response);
    if method == Method::HEAD {
        *response.body_mut() = Body::empty();
    }
    response
}

enum Target {
    /// One graph.
    Graph(GraphTarget),
    /// `/graphs` itself: all of them.
    Store,
}

/// Which graph a request means.
fn target(state: &AppState, headers: &HeaderMap, path: &str, query: &str) -> Result<Target, HttpError> {
    let mut graph = None;
    let mut is_default = false;
    for (name, value) in form::pairs(query.as_bytes())? {
        match name.as_str() {
            "graph" if graph.is_some() => {
                return Err(HttpError::bad_request("`graph` 给出了两次", "`graph` is given twice"));
            }
            "graph" => graph = Some(value),
            "default" => is_default = true,
            _ => {
                return Err(HttpError::bad_request(
                    format!("此处没有参数 `{name}`；可用 graph 和 default"),
                    format!("`{name}` is no parameter here; graph and default are"),
                ));
            }
        }
    }
    match (graph, is_default) {
        (Some(_), true) => {
            Err(HttpError::bad_request("`graph` 和 `default` 只能给出一个", "either `graph` or `default`, not both"))
        }
        (Some(iri), false) => {
            let base = format!("{}{}", describe::origin(state, headers), path);
            let node = oxiri::Iri::parse(base).ok().and_then(|base| base.resolve(&iri).ok());
            let node = node.ok_or_else(|| not_an_iri(&iri))?;
            Ok(Target::Graph(GraphTarget::Named(NamedNode::from(node))))
        }
        (None, true) => Ok(Target::Graph(GraphTarget::Default)),
        (None, false) if matches!(path, "/graphs" | "/graphs/") => Ok(Target::Store),
        (None, false) => {
            let iri = format!("{}{}", describe::origin(state, headers), path);
            let node = NamedNode::new(&iri).map_err(|_| not_an_iri(&iri))?;
            Ok(Target::Graph(GraphTarget::Named(node)))
        }
    }
}

fn not_an_iri(given: &str) -> HttpError {
    HttpError::bad_request(format!("`{given}` 不是 IRI"), format!("`{given}` is not an IRI"))
}

fn no_such_graph() -> HttpError {
    HttpError::not_found("没有这个图", "there is no such graph")
}

/// A graph's triples, as they come.
async fn get(state: &AppState, graph: GraphTarget, headers: &HeaderMap) -> Result<Response, HttpError> {
    let (format, name) = negotiate::graph(headers).ok_or(HttpError::NotAcceptable(GRAPH_TYPES))?;
    if !state.store.contains_graph(&graph)? {
        return Err(no_such_graph());
    }
    let tag = describe::entity_tag(state, &format!("{graph:?} {name}"));
    if evaluate::matches_tag(headers, &tag) {
        return Ok(evaluate::not_modified(&tag, state));
    }
    let graph = match graph {
        GraphTarget::Default => GraphName::DefaultGraph,
        GraphTarget::Named(node) => node.into(),
    };
    let mut response = stream::of_quads(state, format, name, vec![graph], false).await?;
    evaluate::set_validators(response.headers_mut(), Some(&tag), state);
    Ok(response)
}

/// All graphs as a dataset.
async fn get_all(state: &AppState, headers: &HeaderMap) -> Result<Response, HttpError> {
    let wanted = negotiate::dataset(headers).ok_or(HttpError::NotAcceptable(negotiate::DATASET_TYPES))?;
    let graphs = state.store.graph_names()?;
    let tag = describe::entity_tag(state, wanted.1);
    if evaluate::matches_tag(headers, &tag) {
        return Ok(evaluate::not_modified(&tag, state));
    }
    let mut response = stream::of_quads(state, wanted.0, wanted.1, graphs, true).await?;
    evaluate::set_validators(response.headers_mut(), Some(&tag), state);
    Ok(response)
}

/// Reads the triples of a body, or of each part of a form with files.
async fn read_triples(state: &AppState, headers: &HeaderMap, body: Body, base: &str) -> Result<Vec<Triple>, HttpError> {
    let media_type = form::media_type(headers);
    let bytes = form::body_bytes(body, state.config.limits.upload_bytes).await?;
    let parts =
        if media_type == "multipart/form-data" { parts_of_form(headers, &bytes)? } else { vec![(media_type, bytes)] };
    let base = base.to_owned();
    tokio::task::spawn_blocking(move || {
        let mut triples = Vec::new();
        for (media_type, bytes) in parts {
            let format = match media_type.as_str() {
                // The protocol says RDF/XML where nothing is said; Turtle is what people send.
                "" if bytes.trim_ascii_start().starts_with(b"<?xml") => RdfFormat::RdfXml,
                "" => RdfFormat::Turtle,
                media_type => negotiate::rdf_format(media_type).ok_or(HttpError::UnsupportedMediaType(GRAPH_TYPES))?,
            };
            triples.extend(parsed(format, &base, &bytes)?.into_iter().map(Triple::from));
        }
        Ok(triples)
    })
    .await?
}

/// The quads of RDF in bytes; blank nodes are new.
pub(super) fn parsed(format: RdfFormat, base: &str, bytes: &[u8]) -> Result<Vec<Quad>, HttpError> {
    let parser = RdfParser::from_format(format).rename_blank_nodes().with_base_iri(base);
    let parser = parser.map_err(|error| {
        HttpError::bad_request(
            format!("`{base}` 不能作基准地址：{error}"),
            format!("`{base}` is no base address: {error}"),
        )
    })?;
    let quads = parser.for_slice(bytes).collect::<Result<Vec<_>, _>>();
    quads.map_err(|error| {
        let name = format.name();
        HttpError::bad_request(format!("正文不是 {name}：{error}"), format!("the body is not {name}: {error}"))
    })
}

/// The files of a `multipart/form-data` body with their media types.
fn parts_of_form(headers: &HeaderMap, bytes: &Bytes) -> Result<Vec<(String, Bytes)>, HttpError> {
    let wrong = || HttpError::bad_request("正文不是 multipart/form-data", "the body is no multipart/form-data");
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).ok_or_else(wrong)?;
    let boundary = value.split(';').find_map(|part| part.trim().strip_prefix("boundary=")).ok_or_else(wrong)?;
    let mark = format!("--{}", boundary.trim_matches('"'));
    let mut parts = Vec::new();
    let mut rest = &bytes[..];
    let find = |text: &[u8], part: &[u8]| memchr::memmem::find(text, part);
    let at = find(rest, mark.as_bytes()).ok_or_else(wrong)?;
    rest = &rest[at + mark.len()..];
    while !rest.starts_with(b"--") {
        let head = find(rest, b"\r\n\r\n").ok_or_else(wrong)?;
        let end = head + 4 + find(&rest[head + 4..], format!("\r\n{mark}").as_bytes()).ok_or_else(wrong)?;
        let lines = String::from_utf8_lossy(&rest[..head]).to_ascii_lowercase();
        let media_type = lines.lines().find_map(|line| line.strip_prefix("content-type:")).unwrap_or_default();
        let media_type = media_type.split(';').next().unwrap_or_default().trim().to_owned();
        parts.push((media_type, bytes.slice_ref(&rest[head + 4..end])));
        rest = &rest[end + 2 + mark.len()..];
    }
    Ok(parts)
}

/// Puts a graph in the place of what was there, or adds to it.
async fn put(
    state: &AppState,
    graph: GraphTarget,
    headers: &HeaderMap,
    body: Body,
    replace: bool,
) -> Result<Response, HttpError> {
    let base = match &graph {
        GraphTarget::Default => describe::endpoint(state, headers),
        GraphTarget::Named(node) => node.as_str().to_owned(),
    };
    let triples = read_triples(state, headers, body, &base).await?;
    let shared = state.clone();
    let is_new = tokio::task::spawn_blocking(move || {
        let is_new = shared.store.put_graph(&graph, triples, replace);
        shared.changed();
        is_new
    })
    .await??;
    Ok(if is_new { StatusCode::CREATED } else { StatusCode::NO_CONTENT }.into_response())
}

/// Whether a body has quads, which name their graphs themselves.
fn is_dataset(headers: &HeaderMap) -> bool {
    negotiate::rdf_format(&form::media_type(headers))
        .is_some_and(|format| matches!(format, RdfFormat::NQuads | RdfFormat::TriG))
}

/// Adds quads, each to its graph.
async fn post_dataset(state: &AppState, headers: &HeaderMap, body: Body) -> Result<Response, HttpError> {
    let bytes = form::body_bytes(body, state.config.limits.upload_bytes).await?;
    let format =
        negotiate::rdf_format(&form::media_type(headers)).ok_or(HttpError::UnsupportedMediaType(GRAPH_TYPES))?;
    let (shared, base) = (state.clone(), describe::endpoint(state, headers));
    tokio::task::spawn_blocking(move || -> Result<(), HttpError> {
        let quads = parsed(format, &base, &bytes)?;
        let written = shared.store.insert_quads(quads);
        shared.changed();
        Ok(written?)
    })
    .await??;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Makes a graph whose address the service chooses, and says it in `Location`.
async fn post_new(state: &AppState, headers: &HeaderMap, body: Body) -> Result<Response, HttpError> {
    let number = getrandom::u64().map_err(|error| HttpError::Internal(error.to_string()))?;
    let address = format!("{}/graphs/{number:016x}", describe::origin(state, headers));
    let node = NamedNode::new(&address).map_err(|_| not_an_iri(&address))?;
    put(state, GraphTarget::Named(node), headers, body, false).await?;
    let location = HeaderValue::from_str(&address).map_err(|error| HttpError::Internal(error.to_string()))?;
    Ok((StatusCode::CREATED, [(header::LOCATION, location)]).into_response())
}

async fn delete(state: &AppState, graph: GraphTarget) -> Result<Response, HttpError> {
    let shared = state.clone();
    let existed = tokio::task::spawn_blocking(move || {
        let existed = shared.store.remove_graph(&graph);
        shared.changed();
        existed
    })
    .await??;
    if existed { Ok(StatusCode::NO_CONTENT.into_response()) } else { Err(no_such_graph()) }
}

/// Whether a quad can be written in a format: JSON-LD has no triple terms.
pub(super) fn is_writable(format: RdfFormat, object: TermRef<'_>) -> bool {
    crate::rdf::has_triple_terms(format) || !matches!(object, TermRef::Triple(_))
}
