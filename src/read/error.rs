//! What can be wrong with a file, a record or a line, in English and Chinese.

use std::{fmt, io};

/// Where in the input something stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file as given, or the name of the stream.
    pub path: String,
    /// The article in the file, counted from 1.
    pub record: Option<u64>,
    /// The line in the file, counted from 1.
    pub line: Option<u64>,
}

impl Place {
    /// A whole file.
    pub fn file(path: &str) -> Self {
        Self { path: path.to_owned(), record: None, line: None }
    }

    /// A record that begins at a line.
    pub fn record(path: &str, record: u64, line: u64) -> Self {
        Self { path: path.to_owned(), record: Some(record), line: Some(line) }
    }

    /// The place in Chinese: `a.jsonl：第 3 条（第 7 行）`.
    pub fn in_chinese(&self) -> String {
        match (self.record, self.line) {
            (Some(record), Some(line)) => format!("{}：第 {record} 条（第 {line} 行）", self.path),
            (None, Some(line)) => format!("{}：第 {line} 行", self.path),
            (Some(record), None) => format!("{}：第 {record} 条", self.path),
            (None, None) => self.path.clone(),
        }
    }
}

/// `a.jsonl: record 3 (line 7)`.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path)?;
        match (self.record, self.line) {
            (Some(record), Some(line)) => write!(f, ": record {record} (line {line})"),
            (None, Some(line)) => write!(f, ": line {line}"),
            (Some(record), None) => write!(f, ": record {record}"),
            (None, None) => Ok(()),
        }
    }
}

/// Why something could not be read as an article. It was skipped; what follows it was read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The file does not open.
    #[error("cannot open {place}; check the path and your rights to it")]
    Open {
        /// The file.
        place: Place,
        /// The cause.
        #[source]
        source: io::Error,
    },
    /// A folder cannot be listed.
    #[error("cannot list {place}")]
    Folder {
        /// The folder.
        place: Place,
        /// The cause.
        #[source]
        source: io::Error,
    },
    /// The bytes end with an error, e.g. in a damaged gzip file.
    #[error("cannot read on in {place}; the file is cut off or damaged, fetch it again")]
    Read {
        /// The file, and the line that was reached.
        place: Place,
        /// The cause.
        #[source]
        source: io::Error,
    },
    /// The file is no text.
    #[error("{place} is no text; give plain text, Markdown, HTML, JSON lines or CSV, or gzip or zstd of these")]
    Binary {
        /// The file.
        place: Place,
    },
    /// The bytes are not valid in the text encoding.
    #[error("{place} is not valid {tried}; convert it to UTF-8, e.g. by `iconv -c -f {} -t UTF-8`", likely(tried))]
    Encoding {
        /// The file or line.
        place: Place,
        /// The encodings that were tried.
        tried: &'static str,
    },
    /// An article is larger than allowed.
    #[error("{place} is larger than the {} MiB allowed for one article; split it", limit_bytes >> 20)]
    TooLarge {
        /// The file or record.
        place: Place,
        /// The limit in bytes.
        limit_bytes: usize,
    },
    /// There is no text.
    #[error("{place} holds no text")]
    Empty {
        /// The file or record.
        place: Place,
    },
    /// A line is not the JSON object of an article.
    #[error(
        r#"{place} is no article: {reason} (column {column}); a line must be an object like {{"title": "…", "text": "…"}}"#
    )]
    Json {
        /// The record.
        place: Place,
        /// What is wrong, by the JSON parser.
        reason: String,
        /// Where in the line, in bytes from 1.
        column: usize,
    },
    /// A file is one JSON document over many lines, or an array.
    #[error("{place} is one JSON document, not one object a line; turn it into lines first, e.g. by `jq -c '.[]'`")]
    JsonLayout {
        /// The file.
        place: Place,
    },
    /// A CSV file lacks a column.
    #[error("{place} has no column `{missing}` in its first line; name the columns title, text, published, source, id")]
    Column {
        /// The file.
        place: Place,
        /// What is missing.
        missing: &'static str,
    },
    /// A CSV record has more or fewer fields than there are columns.
    #[error("{place} has {found} fields for {expected} columns; put fields that hold commas or quotes in quotes")]
    Fields {
        /// The record.
        place: Place,
        /// How many fields it has.
        found: usize,
        /// How many columns there are.
        expected: usize,
    },
    /// A quoted CSV field does not end.
    #[error("{place} opens a quote that nothing closes; close it, or double quotes inside a field")]
    Quote {
        /// The record.
        place: Place,
    },
    /// A web page has no main content that can be told from its surroundings.
    #[error("cannot find the article in the page {place}; save its text as a .txt file instead")]
    Html {
        /// The file.
        place: Place,
        /// The cause.
        #[source]
        source: dom_smoothie::ReadabilityError,
    },
}

impl ReadError {
    /// Where it is wrong.
    pub fn place(&self) -> &Place {
        match self {
            Self::Open { place, .. }
            | Self::Folder { place, .. }
            | Self::Read { place, .. }
            | Self::Binary { place }
            | Self::Encoding { place, .. }
            | Self::TooLarge { place, .. }
            | Self::Empty { place }
            | Self::Json { place, .. }
            | Self::JsonLayout { place }
            | Self::Column { place, .. }
            | Self::Fields { place, .. }
            | Self::Quote { place }
            | Self::Html { place, .. } => place,
        }
    }

    /// The message in Chinese, as `Display` gives it in English.
    pub fn in_chinese(&self) -> String {
        let place = self.place().in_chinese();
        match self {
            Self::Open { .. } => format!("无法打开 {place}，请检查路径和权限"),
            Self::Folder { .. } => format!("无法列出文件夹 {place}"),
            Self::Read { .. } => format!("无法继续读取 {place}，文件不完整或已损坏，请重新获取"),
            Self::Binary { .. } => {
                format!("{place} 不是文本，请提供纯文本、Markdown、HTML、JSON Lines、CSV，或其 gzip、zstd 压缩文件")
            }
            Self::Encoding { tried, .. } => {
                format!(
                    "{place} 不是有效的 {tried} 编码，请先转为 UTF-8，例如 `iconv -c -f {} -t UTF-8`",
                    likely(tried)
                )
            }
            Self::TooLarge { limit_bytes, .. } => format!("{place} 超过单篇文章上限 {} MiB，请拆分", limit_bytes >> 20),
            Self::Empty { .. } => format!("{place} 没有正文"),
            Self::Json { reason, column, .. } => format!(
                r#"{place} 不是文章：{reason}（第 {column} 列），每行须为 {{"title": "…", "text": "…"}} 这样的对象"#
            ),
            Self::JsonLayout { .. } => {
                format!("{place} 是单个 JSON 文档，而非每行一个对象，请先转换，例如 `jq -c '.[]'`")
            }
            Self::Column { missing, .. } => {
                format!("{place} 首行没有 `{missing}` 列，列名应为 title、text、published、source、id")
            }
            Self::Fields { found, expected, .. } => {
                format!("{place} 有 {found} 个字段，而表头有 {expected} 列，含逗号或引号的字段请加引号")
            }
            Self::Quote { .. } => format!("{place} 的引号没有闭合，请补上；字段内的引号须写两次"),
            Self::Html { .. } => format!("在网页 {place} 中找不到正文，请将其文字另存为 .txt 文件"),
        }
    }
}

/// The encoding to convert from: the one that was found, else the usual one.
fn likely(tried: &str) -> &str {
    if tried.contains(' ') { "GB18030" } else { tried }
}
