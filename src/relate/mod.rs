//! What an article states of its entities: relations and figures.

mod deictics;
pub mod figures;
mod places;
mod relations;
mod row;
#[cfg(test)]
mod testing;

pub use relations::{
    RelationCheck, RelationError, RelationModel, RelationSample, RelationTally, RelationTraining, cross_validate,
    relations, train, train_and_check,
};

/// Digest of characters.
#[inline]
fn digest(chars: &[char]) -> u32 {
    chars.iter().fold(0x517c_c1b7, |hash, &c| (hash ^ c as u32).wrapping_mul(0x0100_0193).rotate_left(5))
}
