//! Logistic regression and softmax ranking over hashed binary features, trained by AdaGrad with L2.

use super::{
    Features,
    bytes::{Reader, write_digest, write_stream, wrong},
    odds::sigmoid,
    random::shuffle,
};

/// One example of a yes-or-no question.
#[derive(Debug, Clone)]
pub struct Example {
    /// What is known.
    pub features: Features,
    /// The answer.
    pub label: bool,
}

/// Candidates of which some are right, for ranking.
#[derive(Debug, Clone)]
pub struct Group {
    /// What is known of each.
    pub candidates: Vec<Features>,
    /// Which are right; may be several, not none.
    pub right: Vec<usize>,
}

/// How to train.
#[derive(Debug, Clone, Copy)]
pub struct TrainOptions {
    /// Weights are `2^bits`; features are hashed onto them.
    pub bits: u32,
    /// Passes over the examples.
    pub epochs: usize,
    /// Step size.
    pub rate: f32,
    /// Strength of the pull towards zero.
    pub l2: f32,
    /// Weights of fewer steps of 1/1024 are let go: they take room, and where the pull is weak decisions are as good without them.
    pub least: u16,
}

impl Default for TrainOptions {
    fn default() -> Self {
        Self { bits: 18, epochs: 12, rate: 0.1, l2: 1e-5, least: 1 }
    }
}

/// A stored model that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("the model is damaged or of another version: {reason}; train it again with `yutu train`")]
pub struct ModelError {
    /// What is wrong.
    pub reason: String,
}

/// Weights are stored in steps of one over this.
const STEP: f32 = 1024.0;

/// A linear model with a logistic output.
#[derive(Debug, Clone, PartialEq)]
pub struct Logistic {
    bits: u32,
    bias: f32,
    /// In steps of 1/[`STEP`].
    weights: Vec<i16>,
}

const MAGIC: &[u8; 8] = b"yutulog2";

impl Logistic {
    /// The log-odds.
    pub fn score(&self, features: &Features) -> f32 {
        let mask = (1u32 << self.bits) - 1;
        let steps: i32 = features.ids().iter().map(|&id| i32::from(self.weights[(id & mask) as usize])).sum();
        self.bias + steps as f32 / STEP
    }

    /// The probability.
    pub fn probability(&self, features: &Features) -> f32 {
        sigmoid(self.score(features))
    }

    /// Learns to answer yes or no.
    pub fn train(examples: &[Example], options: TrainOptions) -> Self {
        let mut learner = Learner::new(options);
        let mut order: Vec<usize> = (0..examples.len()).collect();
        let mut random = 0x5eed_u64;
        for _ in 0..options.epochs {
            shuffle(&mut order, &mut random);
            for &index in &order {
                let example = &examples[index];
                let gradient = sigmoid(learner.score(&example.features)) - f32::from(example.label);
                learner.step(&example.features, gradient);
                learner.step_bias(gradient);
            }
        }
        learner.into_model()
    }

    /// Learns to put the right candidates first (softmax over each group).
    pub fn train_ranking(groups: &[Group], options: TrainOptions) -> Self {
        let mut learner = Learner::new(options);
        let mut order: Vec<usize> = (0..groups.len()).collect();
        let mut random = 0x5eed_u64;
        for _ in 0..options.epochs {
            shuffle(&mut order, &mut random);
            for &index in &order {
                let group = &groups[index];
                if group.right.is_empty() || group.candidates.len() < 2 {
                    continue;
                }
                let scores: Vec<f32> = group.candidates.iter().map(|c| learner.score(c)).collect();
                let top = scores.iter().copied().fold(f32::MIN, f32::max);
                let exps: Vec<f32> = scores.iter().map(|s| (s - top).exp()).collect();
                let total: f32 = exps.iter().sum();
                let right_total: f32 = group.right.iter().map(|&r| exps[r]).sum();
                for (at, candidate) in group.candidates.iter().enumerate() {
                    let expected = exps[at] / total;
                    let wanted = if group.right.contains(&at) { exps[at] / right_total.max(1e-12) } else { 0.0 };
                    learner.step(candidate, expected - wanted);
                }
            }
        }
        learner.into_model()
    }

    /// The model as bytes: non-zero weights only.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.extend(self.bits.to_le_bytes());
        bytes.extend(self.bias.to_le_bytes());
        let (mut places, mut low, mut high) = (Vec::new(), Vec::new(), Vec::new());
        let mut before = 0;
        for (at, weight) in (0..).zip(&self.weights).filter(|(_, weight)| **weight != 0) {
            write_digest(&mut places, before, at);
            before = at;
            let [one, other] = weight.to_le_bytes();
            low.push(one);
            high.push(other);
        }
        [places, low, high].iter().for_each(|stream| write_stream(&mut bytes, stream));
        bytes
    }

    /// Reads what [`Self::to_bytes`] wrote.
    ///
    /// # Errors
    /// When the bytes are of another kind, cut short, or hold an index out of range.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ModelError> {
        let rest = bytes.strip_prefix(MAGIC.as_slice()).ok_or_else(|| wrong("no model begins like this"))?;
        let mut reader = Reader { rest };
        let bits = reader.u32()?;
        if !(1..=24).contains(&bits) {
            return Err(wrong("impossible size"));
        }
        let bias = f32::from_bits(reader.u32()?);
        let (mut places, low, high) = (reader.stream()?, reader.stream()?.rest, reader.stream()?.rest);
        if low.len() != high.len() {
            return Err(wrong("halves of weights are missing"));
        }
        let mut weights = vec![0; 1 << bits];
        let mut at = 0;
        for (&low, &high) in low.iter().zip(high) {
            at = places.digest(at)?;
            *weights.get_mut(at as usize).ok_or_else(|| wrong("index out of range"))? = i16::from_le_bytes([low, high]);
        }
        Ok(Self { bits, bias, weights })
    }
}

/// A model while it learns.
struct Learner {
    options: TrainOptions,
    bias: f32,
    weights: Vec<f32>,
    /// The sums of the squares of the gradients (AdaGrad).
    squares: Vec<f32>,
    bias_square: f32,
}

impl Learner {
    fn new(options: TrainOptions) -> Self {
        let (weights, squares) = (vec![0.0; 1 << options.bits], vec![1e-2; 1 << options.bits]);
        Self { options, bias: 0.0, weights, squares, bias_square: 1e-2 }
    }

    fn score(&self, features: &Features) -> f32 {
        let mask = (1u32 << self.options.bits) - 1;
        self.bias + features.ids().iter().map(|&id| self.weights[(id & mask) as usize]).sum::<f32>()
    }

    fn step(&mut self, features: &Features, gradient: f32) {
        if gradient.abs() < 1e-6 {
            return;
        }
        let mask = (1u32 << self.options.bits) - 1;
        for &id in features.ids() {
            let at = (id & mask) as usize;
            let g = gradient + self.options.l2 * self.weights[at];
            self.squares[at] += g * g;
            self.weights[at] -= self.options.rate * g / self.squares[at].sqrt();
        }
    }

    fn step_bias(&mut self, gradient: f32) {
        self.bias_square += gradient * gradient;
        self.bias -= self.options.rate * gradient / self.bias_square.sqrt();
    }

    /// Rounds the weights to steps; those of too few are let go.
    fn into_model(self) -> Logistic {
        let least = i16::try_from(self.options.least).unwrap_or(i16::MAX);
        let steps = |weight: f32| (weight * STEP).round().clamp(-32000.0, 32000.0) as i16;
        let weights = self.weights.into_iter().map(steps).map(|steps| if steps.abs() < least { 0 } else { steps });
        Logistic { bits: self.options.bits, bias: self.bias, weights: weights.collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn features(names: &[&str]) -> Features {
        let mut features = Features::new();
        names.iter().for_each(|name| features.add(&[name]));
        features
    }

    #[test]
    fn learns_a_separable_question_and_survives_storage() {
        let examples: Vec<Example> = (0..200)
            .map(|i| Example {
                features: features(&[if i % 2 == 0 { "落户" } else { "离开" }, "其他"]),
                label: i % 2 == 0,
            })
            .collect();
        let model = Logistic::train(&examples, TrainOptions::default());
        assert!(model.probability(&features(&["落户", "其他"])) > 0.9);
        assert!(model.probability(&features(&["离开", "其他"])) < 0.1);
        assert_eq!(Logistic::from_bytes(&model.to_bytes()).expect("reads back"), model);
        let bytes = model.to_bytes();
        assert!((0..bytes.len()).all(|length| Logistic::from_bytes(&bytes[..length]).is_err()));
    }

    #[test]
    fn ranking_puts_the_right_candidate_first() {
        let groups: Vec<Group> =
            (0..50).map(|_| Group { candidates: vec![features(&["近"]), features(&["远"])], right: vec![0] }).collect();
        let model = Logistic::train_ranking(&groups, TrainOptions::default());
        assert!(model.score(&features(&["近"])) > model.score(&features(&["远"])));
    }
}
