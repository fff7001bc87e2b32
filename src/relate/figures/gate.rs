//! Is a number with a unit a stated figure? Features of that question.

use super::{
    mentions::Mentions,
    page::Page,
    scan::{Figure, Range},
    view::{View, count},
};
use crate::learn::Features;

/// What is known of the candidate `index`.
pub(super) fn features(page: &Page, mentions: &Mentions, figures: &[Figure], views: &[View], index: usize) -> Features {
    let mut f = Features::new();
    let figure = &figures[index];
    let view = &views[index];
    let (start, end) = (figure.span.start, figure.span.end);
    let unit = figure.unit.base.as_str();
    let kind = figure.unit.kind.0;
    let style = if figure.chinese { "汉" } else { "digits" };
    let size = match figure.value {
        v if v <= 0.0 => "0",
        v if v <= 1.0 => "1",
        v if v <= 2.0 => "2",
        v if v <= 3.0 => "3",
        v if v <= 5.0 => "5",
        v if v <= 10.0 => "10",
        v if v <= 100.0 => "100",
        _ => "big",
    };
    let powers = count(figure.unit.powers);
    f.add(&["kind", kind, style, powers]);
    f.add(&["unit", unit, style, size]);
    f.add(&["unit", unit]);
    f.add(&["rule", figure.rule, style]);
    f.add(&["size", size, style, kind]);
    f.add(&["open", if figure.open { "1" } else { "0" }, unit]);
    f.add(&["range", if figure.range == Range::Single { "0" } else { "1" }]);
    let before = |n: usize| page.slice(start.saturating_sub(n), start);
    for n in 1..=3 {
        f.add(&["before", before(n), style]);
        f.add(&["after", page.slice(end, end + n), style]);
    }
    f.add(&["before unit", before(1), unit, style]);
    f.add(&["before unit2", before(2), unit]);
    f.add(&["unit after", unit, page.slice(end, end + 1), style]);
    f.add(&["unit after2", unit, page.slice(end, end + 2), size]);
    f.add(&["around", before(1), unit, page.slice(end, end + 1)]);
    if view.token > 0 {
        f.add(&["word before", page.word(view.token - 1), style]);
        f.add(&["word before", page.word(view.token - 1), unit]);
    }
    let next = page.token(end.min(page.len() - 1));
    f.add(&["word after", page.word(next), unit, style]);
    f.add(&["word after", page.word(next), size]);
    f.add(&["noun", View::words(page, view.noun), unit]);
    f.add(&["verb", View::words(page, view.verb), kind]);
    f.add(&["verb", View::words(page, view.verb), style]);
    f.add(&["right", View::words(page, view.after), unit]);
    f.add(&["right", View::words(page, view.after), style]);
    f.add(&["first", page.slice(view.first.start, view.first.end), style]);
    for tense in view.tenses() {
        f.add(&["tense", tense, style, kind]);
    }
    if page.text.tokens[view.token].span.start != start && !figure.span.is_empty() {
        f.add(&["inside a word", page.word(view.token)]);
    }
    if view.in_title() {
        f.add(&["title", kind, style]);
    }
    if page.sentence(start).is_heading {
        f.add(&["heading", style]);
    }
    if let Some((span, kind)) = mentions.covering(figure.span) {
        f.add(&["in entity", kind.as_str()]);
        f.add(&["in entity", if span.end == end { "at its end" } else { "inside" }, style]);
    }
    if let Some(next) = mentions.starting(end) {
        f.add(&["entity after", next.as_str(), unit]);
    }
    for (open, close, name) in [('(', ')', "brackets"), ('“', '”', "quotes"), ('《', '》', "title marks")] {
        let from = view.sentence.start.max(start.saturating_sub(30));
        let inner = page.chars[from..start].iter().rev().find(|c| **c == open || **c == close);
        if inner == Some(&open) {
            f.add(&[name, style]);
            f.add(&[name, unit]);
        }
    }
    if matches!(page.prev(start), '(') {
        f.add(&["opens brackets", page.slice(end, end + 1)]);
    }
    // A count after a list: 蔬菜、水果等5家.
    let clause = page.slice(view.clause.start, start);
    let commas = clause.matches('、').count();
    f.add(&["list", count(commas), before(1), style]);
    let earlier = figures[..index].iter().rev().find(|other| other.quantity == figure.quantity);
    if let Some(earlier) = earlier {
        let place = if page.sentence(earlier.span.start).paragraph == 0 { "title" } else { "body" };
        f.add(&["said before", place, style]);
        f.add(&["said before", place, kind]);
    }
    if view.in_title() && figures[index + 1..].iter().any(|other| other.quantity == figure.quantity) {
        f.add(&["said again"]);
    }
    let neighbours = figures
        .iter()
        .skip(index.saturating_sub(2))
        .take(5)
        .filter(|other| other.span != figure.span && view.clause.contains(other.span));
    f.add(&["neighbours", count(neighbours.count()), style]);
    // Thresholds in class names: 亿元以上项目, 投资5000万元以上的.
    if page.starts(end, "以上") || page.starts(end, "以下") {
        f.add(&["threshold", page.slice(end + 2, end + 3), kind]);
        f.add(&["threshold", page.slice(end + 2, end + 4)]);
    }
    f
}
