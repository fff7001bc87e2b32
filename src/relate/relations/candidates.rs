//! Which triples are worth a closer look.

use crate::model::{EntityType, Predicate};

use super::{
    names::Names,
    scene::{NONE, Scene},
    signals::{Signals, UNSEEN, allowed, object_column, subject_column},
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

impl Candidate {
    /// A symmetric relation is written from the one that is named first.
    fn written(scene: &Scene, subject: u32, predicate: Predicate, object: u32) -> Self {
        let turn = predicate.is_symmetric() && first_place(scene, object) < first_place(scene, subject);
        let (subject, object) = if turn { (object, subject) } else { (subject, object) };
        Self { subject, object, predicate }
    }
}

/// Roles less likely than this (log-odds) are not followed up.
const ROLE_FLOOR: f32 = -4.6;
/// Pairs less likely than this are not followed up for their own sake.
const PAIR_FLOOR: f32 = -4.9;
/// What the networks find less likely than this is not followed up for its own sake.
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
        let main = |others: Vec<u32>, is_object: bool| {
            EntityType::ALL.iter().map(move |&kind| main_for(scene, &others, predicate, kind, is_object)).collect()
        };
        let subjects: Vec<Vec<u32>> = main(likely(subject_column(predicate)), true);
        let objects: Vec<Vec<u32>> = main(likely(object_column(predicate)), false);
        for entity in 0..count {
            if scene.places_of[entity as usize].is_empty() {
                continue;
            }
            let kind = scene.entities[entity as usize].kind.index();
            if signals.roles[entity as usize][object_column(predicate)] > ROLE_FLOOR {
                seek(scene, signals, &subjects[kind], predicate, entity, true, &mut found);
            }
            let from_subject = matches!(
                predicate,
                Predicate::LocatedIn | Predicate::PartOf | Predicate::Jurisdiction | Predicate::CooperatesWith
            );
            if from_subject && signals.roles[entity as usize][subject_column(predicate)] > ROLE_FLOOR {
                seek(scene, signals, &objects[kind], predicate, entity, false, &mut found);
            }
        }
    }
    by_name(scene, presence, names, &mut found);
    signals.opinions.likely(OPINION_FLOOR, |subject, predicate, object| {
        found.push(Candidate::written(scene, subject, predicate, object));
    });
    found.sort_unstable();
    found.dedup();
    found
}

/// Of entities in the order of presence the first that may stand at the other end of a predicate from an entity of a type, one more than are
/// looked at: it may be among them itself.
fn main_for(scene: &Scene, others: &[u32], predicate: Predicate, kind: EntityType, is_object: bool) -> Vec<u32> {
    let allows = |other: &u32| {
        let other = scene.entities[*other as usize].kind;
        if is_object { predicate.allows(other, kind) } else { predicate.allows(kind, other) }
    };
    others.iter().copied().filter(allows).take(MAIN + 1).collect()
}

/// Places, wholes, industries and builders that a name itself speaks of, however the text puts it.
fn by_name(scene: &Scene, presence: &Presence, names: &Names, found: &mut Vec<Candidate>) {
    use Predicate::{Develops, FocusesOn, Jurisdiction, LocatedIn, PartOf};
    let bit = |predicate: Predicate| 1u16 << predicate.index();
    let wholes = [LocatedIn, PartOf, Jurisdiction];
    let any_whole = wholes.iter().fold(0, |bits, &predicate| bits | bit(predicate));
    for &object in &presence.order {
        for &subject in presence.order.iter().filter(|&&subject| subject != object) {
            let may = allowed(scene, subject, object);
            let mut push = |predicate| found.push(Candidate { subject, object, predicate });
            if may & any_whole != 0 && names.suggest(subject, object) {
                wholes.into_iter().filter(|&predicate| may & bit(predicate) != 0).for_each(&mut push);
            }
            if may & bit(FocusesOn) != 0 && names.contains(subject, object) {
                push(FocusesOn);
            }
            if may & bit(Develops) != 0 && names.contains(object, subject) {
                push(Develops);
            }
        }
    }
}

/// Looks for partners of `entity`, which is the object of the predicate or (`is_object` false) its subject. `main` are those likely to play
/// the other part whose types may, the most present first ([`main_for`]).
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
    let may = |other: u32| {
        let other_kind = scene.entities[other as usize].kind;
        other != entity
            && if is_object { predicate.allows(other_kind, kind) } else { predicate.allows(kind, other_kind) }
    };
    let likely = |other: u32| signals.roles[other as usize][other_column] > ROLE_FLOOR;
    let mut push = |other: u32| {
        let (subject, object) = if is_object { (other, entity) } else { (entity, other) };
        found.push(Candidate::written(scene, subject, predicate, object));
    };
    for &other in &signals.partners[entity as usize] {
        if may(other) {
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
        if may(place.entity) && likely(place.entity) && !seen[..count].contains(&place.entity) {
            seen[count] = place.entity;
            count += 1;
            push(place.entity);
        }
    }
    main.iter().copied().filter(|&other| other != entity).take(MAIN).for_each(&mut push);
    let topic = scene.topic_of[scene.places[anchor].sentence as usize];
    if let Some(place) = scene.places.get(topic as usize)
        && may(place.entity)
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
    /// What the networks think of each.
    pub(super) opinion: Vec<f32>,
    by_object: Groups,
    by_subject: Groups,
}

/// How a candidate stands among those of its group.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Standing {
    /// The best of the others; [`UNSEEN`] at least.
    pub(super) best: f32,
    /// How many of the others are better.
    pub(super) stronger: f32,
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

    /// How each candidate stands in its group by `value`; no candidate is there twice.
    fn standings(&self, value: impl Fn(usize) -> f32) -> Vec<Standing> {
        let mut standings = vec![Standing { best: UNSEEN, stronger: 0.0 }; self.own.len()];
        let mut values: Vec<f32> = Vec::new();
        for group in self.order.chunk_by(|&a, &b| self.own[a as usize] == self.own[b as usize]) {
            values.clear();
            values.extend(group.iter().map(|&index| value(index as usize)));
            values.sort_by(|a, b| b.total_cmp(a));
            for &index in group {
                let stronger = values.partition_point(|other| *other > value(index as usize));
                let best = values.get(usize::from(stronger == 0)).copied();
                let best = best.map_or(UNSEEN, |best| best.max(UNSEEN));
                standings[index as usize] = Standing { best, stronger: stronger as f32 };
            }
        }
        standings
    }
}

impl<'a> Tallies<'a> {
    pub(super) fn new(signals: &Signals, all: &'a [Candidate]) -> Self {
        Self {
            all,
            pair: all.iter().map(|c| signals.pair(c.subject, c.predicate, c.object)).collect(),
            opinion: all.iter().map(|c| signals.opinions.either(c.subject, c.predicate, c.object)).collect(),
            by_object: Groups::new(all, |candidate| candidate.object),
            by_subject: Groups::new(all, |candidate| candidate.subject),
        }
    }

    /// How each candidate stands among its rivals ([`Self::rivals`]) by what `value` says of a candidate's index.
    pub(super) fn standings(&self, of_object: bool, value: impl Fn(usize) -> f32) -> Vec<Standing> {
        if of_object { self.by_object.standings(value) } else { self.by_subject.standings(value) }
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
    fn what_the_networks_alone_find_possible_is_a_candidate() {
        let body = "京滨工业园昨日热闹。云圣智能、红日药业派人参加。";
        let text = Text::new(body, segmenter());
        let entities = entities(body, &[("京滨工业园", Park), ("云圣智能", Company), ("红日药业", Company)]);
        let scene = Scene::new(&text, &entities);
        let linear = || MultiLogistic::train(&[], MultiOptions::default());
        let network = train::<Linked>(&[], NetworkOptions::default());
        let mut signals = Signals::new(&scene, &Readers { roles: linear(), pairs: linear(), networks: vec![network] });
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
        assert_eq!(
            found(&both[1..], &mut signals),
            [(1, Predicate::CooperatesWith, 2)],
            "whichever way it was thought"
        );
    }

    #[test]
    fn standings_are_what_a_comparison_with_all_rivals_gives() {
        let candidate =
            |n: u32| Candidate { subject: n % 7, object: 10 + n % 5, predicate: Predicate::ALL[n as usize % 2] };
        let mut all: Vec<Candidate> = (0..40).map(candidate).collect();
        all.sort_unstable();
        let value = |index: usize| [0.5, 2.0, 2.0, -1.0, 0.0, -0.0][index * 5 % 6];
        let groups = Groups::new(&all, |candidate| candidate.object);
        for (index, standing) in groups.standings(value).into_iter().enumerate() {
            let others = || groups.of(index).iter().map(|&rival| rival as usize).filter(|&rival| rival != index);
            assert_eq!(standing.best, others().map(value).fold(UNSEEN, f32::max));
            assert_eq!(standing.stronger, others().filter(|&rival| value(rival) > value(index)).count() as f32);
        }
        assert!((0..all.len()).any(|index| groups.of(index).len() > 2));
    }
}
