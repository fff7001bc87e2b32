//! `yutu extract` against the built program.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    process::Stdio,
};

use crate::yutu::{command, finish, fixture, fixture_argument, run, run_with_input};

/// The titles in a jsonl output.
fn titles(stdout: &str) -> Vec<String> {
    let line = |line: &str| serde_json::from_str::<serde_json::Value>(line).expect("a line is JSON");
    stdout
        .lines()
        .map(|text| line(text)["article"]["title"].as_str().expect("an article has a title").to_owned())
        .collect()
}

#[test]
fn jsonl_has_the_keys_of_the_contract() {
    let run = run(&["extract", &fixture_argument("plain.txt")]);
    assert_eq!((run.status, run.stderr.as_str()), (Some(0), ""));
    let line: serde_json::Value = serde_json::from_str(run.stdout.trim_end()).unwrap();
    let keys = |value: &serde_json::Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(&line), ["article", "entities", "relations", "observations", "diagnostics"]);
    assert_eq!(keys(&line["article"]), ["id", "title", "published", "source", "sha256"]);
}

#[test]
fn output_is_in_the_order_of_the_input_whatever_the_threads() {
    let folder = tempfile::tempdir().unwrap();
    let lines: String = (0..500)
        .map(|number| {
            format!(
                "{{\"title\":\"第{number}篇\",\"text\":\"武清区引进项目{}。\"}}\n",
                "，发展产业".repeat(number % 7 * 20)
            )
        })
        .collect();
    let path = folder.path().join("many.jsonl");
    std::fs::write(&path, lines).unwrap();
    let path = path.to_str().unwrap();
    let one = run(&["extract", path, "--threads", "1"]);
    let four = run(&["extract", path, "--threads", "4"]);
    assert_eq!(titles(&one.stdout), (0..500).map(|number| format!("第{number}篇")).collect::<Vec<_>>());
    assert!(one.stdout == four.stdout, "the number of threads changes the output");
}

/// A park with its zone in the name, and the zone meant: it is part of it.
const ZONES: [&str; 4] = ["蓝鲸湾经济开发区", "麦浪高新区", "琥珀湖工业园区", "云脊经济技术开发区"];

#[test]
fn mentions_nest_only_where_a_name_stands_inside_a_longer_one() {
    let bodies = ZONES.map(|zone| {
        format!("临海县推进链式招商\n\n近年来，{zone}光学产业园聚焦光学镜片、车载镜头，{zone}精密制造园聚焦模具，推动园区协同发展。\n")
    });
    let folder = tempfile::tempdir().unwrap();
    let mut nested = 0;
    for (number, body) in bodies.iter().enumerate() {
        let path = folder.path().join(format!("{number}.txt"));
        std::fs::write(&path, body).unwrap();
        let run = run(&["extract", path.to_str().unwrap()]);
        let line: serde_json::Value = serde_json::from_str(run.stdout.trim_end()).unwrap();
        let mut spans: Vec<(u64, u64, bool)> = (line["entities"].as_array().unwrap().iter())
            .flat_map(|entity| entity["mentions"].as_array().unwrap())
            .map(|m| (m["start"].as_u64().unwrap(), m["end"].as_u64().unwrap(), m["detector"] == "inside"))
            .collect();
        spans.sort_unstable();
        for (at, &(start, end, inside)) in spans.iter().enumerate() {
            let is_within =
                |&(s, e, inner): &(u64, u64, bool)| !inner && s <= start && end <= e && (s, e) != (start, end);
            assert_eq!(spans.iter().any(is_within), inside, "{line}");
            let crosses = |&(s, e, _): &(u64, u64, bool)| s < start && start < e && e < end;
            assert!(!spans[..at].iter().any(crosses), "{line}");
            nested += usize::from(inside);
        }
    }
    assert!(nested > 0, "the zone of none of the parks was found");
}

#[test]
fn standard_input_is_read_in_any_format() {
    for name in ["dump.txt", "dump.txt.zst", "articles.jsonl.gz", "articles.csv"] {
        let run = run_with_input(&["extract", "-"], &std::fs::read(fixture(name)).unwrap());
        assert_eq!(run.status, Some(0), "{name}: {}", run.stderr);
        assert_eq!(titles(&run.stdout), ["武清区引进重点项目", "津南区实施揭榜挂帅"], "{name}");
    }
    let run = run_with_input(&["extract", "-", "--input-format", "text"], b"-\n\xe6\xad\xa6\n");
    assert_eq!(titles(&run.stdout), ["-"]);
}

#[test]
fn damaged_files_are_named_and_all_others_are_taken() {
    let arguments =
        ["missing.txt", "empty.txt", "invalid_utf8.txt", "damaged.jsonl", "plain.txt"].map(fixture_argument);
    let mut all = vec!["extract"];
    all.extend(arguments.iter().map(String::as_str));
    let english = run(&all);
    assert_eq!(english.status, Some(1));
    assert_eq!(titles(&english.stdout).len(), 3);
    for part in [
        "missing.txt",
        "empty.txt",
        "UTF-8",
        "record 2 (line 2)",
        "record 3 (line 3)",
        "articles extracted: 3, failed: 5",
    ] {
        assert!(english.stderr.contains(part), "{part} in {}", english.stderr);
    }
    all.extend(["--lang", "zh"]);
    let chinese = run(&all);
    for part in ["无法打开", "没有正文", "第 2 条（第 2 行）", "已抽取 3 篇，5 条读取失败"] {
        assert!(chinese.stderr.contains(part), "{part} in {}", chinese.stderr);
    }
    all.push("--quiet");
    assert_eq!(run(&all).stderr.matches("错误：").count(), 5);
}

#[test]
fn a_cut_gzip_file_gives_what_came_before_the_cut() {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::none());
    let line = std::fs::read(fixture("articles.jsonl")).unwrap();
    for _ in 0..500 {
        packer.write_all(&line).unwrap();
    }
    let packed = packer.finish().unwrap();
    let run = run_with_input(&["extract", "-"], &packed[..packed.len() / 2]);
    assert_eq!(run.status, Some(1));
    assert!(titles(&run.stdout).len() > 200, "{}", run.stdout.len());
    assert!(run.stderr.contains("cut off or damaged"), "{}", run.stderr);
    let run = run_with_input(&["extract", "-"], &[0x1f, 0x8b, 8, 0, 1, 2, 3]);
    assert_eq!((run.status, run.stdout.as_str()), (Some(1), ""));
}

#[test]
fn text_is_marked_by_brackets_where_it_goes_to_a_file() {
    let run = run(&["extract", "--format", "text", &fixture_argument("plain.txt")]);
    assert_eq!(run.status, Some(0));
    assert!(!run.stdout.contains('\u{1b}'));
}

#[test]
fn text_is_coloured_on_demand_and_never_against_no_color() {
    let path = fixture_argument("plain.txt");
    let coloured = |name: &str| {
        let mut command = command(&["extract", "--format", "text", &path]);
        command.env(name, "1");
        finish(command, &[]).stdout
    };
    assert!(!coloured("CLICOLOR_FORCE").contains('|'));
    assert!(!coloured("NO_COLOR").contains('\u{1b}'));
}

#[test]
fn tsv_begins_with_its_columns() {
    let run = run(&["extract", "--format", "tsv", &fixture_argument("plain.txt")]);
    assert!(run.stdout.starts_with("article\tkind\tid\tsubject\t"));
}

#[test]
fn a_reader_that_goes_away_ends_the_program_quietly() {
    let mut child = command(&["extract", "-"]).stdin(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    // Endless input: only the closed pipe can end the program.
    let writing =
        std::thread::spawn(move || while stdin.write_all("{\"title\":\"题\",\"text\":\"文\"}\n".as_bytes()).is_ok() {});
    let mut first = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut first).unwrap();
    assert!(first.ends_with("}\n"));
    let mut stderr = String::new();
    child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    assert_eq!((child.wait().unwrap().code(), stderr.as_str()), (Some(0), ""));
    writing.join().unwrap();
}

#[test]
fn models_that_cannot_be_used_are_named_in_both_languages() {
    let folder = tempfile::tempdir().unwrap();
    let models = folder.path().to_str().expect("a path of letters");
    let text = fixture_argument("plain.txt");
    let said = |lang: &str| {
        let mut command = command(&["extract", "--models", models, &text]);
        command.env("LANG", lang);
        let run = finish(command, &[]);
        assert_eq!((run.status, run.stdout.as_str()), (Some(1), ""));
        run.stderr
    };
    assert!(said("C.UTF-8").contains("cannot read the model"));
    assert!(said("zh_CN.UTF-8").contains("无法读取模型"));
    for name in ["tagger", "network", "fusion", "second", "merge", "relations", "figures"] {
        std::fs::write(folder.path().join(format!("{name}.bin.zst")), b"no model").unwrap();
    }
    assert!(said("C.UTF-8").contains("train it again with `yutu train`"));
    assert!(said("zh_CN.UTF-8").contains("请用 `yutu train` 重新训练"));
}
