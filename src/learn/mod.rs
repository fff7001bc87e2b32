//! Small learners for the stages: hashed features, logistic regression, ranking, conditional random fields, boosted trees, a small
//! neural network. Training is deterministic: the same examples in the same order give the same bytes.

mod boost;
mod bytes;
pub mod crf;
mod features;
mod logistic;
mod multi;
pub mod network;
mod odds;
pub(crate) mod random;
mod ranks;
mod sparse;
mod widely;

pub use boost::{Boost, BoostOptions};
pub use features::{Features, digest, hash, mix};
pub use logistic::{Example, Group, Logistic, ModelError, TrainOptions};
pub use multi::{Bag, COLUMNS, Instance, MultiLogistic, MultiOptions, Scores};
pub(crate) use odds::{log_odds, sigmoid, softmax};
