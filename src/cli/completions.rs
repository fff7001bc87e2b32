//! `yutu completions`: a script that completes commands and options in a shell.

use std::io::Write as _;

use clap_complete::Shell;
use miette::IntoDiagnostic as _;

use super::{Context, Outcome, command, output::Output};

/// Print a script that completes commands in your shell
///
/// For bash: yutu completions bash > ~/.local/share/bash-completion/completions/yutu
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The shell to complete in
    #[arg(value_enum, value_name = "SHELL")]
    shell: Shell,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<Outcome, miette::Report> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut command(context.lang), "yutu", &mut script);
    let mut output = Output::stdout();
    output.write_all(&script).and_then(|()| output.flush()).into_diagnostic()?;
    Ok(Outcome::Done)
}
