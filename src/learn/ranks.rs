//! Where the rows of hashed features stand, for the tables of weights: most features that a text has are in no table, and one bit says so.

/// Bits of the index for each row, as long as [`MOST_BITS`] allows: at most one in sixteen is set.
const SPARSE: usize = 16;

/// The largest index: one MiB (and half of one for the counts), small enough to stay in a near cache.
const MOST_BITS: u32 = 23;

/// The smallest.
const LEAST_BITS: u32 = 14;

/// Bits of a word of the index.
const WORD: u32 = u64::BITS;

/// So many upper bits of a digest are known from the word of the index that it falls to.
pub(super) const KNOWN_BITS: u32 = LEAST_BITS - WORD.ilog2();

/// An index of rows that stand in the order of their digests. A bit is set where a digest with these upper bits is there: that turns away
/// most features without a row, and the set bits before it say where the row stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ranks {
    bits: u32,
    index: Vec<u64>,
    /// How many rows stand before those of each word of the index; last, how many there are.
    before: Vec<u32>,
}

impl Ranks {
    /// Of rows with these digests, which ascend.
    pub(super) fn new(digests: &[u32]) -> Self {
        let bits = (digests.len().clamp(1, 1 << MOST_BITS) * SPARSE).next_power_of_two().ilog2();
        let bits = bits.clamp(LEAST_BITS, MOST_BITS);
        let words = 1 << (bits - WORD.ilog2());
        let mut ranks = Self { bits, index: vec![0; words], before: vec![0; words + 1] };
        for &digest in digests {
            let (word, bit) = ranks.home(digest);
            ranks.index[word] |= 1 << bit;
            ranks.before[word + 1] += 1;
        }
        for word in 0..words {
            ranks.before[word + 1] += ranks.before[word];
        }
        ranks
    }

    /// Whether there may be a row with this digest.
    #[inline(always)]
    pub(super) fn may_hold(&self, digest: u32) -> bool {
        let (word, bit) = self.home(digest);
        self.index[word] >> bit & 1 == 1
    }

    /// The rows among which the one with this digest is, if there is one, as (start, end): it is the first, unless others share its bit.
    #[inline(always)]
    pub(super) fn among(&self, digest: u32) -> (usize, usize) {
        let (word, bit) = self.home(digest);
        let from = self.before[word] + (self.index[word] & ((1 << bit) - 1)).count_ones();
        (from as usize, self.before[word + 1] as usize)
    }

    /// The word of the index and the bit in it.
    #[inline(always)]
    fn home(&self, digest: u32) -> (usize, u32) {
        let bit = digest >> (u32::BITS - self.bits);
        ((bit / WORD) as usize, bit % WORD)
    }
}

/// A feature's digest: a permutation of the hashes, of which the upper bits are spread evenly.
pub(super) fn spread(feature: u32) -> u32 {
    feature.wrapping_mul(0x9e37_79b1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_where_the_index_says() {
        for count in [0, 1, 7, 5_000, 600_000] {
            let mut digests: Vec<u32> = (0..count).map(|n: u32| spread(n * 3)).collect();
            digests.sort_unstable();
            let ranks = Ranks::new(&digests);
            for n in (0..count * 3).step_by(1 + count as usize / 5_000) {
                let digest = spread(n);
                let (from, to) = if ranks.may_hold(digest) { ranks.among(digest) } else { (0, 0) };
                assert_eq!(digests[from..to].contains(&digest), n % 3 == 0);
                // None before it but those that share its bit, none behind it but those of its word.
                let shares = |row: &u32, bits: u32| row >> (u32::BITS - bits) == digest >> (u32::BITS - bits);
                assert!(digests[from..to].iter().take_while(|row| **row < digest).all(|row| shares(row, ranks.bits)));
                assert!(digests[from..to].iter().all(|row| shares(row, ranks.bits - WORD.ilog2())));
            }
        }
    }
}
