//! What the service says of itself and its data: the SPARQL 1.1 Service Description, and VoID with live counts.

use axum::{
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, Method, header},
    response::{IntoResponse as _, Response},
};
use oxigraph::{
    io::RdfFormat,
    model::{BlankNode, Literal, NamedNode, NamedOrBlankNode, Term, Triple},
};

use super::{
    AppState,
    auth::{self, Role},
    error::HttpError,
    evaluate,
    negotiate::{self, GRAPH_TYPES, Wanted},
    pages,
};
use crate::{
    model::EntityType,
    rdf::{
        self, SortedPrefixes,
        vocab::{self, dcterms, rdf as rdf_vocab, xsd},
    },
    store::Stats,
};

const SD: &str = "http://www.w3.org/ns/sparql-service-description#";
const VOID: &str = "http://rdfs.org/ns/void#";
const FORMATS: &str = "http://www.w3.org/ns/formats/";

/// Scheme and host as the client knows the service: as configured, else as asked for.
pub(super) fn origin(state: &AppState, headers: &HeaderMap) -> String {
    if let Some(url) = &state.config.public_url {
        return url.trim_end_matches('/').to_owned();
    }
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost");
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']' | '_');
    let host = if host.chars().all(is_plain) && !host.is_empty() { host } else { "localhost" };
    format!("{}://{host}", if state.config.is_tls { "https" } else { "http" })
}

/// The address of `/sparql`.
pub(super) fn endpoint(state: &AppState, headers: &HeaderMap) -> String {
    format!("{}/sparql", origin(state, headers))
}

/// An entity tag of something that changes with the data only.
pub(super) fn entity_tag(state: &AppState, what: &str) -> String {
    use std::hash::{Hash as _, Hasher as _};
    let mut hasher = std::collections::hash_map::DefaultHasher::new();
    what.hash(&mut hasher);
    format!("W/\"{:x}-{:x}-{:016x}\"", state.run, state.store.version(), hasher.finish())
}

/// Triples in a format.
pub(super) fn written(state: &AppState, triples: &[Triple], format: RdfFormat) -> Result<Bytes, HttpError> {
    let failed = |error: std::io::Error| HttpError::Internal(error.to_string());
    let mut writer = rdf::serializer(format, state.store.base().as_str(), Vec::new());
    for triple in triples {
        if super::graph_store::is_writable(format, triple.object.as_ref()) {
            writer.serialize_triple(triple).map_err(failed)?;
        }
    }
    Ok(writer.finish().and_then(SortedPrefixes::into_inner).map_err(failed)?.into())
}

/// Triples about one thing after the other.
struct Sentences(Vec<Triple>);

impl Sentences {
    fn say(&mut self, subject: impl Into<NamedOrBlankNode>, predicate: &str, object: impl Into<Term>) {
        let predicate = NamedNode::new_unchecked(predicate);
        self.0.push(Triple::new(subject.into(), predicate, object.into()));
    }

    fn is_a(&mut self, subject: impl Into<NamedOrBlankNode>, class: &str) {
        self.say(subject, rdf_vocab::TYPE.as_str(), NamedNode::new_unchecked(class));
    }
}

fn sd(name: &str) -> String {
    format!("{SD}{name}")
}

fn void(name: &str) -> String {
    format!("{VOID}{name}")
}

fn integer(number: u64) -> Literal {
    Literal::new_typed_literal(number.to_string(), xsd::INTEGER)
}

/// The description of the endpoint.
fn service_triples(state: &AppState, endpoint: &str, origin: &str, triples: Option<u64>) -> Vec<Triple> {
    let mut all = Sentences(Vec::new());
    let service = NamedNode::new_unchecked(endpoint);
    let node = |iri: String| NamedNode::new_unchecked(iri);
    all.is_a(service.clone(), &sd("Service"));
    all.say(service.clone(), &sd("endpoint"), service.clone());
    all.say(service.clone(), &sd("supportedLanguage"), node(sd("SPARQL11Query")));
    if state.store.is_scratch() || state.config.tokens.can_write() {
        all.say(service.clone(), &sd("supportedLanguage"), node(sd("SPARQL11Update")));
    }
    if !state.store.is_scratch() {
        all.say(service.clone(), &sd("feature"), node(sd("UnionDefaultGraph")));
    }
    if state.federation.is_some() {
        all.say(service.clone(), &sd("feature"), node(sd("BasicFederatedQuery")));
    }
    for format in [
        "SPARQL_Results_JSON",
        "SPARQL_Results_XML",
        "SPARQL_Results_CSV",
        "SPARQL_Results_TSV",
        "Turtle",
        "N-Triples",
        "RDF_XML",
        "JSON-LD",
        "TriG",
        "N-Quads",
    ] {
        all.say(service.clone(), &sd("resultFormat"), node(format!("{FORMATS}{format}")));
    }
    for format in ["Turtle", "N-Triples", "RDF_XML", "JSON-LD", "TriG", "N-Quads"] {
        all.say(service.clone(), &sd("inputFormat"), node(format!("{FORMATS}{format}")));
    }
    let dataset = node(format!("{origin}/.well-known/void#dataset"));
    all.say(service, &sd("defaultDataset"), dataset.clone());
    all.is_a(dataset.clone(), &sd("Dataset"));
    let graph = BlankNode::new_unchecked("defaultGraph");
    all.say(dataset, &sd("defaultGraph"), graph.clone());
    all.is_a(graph.clone(), &sd("Graph"));
    if let Some(count) = triples {
        all.say(graph, &void("triples"), integer(count));
    }
    all.0
}

/// `/sparql` without a query: for people a page to ask from, for programs the description.
pub(super) fn service(state: &AppState, headers: &HeaderMap) -> Result<Response, HttpError> {
    let (format, name) = match negotiate::page(headers) {
        Some(Wanted::Html) => return Ok(pages::query_page(state, headers)),
        Some(Wanted::Rdf(format, name)) => (format, name),
        // A client that only takes results asks for no description, but forgot its query.
        None if negotiate::solutions(headers).is_some() => {
            return Err(HttpError::bad_request("缺少参数 `query`", "the parameter `query` is missing"));
        }
        None => return Err(HttpError::NotAcceptable(GRAPH_TYPES)),
    };
    let tag = entity_tag(state, name);
    if evaluate::matches_tag(headers, &tag) {
        return Ok(evaluate::not_modified(&tag, state));
    }
    let triples = service_triples(state, &endpoint(state, headers), &origin(state, headers), None);
    let bytes = written(state, &triples, format)?;
    Ok(evaluate::whole(name, bytes, Some(&tag), state))
}

/// VoID: what the data is, with counts.
fn void_triples(state: &AppState, headers: &HeaderMap, stats: &Stats) -> Vec<Triple> {
    let (origin, endpoint) = (origin(state, headers), endpoint(state, headers));
    let mut all = Sentences(service_triples(state, &endpoint, &origin, Some(stats.triples)));
    let dataset = NamedNode::new_unchecked(format!("{origin}/.well-known/void#dataset"));
    let node = |iri: &str| NamedNode::new_unchecked(iri);
    all.is_a(dataset.clone(), &void("Dataset"));
    for (title, lang) in [("舆图：区域发展知识图谱", "zh"), ("Yutu: a knowledge atlas of regional development", "en")]
    {
        all.say(dataset.clone(), dcterms::TITLE.as_str(), Literal::new_language_tagged_literal_unchecked(title, lang));
    }
    if let Some(newest) = &stats.newest {
        all.say(dataset.clone(), "http://purl.org/dc/terms/modified", Literal::new_typed_literal(newest, xsd::DATE));
    }
    all.say(dataset.clone(), &void("sparqlEndpoint"), node(&endpoint));
    all.say(dataset.clone(), &void("uriSpace"), Literal::new_simple_literal(state.store.base().as_str()));
    all.say(dataset.clone(), &void("uriLookupEndpoint"), node(&format!("{origin}/api/search?q=")));
    all.say(dataset.clone(), &void("dataDump"), node(&format!("{origin}/graphs")));
    for (_, namespace) in vocab::PREFIXES.iter().filter(|(name, _)| *name != vocab::ID) {
        all.say(dataset.clone(), &void("vocabulary"), node(namespace));
    }
    let entities: u64 = stats.entities.values().sum();
    let documents = stats.articles;
    for (name, number) in [("triples", stats.triples), ("entities", entities), ("documents", documents)] {
        all.say(dataset.clone(), &void(name), integer(number));
    }
    let mut part = |name: &str, link: &str, value: NamedNode, count: &str, number: u64| {
        let partition = NamedNode::new_unchecked(format!("{origin}/.well-known/void#{name}"));
        all.say(
            dataset.clone(),
            &void(if link == "class" { "classPartition" } else { "propertyPartition" }),
            partition.clone(),
        );
        all.say(partition.clone(), &void(link), value);
        all.say(partition, &void(count), integer(number));
    };
    for kind in EntityType::ALL {
        let number = stats.entities.get(kind).copied().unwrap_or(0);
        part(&format!("class-{kind}"), "class", vocab::class(*kind), "entities", number);
    }
    let yutu = |name: &str| NamedNode::new_unchecked(format!("{}{name}", vocab::yutu::NAMESPACE));
    for (name, number) in [
        ("Article", stats.articles),
        ("Claim", stats.claims),
        ("Observation", stats.observations),
        ("Mention", stats.mentions),
    ] {
        part(&format!("class-{name}"), "class", yutu(name), "entities", number);
    }
    for (predicate, number) in &stats.facts {
        part(&format!("property-{predicate}"), "property", vocab::property(*predicate), "triples", *number);
    }
    all.0
}

/// `/.well-known/void`.
pub(super) async fn get_void(State(state): State<AppState>, method: Method, headers: HeaderMap) -> Response {
    let answer = async {
        auth::allow(&state, &headers, Role::Read)?;
        let (format, name) = negotiate::graph(&headers).ok_or(HttpError::NotAcceptable(GRAPH_TYPES))?;
        let tag = entity_tag(&state, &format!("void {name}"));
        if evaluate::matches_tag(&headers, &tag) {
            return Ok(evaluate::not_modified(&tag, &state));
        }
        let stats = pages::stats(&state).await?;
        let bytes = written(&state, &void_triples(&state, &headers, &stats), format)?;
        Ok(evaluate::whole(name, bytes, Some(&tag), &state))
    };
    let mut response = answer.await.unwrap_or_else(|error: HttpError| error.into_response());
    if method == Method::HEAD {
        *response.body_mut() = Body::empty();
    }
    response
}
