//! The layers of a network, forwards and backwards. Matrices are rows after rows. Every sum is taken in one fixed order, and
//! nothing is fused; only exponentials are the platform's.

use pulp::{Simd, WithSimd};

use super::layout::{LinearPlaces, NormPlaces};
use crate::learn::{random::next, widely::widely};

/// `columns` of a product are a multiple of this.
pub(super) const WIDE: usize = 8;
/// Rows that a block of a product has.
const TALL: usize = 4;
/// Vectors that a row of a block has: with more, the sums of a block do not fit the registers.
const VECTORS: usize = 2;

/// `c += a b` for `a` of `rows × inner` and `b` of `inner × columns`; `columns` is a multiple of 8.
pub(super) fn product(a: &[f32], b: &[f32], c: &mut [f32], inner: usize, columns: usize) {
    debug_assert!(columns.is_multiple_of(WIDE) && inner > 0, "whole blocks of something");
    pulp::Arch::new().dispatch(Product { a, b, c, inner, columns });
}

struct Product<'m> {
    a: &'m [f32],
    b: &'m [f32],
    c: &'m mut [f32],
    inner: usize,
    columns: usize,
}

impl WithSimd for Product<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { a, b, c, inner, columns } = self;
        let mut column = 0;
        while column < columns {
            column += if S::F32_LANES > 1 && columns - column >= VECTORS * S::F32_LANES {
                column_of_blocks::<S, VECTORS>(simd, a, b, c, inner, columns, column)
            } else if S::F32_LANES > 1 && columns - column >= S::F32_LANES {
                column_of_blocks::<S, 1>(simd, a, b, c, inner, columns, column)
            } else {
                column_without_vectors(a, b, c, inner, columns, column)
            };
        }
    }
}

/// The block of a product's result that begins at `column`, all rows; gives back how many columns it has.
#[inline(always)]
fn column_of_blocks<S: Simd, const VECTORS: usize>(
    simd: S,
    a: &[f32],
    b: &[f32],
    c: &mut [f32],
    inner: usize,
    columns: usize,
    column: usize,
) -> usize {
    for (a, c) in a.chunks(TALL * inner).zip(c.chunks_mut(TALL * columns)) {
        if c.len() == TALL * columns {
            block::<S, TALL, VECTORS>(simd, a, b, c, inner, columns, column);
        } else {
            for (a, c) in a.chunks_exact(inner).zip(c.chunks_exact_mut(columns)) {
                block::<S, 1, VECTORS>(simd, a, b, c, inner, columns, column);
            }
        }
    }
    VECTORS * S::F32_LANES
}

#[inline(always)]
fn block<S: Simd, const ROWS: usize, const VECTORS: usize>(
    simd: S,
    a: &[f32],
    b: &[f32],
    c: &mut [f32],
    inner: usize,
    columns: usize,
    column: usize,
) {
    let rows: [&[f32]; ROWS] = std::array::from_fn(
        #[inline(always)]
        |row| &a[row * inner..(row + 1) * inner],
    );
    let mut sums = [[simd.splat_f32s(0.0); VECTORS]; ROWS];
    for (at, b) in b.chunks_exact(columns).enumerate().take(inner) {
        let (b, _) = S::as_simd_f32s(&b[column..column + VECTORS * S::F32_LANES]);
        for row in 0..ROWS {
            let factor = simd.splat_f32s(rows[row][at]);
            for vector in 0..VECTORS {
                // Two roundings, as without vectors.
                sums[row][vector] = simd.add_f32s(sums[row][vector], simd.mul_f32s(factor, b[vector]));
            }
        }
    }
    for row in 0..ROWS {
        let (c, _) = S::as_mut_simd_f32s(&mut c[row * columns + column..][..VECTORS * S::F32_LANES]);
        for vector in 0..VECTORS {
            c[vector] = simd.add_f32s(c[vector], sums[row][vector]);
        }
    }
}

/// What is left where a vector is wider than the columns that are left, or where there are none.
#[inline(always)]
fn column_without_vectors(a: &[f32], b: &[f32], c: &mut [f32], inner: usize, columns: usize, column: usize) -> usize {
    for (a, c) in a.chunks_exact(inner).zip(c.chunks_exact_mut(columns)) {
        let mut sums = [0.0f32; WIDE];
        for (&factor, b) in a.iter().zip(b.chunks_exact(columns)) {
            let b: &[f32; WIDE] = b[column..].first_chunk().expect("a block lies inside");
            for lane in 0..WIDE {
                sums[lane] += factor * b[lane];
            }
        }
        let c: &mut [f32; WIDE] = c[column..].first_chunk_mut().expect("a block lies inside");
        for lane in 0..WIDE {
            c[lane] += sums[lane];
        }
    }
    WIDE
}

/// `b += aᵀ c`: what a product passes back to its second factor.
pub(super) fn product_of_transposed(a: &[f32], c: &[f32], b: &mut [f32], inner: usize, columns: usize) {
    widely(
        #[inline(always)]
        || {
            for (a, c) in a.chunks_exact(inner * TALL).zip(c.chunks_exact(columns * TALL)) {
                let (c0, c1) = (&c[..columns], &c[columns..2 * columns]);
                let (c2, c3) = (&c[2 * columns..3 * columns], &c[3 * columns..4 * columns]);
                for (at, b) in b.chunks_exact_mut(columns).enumerate() {
                    let factors = [a[at], a[inner + at], a[2 * inner + at], a[3 * inner + at]];
                    for column in 0..columns {
                        b[column] += factors[0] * c0[column]
                            + factors[1] * c1[column]
                            + factors[2] * c2[column]
                            + factors[3] * c3[column];
                    }
                }
            }
            let rows = c.len() / columns;
            for row in rows - rows % TALL..rows {
                let c = &c[row * columns..(row + 1) * columns];
                for (b, &factor) in b.chunks_exact_mut(columns).zip(&a[row * inner..]) {
                    for column in 0..columns {
                        b[column] += factor * c[column];
                    }
                }
            }
        },
    );
}

/// `a += c bᵀ`: what a product passes back to its first factor. `inner` is a multiple of 8.
pub(super) fn product_with_transposed(c: &[f32], b: &[f32], a: &mut [f32], inner: usize, columns: usize) {
    let mut turned = vec![0.0; inner * columns];
    for (at, row) in b.chunks_exact(columns).enumerate() {
        row.iter().enumerate().for_each(|(column, &b)| turned[column * inner + at] = b);
    }
    product(c, &turned, a, columns, inner);
}

/// Adds a row to every row.
pub(super) fn add_to_rows(rows: &mut [f32], row: &[f32]) {
    rows.chunks_exact_mut(row.len()).for_each(|own| add(own, row));
}

/// Adds every row to a row.
pub(super) fn add_rows(rows: &[f32], row: &mut [f32]) {
    let width = row.len();
    rows.chunks_exact(width).for_each(|own| add(row, own));
}

/// `a += b`, number by number.
pub(super) fn add(a: &mut [f32], b: &[f32]) {
    a.iter_mut().zip(b).for_each(|(a, b)| *a += b);
}

/// What a normalization keeps for the way back.
#[derive(Debug, Default)]
pub(super) struct Normed {
    /// Rows with mean 0 and variance 1.
    plain: Vec<f32>,
    /// What each row was multiplied by.
    scales: Vec<f32>,
    /// The result.
    pub(super) out: Vec<f32>,
}

/// Every row with mean 0 and variance 1, then times `gain` plus `shift`.
fn norm(rows: &[f32], gain: &[f32], shift: &[f32]) -> Normed {
    let width = gain.len();
    let count = rows.len() / width;
    let mut normed = Normed { plain: rows.to_vec(), scales: Vec::with_capacity(count), out: vec![0.0; rows.len()] };
    widely(
        #[inline(always)]
        || {
            let (plain, out) = (&mut normed.plain, &mut normed.out);
            for (rows, out) in plain.chunks_mut(BESIDE * width).zip(out.chunks_mut(BESIDE * width)) {
                if rows.len() == BESIDE * width {
                    norm_beside::<BESIDE>(rows, gain, shift, &mut normed.scales, out);
                } else {
                    for (row, out) in rows.chunks_exact_mut(width).zip(out.chunks_exact_mut(width)) {
                        norm_beside::<1>(row, gain, shift, &mut normed.scales, out);
                    }
                }
            }
        },
    );
    normed
}

/// So many rows are normed side by side: a sum has to wait for itself, but not for others.
const BESIDE: usize = 8;

#[inline(always)]
fn norm_beside<const ROWS: usize>(
    rows: &mut [f32],
    gain: &[f32],
    shift: &[f32],
    scales: &mut Vec<f32>,
    out: &mut [f32],
) {
    let width = gain.len();
    let (mut means, mut variances) = ([0.0f32; ROWS], [0.0f32; ROWS]);
    for at in 0..width {
        (0..ROWS).for_each(|row| means[row] += rows[row * width + at]);
    }
    means.iter_mut().for_each(|sum| *sum /= width as f32);
    for (row, mean) in rows.chunks_exact_mut(width).zip(means) {
        row.iter_mut().for_each(|x| *x -= mean);
    }
    for at in 0..width {
        (0..ROWS).for_each(|row| variances[row] += rows[row * width + at] * rows[row * width + at]);
    }
    for ((row, out), sum) in rows.chunks_exact_mut(width).zip(out.chunks_exact_mut(width)).zip(variances) {
        let scale = 1.0 / (sum / width as f32 + 1e-5).sqrt();
        scales.push(scale);
        for (((x, out), gain), shift) in row.iter_mut().zip(out).zip(gain).zip(shift) {
            *x *= scale;
            *out = *x * gain + shift;
        }
    }
}

/// Adds to `back`, `gain_back`, `shift_back` what the normalization's result passes back.
fn norm_back(
    normed: &Normed,
    gain: &[f32],
    out_back: &[f32],
    back: &mut [f32],
    gain_back: &mut [f32],
    shift_back: &mut [f32],
) {
    let width = gain.len();
    let rows = normed.plain.chunks_exact(width).zip(&normed.scales);
    let mut pulls = vec![0.0; width];
    for ((plain, scale), (out, back)) in rows.zip(out_back.chunks_exact(width).zip(back.chunks_exact_mut(width))) {
        for at in 0..width {
            gain_back[at] += out[at] * plain[at];
            shift_back[at] += out[at];
            pulls[at] = out[at] * gain[at];
        }
        let mean = pulls.iter().sum::<f32>() / width as f32;
        let lean = pulls.iter().zip(plain).map(|(pull, x)| pull * x).sum::<f32>() / width as f32;
        for ((back, pull), x) in back.iter_mut().zip(&pulls).zip(plain) {
            *back += scale * (pull - mean - x * lean);
        }
    }
}

/// Nothing below 0.
pub(super) fn rectify(rows: &mut [f32]) {
    rows.iter_mut().for_each(|x| *x = x.max(0.0));
}

/// Nothing passes back where [`rectify`] gave 0.
pub(super) fn rectify_back(out: &[f32], back: &mut [f32]) {
    back.iter_mut().zip(out).for_each(|(back, out)| {
        if *out <= 0.0 {
            *back = 0.0;
        }
    });
}

/// What is forgotten at random in training: a share, and the source of randomness.
#[derive(Debug)]
pub struct Forgetting<'r> {
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

/// [`norm`] with the places of its weights.
pub(super) fn norm_at(weights: &[f32], places: &NormPlaces, rows: &[f32]) -> Normed {
    norm(rows, &weights[places.gain.clone()], &weights[places.shift.clone()])
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learn::random::even;

    fn numbers(count: usize, seed: u64) -> Vec<f32> {
        let mut random = seed;
        (0..count).map(|_| even(&mut random)).collect()
    }

    fn close(a: &[f32], b: &[f32]) {
        assert_eq!(a.len(), b.len(), "as many");
        assert!(a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-4), "not close");
    }

    #[test]
    fn products_are_those_of_the_definition() {
        let (rows, inner, columns) = (7, 24, 16);
        let (a, b, c) = (numbers(rows * inner, 1), numbers(inner * columns, 2), numbers(rows * columns, 3));
        let mut expected = [c.clone(), numbers(inner * columns, 4), numbers(rows * inner, 5)];
        let mut found = expected.clone();
        for row in 0..rows {
            for at in 0..inner {
                for column in 0..columns {
                    let (a, b) = (a[row * inner + at], b[at * columns + column]);
                    let c = c[row * columns + column];
                    expected[0][row * columns + column] += a * b;
                    expected[1][at * columns + column] += a * c;
                    expected[2][row * inner + at] += b * c;
                }
            }
        }
        product(&a, &b, &mut found[0], inner, columns);
        product_of_transposed(&a, &c, &mut found[1], inner, columns);
        product_with_transposed(&c, &b, &mut found[2], inner, columns);
        expected.iter().zip(&found).for_each(|(expected, found)| close(expected, found));
    }

    #[test]
    fn the_bits_do_not_depend_on_how_wide_the_processor_is() {
        for columns in [8, 24, 32, 64] {
            let (rows, inner) = (9, 40);
            let (a, b, c) = (numbers(rows * inner, 1), numbers(inner * columns, 2), numbers(rows * columns, 3));
            let mut wide = c.clone();
            product(&a, &b, &mut wide, inner, columns);
            let mut narrow = c;
            for column in (0..columns).step_by(WIDE) {
                column_without_vectors(&a, &b, &mut narrow, inner, columns, column);
            }
            let bits = |numbers: &[f32]| numbers.iter().map(|x| x.to_bits()).collect::<Vec<u32>>();
            assert_eq!(bits(&wide), bits(&narrow));
        }
    }

    #[test]
    fn a_normed_row_has_mean_0_and_variance_1() {
        let normed = norm(&numbers(64, 6), &[1.0; 32], &[0.0; 32]);
        for row in normed.out.chunks_exact(32) {
            assert!(row.iter().sum::<f32>().abs() < 1e-4, "mean");
            assert!((row.iter().map(|x| x * x).sum::<f32>() / 32.0 - 1.0).abs() < 1e-3, "variance");
        }
    }
}
