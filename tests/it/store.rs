//! The commands on a store, against the built program.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    path::Path,
    process::Stdio,
};

use crate::yutu::{command, fixture_argument, run, run_with_input};

/// A store of the gold fixtures, in a folder of its own.
fn gold_store(folder: &Path) -> String {
    let store = folder.join("store").to_str().unwrap().to_owned();
    let loaded = run(&["load", "--store", &store, &fixture_argument("gold.nq")]);
    assert_eq!((loaded.status, loaded.stdout.as_str()), (Some(0), ""), "{}", loaded.stderr);
    store
}

#[test]
fn articles_are_taken_once_and_shown_in_the_summary() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store").to_str().unwrap().to_owned();
    let first = run(&["ingest", "--store", &store, &fixture_argument("articles.jsonl")]);
    assert_eq!(first.status, Some(0), "{}", first.stderr);
    assert!(first.stderr.contains("articles: 2 new, 0 same, 0 replaced, 0 failed"), "{}", first.stderr);
    let again = run(&["ingest", "--store", &store, &fixture_argument("articles.jsonl"), "--lang", "zh"]);
    assert!(again.stderr.contains("新增 0 篇，未变 2 篇，替换 0 篇，0 条读取失败"), "{}", again.stderr);
    let renewed = run(&["ingest", "--store", &store, "--again", &fixture_argument("articles.jsonl")]);
    assert!(renewed.stderr.contains("articles: 0 new, 0 same, 2 replaced"), "{}", renewed.stderr);
    let list = run(&["articles", "list", "--store", &store, "--format", "tsv"]);
    assert_eq!(list.stdout.lines().count(), 3);
}

#[test]
fn a_changed_article_from_the_same_address_replaces_the_old_one() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store").to_str().unwrap().to_owned();
    let record =
        |text: &str| format!("{{\"title\":\"题\",\"text\":\"{text}\",\"source\":\"https://news.example/1.html\"}}\n");
    run_with_input(&["ingest", "--store", &store, "-"], record("武清区").as_bytes());
    let second = run_with_input(&["ingest", "--store", &store, "-"], record("蓟州区").as_bytes());
    assert!(second.stderr.contains("0 new, 0 same, 1 replaced"), "{}", second.stderr);
    let dump = run(&["dump", "--store", &store]).stdout;
    assert!(dump.contains("蓟州区") && !dump.contains("武清区"));
}

#[test]
fn damaged_records_are_counted_and_the_rest_is_taken() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store").to_str().unwrap().to_owned();
    let taken =
        run(&["ingest", "--store", &store, &fixture_argument("damaged.jsonl"), &fixture_argument("missing.txt")]);
    assert_eq!(taken.status, Some(1));
    assert!(taken.stderr.contains("2 new, 0 same, 0 replaced, 3 failed"), "{}", taken.stderr);
}

#[test]
fn a_card_names_facts_with_article_date_and_passage() {
    let folder = tempfile::tempdir().unwrap();
    let store = gold_store(folder.path());
    let card = run(&["show", "京滨园", "--store", &store]).stdout;
    for part in [
        "京滨工业园（Park）",
        "also: 京滨园",
        "— attracts → 诺禾致源（Company）",
        "2025-07-15《武清开发区加入",
        "477.27亿元（2024）",
    ] {
        assert!(card.contains(part), "{part} in {card}");
    }
    let json: serde_json::Value =
        serde_json::from_str(&run(&["show", "京滨园", "--store", &store, "--format", "json"]).stdout).unwrap();
    assert_eq!(json["label"], "京滨工业园");
    assert_eq!(json["facts_out"].as_array().unwrap().len(), 3);
    let several = run(&["show", "武清", "--store", &store]);
    assert!(several.stderr.contains("1 more with that name: 武清开发区"), "{}", several.stderr);
    let none = run(&["show", "火星", "--store", &store, "--lang", "zh"]);
    assert_eq!(none.status, Some(1));
    assert!(none.stderr.contains("没有名为 `火星` 的实体"), "{}", none.stderr);
}

#[test]
fn an_article_is_shown_and_removed_by_a_part_of_its_headline() {
    let folder = tempfile::tempdir().unwrap();
    let store = gold_store(folder.path());
    let shown = run(&["articles", "show", "加入京津冀", "--store", &store]).stdout;
    assert!(shown.contains("武清开发区 — cooperatesWith → 雄安新区"), "{shown}");
    let vague = run(&["articles", "remove", "武清", "--store", &store]);
    assert_eq!(vague.status, Some(1));
    assert!(vague.stderr.contains("means 2 articles"), "{}", vague.stderr);
    let removed = run(&["articles", "remove", "f01", "f02", "--store", &store]);
    assert_eq!(removed.status, Some(0), "{}", removed.stderr);
    let stats: serde_json::Value =
        serde_json::from_str(&run(&["stats", "--store", &store, "--format", "json"]).stdout).unwrap();
    assert_eq!((&stats["articles"], &stats["claims"]), (&1.into(), &2.into()));
}

#[test]
fn a_dump_is_the_same_each_time_and_loads_again() {
    let folder = tempfile::tempdir().unwrap();
    let store = gold_store(folder.path());
    for format in ["nq", "trig", "ttl", "nt", "jsonld", "rdfxml"] {
        let first = run(&["dump", "--store", &store, "--format", format]).stdout;
        assert!(first.contains("京滨工业园"), "{format}");
        assert!(first == run(&["dump", "--store", &store, "--format", format]).stdout, "{format}");
    }
    let packed = folder.path().join("facts.nq.zst").to_str().unwrap().to_owned();
    assert_eq!(run(&["dump", "--store", &store, "-o", &packed]).status, Some(0));
    let copy = folder.path().join("copy").to_str().unwrap().to_owned();
    assert_eq!(run(&["load", "--store", &copy, &packed]).status, Some(0));
    let sorted = |store: &str| {
        let dump = run(&["dump", "--store", store]).stdout;
        let mut lines: Vec<String> = dump.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    assert_eq!(sorted(&copy), sorted(&store));
    let gold = std::fs::read_to_string(fixture_argument("gold.nq")).unwrap();
    assert_eq!(sorted(&store), gold.lines().collect::<Vec<_>>());
}

#[test]
fn a_backup_is_a_store() {
    let folder = tempfile::tempdir().unwrap();
    let store = gold_store(folder.path());
    let copy = folder.path().join("backups/one").to_str().unwrap().to_owned();
    assert_eq!(run(&["backup", &copy, "--store", &store]).status, Some(0));
    assert_eq!(run(&["stats", "--store", &copy]).stdout, run(&["stats", "--store", &store]).stdout);
    let again = run(&["backup", &copy, "--store", &store]);
    assert_eq!(again.status, Some(1));
    assert!(again.stderr.contains("it exists"), "{}", again.stderr);
}

#[test]
fn what_cannot_be_opened_is_said_in_both_languages() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("none").to_str().unwrap().to_owned();
    let english = run(&["stats", "--store", &missing]);
    assert_eq!(english.status, Some(1));
    assert!(english.stderr.contains("no store at") && english.stderr.contains("yutu ingest"), "{}", english.stderr);
    let chinese = run(&["stats", "--store", &missing, "--lang", "zh"]);
    assert!(chinese.stderr.contains("没有图谱库"), "{}", chinese.stderr);
    std::fs::write(folder.path().join("letter"), "x").unwrap();
    let other = run(&["ingest", "--store", folder.path().to_str().unwrap(), &fixture_argument("plain.txt")]);
    assert!(other.stderr.contains("is not a store"), "{}", other.stderr);
}

#[test]
fn rdf_is_extracted_without_a_store() {
    let quads = run(&["extract", "--format", "nquads", &fixture_argument("plain.txt")]).stdout;
    let lines: Vec<&str> = quads.lines().collect();
    assert!(lines.is_sorted() && lines.iter().any(|line| line.contains("ns#Article")), "{quads}");
    let trig = run(&["extract", "--format", "trig", &fixture_argument("articles.jsonl")]).stdout;
    assert!(trig.starts_with("@prefix ") && trig.contains("yutu:Article"), "{trig}");
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store").to_str().unwrap().to_owned();
    let loaded = run_with_input(&["load", "--store", &store, "-", "--format", "trig"], trig.as_bytes());
    assert_eq!(loaded.status, Some(0), "{}", loaded.stderr);
    assert_eq!(run(&["articles", "list", "--store", &store, "--format", "tsv"]).stdout.lines().count(), 3);
}

#[test]
fn the_service_answers_on_its_socket_and_ends_on_request() {
    let folder = tempfile::tempdir().unwrap();
    let store = gold_store(folder.path());
    let mut child = command(&["serve", "--store", &store, "--bind", "127.0.0.1:0"]).spawn().unwrap();
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    stderr.read_line(&mut line).unwrap();
    let address = line.split_once("http://").unwrap().1.split_once("/sparql").unwrap().0.to_owned();
    let mut socket = TcpStream::connect(&address).unwrap();
    let query = "query=ASK%20%7B%20%3Fs%20yutu%3Aattracts%20%3Fo%20%7D";
    write!(socket, "GET /sparql?{query} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("\"boolean\":true"), "{answer}");
    // Readers are welcome beside the service, writers are not.
    assert_eq!(run(&["stats", "--store", &store]).status, Some(0));
    let writer = run(&["ingest", "--store", &store, &fixture_argument("plain.txt")]);
    assert!(writer.stderr.contains("in use by another process"), "{}", writer.stderr);
    end(&child);
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn an_interrupted_run_keeps_what_it_reported() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store").to_str().unwrap().to_owned();
    let mut child = command(&["ingest", "--store", &store, "-"]).stdin(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    for number in 0..100 {
        writeln!(stdin, "{{\"title\":\"第{number}篇\",\"text\":\"武清区引进项目。\"}}").unwrap();
    }
    stdin.flush().unwrap();
    // Input stays open: the run waits for more when the signal comes.
    std::thread::sleep(std::time::Duration::from_secs(3));
    let pid = child.id().to_string();
    assert!(std::process::Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    let status = child.wait().unwrap();
    let mut stderr = String::new();
    child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    assert_eq!(status.code(), Some(1), "{stderr}");
    assert!(stderr.contains("interrupted"), "{stderr}");
    let reported: usize = stderr.split_once("articles: ").unwrap().1.split_once(" new").unwrap().0.parse().unwrap();
    let list = run(&["articles", "list", "--store", &store, "--format", "tsv"]).stdout;
    assert_eq!(list.lines().count() - 1, reported);
    drop(stdin);
}

fn end(child: &std::process::Child) {
    let pid = child.id().to_string();
    assert!(std::process::Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
}

#[test]
fn addresses_are_rewritten_once_and_served_under_their_new_base() {
    let folder = tempfile::tempdir().unwrap();
    let store = gold_store(folder.path());
    let (old, new) = ("https://yutu.example/id/", "https://data.example.cn/kb/");
    let before = run(&["dump", "--store", &store]).stdout;
    // A half-written store of a run that was interrupted.
    std::fs::create_dir(format!("{store}.rebasing")).unwrap();
    std::fs::write(format!("{store}.rebasing/CURRENT"), "MANIFEST-1").unwrap();
    let first = run(&["--lang", "en", "rebase", "--store", &store, "--to", new]);
    assert_eq!((first.status, first.stdout.as_str()), (Some(0), ""), "{}", first.stderr);
    assert!(first.stderr.contains("statements rewritten") && first.stderr.contains("store.old"), "{}", first.stderr);
    let after = run(&["dump", "--store", &store]).stdout;
    let sorted = |text: &str| {
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    assert_eq!(sorted(&after), sorted(&before.replace(old, new)));
    assert_eq!(run(&["dump", "--store", &format!("{store}.old")]).stdout, before, "the old store is whole");
    for lang in [("en", "the store is as it was"), ("zh", "图谱库未变")] {
        let again = run(&["--lang", lang.0, "rebase", "--store", &store, "--to", new]);
        assert_eq!(again.status, Some(0), "{}", again.stderr);
        assert!(again.stderr.contains(lang.1), "{}", again.stderr);
    }
    assert!(!Path::new(&format!("{store}.old-2")).exists() && !Path::new(&format!("{store}.rebasing")).exists());
    // As if the first run had ended between its last two steps.
    std::fs::rename(format!("{store}.old"), format!("{store}.rebasing")).unwrap();
    let again = run(&["--lang", "en", "rebase", "--store", &store, "--to", new]);
    assert!(again.stderr.contains("a whole store") && again.stderr.contains("store.old"), "{}", again.stderr);
    assert_eq!(run(&["dump", "--store", &format!("{store}.old")]).stdout, before, "the old store is whole");
    let parks = "SELECT ?p { ?p a yutu:Park } ORDER BY ?p LIMIT 1";
    let table = run(&["query", "--store", &store, "--format", "table", "-q", parks]);
    assert!(table.stdout.contains("│ id:Park/"), "{}{}", table.stdout, table.stderr);
    let taken = run(&["ingest", "--store", &store, &fixture_argument("articles.jsonl")]);
    assert!(taken.stderr.contains("articles: 2 new"), "{}", taken.stderr);
    assert!(!run(&["dump", "--store", &store]).stdout.contains(old));
    let served = run(&["--lang", "en", "serve", "--store", &store, "--base-iri", old, "--bind", "127.0.0.1:0"]);
    assert_eq!(served.status, Some(1));
    assert!(served.stderr.contains(new) && served.stderr.contains("yutu rebase"), "{}", served.stderr);
}

#[test]
fn a_base_whose_addresses_the_service_needs_itself_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store").to_str().unwrap().to_owned();
    for (lang, said) in [("en", "Taken are"), ("zh", "均不能用")] {
        let base = "https://data.example.cn/data/";
        let wrong = run(&["--lang", lang, "serve", "--store", &store, "--base-iri", base, "--bind", "127.0.0.1:0"]);
        assert_eq!(wrong.status, Some(2), "{}", wrong.stderr);
        assert!(wrong.stderr.contains(said) && wrong.stderr.contains("/.well-known/"), "{}", wrong.stderr);
    }
    assert!(!Path::new(&store).exists());
}

#[test]
fn what_cannot_be_rewritten_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let store = gold_store(folder.path());
    for to in ["data.example.cn", "urn:x:", "https://data.example.cn/id#"] {
        let wrong = run(&["--lang", "en", "rebase", "--store", &store, "--to", to]);
        assert_eq!(wrong.status, Some(2), "{}", wrong.stderr);
        assert!(wrong.stderr.contains("cannot be the base of addresses"), "{}", wrong.stderr);
    }
    let wrong = run(&["--lang", "zh", "rebase", "--store", &store, "--to", "https://data.example.cn/id#"]);
    assert!(wrong.stderr.contains("原因：") && wrong.stderr.contains("片段"), "{}", wrong.stderr);
    let before = run(&["dump", "--store", &store]).stdout;
    for (lang, from) in [("en", "https://yutu.example/"), ("en", "http://www.w3.org"), ("zh", "https://yutu.example/")]
    {
        let to = "https://data.example.cn/";
        let wrong = run(&["--lang", lang, "rebase", "--store", &store, "--from", from, "--to", to]);
        assert_eq!(wrong.status, Some(2), "{}", wrong.stderr);
        let said = if lang == "en" { "leave --from out" } else { "不给 --from" };
        assert!(wrong.stderr.contains(said), "{}", wrong.stderr);
    }
    assert_eq!(run(&["dump", "--store", &store]).stdout, before, "the store is as it was");
    let missing = folder.path().join("none").to_str().unwrap().to_owned();
    let wrong = run(&["--lang", "en", "rebase", "--store", &missing, "--to", "https://data.example.cn/id/"]);
    assert_eq!(wrong.status, Some(1));
    assert!(wrong.stderr.contains("no store at") && !Path::new(&missing).exists(), "{}", wrong.stderr);
}
