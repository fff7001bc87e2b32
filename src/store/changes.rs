//! What was written: for those that keep something beside the store, such as the search index.
//!
//! A file `yutu.version` in the store's folder holds a number that grows before each write, so that what was made from the store is
//! known to be behind even if it is opened again by another program, or after a crash.

use std::{
    collections::BTreeSet,
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use oxigraph::model::{NamedOrBlankNode, Quad, Term};

use super::YutuStore;
use crate::rdf::vocab::{rdf, yutu};

const VERSION_FILE: &str = "yutu.version";

/// More changed things than these are not told one by one.
const MAX_THINGS: usize = 100_000;

/// What changed since it was asked for last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Changes {
    /// What is said of these things, by address.
    Things(BTreeSet<String>),
    /// Too much, or what cannot be told.
    Unknown,
}

/// The changes that were noted.
pub(super) struct Noted {
    is_watched: AtomicBool,
    changes: Mutex<Changes>,
}

impl Default for Noted {
    fn default() -> Self {
        Self { is_watched: AtomicBool::new(false), changes: Mutex::new(Changes::Things(BTreeSet::new())) }
    }
}

impl YutuStore {
    /// From now on changes are noted, for [`Self::take_changes`].
    pub fn watch_changes(&self) {
        self.noted.is_watched.store(true, Ordering::Relaxed);
    }

    /// What changed since this was called last.
    pub fn take_changes(&self) -> Changes {
        let mut changes = self.noted.changes.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        std::mem::replace(&mut *changes, Changes::Things(BTreeSet::new()))
    }

    /// A text that is another one after each write, kept with the store.
    pub fn stamp(&self) -> String {
        match &self.path {
            Some(path) => std::fs::read_to_string(path.join(VERSION_FILE)).unwrap_or_else(|_| "0".to_owned()),
            None => self.version().to_string(),
        }
    }

    /// To be called before a write is made visible.
    pub(super) fn changing(&self) {
        if let Some(path) = &self.path {
            let number = self.stamp().trim().parse::<u64>().unwrap_or(0);
            // Where it cannot be written, nothing can be kept beside the store either.
            let _ = std::fs::write(path.join(VERSION_FILE), (number + 1).to_string());
        }
    }

    /// Notes quads that are written or taken away.
    pub(super) fn note<'a>(&self, quads: impl IntoIterator<Item = &'a Quad>) {
        if !self.noted.is_watched.load(Ordering::Relaxed) {
            return;
        }
        let mut changes = self.noted.changes.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let Changes::Things(things) = &mut *changes else { return };
        for quad in quads {
            if let NamedOrBlankNode::NamedNode(node) = &quad.subject
                && !things.contains(node.as_str())
            {
                things.insert(node.as_str().to_owned());
            }
            let is_counted = [yutu::MENTIONS, yutu::SUBJECT, yutu::EVIDENCE, rdf::SUBJECT, rdf::OBJECT]
                .iter()
                .any(|property| quad.predicate == *property);
            if is_counted && let Term::NamedNode(node) = &quad.object {
                things.insert(node.as_str().to_owned());
            }
        }
        if things.len() > MAX_THINGS {
            *changes = Changes::Unknown;
        }
    }

    /// Notes a change that is not told in quads.
    pub(super) fn note_unknown(&self) {
        if self.noted.is_watched.load(Ordering::Relaxed) {
            *self.noted.changes.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Changes::Unknown;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{Known, articles::tests::fixtures};

    #[test]
    fn what_an_article_brings_is_noted_as_changed() {
        let store = YutuStore::in_memory().expect("a store");
        store.replace_articles(&fixtures()[..1], Known::Keep).expect("taken");
        assert_eq!(store.take_changes(), Changes::Things(BTreeSet::new()), "nobody watches");
        store.watch_changes();
        store.replace_articles(&fixtures(), Known::Renew).expect("taken");
        let Changes::Things(things) = store.take_changes() else { panic!("few changes") };
        assert!(things.contains("https://yutu.example/id/Park/京滨工业园"), "{things:?}");
        assert!(things.contains("https://yutu.example/id/article/010ecba40770d3df"));
        assert_eq!(store.take_changes(), Changes::Things(BTreeSet::new()));
    }

    #[test]
    fn the_stamp_of_a_store_on_disk_outlives_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = YutuStore::open(folder.path()).expect("a store");
        let before = store.stamp();
        store.replace_articles(&fixtures(), Known::Keep).expect("taken");
        let after = store.stamp();
        assert_ne!(before, after);
        drop(store);
        assert_eq!(YutuStore::open_read_only(folder.path()).expect("a store").stamp(), after);
    }
}
