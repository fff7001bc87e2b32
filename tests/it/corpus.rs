//! Exchange with annotation tools, and `yutu corpus`, against the built program.

use std::{fs, path::Path};

use crate::yutu::{fixture, run};

fn argument(path: &Path) -> &str {
    path.to_str().expect("the path is UTF-8")
}

/// The texts of the annotated fixtures, as arguments.
fn texts() -> Vec<String> {
    ["f01", "f02", "f03"].map(|name| argument(&fixture(&format!("gold/{name}.txt"))).to_owned()).into()
}

/// Runs `extract` in a format to a path.
fn extract(format: &str, to: &Path) {
    let texts = texts();
    let mut arguments = vec!["--quiet", "extract", "--format", format, "-o", argument(to)];
    arguments.extend(texts.iter().map(String::as_str));
    let run = run(&arguments);
    assert_eq!((run.status, run.stdout.as_str(), run.stderr.as_str()), (Some(0), "", ""), "{format}");
}

#[test]
fn what_is_extracted_in_a_format_is_imported_again() {
    for (format, name) in [("brat", "review"), ("conll", "review.conll"), ("labelstudio", "review.json")] {
        let folder = tempfile::tempdir().unwrap();
        let (review, corpus) = (folder.path().join(name), folder.path().join("corpus"));
        extract(format, &review);
        let mut arguments = vec![
            "--lang",
            "en",
            "corpus",
            "import",
            "--format",
            format,
            argument(&review),
            "-o",
            argument(&corpus),
            "--writer",
            "li",
        ];
        if format == "labelstudio" {
            arguments.push("--predictions");
        }
        let first = run(&arguments);
        assert_eq!(first.status, Some(0), "{format}: {}", first.stderr);
        assert!(first.stderr.contains("3 articles added, 0 replaced"), "{format}: {}", first.stderr);
        let again = run(&arguments);
        assert!(again.stderr.contains("0 articles added, 3 replaced"), "{format}: {}", again.stderr);
        let names: Vec<bool> = ["li01.txt", "li01.json", "li03.json"].map(|name| corpus.join(name).is_file()).into();
        assert_eq!(names, [true; 3], "{format}");
        assert_eq!(run(&["corpus", "check", argument(&corpus)]).status, Some(0));
        // The program's own reading, taken for gold, is read without fault.
        let eval = run(&["eval", "--gold", argument(&corpus)]);
        let entity = eval.stdout.lines().find(|line| line.starts_with("entity ")).unwrap_or_default();
        assert!(entity.contains("F1 1.000") || entity.contains("F1 0.9"), "{format}: {}", eval.stdout);
    }
}

#[test]
fn a_correction_reaches_the_corpus() {
    let folder = tempfile::tempdir().unwrap();
    let (review, corpus) = (folder.path().join("review"), folder.path().join("corpus"));
    fs::create_dir(&review).unwrap();
    fs::write(review.join("li07.txt"), "武清区引进诺禾致源\n武清区到位资金3亿元。\n2025-07-02\n").unwrap();
    fs::write(
        review.join("li07.ann"),
        "T1\tRegion 0 3\t武清区\nT2\tCompany 5 9\t诺禾致源\nR1\tattracts Arg1:T1 Arg2:T2\n",
    )
    .unwrap();
    let import = ["corpus", "import", "--format", "brat", argument(&review), "-o", argument(&corpus)];
    assert_eq!(run(&import).status, Some(0));
    let gold: serde_json::Value = serde_json::from_slice(&fs::read(corpus.join("li07.json")).unwrap()).unwrap();
    assert_eq!(gold["published"], "2025-07-02");
    assert_eq!(gold["relations"], serde_json::json!([["e1", "attracts", "e2"]]));
    // A pair of types that the guidelines do not allow is not written.
    fs::write(
        review.join("li07.ann"),
        "T1\tRegion 0 3\t武清区\nT2\tCompany 5 9\t诺禾致源\nR1\tattracts Arg1:T2 Arg2:T1\n",
    )
    .unwrap();
    let refused = run(&import);
    assert_eq!(refused.status, Some(1));
    assert!(refused.stderr.contains("outside the table"), "{}", refused.stderr);
    // Nor is what does not stand there; the file and line are named.
    fs::write(review.join("li07.ann"), "T1\tRegion 1 4\t武清区\n").unwrap();
    let moved = run(&import);
    assert!(moved.stderr.contains("li07.ann, line 1"), "{}", moved.stderr);
}

#[test]
fn brat_needs_a_folder() {
    let texts = texts();
    let run = run(&["extract", "--format", "brat", &texts[0]]);
    assert_eq!((run.status, run.stdout.as_str()), (Some(2), ""));
    assert!(run.stderr.contains("-o DIR"), "{}", run.stderr);
}

#[test]
fn label_studio_gets_its_interface() {
    let folder = tempfile::tempdir().unwrap();
    let tasks = folder.path().join("tasks.json");
    extract("labelstudio", &tasks);
    let parsed: serde_json::Value = serde_json::from_slice(&fs::read(&tasks).unwrap()).unwrap();
    assert_eq!(parsed.as_array().unwrap().len(), 3);
    assert!(fs::read_to_string(folder.path().join("tasks.xml")).unwrap().contains("<Labels name=\"type\""));
}

#[test]
fn a_corpus_is_counted() {
    let gold = fixture("gold");
    let stats = run(&["corpus", "stats", argument(&gold), "--format", "json"]);
    let stats: serde_json::Value = serde_json::from_str(&stats.stdout).unwrap();
    assert_eq!((stats["articles"].as_u64(), stats["by_writer"]["f"].as_u64()), (Some(3), Some(3)));
    let words = run(&["corpus", "stats", argument(&gold), "--lang", "zh"]).stdout;
    assert!(words.contains("文章") && words.contains("Region"), "{words}");
}

/// The lists of writers that a corpus may have.
const LISTS: [&str; 2] = ["reference.txt", "figures.txt"];

#[test]
fn every_writer_that_the_corpus_lists_has_articles() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/corpus");
    for list in LISTS {
        let list = fs::read_to_string(folder.join(list)).unwrap();
        let writers: Vec<&str> = list.lines().filter(|line| !line.starts_with('#')).collect();
        assert!(!writers.is_empty());
        for writer in writers {
            assert!(folder.join(format!("{writer}01.json")).exists(), "{writer}");
        }
    }
}

/// A folder with annotated articles: toys of the fixtures, and articles of the program's corpus.
fn small_corpus(articles: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/corpus");
    for name in articles.iter().flat_map(|name| [format!("{name}.txt"), format!("{name}.json")]) {
        let toy = fixture(&format!("gold/{name}"));
        fs::copy(if toy.exists() { toy } else { corpus.join(&name) }, folder.path().join(&name)).unwrap();
    }
    folder
}

#[test]
fn a_listed_writer_without_articles_is_refused() {
    for list in LISTS {
        let folder = small_corpus(&["f01"]);
        fs::write(folder.path().join(list), "f\nzz\n").unwrap();
        let models = folder.path().join("models");
        let run = run(&["--lang", "en", "train", "--corpus", argument(folder.path()), "-o", argument(&models)]);
        assert_ne!(run.status, Some(0));
        assert!(run.stderr.contains(list) && run.stderr.contains("zz"), "{}", run.stderr);
        assert!(!models.exists());
    }
}

#[test]
fn who_teaches_figures_alone_changes_no_other_model() {
    let train = |articles: &[&str]| {
        let folder = small_corpus(articles);
        if articles.contains(&"ie01") {
            fs::write(folder.path().join("figures.txt"), "ie\n").unwrap();
        }
        let models = folder.path().join("models");
        let run = run(&["train", "--corpus", argument(folder.path()), "-o", argument(&models)]);
        assert_eq!(run.status, Some(0), "{}", run.stderr);
        let mut models: Vec<_> = fs::read_dir(&models).unwrap().map(|entry| entry.unwrap().path()).collect();
        models.sort();
        let bytes = models.iter().map(|path| fs::read(path).unwrap());
        let names = models.iter().map(|path| path.file_name().unwrap().to_string_lossy().into_owned());
        names.zip(bytes).collect::<Vec<_>>()
    };
    let (without, with) = (train(&["f01", "f02", "f03"]), train(&["f01", "f02", "f03", "ie01"]));
    let changed = without.iter().zip(&with).filter(|(a, b)| a != b).map(|((name, _), _)| name.as_str());
    assert_eq!(changed.collect::<Vec<_>>(), ["figures.bin.zst"]);
}
