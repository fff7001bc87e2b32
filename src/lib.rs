//! Yutu (舆图) reads Chinese articles on regional development and turns them into a graph of facts with evidence.
//!
//! The modules stand in the order that the data flows, and a module never imports a later one.

pub mod model;

pub mod read;

mod packed;

pub mod lexicon;
pub mod text;

pub mod learn;

pub mod gold;

pub mod corpus;

pub mod detect;

pub mod resolve;

pub mod relate;

pub mod eval;

pub mod train;

pub mod pipeline;

pub mod trial;

pub mod format;

pub mod rdf;

pub mod store;

pub mod query;

pub mod search;

pub mod graph;

pub mod exchange;

pub mod serve;

pub mod cli;
