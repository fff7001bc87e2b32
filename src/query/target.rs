//! Where a query goes: a store, or an endpoint; the same questions and the same answers.

use std::time::Duration;

use oxigraph::{
    model::{NamedNode, Term},
    sparql::{QueryEvaluationError, QueryResults, QuerySolution, SparqlEvaluator},
};

use super::{QueryError, SyntaxError, prefixes, remote::Endpoint};
use crate::{
    model::iri,
    store::{self, QuerySettings, YutuStore},
};

/// What answers queries.
#[derive(Debug, Clone, Copy)]
pub enum Target<'a> {
    /// A store of this program.
    Store(&'a YutuStore),
    /// A SPARQL 1.1 endpoint.
    Endpoint(&'a Endpoint),
}

impl<'a> Target<'a> {
    /// Runs a query, with the known prefixes, and hands its answer to `use_answer`; all within the time limit.
    ///
    /// # Errors
    /// When the query is wrong, takes too long or fails, or `use_answer` fails.
    pub fn ask<T>(
        self,
        sparql: &str,
        timeout: Option<Duration>,
        use_answer: impl FnOnce(QueryResults<'_>) -> Result<T, QueryError>,
    ) -> Result<T, QueryError> {
        match self {
            Self::Store(store) => {
                check(sparql)?;
                let settings = QuerySettings { timeout, ..QuerySettings::default() };
                let complete = prefixes::complete(sparql, self.base())?;
                // Errors of the evaluation go back through the store, which tells a time limit from other ends.
                let answered = store.query(&complete, &settings, |results| match use_answer(results) {
                    Err(QueryError::Evaluation(error)) => Err(error),
                    other => Ok(other),
                });
                match answered {
                    Ok(result) => result,
                    Err(store::QueryError::TimedOut { limit }) => Err(QueryError::TimedOut { limit }),
                    Err(store::QueryError::Evaluation { source }) => Err(QueryError::Evaluation(source)),
                    Err(other) => Err(QueryError::Store(other)),
                }
            }
            Self::Endpoint(endpoint) => {
                let answer = endpoint.ask(&prefixes::complete(sparql, self.base())?, timeout)?;
                use_answer(answer).map_err(|error| endpoint.explain(error, timeout))
            }
        }
    }

    /// What the prefix `id:` stands for.
    pub fn base(self) -> &'a str {
        match self {
            Self::Store(store) => store.base().as_str(),
            Self::Endpoint(_) => iri::BASE,
        }
    }

    /// The rows of a SELECT query.
    pub(super) fn select(self, sparql: &str, timeout: Option<Duration>) -> Result<Vec<QuerySolution>, QueryError> {
        self.ask(sparql, timeout, |answer| match answer {
            QueryResults::Solutions(solutions) => {
                solutions.collect::<Result<_, QueryEvaluationError>>().map_err(QueryError::Evaluation)
            }
            _ => Ok(Vec::new()),
        })
    }
}

/// Whether a text is a SPARQL query.
///
/// # Errors
/// With the place where it stops being one.
pub fn check(sparql: &str) -> Result<(), QueryError> {
    // Finds unknown prefixes first: the parser has no clear words for them.
    prefixes::complete(sparql, iri::BASE)?;
    let parse = |text: &str| {
        let mut parser = SparqlEvaluator::new();
        for (prefix, namespace) in prefixes::known() {
            parser = parser.with_prefix(prefix, namespace).expect("the known namespaces are IRIs");
        }
        parser.parse_query(text).err().map(|error| error.to_string())
    };
    match parse(sparql) {
        None => Ok(()),
        Some(_) => Err(QueryError::Syntax(Box::new(SyntaxError::locate(sparql, parse)))),
    }
}

/// How a query will be evaluated, with what it cost to do so: JSON.
///
/// # Errors
/// When the query is wrong, takes too long or fails.
pub fn explain(store: &YutuStore, sparql: &str, timeout: Option<Duration>) -> Result<serde_json::Value, QueryError> {
    use oxigraph::sparql::CancellationToken;

    check(sparql)?;
    let token = CancellationToken::new();
    let settings = QuerySettings { cancellation: Some(token.clone()), ..QuerySettings::default() };
    let prepared =
        store.prepare(&prefixes::complete(sparql, store.base().as_str())?, &settings).map_err(QueryError::Store)?;
    let (done, alarm) = std::sync::mpsc::channel::<()>();
    let (result, explanation) = std::thread::scope(|scope| {
        if let Some(limit) = timeout {
            scope.spawn(move || {
                if alarm.recv_timeout(limit) == Err(std::sync::mpsc::RecvTimeoutError::Timeout) {
                    token.cancel();
                }
            });
        }
        let (results, explanation) = prepared.on_store(store.oxigraph()).compute_statistics().explain();
        // Nodes count what they gave while the answer is read.
        let drained = results.and_then(drain);
        drop(done);
        (drained, explanation)
    });
    match (result, timeout) {
        (Err(QueryEvaluationError::Cancelled), Some(limit)) => return Err(QueryError::TimedOut { limit }),
        (Err(error), _) => return Err(QueryError::Evaluation(error)),
        (Ok(()), _) => {}
    }
    let mut json = Vec::new();
    explanation.write_in_json(&mut json)?;
    serde_json::from_slice(&json).map_err(|error| QueryError::Output(error.into()))
}

fn drain(results: QueryResults<'_>) -> Result<(), QueryEvaluationError> {
    match results {
        QueryResults::Solutions(mut solutions) => solutions.try_for_each(|solution| solution.map(drop)),
        QueryResults::Graph(mut triples) => triples.try_for_each(|triple| triple.map(drop)),
        QueryResults::Boolean(_) => Ok(()),
    }
}

/// A plan as an indented outline: one operator a line, with rows and seconds where they were counted.
pub fn outline(plan: &serde_json::Value) -> String {
    fn node(value: &serde_json::Value, depth: usize, out: &mut String) {
        let text = |key: &str| value.get(key).map(|value| value.to_string().trim_matches('"').to_owned());
        out.push_str(&"  ".repeat(depth));
        out.push_str(&text("name").unwrap_or_else(|| "?".to_owned()));
        if let Some(rows) = text("number of results") {
            out.push_str(&format!("  [{rows} rows"));
            if let Some(seconds) = value.get("duration in seconds").and_then(as_number) {
                out.push_str(&format!(", {:.1} ms", seconds * 1000.0));
            }
            out.push(']');
        }
        out.push('\n');
        for child in value.get("children").and_then(|children| children.as_array()).into_iter().flatten() {
            node(child, depth + 1, out);
        }
    }
    let mut out = String::new();
    if let Some(seconds) = plan.get("planning duration in seconds").and_then(as_number) {
        out.push_str(&format!("planning {:.1} ms\n", seconds * 1000.0));
    }
    node(plan.get("plan").unwrap_or(plan), 0, &mut out);
    out
}

fn as_number(value: &serde_json::Value) -> Option<f64> {
    value
        .as_f64()
        .or_else(|| value.as_str().and_then(|text| text.trim_end_matches('S').trim_start_matches("PT").parse().ok()))
}

/// A term of a solution as an address, checked.
pub(super) fn node_of(solution: &QuerySolution, variable: &str) -> Option<NamedNode> {
    match solution.get(variable)? {
        Term::NamedNode(node) => NamedNode::new(node.as_str()).ok(),
        _ => None,
    }
}

/// A term of a solution as plain text.
pub(super) fn text_of(solution: &QuerySolution, variable: &str) -> Option<String> {
    match solution.get(variable)? {
        Term::Literal(literal) => Some(literal.value().to_owned()),
        _ => None,
    }
}
