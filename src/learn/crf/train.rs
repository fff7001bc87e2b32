//! Training: AdaGrad on the log-likelihood, an L1 pull, features forgotten at random.

#![expect(clippy::needless_range_loop, reason = "a lane is an index into several rows at once")]

use rustc_hash::FxHashMap;

use super::{Chain, Inference, LANES, MOST_LABELS, Row, Sequence, stored, table::STEP};
use crate::learn::random::{next, shuffle};

/// How to train.
#[derive(Debug, Clone, Copy)]
pub struct CrfOptions {
    /// Passes over the sequences.
    pub epochs: usize,
    /// Step size.
    pub rate: f32,
    /// Strength of the pull to zero.
    pub l1: f32,
    /// Features seen fewer times are left out.
    pub min_count: u32,
    /// Share of features that each position forgets at random in training, so that weights do not lean on single strings.
    pub dropout: f32,
    /// Starts the order and the dropout.
    pub seed: u64,
}

impl Default for CrfOptions {
    fn default() -> Self {
        // The least count keeps the program below 60 MB; it grows with the corpus.
        Self { epochs: 10, rate: 0.04, l1: 2e-3, min_count: 8, dropout: 0.4, seed: 1 }
    }
}

/// Weights of at most so many steps are small …
const SMALL: u8 = 2;
/// … and a feature with small weights is kept if the corpus has it so many times.
const FREQUENT: u32 = 14;

/// A model while it is learnt.
struct Learner {
    chain: Chain,
    transitions: Vec<Row>,
    rows: Vec<Row>,
}

/// Trains on sequences and gives the model's bytes. `possible(from, to)` says which steps between labels exist; a sequence begins as after
/// label 0.
///
/// # Panics
/// With more than [`MOST_LABELS`] labels.
pub fn train(
    labels: usize,
    sequences: &[Sequence],
    possible: impl Fn(usize, usize) -> bool,
    options: CrfOptions,
) -> Vec<u8> {
    assert!(labels <= MOST_LABELS, "at most {MOST_LABELS} labels");
    let mut counts: FxHashMap<u32, u32> = FxHashMap::default();
    for feature in sequences.iter().flat_map(|sequence| &sequence.features) {
        *counts.entry(*feature).or_default() += 1;
    }
    let mut counts: Vec<(u32, u32)> =
        counts.into_iter().filter(|&(key, count)| key != 0 && count >= options.min_count).collect();
    counts.sort_unstable();
    let (keys, counts): (Vec<u32>, Vec<u32>) = counts.into_iter().unzip();
    let row_of: FxHashMap<u32, u32> = keys.iter().zip(0..).map(|(&key, row)| (key, row)).collect();
    let mut model = Learner {
        chain: Chain::new(labels, vec![[0.0; LANES]; labels]),
        transitions: vec![[0.0; LANES]; labels],
        rows: vec![[0.0; LANES]; keys.len()],
    };
    // Features as rows, so that training does not look up.
    let encoded: Vec<Sequence> = sequences
        .iter()
        .map(|sequence| {
            let mut out = Sequence { labels: sequence.labels.clone(), ..Sequence::default() };
            for position in 0..sequence.len() {
                out.features.extend(sequence.at(position).iter().filter_map(|feature| row_of.get(feature)));
                out.ends.push(out.features.len() as u32);
            }
            out
        })
        .collect();
    let mut squares = vec![[1e-3f32; LANES]; keys.len()];
    let mut step_squares = vec![[1e-3f32; LANES]; labels];
    let mut random = options.seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut order: Vec<usize> = (0..encoded.len()).collect();
    let mut inference = Inference::default();
    let mut kept = Sequence::default();
    let loudness = 1.0 / (1.0 - options.dropout);
    for epoch in 0..options.epochs {
        shuffle(&mut order, &mut random);
        let rate = options.rate * (1.0 - 0.7 * epoch as f32 / options.epochs as f32);
        for &index in &order {
            let sequence = &encoded[index];
            if sequence.is_empty() {
                continue;
            }
            drop_features(sequence, options.dropout, &mut random, &mut kept);
            model.refresh_steps(&possible);
            inference.emit.clear();
            for position in 0..kept.len() {
                let mut sum = [0.0f32; LANES];
                for &row in kept.at(position) {
                    let row = &model.rows[row as usize];
                    for lane in 0..LANES {
                        sum[lane] += row[lane];
                    }
                }
                // What is left speaks for what was dropped, so that sums are as large as they will be in use.
                sum.iter_mut().for_each(|value| *value *= loudness);
                inference.emit.push(model.chain.exponentials(sum));
            }
            model.chain.forward_backward(kept.len(), &mut inference);
            model.step_transitions(&sequence.labels, &inference, &mut step_squares, rate);
            for position in 0..kept.len() {
                let gold = sequence.labels[position] as usize;
                let mut gradient = [0.0f32; LANES];
                let mut active = [0usize; LANES];
                let mut count = 0;
                for label in 0..labels {
                    let g = inference.marginal(position, label) - f32::from(label == gold);
                    if g.abs() > 2e-3 {
                        gradient[label] = g;
                        active[count] = label;
                        count += 1;
                    }
                }
                for &row in kept.at(position) {
                    let (weights, squares) = (&mut model.rows[row as usize], &mut squares[row as usize]);
                    for &label in &active[..count] {
                        let g = gradient[label];
                        squares[label] += g * g;
                        let eta = rate / squares[label].sqrt();
                        let stepped = weights[label] - eta * g;
                        weights[label] = stepped.signum() * (stepped.abs() - eta * options.l1).max(0.0);
                    }
                }
            }
        }
    }
    model.refresh_steps(&possible);
    let steps = |weight: &f32| (weight * STEP).round().clamp(-127.0, 127.0) as i8;
    // What moves labels little and seldom is not worth its place.
    let matters = |row: &[i8; LANES], count: u32| {
        let most = row.iter().map(|weight| weight.unsigned_abs()).max().unwrap_or(0);
        most > SMALL || most == SMALL && count >= FREQUENT
    };
    let rows =
        keys.iter().zip(&counts).zip(&model.rows).map(|((&key, &count), row)| (key, count, row.each_ref().map(steps)));
    let kept = rows.filter(|(_, count, row)| matters(row, *count)).map(|(key, _, row)| (key, row));
    stored::write(&model.chain, &model.transitions, kept)
}

impl Learner {
    fn refresh_steps(&mut self, possible: &impl Fn(usize, usize) -> bool) {
        for from in 0..self.chain.labels {
            for to in 0..self.chain.labels {
                let step = if possible(from, to) { self.transitions[from][to].exp() } else { 0.0 };
                self.chain.steps[from][to] = step;
                self.chain.steps_to[to][from] = step;
            }
        }
    }

    fn step_transitions(&mut self, gold: &[u8], inference: &Inference, squares: &mut [Row], rate: f32) {
        let mut expected = vec![[0.0f32; LANES]; self.chain.labels];
        for position in 1..gold.len() {
            expected[gold[position - 1] as usize][gold[position] as usize] -= 1.0;
            let mut ahead = [0.0f32; LANES];
            for lane in 0..LANES {
                ahead[lane] =
                    inference.emit[position][lane] * inference.beta[position][lane] / inference.scale[position];
            }
            for from in 0..self.chain.labels {
                let mass = inference.alpha[position - 1][from];
                if mass > 1e-5 {
                    for lane in 0..LANES {
                        expected[from][lane] += mass * self.chain.steps[from][lane] * ahead[lane];
                    }
                }
            }
        }
        for from in 0..self.chain.labels {
            for to in 0..self.chain.labels {
                let g = expected[from][to];
                if g.abs() > 1e-4 {
                    squares[from][to] += g * g;
                    self.transitions[from][to] -= rate * g / squares[from][to].sqrt();
                }
            }
        }
    }
}

fn drop_features(sequence: &Sequence, share: f32, random: &mut u64, kept: &mut Sequence) {
    kept.features.clear();
    kept.ends.clear();
    let limit = (share * 65536.0) as u64;
    for position in 0..sequence.len() {
        for &feature in sequence.at(position) {
            if limit == 0 || next(random) & 0xffff >= limit {
                kept.features.push(feature);
            }
        }
        kept.ends.push(kept.features.len() as u32);
    }
}
