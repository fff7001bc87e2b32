//! Questions to the graph: named queries and anybody's SPARQL, on a store or an endpoint, answered in the formats that people and
//! programs read.
//!
//! A query's way: `catalog` knows it by name, `parameters` fills in what was given (entities by `names`), `prefixes` declares what it
//! uses, `target` runs it on a store or sends it to an endpoint (`remote`), `formats` and `table` write the answer.

mod builtin;
pub mod catalog;
mod error;
pub mod formats;
mod lexer;
mod names;
mod parameters;
pub mod prefixes;
mod remote;
mod run;
mod table;
mod target;

pub use catalog::{Bilingual, Catalog, NamedQuery};
pub use error::{AnswerKind, CatalogError, ParameterError, QueryError, SyntaxError, Wrong};
pub use formats::{Layout, ResultFormat, Written};
pub use names::Reading;
pub use parameters::{Parameter, ParameterType, check_given};
pub use remote::Endpoint;
pub use run::{Prepared, prepare};
pub use target::{Target, check, explain, outline};
