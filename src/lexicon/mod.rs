//! Tables of `data/` as matchers: the gazetteer of reference names, and the words that end names.

mod gazetteer;
mod heads;
mod tables;

pub use gazetteer::{Entry, Gazetteer, GazetteerError, GazetteerMatch, NameClass};
pub use heads::Heads;
