//! How much is in the store.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use super::{
    StoreError, YutuStore,
    query::{count, text},
};
use crate::{
    model::{EntityType, Predicate},
    rdf::vocab,
};

/// Counts over the whole store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Stats {
    /// Articles.
    pub articles: u64,
    /// Date of the oldest article that has one.
    pub oldest: Option<String>,
    /// Date of the newest.
    pub newest: Option<String>,
    /// Entities, each once however many articles name it, by type.
    pub entities: BTreeMap<EntityType, u64>,
    /// How many of them are linked to a reference table.
    pub linked: u64,
    /// Facts, each once however many articles state it, by predicate.
    pub facts: BTreeMap<Predicate, u64>,
    /// Claims: facts counted once for each article.
    pub claims: u64,
    /// Figures.
    pub observations: u64,
    /// Places that name entities.
    pub mentions: u64,
    /// Distinct triples.
    pub triples: u64,
    /// Named graphs: one an article, and those loaded.
    pub graphs: u64,
}

impl YutuStore {
    /// Counts what is there. Reads every type and relation once: about a second a million triples.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn stats(&self) -> Result<Stats, StoreError> {
        let tried = "count the store";
        let mut by_class: BTreeMap<String, u64> = BTreeMap::new();
        for row in self.select(tried, "SELECT ?class (COUNT(?x) AS ?n) { ?x a ?class } GROUP BY ?class")? {
            by_class.insert(text(&row, "class").unwrap_or_default(), count(&row, "n"));
        }
        let of = |class: &str| by_class.get(class).copied().unwrap_or(0);
        let mut facts = BTreeMap::new();
        for predicate in Predicate::ALL {
            let property = vocab::property(*predicate);
            let rows = self.select(tried, &format!("SELECT (COUNT(*) AS ?n) {{ ?s {property} ?o }}"))?;
            facts.insert(*predicate, rows.first().map_or(0, |row| count(row, "n")));
        }
        let rows =
            self.select(tried, "SELECT (MIN(?d) AS ?a) (MAX(?d) AS ?z) { ?x a yutu:Article ; dcterms:issued ?d }")?;
        let date = |name| rows.first().and_then(|row| text(row, name));
        let number = |sparql| self.select(tried, sparql).map(|rows| rows.first().map_or(0, |row| count(row, "n")));
        Ok(Stats {
            articles: of(vocab::yutu::ARTICLE.as_str()),
            oldest: date("a"),
            newest: date("z"),
            entities: EntityType::ALL.iter().map(|kind| (*kind, of(vocab::class(*kind).as_str()))).collect(),
            linked: number("SELECT (COUNT(DISTINCT ?e) AS ?n) { ?e yutu:code ?code }")?,
            facts,
            claims: of(vocab::yutu::CLAIM.as_str()),
            observations: of(vocab::yutu::OBSERVATION.as_str()),
            mentions: of(vocab::yutu::MENTION.as_str()),
            triples: number("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")?,
            graphs: self.store.named_graphs().count() as u64 - 1,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::articles::tests::{fixtures, store_of};

    #[test]
    fn what_two_articles_state_counts_once_as_a_fact_and_twice_as_claims() {
        let stats = store_of(&fixtures()).stats().expect("counts");
        assert_eq!((stats.articles, stats.graphs), (3, 3));
        assert_eq!((stats.oldest.as_deref(), stats.newest.as_deref()), (Some("2025-07-02"), Some("2025-07-15")));
        assert_eq!(stats.entities[&EntityType::Region], 2);
        assert_eq!(stats.entities.values().sum::<u64>(), 12);
        assert_eq!(stats.facts[&Predicate::Attracts], 1);
        assert_eq!((stats.facts.values().sum::<u64>(), stats.claims, stats.observations), (8, 9, 5));
    }

    #[test]
    fn an_empty_store_counts_nothing() {
        let stats = YutuStore::in_memory().expect("a store").stats().expect("counts");
        assert_eq!((stats.articles, stats.triples, stats.graphs, stats.newest), (0, 0, 0, None));
    }
}
