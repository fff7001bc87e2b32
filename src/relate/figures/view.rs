//! What surrounds a candidate figure: the words that the models look at.

use super::{page::Page, scan::Figure};
use crate::{model::Span, text::Pos};

/// Small counts as feature parts.
const COUNTS: [&str; 10] = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9+"];

/// A count as a feature part.
pub(super) fn count(n: usize) -> &'static str {
    COUNTS[n.min(9)]
}

/// A distance in characters as a feature part.
pub(super) fn distance(n: usize) -> &'static str {
    match n {
        0 => "0",
        1 => "1",
        2 => "2",
        3..=4 => "4",
        5..=8 => "8",
        9..=16 => "16",
        17..=32 => "32",
        33..=64 => "64",
        _ => "far",
    }
}

/// Words of the sentence that tell plan from fact and stock from flow.
const TENSES: [&str; 24] = [
    "将", "拟", "计划", "规划", "预计", "力争", "目标", "已", "累计", "现有", "目前", "共", "设计", "达产", "建成",
    "新增", "达到", "完成", "实现", "年均", "每年", "最高", "给予", "总",
];

/// A figure's surroundings.
#[derive(Debug, Clone)]
pub(super) struct View {
    /// Its sentence.
    pub sentence: Span,
    /// Its clause.
    pub clause: Span,
    /// Index of its sentence.
    pub sentence_index: usize,
    /// Its line.
    pub paragraph: usize,
    /// Index of the token that its number begins in.
    pub token: usize,
    /// The last noun before it in the clause.
    pub noun: Option<Span>,
    /// The last verb before it in the clause.
    pub verb: Option<Span>,
    /// The first noun after it in the clause.
    pub after: Option<Span>,
    /// The clause's first word.
    pub first: Span,
    /// Which of [`TENSES`] stand in the clause before the figure, as bits.
    tenses: u32,
}

impl View {
    pub(super) fn new(page: &Page, figure: &Figure, previous: Option<&Figure>) -> Self {
        let at = figure.span.start;
        let sentence = page.sentence(at);
        let clause = page.clause(at);
        let tokens = &page.text.tokens;
        let token = page.token(at);
        let floor = previous.map_or(clause.start, |p| p.span.end.max(clause.start));
        let (mut noun, mut verb) = (None, None);
        let nominal = |pos| matches!(pos, Pos::Noun | Pos::VerbalNoun | Pos::Proper | Pos::Latin | Pos::Other);
        let mut index = token;
        while index > 0 && tokens[index - 1].span.start >= floor {
            index -= 1;
            let word = tokens[index];
            if noun.is_none() && nominal(word.pos) {
                noun = Some(word.span);
            }
            if verb.is_none() && word.pos == Pos::Verb {
                verb = Some(word.span);
            }
            if noun.is_some() && verb.is_some() {
                break;
            }
        }
        let mut after = None;
        for word in &tokens[page.token(figure.span.end.min(page.len() - 1))..] {
            if word.span.start >= clause.end || word.pos == Pos::Punctuation || word.pos == Pos::Numeral {
                break;
            }
            if word.span.start >= figure.span.end && nominal(word.pos) {
                after = Some(word.span);
            } else if after.is_some() {
                break;
            }
        }
        let before = page.slice(clause.start, at);
        let tenses =
            TENSES.iter().enumerate().filter(|(_, w)| before.contains(**w)).fold(0, |bits, (i, _)| bits | 1 << i);
        Self {
            sentence: sentence.span,
            clause,
            sentence_index: page.sentence_index(at),
            paragraph: sentence.paragraph,
            token,
            noun,
            verb,
            after,
            first: tokens[page.token(clause.start)].span,
            tenses,
        }
    }

    /// The words of [`TENSES`] in the clause before the figure.
    pub(super) fn tenses(&self) -> impl Iterator<Item = &'static str> + '_ {
        TENSES.iter().enumerate().filter(|(i, _)| self.tenses & 1 << i != 0).map(|(_, w)| *w)
    }

    /// Plan, stock, flow or nothing, as a number.
    pub(super) fn tense_class(&self) -> usize {
        // The first seven of the list speak of plans.
        const PLAN: u32 = 0b111_1111;
        if self.tenses & PLAN != 0 {
            1
        } else if self.tenses == 0 {
            0
        } else {
            2 + self.tenses.trailing_zeros() as usize
        }
    }

    /// What stands at an optional span.
    pub(super) fn words<'p>(page: &'p Page, span: Option<Span>) -> &'p str {
        span.map_or("-", |span| page.slice(span.start, span.end))
    }

    /// Whether the figure stands in the headline.
    pub(super) fn in_title(&self) -> bool {
        self.paragraph == 0
    }
}
