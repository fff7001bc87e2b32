//! How often what the detectors proposed is right: by the set of detectors that voted for a mention, and for an entity by any of its mentions.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::judge::{Judgement, Verdict};
use crate::{
    detect::candidates::Sources,
    gold::GoldArticle,
    model::{Entity, EntityType, Extraction, Span},
};

/// Right ones of all that were found with the same votes; mentions and entities of optional annotation are left out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DetectorTally {
    /// Mentions whose span and type are annotated.
    pub mentions_right: usize,
    /// Mentions.
    pub mentions: usize,
    /// Entities that are right.
    pub entities_right: usize,
    /// Entities.
    pub entities: usize,
}

/// Counts an article in.
pub(super) fn add(
    tallies: &mut BTreeMap<String, DetectorTally>,
    gold: &GoldArticle,
    extraction: &Extraction,
    judgement: &Judgement,
) {
    let annotated = &gold.gold.entities;
    let places: BTreeSet<(Span, EntityType)> =
        gold.mentions().into_iter().map(|mention| (mention.span, annotated[mention.entity].kind)).collect();
    for (entity, verdict) in extraction.entities.iter().zip(&judgement.found_entities) {
        if *verdict == Verdict::Uncounted {
            continue;
        }
        for mention in &entity.mentions {
            let tally = tallies.entry(mention.detector.clone()).or_default();
            tally.mentions += 1;
            // Gold names no place of what stands only inside longer names.
            let right = match mention.is_inside() {
                true => *verdict == Verdict::Hit,
                false => places.contains(&(mention.span, entity.kind)),
            };
            tally.mentions_right += usize::from(right);
        }
        let tally = tallies.entry(voters(entity)).or_default();
        tally.entities += 1;
        tally.entities_right += usize::from(*verdict == Verdict::Hit);
    }
}

/// The detectors that voted for any of an entity's mentions, each once.
pub(super) fn voters(entity: &Entity) -> String {
    // In the order in which mentions name them: one name for one set of votes.
    let place = |name: &str| Sources::NAMES.iter().position(|(_, known)| *known == name);
    let mut voters: Vec<&str> = entity.mentions.iter().flat_map(|mention| mention.detector.split('+')).collect();
    voters.sort_by_key(|name| (place(name).unwrap_or(Sources::NAMES.len()), *name));
    voters.dedup();
    voters.join("+")
}
