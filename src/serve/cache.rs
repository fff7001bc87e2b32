//! Results of repeated queries, by query and version of the data, up to so many bytes.

use std::{
    collections::hash_map::DefaultHasher,
    hash::{Hash, Hasher as _},
};

use axum::{
    body::Bytes,
    http::{HeaderMap, header},
};
use quick_cache::{Weighter, sync};
use sha2::{Digest as _, Sha256};

use super::{evaluate::Question, metrics::Metrics};

/// What a result depends on: the query, its graphs, the wanted format, the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Key([u8; 16], u64);

impl Key {
    /// The key, where the same query gives the same answer: not where it asks for chance, the time or another service.
    pub(super) fn of(question: &Question, headers: &HeaderMap, version: u64) -> Option<Self> {
        if !is_repeatable(&question.sparql) {
            return None;
        }
        let mut hash = Sha256::new();
        let mut part = |part: &[u8]| {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        };
        part(question.sparql.as_bytes());
        for graphs in [&question.default_graphs, &question.named_graphs] {
            part(&(graphs.len() as u64).to_le_bytes());
            graphs.iter().for_each(|graph| part(graph.as_bytes()));
        }
        part(question.base_iri.as_deref().unwrap_or_default().as_bytes());
        headers.get_all(header::ACCEPT).iter().for_each(|value| part(value.as_bytes()));
        let digest = hash.finalize();
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&digest[..16]);
        Some(Self(bytes, version))
    }

    /// The entity tag of the answer; weak, because compression changes its bytes.
    pub(super) fn entity_tag(&self, run: u64) -> String {
        let mut hasher = DefaultHasher::new();
        (self, run).hash(&mut hasher);
        format!("W/\"{:x}-{:x}-{:016x}\"", run, self.1, hasher.finish())
    }
}

/// Whether the same query gives the same answer on the same data.
fn is_repeatable(sparql: &str) -> bool {
    let words = sparql.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    !words.into_iter().any(|word| {
        ["RAND", "NOW", "UUID", "STRUUID", "BNODE", "SERVICE"].iter().any(|name| word.eq_ignore_ascii_case(name))
    })
}

/// A result as it was sent.
#[derive(Debug, Clone)]
pub(super) struct Cached {
    pub(super) media_type: &'static str,
    pub(super) bytes: Bytes,
}

#[derive(Clone)]
struct ByBytes;

impl Weighter<Key, Cached> for ByBytes {
    fn weight(&self, _: &Key, cached: &Cached) -> u64 {
        cached.bytes.len() as u64 + 128
    }
}

/// The cache; what is used often stays.
pub(super) struct Cache {
    entries: Option<sync::Cache<Key, Cached, ByBytes>>,
    max_entry: usize,
}

impl Cache {
    pub(super) fn new(bytes: usize) -> Self {
        let entries = (bytes > 0).then(|| sync::Cache::with_weighter(bytes / 4096 + 16, bytes as u64, ByBytes));
        Self { entries, max_entry: bytes / 16 }
    }

    /// Bytes of the largest result that is kept.
    pub(super) fn max_entry(&self) -> usize {
        self.max_entry
    }

    pub(super) fn get(&self, key: &Key, metrics: &Metrics) -> Option<Cached> {
        let found = self.entries.as_ref()?.get(key);
        if found.is_some() {
            metrics.cache_hits.inc()
        } else {
            metrics.cache_misses.inc()
        };
        found
    }

    pub(super) fn insert(&self, key: Key, cached: Cached) {
        if let Some(entries) = &self.entries {
            entries.insert(key, cached);
        }
    }

    /// Forgets everything: the data changed, and no key of before is asked for again.
    pub(super) fn clear(&self) {
        if let Some(entries) = &self.entries {
            entries.clear();
        }
    }

    /// Bytes and entries held.
    pub(super) fn size(&self) -> (u64, u64) {
        self.entries.as_ref().map_or((0, 0), |entries| (entries.weight(), entries.len() as u64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question(sparql: &str) -> Question {
        Question { sparql: sparql.to_owned(), ..Question::default() }
    }

    #[test]
    fn chance_time_and_other_services_are_not_cached() {
        let headers = HeaderMap::new();
        for sparql in ["SELECT (rand() AS ?x) {}", "SELECT (NOW() AS ?x) {}", "SELECT * { SERVICE <urn:x> {} }"] {
            assert_eq!(Key::of(&question(sparql), &headers, 1), None, "{sparql}");
        }
        assert!(Key::of(&question("SELECT ?known { ?known ?p ?o }"), &headers, 1).is_some());
    }

    #[test]
    fn a_key_tells_query_graphs_format_and_version() {
        let mut headers = HeaderMap::new();
        let key =
            |question: &Question, headers: &HeaderMap, version| Key::of(question, headers, version).expect("a key");
        let plain = question("ASK {}");
        let first = key(&plain, &headers, 1);
        assert_eq!(first, key(&plain, &headers, 1));
        assert_ne!(first, key(&plain, &headers, 2));
        assert_ne!(first, key(&question("ASK { }"), &headers, 1));
        let graphs = Question { default_graphs: vec!["urn:g".to_owned()], ..plain.clone() };
        let named = Question { named_graphs: vec!["urn:g".to_owned()], ..plain.clone() };
        assert_ne!(key(&graphs, &headers, 1), key(&named, &headers, 1));
        headers.insert(header::ACCEPT, "text/csv".parse().expect("a header"));
        assert_ne!(first, key(&plain, &headers, 1));
    }
}
