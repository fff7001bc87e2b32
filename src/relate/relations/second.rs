//! Second look at the candidates of an article, in the light of what the first look thinks of their neighbours.

use crate::{learn::sigmoid, model::Predicate};

use super::{
    candidates::{Candidate, Tallies},
    scene::Scene,
    signals::{Signals, object_column, subject_column},
};

/// How many numbers [`describe`] gives each candidate on top of the first look's.
pub(super) const NUMBERS: usize = 51;

/// Candidates that the first look finds less likely than this (log-odds) are not looked at again.
const FLOOR: f32 = -3.6;

/// Whether a candidate is looked at again.
pub(super) fn looks_again(first: f32) -> bool {
    first > FLOOR
}

/// Calls `row` with the index and the numbers of each candidate that is looked at again; `first` are the first look's log-odds, one a candidate; `candidates` are sorted.
pub(super) fn describe(
    scene: &Scene,
    signals: &Signals,
    tallies: &Tallies,
    first: &[f32],
    mut row: impl FnMut(usize, &[f32]),
) {
    let likely: Vec<f32> = first.iter().map(|&score| sigmoid(score)).collect();
    let candidates = tallies.all;
    let find = |subject: u32, predicate: Predicate, object: u32| {
        candidates.binary_search(&Candidate { subject, object, predicate }).map_or(0.0, |at| likely[at])
    };
    let either = |subject: u32, predicate: Predicate, object: u32| {
        let there = find(subject, predicate, object);
        if predicate.is_symmetric() { there.max(find(object, predicate, subject)) } else { there }
    };
    // Which entity lies in which, as far as the first look knows.
    let mut within: Vec<(u32, u32, f32)> = (candidates.iter().zip(&likely))
        .filter(|(c, p)| {
            **p > 0.15 && matches!(c.predicate, Predicate::LocatedIn | Predicate::PartOf | Predicate::Jurisdiction)
        })
        .map(|(c, &p)| (c.subject, c.object, p))
        .collect();
    within.sort_by_key(|w| w.0);
    let mut by_whole = within.clone();
    by_whole.sort_by_key(|w| (w.1, w.0));
    let parents = |part: u32| {
        let from = within.partition_point(|w| w.0 < part);
        within[from..].iter().take_while(move |w| w.0 == part)
    };
    let children = |whole: u32| {
        let from = by_whole.partition_point(|w| w.1 < whole);
        by_whole[from..].iter().take_while(move |w| w.1 == whole)
    };
    let mut load = vec![(0f32, 0f32); scene.entities.len()];
    for (c, &p) in candidates.iter().zip(&likely) {
        load[c.subject as usize].0 += p;
        load[c.object as usize].1 += p;
    }
    let mut numbers = Vec::with_capacity(NUMBERS);
    for (index, candidate) in candidates.iter().enumerate() {
        let Candidate { subject, object, predicate } = *candidate;
        if !looks_again(first[index]) {
            continue;
        }
        numbers.clear();
        numbers.push(first[index]);
        for of_object in [true, false] {
            let (mut best, mut sum, mut stronger) = (0f32, 0f32, 0f32);
            for &rival in tallies.rivals(index, of_object) {
                if rival as usize != index {
                    let p = likely[rival as usize];
                    best = best.max(p);
                    sum += p;
                    stronger += f32::from(u8::from(p > likely[index]));
                }
            }
            numbers.extend([best, sum, stronger]);
        }
        for (entity, column, is_object) in
            [(object, object_column(predicate), true), (subject, subject_column(predicate), false)]
        {
            let (mut sum, mut best, mut count) = (0f32, 0f32, 0f32);
            if let Some(place) = scene.places.get(signals.anchors[entity as usize][column] as usize) {
                for member in place.first..=place.last {
                    let other = scene.places[member as usize].entity;
                    if other != entity && count < 12.0 {
                        let p = if is_object {
                            either(subject, predicate, other)
                        } else {
                            either(other, predicate, object)
                        };
                        sum += p;
                        best = best.max(p);
                        count += 1.0;
                    }
                }
            }
            numbers.extend([if count > 0.0 { sum / count } else { -1.0 }, best]);
        }
        let specific = children(subject).fold(0f32, |best, w| best.max(w.2.min(either(w.0, predicate, object))));
        let general = parents(subject).fold(0f32, |best, w| best.max(w.2.min(either(w.1, predicate, object))));
        let inner = children(object).fold(0f32, |best, w| best.max(w.2.min(either(subject, predicate, w.0))));
        let outer = parents(object).fold(0f32, |best, w| best.max(w.2.min(either(subject, predicate, w.1))));
        numbers.extend([specific, general, inner, outer]);
        numbers.extend([
            load[subject as usize].0,
            load[subject as usize].1,
            load[object as usize].0,
            load[object as usize].1,
        ]);
        for turned in [false, true] {
            let (s, o) = if turned { (object, subject) } else { (subject, object) };
            let from = numbers.len();
            numbers.resize(from + 16, 0.0);
            let start = candidates.partition_point(|c| (c.subject, c.object) < (s, o));
            for (at, other) in candidates[start..].iter().enumerate() {
                if (other.subject, other.object) != (s, o) {
                    break;
                }
                if other.predicate != predicate {
                    numbers[from + other.predicate.index()] = likely[start + at];
                }
            }
        }
        row(index, &numbers);
    }
}
