//! Every format and encoding of `tests/fixtures`, read by the library.

use std::{fmt::Write as _, io::Write as _, ops::ControlFlow, path::Path};

use expect_test::{Expect, expect};
use yutu::{
    model::Article,
    read::{Limits, ReadError, Reader},
};

use crate::yutu::fixture;

fn read(reader: &Reader, path: &Path) -> Vec<Result<Article, ReadError>> {
    let mut found = Vec::new();
    let flow = reader.read_path(path, &mut |article| {
        found.push(article);
        ControlFlow::Continue(())
    });
    assert!(flow.is_continue());
    found
}

/// Articles with all that was read of them, errors without the folder in front.
fn described(name: &str) -> String {
    let folder = format!("{}/", fixture("").to_str().unwrap().trim_end_matches('/'));
    let mut out = String::new();
    for article in read(&Reader::new(), &fixture(name)) {
        let _ = match article {
            Ok(Article { title, text, published, source, .. }) => {
                let body = text.strip_prefix(&format!("{title}\n")).expect("the text begins with the title");
                let (published, source) = (published.as_deref().unwrap_or("-"), source.as_deref().unwrap_or("-"));
                writeln!(out, "{title} | {published} | {source}\n{body}")
            }
            Err(error) => writeln!(out, "{}", error.to_string().replace(&folder, "")),
        };
    }
    out
}

fn check(name: &str, expected: Expect) {
    expected.assert_eq(&described(name));
}

#[test]
fn plain_text_has_title_body_and_date() {
    check(
        "plain.txt",
        expect![[r#"
        武清区引进重点项目 | 2025-07-02 | -
        武清区聚焦生物医药产业，引进诺禾致源等企业，全年到位资金12.5亿元，同比增长8.2%。
    "#]],
    );
}

#[test]
fn encodings_are_recognised() {
    assert_eq!(described("gb18030.txt"), described("plain.txt"));
    assert_eq!(described("utf16.txt"), described("plain.txt"));
    check(
        "big5.txt",
        expect![[r#"
        武清區引進重點項目 | 2025-07-02 | -
        武清區聚焦生物醫藥產業，全年到位資金十二億元，同比增長百分之八，營商環境持續優化。
    "#]],
    );
    assert_eq!(described("page_gb2312.html"), described("page.html"));
}

#[test]
fn the_dump_has_records_and_a_footer_that_is_dropped() {
    check(
        "dump.txt",
        expect![[r#"
        武清区引进重点项目 | 2025-07-02 | -
        武清区聚焦生物医药产业，引进诺禾致源等企业，全年到位资金12.5亿元，同比增长8.2%。
        津南区实施揭榜挂帅 | 2025-07-03 | -
        津南区实施“揭榜挂帅”制度，依托天津大学医学部推动产学研用融合。
    "#]],
    );
    assert_eq!(described("dump.txt.zst"), described("dump.txt"));
}

#[test]
fn markdown_is_read_as_its_words() {
    check(
        "note.md",
        expect![[r#"
        武清区引进重点项目 | 2025-07-02 | -
        武清区聚焦生物医药产业。
    "#]],
    );
}

#[test]
fn pages_are_read_without_their_surroundings() {
    check(
        "page.html",
        expect![[r#"
        武清区引进重点项目 | 2025-07-02 | 武清区融媒体中心
        武清区聚焦生物医药产业，引进诺禾致源等企业，全年到位资金12.5亿元，同比增长8.2%。各职能部门持续优化营商环境，推动科技成果转化，完善载体功能，强化要素保障，服务企业发展。
        武清区聚焦生物医药产业，引进诺禾致源等企业，全年到位资金12.5亿元，同比增长8.2%。各职能部门持续优化营商环境，推动科技成果转化，完善载体功能，强化要素保障，服务企业发展。
    "#]],
    );
}

#[test]
fn json_lines_are_read_field_by_field() {
    check(
        "articles.jsonl",
        expect![[r#"
        武清区引进重点项目 | 2025-07-02 | https://a.example/1
        武清区聚焦生物医药产业，引进诺禾致源等企业，全年到位资金12.5亿元，同比增长8.2%。
        津南区实施揭榜挂帅 | - | -
        津南区实施“揭榜挂帅”制度，依托天津大学医学部推动产学研用融合。
    "#]],
    );
    assert_eq!(described("articles.jsonl.gz"), described("articles.jsonl"));
}

#[test]
fn csv_is_read_by_column_names() {
    check(
        "articles.csv",
        expect![[r#"
        武清区引进重点项目 | 2025-07-02 | https://a.example/1
        武清区聚焦生物医药产业，引进诺禾致源等企业，全年到位资金12.5亿元，同比增长8.2%。
        第二段，含“引号”和"英文引号"。
        津南区实施揭榜挂帅 | - | -
        津南区实施“揭榜挂帅”制度，依托天津大学医学部推动产学研用融合。
    "#]],
    );
}

#[test]
fn damaged_records_are_named_and_the_rest_is_read() {
    check(
        "damaged.jsonl",
        expect![[r#"
            武清区引进重点项目 | - | -
            武清区聚焦生物医药产业，引进诺禾致源等企业，全年到位资金12.5亿元，同比增长8.2%。
            damaged.jsonl: record 2 (line 2) is no article: missing field `text` (column 22); a line must be an object like {"title": "…", "text": "…"}
            damaged.jsonl: record 3 (line 3) is no article: EOF while parsing a string (column 14); a line must be an object like {"title": "…", "text": "…"}
            津南区实施揭榜挂帅 | - | -
            津南区实施“揭榜挂帅”制度，依托天津大学医学部推动产学研用融合。
        "#]],
    );
    check(
        "damaged.csv",
        expect![[r#"
        damaged.csv: record 1 (line 2) opens a quote that nothing closes; close it, or double quotes inside a field
        津南区实施揭榜挂帅 | - | -
        津南区实施“揭榜挂帅”制度，依托天津大学医学部推动产学研用融合。
        damaged.csv: record 3 (line 4) has 3 fields for 2 columns; put fields that hold commas or quotes in quotes
    "#]],
    );
}

#[test]
fn files_without_text_are_named() {
    check(
        "empty.txt",
        expect![[r#"
        empty.txt holds no text
    "#]],
    );
    check(
        "blank.txt",
        expect![[r#"
        blank.txt holds no text
    "#]],
    );
    check(
        "binary.txt",
        expect![[r#"
        binary.txt is no text; give plain text, Markdown, HTML, JSON lines or CSV, or gzip or zstd of these
    "#]],
    );
    check(
        "invalid_utf8.txt",
        expect![[r#"
            invalid_utf8.txt: line 2 is not valid UTF-8; convert it to UTF-8, e.g. by `iconv -c -f UTF-8 -t UTF-8`
        "#]],
    );
    check(
        "missing.txt",
        expect![[r#"
        cannot open missing.txt; check the path and your rights to it
    "#]],
    );
}

#[test]
fn a_folder_is_read_in_order_without_its_notes() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("a")).unwrap();
    for (name, text) in
        [("b.txt", "二"), ("a/z.txt", "一"), ("c.md", "# 三"), ("README.md", "注"), (".d.txt", "隐"), ("e.json", "{}")]
    {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let titles: Vec<String> =
        read(&Reader::new(), folder.path()).into_iter().map(|article| article.unwrap().title).collect();
    assert_eq!(titles, ["一", "二", "三"]);
}

#[test]
fn large_articles_are_errors_and_the_rest_is_read() {
    let limits = Limits { article_bytes: 300, raw_bytes: 600 };
    let reader = Reader::new().with_limits(limits);
    let long = "武".repeat(400);
    let fine = "{\"title\":\"短\",\"text\":\"文\"}\n";
    let cases = [
        ("a.jsonl", format!("{{\"title\":\"长\",\"text\":\"{long}\"}}\n{fine}")),
        ("a.txt", format!("-\n长\n{long}\n2025-07-02\n-\n短\n文\n")),
        ("a.csv", format!("title,text\n长,\"{long}\"\n短,文\n")),
    ];
    for (name, content) in cases {
        let mut found = Vec::new();
        let flow = reader.read_stream(name, content.as_bytes(), &mut |article| {
            found.push(article);
            ControlFlow::Continue(())
        });
        assert!(flow.is_continue());
        assert!(
            matches!(&found[..], [Err(ReadError::TooLarge { .. }), Ok(article)] if article.title == "短"),
            "{name}: {found:?}"
        );
    }
}

#[test]
fn a_gzip_bomb_is_an_error() {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    for _ in 0..64 {
        packer.write_all(&[b'a'; 1 << 20]).unwrap();
    }
    let bomb = packer.finish().unwrap();
    for name in ["a.txt.gz", "a.html.gz", "a.jsonl.gz", "a.csv.gz"] {
        let mut failed = 0;
        let _ = Reader::new().read_stream(name, &bomb[..], &mut |article| {
            failed += u32::from(article.is_err());
            ControlFlow::Continue(())
        });
        assert_eq!(failed, 1, "{name}");
    }
}

#[test]
fn the_reading_ends_when_nobody_wants_more() {
    let mut count = 0;
    let flow = Reader::new().read_path(&fixture(""), &mut |_| {
        count += 1;
        ControlFlow::Break(())
    });
    assert_eq!((flow, count), (ControlFlow::Break(()), 1));
}

proptest::proptest! {
    #[test]
    fn any_bytes_in_any_format_are_articles_or_errors(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..300), at in 0usize..7) {
        let name = ["a", "a.txt", "a.md", "a.html", "a.jsonl", "a.csv", "a.gz"][at];
        let _ = Reader::new().read_stream(name, &bytes[..], &mut |_| ControlFlow::Continue(()));
    }

    #[test]
    fn json_lines_keep_title_and_text(title in "\\PC{1,20}", text in "[武清区。\n\ta-z]{1,60}") {
        proptest::prop_assume!(!title.trim().is_empty() && !text.trim().is_empty());
        let line = serde_json::json!({ "title": title, "text": text }).to_string();
        let mut found = Vec::new();
        let _ = Reader::new().read_stream("a.jsonl", line.as_bytes(), &mut |article| {
            found.push(article.unwrap().text);
            ControlFlow::Continue(())
        });
        proptest::prop_assert_eq!(found, [format!("{title}\n{text}")]);
    }
}
