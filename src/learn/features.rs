//! Features as hashed integers.

use std::hash::Hasher;

use rustc_hash::FxHasher;

/// A 64-bit digest of a feature's parts, the same on every machine.
pub fn hash(parts: &[&str]) -> u64 {
    let mut hasher = FxHasher::default();
    for part in parts {
        hasher.write(part.as_bytes());
        hasher.write_u8(0xff);
    }
    // FxHash leaves the low bits weak; one round of mixing spreads them.
    let mut mixed = hasher.finish();
    mixed ^= mixed >> 32;
    mixed = mixed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed ^ (mixed >> 29)
}

/// Mixes a template number and up to three parts into a feature, without building strings.
#[inline]
pub fn mix(template: u32, a: u64, b: u64, c: u64) -> u32 {
    let mut mixed = u64::from(template).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    for part in [a, b, c] {
        mixed = (mixed.rotate_left(23) ^ part).wrapping_mul(0xd6e8_feb8_6659_fd93);
        mixed ^= mixed >> 29;
    }
    (mixed >> 16) as u32
}

/// A digest of some characters.
#[inline]
pub fn digest(chars: &[char]) -> u64 {
    chars.iter().fold(17, |h, &c| (h.rotate_left(11) ^ c as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15))
}

/// The active features of one example.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Features {
    ids: Vec<u32>,
}

impl Features {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the feature named by `parts`, e.g. `&["cue before", "落户"]`.
    pub fn add(&mut self, parts: &[&str]) {
        self.ids.push(hash(parts) as u32);
    }

    /// Adds a feature made by [`mix`].
    #[inline]
    pub fn push(&mut self, id: u32) {
        self.ids.push(id);
    }

    /// The hashed features.
    pub fn ids(&self) -> &[u32] {
        &self.ids
    }

    /// Forgets all, keeps the room.
    pub fn clear(&mut self) {
        self.ids.clear();
    }
}
