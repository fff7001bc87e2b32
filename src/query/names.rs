//! From the names that people give to entities and articles: exact names first, then with or without 市, 区, 县, then parts of names.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use oxigraph::{
    model::{Literal, NamedNode},
    sparql::QuerySolution,
};

use super::{
    QueryError, Target,
    error::ParameterError,
    parameters::{Names, address},
    target::{node_of, text_of},
};
use crate::{model::EntityType, rdf::vocab};

/// What names of divisions end with; longer ones first.
const DIVISIONS: &[&str] =
    &["自治区", "自治州", "自治县", "特别行政区", "新区", "省", "市", "区", "县", "镇", "乡", "街道", "州", "盟", "旗"];
/// Those that are tried at the end of a name that was given without.
const TRIED: &[&str] = &["市", "区", "县", "省", "新区", "镇"];
/// So many similar names are shown.
const SUGGESTIONS: usize = 8;

/// Which entities a name was taken to mean, where that is worth saying.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// The parameter.
    pub parameter: String,
    /// What was given.
    pub given: String,
    /// What it was taken for, `武清区 (Region)`.
    pub meant: Vec<String>,
}

/// Looks names up where the query will be run.
pub(super) struct LookUp<'a> {
    target: Target<'a>,
    timeout: Option<Duration>,
    /// What was not plain.
    pub(super) readings: Vec<Reading>,
}

/// An entity that has a name.
#[derive(Debug, Clone, Default)]
struct Candidate {
    kinds: BTreeSet<EntityType>,
    /// Full forms and official names.
    labels: BTreeSet<String>,
    /// Whether it is an entry of a reference table.
    is_linked: bool,
}

impl Candidate {
    fn label(&self) -> &str {
        self.labels.iter().max_by_key(|label| label.chars().count()).map_or("", String::as_str)
    }

    /// `武清区 (Region)`.
    fn describe(&self) -> String {
        let kinds: Vec<&str> = self.kinds.iter().map(|kind| kind.as_str()).collect();
        format!("{} ({})", self.label(), kinds.join(", "))
    }
}

type Candidates = BTreeMap<String, Candidate>;

impl<'a> LookUp<'a> {
    pub(super) fn new(target: Target<'a>, timeout: Option<Duration>) -> Self {
        Self { target, timeout, readings: Vec::new() }
    }

    fn with_names(&self, names: &BTreeSet<String>, kinds: &[EntityType]) -> Result<Candidates, QueryError> {
        let literals: Vec<String> = names.iter().map(|name| Literal::from(name.as_str()).to_string()).collect();
        let sparql = format!(
            "SELECT DISTINCT ?entity ?type ?label ?code WHERE {{ VALUES ?name {{ {} }}
               ?entity rdfs:label|skos:prefLabel|skos:altLabel ?name ; a ?type ; rdfs:label|skos:prefLabel ?label .
               OPTIONAL {{ ?entity yutu:code ?code }} }}",
            literals.join(" ")
        );
        Ok(candidates(&self.target.select(&sparql, self.timeout)?, kinds))
    }

    fn with_part(&self, part: &str, kinds: &[EntityType]) -> Result<Candidates, QueryError> {
        let part = Literal::from(part.to_lowercase());
        let sparql = format!(
            "SELECT DISTINCT ?entity ?type ?label WHERE {{
               ?entity rdfs:label|skos:prefLabel|skos:altLabel ?name . FILTER(CONTAINS(LCASE(STR(?name)), {part}))
               ?entity a ?type ; rdfs:label ?label }} LIMIT 1000"
        );
        Ok(candidates(&self.target.select(&sparql, self.timeout)?, kinds))
    }

    fn found(&mut self, parameter: &str, given: &str, found: Candidates) -> Vec<NamedNode> {
        let is_plain = found.len() == 1 && found.values().all(|candidate| candidate.labels.contains(given));
        if !is_plain {
            let meant = found.values().map(Candidate::describe).collect::<BTreeSet<_>>();
            if meant.len() > 1 || !found.values().all(|candidate| candidate.labels.contains(given)) {
                let (parameter, given) = (parameter.to_owned(), given.to_owned());
                self.readings.push(Reading { parameter, given, meant: meant.into_iter().collect() });
            }
        }
        found.keys().filter_map(|iri| NamedNode::new(iri.as_str()).ok()).collect()
    }
}

impl Names for LookUp<'_> {
    type Error = QueryError;

    fn entities(&mut self, parameter: &str, name: &str, kinds: &[EntityType]) -> Result<Vec<NamedNode>, QueryError> {
        let name = plain(name);
        if let Some(node) = address(name, self.target.base()) {
            return Ok(vec![node]);
        }
        let exact = self.with_names(&spellings(name), kinds)?;
        // An entry of a reference table is known for certain; else an article may say it with or without 市.
        if exact.values().any(|candidate| candidate.is_linked) {
            return Ok(self.found(parameter, name, exact));
        }
        let mut found = self.with_names(&variants(name), kinds)?;
        found.retain(|_, candidate| candidate.labels.iter().all(|label| is_variant(name, label)));
        found.extend(exact);
        if !found.is_empty() {
            return Ok(self.found(parameter, name, found));
        }
        let similar = if name.is_empty() { Candidates::new() } else { self.with_part(name, kinds)? };
        if similar.len() == 1 {
            return Ok(self.found(parameter, name, similar));
        }
        let mut names: Vec<String> =
            similar.values().map(Candidate::describe).collect::<BTreeSet<_>>().into_iter().collect();
        names.sort_by_key(|name| name.chars().count());
        names.truncate(SUGGESTIONS);
        let (parameter, value) = (parameter.to_owned(), name.to_owned());
        Err(ParameterError::NoSuchName { name: parameter, value, similar: names }.into())
    }

    fn articles(&mut self, parameter: &str, name: &str) -> Result<Vec<NamedNode>, QueryError> {
        let name = plain(name);
        if let Some(node) = address(name, self.target.base()) {
            return Ok(vec![node]);
        }
        let literal = Literal::from(name);
        let exact = format!(
            "SELECT DISTINCT ?article WHERE {{ ?article dcterms:identifier|dcterms:title|yutu:sha256 {literal} ; a yutu:Article }}"
        );
        let nodes = |rows: &[QuerySolution]| rows.iter().filter_map(|row| node_of(row, "article")).collect::<Vec<_>>();
        let found = nodes(&self.target.select(&exact, self.timeout)?);
        if !found.is_empty() {
            return Ok(found);
        }
        let part = format!(
            "SELECT DISTINCT ?article ?title WHERE {{ ?article a yutu:Article ; dcterms:title ?title . FILTER(CONTAINS(?title, \
             {literal})) }} ORDER BY ?title LIMIT {}",
            SUGGESTIONS + 1
        );
        let similar = if name.is_empty() { Vec::new() } else { self.target.select(&part, self.timeout)? };
        if let [_] = similar.as_slice() {
            return Ok(nodes(&similar));
        }
        let titles = similar.iter().filter_map(|row| text_of(row, "title")).take(SUGGESTIONS).collect();
        let (parameter, value) = (parameter.to_owned(), name.to_owned());
        Err(ParameterError::NoSuchName { name: parameter, value, similar: titles }.into())
    }
}

fn candidates(rows: &[QuerySolution], kinds: &[EntityType]) -> Candidates {
    let mut candidates = Candidates::new();
    for row in rows {
        let (Some(entity), Some(class), Some(label)) =
            (node_of(row, "entity"), node_of(row, "type"), text_of(row, "label"))
        else {
            continue;
        };
        let Some(kind) = vocab::entity_type(class.as_ref()) else { continue };
        if kinds.is_empty() || kinds.contains(&kind) {
            let candidate = candidates.entry(entity.into_string()).or_default();
            candidate.kinds.insert(kind);
            candidate.labels.insert(label);
            candidate.is_linked |= text_of(row, "code").is_some();
        }
    }
    candidates
}

/// Without the marks that people put around names.
fn plain(name: &str) -> &str {
    name.trim().trim_matches(['《', '》', '“', '”', '"']).trim()
}

/// A name with brackets of either width.
fn spellings(name: &str) -> BTreeSet<String> {
    [name.to_owned(), name.replace('（', "(").replace('）', ")"), name.replace('(', "（").replace(')', "）")].into()
}

/// A name with the endings of divisions that it was given without, or without the one that it was given with.
fn variants(name: &str) -> BTreeSet<String> {
    match stem(name) {
        Some(stem) => [name.to_owned(), stem.to_owned()].into(),
        None => std::iter::once("").chain(TRIED.iter().copied()).map(|ending| format!("{name}{ending}")).collect(),
    }
}

/// The name without its ending, if two characters are left: `武清` of `武清区`.
fn stem(name: &str) -> Option<&str> {
    let stem = DIVISIONS.iter().find_map(|ending| name.strip_suffix(ending))?;
    (stem.chars().count() >= 2).then_some(stem)
}

/// Whether a label can be the same place: 河北省 is not what is meant by 河北区.
fn is_variant(name: &str, label: &str) -> bool {
    match stem(name) {
        Some(stem) => label == name || label == stem,
        None => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn divisions_are_named_with_or_without_their_ending() {
        assert!(variants("武清").contains("武清区"));
        assert_eq!(variants("武清区"), ["武清".to_owned(), "武清区".to_owned()].into());
        assert_eq!(stem("滨海新区"), Some("滨海"));
        assert_eq!(stem("沙市"), None);
        assert!(is_variant("河北区", "河北") && !is_variant("河北区", "河北省") && is_variant("河北", "河北省"));
    }

    #[test]
    fn marks_around_names_are_ignored() {
        assert_eq!(plain(" 《规划》 "), "规划");
        assert!(spellings("国家会展中心(天津)").contains("国家会展中心（天津）"));
    }
}
