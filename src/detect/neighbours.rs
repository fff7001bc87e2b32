//! Which candidates stand beside and over each other: what both looks at the candidates ask.

use rustc_hash::FxHashMap;

use crate::model::Span;

use super::candidates::Candidate;

/// A name is rarely longer.
const LONGEST: usize = 60;

/// The candidates of an article by where they begin and end.
pub(super) struct Neighbours<'a> {
    candidates: &'a [Candidate],
    starting: FxHashMap<usize, Vec<usize>>,
    ending: FxHashMap<usize, Vec<usize>>,
}

impl<'a> Neighbours<'a> {
    /// Of candidates sorted by where they begin.
    pub(super) fn new(candidates: &'a [Candidate]) -> Self {
        let mut starting: FxHashMap<usize, Vec<usize>> = FxHashMap::default();
        let mut ending: FxHashMap<usize, Vec<usize>> = FxHashMap::default();
        for (index, candidate) in candidates.iter().enumerate() {
            starting.entry(candidate.span.start).or_default().push(index);
            ending.entry(candidate.span.end).or_default().push(index);
        }
        Self { candidates, starting, ending }
    }

    /// The other candidates that share a character with this one, leftwards, then rightwards.
    pub(super) fn overlapping(&self, index: usize) -> impl Iterator<Item = usize> {
        let (candidates, own) = (self.candidates, self.candidates[index].span);
        let before = (0..index).rev().take_while(move |&at| candidates[at].span.start + LONGEST > own.start);
        let after = (index + 1..candidates.len()).take_while(move |&at| candidates[at].span.start < own.end);
        before.filter(move |&at| candidates[at].span.overlaps(own)).chain(after)
    }

    /// The candidates in the neighbouring place of an enumeration: up to three characters away, all of them `joint`s (、 and 和, and marks), the nearest
    /// first.
    pub(super) fn beside(
        &self,
        folded: &'a [char],
        span: Span,
        left: bool,
        joint: impl Fn(char) -> bool,
    ) -> impl Iterator<Item = usize> {
        let gaps = (1..=3usize).map_while(move |gap| {
            let (place, between) = if left {
                let place = span.start.checked_sub(gap)?;
                (place, place)
            } else {
                (span.end + gap, span.end + gap - 1)
            };
            folded.get(between).is_some_and(|&c| joint(c)).then_some(place)
        });
        gaps.filter_map(move |place| if left { self.ending.get(&place) } else { self.starting.get(&place) })
            .flatten()
            .copied()
    }
}
