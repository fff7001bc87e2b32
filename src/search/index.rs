//! What the index holds, and how it follows the store.

use std::{
    path::Path,
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use oxigraph::model::{GraphNameRef, NamedNode, NamedOrBlankNode, Term};
use tantivy::{
    Index, IndexReader, IndexWriter, ReloadPolicy, TantivyDocument, Term as IndexTerm,
    directory::MmapDirectory,
    schema::{FAST, Field, IndexRecordOption, STORED, STRING, Schema, TextFieldIndexing, TextOptions},
};

use super::words::{Pairs, Words, readings};
use crate::{
    model::EntityType,
    rdf::vocab::{self, dcterms, oa, rdf, rdfs, skos, yutu},
    store::{Changes, StoreError, YutuStore},
    text::folded_name,
};

/// The folder within the store's.
const FOLDER: &str = "search";
/// Bytes that writing may hold.
const WRITE_BYTES: usize = 32 << 20;
/// Changes when the fields do, so that an index of before is made anew.
const VERSION: &str = "1";

/// Why the index could not be made or asked.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// The index failed.
    #[error("the search index failed: {0}")]
    Index(#[from] tantivy::TantivyError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<oxigraph::store::StorageError> for SearchError {
    fn from(source: oxigraph::store::StorageError) -> Self {
        Self::Store(StoreError::Storage { tried: "read the store for the search index", source })
    }
}

/// The fields of a document.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fields {
    /// `entity`, `article` or `passage`.
    pub(super) kind: Field,
    pub(super) iri: Field,
    /// Entity types.
    pub(super) types: Field,
    /// What it is called; of a passage, what it says.
    pub(super) label: Field,
    /// All names as written, to show which one was met.
    pub(super) names: Field,
    /// All names folded, each one word.
    pub(super) exact: Field,
    pub(super) pairs: Field,
    pub(super) pinyin: Field,
    pub(super) initials: Field,
    pub(super) text: Field,
    /// How many articles name it.
    pub(super) articles: Field,
    /// How many claims and figures are about it.
    pub(super) claims: Field,
}

fn schema() -> (Schema, Fields) {
    let mut builder = Schema::builder();
    let by = |tokenizer: &str, option| {
        let indexing = TextFieldIndexing::default().set_tokenizer(tokenizer).set_index_option(option);
        TextOptions::default().set_indexing_options(indexing)
    };
    let fields = Fields {
        kind: builder.add_text_field("kind", STRING | STORED),
        iri: builder.add_text_field("iri", STRING | STORED),
        types: builder.add_text_field("types", STRING | STORED),
        label: builder.add_text_field("label", STORED),
        names: builder.add_text_field("names", STORED),
        exact: builder.add_text_field("exact", STRING),
        pairs: builder.add_text_field("pairs", by("pairs", IndexRecordOption::Basic)),
        pinyin: builder.add_text_field("pinyin", STRING),
        initials: builder.add_text_field("initials", STRING),
        text: builder.add_text_field("text", by("words", IndexRecordOption::WithFreqs)),
        articles: builder.add_u64_field("articles", FAST | STORED),
        claims: builder.add_u64_field("claims", FAST | STORED),
    };
    (builder.build(), fields)
}

/// The index of a store.
pub struct SearchIndex {
    pub(super) index: Index,
    pub(super) reader: IndexReader,
    pub(super) fields: Fields,
    writer: Mutex<Option<IndexWriter>>,
    is_ready: AtomicBool,
}

impl std::fmt::Debug for SearchIndex {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SearchIndex").field("is_ready", &self.is_ready).finish_non_exhaustive()
    }
}

impl SearchIndex {
    /// The index of a store, beside it on disk, or in memory where it cannot be there. It may be empty or behind: see [`Self::catch_up`].
    ///
    /// # Errors
    /// When not even memory serves.
    pub fn open(store: &YutuStore) -> Result<Self, SearchError> {
        if let Some(folder) = store.path()
            && let Ok(index) = Self::on_disk(&folder.join(FOLDER), &marker(store))
        {
            return Ok(index);
        }
        let (schema, fields) = schema();
        Self::of(Index::create_in_ram(schema), fields, true)
    }

    /// Whether a store's folder holds an index.
    pub fn is_beside(store: &Path) -> bool {
        store.join(FOLDER).exists()
    }

    /// `Err` where the folder cannot be written to and what it holds is of no use as it is.
    fn on_disk(folder: &Path, marker: &str) -> Result<Self, SearchError> {
        let open = || -> Result<Self, SearchError> {
            std::fs::create_dir_all(folder).map_err(|error| tantivy::TantivyError::SystemError(error.to_string()))?;
            let (schema, fields) = schema();
            let directory = MmapDirectory::open(folder).map_err(tantivy::TantivyError::from)?;
            Self::of(Index::open_or_create(directory, schema)?, fields, false)
        };
        let index = match open() {
            Ok(index) => index,
            Err(_) => {
                // Of another version, or damaged: nothing is lost by starting anew.
                std::fs::remove_dir_all(folder)
                    .map_err(|error| tantivy::TantivyError::SystemError(error.to_string()))?;
                open()?
            }
        };
        if index.payload().as_deref() != Some(marker) {
            index.with_writer(|_| Ok(()))?;
        }
        Ok(index)
    }

    fn of(index: Index, fields: Fields, has_writer: bool) -> Result<Self, SearchError> {
        index.tokenizers().register("words", tantivy::tokenizer::TextAnalyzer::from(Words));
        index.tokenizers().register("pairs", tantivy::tokenizer::TextAnalyzer::from(Pairs));
        let writer = if has_writer { Some(index.writer_with_num_threads(1, WRITE_BYTES)?) } else { None };
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        Ok(Self { index, reader, fields, writer: Mutex::new(writer), is_ready: AtomicBool::new(false) })
    }

    /// What the last commit was told of the store.
    fn payload(&self) -> Option<String> {
        self.index.load_metas().ok()?.payload
    }

    /// Whether it has been brought up to the store once.
    pub fn is_ready(&self) -> bool {
        self.is_ready.load(Ordering::Acquire)
    }

    fn with_writer<T>(&self, work: impl FnOnce(&mut IndexWriter) -> Result<T, SearchError>) -> Result<T, SearchError> {
        let mut writer = self.writer.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if writer.is_none() {
            *writer = Some(self.index.writer_with_num_threads(1, WRITE_BYTES)?);
        }
        work(writer.as_mut().expect("it was just made"))
    }

    /// Brings the index to the state of the store: by what was noted as changed, or as a whole. Says whether it was made anew.
    ///
    /// # Errors
    /// When store or index fail; the index stays as it was.
    pub fn catch_up(&self, store: &YutuStore) -> Result<bool, SearchError> {
        let changes = store.take_changes();
        let marker = marker(store);
        let is_current = self.is_ready() || self.payload().as_deref() == Some(&marker);
        let is_anew = !is_current || matches!(changes, Changes::Unknown);
        match changes {
            _ if is_anew => self.with_writer(|writer| {
                writer.delete_all_documents()?;
                self.add_all(store, writer)?;
                commit(writer, &marker)
            })?,
            Changes::Things(things) if !things.is_empty() => self.with_writer(|writer| {
                for iri in &things {
                    writer.delete_term(IndexTerm::from_field_text(self.fields.iri, iri));
                    self.add_thing(store, iri, writer)?;
                }
                commit(writer, &marker)
            })?,
            _ => {}
        }
        self.reader.reload()?;
        self.is_ready.store(true, Ordering::Release);
        Ok(is_anew)
    }

    fn add_all(&self, store: &YutuStore, writer: &IndexWriter) -> Result<(), SearchError> {
        let classes = EntityType::ALL.iter().map(|kind| vocab::class(*kind));
        let mut last = String::new();
        for class in classes.chain([yutu::ARTICLE.into_owned(), yutu::PASSAGE.into_owned()]) {
            let graph = Some(GraphNameRef::DefaultGraph);
            for quad in store.oxigraph().quads_for_pattern(None, Some(rdf::TYPE), Some((&class).into()), graph) {
                if let NamedOrBlankNode::NamedNode(node) = quad?.subject {
                    // One of two types is met twice; the first time all its types are taken.
                    if let Some(kind) = vocab::entity_type(class.as_ref())
                        && self.types(store, &node)?.first().is_some_and(|first| *first != kind)
                    {
                        continue;
                    }
                    if node.as_str() != last {
                        self.add_thing(store, node.as_str(), writer)?;
                        last = node.into_string();
                    }
                }
            }
        }
        Ok(())
    }

    fn types(&self, store: &YutuStore, node: &NamedNode) -> Result<Vec<EntityType>, SearchError> {
        let mut types: Vec<EntityType> = (values(store, node, rdf::TYPE)?.iter())
            .filter_map(|class| match class {
                Term::NamedNode(class) => vocab::entity_type(class.as_ref()),
                _ => None,
            })
            .collect();
        types.sort();
        Ok(types)
    }

    /// Adds what the store says of a thing, if it is one that is searched for.
    fn add_thing(&self, store: &YutuStore, iri: &str, writer: &IndexWriter) -> Result<(), SearchError> {
        let Ok(node) = NamedNode::new(iri) else { return Ok(()) };
        let classes = values(store, &node, rdf::TYPE)?;
        let is_a = |class: oxigraph::model::NamedNodeRef<'_>| {
            classes.iter().any(|known| *known == Term::from(class.into_owned()))
        };
        let types = self.types(store, &node)?;
        let f = self.fields;
        let mut document = TantivyDocument::default();
        document.add_text(f.iri, iri);
        if !types.is_empty() {
            self.add_entity(store, &node, &types, &mut document)?;
            writer.add_document(document)?;
        } else if is_a(yutu::ARTICLE) {
            let title = strings(values(store, &node, dcterms::TITLE)?).into_iter().next().unwrap_or_default();
            document.add_text(f.kind, "article");
            document.add_text(f.label, &title);
            document.add_text(f.pairs, &title);
            strings(values(store, &node, yutu::TEXT)?).iter().for_each(|text| document.add_text(f.text, text));
            document.add_u64(f.articles, 1);
            document.add_u64(f.claims, 0);
            writer.add_document(document)?;
        } else if is_a(yutu::PASSAGE) {
            let text = strings(values(store, &node, oa::EXACT)?).into_iter().next().unwrap_or_default();
            document.add_text(f.kind, "passage");
            document.add_text(f.label, &text);
            document.add_text(f.text, &text);
            document.add_u64(f.articles, 1);
            document.add_u64(f.claims, count(store, yutu::EVIDENCE, &node)?);
            writer.add_document(document)?;
        }
        Ok(())
    }

    fn add_entity(
        &self,
        store: &YutuStore,
        node: &NamedNode,
        types: &[EntityType],
        document: &mut TantivyDocument,
    ) -> Result<(), SearchError> {
        let f = self.fields;
        document.add_text(f.kind, "entity");
        types.iter().for_each(|kind| document.add_text(f.types, kind.as_str()));
        let official = strings(values(store, node, skos::PREF_LABEL)?);
        let labels = strings(values(store, node, rdfs::LABEL)?);
        let longest = |names: &[String]| names.iter().max_by_key(|name| name.chars().count()).cloned();
        let label = longest(&official).or_else(|| longest(&labels)).unwrap_or_else(|| node.as_str().to_owned());
        document.add_text(f.label, &label);
        let mut names = official;
        names.extend(labels);
        names.extend(strings(values(store, node, skos::ALT_LABEL)?));
        names.extend(strings(values(store, node, yutu::CODE)?));
        names.sort();
        names.dedup();
        for name in &names {
            document.add_text(f.names, name);
            document.add_text(f.exact, folded_name(name));
            document.add_text(f.pairs, name);
            let (whole, initials) = readings(name);
            whole.iter().for_each(|reading| document.add_text(f.pinyin, reading));
            initials.iter().for_each(|reading| document.add_text(f.initials, reading));
        }
        document.add_u64(f.articles, count(store, yutu::MENTIONS, node)?);
        let claims = count(store, rdf::SUBJECT, node)? + count(store, rdf::OBJECT, node)?;
        document.add_u64(f.claims, claims + count(store, yutu::SUBJECT, node)?);
        Ok(())
    }
}

/// What ties the index to a state of the store.
fn marker(store: &YutuStore) -> String {
    format!("{VERSION} {}", store.stamp())
}

fn commit(writer: &mut IndexWriter, marker: &str) -> Result<(), SearchError> {
    let mut prepared = writer.prepare_commit()?;
    prepared.set_payload(marker);
    prepared.commit()?;
    Ok(())
}

fn values(
    store: &YutuStore,
    node: &NamedNode,
    property: oxigraph::model::NamedNodeRef<'_>,
) -> Result<Vec<Term>, SearchError> {
    let graph = Some(GraphNameRef::DefaultGraph);
    let quads = store.oxigraph().quads_for_pattern(Some(node.into()), Some(property), None, graph);
    quads.map(|quad| Ok(quad?.object)).collect()
}

fn strings(terms: Vec<Term>) -> Vec<String> {
    let literals = terms.into_iter().filter_map(|term| match term {
        Term::Literal(literal) => Some(literal.value().to_owned()),
        _ => None,
    });
    literals.collect()
}

/// How many subjects lead to a node by a property.
fn count(store: &YutuStore, property: oxigraph::model::NamedNodeRef<'_>, node: &NamedNode) -> Result<u64, SearchError> {
    let graph = Some(GraphNameRef::DefaultGraph);
    let quads = store.oxigraph().quads_for_pattern(None, Some(property), Some(node.into()), graph);
    let mut number = 0;
    for quad in quads {
        quad?;
        number += 1;
    }
    Ok(number)
}
