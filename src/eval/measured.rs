//! All figures as one JSON value: what `yutu eval --json` writes and `--compare` reads again.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    detectors::DetectorTally,
    intervals::{Interval, Resamples},
    kinds::ErrorKind,
    reliability::{Reliability, Sure},
    scores::Scores,
    tally::{Counts, Measure, Tally},
};

/// A tally with its shares, as they are written.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct MeasuredTally {
    /// Precision.
    pub precision: f64,
    /// Recall.
    pub recall: f64,
    /// F1.
    pub f1: f64,
    /// The middle 95 % of F1 over other draws of the articles, where they were drawn.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub f1_interval: Option<Interval>,
    /// The counts.
    #[serde(flatten)]
    pub tally: Tally,
}

impl MeasuredTally {
    /// Without interval.
    pub fn new(tally: Tally) -> Self {
        Self { precision: tally.precision(), recall: tally.recall(), f1: tally.f1(), f1_interval: None, tally }
    }
}

/// One article's counts, in the order of [`Measure::ALL`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MeasuredArticle {
    /// Its id.
    pub id: String,
    /// `[hits, predicted, gold]` of each measure.
    pub counts: Vec<[usize; 3]>,
}

impl MeasuredArticle {
    /// The counts again; what the file lacks is 0.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for (tally, [hits, predicted, gold]) in counts.0.iter_mut().zip(&self.counts) {
            tally.add(*hits, *predicted, *gold);
        }
        counts
    }
}

/// All figures over a set of articles.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// By the names of score.py.
    pub measures: BTreeMap<String, MeasuredTally>,
    /// Mean of the articles' F1 of entities.
    pub macro_f1: f64,
    /// Entities by type.
    pub by_type: BTreeMap<String, MeasuredTally>,
    /// Relations by predicate.
    pub by_predicate: BTreeMap<String, MeasuredTally>,
    /// Mentions and entities by the detectors that voted.
    pub by_detector: BTreeMap<String, DetectorTally>,
    /// Ten bins of confidence for entities, relations and figures.
    pub reliability: BTreeMap<String, Reliability>,
    /// How often each kind of error occurred.
    pub errors: BTreeMap<ErrorKind, usize>,
    /// The articles.
    pub articles: Vec<MeasuredArticle>,
}

impl Measured {
    /// The figures of scores.
    pub fn new(scores: &Scores) -> Self {
        let counts: Vec<Counts> = scores.articles.iter().map(|(_, counts)| *counts).collect();
        let resamples = Resamples::new(&counts);
        let measure = |measure: Measure| {
            let mut tally = MeasuredTally::new(scores.counts[measure]);
            tally.f1_interval = Some(resamples.f1(measure));
            (measure.as_str().to_owned(), tally)
        };
        let named = |name: &str, tally: &Tally| (name.to_owned(), MeasuredTally::new(*tally));
        Self {
            measures: Measure::ALL.map(measure).into(),
            macro_f1: scores.macro_f1(),
            by_type: scores.by_type.iter().map(|(kind, tally)| named(kind.as_str(), tally)).collect(),
            by_predicate: scores.by_predicate.iter().map(|(kind, tally)| named(kind.as_str(), tally)).collect(),
            by_detector: scores.by_detector.clone(),
            reliability: Sure::ALL.map(|sure| (sure.as_str().to_owned(), scores.reliability[sure as usize])).into(),
            errors: scores.kinds.clone(),
            articles: (scores.articles.iter())
                .map(|(id, counts)| MeasuredArticle {
                    id: id.clone(),
                    counts: counts.0.iter().map(|tally| [tally.hits, tally.predicted, tally.gold]).collect(),
                })
                .collect(),
        }
    }
}
