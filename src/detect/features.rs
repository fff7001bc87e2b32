//! What the tagger sees at each character: the characters and words around it, reference names, head words, quotes, enumerations.
//!
//! Features are integers, mixed from a template number and its parts; no strings are built.

use rustc_hash::FxHashMap;

use crate::{
    learn::{crf::Sequence, digest, mix},
    lexicon::{Gazetteer, GazetteerMatch, Heads},
    model::Span,
    text::{Pos, Sentence, Text, is_of_number},
};

/// The article as the tagger needs it, prepared once.
#[derive(Debug)]
pub struct Context<'a> {
    text: &'a Text,
    /// A digest of each word.
    words: Vec<u64>,
    /// How often each word, and each pair of words from here on, stands in the article.
    word_count: Vec<u8>,
    pair_count: Vec<u8>,
    /// Whether each word stands in the headline.
    in_title: Vec<bool>,
    /// The head word that ends each word: types and length, or 0.
    heads: Vec<(u16, u8)>,
    /// For each character the longest reference name over it.
    names: Vec<Option<GazetteerMatch>>,
    /// For each character: quote, title-mark, bracket depth flags and distance to the opening.
    marks: Vec<Mark>,
    /// For each character how many characters that are letters or digits stand between it and the punctuation before it, and
    /// between the punctuation after it and itself, itself counted.
    since_mark: Vec<u8>,
    until_mark: Vec<u8>,
    gazetteer: &'a Gazetteer,
}

#[derive(Debug, Clone, Copy, Default)]
struct Mark {
    /// 0 none, 1 “”, 2 《》, 3 ().
    kind: u8,
    /// First character after the opening.
    start: u32,
    /// The closing mark, or the end of the sentence.
    end: u32,
}

/// How many kinds of marks there are, with none.
pub(super) const MARK_KINDS: usize = 4;

/// So many characters around one are searched for the punctuation marks that close off its stretch.
const REACH: usize = 24;

fn bucket(n: usize) -> u64 {
    match n {
        0..=4 => n as u64,
        5..=6 => 5,
        7..=9 => 6,
        10..=14 => 7,
        _ => 8,
    }
}

/// Whether a word can stand inside a name: no punctuation, particle, pronoun.
fn goes_on(text: &Text, token: usize) -> bool {
    let token = text.tokens[token];
    let c = text.folded[token.span.start];
    !matches!(token.pos, Pos::Particle | Pos::Pronoun | Pos::Conjunction | Pos::Preposition | Pos::Adverb)
        && (c.is_alphanumeric() || matches!(c, '(' | ')' | '·' | '-'))
}

impl<'a> Context<'a> {
    /// Prepares an article.
    pub fn new(text: &'a Text, gazetteer: &'a Gazetteer, heads: &Heads) -> Self {
        let words: Vec<u64> =
            text.tokens.iter().map(|token| digest(&text.folded[token.span.start..token.span.end])).collect();
        let mut counts: FxHashMap<u64, u8> = FxHashMap::default();
        let mut pairs: FxHashMap<(u64, u64), u8> = FxHashMap::default();
        for (at, &word) in words.iter().enumerate() {
            let count = counts.entry(word).or_default();
            *count = count.saturating_add(1);
            if let Some(&after) = words.get(at + 1) {
                let count = pairs.entry((word, after)).or_default();
                *count = count.saturating_add(1);
            }
        }
        let title_end = text.folded.iter().position(|&c| c == '\n').unwrap_or(0);
        let title: rustc_hash::FxHashSet<u64> = text
            .tokens
            .iter()
            .zip(&words)
            .filter(|(t, _)| t.span.end <= title_end && t.span.len() > 1)
            .map(|(_, &w)| w)
            .collect();
        let head_of = text
            .tokens
            .iter()
            .map(|token| {
                let floor = token.span.end.saturating_sub(8);
                heads.ending_at(&text.folded, floor, token.span.end).map_or((0, 0), |(len, kinds)| (kinds, len as u8))
            })
            .collect();
        let mut names: Vec<Option<GazetteerMatch>> = vec![None; text.folded.len()];
        for found in gazetteer.matches_in_article(&text.folded) {
            for slot in &mut names[found.span.start..found.span.end] {
                if slot.is_none_or(|other| other.span.len() < found.span.len()) {
                    *slot = Some(found);
                }
            }
        }
        let is_mark: Vec<bool> = text.folded.iter().map(|c| !c.is_alphanumeric()).collect();
        let runs = |is_mark: &mut dyn Iterator<Item = &bool>| -> Vec<u8> {
            let next = |run: &mut u8, is_mark: &bool| {
                *run = if *is_mark { 0 } else { run.saturating_add(1) };
                Some(*run)
            };
            is_mark.scan(0, next).collect()
        };
        let mut since_mark = runs(&mut is_mark.iter());
        let shift = since_mark.len().min(1);
        since_mark.rotate_right(shift);
        since_mark.first_mut().into_iter().for_each(|first| *first = 0);
        let mut until_mark = runs(&mut is_mark.iter().rev());
        until_mark.reverse();
        Self {
            since_mark,
            until_mark,
            word_count: words.iter().map(|word| counts[word]).collect(),
            pair_count: (0..words.len())
                .map(|at| words.get(at + 1).map_or(0, |&after| pairs[&(words[at], after)]))
                .collect(),
            in_title: words.iter().map(|word| title.contains(word)).collect(),
            marks: marks(text),
            words,
            heads: head_of,
            names,
            gazetteer,
            text,
        }
    }

    /// The features of a sentence, one position a character.
    pub fn sentence(&self, sentence: &Sentence, out: &mut Sequence) {
        out.features.clear();
        out.ends.clear();
        out.labels.clear();
        let mut verb: (u64, usize) = (0, 0);
        let mut seen_token = usize::MAX;
        for at in sentence.span.start..sentence.span.end {
            let token = self.text.token_of[at] as usize;
            if token != seen_token {
                // The last verb before this word, forgotten at the end of a clause.
                if token > 0 && seen_token != usize::MAX {
                    let before = self.text.tokens[token - 1];
                    if before.pos == Pos::Verb {
                        verb = (self.words[token - 1], token - 1);
                    } else if matches!(self.text.folded[before.span.start], ',' | ';' | ':') {
                        verb = (1, token - 1);
                    }
                }
                seen_token = token;
            }
            self.position(sentence.span, at, verb, sentence.is_heading, &mut out.features);
            out.ends.push(out.features.len() as u32);
        }
    }

    fn position(&self, sentence: Span, at: usize, verb: (u64, usize), heading: bool, out: &mut Vec<u32>) {
        let text = self.text;
        let c = |offset: isize| -> u64 {
            let place = at as isize + offset;
            if place < sentence.start as isize || place >= sentence.end as isize {
                3
            } else {
                match text.folded[place as usize] {
                    d if is_of_number(d) => 4,
                    c => c as u64,
                }
            }
        };
        let mut f = |template: u32, a: u64, b: u64, d: u64| out.push(mix(template, a, b, d));
        for (template, offset) in (-3..=3).enumerate() {
            f(1 + template as u32, c(offset), 0, 0);
        }
        f(10, c(-2), c(-1), 0);
        f(11, c(-1), c(0), 0);
        f(12, c(0), c(1), 0);
        f(13, c(1), c(2), 0);
        f(14, c(-1), c(1), 0);
        f(15, c(-2), c(-1), c(0));
        f(16, c(-1), c(0), c(1));
        f(17, c(0), c(1), c(2));

        let t = text.token_of[at] as usize;
        let token = text.tokens[t];
        let place = match (at == token.span.start, at + 1 == token.span.end) {
            (true, true) => 0u64,
            (true, false) => 1,
            (false, true) => 2,
            (false, false) => 3,
        };
        let outside = (9u64, Pos::Punctuation);
        let word = |offset: isize| -> (u64, Pos) {
            let index = t as isize + offset;
            if index < 0 || index as usize >= text.tokens.len() {
                return outside;
            }
            let other = text.tokens[index as usize];
            if other.span.start < sentence.start || other.span.end > sentence.end {
                return outside;
            }
            (self.words[index as usize], other.pos)
        };
        let (w0, p0) = word(0);
        let (w1, p1) = word(1);
        let (w2, p2) = word(2);
        let (b1, q1) = word(-1);
        let (b2, q2) = word(-2);
        f(20, w0, place, 0);
        f(21, p0 as u64, place, token.span.len().min(6) as u64);
        f(22, b1, place, 0);
        f(23, w1, place, 0);
        f(24, b1, w0, place);
        f(25, w0, w1, place);
        f(26, b2, place, 0);
        f(27, w2, place, 0);
        f(28, (q1 as u64) << 8 | p0 as u64, p1 as u64, place);
        f(29, (q2 as u64) << 8 | q1 as u64, p0 as u64, place);
        f(30, (p0 as u64) << 8 | p1 as u64, p2 as u64, place);
        f(31, b1, w1, place);

        // Reference names.
        match self.names[at] {
            Some(found) => {
                let class = u64::from(self.gazetteer.class(found.form).index());
                let edge = match (at == found.span.start, at + 1 == found.span.end) {
                    (true, _) => 0u64,
                    (_, true) => 1,
                    _ => 2,
                };
                let aligned =
                    u64::from(text.tokens[text.token_of[found.span.start] as usize].span.start == found.span.start)
                        | u64::from(text.tokens[text.token_of[found.span.end - 1] as usize].span.end == found.span.end)
                            << 1;
                f(40, class, edge, aligned);
                f(41, class, edge, bucket(found.span.len()));
                let after = found.span.end;
                let next = if after < sentence.end { text.folded[after] as u64 } else { 3 };
                f(42, class, edge, next);
                let next_class = if after < sentence.end { self.class_at(after) } else { 63 };
                f(43, class, edge, next_class);
                if found.span.start > sentence.start {
                    f(44, class, edge, text.folded[found.span.start - 1] as u64);
                }
            }
            None => {
                if at > sentence.start {
                    f(45, self.class_at(at - 1), 0, 0);
                }
                if at + 1 < sentence.end {
                    f(46, self.class_at(at + 1), 0, 0);
                }
            }
        }

        // The head word of this word, and the next head to the right within the same stretch of words.
        let (kinds, len) = self.heads[t];
        f(50, u64::from(kinds), place, u64::from(at + usize::from(len) >= token.span.end));
        let mut last: Option<(usize, u16)> = None;
        for (distance, next) in (t + 1..text.tokens.len().min(t + 8)).enumerate() {
            if text.tokens[next].span.end > sentence.end || !goes_on(text, next) {
                break;
            }
            if self.heads[next].0 != 0 {
                if last.is_none() {
                    f(51, u64::from(self.heads[next].0), bucket(distance + 1), place);
                    f(52, self.words[next], bucket(distance + 1), 0);
                }
                last = Some((distance + 1, self.heads[next].0));
            }
        }
        match last {
            Some((distance, kinds)) => {
                f(53, u64::from(kinds), bucket(distance), place);
                f(54, u64::from(kinds), w0, place);
            }
            None => f(55, place, u64::from(kinds), 0),
        }
        // The head that ended just before: what follows a name mostly stands outside.
        if t > 0 {
            f(56, u64::from(self.heads[t - 1].0), place, p0 as u64);
        }

        // Marks.
        let mark = self.marks[at];
        if mark.kind != 0 {
            let edge = u64::from(at == mark.start as usize) | u64::from(at + 1 == mark.end as usize) << 1;
            f(60, u64::from(mark.kind), edge, bucket((mark.end - mark.start) as usize));
            f(61, u64::from(mark.kind), edge, p0 as u64);
            let after = mark.end as usize + 1;
            if after < sentence.end {
                let next = text.token_of[after] as usize;
                f(62, u64::from(mark.kind), edge, self.words[next]);
            }
            if mark.start as usize >= sentence.start + 2 {
                let before = text.token_of[mark.start as usize - 2] as usize;
                f(63, u64::from(mark.kind), edge, self.words[before]);
            }
        } else {
            f(64, u64::from(c(-1) == '”' as u64), u64::from(c(1) == '“' as u64), place);
        }

        // The verb that governs, and the enumeration.
        f(70, verb.0, bucket(t.saturating_sub(verb.1)), 0);
        f(71, verb.0, place, p0 as u64);
        let (left, right) = self.delimiters(sentence, at);
        f(72, left, right, place);
        f(73, left, bucket(self.distance_left(sentence, at)), p0 as u64);
        f(74, u64::from(heading), place, p0 as u64);

        // The article's own evidence.
        f(80, u64::from(self.word_count[t].min(5)), p0 as u64, place);
        f(81, u64::from(self.pair_count[t].min(4)), place, p1 as u64);
        if t > 0 {
            f(82, u64::from(self.pair_count[t - 1].min(4)), place, q1 as u64);
        }
        f(83, u64::from(self.in_title[t]), p0 as u64, place);
    }

    fn class_at(&self, at: usize) -> u64 {
        self.names[at].map_or(62, |found| u64::from(self.gazetteer.class(found.form).index()))
    }

    /// The punctuation marks that close off the stretch around a character, 0 where there is none within 24 characters of the sentence.
    fn delimiters(&self, sentence: Span, at: usize) -> (u64, u64) {
        let (back, on) = (usize::from(self.since_mark[at]), usize::from(self.until_mark[at]));
        let left = at.checked_sub(back + 1).filter(|&mark| back < REACH && mark >= sentence.start);
        let right = Some(at + on).filter(|&mark| on < REACH && mark < sentence.end);
        let mark = |at: usize| self.text.folded[at] as u64;
        (left.map_or(0, mark), right.map_or(0, mark))
    }

    /// How many letters and digits stand before a character up to the next punctuation mark or the sentence's start, at most 16.
    fn distance_left(&self, sentence: Span, at: usize) -> usize {
        usize::from(self.since_mark[at]).min(at - sentence.start).min(16)
    }

    /// The longest reference name over a character.
    pub fn name_at(&self, at: usize) -> Option<GazetteerMatch> {
        self.names[at]
    }

    /// The head word that ends the word of a character: the types that it ends, as a bit set; 0 for none.
    pub fn head_kinds(&self, at: usize) -> u16 {
        self.heads[self.text.token_of[at] as usize].0
    }

    /// The gazetteer that the article was prepared with.
    pub fn gazetteer(&self) -> &'a Gazetteer {
        self.gazetteer
    }

    /// The article's text.
    pub fn text(&self) -> &'a Text {
        self.text
    }

    /// The marks around a character, as a number below 4 [`MARK_KINDS`]: their kind, and whether it stands at their inner edges.
    pub fn mark_at(&self, at: usize) -> u8 {
        let mark = self.marks[at];
        let edge = u8::from(at == mark.start as usize) | u8::from(at + 1 == mark.end as usize) << 1;
        if mark.kind == 0 { 0 } else { 4 * mark.kind + edge }
    }

    /// The digest of a word.
    pub fn word(&self, token: usize) -> u64 {
        self.words[token]
    }
}

fn marks(text: &Text) -> Vec<Mark> {
    let mut marks = vec![Mark::default(); text.folded.len()];
    for sentence in &text.sentences {
        let mut at = sentence.span.start;
        while at < sentence.span.end {
            let (kind, close) = match text.folded[at] {
                '“' => (1, '”'),
                '《' => (2, '》'),
                '(' => (3, ')'),
                _ => {
                    at += 1;
                    continue;
                }
            };
            let limit = sentence.span.end.min(at + 60);
            if let Some(end) = (at + 1..limit).find(|&place| text.folded[place] == close) {
                for mark in &mut marks[at + 1..end] {
                    // The outermost 《》 and the innermost quotes count.
                    if mark.kind != 2 {
                        *mark = Mark { kind, start: at as u32 + 1, end: end as u32 };
                    }
                }
            }
            at += 1;
        }
    }
    marks
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Segmenter;

    #[test]
    fn delimiters_are_the_marks_that_a_search_finds() {
        let long = "甲".repeat(40);
        let text = format!("标题在此\n武清区（京津之间）的“一区三园”，{long}、乙。丙丁；{long}\n");
        let text = Text::new(&text, &Segmenter::new());
        let (gazetteer, heads) = (Gazetteer::builtin(), Heads::builtin());
        let context = Context::new(&text, &gazetteer, &heads);
        let is_mark = |c: &&char| !c.is_alphanumeric();
        for Sentence { span, .. } in &text.sentences {
            for at in span.start..span.end {
                let before = &text.folded[span.start..at];
                let left = before.iter().rev().take(REACH).find(is_mark).map_or(0, |&c| c as u64);
                let right = text.folded[at..span.end].iter().take(REACH).find(is_mark).map_or(0, |&c| c as u64);
                assert_eq!(context.delimiters(*span, at), (left, right), "at {at}");
                let distance = before.iter().rev().take(16).take_while(|c| c.is_alphanumeric()).count();
                assert_eq!(context.distance_left(*span, at), distance, "at {at}");
            }
        }
    }
}
