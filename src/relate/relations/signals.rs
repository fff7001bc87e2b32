//! First reading of an article: which parts each mention may play, what each pair of mentions in one sentence says, and what networks
//! think of the whole.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

use crate::{
    learn::{
        Bag, COLUMNS, Instance, MultiLogistic, Scores,
        network::{Links, Network},
    },
    model::{EntityType, Predicate},
};

use super::{
    opinion::Opinions,
    pairs,
    roles::{self, Around},
    scene::{NONE, Scene},
};

/// Column of "is the subject of p".
pub(super) fn subject_column(predicate: Predicate) -> usize {
    predicate.index()
}

/// Column of "is the object of p".
pub(super) fn object_column(predicate: Predicate) -> usize {
    16 + predicate.index()
}

/// Score of what was never looked at.
pub(super) const UNSEEN: f32 = -12.0;

/// Mentions further apart than this many mentions are no pair.
const MAX_BETWEEN: usize = 24;

/// What reads an article first: two linear models and networks.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Readers {
    pub(super) roles: MultiLogistic,
    pub(super) pairs: MultiLogistic,
    /// Networks that differ in what is random about their training.
    pub(super) networks: Vec<Network<Links>>,
}

/// Everything that they say about an article.
pub(super) struct Signals {
    /// For each mention the log-odds of being subject (0–15) or object (16–31) of a predicate.
    pub(super) place_roles: Vec<Scores>,
    /// For each entity the best of its mentions.
    pub(super) roles: Vec<Scores>,
    /// For each entity and column the mention that is best.
    pub(super) anchors: Vec<[u32; COLUMNS]>,
    /// Entities that share a sentence.
    pairs: FxHashMap<(u32, u32), u32>,
    meetings: Vec<Meeting>,
    /// For each entity the others that it shares a sentence with.
    pub(super) partners: Vec<Vec<u32>>,
    /// What the networks think of two entities.
    pub(super) opinions: Opinions,
}

/// Two entities that share a sentence somewhere.
struct Meeting {
    /// 0–15: the entity with the smaller index is the subject; 16–31: the other one.
    scores: Scores,
    /// For each column the mentions that say so most firmly.
    places: [(u32, u32); COLUMNS],
}

impl Signals {
    /// Reads the article.
    pub(super) fn new(scene: &Scene, readers: &Readers) -> Self {
        let around = arounds(scene);
        let mut features = Vec::with_capacity(160);
        let place_roles: Vec<Scores> = (0..scene.places.len())
            .map(|index| {
                features.clear();
                roles::features(scene, index, &around[index], &mut features);
                readers.roles.scores(&features)
            })
            .collect();
        let mut roles = vec![[UNSEEN; COLUMNS]; scene.entities.len()];
        let mut anchors = vec![[NONE; COLUMNS]; scene.entities.len()];
        for (index, (place, scores)) in scene.places.iter().zip(&place_roles).enumerate() {
            let (best, anchor) = (&mut roles[place.entity as usize], &mut anchors[place.entity as usize]);
            for column in 0..COLUMNS {
                if scores[column] > best[column] {
                    (best[column], anchor[column]) = (scores[column], index as u32);
                }
            }
        }
        let mut signals = Self {
            place_roles,
            roles,
            anchors,
            pairs: FxHashMap::default(),
            meetings: Vec::new(),
            partners: vec![Vec::new(); scene.entities.len()],
            opinions: Opinions::new(&readers.networks, scene),
        };
        for_each_pair(scene, |left, right| {
            features.clear();
            pairs::features(scene, &around, left, right, &mut features);
            signals.meet(scene, left, right, &readers.pairs.scores(&features));
        });
        signals
    }

    fn meet(&mut self, scene: &Scene, left: usize, right: usize, scores: &Scores) {
        let (a, b) = (scene.places[left].entity, scene.places[right].entity);
        let turn = if a < b { 0 } else { 16 };
        let next = self.meetings.len() as u32;
        let slot = *self.pairs.entry((a.min(b), a.max(b))).or_insert(next);
        if slot == next {
            self.meetings.push(Meeting { scores: [UNSEEN; COLUMNS], places: [(NONE, NONE); COLUMNS] });
            self.partners[a as usize].push(b);
            self.partners[b as usize].push(a);
        }
        let meeting = &mut self.meetings[slot as usize];
        for column in 0..COLUMNS {
            let score = scores[(column + turn) % COLUMNS];
            if score > meeting.scores[column] {
                (meeting.scores[column], meeting.places[column]) = (score, (left as u32, right as u32));
            }
        }
    }

    /// The log-odds that a shared sentence states the relation; [`UNSEEN`] where they share none.
    pub(super) fn pair(&self, subject: u32, predicate: Predicate, object: u32) -> f32 {
        self.pair_with_places(subject, predicate, object).map_or(UNSEEN, |(score, _)| score)
    }

    /// The same with the two mentions, in text order.
    pub(super) fn pair_with_places(
        &self,
        subject: u32,
        predicate: Predicate,
        object: u32,
    ) -> Option<(f32, (u32, u32))> {
        let slot = *self.pairs.get(&(subject.min(object), subject.max(object)))?;
        let column = predicate.index() + if subject < object { 0 } else { 16 };
        let meeting = &self.meetings[slot as usize];
        let mut best = (meeting.scores[column], meeting.places[column]);
        if predicate.is_symmetric() {
            let other = (column + 16) % COLUMNS;
            if meeting.scores[other] > best.0 {
                best = (meeting.scores[other], meeting.places[other]);
            }
        }
        Some(best)
    }
}

/// The surroundings of every mention.
fn arounds(scene: &Scene) -> Vec<Around> {
    scene.places.iter().map(|place| Around::new(scene, place)).collect()
}

/// Calls `visit` with every two mentions of one sentence that name two entities between which some relation is allowed.
fn for_each_pair(scene: &Scene, mut visit: impl FnMut(usize, usize)) {
    for &(first, last) in &scene.sentence_places {
        for left in first as usize..last as usize {
            for right in left + 1..(last as usize).min(left + MAX_BETWEEN) {
                let (a, b) = (&scene.places[left], &scene.places[right]);
                if a.entity != b.entity && asked(scene, a.entity, b.entity) != 0 {
                    visit(left, right);
                }
            }
        }
    }
}

/// The columns that types allow between two entities.
fn asked(scene: &Scene, a: u32, b: u32) -> u32 {
    u32::from(allowed(scene, a, b)) | u32::from(allowed(scene, b, a)) << 16
}

/// The predicates that types allow from one entity to another, a bit each.
pub(super) fn allowed(scene: &Scene, subject: u32, object: u32) -> u16 {
    const KINDS: usize = EntityType::ALL.len();
    static ALLOWED: LazyLock<[[u16; KINDS]; KINDS]> = LazyLock::new(|| {
        let mut allowed = [[0; KINDS]; KINDS];
        for &subject in EntityType::ALL {
            for &object in EntityType::ALL {
                let predicates = Predicate::ALL.iter().filter(|predicate| predicate.allows(subject, object));
                allowed[subject.index()][object.index()] =
                    predicates.fold(0, |bits, predicate| bits | 1 << predicate.index());
            }
        }
        allowed
    });
    let kind = |entity: u32| scene.entities[entity as usize].kind.index();
    ALLOWED[kind(subject)][kind(object)]
}

/// Training bags of the two linear models: one a mentioned entity, one a pair of entities that share a sentence.
///
/// `answers(subject, object)` gives the predicates that hold between two entities, and those that are better not asked.
pub(super) fn bags(scene: &Scene, answers: &impl Fn(u32, u32) -> (u16, u16)) -> (Vec<Bag>, Vec<Bag>) {
    let around = arounds(scene);
    let count = scene.entities.len() as u32;
    let mut roles_of = vec![(0u32, 0u32); scene.entities.len()];
    for subject in 0..count {
        for object in 0..count {
            let (right, unsure) = answers(subject, object);
            let (right, unsure) = (u32::from(right), u32::from(unsure));
            let both = |bits: u32, turned: u32| bits | turned;
            let symmetric = 1u32 << Predicate::CooperatesWith.index();
            let s = &mut roles_of[subject as usize];
            *s = (both(s.0, right | (right & symmetric) << 16), both(s.1, unsure | (unsure & symmetric) << 16));
            let o = &mut roles_of[object as usize];
            *o = (both(o.0, right << 16 | right & symmetric), both(o.1, unsure << 16 | unsure & symmetric));
        }
    }
    let mut role_bags = Vec::new();
    for (entity, places) in scene.places_of.iter().enumerate() {
        if places.is_empty() {
            continue;
        }
        let (right, unsure) = roles_of[entity];
        let instances = places.iter().map(|&place| {
            let mut features = Vec::new();
            roles::features(scene, place as usize, &around[place as usize], &mut features);
            Instance { features, swapped: false }
        });
        let legal = legal_roles(scene, entity as u32);
        role_bags.push(Bag { instances: instances.collect(), right, asked: legal & !(unsure & !right) });
    }
    let mut slots: FxHashMap<(u32, u32), usize> = FxHashMap::default();
    let mut pair_bags: Vec<Bag> = Vec::new();
    for_each_pair(scene, |left, right| {
        let (a, b) = (scene.places[left].entity, scene.places[right].entity);
        let (low, high) = (a.min(b), a.max(b));
        let slot = *slots.entry((low, high)).or_insert_with(|| {
            let (forth, back) = (answers(low, high), answers(high, low));
            let symmetric = 1u32 << Predicate::CooperatesWith.index();
            let whole = |forth: u16, back: u16| {
                let bits = u32::from(forth) | u32::from(back) << 16;
                let either = (bits | bits >> 16) & symmetric;
                bits | either | either << 16
            };
            let (right, unsure) = (whole(forth.0, back.0), whole(forth.1, back.1));
            pair_bags.push(Bag { instances: Vec::new(), right, asked: asked(scene, low, high) & !(unsure & !right) });
            pair_bags.len() - 1
        });
        let mut features = Vec::new();
        pairs::features(scene, &around, left, right, &mut features);
        pair_bags[slot].instances.push(Instance { features, swapped: a > b });
    });
    (role_bags, pair_bags)
}

/// The roles that an entity's type allows.
fn legal_roles(scene: &Scene, entity: u32) -> u32 {
    use crate::model::EntityType;
    let kind = scene.entities[entity as usize].kind;
    (Predicate::ALL.iter()).fold(0, |mask, predicate| {
        let subject = EntityType::ALL.iter().any(|&other| predicate.allows(kind, other));
        let object = EntityType::ALL.iter().any(|&other| predicate.allows(other, kind));
        mask | u32::from(subject) << subject_column(*predicate) | u32::from(object) << object_column(*predicate)
    })
}
