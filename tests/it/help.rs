//! Help, usage errors, completions and manual pages.

use std::fmt::Write as _;

use expect_test::expect_file;

use crate::yutu::run;

/// Every subcommand; the help of each stands in the snapshot.
const COMMANDS: &[&str] = &[
    "ingest",
    "query",
    "show",
    "graph",
    "articles",
    "stats",
    "extract",
    "serve",
    "token",
    "dump",
    "load",
    "backup",
    "rebase",
    "corpus",
    "train",
    "eval",
    "completions",
    "man",
];

/// Their subcommands.
const SUBCOMMANDS: &[[&str; 2]] = &[
    ["articles", "list"],
    ["articles", "show"],
    ["articles", "remove"],
    ["corpus", "import"],
    ["corpus", "check"],
    ["corpus", "stats"],
];

fn all_help(lang: &str) -> String {
    let mut all = String::new();
    let pages = std::iter::once(vec![])
        .chain(COMMANDS.iter().map(|name| vec![*name]))
        .chain(SUBCOMMANDS.iter().map(|names| names.to_vec()));
    for mut page in pages {
        page.extend(["--lang", lang, "--help"]);
        let run = run(&page);
        assert_eq!((run.status, run.stderr.as_str()), (Some(0), ""), "{page:?}");
        let _ = writeln!(all, "$ yutu {}\n{}", page.join(" "), run.stdout);
    }
    all
}

#[test]
fn help_in_english_is_as_recorded() {
    expect_file!["../snapshots/help_en.txt"].assert_eq(&all_help("en"));
}

#[test]
fn help_in_chinese_is_as_recorded() {
    expect_file!["../snapshots/help_zh.txt"].assert_eq(&all_help("zh"));
}

#[test]
fn the_snapshots_hold_every_command() {
    let help = run(&["--lang", "en", "-h"]).stdout;
    let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let listed: Vec<&str> = listed.filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(listed, COMMANDS);
}

#[test]
fn the_locale_decides_the_language() {
    let mut command = crate::yutu::command(&["-h"]);
    command.env("LANG", "zh_CN.UTF-8");
    assert!(crate::yutu::finish(command, &[]).stdout.contains("用法："));
}

#[test]
fn wrong_usage_is_status_2_in_words() {
    for arguments in
        [&["extract"][..], &["nothing"], &["extract", "--format", "x", "a"], &["--threads", "0", "man"], &[]]
    {
        let english = run(arguments);
        assert_eq!((english.status, english.stdout.as_str()), (Some(2), ""), "{arguments:?}");
        let chinese = run(&[&["--lang", "zh"], arguments].concat());
        assert_eq!((chinese.status, chinese.stdout.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(chinese.stderr.contains("错误：") && !chinese.stderr.contains("error"), "{}", chinese.stderr);
    }
}

#[test]
fn completions_are_written_for_each_shell() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let run = run(&["completions", shell]);
        assert_eq!(run.status, Some(0), "{shell}");
        assert!(run.stdout.contains("extract"), "{shell}");
    }
}

#[test]
fn manual_pages_are_written_for_each_command() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("man1");
    assert_eq!(run(&["man", path.to_str().unwrap()]).status, Some(0));
    assert!(path.join("yutu.1").is_file() && path.join("yutu-extract.1").is_file());
    assert!(run(&["man"]).stdout.starts_with(".ie"));
}
