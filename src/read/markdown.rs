//! Markdown as plain text: marks are taken off, words stay. Front matter gives title, date and source.

use std::sync::LazyLock;

use regex::Regex;

use super::{
    clean::{self, Draft},
    date,
};
use crate::model::Article;

/// Pattern and what takes its place, in the order in which they apply to a line.
static MARKS: LazyLock<Vec<(Regex, &'static str)>> = LazyLock::new(|| {
    [
        (r"<!--.*?-->", ""),
        (r"^\s{0,3}#{1,6}\s+(.*?)\s*#*\s*$", "$1"),
        (r"^\s{0,3}#{1,6}\s*$", ""),
        (r"^(?:\s{0,3}>\s?)+", ""),
        (r"^\s*[-*+]\s+(?:\[[ xX]\]\s+)?", ""),
        (r"!\[[^\]]*\]\([^)]*\)", ""),
        (r"\[([^\]]*)\]\([^)]*\)", "$1"),
        (r"\*\*([^*]+)\*\*", "$1"),
        (r"__([^_]+)__", "$1"),
        (r"\*([^*\s][^*]*)\*", "$1"),
        (r"`+([^`]*)`+", "$1"),
    ]
    .into_iter()
    .map(|(pattern, with)| (Regex::new(pattern).expect("the pattern is valid"), with))
    .collect()
});

static RULE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^\s{0,3}(?:=+|-{2,}|\*{3,}|_{3,}|(?:\|?\s*:?-{2,}:?\s*)+\|?|```.*|~~~.*)\s*$")
        .expect("the pattern is valid")
});

/// The article, unless there is no text.
pub(super) fn article(text: &str) -> Option<Article> {
    let text = clean::line_breaks(text);
    let (front, body) = front_matter(&text);
    let lines: Vec<String> = body.split('\n').filter(|line| !RULE.is_match(line)).map(plain).collect();
    let lines = front.title.iter().map(String::as_str).chain(lines.iter().map(String::as_str));
    let mut draft = Draft::from_lines(lines)?;
    // A document often repeats the front matter's title as its heading.
    if let Some(rest) = front.title.as_ref().and_then(|title| draft.body.strip_prefix(title.as_str()))
        && (rest.is_empty() || rest.starts_with('\n'))
    {
        draft.body = rest.trim_start_matches('\n').to_owned();
    }
    draft.published = front.published.or(draft.published);
    draft.source = front.source.or(draft.source);
    Some(draft.into_article())
}

fn plain(line: &str) -> String {
    let mut line = line.to_owned();
    for (mark, with) in MARKS.iter() {
        if let std::borrow::Cow::Owned(changed) = mark.replace_all(&line, *with) {
            line = changed;
        }
    }
    // A row of a table: its cells.
    let trimmed = line.trim();
    if trimmed.len() > 1 && trimmed.starts_with('|') && trimmed.ends_with('|') {
        let cells: Vec<&str> = trimmed.trim_matches('|').split('|').map(str::trim).collect();
        return cells.join(" ");
    }
    line
}

#[derive(Default)]
struct Front {
    title: Option<String>,
    published: Option<String>,
    source: Option<String>,
}

/// Lines `key: value` between two lines `---` at the beginning.
fn front_matter(text: &str) -> (Front, &str) {
    let mut front = Front::default();
    let Some(rest) = text.trim_start_matches('\n').strip_prefix("---\n") else { return (front, text) };
    let Some((head, body)) = rest.split_once("\n---\n") else { return (front, text) };
    for (key, value) in head.lines().filter_map(|line| line.split_once(':')) {
        let value = value.trim().trim_matches(['"', '\'']).to_owned();
        match key.trim() {
            "title" if !value.is_empty() => front.title = Some(value),
            "date" | "published" => front.published = date::parse(&value),
            "source" | "url" if !value.is_empty() => front.source = Some(value),
            _ => {}
        }
    }
    (front, body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_go_and_words_stay() {
        let text = "# 武清区引进**重点**项目\n\n- 引进[诺禾致源](http://a.cn/)\n> 聚焦*生物医药*\n\n| 年份 | 金额 |\n|---|---|\n| 2024 | 12亿元 |\n\n2025-07-02\n";
        let article = article(text).unwrap();
        assert_eq!(article.title, "武清区引进重点项目");
        assert_eq!(article.text, "武清区引进重点项目\n引进诺禾致源\n聚焦生物医药\n\n年份 金额\n2024 12亿元");
        assert_eq!(article.published.as_deref(), Some("2025-07-02"));
    }

    #[test]
    fn front_matter_gives_title_date_and_source() {
        let text = "---\ntitle: \"津南新政\"\ndate: 2025-07-02\nsource: https://a.cn/1\n---\n# 津南新政\n\n正文。";
        let article = article(text).unwrap();
        assert_eq!((article.title.as_str(), article.text.as_str()), ("津南新政", "津南新政\n正文。"));
        assert_eq!(article.published.as_deref(), Some("2025-07-02"));
        assert_eq!(article.source.as_deref(), Some("https://a.cn/1"));
    }
}
