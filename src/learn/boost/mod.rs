//! Gradient-boosted trees over a few dozen numbers, for a yes-or-no question or for which of a group is right. Every number is cut into
//! at most 64 bins once; trees compare bins.

use rayon::prelude::*;

mod tree;

use tree::{LANES, LEAF, MOST_LEAVES, Node, Tree};

use super::{ModelError, odds::sigmoid, random::next, widely::widely};

/// How to train a [`Boost`].
#[derive(Debug, Clone, Copy)]
pub struct BoostOptions {
    /// Trees.
    pub trees: usize,
    /// Leaves a tree; at most 32.
    pub leaves: usize,
    /// Step size.
    pub rate: f32,
    /// Smallest sum of second derivatives in a leaf.
    pub min_weight: f32,
    /// Strength of the pull of leaves towards zero.
    pub l2: f32,
    /// How many in a hundred numbers each tree may make use of.
    pub columns_percent: u64,
    /// How many in a hundred examples each tree sees.
    pub rows_percent: u64,
}

impl Default for BoostOptions {
    fn default() -> Self {
        Self {
            trees: 160,
            leaves: MOST_LEAVES,
            rate: 0.06,
            min_weight: 3.0,
            l2: 3.0,
            columns_percent: 20,
            rows_percent: 60,
        }
    }
}

/// Bins of one number: `value <= cuts[i]` falls into bin `i` or below.
const MAX_BINS: usize = 64;
/// How many in a hundred settled examples each tree sees.
const SETTLED_PERCENT: u64 = 12;
const MAGIC: &[u8; 8] = b"yutugbt2";

/// After each block of so many trees a hopeless example is let go …
const BLOCK: usize = 10;
/// … that is, where the question is yes or no, one with log-odds below this.
const HOPELESS: f32 = -4.8;

/// A trained ensemble.
#[derive(Debug, Clone, PartialEq)]
pub struct Boost {
    width: usize,
    base: f32,
    /// Examples with scores below this are let go.
    floor: f32,
    trees: Vec<Tree>,
}

/// Examples laid out for the trees: number after number, [`LANES`] examples beside each other.
struct Sheet {
    rows: Vec<usize>,
    columns: Vec<[f32; LANES]>,
}

impl Sheet {
    fn new(numbers: &[f32], width: usize, rows: Vec<usize>) -> Self {
        let mut columns = vec![[0.0; LANES]; rows.len().div_ceil(LANES) * width];
        for (group, columns) in rows.chunks(LANES).zip(columns.chunks_exact_mut(width)) {
            for (lane, &row) in group.iter().enumerate() {
                for (column, &number) in columns.iter_mut().zip(&numbers[row * width..]) {
                    column[lane] = number;
                }
            }
        }
        Self { rows, columns }
    }
}

impl Boost {
    /// How many numbers an example has.
    pub fn width(&self) -> usize {
        self.width
    }

    /// The log-odds of one example with [`Self::width`] numbers. Below −4.8 the figure is rough: trees after that are skipped.
    pub fn score(&self, numbers: &[f32]) -> f32 {
        self.scores(numbers)[0]
    }

    /// The same of many examples, row after row.
    pub fn scores(&self, numbers: &[f32]) -> Vec<f32> {
        let count = numbers.len() / self.width;
        let mut scores = vec![self.base; count];
        let mut live = vec![true; count];
        let mut sheet = Sheet::new(numbers, self.width, (0..count).collect());
        for block in self.trees.chunks(BLOCK) {
            if sheet.rows.iter().filter(|&&row| live[row]).count() * 4 < sheet.rows.len() * 3 {
                let rows = sheet.rows.into_iter().filter(|&row| live[row]).collect();
                sheet = Sheet::new(numbers, self.width, rows);
            }
            for (rows, columns) in sheet.rows.chunks(LANES).zip(sheet.columns.chunks_exact(self.width)) {
                let mut sums = [0.0; LANES];
                sums.iter_mut().zip(rows).for_each(|(sum, &row)| *sum = scores[row]);
                widely(
                    #[inline(always)]
                    || {
                        for tree in block {
                            tree.add_to(&mut sums, columns);
                        }
                    },
                );
                for (&row, sum) in rows.iter().zip(sums) {
                    if live[row] {
                        scores[row] = sum;
                        live[row] = sum >= self.floor;
                    }
                }
            }
        }
        scores
    }

    /// Learns from rows of `width` numbers (row after row in `numbers`) whether each is right.
    pub fn train(numbers: &[f32], width: usize, labels: &[bool], options: BoostOptions) -> Self {
        let count = labels.len() as f32;
        let right = labels.iter().filter(|&&label| label).count() as f32;
        let base = ((right + 1.0) / (count - right + 1.0)).ln();
        let gradients = |scores: &[f32]| {
            (scores.iter().zip(labels))
                .map(|(&score, &label)| {
                    let p = sigmoid(score);
                    (p - f32::from(u8::from(label)), (p * (1.0 - p)).max(1e-6))
                })
                .collect()
        };
        Self::learn(numbers, width, (base, HOPELESS), gradients, options)
    }

    /// Learns which rows of each group are right: one or several of each. `groups` are the lengths of the runs of rows that are groups.
    /// Scores of one group compare; by themselves they are no log-odds. They are to be added to `start`, what is thought of the rows already.
    pub fn train_groups(
        numbers: &[f32],
        width: usize,
        labels: &[bool],
        groups: &[usize],
        start: &[f32],
        options: BoostOptions,
    ) -> Self {
        let gradients = |scores: &[f32]| {
            let scores: Vec<f32> = scores.iter().zip(start).map(|(score, start)| score + start).collect();
            let mut gradients = Vec::with_capacity(scores.len());
            for &length in groups {
                let from = gradients.len();
                let (scores, labels) = (&scores[from..from + length], &labels[from..from + length]);
                let top = scores.iter().copied().fold(f32::MIN, f32::max);
                let shares: Vec<f32> = scores.iter().map(|score| (score - top).exp()).collect();
                let total: f32 = shares.iter().sum();
                let right: f32 = shares.iter().zip(labels).filter(|(_, label)| **label).map(|(share, _)| share).sum();
                gradients.extend(shares.iter().zip(labels).map(|(&share, &label)| {
                    let p = share / total;
                    let wanted = if label { share / right.max(1e-12) } else { 0.0 };
                    (p - wanted, (p * (1.0 - p)).max(1e-3))
                }));
            }
            gradients
        };
        Self::learn(numbers, width, (0.0, f32::NEG_INFINITY), gradients, options)
    }

    fn learn(
        numbers: &[f32],
        width: usize,
        (base, floor): (f32, f32),
        gradients: impl Fn(&[f32]) -> Vec<(f32, f32)>,
        options: BoostOptions,
    ) -> Self {
        let count = numbers.len() / width;
        let cuts: Vec<Vec<f32>> = (0..width)
            .into_par_iter()
            .map(|column| cuts((0..count).map(|row| numbers[row * width + column]).collect()))
            .collect();
        // Column after column, so that a histogram reads one stretch of memory.
        let binned: Vec<Vec<u8>> = (0..width)
            .into_par_iter()
            .map(|column| (0..count).map(|row| bin(&cuts[column], numbers[row * width + column])).collect())
            .collect();
        let mut scores = vec![base; count];
        let mut random = 0x0b00_57ed_u64;
        let mut trees = Vec::with_capacity(options.trees);
        for _ in 0..options.trees {
            let mut draw = |percent: u64| (next(&mut random) >> 11) % 100 < percent;
            // Of examples that are settled, one in six stands for all (gradient-based one-side sampling).
            let mut gradients = gradients(&scores);
            let mut rows: Vec<u32> = Vec::with_capacity(count / 4);
            for (row, (g, h)) in gradients.iter_mut().enumerate() {
                let settled = g.abs() < 0.04;
                if draw(if settled { SETTLED_PERCENT } else { options.rows_percent }) {
                    if settled {
                        let weight = options.rows_percent as f32 / SETTLED_PERCENT as f32;
                        (*g, *h) = (*g * weight, *h * weight);
                    }
                    rows.push(row as u32);
                }
            }
            let columns: Vec<usize> = (0..width).filter(|_| draw(options.columns_percent)).collect();
            let tree = grow(&binned, &gradients, rows, &columns, options);
            scores.par_iter_mut().enumerate().for_each(|(row, score)| {
                let mut node = &tree[0];
                while node.number != LEAF {
                    let right = usize::from(f32::from(binned[usize::from(node.number)][row]) > node.value);
                    node = &tree[usize::from(node.left) + right];
                }
                *score += node.value;
            });
            trees.push(tree);
        }
        // A bin is at most `b` where the number is at most the cut of that index.
        for node in trees.iter_mut().flatten().filter(|node| node.number != LEAF) {
            node.value = cuts[usize::from(node.number)][node.value as usize];
        }
        let ready = |nodes| Tree::new(nodes).expect("no more than MOST_LEAVES are grown");
        Self { width, base, floor, trees: trees.into_iter().map(ready).collect() }
    }

    /// The model as bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.extend((self.width as u16).to_le_bytes());
        bytes.extend((self.trees.len() as u16).to_le_bytes());
        bytes.extend(self.base.to_le_bytes());
        bytes.extend(self.floor.to_le_bytes());
        for tree in &self.trees {
            bytes.extend((tree.nodes().len() as u16).to_le_bytes());
            for node in tree.nodes() {
                bytes.extend(node.number.to_le_bytes());
                bytes.extend(node.value.to_le_bytes());
                if node.number != LEAF {
                    bytes.extend(node.left.to_le_bytes());
                }
            }
        }
        bytes
    }

    /// Reads what [`Self::to_bytes`] wrote, from the front of `bytes`; gives back what follows it.
    ///
    /// # Errors
    /// When the bytes are of another kind, cut short, or a tree points outside itself.
    pub fn from_bytes(bytes: &[u8]) -> Result<(Self, &[u8]), ModelError> {
        let wrong = |reason: &str| ModelError { reason: reason.to_owned() };
        let mut rest = bytes.strip_prefix(MAGIC.as_slice()).ok_or_else(|| wrong("no trees begin like this"))?;
        let mut take = |count: usize| {
            let (head, tail) = rest.split_at_checked(count).ok_or_else(|| wrong("cut short"))?;
            rest = tail;
            Ok::<&[u8], ModelError>(head)
        };
        let short = |bytes: &[u8]| bytes.try_into().map(u16::from_le_bytes).unwrap_or_default();
        let float = |bytes: &[u8]| bytes.try_into().map(f32::from_le_bytes).unwrap_or_default();
        let (width, count) = (usize::from(short(take(2)?)), short(take(2)?));
        if width == 0 {
            return Err(wrong("no numbers to ask for"));
        }
        let (base, floor) = (float(take(4)?), float(take(4)?));
        let mut trees = Vec::with_capacity(usize::from(count));
        for _ in 0..count {
            let nodes = short(take(2)?);
            let mut tree = Vec::with_capacity(usize::from(nodes));
            for at in 0..nodes {
                let number = short(take(2)?);
                let value = float(take(4)?);
                let left = if number == LEAF { 0 } else { short(take(2)?) };
                let is_sound = usize::from(number) < width && at < left && u32::from(left) + 1 < u32::from(nodes);
                if number != LEAF && !is_sound {
                    return Err(wrong("a tree points outside itself"));
                }
                tree.push(Node { number, left, value });
            }
            trees.push(Tree::new(tree).ok_or_else(|| wrong("a tree has no answers or too many"))?);
        }
        Ok((Self { width, base, floor, trees }, rest))
    }
}

fn bin(cuts: &[f32], value: f32) -> u8 {
    cuts.partition_point(|&cut| cut < value) as u8
}

/// Cuts at quantiles of the distinct values' weight.
fn cuts(mut values: Vec<f32>) -> Vec<f32> {
    values.sort_unstable_by(f32::total_cmp);
    let mut distinct = values.clone();
    distinct.dedup();
    if distinct.len() <= MAX_BINS {
        distinct.pop();
        return distinct;
    }
    let mut cuts: Vec<f32> = (1..MAX_BINS).map(|i| values[i * values.len() / MAX_BINS]).collect();
    cuts.dedup();
    cuts
}

/// A leaf that may be split: its rows, its best split.
struct Leaf {
    node: usize,
    rows: Vec<u32>,
    split: Option<Split>,
}

#[derive(Clone, Copy)]
struct Split {
    gain: f32,
    number: usize,
    bin: u8,
}

/// Grows a tree leaf by leaf, the best split first; the nodes' bounds are bins.
fn grow(
    binned: &[Vec<u8>],
    gradients: &[(f32, f32)],
    rows: Vec<u32>,
    columns: &[usize],
    options: BoostOptions,
) -> Vec<Node> {
    let leaf_value = |rows: &[u32]| {
        let (g, h) = sums(rows, gradients);
        -options.rate * g / (h + options.l2)
    };
    let leaf = |value: f32| Node { number: LEAF, left: 0, value };
    let mut tree = vec![leaf(leaf_value(&rows))];
    let split = best_split(binned, gradients, &rows, columns, options);
    let mut leaves = vec![Leaf { node: 0, rows, split }];
    for _ in 1..options.leaves.min(MOST_LEAVES) {
        let best = leaves
            .iter()
            .enumerate()
            .filter_map(|(at, leaf)| leaf.split.map(|split| (at, split)))
            .max_by(|a, b| a.1.gain.total_cmp(&b.1.gain).then(b.0.cmp(&a.0)));
        let Some((at, split)) = best else { break };
        let parent = leaves.swap_remove(at);
        let column = &binned[split.number];
        let (left, right): (Vec<u32>, Vec<u32>) =
            parent.rows.into_iter().partition(|&row| column[row as usize] <= split.bin);
        let (left_node, right_node) = (tree.len(), tree.len() + 1);
        tree[parent.node] = Node { number: split.number as u16, left: left_node as u16, value: f32::from(split.bin) };
        for (node, rows) in [(left_node, left), (right_node, right)] {
            tree.push(leaf(leaf_value(&rows)));
            let split = best_split(binned, gradients, &rows, columns, options);
            leaves.push(Leaf { node, rows, split });
        }
    }
    tree
}

/// Added up in double precision: single loses whole units over a million rows.
fn sums(rows: &[u32], gradients: &[(f32, f32)]) -> (f32, f32) {
    let (g, h) = rows.iter().fold((0f64, 0f64), |(g, h), &row| {
        let (dg, dh) = gradients[row as usize];
        (g + f64::from(dg), h + f64::from(dh))
    });
    (g as f32, h as f32)
}

fn best_split(
    binned: &[Vec<u8>],
    gradients: &[(f32, f32)],
    rows: &[u32],
    columns: &[usize],
    options: BoostOptions,
) -> Option<Split> {
    let (total_g, total_h) = sums(rows, gradients);
    if total_h < 2.0 * options.min_weight {
        return None;
    }
    let quality = |g: f32, h: f32| g * g / (h + options.l2);
    let whole = quality(total_g, total_h);
    columns
        .par_iter()
        .filter_map(|&number| {
            let mut histogram = [(0f32, 0f32); MAX_BINS + 1];
            let column = &binned[number];
            for &row in rows {
                let (g, h) = gradients[row as usize];
                let cell = &mut histogram[usize::from(column[row as usize])];
                *cell = (cell.0 + g, cell.1 + h);
            }
            let (mut g, mut h) = (0.0, 0.0);
            let mut best: Option<Split> = None;
            // Nothing lies right of the last bin.
            let last = histogram.iter().rposition(|&(_, h)| h != 0.0).unwrap_or(0);
            for (bin, &(dg, dh)) in histogram.iter().enumerate().take(last) {
                (g, h) = (g + dg, h + dh);
                if dh == 0.0 || h < options.min_weight {
                    continue;
                }
                if total_h - h < options.min_weight {
                    break;
                }
                let gain = quality(g, h) + quality(total_g - g, total_h - h) - whole;
                if gain > 1e-3 && best.is_none_or(|best| gain > best.gain) {
                    best = Some(Split { gain, number, bin: bin as u8 });
                }
            }
            best
        })
        .collect::<Vec<Split>>()
        .into_iter()
        .reduce(|a, b| if b.gain > a.gain { b } else { a })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn learns_a_conjunction_and_survives_storage() {
        let rows: Vec<[f32; 2]> = (0..400).map(|i| [(i % 7) as f32, (i / 7 % 5) as f32]).collect();
        let labels: Vec<bool> = rows.iter().map(|row| row[0] > 3.0 && row[1] > 2.0).collect();
        let numbers: Vec<f32> = rows.concat();
        let options = BoostOptions { columns_percent: 100, rows_percent: 100, ..BoostOptions::default() };
        let model = Boost::train(&numbers, 2, &labels, options);
        assert!(model.score(&[6.0, 4.0]) > 1.0);
        assert!(model.score(&[6.0, 0.0]) < -1.0);
        assert!(model.score(&[0.0, 4.0]) < -1.0);
        let bytes = model.to_bytes();
        assert_eq!(Boost::from_bytes(&bytes).expect("reads back").0, model);
        assert!(Boost::from_bytes(&bytes[..bytes.len() - 2]).is_err());
    }

    #[test]
    fn many_examples_score_as_each_by_itself() {
        // One in forty is right, so that most become hopeless on the way; 397 fill no whole number of lanes.
        let rows: Vec<[f32; 2]> = (0..397).map(|i| [(i % 8) as f32, (i / 8 % 5) as f32]).collect();
        let labels: Vec<bool> = rows.iter().map(|row| row[0] > 6.0 && row[1] > 3.0).collect();
        let options = BoostOptions { rate: 0.4, columns_percent: 100, rows_percent: 100, ..BoostOptions::default() };
        let model = Boost::train(&rows.concat(), 2, &labels, BoostOptions { min_weight: 0.1, ..options });
        let scores = model.scores(&rows.concat());
        assert!(scores.iter().any(|&score| score < HOPELESS) && scores.iter().any(|&score| score > 0.0));
        assert!(rows.iter().zip(&scores).all(|(row, &score)| model.score(row) == score));
        assert!(model.scores(&[]).is_empty());
    }

    #[test]
    fn learns_which_of_a_group_is_right() {
        // Right is the one with both numbers equal: no linear model of the two can say so.
        let rows: Vec<[f32; 2]> = (0..400).map(|i| [(i / 2 % 2) as f32, ((i / 2 % 2 + i % 2) % 2) as f32]).collect();
        let labels: Vec<bool> = (0..400).map(|i| i % 2 == 0).collect();
        let options = BoostOptions {
            trees: 40,
            leaves: 4,
            rate: 0.3,
            min_weight: 1.0,
            columns_percent: 100,
            ..BoostOptions::default()
        };
        let model = Boost::train_groups(&rows.concat(), 2, &labels, &[2; 200], &[0.0; 400], options);
        assert_eq!(Boost::from_bytes(&model.to_bytes()).expect("reads back").0, model);
        assert!(model.score(&[1.0, 1.0]) > model.score(&[1.0, 0.0]));
        assert!(model.score(&[0.0, 0.0]) > model.score(&[0.0, 1.0]));
    }
}
