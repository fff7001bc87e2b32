//! SPARQL over the store: known prefixes, the union as default graph, a time limit.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use oxigraph::{
    model::{GraphName, NamedNode, NamedOrBlankNode, Term, Variable},
    sparql::{
        CancellationToken, PreparedSparqlQuery, QueryEvaluationError, QueryResults, QuerySolution, SparqlEvaluator,
        SparqlSyntaxError,
    },
};

use super::{StoreError, YutuStore};

/// What is added to the evaluator before a query is parsed: services, functions.
pub type Extension = Arc<dyn Fn(SparqlEvaluator) -> SparqlEvaluator + Send + Sync>;

/// How a query is to be run.
#[derive(Clone, Default)]
pub struct QuerySettings {
    /// Base address for relative IRIs.
    pub base_iri: Option<String>,
    /// Graphs that make up the default graph, in place of the query's own `FROM` (the protocol's `default-graph-uri`).
    pub default_graphs: Vec<String>,
    /// Graphs that `GRAPH` may name, in place of `FROM NAMED` (the protocol's `named-graph-uri`).
    pub named_graphs: Vec<String>,
    /// Values that variables of the `SELECT` clause are given beforehand.
    pub bindings: Vec<(String, Term)>,
    /// Ends the evaluation from outside; results that are read later fail with "cancelled".
    pub cancellation: Option<CancellationToken>,
    /// Ends the evaluation after this time.
    pub timeout: Option<Duration>,
    /// Adds services or functions.
    pub extension: Option<Extension>,
}

impl std::fmt::Debug for QuerySettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("QuerySettings")
            .field("base_iri", &self.base_iri)
            .field("default_graphs", &self.default_graphs)
            .field("named_graphs", &self.named_graphs)
            .field("bindings", &self.bindings)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}

/// Why a query gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum QueryError {
    /// The text is no SPARQL query; the source says where.
    #[error("the query is not SPARQL 1.1: {source}")]
    Syntax {
        /// The parser's message, with line and column.
        #[from]
        source: SparqlSyntaxError,
    },
    /// An address given beside the query is none.
    #[error("`{iri}` is not an absolute IRI")]
    NotAnIri {
        /// What was given.
        iri: String,
    },
    /// A name given beside the query is no variable.
    #[error("`{name}` is not a variable's name")]
    NotAVariable {
        /// What was given.
        name: String,
    },
    /// It took too long.
    #[error("the query was stopped after {} s; ask for less, or allow more time", .limit.as_secs_f32())]
    TimedOut {
        /// The time allowed.
        limit: Duration,
    },
    /// The evaluation failed.
    #[error("the query failed: {source}")]
    Evaluation {
        /// The cause.
        #[source]
        source: QueryEvaluationError,
    },
}

impl YutuStore {
    /// Parses a query with the prefixes of `docs/rdf.md` known. It may declare them again.
    ///
    /// # Errors
    /// When the text or the settings are wrong.
    pub fn prepare(&self, sparql: &str, settings: &QuerySettings) -> Result<PreparedSparqlQuery, QueryError> {
        let mut evaluator = self.evaluator(settings.extension.as_ref());
        if let Some(base) = &settings.base_iri {
            evaluator = evaluator.with_base_iri(base).map_err(|_| QueryError::NotAnIri { iri: base.clone() })?;
        }
        if let Some(token) = &settings.cancellation {
            evaluator = evaluator.with_cancellation_token(token.clone());
        }
        let mut query = evaluator.parse_query(sparql)?;
        if !settings.default_graphs.is_empty() || !settings.named_graphs.is_empty() {
            let graphs = |iris: &[String]| iris.iter().map(|iri| node(iri)).collect::<Result<Vec<_>, _>>();
            let default = graphs(&settings.default_graphs)?.into_iter().map(GraphName::from).collect();
            let named = graphs(&settings.named_graphs)?.into_iter().map(NamedOrBlankNode::from).collect();
            query.dataset_mut().set_default_graph(default);
            query.dataset_mut().set_available_named_graphs(named);
        }
        for (name, value) in &settings.bindings {
            let variable = Variable::new(name).map_err(|_| QueryError::NotAVariable { name: name.clone() })?;
            query = query.substitute_variable(variable, value.clone());
        }
        Ok(query)
    }

    /// An evaluator that knows the prefixes and what the extension adds.
    pub(super) fn evaluator(&self, extension: Option<&Extension>) -> SparqlEvaluator {
        let mut evaluator = SparqlEvaluator::new();
        if !self.is_scratch {
            for (name, namespace) in self.prefixes() {
                evaluator = evaluator.with_prefix(name, namespace).expect("the prefixes are IRIs");
            }
        }
        match extension {
            Some(extend) => extend(evaluator),
            None => evaluator,
        }
    }

    /// Evaluates a query and hands its results to `use_results`, all within the time limit.
    ///
    /// # Errors
    /// When the query is wrong, takes too long or fails, or `use_results` fails with such an error.
    pub fn query<T>(
        &self,
        sparql: &str,
        settings: &QuerySettings,
        use_results: impl FnOnce(QueryResults<'static>) -> Result<T, QueryEvaluationError>,
    ) -> Result<T, QueryError> {
        let mut settings = settings.clone();
        let token = settings.cancellation.get_or_insert_with(CancellationToken::new).clone();
        let query = self.prepare(sparql, &settings)?.on_store(&self.store);
        let evaluate = || query.execute().and_then(use_results);
        let Some(limit) = settings.timeout else {
            return evaluate().map_err(|source| QueryError::Evaluation { source });
        };
        let started = Instant::now();
        let (done, alarm) = std::sync::mpsc::channel::<()>();
        std::thread::scope(|scope| {
            scope.spawn(move || {
                if alarm.recv_timeout(limit) == Err(std::sync::mpsc::RecvTimeoutError::Timeout) {
                    token.cancel();
                }
            });
            let result = evaluate();
            drop(done);
            result
        })
        .map_err(|source| match source {
            QueryEvaluationError::Cancelled if started.elapsed() >= limit => QueryError::TimedOut { limit },
            source => QueryError::Evaluation { source },
        })
    }

    /// The rows of one of the program's own SELECT queries.
    pub(super) fn select(&self, tried: &'static str, sparql: &str) -> Result<Vec<QuerySolution>, StoreError> {
        self.query(sparql, &QuerySettings::default(), |results| match results {
            QueryResults::Solutions(solutions) => solutions.collect(),
            _ => Ok(Vec::new()),
        })
        .map_err(|source| StoreError::Query { tried, source: Box::new(source) })
    }
}

fn node(iri: &str) -> Result<NamedNode, QueryError> {
    NamedNode::new(iri).map_err(|_| QueryError::NotAnIri { iri: iri.to_owned() })
}

/// A solution's value as plain text: an IRI, or a literal's characters.
pub(super) fn text(solution: &QuerySolution, variable: &str) -> Option<String> {
    solution.get(variable).map(|term| match term {
        Term::NamedNode(node) => node.as_str().to_owned(),
        Term::Literal(literal) => literal.value().to_owned(),
        other => other.to_string(),
    })
}

/// A solution's value as a count; 0 if there is none.
pub(super) fn count(solution: &QuerySolution, variable: &str) -> u64 {
    text(solution, variable).and_then(|digits| digits.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::articles::tests::{fixtures, store_of};

    fn rows(store: &YutuStore, sparql: &str) -> usize {
        store.select("ask", sparql).expect("a good query").len()
    }

    /// Oxigraph's own union gives one answer a graph.
    #[test]
    fn a_fact_of_two_articles_is_one_fact_in_the_default_graph() {
        let store = store_of(&fixtures());
        let fact = "?p rdfs:label '京滨工业园' ; yutu:attracts/rdfs:label '诺禾致源'";
        assert_eq!(rows(&store, &format!("SELECT * {{ {fact} }}")), 1);
        assert_eq!(rows(&store, &format!("SELECT * {{ GRAPH ?article {{ {fact} }} }}")), 2);
    }

    #[test]
    fn reified_facts_are_found_by_both_generations_of_sparql() {
        let store = store_of(&fixtures());
        assert_eq!(rows(&store, "SELECT * { ?claim rdf:predicate yutu:attracts ; rdf:object ?o }"), 2);
        assert_eq!(rows(&store, "SELECT * { ?claim rdf:reifies <<( ?s yutu:attracts ?o )>> }"), 2);
    }

    #[test]
    fn a_syntax_error_says_where() {
        let store = YutuStore::in_memory().expect("a store");
        let result = store.prepare("SELECT * WHERE {\n ?s ?p }", &QuerySettings::default());
        let message = result.err().expect("no query").to_string();
        assert!(message.contains("2:"), "{message}");
    }

    #[test]
    fn a_query_without_end_is_stopped() {
        let store = store_of(&fixtures());
        let endless = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }";
        let limit = Duration::from_millis(50);
        let settings = QuerySettings { timeout: Some(limit), ..QuerySettings::default() };
        let result = store.query(endless, &settings, |results| match results {
            QueryResults::Solutions(mut solutions) => solutions.next().transpose(),
            _ => Ok(None),
        });
        assert!(matches!(result, Err(QueryError::TimedOut { .. })), "{result:?}");
    }

    #[test]
    fn bindings_and_graphs_can_be_given_beside_the_query() {
        let store = store_of(&fixtures());
        let settings = QuerySettings {
            bindings: vec![("name".to_owned(), oxigraph::model::Literal::from("武清区").into())],
            ..QuerySettings::default()
        };
        let count = |settings: &QuerySettings| {
            let text = "SELECT ?s ?name { ?s rdfs:label ?name }";
            store.query(text, settings, |results| match results {
                QueryResults::Solutions(solutions) => Ok(solutions.count()),
                _ => Ok(0),
            })
        };
        assert_eq!(count(&settings).expect("rows"), 1);
        let elsewhere = QuerySettings { default_graphs: vec!["urn:none".to_owned()], ..QuerySettings::default() };
        assert_eq!(count(&elsewhere).expect("rows"), 0);
        let wrong = QuerySettings { named_graphs: vec!["none".to_owned()], ..QuerySettings::default() };
        assert!(matches!(count(&wrong), Err(QueryError::NotAnIri { .. })));
    }
}
