//! Mentions of named things: detectors propose spans, one place decides between them.

pub mod candidates;
pub mod features;
pub mod fusion;
pub mod tagger;
