//! Which models a command extracts with.

use std::path::PathBuf;

use miette::{IntoDiagnostic as _, Report, WrapErr as _, miette};

use super::{Context, Lang};
use crate::pipeline::Extractor;

/// The option of commands that extract.
#[derive(Debug, clap::Args)]
pub(super) struct ModelArgs {
    /// Use the models in this folder, as `yutu train` writes them [default: the program's own]
    #[arg(long, value_name = "DIR")]
    models: Option<PathBuf>,
}

impl ModelArgs {
    /// The extractor with the models asked for.
    pub(super) fn extractor(&self, context: &Context) -> Result<Extractor, Report> {
        let Some(folder) = &self.models else {
            return Ok(Extractor::builtin());
        };
        let (read, folder) = (Extractor::from_dir(folder), folder.display());
        match context.lang {
            Lang::Zh => read
                .map_err(|error| miette!("{}", error.in_chinese()))
                .wrap_err_with(|| format!("无法使用文件夹 {folder} 中的模型")),
            Lang::En => read.into_diagnostic().wrap_err_with(|| format!("cannot use the models in {folder}")),
        }
    }
}
