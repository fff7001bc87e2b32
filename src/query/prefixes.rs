//! Prefixes that a query may use without declaring them. A query's own `PREFIX` lines win.

use super::{
    QueryError, SyntaxError,
    lexer::{Kind, Token, tokens},
};
use crate::rdf::vocab;

/// Known beside those that the graph is written with: common vocabularies that queries against other endpoints use.
const FURTHER: &[(&str, &str)] = &[
    ("dc", "http://purl.org/dc/elements/1.1/"),
    ("dcat", "http://www.w3.org/ns/dcat#"),
    ("foaf", "http://xmlns.com/foaf/0.1/"),
    ("geo", "http://www.opengis.net/ont/geosparql#"),
    ("geof", "http://www.opengis.net/def/function/geosparql/"),
    ("sh", "http://www.w3.org/ns/shacl#"),
    ("sd", "http://www.w3.org/ns/sparql-service-description#"),
    ("void", "http://rdfs.org/ns/void#"),
    ("wd", "http://www.wikidata.org/entity/"),
    ("wdt", "http://www.wikidata.org/prop/direct/"),
    ("wgs84", "http://www.w3.org/2003/01/geo/wgs84_pos#"),
];

/// All known prefixes with their namespaces.
pub fn known() -> impl Iterator<Item = (&'static str, &'static str)> {
    vocab::PREFIXES.iter().chain(FURTHER).copied()
}

/// The same, with this base for `id:`.
pub(super) fn known_with(base: &str) -> impl Iterator<Item = (&'static str, &str)> {
    vocab::prefixes(base).chain(FURTHER.iter().copied())
}

/// An IRI as a prefixed name where a known prefix fits and the rest is a plain local name, else in full.
///
/// `https://yutu.example/ns#locatedIn` is `yutu:locatedIn`. `id:` is this base.
pub fn shorten(iri: &str, base: &str) -> String {
    let longest = known_with(base)
        .filter(|(_, namespace)| iri.starts_with(namespace))
        .max_by_key(|(_, namespace)| namespace.len());
    match longest {
        Some((prefix, namespace)) if !iri[namespace.len()..].is_empty() => {
            format!("{prefix}:{}", &iri[namespace.len()..])
        }
        _ => iri.to_owned(),
    }
}

/// The query with the declarations that it needs before its first line, so that line numbers stay as they are. `id:` is this base.
///
/// # Errors
/// At the first prefix that is neither declared nor known.
pub fn complete(text: &str, base: &str) -> Result<String, QueryError> {
    let tokens = tokens(text);
    let declared = declared(text, &tokens);
    let mut needed: Vec<(&str, &str)> = Vec::new();
    for token in tokens.iter().filter(|token| token.kind == Kind::PrefixedName) {
        let Some((prefix, _)) = text[token.range.clone()].split_once(':') else { continue };
        if declared.contains(&prefix) || needed.iter().any(|(name, _)| *name == prefix) {
            continue;
        }
        match known_with(base).find(|(name, _)| *name == prefix) {
            Some(known) => needed.push(known),
            None => {
                return Err(QueryError::Syntax(Box::new(SyntaxError::unknown_prefix(
                    text,
                    token.range.clone(),
                    prefix,
                ))));
            }
        }
    }
    let mut complete: String =
        needed.iter().map(|(prefix, namespace)| format!("PREFIX {prefix}: <{namespace}> ")).collect();
    complete.push_str(text);
    Ok(complete)
}

/// The prefixes that the text declares itself.
fn declared<'a>(text: &'a str, tokens: &[Token]) -> Vec<&'a str> {
    let words: Vec<&Token> = tokens.iter().filter(|token| !matches!(token.kind, Kind::Space | Kind::Comment)).collect();
    (words.windows(2))
        .filter(|pair| {
            pair[1].kind == Kind::PrefixedName
                && (text[pair[0].range.clone()].eq_ignore_ascii_case("prefix")
                    || &text[pair[0].range.clone()] == "@prefix")
        })
        .filter_map(|pair| text[pair[1].range.clone()].strip_suffix(':'))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::iri::BASE;

    #[test]
    fn used_prefixes_are_declared_without_a_line_of_their_own() {
        let complete = complete("SELECT ?p\n{ ?p a yutu:Park ; rdfs:label 'geo:x' }", BASE).expect("known");
        assert_eq!(
            complete,
            "PREFIX yutu: <https://yutu.example/ns#> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> SELECT ?p\n{ ?p a \
             yutu:Park ; rdfs:label 'geo:x' }"
        );
    }

    #[test]
    fn the_prefix_of_addresses_is_the_stores_base() {
        let complete = complete("ASK { id:a ?p ?o }", "https://data.example.cn/").expect("known");
        assert_eq!(complete, "PREFIX id: <https://data.example.cn/> ASK { id:a ?p ?o }");
    }

    #[test]
    fn own_declarations_win() {
        let text = "prefix foaf: <urn:mine#>\nPREFIX : <urn:x#> ASK { ?a foaf:knows :b }";
        assert_eq!(complete(text, BASE).expect("declared"), text);
    }

    #[test]
    fn an_unknown_prefix_is_an_error_at_its_place() {
        let Err(QueryError::Syntax(error)) = complete("ASK {\n  ?区 nope:x 1 }", BASE) else {
            panic!("no syntax error")
        };
        assert_eq!((error.line, error.column), (2, 6));
    }

    #[test]
    fn prefixes_are_known_once() {
        let mut names: Vec<&str> = known().map(|(name, _)| name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), known().count());
    }

    #[test]
    fn addresses_are_shortened_for_reading() {
        assert_eq!(shorten("https://yutu.example/ns#locatedIn", BASE), "yutu:locatedIn");
        assert_eq!(shorten("https://yutu.example/id/Region/武清区", BASE), "id:Region/武清区");
        assert_eq!(shorten("urn:other", BASE), "urn:other");
        let base = "https://data.example.cn/kb/";
        assert_eq!(shorten("https://data.example.cn/kb/Region/武清区", base), "id:Region/武清区");
        let foreign = "https://yutu.example/id/Region/武清区";
        assert_eq!(shorten(foreign, base), foreign, "no address of that store");
    }
}
