//! The full-text index over HTTP and, as `SERVICE yutu:search`, in SPARQL.
//!
//! ```sparql
//! SELECT ?name ?score { SERVICE yutu:search { ?entity yutu:query "wuqing" ; yutu:score ?score ; yutu:limit 5 } ?entity rdfs:label ?name }
//! ```

use std::sync::{Arc, atomic::Ordering};

use oxigraph::{
    model::{Literal, NamedNode, Term, Variable},
    sparql::{QueryEvaluationError, QuerySolution, QuerySolutionIter, ServiceHandler},
};
use spargebra::{
    algebra::GraphPattern,
    term::{NamedNodePattern, TermPattern, TriplePattern},
};

use super::{AppState, error::HttpError};
use crate::{
    model::EntityType,
    rdf::vocab::{self, xsd},
    search::{Hit, Query, Scope, SearchError, SearchIndex},
};

/// Hits where nothing is said of how many.
const LIMIT: usize = 20;

/// Asks the index.
pub(super) async fn find(state: &AppState, query: Query) -> Result<Vec<Hit>, HttpError> {
    let index = state.config.search.clone();
    let index = index
        .ok_or_else(|| HttpError::not_found("本服务启动时未开启检索", "this service was started without search"))?;
    if !index.is_ready() {
        return Err(HttpError::NotIndexed);
    }
    let found = tokio::task::spawn_blocking(move || index.find(&query)).await?;
    found.map_err(|error| HttpError::Internal(error.to_string()))
}

/// Brings the index up to the store, in the background; what changes meanwhile is taken along by the next round.
pub(super) fn follow(state: &AppState) {
    let Some(index) = state.config.search.clone() else { return };
    if state.is_indexing.swap(true, Ordering::AcqRel) {
        state.is_behind.store(true, Ordering::Release);
        return;
    }
    let state = state.clone();
    std::thread::spawn(move || {
        loop {
            state.is_behind.store(false, Ordering::Release);
            let started = std::time::Instant::now();
            match index.catch_up(&state.store) {
                Ok(true) => tracing::info!(seconds = started.elapsed().as_secs_f64(), "the search index was made anew"),
                Ok(false) => {}
                Err(error) => tracing::error!(%error, "the search index is behind"),
            }
            // Writes often come in bursts.
            std::thread::sleep(std::time::Duration::from_millis(200));
            if !state.is_behind.load(Ordering::Acquire) {
                break;
            }
        }
        state.is_indexing.store(false, Ordering::Release);
        if state.is_behind.load(Ordering::Acquire) {
            follow(&state);
        }
    });
}

/// The address of the service in SPARQL.
pub(super) fn service_name() -> NamedNode {
    NamedNode::new_unchecked(format!("{}search", vocab::yutu::NAMESPACE))
}

/// `SERVICE yutu:search { … }`.
pub(super) struct SearchService(pub(super) Arc<SearchIndex>);

/// What a `SERVICE yutu:search` asks for, read from its triples.
#[derive(Debug, Default)]
struct Wanted {
    query: Query,
    subject: Option<Variable>,
    score: Option<Variable>,
    matched: Option<Variable>,
}

impl ServiceHandler for SearchService {
    type Error = QueryEvaluationError;

    fn handle(
        &self,
        pattern: &GraphPattern,
        _base_iri: Option<&oxiri::Iri<String>>,
    ) -> Result<QuerySolutionIter<'static>, Self::Error> {
        let wrong = |message: String| QueryEvaluationError::Service(message.into());
        let wanted = wanted(pattern).map_err(wrong)?;
        let failed = |error: SearchError| QueryEvaluationError::Service(Box::new(error));
        let hits = self.0.find(&wanted.query).map_err(failed)?;
        let variables: Vec<Variable> =
            [&wanted.subject, &wanted.score, &wanted.matched].into_iter().flatten().cloned().collect();
        let variables: Arc<[Variable]> = variables.into();
        let names = Arc::clone(&variables);
        let rows = hits.into_iter().map(move |hit| {
            let mut values: Vec<Option<Term>> = Vec::with_capacity(names.len());
            if wanted.subject.is_some() {
                values.push(Some(NamedNode::new_unchecked(hit.iri).into()));
            }
            if wanted.score.is_some() {
                values.push(Some(Literal::new_typed_literal(format!("{:.4}", hit.score), xsd::DECIMAL).into()));
            }
            if wanted.matched.is_some() {
                values.push(Some(Literal::from(hit.matched).into()));
            }
            Ok(QuerySolution::from((Arc::clone(&names), values)))
        });
        Ok(QuerySolutionIter::new(variables, rows))
    }
}

/// Reads the triples of the pattern: one subject, and properties of what is wanted.
fn wanted(pattern: &GraphPattern) -> Result<Wanted, String> {
    let mut wanted = Wanted { query: Query { limit: LIMIT, ..Query::default() }, ..Wanted::default() };
    let mut triples = Vec::new();
    gather(pattern, &mut triples)?;
    for TriplePattern { subject, predicate, object } in triples {
        let TermPattern::Variable(subject) = subject else {
            return Err("yutu:search finds things: its subject is a variable".to_owned());
        };
        if wanted.subject.get_or_insert_with(|| subject.clone()) != subject {
            return Err("one SERVICE yutu:search finds one variable".to_owned());
        }
        let NamedNodePattern::NamedNode(predicate) = predicate else {
            return Err("the properties of yutu:search are written out".to_owned());
        };
        let name = predicate.as_str().strip_prefix(vocab::yutu::NAMESPACE).unwrap_or(predicate.as_str());
        match (name, object) {
            ("query", TermPattern::Literal(text)) => wanted.query.text = text.value().to_owned(),
            ("limit", TermPattern::Literal(number)) => {
                wanted.query.limit = number.value().parse().map_err(|_| "yutu:limit is a whole number".to_owned())?;
            }
            ("scope", TermPattern::Literal(scope)) => wanted.query.scope = scope.value().parse::<Scope>()?,
            ("type", TermPattern::NamedNode(class)) => {
                let kind = vocab::entity_type(class.as_ref());
                wanted.query.types.push(kind.ok_or_else(|| format!("{class} is no type of entities"))?);
            }
            ("score", TermPattern::Variable(variable)) => wanted.score = Some(variable.clone()),
            ("matched", TermPattern::Variable(variable)) => wanted.matched = Some(variable.clone()),
            (name, _) => {
                return Err(format!(
                    "yutu:search knows yutu:query \"…\", yutu:type, yutu:scope \"…\", yutu:limit, and ?variables of yutu:score and yutu:matched; not {name} so"
                ));
            }
        }
    }
    if wanted.query.text.trim().is_empty() {
        return Err("yutu:search needs yutu:query \"…\"".to_owned());
    }
    Ok(wanted)
}

fn gather<'a>(pattern: &'a GraphPattern, triples: &mut Vec<&'a TriplePattern>) -> Result<(), String> {
    match pattern {
        GraphPattern::Bgp { patterns } => triples.extend(patterns),
        GraphPattern::Join { left, right } => {
            gather(left, triples)?;
            gather(right, triples)?;
        }
        GraphPattern::Project { inner, .. } => gather(inner, triples)?,
        _ => return Err("a SERVICE yutu:search holds triples only".to_owned()),
    }
    Ok(())
}

/// Types by their English or Chinese names, separated by commas.
pub(super) fn types(names: &str) -> Result<Vec<EntityType>, HttpError> {
    let names = names.split(',').map(str::trim).filter(|name| !name.is_empty());
    names.map(|name| Ok(name.parse::<EntityType>()?)).collect()
}
