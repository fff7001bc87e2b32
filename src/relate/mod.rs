//! What an article states of its entities: relations and figures.

pub mod figures;
mod relations;

pub use relations::{
    RelationCheck, RelationError, RelationModel, RelationSample, RelationTally, RelationTraining, cross_validate,
    relations, train, train_and_check,
};
