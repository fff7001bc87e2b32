//! SPARQL 1.1 Update, operation by operation, so that the union is kept.
//!
//! Oxigraph would write to the default graph itself. Here its parser gives the operations, its evaluator the solutions of their
//! `WHERE`, and `graphs::Writer` writes. All operations of a request are one transaction.

use std::collections::HashMap;

use oxigraph::{
    model::{BlankNode, GraphName, NamedNode, NamedOrBlankNode, Quad, Term, Triple, Variable},
    sparql::{CancellationToken, QueryEvaluationError, QueryResults, QuerySolution, SparqlSyntaxError},
    store::StorageError,
};
use spargebra::{
    GraphUpdateOperation, Query, SparqlParser,
    algebra::{GraphPattern, GraphTarget as AlgebraTarget, QueryDataset},
    term::{
        GraphName as AlgebraGraphName, GraphNamePattern, GroundQuadPattern, GroundTermPattern, GroundTriplePattern,
        NamedNodePattern, QuadPattern, TermPattern, TriplePattern,
    },
};

use super::{Extension, GraphTarget, QueryError, StoreError, YutuStore, graphs::Writer};

/// Fetches the document of a `LOAD`: address in, its triples out.
pub type LoadDocument<'a> = &'a (dyn Fn(&NamedNode) -> Result<Vec<Triple>, String> + Sync);

/// How an update is to be run.
#[derive(Clone, Default)]
pub struct UpdateSettings<'a> {
    /// Base address for relative IRIs.
    pub base_iri: Option<String>,
    /// Graphs that `WHERE` sees as the default graph (the protocol's `using-graph-uri`); not beside `USING` or `WITH` in the text.
    pub using_graphs: Vec<String>,
    /// Graphs that `GRAPH` may name (`using-named-graph-uri`).
    pub using_named_graphs: Vec<String>,
    /// Ends the evaluation from outside; then nothing is written.
    pub cancellation: Option<CancellationToken>,
    /// Adds services or functions.
    pub extension: Option<Extension>,
    /// What `LOAD` may do; without it `LOAD` fails.
    pub load: Option<LoadDocument<'a>>,
}

impl std::fmt::Debug for UpdateSettings<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("UpdateSettings").field("base_iri", &self.base_iri).finish_non_exhaustive()
    }
}

/// Why an update was not done. Then nothing of it was.
#[derive(Debug, thiserror::Error)]
pub enum UpdateError {
    /// The text is no SPARQL update; the source says where.
    #[error("the update is not SPARQL 1.1: {source}")]
    Syntax {
        /// The parser's message, with line and column.
        #[from]
        source: SparqlSyntaxError,
    },
    /// Settings that cannot be.
    #[error(transparent)]
    Settings(#[from] QueryError),
    /// Both the text and the request say which graphs are used.
    #[error("using-graph-uri cannot be given beside USING or WITH in the update")]
    TwoDatasets,
    /// `CREATE` of a graph that is there.
    #[error("the graph {0} exists already; CREATE SILENT passes over that")]
    GraphExists(NamedNode),
    /// `DROP` or `CLEAR` of a graph that is not there.
    #[error("there is no graph {0}; DROP SILENT passes over that")]
    NoSuchGraph(NamedNode),
    /// `LOAD` failed or is not allowed.
    #[error("cannot load {address}: {reason}")]
    Load {
        /// What was to be loaded.
        address: String,
        /// Why not.
        reason: String,
    },
    /// The evaluation of a `WHERE` failed, or was cancelled.
    #[error("the update failed: {source}")]
    Evaluation {
        /// The cause.
        #[from]
        source: QueryEvaluationError,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl YutuStore {
    /// Does an update, all of it or nothing.
    ///
    /// # Errors
    /// When the text or the settings are wrong, a graph is missing or there already, or the store cannot be written.
    pub fn update(&self, sparql: &str, settings: &UpdateSettings<'_>) -> Result<(), UpdateError> {
        let mut parser = SparqlParser::new();
        if !self.is_scratch {
            for (name, namespace) in self.prefixes() {
                parser = parser.with_prefix(name, namespace).expect("the prefixes are IRIs");
            }
        }
        if let Some(base) = &settings.base_iri {
            parser = parser.with_base_iri(base).map_err(|_| QueryError::NotAnIri { iri: base.clone() })?;
        }
        let update = parser.parse_update(sparql)?;
        let using = protocol_dataset(settings)?;
        if using.is_some() && update.operations.iter().any(has_dataset) {
            return Err(UpdateError::TwoDatasets);
        }
        let tried = "update the store";
        let mut writer = self.writer().map_err(self.failed(tried))?;
        for operation in update.operations {
            self.apply(operation, using.as_ref(), settings, &mut writer)?;
            if settings.cancellation.as_ref().is_some_and(CancellationToken::is_cancelled) {
                return Err(QueryEvaluationError::Cancelled.into());
            }
        }
        Ok(self.commit(writer, tried)?)
    }

    fn apply(
        &self,
        operation: GraphUpdateOperation,
        protocol_using: Option<&QueryDataset>,
        settings: &UpdateSettings<'_>,
        writer: &mut Writer<'_>,
    ) -> Result<(), UpdateError> {
        let storage = |error: StorageError| self.failed("update the store")(error);
        match operation {
            GraphUpdateOperation::InsertData { data } => {
                let mut blank_nodes = HashMap::new();
                for quad in data {
                    let graph_name = graph_name(quad.graph_name);
                    let triple = Triple::new(quad.subject, quad.predicate, quad.object);
                    let triple = with_fresh_blank_nodes(triple, &mut blank_nodes);
                    writer.insert(triple.in_graph(graph_name));
                }
            }
            GraphUpdateOperation::DeleteData { data } => {
                for quad in data {
                    let graph_name = graph_name(quad.graph_name);
                    let quad = Quad::new(quad.subject, quad.predicate, Term::from(quad.object), graph_name);
                    writer.remove(quad).map_err(storage)?;
                }
            }
            GraphUpdateOperation::DeleteInsert { delete, insert, using, pattern } => {
                let using = using.or_else(|| protocol_using.cloned());
                let (removed, added) = self.changes(&delete, &insert, using, *pattern, settings, writer)?;
                for quad in removed {
                    writer.remove(quad).map_err(storage)?;
                }
                added.into_iter().for_each(|quad| writer.insert(quad));
            }
            GraphUpdateOperation::Load { silent, source, destination } => match load(&source, settings) {
                Ok(triples) => {
                    let graph_name = graph_name(destination);
                    if let GraphName::NamedNode(graph) = &graph_name {
                        writer.create(graph.as_ref());
                    }
                    triples.into_iter().for_each(|triple| writer.insert(triple.in_graph(graph_name.clone())));
                }
                Err(_) if silent => {}
                Err(error) => return Err(error),
            },
            GraphUpdateOperation::Create { silent, graph } => {
                if !writer.transaction.contains_named_graph(&graph).map_err(storage)? {
                    writer.create(graph.as_ref());
                } else if !silent {
                    return Err(UpdateError::GraphExists(graph));
                }
            }
            GraphUpdateOperation::Clear { silent, graph } => {
                for (target, existed) in targets(graph, writer).map_err(storage)? {
                    let GraphTarget::Named(name) = &target else {
                        writer.drop(&target).map_err(storage)?;
                        continue;
                    };
                    if existed {
                        writer.drop(&target).map_err(storage)?;
                        writer.create(name.as_ref());
                    } else if !silent {
                        return Err(UpdateError::NoSuchGraph(name.clone()));
                    }
                }
            }
            GraphUpdateOperation::Drop { silent, graph } => {
                for (target, existed) in targets(graph, writer).map_err(storage)? {
                    match target {
                        GraphTarget::Named(name) if !existed && !silent => return Err(UpdateError::NoSuchGraph(name)),
                        target if existed => writer.drop(&target).map_err(storage)?,
                        _ => {}
                    }
                }
            }
        }
        Ok(())
    }

    /// What a `DELETE … INSERT … WHERE` takes away and adds, in the state that the operations before it left.
    fn changes(
        &self,
        delete: &[GroundQuadPattern],
        insert: &[QuadPattern],
        using: Option<QueryDataset>,
        pattern: GraphPattern,
        settings: &UpdateSettings<'_>,
        writer: &Writer<'_>,
    ) -> Result<(Vec<Quad>, Vec<Quad>), UpdateError> {
        let mut evaluator = self.evaluator(settings.extension.as_ref());
        if let Some(token) = &settings.cancellation {
            evaluator = evaluator.with_cancellation_token(token.clone());
        }
        let mut variables = Vec::new();
        pattern.on_in_scope_variable(|variable| {
            if !variables.contains(variable) {
                variables.push(variable.clone());
            }
        });
        let pattern = GraphPattern::Project { inner: Box::new(pattern), variables };
        let query = Query::Select { dataset: using, pattern, base_iri: None };
        let results = evaluator.for_query(query).on_transaction(&writer.transaction).execute()?;
        let QueryResults::Solutions(solutions) = results else { return Ok(Default::default()) };
        let (mut removed, mut added) = (Vec::new(), Vec::new());
        for solution in solutions {
            let solution = solution?;
            removed.extend(delete.iter().filter_map(|quad| ground_quad(quad, &solution)));
            let mut blank_nodes = HashMap::new();
            added.extend(insert.iter().filter_map(|quad| filled_quad(quad, &solution, &mut blank_nodes)));
        }
        Ok((removed, added))
    }
}

fn protocol_dataset(settings: &UpdateSettings<'_>) -> Result<Option<QueryDataset>, UpdateError> {
    if settings.using_graphs.is_empty() && settings.using_named_graphs.is_empty() {
        return Ok(None);
    }
    let nodes = |iris: &[String]| {
        let nodes = iris.iter().map(|iri| NamedNode::new(iri).map_err(|_| QueryError::NotAnIri { iri: iri.clone() }));
        nodes.collect::<Result<Vec<_>, _>>()
    };
    Ok(Some(QueryDataset {
        default: nodes(&settings.using_graphs)?,
        named: Some(nodes(&settings.using_named_graphs)?),
    }))
}

fn has_dataset(operation: &GraphUpdateOperation) -> bool {
    matches!(operation, GraphUpdateOperation::DeleteInsert { using: Some(_), .. })
}

fn load(source: &NamedNode, settings: &UpdateSettings<'_>) -> Result<Vec<Triple>, UpdateError> {
    let failed = |reason| UpdateError::Load { address: source.as_str().to_owned(), reason };
    match settings.load {
        Some(load) => load(source).map_err(failed),
        None => Err(failed("LOAD is not allowed here".to_owned())),
    }
}

/// The graphs that `CLEAR` and `DROP` mean, each with whether it is there.
fn targets(graph: AlgebraTarget, writer: &Writer<'_>) -> Result<Vec<(GraphTarget, bool)>, StorageError> {
    let named = |writer: &Writer<'_>| -> Result<Vec<(GraphTarget, bool)>, StorageError> {
        let names = writer.named_graphs()?.into_iter();
        Ok(names
            .filter_map(|name| match name {
                NamedOrBlankNode::NamedNode(name) => Some((GraphTarget::Named(name), true)),
                NamedOrBlankNode::BlankNode(_) => None,
            })
            .collect())
    };
    Ok(match graph {
        AlgebraTarget::NamedNode(name) => {
            let target = GraphTarget::Named(name);
            let existed = writer.exists(&target)?;
            vec![(target, existed)]
        }
        AlgebraTarget::DefaultGraph => vec![(GraphTarget::Default, true)],
        AlgebraTarget::NamedGraphs => named(writer)?,
        AlgebraTarget::AllGraphs => {
            let mut all = named(writer)?;
            all.push((GraphTarget::Default, true));
            all
        }
    })
}

fn graph_name(name: AlgebraGraphName) -> GraphName {
    match name {
        AlgebraGraphName::NamedNode(name) => name.into(),
        AlgebraGraphName::DefaultGraph => GraphName::DefaultGraph,
    }
}

type Fresh = HashMap<BlankNode, BlankNode>;

/// Blank nodes of the text are new nodes in the store, the same for all of one operation (`INSERT DATA`) or one solution.
fn with_fresh_blank_nodes(triple: Triple, fresh: &mut Fresh) -> Triple {
    let subject = match triple.subject {
        NamedOrBlankNode::BlankNode(node) => fresh.entry(node).or_default().clone().into(),
        subject => subject,
    };
    let object = match triple.object {
        Term::BlankNode(node) => fresh.entry(node).or_default().clone().into(),
        Term::Triple(inner) => with_fresh_blank_nodes(*inner, fresh).into(),
        object => object,
    };
    Triple { subject, object, ..triple }
}

fn value<'a>(variable: &Variable, solution: &'a QuerySolution) -> Option<&'a Term> {
    solution.get(variable)
}

fn subject(term: Term) -> Option<NamedOrBlankNode> {
    match term {
        Term::NamedNode(node) => Some(node.into()),
        Term::BlankNode(node) => Some(node.into()),
        _ => None,
    }
}

fn predicate(pattern: &NamedNodePattern, solution: &QuerySolution) -> Option<NamedNode> {
    match pattern {
        NamedNodePattern::NamedNode(node) => Some(node.clone()),
        NamedNodePattern::Variable(variable) => match value(variable, solution)? {
            Term::NamedNode(node) => Some(node.clone()),
            _ => None,
        },
    }
}

fn graph(pattern: &GraphNamePattern, solution: &QuerySolution) -> Option<GraphName> {
    match pattern {
        GraphNamePattern::NamedNode(node) => Some(node.clone().into()),
        GraphNamePattern::DefaultGraph => Some(GraphName::DefaultGraph),
        GraphNamePattern::Variable(variable) => match value(variable, solution)? {
            Term::NamedNode(node) => Some(node.clone().into()),
            Term::BlankNode(node) => Some(node.clone().into()),
            _ => None,
        },
    }
}

/// A quad of the `DELETE` template; `None` where a variable has no value or one that cannot stand there.
fn ground_quad(pattern: &GroundQuadPattern, solution: &QuerySolution) -> Option<Quad> {
    Some(Quad {
        subject: subject(ground_term(&pattern.subject, solution)?)?,
        predicate: predicate(&pattern.predicate, solution)?,
        object: ground_term(&pattern.object, solution)?,
        graph_name: graph(&pattern.graph_name, solution)?,
    })
}

fn ground_term(pattern: &GroundTermPattern, solution: &QuerySolution) -> Option<Term> {
    Some(match pattern {
        GroundTermPattern::NamedNode(node) => node.clone().into(),
        GroundTermPattern::Literal(literal) => literal.clone().into(),
        GroundTermPattern::Variable(variable) => value(variable, solution)?.clone(),
        GroundTermPattern::Triple(triple) => {
            let GroundTriplePattern { subject: s, predicate: p, object: o } = triple.as_ref();
            let s = subject(ground_term(s, solution)?)?;
            Triple { subject: s, predicate: predicate(p, solution)?, object: ground_term(o, solution)? }.into()
        }
    })
}

/// A quad of the `INSERT` template.
fn filled_quad(pattern: &QuadPattern, solution: &QuerySolution, fresh: &mut Fresh) -> Option<Quad> {
    Some(Quad {
        subject: subject(filled_term(&pattern.subject, solution, fresh)?)?,
        predicate: predicate(&pattern.predicate, solution)?,
        object: filled_term(&pattern.object, solution, fresh)?,
        graph_name: graph(&pattern.graph_name, solution)?,
    })
}

fn filled_term(pattern: &TermPattern, solution: &QuerySolution, fresh: &mut Fresh) -> Option<Term> {
    Some(match pattern {
        TermPattern::NamedNode(node) => node.clone().into(),
        TermPattern::BlankNode(node) => fresh.entry(node.clone()).or_default().clone().into(),
        TermPattern::Literal(literal) => literal.clone().into(),
        TermPattern::Variable(variable) => value(variable, solution)?.clone(),
        TermPattern::Triple(triple) => {
            let TriplePattern { subject: s, predicate: p, object: o } = triple.as_ref();
            let s = subject(filled_term(s, solution, fresh)?)?;
            Triple { subject: s, predicate: predicate(p, solution)?, object: filled_term(o, solution, fresh)? }.into()
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::articles::tests::{fixtures, store_of};

    fn update(store: &YutuStore, sparql: &str) {
        store.update(sparql, &UpdateSettings::default()).expect("updated");
    }

    fn rows(store: &YutuStore, pattern: &str) -> usize {
        store.select("ask", &format!("SELECT * {{ {pattern} }}")).expect("rows").len()
    }

    #[test]
    fn what_an_update_writes_is_seen_by_plain_queries_and_by_graph() {
        let store = store_of(&fixtures());
        update(&store, "INSERT DATA { <urn:a> <urn:p> 1 GRAPH <urn:g> { <urn:a> <urn:p> 1, 2 } }");
        assert_eq!(rows(&store, "<urn:a> <urn:p> ?o"), 2);
        let unnamed = store.unnamed_graph();
        assert_eq!(rows(&store, &format!("GRAPH {unnamed} {{ <urn:a> <urn:p> ?o }}")), 1);
        update(&store, "DELETE DATA { GRAPH <urn:g> { <urn:a> <urn:p> 1 } }");
        assert_eq!(rows(&store, "<urn:a> <urn:p> ?o"), 2, "the other graph still states it");
        update(&store, "DELETE DATA { <urn:a> <urn:p> 1 }");
        assert_eq!(rows(&store, "<urn:a> <urn:p> ?o"), 1);
    }

    #[test]
    fn deletion_by_pattern_reaches_every_graph_that_it_names() {
        let store = store_of(&fixtures());
        let before = rows(&store, "?s yutu:attracts ?o");
        assert_eq!(before, 1);
        update(&store, "DELETE { GRAPH ?g { ?s yutu:attracts ?o } } WHERE { GRAPH ?g { ?s yutu:attracts ?o } }");
        assert_eq!(rows(&store, "?s yutu:attracts ?o"), 0);
    }

    #[test]
    fn operations_of_one_request_see_each_other_and_fail_together() {
        let store = YutuStore::in_memory().expect("a store");
        update(
            &store,
            "INSERT DATA { <urn:a> <urn:p> 1 } ; INSERT { ?s <urn:q> [] } WHERE { ?s <urn:p> ?o } ; COPY DEFAULT TO <urn:g>",
        );
        assert_eq!(rows(&store, "GRAPH <urn:g> { ?s ?p ?o }"), 2);
        let version = store.version();
        let result = store.update("CLEAR ALL ; DROP GRAPH <urn:missing>", &UpdateSettings::default());
        assert!(matches!(result, Err(UpdateError::NoSuchGraph(_))));
        assert_eq!((rows(&store, "?s ?p ?o"), store.version()), (2, version));
        update(&store, "CLEAR ALL");
        assert_eq!(store.oxigraph().len().expect("counted"), 1, "the version stays");
    }

    #[test]
    fn load_is_refused_unless_it_is_allowed() {
        let store = YutuStore::in_memory().expect("a store");
        let load = "LOAD <http://example.org/x.ttl>";
        let error = store.update(load, &UpdateSettings::default()).expect_err("refused");
        assert!(error.to_string().contains("not allowed"), "{error}");
        update(&store, "LOAD SILENT <http://example.org/x.ttl>");
        let loader = |address: &NamedNode| {
            let node = NamedNode::new_unchecked("urn:a");
            Ok(vec![Triple::new(node.clone(), node, address.clone())])
        };
        store.update(load, &UpdateSettings { load: Some(&loader), ..UpdateSettings::default() }).expect("loaded");
        assert_eq!(rows(&store, "?s ?p <http://example.org/x.ttl>"), 1);
    }

    #[test]
    fn the_dataset_is_named_once() {
        let store = YutuStore::in_memory().expect("a store");
        let settings = UpdateSettings { using_graphs: vec!["urn:g".to_owned()], ..UpdateSettings::default() };
        let text = "DELETE { ?s ?p ?o } USING <urn:h> WHERE { ?s ?p ?o }";
        assert!(matches!(store.update(text, &settings), Err(UpdateError::TwoDatasets)));
        update(&store, "INSERT DATA { GRAPH <urn:g> { <urn:a> <urn:p> 1 } GRAPH <urn:h> { <urn:b> <urn:p> 1 } }");
        store.update("INSERT { ?s <urn:q> 1 } WHERE { ?s <urn:p> 1 }", &settings).expect("updated");
        assert_eq!((rows(&store, "<urn:a> <urn:q> 1"), rows(&store, "<urn:b> <urn:q> 1")), (1, 0));
    }
}
