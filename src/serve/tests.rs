//! The service through its router, without a socket.

use std::{path::Path, time::Duration};

use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;

use super::*;
use crate::{gold::read_corpus, model::Extraction, store::Known};

fn state() -> AppState {
    let corpus = read_corpus(Path::new("tests/fixtures/gold")).expect("the fixtures are gold");
    let extractions: Vec<Extraction> = corpus.iter().map(|article| article.extraction()).collect();
    let store = YutuStore::in_memory().expect("a store");
    store.replace_articles(&extractions, Known::Keep).expect("taken");
    AppState::new(store, Limits::default())
}

struct Answer {
    status: StatusCode,
    media_type: String,
    body: String,
    cors: bool,
}

async fn ask_of(state: AppState, request: Request<Body>) -> Answer {
    let response = app(state).oneshot(request).await.expect("an answer");
    let (status, headers) = (response.status(), response.headers().clone());
    let bytes = response.into_body().collect().await.expect("a body").to_bytes();
    let media_type =
        headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    Answer {
        status,
        media_type,
        body: String::from_utf8(bytes.to_vec()).expect("UTF-8"),
        cors: headers.contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN),
    }
}

fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

fn get_request(query: &str, accept: &str) -> Request<Body> {
    let request = Request::get(format!("/sparql?query={}", encoded(query)));
    request.header(header::ACCEPT, accept).body(Body::empty()).expect("a request")
}

fn post_request(media_type: &str, body: &str) -> Request<Body> {
    let request = Request::post("/sparql").header(header::CONTENT_TYPE, media_type);
    request.body(Body::from(body.to_owned())).expect("a request")
}

async fn ask(request: Request<Body>) -> Answer {
    ask_of(state(), request).await
}

const PARKS: &str = "SELECT ?name { ?park a yutu:Park ; rdfs:label ?name } ORDER BY ?name";

#[tokio::test]
async fn solutions_come_in_every_format() {
    for (accept, begin) in [
        ("application/sparql-results+json", "{\"head\":"),
        ("application/sparql-results+xml", "<?xml"),
        ("text/csv", "name\r\n京滨工业园\r\n武清开发区\r\n"),
        ("text/tab-separated-values", "?name\n\"京滨工业园\"\n"),
    ] {
        let answer = ask(get_request(PARKS, accept)).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        assert_eq!(answer.media_type, format!("{accept}; charset=utf-8"));
        assert!(answer.body.starts_with(begin), "{}", answer.body);
    }
    let answer = ask(get_request("ASK { ?s yutu:attracts ?o }", "*/*")).await;
    assert!(answer.body.contains("true"), "{}", answer.body);
}

#[tokio::test]
async fn graphs_come_in_every_format() {
    let query = "CONSTRUCT WHERE { ?claim a yutu:Claim ; rdf:reifies ?t ; yutu:modality ?m }";
    for (accept, part) in [
        ("text/turtle", "@prefix yutu:"),
        ("application/n-triples", "<<( <https://yutu.example/id/Park/"),
        ("application/rdf+xml", "<rdf:RDF"),
        ("application/ld+json", "\"asserted\""),
    ] {
        let answer = ask(get_request(query, accept)).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        assert_eq!(answer.media_type, format!("{accept}; charset=utf-8"));
        assert!(answer.body.contains(part), "{}", answer.body);
    }
}

#[tokio::test]
async fn queries_may_be_posted_as_form_and_as_they_are() {
    let answer = ask(post_request("application/x-www-form-urlencoded", &format!("query={}", encoded(PARKS)))).await;
    assert!(answer.body.contains("京滨工业园"), "{}", answer.body);
    let answer = ask(post_request("application/sparql-query; charset=utf-8", PARKS)).await;
    assert!(answer.body.contains("京滨工业园"), "{}", answer.body);
}

#[tokio::test]
async fn the_default_graph_can_be_named() {
    let first = "https://yutu.example/id/article/010ecba40770d3df";
    let form = format!("query={}&default-graph-uri={}", encoded(PARKS), encoded(first));
    let answer = ask(post_request("application/x-www-form-urlencoded", &form)).await;
    assert!(answer.body.contains("京滨工业园") && !answer.body.contains("武清开发区"), "{}", answer.body);
}

#[tokio::test]
async fn what_is_wrong_is_said_with_status_and_place() {
    let form = "application/x-www-form-urlencoded";
    for (request, status, part) in [
        (get_request("SELECT * {\n ?s ?p }", "*/*"), 400, "2:"),
        (Request::get("/sparql").body(Body::empty()).expect("a request"), 400, "`query` is missing"),
        (Request::get("/sparql?query=%zz").body(Body::empty()).expect("a request"), 400, "percent-encoded"),
        (post_request(form, "query=ASK%7B%7D&query=ASK%7B%7D"), 400, "twice"),
        (post_request(form, "update=CLEAR+ALL"), 400, "only answers queries"),
        (post_request(form, "query=ASK%7B%7D&default-graph-uri=x"), 400, "not an absolute IRI"),
        (get_request(PARKS, "image/png"), 406, "text/csv"),
        (post_request("application/json", "{}"), 415, "application/sparql-query"),
        (post_request("application/sparql-query", &"#".repeat((1 << 20) + 1)), 413, ""),
        (Request::builder().method(Method::DELETE).uri("/sparql").body(Body::empty()).expect("a request"), 405, ""),
        (Request::get("/nothing").body(Body::empty()).expect("a request"), 404, ""),
    ] {
        let answer = ask(request).await;
        assert_eq!(answer.status, status, "{}", answer.body);
        assert!(answer.body.contains(part), "{part} in {}", answer.body);
    }
}

#[tokio::test]
async fn a_query_that_takes_too_long_is_stopped() {
    let mut state = state();
    state.limits.timeout = Duration::from_millis(50);
    let endless = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }";
    let answer = ask_of(state, get_request(endless, "*/*")).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(answer.body.contains("stopped after 0.05 s"), "{}", answer.body);
}

#[tokio::test]
async fn a_result_past_the_limit_is_refused() {
    let mut state = state();
    state.limits.result_bytes = 1000;
    let answer = ask_of(state, get_request("SELECT * { ?s ?p ?o }", "*/*")).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE, "{}", answer.body);
}

#[tokio::test]
async fn other_origins_are_allowed_on_demand() {
    let request = || {
        let request = get_request(PARKS, "*/*");
        let (mut parts, body) = request.into_parts();
        parts.headers.insert(header::ORIGIN, "https://page.example".parse().expect("a header"));
        Request::from_parts(parts, body)
    };
    assert!(!ask_of(state(), request()).await.cors);
    assert!(ask_of(state().with_cors(true), request()).await.cors);
}

#[tokio::test]
async fn health_is_told() {
    let answer = ask(Request::get("/healthz").body(Body::empty()).expect("a request")).await;
    assert_eq!((answer.status, answer.body.as_str()), (StatusCode::OK, "ok\n"));
}
