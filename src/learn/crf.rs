//! A linear-chain conditional random field over hashed features, with exact marginals.
//!
//! Weights are trained by AdaGrad on the log-likelihood with an L1 pull (so most stay zero) and decoded from a compact table of
//! rows: one lookup and one vector addition a feature. Our own because the tagger is what the program stands or falls with:
//! marginals of whole spans and integer features are needed, and libraries at hand give neither.

#![expect(clippy::needless_range_loop, reason = "a lane is an index into several rows at once")]

use rustc_hash::FxHashMap;

use super::ModelError;

/// Labels are padded to this many lanes, so that rows add as vectors.
pub const LANES: usize = 32;

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
        Self { epochs: 20, rate: 0.04, l1: 1e-2, min_count: 2, dropout: 0.25, seed: 1 }
    }
}

/// A trained model.
#[derive(Debug, Clone)]
pub struct Crf {
    labels: usize,
    /// Open addressing: `slots` holds feature hashes (0: free), `rows_of` the row of each slot.
    slots: Vec<u32>,
    rows_of: Vec<u32>,
    /// Weights while they are learnt; empty in a model that was read.
    rows: Vec<Row>,
    /// Weights in steps of 1/`STEP`: a quarter of the memory. Empty while a model is learnt.
    steps_of_rows: Vec<[i8; LANES]>,
    /// `exp(weight)` from label to label; 0 where the step is impossible.
    steps: Vec<Row>,
    transitions: Vec<Row>,
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

const MAGIC: &[u8; 8] = b"yutucrf1";

impl Crf {
    /// Number of labels.
    pub fn labels(&self) -> usize {
        self.labels
    }

    fn with_rows(labels: usize, keys: &[u32]) -> Self {
        let capacity = (keys.len() * 2).next_power_of_two().max(16);
        let mut model = Self {
            labels,
            slots: vec![0; capacity],
            rows_of: vec![0; capacity],
            rows: Vec::new(),
            steps_of_rows: Vec::new(),
            steps: vec![[0.0; LANES]; labels],
            transitions: vec![[0.0; LANES]; labels],
        };
        for (row, &key) in keys.iter().enumerate() {
            let mut slot = model.home(key);
            while model.slots[slot] != 0 {
                slot = (slot + 1) & (capacity - 1);
            }
            model.slots[slot] = key;
            model.rows_of[slot] = row as u32;
        }
        model
    }

    fn home(&self, key: u32) -> usize {
        (key.wrapping_mul(0x9e37_79b1) >> 7) as usize & (self.slots.len() - 1)
    }

    fn row(&self, key: u32) -> Option<usize> {
        let mut slot = self.home(key);
        loop {
            match self.slots[slot] {
                0 => return None,
                found if found == key => return Some(self.rows_of[slot] as usize),
                _ => slot = (slot + 1) & (self.slots.len() - 1),
            }
        }
    }

    /// Runs forward and backward over a sequence; `inference` is reused between calls.
    pub fn infer(&self, sequence: &Sequence, inference: &mut Inference) {
        let len = sequence.len();
        inference.emit.clear();
        for position in 0..len {
            let mut sum = [0.0f32; LANES];
            for &feature in sequence.at(position) {
                if let Some(row) = self.row(feature) {
                    let row = &self.steps_of_rows[row];
                    for lane in 0..LANES {
                        sum[lane] += f32::from(row[lane]) / STEP;
                    }
                }
            }
            inference.emit.push(self.exponentials(sum));
        }
        self.forward_backward(len, inference);
    }

    fn exponentials(&self, scores: Row) -> Row {
        let top = scores[..self.labels].iter().copied().fold(f32::MIN, f32::max);
        let mut out = [0.0; LANES];
        for lane in 0..self.labels {
            out[lane] = (scores[lane] - top).exp();
        }
        out
    }

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
            for from in 0..self.labels {
                let step = &self.steps[from];
                let mut sum = 0.0;
                for lane in 0..LANES {
                    sum += step[lane] * ahead[lane];
                }
                inference.beta[position][from] = sum;
            }
        }
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
            let step = &self.steps[label];
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

    /// Trains on sequences. `possible(from, to)` says which steps between labels exist; a sequence begins as after label 0.
    pub fn train(
        labels: usize,
        sequences: &[Sequence],
        possible: impl Fn(usize, usize) -> bool,
        options: CrfOptions,
    ) -> Self {
        assert!(labels <= LANES, "at most {LANES} labels");
        let mut counts: FxHashMap<u32, u32> = FxHashMap::default();
        for feature in sequences.iter().flat_map(|sequence| &sequence.features) {
            *counts.entry(*feature).or_default() += 1;
        }
        let mut keys: Vec<u32> = counts
            .into_iter()
            .filter(|&(key, count)| key != 0 && count >= options.min_count)
            .map(|(key, _)| key)
            .collect();
        keys.sort_unstable();
        let mut model = Self::with_rows(labels, &keys);
        model.rows = vec![[0.0; LANES]; keys.len()];
        // Features as rows, so that training does not look up.
        let encoded: Vec<Sequence> = sequences
            .iter()
            .map(|sequence| {
                let mut out = Sequence { labels: sequence.labels.clone(), ..Sequence::default() };
                for position in 0..sequence.len() {
                    out.features
                        .extend(sequence.at(position).iter().filter_map(|&f| model.row(f)).map(|row| row as u32));
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
            for at in (1..order.len()).rev() {
                order.swap(at, (next(&mut random) % (at as u64 + 1)) as usize);
            }
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
                    inference.emit.push(model.exponentials(sum));
                }
                model.forward_backward(kept.len(), &mut inference);
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
        let bytes = model.to_bytes();
        Self::from_bytes(&bytes).expect("a model reads what it wrote")
    }

    fn refresh_steps(&mut self, possible: &impl Fn(usize, usize) -> bool) {
        for from in 0..self.labels {
            for to in 0..self.labels {
                self.steps[from][to] = if possible(from, to) { self.transitions[from][to].exp() } else { 0.0 };
            }
        }
    }

    fn step_transitions(&mut self, gold: &[u8], inference: &Inference, squares: &mut [Row], rate: f32) {
        let mut expected = vec![[0.0f32; LANES]; self.labels];
        for position in 1..gold.len() {
            expected[gold[position - 1] as usize][gold[position] as usize] -= 1.0;
            let mut ahead = [0.0f32; LANES];
            for lane in 0..LANES {
                ahead[lane] =
                    inference.emit[position][lane] * inference.beta[position][lane] / inference.scale[position];
            }
            for from in 0..self.labels {
                let mass = inference.alpha[position - 1][from];
                if mass > 1e-5 {
                    for lane in 0..LANES {
                        expected[from][lane] += mass * self.steps[from][lane] * ahead[lane];
                    }
                }
            }
        }
        for from in 0..self.labels {
            for to in 0..self.labels {
                let g = expected[from][to];
                if g.abs() > 1e-4 {
                    squares[from][to] += g * g;
                    self.transitions[from][to] -= rate * g / squares[from][to].sqrt();
                }
            }
        }
    }

    /// The model as bytes: label count, transitions, then for each feature with a weight its hash and its weights in steps of 1/`STEP`,
    /// and for a label one byte each.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.extend((self.labels as u32).to_le_bytes());
        for from in 0..self.labels {
            for to in 0..self.labels {
                let value = if self.steps[from][to] == 0.0 { f32::NEG_INFINITY } else { self.transitions[from][to] };
                bytes.extend(value.to_le_bytes());
            }
        }
        let mut entries: Vec<(u32, usize)> = self
            .slots
            .iter()
            .zip(&self.rows_of)
            .filter(|(key, _)| **key != 0)
            .map(|(&key, &row)| (key, row as usize))
            .collect();
        entries.sort_unstable();
        let mut body = Vec::new();
        let (mut count, mut before) = (0u32, 0u32);
        for (key, row) in entries {
            let steps = |label: usize| match self.rows.get(row) {
                Some(weights) => (weights[label] * STEP).round().clamp(-127.0, 127.0) as i8,
                None => self.steps_of_rows[row][label],
            };
            let weights: Vec<(u8, i8)> =
                (0..self.labels).map(|label| (label as u8, steps(label))).filter(|&(_, weight)| weight != 0).collect();
            if weights.is_empty() {
                continue;
            }
            count += 1;
            write_varint(&mut body, key - before);
            before = key;
            body.push(weights.len() as u8);
            for (label, weight) in weights {
                body.push(label);
                body.push(weight as u8);
            }
        }
        bytes.extend(count.to_le_bytes());
        bytes.extend(body);
        bytes
    }

    /// Reads what [`Self::to_bytes`] wrote.
    ///
    /// # Errors
    /// When the bytes are of another kind or cut short.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ModelError> {
        let mut reader =
            Reader { bytes: bytes.strip_prefix(MAGIC.as_slice()).ok_or_else(|| wrong("no tagger begins like this"))? };
        let labels = reader.u32()? as usize;
        if !(1..=LANES).contains(&labels) {
            return Err(wrong("impossible number of labels"));
        }
        let mut transitions = vec![[0.0; LANES]; labels];
        for row in &mut transitions {
            for value in &mut row[..labels] {
                *value = f32::from_bits(reader.u32()?);
            }
        }
        let count = reader.u32()? as usize;
        let (mut keys, mut rows) = (Vec::with_capacity(count.min(1 << 24)), Vec::with_capacity(count.min(1 << 24)));
        let mut key = 0u32;
        for _ in 0..count {
            key = key.checked_add(reader.varint()?).ok_or_else(|| wrong("hashes out of order"))?;
            let mut row = [0i8; LANES];
            for _ in 0..reader.byte()? {
                let label = reader.byte()? as usize;
                *row.get_mut(label).ok_or_else(|| wrong("label out of range"))? = reader.byte()? as i8;
            }
            keys.push(key);
            rows.push(row);
        }
        let mut model = Self::with_rows(labels, &keys);
        model.steps_of_rows = rows;
        for from in 0..labels {
            for to in 0..labels {
                model.steps[from][to] = transitions[from][to].exp();
                model.transitions[from][to] =
                    if transitions[from][to].is_finite() { transitions[from][to] } else { 0.0 };
            }
        }
        Ok(model)
    }
}

/// Stored weights are multiples of one over this.
const STEP: f32 = 24.0;

fn wrong(reason: &str) -> ModelError {
    ModelError { reason: reason.to_owned() }
}

struct Reader<'a> {
    bytes: &'a [u8],
}

impl Reader<'_> {
    fn byte(&mut self) -> Result<u8, ModelError> {
        let (&first, rest) = self.bytes.split_first().ok_or_else(|| wrong("cut short"))?;
        self.bytes = rest;
        Ok(first)
    }

    fn u32(&mut self) -> Result<u32, ModelError> {
        let mut word = [0; 4];
        for byte in &mut word {
            *byte = self.byte()?;
        }
        Ok(u32::from_le_bytes(word))
    }

    fn varint(&mut self) -> Result<u32, ModelError> {
        let mut value = 0u32;
        for shift in (0..35).step_by(7) {
            let byte = self.byte()?;
            value |= u32::from(byte & 0x7f).checked_shl(shift).unwrap_or(0);
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(wrong("a number is too long"))
    }
}

fn write_varint(bytes: &mut Vec<u8>, mut value: u32) {
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

fn next(random: &mut u64) -> u64 {
    *random ^= *random << 13;
    *random ^= *random >> 7;
    *random ^= *random << 17;
    *random
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
        let model = Crf::train(3, &toy(), |from, to| to != 2 || from != 0, options);
        let read = Crf::from_bytes(&model.to_bytes()).expect("reads back");
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
        assert_eq!(model.to_bytes(), read.to_bytes());
        assert!(Crf::from_bytes(&model.to_bytes()[..40]).is_err());
    }
}
