//! Small learners for the stages: hashed features, logistic regression, ranking. Training is deterministic: the same examples in
//! the same order give the same bytes.

pub mod crf;
mod features;
mod logistic;

pub use features::{Features, digest, hash, mix};
pub use logistic::{Example, Group, Logistic, ModelError, TrainOptions};
