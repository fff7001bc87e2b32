//! Nodes look at one another.

use crate::learn::softmax;

use super::{
    layers::{
        Forgetting, Mask, Normed, WIDE, add, apply, linear, linear_back, mask, masked, norm_at, norm_back_at, product,
        rectify, rectify_back,
    },
    layout::{DEPTH, LinearPlaces, NormPlaces, Place, Tables, Use},
    nodes::Page,
};

/// In so many ways nodes look at one another.
const HEADS: usize = 4;
/// Numbers of the layer after attention.
const WIDER: usize = 128;
const _: () = assert!(WIDER.is_multiple_of(8) && DEPTH.is_multiple_of(HEADS));

/// Numbers of one head.
const HEAD: usize = DEPTH / HEADS;
const _: () = assert!(HEAD.is_multiple_of(WIDE));

/// The tables of the attention.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct AttentionPlaces {
    norm: NormPlaces,
    /// Queries, keys, values.
    three: LinearPlaces,
    near: Place,
    out: LinearPlaces,
    norm_after: NormPlaces,
    wider: LinearPlaces,
    narrower: LinearPlaces,
}

impl AttentionPlaces {
    pub(super) fn new(tables: &mut Tables, near: usize) -> Self {
        Self {
            norm: tables.norm(),
            three: tables.linear(DEPTH, 3 * DEPTH),
            near: tables.add(near, HEADS, Use::Lookup),
            out: tables.linear(DEPTH, DEPTH),
            norm_after: tables.norm(),
            wider: tables.linear(DEPTH, WIDER),
            narrower: tables.linear(WIDER, DEPTH),
        }
    }
}

/// Everything worked out on the way.
pub(super) struct Attended {
    normed: Normed,
    three: Vec<f32>,
    /// Head after head, row after row, what a node looks at.
    shares: Vec<f32>,
    share_mask: Mask,
    seen: Vec<f32>,
    mask: Mask,
    normed_after: Normed,
    wider: Vec<f32>,
    mask_after: Mask,
}

/// Adds to each node what it sees in the others.
pub(super) fn attend(
    places: &AttentionPlaces,
    weights: &[f32],
    page: &Page,
    nodes: &mut [f32],
    forgetting: &mut Option<Forgetting<'_>>,
) -> Attended {
    let count = page.nodes.len();
    let normed = norm_at(weights, &places.norm, nodes);
    let three = linear(weights, &places.three, &normed.out, DEPTH);
    let near = &weights[places.near.clone()];
    let columns = count.next_multiple_of(WIDE);
    let (mut queries, mut keys) = (vec![0.0; count * HEAD], vec![0.0; HEAD * columns]);
    let mut dots = vec![0.0; count * columns];
    let mut all = vec![0.0; HEADS * count * count];
    for (head, all) in all.chunks_exact_mut((count * count).max(1)).enumerate() {
        for (row, three) in three.chunks_exact(3 * DEPTH).enumerate() {
            queries[row * HEAD..][..HEAD].copy_from_slice(&three[head * HEAD..][..HEAD]);
            let key = &three[DEPTH + head * HEAD..][..HEAD];
            key.iter().enumerate().for_each(|(number, &key)| keys[number * columns + row] = key);
        }
        dots.fill(0.0);
        product(&queries, &keys, &mut dots, HEAD, columns);
        for (row, (out, dots)) in all.chunks_exact_mut(count).zip(dots.chunks_exact(columns)).enumerate() {
            for ((out, dot), &nearness) in out.iter_mut().zip(dots).zip(&page.near[row * count..]) {
                *out = dot / (HEAD as f32).sqrt() + near[usize::from(nearness) * HEADS + head];
            }
            softmax(out);
        }
    }
    let share_mask = mask(forgetting, all.len());
    let mut seen = vec![0.0; nodes.len()];
    let (mut values, mut sums) = (vec![0.0; count * HEAD], vec![0.0; count * HEAD]);
    for (head, all) in masked(&share_mask, &all).chunks_exact((count * count).max(1)).enumerate() {
        for (value, three) in values.chunks_exact_mut(HEAD).zip(three.chunks_exact(3 * DEPTH)) {
            value.copy_from_slice(&three[2 * DEPTH + head * HEAD..][..HEAD]);
        }
        sums.fill(0.0);
        product(all, &values, &mut sums, count, HEAD);
        for (sums, seen) in sums.chunks_exact(HEAD).zip(seen.chunks_exact_mut(DEPTH)) {
            seen[head * HEAD..][..HEAD].copy_from_slice(sums);
        }
    }
    let mut out = linear(weights, &places.out, &seen, DEPTH);
    let mask_here = mask(forgetting, out.len());
    apply(&mask_here, &mut out);
    add(nodes, &out);
    let normed_after = norm_at(weights, &places.norm_after, nodes);
    let mut wider = linear(weights, &places.wider, &normed_after.out, DEPTH);
    rectify(&mut wider);
    let mut out = linear(weights, &places.narrower, &wider, WIDER);
    let mask_after = mask(forgetting, out.len());
    apply(&mask_after, &mut out);
    add(nodes, &out);
    Attended { normed, three, shares: all, share_mask, seen, mask: mask_here, normed_after, wider, mask_after }
}

/// Each head with each row of its shares, and where that row stands.
fn heads(count: usize) -> impl Iterator<Item = (usize, usize, std::ops::Range<usize>)> {
    (0..HEADS * count).map(move |at| (at / count, at % count, at * count..(at + 1) * count))
}

/// What [`attend`] passes back, to its weights and to the nodes.
pub(super) fn attend_back(
    places: &AttentionPlaces,
    weights: &[f32],
    page: &Page,
    attended: &Attended,
    nodes_back: &mut [f32],
    back: &mut [f32],
) {
    let count = page.nodes.len();
    let out_back = masked(&attended.mask_after, nodes_back);
    let mut wider_back = vec![0.0; attended.wider.len()];
    linear_back(weights, back, &places.narrower, &attended.wider, &out_back, &mut wider_back, WIDER);
    rectify_back(&attended.wider, &mut wider_back);
    let mut normed_back = vec![0.0; nodes_back.len()];
    linear_back(weights, back, &places.wider, &attended.normed_after.out, &wider_back, &mut normed_back, DEPTH);
    norm_back_at(weights, &places.norm_after, &attended.normed_after, &normed_back, nodes_back, back);

    let out_back = masked(&attended.mask, nodes_back);
    let mut seen_back = vec![0.0; nodes_back.len()];
    linear_back(weights, back, &places.out, &attended.seen, &out_back, &mut seen_back, DEPTH);
    let three = &attended.three;
    let mut three_back = vec![0.0; three.len()];
    let mut pulls = vec![0.0; count];
    for (head, row, own) in heads(count) {
        let seen = &seen_back[row * DEPTH + head * HEAD..][..HEAD];
        let mut lean = 0.0;
        for (other, at) in own.clone().enumerate() {
            let factor = attended.share_mask.get(at).copied().unwrap_or(1.0);
            let value = other * 3 * DEPTH + 2 * DEPTH + head * HEAD;
            let mut dot = 0.0;
            for (number, seen) in seen.iter().enumerate() {
                three_back[value + number] += attended.shares[at] * factor * seen;
                dot += seen * three[value + number];
            }
            pulls[other] = dot * factor;
            lean += pulls[other] * attended.shares[at];
        }
        let query = row * 3 * DEPTH + head * HEAD;
        for (other, at) in own.enumerate() {
            let slope = attended.shares[at] * (pulls[other] - lean);
            back[places.near.start + usize::from(page.near[row * count + other]) * HEADS + head] += slope;
            let slope = slope / (HEAD as f32).sqrt();
            let key = other * 3 * DEPTH + DEPTH + head * HEAD;
            for number in 0..HEAD {
                three_back[query + number] += slope * three[key + number];
                three_back[key + number] += slope * three[query + number];
            }
        }
    }
    let mut normed_back = vec![0.0; nodes_back.len()];
    linear_back(weights, back, &places.three, &attended.normed.out, &three_back, &mut normed_back, DEPTH);
    norm_back_at(weights, &places.norm, &attended.normed, &normed_back, nodes_back, back);
}
