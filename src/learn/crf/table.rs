//! The weights of features, laid out for reading: one cache line a feature.

use super::LANES;

/// Stored weights are multiples of one over this.
pub(super) const STEP: f32 = 24.0;

/// The lanes that hold weights; the others hold the check.
pub(super) const MOST_LABELS: usize = LANES - CHECK;

/// Bytes of a feature's check.
const CHECK: usize = 3;

/// Bits of the filter: one MiB, small enough to stay in a near cache.
const FILTER_BITS: u32 = 23;

/// Of the places, so many percent are taken.
const LOAD: usize = 85;

/// Places past the last home, for what does not find its own free.
const TAIL: usize = 512;

/// So many features are looked up side by side.
const SIDE_BY_SIDE: usize = 128;

/// The weights of a feature in steps of 1/[`STEP`], then three bytes of its digest; all zero: free.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(align(32))]
struct Entry([i8; LANES]);

const FREE: Entry = Entry([0; LANES]);

/// Open addressing over entries that stand in the order of their digests, behind a filter that turns away most features without weights.
#[derive(Debug, Clone)]
pub(super) struct Table {
    entries: Vec<Entry>,
    homes: usize,
    filter: Vec<u64>,
}

impl Table {
    /// Lays out the features with the given keys, none twice; `row_of` gives the weights of the key at an index. (The weights come one after
    /// another, so that all of them need not stand in memory twice.)
    pub(super) fn new(keys: &[u32], row_of: impl Fn(usize) -> [i8; LANES]) -> Self {
        let mut order: Vec<u32> = (0..keys.len() as u32).collect();
        order.sort_unstable_by_key(|&index| spread(keys[index as usize]));
        let homes = (keys.len() * 100 / LOAD).max(16);
        let mut table = Self { entries: vec![FREE; homes + TAIL], homes, filter: vec![0; 1 << (FILTER_BITS - 6)] };
        let mut next = 0;
        for index in order {
            let digest = spread(keys[index as usize]);
            let place = table.home(digest).max(next);
            let mut entry = row_of(index as usize);
            entry[MOST_LABELS..].copy_from_slice(&check(digest));
            // The last place stays free: what looks for a feature stops there.
            if place + 1 == table.entries.len() {
                table.entries.reserve_exact(TAIL);
                table.entries.resize(place + 1 + TAIL, FREE);
            }
            table.entries[place] = Entry(entry);
            next = place + 1;
            let bit = digest >> (32 - FILTER_BITS);
            table.filter[bit as usize / 64] |= 1 << (bit % 64);
        }
        table
    }

    fn home(&self, digest: u32) -> usize {
        ((u64::from(digest) * self.homes as u64) >> 32) as usize
    }

    /// The sum of the features' weights in steps of 1/[`STEP`], a lane a label. Lanes without a label hold nothing of use.
    pub(super) fn sum(&self, features: &[u32]) -> [i16; LANES] {
        let mut sum = [0i16; LANES];
        let mut likely = [0u32; SIDE_BY_SIDE];
        for features in features.chunks(SIDE_BY_SIDE) {
            let mut count = 0;
            for &feature in features {
                let digest = spread(feature);
                let bit = digest >> (32 - FILTER_BITS);
                likely[count] = digest;
                count += usize::from(self.filter[bit as usize / 64] >> (bit % 64) & 1 == 1);
            }
            // A first touch of all, so that the waits for memory overlap: nothing here depends on what is read.
            let touched = likely[..count].iter().fold(0, |all, &digest| all ^ self.entries[self.home(digest)].0[0]);
            std::hint::black_box(touched);
            for &digest in &likely[..count] {
                let check = check(digest);
                let mut entry = &self.entries[self.home(digest)..];
                while entry[0].0[MOST_LABELS..] != check && entry[0] != FREE {
                    entry = &entry[1..];
                }
                for (sum, weight) in sum.iter_mut().zip(entry[0].0) {
                    *sum = sum.wrapping_add(i16::from(weight));
                }
            }
        }
        sum
    }
}

/// A permutation of the keys that spreads them evenly: homes are by its upper bits, checks by its lower.
fn spread(key: u32) -> u32 {
    key.wrapping_mul(0x9e37_79b1)
}

/// Together with the place, where only neighbours of the same home meet, three bytes leave no room for confusion.
fn check(digest: u32) -> [i8; CHECK] {
    let [a, b, c, _] = digest.max(1).to_le_bytes();
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
}
