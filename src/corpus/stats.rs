//! What a corpus holds, in numbers.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::gold::GoldArticle;

/// Counts over the articles of a corpus.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Stats {
    /// Articles.
    pub articles: usize,
    /// Characters of their texts, headlines included.
    pub characters: usize,
    /// Entities.
    pub entities: usize,
    /// Places in the texts that name them.
    pub mentions: usize,
    /// Relations.
    pub relations: usize,
    /// Figures.
    pub observations: usize,
    /// Facts that are marked as optional.
    pub optional: usize,
    /// Articles of each writer.
    pub by_writer: BTreeMap<String, usize>,
    /// Articles of each year; those without date under `-`.
    pub by_year: BTreeMap<String, usize>,
    /// Entities of each type, in the order of the guidelines.
    pub by_type: BTreeMap<String, usize>,
    /// Relations of each predicate.
    pub by_predicate: BTreeMap<String, usize>,
    /// Figures of each qualifier.
    pub by_qualifier: BTreeMap<String, usize>,
}

impl Stats {
    /// Counts.
    pub fn new(corpus: &[GoldArticle]) -> Self {
        let mut stats = Self::default();
        let count = |table: &mut BTreeMap<String, usize>, key: &str| *table.entry(key.to_owned()).or_default() += 1;
        for article in corpus {
            let gold = &article.gold;
            stats.articles += 1;
            stats.characters += article.article.text.chars().count();
            stats.entities += gold.entities.len();
            stats.mentions += article.mentions().len();
            stats.relations += gold.relations.len();
            stats.observations += gold.observations.len();
            stats.optional += gold.entities.iter().filter(|entity| entity.optional).count()
                + gold.observations.iter().filter(|observation| observation.optional).count()
                + gold.optional_relations.len();
            count(&mut stats.by_writer, article.writer());
            let year = gold.published.as_deref().and_then(|date| date.get(..4)).unwrap_or("-");
            count(&mut stats.by_year, year);
            gold.entities.iter().for_each(|entity| count(&mut stats.by_type, entity.kind.as_str()));
            gold.relations.iter().for_each(|(_, predicate, _)| count(&mut stats.by_predicate, predicate.as_str()));
            gold.observations.iter().for_each(|o| count(&mut stats.by_qualifier, o.qualifier.as_str()));
        }
        stats
    }
}
