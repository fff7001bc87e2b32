//! What a figure measures, as a short noun phrase cut from the text.

use super::{page::Page, scan::Figure, unit::Kind, view::View};
use crate::{model::Span, text::Pos};

/// Longest phrase, in characters.
const LONGEST: usize = 14;

/// Words that stand between a noun phrase and its number, or before the phrase, and belong to neither.
const LOOSE: [&str; 62] = [
    "达",
    "达到",
    "为",
    "约",
    "近",
    "超",
    "超过",
    "突破",
    "逾",
    "约为",
    "增长",
    "同比",
    "增",
    "提高",
    "提升",
    "下降",
    "降低",
    "减少",
    "缩短",
    "压缩",
    "到",
    "至",
    "由",
    "从",
    "已",
    "共",
    "共有",
    "现有",
    "有",
    "是",
    "累计",
    "实现",
    "完成",
    "其中",
    "仅",
    "均",
    "分别",
    "的",
    "了",
    "在",
    "将",
    "不少于",
    "不低于",
    "不超过",
    "最高",
    "又",
    "也",
    "再",
    "就",
    "占",
    "较",
    "比",
    "对",
    "按",
    "每",
    "可",
    "给予",
    "高达",
    "多达",
    "预计",
    "及",
    "和",
];

fn is_phrase(pos: Pos) -> bool {
    matches!(
        pos,
        Pos::Noun
            | Pos::VerbalNoun
            | Pos::Proper
            | Pos::Latin
            | Pos::Other
            | Pos::Adjective
            | Pos::Organization
            | Pos::Place
    )
}

/// The noun phrase that ends at or before `at`, not before `floor`.
fn phrase_before(page: &Page, at: usize, floor: usize) -> Option<Span> {
    let tokens = &page.text.tokens;
    let mut index = page.token(at);
    if tokens[index].span.start > at || index == 0 && at == 0 {
        return None;
    }
    // Skip what stands between phrase and number.
    let mut end = None;
    while index > 0 {
        let token = tokens[index - 1];
        if token.span.start < floor {
            break;
        }
        let word = page.slice(token.span.start, token.span.end);
        if token.span.end <= at && is_phrase(token.pos) && !LOOSE.contains(&word) {
            end = Some(token.span.end);
            break;
        }
        if token.pos == Pos::Punctuation && !matches!(word, "(" | ")" | "“" | "”") {
            break;
        }
        index -= 1;
    }
    let end = end?;
    let mut start = end;
    while index > 0 {
        let token = tokens[index - 1];
        let word = page.slice(token.span.start, token.span.end);
        let joins = is_phrase(token.pos) || token.pos == Pos::Verb && start < end && token.span.len() > 1;
        if token.span.start < floor || !joins || LOOSE.contains(&word) || end - token.span.start > LONGEST {
            break;
        }
        start = token.span.start;
        index -= 1;
    }
    (start < end).then(|| Span::new(start, end))
}

/// The noun phrase that begins at `at`.
fn phrase_after(page: &Page, at: usize, limit: usize) -> Option<Span> {
    let tokens = &page.text.tokens;
    let mut end = at;
    let mut index = page.token(at.min(page.len() - 1));
    while let Some(token) = tokens.get(index) {
        let word = page.slice(token.span.start, token.span.end);
        if token.span.start < at || token.span.end > limit || end - at >= LONGEST {
            break;
        }
        let joins = is_phrase(token.pos) || token.pos == Pos::Verb && token.span.len() > 1 && end > at;
        if !joins || (end > at && LOOSE.contains(&word)) {
            break;
        }
        // A verb ends the phrase: 企业入驻.
        if token.pos == Pos::Verb {
            break;
        }
        end = token.span.end;
        index += 1;
    }
    (end > at).then(|| Span::new(at, end))
}

/// The phrase for a figure; `previous` is the figure before it in its sentence with the phrase that it was given.
pub(super) fn indicator(page: &Page, figure: &Figure, view: &View, previous: Option<(&Figure, &str)>) -> String {
    let floor = previous.map_or(view.clause.start, |(p, _)| p.span.end.max(view.clause.start));
    let counted = !matches!(figure.unit.kind, Kind::RATIO | Kind::POINTS | Kind::TIMES | Kind::TIME)
        && figure.unit.kind.0 != "money"
        && figure.unit.kind.0 != "area";
    let change = matches!(figure.unit.kind, Kind::RATIO | Kind::POINTS | Kind::TIMES);
    let left = phrase_before(page, figure.span.start, floor);
    let right = phrase_after(page, figure.span.end, view.clause.end);
    let surface = |span: Span| page.text.surface(span);
    if counted && let Some(right) = right {
        return surface(right);
    }
    if let Some(left) = left {
        return surface(left);
    }
    if change && let Some((_, phrase)) = previous {
        return phrase.to_owned();
    }
    if let Some(right) = right {
        return surface(right);
    }
    // The sentence before the clause, then the clause's verb.
    let wider = phrase_before(page, figure.span.start, view.sentence.start).or(view.noun).or(view.verb);
    match (wider, previous) {
        (_, Some((_, phrase))) if !phrase.is_empty() => phrase.to_owned(),
        (Some(span), _) => surface(span),
        _ => {
            let clause = Span::new(view.clause.start, figure.span.start);
            page.text.surface(Span::new(clause.end.saturating_sub(8).max(clause.start), clause.end)).trim().to_owned()
        }
    }
}
