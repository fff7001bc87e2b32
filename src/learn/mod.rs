//! Small learners for the stages: hashed features, logistic regression, ranking, boosted trees. Training is deterministic: the
//! same examples in the same order give the same bytes.

mod boost;
mod features;
mod logistic;
mod multi;

pub use boost::{Boost, BoostOptions};
pub use features::{Features, hash};
pub use logistic::{Example, Group, Logistic, ModelError, TrainOptions};
pub use multi::{Bag, COLUMNS, Instance, MultiLogistic, MultiOptions, Scores};
