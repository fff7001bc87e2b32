//! Entities by name: exactly as written, then folded, then as part of a name.

use std::collections::{BTreeMap, BTreeSet};

use oxigraph::model::{GraphNameRef, Literal, NamedNode, NamedOrBlankNode, Term};
use serde::Serialize;
use utoipa::ToSchema;

use super::{StoreError, YutuStore, read::plain};
use crate::{
    model::EntityType,
    rdf::vocab::{self, rdf, rdfs, skos, yutu},
    text::folded_name,
};

/// An entity by its names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
pub struct Named {
    /// Its address.
    pub iri: String,
    /// What it is called: the reference table's name, else the fullest form that articles use.
    pub label: String,
    /// What it is; empty for what did not come from an article.
    #[serde(rename = "types")]
    pub kinds: Vec<EntityType>,
}

/// An entity that a name may mean.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Found {
    /// The entity.
    pub entity: Named,
    /// The name of it that was met.
    pub matched: String,
    /// How many articles name it.
    pub articles: u64,
}

impl YutuStore {
    /// The entities that a name means, those of more articles first.
    ///
    /// The name is compared as written; if nothing has it, folded (width, case, quotes, white space); if nothing has it then either, as a
    /// part of names. An entity's address finds it too. With `kind`, only entities of that type are looked at.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn find_entities(&self, name: &str, kind: Option<EntityType>) -> Result<Vec<Found>, StoreError> {
        let name = name.trim();
        if name.is_empty() {
            return Ok(Vec::new());
        }
        if let Ok(node) = NamedNode::new(name) {
            let entity = self.named(&node)?;
            let articles = self.articles_naming(&node)?;
            if !entity.kinds.is_empty() && kind.is_none_or(|kind| entity.kinds.contains(&kind)) {
                return Ok(vec![Found { matched: entity.label.clone(), entity, articles }]);
            }
        }
        let exact = self.with_exact_name(name)?;
        let found = self.described(exact, kind)?;
        if !found.is_empty() {
            return Ok(found);
        }
        let wanted = folded_name(name);
        let mut same: BTreeMap<NamedNode, String> = BTreeMap::new();
        let mut within: BTreeMap<NamedNode, String> = BTreeMap::new();
        for property in [rdfs::LABEL, skos::PREF_LABEL, skos::ALT_LABEL] {
            for quad in self.store.quads_for_pattern(None, Some(property), None, Some(GraphNameRef::DefaultGraph)) {
                let quad = quad.map_err(self.failed("look a name up"))?;
                let (NamedOrBlankNode::NamedNode(entity), Some(label)) = (quad.subject, plain(&quad.object)) else {
                    continue;
                };
                let form = folded_name(&label);
                if form == wanted {
                    same.entry(entity).or_insert(label);
                } else if form.contains(&wanted) {
                    within.entry(entity).or_insert(label);
                }
            }
        }
        let found = self.described(same, kind)?;
        if found.is_empty() { self.described(within, kind) } else { Ok(found) }
    }

    fn with_exact_name(&self, name: &str) -> Result<BTreeMap<NamedNode, String>, StoreError> {
        let literal = Literal::from(name);
        let mut found = BTreeMap::new();
        for property in [rdfs::LABEL, skos::PREF_LABEL, skos::ALT_LABEL] {
            let object = Some((&literal).into());
            for quad in self.store.quads_for_pattern(None, Some(property), object, Some(GraphNameRef::DefaultGraph)) {
                if let NamedOrBlankNode::NamedNode(entity) = quad.map_err(self.failed("look a name up"))?.subject {
                    found.entry(entity).or_insert_with(|| name.to_owned());
                }
            }
        }
        Ok(found)
    }

    /// Entities of the type among what names were found for, those of more articles first.
    fn described(
        &self,
        found: BTreeMap<NamedNode, String>,
        kind: Option<EntityType>,
    ) -> Result<Vec<Found>, StoreError> {
        let mut described = Vec::with_capacity(found.len());
        for (node, matched) in found {
            let entity = self.named(&node)?;
            if !entity.kinds.is_empty() && kind.is_none_or(|kind| entity.kinds.contains(&kind)) {
                described.push(Found { articles: self.articles_naming(&node)?, entity, matched });
            }
        }
        described.sort_by(|a, b| b.articles.cmp(&a.articles).then_with(|| a.entity.iri.cmp(&b.entity.iri)));
        Ok(described)
    }

    fn articles_naming(&self, entity: &NamedNode) -> Result<u64, StoreError> {
        let object = Some(entity.into());
        let quads = self.store.quads_for_pattern(None, Some(yutu::MENTIONS), object, Some(GraphNameRef::DefaultGraph));
        quads.map(|quad| quad.map(|_| 1)).sum::<Result<u64, _>>().map_err(self.failed("look an entity up"))
    }

    /// An entity's name and types.
    pub(super) fn named(&self, entity: &NamedNode) -> Result<Named, StoreError> {
        let properties = self.names(entity)?;
        Ok(Named { iri: entity.as_str().to_owned(), label: properties.label, kinds: properties.kinds })
    }

    /// All names and types of an entity.
    pub(super) fn names(&self, entity: &NamedNode) -> Result<Names, StoreError> {
        let failed = self.failed("read an entity");
        let values = |property| -> Result<Vec<Term>, StoreError> {
            let quads = self.store.quads_for_pattern(
                Some(entity.into()),
                Some(property),
                None,
                Some(GraphNameRef::DefaultGraph),
            );
            quads.map(|quad| quad.map(|quad| quad.object)).collect::<Result<_, _>>().map_err(&failed)
        };
        let strings = |terms: Vec<Term>| terms.iter().filter_map(plain).collect::<BTreeSet<String>>();
        let official = strings(values(skos::PREF_LABEL)?);
        let labels = strings(values(rdfs::LABEL)?);
        let longest = |names: &BTreeSet<String>| names.iter().max_by_key(|name| name.chars().count()).cloned();
        let label = (longest(&official).or_else(|| longest(&labels))).unwrap_or_else(|| entity.as_str().to_owned());
        let mut others = strings(values(skos::ALT_LABEL)?);
        others.extend(labels);
        others.extend(official);
        others.remove(&label);
        let mut kinds: Vec<EntityType> = (values(rdf::TYPE)?.iter())
            .filter_map(|class| match class {
                Term::NamedNode(class) => vocab::entity_type(class.as_ref()),
                _ => None,
            })
            .collect();
        kinds.sort();
        Ok(Names { label, others: others.into_iter().collect(), kinds })
    }
}

/// What an entity is called and what it is.
pub(super) struct Names {
    pub(super) label: String,
    pub(super) others: Vec<String>,
    pub(super) kinds: Vec<EntityType>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::articles::tests::{fixtures, store_of};

    fn found(name: &str) -> Vec<String> {
        let store = store_of(&fixtures());
        store.find_entities(name, None).expect("found").into_iter().map(|found| found.entity.label).collect()
    }

    #[test]
    fn names_are_tried_exactly_then_folded_then_as_parts() {
        assert_eq!(found("武清区"), ["武清区"]);
        assert_eq!(found("京滨园"), ["京滨工业园"], "by alias");
        assert_eq!(found(" 京滨 工业园 "), ["京滨工业园"], "white space");
        assert_eq!(found("武清"), ["武清区", "武清开发区"], "part, the one in two articles first");
        assert_eq!(found("不存在"), [""; 0]);
        assert_eq!(found("  "), [""; 0]);
        assert_eq!(found("https://yutu.example/id/Region/武清区"), ["武清区"], "by address");
    }

    #[test]
    fn a_type_narrows_the_search() {
        let store = store_of(&fixtures());
        let parks = store.find_entities("武清", Some(EntityType::Park)).expect("found");
        assert_eq!(parks.iter().map(|found| found.entity.label.as_str()).collect::<Vec<_>>(), ["武清开发区"]);
    }
}
