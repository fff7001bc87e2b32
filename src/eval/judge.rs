//! One article judged: what became of every annotated and every found fact, by the rules of score.py.
//!
//! What kind of error a wrong fact is, `kinds` says.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    kinds::{self, Fault},
    pairing::{Pairing, quantity},
    tally::{Counts, Measure},
};
use crate::{
    gold::GoldArticle,
    model::{Extraction, Observation, Predicate},
};

/// What became of a fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Verdict {
    /// Annotated and found.
    Hit,
    /// Annotated and not found, or found and not annotated.
    Wrong,
    /// Neither: marked as optional, of an optional entity, or said twice.
    #[default]
    Uncounted,
}

impl Verdict {
    fn of(hit: bool) -> Self {
        if hit { Self::Hit } else { Self::Wrong }
    }
}

/// What became of an annotated figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FigureMatch {
    /// Whether a figure of its value and unit was found.
    pub verdict: Verdict,
    /// Which.
    pub found: Option<usize>,
    /// Whether that one has its subject.
    pub subject: bool,
    /// Whether that one has its period.
    pub period: bool,
    /// Whether that one has its qualifier.
    pub qualifier: bool,
}

impl FigureMatch {
    /// Whether all of it is right.
    pub fn is_full(&self) -> bool {
        self.verdict == Verdict::Hit && self.subject && self.period && self.qualifier
    }
}

/// One article's facts and what became of them; lists are in the order of the annotation and of the extraction.
#[derive(Debug, Clone, Default)]
pub struct Judgement {
    /// The tallies.
    pub counts: Counts,
    /// Which entities belong together.
    pub pairing: Pairing,
    /// Annotated entities.
    pub gold_entities: Vec<Verdict>,
    /// Found entities.
    pub found_entities: Vec<Verdict>,
    /// Annotated relations.
    pub gold_relations: Vec<Verdict>,
    /// Found relations.
    pub found_relations: Vec<Verdict>,
    /// Annotated figures.
    pub gold_figures: Vec<FigureMatch>,
    /// Found figures, with the annotated figure that each stands for.
    pub found_figures: Vec<(Verdict, Option<usize>)>,
    /// Each wrong fact, or pair of a missed and a spurious one that belong together, once.
    pub faults: Vec<Fault>,
}

impl Judgement {
    /// Judges an extraction.
    pub fn new(gold: &GoldArticle, extraction: &Extraction) -> Self {
        let mut judgement =
            Self { pairing: Pairing::new(&gold.gold.entities, &extraction.entities), ..Self::default() };
        judgement.entities(gold);
        judgement.relations(gold, extraction);
        judgement.figures(gold, extraction);
        judgement.faults = kinds::faults(gold, extraction, &judgement);
        judgement
    }

    /// The place of the annotated entity that a found one stands for, whatever its type.
    pub fn gold_of(&self, extraction: &Extraction, id: &str) -> Option<usize> {
        let index = extraction.entities.iter().position(|entity| entity.id == id)?;
        self.pairing.loose.gold[index]
    }

    fn entities(&mut self, gold: &GoldArticle) {
        let (typed, loose) = (&self.pairing.typed, &self.pairing.loose);
        let is_optional = |at: usize| gold.gold.entities[at].optional;
        let hit = |pairs: &[Option<usize>]| {
            let counted = |at: &usize| pairs[*at].is_some() && !is_optional(*at);
            (0..pairs.len()).filter(counted).count()
        };
        let spare = loose.gold.iter().flatten().filter(|at| is_optional(**at)).count();
        let need = gold.gold.entities.iter().filter(|entity| !entity.optional).count();
        let predicted = loose.gold.len() - spare;
        self.counts[Measure::Entity].add(hit(&typed.found), predicted, need);
        self.counts[Measure::EntityUntyped].add(hit(&loose.found), predicted, need);
        self.gold_entities = (0..typed.found.len())
            .map(|at| if is_optional(at) { Verdict::Uncounted } else { Verdict::of(typed.found[at].is_some()) })
            .collect();
        self.found_entities = (0..typed.gold.len())
            .map(|index| {
                let paired = loose.gold[index].filter(|at| is_optional(*at)).or(typed.gold[index]);
                match paired {
                    Some(at) if is_optional(at) => Verdict::Uncounted,
                    paired => Verdict::of(paired.is_some()),
                }
            })
            .collect();
    }

    fn relations(&mut self, gold: &GoldArticle, extraction: &Extraction) {
        let place: BTreeMap<&str, usize> =
            gold.gold.entities.iter().enumerate().map(|(at, entity)| (entity.id.as_str(), at)).collect();
        let is_optional = |at: usize| gold.gold.entities[at].optional;
        let gold_key = |(subject, predicate, object): &(String, Predicate, String)| {
            Some(key(*place.get(subject.as_str())?, *predicate, *place.get(object.as_str())?))
        };
        let keys: Vec<Option<Key>> = gold.gold.relations.iter().map(gold_key).collect();
        let counts = |key: &Key| !is_optional(key.1) && !is_optional(key.2);
        let wanted: BTreeSet<Key> = keys.iter().flatten().filter(|key| counts(key)).copied().collect();
        let optional = gold.gold.optional_relations.iter().filter_map(gold_key);
        let either: BTreeSet<Key> =
            keys.iter().flatten().copied().chain(optional).filter(|key| !wanted.contains(key)).collect();
        let (mut found, mut unpaired) = (BTreeSet::new(), BTreeSet::new());
        for relation in &extraction.relations {
            let ends = [&relation.subject, &relation.object].map(|id| self.gold_of(extraction, id));
            let verdict = if ends.iter().flatten().any(|at| is_optional(*at)) {
                Verdict::Uncounted
            } else if let [Some(subject), Some(object)] = ends {
                let key = key(subject, relation.predicate, object);
                if either.contains(&key) || !found.insert(key) {
                    Verdict::Uncounted
                } else {
                    Verdict::of(wanted.contains(&key))
                }
            } else if unpaired.insert((relation.predicate, relation.subject.as_str(), relation.object.as_str())) {
                Verdict::Wrong
            } else {
                Verdict::Uncounted
            };
            self.found_relations.push(verdict);
        }
        let mut seen = BTreeSet::new();
        self.gold_relations = keys
            .iter()
            .map(|key| match key {
                Some(key) if wanted.contains(key) && seen.insert(*key) => Verdict::of(found.contains(key)),
                _ => Verdict::Uncounted,
            })
            .collect();
        let hits = wanted.intersection(&found).count();
        self.counts[Measure::Relation].add(hits, found.len() + unpaired.len(), wanted.len());
        let ends = |keys: &BTreeSet<Key>| -> BTreeSet<(usize, usize)> {
            keys.iter().map(|(_, a, b)| (*a.min(b), *a.max(b))).collect()
        };
        let (wanted, found) = (ends(&wanted), ends(&found));
        let strangers: BTreeSet<(&str, &str)> = unpaired.iter().map(|(_, a, b)| (*a.min(b), *a.max(b))).collect();
        let hits = wanted.intersection(&found).count();
        self.counts[Measure::RelationUnlabelled].add(hits, found.len() + strangers.len(), wanted.len());
    }

    fn figures(&mut self, gold: &GoldArticle, extraction: &Extraction) {
        let quantities: Vec<_> = extraction.observations.iter().map(|o| quantity(o.value, &o.unit)).collect();
        let mut left: Vec<usize> = (0..quantities.len()).collect();
        self.gold_figures = vec![FigureMatch::default(); gold.gold.observations.len()];
        self.found_figures = vec![(Verdict::Wrong, None); quantities.len()];
        // Figures that count choose first.
        for optional in [false, true] {
            for (at, wanted) in gold.gold.observations.iter().enumerate().filter(|(_, o)| o.optional == optional) {
                let quantity = quantity(wanted.value, &wanted.unit);
                let verdict = |hit: bool| if optional { Verdict::Uncounted } else { Verdict::of(hit) };
                let same = |index: usize| {
                    let o: &Observation = &extraction.observations[index];
                    let subject = o.subject.as_deref().and_then(|id| self.gold_of(extraction, id));
                    let subject = subject.map(|at| gold.gold.entities[at].id.as_str());
                    [subject == wanted.subject.as_deref(), o.period == wanted.period, o.qualifier == wanted.qualifier]
                };
                let agreement = |index: usize| {
                    if optional { 0 } else { same(index).iter().filter(|same| **same).count() }
                };
                let mut best: Option<(usize, usize)> = None;
                for (place, &index) in left.iter().enumerate().filter(|(_, index)| quantities[**index] == quantity) {
                    if best.is_none_or(|(_, top)| agreement(index) > top) {
                        best = Some((place, agreement(index)));
                    }
                }
                let Some((place, _)) = best else {
                    self.gold_figures[at].verdict = verdict(false);
                    continue;
                };
                let index = left.remove(place);
                let [subject, period, qualifier] = same(index);
                self.gold_figures[at] =
                    FigureMatch { verdict: verdict(true), found: Some(index), subject, period, qualifier };
                self.found_figures[index] = (verdict(true), Some(at));
            }
        }
        let must = gold.gold.observations.iter().filter(|o| !o.optional).count();
        let hits = self.gold_figures.iter().filter(|figure| figure.verdict == Verdict::Hit).count();
        let full = self.gold_figures.iter().filter(|figure| figure.is_full()).count();
        self.counts[Measure::Observation].add(hits, hits + left.len(), must);
        self.counts[Measure::ObservationFull].add(full, hits + left.len(), must);
    }
}

/// A relation between annotated entities, by their places; the ends of a symmetric one in order.
type Key = (Predicate, usize, usize);

fn key(subject: usize, predicate: Predicate, object: usize) -> Key {
    let swap = predicate.is_symmetric() && object < subject;
    if swap { (predicate, object, subject) } else { (predicate, subject, object) }
}
