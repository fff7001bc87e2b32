//! Claims, figures and articles read back out of their triples.

use oxigraph::{
    model::{GraphNameRef, NamedNode, NamedNodeRef, NamedOrBlankNode, NamedOrBlankNodeRef, Term},
    store::StorageError,
};
use serde::Serialize;
use utoipa::ToSchema;

use super::{StoreError, YutuStore, lookup::Named};
use crate::{
    model::{Evidence, Predicate, Qualifier, Span},
    rdf::vocab::{self, dcterms, oa, prov, rdf, yutu},
};

/// An article, as named beside a fact.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
pub struct ArticleRef {
    /// Its address.
    pub iri: String,
    /// The headline.
    pub title: String,
    /// Date of publication, `YYYY-MM-DD`.
    pub published: Option<String>,
}

/// A relation as one article states it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Fact {
    /// The claim's address.
    pub claim: String,
    /// Where it starts.
    pub subject: Named,
    /// Which relation.
    pub predicate: Predicate,
    /// Where it leads.
    pub object: Named,
    /// Probability between 0 and 1.
    pub confidence: f64,
    /// Which rule or model said it.
    pub detector: String,
    /// Whether it is told as a plan.
    pub planned: bool,
    /// Who states it.
    pub article: ArticleRef,
    /// The passages, in text order.
    pub evidence: Vec<Evidence>,
}

/// A figure as one article states it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Figure {
    /// The observation's address.
    pub claim: String,
    /// What it is about.
    pub subject: Option<Named>,
    /// What is measured.
    pub indicator: String,
    /// The number as written, a decimal.
    pub value: String,
    /// The unit as written.
    pub unit: String,
    /// The period, in the guidelines' notation.
    pub period: Option<String>,
    /// How it is to be read.
    pub qualifier: Qualifier,
    /// Probability between 0 and 1.
    pub confidence: f64,
    /// Who states it.
    pub article: ArticleRef,
    /// The passages, in text order.
    pub evidence: Vec<Evidence>,
}

impl Fact {
    /// The first passage's place in the article.
    pub(super) fn place(&self) -> Option<Span> {
        self.evidence.first().map(|evidence| evidence.span)
    }
}

impl Figure {
    /// The first passage's place in the article.
    pub(super) fn place(&self) -> Option<Span> {
        self.evidence.first().map(|evidence| evidence.span)
    }
}

/// The properties of one subject in the union.
pub(super) struct Properties(Vec<(NamedNode, Term)>);

impl Properties {
    pub(super) fn all<'a>(&'a self, property: NamedNodeRef<'a>) -> impl Iterator<Item = &'a Term> + 'a {
        self.0.iter().filter(move |(name, _)| name.as_ref() == property).map(|(_, value)| value)
    }

    pub(super) fn node(&self, property: NamedNodeRef<'_>) -> Option<NamedNode> {
        self.0.iter().find_map(|(name, value)| match value {
            Term::NamedNode(node) if name.as_ref() == property => Some(node.clone()),
            _ => None,
        })
    }

    pub(super) fn text(&self, property: NamedNodeRef<'_>) -> Option<String> {
        self.0.iter().find(|(name, _)| name.as_ref() == property).and_then(|(_, value)| plain(value))
    }

    fn number(&self, property: NamedNodeRef<'_>) -> f64 {
        self.text(property).and_then(|digits| digits.parse().ok()).unwrap_or(0.0)
    }
}

/// A literal's characters, or an address.
pub(super) fn plain(term: &Term) -> Option<String> {
    match term {
        Term::NamedNode(node) => Some(node.as_str().to_owned()),
        Term::Literal(literal) => Some(literal.value().to_owned()),
        _ => None,
    }
}

impl YutuStore {
    /// All that the union says of a subject.
    pub(super) fn properties(&self, subject: NamedOrBlankNodeRef<'_>) -> Result<Properties, StorageError> {
        self.store
            .quads_for_pattern(Some(subject), None, None, Some(GraphNameRef::DefaultGraph))
            .map(|quad| quad.map(|quad| (quad.predicate, quad.object)))
            .collect::<Result<_, _>>()
            .map(Properties)
    }

    /// The relation that a claim states; `None` for what is no claim of this program's making.
    pub(super) fn fact(&self, claim: &NamedOrBlankNode) -> Result<Option<Fact>, StoreError> {
        let properties = self.properties(claim.as_ref()).map_err(self.failed("read a claim"))?;
        let (Some(subject), Some(property), Some(object)) =
            (properties.node(rdf::SUBJECT), properties.node(rdf::PREDICATE), properties.node(rdf::OBJECT))
        else {
            return Ok(None);
        };
        let Some(predicate) = vocab::predicate(property.as_ref()) else { return Ok(None) };
        Ok(Some(Fact {
            claim: address(claim),
            subject: self.named(&subject)?,
            predicate,
            object: self.named(&object)?,
            confidence: properties.number(yutu::CONFIDENCE),
            detector: properties.text(yutu::DETECTOR).unwrap_or_default(),
            planned: properties.text(yutu::MODALITY).as_deref() == Some("planned"),
            article: self.article_ref(&properties)?,
            evidence: self.evidence(&properties)?,
        }))
    }

    /// The figure that an observation states.
    pub(super) fn figure(&self, observation: &NamedOrBlankNode) -> Result<Option<Figure>, StoreError> {
        let properties = self.properties(observation.as_ref()).map_err(self.failed("read a figure"))?;
        let (Some(indicator), Some(value)) = (properties.text(yutu::INDICATOR), properties.text(yutu::VALUE)) else {
            return Ok(None);
        };
        let subject = properties.node(yutu::SUBJECT).map(|subject| self.named(&subject)).transpose()?;
        let qualifier = properties.text(yutu::QUALIFIER).and_then(|name| name.parse().ok());
        Ok(Some(Figure {
            claim: address(observation),
            subject,
            indicator,
            value,
            unit: properties.text(yutu::UNIT).unwrap_or_default(),
            period: properties.text(yutu::PERIOD),
            qualifier: qualifier.unwrap_or(Qualifier::Exact),
            confidence: properties.number(yutu::CONFIDENCE),
            article: self.article_ref(&properties)?,
            evidence: self.evidence(&properties)?,
        }))
    }

    fn article_ref(&self, claim: &Properties) -> Result<ArticleRef, StoreError> {
        let Some(article) = claim.node(prov::WAS_DERIVED_FROM) else {
            return Ok(ArticleRef { iri: String::new(), title: String::new(), published: None });
        };
        let one = |property| -> Result<Option<String>, StoreError> {
            let pattern = Some(GraphNameRef::DefaultGraph);
            let quad = self.store.quads_for_pattern(Some((&article).into()), Some(property), None, pattern).next();
            Ok(quad.transpose().map_err(self.failed("read an article"))?.and_then(|quad| plain(&quad.object)))
        };
        Ok(ArticleRef {
            title: one(dcterms::TITLE)?.unwrap_or_default(),
            published: one(dcterms::ISSUED)?,
            iri: article.into_string(),
        })
    }

    fn evidence(&self, claim: &Properties) -> Result<Vec<Evidence>, StoreError> {
        let mut evidence = Vec::new();
        for passage in claim.all(yutu::EVIDENCE) {
            let Term::NamedNode(passage) = passage else { continue };
            let passage = self.properties(passage.as_ref().into()).map_err(self.failed("read a passage"))?;
            let bound = |property| passage.text(property).and_then(|digits| digits.parse::<usize>().ok());
            if let (Some(start), Some(end)) = (bound(oa::START), bound(oa::END))
                && start <= end
            {
                let text = passage.text(oa::EXACT).unwrap_or_default();
                evidence.push(Evidence { span: Span::new(start, end), text });
            }
        }
        evidence.sort_by_key(|evidence| evidence.span);
        Ok(evidence)
    }
}

fn address(node: &NamedOrBlankNode) -> String {
    match node {
        NamedOrBlankNode::NamedNode(node) => node.as_str().to_owned(),
        NamedOrBlankNode::BlankNode(node) => node.to_string(),
    }
}
