//! `yutu man`: manual pages, made out of the help.

use std::{io::Write as _, path::PathBuf};

use miette::{IntoDiagnostic as _, WrapErr as _};

use super::{Context, Outcome, command, output::Output};

/// Print the manual page, or write the pages of all commands into a folder
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Folder to write the pages of all commands to, made where it is missing; without it the main page is printed
    #[arg(value_name = "DIR")]
    dir: Option<PathBuf>,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<Outcome, miette::Report> {
    let command = command(context.lang);
    match &args.dir {
        None => {
            let mut page = Vec::new();
            clap_mangen::Man::new(command).render(&mut page).into_diagnostic()?;
            let mut output = Output::stdout();
            output.write_all(&page).and_then(|()| output.flush()).into_diagnostic()?;
        }
        Some(dir) => {
            let written = std::fs::create_dir_all(dir).and_then(|()| clap_mangen::generate_to(command, dir));
            written.into_diagnostic().wrap_err_with(|| {
                let folder = dir.display();
                match context.lang {
                    super::Lang::Zh => format!("无法将手册页写入 {folder}"),
                    super::Lang::En => format!("cannot write the manual pages to {folder}"),
                }
            })?;
        }
    }
    Ok(Outcome::Done)
}
