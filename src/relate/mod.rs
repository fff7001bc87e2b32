//! What an article states of its entities: relations and figures.

pub mod figures;
