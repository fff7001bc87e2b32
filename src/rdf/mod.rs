//! Facts as RDF: the names (`vocab`, equal to `ontology/yutu.ttl`), the numbers and dates as literals (`literal`), the
//! shape of an article's graph (`encode`), its bytes (`write`), and addresses under another base (`rebase`). `docs/rdf.md` describes that shape for people who write queries.
//!
//! Nothing here opens a file or a store.

mod encode;
mod literal;
mod rebase;
pub mod vocab;
mod write;

pub use encode::{encode, to_sorted_nquads};
pub use literal::{decimal, magnitude, period_bounds};
pub use rebase::Rebase;
pub use write::{SortedPrefixes, has_triple_terms, serializer};

/// The ontology, Turtle: classes and properties with labels and comments in Chinese and English.
pub const ONTOLOGY: &str = include_str!("../../ontology/yutu.ttl");
