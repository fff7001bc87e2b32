//! The plain values that the stages hand on: articles in, facts out.
//!
//! Nothing here reads, writes or decides; `iri` gives the stable names that facts have outside one article,
//! `schema` the closed vocabularies of types, predicates and qualifiers.

mod article;
mod facts;
pub mod iri;
mod schema;
mod span;

pub use article::Article;
pub use facts::{
    Diagnostic, Entity, Evidence, Extraction, Link, LinkAlternative, Mention, Modality, Observation, Relation,
};
pub use schema::{EntityType, Predicate, Qualifier, UnknownName};
pub use span::Span;
