//! Which format a client gets: `Accept` of RFC 9110, with quality values and wildcards.

use axum::http::{HeaderMap, HeaderName, header};
use oxigraph::{
    io::{JsonLdProfile, RdfFormat},
    sparql::results::QueryResultsFormat,
};

use crate::graph::LabelLang;

/// Media type of a form.
pub(super) const FORM: &str = "application/x-www-form-urlencoded";
/// Media type of a query sent as it is.
pub(super) const SPARQL_QUERY: &str = "application/sparql-query";
/// Media type of an update sent as it is.
pub(super) const SPARQL_UPDATE: &str = "application/sparql-update";
/// What may be posted to `/sparql`.
pub(super) const POSTED: &[&str] = &[FORM, SPARQL_QUERY, SPARQL_UPDATE];
/// The same as a header.
pub(super) const ACCEPT_POST: &str =
    "application/x-www-form-urlencoded, application/sparql-query, application/sparql-update";

/// Formats of solutions, the preferred one first, each with the media types that ask for it.
const SOLUTIONS: &[(QueryResultsFormat, &[&str])] = &[
    (QueryResultsFormat::Json, &["application/sparql-results+json", "application/json", "text/json"]),
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
    &["text/n3"],
    &["application/trig", "application/x-trig"],
    &["application/n-quads", "text/x-nquads"],
];

/// What is said to a client that accepts none of them, in the order of [`GRAPHS`].
pub(super) const GRAPH_TYPES: &[&str] = &[
    "text/turtle",
    "application/n-triples",
    "application/rdf+xml",
    "application/ld+json",
    "text/n3",
    "application/trig",
    "application/n-quads",
];

/// The formats of whole datasets, the preferred one first.
pub(super) const DATASET_TYPES: &[&str] = &["application/n-quads", "application/trig", "application/ld+json"];

/// The format of RDF by its media type.
pub(super) fn rdf_format(media_type: &str) -> Option<RdfFormat> {
    Some(match media_type {
        "text/turtle" | "application/x-turtle" => RdfFormat::Turtle,
        "application/n-triples" | "text/plain" => RdfFormat::NTriples,
        "application/rdf+xml" | "application/xml" | "text/xml" => RdfFormat::RdfXml,
        "application/ld+json" | "application/json" => RdfFormat::JsonLd { profile: JsonLdProfile::Streaming.into() },
        "text/n3" => RdfFormat::N3,
        "application/trig" | "application/x-trig" => RdfFormat::TriG,
        "application/n-quads" | "text/x-nquads" => RdfFormat::NQuads,
        _ => return None,
    })
}

/// What a person or program wants of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    /// A page to look at.
    Html,
    /// RDF in this format, with the media type to answer with.
    Rdf(RdfFormat, &'static str),
}

/// The format for solutions or a truth value, with the media type to answer with.
pub(super) fn solutions(headers: &HeaderMap) -> Option<(QueryResultsFormat, &'static str)> {
    let at = best(headers, SOLUTIONS.iter().map(|(_, names)| *names))?;
    Some((SOLUTIONS[at].0, SOLUTION_TYPES[at]))
}

/// The format for triples, with the media type to answer with.
pub(super) fn graph(headers: &HeaderMap) -> Option<(RdfFormat, &'static str)> {
    let at = best(headers, GRAPHS.iter().copied())?;
    Some((rdf_format(GRAPH_TYPES[at])?, GRAPH_TYPES[at]))
}

/// The format for quads.
pub(super) fn dataset(headers: &HeaderMap) -> Option<(RdfFormat, &'static str)> {
    let at = best(
        headers,
        DATASET_TYPES.iter().map(|name| GRAPHS[GRAPH_TYPES.iter().position(|known| known == name).unwrap_or(0)]),
    )?;
    Some((rdf_format(DATASET_TYPES[at])?, DATASET_TYPES[at]))
}

/// A page, or RDF where the client likes that better. Without `Accept`, or with `*/*` only, RDF: browsers name HTML.
pub(super) fn page(headers: &HeaderMap) -> Option<Wanted> {
    let html: &[&str] = &["text/html", "application/xhtml+xml"];
    let at = best(headers, GRAPHS.iter().copied().chain([html]))?;
    match GRAPH_TYPES.get(at) {
        Some(name) => Some(Wanted::Rdf(rdf_format(name)?, name)),
        None => Some(Wanted::Html),
    }
}

/// Whether a plain list is wanted as CSV rather than JSON.
pub(super) fn wants_csv(headers: &HeaderMap) -> Option<bool> {
    best(headers, [&["application/json", "text/json"][..], &["text/csv"][..]].into_iter()).map(|at| at == 1)
}

/// The language that the client likes better, by `Accept-Language`; English where it says nothing of Chinese.
pub(super) fn lang(headers: &HeaderMap) -> LabelLang {
    let accepted = ranges(headers, &header::ACCEPT_LANGUAGE);
    let wanted = |lang: &str| {
        let ranges = accepted.iter().filter(|(name, _)| name.split('-').next() == Some(lang));
        ranges.map(|(_, quality)| *quality).reduce(f32::max)
    };
    let any = accepted.iter().find(|(name, _)| name == "*").map_or(0.0, |(_, quality)| *quality);
    let (zh, en) = (wanted("zh").unwrap_or(any), wanted("en").unwrap_or(any));
    // Of two liked equally, the one that is named, else the first.
    let is_first = || accepted.iter().find(|(name, _)| name.starts_with("zh") || name.starts_with("en"));
    if zh > en || zh == en && zh > 0.0 && is_first().is_some_and(|(name, _)| name.starts_with("zh")) {
        LabelLang::Zh
    } else {
        LabelLang::En
    }
}

/// The place of the offer that the client likes best; the earlier of two equals. Without `Accept`, the first.
fn best<'a>(headers: &HeaderMap, offers: impl Iterator<Item = &'a [&'a str]>) -> Option<usize> {
    let accepted = ranges(headers, &header::ACCEPT);
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

/// What a header accepts, each with its quality.
fn ranges(headers: &HeaderMap, name: &HeaderName) -> Vec<(String, f32)> {
    let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).filter_map(parse).collect()
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

    fn headers(accept: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, accept.parse().expect("a header"));
        headers
    }

    fn chosen(accept: &str) -> Option<&'static str> {
        solutions(&headers(accept)).map(|(_, name)| name)
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
        assert_eq!(chosen("application/json, */*;q=0.1"), Some("application/sparql-results+json"));
        assert_eq!(chosen("application/sparql-results+json;q=0, text/csv;q=0.1"), Some("text/csv"));
        assert_eq!(chosen("image/png"), None);
    }

    #[test]
    fn graphs_have_their_own_formats() {
        assert_eq!(graph(&HeaderMap::new()).map(|(_, name)| name), Some("text/turtle"));
        assert_eq!(graph(&headers("application/json")).map(|(_, name)| name), Some("application/ld+json"));
        assert_eq!(graph(&headers("application/trig")).map(|(_, name)| name), Some("application/trig"));
        assert_eq!(dataset(&headers("application/trig, */*;q=0.1")).map(|(_, name)| name), Some("application/trig"));
        for name in GRAPH_TYPES {
            assert!(rdf_format(name).is_some(), "{name}");
        }
    }

    #[test]
    fn errors_are_in_english_unless_chinese_is_liked_better() {
        for (accepted, lang) in [
            ("", LabelLang::En),
            ("*", LabelLang::En),
            ("fr, de;q=0.5", LabelLang::En),
            ("zh-CN,zh;q=0.9,en;q=0.8", LabelLang::Zh),
            ("en-US,en;q=0.9,zh;q=0.1", LabelLang::En),
            ("fr, zh-Hans;q=0.2", LabelLang::Zh),
            ("en, zh", LabelLang::En),
            ("zh, en", LabelLang::Zh),
            ("zh;q=0", LabelLang::En),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_LANGUAGE, accepted.parse().expect("a header"));
            assert_eq!(super::lang(&headers), lang, "{accepted}");
        }
        assert_eq!(super::lang(&HeaderMap::new()), LabelLang::En);
    }

    #[test]
    fn browsers_get_pages_and_programs_rdf() {
        let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
        assert_eq!(page(&headers(browser)), Some(Wanted::Html));
        assert_eq!(page(&headers("*/*")), Some(Wanted::Rdf(RdfFormat::Turtle, "text/turtle")));
        assert_eq!(page(&headers("application/rdf+xml")), Some(Wanted::Rdf(RdfFormat::RdfXml, "application/rdf+xml")));
        assert_eq!(page(&headers("image/png")), None);
    }
}
