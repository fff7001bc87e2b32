//! Days of publication, in the ways in which sites write them, as `YYYY-MM-DD`.

use std::{ops::Range, sync::LazyLock};

use regex::{Captures, Regex};

/// `2025-07-02`, `2025/7/2`, `2025.7.2`, `2025年7月2日`, `二〇二五年七月二日`.
const DATE: &str = concat!(
    r"(?:(?P<y>(?:19|20)\d\d)\s*(?:年|[-/.])\s*(?P<m>\d{1,2})\s*(?:月|[-/.])\s*(?P<d>\d{1,2})(?:\s*[日号])?",
    r"|(?P<yz>[〇○零一二三四五六七八九]{4})年(?P<mz>[一二三四五六七八九十]{1,2})月(?P<dz>[一二三四五六七八九十]{1,3})日)",
);

const TIME: &str =
    r"(?:T|\s)*(?:\d{1,2}[:：时]\d{1,2}(?:[:：分]\d{1,2}(?:\.\d+)?)?[秒分]?)?\s*(?:Z|[+-]\d\d:?\d\d)?\s*(?:星期.|周.)?";

const LABEL: &str = r"(?:发布日期|发布时间|发文日期|发文时间|发稿时间|公布日期|成文日期|发表时间|发布于|日期|时间|[Dd]ate|[Pp]ublished)";

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("the pattern is valid")
}

static ANYWHERE: LazyLock<Regex> = LazyLock::new(|| pattern(DATE));
static WITH_TIME: LazyLock<Regex> = LazyLock::new(|| pattern(&format!("{DATE}{TIME}")));
static ONLY: LazyLock<Regex> =
    LazyLock::new(|| pattern(&format!(r"^\s*[(（\[【]?\s*(?:{LABEL}\s*[:：]?\s*)?{DATE}{TIME}\s*[)）\]】]?\s*$")));
static LABELLED: LazyLock<Regex> = LazyLock::new(|| pattern(&format!(r"{LABEL}\s*[:：]\s*{DATE}")));
static COMPACT: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^\s*(?P<y>(?:19|20)\d\d)(?P<m>\d\d)(?P<d>\d\d)(?:\d{6})?\s*$"));
static ENGLISH: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?P<d>\d{1,2})\s+(?P<name>Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.?,?\s+(?P<y>(?:19|20)\d\d)",
    )
});

/// The day in a metadata field: any way of writing it, with or without a time, also `20250702` and `Wed, 02 Jul 2025`.
///
/// The day is taken as written: a time zone does not move it.
pub fn parse(value: &str) -> Option<String> {
    find(value).or_else(|| COMPACT.captures(value).and_then(|found| day(&found))).or_else(|| {
        let found = ENGLISH.captures(value)?;
        let names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
        let month = names.iter().position(|name| *name == &found["name"])? + 1;
        valid(found["y"].parse().ok()?, month as i8, found["d"].parse().ok()?)
    })
}

/// The first day written anywhere in a line.
pub fn find(line: &str) -> Option<String> {
    ANYWHERE.captures_iter(line).filter(|found| stands_alone(line, found)).find_map(|found| day(&found))
}

/// The day, where a line holds nothing else: `2025-07-02`, `发布日期：2025年7月2日`, `（2025年7月2日 10:30）`.
pub fn only(line: &str) -> Option<String> {
    day(&ONLY.captures(line)?)
}

/// The day after a label: `发布日期：2025-07-02`, `发布时间: 2025年7月2日`; in lines of at most 120 characters, since a label in running text
/// says something else.
pub fn labelled(line: &str) -> Option<String> {
    if line.chars().nth(120).is_some() {
        return None;
    }
    day(&LABELLED.captures(line)?)
}

/// Stands for a day in [`cut`].
pub(super) const CUT: char = '∎';

/// The line with [`CUT`] for each day and its time.
pub(super) fn cut(line: &str) -> String {
    let mut rest = String::with_capacity(line.len());
    let mut at = 0;
    for found in WITH_TIME.find_iter(line) {
        let Range { start, end } = found.range();
        rest.push_str(&line[at..start]);
        rest.push(CUT);
        rest.push(' ');
        at = end;
    }
    rest.push_str(&line[at..]);
    rest
}

/// No digit directly before or after: `12025-07-021` is no day.
fn stands_alone(line: &str, found: &Captures<'_>) -> bool {
    let range = found.get(0).expect("a match has a range").range();
    let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    !digit(line[..range.start].chars().next_back()) && !digit(line[range.end..].chars().next())
}

fn day(found: &Captures<'_>) -> Option<String> {
    let number = |name: &str| found.name(name).and_then(|part| part.as_str().parse::<i16>().ok());
    let chinese = |name: &str| found.name(name).and_then(|part| chinese_number(part.as_str()));
    match (number("y"), number("m"), number("d")) {
        (Some(year), Some(month), Some(day)) => valid(year, month as i8, day as i8),
        _ => {
            let year: String = found.name("yz")?.as_str().chars().filter_map(|c| chinese_digit(c).map(digit)).collect();
            valid(year.parse().ok()?, chinese("mz")?, chinese("dz")?)
        }
    }
}

fn digit(value: i8) -> char {
    char::from(b'0' + value as u8)
}

fn chinese_digit(c: char) -> Option<i8> {
    match c {
        '〇' | '○' | '零' => Some(0),
        _ => "一二三四五六七八九".chars().position(|numeral| numeral == c).map(|at| at as i8 + 1),
    }
}

/// 1 to 99: 七, 十, 十二, 二十, 三十一.
fn chinese_number(text: &str) -> Option<i8> {
    match text.split_once('十') {
        None => chinese_digit(text.chars().next()?).filter(|_| text.chars().count() == 1),
        Some((tens, ones)) => {
            let tens = if tens.is_empty() { 1 } else { chinese_number(tens)? };
            let ones = if ones.is_empty() { 0 } else { chinese_number(ones)? };
            tens.checked_mul(10)?.checked_add(ones)
        }
    }
}

fn valid(year: i16, month: i8, day: i8) -> Option<String> {
    jiff::civil::Date::new(year, month, day).ok().map(|date| date.to_string())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_way_of_writing_a_day_is_read() {
        for written in [
            "2025-07-02",
            "2025/7/2",
            "2025.07.02",
            "2025年7月2日",
            "2025 年 7 月 2 日",
            "二〇二五年七月二日",
            "2025-07-02T10:30:00+08:00",
            "20250702",
            "20250702103000",
            "Wed, 02 Jul 2025 08:00:00 GMT",
        ] {
            assert_eq!(parse(written).as_deref(), Some("2025-07-02"), "{written}");
        }
        assert_eq!(parse("二〇二三年十二月三十一日").as_deref(), Some("2023-12-31"));
    }

    #[test]
    fn days_that_do_not_exist_are_none() {
        for written in ["2025-02-30", "2025年13月1日", "上周", "", "12025-07-02", "2025"] {
            assert_eq!(parse(written), None, "{written}");
        }
    }

    #[test]
    fn a_date_line_holds_nothing_else() {
        for line in [
            "2025-07-02",
            "发布日期：2025-07-02",
            "（2025年7月2日）",
            "2025-07-02 10:30",
            "发布时间: 2025年7月2日 10:30:15",
        ] {
            assert_eq!(only(line).as_deref(), Some("2025-07-02"), "{line}");
        }
        assert_eq!(only("2025年7月2日，武清区发布新政策"), None);
        assert_eq!(labelled("来源：天津日报 发布时间：2025-07-02").as_deref(), Some("2025-07-02"));
        assert_eq!(labelled("2025-07-02"), None);
    }

    proptest! {
        #[test]
        fn any_text_gives_a_real_day_or_none(text in "[0-9年月日〇一二十:：/.T -]{0,30}") {
            for found in [parse(&text), find(&text), only(&text), labelled(&text)].into_iter().flatten() {
                prop_assert!(found.parse::<jiff::civil::Date>().is_ok());
            }
            let _ = cut(&text);
        }
    }
}
