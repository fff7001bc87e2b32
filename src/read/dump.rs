//! A crawl's dump: records opened by a line `-`, each with a title, a body and a date; the site's footer after the last one.

use std::ops::ControlFlow;

use super::{
    Limits, Place, ReadError, Sink,
    clean::Draft,
    date,
    lines::{Line, Lines},
    within,
};

/// One record in the making.
struct Record {
    number: u64,
    first_line: u64,
    lines: Vec<String>,
    bytes: usize,
    /// The first thing that was wrong with it.
    error: Option<ReadError>,
}

impl Record {
    fn new(number: u64, first_line: u64) -> Self {
        Self { number, first_line, lines: Vec::new(), bytes: 0, error: None }
    }

    fn push(&mut self, line: Line, limits: Limits, path: &str) {
        self.bytes += line.text.len() + 1;
        if self.bytes > limits.raw_bytes {
            self.lines.clear();
            let place = Place::record(path, self.number, self.first_line);
            self.error.get_or_insert(ReadError::TooLarge { place, limit_bytes: limits.article_bytes });
        } else {
            self.lines.push(line.text);
        }
    }

    /// Hands the record on.
    fn close(self, limits: Limits, path: &str, is_last: bool, sink: &mut Sink<'_>) -> ControlFlow<()> {
        let place = || Place::record(path, self.number, self.first_line);
        if let Some(error) = self.error {
            return sink(Err(error));
        }
        if is_last && self.lines.iter().all(|line| line.trim().is_empty()) {
            return ControlFlow::Continue(());
        }
        let end = without_footer(&self.lines);
        let lines = self.lines[..end].iter().map(String::as_str);
        match Draft::from_lines(lines).filter(|draft| !draft.body.trim().is_empty()) {
            Some(draft) => sink(within(draft.into_article(), limits, place)),
            None => sink(Err(ReadError::Empty { place: place() })),
        }
    }
}

/// Where the record's own lines end: after its last date line, if only short lines come after it.
fn without_footer(lines: &[String]) -> usize {
    let is_link = |line: &String| line.chars().nth(40).is_none() && !line.contains('。');
    match lines.iter().rposition(|line| date::only(line).is_some()) {
        Some(at) if at >= 2 && lines[at + 1..].iter().all(is_link) => at + 1,
        _ => lines.len(),
    }
}

pub(super) fn read(mut lines: Lines<'_>, limits: Limits, sink: &mut Sink<'_>) -> ControlFlow<()> {
    let path = lines.path().to_owned();
    let mut record: Option<Record> = None;
    let mut count = 0;
    while let Some(line) = lines.next() {
        match line {
            Ok(line) if line.text.trim_end() == "-" => {
                if let Some(record) = record.take() {
                    record.close(limits, &path, false, sink)?;
                }
                count += 1;
                record = Some(Record::new(count, line.number + 1));
            }
            Ok(line) if record.is_none() && line.text.trim().is_empty() => {}
            Ok(line) => {
                // Text before the first `-` is a record as well.
                let record = record.get_or_insert_with(|| {
                    count += 1;
                    Record::new(count, line.number)
                });
                record.push(line, limits, &path);
            }
            Err(error) => {
                let is_end = matches!(error, ReadError::Read { .. });
                let record = record.get_or_insert_with(|| {
                    count += 1;
                    Record::new(count, lines.number())
                });
                record.error.get_or_insert(numbered(error, record.number));
                if is_end {
                    break;
                }
            }
        }
    }
    match record {
        Some(record) => record.close(limits, &path, true, sink),
        None => ControlFlow::Continue(()),
    }
}

/// The error of a line, with the number of its record.
fn numbered(mut error: ReadError, record: u64) -> ReadError {
    match &mut error {
        ReadError::Encoding { place, .. } | ReadError::TooLarge { place, .. } | ReadError::Read { place, .. } => {
            place.record = Some(record);
        }
        _ => {}
    }
    error
}
