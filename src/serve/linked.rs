//! Linked data: the addresses of entities, articles and claims lead to what is known of them.
//!
//! `/id/…` stands for things, which cannot be sent: it answers 303 with a page for people (`/page/…`) or data for programs (`/data/…`), as
//! the W3C's note on cool URIs for the semantic web has it. Where the store's base has another path than `/id/`, that path leads there as
//! well. `/ns` is the ontology itself.

use axum::{
    body::Body,
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header},
    response::{IntoResponse as _, Response},
};
use oxigraph::model::{GraphName, GraphNameRef, NamedNode, Quad, Term, Triple};

use super::{
    AppState,
    auth::{self, Role},
    describe,
    error::HttpError,
    evaluate, form,
    negotiate::{self, GRAPH_TYPES, Wanted},
    pages::{self, View},
    stream,
};
use crate::{
    graph::LabelLang,
    model::{Predicate, iri::Base},
    rdf::vocab::{self, rdf, yutu},
};

/// Triples that lead to a thing are given up to this number.
const MAX_INCOMING: usize = 1000;

/// What paths that the service needs itself begin with: of a base with such a path, addresses would lead elsewhere. `id` alone is a base.
pub const OWN_BEGINNINGS: [&str; 12] =
    [".well-known", "admin", "api", "data", "graphs", "id", "ns", "page", "query", "sparql", "static", "update"];

/// The first segment of a base's path where that is one of [`OWN_BEGINNINGS`], so that its addresses cannot be served; `/id/` can.
pub fn own_beginning(base: &Base) -> Option<&'static str> {
    let path = form::path(base.path()).unwrap_or_else(|| base.path().to_owned());
    let (first, rest) = path.strip_prefix('/')?.split_once('/')?;
    OWN_BEGINNINGS.into_iter().find(|own| *own == first && !(first == "id" && rest.is_empty()))
}

/// The ontology as it stands in the repository.
const ONTOLOGY: &str = include_str!("../../ontology/yutu.ttl");

/// A relation's name.
pub(super) fn predicate_label(predicate: Predicate, lang: LabelLang) -> &'static str {
    match lang {
        LabelLang::Zh => predicate.label_zh(),
        LabelLang::En => predicate.as_str(),
    }
}

/// `/id/…`: see other.
pub(super) async fn id(State(state): State<AppState>, Path(path): Path<String>, headers: HeaderMap) -> Response {
    see_other(&state, &path, &headers)
}

/// What no other address stands for: something under the base's path, or nothing.
pub(super) async fn under_base(
    State(state): State<AppState>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let decoded = |path: &str| form::path(path).unwrap_or_else(|| path.to_owned());
    let path = decoded(uri.path());
    match path.strip_prefix(decoded(state.store.base().path()).as_str()) {
        Some(path) if !path.is_empty() && matches!(method, Method::GET | Method::HEAD) => {
            see_other(&state, path, &headers)
        }
        _ => HttpError::not_found("此地址没有内容", "there is nothing at this address").into_response(),
    }
}

fn see_other(state: &AppState, path: &str, headers: &HeaderMap) -> Response {
    if let Err(error) = auth::allow(state, headers, Role::Read) {
        return error.into_response();
    }
    let folder = match negotiate::page(headers) {
        Some(Wanted::Html) => "page",
        Some(Wanted::Rdf(..)) => "data",
        None => return HttpError::NotAcceptable(GRAPH_TYPES).into_response(),
    };
    let target = format!("{}/{folder}/{}", describe::origin(state, headers), pages::encoded_path(path));
    let Ok(target) = HeaderValue::from_str(&target) else {
        return HttpError::bad_request("这不是地址", "that is no address").into_response();
    };
    let vary = HeaderValue::from_static("accept");
    (StatusCode::SEE_OTHER, [(header::LOCATION, target), (header::VARY, vary)]).into_response()
}

/// What a path under the base names.
fn node_of(state: &AppState, path: &str) -> Result<NamedNode, HttpError> {
    NamedNode::new(format!("{}{path}", state.store.base()))
        .map_err(|_| HttpError::bad_request(format!("`{path}` 不是地址"), format!("`{path}` is no address")))
}

fn unknown() -> HttpError {
    HttpError::not_found("此地址下没有已知内容", "nothing is known under this address")
}

/// `/data/…`: what is said of a thing, and what leads to it; of an article, its graph.
pub(super) async fn data(
    State(state): State<AppState>,
    Path(path): Path<String>,
    method: Method,
    headers: HeaderMap,
) -> Response {
    let answer = async {
        auth::allow(&state, &headers, Role::Read)?;
        let (format, name) = negotiate::graph(&headers).ok_or(HttpError::NotAcceptable(GRAPH_TYPES))?;
        let node = node_of(&state, &path)?;
        let tag = describe::entity_tag(&state, &format!("data {name} {path}"));
        if evaluate::matches_tag(&headers, &tag) {
            return Ok(evaluate::not_modified(&tag, &state));
        }
        let mut response = if state.store.oxigraph().contains_named_graph(&node).unwrap_or(false) {
            stream::of_quads(&state, format, name, vec![GraphName::from(node.clone())], false).await?
        } else {
            let shared = state.clone();
            let about = node.clone();
            let triples = tokio::task::spawn_blocking(move || about_thing(&shared, &about)).await??;
            if triples.is_empty() {
                return Err(unknown());
            }
            evaluate::whole(name, describe::written(&state, &triples, format)?, Some(&tag), &state)
        };
        evaluate::set_validators(response.headers_mut(), Some(&tag), &state);
        let link = format!(
            "<{}/page/{}>; rel=\"alternate\"; type=\"text/html\"",
            describe::origin(&state, &headers),
            pages::encoded_path(&path)
        );
        if let Ok(link) = HeaderValue::from_str(&link) {
            response.headers_mut().insert(header::LINK, link);
        }
        Ok(response)
    };
    let mut response = answer.await.unwrap_or_else(|error: HttpError| error.into_response());
    if method == Method::HEAD {
        *response.body_mut() = Body::empty();
    }
    response
}

fn about_thing(state: &AppState, node: &NamedNode) -> Result<Vec<Triple>, HttpError> {
    let graph = Some(GraphNameRef::DefaultGraph);
    let store = state.store.oxigraph();
    let outgoing = store.quads_for_pattern(Some(node.into()), None, None, graph);
    let incoming = store.quads_for_pattern(None, None, Some(node.into()), graph).take(MAX_INCOMING);
    let quads: Result<Vec<Quad>, _> = outgoing.chain(incoming).collect();
    let quads = quads.map_err(|error| HttpError::Internal(error.to_string()))?;
    Ok(quads.into_iter().map(Triple::from).collect())
}

/// `/page/…`: the same for people.
pub(super) async fn page(
    State(state): State<AppState>,
    Path(path): Path<String>,
    headers: HeaderMap,
) -> Result<Response, HttpError> {
    auth::allow(&state, &headers, Role::Read)?;
    let node = node_of(&state, &path)?;
    let lang = pages::lang(&headers);
    let shared = state.clone();
    tokio::task::spawn_blocking(move || rendered(&shared, &path, &node, lang)).await?
}

fn rendered(state: &AppState, path: &str, node: &NamedNode, lang: LabelLang) -> Result<Response, HttpError> {
    let view = View { lang, base: state.store.base().as_str() };
    let said: Vec<Quad> = (state.store.oxigraph())
        .quads_for_pattern(Some(node.into()), None, None, Some(GraphNameRef::DefaultGraph))
        .collect::<Result<_, _>>()
        .map_err(|error| HttpError::Internal(error.to_string()))?;
    if said.is_empty() {
        return Err(unknown());
    }
    let is_a = |test: &dyn Fn(&NamedNode) -> bool| {
        said.iter()
            .any(|quad| quad.predicate == rdf::TYPE && matches!(&quad.object, Term::NamedNode(class) if test(class)))
    };
    if is_a(&|class| vocab::entity_type(class.as_ref()).is_some()) {
        return Ok(pages::entity(view, path, &state.store.entity_card(node.as_str())?));
    }
    if is_a(&|class| *class == yutu::ARTICLE)
        && let Some(row) = state.store.find_articles(node.as_str())?.into_iter().next()
    {
        return Ok(pages::article(view, path, &state.store.article_facts(row)?));
    }
    let said: Vec<(String, String, bool)> = (said.iter())
        .map(|quad| {
            let (value, is_address) = match &quad.object {
                Term::NamedNode(node) => (node.as_str().to_owned(), true),
                Term::Literal(literal) => (literal.value().to_owned(), false),
                other => (other.to_string(), false),
            };
            (quad.predicate.as_str().to_owned(), value, is_address)
        })
        .collect();
    Ok(pages::thing(view, path, node.as_str(), &said))
}

/// `/ns`: the ontology.
pub(super) async fn ontology(State(state): State<AppState>, headers: HeaderMap) -> Response {
    let (format, name) = match negotiate::page(&headers) {
        Some(Wanted::Rdf(format, name)) => (format, name),
        Some(Wanted::Html) => (oxigraph::io::RdfFormat::Turtle, "text/turtle"),
        None => return HttpError::NotAcceptable(GRAPH_TYPES).into_response(),
    };
    if name == "text/turtle" {
        return evaluate::whole(name, ONTOLOGY.into(), None, &state);
    }
    let quads =
        super::graph_store::parsed(oxigraph::io::RdfFormat::Turtle, vocab::yutu::NAMESPACE, ONTOLOGY.as_bytes());
    let bytes = quads
        .and_then(|quads| describe::written(&state, &quads.into_iter().map(Triple::from).collect::<Vec<_>>(), format));
    match bytes {
        Ok(bytes) => evaluate::whole(name, bytes, None, &state),
        Err(error) => error.into_response(),
    }
}
