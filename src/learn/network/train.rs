//! Training.

use std::hash::Hash;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::{
    Lesson, Network, Vocabulary,
    layers::Forgetting,
    layout::{Table, Tables, Use},
};
use crate::learn::random::{even, next, shuffle};

/// How to train a [`Network`].
#[derive(Debug, Clone, Copy)]
pub struct NetworkOptions {
    /// Passes over the lessons.
    pub epochs: usize,
    /// So many lessons go into a step.
    pub batch: usize,
    /// The largest step size, which is reached after a tenth of the way.
    pub rate: f32,
    /// What weights are pulled to zero by, but for gains and what is added.
    pub decay: f32,
    /// Of 1024, how many numbers are forgotten at random; below 1024.
    pub dropout: u32,
    /// A word has a vector of its own if so many items of the lessons have it.
    pub word_count: u32,
    /// The same for characters.
    pub char_count: u32,
    /// Starts everything that is random.
    pub seed: u64,
}

impl Default for NetworkOptions {
    fn default() -> Self {
        Self { epochs: 12, batch: 8, rate: 3e-3, decay: 0.01, dropout: 256, word_count: 20, char_count: 5, seed: 1 }
    }
}

/// Lessons in groups, by what each is a reading of, in the order in which that comes first.
pub fn in_groups<K: Hash + Eq, L>(lessons: impl IntoIterator<Item = (K, L)>) -> Vec<Vec<L>> {
    let mut groups: Vec<Vec<L>> = Vec::new();
    let mut group_of: FxHashMap<K, usize> = FxHashMap::default();
    for (key, lesson) in lessons {
        let group = *group_of.entry(key).or_insert_with(|| {
            groups.push(Vec::new());
            groups.len() - 1
        });
        groups[group].push(lesson);
    }
    groups
}

/// The longest step that all slopes together may ask for.
const CLIP: f32 = 1.0;

/// Learns from lessons, of which each group holds readings of one article: each time one of them is read. The same lessons in the same
/// order give the same network, for any number of threads.
///
/// # Panics
/// When all numbers are to be forgotten, or nothing goes into a step.
pub fn train<L: Lesson>(groups: &[Vec<L>], options: NetworkOptions) -> Network<L::Head> {
    assert!(options.dropout < 1024, "something is left");
    let vocabulary = vocabulary(groups, options);
    let (tables, body, head) = vocabulary.tables::<L::Head>();
    let mut random = options.seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut weights = beginning(&tables, &mut random);
    let items: Vec<Vec<Vec<super::Item>>> =
        groups.iter().map(|group| group.iter().map(|lesson| vocabulary.look_up(lesson.items())).collect()).collect();
    let mut order: Vec<usize> = (0..groups.len()).filter(|&at| !groups[at].is_empty()).collect();
    let steps = (options.epochs * order.len().div_ceil(options.batch)).max(1);
    let mut adam = Adam { means: vec![0.0; tables.len()], squares: vec![0.0; tables.len()], step: 0 };
    let mut backs = vec![vec![0.0f32; tables.len()]; options.batch];
    for _ in 0..options.epochs {
        shuffle(&mut order, &mut random);
        for batch in order.chunks(options.batch) {
            let chosen: Vec<(usize, usize, u64)> = batch
                .iter()
                .map(|&at| (at, (next(&mut random) % groups[at].len() as u64) as usize, next(&mut random) | 1))
                .collect();
            backs[..batch.len()].par_iter_mut().zip(&chosen).for_each(|(back, &(at, reading, seed))| {
                back.fill(0.0);
                let mut random = seed;
                let forgetting = Forgetting { share: options.dropout, random: &mut random };
                let weight = 1.0 / batch.len() as f32;
                let network = (&body, &head, weights.as_slice());
                groups[at][reading].learn(network, &items[at][reading], forgetting, weight, back);
            });
            let (sum, others) = backs[..batch.len()].split_first_mut().expect("a batch is not empty");
            others.iter().for_each(|back| super::layers::add(sum, back));
            adam.step(&tables, &mut weights, sum, rate(options.rate, adam.step, steps), options.decay);
        }
    }
    Network::new(vocabulary, weights)
}

/// The step size: up in a line for a tenth of the way, then down along a cosine.
fn rate(most: f32, step: usize, steps: usize) -> f32 {
    let up = (steps / 10).max(1);
    if step < up {
        return most * (step + 1) as f32 / up as f32;
    }
    let way = (step - up) as f32 / (steps - up).max(1) as f32;
    most * 0.5 * (1.0 + (std::f32::consts::PI * way).cos())
}

fn vocabulary<L: Lesson>(groups: &[Vec<L>], options: NetworkOptions) -> Vocabulary {
    let (mut words, mut chars) = (FxHashMap::<u32, u32>::default(), FxHashMap::<u32, u32>::default());
    for item in groups.iter().filter_map(|group| group.first()).flat_map(|lesson| lesson.items()) {
        if item.word != 0 {
            *words.entry(item.word).or_default() += 1;
        }
        item.chars.iter().filter(|c| **c != 0).for_each(|c| *chars.entry(*c).or_default() += 1);
    }
    let known = |counts: FxHashMap<u32, u32>, least: u32| {
        let mut known: Vec<u32> = counts.into_iter().filter(|(_, count)| *count >= least).map(|(key, _)| key).collect();
        known.sort_unstable();
        known
    };
    Vocabulary { words: known(words, options.word_count), chars: known(chars, options.char_count) }
}

/// Weights before anything is learnt: gains 1, shifts 0, what sums are weighed by between ±0.2, other tables evenly spread about 0, the more
/// narrowly the more numbers are summed up.
pub(super) fn beginning(tables: &Tables, random: &mut u64) -> Vec<f32> {
    let mut weights = vec![0.0; tables.len()];
    for Table { place, columns, used } in tables.iter() {
        let most = match used {
            Use::Gain => {
                weights[place.clone()].fill(1.0);
                continue;
            }
            Use::Shift => continue,
            Use::Lookup => 1.2,
            Use::Weigh => 0.2,
            Use::Factor => (*columns as f32 / place.len() as f32).sqrt(),
        };
        weights[place.clone()].iter_mut().for_each(|weight| *weight = most * even(random));
    }
    weights
}

/// Kingma and Ba's Adam, with weights pulled to zero apart from it (Loshchilov and Hutter).
struct Adam {
    means: Vec<f32>,
    squares: Vec<f32>,
    step: usize,
}

impl Adam {
    fn step(&mut self, tables: &Tables, weights: &mut [f32], slopes: &[f32], rate: f32, decay: f32) {
        const FIRST: f32 = 0.9;
        const SECOND: f32 = 0.999;
        self.step += 1;
        let length = slopes.iter().map(|slope| f64::from(*slope).powi(2)).sum::<f64>().sqrt() as f32;
        let factor = if length > CLIP { CLIP / length } else { 1.0 };
        let first = 1.0 - FIRST.powi(self.step.min(10_000) as i32);
        let second = 1.0 - SECOND.powi(self.step.min(100_000) as i32);
        for Table { place, used, .. } in tables.iter() {
            // What is only added, or a gain, need not be small.
            let decay = if matches!(used, Use::Gain | Use::Shift) { 0.0 } else { decay };
            let own = place.clone();
            let state = self.means[own.clone()].iter_mut().zip(&mut self.squares[own.clone()]);
            for ((weight, slope), (mean, square)) in weights[own.clone()].iter_mut().zip(&slopes[own]).zip(state) {
                let slope = slope * factor;
                *mean = FIRST * *mean + (1.0 - FIRST) * slope;
                *square = SECOND * *square + (1.0 - SECOND) * slope * slope;
                *weight -= rate * ((*mean / first) / ((*square / second).sqrt() + 1e-8) + decay * *weight);
            }
        }
    }
}
