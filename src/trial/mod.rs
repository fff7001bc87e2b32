//! Trials: how well articles are read by models that have not seen them, and what each detector adds.

mod ablation;
mod folds;

pub use ablation::Setting;
pub use folds::{Fold, Grouping, assign, learning_curve, read_held_out};
