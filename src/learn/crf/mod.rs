//! A linear-chain conditional random field over hashed features, with exact marginals.
//!
//! Weights are trained by AdaGrad on the log-likelihood with an L1 pull (so most stay zero) and decoded from a compact [`table`]: one
//! cache line and one vector addition a feature. Our own because the tagger is what the program stands or falls with: marginals of
//! whole spans and integer features are needed, and libraries at hand give neither.

#![expect(clippy::needless_range_loop, reason = "a lane is an index into several rows at once")]

mod stored;
mod table;
mod train;

pub use train::{CrfOptions, train};

use super::widely::widely;
use table::{STEP, Table};

/// Rows are padded to this many lanes, so that they add as vectors.
const LANES: usize = 32;

/// Labels that a model can have: the lanes of the table that are no check.
pub const MOST_LABELS: usize = table::MOST_LABELS;

type Row = [f32; LANES];

/// A training sequence: features and the right label of each position.
#[derive(Debug, Clone, Default)]
pub struct Sequence {
    /// Hashed features of all positions, one after another.
    pub features: Vec<u32>,
    /// Where each position's features end in `features`.
    pub ends: Vec<u32>,
    /// The right labels; empty when not known.
    pub labels: Vec<u8>,
}

impl Sequence {
    /// Number of positions.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether it has no position.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The features of one position.
    pub fn at(&self, position: usize) -> &[u32] {
        let start = if position == 0 { 0 } else { self.ends[position - 1] as usize };
        &self.features[start..self.ends[position] as usize]
    }
}

/// Steps from label to label.
#[derive(Debug, Clone)]
struct Chain {
    labels: usize,
    /// From each label to each: `exp(weight)`; 0 where the step is impossible.
    steps: Vec<Row>,
    /// The same, to each label from each.
    steps_to: Vec<Row>,
}

/// A trained model.
#[derive(Debug, Clone)]
pub struct Crf {
    chain: Chain,
    table: Table,
}

/// Everything that inference knows of one sequence.
#[derive(Debug, Default)]
pub struct Inference {
    /// Scaled emissions, forward and backward values, scaling factors.
    emit: Vec<Row>,
    alpha: Vec<Row>,
    beta: Vec<Row>,
    scale: Vec<f32>,
}

impl Inference {
    /// Probability of `label` at `position`.
    pub fn marginal(&self, position: usize, label: usize) -> f32 {
        self.alpha[position][label] * self.beta[position][label]
    }
}

impl Crf {
    /// Number of labels.
    pub fn labels(&self) -> usize {
        self.chain.labels
    }

    /// Runs forward and backward over a sequence; `inference` is reused between calls.
    pub fn infer(&self, sequence: &Sequence, inference: &mut Inference) {
        widely(
            #[inline(always)]
            || {
                inference.emit.clear();
                for position in 0..sequence.len() {
                    let sum = self.table.sum(sequence.at(position));
                    inference.emit.push(self.chain.exponentials(sum.map(|steps| f32::from(steps) / STEP)));
                }
                self.chain.forward_backward(sequence.len(), inference);
            },
        );
    }

    /// Probability that positions `start..end` carry `first`, then `rest`…, and the position after does not carry `rest`; for every
    /// `end` as long as the probability of going on is above `floor`. Calls `found(end, probability)`.
    pub fn spans_from(
        &self,
        inference: &Inference,
        start: usize,
        first: usize,
        rest: usize,
        floor: f32,
        mut found: impl FnMut(usize, f32),
    ) {
        let len = inference.alpha.len();
        let mut mass = inference.alpha[start][first];
        let mut label = first;
        let mut end = start + 1;
        loop {
            if end == len {
                found(end, mass);
                return;
            }
            let step = &self.chain.steps[label];
            let (emit, beta, scale) = (&inference.emit[end], &inference.beta[end], inference.scale[end]);
            let mut stop = 0.0;
            for lane in 0..LANES {
                stop += step[lane] * emit[lane] * beta[lane];
            }
            let on = step[rest] * emit[rest];
            stop -= on * beta[rest];
            found(end, mass * stop.max(0.0) / scale);
            mass *= on / scale;
            if mass * beta[rest] < floor {
                return;
            }
            label = rest;
            end += 1;
        }
    }
}

impl Chain {
    fn new(labels: usize, steps: Vec<Row>) -> Self {
        let to = |to: usize| std::array::from_fn(|from| steps.get(from).map_or(0.0, |step: &Row| step[to]));
        let steps_to = (0..labels).map(to).collect();
        Self { labels, steps, steps_to }
    }

    #[inline(always)]
    fn exponentials(&self, scores: Row) -> Row {
        let top = scores[..self.labels].iter().copied().fold(f32::MIN, f32::max);
        let mut out = [0.0; LANES];
        for lane in 0..self.labels {
            out[lane] = (scores[lane] - top).exp();
        }
        out
    }

    #[inline(always)]
    fn forward_backward(&self, len: usize, inference: &mut Inference) {
        inference.alpha.clear();
        inference.scale.clear();
        for position in 0..len {
            let mut sum = [0.0f32; LANES];
            if position == 0 {
                // A sequence begins as after label 0.
                sum = self.steps[0];
            } else {
                let before = &inference.alpha[position - 1];
                for (from, &mass) in before[..self.labels].iter().enumerate() {
                    if mass > 1e-12 {
                        let step = &self.steps[from];
                        for lane in 0..LANES {
                            sum[lane] += mass * step[lane];
                        }
                    }
                }
            }
            let emit = &inference.emit[position];
            let mut total = 0.0;
            for lane in 0..LANES {
                sum[lane] *= emit[lane];
                total += sum[lane];
            }
            let total = total.max(1e-30);
            for value in &mut sum {
                *value /= total;
            }
            inference.alpha.push(sum);
            inference.scale.push(total);
        }
        inference.beta.clear();
        inference.beta.resize(len, [0.0; LANES]);
        if len == 0 {
            return;
        }
        inference.beta[len - 1] = [1.0; LANES];
        for position in (0..len - 1).rev() {
            let mut ahead = [0.0f32; LANES];
            for lane in 0..LANES {
                ahead[lane] = inference.emit[position + 1][lane] * inference.beta[position + 1][lane]
                    / inference.scale[position + 1];
            }
            let mut sum = [0.0f32; LANES];
            for (step, mass) in self.steps_to.iter().zip(ahead) {
                for lane in 0..LANES {
                    sum[lane] += mass * step[lane];
                }
            }
            inference.beta[position] = sum;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn toy() -> Vec<Sequence> {
        // Feature 7 marks label 1, feature 9 label 2 that only follows 1, feature 5 is noise.
        (0..60)
            .map(|n| Sequence {
                features: vec![5, 7, 9, 5, 5 + n % 2],
                ends: vec![1, 2, 3, 4, 5],
                labels: vec![0, 1, 2, 0, 0],
            })
            .collect()
    }

    #[test]
    fn learns_and_reads_back_what_it_wrote() {
        let options = CrfOptions { dropout: 0.0, ..CrfOptions::default() };
        let bytes = train(3, &toy(), |from, to| to != 2 || from != 0, options);
        let read = Crf::from_bytes(&bytes).expect("reads back");
        let mut inference = Inference::default();
        read.infer(&toy()[0], &mut inference);
        assert!(inference.marginal(1, 1) > 0.9 && inference.marginal(2, 2) > 0.9);
        let mut best = (0, 0.0);
        read.spans_from(&inference, 1, 1, 2, 0.01, |end, p| {
            if p > best.1 {
                best = (end, p)
            }
        });
        assert_eq!(best.0, 3);
        assert!(best.1 > 0.8 && best.1 <= 1.001);
    }

    #[test]
    fn the_bits_do_not_depend_on_how_wide_the_processor_is() {
        let read = Crf::from_bytes(&train(3, &toy(), |from, to| to != 2 || from != 0, CrfOptions::default()));
        let read = read.expect("reads back");
        let sequence = &toy()[0];
        let (mut wide, mut narrow) = (Inference::default(), Inference::default());
        read.infer(sequence, &mut wide);
        for position in 0..sequence.len() {
            let sum = read.table.sum(sequence.at(position));
            narrow.emit.push(read.chain.exponentials(sum.map(|steps| f32::from(steps) / STEP)));
        }
        read.chain.forward_backward(sequence.len(), &mut narrow);
        let bits = |rows: &[Row]| rows.iter().flatten().map(|x| x.to_bits()).collect::<Vec<u32>>();
        assert_eq!(bits(&wide.alpha), bits(&narrow.alpha));
        assert_eq!(bits(&wide.beta), bits(&narrow.beta));
    }

    #[test]
    fn what_is_cut_short_is_refused() {
        let bytes = train(3, &toy(), |from, to| to != 2 || from != 0, CrfOptions::default());
        assert!((0..bytes.len()).all(|length| Crf::from_bytes(&bytes[..length]).is_err()));
    }
}
