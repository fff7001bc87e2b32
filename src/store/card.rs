//! Everything that the articles say of one entity, on a card.

use std::collections::BTreeMap;

use oxigraph::model::{GraphNameRef, NamedNode};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    StoreError, YutuStore,
    lookup::Named,
    read::{ArticleRef, Fact, Figure, plain},
};
use crate::{
    model::{EntityType, Evidence, Predicate},
    rdf::vocab::{rdf, yutu},
};

/// What is known of an entity.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct EntityCard {
    /// Its address.
    pub iri: String,
    /// What it is called.
    pub label: String,
    /// What it is.
    #[serde(rename = "types")]
    pub kinds: Vec<EntityType>,
    /// What else it is called, sorted.
    pub other_names: Vec<String>,
    /// Its reference code, if it is linked.
    pub code: Option<String>,
    /// The scheme of that code.
    pub code_scheme: Option<String>,
    /// How many articles name it.
    pub articles: u64,
    /// Facts that start from it, by predicate, best supported first.
    pub facts_out: Vec<FactGroup>,
    /// Facts that lead to it, likewise.
    pub facts_in: Vec<FactGroup>,
    /// Figures about it, latest period first.
    pub figures: Vec<Figure>,
}

/// One fact with all articles that state it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct FactGroup {
    /// Which relation.
    pub predicate: Predicate,
    /// The entity at the other end.
    pub other: Named,
    /// Who states it, latest first.
    pub statements: Vec<Statement>,
}

/// One article's statement of a fact.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Statement {
    /// The article.
    pub article: ArticleRef,
    /// Probability between 0 and 1.
    pub confidence: f64,
    /// Whether it is told as a plan.
    pub planned: bool,
    /// The passages.
    pub evidence: Vec<Evidence>,
}

impl YutuStore {
    /// The card of an entity, by its address.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn entity_card(&self, iri: &str) -> Result<EntityCard, StoreError> {
        let entity = NamedNode::new(iri).map_err(|_| StoreError::NotAnIri { iri: iri.to_owned() })?;
        let failed = self.failed("read an entity");
        let names = self.names(&entity)?;
        let one = |property| -> Result<Option<String>, StoreError> {
            let graph = Some(GraphNameRef::DefaultGraph);
            let quad = self.store.quads_for_pattern(Some((&entity).into()), Some(property), None, graph).next();
            Ok(quad.transpose().map_err(&failed)?.and_then(|quad| plain(&quad.object)))
        };
        let subjects = |property| -> Result<Vec<_>, StoreError> {
            let graph = Some(GraphNameRef::DefaultGraph);
            let quads = self.store.quads_for_pattern(None, Some(property), Some((&entity).into()), graph);
            quads.map(|quad| quad.map(|quad| quad.subject)).collect::<Result<_, _>>().map_err(&failed)
        };
        let facts = |property| -> Result<Vec<Fact>, StoreError> {
            let mut facts = Vec::new();
            for claim in subjects(property)? {
                facts.extend(self.fact(&claim)?);
            }
            Ok(facts)
        };
        let mut figures = Vec::new();
        for observation in subjects(yutu::SUBJECT)? {
            figures.extend(self.figure(&observation)?);
        }
        figures.sort_by(|a, b| {
            let key = |figure: &Figure| (figure.period.clone(), figure.article.published.clone());
            let rest = |figure: &Figure| (figure.indicator.clone(), figure.qualifier, figure.claim.clone());
            key(b).cmp(&key(a)).then_with(|| rest(a).cmp(&rest(b)))
        });
        Ok(EntityCard {
            code: one(yutu::CODE)?,
            code_scheme: one(yutu::CODE_SCHEME)?,
            articles: subjects(yutu::MENTIONS)?.len() as u64,
            facts_out: grouped(facts(rdf::SUBJECT)?, |fact| &fact.object),
            facts_in: grouped(facts(rdf::OBJECT)?, |fact| &fact.subject),
            figures,
            iri: iri.to_owned(),
            label: names.label,
            kinds: names.kinds,
            other_names: names.others,
        })
    }
}

fn grouped(facts: Vec<Fact>, other: impl Fn(&Fact) -> &Named) -> Vec<FactGroup> {
    let mut groups: BTreeMap<(Predicate, Named), Vec<Statement>> = BTreeMap::new();
    for fact in facts {
        let key = (fact.predicate, other(&fact).clone());
        let Fact { article, confidence, planned, evidence, .. } = fact;
        groups.entry(key).or_default().push(Statement { article, confidence, planned, evidence });
    }
    let mut groups: Vec<FactGroup> = (groups.into_iter())
        .map(|((predicate, other), mut statements)| {
            statements
                .sort_by(|a, b| (&b.article.published, &a.article.iri).cmp(&(&a.article.published, &b.article.iri)));
            FactGroup { predicate, other, statements }
        })
        .collect();
    groups.sort_by(|a, b| {
        (a.predicate, b.statements.len(), &a.other.label, &a.other.iri).cmp(&(
            b.predicate,
            a.statements.len(),
            &b.other.label,
            &b.other.iri,
        ))
    });
    groups
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::articles::tests::{fixtures, store_of};

    #[test]
    fn a_card_gathers_what_several_articles_say() {
        let store = store_of(&fixtures());
        let iri = store.find_entities("京滨园", None).expect("found").remove(0).entity.iri;
        let card = store.entity_card(&iri).expect("a card");
        assert_eq!(
            (card.label.as_str(), card.kinds.as_slice(), card.articles),
            ("京滨工业园", &[EntityType::Park][..], 2)
        );
        assert_eq!(card.other_names, ["京滨园"]);
        let facts: Vec<_> = (card.facts_out.iter())
            .map(|group| (group.predicate.as_str(), group.other.label.as_str(), group.statements.len()))
            .collect();
        assert_eq!(facts, [("locatedIn", "武清区", 1), ("focusesOn", "生物医药", 1), ("attracts", "诺禾致源", 2)]);
        let dates: Vec<_> = card.facts_out[2].statements.iter().map(|told| told.article.published.as_deref()).collect();
        assert_eq!(dates, [Some("2025-07-15"), Some("2025-07-02")], "latest first");
        assert!(
            card.facts_out.iter().all(|group| group.statements.iter().all(|told| !told.evidence[0].text.is_empty()))
        );
        assert!(card.facts_in.is_empty());
        assert_eq!(card.figures.len(), 2);
        assert_eq!((card.figures[0].value.as_str(), card.figures[0].unit.as_str()), ("477.27", "亿元"));
    }
}
