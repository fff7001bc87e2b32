//! Numbers as written: `1,300`, `17.5`, `二十二`, `两千余`, `百`, `半`. What follows (万, 亿, units) is read elsewhere.

use super::page::Page;
use crate::{model::Span, text::THOUSANDS};

/// A number without its unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Numeral {
    /// Where it stands, 余 and 多 included.
    pub span: Span,
    /// What it says.
    pub value: f64,
    /// Whether it is written in Chinese numerals.
    pub chinese: bool,
    /// Whether 余, 多, 几, 来 or a leading 数, 上 leaves it open upwards.
    pub open: bool,
}

/// The value of one numeral character below ten.
pub(super) fn digit(c: char) -> Option<f64> {
    Some(match c {
        '零' | '〇' | '○' => 0.0,
        '一' => 1.0,
        '二' | '两' => 2.0,
        '三' => 3.0,
        '四' => 4.0,
        '五' => 5.0,
        '六' => 6.0,
        '七' => 7.0,
        '八' => 8.0,
        '九' => 9.0,
        _ => return None,
    })
}

fn power(c: char) -> Option<f64> {
    Some(match c {
        '十' => 10.0,
        '百' => 100.0,
        '千' => 1000.0,
        _ => return None,
    })
}

/// Whether a number may begin with `c`.
pub(super) fn may_begin(c: char) -> bool {
    c.is_ascii_digit() || digit(c).is_some() || power(c).is_some() || matches!(c, '半' | '万' | '亿' | '数' | '几')
}

/// Reads the number that begins at `at`; `None` if none does.
pub(super) fn read(page: &Page, at: usize) -> Option<Numeral> {
    if page.at(at).is_ascii_digit() { read_digits(page, at) } else { read_chinese(page, at) }
}

fn read_digits(page: &Page, at: usize) -> Option<Numeral> {
    let run = |from: usize| (from..).take_while(|&i| page.at(i).is_ascii_digit()).count();
    let mut end = at + run(at);
    while page.at(end) == THOUSANDS {
        end += 4;
    }
    // Scans leave gaps: 2 0万元, 1 36.8亿元; but 1 2024年 is a list number before a year.
    while end - at <= 3
        && page.at(end) == ' '
        && run(end - 1) == 1
        && run(end + 1) > 0
        && run(end + 1) < 4
        && page.prev(at) != ' '
    {
        end += 1 + run(end + 1);
    }
    let mut text: String = page.slice(at, end).chars().filter(char::is_ascii_digit).collect();
    if page.at(end) == '.' {
        let decimals = run(end + 1);
        // 1.2.3 is a version or a list number.
        if decimals > 0 && !(page.at(end + 1 + decimals) == '.' && page.at(end + 2 + decimals).is_ascii_digit()) {
            text.push_str(page.slice(end, end + 1 + decimals));
            end += 1 + decimals;
        }
    }
    let value: f64 = text.parse().ok()?;
    let open = matches!(page.at(end), '余' | '多');
    Some(Numeral { span: Span::new(at, end + usize::from(open)), value, chinese: false, open })
}

fn read_chinese(page: &Page, at: usize) -> Option<Numeral> {
    let first = page.at(at);
    let one = |value: f64, end: usize, open: bool| {
        let more = matches!(page.at(end), '余' | '多');
        Some(Numeral { span: Span::new(at, end + usize::from(more)), value, chinese: true, open: open || more })
    };
    match first {
        '半' => return one(0.5, at + 1, false),
        // 上万, 超亿, 万余: one ten-thousand; the power itself is read as part of the unit.
        '万' | '亿' => {
            let stretched = matches!(page.prev(at), '上' | '超' | '近' | '逾' | '过' | '破' | '达' | '约');
            let open = page.prev(at) == '上';
            return (stretched || matches!(page.at(at + 1), '余' | '多')).then_some(Numeral {
                span: Span::new(at, at),
                value: 1.0,
                chinese: true,
                open,
            });
        }
        '数' | '几' => {
            let power = power(page.at(at + 1)).or_else(|| matches!(page.at(at + 1), '万' | '亿').then_some(1.0))?;
            let end = if power == 1.0 { at + 1 } else { at + 2 };
            return one(power, end, true);
        }
        _ => {}
    }
    let (mut total, mut pending, mut end, mut powers) = (0.0, None, at, 0);
    let mut digits_in_a_row = 0;
    loop {
        let c = page.at(end);
        if let Some(value) = digit(c) {
            digits_in_a_row += 1;
            // 三四十, 二〇二五: no single number.
            if digits_in_a_row > 1 && pending != Some(0.0) {
                return None;
            }
            pending = Some(value);
        } else if let Some(power) = power(c) {
            total += pending.unwrap_or(1.0) * power;
            pending = None;
            digits_in_a_row = 0;
            powers += 1;
        } else {
            break;
        }
        end += 1;
    }
    if end == at {
        return None;
    }
    // 一点二亿元, 两点五倍; but 三点一刻.
    if page.at(end) == '点'
        && powers == 0
        && let Some(tenth) = digit(page.at(end + 1))
    {
        let scaled = ["万", "亿", "倍", "个百分点", "公里", "米", "平方"].iter().any(|unit| page.starts(end + 2, unit));
        if scaled {
            return one(total + pending.unwrap_or(0.0) + tenth / 10.0, end + 2, false);
        }
    }
    let open = powers > 0 && pending.is_none() && matches!(page.at(end), '来' | '几');
    one(total + pending.unwrap_or(0.0), end + usize::from(open), open)
}
