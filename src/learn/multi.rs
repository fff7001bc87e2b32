//! Many yes-or-no questions about the same features: a logistic regression with one column a question.
//!
//! Examples come in bags (all mentions of an entity, all places where two entities meet): a bag answers yes where its best
//! example does, so one telling passage is enough and the others are not pressed to look like it.

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::{
    ModelError,
    bytes::{Reader, wrong},
    odds::sigmoid,
    ranks::{Ranks, spread},
    sparse::{Rows, write_rows},
    widely::widely,
};

/// Columns of a [`MultiLogistic`]; a set of columns fits a `u32`.
pub const COLUMNS: usize = 32;

/// One score a column.
pub type Scores = [f32; COLUMNS];

/// One example of a [`Bag`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Instance {
    /// Hashed features.
    pub features: Vec<u32>,
    /// Whether its columns stand in the other order (16–31 before 0–15) than its bag's.
    pub swapped: bool,
}

/// Examples that answer together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bag {
    /// The examples.
    pub instances: Vec<Instance>,
    /// Columns with the answer yes.
    pub right: u32,
    /// Columns that are asked at all.
    pub asked: u32,
}

/// How to train a [`MultiLogistic`].
#[derive(Debug, Clone, Copy)]
pub struct MultiOptions {
    /// Features that fewer bags have are left out.
    pub min_bags: u32,
    /// Passes over the bags.
    pub epochs: usize,
    /// Step size.
    pub rate: f32,
    /// Strength of the pull towards zero.
    pub l2: f32,
}

impl Default for MultiOptions {
    fn default() -> Self {
        Self { min_bags: 3, epochs: 8, rate: 0.1, l2: 1e-4 }
    }
}

/// Weights in steps of 1/`STEP`, one byte each: a row of all columns fits half a cache line.
const STEP: f32 = 40.0;
const MAGIC: &[u8; 8] = b"yutumul4";

/// A table of features with one weight a column.
#[derive(Debug, Clone, PartialEq)]
pub struct MultiLogistic {
    ranks: Ranks,
    /// The features' digests, in order, and their weights.
    digests: Vec<u32>,
    rows: Vec<[i8; COLUMNS]>,
    bias: Scores,
}

impl MultiLogistic {
    /// The log-odds of every column.
    pub fn scores(&self, features: &[u32]) -> Scores {
        let mut sums = [0i16; COLUMNS];
        widely(
            #[inline(always)]
            || {
                for row in features.iter().filter_map(
                    #[inline(always)]
                    |&feature| self.row(feature),
                ) {
                    for (sum, &weight) in sums.iter_mut().zip(row) {
                        *sum += i16::from(weight);
                    }
                }
            },
        );
        let mut scores = self.bias;
        for (score, sum) in scores.iter_mut().zip(sums) {
            *score += f32::from(sum) / STEP;
        }
        scores
    }

    /// How many features have weights.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether no feature has weights.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    #[inline(always)]
    fn row(&self, feature: u32) -> Option<&[i8; COLUMNS]> {
        let digest = spread(feature);
        if !self.ranks.may_hold(digest) {
            return None;
        }
        let (from, to) = self.ranks.among(digest);
        let at = self.digests[from..to].iter().position(|&known| known == digest)?;
        self.rows.get(from + at)
    }

    /// Of the features' digests, in order, and their weights.
    fn from_rows(digests: Vec<u32>, rows: Vec<[i8; COLUMNS]>, bias: Scores) -> Self {
        Self { ranks: Ranks::new(&digests), digests, rows, bias }
    }

    /// Learns from bags; the same bags in the same order give the same model.
    pub fn train(bags: &[&Bag], options: MultiOptions) -> Self {
        let (keys, packed) = pack(bags, options.min_bags);
        let mut weights = vec![[0f32; COLUMNS]; keys.len() + 1];
        let mut squares = vec![[0.02f32; COLUMNS]; keys.len() + 1];
        let mut order: Vec<usize> = (0..bags.len()).collect();
        let mut random = 0x5eed_u64;
        let mut scores: Vec<Scores> = Vec::new();
        for epoch in 0..options.epochs {
            super::random::shuffle(&mut order, &mut random);
            for &index in &order {
                let bag = bags[index];
                scores.clear();
                scores.extend(packed[index].iter().map(|features| score_rows(&weights, features)));
                for (at, instance) in bag.instances.iter().enumerate() {
                    let turn = if instance.swapped { 16 } else { 0 };
                    let mut gradient = [0f32; COLUMNS];
                    let mut any = false;
                    for column in 0..COLUMNS {
                        let seen = (column + turn) % COLUMNS;
                        if bag.asked >> column & 1 == 0 {
                            continue;
                        }
                        let right = bag.right >> column & 1 == 1;
                        if right && epoch > 0 && !is_best(bag, &scores, at, column) {
                            continue;
                        }
                        let error = sigmoid(scores[at][seen]) - f32::from(u8::from(right));
                        if error.abs() > 0.004 {
                            gradient[seen] = error;
                            any = true;
                        }
                    }
                    if any {
                        let l2 = options.l2;
                        for &row in packed[index][at].iter().chain([&(keys.len() as u32)]) {
                            let (row, square) = (&mut weights[row as usize], &mut squares[row as usize]);
                            for column in 0..COLUMNS {
                                if gradient[column] != 0.0 {
                                    let step = gradient[column] + l2 * row[column];
                                    square[column] += step * step;
                                    row[column] -= options.rate * step / square[column].sqrt();
                                }
                            }
                        }
                    }
                }
            }
        }
        let bias = weights.pop().unwrap_or([0.0; COLUMNS]);
        let rows = keys.into_iter().zip(weights).map(|(key, row)| (spread(key), row.map(quantised)));
        let mut rows: Vec<_> = rows.filter(|(_, row)| row.iter().any(|&weight| weight != 0)).collect();
        rows.sort_unstable();
        let (digests, rows) = rows.into_iter().unzip();
        Self::from_rows(digests, rows, bias)
    }

    /// The model as bytes: the features in the order of their digests; for each how far its digest is from the one before, and the columns
    /// that have weights.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        self.bias.iter().for_each(|bias| bytes.extend(bias.to_le_bytes()));
        write_rows(&mut bytes, self.digests.iter().copied().zip(self.rows.iter().copied()));
        bytes
    }

    /// Reads what [`Self::to_bytes`] wrote, from the front of `bytes`; gives back what follows it.
    ///
    /// # Errors
    /// When the bytes are of another kind or cut short.
    pub fn from_bytes(bytes: &[u8]) -> Result<(Self, &[u8]), ModelError> {
        let rest = bytes.strip_prefix(MAGIC.as_slice()).ok_or_else(|| wrong("no such table begins like this"))?;
        let mut reader = Reader { rest };
        let mut bias = [0.0; COLUMNS];
        for value in &mut bias {
            *value = f32::from_bits(reader.u32()?);
        }
        let rows: Rows<'_, COLUMNS> = Rows::new(&mut reader, COLUMNS)?;
        let (mut digests, mut all) = (Vec::with_capacity(rows.len()), Vec::with_capacity(rows.len()));
        for row in rows {
            let (digest, row) = row?;
            digests.push(digest);
            all.push(row);
        }
        Ok((Self::from_rows(digests, all, bias), reader.rest))
    }
}

/// A weight in steps; what is next to nothing is nothing.
fn quantised(weight: f32) -> i8 {
    let steps = (weight * STEP).round().clamp(-127.0, 127.0) as i8;
    if steps.unsigned_abs() < 3 { 0 } else { steps }
}

/// The features that enough bags have, sorted, and the bags' instances in terms of them.
fn pack(bags: &[&Bag], min_bags: u32) -> (Vec<u32>, Vec<Vec<Vec<u32>>>) {
    let mut counts: FxHashMap<u32, (u32, u32)> = FxHashMap::default();
    for (index, bag) in bags.iter().enumerate() {
        for feature in bag.instances.iter().flat_map(|instance| &instance.features) {
            let entry = counts.entry(*feature).or_insert((0, u32::MAX));
            if entry.1 != index as u32 {
                *entry = (entry.0 + 1, index as u32);
            }
        }
    }
    let mut keys: Vec<u32> = counts.iter().filter(|(_, (count, _))| *count >= min_bags).map(|(&key, _)| key).collect();
    keys.sort_unstable();
    let rows: FxHashMap<u32, u32> = keys.iter().enumerate().map(|(row, &key)| (key, row as u32)).collect();
    let packed = bags
        .par_iter()
        .map(|bag| {
            let rows =
                |instance: &Instance| instance.features.iter().filter_map(|key| rows.get(key).copied()).collect();
            bag.instances.iter().map(rows).collect()
        })
        .collect();
    (keys, packed)
}

fn score_rows(weights: &[Scores], features: &[u32]) -> Scores {
    let mut scores = weights.last().copied().unwrap_or([0.0; COLUMNS]);
    for &feature in features {
        for (score, weight) in scores.iter_mut().zip(&weights[feature as usize]) {
            *score += weight;
        }
    }
    scores
}

/// Whether no other instance of the bag says yes to `column` more firmly than the one at `at`.
fn is_best(bag: &Bag, scores: &[Scores], at: usize, column: usize) -> bool {
    let seen = |index: usize| {
        let turn = if bag.instances[index].swapped { 16 } else { 0 };
        scores[index][(column + turn) % COLUMNS]
    };
    let own = seen(at);
    (0..scores.len()).all(|other| other == at || seen(other) < own || seen(other) == own && at < other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_telling_instance_is_enough_for_its_bag() {
        let instance = |features: &[u32]| Instance { features: features.to_vec(), swapped: false };
        let bags: Vec<Bag> = (0..80)
            .map(|i| Bag {
                instances: vec![instance(&[7]), instance(&[if i % 2 == 0 { 1 } else { 2 }])],
                right: u32::from(i % 2 == 0),
                asked: 1,
            })
            .collect();
        let model = MultiLogistic::train(&bags.iter().collect::<Vec<_>>(), MultiOptions::default());
        assert!(model.scores(&[1])[0] > 0.5);
        assert!(model.scores(&[2])[0] < -0.5);
        assert!(model.scores(&[7])[0] < model.scores(&[1])[0]);
        let bytes = model.to_bytes();
        assert_eq!(MultiLogistic::from_bytes(&bytes).expect("reads back").0.to_bytes(), bytes);
        assert!((0..bytes.len()).all(|length| MultiLogistic::from_bytes(&bytes[..length]).is_err()));
    }
}
