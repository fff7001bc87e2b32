//! One pass over a text: every number with a unit becomes a candidate figure, every date or period a time.

use super::{
    numeral,
    page::Page,
    time::{self, Calendar, Time},
    unit::{self, Kind, Unit},
};
use crate::model::Span;

/// Which end of a range a figure is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Range {
    /// None.
    Single,
    /// `3` of 3-5家.
    Low,
    /// `5` of 3-5家.
    High,
}

/// A number with a unit: perhaps a figure.
#[derive(Debug, Clone)]
pub(super) struct Figure {
    /// Number and unit.
    pub span: Span,
    /// The number.
    pub value: f64,
    /// The unit.
    pub unit: Unit,
    /// Whether the number is in Chinese numerals.
    pub chinese: bool,
    /// Whether 余, 多, 数 leave it open upwards.
    pub open: bool,
    /// Which end of a range.
    pub range: Range,
    /// The rule that read it.
    pub rule: &'static str,
    /// Value and base unit for comparing.
    pub quantity: (i64, String),
}

/// What a pass finds.
#[derive(Debug, Default)]
pub(super) struct Scan {
    /// Numbers with units, in text order.
    pub figures: Vec<Figure>,
    /// Dates and periods, in text order.
    pub times: Vec<Time>,
}

fn fixed(written: &str, kind: Kind, end: usize) -> Unit {
    Unit { written: written.to_owned(), base: written.to_owned(), powers: 0, kind, end, open: false }
}

impl Scan {
    fn push(&mut self, span: Span, value: f64, unit: Unit, chinese: bool, open: bool, rule: &'static str) {
        let quantity = unit::quantity(value, &unit.written);
        let open = open || unit.open;
        self.figures.push(Figure { span, value, unit, chinese, open, range: Range::Single, rule, quantity });
    }
}

/// Finds all candidates of a text.
pub(super) fn scan(page: &Page, calendar: &Calendar) -> Scan {
    let mut found = Scan::default();
    let mut reader = time::Reader::new(calendar);
    let mut at = 0;
    while at < page.len() {
        let c = page.at(at);
        if time::may_begin(c)
            && let Some(end) = reader.read(page, at, &mut found.times)
        {
            at = end;
            continue;
        }
        if numeral::may_begin(c) || c == '百' || c == '翻' || c == '过' || c == '大' {
            if let Some(end) = special(page, at, &mut found) {
                at = end;
                continue;
            }
            if numeral::may_begin(c) {
                at = figure(page, at, &mut found).max(at + 1);
                continue;
            }
        }
        at += 1;
    }
    found
}

/// Fractions and set phrases: 百分之三, 三分之一, 三成, 过半, 翻一番.
fn special(page: &Page, at: usize, found: &mut Scan) -> Option<usize> {
    for (words, unit, kind) in [("百分之", "%", Kind::RATIO), ("千分之", "‰", Kind::RATIO)] {
        if page.starts(at, words) {
            let number = numeral::read(page, at + 3)?;
            let mut value = number.value;
            let mut end = number.span.end;
            if page.at(end) == '点'
                && let Some(decimal) = numeral::digit(page.at(end + 1))
            {
                value += decimal / 10.0;
                end += 2;
            }
            found.push(Span::new(at, end), value, fixed(unit, kind, end), true, number.open, "hundredths");
            return Some(end);
        }
    }
    match page.at(at) {
        '翻' => {
            let mut end = at + 1;
            if page.at(end) == '了' {
                end += 1;
            }
            let times = match page.at(end) {
                '番' => 1.0,
                c => {
                    let number = numeral::read(page, end)?;
                    end = number.span.end;
                    if page.at(end) != '番' || c == '半' {
                        return None;
                    }
                    number.value
                }
            };
            end += 1;
            if times > 10.0 {
                return None;
            }
            let growth = (2f64.powf(times) - 1.0) * 100.0;
            let open = page.at(end) == '多';
            found.push(Span::new(at, end), growth.round(), fixed("%", Kind::RATIO, end), true, open, "doubling");
            Some(end)
        }
        '过' | '大' if page.at(at + 1) == '半' && !numeral_unit(page, at + 2) => {
            found.push(Span::new(at, at + 2), 50.0, fixed("%", Kind::RATIO, at + 2), true, true, "half");
            Some(at + 2)
        }
        '半' => {
            let before = page.prev(at);
            let about =
                matches!(before, '近' | '占' | '减' | '达' | '约' | '多' | '超' | '到' | '低' | '少' | '短' | '压');
            let end = if page.at(at + 1) == '数' { at + 2 } else { at + 1 };
            if (about && !numeral_unit(page, end)) || end == at + 2 {
                found.push(Span::new(at, end), 50.0, fixed("%", Kind::RATIO, end), true, false, "half");
                return Some(end);
            }
            None
        }
        '一' if page.at(at + 1) == '半' && !numeral_unit(page, at + 2) && page.prev(at) != '另' => {
            found.push(Span::new(at, at + 2), 50.0, fixed("%", Kind::RATIO, at + 2), true, false, "half");
            Some(at + 2)
        }
        c if numeral::digit(c).is_some() || c == '十' => {
            let number = numeral::read(page, at)?;
            let end = number.span.end;
            if page.starts(end, "分之") {
                let above = numeral::read(page, end + 2)?;
                if number.value == 0.0 {
                    return None;
                }
                let share = above.value / number.value * 100.0;
                // 三分之一 is 33.3 %, 十五分之一 6.67 %.
                let value = if share < 10.0 { (share * 100.0).round() / 100.0 } else { (share * 10.0).round() / 10.0 };
                let end = above.span.end;
                found.push(Span::new(at, end), value, fixed("%", Kind::RATIO, end), true, above.open, "fraction");
                return Some(end);
            }
            if page.at(end) == '成' {
                return tenths(page, at, number.value, found);
            }
            None
        }
        _ => None,
    }
}

/// N成, N成M, N成半; 成 of 成为 and the like is none.
fn tenths(page: &Page, at: usize, value: f64, found: &mut Scan) -> Option<usize> {
    const WORDS: &str = "为立长果效员功就型熟交绩套都品本形的份";
    let end = at + 1;
    if page.at(end) != '成' || value < 1.0 || WORDS.contains(page.at(end + 1)) && page.at(end + 1) != '的' {
        return None;
    }
    let mut end = end + 1;
    let mut per_cent = value * 10.0;
    let next = page.at(end);
    let mut open = false;
    if next == '半' {
        per_cent += 5.0;
        end += 1;
    } else if matches!(next, '多' | '余') {
        open = true;
        end += 1;
    } else if let Some(digit) = numeral::digit(next)
        && unit::read(page, end + 1, true).is_none()
    {
        per_cent += digit;
        end += 1;
    }
    found.push(Span::new(at, end), per_cent, fixed("%", Kind::RATIO, end), true, open, "tenths");
    Some(end)
}

/// Whether a unit of time stands at `at`, so that 半 before it counts that unit.
fn numeral_unit(page: &Page, at: usize) -> bool {
    ["个", "小时", "年", "天", "日", "月", "分钟", "学期", "径", "导", "夜", "岛"]
        .iter()
        .any(|unit| page.starts(at, unit))
}

/// A number with the unit after it; returns where to go on.
fn figure(page: &Page, at: usize, found: &mut Scan) -> usize {
    let Some(number) = numeral::read(page, at) else {
        // A run of numerals that is no number is left whole.
        return (at..).take_while(|&i| numeral::digit(page.at(i)).is_some()).count() + at;
    };
    let after = number.span.end;
    let glued = page.prev(at).is_ascii_alphabetic() || page.prev(at) == '第';
    if let Some(unit) = unit::read(page, after, number.chinese) {
        let mut value = number.value;
        // 一个半小时, 两年半
        if page.at(after) == '个' && page.at(after + 1) == '半' || page.at(unit.end) == '半' && unit.kind == Kind::TIME
        {
            value += 0.5;
        }
        let end = unit.end;
        let rule = if glued { "glued" } else { "unit" };
        found.push(Span::new(at, end), value, unit, number.chinese, number.open, rule);
        return end;
    }
    if let Some(end) = range(page, &number, found) {
        return end;
    }
    if !number.chinese && number.value.fract() != 0.0 && !glued {
        found.push(number.span, number.value, fixed("", Kind::NONE, after), false, false, "bare");
    }
    after
}

/// `3-5家`, `3至5家`: the first number takes the unit of the second.
fn range(page: &Page, low: &numeral::Numeral, found: &mut Scan) -> Option<usize> {
    let mut at = low.span.end;
    if !matches!(page.at(at), '-' | '~' | '至' | '到' | '～') {
        return None;
    }
    while matches!(page.at(at), '-' | '~' | '至' | '到' | '～') {
        at += 1;
    }
    let high = numeral::read(page, at)?;
    let unit = unit::read(page, high.span.end, high.chinese)?;
    let end = unit.end;
    let open = unit.open;
    found.push(low.span, low.value, Unit { open: false, ..unit.clone() }, low.chinese, low.open, "range");
    found.push(Span::new(at, end), high.value, unit, high.chinese, high.open || open, "range");
    if let [.., first, second] = found.figures.as_mut_slice() {
        first.range = Range::Low;
        second.range = Range::High;
    }
    Some(end)
}
