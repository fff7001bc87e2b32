//! The integration tests: one binary, one module a topic. `yutu` runs the built program.

mod corpus;
mod eval;
mod extract;
mod federation;
mod graph;
mod help;
mod named_queries;
mod openapi;
mod query;
mod read;
mod samples;
mod serve;
mod store;
mod yutu;
