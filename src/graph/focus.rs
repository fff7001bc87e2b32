//! From the names that a person gives to the entities that they mean.

use std::collections::BTreeSet;

use oxigraph::model::{GraphNameRef, Term};

use crate::{
    model::EntityType,
    rdf::vocab::{rdfs, skos},
    store::{Found, StoreError, YutuStore},
    text::folded_name,
};

/// So many suggestions are made.
const SUGGESTIONS: usize = 6;

/// What a name was taken for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chosen {
    /// The entity.
    pub found: Found,
    /// Whether the name is only part of the entity's.
    pub is_partial: bool,
}

/// Why a name means nothing, or too much.
#[derive(Debug, thiserror::Error)]
pub enum FocusError {
    /// Nothing is called so.
    #[error("the store has no entity named `{name}`")]
    Unknown {
        /// What was given.
        name: String,
        /// Names that resemble it, the most similar first.
        similar: Vec<String>,
    },
    /// Several are called so.
    #[error("`{name}` can mean {} entities", candidates.len())]
    Ambiguous {
        /// What was given.
        name: String,
        /// What it can mean, those of more articles first.
        candidates: Vec<Found>,
    },
    /// The store cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Looks a name, short name or address up. `TYPE:NAME` (`园区:京滨工业园`, `Park:京滨工业园`) looks only among entities of that type.
///
/// A name that is part of just one entity's name means that one. Of several entities of one name, the one with its own type
/// asked for is meant, or else none.
///
/// # Errors
/// When nothing or several things have that name.
pub fn choose(store: &YutuStore, name: &str) -> Result<Chosen, FocusError> {
    let (kind, bare) = split_type(name);
    let mut candidates = store.find_entities(bare, kind)?;
    if candidates.is_empty() {
        return Err(FocusError::Unknown { name: name.to_owned(), similar: similar(store, bare)? });
    }
    let is_partial = folded_name(&candidates[0].matched) != folded_name(bare) && candidates[0].entity.iri != bare;
    // A full name is more than a short name: 武清 as label wins over 武清 as alias of 武清区.
    let by_label: Vec<Found> =
        candidates.iter().filter(|found| folded_name(&found.entity.label) == folded_name(bare)).cloned().collect();
    if by_label.len() == 1 {
        candidates = by_label;
    }
    if candidates.len() > 1 {
        return Err(FocusError::Ambiguous { name: name.to_owned(), candidates });
    }
    Ok(Chosen { found: candidates.swap_remove(0), is_partial })
}

/// `Park:京滨工业园` gives the type and the name; what is before the colon must be a type.
fn split_type(name: &str) -> (Option<EntityType>, &str) {
    let parts = name.split_once([':', '：']);
    match parts.and_then(|(kind, rest)| Some((kind.trim().parse().ok()?, rest))) {
        Some((kind, rest)) => (Some(kind), rest.trim()),
        None => (None, name.trim()),
    }
}

/// Names that share pairs of characters with the given one (Dice's coefficient).
fn similar(store: &YutuStore, name: &str) -> Result<Vec<String>, StoreError> {
    let wanted = pairs(name);
    let mut names: BTreeSet<String> = BTreeSet::new();
    for property in [rdfs::LABEL, skos::PREF_LABEL] {
        let graph = Some(GraphNameRef::DefaultGraph);
        for quad in store.oxigraph().quads_for_pattern(None, Some(property), None, graph) {
            let quad = quad.map_err(|source| StoreError::Storage { tried: "look a name up", source })?;
            if let Term::Literal(label) = quad.object {
                names.insert(label.value().to_owned());
            }
        }
    }
    let mut scored: Vec<(f64, String)> = names
        .into_iter()
        .filter_map(|name| {
            let have = pairs(&name);
            let shared = wanted.intersection(&have).count() as f64;
            let score = 2.0 * shared / (wanted.len() + have.len()).max(1) as f64;
            (score >= 0.3).then_some((score, name))
        })
        .collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    Ok(scored.into_iter().take(SUGGESTIONS).map(|(_, name)| name).collect())
}

/// Pairs of neighbouring characters; single ones too, so that short names have something to share.
fn pairs(name: &str) -> BTreeSet<String> {
    let chars: Vec<char> = folded_name(name).chars().collect();
    let mut pairs: BTreeSet<String> = chars.windows(2).map(|pair| pair.iter().collect()).collect();
    pairs.extend(chars.iter().map(char::to_string));
    pairs
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::{
        graph::{Scope, constructed, fixtures::listing, neighbourhood},
        model::iri,
        store::{Known, QuerySettings},
    };
    use expect_test::expect;

    fn store() -> YutuStore {
        let store = YutuStore::in_memory().expect("a store");
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/gold");
        let articles = crate::gold::read_corpus(&folder).expect("the fixtures");
        let extractions: Vec<_> = articles.iter().map(|article| article.extraction()).collect();
        store.replace_articles(&extractions, Known::Keep).expect("taken");
        store
    }

    fn chosen(name: &str) -> String {
        match choose(&store(), name) {
            Ok(chosen) => format!("{}{}", chosen.found.entity.label, if chosen.is_partial { " (part)" } else { "" }),
            Err(FocusError::Unknown { similar, .. }) => format!("unknown; similar: {}", similar.join(" ")),
            Err(FocusError::Ambiguous { candidates, .. }) => {
                let names: Vec<&str> = candidates.iter().map(|found| found.entity.label.as_str()).collect();
                format!("ambiguous: {}", names.join(" "))
            }
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn names_mean_one_entity_or_a_message_says_which() {
        assert_eq!(chosen("武清区"), "武清区");
        assert_eq!(chosen("京滨园"), "京滨工业园");
        assert_eq!(chosen("园区：京滨工业园"), "京滨工业园");
        assert_eq!(chosen("Park:京滨工业"), "京滨工业园 (part)");
        assert_eq!(chosen("武清"), "ambiguous: 武清区 武清开发区");
        assert_eq!(chosen("京滨公业园"), "unknown; similar: 京滨工业园");
    }

    #[test]
    fn the_neighbourhood_of_an_entity_comes_with_articles_and_confidence() {
        let scope = Scope { hops: 1, kinds: Vec::new(), predicates: Vec::new() };
        let subgraph = neighbourhood(&store(), &[format!("{}Park/京滨工业园", iri::BASE)], &scope).expect("read");
        expect![[r#"
            Company/诺禾致源 诺禾致源 Company articles=2 hops=1
            Industry/生物医药 生物医药 Industry articles=1 hops=1
            Park/京滨工业园 京滨工业园 Park articles=2 hops=0
            Region/武清区 武清区 Region articles=2 hops=1
            Park/京滨工业园 locatedIn Region/武清区 confidence=1 articles=1
            Park/京滨工业园 focusesOn Industry/生物医药 confidence=1 articles=1
            Park/京滨工业园 attracts Company/诺禾致源 confidence=1 articles=2
        "#]]
        .assert_eq(&listing(&subgraph));
    }

    #[test]
    fn types_and_predicates_narrow_it() {
        let scope =
            Scope { hops: 2, kinds: vec![EntityType::Company], predicates: vec!["attracts".parse().expect("known")] };
        let subgraph = neighbourhood(&store(), &[format!("{}Park/京滨工业园", iri::BASE)], &scope).expect("read");
        expect![[r#"
            Company/诺禾致源 诺禾致源 Company articles=2 hops=1
            Park/京滨工业园 京滨工业园 Park articles=2 hops=0
            Park/京滨工业园 attracts Company/诺禾致源 confidence=1 articles=2
        "#]]
        .assert_eq(&listing(&subgraph));
    }

    #[test]
    fn a_construct_gets_names_and_claims_from_the_store() {
        let query = "CONSTRUCT { ?a yutu:attracts ?b } WHERE { ?a yutu:attracts ?b }";
        let subgraph = constructed(&store(), query, &QuerySettings::default()).expect("read");
        expect![[r#"
            Company/诺禾致源 诺禾致源 Company articles=2
            Park/京滨工业园 京滨工业园 Park articles=2
            Park/京滨工业园 attracts Company/诺禾致源 confidence=1 articles=2
        "#]]
        .assert_eq(&listing(&subgraph));
        let same = "SELECT ?s ?p ?o WHERE { ?s ?p ?o FILTER(?p = yutu:attracts) }";
        let same = constructed(&store(), same, &QuerySettings::default()).expect("read");
        assert_eq!(listing(&same), listing(&subgraph));
        assert!(constructed(&store(), "ASK { ?a ?b ?c }", &QuerySettings::default()).is_err());
    }
}
