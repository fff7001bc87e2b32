//! The OpenAPI document against what the running service really answers: every field is described, and every description holds.

use serde_json::{Value, json};

use crate::{
    serve::Server,
    yutu::{fixture_argument, run},
};

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// The body of an answer as JSON.
fn body(answer: &str) -> Value {
    let (_, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
    serde_json::from_str(body).unwrap_or_else(|error| panic!("{error} in {answer}"))
}

/// What is wrong with a value by its schema, with the place. The parts of JSON Schema that the document uses; stricter than the
/// standard in one thing: an object may have no fields that its schema does not name.
fn wrong(document: &Value, schema: &Value, value: &Value, place: &str) -> Vec<String> {
    let mut found = Vec::new();
    let schema = resolved(document, schema);
    if let Some(choices) = schema.get("oneOf").or_else(|| schema.get("anyOf")).and_then(Value::as_array) {
        let of_each: Vec<Vec<String>> = choices.iter().map(|choice| wrong(document, choice, value, place)).collect();
        return if of_each.iter().any(Vec::is_empty) { found } else { of_each.concat() };
    }
    let types = match &schema["type"] {
        Value::Array(types) => types.iter().filter_map(Value::as_str).collect(),
        Value::String(one) => vec![one.as_str()],
        _ if schema.get("allOf").is_some() => vec!["object"],
        _ => return vec![format!("{place}: the schema says nothing: {schema}")],
    };
    let is_of = |name: &str| match name {
        "integer" => value.is_u64() || value.is_i64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        "null" => value.is_null(),
        _ => false,
    };
    if !types.iter().any(|name| is_of(name)) {
        return vec![format!("{place}: {value} is no {types:?}")];
    }
    if let Some(known) = schema["enum"].as_array()
        && !known.contains(value)
    {
        found.push(format!("{place}: {value} is none of {known:?}"));
    }
    for (number, item) in value.as_array().into_iter().flatten().enumerate() {
        found.extend(wrong(document, &schema["items"], item, &format!("{place}/{number}")));
    }
    let Some(fields) = value.as_object() else { return found };
    let mut parts = vec![schema];
    parts.extend(schema["allOf"].as_array().into_iter().flatten().map(|part| resolved(document, part)));
    for required in parts.iter().flat_map(|part| part["required"].as_array().into_iter().flatten()) {
        if !fields.contains_key(required.as_str().unwrap_or_default()) {
            found.push(format!("{place}: {required} is missing"));
        }
    }
    for (name, value) in fields {
        let place = format!("{place}/{name}");
        let named = parts.iter().find_map(|part| part["properties"].get(name));
        let others = parts.iter().find_map(|part| part.get("additionalProperties"));
        match named.or(others) {
            Some(schema) => found.extend(wrong(document, schema, value, &place)),
            // A schema that says only "an object" describes what others define: the style of Cytoscape.js.
            None if parts.iter().all(|part| part.get("properties").is_none()) => {}
            None => found.push(format!("{place}: not described")),
        }
    }
    found
}

/// The schema itself where a reference stands for it.
fn resolved<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    match schema["$ref"].as_str() {
        Some(name) => document.pointer(name.trim_start_matches('#')).unwrap_or_else(|| panic!("{name} is missing")),
        None => schema,
    }
}

fn check(document: &Value, (method, path, status): (&str, &str, &str), media_type: &str, answer: &Value) {
    let described = &document["paths"][path][method]["responses"][status];
    let schema = &described["content"][media_type]["schema"];
    assert!(schema.is_object(), "{method} {path} {status} is not described: {described}");
    let wrong = wrong(document, schema, answer, "");
    assert!(wrong.is_empty(), "{method} {path}: {wrong:#?} in {answer:#}");
}

#[test]
fn every_answer_is_as_the_document_says() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).to_str().expect("UTF-8").to_owned();
    let (store, tokens) = (path("store"), path("tokens"));
    assert_eq!(run(&["load", "--store", &store, &fixture_argument("gold.nq")]).status, Some(0));
    let token = run(&["token", "ingest", "--file", &tokens]).stdout.trim().to_owned();
    let server = Server::start(&["--store", &store, "--tokens", &tokens]);
    let document = body(&server.ask("GET /api/v1/openapi.json", "", "").1);
    let (park, region) = (encoded("京滨工业园"), encoded("武清区"));
    let results = "application/sparql-results+json";
    let mut checked: Vec<(String, String)> = Vec::new();
    for (path, address, media_type) in [
        ("/api/search", format!("/api/search?q={park}"), "application/json"),
        ("/api/search", format!("/api/search?scope=passage&q={}", encoded("到位资金")), "application/json"),
        ("/api/search", format!("/api/search?scope=article&q={}", encoded("生物医药")), "application/json"),
        ("/api/v1/entities", format!("/api/v1/entities?name={park}"), "application/json"),
        ("/api/v1/entity", format!("/api/v1/entity?entity={park}"), "application/json"),
        ("/api/v1/entity", format!("/api/v1/entity?entity={region}"), "application/json"),
        ("/api/v1/articles", "/api/v1/articles".to_owned(), "application/json"),
        ("/api/v1/article", "/api/v1/article?key=f01".to_owned(), "application/json"),
        ("/api/v1/claims", format!("/api/v1/claims?entity={park}"), "application/json"),
        ("/api/v1/timeline", format!("/api/v1/timeline?entity={park}"), "application/json"),
        ("/api/v1/subgraph", format!("/api/v1/subgraph?entity={park}"), "application/json"),
        ("/api/v1/queries", "/api/v1/queries".to_owned(), "application/json"),
        ("/api/v1/queries/{name}", format!("/api/v1/queries/parks-in-region?region={region}"), results),
        ("/api/v1/stats", "/api/v1/stats".to_owned(), "application/json"),
    ] {
        // The index is made in the background.
        let mut answer = server.ask(&format!("GET {address}"), "accept: application/json\r\n", "");
        for _ in 0..200 {
            if answer.0 != 503 {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(50));
            answer = server.ask(&format!("GET {address}"), "accept: application/json\r\n", "");
        }
        assert_eq!(answer.0, 200, "{}", answer.1);
        let answer = body(&answer.1);
        let is_empty = answer.as_array().is_some_and(Vec::is_empty);
        assert!(!is_empty, "{address}: an empty list shows nothing");
        check(&document, ("get", path, "200"), media_type, &answer);
        checked.push((path.to_owned(), "get".to_owned()));
    }
    let article = json!({ "title": "武清区引进企业", "text": "2024年,武清区京滨工业园引进诺禾致源,到位资金38.6亿元。", "published": "2025-01-02" });
    let headers = format!("content-type: application/json\r\nauthorization: Bearer {token}\r\n");
    for (path, sent, status) in
        [("/api/v1/extract", article.clone(), "200"), ("/api/v1/articles", json!({ "articles": [article] }), "201")]
    {
        let answer = server.ask(&format!("POST {path}"), &headers, &sent.to_string());
        assert_eq!(answer.0.to_string(), status, "{}", answer.1);
        check(&document, ("post", path, status), "application/json", &body(&answer.1));
        checked.push((path.to_owned(), "post".to_owned()));
    }
    for (path, methods) in document["paths"].as_object().expect("paths") {
        for method in methods.as_object().expect("methods").keys() {
            assert!(checked.contains(&(path.clone(), method.clone())), "{method} {path} is not looked at");
        }
    }
}

#[test]
fn errors_are_as_the_document_says() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = folder.path().join("store").to_str().expect("UTF-8").to_owned();
    assert_eq!(run(&["load", "--store", &store, &fixture_argument("gold.nq")]).status, Some(0));
    let server = Server::start(&["--store", &store, "--no-search"]);
    let document = body(&server.ask("GET /api/v1/openapi.json", "", "").1);
    for (path, address, status, described) in [
        ("/api/v1/entity", "/api/v1/entity?entity=zzz", 404, "404"),
        ("/api/v1/entity", "/api/v1/entity", 400, "4XX"),
        ("/api/v1/queries/{name}", "/api/v1/queries/none", 404, "404"),
        ("/api/v1/claims", "/api/v1/claims?entity=x&predicate=y", 400, "4XX"),
        ("/api/search", "/api/search?q=x", 404, "4XX"),
    ] {
        let answer = server.ask(&format!("GET {address}"), "", "");
        assert_eq!(answer.0, status, "{}", answer.1);
        check(&document, ("get", path, described), "application/problem+json", &body(&answer.1));
    }
}
