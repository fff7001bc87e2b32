//! Words that hint at predicates (落户 → locatedIn, attracts), from `data/cues/relations.tsv`.

use std::sync::OnceLock;

use aho_corasick::{AhoCorasick, MatchKind};

use crate::model::Predicate;

const TABLE: &str = include_str!("../../../data/cues/relations.tsv");

/// A matcher for all cues.
pub(super) struct Cues {
    matcher: AhoCorasick,
    cues: Vec<Cue>,
}

/// One line of the table.
pub(super) struct Cue {
    /// The word.
    pub(super) word: &'static str,
    /// Bit `Predicate::index` is set for each predicate that it may state.
    pub(super) predicates: u16,
}

/// Where a cue begins in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct CueHit {
    /// First character.
    pub(super) start: u32,
    /// One past the last character.
    pub(super) end: u32,
    /// Which cue.
    pub(super) cue: u16,
}

impl Cues {
    /// The cues that come with the program.
    pub(super) fn builtin() -> &'static Self {
        static CUES: OnceLock<Cues> = OnceLock::new();
        CUES.get_or_init(|| {
            let cues = parse(TABLE);
            let matcher = AhoCorasick::builder()
                .match_kind(MatchKind::LeftmostLongest)
                .build(cues.iter().map(|cue| cue.word))
                .expect("a few hundred short words make a matcher");
            Self { matcher, cues }
        })
    }

    /// Which cue a hit means.
    pub(super) fn cue(&self, index: u16) -> &Cue {
        &self.cues[usize::from(index)]
    }

    /// All cues in a folded text, leftmost and longest, in order.
    pub(super) fn find(&self, folded: &[char]) -> Vec<CueHit> {
        let text: String = folded.iter().collect();
        let (mut byte, mut char) = (0, 0);
        let mut hits = Vec::new();
        for found in self.matcher.find_iter(&text) {
            char += text[byte..found.start()].chars().count();
            let length = text[found.range()].chars().count();
            hits.push(CueHit { start: char as u32, end: (char + length) as u32, cue: found.pattern().as_u32() as u16 });
            char += length;
            byte = found.end();
        }
        hits
    }
}

fn parse(table: &'static str) -> Vec<Cue> {
    table
        .lines()
        .filter(|line| !line.starts_with('#'))
        .skip(1)
        .filter_map(|line| line.split_once('\t'))
        .map(|(word, predicates)| {
            let bits = predicates.split(',').filter_map(|name| name.parse::<Predicate>().ok());
            Cue { word, predicates: bits.fold(0, |bits, predicate| bits | 1 << predicate.index()) }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cue_is_listed_once_with_known_predicates() {
        let cues = parse(TABLE);
        let mut words: Vec<&str> = cues.iter().map(|cue| cue.word).collect();
        words.sort_unstable();
        assert!(words.windows(2).all(|pair| pair[0] != pair[1]));
        assert!(cues.len() > 200);
        for line in TABLE.lines().filter(|line| !line.starts_with('#')).skip(1) {
            let (_, predicates) = line.split_once('\t').expect("two columns");
            assert!(predicates.split(',').all(|name| name.parse::<Predicate>().is_ok()), "{line}");
        }
    }

    #[test]
    fn cues_keep_their_place() {
        let text: Vec<char> = "该项目落户开发区".chars().collect();
        let hits = Cues::builtin().find(&text);
        let cue = Cues::builtin().cue(hits[0].cue);
        assert_eq!((hits[0].start, hits[0].end, cue.word), (3, 5, "落户"));
        assert!(cue.predicates >> Predicate::Attracts.index() & 1 == 1);
    }
}
