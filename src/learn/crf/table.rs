//! The weights of features, laid out for reading: one cache line a feature.

use super::LANES;
use crate::learn::ranks::{KNOWN_BITS, Ranks, spread};

/// Stored weights are multiples of one over this.
pub(super) const STEP: f32 = 24.0;

/// The lanes that hold weights; the others hold the check.
pub(super) const MOST_LABELS: usize = LANES - CHECK;

/// Bytes of a feature's check: the lower bits of its digest. The upper ones follow from where the entry stands.
const CHECK: usize = 3;
const _: () = assert!(KNOWN_BITS + 8 * CHECK as u32 >= u32::BITS, "two digests could be taken for one");

/// So many features are looked up side by side.
const SIDE_BY_SIDE: usize = 128;

/// The weights of a feature in steps of 1/[`STEP`], then three bytes of its digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(align(32))]
struct Entry([i8; LANES]);

/// Entries in the order of their digests, one after another.
#[derive(Debug, Clone)]
pub(super) struct Table {
    entries: Vec<Entry>,
    ranks: Ranks,
}

impl Table {
    /// Lays out features, which come in the ascending order of their digests, each with its weights.
    ///
    /// # Errors
    /// The first that a row brings.
    pub(super) fn new<E>(rows: impl ExactSizeIterator<Item = Result<(u32, [i8; LANES]), E>>) -> Result<Self, E> {
        let (mut entries, mut digests) = (Vec::with_capacity(rows.len()), Vec::with_capacity(rows.len()));
        for row in rows {
            let (digest, mut entry) = row?;
            entry[MOST_LABELS..].copy_from_slice(&check(digest));
            entries.push(Entry(entry));
            digests.push(digest);
        }
        Ok(Self { entries, ranks: Ranks::new(&digests) })
    }

    /// The sum of the features' weights in steps of 1/[`STEP`], a lane a label. Lanes without a label hold nothing of use.
    #[inline(always)]
    pub(super) fn sum(&self, features: &[u32]) -> [i16; LANES] {
        let mut sum = [0i16; LANES];
        let mut likely = [0u32; SIDE_BY_SIDE];
        let mut places = [(0usize, 0usize); SIDE_BY_SIDE];
        for features in features.chunks(SIDE_BY_SIDE) {
            let mut count = 0;
            for &feature in features {
                let digest = spread(feature);
                // Without a branch, which nobody could foretell.
                likely[count] = digest;
                count += usize::from(self.ranks.may_hold(digest));
            }
            for (place, &digest) in places.iter_mut().zip(&likely[..count]) {
                *place = self.ranks.among(digest);
            }
            // A first touch of all, so that the waits for memory overlap: nothing here depends on what is read.
            let touched = places[..count].iter().fold(0, |all, &(from, _)| all ^ self.entries[from].0[0]);
            std::hint::black_box(touched);
            for (&(from, to), &digest) in places.iter().zip(&likely[..count]) {
                let check = check(digest);
                if let Some(entry) = self.entries[from..to].iter().find(|entry| entry.0[MOST_LABELS..] == check) {
                    for (sum, weight) in sum.iter_mut().zip(entry.0) {
                        *sum = sum.wrapping_add(i16::from(weight));
                    }
                }
            }
        }
        sum
    }
}

/// What tells the entries of a word of the index apart.
fn check(digest: u32) -> [i8; CHECK] {
    let [a, b, c, _] = digest.to_le_bytes();
    [a as i8, b as i8, c as i8]
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;

    fn table(mut rows: Vec<(u32, [i8; LANES])>) -> Table {
        rows.sort_unstable_by_key(|&(key, _)| spread(key));
        let Ok(table) = Table::new(rows.into_iter().map(|(key, row)| Ok::<_, Infallible>((spread(key), row))));
        table
    }

    #[test]
    fn sums_what_is_there_and_nothing_else() {
        let rows: Vec<(u32, [i8; LANES])> = (0..5_000u32)
            .map(|n| {
                let mut row = [0; LANES];
                row[n as usize % MOST_LABELS] = (n % 100) as i8 + 1;
                (n.wrapping_mul(2_654_435_769) | 1, row)
            })
            .collect();
        let table = table(rows.clone());
        for chunk in rows.chunks(7) {
            let mut features: Vec<u32> = chunk.iter().map(|(key, _)| *key).collect();
            let mut expected = [0i16; LANES];
            for (_, row) in chunk {
                for (sum, weight) in expected.iter_mut().zip(row) {
                    *sum += i16::from(*weight);
                }
            }
            // Even keys are not in the table.
            features.extend(chunk.iter().map(|(key, _)| key ^ 1));
            assert_eq!(table.sum(&features)[..MOST_LABELS], expected[..MOST_LABELS]);
        }
    }

    #[test]
    fn features_that_share_a_bit_are_told_apart() {
        // The inverse of the spreading factor, by Newton's method, gives keys with digests that differ in the lowest bits alone.
        let inverse = (0..5).fold(1u32, |x, _| x.wrapping_mul(2u32.wrapping_sub(0x9e37_79b1u32.wrapping_mul(x))));
        let keys: Vec<u32> = (0..6u32).map(|low| (0x1234_5600 | low).wrapping_mul(inverse)).collect();
        let row_of = |index: usize| {
            let mut row = [0; LANES];
            row[index] = 7;
            row
        };
        let table = table(keys[..5].iter().enumerate().map(|(index, &key)| (key, row_of(index))).collect());
        for (index, &key) in keys[..5].iter().enumerate() {
            let sum = table.sum(&[key]);
            assert!((0..MOST_LABELS).all(|lane| sum[lane] == if lane == index { 7 } else { 0 }));
        }
        assert_eq!(table.sum(&keys[5..])[..MOST_LABELS], [0; MOST_LABELS]);
    }
}
