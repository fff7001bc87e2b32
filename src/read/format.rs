//! Which format a file has: by its extension, else by how it begins.

use std::str::FromStr;

use crate::model::UnknownName;

/// How articles stand in a file. Any of them can be packed by gzip or zstd.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// A crawl's dump: records opened by a line `-`, each with title, body and date.
    Dump,
    /// Plain text: the first line is the title.
    Text,
    /// Markdown: the first heading or line is the title.
    Markdown,
    /// A web page.
    Html,
    /// One JSON object a line.
    Jsonl,
    /// Comma-, semicolon- or tab-separated values with a line of column names.
    Csv,
}

impl Format {
    /// All formats.
    pub const ALL: &'static [Self] = &[Self::Dump, Self::Text, Self::Markdown, Self::Html, Self::Jsonl, Self::Csv];

    /// The name used on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Dump => "dump",
            Self::Text => "text",
            Self::Markdown => "markdown",
            Self::Html => "html",
            Self::Jsonl => "jsonl",
            Self::Csv => "csv",
        }
    }

    /// By the extension of `name` where it says more than "text", else by the first bytes.
    pub(super) fn recognise(name: &str, head: &[u8]) -> Self {
        let by_extension = name.rsplit_once('.').and_then(|(_, extension)| by_extension(extension));
        match by_extension {
            Some(format) if format != Self::Text => format,
            _ => by_content(head),
        }
    }
}

impl FromStr for Format {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        let known = || Self::ALL.iter().map(|format| format.as_str());
        Self::ALL.iter().copied().find(|format| format.as_str() == name).ok_or_else(|| UnknownName {
            name: name.to_owned(),
            vocabulary: "input format",
            known: known().collect::<Vec<_>>().join(", "),
        })
    }
}

fn by_extension(extension: &str) -> Option<Format> {
    match extension.to_ascii_lowercase().as_str() {
        "txt" | "text" | "log" => Some(Format::Text),
        "md" | "markdown" => Some(Format::Markdown),
        "html" | "htm" | "xhtml" | "shtml" => Some(Format::Html),
        "jsonl" | "ndjson" => Some(Format::Jsonl),
        "csv" | "tsv" => Some(Format::Csv),
        _ => None,
    }
}

/// Whether a file with this extension is taken out of a folder.
pub(super) fn is_known_extension(extension: &str) -> bool {
    extension != "log" && by_extension(extension).is_some()
}

fn by_content(head: &[u8]) -> Format {
    let start = head.trim_ascii_start();
    let first_line = start.split(|byte| *byte == b'\n').next().unwrap_or_default().trim_ascii_end();
    let lower = start[..start.len().min(256)].to_ascii_lowercase();
    let opens = |tag: &str| lower.starts_with(tag.as_bytes());
    if ["<!doctype html", "<html", "<head", "<body", "<meta", "<article"].iter().any(|tag| opens(tag))
        || opens("<?xml") && memchr::memmem::find(&lower, b"<html").is_some()
    {
        Format::Html
    } else if first_line == b"-" {
        Format::Dump
    } else if is_json(start) {
        Format::Jsonl
    } else if is_header(first_line) {
        Format::Csv
    } else {
        Format::Text
    }
}

/// `{"` with or without white space between, or `[{`.
fn is_json(start: &[u8]) -> bool {
    let inner = |open: u8| start.strip_prefix(&[open]).map(<[u8]>::trim_ascii_start);
    inner(b'{').is_some_and(|rest| rest.starts_with(b"\"") || rest.starts_with(b"}"))
        || inner(b'[').is_some_and(|rest| rest.starts_with(b"{"))
}

/// Column names with `title` and `text` among them.
fn is_header(line: &[u8]) -> bool {
    let Ok(line) = std::str::from_utf8(line) else { return false };
    let names: Vec<&str> = line.split([',', ';', '\t']).map(|name| name.trim().trim_matches('"')).collect();
    ["title", "text"].iter().all(|name| names.iter().any(|given| given.eq_ignore_ascii_case(name)))
}

/// The character that separates the columns of a CSV header.
pub(super) fn delimiter(header: &str) -> u8 {
    let count = |delimiter: char| header.matches(delimiter).count();
    // The first of the most frequent.
    [('\t', count('\t')), (';', count(';')), (',', count(','))]
        .into_iter()
        .max_by_key(|(_, count)| *count)
        .map_or(b',', |(delimiter, _)| delimiter as u8)
}

#[cfg(test)]
mod tests {
    use super::{super::unpack::without_packing, *};

    #[test]
    fn content_decides_where_the_extension_says_text_or_nothing() {
        let by = |name, head: &str| Format::recognise(name, head.as_bytes());
        assert_eq!(by("a.txt", "-\n标题\n正文"), Format::Dump);
        assert_eq!(by("a.txt", "武清区"), Format::Text);
        assert_eq!(by("standard input", "\n <!DOCTYPE html><html>"), Format::Html);
        assert_eq!(by("standard input", "{ \"title\": 1}"), Format::Jsonl);
        assert_eq!(by("a", "id,title,text\n"), Format::Csv);
        assert_eq!(by("a.html", "-\n"), Format::Html);
        assert_eq!(by("a.MD", "武清区"), Format::Markdown);
    }

    #[test]
    fn packed_names_are_known_by_the_inner_extension() {
        assert_eq!(without_packing("文章.jsonl.gz"), "文章.jsonl");
        assert_eq!(without_packing("章"), "章");
    }
}
