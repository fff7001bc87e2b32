//! The figures as tables for the terminal.

use std::fmt::Write as _;

use unicode_width::UnicodeWidthStr as _;

use super::super::{Lang, table::Rows};
use crate::{
    eval::{ErrorKind, Interval, Measure, Measured, Scores, Sure, Tally, compare},
    model::{EntityType, Predicate},
};

/// One line: `entity P 0.931  R 0.915  F1 0.923   (1012 / 1106, 1087 predicted)`.
pub(in crate::cli) fn row(name: &str, tally: &Tally) -> String {
    line(name, tally, None)
}

fn line(name: &str, tally: &Tally, interval: Option<Interval>) -> String {
    let gap = " ".repeat(24usize.saturating_sub(name.width()));
    let interval = interval.map(|i| format!(" [{:.3}, {:.3}]", i.low, i.high)).unwrap_or_default();
    format!(
        "{name}{gap} P {:.3}  R {:.3}  F1 {:.3}{interval}   ({} / {}, {} predicted)",
        tally.precision(),
        tally.recall(),
        tally.f1(),
        tally.hits,
        tally.gold,
        tally.predicted
    )
}

fn label(measure: Measure, lang: Lang) -> &'static str {
    lang.pick(measure.label_zh(), measure.as_str())
}

/// Number of articles, a line a measure, the mean of the articles.
pub(super) fn summary(scores: &Scores, measured: &Measured, lang: Lang) -> String {
    let mut text = format!("{} {}\n", scores.articles.len(), lang.pick("篇文章", "articles"));
    for measure in Measure::ALL {
        let interval = measured.measures.get(measure.as_str()).and_then(|tally| tally.f1_interval);
        let _ = writeln!(text, "{}", line(label(measure, lang), &scores.counts[measure], interval));
    }
    let name = lang.pick("实体（各篇平均）", "entity, macro");
    let gap = " ".repeat(24usize.saturating_sub(name.width()));
    let _ = writeln!(text, "{name}{gap}                    F1 {:.3}", scores.macro_f1());
    text
}

/// The measures of one part of a cross-validation, on one line.
pub(super) fn part(name: &str, scores: &Scores, lang: Lang) -> String {
    let figures = [Measure::Entity, Measure::Relation, Measure::Observation, Measure::ObservationFull]
        .map(|measure| format!("{} {:.3}", label(measure, lang), scores.counts[measure].f1()));
    format!("{name}  {}  {}", scores.articles.len(), figures.join("  "))
}

/// Entities by type, relations by predicate, mentions and entities by detector.
pub(super) fn by_type(scores: &Scores, lang: Lang) -> String {
    let mut text = String::new();
    let mut tallies = |heading: &str, mut rows: Vec<(String, Tally)>| {
        rows.sort_by_key(|(_, tally)| std::cmp::Reverse(tally.gold));
        let _ = writeln!(text, "\n{heading}");
        for (name, tally) in rows {
            let _ = writeln!(text, "{}", row(&name, &tally));
        }
    };
    let kind = |kind: &EntityType| lang.pick(kind.label_zh(), kind.as_str()).to_owned();
    let predicate = |predicate: &Predicate| lang.pick(predicate.label_zh(), predicate.as_str()).to_owned();
    tallies(lang.pick("按类型", "by type"), scores.by_type.iter().map(|(k, tally)| (kind(k), *tally)).collect());
    tallies(
        lang.pick("按谓词", "by predicate"),
        scores.by_predicate.iter().map(|(p, tally)| (predicate(p), *tally)).collect(),
    );
    let _ = writeln!(text, "\n{}", lang.pick("按检测器：由哪些检测器提出", "by detector: those that voted"));
    let heading = match lang {
        Lang::Zh => ["检测器", "提及", "正确", "准确率", "实体", "正确", "准确率"],
        Lang::En => ["detectors", "mentions", "right", "precision", "entities", "right", "precision"],
    };
    let mut rows = Rows::new(heading);
    for column in 1..7 {
        rows = rows.right(column);
    }
    let mut tallies: Vec<_> = scores.by_detector.iter().collect();
    tallies.sort_by_key(|(_, tally)| std::cmp::Reverse(tally.mentions));
    let share = |right: usize, all: usize| {
        if all == 0 { "–".to_owned() } else { format!("{:.3}", right as f64 / all as f64) }
    };
    for (name, tally) in tallies {
        rows.add([
            name.clone(),
            tally.mentions.to_string(),
            tally.mentions_right.to_string(),
            share(tally.mentions_right, tally.mentions),
            tally.entities.to_string(),
            tally.entities_right.to_string(),
            share(tally.entities_right, tally.entities),
        ]);
    }
    text + &rows.to_string()
}

/// For ten steps of confidence how many facts there are and which share is right.
pub(super) fn reliability(scores: &Scores, lang: Lang) -> String {
    let heading = lang.pick("置信度与正确率", "confidence and share right");
    let names = Sure::ALL.map(|sure| lang.pick(sure.label_zh(), sure.as_str()));
    let mut rows = Rows::new([lang.pick("置信度", "confidence"), names[0], names[1], names[2], names[3]]);
    for column in 1..5 {
        rows = rows.right(column);
    }
    for bin in 0..10 {
        let cell = |sure: Sure| {
            let bin = scores.reliability[sure as usize].bins[bin];
            if bin.facts == 0 { "–".to_owned() } else { format!("{:.3} ({})", bin.share_right(), bin.facts) }
        };
        let [entity, relation, figure, full] = Sure::ALL.map(cell);
        rows.add([format!("{:.1}–{:.1}", bin as f64 / 10.0, (bin + 1) as f64 / 10.0), entity, relation, figure, full]);
    }
    let errors = Sure::ALL.map(|sure| format!("{:.3}", scores.reliability[sure as usize].calibration_error()));
    let [entity, relation, figure, full] = errors;
    rows.add([lang.pick("平均偏差", "mean error").to_owned(), entity, relation, figure, full]);
    format!("\n{heading}\n{rows}")
}

/// How often each kind of error occurred, and the first errors in words.
pub(super) fn errors(scores: &Scores, most: usize, lang: Lang) -> String {
    let mut rows = Rows::new([lang.pick("错误种类", "kind of error"), lang.pick("次数", "count")]).right(1);
    let mut kinds: Vec<(&ErrorKind, &usize)> = scores.kinds.iter().collect();
    kinds.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    for (kind, count) in kinds {
        rows.add([lang.pick(kind.label_zh(), kind.as_str()).to_owned(), count.to_string()]);
    }
    let mut text = format!("\n{rows}\n");
    for error in scores.errors.iter().take(most) {
        let _ = writeln!(text, "{error}");
    }
    text
}

/// Each measure before and now.
pub(super) fn comparison(base: &Measured, now: &Measured, lang: Lang) -> String {
    let (articles, differences) = compare(base, now);
    let heading = match lang {
        Lang::Zh => format!("与基准比较：两边都有的 {articles} 篇文章的 F1"),
        Lang::En => format!("compared with the base: F1 over the {articles} articles that both have"),
    };
    let heads = match lang {
        Lang::Zh => ["", "基准", "现在", "差", "95 % 区间", "p"],
        Lang::En => ["", "base", "now", "difference", "95 % interval", "p"],
    };
    let mut rows = Rows::new(heads);
    for column in 1..6 {
        rows = rows.right(column);
    }
    for d in differences {
        rows.add([
            label(d.measure, lang).to_owned(),
            format!("{:.3}", d.base),
            format!("{:.3}", d.now),
            format!("{:+.3}", d.now - d.base),
            format!("[{:+.3}, {:+.3}]", d.interval.low, d.interval.high),
            if d.p < 0.001 { "< 0.001".to_owned() } else { format!("{:.3}", d.p) },
        ]);
    }
    format!("\n{heading}\n{rows}")
}

/// A table of one line a setting: entities in full, the other measures' F1.
pub(super) fn settings(scores: &[(String, Scores)], lang: Lang) -> String {
    let heads = match lang {
        Lang::Zh => ["", "实体 P", "R", "F1", "不计类型 F1", "关系 F1", "数据 F1", "数据（全部）F1"],
        Lang::En => ["", "entity P", "R", "F1", "untyped F1", "relation F1", "observation F1", "full F1"],
    };
    let mut rows = Rows::new(heads);
    for column in 1..8 {
        rows = rows.right(column);
    }
    for (name, scores) in scores {
        let three = |value: f64| format!("{value:.3}");
        let entity = scores.counts[Measure::Entity];
        rows.add([
            name.clone(),
            three(entity.precision()),
            three(entity.recall()),
            three(entity.f1()),
            three(scores.counts[Measure::EntityUntyped].f1()),
            three(scores.counts[Measure::Relation].f1()),
            three(scores.counts[Measure::Observation].f1()),
            three(scores.counts[Measure::ObservationFull].f1()),
        ]);
    }
    rows.to_string()
}
