//! The numbers that describe a candidate triple: names, nearness, presence, what the readers say, cues, rivals, siblings.

use rustc_hash::FxHashMap;

use crate::model::EntityType;

use super::{
    candidates::{Candidate, Presence, Standing, Tallies, first_place},
    names::Names,
    scene::{Item, NONE, Place, Scene, acts},
    signals::{Signals, UNSEEN, object_column, subject_column},
};

/// How many numbers [`describe`] appends.
pub(super) const NUMBERS: usize = 110;

/// Appends the numbers of each candidate to `out`, row after row.
pub(super) fn describe(
    scene: &Scene,
    signals: &Signals,
    presence: &Presence,
    names: &Names,
    tallies: &Tallies,
    out: &mut Vec<f32>,
) {
    let ranks = Ranks::new(scene, presence, names);
    let rivalry = Rivalry::new(signals, tallies);
    let mut last_pair = (NONE, NONE);
    let mut pair_numbers = Vec::new();
    for (index, candidate) in tallies.all.iter().enumerate() {
        let from = out.len();
        if (candidate.subject, candidate.object) != last_pair {
            last_pair = (candidate.subject, candidate.object);
            pair_numbers.clear();
            names.compare(candidate.subject, candidate.object, &mut pair_numbers);
            closeness(scene, candidate.subject, candidate.object, &mut pair_numbers);
            standing(scene, presence, &ranks, candidate.subject, candidate.object, &mut pair_numbers);
            peers(scene, &ranks, names, candidate.subject, candidate.object, &mut pair_numbers);
        }
        out.extend_from_slice(&pair_numbers);
        said(scene, signals, tallies, &rivalry, index, out);
        let Candidate { subject, object, predicate } = *candidate;
        seen_from(scene, signals, object_column(predicate), object, subject, out);
        seen_from(scene, signals, subject_column(predicate), subject, object, out);
        cues(scene, signals, candidate, out);
        opinion(signals, tallies, &rivalry, index, out);
        debug_assert_eq!(out.len() - from, NUMBERS, "every candidate has as many numbers");
    }
}

/// Where the two stand nearest to each other.
fn closeness(scene: &Scene, subject: u32, object: u32, out: &mut Vec<f32>) {
    let (subjects, objects) = (&scene.places_of[subject as usize], &scene.places_of[object as usize]);
    let mut best = (u32::MAX, 0usize, 0usize);
    let mut shared = 0.0;
    for &s in subjects {
        let a = &scene.places[s as usize];
        // The nearest before it and the nearest behind it.
        let next = objects.partition_point(|&o| o < s);
        for &o in next.checked_sub(1).into_iter().chain(Some(next)).filter_map(|at| objects.get(at)) {
            let b = &scene.places[o as usize];
            let gap = if a.start < b.start { b.start - a.end } else { a.start - b.end };
            if gap < best.0 {
                best = (gap, s as usize, o as usize);
            }
        }
        let sentence_of = |o: &u32| scene.places[*o as usize].sentence;
        let before = objects.partition_point(|o| sentence_of(o) < a.sentence);
        shared += objects[before..].partition_point(|o| sentence_of(o) == a.sentence) as f32;
    }
    let (a, b) = (&scene.places[best.1], &scene.places[best.2]);
    let sign = if a.start < b.start { 1.0 } else { -1.0 };
    let clauses = scene.items[a.item as usize].clause.abs_diff(scene.items[b.item as usize].clause);
    out.extend([
        sign * (best.0 as f32 + 1.0).min(400.0),
        sign * (best.1.abs_diff(best.2) as f32).min(60.0),
        a.sentence.abs_diff(b.sentence) as f32,
        clauses.min(30) as f32,
        f32::from(u8::from(a.paragraph == b.paragraph)),
        f32::from(u8::from(a.first == b.first)),
        shared,
        f32::from(a.opens),
        f32::from(b.opens),
    ]);
}

/// Where entities stand among those of their type in the order of presence.
struct Ranks {
    /// For each entity its place among all.
    places: Vec<u32>,
    /// For each type, and for each level of it, the places of its entities, in order. Level 0 holds all levels.
    alike: FxHashMap<(EntityType, u32), Vec<u32>>,
}

impl Ranks {
    fn new(scene: &Scene, presence: &Presence, names: &Names) -> Self {
        let mut places = vec![presence.order.len() as u32; scene.entities.len()];
        let mut alike: FxHashMap<(EntityType, u32), Vec<u32>> = FxHashMap::default();
        for (place, &entity) in (0..).zip(&presence.order) {
            places[entity as usize] = place;
            let kind = scene.entities[entity as usize].kind;
            alike.entry((kind, 0)).or_default().push(place);
            let level = names.level_at(entity).to_bits();
            if level != 0 {
                alike.entry((kind, level)).or_default().push(place);
            }
        }
        Self { places, alike }
    }

    /// How many entities of a type and a level (0: of any) there are, and how many of them stand before one.
    fn count(&self, kind: EntityType, level: f32, entity: u32) -> (f32, f32) {
        let alike = self.alike.get(&(kind, level.to_bits())).map_or(&[][..], Vec::as_slice);
        let before = alike.partition_point(|&place| place < self.places[entity as usize]);
        (alike.len() as f32, before as f32)
    }
}

/// How present and how sure the two are.
fn standing(scene: &Scene, presence: &Presence, ranks: &Ranks, subject: u32, object: u32, out: &mut Vec<f32>) {
    for entity in [subject, object] {
        let index = entity as usize;
        let kind = scene.entities[index].kind;
        let (alike, rank) = ranks.count(kind, 0.0, entity);
        out.extend([
            kind.index() as f32,
            scene.places_of[index].len() as f32,
            presence.weight[index],
            rank,
            alike,
            f32::from(u8::from(presence.in_title[index])) + 2.0 * f32::from(u8::from(presence.in_lead[index])),
            first_place(scene, entity) as f32 / scene.places.len() as f32,
            scene.entities[index].confidence as f32,
        ]);
    }
    out.push(scene.places.len() as f32);
}

/// Other places that the object might be taken for: of the level that the subject's name asks for, in the order of presence.
fn peers(scene: &Scene, ranks: &Ranks, names: &Names, subject: u32, object: u32, out: &mut Vec<f32>) {
    let kind = scene.entities[object as usize].kind;
    let wanted = names.level_at(subject);
    let (count, rank) = ranks.count(kind, wanted, object);
    out.extend([count, rank, names.level_at(object) - wanted]);
}

/// How candidates stand among their rivals: other subjects for the object, then other objects for the subject.
struct Rivalry {
    pair: [Vec<Standing>; 2],
    role: [Vec<Standing>; 2],
    opinion: [Vec<Standing>; 2],
}

impl Rivalry {
    fn new(signals: &Signals, tallies: &Tallies) -> Self {
        let of = |value: &dyn Fn(usize, bool) -> f32| {
            [true, false].map(|of_object| tallies.standings(of_object, |index| value(index, of_object)))
        };
        let role = |index: usize, of_object: bool| {
            let Candidate { subject, object, predicate } = tallies.all[index];
            if of_object {
                signals.roles[subject as usize][subject_column(predicate)]
            } else {
                signals.roles[object as usize][object_column(predicate)]
            }
        };
        Self {
            pair: of(&|index, _| tallies.pair[index]),
            role: of(&role),
            opinion: of(&|index, _| tallies.opinion[index]),
        }
    }
}

/// What the linear models say, about a candidate and about its rivals.
fn said(scene: &Scene, signals: &Signals, tallies: &Tallies, rivalry: &Rivalry, index: usize, out: &mut Vec<f32>) {
    let candidate = &tallies.all[index];
    let Candidate { subject, object, predicate } = *candidate;
    let (s, o) = (subject as usize, object as usize);
    let pair = tallies.pair[index];
    let role_s = signals.roles[s][subject_column(predicate)];
    let role_o = signals.roles[o][object_column(predicate)];
    let best_of = |entity: usize, side: usize| {
        (0..16).filter(|&p| p != predicate.index()).map(|p| signals.roles[entity][side + p]).fold(UNSEEN, f32::max)
    };
    let other_predicate = tallies.best_other_predicate(index, candidate);
    let reverse = signals.pair(object, predicate, subject);
    out.extend([
        predicate.index() as f32,
        pair,
        role_s,
        role_o,
        role_s + role_o,
        best_of(s, 0),
        best_of(o, 16),
        other_predicate,
        reverse,
    ]);
    for (end, of_object, role) in [(0, true, role_s), (1, false, role_o)] {
        let (pairs, roles) = (rivalry.pair[end][index], rivalry.role[end][index]);
        let count = tallies.rivals(index, of_object).len() - 1;
        out.extend([pair - pairs.best, pairs.best, role - roles.best, pairs.stronger, count as f32]);
    }
    // Members of the enumeration that the object (the subject) stands in.
    for (entity, column, is_object) in [(o, object_column(predicate), true), (s, subject_column(predicate), false)] {
        let (mut sum, mut best, mut count) = (0.0, UNSEEN, 0.0);
        if let Some(place) = scene.places.get(signals.anchors[entity][column] as usize) {
            for member in place.first..=place.last {
                let other = scene.places[member as usize].entity;
                if other as usize != entity && count < 12.0 {
                    let score = if is_object {
                        signals.pair(subject, predicate, other)
                    } else {
                        signals.pair(other, predicate, object)
                    };
                    sum += score;
                    best = f32::max(best, score);
                    count += 1.0;
                }
            }
        }
        out.extend([if count > 0.0 { sum / count } else { UNSEEN }, best, count]);
    }
}

/// Where cues of the predicate stand: around the mention that plays the object's part, around the subject's, and between and
/// beside the two mentions of the most telling sentence.
fn cues(scene: &Scene, signals: &Signals, candidate: &Candidate, out: &mut Vec<f32>) {
    let Candidate { subject, object, predicate } = *candidate;
    let bit = 1u16 << predicate.index();
    let ends = [(object, object_column(predicate)), (subject, subject_column(predicate))];
    for (entity, column) in ends {
        let Some(place) = scene.places.get(signals.anchors[entity as usize][column] as usize) else {
            out.extend([20.0, 20.0]);
            continue;
        };
        let first = scene.places[place.first as usize].item as usize;
        let last = scene.places[place.last as usize].item as usize;
        let (from, _) = scene.sentence_items[place.sentence as usize];
        let (_, to) = scene.clause_items[scene.items[last].clause as usize];
        let left = scene.items[from as usize..first].iter().rev().take(20).position(|item| item.cue & bit != 0);
        let right = scene.items[last + 1..to as usize].iter().take(20).position(|item| item.cue & bit != 0);
        out.extend([left.unwrap_or(20) as f32, right.unwrap_or(20) as f32]);
    }
    let met = signals.pair_with_places(subject, predicate, object);
    let places = met.and_then(|(_, (a, b))| Some((scene.places.get(a as usize)?, scene.places.get(b as usize)?)));
    let Some((a, b)) = places else {
        out.extend([-1.0; 6]);
        return;
    };
    let count = |items: &[Item]| items.iter().filter(|item| item.cue & bit != 0).count().min(3) as f32;
    let (_, to) = scene.clause_items[scene.items[b.item as usize].clause as usize];
    let (from, _) = scene.clause_items[scene.items[a.item as usize].clause as usize];
    let between = &scene.items[a.item as usize + 1..b.item as usize];
    let clauses = scene.items[b.item as usize].clause - scene.items[a.item as usize].clause;
    out.extend([
        f32::from(u8::from(a.entity == subject)),
        count(between),
        count(&scene.items[b.item as usize + 1..(to as usize).max(b.item as usize + 1)]),
        count(&scene.items[from as usize..a.item as usize]),
        clauses.min(20) as f32,
        between.iter().filter(|item| item.is_verb()).count().min(8) as f32,
    ]);
}

/// What the networks think of the candidate, of the other way round, of another predicate, of its rivals.
fn opinion(signals: &Signals, tallies: &Tallies, rivalry: &Rivalry, index: usize, out: &mut Vec<f32>) {
    let Candidate { subject, object, predicate } = tallies.all[index];
    let own = tallies.opinion[index];
    let all = signals.opinions.of_all(subject, object);
    let others = (0..all.len()).filter(|&other| other != predicate.index());
    let best_other = others.map(|other| all[other]).fold(UNSEEN, f32::max);
    out.extend([own, signals.opinions.of(object, predicate, subject), best_other]);
    for rivals in rivalry.opinion.iter().map(|standings| standings[index]) {
        out.extend([own - rivals.best, rivals.stronger]);
    }
    out.push(own - best_other);
}

/// How `other` is reached from the mention where `entity` plays its part (`column`) most clearly.
fn seen_from(scene: &Scene, signals: &Signals, column: usize, entity: u32, other: u32, out: &mut Vec<f32>) {
    let other_column = (column + 16) % 32;
    let anchor_index = signals.anchors[entity as usize][column] as usize;
    let Some(anchor) = scene.places.get(anchor_index) else {
        out.extend([UNSEEN; 14]);
        return;
    };
    let before = scene.places_of[other as usize].iter().rev().find(|&&place| (place as usize) < anchor_index);
    let after = scene.places_of[other as usize].iter().find(|&&place| (place as usize) > anchor_index);
    let after = after.filter(|&&place| scene.places[place as usize].sentence == anchor.sentence);
    let topic = scene.topic_of[anchor.sentence as usize];
    let is_other = |place: u32| scene.places.get(place as usize).is_some_and(|place| place.entity == other);
    let topic = if is_other(topic) { f32::from(scene.topic_weight[anchor.sentence as usize]) } else { 0.0 };
    let is_lead = is_other(scene.lead_of[anchor.sentence as usize]);
    // How many others that act have opened a clause since it last did.
    let (mut openers, mut opener, mut found) = (0.0, NONE, false);
    for place in scene.places[..anchor_index].iter().rev().take(40) {
        if place.opens > 0 && acts(place.kind) && place.entity != entity && place.entity != opener {
            if place.entity == other {
                found = true;
                break;
            }
            openers += 1.0;
            opener = place.entity;
        }
    }
    let first_of_sentence = scene.sentence_places[anchor.sentence as usize].0;
    out.extend([
        f32::from(u8::from(is_lead)),
        if found { openers } else { 20.0 },
        f32::from(u8::from(is_other(first_of_sentence))),
    ]);
    let Some(&before) = before else {
        let gap = after.map_or(99.0, |&after| (after as usize - anchor_index) as f32);
        out.extend([99.0, 99.0, 99.0, 99.0, -1.0, UNSEEN, 0.0, gap, topic, 0.0, 99.0]);
        return;
    };
    let place = &scene.places[before as usize];
    let own_role = signals.place_roles[before as usize][other_column];
    // Mentions between that could be meant instead.
    let (mut nearer, mut best, mut previous) = (0.0, UNSEEN, NONE);
    let kind = place.kind;
    let mut of_kind = 0.0;
    let stop = (anchor_index - before as usize).min(40);
    for (at, rival) in scene.places[anchor_index - stop..anchor_index].iter().enumerate().rev() {
        let at = anchor_index - stop + at;
        if at == before as usize || rival.entity == other || rival.entity == entity || rival.entity == previous {
            continue;
        }
        let role = signals.place_roles[at][other_column];
        if role > -3.0 {
            nearer += 1.0;
        }
        best = f32::max(best, role);
        of_kind += f32::from(u8::from(rival.kind == kind));
        previous = rival.entity;
    }
    let near = |a: &Place, b: &Place| {
        if a.sentence == b.sentence {
            0.0
        } else if a.paragraph == b.paragraph && a.section == b.section {
            1.0
        } else if a.paragraph == b.paragraph || a.section == b.section {
            2.0
        } else {
            3.0
        }
    };
    let clauses = scene.items[anchor.item as usize].clause - scene.items[place.item as usize].clause;
    out.extend([
        (anchor.sentence - place.sentence).min(60) as f32,
        clauses.min(90) as f32,
        nearer,
        of_kind,
        f32::from(place.opens),
        own_role,
        own_role - best,
        after.map_or(99.0, |&after| (after as usize - anchor_index) as f32),
        topic,
        near(place, anchor),
        (anchor_index - before as usize).min(60) as f32,
    ]);
}
