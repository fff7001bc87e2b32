//! The reference tables as text: rows, forms, and the matcher over all forms. `build.rs` shares this file: it makes the matcher of the
//! program's own tables once, when the program is compiled.

use daachorse::{CharwiseDoubleArrayAhoCorasick, errors::DaachorseError};

use crate::text::fold;

/// Finds forms in folded text; a match's value is the form's number.
pub(crate) type Matcher = CharwiseDoubleArrayAhoCorasick<u32>;

/// The tables that the program brings (`data/gazetteer/`), in the order in which their forms are numbered.
pub(crate) const NAMES: [&str; 7] =
    ["regions.tsv", "zones.tsv", "institutions.tsv", "agencies.tsv", "companies.tsv", "industries.tsv", "known.tsv"];

/// A row of a table.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row<'a> {
    /// The code scheme; empty for well-known names.
    pub(crate) scheme: &'a str,
    /// The code in it.
    pub(crate) code: &'a str,
    /// The name of the type.
    pub(crate) kind: &'a str,
    /// The official name.
    pub(crate) name: &'a str,
    /// Other names, with `|` between them.
    pub(crate) others: &'a str,
    /// Where it is.
    pub(crate) place: &'a str,
}

impl<'a> Row<'a> {
    /// The forms of two characters and more, folded; whether each is the official name.
    pub(crate) fn forms(&self) -> impl Iterator<Item = (String, bool)> + use<'a> {
        let others = self.others.split('|').filter(|form| !form.is_empty()).map(|form| (form, false));
        let folded = |form: &str| fold(&form.chars().collect::<Vec<_>>());
        let forms =
            std::iter::once((self.name, true)).chain(others).map(move |(form, official)| (folded(form), official));
        forms.filter(|(form, _)| form.len() >= 2).map(|(form, official)| (form.into_iter().collect(), official))
    }
}

/// The rows of a table with the numbers of their lines, from 1; the error is the number of columns where that is neither 2, 3 nor 6. Lines
/// that begin with `#` and a header line that begins with `scheme` are passed over.
pub(crate) fn rows(table: &str) -> impl Iterator<Item = (usize, Result<Row<'_>, usize>)> {
    let is_row = |line: &str| !(line.is_empty() || line.starts_with('#') || line.starts_with("scheme\t"));
    (1..).zip(table.lines()).filter(move |(_, line)| is_row(line)).map(|(number, line)| {
        let columns: Vec<&str> = line.split('\t').collect();
        let row = match columns[..] {
            [kind, name] => Ok(Row { scheme: "", code: "", kind, name, others: "", place: "" }),
            [kind, name, others] => Ok(Row { scheme: "", code: "", kind, name, others, place: "" }),
            [scheme, code, kind, name, others, place] => Ok(Row { scheme, code, kind, name, others, place }),
            _ => Err(columns.len()),
        };
        (number, row)
    })
}

/// The matcher over all forms of tables, which are numbered in the order in which they come first.
///
/// # Errors
/// When there are more than the matcher holds.
pub(crate) fn matcher<'a>(tables: impl Iterator<Item = &'a str>) -> Result<Matcher, DaachorseError> {
    let forms = tables.flat_map(rows).filter_map(|(_, row)| row.ok()).flat_map(|row| row.forms());
    let mut numbered: Vec<(String, u32)> = forms.map(|(form, _)| form).zip(0..).collect();
    numbered.sort_unstable();
    numbered.dedup_by(|later, first| later.0 == first.0);
    // From where they come first to how many other forms come before.
    numbered.sort_unstable_by_key(|&(_, first)| first);
    let mut numbered: Vec<(String, u32)> = numbered.into_iter().map(|(form, _)| form).zip(0..).collect();
    numbered.sort_unstable();
    Matcher::with_values(numbered)
}
