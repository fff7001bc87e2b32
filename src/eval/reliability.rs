//! Whether confidences mean what they say: of the facts held to be 80 % sure, 80 % should be right.

use serde::{Deserialize, Serialize};

use super::{
    judge::{Judgement, Verdict},
    tally::share,
};
use crate::model::Extraction;

/// What the confidence is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sure {
    /// Entities, by type and form.
    Entity,
    /// Relations.
    Relation,
    /// Figures, by value and unit.
    Figure,
    /// Figures, with subject, period and qualifier.
    FigureFull,
}

impl Sure {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Entity, Self::Relation, Self::Figure, Self::FigureFull];

    /// The English name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Entity => "entity",
            Self::Relation => "relation",
            Self::Figure => "observation",
            Self::FigureFull => "observation, full",
        }
    }

    /// The Chinese label.
    pub fn label_zh(self) -> &'static str {
        match self {
            Self::Entity => "实体",
            Self::Relation => "关系",
            Self::Figure => "数据",
            Self::FigureFull => "数据（全部）",
        }
    }

    /// Calls `each` with the confidence of every fact that counts and whether it is right.
    pub(super) fn each(self, extraction: &Extraction, judgement: &Judgement, mut each: impl FnMut(f64, bool)) {
        let mut counted = |confidence: f64, verdict: Verdict, right: bool| {
            if verdict != Verdict::Uncounted {
                each(confidence, right);
            }
        };
        match self {
            Self::Entity => {
                for (entity, verdict) in extraction.entities.iter().zip(&judgement.found_entities) {
                    counted(entity.confidence, *verdict, *verdict == Verdict::Hit);
                }
            }
            Self::Relation => {
                for (relation, verdict) in extraction.relations.iter().zip(&judgement.found_relations) {
                    counted(relation.confidence, *verdict, *verdict == Verdict::Hit);
                }
            }
            Self::Figure | Self::FigureFull => {
                for (figure, (verdict, gold)) in extraction.observations.iter().zip(&judgement.found_figures) {
                    let is_full = gold.is_some_and(|at| judgement.gold_figures[at].is_full());
                    let right = *verdict == Verdict::Hit && (self == Self::Figure || is_full);
                    counted(figure.confidence, *verdict, right);
                }
            }
        }
    }
}

/// Facts of about the same confidence.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Bin {
    /// How many.
    pub facts: usize,
    /// How many of them are right.
    pub right: usize,
    /// Sum of their confidences.
    pub confidence: f64,
}

impl Bin {
    /// Share that is right; 0 without any.
    pub fn share_right(&self) -> f64 {
        share(self.right, self.facts)
    }

    /// Mean confidence; 0 without any.
    pub fn mean_confidence(&self) -> f64 {
        if self.facts == 0 { 0.0 } else { self.confidence / self.facts as f64 }
    }
}

/// Ten bins of confidence: 0 to 0.1, …, 0.9 to 1.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Reliability {
    /// From the least sure.
    pub bins: [Bin; 10],
}

impl Reliability {
    /// Counts a fact in.
    pub fn add(&mut self, confidence: f64, right: bool) {
        let bin = &mut self.bins[((confidence * 10.0) as usize).min(9)];
        bin.facts += 1;
        bin.right += usize::from(right);
        bin.confidence += confidence;
    }

    /// Expected calibration error: how far confidence and share right lie apart, weighted by facts.
    pub fn calibration_error(&self) -> f64 {
        let facts: usize = self.bins.iter().map(|bin| bin.facts).sum();
        let apart = |bin: &Bin| bin.facts as f64 * (bin.share_right() - bin.mean_confidence()).abs();
        if facts == 0 { 0.0 } else { self.bins.iter().map(apart).sum::<f64>() / facts as f64 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn confidences_that_hold_have_no_error() {
        let mut honest = Reliability::default();
        for at in 0..100 {
            honest.add(0.8, at % 5 != 0);
        }
        assert!(honest.calibration_error() < 1e-9);
        assert_eq!((honest.bins[8].facts, honest.bins[8].right), (100, 80));
        let mut boastful = Reliability::default();
        boastful.add(1.0, false);
        assert_eq!(boastful.calibration_error(), 1.0);
    }
}
