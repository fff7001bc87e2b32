//! The service through its router, without a socket.

use std::{path::Path, time::Duration};

use axum::{
    body::Body,
    http::{HeaderMap, HeaderName, Request, StatusCode, header},
};
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;

use super::*;
use crate::{
    gold::read_corpus,
    model::Extraction,
    store::{Known, YutuStore},
};

fn store() -> YutuStore {
    let corpus = read_corpus(Path::new("tests/fixtures/gold")).expect("the fixtures are gold");
    let extractions: Vec<Extraction> = corpus.iter().map(|article| article.extraction()).collect();
    let store = YutuStore::in_memory().expect("a store");
    store.replace_articles(&extractions, Known::Keep).expect("taken");
    store
}

fn state() -> AppState {
    AppState::new(store(), Config::default())
}

fn state_with(change: impl FnOnce(&mut Config)) -> AppState {
    let mut config = Config::default();
    change(&mut config);
    AppState::new(store(), config)
}

/// A service that takes writes from those with the token `secret`.
fn writable() -> AppState {
    state_with(|config| {
        config.tokens.add(Role::Admin, "secret");
        config.tokens.add(Role::Ingest, "pen");
    })
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    media_type: String,
    body: String,
}

async fn ask_of(state: &AppState, request: Request<Body>) -> Answer {
    let response = app(state.clone()).oneshot(request).await.expect("an answer");
    let (status, headers) = (response.status(), response.headers().clone());
    let bytes = response.into_body().collect().await.expect("a body").to_bytes();
    let media_type =
        headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    Answer { status, headers, media_type, body: String::from_utf8(bytes.to_vec()).expect("UTF-8") }
}

fn with_header(request: Request<Body>, name: HeaderName, value: &str) -> Request<Body> {
    let (mut parts, body) = request.into_parts();
    parts.headers.insert(name, value.parse().expect("a header"));
    Request::from_parts(parts, body)
}

fn with_token(request: Request<Body>, token: &str) -> Request<Body> {
    with_header(request, header::AUTHORIZATION, &format!("Bearer {token}"))
}

fn request(method: &str, address: &str) -> Request<Body> {
    Request::builder().method(method).uri(address).body(Body::empty()).expect("a request")
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
    ask_of(&state(), request).await
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
        (with_header(request("GET", "/sparql"), header::ACCEPT, "text/csv"), 400, "`query` is missing"),
        (request("GET", "/sparql?query=%zz"), 400, "percent-encoded"),
        (request("GET", "/sparql?update=CLEAR%20ALL"), 400, "POST"),
        (post_request(form, "query=ASK%7B%7D&query=ASK%7B%7D"), 400, "twice"),
        (post_request(form, "update=CLEAR+ALL"), 403, "only answers queries"),
        (post_request(form, "query=ASK%7B%7D&default-graph-uri=x"), 400, "not an absolute IRI"),
        (get_request(PARKS, "image/png"), 406, "text/csv"),
        (get_request("SELECT * { SERVICE <http://localhost:1/x> { ?s ?p ?o } }", "*/*"), 403, "--allow-host"),
        (post_request("application/json", "{}"), 415, "application/sparql-query"),
        (post_request("application/sparql-query", &"#".repeat((1 << 20) + 1)), 413, "1048576"),
        (request("DELETE", "/sparql"), 405, ""),
        (request("GET", "/nothing"), 404, ""),
    ] {
        let answer = ask(request).await;
        assert_eq!(answer.status, status, "{}", answer.body);
        assert!(answer.body.contains(part), "{part} in {}", answer.body);
    }
}

/// What it took Oxigraph alone: a product goes on in memory, unseen by cancellation.
#[tokio::test(flavor = "multi_thread")]
async fn a_query_that_takes_too_long_is_stopped_and_stops() {
    let state = state_with(|config| {
        config.limits.timeout = Duration::from_millis(100);
        config.limits.queries = 1;
        config.limits.wait = Duration::from_secs(5);
    });
    let bomb = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }";
    let started = std::time::Instant::now();
    let answer = ask_of(&state, get_request(bomb, "*/*")).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(answer.body.contains("stopped after 0.1 s"), "{}", answer.body);
    assert!(answer.headers.contains_key(header::RETRY_AFTER));
    // The only place is free again, so the evaluation has ended.
    let answer = ask_of(&state, get_request(PARKS, "text/csv")).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    assert!(started.elapsed() < Duration::from_secs(2), "{:?}", started.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_that_holds_too_much_memory_is_stopped() {
    let state = state_with(|config| config.limits.query_memory_bytes = 4 << 20);
    for bomb in [
        "SELECT (COUNT(*) AS ?n) { SELECT DISTINCT * { ?a ?b ?c . ?d ?e ?f } }",
        "SELECT * { ?a ?b ?c . ?d ?e ?f } ORDER BY ?c ?f",
        "SELECT (GROUP_CONCAT(CONCAT(STR(?a), STR(?d))) AS ?x) { ?a ?b ?c . ?d ?e ?f }",
        "SELECT ?a ?f (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } GROUP BY ?a ?c ?f ?h",
    ] {
        let answer = ask_of(&state, get_request(bomb, "text/csv")).await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{bomb}: {}", answer.body);
        assert!(answer.body.contains("memory"), "{}", answer.body);
    }
}

#[tokio::test]
async fn astronomic_products_and_doubled_strings_break_nothing() {
    let values = |name: &str| {
        let numbers: Vec<String> = (0..300).map(|n| n.to_string()).collect();
        format!("VALUES ?{name} {{ {} }}", numbers.join(" "))
    };
    let product: Vec<String> = ["a", "b", "c", "d", "e", "f", "g", "h"].into_iter().map(values).collect();
    let query = format!("SELECT DISTINCT * {{ {} }} LIMIT 1", product.join(" "));
    let state = state_with(|config| config.limits.query_memory_bytes = 64 << 20);
    let answer = ask_of(&state, post_request("application/sparql-query", &query)).await;
    assert!(matches!(answer.status.as_u16(), 200 | 503), "{} {}", answer.status, answer.body);
    let mut doubled = "SELECT (STRLEN(?x40) AS ?n) { BIND(\"0123456789\" AS ?x0) ".to_owned();
    for n in 0..40 {
        doubled.push_str(&format!("BIND(CONCAT(?x{n}, ?x{n}) AS ?x{}) ", n + 1));
    }
    let answer = ask_of(&state, post_request("application/sparql-query", &format!("{doubled}}}"))).await;
    assert!(matches!(answer.status.as_u16(), 200 | 503), "{} {}", answer.status, answer.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn those_that_find_no_place_are_told_when_to_come_back() {
    let state = state_with(|config| {
        config.limits.queries = 1;
        config.limits.waiting = 0;
        config.limits.timeout = Duration::from_secs(20);
    });
    let bomb = get_request("SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }", "*/*");
    let router = app(state.clone());
    let running = tokio::spawn(router.oneshot(bomb));
    tokio::time::sleep(Duration::from_millis(200)).await;
    let answer = ask_of(&state, get_request(PARKS, "*/*")).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(answer.headers.contains_key(header::RETRY_AFTER), "{:?}", answer.headers);
    // The client goes away, and with it the query.
    running.abort();
    for _ in 0..100 {
        tokio::time::sleep(Duration::from_millis(20)).await;
        if ask_of(&state, get_request(PARKS, "*/*")).await.status == StatusCode::OK {
            return;
        }
    }
    panic!("the query of a client that went away holds its place");
}

#[tokio::test]
async fn a_result_past_the_limit_is_refused() {
    let state = state_with(|config| config.limits.result_bytes = 1000);
    let answer = ask_of(&state, get_request("SELECT * { ?s ?p ?o }", "*/*")).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE, "{}", answer.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn first_rows_come_before_the_last_are_computed() {
    let state = state_with(|config| config.limits.timeout = Duration::from_secs(20));
    let endless = get_request("SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }", "text/csv");
    let response = app(state.clone()).oneshot(endless).await.expect("an answer");
    assert_eq!(response.status(), StatusCode::OK);
    let mut body = response.into_body();
    let first = body.frame().await.expect("a piece").expect("no error").into_data().expect("data");
    assert!(first.starts_with(b"a,b,c,d,e,f,g,h,i\r\n") || first.starts_with(b"a,"), "{first:?}");
    drop(body);
    for _ in 0..100 {
        if state.metrics.running.get() == 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the evaluation goes on though nobody reads it");
}

#[tokio::test]
async fn unchanged_data_is_not_sent_twice() {
    let state = writable();
    let first = ask_of(&state, get_request(PARKS, "text/csv")).await;
    let tag = first.headers[header::ETAG].to_str().expect("a tag").to_owned();
    let again = || with_header(get_request(PARKS, "text/csv"), header::IF_NONE_MATCH, &tag);
    let second = ask_of(&state, again()).await;
    assert_eq!((second.status, second.body.as_str()), (StatusCode::NOT_MODIFIED, ""));
    let other = with_header(get_request(PARKS, "*/*"), header::IF_NONE_MATCH, &tag);
    assert_eq!(ask_of(&state, other).await.status, StatusCode::OK, "another format is another thing");
    let update = post_request("application/sparql-update", "INSERT DATA { <urn:p> a yutu:Park ; rdfs:label 'x' }");
    assert_eq!(ask_of(&state, with_token(update, "secret")).await.status, StatusCode::NO_CONTENT);
    let third = ask_of(&state, again()).await;
    assert_eq!(third.status, StatusCode::OK);
    assert!(third.body.contains("x\r\n"), "{}", third.body);
    let chance = ask_of(&state, get_request("SELECT (RAND() AS ?x) {}", "*/*")).await;
    assert!(!chance.headers.contains_key(header::ETAG));
}

#[tokio::test]
async fn repeated_queries_come_from_the_cache_until_data_changes() {
    let state = state_with(|config| {
        config.cache_bytes = 1 << 20;
        config.tokens.add(Role::Admin, "secret");
    });
    for hits in 0..3 {
        let answer = ask_of(&state, get_request(PARKS, "text/csv")).await;
        assert!(answer.body.contains("京滨工业园"), "{}", answer.body);
        assert_eq!(state.metrics.cache_hits.get(), hits);
    }
    let update = post_request("application/sparql-update", "INSERT DATA { <urn:p> a yutu:Park ; rdfs:label 'x' }");
    ask_of(&state, with_token(update, "secret")).await;
    assert!(ask_of(&state, get_request(PARKS, "text/csv")).await.body.contains("x\r\n"));
    let metrics = ask_of(&state, request("GET", "/metrics")).await.body;
    assert!(metrics.contains("yutu_cache_hits_total 2"), "{metrics}");
}

#[tokio::test]
async fn writing_needs_a_token_that_allows_it() {
    let update = || post_request("application/sparql-update", "INSERT DATA { <urn:a> <urn:b> 1 }");
    let state = writable();
    let answer = ask_of(&state, update()).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert!(answer.headers.contains_key(header::WWW_AUTHENTICATE));
    assert_eq!(ask_of(&state, with_token(update(), "wrong")).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(ask_of(&state, with_token(update(), "pen")).await.status, StatusCode::FORBIDDEN);
    assert_eq!(ask_of(&state, with_token(update(), "secret")).await.status, StatusCode::NO_CONTENT);
    let form =
        post_request("application/x-www-form-urlencoded", "update=INSERT+DATA+%7B%3Curn%3Ac%3E+%3Curn%3Ab%3E+1%7D");
    assert_eq!(ask_of(&state, with_token(form, "secret")).await.status, StatusCode::NO_CONTENT);
    let rows = ask_of(&state, get_request("SELECT * { ?s <urn:b> 1 }", "text/csv")).await.body;
    assert_eq!(rows.lines().count(), 3, "{rows}");
    for method in ["PUT", "POST", "DELETE"] {
        let answer = ask_of(&state, request(method, "/graphs?graph=urn:g")).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{method}");
    }
    let private = state_with(|config| {
        config.is_private = true;
        config.tokens.add(Role::Read, "key");
    });
    assert_eq!(ask_of(&private, get_request(PARKS, "*/*")).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(ask_of(&private, with_token(get_request(PARKS, "*/*"), "key")).await.status, StatusCode::OK);
}

fn put(address: &str, media_type: &str, body: &str) -> Request<Body> {
    let request = Request::put(address).header(header::CONTENT_TYPE, media_type).body(Body::from(body.to_owned()));
    with_token(request.expect("a request"), "secret")
}

#[tokio::test]
async fn graphs_are_put_got_and_deleted() {
    let state = writable();
    let address = "/graphs?graph=urn%3Ag";
    let turtle = "<urn:a> <urn:b> [ <urn:c> \"武清\" ] .";
    assert_eq!(ask_of(&state, put(address, "text/turtle", turtle)).await.status, StatusCode::CREATED);
    assert_eq!(ask_of(&state, put(address, "text/turtle", turtle)).await.status, StatusCode::NO_CONTENT);
    let answer = ask_of(&state, with_header(request("GET", address), header::ACCEPT, "application/n-triples")).await;
    assert_eq!((answer.status, answer.body.lines().count()), (StatusCode::OK, 2), "{}", answer.body);
    assert_eq!(answer.media_type, "application/n-triples; charset=utf-8");
    let head = ask_of(&state, request("HEAD", address)).await;
    assert_eq!((head.status, head.body.as_str()), (StatusCode::OK, ""));
    let wrong = ask_of(&state, put(address, "text/turtle", "<urn:a> oops")).await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST, "{}", wrong.body);
    assert_eq!(ask_of(&state, put(address, "image/png", "x")).await.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert_eq!(ask_of(&state, put("/graphs", "text/turtle", turtle)).await.status, StatusCode::BAD_REQUEST);
    let deleted = ask_of(&state, with_token(request("DELETE", address), "secret")).await;
    assert_eq!(deleted.status, StatusCode::NO_CONTENT);
    assert_eq!(ask_of(&state, request("GET", address)).await.status, StatusCode::NOT_FOUND);
    let quads = with_header(request("GET", "/graphs"), header::ACCEPT, "application/n-quads");
    let quads = ask_of(&state, quads).await.body;
    assert_eq!(quads.lines().count(), 355, "all graphs of the articles");
}

#[tokio::test]
async fn the_service_describes_itself() {
    let state = writable();
    for address in ["/sparql", "/.well-known/void"] {
        let answer = ask_of(&state, request("GET", address)).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert_eq!(answer.media_type, "text/turtle; charset=utf-8");
        let quads = graph_store::parsed(oxigraph::io::RdfFormat::Turtle, "http://localhost/", answer.body.as_bytes());
        let quads = quads.expect("Turtle");
        let says = |part: &str| quads.iter().any(|quad| quad.to_string().contains(part));
        assert!(says("sparql-service-description#endpoint> <http://localhost/sparql>"), "{}", answer.body);
        assert!(says("#UnionDefaultGraph") && says("#SPARQL11Update"));
        if address.ends_with("void") {
            assert!(says("http://rdfs.org/ns/void#documents> \"3\""), "{}", answer.body);
        }
    }
}

#[tokio::test]
async fn methods_are_told_and_heads_have_no_body() {
    let head = ask(request("HEAD", &format!("/sparql?query={}", encoded(PARKS)))).await;
    assert_eq!((head.status, head.body.as_str()), (StatusCode::OK, ""));
    assert!(head.headers.contains_key(header::ETAG));
    let options = ask(request("OPTIONS", "/sparql")).await;
    assert_eq!(options.status, StatusCode::NO_CONTENT);
    assert_eq!(options.headers[header::ALLOW], "GET, HEAD, POST, OPTIONS");
}

#[tokio::test]
async fn results_are_compressed_for_those_who_can_unpack_them() {
    let query = "SELECT * { ?s ?p ?o }";
    let plain = app(state()).oneshot(get_request(query, "text/csv")).await.expect("an answer");
    let plain = plain.into_body().collect().await.expect("a body").to_bytes();
    for packing in ["gzip", "zstd"] {
        let request = with_header(get_request(query, "text/csv"), header::ACCEPT_ENCODING, packing);
        let response = app(state()).oneshot(request).await.expect("an answer");
        assert_eq!(response.headers()[header::CONTENT_ENCODING], packing);
        let packed = response.into_body().collect().await.expect("a body").to_bytes();
        assert!(packed.len() * 2 < plain.len(), "{packing}: {} of {}", packed.len(), plain.len());
    }
}

#[tokio::test]
async fn every_answer_has_an_id_and_guards_the_browser() {
    let answer = ask(get_request(PARKS, "*/*")).await;
    assert!(!answer.headers["x-request-id"].is_empty());
    assert_eq!(answer.headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
    assert!(answer.headers[header::CONTENT_SECURITY_POLICY].to_str().expect("text").contains("default-src 'none'"));
    let given = with_header(get_request(PARKS, "*/*"), HeaderName::from_static("x-request-id"), "abc-1");
    assert_eq!(ask(given).await.headers["x-request-id"], "abc-1");
    let odd = with_header(get_request(PARKS, "*/*"), HeaderName::from_static("x-request-id"), "a b");
    assert_ne!(ask(odd).await.headers["x-request-id"], "a b");
}

#[tokio::test]
async fn other_origins_are_allowed_on_demand() {
    let asked = || with_header(get_request(PARKS, "*/*"), header::ORIGIN, "https://page.example");
    assert!(!ask(asked()).await.headers.contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN));
    let open = state_with(|config| config.cors = true);
    let answer = ask_of(&open, asked()).await;
    assert!(answer.headers.contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN));
    let exposed = answer.headers[header::ACCESS_CONTROL_EXPOSE_HEADERS].to_str().expect("text");
    for name in ["etag", "retry-after", "content-language", "x-request-id", "x-error-code"] {
        assert!(exposed.contains(name), "{exposed}");
    }
    let preflight = with_header(request("OPTIONS", "/sparql"), header::ACCESS_CONTROL_REQUEST_METHOD, "POST");
    let preflight = with_header(preflight, header::ORIGIN, "https://page.example");
    assert!(ask_of(&open, preflight).await.headers.contains_key(header::ACCESS_CONTROL_ALLOW_METHODS));
}

#[tokio::test]
async fn health_is_told_and_an_end_announced() {
    let state = state();
    let answer = ask_of(&state, request("GET", "/healthz")).await;
    assert_eq!((answer.status, answer.body.as_str()), (StatusCode::OK, "ok\n"));
    assert_eq!(ask_of(&state, request("GET", "/readyz")).await.status, StatusCode::OK);
    state.stop();
    assert_eq!(ask_of(&state, request("GET", "/readyz")).await.status, StatusCode::SERVICE_UNAVAILABLE);
}

/// The default graph is a graph of its own only in a scratch store.
#[tokio::test]
async fn a_scratch_store_keeps_its_default_graph_apart() {
    let state = AppState::new(YutuStore::scratch().expect("a store"), Config::default());
    let update = "INSERT DATA { <urn:a> <urn:b> 1 GRAPH <urn:g> { <urn:a> <urn:b> 2 } }";
    let update = post_request("application/sparql-update", update);
    assert_eq!(ask_of(&state, update).await.status, StatusCode::NO_CONTENT);
    for (query, rows) in [("SELECT * { ?s ?p ?o }", 1), ("SELECT * { GRAPH ?g { ?s ?p ?o } }", 1)] {
        let answer = ask_of(&state, get_request(query, "text/csv")).await;
        assert_eq!(answer.body.lines().count(), rows + 1, "{}", answer.body);
    }
    let unknown = ask_of(&state, get_request("SELECT * { ?s a yutu:Park }", "*/*")).await;
    assert_eq!(unknown.status, StatusCode::BAD_REQUEST, "no prefixes are known");
}

fn html(address: &str) -> Request<Body> {
    with_header(request("GET", address), header::ACCEPT, "text/html,*/*;q=0.8")
}

#[tokio::test]
async fn addresses_lead_to_pages_and_data() {
    let state = state();
    let address = format!("/id/{}", pages::encoded_path("Park/京滨工业园"));
    let answer = ask_of(&state, html(&address)).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    let page = answer.headers[header::LOCATION].to_str().expect("text").replace("http://localhost", "");
    let answer = ask_of(&state, html(&page)).await;
    assert_eq!((answer.status, answer.media_type.as_str()), (StatusCode::OK, "text/html; charset=utf-8"));
    assert!(answer.body.contains("<h1>京滨工业园</h1>") && answer.body.contains("诺禾致源"), "{}", answer.body);
    let answer = ask_of(&state, with_header(request("GET", &address), header::ACCEPT, "text/turtle")).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    let data = answer.headers[header::LOCATION].to_str().expect("text").replace("http://localhost", "");
    for accept in ["text/turtle", "application/ld+json"] {
        let answer = ask_of(&state, with_header(request("GET", &data), header::ACCEPT, accept)).await;
        assert_eq!(answer.media_type, format!("{accept}; charset=utf-8"));
        assert!(answer.body.contains("京滨园"), "{}", answer.body);
    }
    for path in ["article/010ecba40770d3df", "claim/7cd004c012516c92eb8d"] {
        assert_eq!(ask_of(&state, html(&format!("/page/{path}"))).await.status, StatusCode::OK, "{path}");
        assert_eq!(ask_of(&state, request("GET", &format!("/data/{path}"))).await.status, StatusCode::OK, "{path}");
    }
    assert_eq!(ask_of(&state, html("/page/Park/nowhere")).await.status, StatusCode::NOT_FOUND);
    assert!(ask_of(&state, request("GET", "/ns")).await.body.contains("owl:Ontology"));
}

#[tokio::test]
async fn another_base_is_followed_throughout() {
    for (base, path) in [
        ("https://data.example.cn/kb/", "/kb/Park/"),
        ("https://data.example.cn/", "/Park/"),
        ("https://data.example.cn/图谱/", "/%E5%9B%BE%E8%B0%B1/Park/"),
    ] {
        let corpus = read_corpus(Path::new("tests/fixtures/gold")).expect("the fixtures are gold");
        let extractions: Vec<Extraction> = corpus.iter().map(|article| article.extraction()).collect();
        let store = YutuStore::in_memory_with_base(base.parse().expect("a base")).expect("a store");
        store.replace_articles(&extractions, Known::Keep).expect("taken");
        let public_url = Some("https://data.example.cn".to_owned());
        let state = AppState::new(store, Config { public_url, ..Config::default() });
        let name = encoded("京滨工业园");
        for (accept, folder) in [("text/html", "page"), ("text/turtle", "data")] {
            for path in [path, "/id/Park/"] {
                let asked = with_header(request("GET", &format!("{path}{name}")), header::ACCEPT, accept);
                let answer = ask_of(&state, asked).await;
                assert_eq!(answer.status, StatusCode::SEE_OTHER, "{path}: {}", answer.body);
                let target = answer.headers[header::LOCATION].to_str().expect("text");
                let target = target.strip_prefix("https://data.example.cn").expect("the public address");
                assert!(target.starts_with(&format!("/{folder}/Park/")), "{target}");
                let answer = ask_of(&state, with_header(request("GET", target), header::ACCEPT, accept)).await;
                assert_eq!(answer.status, StatusCode::OK, "{target}");
                assert!(answer.body.contains("京滨园") && answer.body.contains(base), "{}", answer.body);
                assert!(!answer.body.contains("yutu.example/id/"), "{}", answer.body);
                assert!(accept != "text/html" || answer.body.contains("href=\"/page/Company/"), "{}", answer.body);
            }
        }
        let void = with_header(request("GET", "/.well-known/void"), header::ACCEPT, "application/n-triples");
        let void = ask_of(&state, void).await.body;
        assert!(void.contains(&format!("uriSpace> \"{base}\"")), "{void}");
        assert!(void.contains("https://data.example.cn/sparql") && !void.contains("yutu.example/id/"), "{void}");
        let rows = ask_of(&state, get_request("SELECT ?o { id:Park\\/京滨工业园 rdfs:label ?o }", "text/csv")).await;
        assert_eq!(rows.body.lines().count(), 2, "{}", rows.body);
        let named = format!("/api/v1/queries/parks-in-region?region={}", encoded("武清区"));
        let rows = ask_of(&state, with_header(request("GET", &named), header::ACCEPT, "text/csv")).await;
        assert!(rows.body.contains("京滨工业园"), "{}", rows.body);
        let nothing = ask_of(&state, with_header(request("GET", "/nowhere/at/all"), header::ACCEPT, "text/html")).await;
        assert!(base.ends_with(".cn/") || nothing.status == StatusCode::NOT_FOUND, "{}", nothing.status);
    }
}

#[tokio::test]
async fn nothing_of_the_data_becomes_markup() {
    let state = writable();
    let script = "<script>alert(1)</script>";
    let update = format!(
        "INSERT DATA {{ <https://yutu.example/id/Park/x> a yutu:Park ; rdfs:label {script:?} . <https://yutu.example/id/claim/y> a <javascript:alert(1)> ; rdfs:label {script:?} }}"
    );
    let update = with_token(post_request("application/sparql-update", &update), "secret");
    assert_eq!(ask_of(&state, update).await.status, StatusCode::NO_CONTENT);
    for page in ["/page/Park/x", "/page/claim/y"] {
        let answer = ask_of(&state, html(page)).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert!(!answer.body.contains("<script>alert") && answer.body.contains("&lt;script&gt;"), "{}", answer.body);
        assert!(!answer.body.contains("href=\"javascript"), "{}", answer.body);
    }
}

fn searchable() -> AppState {
    let store = store();
    let index = crate::search::SearchIndex::open(&store).expect("an index");
    index.catch_up(&store).expect("made");
    let mut config = Config { search: Some(std::sync::Arc::new(index)), ..Config::default() };
    config.tokens.add(Role::Admin, "secret");
    AppState::new(store, config)
}

async fn found(state: &AppState, query: &str) -> Vec<String> {
    let answer = ask_of(state, request("GET", &format!("/api/search?{query}"))).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    let hits: serde_json::Value = serde_json::from_str(&answer.body).expect("JSON");
    hits.as_array().expect("a list").iter().map(|hit| hit["label"].as_str().expect("a label").to_owned()).collect()
}

#[tokio::test]
async fn names_are_found_in_characters_pinyin_initials_and_with_mistakes() {
    let state = searchable();
    for text in ["武清", "wuqing", "wqq", "wuqingqu"] {
        let hits = found(&state, &format!("q={}", encoded(text))).await;
        assert_eq!(hits.first().map(String::as_str), Some("武清区"), "{text}: {hits:?}");
    }
    for text in ["京滨工业圆", "京宾工业园", "工业园", "jingbin", "京滨园"] {
        let hits = found(&state, &format!("q={}&type=Park", encoded(text))).await;
        assert_eq!(hits.first().map(String::as_str), Some("京滨工业园"), "{text}: {hits:?}");
    }
    assert!(found(&state, &format!("q={}&type=Company", encoded("武清"))).await.is_empty());
    assert!(!found(&state, &format!("q={}&scope=article", encoded("生物医药"))).await.is_empty());
    assert!(!found(&state, &format!("q={}&scope=passage", encoded("到位资金"))).await.is_empty());
    assert!(found(&state, "q=zzzzzzzz").await.is_empty());
}

#[tokio::test]
async fn search_is_a_service_in_sparql() {
    let state = searchable();
    let query = "SELECT ?name ?score { SERVICE yutu:search { ?p yutu:query 'jingbin' ; yutu:type yutu:Park ; yutu:score ?score ; yutu:limit 3 } ?p rdfs:label ?name }";
    let answer = ask_of(&state, get_request(query, "text/csv")).await;
    assert!(answer.body.starts_with("name,score\r\n京滨工业园,"), "{}", answer.body);
    let wrong = "SELECT * { SERVICE yutu:search { ?p yutu:colour 'red' } }";
    let answer = ask_of(&state, get_request(wrong, "text/csv")).await;
    assert!(answer.body.contains("yutu:search knows"), "{}", answer.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_index_follows_the_store() {
    let state = searchable();
    state.start_search();
    let update =
        "INSERT DATA { GRAPH <urn:g> { <https://yutu.example/id/Park/新园> a yutu:Park ; rdfs:label '天开新园' } }";
    let update = with_token(post_request("application/sparql-update", update), "secret");
    assert_eq!(ask_of(&state, update).await.status, StatusCode::NO_CONTENT);
    for _ in 0..100 {
        if found(&state, "q=tiankai").await == ["天开新园"] {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the index does not know what was written");
}

#[tokio::test]
async fn plain_addresses_answer_without_sparql() {
    let state = searchable();
    let name = encoded("京滨工业园");
    for (address, part) in [
        (format!("/api/v1/entities?name={name}"), "\"label\":\"京滨工业园\""),
        (format!("/api/v1/entity?entity={name}"), "诺禾致源"),
        (format!("/api/v1/claims?entity={name}&predicate=attracts"), "引进诺禾致源"),
        (format!("/api/v1/timeline?entity={name}"), "到位资金"),
        (format!("/api/v1/subgraph?entity={name}&hops=1"), "\"elements\""),
        ("/api/v1/articles?limit=2".to_owned(), "\"title\""),
        ("/api/v1/article?key=f01".to_owned(), "\"relations\""),
        ("/api/v1/queries".to_owned(), "\"parks-in-region\""),
        (format!("/api/v1/queries/parks-in-region?region={}", encoded("武清区")), "京滨工业园"),
        ("/api/v1/stats".to_owned(), "\"articles\":3"),
    ] {
        let answer = ask_of(&state, request("GET", &address)).await;
        assert_eq!(answer.status, StatusCode::OK, "{address}: {}", answer.body);
        assert!(answer.body.contains(part), "{address}: {}", answer.body);
    }
    let csv = with_header(request("GET", &format!("/api/v1/claims?entity={name}")), header::ACCEPT, "text/csv");
    let csv = ask_of(&state, csv).await;
    assert_eq!(csv.media_type, "text/csv; charset=utf-8");
    assert!(csv.body.starts_with("subject,subject_iri,predicate,"), "{}", csv.body);
    for (address, status) in
        [("/api/v1/entity?entity=zzz", 404), ("/api/v1/queries/none", 404), ("/api/v1/entity", 400)]
    {
        assert_eq!(ask_of(&state, request("GET", address)).await.status, status, "{address}");
    }
}

#[tokio::test]
async fn the_openapi_document_names_every_address() {
    let answer = ask(request("GET", "/api/v1/openapi.json")).await;
    let document: serde_json::Value = serde_json::from_str(&answer.body).expect("JSON");
    let paths = document["paths"].as_object().expect("paths");
    for path in ["/api/search", "/api/v1/claims", "/api/v1/queries/{name}", "/api/v1/extract"] {
        assert!(paths.contains_key(path), "{path}");
    }
    assert!(paths["/api/v1/articles"]["post"].is_object() && paths["/api/v1/articles"]["get"].is_object());
    assert!(ask(html("/api")).await.body.contains("/api/v1/claims"));
    for file in ["/static/app.js", "/static/style.css", "/", "/sparql"] {
        assert_eq!(ask(html(file)).await.status, StatusCode::OK, "{file}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn articles_are_taken_from_those_who_may() {
    let extractor = Some(std::sync::Arc::new(crate::pipeline::Extractor::builtin()));
    let mut config = Config { extractor, ..Config::default() };
    config.tokens.add(Role::Ingest, "pen");
    let state = AppState::new(store(), config);
    let text = "2024年,武清区京滨工业园引进诺禾致源,到位资金38.6亿元。";
    let body =
        serde_json::json!({ "articles": [{ "title": "武清区引进企业", "text": text, "published": "2025-01-02" }] });
    let post = |path: &str, body: String| {
        let request = Request::post(path).header(header::CONTENT_TYPE, "application/json").body(Body::from(body));
        request.expect("a request")
    };
    let extracted = ask_of(&state, post("/api/v1/extract", body["articles"][0].to_string())).await;
    assert!(extracted.status == StatusCode::OK && extracted.body.contains("38.6"), "{}", extracted.body);
    assert_eq!(ask_of(&state, post("/api/v1/articles", body.to_string())).await.status, StatusCode::UNAUTHORIZED);
    for taken in ["new", "same"] {
        let answer = ask_of(&state, with_token(post("/api/v1/articles", body.to_string()), "pen")).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
        assert!(answer.body.contains(&format!("\"taken\":\"{taken}\"")), "{}", answer.body);
    }
    let rows = ask_of(&state, get_request("SELECT ?a { ?a dcterms:title '武清区引进企业' }", "text/csv")).await;
    assert_eq!(rows.body.lines().count(), 2, "{}", rows.body);
}

#[tokio::test]
async fn a_backup_is_made_while_serving() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("store");
    let store = YutuStore::open(&path).expect("a store");
    let mut config = Config { backup_folder: Some(folder.path().join("backups")), ..Config::default() };
    config.tokens.add(Role::Admin, "secret");
    let state = AppState::new(store, config);
    let asked = |name: &str| with_token(request("POST", &format!("/admin/backup?name={name}")), "secret");
    assert_eq!(ask_of(&state, request("POST", "/admin/backup")).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(ask_of(&state, asked("monday")).await.status, StatusCode::CREATED);
    assert_eq!(ask_of(&state, asked("monday")).await.status, StatusCode::CONFLICT);
    assert_eq!(ask_of(&state, asked("..%2Fx")).await.status, StatusCode::BAD_REQUEST);
    YutuStore::open(&folder.path().join("backups/monday")).expect("it opens");
}

#[tokio::test]
async fn what_would_cost_too_much_before_evaluation_is_refused() {
    let nested = format!("SELECT * {}{}", "{".repeat(100_000), "}".repeat(100_000));
    let answer = ask(post_request("application/sparql-query", &nested)).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert!(answer.body.contains("nested deeper than 100"), "{}", answer.body);
}

#[tokio::test]
async fn errors_come_in_the_clients_language_with_one_code() {
    let state = writable();
    for (asked, status, code, zh, en) in [
        (get_request("SELECT * {\n ?s ?p }", "*/*"), 400, "query-syntax", "查询不符合 SPARQL", "not SPARQL 1.1"),
        (request("GET", "/sparql?update=CLEAR%20ALL"), 400, "bad-request", "须用 POST", "by POST"),
        (post_request("application/sparql-update", "CLEAR ALL"), 401, "token-missing", "需要令牌", "needs a token"),
        (get_request(PARKS, "image/png"), 406, "not-acceptable", "可提供的格式", "can be had as"),
        (post_request("application/json", "{}"), 415, "unsupported-media-type", "请以下列格式", "send it as"),
        (request("DELETE", "/sparql"), 405, "method-not-allowed", "可用的方法", "the methods here"),
        (request("GET", "/nothing"), 404, "not-found", "此地址没有内容", "nothing at this address"),
        (request("GET", "/api/v1/entity?entity=zzz"), 404, "not-found", "没有名为 `zzz`", "is called `zzz`"),
        (request("GET", "/api/v1/entity"), 400, "bad-request", "参数有误", "missing field"),
        (request("GET", "/api/v1/claims?entity=x&predicate=y"), 400, "bad-request", "没有 `y` 这个名称", "`y` is no"),
        (request("GET", "/api/v1/queries/parks-in-region"), 400, "bad-request", "region", "region"),
        (request("GET", "/graphs?graph=urn%3Anone"), 404, "not-found", "没有这个图", "no such graph"),
    ] {
        let (parts, body) = asked.into_parts();
        let bytes = body.collect().await.expect("a body").to_bytes();
        for (lang, said) in [("zh-CN,zh;q=0.9", zh), ("en", en), ("fr", en)] {
            let asked = Request::from_parts(parts.clone(), Body::from(bytes.clone()));
            let answer = ask_of(&state, with_header(asked, header::ACCEPT_LANGUAGE, lang)).await;
            assert_eq!(answer.status, status, "{}", answer.body);
            assert_eq!(answer.headers["x-error-code"], code, "{}", answer.body);
            assert!(answer.body.contains(said), "{lang}: {said} in {}", answer.body);
            assert_eq!(answer.headers[header::CONTENT_LANGUAGE], &lang[..2].replace("fr", "en"));
            assert!(answer.headers.get_all(header::VARY).iter().any(|vary| vary == "accept-language"));
            if parts.uri.path().starts_with("/api/") {
                assert_eq!(answer.media_type, "application/problem+json");
                let problem: serde_json::Value = serde_json::from_str(&answer.body).expect("JSON");
                assert_eq!(
                    (problem["code"].as_str(), problem["status"].as_u64()),
                    (Some(code), Some(u64::from(status)))
                );
            } else {
                assert_eq!(answer.media_type, "text/plain; charset=utf-8");
            }
        }
    }
    let head = with_header(request("HEAD", "/nothing"), header::ACCEPT_LANGUAGE, "zh");
    let head = ask_of(&state, head).await;
    assert_eq!((head.status, head.body.as_str()), (StatusCode::NOT_FOUND, ""));
}

#[test]
fn bases_that_begin_as_the_services_own_paths_cannot_be_served() {
    let beginning = |base: &str| own_beginning(&crate::model::iri::Base::parse(base).expect("a base"));
    for base in ["https://a.example/", "https://a.example/id/", "https://a.example/kb/data/", "https://a.example/ids/"]
    {
        assert_eq!(beginning(base), None, "{base}");
    }
    for own in OWN_BEGINNINGS {
        assert_eq!(beginning(&format!("https://a.example/{own}/kb/")), Some(own));
    }
    assert_eq!(beginning("https://a.example/data"), Some("data"));
}

#[test]
fn what_a_named_query_fails_of_is_not_always_its_callers_fault() {
    use axum::response::IntoResponse as _;
    use oxigraph::sparql::QueryEvaluationError;

    use crate::query::QueryError;

    let evaluation = || QueryEvaluationError::Unexpected("a secret".into());
    let failed = crate::store::QueryError::Evaluation { source: evaluation() };
    for (error, status) in [
        (QueryError::TimedOut { limit: Duration::from_secs(1) }, StatusCode::SERVICE_UNAVAILABLE),
        (QueryError::Evaluation(evaluation()), StatusCode::INTERNAL_SERVER_ERROR),
        (QueryError::Store(failed), StatusCode::INTERNAL_SERVER_ERROR),
        (QueryError::Output(std::io::ErrorKind::Other.into()), StatusCode::BAD_REQUEST),
    ] {
        assert_eq!(error::HttpError::from(error).into_response().status(), status);
    }
}

/// Queries that hold much before they answer, one for each way to hold it.
const HOLDERS: [&str; 6] = [
    "SELECT * { ?a ?b ?c . ?d ?e ?f } ORDER BY ?c ?f",
    "SELECT (COUNT(*) AS ?n) { SELECT DISTINCT * { ?a ?b ?c . ?d ?e ?f } }",
    "SELECT (COUNT(*) AS ?n) { SELECT ?a ?c ?f (COUNT(*) AS ?m) { ?a ?b ?c . ?d ?e ?f } GROUP BY ?a ?c ?f }",
    "SELECT (COUNT(*) AS ?n) { { SELECT ?p ?a ?f { ?a ?p ?c . ?d ?e ?f } } { SELECT ?p ?g ?l { ?g ?p ?i . ?j ?k ?l } } }",
    "SELECT (COUNT(*) AS ?n) { ?a (!yutu:none|^(!yutu:none))+ ?b }",
    "SELECT (GROUP_CONCAT(CONCAT(STR(?a), STR(?d))) AS ?x) { ?a ?b ?c . ?d ?e ?f }",
];

#[tokio::test(flavor = "multi_thread")]
async fn a_query_that_needs_more_than_all_may_hold_is_not_told_to_come_back() {
    let state = state_with(|config| config.limits.memory_bytes = 1 << 20);
    for query in HOLDERS {
        let answer = ask_of(&state, get_request(query, "text/csv")).await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{query}: {}", answer.body);
        assert_eq!(answer.headers["x-error-code"], "query-memory", "{}", answer.body);
        assert!(answer.body.contains("1048576 bytes") && answer.headers.contains_key(header::RETRY_AFTER));
        assert_eq!(state.memory.memory_held(), 0, "{query}: all of it is given back");
    }
    assert_eq!(ask_of(&state, get_request(PARKS, "text/csv")).await.status, StatusCode::OK);
    assert_eq!(state.metrics.out_of_memory.get(), HOLDERS.len() as u64);
    // What CONSTRUCT has sent before is broken off.
    let query = "CONSTRUCT { ?a ?e ?f } WHERE { ?a ?b ?c . ?d ?e ?f }";
    let response = app(state.clone()).oneshot(get_request(query, "application/n-triples")).await.expect("an answer");
    assert!(response.status() == StatusCode::SERVICE_UNAVAILABLE || response.into_body().collect().await.is_err());
    assert_eq!(state.metrics.out_of_memory.get(), HOLDERS.len() as u64 + 1);
}

/// Each of them alone may hold what it needs; it is the sum that is limited.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn queries_at_the_same_time_stay_within_the_limit_for_all() {
    let limit = 12 << 20;
    let state = state_with(|config| {
        config.limits.memory_bytes = limit;
        config.limits.queries = 8;
    });
    let query = |offset: usize| {
        format!(
            "SELECT (COUNT(*) AS ?n) {{ SELECT DISTINCT ?a ?c ?e ?f {{ ?a ?b ?c . ?d ?e ?f }} OFFSET {offset} LIMIT 20000 }}"
        )
    };
    let alone = ask_of(&state, get_request(&query(0), "text/csv")).await;
    assert_eq!(alone.status, StatusCode::OK, "{}", alone.body);
    let (mut most, mut done, mut refused) = (0, 0, 0);
    for round in 0..5 {
        let running: Vec<_> = (0..8)
            .map(|number| tokio::spawn(app(state.clone()).oneshot(get_request(&query(round * 8 + number), "text/csv"))))
            .collect();
        while running.iter().any(|one| !one.is_finished()) {
            most = most.max(state.memory.memory_held());
            tokio::time::sleep(Duration::from_micros(200)).await;
        }
        for one in running {
            let response = one.await.expect("it ran").expect("an answer");
            match response.status() {
                StatusCode::OK => done += 1,
                StatusCode::SERVICE_UNAVAILABLE => {
                    assert_eq!(response.headers()["x-error-code"], "memory-taken");
                    refused += 1;
                }
                other => panic!("{other}"),
            }
        }
    }
    assert!(most > limit / 4 && most <= limit, "{most} bytes were held of {limit}");
    assert!(done > 0 && refused > 0, "{done} done, {refused} refused");
    assert_eq!(state.memory.memory_held(), 0);
}
