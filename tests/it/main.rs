//! The integration tests: one binary, one module a topic. `yutu` runs the built program.

mod extract;
mod help;
mod read;
mod yutu;
