//! JSON lines: one object `{id?, title, text, published?, source?}` a line. Title and text are taken as they stand, so that offsets
//! count in what was given.

use std::ops::ControlFlow;

use serde::Deserialize;

use super::{Limits, Place, ReadError, Sink, clean::Draft, date, lines::Lines, within};
use crate::model::Article;

#[derive(Debug, Deserialize)]
struct Record {
    #[serde(default)]
    id: Option<Id>,
    #[serde(default)]
    title: Option<String>,
    #[serde(alias = "content", alias = "body")]
    text: String,
    #[serde(default, alias = "date")]
    published: Option<String>,
    #[serde(default, alias = "url")]
    source: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Id {
    Number(i64),
    Text(String),
}

pub(super) fn read(lines: Lines<'_>, limits: Limits, sink: &mut Sink<'_>) -> ControlFlow<()> {
    let path = lines.path().to_owned();
    let mut count = 0;
    for line in lines {
        let line = match line {
            Ok(line) => line,
            Err(error) => {
                count += 1;
                sink(Err(error))?;
                continue;
            }
        };
        let text = line.text.trim();
        if text.is_empty() {
            continue;
        }
        count += 1;
        let place = || Place::record(&path, count, line.number);
        match serde_json::from_str::<Record>(text) {
            Ok(record) => sink(article(record, place).and_then(|article| within(article, limits, place)))?,
            Err(error) if count == 1 && (error.is_eof() || text.starts_with('[')) => {
                return sink(Err(ReadError::JsonLayout { place: Place::file(&path) }));
            }
            Err(error) => {
                let (column, reason) = (error.column(), reason(&error));
                sink(Err(ReadError::Json { place: place(), reason, column }))?;
            }
        }
    }
    if count == 0 {
        return sink(Err(ReadError::Empty { place: Place::file(&path) }));
    }
    ControlFlow::Continue(())
}

/// The parser's message without its count of lines, which would be of the record and not of the file.
fn reason(error: &serde_json::Error) -> String {
    let message = error.to_string();
    message.split(" at line ").next().unwrap_or(&message).to_owned()
}

fn article(record: Record, place: impl Fn() -> Place) -> Result<Article, ReadError> {
    let id = record.id.map(|id| match id {
        Id::Number(number) => number.to_string(),
        Id::Text(text) => text,
    });
    from_fields(id, record.title, record.text, record.published, record.source)
        .ok_or_else(|| ReadError::Empty { place: place() })
}

/// An article out of fields; where there is no title, the first line of the text is the title.
pub(super) fn from_fields(
    id: Option<String>,
    title: Option<String>,
    text: String,
    published: Option<String>,
    source: Option<String>,
) -> Option<Article> {
    let published = published.and_then(|value| date::parse(&value));
    let draft = match title.filter(|title| !title.trim().is_empty()) {
        Some(_) if text.trim().is_empty() => return None,
        Some(title) => {
            let published = published.or_else(|| date_in(&text));
            Draft { id, title, body: text, published, source }
        }
        None => {
            let draft = Draft::from_lines(text.lines())?;
            Draft { id, published: published.or(draft.published), source: source.or(draft.source), ..draft }
        }
    };
    Some(draft.into_article())
}

/// The day that the text itself gives: its last line, or a label.
fn date_in(text: &str) -> Option<String> {
    let last = text.lines().rev().find(|line| !line.trim().is_empty());
    last.and_then(date::only).or_else(|| text.lines().find_map(date::labelled))
}
