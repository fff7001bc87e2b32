//! Full-text search: entities by their names, in Chinese, by pinyin or initials, with mistakes; articles and passages by their words.
//!
//! The index is kept by tantivy beside the store, and follows it: `index` has its fields and what is written, `find` asks it, `words`
//! makes words. It holds nothing that is not in the store, and is made anew where it is missing or behind.

mod find;
mod index;
mod words;

pub use find::{Hit, Query, Scope};
pub use index::{SearchError, SearchIndex};
