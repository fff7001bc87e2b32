//! Which triples are worth a closer look.

use crate::model::Predicate;

use super::{
    names::Names,
    scene::{NONE, Scene},
    signals::{Signals, UNSEEN, object_column, subject_column},
};

/// A triple of entity indices that may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Candidate {
    /// Index of the entity it starts from.
    pub(super) subject: u32,
    /// Index of the entity it leads to.
    pub(super) object: u32,
    /// The predicate.
    pub(super) predicate: Predicate,
}

/// Roles less likely than this (log-odds) are not followed up.
const ROLE_FLOOR: f32 = -4.6;
/// Pairs less likely than this are not followed up for their own sake.
const PAIR_FLOOR: f32 = -4.9;
/// What the network finds less likely than this is not followed up for its own sake.
const OPINION_FLOOR: f32 = -3.0;
/// So many mentioned entities before an anchor are considered.
const LOOK_BACK: usize = 7;
/// So many of the article's main entities are considered.
const MAIN: usize = 3;

/// How present each entity is in the article.
pub(super) struct Presence {
    /// Mentions, more for headline and opening.
    pub(super) weight: Vec<f32>,
    /// Entities, the most present first.
    pub(super) order: Vec<u32>,
    /// Whether the headline names it.
    pub(super) in_title: Vec<bool>,
    /// Whether the first paragraph's opening names it.
    pub(super) in_lead: Vec<bool>,
}

impl Presence {
    /// Weighs the entities.
    pub(super) fn new(scene: &Scene) -> Self {
        let count = scene.entities.len();
        let (mut in_title, mut in_lead) = (vec![false; count], vec![false; count]);
        let mut weight = vec![0.0; count];
        for place in &scene.places {
            let entity = place.entity as usize;
            weight[entity] += 1.0;
            in_title[entity] |= place.paragraph == 0;
            in_lead[entity] |= place.paragraph == 1 && place.sentence <= 2;
        }
        for entity in 0..count {
            weight[entity] += 3.0 * f32::from(u8::from(in_title[entity])) + 1.5 * f32::from(u8::from(in_lead[entity]));
        }
        let mut order: Vec<u32> = (0..count as u32).filter(|&entity| weight[entity as usize] > 0.0).collect();
        let first = |entity: u32| scene.places_of[entity as usize].first().copied();
        order.sort_by(|&a, &b| weight[b as usize].total_cmp(&weight[a as usize]).then_with(|| first(a).cmp(&first(b))));
        Self { weight, order, in_title, in_lead }
    }
}

/// The triples worth a look, sorted.
pub(super) fn candidates(scene: &Scene, signals: &Signals, presence: &Presence, names: &Names) -> Vec<Candidate> {
    let mut found = Vec::new();
    let count = scene.entities.len() as u32;
    for &predicate in Predicate::ALL {
        let likely = |column: usize| -> Vec<u32> {
            let order = presence.order.iter().copied();
            order.filter(|&entity| signals.roles[entity as usize][column] > ROLE_FLOOR).collect()
        };
        let (subjects, objects) = (likely(subject_column(predicate)), likely(object_column(predicate)));
        for entity in 0..count {
            if scene.places_of[entity as usize].is_empty() {
                continue;
            }
            if signals.roles[entity as usize][object_column(predicate)] > ROLE_FLOOR {
                seek(scene, signals, &subjects, predicate, entity, true, &mut found);
            }
            let from_subject = matches!(
                predicate,
                Predicate::LocatedIn | Predicate::PartOf | Predicate::Jurisdiction | Predicate::CooperatesWith
            );
            if from_subject && signals.roles[entity as usize][subject_column(predicate)] > ROLE_FLOOR {
                seek(scene, signals, &objects, predicate, entity, false, &mut found);
            }
        }
    }
    by_name(scene, presence, names, &mut found);
    signals.opinions.likely(OPINION_FLOOR, |subject, predicate, object| {
        if !predicate.is_symmetric() || first_place(scene, subject) <= first_place(scene, object) {
            found.push(Candidate { subject, object, predicate });
        }
    });
    found.sort_unstable();
    found.dedup();
    found
}

/// Places, wholes, industries and builders that a name itself speaks of, however the text puts it.
fn by_name(scene: &Scene, presence: &Presence, names: &Names, found: &mut Vec<Candidate>) {
    use Predicate::{Develops, FocusesOn, Jurisdiction, LocatedIn, PartOf};
    for &object in &presence.order {
        let outer = scene.entities[object as usize].kind;
        for &subject in presence.order.iter().filter(|&&subject| subject != object) {
            let inner = scene.entities[subject as usize].kind;
            let mut push = |predicate| found.push(Candidate { subject, object, predicate });
            let wholes =
                [LocatedIn, PartOf, Jurisdiction].into_iter().filter(|predicate| predicate.allows(inner, outer));
            for (count, predicate) in wholes.enumerate() {
                if count == 0 && !names.suggest(subject, object) {
                    break;
                }
                push(predicate);
            }
            if FocusesOn.allows(inner, outer) && names.contains(subject, object) {
                push(FocusesOn);
            }
            if Develops.allows(inner, outer) && names.contains(object, subject) {
                push(Develops);
            }
        }
    }
}

/// Looks for partners of `entity`, which is the object of the predicate or (`is_object` false) its subject. `main` are those likely to play
/// the other part, the most present first.
fn seek(
    scene: &Scene,
    signals: &Signals,
    main: &[u32],
    predicate: Predicate,
    entity: u32,
    is_object: bool,
    found: &mut Vec<Candidate>,
) {
    let own = if is_object { object_column(predicate) } else { subject_column(predicate) };
    let other_column = (own + 16) % 32;
    let kind = scene.entities[entity as usize].kind;
    let allowed = |other: u32| {
        let other_kind = scene.entities[other as usize].kind;
        other != entity
            && if is_object { predicate.allows(other_kind, kind) } else { predicate.allows(kind, other_kind) }
    };
    let likely = |other: u32| signals.roles[other as usize][other_column] > ROLE_FLOOR;
    let mut push = |other: u32| {
        let (mut subject, mut object) = if is_object { (other, entity) } else { (entity, other) };
        if predicate.is_symmetric() && first_place(scene, object) < first_place(scene, subject) {
            (subject, object) = (object, subject);
        }
        if predicate.allows(scene.entities[subject as usize].kind, scene.entities[object as usize].kind) {
            found.push(Candidate { subject, object, predicate });
        }
    };
    for &other in &signals.partners[entity as usize] {
        if allowed(other) {
            let score =
                if is_object { signals.pair(other, predicate, entity) } else { signals.pair(entity, predicate, other) };
            if score > PAIR_FLOOR {
                push(other);
            }
        }
    }
    let anchor = signals.anchors[entity as usize][own] as usize;
    let mut seen: [u32; LOOK_BACK] = [NONE; LOOK_BACK];
    let mut count = 0;
    for place in scene.places[..anchor].iter().rev().take(40) {
        if count == LOOK_BACK {
            break;
        }
        if allowed(place.entity) && likely(place.entity) && !seen[..count].contains(&place.entity) {
            seen[count] = place.entity;
            count += 1;
            push(place.entity);
        }
    }
    main.iter().copied().filter(|&other| allowed(other)).take(MAIN).for_each(&mut push);
    let topic = scene.topic_of[scene.places[anchor].sentence as usize];
    if let Some(place) = scene.places.get(topic as usize)
        && allowed(place.entity)
    {
        push(place.entity);
    }
}

/// The entity's first mention.
pub(super) fn first_place(scene: &Scene, entity: u32) -> u32 {
    scene.places_of[entity as usize].first().copied().unwrap_or(NONE)
}

/// Candidates by what they share.
pub(super) struct Tallies<'a> {
    pub(super) all: &'a [Candidate],
    /// What a shared sentence says of each.
    pub(super) pair: Vec<f32>,
    /// What the network thinks of each.
    pub(super) opinion: Vec<f32>,
    by_object: Groups,
    by_subject: Groups,
}

/// Candidates of one predicate and one end.
struct Groups {
    /// Indices, group after group.
    order: Vec<u32>,
    /// For each candidate its group.
    own: Vec<(u32, u32)>,
}

impl Groups {
    fn new(all: &[Candidate], end: impl Fn(&Candidate) -> u32) -> Self {
        let key = |index: u32| {
            let candidate = &all[index as usize];
            (candidate.predicate, end(candidate))
        };
        let mut order: Vec<u32> = (0..all.len() as u32).collect();
        order.sort_by_key(|&index| key(index));
        let mut own = vec![(0, 0); all.len()];
        let mut from = 0;
        for group in order.chunk_by(|&a, &b| key(a) == key(b)) {
            let to = from + group.len() as u32;
            group.iter().for_each(|&index| own[index as usize] = (from, to));
            from = to;
        }
        Self { order, own }
    }

    fn of(&self, index: usize) -> &[u32] {
        let (from, to) = self.own[index];
        &self.order[from as usize..to as usize]
    }
}

impl<'a> Tallies<'a> {
    pub(super) fn new(signals: &Signals, all: &'a [Candidate]) -> Self {
        Self {
            all,
            pair: all.iter().map(|c| signals.pair(c.subject, c.predicate, c.object)).collect(),
            opinion: all.iter().map(|c| signals.opinions.of(c.subject, c.predicate, c.object)).collect(),
            by_object: Groups::new(all, |candidate| candidate.object),
            by_subject: Groups::new(all, |candidate| candidate.subject),
        }
    }

    /// The candidates with the same predicate and the same object (or subject) as one, itself included.
    pub(super) fn rivals(&self, index: usize, of_object: bool) -> &[u32] {
        if of_object { self.by_object.of(index) } else { self.by_subject.of(index) }
    }

    /// The best score of another predicate between the same two; candidates of one pair stand together.
    pub(super) fn best_other_predicate(&self, index: usize, candidate: &Candidate) -> f32 {
        let same = |&at: &usize| {
            let other = &self.all[at];
            (other.subject, other.object) == (candidate.subject, candidate.object)
        };
        let before = (0..index).rev().take_while(same);
        let after = (index + 1..self.all.len()).take_while(same);
        before.chain(after).map(|at| self.pair[at]).fold(UNSEEN, f32::max)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        learn::{
            COLUMNS, MultiLogistic, MultiOptions,
            network::{Linked, NetworkOptions, train},
        },
        model::EntityType::{Company, Park},
        relate::{
            relations::{opinion::Opinions, signals::Readers},
            testing::{entities, segmenter},
        },
        text::Text,
    };

    #[test]
    fn what_the_network_alone_finds_possible_is_a_candidate() {
        let body = "京滨工业园昨日热闹。云圣智能、红日药业派人参加。";
        let text = Text::new(body, segmenter());
        let entities = entities(body, &[("京滨工业园", Park), ("云圣智能", Company), ("红日药业", Company)]);
        let scene = Scene::new(&text, &entities);
        let linear = || MultiLogistic::train(&[], MultiOptions::default());
        let network = train::<Linked>(&[], NetworkOptions::default());
        let mut signals = Signals::new(&scene, &Readers { roles: linear(), pairs: linear(), network });
        signals.roles.fill([UNSEEN; COLUMNS]);
        let found = |opinions: &[(u32, Predicate, u32, f32)], signals: &mut Signals| {
            signals.opinions = Opinions::of_some(opinions);
            let found = candidates(&scene, signals, &Presence::new(&scene), &Names::new(&entities));
            found.into_iter().map(|c| (c.subject, c.predicate, c.object)).collect::<Vec<_>>()
        };
        assert_eq!(found(&[], &mut signals), []);
        let likely =
            [(0, Predicate::Attracts, 1, OPINION_FLOOR + 0.1), (0, Predicate::Attracts, 2, OPINION_FLOOR - 0.1)];
        assert_eq!(found(&likely, &mut signals), [(0, Predicate::Attracts, 1)]);
        let both = [(1, Predicate::CooperatesWith, 2, 1.0), (2, Predicate::CooperatesWith, 1, 2.0)];
        assert_eq!(found(&both, &mut signals), [(1, Predicate::CooperatesWith, 2)], "once, from the one named first");
    }
}
