//! Which format a client gets: `Accept` of RFC 9110, with quality values and wildcards.

use axum::http::{HeaderMap, header};
use oxigraph::{io::RdfFormat, sparql::results::QueryResultsFormat};

/// Media type of a form.
pub(super) const FORM: &str = "application/x-www-form-urlencoded";
/// Media type of a query sent as it is.
pub(super) const SPARQL_QUERY: &str = "application/sparql-query";

/// Formats of solutions, the preferred one first, each with the media types that ask for it.
const SOLUTIONS: &[(QueryResultsFormat, &[&str])] = &[
    (QueryResultsFormat::Json, &["application/sparql-results+json", "application/json"]),
    (QueryResultsFormat::Xml, &["application/sparql-results+xml", "application/xml", "text/xml"]),
    (QueryResultsFormat::Csv, &["text/csv"]),
    (QueryResultsFormat::Tsv, &["text/tab-separated-values"]),
];

/// What is said to a client that accepts none of them.
pub(super) const SOLUTION_TYPES: &[&str] =
    &["application/sparql-results+json", "application/sparql-results+xml", "text/csv", "text/tab-separated-values"];

/// Formats of graphs by their names in media types.
const GRAPHS: &[&[&str]] = &[
    &["text/turtle", "application/x-turtle"],
    &["application/n-triples", "text/plain"],
    &["application/rdf+xml", "application/xml", "text/xml"],
    &["application/ld+json", "application/json"],
];

/// What is said to a client that accepts none of them.
pub(super) const GRAPH_TYPES: &[&str] =
    &["text/turtle", "application/n-triples", "application/rdf+xml", "application/ld+json"];

/// The format for solutions or a truth value, with the media type to answer with.
pub(super) fn solutions(headers: &HeaderMap) -> Option<(QueryResultsFormat, &'static str)> {
    let at = best(headers, SOLUTIONS.iter().map(|(_, names)| *names))?;
    Some((SOLUTIONS[at].0, SOLUTION_TYPES[at]))
}

/// The format for triples, with the media type to answer with.
pub(super) fn graph(headers: &HeaderMap) -> Option<(RdfFormat, &'static str)> {
    let at = best(headers, GRAPHS.iter().copied())?;
    let format = match at {
        0 => RdfFormat::Turtle,
        1 => RdfFormat::NTriples,
        2 => RdfFormat::RdfXml,
        _ => RdfFormat::JsonLd { profile: Default::default() },
    };
    Some((format, GRAPH_TYPES[at]))
}

/// The place of the offer that the client likes best; the earlier of two equals. Without `Accept`, the first.
fn best<'a>(headers: &HeaderMap, offers: impl Iterator<Item = &'a [&'a str]>) -> Option<usize> {
    let accepted: Vec<(String, f32)> = (headers.get_all(header::ACCEPT).iter())
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(parse)
        .collect();
    if accepted.is_empty() {
        return Some(0);
    }
    let mut best: Option<(usize, f32)> = None;
    for (at, names) in offers.enumerate() {
        let quality = names.iter().map(|name| quality(&accepted, name)).fold(0.0, f32::max);
        if quality > best.map_or(0.0, |(_, quality)| quality) {
            best = Some((at, quality));
        }
    }
    best.map(|(at, _)| at)
}

/// A media range and its quality: `text/*;q=0.5`.
fn parse(range: &str) -> Option<(String, f32)> {
    let mut parts = range.split(';').map(str::trim);
    let name = parts.next().filter(|name| !name.is_empty())?.to_ascii_lowercase();
    let quality = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
    let quality: f32 = quality.map_or(Some(1.0), |quality| quality.trim().parse().ok())?;
    Some((name, quality.clamp(0.0, 1.0)))
}

/// How much a media type is wanted: what the narrowest range that holds it says.
fn quality(accepted: &[(String, f32)], name: &str) -> f32 {
    let wildcard = name.split_once('/').map(|(kind, _)| format!("{kind}/*")).unwrap_or_default();
    for range in [name, &wildcard, "*/*"] {
        if let Some((_, quality)) = accepted.iter().find(|(accepted, _)| accepted == range) {
            return *quality;
        }
    }
    0.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(accept: &str) -> Option<&'static str> {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, accept.parse().expect("a header"));
        solutions(&headers).map(|(_, name)| name)
    }

    #[test]
    fn the_client_gets_what_it_likes_best() {
        assert_eq!(solutions(&HeaderMap::new()).map(|(_, name)| name), Some("application/sparql-results+json"));
        assert_eq!(chosen("*/*"), Some("application/sparql-results+json"));
        assert_eq!(chosen("text/csv"), Some("text/csv"));
        assert_eq!(
            chosen("TEXT/CSV;q=0.5, application/sparql-results+xml;q=0.6"),
            Some("application/sparql-results+xml")
        );
        assert_eq!(chosen("text/*"), Some("application/sparql-results+xml"), "text/xml is one of its names");
        assert_eq!(chosen("application/json, */*;q=0.1"), Some("application/sparql-results+json"));
        assert_eq!(chosen("application/sparql-results+json;q=0, text/csv;q=0.1"), Some("text/csv"));
        assert_eq!(chosen("image/png"), None);
    }

    #[test]
    fn graphs_have_their_own_formats() {
        let mut headers = HeaderMap::new();
        assert_eq!(graph(&headers).map(|(_, name)| name), Some("text/turtle"));
        headers.insert(header::ACCEPT, "application/json".parse().expect("a header"));
        assert_eq!(graph(&headers).map(|(_, name)| name), Some("application/ld+json"));
    }
}
