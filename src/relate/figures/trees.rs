//! Boosted regression trees over dense traits: a yes-or-no question with more joint conditions than a linear model can hold.
//!
//! Training is deterministic: columns and rows are sampled by a fixed generator.

use crate::learn::ModelError;

/// How to grow.
#[derive(Debug, Clone, Copy)]
pub(super) struct Growth {
    /// Number of trees.
    pub trees: usize,
    /// Leaves a tree.
    pub leaves: usize,
    /// Step size.
    pub rate: f32,
    /// Least number of rows in a leaf.
    pub least: usize,
}

/// An inner node, or a leaf.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Node {
    /// Left where the trait is at most the threshold, else right.
    Split { column: u8, threshold: f32, left: u8, right: u8 },
    /// Adds this to the log-odds.
    Leaf(f32),
}

/// A sum of trees.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Trees {
    nodes: Vec<Node>,
    /// Where each tree begins.
    roots: Vec<u32>,
}

/// Most bins a column.
const BINS: usize = 64;
/// Pull of a leaf towards zero.
const PULL: f32 = 2.0;

struct Binned {
    /// Per column the upper bounds of its bins.
    bounds: Vec<Vec<f32>>,
    /// Column by column, a bin for each row.
    bins: Vec<Vec<u8>>,
}

impl Binned {
    fn new(rows: &[&[f32]], columns: usize) -> Self {
        let (mut bounds, mut bins) = (Vec::with_capacity(columns), Vec::with_capacity(columns));
        for column in 0..columns {
            let mut values: Vec<f32> = rows.iter().map(|row| row[column]).collect();
            values.sort_by(f32::total_cmp);
            let mut distinct = values.clone();
            distinct.dedup();
            let edges: Vec<f32> = if distinct.len() <= BINS {
                distinct
            } else {
                let mut edges: Vec<f32> =
                    (1..=BINS).map(|k| values[(k * values.len() / BINS).min(values.len()) - 1]).collect();
                edges.dedup();
                edges
            };
            bins.push(
                rows.iter()
                    .map(|row| edges.partition_point(|&edge| edge < row[column]).min(edges.len() - 1) as u8)
                    .collect(),
            );
            bounds.push(edges);
        }
        Self { bounds, bins }
    }
}

/// A leaf while its tree grows.
struct Growing {
    node: usize,
    rows: Vec<u32>,
    /// Gain, column, bin of its best split.
    best: Option<(f32, usize, usize)>,
}

fn weight(gradient: f32, hessian: f32) -> f32 {
    -gradient / (hessian + PULL)
}

fn best_split(
    data: &Binned,
    rows: &[u32],
    slopes: &[(f32, f32)],
    columns: &[usize],
    least: usize,
) -> Option<(f32, usize, usize)> {
    if rows.len() < 2 * least {
        return None;
    }
    let mut best: Option<(f32, usize, usize)> = None;
    for &column in columns {
        let bins = &data.bins[column];
        let mut sums = [(0.0f32, 0.0f32, 0u32); BINS];
        for &row in rows {
            let (g, h) = slopes[row as usize];
            let sum = &mut sums[bins[row as usize] as usize];
            sum.0 += g;
            sum.1 += h;
            sum.2 += 1;
        }
        let (g, h) = sums.iter().fold((0.0, 0.0), |a, s| (a.0 + s.0, a.1 + s.1));
        let whole = g * g / (h + PULL);
        let (mut lg, mut lh, mut count) = (0.0, 0.0, 0usize);
        for (bin, sum) in sums.iter().enumerate().take(data.bounds[column].len() - 1) {
            lg += sum.0;
            lh += sum.1;
            count += sum.2 as usize;
            if count < least || rows.len() - count < least {
                continue;
            }
            let (rg, rh) = (g - lg, h - lh);
            let gain = lg * lg / (lh + PULL) + rg * rg / (rh + PULL) - whole;
            if gain > 1e-3 && best.is_none_or(|b| gain > b.0) {
                best = Some((gain, column, bin));
            }
        }
    }
    best
}

impl Trees {
    /// The log-odds.
    pub(super) fn score(&self, row: &[f32]) -> f32 {
        let mut sum = 0.0;
        for &root in &self.roots {
            let root = root as usize;
            let mut at = root;
            loop {
                match self.nodes[at] {
                    Node::Leaf(value) => {
                        sum += value;
                        break;
                    }
                    Node::Split { column, threshold, left, right } => {
                        at = root + usize::from(if row[column as usize] <= threshold { left } else { right });
                    }
                }
            }
        }
        sum
    }

    /// Learns which rows are right; `groups` are the lengths of runs of rows of which one or more are right.
    pub(super) fn train(rows: &[&[f32]], labels: &[bool], groups: &[usize], growth: Growth) -> Self {
        let mut trees = Self::default();
        let Some(first) = rows.first() else { return trees };
        let columns = first.len();
        let data = Binned::new(rows, columns);
        let mut scores = vec![0.0f32; rows.len()];
        let mut slopes = vec![(0.0f32, 0.0f32); rows.len()];
        let mut random = 0x5eed_u64;
        let mut next = |n: u64| {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            (random >> 11) % n
        };
        for _ in 0..growth.trees {
            let mut at = 0;
            for &length in groups {
                let group = at..at + length;
                at += length;
                let top = scores[group.clone()].iter().copied().fold(f32::MIN, f32::max);
                let total: f32 = scores[group.clone()].iter().map(|s| (s - top).exp()).sum();
                let right: f32 = group.clone().filter(|&i| labels[i]).map(|i| (scores[i] - top).exp()).sum();
                for i in group {
                    let e = (scores[i] - top).exp();
                    let p = e / total;
                    let wanted = if labels[i] { e / right.max(1e-12) } else { 0.0 };
                    slopes[i] = (p - wanted, (p * (1.0 - p)).max(1e-3));
                }
            }
            let used: Vec<usize> = (0..columns).filter(|_| next(10) < 6).collect();
            let kept: Vec<u32> = {
                let mut kept = Vec::with_capacity(rows.len());
                let mut at = 0u32;
                for &length in groups {
                    if next(10) < 8 {
                        kept.extend(at..at + length as u32);
                    }
                    at += length as u32;
                }
                kept
            };
            let root = trees.nodes.len();
            trees.roots.push(root as u32);
            trees.nodes.push(Node::Leaf(0.0));
            let best = best_split(&data, &kept, &slopes, &used, growth.least);
            let mut leaves = vec![Growing { node: root, rows: kept, best }];
            while leaves.len() < growth.leaves {
                let Some(at) = (0..leaves.len()).filter(|&i| leaves[i].best.is_some()).max_by(|&a, &b| {
                    leaves[a].best.map_or(0.0, |x| x.0).total_cmp(&leaves[b].best.map_or(0.0, |x| x.0))
                }) else {
                    break;
                };
                let leaf = leaves.swap_remove(at);
                let Some((_, column, bin)) = leaf.best else { break };
                let (left, right): (Vec<u32>, Vec<u32>) =
                    leaf.rows.into_iter().partition(|&row| data.bins[column][row as usize] as usize <= bin);
                let child = trees.nodes.len();
                trees.nodes[leaf.node] = Node::Split {
                    column: column as u8,
                    threshold: data.bounds[column][bin],
                    left: (child - root) as u8,
                    right: (child + 1 - root) as u8,
                };
                for (offset, rows) in [left, right].into_iter().enumerate() {
                    trees.nodes.push(Node::Leaf(0.0));
                    let best = best_split(&data, &rows, &slopes, &used, growth.least);
                    leaves.push(Growing { node: child + offset, rows, best });
                }
            }
            for leaf in leaves {
                let (g, h) = leaf.rows.iter().fold((0.0, 0.0), |a, &row| {
                    let s = slopes[row as usize];
                    (a.0 + s.0, a.1 + s.1)
                });
                trees.nodes[leaf.node] = Node::Leaf(growth.rate * weight(g, h));
            }
            let single = Self { nodes: trees.nodes[root..].to_vec(), roots: vec![0] };
            for (score, row) in scores.iter_mut().zip(rows) {
                *score += single.score(row);
            }
        }
        trees
    }

    /// The trees as bytes.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = (self.roots.len() as u32).to_le_bytes().to_vec();
        bytes.extend((self.nodes.len() as u32).to_le_bytes());
        self.roots.iter().for_each(|root| bytes.extend(root.to_le_bytes()));
        for node in &self.nodes {
            match *node {
                Node::Leaf(value) => {
                    bytes.push(u8::MAX);
                    bytes.extend(value.to_le_bytes());
                }
                Node::Split { column, threshold, left, right } => {
                    bytes.push(column);
                    bytes.extend(threshold.to_le_bytes());
                    bytes.extend([left, right]);
                }
            }
        }
        bytes
    }

    /// Reads what [`Self::to_bytes`] wrote; `columns` is the number of traits that the trees may ask for.
    ///
    /// # Errors
    /// When the bytes are cut short or a node points outside its tree.
    pub(super) fn from_bytes(bytes: &[u8], columns: usize) -> Result<Self, ModelError> {
        let wrong = |reason: &str| ModelError { reason: reason.to_owned() };
        let mut at = 0;
        let mut take = |n: usize| -> Result<&[u8], ModelError> {
            let part = bytes.get(at..at + n).ok_or_else(|| wrong("trees cut short"))?;
            at += n;
            Ok(part)
        };
        let word = |part: &[u8]| u32::from_le_bytes([part[0], part[1], part[2], part[3]]);
        let (roots, nodes) = (word(take(4)?) as usize, word(take(4)?) as usize);
        let mut trees = Self::default();
        for _ in 0..roots {
            trees.roots.push(word(take(4)?));
        }
        for _ in 0..nodes {
            let column = take(1)?[0];
            let value = f32::from_bits(word(take(4)?));
            trees.nodes.push(if column == u8::MAX {
                Node::Leaf(value)
            } else {
                let ends = take(2)?;
                Node::Split { column, threshold: value, left: ends[0], right: ends[1] }
            });
        }
        for (tree, &root) in trees.roots.iter().enumerate() {
            let root = root as usize;
            let end = trees.roots.get(tree + 1).map_or(trees.nodes.len(), |&next| next as usize);
            let inside = root < end && end <= trees.nodes.len();
            // Children stand after their parent, so that every walk ends.
            let sound = inside
                && (root..end).all(|node| match trees.nodes[node] {
                    Node::Leaf(_) => true,
                    Node::Split { column, left, right, .. } => {
                        (column as usize) < columns
                            && [left, right].iter().all(|&c| root + c as usize > node && root + (c as usize) < end)
                    }
                });
            if !sound {
                return Err(wrong("a tree points outside itself"));
            }
        }
        Ok(trees)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn learns_a_joint_condition_and_survives_storage() {
        // Right is the candidate with both traits equal: no linear model of the two can say so.
        let rows: Vec<[f32; 2]> = (0..400).map(|i| [(i / 2 % 2) as f32, ((i / 2 % 2 + i % 2) % 2) as f32]).collect();
        let labels: Vec<bool> = (0..400).map(|i| i % 2 == 0).collect();
        let views: Vec<&[f32]> = rows.iter().map(|row| row.as_slice()).collect();
        let growth = Growth { trees: 40, leaves: 4, rate: 0.3, least: 5 };
        let trees = Trees::train(&views, &labels, &[2; 200], growth);
        assert!(trees.score(&[1.0, 1.0]) > trees.score(&[1.0, 0.0]));
        assert!(trees.score(&[0.0, 0.0]) > trees.score(&[0.0, 1.0]));
        let bytes = trees.to_bytes();
        assert_eq!(Trees::from_bytes(&bytes, 2).expect("reads back"), trees);
        assert!(Trees::from_bytes(&bytes[..bytes.len() - 1], 2).is_err());
        assert!(Trees::from_bytes(&bytes, 1).is_err());
    }
}
