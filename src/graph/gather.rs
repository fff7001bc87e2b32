//! Facts out of a store: what lies around entities, and what a CONSTRUCT's result needs to be drawn.

use std::collections::{BTreeSet, HashMap};

use oxigraph::{
    model::{
        GraphNameRef, NamedNode, NamedNodeRef, NamedOrBlankNode, NamedOrBlankNodeRef, Quad, Term, TermRef, Triple,
    },
    sparql::{QueryEvaluationError, QueryResults},
    store::StorageError,
};

use super::{Facts, Subgraph};
use crate::{
    model::{EntityType, Predicate},
    rdf::vocab::{self, rdf, rdfs, skos, yutu},
    store::{QueryError, QuerySettings, YutuStore},
};

/// Which facts around an entity are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// Steps from the focus.
    pub hops: usize,
    /// Only entities of these types, the focus aside; all where it is empty.
    pub kinds: Vec<EntityType>,
    /// Only these relations; all where it is empty.
    pub predicates: Vec<Predicate>,
}

/// Why no facts were gathered.
#[derive(Debug, thiserror::Error)]
pub enum GatherError {
    /// The store cannot be read.
    #[error("cannot read facts from the store")]
    Storage(#[from] StorageError),
    /// The query cannot be answered.
    #[error(transparent)]
    Query(#[from] QueryError),
    /// The query is no CONSTRUCT or DESCRIBE, and has no columns for subject, predicate and object.
    #[error("the query makes no triples; use CONSTRUCT, DESCRIBE, or SELECT ?subject ?predicate ?object")]
    NoTriples,
}

/// The facts within some steps of entities, by their addresses.
///
/// Relations among the outermost entities are taken in too.
///
/// # Errors
/// When the store cannot be read.
pub fn neighbourhood(store: &YutuStore, focus: &[String], scope: &Scope) -> Result<Subgraph, GatherError> {
    let mut reader = Reader { store, facts: Facts::default(), kinds: HashMap::new() };
    let mut seen: BTreeSet<String> = focus.iter().cloned().collect();
    let mut outermost: Vec<String> = seen.iter().cloned().collect();
    for hop in 0..=scope.hops {
        let mut next = BTreeSet::new();
        for entity in &outermost {
            for (triple, other) in reader.links(entity, scope)? {
                // On the last round only what links two entities that are there already.
                if seen.contains(&other) || hop < scope.hops && reader.is_wanted(&other, scope)? {
                    reader.facts.add_triple(&triple, None);
                    if !seen.contains(&other) {
                        next.insert(other);
                    }
                }
            }
        }
        seen.extend(next.iter().cloned());
        outermost = next.into_iter().collect();
    }
    for entity in &seen {
        reader.describe(entity)?;
    }
    Ok(reader.with_claims()?.into_subgraph(focus))
}

/// The result of a query that makes triples, with names and types from the store where the result has none, and with the
/// claims behind its relations.
///
/// # Errors
/// When the query is wrong, takes too long, or makes no triples.
pub fn constructed(store: &YutuStore, sparql: &str, settings: &QuerySettings) -> Result<Subgraph, GatherError> {
    let triples = store.query(sparql, settings, triples)?.ok_or(GatherError::NoTriples)?;
    let facts = Facts::from_triples(triples);
    let ends: BTreeSet<String> = facts.entities().map(str::to_owned).collect();
    let mut reader = Reader { store, facts, kinds: HashMap::new() };
    for entity in &ends {
        reader.describe(entity)?;
    }
    Ok(reader.with_claims()?.into_subgraph(&[]))
}

/// The triples of a result: of a CONSTRUCT or DESCRIBE, or of a SELECT's columns `subject predicate object` (or `s p o`).
fn triples(results: QueryResults<'static>) -> Result<Option<Vec<Triple>>, QueryEvaluationError> {
    match results {
        QueryResults::Graph(triples) => triples.collect::<Result<Vec<_>, _>>().map(Some),
        QueryResults::Boolean(_) => Ok(None),
        QueryResults::Solutions(solutions) => {
            let has = |name: &str| solutions.variables().iter().any(|variable| variable.as_str() == name);
            let names = [["subject", "predicate", "object"], ["s", "p", "o"]].into_iter();
            let Some([s, p, o]) = names.into_iter().find(|names| names.iter().all(|name| has(name))) else {
                return Ok(None);
            };
            let mut triples = Vec::new();
            for solution in solutions {
                let solution = solution?;
                if let (Some(subject), Some(Term::NamedNode(predicate)), Some(object)) =
                    (solution.get(s).and_then(as_subject), solution.get(p), solution.get(o))
                {
                    triples.push(Triple::new(subject, predicate.clone(), object.clone()));
                }
            }
            Ok(Some(triples))
        }
    }
}

fn as_subject(term: &Term) -> Option<NamedOrBlankNode> {
    match term {
        Term::NamedNode(node) => Some(node.clone().into()),
        Term::BlankNode(node) => Some(node.clone().into()),
        _ => None,
    }
}

/// Facts in gathering, and the store that they come from.
struct Reader<'a> {
    store: &'a YutuStore,
    facts: Facts,
    kinds: HashMap<String, Option<EntityType>>,
}

impl Reader<'_> {
    /// Direct triples from and to an entity, each with its other end.
    fn links(&self, entity: &str, scope: &Scope) -> Result<Vec<(Triple, String)>, StorageError> {
        let node = NamedNodeRef::new_unchecked(entity);
        let predicates = if scope.predicates.is_empty() { Predicate::ALL } else { &scope.predicates };
        let mut links = Vec::new();
        for &predicate in predicates {
            let property = vocab::property(predicate);
            for quad in self.quads(Some(node.into()), Some(property.as_ref()), None) {
                let quad = quad?;
                if let Term::NamedNode(object) = &quad.object {
                    let other = object.as_str().to_owned();
                    links.push((quad.into(), other));
                }
            }
            for quad in self.quads(None, Some(property.as_ref()), Some(node.into())) {
                let quad = quad?;
                if let NamedOrBlankNode::NamedNode(subject) = &quad.subject {
                    let other = subject.as_str().to_owned();
                    links.push((quad.into(), other));
                }
            }
        }
        Ok(links)
    }

    fn is_wanted(&mut self, entity: &str, scope: &Scope) -> Result<bool, StorageError> {
        if scope.kinds.is_empty() {
            return Ok(true);
        }
        if let Some(kind) = self.kinds.get(entity) {
            return Ok(kind.is_some_and(|kind| scope.kinds.contains(&kind)));
        }
        let node = NamedNodeRef::new_unchecked(entity);
        let mut found = None;
        for quad in self.quads(Some(node.into()), Some(rdf::TYPE), None) {
            if let Term::NamedNode(class) = quad?.object {
                found = found.or(vocab::entity_type(class.as_ref()));
            }
        }
        self.kinds.insert(entity.to_owned(), found);
        Ok(found.is_some_and(|kind| scope.kinds.contains(&kind)))
    }

    /// Takes in names, type, code and the articles that name an entity.
    fn describe(&mut self, entity: &str) -> Result<(), StorageError> {
        let Ok(node) = NamedNode::new(entity) else { return Ok(()) };
        for property in [rdf::TYPE, rdfs::LABEL, skos::PREF_LABEL, yutu::CODE] {
            for quad in self.quads(Some((&node).into()), Some(property), None).collect::<Result<Vec<_>, _>>()? {
                self.facts.add_triple(&quad.into(), None);
            }
        }
        for quad in self.quads(None, Some(yutu::MENTIONS), Some((&node).into())).collect::<Result<Vec<_>, _>>()? {
            self.facts.add_quad(&quad);
        }
        Ok(())
    }

    /// Takes in the claims behind the relations gathered.
    fn with_claims(mut self) -> Result<Facts, StorageError> {
        let relations: BTreeSet<(String, String)> = self.facts.pairs().collect();
        let subjects: BTreeSet<&String> = relations.iter().map(|(subject, _)| subject).collect();
        let mut found = Vec::new();
        for subject in subjects {
            let Ok(node) = NamedNode::new(subject.as_str()) else { continue };
            for claim in self.quads(None, Some(rdf::SUBJECT), Some((&node).into())) {
                let claim = claim?.subject;
                let object = self.quads(Some(claim.as_ref()), Some(rdf::OBJECT), None).next().transpose()?;
                let Some(Term::NamedNode(object)) = object.map(|quad| quad.object) else { continue };
                if relations.contains(&(subject.clone(), object.into_string())) {
                    let parts = self.quads(Some(claim.as_ref()), None, None);
                    found.extend(parts.collect::<Result<Vec<_>, _>>()?);
                }
            }
        }
        for quad in &found {
            self.facts.add_claim_part(quad);
        }
        Ok(self.facts)
    }

    fn quads<'a>(
        &self,
        subject: Option<NamedOrBlankNodeRef<'a>>,
        predicate: Option<NamedNodeRef<'a>>,
        object: Option<TermRef<'a>>,
    ) -> impl Iterator<Item = Result<Quad, StorageError>> + use<'a> {
        let union = Some(GraphNameRef::DefaultGraph);
        self.store.oxigraph().quads_for_pattern(subject, predicate, object, union)
    }
}
