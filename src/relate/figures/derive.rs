//! Periods that follow from a time and what stands around it: a stretch that begins there and lasts, one that ends there, one from the
//! time before.

use super::{
    page::Page,
    period::{Period, Point},
    time::{Calendar, Form, Time, months},
};
use crate::model::Span;

/// How a period follows from a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Derived {
    /// 2017年投运以来: from the time until the article's.
    Since,
    /// 截至10月底: from the year's beginning until the time.
    UntilThen,
    /// 2020年的5亿元增加到2023年的8亿元: from the time before until this one.
    Between,
    /// 7月1日至8月31日: its months.
    Months,
}

impl Derived {
    /// Its name in features.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Since => "since",
            Self::UntilThen => "until then",
            Self::Between => "between",
            Self::Months => "months",
        }
    }
}

/// Words that tell that a stretch which began at a time lasts; whole words of the text.
const LASTING: [&str; 6] = ["以来", "至今", "累计", "起", "已", "来"];
/// So far behind a time they may stand.
const REACH: usize = 14;

/// The periods that follow from a time with these readings, which stands after `before`.
pub(super) fn derive(
    page: &Page,
    now: &Calendar,
    span: Span,
    form: Form,
    readings: &[Period],
    before: Option<&Time>,
) -> Vec<(Derived, Period)> {
    let mut out: Vec<(Derived, Period)> = Vec::new();
    let Some(first) = readings.first() else { return out };
    let mut add = |how: Derived, period: Period| {
        if !readings.contains(&period) && !out.iter().any(|(_, known)| *known == period) {
            out.push((how, period));
        }
    };
    let Some(point) = first.to.is_none().then_some(first.from) else {
        if let (Point::Day(year, month, _), Some(Point::Day(to_year, to_month, _))) = (first.from, first.to) {
            add(Derived::Months, stretch(Point::Month(year, month), Point::Month(to_year, to_month)));
        }
        return out;
    };
    if matches!(form, Form::WholeYear | Form::Today | Form::Holiday | Form::Away) {
        return out;
    }
    let until = match point {
        Point::Year(_) => Point::Year(now.year),
        Point::Month(..) => Point::Month(now.year, now.month),
        Point::Day(..) => Point::Day(now.year, now.month, now.day),
        Point::Half(..) | Point::Quarter(..) => return out,
    };
    let sentence = page.sentence(span.start).span;
    let opening = page.slice(sentence.start, span.start);
    let ends =
        ["截至", "截止", "到"].iter().any(|word| opening.ends_with(word)) || matches!(page.prev(span.end), '底' | '末');
    match point {
        Point::Month(year, month) if ends && month > 1 => {
            add(Derived::UntilThen, stretch(Point::Month(year, 1), point));
        }
        Point::Day(year, month, _) if ends => {
            add(Derived::UntilThen, stretch(Point::Day(year, 1, 1), point));
            add(Derived::UntilThen, stretch(Point::Month(year, 1), Point::Month(year, month)));
        }
        _ => {}
    }
    if point < until && !ends && (matches!(page.prev(span.start), '自' | '从') || lasts(page, span.end, sentence.end))
    {
        add(Derived::Since, stretch(point, until));
    }
    if let Some(earlier) = before
        .filter(|time| time.span.start >= sentence.start)
        .and_then(|time| time.readings.first())
        .filter(|earlier| earlier.to.is_none())
        .map(|earlier| earlier.from)
    {
        let fits = match (earlier, point) {
            (Point::Year(a), Point::Year(b) | Point::Month(b, _)) => a < b,
            (Point::Month(..), Point::Month(..)) | (Point::Day(..), Point::Day(..)) => earlier < point,
            _ => false,
        };
        if fits {
            add(Derived::Between, stretch(earlier, point));
        }
    }
    out
}

/// From one point to another, in the form that is usual for months of one year.
fn stretch(from: Point, to: Point) -> Period {
    match (from, to) {
        (Point::Month(year, first), Point::Month(last_year, last)) if year == last_year && first < last => {
            months(year, first, last)
        }
        _ => Period::between(from, to),
    }
}

/// Whether what stands between `from` and the sentence's end says that something has lasted since: before any other time.
fn lasts(page: &Page, from: usize, end: usize) -> bool {
    if page.prev(from) == '起' {
        return true;
    }
    let to = end.min(from + REACH);
    let to = (from..to).find(|&at| page.at(at) == '年').unwrap_or(to);
    (from..to).any(|at| {
        LASTING.iter().any(|word| {
            let after = at + word.chars().count();
            after <= to && page.starts(at, word) && page.text.is_word_edge(at) && page.text.is_word_edge(after)
        })
    })
}
