//! Text in, relations out.
