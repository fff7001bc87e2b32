//! Units after a number: powers (万, 亿), the table of base units, and `/` units such as `万吨/年`.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

use super::page::Page;

/// The table's text; its header names the columns.
const TABLE: &str = include_str!("../../../data/figures/units.tsv");

/// What a unit measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Kind(pub &'static str);

impl Kind {
    /// A share in per cent.
    pub(super) const RATIO: Self = Self("ratio");
    /// A difference of shares.
    pub(super) const POINTS: Self = Self("points");
    /// A multiple.
    pub(super) const TIMES: Self = Self("times");
    /// Time.
    pub(super) const TIME: Self = Self("time");
    /// No unit.
    pub(super) const NONE: Self = Self("none");
}

/// All kinds of the table, in a fixed order.
pub(super) const KINDS: [&str; 20] = [
    "none", "bare", "money", "ratio", "points", "times", "area", "length", "volume", "mass", "energy", "power", "time",
    "people", "visits", "count", "boxes", "physical", "data", "speed",
];

/// A base unit of the table.
#[derive(Debug, Clone, Copy)]
pub(super) struct Base {
    /// What it measures.
    pub kind: Kind,
    /// The form to give out, if it is not the one in the text.
    pub written: Option<&'static str>,
}

struct Table {
    bases: FxHashMap<&'static str, Base>,
    /// First characters with the length, in characters, of the longest unit that begins so.
    longest: FxHashMap<char, usize>,
}

static UNITS: LazyLock<Table> = LazyLock::new(|| {
    let mut table = Table { bases: FxHashMap::default(), longest: FxHashMap::default() };
    for line in TABLE.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        let mut fields = line.split('\t');
        let (Some(unit), Some(kind)) = (fields.next(), fields.next()) else { continue };
        let written = fields.next().filter(|written| !written.is_empty());
        table.bases.insert(unit, Base { kind: Kind(kind), written });
        if let Some(first) = unit.chars().next() {
            let longest = table.longest.entry(first).or_default();
            *longest = (*longest).max(unit.chars().count());
        }
    }
    table
});

/// A unit found in the text.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Unit {
    /// As it is given out, powers first, e.g. `亿元`.
    pub written: String,
    /// The base unit alone, folded, empty for bare 万 and 亿.
    pub base: String,
    /// Number of characters of the powers before the base unit, 余 and 多 left out.
    pub powers: usize,
    /// What it measures.
    pub kind: Kind,
    /// One past its last character.
    pub end: usize,
    /// Whether 余 or 多 stands within or after it.
    pub open: bool,
}

const POWERS: [&str; 11] = ["百亿亿", "十万亿", "亿亿", "万亿", "千万", "百万", "千亿", "百亿", "亿", "万", "千"];

/// The base unit that begins at `at`, longest first, with its length in characters.
fn base_at(page: &Page, at: usize) -> Option<(Base, usize)> {
    let table = &*UNITS;
    let longest = *table.longest.get(&page.at(at))?;
    (1..=longest.min(page.len() - at)).rev().find_map(|length| {
        let base = *table.bases.get(page.slice(at, at + length))?;
        // 12 Ghz, but not 3 games; 2人, but not 2人民币.
        let latin = page.at(at + length - 1).is_ascii_alphabetic() && page.at(at + length).is_ascii_alphabetic();
        // 29个人, but not 10个人工智能项目, 8个班次.
        let cut = length > 1
            && matches!(page.at(at), '个' | '名')
            && !page.text.is_word_edge(at + length)
            && (1..length).any(|shorter| table.bases.contains_key(page.slice(at, at + shorter)));
        (!latin && !cut).then_some((base, length))
    })
}

/// Whether the single character at `at`, which can be a unit, is none here: 一起, 从零起步, 十分, 三分之一, 8点30分, 3车间, 5万点赞.
fn is_no_unit(page: &Page, at: usize, chinese: bool) -> bool {
    let cut = !page.text.is_word_edge(at + 1);
    let before = &page.text.folded[at.saturating_sub(3)..at];
    let decimal = before.contains(&'.');
    match page.at(at) {
        '起' => chinese,
        '分' => {
            let clock =
                page.text.folded[at.saturating_sub(4)..at].iter().any(|c| matches!(c, '点' | '时' | '度' | '角' | ':'));
            chinese || cut || clock || page.at(at + 1) == '之'
        }
        // An index, no hour of the day: 684.5点.
        '点' => chinese || cut || !(decimal || before.len() == 3 && before.iter().all(char::is_ascii_digit)),
        '车' | '船' | '担' | '副' | '眼' => cut,
        _ => false,
    }
}

/// Reads the unit that begins at `at`, after a number. `chinese`: the number is written in Chinese numerals, whose own 百 and 千
/// are part of it.
pub(super) fn read(page: &Page, at: usize, chinese: bool) -> Option<Unit> {
    let mut at = at;
    if page.at(at) == ' '
        && !chinese
        && (page.at(at + 1).is_ascii_alphabetic() || page.at(at + 1) > '\u{2e80}' || page.at(at + 1) == '%')
    {
        at += 1;
    }
    let mut open = false;
    let mut powers_end = at;
    if let Some(powers) = POWERS.iter().find(|powers| page.starts(at, powers)) {
        powers_end = at + powers.chars().count();
    }
    let mut base_from = powers_end;
    if powers_end > at && matches!(page.at(base_from), '余' | '多' | '来') {
        open = true;
        base_from += 1;
    }
    if powers_end > at && page.at(base_from) == ' ' {
        base_from += 1;
    }
    // 20个亿
    if powers_end == at && page.at(at) == '个' && matches!(page.at(at + 1), '亿' | '万') {
        powers_end = at + 2;
        at += 1;
        base_from = powers_end;
    }
    // 一个多小时, 两个半月
    if powers_end == at
        && page.at(at) == '个'
        && matches!(page.at(at + 1), '多' | '半')
        && let Some(unit) = ["小时", "月", "季度", "百分点"].iter().find(|unit| page.starts(at + 2, unit))
    {
        let written = if *unit == "小时" { (*unit).to_owned() } else { format!("个{unit}") };
        let kind = if *unit == "百分点" { Kind::POINTS } else { Kind::TIME };
        let end = at + 2 + unit.chars().count();
        return Some(Unit { base: written.clone(), written, powers: 0, kind, end, open: page.at(at + 1) == '多' });
    }
    // A unit that itself begins with 千 and is longer than a power and a base: 31千瓦时 are no thousand watts.
    let end_of = |from: usize| base_at(page, from).map_or(from, |(_, length)| from + length);
    if end_of(at) > end_of(base_from) {
        (powers_end, base_from) = (at, at);
    }
    let found = base_at(page, base_from);
    let Some((base, length)) = found.filter(|(_, length)| *length > 1 || !is_no_unit(page, base_from, chinese)) else {
        if powers_end == at {
            return None;
        }
        let written: String = page.text.chars[at..powers_end].iter().collect();
        return Some(Unit {
            written,
            base: String::new(),
            powers: powers_end - at,
            kind: Kind("bare"),
            end: base_from,
            open,
        });
    };
    let mut end = base_from + length;
    let mut written: String = page.text.chars[at..powers_end].iter().collect();
    match base.written {
        Some(form) => written.push_str(form),
        None => written.extend(&page.text.chars[base_from..end]),
    }
    let folded = base.written.unwrap_or_else(|| page.slice(base_from, end)).to_owned();
    if page.at(end) == '/' {
        if let Some((_, length)) = base_at(page, end + 1) {
            written.extend(&page.text.chars[end..end + 1 + length]);
            end += 1 + length;
        } else if matches!(page.at(end + 1), '日' | '月') {
            written.extend(&page.text.chars[end..end + 2]);
            end += 2;
        }
    }
    // 3年多, 20公里余
    if matches!(page.at(end), '多' | '余') && !page.starts(end, "多样") && !page.starts(end, "多元") {
        open = true;
        end += 1;
    }
    Some(Unit { written, base: folded, powers: powers_end - at, kind: base.kind, end, open })
}

/// Value and base unit in which figures are compared: `2000 万元` and `0.2 亿元` agree.
pub(super) fn quantity(value: f64, unit: &str) -> (i64, String) {
    let folded: String = unit.chars().map(crate::text::fold_char).filter(|c| !c.is_whitespace()).collect();
    const SCALE: [(&str, f64); 8] =
        [("万亿", 1e12), ("千万", 1e7), ("百万", 1e6), ("亿", 1e8), ("万", 1e4), ("千", 1e3), ("百", 1e2), ("", 1.0)];
    if folded.ends_with("百分点") {
        return ((value * 1e4).round() as i64, "百分点".to_owned());
    }
    let (rest, scale) =
        SCALE.iter().find_map(|(powers, scale)| Some((folded.strip_prefix(powers)?, *scale))).unwrap_or((&folded, 1.0));
    let rest = match rest {
        "人民币" | "元人民币" => "元",
        rest => rest,
    };
    ((value * scale * 1e4).round() as i64, rest.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_parses_and_names_each_unit_once() {
        let mut seen = std::collections::BTreeSet::new();
        for line in TABLE.lines().filter(|line| !line.starts_with('#')) {
            let fields: Vec<&str> = line.split('\t').collect();
            assert_eq!(fields.len(), 4, "{line}");
            assert!(!fields[0].is_empty() && !fields[1].is_empty(), "{line}");
            assert!(seen.insert(fields[0]), "{line} stands twice");
        }
    }

    #[test]
    fn quantities_agree_across_powers() {
        assert_eq!(quantity(2000.0, "万元"), quantity(0.2, "亿元"));
        assert_eq!(quantity(1.5, "个百分点"), quantity(1.5, "百分点"));
        assert_ne!(quantity(3.0, "家"), quantity(3.0, "户"));
    }
}
