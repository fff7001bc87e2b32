//! Which models a command extracts with.

use std::path::PathBuf;

use miette::{IntoDiagnostic as _, WrapErr as _};

use super::Context;
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
    pub(super) fn extractor(&self, context: &Context) -> Result<Extractor, miette::Report> {
        match &self.models {
            None => Ok(Extractor::builtin()),
            Some(folder) => Extractor::from_dir(folder).into_diagnostic().wrap_err_with(|| {
                let folder = folder.display();
                match context.lang {
                    super::Lang::Zh => format!("无法使用文件夹 {folder} 中的模型"),
                    super::Lang::En => format!("cannot use the models in {folder}"),
                }
            }),
        }
    }
}
