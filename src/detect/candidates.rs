//! Spans that may be names, from all detectors: both taggers, the gazetteer, marks (《》, quotes), the grammar of head words (…有限公司, …产业园), and
//! the article's own evidence (a string that is a name in one place may be one in another).

use std::collections::BTreeMap;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use crate::{
    model::{EntityType, Mention, Span},
    text::{Pos, Text},
};

use super::{
    features::Context,
    network::{Reading, View},
    tagger::Proposal,
};

/// Which detectors propose a candidate, as bits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sources(pub u16);

impl Sources {
    /// The statistical tagger.
    pub const TAGGER: u16 = 1;
    /// The gazetteer.
    pub const GAZETTEER: u16 = 2;
    /// 《》 and quotes.
    pub const MARKS: u16 = 4;
    /// The same string elsewhere in the article.
    pub const ARTICLE: u16 = 8;
    /// A head word with what may stand before it.
    pub const GRAMMAR: u16 = 16;
    /// An item of an enumeration of which another item is likely a name.
    pub const ENUMERATION: u16 = 32;
    /// The network.
    pub const NETWORK: u16 = 64;
    /// It stands inside a longer name.
    pub const INSIDE: u16 = 128;

    /// Each bit with its detector's name, in the order in which a mention names them.
    pub const NAMES: [(u16, &str); 8] = [
        (Self::TAGGER, "tagger"),
        (Self::NETWORK, "network"),
        (Self::GAZETTEER, "gazetteer"),
        (Self::MARKS, "marks"),
        (Self::GRAMMAR, "grammar"),
        (Self::ARTICLE, "article"),
        (Self::ENUMERATION, "enumeration"),
        (Self::INSIDE, Mention::INSIDE),
    ];

    /// The detectors' names, joined by `+`.
    pub fn names(self) -> String {
        let own = Self::NAMES.iter().filter(|(bit, _)| self.0 & bit != 0);
        own.map(|(_, name)| *name).collect::<Vec<_>>().join("+")
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
    /// What the network thinks of it.
    pub network: View,
    /// Who proposes it.
    pub sources: Sources,
}

/// The tagger's proposals below this are not looked at.
pub const FLOOR: f32 = 0.008;
/// The network's proposals below this are not looked at.
const NETWORK_FLOOR: f32 = 0.05;
/// A string that the tagger finds this likely somewhere is looked for everywhere.
const SPREAD: f32 = 0.3;

/// All candidates of an article, by span and type.
pub fn candidates(context: &Context<'_>, proposals: &[Proposal], reading: &Reading) -> Vec<Candidate> {
    let text = context.text();
    let mut found: BTreeMap<(usize, usize, EntityType), (f32, Sources)> = BTreeMap::new();
    let mut add = |span: Span, kind: EntityType, probability: f32, source: u16| {
        let (tagger, sources) = found.entry((span.start, span.end, kind)).or_default();
        *tagger = tagger.max(probability);
        sources.0 |= source;
    };
    for proposal in proposals {
        add(proposal.span, proposal.kind, proposal.probability, Sources::TAGGER);
    }
    reading.propose(&text.sentences, NETWORK_FLOOR, |span, kind| add(span, kind, 0.0, Sources::NETWORK));
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
    // Titles, and what quotes hold.
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
            if text.folded[at] == '“' {
                let limit = sentence.span.end.min(at + 2 + LONGEST_QUOTED);
                if let Some(close) = (at + 1..limit).find(|&place| text.folded[place] == '”')
                    && close >= at + 3
                    && text.folded[at + 1..close].iter().all(|c| !matches!(c, ',' | '。' | ';' | '!' | '?' | '“'))
                {
                    for kind in QUOTED {
                        add(Span::new(at + 1, close), kind, 0.0, Sources::MARKS);
                    }
                }
            }
            at += 1;
        }
    }
    enumerations(text, proposals, &mut |span, kind| add(span, kind, 0.0, Sources::ENUMERATION));
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
        // Built for one pass over one article: the kind that is quickest to build.
        AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .kind(Some(AhoCorasickKind::NoncontiguousNFA))
            .build(patterns.iter().map(|(form, _)| form))
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
    let candidate = |((start, end, kind), (tagger, sources))| {
        let span = Span::new(start, end);
        Candidate { span, kind, tagger, network: reading.view(span, kind), sources }
    };
    found.into_iter().map(candidate).collect()
}

/// Names in quotes are rarely longer, and of these types.
const LONGEST_QUOTED: usize = 14;
const QUOTED: [EntityType; 6] = [
    EntityType::Program,
    EntityType::Platform,
    EntityType::Product,
    EntityType::Project,
    EntityType::Event,
    EntityType::Company,
];

/// The items of an enumeration (A、B、C和D等) take the type of those that the tagger finds likely.
fn enumerations(text: &Text, proposals: &[Proposal], add: &mut impl FnMut(Span, EntityType)) {
    let folded = &text.folded;
    let is_joint = |at: usize| folded[at] == '、';
    let is_end = |at: usize| {
        !folded[at].is_alphanumeric()
            && !matches!(folded[at], '(' | ')' | '·' | '-' | '“' | '”' | '《' | '》' | '.' | '+')
            || folded[at] == '等'
    };
    let mut from = 0;
    while let Some(first) = (from..folded.len()).find(|&at| is_joint(at)) {
        // Items that lie between two joints, and the one behind the last.
        let mut items: Vec<Span> = Vec::new();
        let mut at = first;
        loop {
            let start = at + 1;
            let end = (start..folded.len().min(start + LONGEST)).find(|&place| is_end(place)).unwrap_or(start);
            if end <= start {
                break;
            }
            items.push(Span::new(start, end));
            if end < folded.len() && is_joint(end) {
                at = end;
            } else {
                break;
            }
        }
        let last = items.last().map_or(first + 1, |item| item.end);
        // Types by the proposals that are an item, or end where the first joint stands.
        let low = proposals.partition_point(|p| p.span.start + LONGEST < first);
        let mut kinds: [f32; 14] = [0.0; 14];
        for proposal in proposals[low..].iter().take_while(|p| p.span.start < last) {
            if proposal.span.end == first || items.contains(&proposal.span) {
                let kind = &mut kinds[proposal.kind.index()];
                *kind = kind.max(proposal.probability);
            }
        }
        for kind in EntityType::ALL.iter().filter(|kind| kinds[kind.index()] >= SPREAD) {
            for item in &items {
                // The last item may end with a word that joins it to another, as in 和.
                add(trimmed(folded, *item), *kind);
                if let Some(joint) =
                    (item.start + 2..item.end.saturating_sub(2)).find(|&at| matches!(folded[at], '和' | '与' | '及'))
                {
                    add(trimmed(folded, Span::new(item.start, joint)), *kind);
                    let after = joint + usize::from(folded[joint] == '以');
                    add(trimmed(folded, Span::new(after + 1, item.end)), *kind);
                }
            }
        }
        from = last.max(first + 1);
    }
}

/// Without a quote or title mark at the edge that has no partner inside.
fn trimmed(folded: &[char], span: Span) -> Span {
    let mut span = span;
    if span.len() > 2 && matches!(folded[span.start], '“' | '《') {
        span.start += 1;
        if matches!(folded[span.end - 1], '”' | '》') {
            span.end -= 1;
        }
    }
    span
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
        let mut propose = |from: usize| {
            if end - from >= 3 {
                for kind in EntityType::ALL.iter().filter(|kind| kinds & (1 << kind.index()) != 0) {
                    add(Span::new(from, end), *kind);
                }
                beginnings += 1;
            }
            beginnings == BEGINNINGS
        };
        let mut start = head;
        loop {
            let mut first = text.tokens[start];
            // What stands in quotes belongs together, whatever it is: “艺术在浮梁”大地艺术节.
            if text.folded[first.span.start] == '”'
                && let Some(open) =
                    (sentence.start..first.span.start).rev().take(LONGEST).find(|&at| text.folded[at] == '“')
            {
                if propose(open + 1) {
                    break;
                }
                start = text.token_of[open] as usize;
                first = text.tokens[start];
            }
            let begins_here = first.span.start == sentence.start
                || start == 0
                || ends_before_a_name(text, start - 1)
                || context.name_at(first.span.start - 1).is_some_and(|name| name.span.end == first.span.start);
            if begins_here && can_open(first.pos) && propose(first.span.start)
                || start == 0
                || first.span.start <= sentence.start
                || end - first.span.start > LONGEST
                || is_hard_border(text, start - 1)
            {
                break;
            }
            start -= 1;
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
