//! Spans that may be names, from all detectors: the tagger, the gazetteer, marks (《》, quotes), the grammar of head words (…有限公司, …产业园), and
//! the article's own evidence (a string that is a name in one place may be one in another).

use std::collections::BTreeMap;

use aho_corasick::{AhoCorasick, MatchKind};

use crate::{
    model::{EntityType, Span},
    text::{Pos, Text},
};

use super::{features::Context, tagger::Proposal};

/// Which detectors propose a candidate, as bits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sources(pub u8);

impl Sources {
    /// The statistical tagger.
    pub const TAGGER: u8 = 1;
    /// The gazetteer.
    pub const GAZETTEER: u8 = 2;
    /// 《》 and quotes.
    pub const MARKS: u8 = 4;
    /// The same string elsewhere in the article.
    pub const ARTICLE: u8 = 8;
    /// A head word with what may stand before it.
    pub const GRAMMAR: u8 = 16;

    /// The detectors' names, joined by `+`.
    pub fn names(self) -> String {
        const NAMES: [(u8, &str); 5] = [
            (Sources::TAGGER, "tagger"),
            (Sources::GAZETTEER, "gazetteer"),
            (Sources::MARKS, "marks"),
            (Sources::GRAMMAR, "grammar"),
            (Sources::ARTICLE, "article"),
        ];
        NAMES.iter().filter(|(bit, _)| self.0 & bit != 0).map(|(_, name)| *name).collect::<Vec<_>>().join("+")
    }
}

/// A span that may be a name of a type.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Candidate {
    /// Where.
    pub span: Span,
    /// The type that it would have.
    pub kind: EntityType,
    /// The tagger's probability, 0 where it did not propose it.
    pub tagger: f32,
    /// Who proposes it.
    pub sources: Sources,
}

/// The tagger's proposals below this are not looked at.
pub const FLOOR: f32 = 0.015;
/// A string that the tagger finds this likely somewhere is looked for everywhere.
const SPREAD: f32 = 0.3;

/// All candidates of an article, by span and type.
pub fn candidates(context: &Context<'_>, proposals: &[Proposal]) -> Vec<Candidate> {
    let text = context.text();
    let mut found: BTreeMap<(usize, usize, EntityType), Candidate> = BTreeMap::new();
    let mut add = |span: Span, kind: EntityType, tagger: f32, source: u8| {
        let candidate = found.entry((span.start, span.end, kind)).or_insert(Candidate {
            span,
            kind,
            tagger: 0.0,
            sources: Sources::default(),
        });
        candidate.tagger = candidate.tagger.max(tagger);
        candidate.sources.0 |= source;
    };
    for proposal in proposals {
        add(proposal.span, proposal.kind, proposal.probability, Sources::TAGGER);
    }
    // Reference names that begin and end with words.
    let mut at = 0;
    while at < text.folded.len() {
        match context.name_at(at) {
            Some(name) if name.span.start == at => {
                let begins = text.tokens[text.token_of[at] as usize].span.start == at;
                let ends = text.tokens[text.token_of[name.span.end - 1] as usize].span.end == name.span.end;
                if begins && ends {
                    add(name.span, context.gazetteer().class(name.form).kind(), 0.0, Sources::GAZETTEER);
                }
                at += 1;
            }
            _ => at += 1,
        }
    }
    // Titles; the contents of quotes are left to the tagger's types.
    for sentence in &text.sentences {
        let mut at = sentence.span.start;
        while at < sentence.span.end {
            if text.folded[at] == '《' {
                let mut depth = 1;
                let close = (at + 1..sentence.span.end.min(at + 90)).find(|&place| {
                    match text.folded[place] {
                        '《' => depth += 1,
                        '》' => depth -= 1,
                        _ => {}
                    }
                    depth == 0
                });
                if let Some(close) = close.filter(|close| *close > at + 1) {
                    add(Span::new(at + 1, close), EntityType::Document, 0.0, Sources::MARKS);
                    at = close;
                }
            }
            at += 1;
        }
    }
    grammar(context, &mut |span, kind| add(span, kind, 0.0, Sources::GRAMMAR));
    // The same strings elsewhere.
    let mut best: BTreeMap<Vec<char>, (EntityType, f32)> = BTreeMap::new();
    for proposal in proposals.iter().filter(|p| p.probability >= SPREAD && p.span.len() >= 2) {
        let entry = best
            .entry(text.folded[proposal.span.start..proposal.span.end].to_vec())
            .or_insert((proposal.kind, proposal.probability));
        if proposal.probability > entry.1 {
            *entry = (proposal.kind, proposal.probability);
        }
    }
    let patterns: Vec<(String, EntityType)> =
        best.into_iter().map(|(chars, (kind, _))| (chars.into_iter().collect(), kind)).collect();
    let whole: String = text.folded.iter().collect();
    if let Ok(matcher) =
        AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(patterns.iter().map(|(form, _)| form))
    {
        let mut counter = (0usize, 0usize);
        for hit in matcher.find_iter(&whole) {
            let mut place = |byte: usize| {
                counter.1 += whole[counter.0..byte].chars().count();
                counter.0 = byte;
                counter.1
            };
            let (start, end) = (place(hit.start()), place(hit.end()));
            add(Span::new(start, end), patterns[hit.pattern().as_usize()].1, 0.0, Sources::ARTICLE);
        }
    }
    found.into_values().collect()
}

/// At most this many characters, and this many beginnings for one head word.
const LONGEST: usize = 26;
const BEGINNINGS: usize = 3;

/// Names by their right end: a word that ends names, with what stands before it up to a place where a name may begin: after
/// punctuation, a verb, a particle, a number, or a place name.
fn grammar(context: &Context<'_>, add: &mut impl FnMut(Span, EntityType)) {
    let text = context.text();
    for (head, token) in text.tokens.iter().enumerate() {
        let kinds = context.head_kinds(token.span.start);
        if kinds == 0 {
            continue;
        }
        let sentence = text.sentence_at(token.span.start).span;
        let end = token.span.end;
        let mut beginnings = 0;
        for start in (0..=head).rev() {
            let first = text.tokens[start];
            let begins_here = first.span.start == sentence.start
                || start == 0
                || ends_before_a_name(text, start - 1)
                || context.name_at(first.span.start - 1).is_some_and(|name| name.span.end == first.span.start);
            if begins_here && end - first.span.start >= 3 && can_open(first.pos) {
                let span = Span::new(first.span.start, end);
                for kind in EntityType::ALL.iter().filter(|kind| kinds & (1 << kind.index()) != 0) {
                    add(span, *kind);
                }
                beginnings += 1;
            }
            if beginnings == BEGINNINGS
                || first.span.start <= sentence.start
                || end - first.span.start > LONGEST
                || start > 0 && is_hard_border(text, start - 1)
            {
                break;
            }
        }
    }
}

fn can_open(pos: Pos) -> bool {
    !matches!(
        pos,
        Pos::Punctuation
            | Pos::Particle
            | Pos::Preposition
            | Pos::Conjunction
            | Pos::Pronoun
            | Pos::Adverb
            | Pos::Measure
    )
}

/// Whether a name may begin after this word.
fn ends_before_a_name(text: &Text, token: usize) -> bool {
    matches!(
        text.tokens[token].pos,
        Pos::Punctuation
            | Pos::Verb
            | Pos::Particle
            | Pos::Preposition
            | Pos::Conjunction
            | Pos::Pronoun
            | Pos::Adverb
            | Pos::Numeral
            | Pos::Measure
            | Pos::Adjective
    )
}

/// Whether no name reaches over this word: sentence punctuation and particles, but not brackets, quotes and dots.
fn is_hard_border(text: &Text, token: usize) -> bool {
    let token = text.tokens[token];
    match token.pos {
        Pos::Punctuation => !matches!(text.folded[token.span.start], '(' | ')' | '“' | '”' | '·' | '-' | '+'),
        Pos::Particle | Pos::Pronoun => true,
        _ => false,
    }
}
