//! Exchange with annotation tools: extractions out for people to correct, corrections back in as annotated articles.
//!
//! One file a format, with its writer and its reader: `brat` (standoff), `conll` (one character a line), `labelstudio` (JSON tasks). All
//! read into [`Annotated`], which `corrected` turns into gold. Paths belong to `cli`.

pub mod brat;
pub mod conll;
mod corrected;
mod figure;
pub mod labelstudio;
#[cfg(test)]
mod tests;

pub use corrected::{Annotated, AnnotatedFigure, AnnotatedMention};

use crate::model::UnknownName;

/// The type that a figure's place has in the tools.
pub(crate) const FIGURE: &str = "Figure";

/// The relation from a figure to what it is about.
pub(crate) const ABOUT: &str = "about";

/// Why annotations could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ExchangeError {
    /// The file is not of the format.
    #[error("{file}, line {line}: {problem}")]
    Line {
        /// The file.
        file: String,
        /// Counted from 1.
        line: usize,
        /// What is wrong, and how to mend it.
        problem: String,
    },
    /// A type or predicate that the vocabularies lack.
    #[error("{file}, line {line}: unknown name")]
    Name {
        /// The file.
        file: String,
        /// Counted from 1.
        line: usize,
        /// Which name, and which are known.
        #[source]
        source: UnknownName,
    },
    /// The file is no JSON, or not of the shape.
    #[error("{file} is not as Label Studio exports it: {problem}")]
    Task {
        /// The file.
        file: String,
        /// Where, and what is wrong.
        problem: String,
    },
}

/// A file's lines with what errors in them need.
#[derive(Default)]
struct Lines<'a> {
    file: &'a str,
}

impl Lines<'_> {
    fn problem(&self, line: usize, problem: impl Into<String>) -> ExchangeError {
        ExchangeError::Line { file: self.file.to_owned(), line, problem: problem.into() }
    }

    fn parse<T: std::str::FromStr<Err = UnknownName>>(&self, line: usize, name: &str) -> Result<T, ExchangeError> {
        name.parse().map_err(|source| ExchangeError::Name { file: self.file.to_owned(), line, source })
    }
}
