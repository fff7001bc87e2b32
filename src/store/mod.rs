//! Where the graphs of articles are kept: an Oxigraph store on disk or in memory.
//!
//! The store adds to Oxigraph what the program promises: one graph an article, taken or retracted as a whole (`articles`); a default
//! graph that is the union of all others (`union`); a version of the shape of its triples and a lock between programs
//! (`open`); RDF in and out (`transfer`); what is known of an entity (`lookup`, `card`); counts (`stats`); all of it under another base (`rebase`). Queries go through
//! [`YutuStore::query`], SPARQL updates and whole graphs through `update` and `graphs`, which keep the union too.

mod articles;
mod card;
mod changes;
mod error;
mod graphs;
mod lookup;
mod open;
mod query;
mod read;
mod rebase;
mod stats;
mod transfer;
mod union;
mod update;

use std::{
    fs::File,
    path::PathBuf,
    sync::atomic::{AtomicU64, AtomicUsize, Ordering},
};

use oxigraph::{model::NamedNode, store::Store};

pub use articles::{ArticleFacts, ArticleRow, Known, Taken};
pub use card::{EntityCard, FactGroup, Statement};
pub use changes::Changes;
pub use error::StoreError;
pub use graphs::GraphTarget;
pub use lookup::{Found, Named};
pub use open::Held;
pub use query::{Extension, QueryError, QuerySettings};
pub use read::{ArticleRef, Fact, Figure};
pub use rebase::{Rebased, keep_whole_leftover, put_in_place, rebased_folder};
pub use stats::Stats;
pub use transfer::{Dumped, Loaded, Packed, Packing, format_of_name};
pub use update::{LoadDocument, UpdateError, UpdateSettings};

use crate::{
    model::{
        Article,
        iri::{self, Base},
    },
    rdf::{Rebase, vocab},
};

/// Version of the shape of triples that this program writes and reads; see `docs/rdf.md`.
pub const SCHEMA_VERSION: u32 = 1;

/// After so many quads written, memory tables go to disk.
///
/// Oxigraph lets RocksDB gather 128 MiB in each of its ten column families before that, so that memory would grow with what
/// was read until well past a gigabyte.
const FLUSH_AFTER_QUADS: usize = 60_000;

/// A store of articles' graphs.
pub struct YutuStore {
    store: Store,
    path: Option<PathBuf>,
    /// What the addresses of its articles, entities and claims begin with.
    base: Base,
    unflushed_quads: AtomicUsize,
    /// How often it was written to since it was opened.
    version: AtomicU64,
    /// What was written, for those that follow the store.
    noted: changes::Noted,
    /// The default graph is a graph of its own, not the union of the others; see [`YutuStore::scratch`].
    is_scratch: bool,
    /// Held as long as the store is open; see [`open`].
    _lock: Option<File>,
}

impl std::fmt::Debug for YutuStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("YutuStore").field("path", &self.path).finish_non_exhaustive()
    }
}

impl YutuStore {
    /// The Oxigraph store within, for reading. Writing past this type would break the union that the default graph is.
    pub fn oxigraph(&self) -> &Store {
        &self.store
    }

    /// Grows with each write: what was read at an equal version still holds.
    pub fn version(&self) -> u64 {
        self.version.load(Ordering::Acquire)
    }

    /// Whether the default graph is a graph of its own; see [`YutuStore::scratch`].
    pub fn is_scratch(&self) -> bool {
        self.is_scratch
    }

    /// What the addresses of its articles, entities and claims begin with.
    pub fn base(&self) -> &Base {
        &self.base
    }

    /// The change from the addresses that the program makes to those of this store; `None` where they are the same.
    pub fn translation(&self) -> Option<Rebase> {
        (self.base.as_str() != iri::BASE).then(|| Rebase::new(Base::default(), self.base.clone()))
    }

    /// The address of an article in this store, which is the name of its graph.
    pub fn article_iri(&self, article: &Article) -> String {
        let iri = iri::article(article);
        self.translation().and_then(|translation| translation.iri(&iri)).unwrap_or(iri)
    }

    /// Where triples go that an update or a client writes without naming a graph: `id:load/update`.
    pub fn unnamed_graph(&self) -> NamedNode {
        NamedNode::new_unchecked(format!("{}load/update", self.base))
    }

    /// The prefixes that queries need not declare.
    fn prefixes(&self) -> impl Iterator<Item = (&'static str, &str)> {
        vocab::prefixes(self.base.as_str())
    }

    /// Where it is on disk.
    pub fn path(&self) -> Option<&std::path::Path> {
        self.path.as_deref()
    }

    /// Notes a write. Called after it is done, so that nobody keeps an old answer under the new version.
    fn changed(&self) {
        self.version.fetch_add(1, Ordering::AcqRel);
    }

    /// Everything written so far is on disk when this returns, and no longer in memory.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn flush(&self) -> Result<(), StoreError> {
        self.unflushed_quads.store(0, Ordering::Relaxed);
        if self.path.is_some() {
            self.store.flush().map_err(self.failed("write the store to disk"))?;
        }
        Ok(())
    }

    /// Notes that so many quads were written, and flushes when enough have come together.
    fn wrote(&self, quads: usize) -> Result<(), StoreError> {
        let unflushed = self.unflushed_quads.fetch_add(quads, Ordering::Relaxed) + quads;
        if unflushed >= FLUSH_AFTER_QUADS { self.flush() } else { Ok(()) }
    }

    /// An error of the storage, with what was tried.
    fn failed(&self, tried: &'static str) -> impl Fn(oxigraph::store::StorageError) -> StoreError + '_ {
        move |source| StoreError::from_storage(tried, self.path.as_deref(), source)
    }
}
