//! The weights of features, laid out for reading: one cache line a feature.

use super::LANES;

/// Stored weights are multiples of one over this.
pub(super) const STEP: f32 = 24.0;

/// The lanes that hold weights; the others hold the check.
pub(super) const MOST_LABELS: usize = LANES - CHECK;

/// Bytes of a feature's check.
const CHECK: usize = 3;

/// Bits of the index: one MiB (and half of one for the counts), small enough to stay in a near cache.
const INDEX_BITS: u32 = 23;

/// Bits of a word of the index.
const WORD: u32 = u64::BITS;

/// So many features are looked up side by side.
const SIDE_BY_SIDE: usize = 128;

/// The weights of a feature in steps of 1/[`STEP`], then three bytes of its digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(align(32))]
struct Entry([i8; LANES]);

/// Entries in the order of their digests, one after another. A bit of the index is set where a digest with these upper bits is there: that
/// turns away most features without weights, and the set bits before it say where the entry stands.
#[derive(Debug, Clone)]
pub(super) struct Table {
    entries: Vec<Entry>,
    index: Vec<u64>,
    /// How many entries stand before those of each word of the index; last, how many there are.
    before: Vec<u32>,
}

impl Table {
    /// Lays out the features with the given keys, none twice; `row_of` gives the weights of the key at an index. (The weights come one after
    /// another, so that all of them need not stand in memory twice.)
    pub(super) fn new(keys: &[u32], row_of: impl Fn(usize) -> [i8; LANES]) -> Self {
        let mut order: Vec<u32> = (0..keys.len() as u32).collect();
        order.sort_unstable_by_key(|&index| spread(keys[index as usize]));
        let words = 1 << (INDEX_BITS - WORD.ilog2());
        let mut table =
            Self { entries: Vec::with_capacity(keys.len()), index: vec![0; words], before: vec![0; words + 1] };
        for index in order {
            let digest = spread(keys[index as usize]);
            let mut entry = row_of(index as usize);
            entry[MOST_LABELS..].copy_from_slice(&check(digest));
            table.entries.push(Entry(entry));
            let (word, bit) = home(digest);
            table.index[word] |= 1 << bit;
            table.before[word + 1] += 1;
        }
        for word in 0..words {
            table.before[word + 1] += table.before[word];
        }
        table
    }

    /// Where the entries are among which the one with this digest is, if any: it comes first, unless another shares its bit or one before it.
    fn among(&self, digest: u32) -> (u32, u32) {
        let (word, bit) = home(digest);
        let from = self.before[word] + (self.index[word] & ((1 << bit) - 1)).count_ones();
        (from, self.before[word + 1])
    }

    /// The sum of the features' weights in steps of 1/[`STEP`], a lane a label. Lanes without a label hold nothing of use.
    pub(super) fn sum(&self, features: &[u32]) -> [i16; LANES] {
        let mut sum = [0i16; LANES];
        let mut likely = [0u32; SIDE_BY_SIDE];
        let mut places = [(0u32, 0u32); SIDE_BY_SIDE];
        for features in features.chunks(SIDE_BY_SIDE) {
            let mut count = 0;
            for &feature in features {
                let digest = spread(feature);
                let (word, bit) = home(digest);
                // Without a branch, which nobody could foretell.
                likely[count] = digest;
                count += usize::from(self.index[word] >> bit & 1 == 1);
            }
            for (place, &digest) in places.iter_mut().zip(&likely[..count]) {
                *place = self.among(digest);
            }
            // A first touch of all, so that the waits for memory overlap: nothing here depends on what is read.
            let touched = places[..count].iter().fold(0, |all, &(from, _)| all ^ self.entries[from as usize].0[0]);
            std::hint::black_box(touched);
            for (&(from, to), &digest) in places.iter().zip(&likely[..count]) {
                let check = check(digest);
                let entries = &self.entries[from as usize..to as usize];
                if let Some(entry) = entries.iter().find(|entry| entry.0[MOST_LABELS..] == check) {
                    for (sum, weight) in sum.iter_mut().zip(entry.0) {
                        *sum = sum.wrapping_add(i16::from(weight));
                    }
                }
            }
        }
        sum
    }
}

/// The word of the index and the bit in it.
fn home(digest: u32) -> (usize, u32) {
    let bit = digest >> (u32::BITS - INDEX_BITS);
    ((bit / WORD) as usize, bit % WORD)
}

/// A permutation of the keys that spreads them evenly: words are by its upper bits, checks by its lower.
fn spread(key: u32) -> u32 {
    key.wrapping_mul(0x9e37_79b1)
}

/// Together with the word, which stands for the upper 17 bits, the lower 24 leave no room for confusion.
fn check(digest: u32) -> [i8; CHECK] {
    let [a, b, c, _] = digest.to_le_bytes();
    [a as i8, b as i8, c as i8]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_what_is_there_and_nothing_else() {
        let rows: Vec<(u32, [i8; LANES])> = (0..5_000u32)
            .map(|n| {
                let mut row = [0; LANES];
                row[n as usize % MOST_LABELS] = (n % 100) as i8 + 1;
                (n.wrapping_mul(2_654_435_769) | 1, row)
            })
            .collect();
        let keys: Vec<u32> = rows.iter().map(|(key, _)| *key).collect();
        let table = Table::new(&keys, |index| rows[index].1);
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
        let table = Table::new(&keys[..5], row_of);
        for (index, &key) in keys[..5].iter().enumerate() {
            let sum = table.sum(&[key]);
            assert!((0..MOST_LABELS).all(|lane| sum[lane] == if lane == index { 7 } else { 0 }));
        }
        assert_eq!(table.sum(&keys[5..])[..MOST_LABELS], [0; MOST_LABELS]);
    }
}
