//! The command line: one file a subcommand, with its arguments (whose doc comments are its English help) and its run.
//!
//! Data goes to standard output, messages to standard error. Exit status: 0 done, 1 failed, 2 wrong usage.

mod lang;

pub use lang::Lang;

/// What every command knows.
#[derive(Debug, Clone)]
pub struct Context {
    /// The language of messages.
    pub lang: Lang,
    /// Say nothing but errors.
    pub quiet: bool,
    /// Say more.
    pub verbose: bool,
    /// Worker threads, at least 1.
    pub threads: usize,
}

impl Context {
    /// Writes a message for the person at the terminal, in their language, unless they asked for quiet.
    pub fn say(&self, zh: impl std::fmt::Display, en: impl std::fmt::Display) {
        if !self.quiet {
            match self.lang {
                Lang::Zh => eprintln!("{zh}"),
                Lang::En => eprintln!("{en}"),
            }
        }
    }
}
