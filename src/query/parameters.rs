//! Parameters of queries: their types, and how a value that was typed becomes terms in the query's text.
//!
//! Values are never pasted: each becomes RDF terms first, and what goes into the text is their serialisation, in which quotes, line
//! breaks and angle brackets are escaped. `$name` in strings, comments and IRIs is no parameter.

use std::{collections::BTreeMap, fmt, str::FromStr};

use oxigraph::model::{Literal, NamedNode, Term, vocab::xsd};

use super::{
    catalog::Bilingual,
    error::ParameterError,
    lexer::{Kind, tokens},
    prefixes,
};
use crate::{
    model::{EntityType, Predicate},
    rdf::vocab,
};

/// The default that stands for anything.
const ANYTHING: &str = "*";

/// What a parameter takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ParameterType {
    /// An entity by name, short name or address; of one of the types, or of any if there are none. Can be given several times.
    Entity(Vec<EntityType>),
    /// An article by id, title, part of the title, or address.
    Article,
    /// One of the fourteen types, by its English or Chinese name.
    Type,
    /// One of the sixteen relations, by its English or Chinese name.
    Predicate,
    /// A day, `YYYY-MM-DD`; `YYYY` and `YYYY-MM` are its first day.
    Date,
    /// A whole number, not negative.
    Integer,
    /// A number.
    Decimal,
    /// Any text.
    Text,
}

impl FromStr for ParameterType {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Ok(match text {
            "entity" => Self::Entity(Vec::new()),
            "article" => Self::Article,
            "type" => Self::Type,
            "predicate" => Self::Predicate,
            "date" => Self::Date,
            "integer" => Self::Integer,
            "decimal" => Self::Decimal,
            "text" => Self::Text,
            kinds => Self::Entity(
                (kinds.split('|').map(|kind| kind.trim().parse::<EntityType>()).collect::<Result<_, _>>()).map_err(
                    |error| format!("{error}; or entity, article, type, predicate, date, integer, decimal, text"),
                )?,
            ),
        })
    }
}

impl fmt::Display for ParameterType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Entity(kinds) if kinds.is_empty() => "entity",
            Self::Entity(kinds) => {
                let names: Vec<&str> = kinds.iter().map(|kind| kind.as_str()).collect();
                return f.write_str(&names.join("|"));
            }
            Self::Article => "article",
            Self::Type => "type",
            Self::Predicate => "predicate",
            Self::Date => "date",
            Self::Integer => "integer",
            Self::Decimal => "decimal",
            Self::Text => "text",
        })
    }
}

impl serde::Serialize for ParameterType {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A parameter as its query's header describes it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Parameter {
    /// As on the command line, `at-least`; in the query `$at_least`.
    pub name: String,
    /// What it takes.
    #[serde(rename = "type")]
    #[schema(value_type = String)]
    pub kind: ParameterType,
    /// What it is where it is not given; `*` is anything.
    pub default: Option<String>,
    /// What it means.
    pub about: Bilingual,
    /// A value that the sample data answers to.
    pub example: String,
}

impl Parameter {
    /// From `NAME` and `TYPE = DEFAULT`.
    pub(super) fn parse(name: &str, value: &str) -> Result<Self, String> {
        let is_name = |name: &str| {
            name.starts_with(|c: char| c.is_ascii_lowercase())
                && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        };
        if !is_name(name) {
            return Err(format!("`{name}` is no parameter name: use lower-case letters, digits and `-`"));
        }
        let (kind, default) = match value.split_once('=') {
            Some((kind, default)) => (kind.trim(), Some(default.trim().to_owned())),
            None => (value, None),
        };
        let kind: ParameterType = kind.parse()?;
        let takes_anything = !matches!(
            kind,
            ParameterType::Date | ParameterType::Integer | ParameterType::Decimal | ParameterType::Text
        );
        if default.as_deref() == Some(ANYTHING) && !takes_anything {
            return Err(format!("a {kind} cannot be `*`"));
        }
        Ok(Self { name: name.to_owned(), kind, default, about: Bilingual::default(), example: String::new() })
    }

    /// Its variable's name.
    fn variable(&self) -> String {
        self.name.replace('-', "_")
    }
}

/// What stands for a parameter in the query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    /// Terms, for a `VALUES` block; one of them anywhere.
    Terms(Vec<Term>),
    /// `UNDEF`: a `VALUES` block that does not bind its variable.
    Anything,
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Anything => f.write_str("UNDEF"),
            Self::Terms(terms) => {
                for (index, term) in terms.iter().enumerate() {
                    let space = if index > 0 { " " } else { "" };
                    match term {
                        // Plain digits: `LIMIT` takes no typed literal.
                        Term::Literal(literal) if literal.datatype() == xsd::INTEGER => {
                            write!(f, "{space}{}", literal.value())?;
                        }
                        term => write!(f, "{space}{term}")?,
                    }
                }
                Ok(())
            }
        }
    }
}

/// Finds entities and articles by the names that people give.
pub(super) trait Names {
    /// Why names could not be looked up.
    type Error: From<ParameterError>;

    /// The entities of one of the types (all, if none are given) that a name means.
    fn entities(&mut self, parameter: &str, name: &str, kinds: &[EntityType]) -> Result<Vec<NamedNode>, Self::Error>;

    /// The articles that a name means.
    fn articles(&mut self, parameter: &str, name: &str) -> Result<Vec<NamedNode>, Self::Error>;
}

/// Whether all parameters are there and no others. Their values are not looked at.
///
/// # Errors
/// With the parameters that there are.
pub fn check_given(parameters: &[Parameter], given: &[(String, String)]) -> Result<(), ParameterError> {
    let known = || parameters.iter().map(|parameter| parameter.name.clone()).collect::<Vec<_>>();
    if let Some((name, _)) = given.iter().find(|(name, _)| !parameters.iter().any(|known| known.name == *name)) {
        return Err(ParameterError::Unknown { name: name.clone(), known: known() });
    }
    let missing = parameters.iter().filter(|parameter| values_of(parameter, given).is_empty());
    let missing: Vec<String> = missing.map(|parameter| parameter.name.clone()).collect();
    if missing.is_empty() { Ok(()) } else { Err(ParameterError::Missing { missing, known: known() }) }
}

/// What was given for a parameter, else its default.
fn values_of(parameter: &Parameter, given: &[(String, String)]) -> Vec<String> {
    let values = given.iter().filter(|(name, _)| *name == parameter.name).map(|(_, value)| value.clone());
    let values: Vec<String> = values.collect();
    if values.is_empty() { parameter.default.iter().cloned().collect() } else { values }
}

/// The query's text with every parameter filled in.
///
/// # Errors
/// When a parameter is unknown, missing, of the wrong type, or names nothing.
pub(super) fn fill_in<N: Names>(
    text: &str,
    parameters: &[Parameter],
    given: &[(String, String)],
    names: &mut N,
) -> Result<String, N::Error> {
    check_given(parameters, given)?;
    let mut values = BTreeMap::new();
    for parameter in parameters {
        values.insert(parameter.variable(), value(parameter, &values_of(parameter, given), names)?);
    }
    Ok(substitute(text, &values))
}

fn value<N: Names>(parameter: &Parameter, given: &[String], names: &mut N) -> Result<Value, N::Error> {
    if given.iter().any(|value| value == ANYTHING) && parameter.default.as_deref() == Some(ANYTHING) {
        return Ok(Value::Anything);
    }
    let name = &parameter.name;
    let is_list = matches!(
        parameter.kind,
        ParameterType::Entity(_) | ParameterType::Article | ParameterType::Type | ParameterType::Predicate
    );
    if given.len() > 1 && !is_list {
        return Err(ParameterError::Repeated { name: name.clone() }.into());
    }
    let mut terms: Vec<Term> = Vec::new();
    for value in given {
        if value.contains("\\u") || value.contains("\\U") {
            return Err(ParameterError::Escape { name: name.clone() }.into());
        }
        match &parameter.kind {
            ParameterType::Entity(kinds) => {
                terms.extend(names.entities(name, value, kinds)?.into_iter().map(Term::from))
            }
            ParameterType::Article => terms.extend(names.articles(name, value)?.into_iter().map(Term::from)),
            kind => terms.push(term(name, kind, value)?),
        }
    }
    terms.dedup();
    Ok(Value::Terms(terms))
}

/// A value that needs no look-up, as a term.
fn term(name: &str, kind: &ParameterType, value: &str) -> Result<Term, ParameterError> {
    let wrong = |wanted: &str, wanted_zh: &str| ParameterError::WrongType {
        name: name.to_owned(),
        value: value.to_owned(),
        wanted: wanted.to_owned(),
        wanted_zh: wanted_zh.to_owned(),
    };
    let value = value.trim();
    Ok(match kind {
        ParameterType::Type => {
            let kind: EntityType = value.parse().map_err(|_| {
                let all = |label: fn(EntityType) -> &'static str| {
                    EntityType::ALL.iter().map(|kind| label(*kind)).collect::<Vec<_>>()
                };
                wrong(
                    &format!("one of {}", all(EntityType::as_str).join(", ")),
                    &format!("{}之一", all(EntityType::label_zh).join("、")),
                )
            })?;
            vocab::class(kind).into()
        }
        ParameterType::Predicate => {
            let predicate: Predicate = value.parse().map_err(|_| {
                let all = |label: fn(Predicate) -> &'static str| {
                    Predicate::ALL.iter().map(|kind| label(*kind)).collect::<Vec<_>>()
                };
                wrong(
                    &format!("one of {}", all(Predicate::as_str).join(", ")),
                    &format!("{}之一", all(Predicate::label_zh).join("、")),
                )
            })?;
            vocab::property(predicate).into()
        }
        ParameterType::Date => {
            let day = match value.len() {
                4 => format!("{value}-01-01"),
                7 => format!("{value}-01"),
                _ => value.to_owned(),
            };
            let day: jiff::civil::Date = day
                .parse()
                .map_err(|_| wrong("a day like 2025-07-02, a month or a year", "日期（如 2025-07-02）、年月或年份"))?;
            Literal::new_typed_literal(day.to_string(), xsd::DATE).into()
        }
        ParameterType::Integer => {
            let number: u32 = value.parse().map_err(|_| wrong("a whole number from 0", "非负整数"))?;
            Literal::from(u64::from(number)).into()
        }
        ParameterType::Decimal => {
            let number: f64 = value.parse().map_err(|_| wrong("a number", "数字"))?;
            let digits = crate::rdf::decimal(number).ok_or_else(|| wrong("a number", "数字"))?;
            Literal::new_typed_literal(digits, xsd::DECIMAL).into()
        }
        ParameterType::Text | ParameterType::Entity(_) | ParameterType::Article => Literal::from(value).into(),
    })
}

/// An address given in place of a name: an absolute IRI, or one with a known prefix.
pub(super) fn address(value: &str, base: &str) -> Option<NamedNode> {
    if let Some((prefix, local)) = value.split_once(':')
        && let Some((_, namespace)) = prefixes::known().find(|(name, _)| *name == prefix)
    {
        let namespace = if prefix == vocab::ID { base } else { namespace };
        return NamedNode::new(format!("{namespace}{local}")).ok();
    }
    let is_address = ["http://", "https://", "urn:"].iter().any(|scheme| value.starts_with(scheme));
    is_address.then(|| NamedNode::new(value).ok()).flatten()
}

/// Puts values in the place of `$name`.
fn substitute(text: &str, values: &BTreeMap<String, Value>) -> String {
    let mut out = String::with_capacity(text.len() + 64);
    for token in tokens(text) {
        let token_text = &text[token.range];
        let value = match token.kind {
            Kind::Variable => token_text.strip_prefix('$').and_then(|name| values.get(name)),
            _ => None,
        };
        match value {
            Some(value) => out.push_str(&value.to_string()),
            None => out.push_str(token_text),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::iri;

    /// Knows nothing but addresses.
    struct Addresses;

    impl Names for Addresses {
        type Error = ParameterError;

        fn entities(
            &mut self,
            parameter: &str,
            name: &str,
            _: &[EntityType],
        ) -> Result<Vec<NamedNode>, ParameterError> {
            let none =
                || ParameterError::NoSuchName { name: parameter.into(), value: name.into(), similar: Vec::new() };
            address(name, iri::BASE).map(|node| vec![node]).ok_or_else(none)
        }

        fn articles(&mut self, parameter: &str, name: &str) -> Result<Vec<NamedNode>, ParameterError> {
            self.entities(parameter, name, &[])
        }
    }

    fn fill(text: &str, declared: &[(&str, &str)], given: &[(&str, &str)]) -> Result<String, ParameterError> {
        let parameters: Vec<Parameter> =
            declared.iter().map(|(name, kind)| Parameter::parse(name, kind).expect("a declaration")).collect();
        let given: Vec<(String, String)> = given.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
        fill_in(text, &parameters, &given, &mut Addresses)
    }

    #[test]
    fn values_become_terms() {
        let declared =
            [("who", "entity"), ("kind", "type = *"), ("since", "date"), ("at-least", "integer = 2"), ("q", "text")];
        let text = "{ VALUES ?who { $who } VALUES ?k { $kind } FILTER(?d >= $since && ?q = $q) } LIMIT $at_least # $q";
        let given = [("who", "id:Region/武清区"), ("who", "urn:x"), ("since", "2025-07"), ("q", "a\"b\n$who")];
        assert_eq!(
            fill(text, &declared, &given).expect("all there"),
            "{ VALUES ?who { <https://yutu.example/id/Region/武清区> <urn:x> } VALUES ?k { UNDEF } FILTER(?d >= \
             \"2025-07-01\"^^<http://www.w3.org/2001/XMLSchema#date> && ?q = \"a\\\"b\\n$who\") } LIMIT 2 # $q"
        );
    }

    #[test]
    fn types_and_relations_are_known_in_both_languages() {
        let filled = |value| fill("$x", &[("x", "type")], &[("x", value)]);
        assert_eq!(filled("园区"), filled("park"));
        let error = filled("公园").expect_err("no type");
        assert!(error.to_string().contains("Region") && error.in_chinese().contains("地区"), "{error}");
    }

    #[test]
    fn wrong_parameters_are_told_with_those_that_there_are() {
        let declared = [("region", "Region"), ("since", "date = 2020-01-01")];
        let error = fill("", &declared, &[("regoin", "x")]).expect_err("unknown").to_string();
        assert_eq!(error, "the query has no parameter --regoin; it takes: --region, --since");
        let error = fill("", &declared, &[]).expect_err("missing").to_string();
        assert_eq!(error, "missing parameters: --region; the query takes: --region, --since");
        let error = fill("", &declared, &[("region", "urn:x"), ("since", "yesterday")]).expect_err("no date");
        assert!(matches!(error, ParameterError::WrongType { .. }));
        let twice = [("region", "urn:x"), ("since", "2025-01-01"), ("since", "2025-01-02")];
        assert!(matches!(fill("", &declared, &twice), Err(ParameterError::Repeated { .. })));
        assert!(matches!(fill("", &[("q", "text")], &[("q", "\\u0022")]), Err(ParameterError::Escape { .. })));
    }

    proptest! {
        /// Whatever is typed stays one string in the query.
        #[test]
        fn no_value_leaves_its_literal(value in r#"[a"'\\\n\r\t<>{}#$?. 武]{0,30}"#) {
            prop_assume!(!value.contains("\\u") && !value.contains("\\U"));
            let text = fill("SELECT * { ?s ?p $q }", &[("q", "text")], &[("q", &value)]).expect("a text");
            let strings: Vec<_> = tokens(&text).into_iter().filter(|token| token.kind == Kind::String).collect();
            prop_assert_eq!(strings.len(), 1);
            prop_assert_eq!(&text[strings[0].range.end..], " }");
            prop_assert_eq!(text.lines().count(), 1);
            prop_assert!(oxigraph::sparql::SparqlEvaluator::new().parse_query(&text).is_ok());
        }
    }
}
