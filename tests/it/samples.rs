//! The sample articles of `data/articles`, taken by the built program: they are readable, the named queries have answers on them, and
//! the commands of the README and of the demo work as written.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

use yutu::query::{Catalog, NamedQuery};

use crate::yutu::run;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// The store of the sample articles, filled once for all tests here; and what the program said while it filled it.
fn samples() -> &'static (PathBuf, String) {
    static STORE: OnceLock<(PathBuf, String)> = OnceLock::new();
    STORE.get_or_init(|| {
        let store = Path::new(env!("CARGO_TARGET_TMPDIR")).join("samples");
        let _ = fs::remove_dir_all(&store);
        let taken = run(&["ingest", "--store", &text(&store), &format!("{ROOT}/data/articles")]);
        assert_eq!(taken.status, Some(0), "{}", taken.stderr);
        (store, taken.stderr)
    })
}

fn text(path: &Path) -> String {
    path.to_str().expect("the path is UTF-8").to_owned()
}

/// Rows of the answer; an error's message where there is none.
fn rows(query: &NamedQuery, given: &[(String, String)]) -> Result<Vec<String>, String> {
    let mut arguments = vec!["query".to_owned(), query.name.clone(), "--store".to_owned(), text(&samples().0)];
    arguments.extend(given.iter().flat_map(|(name, value)| [format!("--{name}"), value.clone()]));
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let answer = run(&arguments);
    if answer.status != Some(0) {
        return Err(answer.stderr);
    }
    Ok(answer.stdout.lines().skip(1).map(str::to_owned).collect())
}

fn named(name: &str) -> NamedQuery {
    Catalog::builtin().expect("good queries").find(name).expect("a query").clone()
}

#[test]
fn all_sample_articles_are_taken() {
    let said = &samples().1;
    let new: usize = said.split_once("articles: ").unwrap().1.split_once(" new").unwrap().0.parse().unwrap();
    assert!(new >= 36 && said.contains(", 0 failed"), "{said}");
    let listed = run(&["articles", "list", "--store", &text(&samples().0), "--format", "tsv"]).stdout;
    assert_eq!(listed.lines().count() - 1, new);
}

/// The examples in the queries' headers are about the sample articles. Models change: a few may miss what an example is about.
#[test]
fn named_queries_answer_on_the_sample_articles() {
    let mut silent = Vec::new();
    let catalog = Catalog::builtin().expect("good queries");
    for query in catalog.queries() {
        match rows(query, &query.examples()) {
            // An ASK answers with one line.
            Ok(found) if !found.is_empty() || query.name == "is-stated" => {}
            Ok(_) => silent.push(query.name.clone()),
            Err(message) if message.contains("no ") => silent.push(format!("{}: {message}", query.name)),
            Err(message) => panic!("{}: {message}", query.name),
        }
    }
    assert!(silent.len() <= 4, "{} queries without an answer: {}", silent.len(), silent.join(", "));
}

#[test]
fn articles_agree_and_differ() {
    assert!(rows(&named("corroborated-facts"), &[]).unwrap().len() >= 3);
    let differing = rows(&named("conflicting-figures"), &[]).unwrap();
    assert!(differing.iter().any(|row| row.contains("武清区")), "{differing:?}");
}

/// The commands in a page's `sh` and `console` blocks: lines that begin with `yutu` or `$ yutu`, and pipes into it.
fn commands(page: &str) -> Vec<String> {
    let page = fs::read_to_string(Path::new(ROOT).join(page)).expect("the page");
    let mut found = Vec::new();
    let mut block = None;
    for line in page.lines() {
        if let Some(language) = line.strip_prefix("```") {
            block = if block.is_some() { None } else { Some(language.to_owned()) };
            continue;
        }
        let command = match block.as_deref() {
            Some("console") => line.strip_prefix("$ "),
            Some("sh") => Some(line),
            _ => None,
        };
        let command = command.map(|line| line.split_once(" #").map_or(line, |(command, _)| command).trim_end());
        found.extend(command.filter(|line| line.split([' ', '|']).any(|word| word == "yutu")).map(str::to_owned));
    }
    found
}

/// Neither ends by itself nor within seconds.
fn takes_long(command: &str) -> bool {
    ["yutu serve", "yutu train", "yutu eval", "--models", "--endpoint", "curl "]
        .iter()
        .any(|part| command.contains(part))
}

#[test]
fn both_readmes_have_the_same_commands() {
    let english = commands("README.md");
    assert!(english.len() >= 12, "{english:?}");
    assert_eq!(english, commands("README.zh.md"));
}

#[test]
fn the_commands_of_the_readme_work_as_written() {
    let folder = tempfile::tempdir().expect("a folder");
    // Copied by hand: a backup would want the store for itself, which the other tests read.
    let copy = folder.path().join("yutu-store");
    fs::create_dir(&copy).expect("a folder");
    for file in fs::read_dir(&samples().0).expect("the store") {
        let file = file.expect("a file");
        fs::copy(file.path(), copy.join(file.file_name())).expect("copied");
    }
    for name in ["data", "queries"] {
        std::os::unix::fs::symlink(Path::new(ROOT).join(name), folder.path().join(name)).expect("a link");
    }
    let program = Path::new(env!("CARGO_BIN_EXE_yutu")).parent().expect("a folder");
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap_or_default());
    let mut wrong = Vec::new();
    for command in commands("README.md").iter().filter(|command| !takes_long(command)) {
        let run = Command::new("sh")
            .args(["-c", command])
            .current_dir(folder.path())
            .env("PATH", &path)
            .output()
            .expect("a shell");
        if !run.status.success() {
            wrong.push(format!("{command}\n{}", String::from_utf8_lossy(&run.stderr)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_demo_asks_what_the_readme_asks() {
    let demo = fs::read_to_string(Path::new(ROOT).join("scripts/demo.sh")).expect("the demo");
    let plain = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        words.join(" ").replace(" --store demo/store", "").replace(" --format table", "").replace("demo/", "")
    };
    let asked: BTreeSet<String> = demo.lines().filter(|line| line.starts_with("yutu ")).map(plain).collect();
    let told: BTreeSet<String> = commands("README.md").iter().map(|command| plain(command)).collect();
    let missing: Vec<_> = asked.difference(&told).collect();
    assert!(asked.len() >= 6 && missing.is_empty(), "not in README.md: {missing:?}");
}
