//! From items to rows of numbers that know their surroundings, and back.

use super::{
    Item,
    layers::{
        Forgetting, Mask, Normed, add, add_rows, add_to_rows, apply, linear, linear_back, mask, masked, norm_at,
        norm_back_at, product, product_of_transposed, product_with_transposed, rectify, rectify_back,
    },
    layout::{BodyPlaces, DEPTH, INPUT, Place, STRIDES, TRAIT_VECTORS, VECTORS},
};
use crate::learn::widely::widely;

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
pub(super) struct Body {
    vectors: Vec<f32>,
    vector_mask: Mask,
    convolved: Vec<Convolved>,
    /// A row for each item.
    pub(super) rows: Vec<f32>,
}

/// Reads items that are looked up.
pub(super) fn read(
    places: &BodyPlaces,
    weights: &[f32],
    items: &[Item],
    forgetting: &mut Option<Forgetting<'_>>,
) -> Body {
    let count = items.len();
    let mut vectors = vec![0.0; count * INPUT];
    widely(
        #[inline(always)]
        || {
            for (item, out) in items.iter().zip(vectors.chunks_exact_mut(INPUT)) {
                describe(
                    places,
                    item,
                    #[inline(always)]
                    |row, share, from| {
                        let out = &mut out[from..from + row.len()];
                        out.iter_mut().zip(&weights[row]).for_each(|(out, x)| *out += share * x);
                    },
                );
            }
        },
    );
    let vector_mask = mask(forgetting, vectors.len());
    apply(&vector_mask, &mut vectors);
    let mut rows = linear(weights, &places.input, &vectors, INPUT);
    let mut convolved = Vec::with_capacity(STRIDES.len());
    for (places, stride) in places.convolutions.iter().zip(STRIDES) {
        let mut normed = norm_at(weights, &places.norm, &rows);
        rectify(&mut normed.out);
        let mut out = vec![0.0; rows.len()];
        for (tap, place) in places.taps.iter().enumerate() {
            let (to, from, length) = shifted(count, tap, stride);
            let read = &normed.out[from * DEPTH..(from + length) * DEPTH];
            product(read, &weights[place.clone()], &mut out[to * DEPTH..(to + length) * DEPTH], DEPTH, DEPTH);
        }
        add_to_rows(&mut out, &weights[places.shift.clone()]);
        let mask = mask(forgetting, out.len());
        apply(&mask, &mut out);
        add(&mut rows, &out);
        if forgetting.is_some() {
            convolved.push(Convolved { normed, mask });
        }
    }
    Body { vectors, vector_mask, convolved, rows }
}

/// The vectors that describe an item: which weights, what share of them, and where they begin.
#[inline(always)]
fn describe(places: &BodyPlaces, item: &Item, mut each: impl FnMut(Place, f32, usize)) {
    let row = |table: &Place, key: usize, width: usize| {
        let from = table.start + key * width;
        debug_assert!(from + width <= table.end, "a row of its own table");
        from..from + width
    };
    each(row(&places.words, item.word as usize, VECTORS[0]), 1.0, 0);
    let known = item.chars.iter().take_while(|c| **c != 0).count();
    for &c in &item.chars[..known] {
        each(row(&places.chars, c as usize, VECTORS[1]), 1.0 / known as f32, VECTORS[0]);
    }
    let last = known.checked_sub(1).map_or(0, |last| item.chars[last]);
    let mut from = VECTORS[0] + VECTORS[1];
    each(row(&places.lasts, last as usize, VECTORS[2]), 1.0, from);
    from += VECTORS[2];
    for ((table, &key), width) in places.traits.iter().zip(&item.traits).zip(TRAIT_VECTORS) {
        each(row(table, usize::from(key), width), 1.0, from);
        from += width;
    }
}

/// Adds to `back` what the rows pass back to each weight; the reading must have been one with forgetting.
pub(super) fn read_back(
    places: &BodyPlaces,
    weights: &[f32],
    items: &[Item],
    body: &Body,
    mut rows_back: Vec<f32>,
    back: &mut [f32],
) {
    for ((places, stride), convolved) in places.convolutions.iter().zip(STRIDES).zip(&body.convolved).rev() {
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
    let mut vectors_back = vec![0.0; body.vectors.len()];
    linear_back(weights, back, &places.input, &body.vectors, &rows_back, &mut vectors_back, INPUT);
    apply(&body.vector_mask, &mut vectors_back);
    for (item, vector_back) in items.iter().zip(vectors_back.chunks_exact(INPUT)) {
        describe(places, item, |row, share, from| {
            let pull = &vector_back[from..from + row.len()];
            back[row].iter_mut().zip(pull).for_each(|(row, x)| *row += share * x);
        });
    }
}
