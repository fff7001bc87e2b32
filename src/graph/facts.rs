//! Facts gathered for a picture: out of quads, out of a CONSTRUCT's triples, or straight out of an extraction.
//!
//! The shape of the triples is that of `docs/rdf.md`. The same fact from several articles comes together here.

use std::collections::{BTreeMap, BTreeSet};

use oxigraph::model::{GraphName, NamedOrBlankNode, Quad, Term, Triple};

use super::subgraph::{Edge, Node, Relation, Subgraph};
use crate::{
    model::{EntityType, Extraction, Modality, iri},
    rdf::vocab::{self, oa, prov, rdf, rdfs, skos, yutu},
};

#[derive(Debug, Default, Clone)]
struct Named {
    official: BTreeSet<String>,
    labels: BTreeSet<String>,
    kind: Option<EntityType>,
    code: Option<String>,
    articles: BTreeSet<String>,
}

#[derive(Debug, Default, Clone)]
struct Supported {
    confidence: Option<f64>,
    articles: BTreeSet<String>,
    asserted: bool,
    planned: bool,
}

/// A claim (`rdf:Statement`) while its properties come in.
#[derive(Debug, Default, Clone)]
struct Claim {
    subject: Option<String>,
    predicate: Option<String>,
    object: Option<String>,
    article: Option<String>,
    confidence: Option<f64>,
    planned: bool,
}

/// Facts in gathering.
#[derive(Debug, Default, Clone)]
pub struct Facts {
    entities: BTreeMap<String, Named>,
    edges: BTreeMap<(String, Relation, String), Supported>,
    claims: BTreeMap<String, Claim>,
    values: usize,
    /// Whether claims make no edges of their own.
    only_supporting: bool,
}

impl Facts {
    /// From quads in the shape of `docs/rdf.md`. The graph of a direct triple is the article that states it.
    pub fn from_quads(quads: impl IntoIterator<Item = Quad>) -> Self {
        let mut facts = Self::default();
        for quad in quads {
            facts.add_quad(&quad);
        }
        facts
    }

    /// From the triples of a CONSTRUCT or DESCRIBE: every triple between two resources is drawn.
    pub fn from_triples(triples: impl IntoIterator<Item = Triple>) -> Self {
        let mut facts = Self::default();
        for triple in triples {
            facts.add_triple(&triple, None);
        }
        facts
    }

    /// Takes in a quad of the store.
    pub fn add_quad(&mut self, quad: &Quad) {
        let article = match &quad.graph_name {
            GraphName::NamedNode(graph) => Some(graph.as_str()),
            _ => None,
        };
        if quad.predicate == yutu::MENTIONS {
            if let Term::NamedNode(entity) = &quad.object {
                let article = resource(&quad.subject);
                self.entities.entry(entity.as_str().to_owned()).or_default().articles.insert(article);
            }
        } else if vocab::predicate(quad.predicate.as_ref()).is_some() || self.is_described_by(quad) {
            let triple = Triple::new(quad.subject.clone(), quad.predicate.clone(), quad.object.clone());
            self.add_triple(&triple, article);
        }
    }

    /// Whether a triple names, types or claims something, rather than linking.
    fn is_described_by(&self, quad: &Quad) -> bool {
        let property = quad.predicate.as_ref();
        [rdf::TYPE, rdfs::LABEL, skos::PREF_LABEL, yutu::CODE].contains(&property)
            || [rdf::SUBJECT, rdf::PREDICATE, rdf::OBJECT].contains(&property)
            || [prov::WAS_DERIVED_FROM, yutu::CONFIDENCE, yutu::MODALITY].contains(&property)
    }

    /// Takes in a triple, and the article that states it where that is known.
    pub fn add_triple(&mut self, triple: &Triple, article: Option<&str>) {
        let subject = resource(&triple.subject);
        let property = triple.predicate.as_ref();
        let object = match &triple.object {
            Term::NamedNode(node) => node.as_str().to_owned(),
            Term::BlankNode(node) => node.to_string(),
            Term::Literal(literal) => return self.add_value(subject, triple, literal.value()),
            _ => return,
        };
        if property == rdf::TYPE {
            if let Some(kind) = class_of(&object) {
                self.entities.entry(subject).or_default().kind.get_or_insert(kind);
            }
        } else if property == rdf::SUBJECT {
            self.claims.entry(subject).or_default().subject = Some(object);
        } else if property == rdf::PREDICATE {
            self.claims.entry(subject).or_default().predicate = Some(object);
        } else if property == rdf::OBJECT {
            self.claims.entry(subject).or_default().object = Some(object);
        } else if property == prov::WAS_DERIVED_FROM {
            self.claims.entry(subject).or_default().article = Some(object);
        } else if property != yutu::EVIDENCE && property != yutu::MENTION_OF && property != oa::HAS_SOURCE {
            self.entities.entry(subject.clone()).or_default();
            self.entities.entry(object.clone()).or_default();
            let edge = self.edges.entry((subject, relation(property.as_str()), object)).or_default();
            edge.articles.extend(article.map(str::to_owned));
        }
    }

    fn add_value(&mut self, subject: String, triple: &Triple, value: &str) {
        let property = triple.predicate.as_ref();
        if property == rdfs::LABEL {
            self.entities.entry(subject).or_default().labels.insert(value.to_owned());
        } else if property == skos::PREF_LABEL {
            self.entities.entry(subject).or_default().official.insert(value.to_owned());
        } else if property == yutu::CODE {
            self.entities.entry(subject).or_default().code.get_or_insert_with(|| value.to_owned());
        } else if property == yutu::CONFIDENCE {
            // An entity's own confidence goes the same way and is forgotten with it: it has no subject.
            let claim = self.claims.entry(subject).or_default();
            claim.confidence = value.parse().ok().filter(|p: &f64| p.is_finite());
        } else if property == yutu::MODALITY {
            self.claims.entry(subject).or_default().planned = value == "planned";
        } else if property != skos::ALT_LABEL {
            self.values += 1;
        }
    }

    /// Takes in what one article states.
    pub fn add_extraction(&mut self, extraction: &Extraction) {
        let article = iri::article(&extraction.article);
        for entity in &extraction.entities {
            let named = self.entities.entry(entity.iri.clone()).or_default();
            named.labels.insert(entity.name.clone());
            named.kind.get_or_insert(entity.kind);
            named.articles.insert(article.clone());
            if let Some(link) = &entity.link {
                named.official.insert(link.name.clone());
                named.code.get_or_insert_with(|| link.code.clone());
            }
        }
        let address = |id: &str| extraction.entities.iter().find(|entity| entity.id == id).map(|entity| &entity.iri);
        for fact in &extraction.relations {
            let (Some(subject), Some(object)) = (address(&fact.subject), address(&fact.object)) else { continue };
            let key = (subject.clone(), Relation::Known(fact.predicate), object.clone());
            let edge = self.edges.entry(key).or_default();
            edge.support(Some(fact.confidence), Some(&article), fact.modality == Modality::Planned);
        }
    }

    /// Takes in a property of a claim. It supports an edge that is there already; it makes none of another relation.
    pub(super) fn add_claim_part(&mut self, quad: &Quad) {
        self.only_supporting = true;
        if self.is_described_by(quad) && quad.predicate != rdf::TYPE {
            let triple = Triple::new(quad.subject.clone(), quad.predicate.clone(), quad.object.clone());
            self.add_triple(&triple, None);
        }
    }

    /// Subject and object of every edge.
    pub(super) fn pairs(&self) -> impl Iterator<Item = (String, String)> + '_ {
        self.edges.keys().map(|(subject, _, object)| (subject.clone(), object.clone()))
    }

    /// The ends of all edges.
    pub fn entities(&self) -> impl Iterator<Item = &str> {
        self.edges.keys().flat_map(|(subject, _, object)| [subject.as_str(), object.as_str()])
    }

    /// The subgraph of all edges, and of the focus entities even where nothing links them. Claims give their edges
    /// articles and confidence; a claim without its direct triple makes an edge too.
    pub fn into_subgraph(mut self, focus: &[String]) -> Subgraph {
        for claim in std::mem::take(&mut self.claims).into_values() {
            if let (Some(subject), Some(predicate), Some(object)) = (claim.subject, claim.predicate, claim.object) {
                let key = (subject, relation(&predicate), object);
                if self.only_supporting && !self.edges.contains_key(&key) {
                    continue;
                }
                let edge = self.edges.entry(key).or_default();
                edge.support(claim.confidence, claim.article.as_deref(), claim.planned);
            }
        }
        let mut shown: BTreeSet<&str> = focus.iter().map(String::as_str).collect();
        shown.extend(self.edges.keys().flat_map(|(subject, _, object)| [subject.as_str(), object.as_str()]));
        let nodes = (shown.iter())
            .map(|&address| {
                let named = self.entities.get(address).cloned().unwrap_or_default();
                Node {
                    iri: address.to_owned(),
                    label: named.label().unwrap_or_else(|| last_part(address).to_owned()),
                    kind: named.kind,
                    code: named.code,
                    articles: named.articles.len(),
                    is_focus: focus.iter().any(|focus| focus == address),
                    hops: None,
                    hidden: 0,
                }
            })
            .collect();
        let edges = (self.edges.iter())
            .map(|((subject, relation, object), support)| {
                let edge = Edge {
                    relation: relation.clone(),
                    confidence: support.confidence,
                    articles: support.articles.clone(),
                    planned: support.planned && !support.asserted,
                };
                (subject.clone(), edge, object.clone())
            })
            .collect();
        let mut subgraph = Subgraph::new(nodes, edges);
        subgraph.omitted.values = self.values;
        subgraph
    }
}

impl Named {
    /// The reference table's name, else the longest that articles use.
    fn label(&self) -> Option<String> {
        let longest = |names: &BTreeSet<String>| names.iter().max_by_key(|name| name.chars().count()).cloned();
        longest(&self.official).or_else(|| longest(&self.labels))
    }
}

impl Supported {
    fn support(&mut self, confidence: Option<f64>, article: Option<&str>, planned: bool) {
        let best = confidence.into_iter().chain(self.confidence).fold(f64::NAN, f64::max);
        self.confidence = best.is_finite().then_some(best);
        self.articles.extend(article.map(str::to_owned));
        self.planned |= planned;
        self.asserted |= !planned;
    }
}

fn resource(subject: &NamedOrBlankNode) -> String {
    match subject {
        NamedOrBlankNode::NamedNode(node) => node.as_str().to_owned(),
        NamedOrBlankNode::BlankNode(node) => node.to_string(),
    }
}

fn class_of(class: &str) -> Option<EntityType> {
    class.strip_prefix(yutu::NAMESPACE)?.parse().ok()
}

fn relation(property: &str) -> Relation {
    let known = property.strip_prefix(yutu::NAMESPACE).and_then(|name| name.parse().ok());
    known.map_or_else(|| Relation::Other(property.to_owned()), Relation::Known)
}

/// What an address ends in: `https://a.example/b#c` gives `c`.
pub(super) fn last_part(address: &str) -> &str {
    let part = address.rsplit(['#', '/']).find(|part| !part.is_empty());
    part.unwrap_or(address)
}

#[cfg(test)]
mod tests {
    use expect_test::expect;
    use oxigraph::io::{RdfFormat, RdfParser};

    use super::*;
    use crate::graph::fixtures::listing;

    fn quads(trig: &str) -> Vec<Quad> {
        let mut parser = RdfParser::from_format(RdfFormat::TriG);
        parser = parser.with_base_iri(iri::BASE).expect("an IRI");
        let prefixes: String = vocab::PREFIXES.iter().map(|(name, iri)| format!("PREFIX {name}: <{iri}>\n")).collect();
        let text = prefixes + trig;
        parser.for_reader(text.as_bytes()).collect::<Result<_, _>>().expect("TriG")
    }

    #[test]
    fn a_fact_of_two_articles_is_one_edge_of_weight_two() {
        let facts = Facts::from_quads(quads(
            r#"GRAPH <article/1> { <article/1> yutu:mentions <Park/p> . <Park/p> a yutu:Park ; rdfs:label "京滨园" ; yutu:attracts <Company/c> .
                 <claim/1> a yutu:Claim ; rdf:subject <Park/p> ; rdf:predicate yutu:attracts ; rdf:object <Company/c> ;
                   prov:wasDerivedFrom <article/1> ; yutu:confidence 0.5 ; yutu:modality "planned" . }
               GRAPH <article/2> { <article/2> yutu:mentions <Park/p> . <Park/p> rdfs:label "京滨工业园" ; yutu:attracts <Company/c> .
                 <Company/c> a yutu:Company ; rdfs:label "诺禾致源" ; yutu:code "688315" .
                 <claim/2> a yutu:Claim ; rdf:subject <Park/p> ; rdf:predicate yutu:attracts ; rdf:object <Company/c> ;
                   prov:wasDerivedFrom <article/2> ; yutu:confidence 0.9 ; yutu:modality "asserted" . }"#,
        ));
        expect![[r#"
            Company/c 诺禾致源 Company code=688315 articles=0 hops=1
            Park/p 京滨工业园 Park articles=2 hops=0
            Park/p attracts Company/c confidence=0.9 articles=2
        "#]]
        .assert_eq(&listing(&facts.into_subgraph(&[format!("{}Park/p", iri::BASE)])));
    }

    #[test]
    fn constructed_triples_are_drawn_whatever_their_property() {
        let triples =
            quads(r#"<Park/p> <https://a.example/ns#twin> <Park/q> ; yutu:unit "亿元" . <Park/q> rdfs:label "乙园" ."#);
        let facts = Facts::from_triples(triples.into_iter().map(Triple::from));
        let subgraph = facts.into_subgraph(&[]);
        assert_eq!(subgraph.omitted.values, 1);
        expect![[r#"
            Park/p p - articles=0
            Park/q 乙园 - articles=0
            Park/p https://a.example/ns#twin Park/q articles=0
        "#]]
        .assert_eq(&listing(&subgraph));
    }
}
