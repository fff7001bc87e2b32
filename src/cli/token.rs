//! `yutu token`: a token for `yutu serve`.

use std::{
    io::{self, Write as _},
    path::PathBuf,
};

use miette::{IntoDiagnostic as _, WrapErr as _};

use super::{Context, Outcome};
use crate::serve::{Role, new_token};

/// Make a token that lets a client of `yutu serve` write
///
/// Prints the token, which is kept nowhere: give it to the client. The line that lets it in, with nothing but a digest of it, is added to the
/// file of `yutu serve --tokens`, or shown for the environment variable YUTU_TOKENS.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  yutu token admin --file tokens.txt\n  yutu token ingest --name news-desk --file tokens.txt"
)]
pub(super) struct Args {
    /// What it allows: read, ingest (add articles) or admin (change anything)
    #[arg(value_name = "ROLE", value_parser = |name: &str| name.parse::<Role>())]
    role: Role,
    /// Add the line to this file
    #[arg(short, long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// Who it is for, as a note in the line
    #[arg(long, value_name = "NAME", default_value = "")]
    name: String,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<Outcome, miette::Report> {
    let (token, line) = new_token(args.role, &args.name).into_diagnostic()?;
    match &args.file {
        Some(path) => {
            let mut options = std::fs::OpenOptions::new();
            options.create(true).append(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            let written = options.open(path).and_then(|mut file| writeln!(file, "{line}"));
            written.into_diagnostic().wrap_err_with(|| match context.lang {
                super::Lang::Zh => format!("无法写入 {}", path.display()),
                super::Lang::En => format!("cannot write to {}", path.display()),
            })?;
        }
        None => context.say(format_args!("放行它的一行：{line}"), format_args!("the line that lets it in: {line}")),
    }
    writeln!(io::stdout().lock(), "{token}").into_diagnostic()?;
    Ok(Outcome::Done)
}
