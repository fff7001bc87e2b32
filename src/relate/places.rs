//! Which place lies in which: GB/T 2260 codes of names, from `data/cues/places.tsv`.

use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use super::digest;

const TABLE: &str = include_str!("../../data/cues/places.tsv");

/// Codes by the digest of a name; a name may have several.
pub(super) struct Places {
    codes: FxHashMap<u32, Vec<u32>>,
    longest: usize,
}

impl Places {
    /// The places that come with the program.
    pub(super) fn builtin() -> &'static Self {
        static PLACES: OnceLock<Places> = OnceLock::new();
        PLACES.get_or_init(|| {
            let mut places = Self { codes: FxHashMap::default(), longest: 0 };
            for line in TABLE.lines().filter(|line| !line.starts_with('#')).skip(1) {
                let mut columns = line.split('\t');
                let Some(code) = columns.next().and_then(|code| code.parse().ok()) else { continue };
                for name in columns.filter(|name| !name.is_empty()) {
                    let chars: Vec<char> = name.chars().collect();
                    // Two-character districts (城区, 郊区) are words of their own.
                    if chars.len() < 2 || matches!(name, "城区" | "郊区" | "矿区" | "市区") {
                        continue;
                    }
                    places.longest = places.longest.max(chars.len());
                    places.codes.entry(digest(&chars)).or_default().push(code);
                }
            }
            places
        })
    }

    /// The codes of a name, none if it is unknown.
    pub(super) fn codes(&self, name: &[char]) -> &[u32] {
        self.codes.get(&digest(name)).map_or(&[], Vec::as_slice)
    }

    /// The codes of the longest place name that `name` begins with.
    pub(super) fn leading(&self, name: &[char]) -> &[u32] {
        let longest = self.longest.min(name.len());
        (2..=longest).rev().map(|end| self.codes(&name[..end])).find(|codes| !codes.is_empty()).unwrap_or(&[])
    }
}

/// 1 province, 2 prefecture, 3 county.
pub(super) fn level(code: u32) -> u32 {
    if code.is_multiple_of(10_000) {
        1
    } else if code.is_multiple_of(100) {
        2
    } else {
        3
    }
}

/// Whether a code's province is a city of its own (北京, 天津, 上海, 重庆).
pub(super) fn is_in_municipality(code: u32) -> bool {
    matches!(code / 10_000, 11 | 12 | 31 | 50)
}

/// How many levels `inner` lies below `outer`: 0 the same place, 1 directly below; `None` where it lies elsewhere.
pub(super) fn depth(inner: u32, outer: u32) -> Option<u32> {
    let within = match level(outer) {
        1 => inner / 10_000 == outer / 10_000,
        2 => inner / 100 == outer / 100,
        _ => inner == outer,
    };
    // Counties of a municipality (110101) lie directly below it.
    let direct = level(outer) == 1 && level(inner) == 3 && is_in_municipality(outer);
    within.then(|| if direct { 1 } else { level(inner) - level(outer) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counties_lie_in_their_prefecture_and_province() {
        let code = |name: &str| Places::builtin().codes(&name.chars().collect::<Vec<_>>())[0];
        assert_eq!(depth(code("武清区"), code("天津市")), Some(1));
        assert_eq!(depth(code("蜀山区"), code("合肥市")), Some(1));
        assert_eq!(depth(code("蜀山区"), code("安徽省")), Some(2));
        assert_eq!(depth(code("合肥市"), code("江苏省")), None);
        let name: Vec<char> = "甘肃省科技厅".chars().collect();
        assert_eq!(Places::builtin().leading(&name), [620_000]);
    }
}
