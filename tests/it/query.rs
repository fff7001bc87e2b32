//! `yutu query` as the built program: names, parameters, formats, errors and exit status.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpListener,
    path::PathBuf,
    time::{Duration, Instant},
};

use yutu::store::{Known, YutuStore};

use crate::{
    named_queries::sample,
    yutu::{Run, run, run_with_input},
};

/// A store on disk with the sample articles, gone with the folder.
fn store() -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let path: PathBuf = folder.path().join("store");
    let store = YutuStore::open(&path).expect("a store");
    store.replace_articles(&sample(), Known::Keep).expect("taken");
    store.flush().expect("on disk");
    let path = path.to_str().expect("UTF-8").to_owned();
    (folder, path)
}

fn asked(arguments: &[&str]) -> Run {
    let (_folder, path) = store();
    let mut all = vec!["query", "--store", &path];
    all.extend(arguments);
    run(&all)
}

#[test]
fn a_named_query_takes_parameters_and_options_after_its_name() {
    let run = asked(&["parks-in-region", "--region", "武清", "--format", "table"]);
    assert_eq!(run.status, Some(0), "{}", run.stderr);
    assert!(run.stdout.starts_with('┌') && run.stdout.contains("│ 京滨工业园"), "{}", run.stdout);
    assert!(run.stderr.contains("武清区 (Region)"), "what a short name was taken for: {}", run.stderr);
    let run = asked(&["--format=tsv", "parks-in-region", "--limit", "1", "--region=西青区", "--lang", "zh"]);
    assert_eq!(run.stdout.lines().count(), 2, "{}", run.stdout);
    assert_eq!(run.stderr, "只输出了前 1 行（--limit）\n");
}

#[test]
fn text_comes_from_an_option_a_file_or_standard_input() {
    let (_folder, path) = store();
    let text = "SELECT (COUNT(*) AS ?n) { ?p a yutu:Park }";
    let by_option = run(&["query", "--store", &path, "-q", text]).stdout;
    assert!(by_option.starts_with("n\r\n"), "{by_option}");
    assert_eq!(run_with_input(&["query", "--store", &path], text.as_bytes()).stdout, by_option);
    assert_eq!(run_with_input(&["query", "--store", &path, "-f", "-"], text.as_bytes()).stdout, by_option);
    let by_file = run(&["query", "--store", &path, "--region", "武清区", "-f", "queries/parks-in-region.rq"]);
    let by_name = run(&["query", "--store", &path, "parks-in-region", "--region", "武清区"]);
    assert_eq!(by_file.stdout, by_name.stdout, "{}", by_file.stderr);
}

#[test]
fn a_syntax_error_shows_the_line_and_points_at_the_place() {
    let text = "SELECT ?park\nWHERE { ?park yutu:位于 }";
    for (lang, words) in [("en", "line 2, column 23"), ("zh", "第 2 行第 23 列")] {
        let run = run(&["query", "--lang", lang, "-q", text]);
        assert_eq!(run.status, Some(1));
        assert!(run.stderr.contains(words), "{}", run.stderr);
        assert!(run.stderr.contains("WHERE { ?park yutu:位于 }"), "{}", run.stderr);
    }
    let run = run(&["query", "-q", "ASK {\n ?a nope:b 1 }"]);
    assert!(
        run.stderr.contains("`nope:` is not declared") && run.stderr.contains("line 2, column 5"),
        "{}",
        run.stderr
    );
}

#[test]
fn wrong_usage_is_said_in_both_languages_with_status_2() {
    for (arguments, zh, en) in [
        (&["query", "parks-of-region"][..], "没有名为 `parks-of-region` 的查询", "there is no query `parks-of-region`"),
        (&["query", "parks-in-region"], "缺少参数：--region", "missing parameters: --region"),
        (
            &["query", "parks-in-region", "--regoin", "x"],
            "该查询没有参数 --regoin；可用参数：--region",
            "it takes: --region",
        ),
        (&["query", "parks-in-region", "--region"], "需要一个值", "needs a value"),
        (&["query", "paths", "-q", "ASK {}"], "只能给出一个", "give either"),
        (&["query", "parks-in-region", "--region", "武清区", "--format", "yaml"], "`yaml`", "yaml"),
    ] {
        for (lang, words) in [("zh", zh), ("en", en)] {
            let mut all = arguments.to_vec();
            all.extend(["--lang", lang]);
            let run = run(&all);
            assert_eq!(run.status, Some(2), "{all:?}: {}", run.stderr);
            assert!(run.stderr.contains(words), "{all:?}: {}", run.stderr);
        }
    }
    let run = asked(&["parks-in-region", "--region", "天开"]);
    assert_eq!(run.status, Some(2));
    assert!(run.stderr.contains("nothing is called `天开`"), "{}", run.stderr);
}

#[test]
fn a_format_of_the_wrong_kind_names_those_that_suit() {
    let run = asked(&["-q", "ASK {}", "--format", "ttl", "--lang", "zh"]);
    assert_eq!(run.status, Some(1));
    assert!(run.stderr.contains("可选：table, json, xml, csv, tsv"), "{}", run.stderr);
}

#[test]
fn the_list_has_both_languages_and_a_form_for_programs() {
    let list = run(&["query", "--list", "--lang", "zh"]).stdout;
    assert!(list.contains("parks-in-region  某地区的园区 / Parks of a region"), "{list}");
    assert!(list.contains("$ yutu query parks-in-region --region"), "{list}");
    let json = run(&["query", "--list", "--format", "json"]).stdout;
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert!(json.as_array().is_some_and(|list| list.len() >= 32));
    let one = run(&["query", "paths", "--help"]).stdout;
    assert!(one.starts_with("paths  ") && one.lines().count() < 10, "{one}");
}

#[test]
fn an_endless_query_ends_in_time() {
    let started = Instant::now();
    let endless = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }";
    let run = asked(&["-q", endless, "--timeout-s", "0.2"]);
    assert_eq!(run.status, Some(1));
    assert!(run.stderr.contains("stopped after 0.2 s"), "{}", run.stderr);
    assert!(started.elapsed() < Duration::from_secs(30));
}

#[test]
fn a_plan_is_shown_instead_of_the_answer() {
    let run = asked(&["parks-in-region", "--region", "武清区", "--explain"]);
    assert!(run.stdout.lines().count() > 5 && run.stdout.contains("rows"), "{}{}", run.stdout, run.stderr);
}

/// Names are looked up at the endpoint too: it is asked twice.
#[test]
fn a_named_query_runs_on_an_endpoint() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let url = format!("http://{}/sparql", listener.local_addr().expect("an address"));
    let serving = std::thread::spawn(move || {
        let literal = |value: &str| format!(r#"{{"type":"literal","value":"{value}"}}"#);
        let uri = |value: &str| format!(r#"{{"type":"uri","value":"{value}"}}"#);
        let looked_up = format!(
            r#"{{"head":{{"vars":["entity","type","label","code"]}},"results":{{"bindings":[{{"entity":{},"type":{},"label":{},"code":{}}}]}}}}"#,
            uri("urn:wuqing"),
            uri("https://yutu.example/ns#Region"),
            literal("武清区"),
            literal("120114")
        );
        let answer = format!(
            r#"{{"head":{{"vars":["park"]}},"results":{{"bindings":[{{"park":{}}}]}}}}"#,
            literal("京滨工业园")
        );
        let mut forms = Vec::new();
        for body in [looked_up, answer] {
            let (mut stream, _) = listener.accept().expect("a client");
            let mut reader = BufReader::new(stream.try_clone().expect("a stream"));
            let mut length = 0;
            loop {
                let mut line = String::new();
                reader.read_line(&mut line).expect("a header");
                if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                    length = value.trim().parse().expect("a length");
                }
                if line.trim().is_empty() {
                    break;
                }
            }
            let mut form = vec![0; length];
            reader.read_exact(&mut form).expect("a form");
            forms.push(String::from_utf8(form).expect("UTF-8"));
            write!(
                stream,
                "HTTP/1.1 200 OK\r\nContent-Type: application/sparql-results+json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                body.len()
            )
            .expect("answered");
        }
        forms
    });
    let run = run(&["query", "--endpoint", &url, "parks-in-region", "--region", "武清区"]);
    assert_eq!(run.stdout, "park\r\n京滨工业园\r\n", "{}", run.stderr);
    let forms = serving.join().expect("served");
    assert!(forms[1].contains("urn%3Awuqing"), "{}", forms[1]);
}
