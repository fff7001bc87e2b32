//! CSV with a line of column names: title, text, and where they are known published, source, id; others are left alone.
//!
//! Records are cut out of the stream here, so that a quote that nothing closes costs one record and not the rest of the file; the
//! `csv` crate takes their fields apart.

use std::{collections::VecDeque, ops::ControlFlow};

use super::{
    Limits, Place, ReadError, Sink, format, jsonl,
    lines::{Line, Lines},
    within,
};
use crate::model::Article;

/// Where each column stands.
#[derive(Debug, Clone, Copy)]
struct Columns {
    delimiter: u8,
    count: usize,
    text: usize,
    title: Option<usize>,
    id: Option<usize>,
    published: Option<usize>,
    source: Option<usize>,
}

impl Columns {
    fn of_header(header: &str, place: impl FnOnce() -> Place) -> Result<Self, ReadError> {
        let delimiter = format::delimiter(header);
        let names = fields(header, delimiter);
        let column = |known: &[&str]| {
            names.iter().position(|name| known.iter().any(|known| name.trim().eq_ignore_ascii_case(known)))
        };
        let Some(text) = column(&["text", "content", "body", "正文", "内容"]) else {
            return Err(ReadError::Column { place: place(), missing: "text" });
        };
        Ok(Self {
            delimiter,
            count: names.len(),
            text,
            title: column(&["title", "标题"]),
            id: column(&["id", "编号"]),
            published: column(&["published", "date", "发布日期", "发布时间", "日期"]),
            source: column(&["source", "url", "来源", "网址"]),
        })
    }

    fn article(&self, record: &str, place: &Place) -> Result<Article, ReadError> {
        let mut fields = fields(record, self.delimiter);
        if fields.len() != self.count {
            return Err(ReadError::Fields { place: place.clone(), found: fields.len(), expected: self.count });
        }
        let mut take = |column: Option<usize>| {
            column.map(|column| std::mem::take(&mut fields[column])).filter(|field| !field.trim().is_empty())
        };
        let (id, title, published, source) = (take(self.id), take(self.title), take(self.published), take(self.source));
        let text = take(Some(self.text)).unwrap_or_default();
        jsonl::from_fields(id, title, text, published, source).ok_or_else(|| ReadError::Empty { place: place.clone() })
    }
}

/// The fields of one record.
fn fields(record: &str, delimiter: u8) -> Vec<String> {
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(record.as_bytes());
    let mut fields = csv::StringRecord::new();
    // Reading valid UTF-8 out of memory, with any number of fields, cannot fail.
    let _ = reader.read_record(&mut fields);
    fields.iter().map(str::to_owned).collect()
}

/// Whether a quoted field is open after a line, given whether one was open before it.
fn is_open_after(line: &str, delimiter: u8, mut is_open: bool) -> bool {
    // Quotes count only where a field begins; inside a quoted field each one closes or, doubled, opens again.
    let mut at_field_start = !is_open;
    let mut was_quoted = is_open;
    for byte in line.bytes() {
        match byte {
            b'"' if is_open => is_open = false,
            b'"' if at_field_start || was_quoted => {
                is_open = true;
                was_quoted = true;
            }
            byte if byte == delimiter && !is_open => {
                at_field_start = true;
                was_quoted = false;
                continue;
            }
            _ if !is_open => was_quoted = false,
            _ => {}
        }
        at_field_start = false;
    }
    is_open
}

pub(super) fn read(mut lines: Lines<'_>, limits: Limits, sink: &mut Sink<'_>) -> ControlFlow<()> {
    let path = lines.path().to_owned();
    let columns = loop {
        match lines.next() {
            None => return ControlFlow::Continue(()),
            Some(Err(error)) => return sink(Err(error)),
            Some(Ok(line)) if line.text.trim().is_empty() => {}
            Some(Ok(line)) => match Columns::of_header(&line.text, || Place::file(&path)) {
                Ok(columns) => break columns,
                Err(error) => return sink(Err(error)),
            },
        }
    };
    let mut records =
        Records { lines, delimiter: columns.delimiter, limit_bytes: limits.raw_bytes, again: VecDeque::new() };
    let mut count = 0;
    while let Some(record) = records.next_record() {
        count += 1;
        match record {
            Err(error) => sink(Err(error))?,
            Ok(Record { first_line, text, is_closed }) => {
                let place = Place::record(&path, count, first_line);
                if is_closed {
                    let article = columns.article(&text, &place);
                    sink(article.and_then(|article| within(article, limits, || place)))?;
                } else {
                    sink(Err(ReadError::Quote { place }))?;
                }
            }
        }
    }
    ControlFlow::Continue(())
}

struct Record {
    first_line: u64,
    text: String,
    is_closed: bool,
}

struct Records<'r> {
    lines: Lines<'r>,
    delimiter: u8,
    limit_bytes: usize,
    /// Lines that were read in search of a closing quote, to be read again as records of their own.
    again: VecDeque<Result<Line, ReadError>>,
}

impl Records<'_> {
    fn next_line(&mut self) -> Option<Result<Line, ReadError>> {
        self.again.pop_front().or_else(|| self.lines.next())
    }

    fn next_record(&mut self) -> Option<Result<Record, ReadError>> {
        let first = loop {
            match self.next_line()? {
                Ok(line) if line.text.is_empty() => {}
                Ok(line) => break line,
                Err(error) => return Some(Err(error)),
            }
        };
        let mut is_open = is_open_after(&first.text, self.delimiter, false);
        let mut bytes = first.text.len();
        let mut more: Vec<Result<Line, ReadError>> = Vec::new();
        while is_open && bytes <= self.limit_bytes {
            match self.next_line() {
                Some(Ok(line)) => {
                    is_open = is_open_after(&line.text, self.delimiter, true);
                    bytes += line.text.len() + 1;
                    more.push(Ok(line));
                }
                Some(Err(error)) => {
                    more.push(Err(error));
                    break;
                }
                None => break,
            }
        }
        let Line { number: first_line, mut text } = first;
        if is_open {
            for line in more.into_iter().rev() {
                self.again.push_front(line);
            }
            return Some(Ok(Record { first_line, text, is_closed: false }));
        }
        for line in more.into_iter().flatten() {
            text.push('\n');
            text.push_str(&line.text);
        }
        Some(Ok(Record { first_line, text, is_closed: true }))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn quotes_count_where_a_field_begins() {
        assert!(is_open_after("a,\"武清", b',', false));
        assert!(!is_open_after("a,5\" 屏", b',', false));
        assert!(!is_open_after("a,\"他说\"\"好\"\"\",b", b',', false));
        assert!(!is_open_after("区\",b", b',', true));
        assert!(is_open_after("\"\"好\"\"", b',', true));
    }

    proptest! {
        #[test]
        fn records_end_where_the_csv_crate_ends_them(cells in prop::collection::vec("[武a\",\n]{0,8}", 3)) {
            let mut written = Vec::new();
            csv::WriterBuilder::new().from_writer(&mut written).write_record(&cells).unwrap();
            let written = String::from_utf8(written).unwrap();
            let mut is_open = false;
            let record = written.strip_suffix('\n').unwrap();
            for (at, line) in record.split('\n').enumerate() {
                prop_assert!(at == 0 || is_open);
                is_open = is_open_after(line, b',', is_open);
            }
            prop_assert!(!is_open);
            prop_assert_eq!(fields(record, b','), cells);
        }
    }
}
