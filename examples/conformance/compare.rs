//! Whether two results are the same, whatever their blank nodes are called.

use std::{collections::BTreeMap, path::Path};

use oxigraph::{
    model::{Dataset, NamedNodeRef, NamedOrBlankNode, Quad, Term, dataset::CanonicalizationAlgorithm},
    sparql::results::{QueryResultsFormat, QueryResultsParser, ReaderQueryResultsParserOutput},
};

use crate::manifest::{Graph, Result, node, plain};

/// A row: what each variable that has a value is.
type Row = BTreeMap<String, Term>;

/// A result of a query.
#[derive(Debug)]
pub(crate) enum Outcome {
    Boolean(bool),
    Rows { rows: Vec<Row>, is_ordered: bool },
    Graph(Vec<Quad>),
}

impl Outcome {
    /// Reads results of a format.
    pub(crate) fn parse(format: QueryResultsFormat, bytes: &[u8]) -> Result<Self> {
        if format == QueryResultsFormat::Csv {
            return Ok(Self::csv(&String::from_utf8_lossy(bytes)));
        }
        match QueryResultsParser::from_format(format).for_reader(bytes)? {
            ReaderQueryResultsParserOutput::Boolean(value) => Ok(Self::Boolean(value)),
            ReaderQueryResultsParserOutput::Solutions(solutions) => {
                let mut rows = Vec::new();
                for solution in solutions {
                    let solution = solution?;
                    rows.push(solution.iter().map(|(name, term)| (name.as_str().to_owned(), term.clone())).collect());
                }
                Ok(Self::Rows { rows, is_ordered: false })
            }
        }
    }

    /// CSV has no types: its fields are compared as texts, blank nodes as such.
    fn csv(text: &str) -> Self {
        let mut reader = csv::ReaderBuilder::new().has_headers(true).from_reader(text.as_bytes());
        let names: Vec<String> =
            reader.headers().map(|names| names.iter().map(str::to_owned).collect()).unwrap_or_default();
        let rows = reader.records().flatten().map(|record| {
            let terms = names.iter().cloned().zip(record.iter().map(|field| match field.strip_prefix("_:") {
                Some(label) => oxigraph::model::BlankNode::new_unchecked(format!("n{label}")).into(),
                None => Term::from(oxigraph::model::Literal::from(field)),
            }));
            terms.collect()
        });
        Self::Rows { rows: rows.collect(), is_ordered: false }
    }

    /// The expected result in a file: results, or a graph, which may describe results (`rs:ResultSet`).
    pub(crate) fn of_file(path: &Path) -> Result<Self> {
        let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
        if let Some(format) = QueryResultsFormat::from_extension(extension) {
            return Self::parse(format, &std::fs::read(path)?);
        }
        let quads = crate::manifest::read(path)?;
        let graph = Graph(quads.iter().cloned().collect());
        Ok(Self::of_result_set(&graph).unwrap_or(Self::Graph(quads)))
    }

    /// `rs:ResultSet`, the way of the first suites.
    fn of_result_set(graph: &Graph) -> Option<Self> {
        const RS: &str = "http://www.w3.org/2001/sw/DataAccess/tests/result-set#";
        let class = format!("{RS}ResultSet");
        let set: NamedOrBlankNode = (graph.0.iter())
            .find(|quad| quad.object == NamedNodeRef::new_unchecked(&class).into())
            .map(|quad| quad.subject.into_owned())?;
        if let Some(value) = graph.text(set.as_ref(), &format!("{RS}boolean")) {
            return Some(Self::Boolean(matches!(value.as_str(), "true" | "1")));
        }
        let mut rows = Vec::new();
        for solution in graph.all(set.as_ref(), &format!("{RS}solution")).iter().filter_map(node) {
            let index =
                graph.text(solution.as_ref(), &format!("{RS}index")).and_then(|index| index.parse::<u64>().ok());
            let mut row = Row::new();
            for binding in graph.all(solution.as_ref(), &format!("{RS}binding")).iter().filter_map(node) {
                let name = graph.text(binding.as_ref(), &format!("{RS}variable"))?;
                row.insert(name, graph.one(binding.as_ref(), &format!("{RS}value"))?);
            }
            rows.push((index, row));
        }
        let is_ordered = !rows.is_empty() && rows.iter().all(|(index, _)| index.is_some());
        rows.sort_by_key(|(index, _)| *index);
        Some(Self::Rows { rows: rows.into_iter().map(|(_, row)| row).collect(), is_ordered })
    }

    /// Whether a result is what is expected; `is_reduced` allows fewer of what is expected several times.
    pub(crate) fn is_met_by(&self, found: &Self, is_reduced: bool) -> bool {
        match (self, found) {
            (Self::Boolean(expected), Self::Boolean(found)) => expected == found,
            (Self::Rows { rows: expected, is_ordered }, Self::Rows { rows: found, .. }) => {
                if is_reduced {
                    let is_known = |row: &Row| expected.iter().any(|known| matches(known, row, &mut Names::default()));
                    return found.len() <= expected.len() && found.iter().all(is_known);
                }
                expected.len() == found.len() && rows_match(expected, found, *is_ordered)
            }
            (Self::Graph(expected), Self::Graph(found)) => is_isomorphic(expected, found),
            _ => false,
        }
    }
}

/// Which blank node of the one result stands for which of the other.
#[derive(Debug, Clone, Default)]
struct Names {
    there: BTreeMap<String, String>,
    back: BTreeMap<String, String>,
}

impl Names {
    fn pair(&mut self, expected: &str, found: &str) -> bool {
        let there = self.there.entry(expected.to_owned()).or_insert_with(|| found.to_owned()) == found;
        there && self.back.entry(found.to_owned()).or_insert_with(|| expected.to_owned()) == expected
    }
}

fn rows_match(expected: &[Row], found: &[Row], is_ordered: bool) -> bool {
    if is_ordered {
        let mut names = Names::default();
        return expected.iter().zip(found).all(|(expected, found)| matches(expected, found, &mut names));
    }
    let mut taken = vec![false; found.len()];
    search(expected, found, &mut taken, &Names::default())
}

/// Finds each expected row a row of its own, going back where names of blank nodes contradict.
fn search(expected: &[Row], found: &[Row], taken: &mut [bool], names: &Names) -> bool {
    let Some((first, rest)) = expected.split_first() else { return true };
    for (at, row) in found.iter().enumerate() {
        if taken[at] {
            continue;
        }
        let mut tried = names.clone();
        if matches(first, row, &mut tried) {
            taken[at] = true;
            if search(rest, found, taken, &tried) {
                return true;
            }
            taken[at] = false;
            if tried.there.len() == names.there.len() {
                // Without new names another row that is equal would not help.
                return false;
            }
        }
    }
    false
}

fn matches(expected: &Row, found: &Row, names: &mut Names) -> bool {
    expected.len() == found.len()
        && expected.iter().zip(found).all(|((a, expected), (b, found))| a == b && same(expected, found, names))
}

fn same(expected: &Term, found: &Term, names: &mut Names) -> bool {
    match (expected, found) {
        (Term::BlankNode(a), Term::BlankNode(b)) => names.pair(a.as_str(), b.as_str()),
        (Term::Triple(a), Term::Triple(b)) => {
            let subject = |triple: &oxigraph::model::Triple| Term::from(triple.subject.clone());
            a.predicate == b.predicate && same(&subject(a), &subject(b), names) && same(&a.object, &b.object, names)
        }
        (a, b) => a == b,
    }
}

/// Whether two sets of quads are the same but for the names of blank nodes.
pub(crate) fn is_isomorphic(expected: &[Quad], found: &[Quad]) -> bool {
    let canonical = |quads: &[Quad]| {
        let mut dataset: Dataset = quads.iter().cloned().collect();
        dataset.canonicalize(CanonicalizationAlgorithm::Unstable);
        let mut lines: Vec<String> = dataset.iter().map(|quad| quad.to_string()).collect();
        lines.sort();
        lines
    };
    canonical(expected) == canonical(found)
}

/// A short form for reports.
pub(crate) fn shown(outcome: &Outcome) -> String {
    let text = match outcome {
        Outcome::Boolean(value) => value.to_string(),
        Outcome::Rows { rows, .. } => {
            let row = |row: &Row| row.iter().map(|(name, term)| format!("{name}={term}")).collect::<Vec<_>>().join(" ");
            format!("{} rows: {}", rows.len(), rows.iter().map(row).collect::<Vec<_>>().join(" | "))
        }
        Outcome::Graph(quads) => quads.iter().map(plain_quad).collect::<Vec<_>>().join(" | "),
    };
    text.chars().take(300).collect()
}

fn plain_quad(quad: &Quad) -> String {
    let _ = plain;
    quad.to_string()
}
