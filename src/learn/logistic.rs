//! Logistic regression and softmax ranking over hashed binary features, trained by AdaGrad with L2.

use super::{Features, random::shuffle};

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

/// A linear model with a logistic output.
#[derive(Debug, Clone, PartialEq)]
pub struct Logistic {
    bits: u32,
    bias: f32,
    weights: Vec<f32>,
}

const MAGIC: &[u8; 8] = b"yutulog1";

impl Logistic {
    fn empty(bits: u32) -> Self {
        Self { bits, bias: 0.0, weights: vec![0.0; 1 << bits] }
    }

    /// The log-odds.
    pub fn score(&self, features: &Features) -> f32 {
        let mask = (1u32 << self.bits) - 1;
        self.bias + features.ids().iter().map(|&id| self.weights[(id & mask) as usize]).sum::<f32>()
    }

    /// The probability.
    pub fn probability(&self, features: &Features) -> f32 {
        sigmoid(self.score(features))
    }

    /// Learns to answer yes or no.
    pub fn train(examples: &[Example], options: TrainOptions) -> Self {
        let mut model = Self::empty(options.bits);
        let mut state = Adagrad::new(options);
        let mut order: Vec<usize> = (0..examples.len()).collect();
        let mut random = 0x5eed_u64;
        for _ in 0..options.epochs {
            shuffle(&mut order, &mut random);
            for &index in &order {
                let example = &examples[index];
                let gradient = model.probability(&example.features) - f32::from(example.label);
                state.step(&mut model, &example.features, gradient);
                state.step_bias(&mut model, gradient);
            }
        }
        model.quantised(options.least)
    }

    /// Learns to put the right candidates first (softmax over each group).
    pub fn train_ranking(groups: &[Group], options: TrainOptions) -> Self {
        let mut model = Self::empty(options.bits);
        let mut state = Adagrad::new(options);
        let mut order: Vec<usize> = (0..groups.len()).collect();
        let mut random = 0x5eed_u64;
        for _ in 0..options.epochs {
            shuffle(&mut order, &mut random);
            for &index in &order {
                let group = &groups[index];
                if group.right.is_empty() || group.candidates.len() < 2 {
                    continue;
                }
                let scores: Vec<f32> = group.candidates.iter().map(|c| model.score(c)).collect();
                let top = scores.iter().copied().fold(f32::MIN, f32::max);
                let exps: Vec<f32> = scores.iter().map(|s| (s - top).exp()).collect();
                let total: f32 = exps.iter().sum();
                let right_total: f32 = group.right.iter().map(|&r| exps[r]).sum();
                for (at, candidate) in group.candidates.iter().enumerate() {
                    let expected = exps[at] / total;
                    let wanted = if group.right.contains(&at) { exps[at] / right_total.max(1e-12) } else { 0.0 };
                    state.step(&mut model, candidate, expected - wanted);
                }
            }
        }
        model.quantised(options.least)
    }

    /// Rounds the weights to what is stored, so that a model in memory and the same model read back agree.
    fn quantised(mut self, least: u16) -> Self {
        let small = |weight: &&mut f32| (weight.abs() * 1024.0).round() < f32::from(least);
        self.weights.iter_mut().filter(small).for_each(|weight| *weight = 0.0);
        Self::from_bytes(&self.to_bytes()).expect("a model reads what it wrote")
    }

    /// The model as bytes: non-zero weights only, in steps of 1/1024.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.extend(self.bits.to_le_bytes());
        bytes.extend(self.bias.to_le_bytes());
        let entries: Vec<(u32, i16)> = self
            .weights
            .iter()
            .enumerate()
            .map(|(at, &weight)| (at as u32, (weight * 1024.0).round().clamp(-32000.0, 32000.0) as i16))
            .filter(|&(_, weight)| weight != 0)
            .collect();
        bytes.extend((entries.len() as u32).to_le_bytes());
        for (at, weight) in entries {
            bytes.extend(&at.to_le_bytes()[..3]);
            bytes.extend(weight.to_le_bytes());
        }
        bytes
    }

    /// Reads what [`Self::to_bytes`] wrote.
    ///
    /// # Errors
    /// When the bytes are of another kind, cut short, or hold an index out of range.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ModelError> {
        let wrong = |reason: &str| ModelError { reason: reason.to_owned() };
        let body = bytes.strip_prefix(MAGIC.as_slice()).ok_or_else(|| wrong("no model begins like this"))?;
        let word = |at: usize| -> Result<[u8; 4], ModelError> {
            body.get(at..at + 4).and_then(|b| b.try_into().ok()).ok_or_else(|| wrong("cut short"))
        };
        let bits = u32::from_le_bytes(word(0)?);
        if !(1..=24).contains(&bits) {
            return Err(wrong("impossible size"));
        }
        let mut model = Self::empty(bits);
        model.bias = f32::from_le_bytes(word(4)?);
        let count = u32::from_le_bytes(word(8)?) as usize;
        let entries = body.get(12..12 + count * 5).ok_or_else(|| wrong("cut short"))?;
        for entry in entries.chunks_exact(5) {
            let at = u32::from_le_bytes([entry[0], entry[1], entry[2], 0]) as usize;
            let weight = i16::from_le_bytes([entry[3], entry[4]]);
            *model.weights.get_mut(at).ok_or_else(|| wrong("index out of range"))? = f32::from(weight) / 1024.0;
        }
        Ok(model)
    }
}

/// The logistic function.
fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + (-x).exp())
}

struct Adagrad {
    options: TrainOptions,
    squares: Vec<f32>,
    bias_square: f32,
}

impl Adagrad {
    fn new(options: TrainOptions) -> Self {
        Self { options, squares: vec![1e-2; 1 << options.bits], bias_square: 1e-2 }
    }

    fn step(&mut self, model: &mut Logistic, features: &Features, gradient: f32) {
        if gradient.abs() < 1e-6 {
            return;
        }
        let mask = (1u32 << model.bits) - 1;
        for &id in features.ids() {
            let at = (id & mask) as usize;
            let g = gradient + self.options.l2 * model.weights[at];
            self.squares[at] += g * g;
            model.weights[at] -= self.options.rate * g / self.squares[at].sqrt();
        }
    }

    fn step_bias(&mut self, model: &mut Logistic, gradient: f32) {
        self.bias_square += gradient * gradient;
        model.bias -= self.options.rate * gradient / self.bias_square.sqrt();
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
        assert!(Logistic::from_bytes(b"yutulog1\0").is_err());
    }

    #[test]
    fn ranking_puts_the_right_candidate_first() {
        let groups: Vec<Group> =
            (0..50).map(|_| Group { candidates: vec![features(&["近"]), features(&["远"])], right: vec![0] }).collect();
        let model = Logistic::train_ranking(&groups, TrainOptions::default());
        assert!(model.score(&features(&["近"])) > model.score(&features(&["远"])));
    }
}
