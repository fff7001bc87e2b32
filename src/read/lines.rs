//! The lines of a stream, decoded one by one, with their numbers.
//!
//! Splitting at the byte 0x0A before decoding is safe: it is no part of a longer character in UTF-8, GB18030 or Big5.

use std::io::{self, BufRead};

use encoding_rs::Encoding;

use super::{Place, ReadError, encoding};

/// A line without its line break.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    /// Counted from 1.
    pub(super) number: u64,
    /// The text, without `\n` and `\r`.
    pub(super) text: String,
}

/// Reads lines, none longer than a limit.
pub(super) struct Lines<'r> {
    bytes: &'r mut dyn BufRead,
    path: String,
    encoding: &'static Encoding,
    limit_bytes: usize,
    number: u64,
    done: bool,
}

impl<'r> Lines<'r> {
    pub(super) fn new(bytes: &'r mut dyn BufRead, path: &str, encoding: &'static Encoding, limit_bytes: usize) -> Self {
        Self { bytes, path: path.to_owned(), encoding, limit_bytes, number: 0, done: false }
    }

    /// The name of the stream.
    pub(super) fn path(&self) -> &str {
        &self.path
    }

    /// Number of the line that was read last.
    pub(super) fn number(&self) -> u64 {
        self.number
    }

    fn place(&self) -> Place {
        Place { path: self.path.clone(), record: None, line: Some(self.number) }
    }

    /// Fills `line` up to a line break or the limit; tells whether the line was longer, and whether anything was there.
    fn fill(&mut self, line: &mut Vec<u8>) -> io::Result<(bool, bool)> {
        let (mut too_long, mut any) = (false, false);
        loop {
            let chunk = match self.bytes.fill_buf() {
                Ok(chunk) => chunk,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            if chunk.is_empty() {
                return Ok((too_long, any));
            }
            any = true;
            let end = memchr::memchr(b'\n', chunk);
            let part = &chunk[..end.unwrap_or(chunk.len())];
            if line.len() + part.len() > self.limit_bytes {
                too_long = true;
                line.clear();
            }
            if !too_long {
                line.extend_from_slice(part);
            }
            let used = end.map_or(chunk.len(), |end| end + 1);
            self.bytes.consume(used);
            if end.is_some() {
                return Ok((too_long, any));
            }
        }
    }
}

impl Iterator for Lines<'_> {
    type Item = Result<Line, ReadError>;

    /// The next line; after a stream error there is none.
    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let mut line = Vec::new();
        self.number += 1;
        match self.fill(&mut line) {
            Err(source) => {
                self.done = true;
                return Some(Err(ReadError::Read { place: self.place(), source }));
            }
            Ok((_, false)) => {
                self.done = true;
                self.number -= 1;
                return None;
            }
            Ok((true, _)) => {
                return Some(Err(ReadError::TooLarge { place: self.place(), limit_bytes: self.limit_bytes }));
            }
            Ok((false, true)) => {}
        }
        if line.last() == Some(&b'\r') {
            line.pop();
        }
        let Some(text) = encoding::decode(&line, self.encoding, false) else {
            return Some(Err(ReadError::Encoding { place: self.place(), tried: self.encoding.name() }));
        };
        Some(Ok(Line { number: self.number, text }))
    }
}
