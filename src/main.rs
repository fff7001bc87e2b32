//! The `yutu` program: everything is in the library.

fn main() {}
