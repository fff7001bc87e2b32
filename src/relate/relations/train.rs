//! Training and cross-validation of the relation model.
//!
//! Each later learner is trained on what the earlier ones say about articles that they have not seen: writers are dealt into
//! folds, and a fold is described by models of the other folds.

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::{
    learn::{Bag, Boost, BoostOptions, MultiLogistic, MultiOptions},
    model::Predicate,
};

use super::{
    candidates::{Candidate, Presence, candidates},
    model::{RelationModel, Scored},
    names::Names,
    numbers,
    sample::RelationSample,
    scene::Scene,
    second,
    signals::{self, Signals},
};

/// How to train a [`RelationModel`].
#[derive(Debug, Clone, Copy)]
pub struct RelationTraining {
    /// Into how many folds the groups are dealt.
    pub folds: usize,
    /// How many noisy copies of each article to learn from on top of the clean one.
    pub noisy_copies: u64,
    /// The linear models.
    pub linear: MultiOptions,
    /// The trees of the first look.
    pub first: BoostOptions,
    /// The trees of the second look.
    pub second: BoostOptions,
}

impl Default for RelationTraining {
    fn default() -> Self {
        Self {
            folds: 7,
            noisy_copies: 1,
            // A feature of one article comes back in its noisy copy: three articles' worth.
            linear: MultiOptions { min_bags: 5, ..MultiOptions::default() },
            first: BoostOptions { trees: 120, rate: 0.07, ..BoostOptions::default() },
            second: BoostOptions { trees: 320, rate: 0.03, ..BoostOptions::default() },
        }
    }
}

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

/// Learns from annotated articles; the same articles in the same order give the same model.
pub fn train(samples: &[RelationSample], options: RelationTraining) -> RelationModel {
    let views = views(samples, options);
    let table = Table::new(&views, options);
    let all: Vec<usize> = (0..views.len()).collect();
    let (roles, pairs) = table.linear(&all, options.linear);
    let first = table.boost(&all, false);
    let second = table.boost(&all, true);
    let thresholds = thresholds(&views, &table.final_scores(), |_| true);
    RelationModel { roles, pairs, first, second, thresholds }
}

/// Measures by cross-validation over groups. The trees of a fold never see its articles; the linear models that describe the
/// *other* folds to them do (nested training costs `folds` times as much and gives the same figures within a few thousandths).
pub fn cross_validate(samples: &[RelationSample], options: RelationTraining) -> RelationCheck {
    let views = views(samples, options);
    let table = Table::new(&views, options);
    let scores = table.final_scores();
    let mut check = RelationCheck {
        clean: Default::default(),
        noisy: Default::default(),
        reachable: 0,
        candidates: 0,
        errors: Vec::new(),
    };
    for fold in 0..options.folds {
        let thresholds = thresholds(&views, &scores, |view| table.folds[view] != fold);
        for (index, view) in views.iter().enumerate().filter(|(index, _)| table.folds[*index] == fold) {
            let clean = index < samples.len();
            let tallies = if clean { &mut check.clean } else { &mut check.noisy };
            tally(view, &scores[index], &thresholds, tallies);
            if clean {
                errors(view, index, &scores[index], &thresholds, &mut check.errors);
                check.candidates += scores[index].len();
                check.reachable += scores[index].iter().filter(|(c, _)| view.label(c) == Some(true)).count();
            }
        }
    }
    check
}

/// Numbers of the second look.
const SECOND_WIDTH: usize = numbers::NUMBERS + second::NUMBERS;

/// An article with answers.
struct View {
    sample: RelationSample,
    /// Sorted; symmetric ones in both directions.
    right: Vec<Candidate>,
    unsure: Vec<Candidate>,
}

impl View {
    fn new(sample: RelationSample) -> Self {
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
    fn label(&self, candidate: &Candidate) -> Option<bool> {
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
    fn answers(&self, subject: u32, object: u32) -> (u16, u16) {
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
    fn stated(&self) -> [usize; 16] {
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

/// The articles, then `noisy_copies` noisy copies of each.
fn views(samples: &[RelationSample], options: RelationTraining) -> Vec<View> {
    let noisy = (0..options.noisy_copies).flat_map(|round| samples.iter().map(move |sample| sample.with_noise(round)));
    samples.iter().cloned().chain(noisy).map(View::new).collect()
}

/// Groups dealt into folds, the largest first, each into the fold that has least.
fn deal(views: &[View], folds: usize) -> Vec<usize> {
    let mut sizes: BTreeMap<&str, usize> = BTreeMap::new();
    for view in views {
        *sizes.entry(&view.sample.group).or_default() += 1;
    }
    let mut groups: Vec<(&str, usize)> = sizes.into_iter().collect();
    groups.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    let mut loads = vec![0; folds.max(2)];
    let mut fold_of: BTreeMap<&str, usize> = BTreeMap::new();
    for (group, size) in groups {
        let fold = (0..loads.len()).min_by_key(|&fold| loads[fold]).unwrap_or(0);
        loads[fold] += size;
        fold_of.insert(group, fold);
    }
    views.iter().map(|view| fold_of[view.sample.group.as_str()]).collect()
}

/// Everything that the learners learn from.
struct Table<'a> {
    views: &'a [View],
    folds: Vec<usize>,
    fold_count: usize,
    bags: Vec<(Vec<Bag>, Vec<Bag>)>,
    candidates: Vec<Vec<Candidate>>,
    /// For each view the numbers of the first look, row after row.
    first_rows: Vec<Vec<f32>>,
    /// For each view the numbers of the second look, of the candidates that have one.
    second_rows: Vec<Vec<f32>>,
    /// For each view the candidates that have a row of the second look.
    again: Vec<Vec<u32>>,
    first: BoostOptions,
    second: BoostOptions,
}

impl<'a> Table<'a> {
    fn new(views: &'a [View], options: RelationTraining) -> Self {
        let bags = views
            .par_iter()
            .map(|view| {
                let scene = Scene::new(&view.sample.text, &view.sample.entities);
                signals::bags(&scene, &|subject, object| view.answers(subject, object))
            })
            .collect();
        let mut table = Self {
            views,
            folds: deal(views, options.folds),
            fold_count: options.folds.max(2),
            bags,
            candidates: vec![Vec::new(); views.len()],
            first_rows: vec![Vec::new(); views.len()],
            second_rows: vec![Vec::new(); views.len()],
            again: vec![Vec::new(); views.len()],
            first: options.first,
            second: options.second,
        };
        table.describe(options.linear);
        table
    }

    fn views_outside(&self, fold: usize) -> Vec<usize> {
        (0..self.views.len()).filter(|&view| self.folds[view] != fold).collect()
    }

    fn views_of(&self, fold: usize) -> Vec<usize> {
        (0..self.views.len()).filter(|&view| self.folds[view] == fold).collect()
    }

    fn linear(&self, views: &[usize], options: MultiOptions) -> (MultiLogistic, MultiLogistic) {
        let roles: Vec<&Bag> = views.iter().flat_map(|&view| &self.bags[view].0).collect();
        let pairs: Vec<&Bag> = views.iter().flat_map(|&view| &self.bags[view].1).collect();
        rayon::join(|| MultiLogistic::train(&roles, options), || MultiLogistic::train(&pairs, options))
    }

    /// Describes each fold's candidates by models of the other folds, both looks.
    fn describe(&mut self, options: MultiOptions) {
        let models: Vec<(MultiLogistic, MultiLogistic)> = (0..self.fold_count)
            .into_par_iter()
            .map(|fold| self.linear(&self.views_outside(fold), options))
            .collect();
        let read = |view: usize, scene: &Scene| {
            let (roles, pairs) = &models[self.folds[view]];
            Signals::new(scene, roles, pairs)
        };
        let described: Vec<(Vec<Candidate>, Vec<f32>)> = (0..self.views.len())
            .into_par_iter()
            .map(|view| {
                let sample = &self.views[view].sample;
                let scene = Scene::new(&sample.text, &sample.entities);
                let signals = read(view, &scene);
                let presence = Presence::new(&scene);
                let names = Names::new(scene.entities);
                let candidates = candidates(&scene, &signals, &presence, &names);
                let mut rows = Vec::new();
                numbers::describe(&scene, &signals, &presence, &names, &candidates, &mut rows);
                (candidates, rows)
            })
            .collect();
        (self.candidates, self.first_rows) = described.into_iter().unzip();
        let scores = self.fold_scores(false);
        let described: Vec<(Vec<f32>, Vec<u32>)> = (0..self.views.len())
            .into_par_iter()
            .map(|view| {
                let sample = &self.views[view].sample;
                let scene = Scene::new(&sample.text, &sample.entities);
                let signals = read(view, &scene);
                let width = numbers::NUMBERS;
                let (mut rows, mut again) = (Vec::new(), Vec::new());
                second::describe(&scene, &signals, &self.candidates[view], &scores[view], |index, more| {
                    rows.extend_from_slice(&self.first_rows[view][index * width..(index + 1) * width]);
                    rows.extend_from_slice(more);
                    again.push(index as u32);
                });
                (rows, again)
            })
            .collect();
        (self.second_rows, self.again) = described.into_iter().unzip();
    }

    /// The rows of a view that a look sees, each with the index of its candidate.
    fn rows(&self, view: usize, second: bool) -> impl Iterator<Item = (usize, &[f32])> {
        let (rows, width) =
            if second { (&self.second_rows, SECOND_WIDTH) } else { (&self.first_rows, numbers::NUMBERS) };
        let index = move |at: usize| if second { self.again[view][at] as usize } else { at };
        rows[view].chunks_exact(width).enumerate().map(move |(at, row)| (index(at), row))
    }

    fn boost(&self, views: &[usize], second: bool) -> Boost {
        let (width, options) = if second { (SECOND_WIDTH, self.second) } else { (numbers::NUMBERS, self.first) };
        let (mut numbers, mut labels) = (Vec::new(), Vec::new());
        for &view in views {
            for (index, row) in self.rows(view, second) {
                if let Some(label) = self.views[view].label(&self.candidates[view][index]) {
                    numbers.extend_from_slice(row);
                    labels.push(label);
                }
            }
        }
        Boost::train(&numbers, width, &labels, options)
    }

    /// Each fold's candidates scored by trees of the other folds; minus infinity where the second look does not look.
    fn fold_scores(&self, second: bool) -> Vec<Vec<f32>> {
        let mut scores: Vec<Vec<f32>> =
            self.candidates.iter().map(|candidates| vec![f32::NEG_INFINITY; candidates.len()]).collect();
        for fold in 0..self.fold_count {
            let trees = self.boost(&self.views_outside(fold), second);
            for view in self.views_of(fold) {
                for (index, row) in self.rows(view, second) {
                    scores[view][index] = trees.score(row);
                }
            }
        }
        scores
    }

    /// Each fold's candidates with what the second look of models of the other folds thinks of them.
    fn final_scores(&self) -> Vec<Vec<Scored>> {
        let scores = self.fold_scores(true);
        let pair = |(candidates, scores): (&Vec<Candidate>, Vec<f32>)| candidates.iter().copied().zip(scores).collect();
        self.candidates.iter().zip(scores).map(pair).collect()
    }
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

/// The threshold of each predicate that gives the best F1 over the chosen views, drawn towards one that is good for all.
fn thresholds(views: &[View], scores: &[Vec<Scored>], chosen: impl Fn(usize) -> bool) -> [f32; 16] {
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
        thresholds[index] = (support * own + 150.0 * common) / (support + 150.0);
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
