//! What the words around and between two mentions of one sentence say about a relation between them.

use crate::{model::EntityType, text::Pos};

use super::{
    roles::{Around, is_content, tail},
    scene::{NONE, Place, Scene, mix},
};

/// Features of the mentions `left` and `right` (indices, `left` first, same sentence).
pub(super) fn features(scene: &Scene, around: &[Around], left: usize, right: usize, out: &mut Vec<u32>) {
    let (a, b) = (&scene.places[left], &scene.places[right]);
    let (around_a, around_b) = (&around[left], &around[right]);
    let kinds = (a.kind.index() * 16 + b.kind.index()) as u32;
    let mut template = 5000u32;
    let mut both = |out: &mut Vec<u32>, value: u32| {
        template += 2;
        out.push(mix(template, value));
        out.push(mix(template + 1, mix(value, kinds)));
    };
    let between = &scene.items[a.item as usize + 1..b.item as usize];
    let clauses = (scene.items[b.item as usize].clause - scene.items[a.item as usize].clause).min(4);
    let same_group = a.first == b.first;
    // Mentions between that could take a's or b's part; members of the two enumerations do not count.
    let (mut rivals_a, mut rivals_b, mut others) = (0u32, 0u32, 0u32);
    // Whether a clause between opens with another possible subject.
    let mut blocked = 0u32;
    for other in &scene.places[left + 1..right] {
        if other.first == a.first || other.first == b.first {
            continue;
        }
        others += 1;
        blocked |= u32::from(other.opens > 0 && other.kind != EntityType::Industry);
        rivals_a += u32::from(other.kind == a.kind);
        rivals_b += u32::from(other.kind == b.kind);
    }
    let rivals = mix(rivals_a.min(2), rivals_b.min(2));
    let (mut cues, mut last_verb, mut first_verb, mut verbs) = (0u16, 0u32, 0u32, 0u32);
    let mut sequence = 0u32;
    // Verbs, prepositions and other mentions between, in order: the frame of the passage.
    let (mut frame, mut frame_length) = (0u32, 0u32);
    let (mut first_cue, mut last_cue) = (0u32, 0u32);
    for item in between {
        cues |= item.cue;
        if item.is_verb()
            || item.mention != NONE
            || matches!(item.pos, Pos::Preposition)
            || matches!(item.mark, '的' | '、')
        {
            frame = mix(frame, item.hash);
            frame_length += 1;
        }
        if item.cue != 0 {
            last_cue = u32::from(item.cue);
            if first_cue == 0 {
                first_cue = last_cue;
            }
        }
        if item.is_verb() {
            last_verb = item.hash;
            if verbs == 0 {
                first_verb = item.hash;
            }
            verbs += 1;
        }
        if between.len() <= 5 {
            sequence = mix(sequence, item.hash);
        }
    }
    // By themselves: shape of the passage.
    let shape = mix(clauses, others.min(5));
    out.push(mix(4000, kinds));
    out.push(mix(4001, mix(kinds, clauses)));
    out.push(mix(4002, mix(kinds, shape)));
    out.push(mix(4003, mix(kinds, rivals)));
    out.push(mix(4004, mix(kinds, mix(clauses, rivals))));
    out.push(mix(4005, mix(kinds, (between.len() as u32).min(12))));
    out.push(mix(4006, mix(kinds, mix(u32::from(a.opens), clauses))));
    out.push(mix(4007, mix(kinds, verbs.min(4))));
    out.push(mix(4008, mix(kinds, u32::from(same_group))));
    out.push(mix(4009, mix(kinds, mix(u32::from(a.opens), mix(u32::from(b.opens), rivals)))));
    let member = |place: &Place, index: usize| {
        u32::from(place.last > place.first) * (1 + u32::from(place.first as usize == index))
    };
    out.push(mix(4010, mix(kinds, mix(member(a, left), member(b, right)))));
    if between.is_empty() {
        out.push(mix(4011, mix(kinds, tail(scene, b, 1))));
        out.push(mix(4012, mix(kinds, tail(scene, a, 1))));
        out.push(mix(4013, mix(tail(scene, a, 1), tail(scene, b, 1))));
    }
    if between.len() <= 5 {
        both(out, sequence);
    } else {
        both(out, 1);
    }
    both(out, around_a.right[0]);
    both(out, mix(around_a.right[0], around_a.right[1]));
    both(out, around_b.left[0]);
    both(out, mix(around_b.left[0], around_b.left[1]));
    both(out, mix(around_a.right[0], around_b.left[0]));
    both(out, around_b.right[0]);
    both(out, mix(around_b.left[0], around_b.right[0]));
    both(out, around_a.left[0]);
    both(out, mix(around_a.left[0], around_a.right[0]));
    both(out, mix(around_a.left[0], around_b.right[0]));
    both(out, mix(1, first_verb));
    both(out, mix(1, last_verb));
    both(out, mix(mix(2, last_verb), mix(clauses.min(2), others.min(2))));
    both(out, mix(first_verb, last_verb));
    both(out, around_b.verb_right[0]);
    both(out, mix(last_verb, around_b.verb_right[0]));
    both(out, around_a.verb_left[0]);
    both(out, mix(around_a.left[0], mix(last_verb, around_b.right[0])));
    if frame_length <= 6 {
        both(out, frame);
    } else {
        both(out, 2);
    }
    out.push(mix(4032, mix(kinds, mix(blocked, shape))));
    out.push(mix(4033, mix(kinds, mix(blocked, last_cue))));
    out.push(mix(4034, mix(kinds, mix(u32::from(a.opens), mix(blocked, last_cue)))));
    both(out, first_cue);
    both(out, last_cue);
    both(out, mix(first_cue, last_cue));
    both(out, mix(last_cue, u32::from(around_b.cue_right)));
    both(out, mix(last_cue, rivals));
    out.push(mix(4019, mix(kinds, mix(last_cue, shape))));
    out.push(mix(4024, mix(kinds, mix(u32::from(around_b.cue_left), rivals))));
    out.push(mix(4014, mix(kinds, mix(last_verb, rivals))));
    out.push(mix(4015, mix(kinds, mix(around_b.verb_left[0], shape))));
    out.push(mix(4016, mix(kinds, mix(around_a.verb_right[0], around_b.verb_left[0]))));
    out.push(mix(4017, mix(kinds, tail(scene, a, 2))));
    out.push(mix(4018, mix(kinds, tail(scene, b, 2))));
    for predicate in 0..16 {
        let inside = cues >> predicate & 1;
        let after = around_b.cues_right >> predicate & 1;
        let before = around_a.cues_left >> predicate & 1;
        let near = around_b.cues_left >> predicate & 1;
        for (bit, slot) in [(inside, 0), (after, 1), (before, 2), (near, 3)] {
            if bit == 1 {
                out.push(mix(4020 + slot, mix(kinds, mix(predicate, clauses.min(1)))));
            }
        }
    }
    // Words between, of the nearest dozen on either side.
    let count = between.len();
    for (at, item) in between.iter().enumerate() {
        if at >= 10 && at + 10 < count {
            continue;
        }
        if item.mention == NONE && is_content(item) {
            out.push(mix(4030, mix(kinds, item.hash)));
            out.push(mix(4031, item.hash));
        }
    }
}
