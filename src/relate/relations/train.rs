//! Training and cross-validation of the relation model.
//!
//! Each later learner is trained on what the earlier ones say about articles that they have not seen: writers are dealt into
//! folds, and a fold is described by models of the other folds.

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::learn::{
    Bag, Boost, BoostOptions, MultiLogistic, MultiOptions,
    network::{self, Linked, NetworkOptions},
};

use super::{
    candidates::{Candidate, Presence, Tallies, candidates},
    check::{RelationCheck, View, check, thresholds},
    habits::{Habits, Judged},
    model::{RelationModel, Scored},
    names::Names,
    numbers, opinion,
    sample::RelationSample,
    scene::Scene,
    second,
    signals::{self, Readers, Signals},
};

/// How to train a [`RelationModel`].
#[derive(Debug, Clone, Copy)]
pub struct RelationTraining {
    /// Into how many folds the groups are dealt.
    pub folds: usize,
    /// How many noisy copies of each article to learn from on top of the clean one.
    pub noisy_copies: u64,
    /// The linear models that read first.
    pub linear: MultiOptions,
    /// How many networks read beside them; at least one.
    pub network_count: u8,
    /// How the first of them is trained; each other differs in its seed.
    pub network: NetworkOptions,
    /// The trees of the first look.
    pub first: BoostOptions,
    /// The trees of the second look.
    pub second: BoostOptions,
}

impl Default for RelationTraining {
    fn default() -> Self {
        Self {
            folds: 5,
            noisy_copies: 1,
            // A feature of one article comes back in its other reading: eighteen articles' worth, to keep the program below 60 MB.
            linear: MultiOptions { min_bags: 36, ..MultiOptions::default() },
            network_count: 2,
            network: NetworkOptions { batch: 2, word_count: 40, ..NetworkOptions::default() },
            first: BoostOptions { trees: 80, rate: 0.09, leaves: 32, min_weight: 10.0, ..BoostOptions::default() },
            second: BoostOptions { trees: 220, rate: 0.04, leaves: 24, min_weight: 10.0, ..BoostOptions::default() },
        }
    }
}

/// Learns from annotated articles; the same articles in the same order give the same model.
pub fn train(samples: &[RelationSample], options: RelationTraining) -> RelationModel {
    train_and_check(samples, options).0
}

/// Learns, and says what cross-validation on the way finds (see [`cross_validate`]): of all writers alike, without the reference writers' habits.
pub fn train_and_check(samples: &[RelationSample], options: RelationTraining) -> (RelationModel, RelationCheck) {
    let views = views(samples, options);
    let table = Table::new(&views, options);
    let scores = table.final_scores();
    let all: Vec<usize> = (0..views.len()).collect();
    let readers = table.readers(&all, options);
    let first = table.boost(&all, false);
    let second = table.boost(&all, true);
    let found = check(&views, &table.folds, &scores, samples.len());
    let (habits, thresholds) = calibrated(&views, scores);
    (RelationModel { readers, first, second, habits, thresholds }, found)
}

/// What annotators list, and from where on a candidate is stated: learnt from the reference writers' articles, or from all where there are none;
/// from entities as detected where there are such, since they are what the model will meet.
fn calibrated(views: &[View], mut scores: Vec<Vec<Scored>>) -> (Habits, [f32; 16]) {
    let any_detected = views.iter().any(|view| view.sample.detected);
    let any_reference = views.iter().any(|view| view.sample.reference);
    let chosen = |view: usize| {
        let sample = &views[view].sample;
        (sample.detected || !any_detected) && (sample.reference || !any_reference)
    };
    let kinds = |view: usize, candidate: &Candidate| {
        let kind = |entity: u32| views[view].sample.entities[entity as usize].kind;
        (kind(candidate.subject), kind(candidate.object))
    };
    let habits = if any_reference {
        let judged = (0..views.len())
            .filter(|&view| chosen(view))
            .flat_map(|view| scores[view].iter().map(move |scored| (view, scored)));
        let judged = judged.filter_map(|(view, (candidate, score))| {
            let stated = views[view].label(candidate)?;
            let (subject, object) = kinds(view, candidate);
            Some(Judged { predicate: candidate.predicate, subject, object, score: *score, stated })
        });
        Habits::learn(&judged.collect::<Vec<_>>())
    } else {
        Habits::NONE
    };
    for (view, scored) in scores.iter_mut().enumerate() {
        for (candidate, score) in scored {
            let (subject, object) = kinds(view, candidate);
            *score += habits.learnt(candidate.predicate, subject, object);
        }
    }
    let thresholds = thresholds(views, &scores, chosen);
    (habits, thresholds)
}

/// Measures by cross-validation over groups. The trees of a fold never see its articles, nor do the readers that describe it;
/// those that describe the *other* folds to the trees do (nesting them costs `folds` times as much).
pub fn cross_validate(samples: &[RelationSample], options: RelationTraining) -> RelationCheck {
    let views = views(samples, options);
    let table = Table::new(&views, options);
    check(&views, &table.folds, &table.final_scores(), samples.len())
}

/// Numbers of the second look.
const SECOND_WIDTH: usize = numbers::NUMBERS + second::NUMBERS;

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

/// What a view teaches the linear readers, of roles and of pairs.
type Bags = (Vec<Bag>, Vec<Bag>);

/// Everything that the learners learn from.
struct Table<'a> {
    views: &'a [View],
    folds: Vec<usize>,
    fold_count: usize,
    bags: Vec<Bags>,
    /// For each view what its stretches teach the networks, each with its number.
    lessons: Vec<Vec<(usize, Linked)>>,
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
        let taught: Vec<(Bags, Vec<(usize, Linked)>)> = views
            .par_iter()
            .map(|view| {
                let scene = Scene::new(&view.sample.text, &view.sample.entities);
                let known = |subject, object| view.answers(subject, object);
                (signals::bags(&scene, &known), opinion::lessons(&scene, &known))
            })
            .collect();
        let (bags, lessons) = taught.into_iter().unzip();
        let mut table = Self {
            views,
            folds: deal(views, options.folds),
            fold_count: options.folds.max(2),
            bags,
            lessons,
            candidates: vec![Vec::new(); views.len()],
            first_rows: vec![Vec::new(); views.len()],
            second_rows: vec![Vec::new(); views.len()],
            again: vec![Vec::new(); views.len()],
            first: options.first,
            second: options.second,
        };
        table.describe(options);
        table
    }

    fn views_outside(&self, fold: usize) -> Vec<usize> {
        (0..self.views.len()).filter(|&view| self.folds[view] != fold).collect()
    }

    fn views_of(&self, fold: usize) -> Vec<usize> {
        (0..self.views.len()).filter(|&view| self.folds[view] == fold).collect()
    }

    /// The readers, taught by some views.
    fn readers(&self, views: &[usize], options: RelationTraining) -> Readers {
        let roles: Vec<&Bag> = views.iter().flat_map(|&view| &self.bags[view].0).collect();
        let pairs: Vec<&Bag> = views.iter().flat_map(|&view| &self.bags[view].1).collect();
        let linear = |bags: &[&Bag]| MultiLogistic::train(bags, options.linear);
        let lessons = self.lessons_of(views);
        let network = |number: u8| {
            let seed = options.network.seed.wrapping_add(u64::from(number));
            network::train(&lessons, NetworkOptions { seed, ..options.network })
        };
        let ((roles, pairs), networks) = rayon::join(
            || rayon::join(|| linear(&roles), || linear(&pairs)),
            || (0..options.network_count.max(1)).into_par_iter().map(network).collect(),
        );
        Readers { roles, pairs, networks }
    }

    /// What a network learns from: the readings of each article, or of each part of a long one, side by side.
    fn lessons_of(&self, views: &[usize]) -> Vec<Vec<&Linked>> {
        network::in_groups(views.iter().flat_map(|&view| {
            let seed = self.views[view].sample.seed;
            self.lessons[view].iter().map(move |(part, lesson)| ((seed, *part), lesson))
        }))
    }

    /// Describes each fold's candidates by models of the other folds, both looks.
    fn describe(&mut self, options: RelationTraining) {
        let readers: Vec<Readers> =
            (0..self.fold_count).into_par_iter().map(|fold| self.readers(&self.views_outside(fold), options)).collect();
        let read = |view: usize, scene: &Scene| Signals::new(scene, &readers[self.folds[view]]);
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
                numbers::describe(&scene, &signals, &presence, &names, &Tallies::new(&signals, &candidates), &mut rows);
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
                let tallies = Tallies::new(&signals, &self.candidates[view]);
                second::describe(&scene, &signals, &tallies, &scores[view], |index, more| {
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

#[cfg(test)]
mod tests {
    use super::{super::tests::toy_samples, *};
    use crate::model::{EntityType, Predicate};

    /// Toy articles with a score of -1 for all that is stated and for nothing else.
    fn calibrated_by(reference: impl Fn(usize) -> bool) -> (Habits, [f32; 16]) {
        let samples = toy_samples().into_iter().enumerate();
        let samples = samples.map(|(at, sample)| RelationSample { reference: reference(at), ..sample });
        let views: Vec<View> = samples.map(View::new).collect();
        let scores = views.iter().map(|view| view.right.iter().map(|candidate| (*candidate, -1.0)).collect()).collect();
        calibrated(&views, scores)
    }

    #[test]
    fn habits_come_from_reference_writers_alone() {
        assert_eq!(calibrated_by(|_| false).0, Habits::NONE);
        let (habits, _) = calibrated_by(|at| at % 4 == 0);
        let (all, _) = calibrated_by(|_| true);
        let shift = |habits: &Habits| habits.of(Predicate::Attracts, EntityType::Park, EntityType::Company);
        assert!(0.0 < shift(&habits) && shift(&habits) < shift(&all), "{} {}", shift(&habits), shift(&all));
    }
}
