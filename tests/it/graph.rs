//! `yutu graph` by the built program, on a store of the three annotated articles of `tests/fixtures/gold`.

use std::{fs, path::Path};

use crate::yutu::{Run, fixture, run, run_with_input};

fn store() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let store = folder.path().join("store");
    let facts = fixture("gold.nq");
    let loaded = run(&["load", "--store", &text(&store), &text(&facts)]);
    assert_eq!(loaded.status, Some(0), "{}", loaded.stderr);
    folder
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

fn graph(folder: &tempfile::TempDir, arguments: &[&str]) -> Run {
    let store = text(&folder.path().join("store"));
    let mut all = vec!["graph", "--store", &store];
    all.extend(arguments);
    run(&all)
}

#[test]
fn every_format_is_written_to_the_file_asked_for() {
    let folder = store();
    let begins: [(&str, &[u8]); 7] = [
        ("a.svg", b"<?xml"),
        ("a.png", b"\x89PNG"),
        ("a.dot", b"digraph"),
        ("a.graphml", b"<?xml"),
        ("a.gexf", b"<?xml"),
        ("a.mmd", b"---"),
        ("a.json", b"{"),
    ];
    for (name, begin) in begins {
        let path = folder.path().join(name);
        let done = graph(&folder, &["京滨工业园", "-o", &text(&path), "--lang", "en"]);
        assert_eq!((done.status, done.stdout.as_str()), (Some(0), ""), "{}", done.stderr);
        assert!(fs::read(&path).expect("written").starts_with(begin), "{name}");
    }
    let tables = folder.path().join("tables");
    assert_eq!(graph(&folder, &["京滨工业园", "--format", "csv", "-o", &text(&tables)]).status, Some(0));
    let nodes = fs::read_to_string(tables.join("nodes.csv")).expect("written");
    assert!(nodes.starts_with("Id,Label,type,") && nodes.contains("诺禾致源"));
    assert!(fs::read_to_string(tables.join("edges.csv")).expect("written").starts_with("Source,Target,Type,"));
}

#[test]
fn the_same_picture_comes_out_each_time() {
    let folder = store();
    let draw = || graph(&folder, &["京滨园", "-f", "svg", "-o", "-"]).stdout;
    let first = draw();
    assert!(first.contains(">京滨工业园</text>"));
    assert_eq!(first, draw());
}

#[test]
fn unknown_and_ambiguous_names_get_suggestions() {
    let folder = store();
    let unknown = graph(&folder, &["京滨公业园", "--lang", "en"]);
    assert_eq!(unknown.status, Some(1));
    assert!(
        unknown.stderr.contains("no entity named `京滨公业园`") && unknown.stderr.contains("similar names: 京滨工业园")
    );
    let ambiguous = graph(&folder, &["武清", "--lang", "zh"]);
    assert_eq!(ambiguous.status, Some(1));
    assert!(
        ambiguous.stderr.contains("武清区（地区") && ambiguous.stderr.contains("武清开发区（园区"),
        "{}",
        ambiguous.stderr
    );
}

#[test]
fn a_construct_is_drawn_from_standard_input() {
    let folder = store();
    let store = text(&folder.path().join("store"));
    let query = "CONSTRUCT { ?a yutu:attracts ?b } WHERE { ?a yutu:attracts ?b }";
    let drawn = run_with_input(&["graph", "--store", &store, "--query", "-", "-f", "mermaid"], query.as_bytes());
    assert_eq!(drawn.status, Some(0), "{}", drawn.stderr);
    assert!(drawn.stdout.contains("attracts ×2"), "{}", drawn.stdout);
}

#[test]
fn what_is_left_out_is_said() {
    let folder = store();
    let part = graph(&folder, &["京滨工业园", "--max-nodes", "2", "-f", "mermaid", "--lang", "en"]);
    assert!(part.stderr.contains("left out as less supported: "), "{}", part.stderr);
    assert!(part.stdout.contains("诺禾致源"), "the fact of two articles stays: {}", part.stdout);
}

#[test]
fn wrong_requests_are_explained() {
    let folder = store();
    let says = |arguments: &[&str]| graph(&folder, arguments).stderr;
    assert!(says(&["京滨工业园", "-o", "a.txt", "--lang", "en"]).contains("--format"));
    assert!(says(&["京滨工业园", "-f", "csv", "-o", "-", "--lang", "en"]).contains("two files"));
    assert!(says(&["京滨工业园", "-o", "a.png", "--scale", "0", "--lang", "en"]).contains("scale"));
    assert_eq!(graph(&folder, &[]).status, Some(2));
}
