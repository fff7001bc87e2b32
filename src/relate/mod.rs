//! Entities → statements about them.

mod relations;

pub use relations::{
    RelationCheck, RelationError, RelationModel, RelationSample, RelationTally, RelationTraining, cross_validate,
    relations, train, train_and_check,
};
