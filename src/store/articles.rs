//! Articles as a whole: taken, replaced, removed, listed, shown.

use std::collections::{BTreeMap, HashMap, HashSet};

use oxigraph::{
    model::{GraphName, NamedNode, Quad, Term},
    store::StorageError,
};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    StoreError, YutuStore,
    lookup::Named,
    query::{count, text},
    read::{Fact, Figure},
    union,
};
use crate::{
    model::{Article, EntityType, Extraction},
    rdf::{
        encode,
        vocab::{dcterms, rdf, yutu},
    },
};

/// Megabytes that writing a batch may hold beside RocksDB: about as many thousand quads are sorted at a time.
const WRITE_MEMORY_MB: usize = 64;

/// What became of an article that was handed to the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum Taken {
    /// It was not known.
    New,
    /// It was known; nothing was changed.
    Same,
    /// It took the place of an article from the same address.
    Replaced,
}

/// What to do with an article that is in the store already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// Leave it as it is.
    Keep,
    /// Take its facts again, as after an update of the program.
    Renew,
}

/// An article of the store, in a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ArticleRow {
    /// Its address, which is its graph's name.
    pub iri: String,
    /// The id that its source gave.
    pub id: String,
    /// The headline.
    pub title: String,
    /// Date of publication, `YYYY-MM-DD`.
    pub published: Option<String>,
    /// Where it was taken from.
    pub source: Option<String>,
    /// How many entities it names.
    pub entities: u64,
    /// How many relations it states.
    pub relations: u64,
    /// How many figures it states.
    pub observations: u64,
}

/// Everything that one article states.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ArticleFacts {
    /// The article.
    pub article: ArticleRow,
    /// What it names, by type, then name.
    pub entities: Vec<Named>,
    /// Its relations, in the order of their passages.
    pub relations: Vec<Fact>,
    /// Its figures, in the order of their passages.
    pub observations: Vec<Figure>,
}

impl YutuStore {
    /// Whether this very article (by its SHA-256) is in the store. Cheap: ask before extracting.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn contains_article(&self, article: &Article) -> Result<bool, StoreError> {
        let graph = NamedNode::new_unchecked(self.article_iri(article));
        self.store.contains_named_graph(&graph).map_err(self.failed("look an article up"))
    }

    /// Takes articles, all or none: when this returns they are in the store, whatever happens to the program afterwards.
    ///
    /// Each call costs about a dozen files, so hand over tens of articles at a time rather than one; more than a few hundred only
    /// take memory. An article that is known changes nothing, unless it is to be renewed. One whose source is the address of a single document takes the place of what
    /// came from there before. Says for each, in their order, what became of it.
    ///
    /// # Errors
    /// When the store cannot be read or written; then nothing of the batch was taken.
    pub fn replace_articles(&self, batch: &[Extraction], known: Known) -> Result<Vec<Taken>, StoreError> {
        let failed = self.failed("take articles");
        let mut outcome = Vec::with_capacity(batch.len());
        let mut in_batch: HashSet<String> = HashSet::new();
        // By address, the place in the batch of the article that is to stand.
        let mut latest: HashMap<&str, usize> = HashMap::new();
        let mut outdated: Vec<NamedNode> = Vec::new();
        let mut standing: Vec<bool> = vec![false; batch.len()];
        for (index, extraction) in batch.iter().enumerate() {
            let article = &extraction.article;
            let graph = NamedNode::new_unchecked(self.article_iri(article));
            let is_known = self.contains_article(article)?;
            if is_known && known == Known::Keep || !in_batch.insert(graph.as_str().to_owned()) {
                outcome.push(Taken::Same);
                continue;
            }
            standing[index] = true;
            let mut taken = Taken::New;
            if is_known {
                taken = Taken::Replaced;
                outdated.push(graph);
            }
            if let Some(address) = document_address(article) {
                let mut before = self.articles_from(address).map_err(&failed)?;
                before.retain(|graph| !outdated.contains(graph));
                if !before.is_empty() {
                    taken = Taken::Replaced;
                    outdated.extend(before);
                }
                if let Some(earlier) = latest.insert(address, index) {
                    standing[earlier] = false;
                    taken = Taken::Replaced;
                }
            }
            outcome.push(taken);
        }
        let mut quads: Vec<Quad> = (batch.iter().zip(&standing))
            .filter(|(_, stands)| **stands)
            .flat_map(|(extraction, _)| encode(extraction))
            .collect();
        if let Some(translation) = self.translation() {
            for quad in &mut quads {
                translation.quad(quad);
            }
        }
        self.write(&outdated, &quads)?;
        Ok(outcome)
    }

    /// Removes graphs and adds quads with their share of the union, all or nothing.
    fn write(&self, outdated: &[NamedNode], quads: &[Quad]) -> Result<(), StoreError> {
        let failed = self.failed("write to the store");
        if quads.is_empty() && outdated.is_empty() {
            return Ok(());
        }
        self.note(quads);
        self.changing();
        if outdated.is_empty() {
            // Sorted files made beside the database take half the time of a transaction, and leave nothing in its memory.
            let mut loader =
                self.store.bulk_loader().with_num_threads(1).with_max_memory_size_in_megabytes(WRITE_MEMORY_MB);
            loader
                .load_quads(quads.iter().flat_map(|quad| [union::to_default(quad), quad.clone()]))
                .map_err(&failed)?;
            loader.commit().map_err(&failed)?;
            self.changed();
            return Ok(());
        }
        let mut transaction = self.store.start_transaction().map_err(&failed)?;
        let mut written = 2 * quads.len();
        for graph in outdated {
            let retracted = union::retract(&mut transaction, graph).map_err(&failed)?;
            self.note(&retracted);
            written += 2 * retracted.len();
        }
        for quad in quads {
            transaction.insert(quad.as_ref());
            transaction.insert(union::in_default(quad));
        }
        transaction.commit().map_err(&failed)?;
        self.changed();
        self.wrote(written)
    }

    /// Removes articles with all their facts; facts that other articles state too stay.
    ///
    /// # Errors
    /// When the store cannot be read or written; then none was removed.
    pub fn remove_articles(&self, iris: &[String]) -> Result<(), StoreError> {
        let graphs: Vec<NamedNode> = iris.iter().map(NamedNode::new_unchecked).collect();
        for graph in &graphs {
            if !self.store.contains_named_graph(graph).map_err(self.failed("look an article up"))? {
                return Err(StoreError::NoSuchGraph { iri: graph.as_str().to_owned() });
            }
        }
        self.write(&graphs, &[])
    }

    /// The graphs of the articles that came from an address.
    fn articles_from(&self, address: &str) -> Result<Vec<NamedNode>, StorageError> {
        let Ok(address) = NamedNode::new(address) else { return Ok(Vec::new()) };
        let quads = self.store.quads_for_pattern(None, Some(dcterms::SOURCE), Some((&address).into()), None);
        let mut graphs = Vec::new();
        for quad in quads {
            if let GraphName::NamedNode(graph) = quad?.graph_name {
                graphs.push(graph);
            }
        }
        Ok(graphs)
    }

    /// All articles, newest first, those without a date last, then by headline.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn articles(&self) -> Result<Vec<ArticleRow>, StoreError> {
        self.article_rows("")
    }

    /// The articles that a key means: an address, an id, the beginning of a SHA-256 (6 digits or more), else part of the headline.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn find_articles(&self, key: &str) -> Result<Vec<ArticleRow>, StoreError> {
        let literal = oxigraph::model::Literal::from(key);
        let mut tries: Vec<String> = Vec::new();
        if NamedNode::new(key).is_ok() {
            tries.push(format!("FILTER(?article = <{key}> || ?source = <{key}>)"));
        }
        tries.push(format!("FILTER(?id = {literal})"));
        if key.len() >= 6 && key.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            tries.push(format!("?article yutu:sha256 ?sha . FILTER(STRSTARTS(?sha, LCASE({literal})))"));
        }
        tries.push(format!("FILTER(CONTAINS(LCASE(?title), LCASE({literal})))"));
        for filter in tries {
            let found = self.article_rows(&filter)?;
            if !found.is_empty() {
                return Ok(found);
            }
        }
        Ok(Vec::new())
    }

    fn article_rows(&self, filter: &str) -> Result<Vec<ArticleRow>, StoreError> {
        let tried = "list the articles";
        let mut counts: BTreeMap<String, [u64; 3]> = BTreeMap::new();
        let counting = [
            "SELECT ?g (COUNT(?e) AS ?n) { ?g a yutu:Article ; yutu:mentions ?e } GROUP BY ?g",
            "SELECT ?g (COUNT(?c) AS ?n) { ?c a yutu:Claim ; prov:wasDerivedFrom ?g } GROUP BY ?g",
            "SELECT ?g (COUNT(?o) AS ?n) { ?o a yutu:Observation ; prov:wasDerivedFrom ?g } GROUP BY ?g",
        ];
        for (column, sparql) in counting.into_iter().enumerate() {
            for row in self.select(tried, sparql)? {
                if let Some(graph) = text(&row, "g") {
                    counts.entry(graph).or_default()[column] = count(&row, "n");
                }
            }
        }
        let sparql = format!(
            "SELECT ?article ?id ?title ?published ?source {{
               ?article a yutu:Article ; dcterms:title ?title . OPTIONAL {{ ?article dcterms:identifier ?id }}
               OPTIONAL {{ ?article dcterms:issued ?published }} OPTIONAL {{ ?article dcterms:source ?source }} {filter} }}"
        );
        let mut rows: Vec<ArticleRow> = (self.select(tried, &sparql)?.iter())
            .filter_map(|row| {
                let iri = text(row, "article")?;
                let [entities, relations, observations] = counts.get(&iri).copied().unwrap_or_default();
                Some(ArticleRow {
                    id: text(row, "id").unwrap_or_default(),
                    title: text(row, "title").unwrap_or_default(),
                    published: text(row, "published"),
                    source: text(row, "source"),
                    iri,
                    entities,
                    relations,
                    observations,
                })
            })
            .collect();
        rows.sort_by(|a, b| (&b.published, &a.title, &a.iri).cmp(&(&a.published, &b.title, &b.iri)));
        rows.dedup_by(|a, b| a.iri == b.iri);
        Ok(rows)
    }

    /// What an article states.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn article_facts(&self, article: ArticleRow) -> Result<ArticleFacts, StoreError> {
        let failed = self.failed("read an article's facts");
        let graph = NamedNode::new_unchecked(&article.iri);
        let mut entities = Vec::new();
        let mut relations = Vec::new();
        let mut observations = Vec::new();
        for quad in
            self.store.quads_for_pattern(Some((&graph).into()), Some(yutu::MENTIONS), None, Some((&graph).into()))
        {
            if let Term::NamedNode(entity) = quad.map_err(&failed)?.object {
                entities.push(self.named(&entity)?);
            }
        }
        for class in [yutu::CLAIM, yutu::OBSERVATION] {
            for quad in self.store.quads_for_pattern(None, Some(rdf::TYPE), Some(class.into()), Some((&graph).into())) {
                let subject = quad.map_err(&failed)?.subject;
                if class == yutu::CLAIM {
                    relations.extend(self.fact(&subject)?);
                } else {
                    observations.extend(self.figure(&subject)?);
                }
            }
        }
        entities.sort_by(|a, b| (type_index(a), &a.label, &a.iri).cmp(&(type_index(b), &b.label, &b.iri)));
        relations.sort_by(|a, b| (a.place(), &a.claim).cmp(&(b.place(), &b.claim)));
        observations.sort_by(|a, b| (a.place(), &a.claim).cmp(&(b.place(), &b.claim)));
        Ok(ArticleFacts { article, entities, relations, observations })
    }
}

fn type_index(named: &Named) -> usize {
    named.kinds.first().map_or(EntityType::ALL.len(), |kind| kind.index())
}

/// The address of the one document that the article is: an absolute IRI that leads past the front page. A newspaper's name, or
/// the front page that a hundred articles give as their source, does not tell versions of an article from other articles.
fn document_address(article: &Article) -> Option<&str> {
    let address = article.source.as_deref()?;
    NamedNode::new(address).ok()?;
    match address.split_once("://") {
        Some((_, rest)) => rest.split_once(['/', '?', '#']).filter(|(_, path)| !path.is_empty()).map(|_| address),
        None => Some(address),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::{collections::BTreeSet, path::Path};

    use super::*;
    use crate::gold::read_corpus;
    use crate::model::iri;

    pub(in crate::store) fn fixtures() -> Vec<Extraction> {
        let corpus = read_corpus(Path::new("tests/fixtures/gold")).expect("the fixtures are gold");
        corpus.iter().map(|article| article.extraction()).collect()
    }

    pub(in crate::store) fn store_of(extractions: &[Extraction]) -> YutuStore {
        let store = YutuStore::in_memory().expect("a store");
        store.replace_articles(extractions, Known::Keep).expect("taken");
        store
    }

    /// Everything but the version, as sorted lines.
    fn lines(store: &YutuStore) -> BTreeSet<String> {
        store.store.iter().map(|quad| quad.expect("a quad").to_string()).collect()
    }

    fn assert_union(store: &YutuStore) {
        let node = store.store_node();
        let mut default = BTreeSet::new();
        let mut named = BTreeSet::new();
        for quad in store.store.iter() {
            let quad = quad.expect("a quad");
            let triple = format!("{} {} {}", quad.subject, quad.predicate, quad.object);
            match &quad.graph_name {
                GraphName::DefaultGraph => default.insert(triple),
                GraphName::NamedNode(graph) if *graph == node => false,
                _ => named.insert(triple),
            };
        }
        assert_eq!(default, named);
    }

    #[test]
    fn reading_an_article_again_changes_nothing() {
        let articles = fixtures();
        let store = YutuStore::in_memory().expect("a store");
        assert_eq!(store.replace_articles(&articles, Known::Keep).expect("taken"), [Taken::New; 3]);
        let before = lines(&store);
        assert_eq!(store.replace_articles(&articles, Known::Keep).expect("taken"), [Taken::Same; 3]);
        assert_eq!(lines(&store), before);
        assert_union(&store);
    }

    #[test]
    fn an_article_twice_in_a_batch_is_taken_once() {
        let articles = fixtures();
        let store = YutuStore::in_memory().expect("a store");
        let batch = [articles[0].clone(), articles[0].clone()];
        assert_eq!(store.replace_articles(&batch, Known::Keep).expect("taken"), [Taken::New, Taken::Same]);
    }

    #[test]
    fn removing_an_article_leaves_what_the_others_state() {
        let articles = fixtures();
        for gone in 0..articles.len() {
            let store = store_of(&articles);
            store.remove_articles(&[iri::article(&articles[gone].article)]).expect("removed");
            let rest: Vec<Extraction> = (articles.iter().enumerate())
                .filter(|(index, _)| *index != gone)
                .map(|(_, kept)| kept.clone())
                .collect();
            assert_eq!(lines(&store), lines(&store_of(&rest)), "without {gone}");
            assert_union(&store);
        }
    }

    #[test]
    fn a_known_article_is_renewed_on_demand() {
        let articles = fixtures();
        let store = store_of(&articles);
        let mut better = articles.clone();
        better[0].relations.pop();
        assert_eq!(store.replace_articles(&better, Known::Keep).expect("taken"), [Taken::Same; 3]);
        assert_eq!(lines(&store), lines(&store_of(&articles)));
        assert_eq!(store.replace_articles(&better, Known::Renew).expect("taken"), [Taken::Replaced; 3]);
        assert_eq!(lines(&store), lines(&store_of(&better)));
        assert_union(&store);
    }

    fn changed(extraction: &Extraction) -> Extraction {
        let article = &extraction.article;
        let body = format!("{}\n补充一句。", article.text.split_once('\n').expect("headline and body").1);
        let id = Some(article.id.clone());
        let article = Article::new(id, &article.title, &body, article.published.clone(), article.source.clone());
        Extraction { article, ..extraction.clone() }
    }

    #[test]
    fn a_changed_article_from_the_same_address_takes_the_place_of_the_old_one() {
        let articles = fixtures();
        let store = store_of(&articles);
        let new = changed(&articles[0]);
        assert_eq!(store.replace_articles(std::slice::from_ref(&new), Known::Keep).expect("taken"), [Taken::Replaced]);
        let expected = store_of(&[new, articles[1].clone(), articles[2].clone()]);
        assert_eq!(lines(&store), lines(&expected));
        assert_union(&store);
    }

    #[test]
    fn of_two_versions_in_a_batch_the_later_stands() {
        let articles = fixtures();
        let new = changed(&articles[0]);
        let store = YutuStore::in_memory().expect("a store");
        let outcome = store.replace_articles(&[articles[0].clone(), new.clone()], Known::Keep).expect("taken");
        assert_eq!(outcome, [Taken::New, Taken::Replaced]);
        assert_eq!(lines(&store), lines(&store_of(&[new])));
    }

    #[test]
    fn articles_that_share_a_newspaper_or_a_front_page_do_not_replace_each_other() {
        for source in ["天津日报", "https://news.example", "https://news.example/"] {
            let mut articles = fixtures();
            for extraction in &mut articles {
                extraction.article.source = Some(source.to_owned());
            }
            let store = store_of(&articles);
            assert_eq!(store.articles().expect("a list").len(), 3, "{source}");
        }
    }

    #[test]
    fn articles_are_listed_newest_first_with_counts() {
        let store = store_of(&fixtures());
        let rows = store.articles().expect("a list");
        let short: Vec<_> =
            rows.iter().map(|row| (row.id.as_str(), row.entities, row.relations, row.observations)).collect();
        assert_eq!(short, [("f02", 8, 4, 2), ("f01", 4, 3, 2), ("f03", 3, 2, 1)]);
    }

    #[test]
    fn articles_are_found_by_id_address_digest_and_headline() {
        let articles = fixtures();
        let store = store_of(&articles);
        let first = &articles[0].article;
        let address = iri::article(first);
        for key in
            ["f01", &address, "https://news.example/2025/f01.html", &first.sha256[..8], &first.sha256, "京滨工业园引进"]
        {
            let found = store.find_articles(key).expect("found");
            assert_eq!(found.iter().map(|row| row.iri.as_str()).collect::<Vec<_>>(), [address.as_str()], "{key}");
        }
        assert!(store.find_articles("\"} DROP").expect("nothing").is_empty());
    }

    #[test]
    fn an_article_is_shown_with_its_facts() {
        let store = store_of(&fixtures());
        let row = store.find_articles("f01").expect("found").remove(0);
        let facts = store.article_facts(row).expect("facts");
        let names: Vec<_> = facts.entities.iter().map(|entity| entity.label.as_str()).collect();
        assert_eq!(names, ["武清区", "京滨工业园", "诺禾致源", "生物医药"]);
        assert_eq!((facts.relations.len(), facts.observations.len()), (3, 2));
    }

    #[test]
    fn what_was_taken_is_on_disk_when_the_store_opens_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = YutuStore::open(folder.path()).expect("a store");
        store.replace_articles(&fixtures(), Known::Keep).expect("taken");
        drop(store);
        let store = YutuStore::open_read_only(folder.path()).expect("the store");
        assert_eq!(lines(&store), lines(&store_of(&fixtures())));
        assert!(matches!(
            store.remove_articles(&[iri::article(&fixtures()[0].article)]),
            Err(StoreError::ReadOnly { .. })
        ));
    }
}
