//! Opening: new, for writing, for reading; the schema version; the lock between programs.
//!
//! RocksDB locks out a second writer, but a reader beside a writer is undefined. So a file `yutu.lock` in the folder is held
//! shared by readers and alone by a writer (`flock`); where the file system knows no locks, RocksDB's own remains.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io,
    path::Path,
    sync::atomic::{AtomicU64, AtomicUsize},
};

use oxigraph::{
    model::{GraphName, Literal, NamedNode, NamedOrBlankNode, Quad, Term},
    store::Store,
};

use super::{SCHEMA_VERSION, StoreError, YutuStore};
use crate::{
    model::iri::Base,
    rdf::vocab::{xsd, yutu},
};

const LOCK_FILE: &str = "yutu.lock";

/// What the address of [`YutuStore::store_node`] ends with; what stands before is the store's base.
const STORE_NODE: &str = "store";

/// The lock of a store that is closed: no other program opens it while this is kept.
#[derive(Debug)]
#[must_use = "the lock is given back where this is dropped"]
pub struct Held {
    _lock: Option<File>,
}

/// Whether a quad is the one by which a store, this or another, says how it is written.
pub(super) fn is_description(quad: &Quad) -> bool {
    quad.predicate == yutu::SCHEMA_VERSION && GraphName::from(quad.subject.clone()) == quad.graph_name
}

impl YutuStore {
    /// Opens a store for reading and writing; makes one where there is none.
    ///
    /// # Errors
    /// When another process uses it, the folder holds something else, the version is another, or the disk refuses.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        Self::open_or_make(path, &Base::default())
    }

    /// The same for a store whose addresses have this base: a new one gets it, another is refused.
    ///
    /// # Errors
    /// As of [`Self::open`]; and when the store has another base.
    pub fn open_with_base(path: &Path, base: &Base) -> Result<Self, StoreError> {
        let this = Self::open_or_make(path, base)?;
        this.expect_base(base)?;
        Ok(this)
    }

    /// `Err` where the store's addresses have another base.
    ///
    /// # Errors
    /// With both bases.
    pub fn expect_base(&self, wanted: &Base) -> Result<(), StoreError> {
        if self.base == *wanted {
            return Ok(());
        }
        let path = self.path.clone().unwrap_or_default();
        Err(StoreError::OtherBase { path, found: self.base.clone(), wanted: wanted.clone() })
    }

    fn open_or_make(path: &Path, base: &Base) -> Result<Self, StoreError> {
        let io = |tried, source| StoreError::Io { tried, path: path.to_owned(), source };
        if path.exists() {
            let is_store = path.join("CURRENT").exists();
            if !is_store && !is_vacant(path).map_err(|source| io("read the folder", source))? {
                return Err(StoreError::NotAStore { path: path.to_owned() });
            }
        } else {
            std::fs::create_dir_all(path).map_err(|source| io("make the folder", source))?;
        }
        let lock = lock(path, true)?;
        let store =
            Store::open(path).map_err(|source| StoreError::from_storage("open the store", Some(path), source))?;
        let mut this = Self::new(store, Some(path), lock);
        if !this.read_schema()? {
            this.base = base.clone();
            if !this.store.is_empty().map_err(this.failed("read the store"))? {
                return Err(StoreError::Foreign { path: path.to_owned() });
            }
            this.write_schema()?;
        }
        Ok(this)
    }

    /// Opens a store for reading, beside other readers.
    ///
    /// # Errors
    /// When there is none, another process writes to it, or the version is another.
    pub fn open_read_only(path: &Path) -> Result<Self, StoreError> {
        if !path.exists() {
            return Err(StoreError::Missing { path: path.to_owned() });
        }
        if !path.join("CURRENT").exists() {
            let vacant = path.is_dir() && is_vacant(path).unwrap_or(false);
            let path = path.to_owned();
            return Err(if vacant { StoreError::Missing { path } } else { StoreError::NotAStore { path } });
        }
        let lock = lock(path, false)?;
        let store = Store::open_read_only(path)
            .map_err(|source| StoreError::from_storage("open the store", Some(path), source))?;
        let mut this = Self::new(store, Some(path), lock);
        if this.read_schema()? { Ok(this) } else { Err(StoreError::Foreign { path: path.to_owned() }) }
    }

    /// Closes the store, but keeps others from opening it.
    pub fn close_but_hold(self) -> Held {
        Held { _lock: self._lock }
    }

    /// A store in memory, gone when dropped.
    ///
    /// # Errors
    /// Never in practice; the storage's interface allows for it.
    pub fn in_memory() -> Result<Self, StoreError> {
        Self::in_memory_with_base(Base::default())
    }

    /// The same with a base of its own.
    ///
    /// # Errors
    /// Never in practice; the storage's interface allows for it.
    pub fn in_memory_with_base(base: Base) -> Result<Self, StoreError> {
        let store = Store::new().map_err(|source| StoreError::Storage { tried: "make a store in memory", source })?;
        let this = Self { base, ..Self::new(store, None, None) };
        this.write_schema()?;
        Ok(this)
    }

    /// An empty store in memory whose default graph is a graph of its own, as in other RDF stores, and whose queries know no prefixes:
    /// for trials and for conformance tests. Articles do not belong in it.
    ///
    /// # Errors
    /// Never in practice; the storage's interface allows for it.
    pub fn scratch() -> Result<Self, StoreError> {
        let store = Store::new().map_err(|source| StoreError::Storage { tried: "make a store in memory", source })?;
        Ok(Self { is_scratch: true, ..Self::new(store, None, None) })
    }

    fn new(store: Store, path: Option<&Path>, lock: Option<File>) -> Self {
        Self {
            store,
            path: path.map(Path::to_owned),
            base: Base::default(),
            unflushed_quads: AtomicUsize::new(0),
            version: AtomicU64::new(0),
            noted: Default::default(),
            is_scratch: false,
            _lock: lock,
        }
    }

    /// Reads version and base. Whether the store names the version that this program reads; false if it names none.
    fn read_schema(&mut self) -> Result<bool, StoreError> {
        let mut description = None;
        for quad in self.store.quads_for_pattern(None, Some(yutu::SCHEMA_VERSION), None, None) {
            let quad = quad.map_err(self.failed("read the store"))?;
            let NamedOrBlankNode::NamedNode(node) = &quad.subject else { continue };
            if is_description(&quad)
                && let Some(Ok(base)) = node.as_str().strip_suffix(STORE_NODE).map(Base::parse)
            {
                description = Some((base, quad.object));
                break;
            }
        }
        let Some((base, version)) = description else { return Ok(false) };
        self.base = base;
        let found = match version {
            Term::Literal(version) => version.value().to_owned(),
            other => other.to_string(),
        };
        if found == SCHEMA_VERSION.to_string() {
            return Ok(true);
        }
        let path = self.path.clone().unwrap_or_default();
        Err(StoreError::SchemaVersion { path, found, expected: SCHEMA_VERSION })
    }

    fn write_schema(&self) -> Result<(), StoreError> {
        self.store.insert(&self.description()).map_err(self.failed("write the schema version"))
    }

    /// What the store says of itself.
    pub(super) fn description(&self) -> Quad {
        let node = self.store_node();
        let version = Literal::new_typed_literal(SCHEMA_VERSION.to_string(), xsd::INTEGER);
        Quad::new(node.clone(), yutu::SCHEMA_VERSION, version, node)
    }

    /// The graph, and its only subject, that says how the store is written.
    pub(super) fn store_node(&self) -> NamedNode {
        NamedNode::new_unchecked(format!("{}{STORE_NODE}", self.base))
    }
}

/// Whether a folder holds nothing, our lock aside.
fn is_vacant(folder: &Path) -> io::Result<bool> {
    for entry in std::fs::read_dir(folder)? {
        if entry?.file_name() != LOCK_FILE {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Takes the lock; `None` where there can be none (no such file on a read-only disk, a file system without locks).
fn lock(folder: &Path, alone: bool) -> Result<Option<File>, StoreError> {
    let path = folder.join(LOCK_FILE);
    let file = OpenOptions::new().create(true).truncate(false).read(true).write(true).open(&path);
    let Ok(file) = file.or_else(|_| File::open(&path)) else { return Ok(None) };
    let taken = if alone { file.try_lock() } else { file.try_lock_shared() };
    match taken {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => {
            let mode = if alone { "reading or writing" } else { "writing" };
            Err(StoreError::Locked { path: folder.to_owned(), mode })
        }
        Err(TryLockError::Error(_)) => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_store_opens_again_with_its_version() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a/b");
        drop(YutuStore::open(&path).expect("a new store"));
        drop(YutuStore::open(&path).expect("the same store"));
        YutuStore::open_read_only(&path).expect("the same store, reading");
    }

    #[test]
    fn a_store_of_another_version_is_refused_with_both_numbers() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = YutuStore::open(folder.path()).expect("a new store");
        let node = store.store_node();
        store.store.clear_graph(&node).expect("cleared");
        let quad = Quad::new(node.clone(), yutu::SCHEMA_VERSION, Literal::from(99), node);
        store.store.insert(&quad).expect("written");
        drop(store);
        let message = YutuStore::open(folder.path()).expect_err("another version").to_string();
        assert!(message.contains("schema version 99, this program reads 1"), "{message}");
    }

    #[test]
    fn a_store_keeps_the_base_that_it_was_made_with() {
        let folder = tempfile::tempdir().expect("a folder");
        let base = Base::parse("https://data.example.cn/kb").expect("a base");
        drop(YutuStore::open_with_base(folder.path(), &base).expect("a new store"));
        assert_eq!(*YutuStore::open(folder.path()).expect("the store").base(), base);
        let message = YutuStore::open_with_base(folder.path(), &Base::default()).expect_err("another base").to_string();
        assert!(message.contains("https://data.example.cn/kb/") && message.contains("yutu rebase"), "{message}");
    }

    #[test]
    fn what_is_no_store_is_left_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("letter.txt"), "x").expect("written");
        assert!(matches!(YutuStore::open(folder.path()), Err(StoreError::NotAStore { .. })));
        assert!(matches!(YutuStore::open_read_only(folder.path()), Err(StoreError::NotAStore { .. })));
        let missing = folder.path().join("none");
        assert!(matches!(YutuStore::open_read_only(&missing), Err(StoreError::Missing { .. })));
        assert!(!missing.exists());
    }

    #[test]
    fn a_foreign_oxigraph_store_is_not_taken_over() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(folder.path()).expect("an Oxigraph store");
        let node = NamedNode::new_unchecked("https://yutu.example/id/store");
        store.insert(&Quad::new(node.clone(), yutu::TEXT, Literal::from(1), node)).expect("written");
        drop(store);
        assert!(matches!(YutuStore::open(folder.path()), Err(StoreError::Foreign { .. })));
    }

    #[test]
    fn a_writer_excludes_all_others_and_readers_only_a_writer() {
        let folder = tempfile::tempdir().expect("a folder");
        let writer = YutuStore::open(folder.path()).expect("a new store");
        assert!(matches!(YutuStore::open(folder.path()), Err(StoreError::Locked { .. })));
        assert!(matches!(YutuStore::open_read_only(folder.path()), Err(StoreError::Locked { .. })));
        drop(writer);
        let _reader = YutuStore::open_read_only(folder.path()).expect("a reader");
        let _second = YutuStore::open_read_only(folder.path()).expect("another reader");
        assert!(matches!(YutuStore::open(folder.path()), Err(StoreError::Locked { .. })));
    }
}
