//! Relations between the entities of an article, by a trained model.
//!
//! Two linear models read the text first: what the words around a mention say about the parts it may play ([`roles`]), and what the
//! words around and between two mentions of one sentence say ([`pairs`]). Networks read the article as a whole ([`opinion`]).
//! Triples that the type table allows and that one of them finds possible become [`candidates`], also across sentences: a subject is
//! often named once and left out afterwards. Boosted trees weigh each candidate by a hundred [`numbers`], and once more ([`second`]) knowing what the first look thinks of
//! its rivals, its enumeration and the places around it. What entities there are is decided elsewhere.

mod candidates;
mod check;
mod cues;
mod emit;
mod habits;
mod model;
mod names;
mod numbers;
mod opinion;
mod pairs;
mod roles;
mod sample;
mod scene;
mod second;
mod signals;
mod train;

#[cfg(test)]
mod tests;

pub use check::{RelationCheck, RelationError, RelationTally};
pub use emit::relations;
pub use model::RelationModel;
pub use sample::RelationSample;
pub use train::{RelationTraining, cross_validate, train, train_and_check};
