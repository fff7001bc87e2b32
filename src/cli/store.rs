//! The store that a command works on, and its errors in the person's language.

use std::{error::Error, fmt, path::PathBuf};

use super::{Context, Lang};
use crate::{
    model::iri::Base,
    store::{StoreError, YutuStore},
};

/// Which store.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct StoreArgs {
    /// Folder of the store
    #[arg(long, value_name = "DIR", default_value = "./yutu-store")]
    store: PathBuf,
}

impl StoreArgs {
    /// Opens it for reading and writing, and makes it where there is none.
    pub(super) fn open(&self, context: &Context) -> Result<YutuStore, miette::Report> {
        YutuStore::open(&self.store).map_err(|error| report(error, context.lang))
    }

    /// Opens it for reading and writing as one whose addresses have this base; makes one where there is none.
    pub(super) fn open_with_base(&self, base: &Base, context: &Context) -> Result<YutuStore, miette::Report> {
        YutuStore::open_with_base(&self.store, base).map_err(|error| report(error, context.lang))
    }

    /// Opens it for reading.
    pub(super) fn open_read_only(&self, context: &Context) -> Result<YutuStore, miette::Report> {
        YutuStore::open_read_only(&self.store).map_err(|error| report(error, context.lang))
    }

    /// Where it is.
    pub(super) fn path(&self) -> &std::path::Path {
        &self.store
    }
}

/// The error in the person's language, with its causes.
pub(super) fn report(error: StoreError, lang: Lang) -> miette::Report {
    match lang {
        Lang::En => miette::Report::from_err(error),
        Lang::Zh => miette::Report::from_err(Chinese(error)),
    }
}

#[derive(Debug)]
struct Chinese(StoreError);

impl fmt::Display for Chinese {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.in_chinese())
    }
}

impl Error for Chinese {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.source()
    }
}
