//! How well extractions agree with annotated articles: the figures of the guidelines' score.py, and what lies behind them.
//!
//! `pairing` says which things are the same, `judge` what became of each fact of an article, `kinds` what kind of error a wrong one is;
//! `scores` adds articles up, also by type, predicate and detector; `intervals` says how sure the figures are, `reliability` whether
//! confidences are; `measured` is the file that `compare` reads again; `report` is the page for people.

mod compare;
mod detectors;
mod intervals;
mod judge;
mod kinds;
mod measured;
mod pairing;
mod reliability;
pub mod report;
mod scores;
mod tally;
#[cfg(test)]
mod tests;

pub use compare::{Difference, compare};
pub use detectors::DetectorTally;
pub use intervals::{Interval, Resamples};
pub use judge::{FigureMatch, Judgement, Verdict};
pub use kinds::{ErrorKind, Fault, Stage};
pub use measured::{Measured, MeasuredArticle, MeasuredTally};
pub use pairing::{Pairing, Pairs, comparable, pair_entities, quantity};
pub use reliability::{Bin, Reliability, Sure};
pub use scores::Scores;
pub use tally::{Counts, Measure, Tally};
