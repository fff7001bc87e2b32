//! The whole store under another base of addresses.
//!
//! Nothing is changed in place: the rewritten store is written beside the old one ([`YutuStore::copy_rebased`]) and takes its place when it is
//! complete and on disk ([`put_in_place`]). Whatever happens before that leaves the old store as it was. Half a store that an interrupted
//! run left beside it is thrown away by the next one; a whole one is kept ([`keep_whole_leftover`]), since it may be the old store.

use std::{
    cell::Cell,
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use oxigraph::{
    model::{NamedNode, NamedOrBlankNode, Quad},
    store::{StorageError, Store},
};

use super::{StoreError, YutuStore};
use crate::rdf::Rebase;

/// Megabytes that writing may hold beside RocksDB.
const WRITE_MEMORY_MB: usize = 512;
/// Quads after which progress is told.
const STEP: u64 = 10_000;

/// What was rewritten.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rebased {
    /// Quads of the store, those of the union and of the graphs.
    pub read: u64,
    /// Those among them with an address that changed.
    pub changed: u64,
}

impl YutuStore {
    /// Whether a change would change anything.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn is_changed_by(&self, change: &Rebase) -> Result<bool, StoreError> {
        if change.is_none() {
            return Ok(false);
        }
        if change.quad(&mut self.description()) {
            return Ok(true);
        }
        for quad in self.store.iter() {
            if change.quad(&mut quad.map_err(self.failed("read the store"))?) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// How many quads there are, those of the union counted beside those of the graphs.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn quads(&self) -> Result<u64, StoreError> {
        Ok(self.store.len().map_err(self.failed("count the store"))? as u64)
    }

    /// Writes the store with changed addresses to a new folder. When this returns, the copy is complete, on disk and can be opened.
    /// `on_progress` hears now and then how many quads are done.
    ///
    /// # Errors
    /// When the folder exists, or the store cannot be read or the folder not be written; then the folder is removed again.
    pub fn copy_rebased(
        &self,
        change: &Rebase,
        folder: &Path,
        on_progress: &dyn Fn(u64),
    ) -> Result<Rebased, StoreError> {
        let io = |source| StoreError::Io { tried: "make the folder", path: folder.to_owned(), source };
        fs::create_dir(folder).map_err(io)?;
        let done = self.copy_to(change, folder, on_progress);
        if done.is_err() {
            // Nothing is lost by it; where it cannot be removed, the next run will.
            let _ = fs::remove_dir_all(folder);
        }
        done
    }

    fn copy_to(&self, change: &Rebase, folder: &Path, on_progress: &dyn Fn(u64)) -> Result<Rebased, StoreError> {
        let io = |tried| move |source| StoreError::Io { tried, path: folder.to_owned(), source };
        let failed = |source| StoreError::from_storage("write the rewritten store", Some(folder), source);
        let target = Store::open(folder).map_err(failed)?;
        let (read, changed) = (Cell::new(0), Cell::new(0));
        let quads = self.store.iter().map(|quad| -> Result<Quad, StorageError> {
            let mut quad = quad?;
            read.set(read.get() + 1);
            changed.set(changed.get() + u64::from(change.quad(&mut quad)));
            if read.get() % STEP == 0 {
                on_progress(read.get());
            }
            Ok(quad)
        });
        let mut loader = target.bulk_loader().with_max_memory_size_in_megabytes(WRITE_MEMORY_MB);
        loader.load_ok_quads::<StorageError, StorageError>(quads).map_err(failed)?;
        loader.commit().map_err(failed)?;
        // Graphs that hold nothing are known by name only.
        for graph in self.store.named_graphs() {
            let graph = match graph.map_err(self.failed("list the graphs"))? {
                NamedOrBlankNode::NamedNode(node) => {
                    let renamed = change.iri(node.as_str());
                    NamedOrBlankNode::from(renamed.map_or(node, NamedNode::new_unchecked))
                }
                blank => blank,
            };
            target.insert_named_graph(graph.as_ref()).map_err(failed)?;
        }
        target.flush().map_err(failed)?;
        drop(target);
        let path = self.path.clone().unwrap_or_default();
        drop(Self::open_read_only(folder).map_err(|e| StoreError::NotRewritten { path, source: Box::new(e) })?);
        sync(folder).map_err(io("write to disk"))?;
        Ok(Rebased { read: read.get(), changed: changed.get() })
    }
}

/// Where a store is written anew before it takes the place of the old one.
pub fn rebased_folder(store: &Path) -> PathBuf {
    beside(store, ".rebasing")
}

/// Makes room for a store to be written anew. Half a store that an interrupted run left there is removed; a whole one, which may be the old
/// store if the run ended between two steps of [`put_in_place`], gets a name of its own beside the store: says which.
///
/// # Errors
/// When what is there is in use, or cannot be moved or removed.
pub fn keep_whole_leftover(store: &Path) -> Result<Option<PathBuf>, StoreError> {
    let folder = rebased_folder(store);
    let io = |tried| move |source| StoreError::Io { tried, path: rebased_folder(store), source };
    if !folder.exists() {
        return Ok(None);
    }
    match YutuStore::open_read_only(&folder).map(drop) {
        Ok(()) | Err(StoreError::SchemaVersion { .. }) => {
            let kept = free_name(store);
            fs::rename(&folder, &kept).map_err(io("give another name to"))?;
            Ok(Some(kept))
        }
        Err(error @ StoreError::Locked { .. }) => Err(error),
        Err(_) => {
            fs::remove_dir_all(&folder).map_err(io("remove what an interrupted run left in"))?;
            Ok(None)
        }
    }
}

/// Puts a store in the place of another, which is kept beside it: says where. On Linux the two change places in one step, so that there is a
/// whole store at every moment.
///
/// # Errors
/// When the file system refuses, e.g. because the store's folder is a mount point; then the old store is where it was, or where the error says.
pub fn put_in_place(new: &Path, store: &Path) -> Result<PathBuf, StoreError> {
    let kept = free_name(store);
    change_places(new, store, &kept)?;
    if let Some(parent) = store.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        // Not every file system can; then the renaming is on disk a little later.
        let _ = File::open(parent).and_then(|folder| folder.sync_all());
    }
    Ok(kept)
}

/// The new store at the old one's place, the old one at `kept`; where that cannot be, both where they were.
fn change_places(new: &Path, store: &Path, kept: &Path) -> Result<(), StoreError> {
    let failed = |source, old: &Path, new: &Path| StoreError::NotSwapped {
        path: store.to_owned(),
        old: old.to_owned(),
        new: new.to_owned(),
        source,
    };
    if exchange(new, store).is_ok() {
        let Err(error) = fs::rename(new, kept) else { return Ok(()) };
        return Err(match exchange(new, store) {
            Ok(()) => failed(error, store, new),
            Err(error) => failed(error, new, store),
        });
    }
    fs::rename(store, kept).map_err(|error| failed(error, store, new))?;
    fs::rename(new, store).map_err(|error| match fs::rename(kept, store) {
        Ok(()) => failed(error, store, new),
        Err(error) => failed(error, kept, new),
    })
}

/// The first of `.old`, `.old-2`, … beside a store that nothing has.
fn free_name(store: &Path) -> PathBuf {
    (1..)
        .map(|number| beside(store, &if number == 1 { ".old".to_owned() } else { format!(".old-{number}") }))
        .find(|path| path.symlink_metadata().is_err())
        .expect("some number is free")
}

fn beside(store: &Path, ending: &str) -> PathBuf {
    let mut name = store.file_name().map(ToOwned::to_owned).unwrap_or_default();
    name.push(ending);
    store.with_file_name(name)
}

#[cfg(target_os = "linux")]
fn exchange(one: &Path, other: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};

    Ok(renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE)?)
}

#[cfg(not(target_os = "linux"))]
fn exchange(_: &Path, _: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Everything in a folder is on disk when this returns.
fn sync(folder: &Path) -> io::Result<()> {
    for entry in walkdir::WalkDir::new(folder) {
        let entry = entry?;
        let is_folder = entry.file_type().is_dir();
        match File::open(entry.path()).and_then(|file| file.sync_all()) {
            // Some systems cannot do this for folders.
            Err(error) if !is_folder => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::{
        model::iri::{self, Base},
        store::{GraphTarget, Known, Taken, UpdateSettings, articles::tests::fixtures},
    };

    const NEW: &str = "https://data.example.cn/kb/";

    fn new_base() -> Base {
        Base::parse(NEW).expect("a base")
    }

    fn lines(store: &YutuStore) -> BTreeSet<String> {
        store.store.iter().map(|quad| quad.expect("a quad").to_string()).collect()
    }

    fn filled(folder: &Path) -> YutuStore {
        let store = YutuStore::open(folder).expect("a store");
        store.replace_articles(&fixtures(), Known::Keep).expect("taken");
        let update =
            "CREATE GRAPH <https://yutu.example/id/empty> ; INSERT DATA { <urn:a> <urn:b> id:c, _:d, '1'^^id:unit }";
        store.update(update, &UpdateSettings::default()).expect("updated");
        store
    }

    fn rebased(store: &YutuStore, folder: &Path) -> YutuStore {
        let change = Rebase::new(store.base().clone(), new_base());
        store.copy_rebased(&change, folder, &|_| ()).expect("copied");
        YutuStore::open(folder).expect("the copy")
    }

    #[test]
    fn every_address_of_the_store_is_rewritten_and_nothing_else() {
        let folder = tempfile::tempdir().expect("a folder");
        let old = filled(&folder.path().join("old"));
        let new = rebased(&old, &folder.path().join("new"));
        let expected: BTreeSet<String> = lines(&old).iter().map(|line| line.replace(iri::BASE, NEW)).collect();
        assert_eq!(lines(&new), expected);
        assert!(!expected.iter().any(|line| line.contains(iri::BASE)));
        assert_eq!(*new.base(), new_base());
        let empty = NamedNode::new_unchecked(format!("{NEW}empty"));
        assert!(new.contains_graph(&GraphTarget::Named(empty)).expect("read"), "an empty graph is one too");
        let change = Rebase::new(Base::default(), new_base());
        assert!(old.is_changed_by(&change).expect("read") && !new.is_changed_by(&change).expect("read"));
    }

    #[test]
    fn articles_are_known_again_under_the_new_base_and_new_ones_get_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let articles = fixtures();
        let old = YutuStore::open(&folder.path().join("old")).expect("a store");
        old.replace_articles(&articles[..1], Known::Keep).expect("taken");
        let new = rebased(&old, &folder.path().join("new"));
        assert_eq!(new.replace_articles(&articles, Known::Keep).expect("taken"), [Taken::Same, Taken::New, Taken::New]);
        assert!(new.article_iri(&articles[1].article).starts_with(NEW));
        assert!(!lines(&new).iter().any(|line| line.contains(iri::BASE)));
        // The same as if all had been read before the change.
        let whole = rebased(&filled_with(&folder.path().join("whole"), &articles), &folder.path().join("whole-new"));
        assert_eq!(lines(&new), lines(&whole));
        let rows = new.select("ask", "SELECT * { id:Park\\/京滨工业园 rdfs:label ?name }").expect("rows");
        assert_eq!(rows.len(), 1, "the prefix id: is the store's own");
    }

    fn filled_with(folder: &Path, articles: &[crate::model::Extraction]) -> YutuStore {
        let store = YutuStore::open(folder).expect("a store");
        store.replace_articles(articles, Known::Keep).expect("taken");
        store
    }

    #[test]
    fn what_an_interrupted_run_left_is_thrown_away_and_the_old_store_kept() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("store");
        let old = filled(&path);
        let before = lines(&old);
        let beside = rebased_folder(&path);
        // Half a store of an earlier attempt: its description is not written yet.
        drop(Store::open(&beside).expect("a store"));
        assert_eq!(keep_whole_leftover(&path).expect("removed"), None);
        let new = rebased(&old, &beside);
        let after = lines(&new);
        assert_eq!(after.len(), before.len());
        drop((old, new));
        let kept = put_in_place(&beside, &path).expect("exchanged");
        assert_eq!(lines(&YutuStore::open(&path).expect("the new store")), after);
        assert_eq!(lines(&YutuStore::open(&kept).expect("the old store")), before);
        assert!(!beside.exists() && kept.ends_with("store.old"));
    }

    /// So it lies after an exchange if the run ends before the old store gets its name.
    #[test]
    fn a_whole_store_of_an_interrupted_run_is_never_deleted() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("store");
        let beside = rebased_folder(&path);
        let before = lines(&filled(&beside));
        std::fs::create_dir(folder.path().join("store.old")).expect("made");
        let old = filled(&path);
        let change = Rebase::new(old.base().clone(), new_base());
        assert!(old.copy_rebased(&change, &beside, &|_| ()).is_err(), "nothing is written over it");
        let kept = keep_whole_leftover(&path).expect("moved").expect("it was whole");
        assert!(kept.ends_with("store.old-2") && !beside.exists());
        assert_eq!(lines(&YutuStore::open(&kept).expect("the store")), before);
    }

    #[test]
    fn where_the_old_store_gets_no_name_both_stay_where_they_were() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("store");
        let beside = rebased_folder(&path);
        let old = filled(&path);
        let before = lines(&old);
        let after = lines(&rebased(&old, &beside));
        drop(old);
        let error = change_places(&beside, &path, &folder.path().join("none/store.old")).expect_err("no such folder");
        assert!(error.to_string().contains("mount point") && error.in_chinese().contains("挂载点"), "{error}");
        assert!(matches!(error, StoreError::NotSwapped { old, new, .. } if old == path && new == beside));
        assert_eq!(lines(&YutuStore::open(&path).expect("the old store")), before);
        assert_eq!(lines(&YutuStore::open(&beside).expect("the new store")), after);
    }

    #[test]
    fn a_store_that_is_closed_but_held_is_opened_by_nobody() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("store");
        let held = filled(&path).close_but_hold();
        assert!(matches!(YutuStore::open(&path), Err(StoreError::Locked { .. })));
        drop(held);
        YutuStore::open(&path).expect("the store");
    }

    #[test]
    fn the_description_of_another_store_is_not_taken_for_its_own() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = filled(folder.path());
        let other = "<https://a.example/store> <https://yutu.example/ns#schemaVersion> 7 <https://a.example/store> .\n";
        let other = other.replace(" 7 ", " \"7\"^^<http://www.w3.org/2001/XMLSchema#integer> ");
        store.load("x", oxigraph::io::RdfFormat::NQuads, "urn:g", other.as_bytes()).expect("loaded");
        let update =
            "INSERT DATA { GRAPH <https://a.example/store> { <https://a.example/store> yutu:schemaVersion 7 } }";
        store.update(update, &UpdateSettings::default()).expect("updated");
        drop(store);
        assert_eq!(YutuStore::open(folder.path()).expect("the store").base().as_str(), iri::BASE);
    }
}
