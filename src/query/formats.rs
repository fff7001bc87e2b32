//! Answers as bytes: the W3C's result formats for rows and truth values, RDF for triples, a table for people.

use std::{collections::BTreeMap, io::Write};

use oxigraph::{
    io::{JsonLdProfileSet, RdfFormat, RdfSerializer},
    model::Triple,
    sparql::{
        QueryResults, QuerySolutionIter, QueryTripleIter,
        results::{QueryResultsFormat, QueryResultsSerializer},
    },
};

use super::{QueryError, error::AnswerKind, prefixes, table};

/// How an answer is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResultFormat {
    /// Aligned columns for people.
    Table,
    /// SPARQL 1.1 Query Results JSON.
    Json,
    /// SPARQL Query Results XML.
    Xml,
    /// SPARQL 1.1 Query Results CSV: plain values, for spreadsheets.
    Csv,
    /// SPARQL 1.1 Query Results TSV: terms as SPARQL writes them.
    Tsv,
    /// Turtle.
    Ttl,
    /// N-Triples.
    Nt,
    /// JSON-LD.
    Jsonld,
    /// RDF/XML.
    Rdfxml,
}

impl ResultFormat {
    /// All of them.
    pub const ALL: &'static [Self] =
        &[Self::Table, Self::Json, Self::Xml, Self::Csv, Self::Tsv, Self::Ttl, Self::Nt, Self::Jsonld, Self::Rdfxml];

    /// Its name on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Json => "json",
            Self::Xml => "xml",
            Self::Csv => "csv",
            Self::Tsv => "tsv",
            Self::Ttl => "ttl",
            Self::Nt => "nt",
            Self::Jsonld => "jsonld",
            Self::Rdfxml => "rdfxml",
        }
    }

    fn of_rows(self) -> Option<QueryResultsFormat> {
        match self {
            Self::Json => Some(QueryResultsFormat::Json),
            Self::Xml => Some(QueryResultsFormat::Xml),
            Self::Csv => Some(QueryResultsFormat::Csv),
            Self::Tsv => Some(QueryResultsFormat::Tsv),
            _ => None,
        }
    }

    fn of_triples(self) -> Option<RdfFormat> {
        match self {
            Self::Ttl => Some(RdfFormat::Turtle),
            Self::Nt => Some(RdfFormat::NTriples),
            Self::Jsonld => Some(RdfFormat::JsonLd { profile: JsonLdProfileSet::empty() }),
            Self::Rdfxml => Some(RdfFormat::RdfXml),
            _ => None,
        }
    }
}

/// How an answer is to be written.
#[derive(Debug, Clone, Copy)]
pub struct Layout<'a> {
    /// The format; where it is not chosen, rows become a table or CSV and triples Turtle.
    pub format: Option<ResultFormat>,
    /// Whether a person reads it: then the format for rows that was not chosen is a table.
    pub is_for_people: bool,
    /// No more than so many rows or triples.
    pub limit: Option<u64>,
    /// Tables are cut to so many columns of the terminal; not at all without.
    pub width: Option<u16>,
    /// What the prefix `id:` stands for, by which addresses are shortened.
    pub base: &'a str,
}

/// What was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Written {
    /// Rows or triples; 1 for a truth value.
    pub count: u64,
    /// What they are.
    pub kind: AnswerKind,
    /// Whether the limit left some out.
    pub has_more: bool,
    /// In which format.
    pub format: ResultFormat,
}

/// Writes an answer.
///
/// # Errors
/// When the format does not suit the answer, the evaluation fails or stops, or the writer fails.
pub fn write(answer: QueryResults<'_>, layout: &Layout<'_>, mut writer: impl Write) -> Result<Written, QueryError> {
    let for_rows = if layout.is_for_people { ResultFormat::Table } else { ResultFormat::Csv };
    let written = match answer {
        QueryResults::Solutions(solutions) => rows(solutions, layout.format.unwrap_or(for_rows), layout, &mut writer)?,
        QueryResults::Boolean(value) => boolean(value, layout.format.unwrap_or(for_rows), &mut writer)?,
        QueryResults::Graph(graph) => triples(graph, layout.format.unwrap_or(ResultFormat::Ttl), layout, &mut writer)?,
    };
    writer.flush()?;
    Ok(written)
}

fn wrong(format: ResultFormat, is: AnswerKind) -> QueryError {
    QueryError::WrongFormat { format: format.as_str(), is }
}

fn rows(
    mut solutions: QuerySolutionIter<'_>,
    format: ResultFormat,
    layout: &Layout<'_>,
    writer: &mut impl Write,
) -> Result<Written, QueryError> {
    let kind = AnswerKind::Rows;
    let limit = layout.limit.unwrap_or(u64::MAX);
    let variables = solutions.variables().to_vec();
    let mut count = 0;
    let mut has_more = false;
    if format == ResultFormat::Table {
        let mut rows = Vec::new();
        for solution in solutions.by_ref() {
            let solution = solution.map_err(QueryError::Evaluation)?;
            if count == limit {
                has_more = true;
                break;
            }
            count += 1;
            rows.push(solution.values().to_vec());
        }
        let names: Vec<&str> = variables.iter().map(|variable| variable.as_str()).collect();
        writer.write_all(table::of_rows(&names, &rows, layout.width, layout.base).as_bytes())?;
        return Ok(Written { count, kind, has_more, format });
    }
    let serializer = QueryResultsSerializer::from_format(format.of_rows().ok_or_else(|| wrong(format, kind))?);
    let mut serializer = serializer.serialize_solutions_to_writer(&mut *writer, variables)?;
    for solution in solutions {
        let solution = solution.map_err(QueryError::Evaluation)?;
        if count == limit {
            has_more = true;
            break;
        }
        count += 1;
        serializer.serialize(&solution)?;
    }
    serializer.finish()?;
    if matches!(format, ResultFormat::Json | ResultFormat::Xml) {
        writer.write_all(b"\n")?;
    }
    Ok(Written { count, kind, has_more, format })
}

fn boolean(value: bool, format: ResultFormat, writer: &mut impl Write) -> Result<Written, QueryError> {
    let kind = AnswerKind::Boolean;
    if format == ResultFormat::Table {
        write!(writer, "{value}")?;
    } else {
        let format = format.of_rows().ok_or_else(|| wrong(format, kind))?;
        QueryResultsSerializer::from_format(format).serialize_boolean_to_writer(&mut *writer, value)?;
    }
    writer.write_all(b"\n")?;
    Ok(Written { count: 1, kind, has_more: false, format })
}

fn triples(
    triples: QueryTripleIter<'_>,
    format: ResultFormat,
    layout: &Layout<'_>,
    writer: &mut impl Write,
) -> Result<Written, QueryError> {
    let kind = AnswerKind::Triples;
    let limit = layout.limit.unwrap_or(u64::MAX);
    if format != ResultFormat::Table && format.of_triples().is_none() {
        return Err(wrong(format, kind));
    }
    // A graph is a set: sorted, so that the same graph gives the same bytes, and each triple once.
    let mut sorted: BTreeMap<String, Triple> = BTreeMap::new();
    let mut has_more = false;
    for triple in triples {
        let triple = triple.map_err(QueryError::Evaluation)?;
        let key = triple.to_string();
        if sorted.len() as u64 >= limit && !sorted.contains_key(&key) {
            has_more = true;
            break;
        }
        sorted.insert(key, triple);
    }
    match format.of_triples() {
        Some(rdf) => {
            let mut serializer = RdfSerializer::from_format(rdf);
            for (prefix, namespace) in
                prefixes::known_with(layout.base).filter(|(_, namespace)| is_used(namespace, &sorted))
            {
                serializer = serializer.with_prefix(prefix, namespace).expect("the known namespaces are IRIs");
            }
            let mut serializer = serializer.for_writer(&mut *writer);
            for triple in sorted.values() {
                serializer.serialize_triple(triple)?;
            }
            serializer.finish()?;
            if matches!(format, ResultFormat::Jsonld | ResultFormat::Rdfxml) {
                writer.write_all(b"\n")?;
            }
        }
        None => {
            let rows: Vec<_> = (sorted.values())
                .map(|triple| {
                    let subject = triple.subject.clone().into();
                    vec![Some(subject), Some(triple.predicate.clone().into()), Some(triple.object.clone())]
                })
                .collect();
            writer.write_all(
                table::of_rows(&["subject", "predicate", "object"], &rows, layout.width, layout.base).as_bytes(),
            )?;
        }
    }
    Ok(Written { count: sorted.len() as u64, kind, has_more, format })
}

fn is_used(namespace: &str, triples: &BTreeMap<String, Triple>) -> bool {
    let start = format!("<{namespace}");
    triples.keys().any(|triple| triple.contains(&start))
}

#[cfg(test)]
mod tests {
    use oxigraph::{
        model::{Literal, NamedNode},
        sparql::SparqlEvaluator,
        store::Store,
    };

    use super::*;

    fn written(
        sparql: &str,
        format: Option<ResultFormat>,
        limit: Option<u64>,
    ) -> Result<(String, Written), QueryError> {
        let store = Store::new().expect("a store");
        let node = |name: &str| NamedNode::new_unchecked(format!("https://yutu.example/ns#{name}"));
        for (name, label) in [("b", "武清区"), ("a", "京滨,\"工业园\"")] {
            let triple = Triple::new(node(name), node("label"), Literal::from(label));
            store.insert(triple.as_ref().in_graph(oxigraph::model::GraphNameRef::DefaultGraph)).expect("stored");
        }
        let prepared = SparqlEvaluator::new().parse_query(sparql).expect("a query");
        let answer = prepared.on_store(&store).execute().expect("an answer");
        let layout = Layout { format, is_for_people: false, limit, width: None, base: crate::model::iri::BASE };
        let mut out = Vec::new();
        let written = write(answer, &layout, &mut out)?;
        Ok((String::from_utf8(out).expect("UTF-8"), written))
    }

    const ROWS: &str = "SELECT ?s ?l { ?s ?p ?l } ORDER BY ?s";

    #[test]
    fn rows_for_programs_are_csv_unless_chosen() {
        let (text, written_rows) = written(ROWS, None, None).expect("rows");
        assert_eq!(
            text,
            "s,l\r\nhttps://yutu.example/ns#a,\"京滨,\"\"工业园\"\"\"\r\nhttps://yutu.example/ns#b,武清区\r\n"
        );
        assert_eq!(written_rows.count, 2);
        let tsv = written(ROWS, Some(ResultFormat::Tsv), None).expect("rows").0;
        assert!(tsv.starts_with("?s\t?l\n<https://yutu.example/ns#a>\t\"京滨,\\\"工业园\\\"\"\n"), "{tsv}");
    }

    #[test]
    fn a_limit_says_that_there_was_more() {
        let (_, some) = written(ROWS, None, Some(1)).expect("rows");
        assert_eq!((some.count, some.has_more), (1, true));
        let (_, all) = written(ROWS, Some(ResultFormat::Json), Some(2)).expect("rows");
        assert_eq!((all.count, all.has_more), (2, false));
    }

    #[test]
    fn triples_are_written_sorted_with_the_prefixes_that_they_need() {
        let construct = "CONSTRUCT WHERE { ?s ?p ?o }";
        let (turtle, _) = written(construct, None, None).expect("triples");
        assert_eq!(
            turtle,
            "@prefix yutu: <https://yutu.example/ns#> .\nyutu:a yutu:label \"京滨,\\\"工业园\\\"\" .\nyutu:b yutu:label \
             \"武清区\" .\n"
        );
        for format in [ResultFormat::Nt, ResultFormat::Jsonld, ResultFormat::Rdfxml, ResultFormat::Table] {
            assert!(written(construct, Some(format), None).expect("triples").0.contains("武清区"), "{format:?}");
        }
    }

    #[test]
    fn a_truth_value_has_its_formats() {
        assert_eq!(written("ASK { ?s ?p '武清区' }", None, None).expect("yes").0, "true\n");
        let json = written("ASK { ?s ?p '静海区' }", Some(ResultFormat::Json), None).expect("no").0;
        assert!(json.contains("\"boolean\":false"), "{json}");
    }

    #[test]
    fn a_format_of_the_wrong_kind_is_refused() {
        for (sparql, format) in [(ROWS, ResultFormat::Ttl), ("CONSTRUCT WHERE { ?s ?p ?o }", ResultFormat::Csv)] {
            let error = written(sparql, Some(format), None).expect_err("does not suit");
            assert!(matches!(error, QueryError::WrongFormat { .. }), "{error}");
        }
    }
}
