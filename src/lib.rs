//! Yutu (舆图) reads Chinese articles on regional development and turns them into a graph of facts with evidence.
//!
//! The modules stand in the order that the data flows, and a module never imports a later one.

pub mod model;

pub mod text;

pub mod learn;

pub mod gold;

pub mod relate;

pub mod pipeline;

pub mod cli;
