//! The command line: one file a subcommand, with its arguments (whose doc comments are its English help) and its run.
//!
//! Data goes to standard output, messages to standard error. Exit status: 0 done, 1 failed (also when some records failed), 2 wrong
//! usage.
//!
//! To add a subcommand `stats`:
//! 1. `stats.rs` with `#[derive(Debug, clap::Args)] pub(super) struct Args`, documented in plain words: its doc comment is the help of
//!    the command, those of its fields the help of the arguments; and
//!    `pub(super) fn run(args: &Args, context: &Context) -> Result<Outcome, miette::Report>`. Write data to [`output::Output`], messages
//!    by [`Context::say`]; read articles by [`input::each_batch`].
//! 2. here: `mod stats;`, one variant of [`Command`] (without doc comment), one arm of [`Command::run`].
//! 3. `help_zh.rs`: the Chinese text of the command and of each argument; a test names those that are missing.
//! 4. `UPDATE_EXPECT=1 cargo test --release --test it help` takes the new help into its snapshot.

mod articles;
mod backup;
mod card;
mod completions;
mod corpus;
mod dump;
mod eval;
mod extract;
mod graph;
mod graph_errors;
mod help_zh;
mod ingest;
mod ingest_service;
mod input;
mod lang;
mod load;
mod localise;
mod man;
mod models;
mod output;
mod progress;
mod query;
mod query_list;
mod rebase;
mod serve;
mod show;
mod stats;
mod store;
mod table;
mod token;
mod train;
mod usage;

use std::{ffi::OsString, fmt::Display, io::Write as _, num::NonZeroUsize, process::ExitCode};

use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

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
    pub fn say(&self, zh: impl Display, en: impl Display) {
        if !self.quiet {
            match self.lang {
                Lang::Zh => to_stderr(zh),
                Lang::En => to_stderr(en),
            }
        }
    }
}

/// Writes a line to standard error. Where nobody reads it any more there is nobody to tell.
fn to_stderr(line: impl Display) {
    let _ = writeln!(anstream::stderr().lock(), "{line}");
}

/// How a command ended that did not fail as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// All was done.
    Done,
    /// Some records failed, and were reported; the rest was done.
    SomeFailed,
}

/// Wrong usage that shows only when a command runs: exit status 2.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
enum WrongUsage {
    /// In the user's language.
    #[error("{0}")]
    Said(String),
    /// Found by clap in what a command parses itself.
    #[error(transparent)]
    Clap(#[from] clap::Error),
}

/// The heading of the options that every command has.
const GENERAL: &str = "General options";

/// Read Chinese articles on regional development and make a graph of their facts
///
/// Yutu reads articles, finds places, parks, companies, policies, industries and figures in them, and how they hang together. Every
/// fact keeps the passage that states it.
#[derive(Debug, Parser)]
#[command(
    name = "yutu",
    version,
    arg_required_else_help = true,
    subcommand_required = true,
    disable_help_flag = true,
    disable_help_subcommand = true,
    disable_version_flag = true,
    after_help = "Examples:\n  yutu extract articles/ > facts.jsonl\n  yutu extract --format text news.html\n\nExit status: 0 done, 1 failed or some records failed, 2 wrong usage."
)]
struct Cli {
    /// Language of help and messages [default: from the locale]
    #[arg(long, global = true, help_heading = GENERAL, value_enum, value_name = "LANG")]
    lang: Option<Lang>,
    // Without a short form: `yutu query -q TEXT` is the query.
    /// Say nothing but errors
    #[arg(long, global = true, help_heading = GENERAL, conflicts_with = "verbose")]
    quiet: bool,
    /// Say more about what is done
    #[arg(short, long, global = true, help_heading = GENERAL)]
    verbose: bool,
    /// Worker threads [default: one for each processor]
    #[arg(long, global = true, help_heading = GENERAL, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// Print help
    #[arg(short, long, global = true, help_heading = GENERAL, action = clap::ArgAction::Help)]
    help: Option<bool>,
    /// Print the version
    #[arg(short = 'V', long, help_heading = GENERAL, action = clap::ArgAction::Version)]
    version: Option<bool>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Ingest(ingest::Args),
    Query(query::Args),
    Show(show::Args),
    Graph(graph::Args),
    Articles(articles::Args),
    Stats(stats::Args),
    Extract(extract::Args),
    Serve(serve::Args),
    Token(token::Args),
    Dump(dump::Args),
    Load(load::Args),
    Backup(backup::Args),
    Rebase(rebase::Args),
    Corpus(corpus::Args),
    Train(train::Args),
    Eval(eval::Args),
    Completions(completions::Args),
    Man(man::Args),
}

impl Command {
    fn run(&self, context: &Context) -> Result<Outcome, miette::Report> {
        match self {
            Self::Ingest(args) => ingest::run(args, context),
            Self::Extract(args) => extract::run(args, context),
            Self::Articles(args) => articles::run(args, context),
            Self::Show(args) => show::run(args, context),
            Self::Graph(args) => graph::run(args, context),
            Self::Stats(args) => stats::run(args, context),
            Self::Dump(args) => dump::run(args, context),
            Self::Load(args) => load::run(args, context),
            Self::Backup(args) => backup::run(args, context),
            Self::Rebase(args) => rebase::run(args, context),
            Self::Serve(args) => serve::run(args, context),
            Self::Token(args) => token::run(args, context),
            Self::Query(args) => query::run(args, context),
            Self::Corpus(args) => corpus::run(args, context),
            Self::Train(args) => train::run(args, context),
            Self::Eval(args) => eval::run(args, context),
            Self::Completions(args) => completions::run(args, context),
            Self::Man(args) => man::run(args, context),
        }
    }
}

/// The command with its help in a language.
fn command(lang: Lang) -> clap::Command {
    match lang {
        Lang::Zh => localise::to_chinese(Cli::command()),
        Lang::En => Cli::command(),
    }
}

/// Runs the program with the arguments of its process.
pub fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    let lang = Lang::asked_for(&arguments).unwrap_or_else(Lang::from_locale);
    let cli = match command(lang).try_get_matches_from(arguments).and_then(|matches| Cli::from_arg_matches(&matches)) {
        Ok(cli) => cli,
        Err(error) => return usage::print(&error, lang),
    };
    let processors = || std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let threads = cli.threads.map_or_else(processors, usize::from);
    // Fails only where a pool exists already, and then that one does.
    let _ = rayon::ThreadPoolBuilder::new().num_threads(threads).build_global();
    let context = Context { lang, quiet: cli.quiet, verbose: cli.verbose, threads };
    match cli.command.run(&context) {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::SomeFailed) => ExitCode::FAILURE,
        Err(report) if output::is_closed(&report) => ExitCode::SUCCESS,
        Err(report) => match report.downcast_ref::<WrongUsage>() {
            Some(WrongUsage::Clap(error)) => usage::print(error, lang),
            usage => {
                print_report(&report, lang);
                if usage.is_some() { ExitCode::from(2) } else { ExitCode::FAILURE }
            }
        },
    }
}

/// The error and its causes, a line each; with the source text where the error points into one.
fn print_report(report: &miette::Report, lang: Lang) {
    if report.source_code().is_some() && report.labels().is_some() {
        to_stderr(format_args!("{report:?}"));
        return;
    }
    print_chain(&report.to_string(), report.chain().skip(1), lang);
    if let Some(help) = report.help() {
        to_stderr(format_args!("  {}{help}", lang.pick("提示：", "hint: ")));
    }
}

/// An error's message and its causes, without repeating what was said already.
fn print_chain<'a>(message: &str, causes: impl Iterator<Item = &'a (dyn std::error::Error + 'static)>, lang: Lang) {
    let style = anstyle::Style::new().bold().fg_color(Some(anstyle::AnsiColor::Red.into()));
    to_stderr(format_args!("{style}{}{style:#}{message}", lang.pick("错误：", "error: ")));
    let mut said = message.to_owned();
    for cause in causes {
        let cause = cause.to_string();
        if !said.contains(&cause) {
            to_stderr(format_args!("  {}{cause}", lang.pick("原因：", "caused by: ")));
            said = cause;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        command(Lang::En).debug_assert();
        command(Lang::Zh).debug_assert();
    }
}
