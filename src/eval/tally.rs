//! Hits, predictions and gold facts, and the counts of one article or of many.

use serde::{Deserialize, Serialize};

/// Hits, predictions and gold facts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Predictions that are right.
    pub hits: usize,
    /// Predictions.
    pub predicted: usize,
    /// Gold facts.
    pub gold: usize,
}

impl Tally {
    /// Counts in.
    pub fn add(&mut self, hits: usize, predicted: usize, gold: usize) {
        self.hits += hits;
        self.predicted += predicted;
        self.gold += gold;
    }

    /// Counts in another tally.
    pub fn add_all(&mut self, other: Self) {
        self.add(other.hits, other.predicted, other.gold);
    }

    /// Share of predictions that are right; 0 without any.
    pub fn precision(&self) -> f64 {
        share(self.hits, self.predicted)
    }

    /// Share of gold facts that were found; 0 without any.
    pub fn recall(&self) -> f64 {
        share(self.hits, self.gold)
    }

    /// Harmonic mean of the two.
    pub fn f1(&self) -> f64 {
        let (p, r) = (self.precision(), self.recall());
        if p + r == 0.0 { 0.0 } else { 2.0 * p * r / (p + r) }
    }
}

/// `part` of `whole`; 0 where there is nothing.
pub(super) fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

/// What is measured, in the order in which it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Measure {
    /// Entities by type and form.
    Entity,
    /// Entities by form alone.
    EntityUntyped,
    /// Relations.
    Relation,
    /// Pairs of ends that some relation joins.
    RelationUnlabelled,
    /// Figures by value and unit.
    Observation,
    /// Figures by subject, period and qualifier too.
    ObservationFull,
}

impl Measure {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Entity,
        Self::EntityUntyped,
        Self::Relation,
        Self::RelationUnlabelled,
        Self::Observation,
        Self::ObservationFull,
    ];

    /// The name that score.py gives it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Entity => "entity",
            Self::EntityUntyped => "entity, untyped",
            Self::Relation => "relation",
            Self::RelationUnlabelled => "relation, unlabelled",
            Self::Observation => "observation",
            Self::ObservationFull => "observation, full",
        }
    }

    /// The Chinese label.
    pub fn label_zh(self) -> &'static str {
        match self {
            Self::Entity => "实体",
            Self::EntityUntyped => "实体（不计类型）",
            Self::Relation => "关系",
            Self::RelationUnlabelled => "关系（不计谓词）",
            Self::Observation => "数据",
            Self::ObservationFull => "数据（全部）",
        }
    }
}

/// The tallies of all measures over an article or a set of articles.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts(pub [Tally; 6]);

impl Counts {
    /// Counts in another.
    pub fn add(&mut self, other: &Self) {
        for (tally, more) in self.0.iter_mut().zip(other.0) {
            tally.add_all(more);
        }
    }
}

impl std::ops::Index<Measure> for Counts {
    type Output = Tally;

    fn index(&self, measure: Measure) -> &Tally {
        &self.0[measure as usize]
    }
}

impl std::ops::IndexMut<Measure> for Counts {
    fn index_mut(&mut self, measure: Measure) -> &mut Tally {
        &mut self.0[measure as usize]
    }
}
