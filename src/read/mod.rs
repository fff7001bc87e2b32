//! Bytes to articles: files, folders and streams, one file a format.
//!
//! The reader streams: of a file that holds many articles it keeps one in memory, of a file that is one article no more than
//! [`Limits`] allow. What is damaged is handed on as a [`ReadError`] and skipped; the rest goes on. The reader decides what is title,
//! body, date and source; it does not look into the meaning of the text.

mod clean;
mod csv;
pub mod date;
mod dump;
mod encoding;
mod error;
mod folder;
mod format;
mod html;
mod jsonl;
mod lines;
mod markdown;
mod text;
mod unpack;

use std::{
    fs::File,
    io::{BufReader, Read},
    ops::ControlFlow,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

pub use error::{Place, ReadError};
pub use format::Format;

use crate::model::Article;

/// What takes the articles, one after the other; it ends the reading by [`ControlFlow::Break`].
pub type Sink<'a> = dyn FnMut(Result<Article, ReadError>) -> ControlFlow<()> + 'a;

/// How much is held in memory at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one article's text in UTF-8.
    pub article_bytes: usize,
    /// Bytes of one article as it stands in the file: with tags, escapes and quotes.
    pub raw_bytes: usize,
}

impl Default for Limits {
    /// 8 MiB of text, 32 MiB of raw bytes.
    fn default() -> Self {
        Self { article_bytes: 8 << 20, raw_bytes: 32 << 20 }
    }
}

/// Reads articles out of files, folders and streams.
#[derive(Debug, Clone, Default)]
pub struct Reader {
    limits: Limits,
    format: Option<Format>,
    bytes_read: Arc<AtomicU64>,
}

impl Reader {
    /// With the usual limits, recognising formats by extension and content.
    pub fn new() -> Self {
        Self::default()
    }

    /// With other limits.
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Takes everything for this format; `None` recognises it.
    #[must_use]
    pub fn with_format(mut self, format: Option<Format>) -> Self {
        self.format = format;
        self
    }

    /// A counter of the bytes taken from files and streams so far, before unpacking: for a progress bar.
    pub fn bytes_read(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.bytes_read)
    }

    /// Reads a file, or a folder with all folders in it, sorted by path.
    ///
    /// Of a folder only files with a known extension are taken (`.txt`, `.md`, `.html`, `.jsonl`, `.csv`, …, also with `.gz` or `.zst`),
    /// no hidden files and no notes about the folder (`README`, `LICENSE`, `NOTICE`). A file that is named itself is always tried.
    pub fn read_path(&self, path: &Path, sink: &mut Sink<'_>) -> ControlFlow<()> {
        for file in folder::files(path) {
            match file {
                Ok(file) => self.read_file(&file, sink)?,
                Err(error) => sink(Err(error))?,
            }
        }
        ControlFlow::Continue(())
    }

    /// Reads a stream, e.g. standard input; `name` stands for it in messages, and its extension helps to recognise the format.
    pub fn read_stream(&self, name: &str, bytes: impl Read, sink: &mut Sink<'_>) -> ControlFlow<()> {
        let counted = Counting { inner: bytes, count: &self.bytes_read };
        let (unpacked, plain_name) = match unpack::unpack(counted, name) {
            Ok(stream) => stream,
            Err(source) => return sink(Err(ReadError::Read { place: Place::file(name), source })),
        };
        let (head, bytes) = match encoding::as_utf8_if_utf16(unpacked) {
            Ok(decoded) => decoded,
            Err(source) => return sink(Err(ReadError::Read { place: Place::file(name), source })),
        };
        if head.bytes.is_empty() {
            return sink(Err(ReadError::Empty { place: Place::file(name) }));
        }
        if head.bytes.contains(&0) {
            return sink(Err(ReadError::Binary { place: Place::file(name) }));
        }
        let format = self.format.unwrap_or_else(|| Format::recognise(&plain_name, &head.bytes));
        let mut bytes = BufReader::with_capacity(1 << 16, bytes);
        match format {
            Format::Text | Format::Markdown | Format::Html => sink(one_article(name, format, &mut bytes, self.limits)),
            Format::Dump | Format::Jsonl | Format::Csv => {
                let encoding = match encoding::detect(&head, false) {
                    Ok(encoding) => encoding,
                    Err(tried) => return sink(Err(ReadError::Encoding { place: Place::file(name), tried })),
                };
                let lines = lines::Lines::new(&mut bytes, name, encoding, self.limits.raw_bytes);
                match format {
                    Format::Dump => dump::read(lines, self.limits, sink),
                    Format::Jsonl => jsonl::read(lines, self.limits, sink),
                    _ => csv::read(lines, self.limits, sink),
                }
            }
        }
    }

    fn read_file(&self, path: &Path, sink: &mut Sink<'_>) -> ControlFlow<()> {
        let name = path.display().to_string();
        match File::open(path) {
            Ok(file) => self.read_stream(&name, file, sink),
            Err(source) => sink(Err(ReadError::Open { place: Place::file(&name), source })),
        }
    }
}

/// The bytes of all files that [`Reader::read_path`] would open, for a progress bar; unreadable ones count nothing.
pub fn total_bytes(path: &Path) -> u64 {
    folder::files(path).flatten().filter_map(|file| file.metadata().ok()).map(|metadata| metadata.len()).sum()
}

/// Reads a stream that is one article.
fn one_article(name: &str, format: Format, bytes: &mut dyn Read, limits: Limits) -> Result<Article, ReadError> {
    let place = || Place::file(name);
    let raw_limit = if format == Format::Html { limits.raw_bytes } else { limits.article_bytes.saturating_mul(2) };
    let mut raw = Vec::new();
    bytes
        .take(raw_limit as u64 + 1)
        .read_to_end(&mut raw)
        .map_err(|source| ReadError::Read { place: place(), source })?;
    if raw.len() > raw_limit {
        return Err(ReadError::TooLarge { place: place(), limit_bytes: raw_limit });
    }
    if raw.contains(&0) {
        return Err(ReadError::Binary { place: place() });
    }
    let head = encoding::Head { bytes: raw, complete: true };
    let is_html = format == Format::Html;
    let encoding = encoding::detect(&head, is_html).map_err(|tried| ReadError::Encoding { place: place(), tried })?;
    let text = encoding::decode(&head.bytes, encoding, is_html).ok_or_else(|| ReadError::Encoding {
        place: damaged_line(name, &head.bytes, encoding),
        tried: encoding.name(),
    })?;
    let article = match format {
        Format::Html => html::article(&text, place())?,
        Format::Markdown => markdown::article(&text),
        _ => text::article(&text),
    };
    let article = article.ok_or_else(|| ReadError::Empty { place: place() })?;
    within(article, limits, place)
}

/// The first line that is not valid in the encoding.
fn damaged_line(name: &str, bytes: &[u8], encoding: &'static encoding_rs::Encoding) -> Place {
    let line = bytes.split(|byte| *byte == b'\n').position(|line| encoding::decode(line, encoding, false).is_none());
    Place { line: line.map(|line| line as u64 + 1), ..Place::file(name) }
}

/// The article, unless its text is larger than the limit.
fn within(article: Article, limits: Limits, place: impl FnOnce() -> Place) -> Result<Article, ReadError> {
    if article.text.len() > limits.article_bytes {
        return Err(ReadError::TooLarge { place: place(), limit_bytes: limits.article_bytes });
    }
    Ok(article)
}

/// Counts what passes through.
struct Counting<'a, R> {
    inner: R,
    count: &'a AtomicU64,
}

impl<R: Read> Read for Counting<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.count.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}
