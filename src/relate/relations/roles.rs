//! What the words around one mention say about the parts it may play: hashed features for "is subject / object of p somewhere".

use crate::{relate::digest, text::Pos};

use super::scene::{Item, NONE, Place, Scene, mix};

/// Digest of the border of a sentence.
const BORDER: u32 = 0x0b0b;

/// The words next to a mention; the first item of its enumeration counts to the left, the last to the right.
pub(super) struct Around {
    /// Up to three items to the left, nearest first, quotes skipped.
    pub(super) left: [u32; 3],
    /// Up to three items to the right.
    pub(super) right: [u32; 3],
    /// The nearest verb to the left in the sentence, the one before it, and how many clauses away the nearest is.
    pub(super) verb_left: [u32; 2],
    /// How many clauses back that verb stands (2: none).
    pub(super) verb_left_clauses: u32,
    /// The nearest verbs to the right in the clause of the last item.
    pub(super) verb_right: [u32; 2],
    /// Predicates of the nearest cue to the left in the sentence (0: none), and to the right in the clause.
    pub(super) cue_left: u16,
    /// The same to the right.
    pub(super) cue_right: u16,
    /// Predicates that cues in the clause before the mention may state.
    pub(super) cues_left: u16,
    /// Predicates that cues in the clause after it may state.
    pub(super) cues_right: u16,
}

impl Around {
    /// Looks around `place`.
    pub(super) fn new(scene: &Scene, place: &Place) -> Self {
        let (from, to) = scene.sentence_items[place.sentence as usize];
        let first = scene.places[place.first as usize].item;
        let last = scene.places[place.last as usize].item;
        let mut around = Self {
            left: [BORDER; 3],
            right: [BORDER; 3],
            verb_left: [BORDER; 2],
            verb_left_clauses: 2,
            verb_right: [BORDER; 2],
            cue_left: 0,
            cue_right: 0,
            cues_left: 0,
            cues_right: 0,
        };
        let clause = scene.items[first as usize].clause;
        let (mut words, mut verbs) = (0, 0);
        for item in scene.items[from as usize..first as usize].iter().rev() {
            if is_quote(item) {
                continue;
            }
            if words < 3 {
                around.left[words] = item.hash;
                words += 1;
            }
            if item.clause + 1 < clause && words == 3 {
                break;
            }
            if item.is_verb() && verbs < 2 {
                if verbs == 0 {
                    around.verb_left_clauses = (clause - item.clause).min(2);
                }
                around.verb_left[verbs] = item.hash;
                verbs += 1;
            }
            if around.cue_left == 0 {
                around.cue_left = item.cue;
            }
            if item.clause == clause {
                around.cues_left |= item.cue;
            }
        }
        let clause = scene.items[last as usize].clause;
        (words, verbs) = (0, 0);
        for item in &scene.items[last as usize + 1..to as usize] {
            if is_quote(item) {
                continue;
            }
            if words < 3 {
                around.right[words] = item.hash;
                words += 1;
            }
            if item.clause > clause + 1 || item.clause > clause && verbs > 0 {
                break;
            }
            if item.is_verb() && verbs < 2 {
                around.verb_right[verbs] = item.hash;
                verbs += 1;
            }
            if around.cue_right == 0 {
                around.cue_right = item.cue;
            }
            if item.clause == clause {
                around.cues_right |= item.cue;
            }
        }
        around
    }
}

fn is_quote(item: &Item) -> bool {
    matches!(item.mark, '“' | '”' | '《' | '》' | '‘' | '’')
}

/// Digest of a name's last `count` characters.
pub(super) fn tail(scene: &Scene, place: &Place, count: usize) -> u32 {
    let start = (place.end as usize).saturating_sub(count).max(place.start as usize);
    digest(&scene.text.folded[start..place.end as usize])
}

/// Features of one mention.
pub(super) fn features(scene: &Scene, index: usize, around: &Around, out: &mut Vec<u32>) {
    let place = &scene.places[index];
    let kind = place.kind.index() as u32;
    let mut template = 1000u32;
    // Each value stands once by itself and once with the type.
    let mut both = |out: &mut Vec<u32>, value: u32| {
        template += 2;
        out.push(mix(template, value));
        out.push(mix(template + 1, mix(value, kind)));
    };
    let Around { left, right, verb_left, verb_right, .. } = around;
    let size = place.last - place.first;
    let item = place.item as usize;
    let (from, to) = scene.sentence_items[place.sentence as usize];
    let (clause_from, clause_to) = scene.clause_items[scene.items[item].clause as usize];
    both(out, left[0]);
    both(out, left[1]);
    both(out, mix(left[0], left[1]));
    both(out, right[0]);
    both(out, right[1]);
    both(out, mix(right[0], right[1]));
    both(out, mix(left[0], right[0]));
    both(out, verb_left[0]);
    both(out, mix(verb_left[0], around.verb_left_clauses));
    both(out, mix(verb_left[0], verb_left[1]));
    both(out, verb_right[0]);
    both(out, mix(verb_left[0], verb_right[0]));
    both(out, u32::from(around.cue_left));
    both(out, u32::from(around.cue_right));
    both(out, mix(u32::from(around.cue_left), u32::from(around.cue_right)));
    both(out, mix(u32::from(around.cue_left), around.verb_left_clauses));
    both(out, tail(scene, place, 2));
    both(out, tail(scene, place, 1));
    both(out, scene.items.get(from as usize).map_or(BORDER, |item| item.hash));
    let flags = [
        u32::from(place.opens),
        10 + size.min(4),
        20 + u32::from(place.first as usize == index),
        30 + u32::from(place.paragraph == 0),
        40 + u32::from(place.quoted),
        50 + around.verb_left_clauses,
        60 + scene.places_of[place.entity as usize].len().min(5) as u32,
        70 + u32::from(scene.text.sentences[place.sentence as usize].is_heading),
        80 + u32::from(scene.topic_of[place.sentence as usize] == index as u32),
        90 + scene.items.get((place.item as usize).wrapping_sub(1)).map_or(31, |item| item.pos as u32),
        130 + scene.items.get(place.item as usize + 1).map_or(31, |item| item.pos as u32),
    ];
    for flag in flags {
        out.push(mix(3000, mix(kind, flag)));
    }
    for (side, bits) in [(0, around.cues_left), (1, around.cues_right)] {
        for predicate in 0..16 {
            if bits >> predicate & 1 == 1 {
                out.push(mix(3001 + side, mix(kind, predicate)));
            }
        }
    }
    // Words of the clause, by side; types of the neighbours.
    for (at, other) in scene.items[clause_from as usize..clause_to as usize].iter().enumerate() {
        let at = at + clause_from as usize;
        if at != item && (other.mention != NONE || is_content(other)) {
            out.push(mix(3003 + u32::from(at > item), mix(kind, other.hash)));
        }
    }
    // The clause before, where its comma may carry the verb over.
    if clause_from > from {
        let clause = scene.items[clause_from as usize - 1].clause;
        let (start, end) = scene.clause_items[clause as usize];
        for other in &scene.items[start.max(from) as usize..end as usize] {
            if other.is_verb() || other.mention != NONE {
                out.push(mix(3005, mix(kind, other.hash)));
            }
        }
    }
    if clause_to < to {
        let (start, end) = scene.clause_items[scene.items[clause_to as usize].clause as usize];
        for other in &scene.items[start as usize..end.min(to) as usize] {
            if other.is_verb() || other.mention != NONE {
                out.push(mix(3006, mix(kind, other.hash)));
            }
        }
    }
    let neighbour =
        |at: Option<usize>| at.and_then(|at| scene.places.get(at)).filter(|other| other.sentence == place.sentence);
    let before = neighbour((place.first as usize).checked_sub(1));
    let after = neighbour(Some(place.last as usize + 1));
    let near = |other: Option<&Place>| other.map_or(31, |other| other.kind.index() as u32);
    out.push(mix(3007, mix(kind, near(before))));
    out.push(mix(3008, mix(kind, near(after))));
    out.push(mix(3009, mix(kind, mix(near(before), near(after)))));
    out.push(mix(3010, mix(kind, mix(near(before), verb_left[0]))));
    out.push(mix(3011, mix(kind, mix(near(after), verb_right[0]))));
    if before.is_some_and(|before| before.end == place.start) {
        out.push(mix(3012, mix(kind, near(before))));
    }
    if after.is_some_and(|after| after.start == place.end) {
        out.push(mix(3013, mix(kind, near(after))));
    }
}

/// Words that carry meaning.
pub(super) fn is_content(item: &Item) -> bool {
    item.cue != 0
        || matches!(
            item.pos,
            Pos::Noun | Pos::Verb | Pos::VerbalNoun | Pos::Adjective | Pos::Preposition | Pos::Locality | Pos::Other
        )
}
