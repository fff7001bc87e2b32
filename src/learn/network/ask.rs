//! Nodes that ask weigh those that may answer.

use crate::learn::softmax;

use super::{
    layers::{add, linear, linear_back, product, product_of_transposed, product_with_transposed},
    layout::{DEPTH, LinearPlaces, Place, Tables, Use},
    pointers::{EXTRAS, Questions},
};

const _: () = assert!(EXTRAS.is_multiple_of(8));

/// The tables of one question.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct QuestionPlaces {
    asking: LinearPlaces,
    answering: Place,
    near: Place,
    weigh: Place,
    directly: Place,
    extras: LinearPlaces,
}

impl QuestionPlaces {
    pub(super) fn new(tables: &mut Tables, near: usize) -> Self {
        Self {
            asking: tables.linear(DEPTH, DEPTH),
            answering: tables.add(DEPTH, DEPTH, Use::Factor),
            near: tables.add(near, DEPTH, Use::Lookup),
            weigh: tables.add(1, DEPTH, Use::Weigh),
            directly: tables.add(DEPTH, DEPTH, Use::Factor),
            extras: tables.linear(DEPTH, EXTRAS),
        }
    }
}

/// Everything worked out on the way.
pub(super) struct Asked {
    /// The nodes that ask, and those that may answer.
    rows: Vec<f32>,
    others: Vec<f32>,
    /// For each asking node, for each that may answer, the rectified sums; only kept in a lesson.
    heard_sums: Vec<f32>,
    direct: Vec<f32>,
    /// For each asking node the shares of its answers.
    pub(super) shares: Vec<Vec<f32>>,
}

/// The share that the right answers have together.
pub(super) fn total(shares: &[f32], right: &[bool]) -> f32 {
    shares.iter().zip(right).filter(|(_, right)| **right).map(|(share, _)| share).sum()
}

fn gather(rows: &[f32], which: &[u32]) -> Vec<f32> {
    which.iter().flat_map(|&row| &rows[row as usize * DEPTH..][..DEPTH]).copied().collect()
}

/// One question, of all nodes that ask. What only the way back needs is kept in a lesson.
pub(super) fn ask(
    places: &QuestionPlaces,
    weights: &[f32],
    questions: &Questions,
    answering: &[u32],
    nodes: &[f32],
    is_lesson: bool,
) -> Asked {
    let rows = gather(nodes, &questions.asking);
    let others = gather(nodes, answering);
    let asking = linear(weights, &places.asking, &rows, DEPTH);
    let mut heard = vec![0.0; others.len()];
    product(&others, &weights[places.answering.clone()], &mut heard, DEPTH, DEPTH);
    let mut direct = vec![0.0; rows.len()];
    product(&rows, &weights[places.directly.clone()], &mut direct, DEPTH, DEPTH);
    let extras = linear(weights, &places.extras, &rows, DEPTH);
    let (nearness, weigh) = (&weights[places.near.clone()], &weights[places.weigh.clone()]);
    let mut sums = Vec::new();
    let mut all = Vec::with_capacity(questions.asking.len());
    for (at, &node) in questions.asking.iter().enumerate() {
        let (own, direct) = (&asking[at * DEPTH..][..DEPTH], &direct[at * DEPTH..][..DEPTH]);
        let mut scores = Vec::with_capacity(answering.len() + EXTRAS);
        for ((heard, other), &answer) in heard.chunks_exact(DEPTH).zip(others.chunks_exact(DEPTH)).zip(answering) {
            let near = &nearness[questions.page.nearness(node, answer) * DEPTH..][..DEPTH];
            let mut sum = [0.0; DEPTH];
            for ((sum, own), (heard, near)) in sum.iter_mut().zip(own).zip(heard.iter().zip(near)) {
                *sum = (own + heard + near).max(0.0);
            }
            let score: f32 = sum.iter().zip(weigh).map(|(sum, weigh)| sum * weigh).sum();
            if is_lesson {
                sums.extend(sum);
            }
            let dot: f32 = direct.iter().zip(other).map(|(a, b)| a * b).sum();
            scores.push(score + dot * DIRECTLY);
        }
        scores.extend_from_slice(&extras[at * EXTRAS..][..EXTRAS]);
        softmax(&mut scores);
        all.push(scores);
    }
    Asked { rows, others, heard_sums: sums, direct, shares: all }
}

/// How much a direct product of two nodes counts.
const DIRECTLY: f32 = 0.125;

/// What is wrong with the shares, passed back to the weights and to the nodes.
#[expect(clippy::too_many_arguments, reason = "all of one layer, forwards and backwards")]
pub(super) fn ask_back(
    places: &QuestionPlaces,
    weights: &[f32],
    questions: &Questions,
    answering: &[u32],
    asked: &Asked,
    right: &[Vec<bool>],
    weight: f32,
    nodes_back: &mut [f32],
    back: &mut [f32],
) {
    let weigh = &weights[places.weigh.clone()];
    let mut asking_back = vec![0.0; asked.rows.len()];
    let mut heard_back = vec![0.0; asked.others.len()];
    let mut direct_back = vec![0.0; asked.rows.len()];
    let mut others_back = vec![0.0; asked.others.len()];
    let mut extras_back = vec![0.0; questions.asking.len() * EXTRAS];
    for (at, (&node, (shares, right))) in questions.asking.iter().zip(asked.shares.iter().zip(right)).enumerate() {
        if !right.contains(&true) {
            continue;
        }
        let whole = total(shares, right).max(1e-9);
        let own = at * DEPTH..(at + 1) * DEPTH;
        let slope =
            |answer: usize| weight * (shares[answer] - if right[answer] { shares[answer] / whole } else { 0.0 });
        for (other, &answer) in answering.iter().enumerate() {
            let slope = slope(other);
            let near = questions.page.nearness(node, answer) * DEPTH;
            let sums = &asked.heard_sums[(at * answering.len() + other) * DEPTH..][..DEPTH];
            let there = other * DEPTH..(other + 1) * DEPTH;
            for (number, (&sum, &weigh)) in sums.iter().zip(weigh).enumerate() {
                back[places.weigh.start + number] += slope * sum;
                if sum > 0.0 {
                    let pull = slope * weigh;
                    asking_back[own.start + number] += pull;
                    heard_back[there.start + number] += pull;
                    back[places.near.start + near + number] += pull;
                }
            }
            let slope = slope * DIRECTLY;
            for number in 0..DEPTH {
                direct_back[own.start + number] += slope * asked.others[there.start + number];
                others_back[there.start + number] += slope * asked.direct[own.start + number];
            }
        }
        for extra in 0..EXTRAS {
            extras_back[at * EXTRAS + extra] = slope(answering.len() + extra);
        }
    }
    let mut rows_back = vec![0.0; asked.rows.len()];
    linear_back(weights, back, &places.asking, &asked.rows, &asking_back, &mut rows_back, DEPTH);
    linear_back(weights, back, &places.extras, &asked.rows, &extras_back, &mut rows_back, DEPTH);
    product_of_transposed(&asked.rows, &direct_back, &mut back[places.directly.clone()], DEPTH, DEPTH);
    product_with_transposed(&direct_back, &weights[places.directly.clone()], &mut rows_back, DEPTH, DEPTH);
    product_of_transposed(&asked.others, &heard_back, &mut back[places.answering.clone()], DEPTH, DEPTH);
    product_with_transposed(&heard_back, &weights[places.answering.clone()], &mut others_back, DEPTH, DEPTH);
    for (which, rows) in [(questions.asking.as_slice(), &rows_back), (answering, &others_back)] {
        for (&node, row) in which.iter().zip(rows.chunks_exact(DEPTH)) {
            add(&mut nodes_back[node as usize * DEPTH..][..DEPTH], row);
        }
    }
}
