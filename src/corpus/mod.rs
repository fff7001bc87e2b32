//! Folders of annotated articles as data: checking them, counting them, writing pairs of files.
//!
//! `gold` reads them for training and measuring; nothing here judges extraction.

mod check;
mod stats;
mod write;

pub use check::check;
pub use stats::Stats;
pub use write::{gold_json, text_file, write_pair};
