//! `yutu backup`: a copy of the store that opens like the store.

use std::path::PathBuf;

use super::{
    Context, Outcome,
    store::{StoreArgs, report},
};

/// Copy the store to a new folder
///
/// The copy is a store like any other. On the same disk it takes hardly any room until the store changes.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The new folder
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    #[command(flatten)]
    store: StoreArgs,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<Outcome, miette::Report> {
    if !args.store.path().exists() {
        args.store.open_read_only(context)?;
    }
    let store = args.store.open(context)?;
    store.backup(&args.folder).map_err(|error| report(error, context.lang))?;
    let folder = args.folder.display();
    context.say(format_args!("已备份到 {folder}"), format_args!("backed up to {folder}"));
    Ok(Outcome::Done)
}
