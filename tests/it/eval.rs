//! `yutu eval` against the built program, and its figures against the guidelines' score.py.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;

use crate::yutu::{run, skip};

/// The folder of annotated articles.
fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data/corpus")
}

/// A file of the guidelines' folder, and python3; nothing, with a notice, where they are missing. In CI they have to be there.
fn guidelines(file: &str) -> Option<PathBuf> {
    let shared = std::env::var_os("SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    let path = shared.join("gold").join(file);
    let python = Command::new("python3").arg("--version").output().is_ok_and(|output| output.status.success());
    if path.is_file() && python {
        return Some(path);
    }
    skip(&format!("python3 or {}", path.display()));
    None
}

/// Copies every `step`th pair of the corpus, from one on; `change` may edit the annotation.
fn copy_corpus(folder: &Path, from: usize, step: usize, change: impl Fn(&mut Value)) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(corpus())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .collect();
    files.sort();
    // `extract` takes the line 来源：… of a page for a label of the article, `eval` reads annotated texts as they stand.
    let is_plain = |json: &PathBuf| {
        let text = fs::read_to_string(json.with_extension("txt")).unwrap();
        !["来源：", "来源:", "来源｜"].iter().any(|label| text.contains(label))
    };
    let chosen = files.into_iter().skip(from).step_by(step).filter(is_plain);
    chosen
        .map(|json| {
            let mut gold: Value = serde_json::from_slice(&fs::read(&json).unwrap()).unwrap();
            change(&mut gold);
            let copy = folder.join(json.file_name().unwrap());
            fs::write(&copy, serde_json::to_vec(&gold).unwrap()).unwrap();
            let text = copy.with_extension("txt");
            fs::copy(json.with_extension("txt"), &text).unwrap();
            text
        })
        .collect()
}

fn argument(path: &Path) -> &str {
    path.to_str().expect("the path is UTF-8")
}

/// What score.py says of the texts as the program reads them: its JSON, and its lines by type and predicate.
fn scored(score_py: &Path, gold: &Path, texts: &[PathBuf]) -> (Value, BTreeMap<String, Vec<usize>>) {
    let mut arguments = vec!["--quiet", "extract"];
    arguments.extend(texts.iter().map(|text| argument(text)));
    let read = gold.join("read.jsonl");
    fs::write(&read, run(&arguments).stdout).unwrap();
    let python = |option: &str| {
        let output = Command::new("python3").arg(score_py).arg(option).arg(gold).arg(&read).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    // `type Park   P 0.9  R 0.8  F1 0.85   (12/15, 13 predicted)`
    let by_type = python("--by-type");
    let rows = by_type.lines().filter(|line| line.starts_with("type ") || line.starts_with("predicate "));
    let rows = rows.map(|line| {
        let name = line.split_whitespace().nth(1).unwrap().to_owned();
        let counts = line.rsplit_once('(').unwrap().1;
        let numbers = counts.split(|c: char| !c.is_ascii_digit()).filter_map(|number| number.parse().ok());
        (name, numbers.collect())
    });
    let rows = rows.collect();
    (serde_json::from_str(&python("--json")).unwrap(), rows)
}

/// Holds the program's figures to those of score.py on real readings.
fn assert_equal(change: impl Fn(&mut Value)) {
    let Some(score_py) = guidelines("score.py") else { return };
    let folder = tempfile::tempdir().unwrap();
    let texts = copy_corpus(folder.path(), 5, 17, change);
    assert!(texts.len() > 20);
    let (theirs, rows) = scored(&score_py, folder.path(), &texts);
    let run = run(&["eval", "--gold", argument(folder.path()), "--json", "-"]);
    assert_eq!((run.status, run.stderr.as_str()), (Some(0), ""));
    let ours: Value = serde_json::from_str(&run.stdout).unwrap();
    for (measure, figures) in ours["measures"].as_object().unwrap() {
        for (name, theirs_name) in [("precision", "p"), ("recall", "r"), ("f1", "f1")] {
            let (our, their) = (figures[name].as_f64().unwrap(), theirs[measure][theirs_name].as_f64().unwrap());
            assert!((our - their).abs() < 1e-12, "{measure} {name}: {our}, score.py says {their}");
        }
    }
    assert_eq!(ours["measures"].as_object().unwrap().len(), 6);
    assert!((ours["macro_f1"].as_f64().unwrap() - theirs["macro"].as_f64().unwrap()).abs() < 1e-12);
    let tables = ["by_type", "by_predicate"].iter().flat_map(|table| ours[table].as_object().unwrap());
    let counts = |row: &Value| ["hits", "gold", "predicted"].map(|key| row[key].as_u64().unwrap() as usize).to_vec();
    let ours: BTreeMap<String, Vec<usize>> = tables.map(|(name, row)| (name.clone(), counts(row))).collect();
    assert_eq!(ours, rows);
}

#[test]
fn figures_equal_those_of_score_py() {
    assert_equal(|_| ());
}

#[test]
fn figures_equal_those_of_score_py_where_facts_are_optional() {
    assert_equal(|gold| {
        for key in ["entities", "observations"] {
            for fact in gold[key].as_array_mut().unwrap().iter_mut().step_by(3) {
                fact["optional"] = true.into();
            }
        }
        let relations = gold["relations"].as_array_mut().unwrap();
        let optional = relations.split_off(relations.len() * 2 / 3);
        gold["optional_relations"] = optional.into();
    });
}

#[test]
fn faults_equal_those_of_check_gold_py() {
    let Some(check_py) = guidelines("check_gold.py") else { return };
    let damages: [fn(&mut Value); 9] = [
        |_| (),
        |gold| gold["entities"][1]["id"] = gold["entities"][0]["id"].clone(),
        |gold| gold["entities"][0]["type"] = "Place".into(),
        |gold| gold["entities"][0]["aliases"] = serde_json::json!(["不在文中的名称"]),
        |gold| gold["relations"][0][0] = "e999".into(),
        |gold| gold["relations"][0][1] = "likes".into(),
        |gold| gold["relations"][1] = gold["relations"][0].clone(),
        |gold| gold["observations"][0]["period"] = "去年".into(),
        |gold| {
            gold["observations"][0]["subject"] = "e999".into();
            gold["observations"][0]["qualifier"] = "nearly".into();
            gold["observations"][0]["value"] = "3".into();
        },
    ];
    for (number, damage) in damages.into_iter().enumerate() {
        let folder = tempfile::tempdir().unwrap();
        // A few articles have no figure or hardly a relation to damage.
        let has = |gold: &Value, list: &str, least| gold[list].as_array().unwrap().len() >= least;
        let texts = copy_corpus(folder.path(), 3, 90, |gold| {
            if has(gold, "relations", 2) && has(gold, "observations", 1) {
                damage(gold);
            }
        });
        let mut python = Command::new("python3");
        python.arg(&check_py);
        for text in &texts {
            python.arg(text.with_extension("json")).arg(text);
        }
        let theirs = String::from_utf8(python.output().unwrap().stdout).unwrap();
        let ours = run(&["corpus", "check", argument(folder.path())]);
        // Rules that check_gold.py has not.
        let shared = |line: &&str| !line.contains("outside the table") && !line.contains("in both directions");
        let ours: Vec<&str> = ours.stdout.lines().filter(shared).collect();
        assert_eq!(ours.len(), theirs.lines().count(), "damage {number}: {ours:#?}\n{theirs}");
        assert_eq!(ours.is_empty(), number == 0, "damage {number}");
    }
}

#[test]
fn the_tables_say_what_they_are_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    copy_corpus(folder.path(), 2, 120, |_| ());
    let gold = argument(folder.path());
    let plain = run(&["eval", "--gold", gold]);
    assert_eq!(plain.stdout.lines().count(), 8, "{}", plain.stdout);
    assert!(plain.stdout.contains("F1") && plain.stdout.contains('['), "{}", plain.stdout);
    let all = run(&["eval", "--gold", gold, "--by-type", "--reliability", "--errors", "3", "--lang", "zh"]);
    for part in ["按类型", "按谓词", "检测器", "置信度", "错误种类", "平均偏差"] {
        assert!(all.stdout.contains(part), "{part} in {}", all.stdout);
    }
    let ablation = run(&["eval", "--gold", gold, "--ablation"]);
    assert!(ablation.stdout.contains("gazetteer only") && ablation.stdout.contains("without the second look"));
    let few = run(&["eval", "--gold", gold, "--cross-validate", "99"]);
    assert_eq!(few.status, Some(2), "{}", few.stderr);
}

#[test]
fn one_article_is_measured_but_not_dealt_into_parts() {
    let folder = tempfile::tempdir().unwrap();
    copy_corpus(folder.path(), 2, 100_000, |_| ());
    let gold = argument(folder.path());
    let one = run(&["eval", "--gold", gold]);
    assert_eq!(one.status, Some(0), "{}", one.stderr);
    assert!(one.stdout.contains("F1"), "{}", one.stdout);
    let parts = run(&["eval", "--gold", gold, "--cross-validate", "2"]);
    assert_eq!(parts.status, Some(2), "{}", parts.stderr);
    assert!(parts.stderr.contains("2 parts"), "{}", parts.stderr);
}

#[test]
fn the_learning_curve_has_a_line_for_each_share() {
    let folder = tempfile::tempdir().unwrap();
    copy_corpus(folder.path(), 1, 110, |_| ());
    let curve = run(&["eval", "--gold", argument(folder.path()), "--learning-curve"]);
    assert_eq!(curve.status, Some(0), "{}", curve.stderr);
    let trained_on: Vec<usize> = (curve.stdout.lines())
        .map(|line| line.trim_start_matches("trained on ").split(',').next().unwrap().parse().unwrap())
        .collect();
    assert_eq!(trained_on.len(), 4, "{}", curve.stdout);
    assert!(trained_on.windows(2).all(|pair| pair[0] < pair[1]), "{trained_on:?}");
    let both = run(&["eval", "--gold", argument(folder.path()), "--learning-curve", "--by-type"]);
    assert_eq!(both.status, Some(2), "{}", both.stderr);
}

#[test]
fn figures_that_were_written_are_compared() {
    let folder = tempfile::tempdir().unwrap();
    copy_corpus(folder.path(), 2, 120, |_| ());
    let base = folder.path().join("base.figures");
    let page = folder.path().join("page.html");
    let gold = argument(folder.path());
    let first = run(&["eval", "--gold", gold, "--json", argument(&base), "--html", argument(&page)]);
    assert_eq!(first.status, Some(0), "{}", first.stderr);
    assert!(fs::read_to_string(&page).unwrap().starts_with("<!doctype html>"));
    let second = run(&["eval", "--gold", gold, "--compare", argument(&base)]);
    assert!(second.stdout.contains("+0.000"), "{}", second.stdout);
    let damaged = run(&["eval", "--gold", gold, "--compare", argument(&page)]);
    assert_eq!(damaged.status, Some(1));
    assert!(damaged.stderr.contains("yutu eval --json"), "{}", damaged.stderr);
}
