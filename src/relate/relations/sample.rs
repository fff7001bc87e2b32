//! Annotated articles as the relation model learns from them, and the noise that makes them look like detected ones.

use std::sync::Arc;

use crate::{
    gold::GoldArticle,
    learn::{hash, random},
    model::{Entity, EntityType, Mention, Predicate, Span},
    text::{Pos, Segmenter, Text},
};

/// An article with entities and the relations between them.
#[derive(Debug, Clone)]
pub struct RelationSample {
    /// The prepared text.
    pub text: Arc<Text>,
    /// The entities, as annotated or as detected.
    pub entities: Vec<Entity>,
    /// Index of the subject, predicate, index of the object.
    pub relations: Vec<(usize, Predicate, usize)>,
    /// Relations of which nobody knows whether they hold: neither right nor wrong.
    pub unsure: Vec<(usize, Predicate, usize)>,
    /// Entities whose relations are neither right nor wrong.
    pub unsure_entities: Vec<bool>,
    /// Annotated relations that lost an end.
    pub lost: Vec<Predicate>,
    /// Whether the entities are as detected: thresholds are chosen on such samples, where there are any, since they are what the model will meet.
    pub detected: bool,
    /// Whether its writer's habit of listing is the one to follow (see [`crate::gold::REFERENCE_FILE`]).
    pub reference: bool,
    /// Articles of one group are kept together when data is split.
    pub group: String,
    /// Seed of what is random about it.
    pub seed: u64,
}

impl RelationSample {
    /// The annotated entities and relations of a gold article.
    pub fn from_gold(gold: &GoldArticle, segmenter: &Segmenter) -> Self {
        let entities = gold.entities();
        let index = |id: &String| entities.iter().position(|entity| entity.id == *id);
        let triples = |relations: &[(String, Predicate, String)]| {
            let ends = relations.iter().filter_map(|(s, p, o)| Some((index(s)?, *p, index(o)?)));
            ends.collect::<Vec<_>>()
        };
        Self {
            text: Arc::new(Text::new(&gold.article.text, segmenter)),
            relations: triples(&gold.gold.relations),
            unsure: triples(&gold.gold.optional_relations),
            unsure_entities: gold.gold.entities.iter().map(|entity| entity.optional).collect(),
            lost: Vec::new(),
            detected: false,
            reference: gold.reference,
            group: gold.writer().to_owned(),
            seed: hash(&[&gold.article.sha256]),
            entities,
        }
    }

    /// The same article as a detector of middling quality would hand it on: entities missing, split, of the wrong type, invented.
    pub fn with_noise(&self, round: u64) -> Self {
        let mut random = Random(self.seed ^ (round + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        let mut entities = Vec::new();
        let mut unsure_entities = Vec::new();
        let mut now_at = vec![None; self.entities.len()];
        for (index, entity) in self.entities.iter().enumerate() {
            if random.percent(10) {
                continue;
            }
            let mut entity = entity.clone();
            if entity.mentions.len() > 1 && random.percent(15) {
                let gone = random.below(entity.mentions.len());
                entity.mentions.remove(gone);
            }
            if random.percent(5) {
                entity.kind = confused(entity.kind, &mut random);
            }
            let split = !entity.aliases.is_empty() && random.percent(12);
            let mut other = None;
            if split {
                let alias = entity.aliases[random.below(entity.aliases.len())].clone();
                let (there, here): (Vec<Mention>, Vec<Mention>) =
                    entity.mentions.into_iter().partition(|mention| mention.text == alias);
                entity.mentions = here;
                if !there.is_empty() {
                    entity.aliases.retain(|form| *form != alias);
                    other = Some(Entity { name: alias, aliases: Vec::new(), mentions: there, ..entity.clone() });
                }
            }
            now_at[index] = Some(entities.len());
            entities.push(entity);
            unsure_entities.push(self.unsure_entities[index]);
            if let Some(other) = other {
                entities.push(other);
                unsure_entities.push(true);
            }
        }
        for _ in 0..self.entities.len().div_ceil(8) {
            if let Some(entity) = self.invented(&entities, &mut random) {
                entities.push(entity);
                unsure_entities.push(false);
            }
        }
        for (index, entity) in entities.iter_mut().enumerate() {
            entity.id = format!("e{}", index + 1);
        }
        let mut lost = self.lost.clone();
        let keep = |relations: &[(usize, Predicate, usize)], lost: Option<&mut Vec<Predicate>>| {
            let mut kept = Vec::new();
            let mut gone = Vec::new();
            for &(s, p, o) in relations {
                match (now_at[s], now_at[o]) {
                    (Some(s), Some(o)) if p.allows(entities[s].kind, entities[o].kind) => kept.push((s, p, o)),
                    _ => gone.push(p),
                }
            }
            if let Some(lost) = lost {
                lost.extend(gone);
            }
            kept
        };
        let relations = keep(&self.relations, Some(&mut lost));
        let unsure = keep(&self.unsure, None);
        Self {
            text: Arc::clone(&self.text),
            entities,
            relations,
            unsure,
            unsure_entities,
            lost,
            detected: self.detected,
            reference: self.reference,
            group: self.group.clone(),
            seed: self.seed,
        }
    }

    /// A common noun taken for a name.
    fn invented(&self, entities: &[Entity], random: &mut Random) -> Option<Entity> {
        let tokens = &self.text.tokens;
        for _ in 0..20 {
            let at = random.below(tokens.len());
            let mut span = tokens[at].span;
            if !matches!(tokens[at].pos, Pos::Noun | Pos::VerbalNoun | Pos::Place | Pos::Proper | Pos::Organization) {
                continue;
            }
            if let Some(next) = tokens.get(at + 1)
                && next.pos == Pos::Noun
                && random.percent(60)
            {
                span = Span::new(span.start, next.span.end);
            }
            let taken = entities.iter().flat_map(|entity| &entity.mentions).any(|mention| mention.span.overlaps(span));
            if span.len() < 2 || taken {
                continue;
            }
            let kinds: &[EntityType] = match tokens[at].pos {
                Pos::Place => &[EntityType::Region],
                _ => {
                    use EntityType::*;
                    &[Industry, Industry, Program, Program, Platform, Project, Company, Park, Organization, Product]
                }
            };
            let text = self.text.surface(span);
            let mention = Mention { span, text: text.clone(), detector: "noise".to_owned(), confidence: 1.0 };
            return Some(Entity {
                id: String::new(),
                iri: String::new(),
                kind: kinds[random.below(kinds.len())],
                name: text,
                aliases: Vec::new(),
                // As sure as those annotated, which would be told apart by it.
                confidence: 1.0,
                link: None,
                mentions: vec![mention],
            });
        }
        None
    }
}

/// A type that a detector might take this one for.
fn confused(kind: EntityType, random: &mut Random) -> EntityType {
    use EntityType::*;
    let others: &[EntityType] = match kind {
        Park => &[Platform, Project, Region],
        Platform => &[Institution, Park, Project, Organization],
        Project => &[Platform, Program, Park],
        Program => &[Project, Document, Industry],
        Organization => &[Platform, Company, Government],
        Institution => &[Platform, Organization],
        Company => &[Organization, Product],
        Product => &[Industry, Program],
        Government => &[Organization, Institution],
        Event => &[Program],
        other => return other,
    };
    others[random.below(others.len())]
}

/// Noise that is the same on every machine.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        random::next(&mut self.0) >> 11
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound.max(1) as u64) as usize
    }

    fn percent(&mut self, percent: u64) -> bool {
        self.next() % 100 < percent
    }
}
