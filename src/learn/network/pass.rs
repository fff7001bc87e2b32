//! From items to opinions, and back from what was wrong with them to every weight.

use crate::learn::random::next;

use super::{
    Item, Opinion, Page, QUESTIONS,
    ask::{Asked, ask, ask_back},
    attend::{Attended, attend, attend_back},
    layers::{
        Normed, add, add_rows, add_to_rows, norm, norm_back, product, product_of_transposed, product_with_transposed,
        rectify, rectify_back,
    },
    layout::{DEPTH, INPUT, Layout, LinearPlaces, NormPlaces, STRIDES, VECTORS},
};

/// What is forgotten at random in training: a share, and the source of randomness.
#[derive(Debug)]
pub(super) struct Forgetting<'r> {
    /// Of 1024.
    pub(super) share: u32,
    pub(super) random: &'r mut u64,
}

/// What each number is multiplied by: 0 where it is forgotten; empty where nothing is.
pub(super) type Mask = Vec<f32>;

pub(super) fn mask(forgetting: &mut Option<Forgetting<'_>>, count: usize) -> Mask {
    let Some(Forgetting { share, random }) = forgetting else { return Mask::new() };
    let kept = 1024.0 / (1024 - *share) as f32;
    (0..count).map(|_| if (next(random) >> 54) < u64::from(*share) { 0.0 } else { kept }).collect()
}

pub(super) fn apply(mask: &Mask, rows: &mut [f32]) {
    rows.iter_mut().zip(mask).for_each(|(x, factor)| *x *= factor);
}

pub(super) fn masked(mask: &Mask, rows: &[f32]) -> Vec<f32> {
    let mut rows = rows.to_vec();
    apply(mask, &mut rows);
    rows
}

pub(super) fn linear(weights: &[f32], places: &LinearPlaces, rows: &[f32], inner: usize) -> Vec<f32> {
    let shift = &weights[places.shift.clone()];
    let mut out = vec![0.0; rows.len() / inner * shift.len()];
    product(rows, &weights[places.factor.clone()], &mut out, inner, shift.len());
    add_to_rows(&mut out, shift);
    out
}

/// What [`linear`] passes back, to its weights and to its rows.
pub(super) fn linear_back(
    weights: &[f32],
    back: &mut [f32],
    places: &LinearPlaces,
    rows: &[f32],
    out_back: &[f32],
    rows_back: &mut [f32],
    inner: usize,
) {
    let columns = places.shift.len();
    product_of_transposed(rows, out_back, &mut back[places.factor.clone()], inner, columns);
    add_rows(out_back, &mut back[places.shift.clone()]);
    product_with_transposed(out_back, &weights[places.factor.clone()], rows_back, inner, columns);
}

/// What a tap of a convolution does: items from here on read items from there on, so many.
fn shifted(count: usize, tap: usize, stride: usize) -> (usize, usize, usize) {
    let length = if tap == 1 { count } else { count.saturating_sub(stride) };
    match tap {
        0 => (stride.min(count), 0, length),
        1 => (0, 0, length),
        _ => (0, stride.min(count), length),
    }
}

struct Convolved {
    normed: Normed,
    mask: Mask,
}

/// Everything worked out on the way.
pub(super) struct Trace {
    vectors: Vec<f32>,
    vector_mask: Mask,
    convolved: Vec<Convolved>,
    attended: Attended,
    node_mask: Mask,
    nodes: Vec<f32>,
    asked: [Asked; QUESTIONS],
}

impl Trace {
    /// The shares of all answers.
    pub(super) fn opinions(self) -> [Vec<Opinion>; QUESTIONS] {
        self.asked.map(|asked| asked.shares)
    }

    /// How wrong the shares are: minus the logarithm of what the right answers have together, over all that ask and have a right answer.
    #[cfg(test)]
    pub(super) fn loss(&self, right: &[Vec<Vec<bool>>; QUESTIONS]) -> f32 {
        let mut loss = 0.0;
        for (asked, right) in self.asked.iter().zip(right) {
            for (shares, right) in asked.shares.iter().zip(right).filter(|(_, right)| right.contains(&true)) {
                loss -= super::ask::total(shares, right).max(1e-9).ln();
            }
        }
        loss
    }
}

/// Reads a page whose items are looked up.
pub(super) fn forward(
    layout: &Layout,
    weights: &[f32],
    items: &[Item],
    page: &Page,
    mut forgetting: Option<Forgetting<'_>>,
) -> Trace {
    let count = items.len();
    let mut vectors = vec![0.0; count * INPUT];
    for (item, out) in items.iter().zip(vectors.chunks_exact_mut(INPUT)) {
        describe(item, |vector, key, share, from| {
            let width = VECTORS[vector];
            let row = &weights[layout.vectors[vector].clone()][key * width..][..width];
            out[from..from + width].iter_mut().zip(row).for_each(|(out, x)| *out += share * x);
        });
    }
    let vector_mask = mask(&mut forgetting, vectors.len());
    apply(&vector_mask, &mut vectors);
    let mut rows = linear(weights, &layout.input, &vectors, INPUT);
    let mut convolved = Vec::with_capacity(STRIDES.len());
    for (places, stride) in layout.convolutions.iter().zip(STRIDES) {
        let mut normed = norm(&rows, &weights[places.norm.gain.clone()], &weights[places.norm.shift.clone()]);
        rectify(&mut normed.out);
        let mut out = vec![0.0; rows.len()];
        for (tap, place) in places.taps.iter().enumerate() {
            let (to, from, length) = shifted(count, tap, stride);
            let read = &normed.out[from * DEPTH..(from + length) * DEPTH];
            product(read, &weights[place.clone()], &mut out[to * DEPTH..(to + length) * DEPTH], DEPTH, DEPTH);
        }
        add_to_rows(&mut out, &weights[places.shift.clone()]);
        let mask = mask(&mut forgetting, out.len());
        apply(&mask, &mut out);
        add(&mut rows, &out);
        convolved.push(Convolved { normed, mask });
    }
    let mut nodes = Vec::with_capacity(page.nodes.len() * DEPTH);
    for node in &page.nodes {
        let from = nodes.len();
        nodes.extend_from_slice(&rows[node.item as usize * DEPTH..][..DEPTH]);
        add(&mut nodes[from..], &weights[layout.kinds.clone()][usize::from(node.kind) * DEPTH..][..DEPTH]);
        add(&mut nodes[from..], &weights[layout.openings.clone()][usize::from(node.opens) * DEPTH..][..DEPTH]);
    }
    let attended = attend(layout, weights, page, &mut nodes, &mut forgetting);
    let node_mask = mask(&mut forgetting, nodes.len());
    apply(&node_mask, &mut nodes);
    let asked = std::array::from_fn(|question| {
        ask(&layout.questions[question], weights, page, &page.answering[question], &nodes, forgetting.is_some())
    });
    Trace { vectors, vector_mask, convolved, attended, node_mask, nodes, asked }
}

/// The vectors that describe an item: which table, which row, what share of it, where it begins.
fn describe(item: &Item, mut each: impl FnMut(usize, usize, f32, usize)) {
    each(0, item.word as usize, 1.0, 0);
    let known = item.chars.iter().take_while(|c| **c != 0).count();
    for &c in &item.chars[..known] {
        each(1, c as usize, 1.0 / known as f32, VECTORS[0]);
    }
    let mut from = VECTORS[0] + VECTORS[1];
    let last = known.checked_sub(1).map_or(0, |last| item.chars[last]);
    let rest = [last as usize, usize::from(item.speech), usize::from(item.kind), usize::from(item.flag)];
    for (vector, key) in (2..).zip(rest) {
        each(vector, key, 1.0, from);
        from += VECTORS[vector];
    }
}

/// Adds to `back` what is wrong with each weight, `weight` times: the slopes of [`Trace::loss`].
#[expect(clippy::too_many_arguments, reason = "all of one pass")]
pub(super) fn backward(
    layout: &Layout,
    weights: &[f32],
    items: &[Item],
    page: &Page,
    trace: &Trace,
    right: &[Vec<Vec<bool>>; QUESTIONS],
    weight: f32,
    back: &mut [f32],
) {
    let mut nodes_back = vec![0.0; trace.nodes.len()];
    let asked = trace.asked.iter().zip(right).zip(layout.questions.iter().zip(&page.answering));
    for ((asked, right), (places, answering)) in asked {
        ask_back(places, weights, page, answering, asked, right, weight, &mut nodes_back, back);
    }
    apply(&trace.node_mask, &mut nodes_back);
    attend_back(layout, weights, page, &trace.attended, &mut nodes_back, back);
    let mut rows_back = vec![0.0; items.len() * DEPTH];
    for (node, node_back) in page.nodes.iter().zip(nodes_back.chunks_exact(DEPTH)) {
        add(&mut rows_back[node.item as usize * DEPTH..][..DEPTH], node_back);
        add(&mut back[layout.kinds.clone()][usize::from(node.kind) * DEPTH..][..DEPTH], node_back);
        add(&mut back[layout.openings.clone()][usize::from(node.opens) * DEPTH..][..DEPTH], node_back);
    }
    for ((places, stride), convolved) in layout.convolutions.iter().zip(STRIDES).zip(&trace.convolved).rev() {
        let out_back = masked(&convolved.mask, &rows_back);
        add_rows(&out_back, &mut back[places.shift.clone()]);
        let mut read_back = vec![0.0; rows_back.len()];
        for (tap, place) in places.taps.iter().enumerate() {
            let (to, from, length) = shifted(items.len(), tap, stride);
            let out_back = &out_back[to * DEPTH..(to + length) * DEPTH];
            let read = from * DEPTH..(from + length) * DEPTH;
            let table = &mut back[place.clone()];
            product_of_transposed(&convolved.normed.out[read.clone()], out_back, table, DEPTH, DEPTH);
            product_with_transposed(out_back, &weights[place.clone()], &mut read_back[read], DEPTH, DEPTH);
        }
        rectify_back(&convolved.normed.out, &mut read_back);
        norm_back_at(weights, &places.norm, &convolved.normed, &read_back, &mut rows_back, back);
    }
    let mut vectors_back = vec![0.0; trace.vectors.len()];
    linear_back(weights, back, &layout.input, &trace.vectors, &rows_back, &mut vectors_back, INPUT);
    apply(&trace.vector_mask, &mut vectors_back);
    for (item, vector_back) in items.iter().zip(vectors_back.chunks_exact(INPUT)) {
        describe(item, |vector, key, share, from| {
            let width = VECTORS[vector];
            let row = &mut back[layout.vectors[vector].clone()][key * width..][..width];
            row.iter_mut().zip(&vector_back[from..from + width]).for_each(|(row, x)| *row += share * x);
        });
    }
}

/// [`norm_back`] with the places of its weights.
pub(super) fn norm_back_at(
    weights: &[f32],
    places: &NormPlaces,
    normed: &Normed,
    out_back: &[f32],
    rows_back: &mut [f32],
    back: &mut [f32],
) {
    // Gain and shift stand beside each other.
    let both = &mut back[places.gain.start..places.shift.end];
    let (gain_back, shift_back) = both.split_at_mut(places.gain.len());
    norm_back(normed, &weights[places.gain.clone()], out_back, rows_back, gain_back, shift_back);
}
