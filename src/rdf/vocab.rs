//! The names that the graph uses, one module a namespace.
//!
//! `yutu` is equal to the classes and properties of `ontology/yutu.ttl` (tested below); the others hold only what is written or
//! asked for.

use oxigraph::model::{NamedNode, NamedNodeRef};

use crate::model::{EntityType, Predicate};

/// Prefixes that queries may use without declaring them, and that Turtle and TriG are written with.
pub const PREFIXES: &[(&str, &str)] = &[
    ("yutu", yutu::NAMESPACE),
    (ID, crate::model::iri::BASE),
    ("rdf", rdf::NAMESPACE),
    ("rdfs", rdfs::NAMESPACE),
    ("owl", owl::NAMESPACE),
    ("xsd", xsd::NAMESPACE),
    ("skos", skos::NAMESPACE),
    ("dcterms", dcterms::NAMESPACE),
    ("prov", prov::NAMESPACE),
    ("oa", oa::NAMESPACE),
    ("org", "http://www.w3.org/ns/org#"),
    ("qb", qb::NAMESPACE),
    ("time", "http://www.w3.org/2006/time#"),
    ("schema", "https://schema.org/"),
];

/// The prefix of the addresses of articles, entities and claims, whose namespace is a store's base.
pub const ID: &str = "id";

/// [`PREFIXES`], with `id:` for this base.
pub fn prefixes(base: &str) -> impl Iterator<Item = (&'static str, &str)> {
    PREFIXES.iter().map(move |(name, namespace)| (*name, if *name == ID { base } else { *namespace }))
}

macro_rules! namespace {
    ($(#[$meta:meta])* $module:ident = $namespace:literal { $($(#[$cmeta:meta])* $constant:ident = $name:literal;)* }) => {
        $(#[$meta])*
        pub mod $module {
            use oxigraph::model::NamedNodeRef;

            /// What all its names begin with.
            pub const NAMESPACE: &str = $namespace;
            $($(#[$cmeta])* pub const $constant: NamedNodeRef<'static> = NamedNodeRef::new_unchecked(concat!($namespace, $name));)*
            /// All names above, in that order.
            pub const ALL: &[NamedNodeRef<'static>] = &[$($constant,)*];
        }
    };
}

namespace! {
    /// Yutu's own names. The fourteen types and sixteen relations come from [`class`](super::class) and
    /// [`property`](super::property).
    yutu = "https://yutu.example/ns#" {
        /// Class: an article as read.
        ARTICLE = "Article";
        /// Class: what an article states about two entities.
        CLAIM = "Claim";
        /// Class: a place of the text that names an entity.
        MENTION = "Mention";
        /// Class: a stretch of text given as evidence.
        PASSAGE = "Passage";
        /// Class: a stated figure.
        OBSERVATION = "Observation";
        /// Parent of the sixteen relations; never written.
        RELATED_TO = "relatedTo";
        /// Article → entity.
        MENTIONS = "mentions";
        /// Mention → entity.
        MENTION_OF = "mentionOf";
        /// Claim or observation → passage.
        EVIDENCE = "evidence";
        /// Probability, decimal.
        CONFIDENCE = "confidence";
        /// Which rule or model said it.
        DETECTOR = "detector";
        /// `asserted` or `planned`.
        MODALITY = "modality";
        /// The text that offsets count in.
        TEXT = "text";
        /// The article's identity.
        SHA256 = "sha256";
        /// Reference code.
        CODE = "code";
        /// Scheme of the reference code.
        CODE_SCHEME = "codeScheme";
        /// How sure the link to the reference entry is.
        LINK_CONFIDENCE = "linkConfidence";
        /// Code of another reference entry of that name.
        ALTERNATIVE_CODE = "alternativeCode";
        /// Observation → entity.
        SUBJECT = "subject";
        /// What is measured.
        INDICATOR = "indicator";
        /// The number as written.
        VALUE = "value";
        /// The number with 万 and 亿 multiplied out.
        MAGNITUDE = "magnitude";
        /// The unit as written.
        UNIT = "unit";
        /// The period as a string.
        PERIOD = "period";
        /// First day of the period.
        PERIOD_START = "periodStart";
        /// Last day of the period.
        PERIOD_END = "periodEnd";
        /// How the number is to be read.
        QUALIFIER = "qualifier";
        /// Version of the shape of triples in a store.
        SCHEMA_VERSION = "schemaVersion";
    }
}

namespace! {
    /// RDF 1.1 reification and the RDF 1.2 reifier.
    rdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#" {
        /// Instance → class.
        TYPE = "type";
        /// Class of reified statements.
        STATEMENT = "Statement";
        /// Statement → its subject.
        SUBJECT = "subject";
        /// Statement → its predicate.
        PREDICATE = "predicate";
        /// Statement → its object.
        OBJECT = "object";
        /// Reifier → triple term (RDF 1.2).
        REIFIES = "reifies";
    }
}

namespace! {
    /// RDF Schema.
    rdfs = "http://www.w3.org/2000/01/rdf-schema#" {
        /// Name.
        LABEL = "label";
        /// Explanation.
        COMMENT = "comment";
        /// Class → wider class.
        SUB_CLASS_OF = "subClassOf";
        /// Property → wider property.
        SUB_PROPERTY_OF = "subPropertyOf";
        /// Anything → related resource.
        SEE_ALSO = "seeAlso";
        /// Property → class of subjects.
        DOMAIN = "domain";
        /// Property → class of objects.
        RANGE = "range";
    }
}

namespace! {
    /// OWL 2, as far as the ontology is read.
    owl = "http://www.w3.org/2002/07/owl#" {
        /// Class of classes.
        CLASS = "Class";
        /// Class of properties between resources.
        OBJECT_PROPERTY = "ObjectProperty";
        /// Class of properties with literals.
        DATATYPE_PROPERTY = "DatatypeProperty";
        /// Class → list of classes that it is the union of.
        UNION_OF = "unionOf";
    }
}

namespace! {
    /// Datatypes.
    xsd = "http://www.w3.org/2001/XMLSchema#" {
        /// Decimal numbers.
        DECIMAL = "decimal";
        /// Whole numbers.
        INTEGER = "integer";
        /// Days.
        DATE = "date";
    }
}

namespace! {
    /// SKOS labels.
    skos = "http://www.w3.org/2004/02/skos/core#" {
        /// Official name of the reference entry.
        PREF_LABEL = "prefLabel";
        /// Other names.
        ALT_LABEL = "altLabel";
    }
}

namespace! {
    /// Dublin Core terms: an article's metadata.
    dcterms = "http://purl.org/dc/terms/" {
        /// The id that the source gave.
        IDENTIFIER = "identifier";
        /// Headline.
        TITLE = "title";
        /// Day of publication.
        ISSUED = "issued";
        /// Where it was taken from.
        SOURCE = "source";
    }
}

namespace! {
    /// PROV-O: which article a claim comes from.
    prov = "http://www.w3.org/ns/prov#" {
        /// Claim → article.
        WAS_DERIVED_FROM = "wasDerivedFrom";
    }
}

namespace! {
    /// Web Annotation selectors.
    oa = "http://www.w3.org/ns/oa#" {
        /// Passage → article.
        HAS_SOURCE = "hasSource";
        /// First character, from 0.
        START = "start";
        /// One past the last character.
        END = "end";
        /// What stands there.
        EXACT = "exact";
    }
}

namespace! {
    /// RDF Data Cube.
    qb = "http://purl.org/linked-data/cube#" {
        /// Class of observations.
        OBSERVATION = "Observation";
    }
}

/// The class of an entity type, e.g. `https://yutu.example/ns#Region`.
pub fn class(kind: EntityType) -> NamedNode {
    NamedNode::new_unchecked(format!("{}{kind}", yutu::NAMESPACE))
}

/// The property of a relation, e.g. `https://yutu.example/ns#locatedIn`.
pub fn property(predicate: Predicate) -> NamedNode {
    NamedNode::new_unchecked(format!("{}{predicate}", yutu::NAMESPACE))
}

/// The entity type that an IRI is the class of.
pub fn entity_type(class: NamedNodeRef<'_>) -> Option<EntityType> {
    let name = class.as_str().strip_prefix(yutu::NAMESPACE)?;
    EntityType::ALL.iter().copied().find(|kind| kind.as_str() == name)
}

/// The relation that an IRI is the property of.
pub fn predicate(property: NamedNodeRef<'_>) -> Option<Predicate> {
    let name = property.as_str().strip_prefix(yutu::NAMESPACE)?;
    Predicate::ALL.iter().copied().find(|predicate| predicate.as_str() == name)
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use oxigraph::{
        io::{RdfFormat, RdfParser},
        model::{Graph, NamedOrBlankNodeRef, Term, TermRef},
    };

    use super::*;
    use crate::rdf::ONTOLOGY;

    fn ontology() -> Graph {
        let quads = RdfParser::from_format(RdfFormat::Turtle).for_slice(ONTOLOGY);
        quads.map(|quad| oxigraph::model::Triple::from(quad.expect("the ontology is Turtle"))).collect()
    }

    fn defined(graph: &Graph) -> BTreeSet<String> {
        let classes = [owl::CLASS, owl::OBJECT_PROPERTY, owl::DATATYPE_PROPERTY];
        (classes.iter().flat_map(|class| graph.subjects_for_predicate_object(rdf::TYPE, *class)))
            .filter_map(|subject| match subject {
                NamedOrBlankNodeRef::NamedNode(node) => Some(node.as_str().to_owned()),
                NamedOrBlankNodeRef::BlankNode(_) => None,
            })
            .collect()
    }

    fn list(graph: &Graph, head: TermRef<'_>) -> Vec<Term> {
        let rdf = |name: &str| NamedNode::new_unchecked(format!("{}{name}", rdf::NAMESPACE));
        let (first, rest) = (rdf("first"), rdf("rest"));
        let mut items = Vec::new();
        let mut node = head.into_owned();
        while let Term::BlankNode(blank) = &node {
            items.extend(graph.object_for_subject_predicate(blank, &first).map(TermRef::into_owned));
            let Some(next) = graph.object_for_subject_predicate(blank, &rest) else { break };
            node = next.into_owned();
        }
        items
    }

    /// The entity types that a domain or range admits; all of them where none is given.
    fn admitted(graph: &Graph, property: &NamedNode, side: NamedNodeRef<'_>) -> BTreeSet<EntityType> {
        let members = match graph.object_for_subject_predicate(property, side) {
            None => return EntityType::ALL.iter().copied().collect(),
            Some(TermRef::BlankNode(blank)) => {
                let head = graph.object_for_subject_predicate(blank, owl::UNION_OF).expect("a union has members");
                list(graph, head)
            }
            Some(single) => vec![single.into_owned()],
        };
        (members.iter())
            .filter_map(|member| match member {
                Term::NamedNode(node) => entity_type(node.as_ref()),
                _ => None,
            })
            .collect()
    }

    #[test]
    fn the_ontology_defines_what_the_vocabulary_names_and_nothing_else() {
        let mut named: BTreeSet<String> = yutu::ALL.iter().map(|node| node.as_str().to_owned()).collect();
        named.extend(EntityType::ALL.iter().map(|kind| class(*kind).into_string()));
        named.extend(Predicate::ALL.iter().map(|predicate| property(*predicate).into_string()));
        assert_eq!(named, defined(&ontology()));
    }

    #[test]
    fn every_definition_has_label_and_comment_in_both_languages() {
        let graph = ontology();
        for name in defined(&graph) {
            let node = NamedNode::new_unchecked(name);
            for property in [rdfs::LABEL, rdfs::COMMENT] {
                let languages: BTreeSet<_> = (graph.objects_for_subject_predicate(&node, property))
                    .filter_map(|term| match term {
                        TermRef::Literal(literal) => literal.language().map(str::to_owned),
                        _ => None,
                    })
                    .collect();
                assert_eq!(languages, BTreeSet::from(["en".to_owned(), "zh".to_owned()]), "{property} of {node}");
            }
        }
    }

    #[test]
    fn labels_of_types_and_relations_are_those_of_the_model() {
        let graph = ontology();
        let zh = |node: NamedNode| {
            (graph.objects_for_subject_predicate(&node, rdfs::LABEL)).find_map(|term| match term {
                TermRef::Literal(literal) if literal.language() == Some("zh") => Some(literal.value().to_owned()),
                _ => None,
            })
        };
        for kind in EntityType::ALL {
            assert_eq!(zh(class(*kind)).as_deref(), Some(kind.label_zh()));
        }
        for predicate in Predicate::ALL {
            assert_eq!(zh(property(*predicate)).as_deref(), Some(predicate.label_zh()));
        }
    }

    #[test]
    fn domains_and_ranges_are_the_guidelines_table() {
        let graph = ontology();
        for predicate in Predicate::ALL {
            let mut expected: BTreeMap<&str, BTreeSet<EntityType>> = BTreeMap::new();
            for subject in EntityType::ALL {
                for object in EntityType::ALL {
                    if predicate.allows(*subject, *object) {
                        expected.entry("domain").or_default().insert(*subject);
                        expected.entry("range").or_default().insert(*object);
                    }
                }
            }
            let node = property(*predicate);
            assert_eq!(admitted(&graph, &node, rdfs::DOMAIN), expected["domain"], "domain of {predicate}");
            assert_eq!(admitted(&graph, &node, rdfs::RANGE), expected["range"], "range of {predicate}");
        }
    }

    #[test]
    fn every_class_and_relation_is_aligned_with_another_vocabulary() {
        let graph = ontology();
        let kinds = EntityType::ALL.iter().map(|kind| class(*kind));
        for node in kinds.chain(Predicate::ALL.iter().map(|predicate| property(*predicate))) {
            let outside = [rdfs::SUB_CLASS_OF, rdfs::SUB_PROPERTY_OF, rdfs::SEE_ALSO].iter().any(|alignment| {
                (graph.objects_for_subject_predicate(&node, *alignment)).any(
                    |term| matches!(term, TermRef::NamedNode(other) if !other.as_str().starts_with(yutu::NAMESPACE)),
                )
            });
            assert!(outside, "{node} is aligned with nothing");
        }
    }
}
