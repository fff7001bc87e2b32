//! Judgements added up over articles: in all, by type, by predicate, by detector, by kind of error.

use std::collections::BTreeMap;

use super::{
    detectors::{self, DetectorTally},
    judge::{Judgement, Verdict},
    kinds::{ErrorKind, Fault, Stage},
    reliability::{Reliability, Sure},
    tally::{Counts, Measure, Tally},
};
use crate::{
    gold::GoldArticle,
    model::{EntityType, Extraction, Predicate},
};

/// The counts over a set of articles.
#[derive(Debug, Clone, Default)]
pub struct Scores {
    /// All articles together.
    pub counts: Counts,
    /// Each article's id and counts, in the order in which they were added.
    pub articles: Vec<(String, Counts)>,
    /// Entities of each type.
    pub by_type: BTreeMap<EntityType, Tally>,
    /// Relations of each predicate.
    pub by_predicate: BTreeMap<Predicate, Tally>,
    /// What the detectors proposed: by the set of those that voted, e.g. `tagger+gazetteer`.
    pub by_detector: BTreeMap<String, DetectorTally>,
    /// Confidence against truth, in the order of [`Sure::ALL`].
    pub reliability: [Reliability; 4],
    /// How often each kind of error occurred.
    pub kinds: BTreeMap<ErrorKind, usize>,
    /// Errors in words: article, kind, what.
    pub errors: Vec<String>,
}

impl Scores {
    /// Counts one article in, and tells what became of its facts.
    pub fn add(&mut self, gold: &GoldArticle, extraction: &Extraction) -> Judgement {
        let judgement = Judgement::new(gold, extraction);
        self.counts.add(&judgement.counts);
        self.articles.push((gold.gold.id.clone(), judgement.counts));
        self.entities_by_type(gold, extraction, &judgement);
        self.relations_by_predicate(gold, extraction, &judgement);
        detectors::add(&mut self.by_detector, gold, extraction, &judgement);
        for sure in Sure::ALL {
            sure.each(extraction, &judgement, |confidence, right| {
                self.reliability[sure as usize].add(confidence, right)
            });
        }
        for fault in &judgement.faults {
            *self.kinds.entry(fault.kind).or_default() += 1;
            self.errors.push(in_words(gold, extraction, fault));
        }
        judgement
    }

    /// Mean of the articles' F1 of entities.
    pub fn macro_f1(&self) -> f64 {
        let sum: f64 = self.articles.iter().map(|(_, counts)| counts[Measure::Entity].f1()).sum();
        if self.articles.is_empty() { 0.0 } else { sum / self.articles.len() as f64 }
    }

    fn entities_by_type(&mut self, gold: &GoldArticle, extraction: &Extraction, judgement: &Judgement) {
        for (entity, verdict) in gold.gold.entities.iter().zip(&judgement.gold_entities) {
            match verdict {
                Verdict::Hit => self.by_type.entry(entity.kind).or_default().add(1, 0, 1),
                Verdict::Wrong => self.by_type.entry(entity.kind).or_default().add(0, 0, 1),
                Verdict::Uncounted => {}
            }
        }
        for (entity, verdict) in extraction.entities.iter().zip(&judgement.found_entities) {
            if *verdict != Verdict::Uncounted {
                self.by_type.entry(entity.kind).or_default().add(0, 1, 0);
            }
        }
    }

    fn relations_by_predicate(&mut self, gold: &GoldArticle, extraction: &Extraction, judgement: &Judgement) {
        for ((_, predicate, _), verdict) in gold.gold.relations.iter().zip(&judgement.gold_relations) {
            match verdict {
                Verdict::Hit => self.by_predicate.entry(*predicate).or_default().add(1, 0, 1),
                Verdict::Wrong => self.by_predicate.entry(*predicate).or_default().add(0, 0, 1),
                Verdict::Uncounted => {}
            }
        }
        for (relation, verdict) in extraction.relations.iter().zip(&judgement.found_relations) {
            if *verdict != Verdict::Uncounted {
                self.by_predicate.entry(relation.predicate).or_default().add(0, 1, 0);
            }
        }
    }
}

/// `a01: entity too short: Park 京津产业新城 → Park 新城`.
pub(super) fn in_words(gold: &GoldArticle, extraction: &Extraction, fault: &Fault) -> String {
    let mut sides: Vec<String> = Vec::new();
    sides.extend(gold_in_words(gold, fault));
    sides.extend(found_in_words(extraction, fault));
    sides.dedup();
    format!("{}: {}: {}", gold.gold.id, fault.kind.as_str(), sides.join(" → "))
}

fn gold_in_words(gold: &GoldArticle, fault: &Fault) -> Option<String> {
    let (at, gold) = (fault.gold?, &gold.gold);
    let name =
        |id: &str| gold.entities.iter().find(|entity| entity.id == id).map_or("?", |entity| entity.name.as_str());
    Some(match fault.kind.stage() {
        Stage::Entity => format!("{} {}", gold.entities[at].kind, gold.entities[at].name),
        Stage::Relation => {
            let (subject, predicate, object) = &gold.relations[at];
            format!("{} {predicate} {}", name(subject), name(object))
        }
        Stage::Figure => {
            let o = &gold.observations[at];
            let (subject, period) = (o.subject.as_deref().map_or("-", name), o.period.as_deref().unwrap_or("-"));
            format!("{subject} {} {} {}{} {period}", o.indicator, o.qualifier.as_str(), o.value, o.unit)
        }
    })
}

fn found_in_words(extraction: &Extraction, fault: &Fault) -> Option<String> {
    let index = fault.found?;
    let entities = &extraction.entities;
    let name = |id: &str| entities.iter().find(|entity| entity.id == id).map_or("?", |entity| entity.name.as_str());
    Some(match fault.kind.stage() {
        Stage::Entity => format!("{} {}", entities[index].kind, entities[index].name),
        Stage::Relation => {
            let relation = &extraction.relations[index];
            format!("{} {} {}", name(&relation.subject), relation.predicate, name(&relation.object))
        }
        Stage::Figure => {
            let o = &extraction.observations[index];
            let (subject, period) = (o.subject.as_deref().map_or("-", name), o.period.as_deref().unwrap_or("-"));
            format!("{subject} {} {} {}{} {period}", o.indicator, o.qualifier.as_str(), o.value, o.unit)
        }
    })
}
