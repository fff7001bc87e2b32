//! How a figure is to be read: cue words around it, weighed by a model.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

use super::{
    page::Page,
    scan::{Figure, Range},
    view::{View, distance},
};
use crate::{learn::Features, model::Qualifier};

/// The table's text; its header names the columns.
const TABLE: &str = include_str!("../../../data/figures/qualifiers.tsv");

/// How far before a number a cue may stand, in characters.
const REACH: usize = 14;

#[derive(Debug, Clone, Copy)]
struct Cue {
    text: &'static str,
    class: &'static str,
    length: usize,
}

#[derive(Default)]
struct Cues {
    before: FxHashMap<char, Vec<Cue>>,
    after: Vec<Cue>,
}

static CUES: LazyLock<Cues> = LazyLock::new(|| {
    let mut cues = Cues::default();
    for line in TABLE.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        let mut fields = line.split('\t');
        let (Some(text), Some(side), Some(class)) = (fields.next(), fields.next(), fields.next()) else { continue };
        let Some(first) = text.chars().next() else { continue };
        let cue = Cue { text, class, length: text.chars().count() };
        match side {
            "before" => cues.before.entry(first).or_default().push(cue),
            _ => cues.after.push(cue),
        }
    }
    for list in cues.before.values_mut() {
        list.sort_by_key(|cue| std::cmp::Reverse(cue.length));
    }
    cues.after.sort_by_key(|cue| std::cmp::Reverse(cue.length));
    cues
});

/// What is known of each qualifier, in the order of [`Qualifier::ALL`].
pub(super) fn candidates(page: &Page, figure: &Figure, view: &View, previous: Option<&Figure>) -> Vec<Features> {
    let cues = &*CUES;
    let (start, end) = (figure.span.start, figure.span.end);
    let kind = figure.unit.kind.0;
    let floor = view.clause.start.max(start.saturating_sub(REACH)).max(previous.map_or(0, |p| p.span.end));
    // The feature's name, then its parts.
    let mut known: Vec<[&str; 3]> = Vec::with_capacity(16);
    let mut at = floor;
    let mut nearest = None;
    while at < start {
        let cue = cues
            .before
            .get(&page.at(at))
            .and_then(|list| list.iter().find(|cue| page.starts(at, cue.text) && at + cue.length <= start));
        let Some(cue) = cue else {
            at += 1;
            continue;
        };
        let after = at + cue.length;
        let gap = start - after;
        let to = matches!(page.at(after), '到' | '至' | '为') || page.starts(after, "了");
        known.push(["cue", cue.text, if to { "到" } else { distance(gap) }]);
        known.push(["class", cue.class, if to { "到" } else { distance(gap) }]);
        known.push(["cue kind", cue.text, kind]);
        nearest = Some((cue, gap, to));
        at = after;
    }
    match nearest {
        Some((cue, gap, to)) => {
            known.push(["nearest", cue.class, if to { "到" } else { distance(gap) }]);
            known.push(["nearest kind", cue.class, kind]);
        }
        None => known.push(["nearest", "-", kind]),
    }
    let trailing = cues.after.iter().find(|cue| {
        page.starts(end, cue.text) || (matches!(page.at(end), '的' | ')') && page.starts(end + 1, cue.text))
    });
    known.push(["after", trailing.map_or("-", |cue| cue.text), kind]);
    known.push(["after class", trailing.map_or("-", |cue| cue.class), nearest.map_or("-", |(cue, ..)| cue.class)]);
    known.push(["open", if figure.open { "1" } else { "0" }, nearest.map_or("-", |(cue, ..)| cue.class)]);
    let said = trailing.map(|cue| cue.class).or(if figure.open { Some("atLeast") } else { None });
    let change = nearest.filter(|(cue, gap, to)| matches!(cue.class, "growth" | "decline") && *gap <= 3 && !to);
    let close = nearest.filter(|(cue, gap, to)| !matches!(cue.class, "growth" | "decline") && *gap <= 2 && !to);
    let judged =
        change.or(if said.is_none() { close } else { None }).map(|(cue, ..)| cue.class).or(said).unwrap_or("exact");
    known.push(["judged", judged, ""]);
    known.push(["judged", judged, kind]);
    known.push(["rule", figure.rule, kind]);
    known.push([
        "range",
        if figure.range == Range::Low {
            "low"
        } else if figure.range == Range::High {
            "high"
        } else {
            "-"
        },
        "",
    ]);
    known.push(["verb", View::words(page, view.verb), kind]);
    known.push(["noun", View::words(page, view.noun), kind]);
    known.push(["before1", page.slice(start.saturating_sub(1), start), kind]);
    known.push(["before2", page.slice(start.saturating_sub(2), start), kind]);
    known.push(["before3", page.slice(start.saturating_sub(3), start), ""]);
    known.push(["after1", page.slice(end, end + 1), kind]);
    known.push(["after2", page.slice(end, end + 2), ""]);
    known.push(["unit", &figure.unit.base, ""]);
    if floor > view.clause.start || previous.is_some_and(|p| p.span.end > view.clause.start) {
        // 由40天压缩至10天
        if let Some(previous) = previous {
            let same = previous.unit.kind == figure.unit.kind;
            known.push(["after a figure", if same { "same kind" } else { "other" }, kind]);
        }
    }
    Qualifier::ALL
        .iter()
        .map(|qualifier| {
            let mut f = Features::new();
            let name = qualifier.as_str();
            f.add(&["bias", name]);
            for parts in &known {
                f.add(&[name, parts[0], parts[1], parts[2]]);
            }
            f
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_parses_and_names_each_cue_once() {
        let mut seen = std::collections::BTreeSet::new();
        for line in TABLE.lines().filter(|line| !line.starts_with('#')) {
            let fields: Vec<&str> = line.split('\t').collect();
            assert_eq!(fields.len(), 3, "{line}");
            assert!(matches!(fields[1], "before" | "after"), "{line}");
            assert!(fields[2].parse::<Qualifier>().is_ok(), "{line}");
            assert!(seen.insert((fields[0], fields[1])), "{line} stands twice");
        }
    }
}
