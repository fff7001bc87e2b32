//! What is right in an annotated article, and how many of the found relations are: tallies, errors, thresholds.

use crate::model::Predicate;

use super::{candidates::Candidate, model::Scored, sample::RelationSample};

/// Hits and misses of one predicate.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RelationTally {
    /// Stated and found.
    pub hits: usize,
    /// Found.
    pub found: usize,
    /// Stated.
    pub stated: usize,
}

impl RelationTally {
    /// Harmonic mean of precision and recall.
    pub fn f1(&self) -> f64 {
        if self.hits == 0 { 0.0 } else { 2.0 * self.hits as f64 / (self.found + self.stated) as f64 }
    }

    /// Adds another tally.
    pub fn add(&mut self, other: &Self) {
        self.hits += other.hits;
        self.found += other.found;
        self.stated += other.stated;
    }
}

/// What cross-validation finds: tallies by predicate (in the order of [`Predicate::ALL`]).
#[derive(Debug, Clone, PartialEq)]
pub struct RelationCheck {
    /// With the annotated entities.
    pub clean: [RelationTally; 16],
    /// With entities as a middling detector would give them; relations that lost an end count as stated.
    pub noisy: [RelationTally; 16],
    /// Of the stated relations of clean articles, how many are candidates at all.
    pub reachable: usize,
    /// Candidates looked at, in clean articles.
    pub candidates: usize,
    /// What went wrong in clean articles.
    pub errors: Vec<RelationError>,
}

/// A relation missed or made up.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RelationError {
    /// Which sample.
    pub sample: usize,
    /// Index of the subject.
    pub subject: usize,
    /// The predicate.
    pub predicate: Predicate,
    /// Index of the object.
    pub object: usize,
    /// Whether it is stated (and was missed).
    pub stated: bool,
    /// Log-odds above the threshold; `None` where it was no candidate.
    pub margin: Option<f32>,
}

impl RelationCheck {
    /// All predicates together.
    pub fn total(tallies: &[RelationTally; 16]) -> RelationTally {
        let mut total = RelationTally::default();
        tallies.iter().for_each(|tally| total.add(tally));
        total
    }
}

/// An article with answers.
pub(super) struct View {
    /// The article.
    pub(super) sample: RelationSample,
    /// Sorted; symmetric ones in both directions.
    pub(super) right: Vec<Candidate>,
    /// Neither right nor wrong.
    pub(super) unsure: Vec<Candidate>,
}

impl View {
    pub(super) fn new(sample: RelationSample) -> Self {
        let triples = |relations: &[(usize, Predicate, usize)]| {
            let mut triples = Vec::new();
            for &(s, predicate, o) in relations {
                let (subject, object) = (s as u32, o as u32);
                triples.push(Candidate { subject, object, predicate });
                if predicate.is_symmetric() {
                    triples.push(Candidate { subject: object, object: subject, predicate });
                }
            }
            triples.sort_unstable();
            triples.dedup();
            triples
        };
        let (right, unsure) = (triples(&sample.relations), triples(&sample.unsure));
        Self { sample, right, unsure }
    }

    /// Whether a candidate holds, if that is known.
    pub(super) fn label(&self, candidate: &Candidate) -> Option<bool> {
        let unsure = |entity: u32| self.sample.unsure_entities[entity as usize];
        if unsure(candidate.subject) || unsure(candidate.object) {
            None
        } else if self.right.binary_search(candidate).is_ok() {
            Some(true)
        } else if self.unsure.binary_search(candidate).is_ok() {
            None
        } else {
            Some(false)
        }
    }

    /// Predicates that hold between two entities, and those not to be asked.
    pub(super) fn answers(&self, subject: u32, object: u32) -> (u16, u16) {
        if self.sample.unsure_entities[subject as usize] || self.sample.unsure_entities[object as usize] {
            return (0, u16::MAX);
        }
        let bits = |triples: &[Candidate]| {
            let from = triples.partition_point(|c| (c.subject, c.object) < (subject, object));
            let same = triples[from..].iter().take_while(|c| (c.subject, c.object) == (subject, object));
            same.fold(0u16, |bits, c| bits | 1 << c.predicate.index())
        };
        (bits(&self.right), bits(&self.unsure))
    }

    /// How many relations of each predicate are stated, each symmetric one once.
    pub(super) fn stated(&self) -> [usize; 16] {
        let mut stated = [0; 16];
        for c in self.right.iter().filter(|c| self.label(c) == Some(true)) {
            if !c.predicate.is_symmetric() || c.subject < c.object {
                stated[c.predicate.index()] += 1;
            }
        }
        self.sample.lost.iter().for_each(|predicate| stated[predicate.index()] += 1);
        stated
    }
}

/// Tallies each fold by thresholds of the other folds; the first `clean` views are the clean ones.
pub(super) fn check(views: &[View], folds: &[usize], scores: &[Vec<Scored>], clean: usize) -> RelationCheck {
    let mut check = RelationCheck {
        clean: Default::default(),
        noisy: Default::default(),
        reachable: 0,
        candidates: 0,
        errors: Vec::new(),
    };
    for fold in 0..=folds.iter().copied().max().unwrap_or(0) {
        let thresholds = thresholds(views, scores, |view| folds[view] != fold);
        for index in (0..views.len()).filter(|&index| folds[index] == fold) {
            let (view, scored) = (&views[index], &scores[index]);
            if index >= clean {
                tally(view, scored, &thresholds, &mut check.noisy);
                continue;
            }
            tally(view, scored, &thresholds, &mut check.clean);
            errors(view, index, scored, &thresholds, &mut check.errors);
            check.candidates += scored.len();
            check.reachable += scored.iter().filter(|(c, _)| view.label(c) == Some(true)).count();
        }
    }
    check
}

fn tally(view: &View, scored: &[Scored], thresholds: &[f32; 16], tallies: &mut [RelationTally; 16]) {
    for (index, stated) in view.stated().into_iter().enumerate() {
        tallies[index].stated += stated;
    }
    for (candidate, score) in scored {
        let index = candidate.predicate.index();
        if *score > thresholds[index]
            && let Some(label) = view.label(candidate)
        {
            tallies[index].found += 1;
            tallies[index].hits += usize::from(label);
        }
    }
}

fn errors(view: &View, sample: usize, scored: &[Scored], thresholds: &[f32; 16], errors: &mut Vec<RelationError>) {
    let mut note = |c: &Candidate, stated: bool, margin: Option<f32>| {
        let (subject, object) = (c.subject as usize, c.object as usize);
        errors.push(RelationError { sample, subject, predicate: c.predicate, object, stated, margin });
    };
    for (candidate, score) in scored {
        let margin = score - thresholds[candidate.predicate.index()];
        if let Some(label) = view.label(candidate)
            && label != (margin > 0.0)
        {
            note(candidate, label, Some(margin));
        }
    }
    for right in view.right.iter().filter(|c| view.label(c) == Some(true)) {
        let twin = Candidate { subject: right.object, object: right.subject, ..*right };
        let same = |c: &Candidate| c == right || right.predicate.is_symmetric() && *c == twin;
        let first = !right.predicate.is_symmetric() || right.subject < right.object;
        if first && !scored.iter().any(|(c, _)| same(c)) {
            note(right, true, None);
        }
    }
}

/// No threshold (log-odds) is lower: what is twice as likely wrong as right is no fact to show, even where F1 would be none the worse for it.
const LEAST: f32 = -0.7;

/// The threshold of each predicate that gives the best F1 over the chosen views, drawn towards one that is good for all.
pub(super) fn thresholds(views: &[View], scores: &[Vec<Scored>], chosen: impl Fn(usize) -> bool) -> [f32; 16] {
    let mut by_predicate: Vec<Vec<(f32, bool)>> = vec![Vec::new(); 16];
    let mut stated = [0; 16];
    for (index, view) in views.iter().enumerate().filter(|(index, _)| chosen(*index)) {
        view.stated().iter().zip(&mut stated).for_each(|(own, total)| *total += own);
        for (candidate, score) in &scores[index] {
            if let Some(label) = view.label(candidate) {
                by_predicate[candidate.predicate.index()].push((*score, label));
            }
        }
    }
    by_predicate.iter_mut().for_each(|scores| scores.sort_by(|a, b| b.0.total_cmp(&a.0)));
    let mut everything: Vec<(f32, bool)> = by_predicate.concat();
    everything.sort_by(|a, b| b.0.total_cmp(&a.0));
    let common = best_threshold(&everything, stated.iter().sum());
    let mut thresholds = [common; 16];
    for (index, scores) in by_predicate.iter().enumerate() {
        let support = stated[index] as f32;
        let own = best_threshold(scores, stated[index]).clamp(common - 1.0, common + 1.0);
        thresholds[index] = ((support * own + 150.0 * common) / (support + 150.0)).max(LEAST);
    }
    thresholds
}

/// Over scores in falling order.
fn best_threshold(scores: &[(f32, bool)], stated: usize) -> f32 {
    let (mut hits, mut best, mut threshold) = (0usize, 0.0, 0.0);
    for (at, &(score, label)) in scores.iter().enumerate() {
        hits += usize::from(label);
        let f1 = 2.0 * hits as f64 / (at + 1 + stated) as f64;
        if f1 > best {
            (best, threshold) = (f1, score);
        }
    }
    // Just below, so that the score itself is accepted.
    threshold - 1e-4
}
