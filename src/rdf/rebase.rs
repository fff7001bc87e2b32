//! Terms under another base: each IRI that begins with the old base begins with the new one.

use oxigraph::model::{GraphName, Literal, NamedNode, NamedOrBlankNode, Quad, Term, Triple};

use super::vocab;
use crate::model::iri::Base;

/// A change of base.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rebase {
    from: Base,
    to: Base,
    /// Vocabularies whose names begin with the old base; they stay.
    kept: Vec<&'static str>,
}

impl Rebase {
    /// From one base to another.
    pub fn new(from: Base, to: Base) -> Self {
        let kept = vocabularies().filter(|namespace| overlap(namespace, &from)).collect();
        Self { from, to, kept }
    }

    /// The first vocabulary of which some or all names begin with a base: its names mean the same in every store, so that such a base is
    /// no good start for a change.
    pub fn vocabulary_under(base: &Base) -> Option<&'static str> {
        vocabularies().find(|namespace| overlap(namespace, base))
    }

    /// Whether both bases are the same, so that nothing changes.
    pub fn is_none(&self) -> bool {
        self.from == self.to
    }

    /// The address under the new base; `None` where it stays as it is, as names of the vocabularies ([`vocab::PREFIXES`]) do.
    ///
    /// Where the new base lies under the old one, what is there already is taken as changed before: doing it twice changes nothing more.
    pub fn iri(&self, iri: &str) -> Option<String> {
        let (from, to) = (self.from.as_str(), self.to.as_str());
        if self.is_none() || to.starts_with(from) && iri.starts_with(to) {
            return None;
        }
        let rest = iri.strip_prefix(from)?;
        let is_name = self.kept.iter().any(|namespace| iri.starts_with(namespace));
        (!is_name).then(|| format!("{to}{rest}"))
    }

    /// Changes all IRIs of a quad: subject, predicate, object, graph, those within triple terms, datatypes. Says whether there were any.
    pub fn quad(&self, quad: &mut Quad) -> bool {
        let subject = self.subject(&mut quad.subject);
        let predicate = self.node(&mut quad.predicate);
        let object = self.term(&mut quad.object);
        let graph = match &mut quad.graph_name {
            GraphName::NamedNode(node) => self.node(node),
            GraphName::BlankNode(_) | GraphName::DefaultGraph => false,
        };
        subject | predicate | object | graph
    }

    fn node(&self, node: &mut NamedNode) -> bool {
        match self.iri(node.as_str()) {
            Some(iri) => {
                // A prefix of an IRI up to a slash of its path was replaced by another such.
                *node = NamedNode::new_unchecked(iri);
                true
            }
            None => false,
        }
    }

    fn subject(&self, subject: &mut NamedOrBlankNode) -> bool {
        match subject {
            NamedOrBlankNode::NamedNode(node) => self.node(node),
            NamedOrBlankNode::BlankNode(_) => false,
        }
    }

    fn term(&self, term: &mut Term) -> bool {
        match term {
            Term::NamedNode(node) => self.node(node),
            Term::BlankNode(_) => false,
            Term::Literal(literal) => match self.iri(literal.datatype().as_str()) {
                Some(datatype) => {
                    *literal = Literal::new_typed_literal(literal.value(), NamedNode::new_unchecked(datatype));
                    true
                }
                None => false,
            },
            Term::Triple(triple) => self.triple(triple),
        }
    }

    fn triple(&self, triple: &mut Triple) -> bool {
        let subject = self.subject(&mut triple.subject);
        let predicate = self.node(&mut triple.predicate);
        subject | predicate | self.term(&mut triple.object)
    }
}

/// The namespaces whose names are no addresses of data.
fn vocabularies() -> impl Iterator<Item = &'static str> {
    vocab::PREFIXES.iter().filter(|(prefix, _)| *prefix != vocab::ID).map(|(_, namespace)| *namespace)
}

fn overlap(namespace: &str, base: &Base) -> bool {
    namespace.starts_with(base.as_str()) || base.as_str().starts_with(namespace)
}

#[cfg(test)]
mod tests {
    use oxigraph::io::{RdfFormat, RdfParser};

    use super::*;

    fn rebase(from: &str, to: &str) -> Rebase {
        Rebase::new(Base::parse(from).expect("a base"), Base::parse(to).expect("a base"))
    }

    #[test]
    fn every_position_of_a_quad_is_changed() {
        let change = rebase("https://old.example/id/", "https://new.example/kb/");
        let text = "<https://old.example/id/a> <https://old.example/id/b> <<( <https://old.example/id/c> <urn:p> <<( <urn:s> \
                    <https://old.example/id/d> \"1\"^^<https://old.example/id/e> )>> )>> <https://old.example/id/f> .";
        let mut quads = RdfParser::from_format(RdfFormat::NQuads).for_slice(text.as_bytes());
        let mut quad = quads.next().expect("a quad").expect("well-formed");
        assert!(change.quad(&mut quad));
        assert_eq!(
            quad.to_string(),
            text.replace("https://old.example/id/", "https://new.example/kb/").trim_end_matches(" .")
        );
        assert!(!change.quad(&mut quad), "once is enough");
    }

    #[test]
    fn what_only_looks_alike_stays() {
        let change = rebase("https://old.example/id/", "https://new.example/id/");
        for iri in [
            "https://old.example/ids/x",
            "http://old.example/id/x",
            "urn:https://old.example/id/",
            "https://old.example/id",
        ] {
            assert_eq!(change.iri(iri), None, "{iri}");
        }
    }

    #[test]
    fn names_of_vocabularies_stay() {
        let change = rebase("https://yutu.example/", "https://data.example.cn/");
        assert_eq!(change.iri("https://yutu.example/ns#schemaVersion"), None);
        assert_eq!(change.iri("https://yutu.example/id/Park/x").as_deref(), Some("https://data.example.cn/id/Park/x"));
        let change = rebase("http://www.w3.org/", "https://data.example.cn/");
        assert_eq!(change.iri("http://www.w3.org/2000/01/rdf-schema#label"), None);
        for base in ["https://yutu.example/", "http://www.w3.org/", "http://purl.org/dc/terms/x", "https://schema.org"]
        {
            assert!(Rebase::vocabulary_under(&Base::parse(base).expect("a base")).is_some(), "{base}");
        }
        assert_eq!(Rebase::vocabulary_under(&Base::default()), None);
    }

    #[test]
    fn a_base_within_the_old_one_is_not_put_in_twice() {
        let deeper = rebase("https://a.example/", "https://a.example/id/");
        assert_eq!(deeper.iri("https://a.example/Park/x").as_deref(), Some("https://a.example/id/Park/x"));
        assert_eq!(deeper.iri("https://a.example/id/Park/x"), None);
        let higher = rebase("https://a.example/id/", "https://a.example/");
        assert_eq!(higher.iri("https://a.example/id/Park/x").as_deref(), Some("https://a.example/Park/x"));
        assert_eq!(higher.iri("https://a.example/Park/x"), None);
    }
}
