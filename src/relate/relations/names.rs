//! What two names say about each other: 武清区人社局 holds 武清区, 县文体旅局 belongs to some 县.

use crate::{
    model::{Entity, EntityType},
    relate::places::{self, Places},
    text::fold,
};

/// The folded forms of all entities.
pub(super) struct Names {
    forms: Vec<Vec<Vec<char>>>,
    cores: Vec<Vec<char>>,
    kinds: Vec<EntityType>,
    /// For a Region its codes, for others those of the place that the name begins with.
    codes: Vec<Vec<u32>>,
    levels: Vec<f32>,
    /// For each entity the characters of its forms, as far as a few bits tell.
    hints: Vec<u64>,
    /// The same of its core.
    core_hints: Vec<u64>,
}

/// Endings that a place's short name goes without, the longest first.
const PLACE_ENDINGS: &[&str] = &[
    "特别行政区",
    "自治区",
    "自治州",
    "自治县",
    "新区",
    "地区",
    "街道",
    "省",
    "市",
    "区",
    "县",
    "镇",
    "乡",
    "州",
    "旗",
    "盟",
    "村",
];

impl Names {
    /// Works the names out.
    pub(super) fn new(entities: &[Entity]) -> Self {
        let folded = |name: &str| fold(&name.chars().collect::<Vec<_>>());
        let forms: Vec<Vec<Vec<char>>> =
            entities.iter().map(|entity| entity.forms().map(|name| folded(name)).collect()).collect();
        let cores: Vec<Vec<char>> =
            entities.iter().zip(&forms).map(|(entity, forms)| core(entity.kind, &forms[0])).collect();
        let kinds: Vec<EntityType> = entities.iter().map(|entity| entity.kind).collect();
        let places = Places::builtin();
        let codes: Vec<Vec<u32>> = (forms.iter().zip(&kinds))
            .map(|(forms, kind)| {
                let of_form = |form: &Vec<char>| {
                    if *kind == EntityType::Region { places.codes(form) } else { places.leading(form) }
                };
                let mut codes: Vec<u32> = forms.iter().flat_map(of_form).copied().collect();
                codes.sort_unstable();
                codes.dedup();
                codes
            })
            .collect();
        let levels = (0..forms.len()).map(|index| level_of(kinds[index], &forms[index], &codes[index])).collect();
        let hints = forms.iter().map(|forms| forms.iter().fold(0, |bits, form| bits | hint(form))).collect();
        let core_hints = cores.iter().map(|core| hint(core)).collect();
        Self { forms, cores, kinds, codes, levels, hints, core_hints }
    }

    /// How `inner` lies in `outer` by the table: 1 directly, 2 further below, 3 the same place, -1 elsewhere, 0 unknown.
    fn lies_in(&self, inner: usize, outer: usize) -> f32 {
        let (inner, outer) = (&self.codes[inner], &self.codes[outer]);
        if inner.is_empty() || outer.is_empty() {
            return 0.0;
        }
        let depths = inner.iter().flat_map(|&a| outer.iter().filter_map(move |&b| places::depth(a, b)));
        match depths.map(|depth| if depth == 0 { 3 } else { depth }).min() {
            None => -1.0,
            Some(depth) => depth as f32,
        }
    }

    /// Whether the names alone suggest that `inner` belongs to `outer`.
    pub(super) fn suggest(&self, inner: u32, outer: u32) -> bool {
        let (inner, outer) = (inner as usize, outer as usize);
        let by_table = self.kinds[outer] == EntityType::Region && matches!(self.lies_in(inner, outer), 1.0..=3.0);
        by_table || self.holds(inner, outer) > 0.0 || self.level(inner, outer) > 0.0
    }

    /// The administrative level of a name, 0 where it says none.
    pub(super) fn level_at(&self, entity: u32) -> f32 {
        self.levels[entity as usize]
    }

    /// Whether a form of `whole` holds the core of `part`'s name.
    pub(super) fn contains(&self, whole: u32, part: u32) -> bool {
        self.holds(whole as usize, part as usize) > 0.0
    }

    /// Appends ten numbers about the names of `subject` and `object`.
    pub(super) fn compare(&self, subject: u32, object: u32, out: &mut Vec<f32>) {
        let (s, o) = (subject as usize, object as usize);
        out.extend([
            self.holds(s, o),
            self.holds(o, s),
            self.level(s, o),
            self.shared_front(s, o),
            self.forms[s][0].len() as f32,
            self.forms[o][0].len() as f32,
            self.lies_in(s, o),
            self.lies_in(o, s),
            self.levels[s],
            self.levels[o],
        ]);
    }

    /// 0: no form of `whole` holds the core of `part`'s name; 1: holds it; 2: begins with it; 3: begins with the full name.
    fn holds(&self, whole: usize, part: usize) -> f32 {
        let core = &self.cores[part];
        if core.len() < 2 || self.core_hints[part] & !self.hints[whole] != 0 {
            return 0.0;
        }
        let mut best = 0.0;
        for form in &self.forms[whole] {
            let place = form.windows(core.len()).position(|window| window == core.as_slice());
            let value = match place {
                None => 0.0,
                Some(0) if form.starts_with(&self.forms[part][0]) => 3.0,
                Some(0) => 2.0,
                Some(_) => 1.0,
            };
            best = f32::max(best, value);
        }
        best
    }

    /// 区人社局 begins with the level of 武清区: 1; of another level: -1; 0 where no level is named.
    fn level(&self, organ: usize, place: usize) -> f32 {
        if self.kinds[place] != EntityType::Region {
            return 0.0;
        }
        let form = &self.forms[organ][0];
        let Some(&first) = form.first() else { return 0.0 };
        let same = if form.starts_with(&['自', '治', '区']) {
            self.levels[place] == 1.0
        } else if matches!(first, '省' | '市' | '区' | '县' | '镇' | '州' | '旗' | '乡') {
            self.forms[place].iter().any(|form| form.last() == Some(&first)) || self.levels[organ] == self.levels[place]
        } else {
            return 0.0;
        };
        if same { 1.0 } else { -1.0 }
    }

    fn shared_front(&self, s: usize, o: usize) -> f32 {
        let shared = self.forms[s][0].iter().zip(&self.forms[o][0]).take_while(|(a, b)| a == b).count();
        shared.min(6) as f32
    }
}

/// A bit for each character: what lacks a bit lacks the character.
fn hint(chars: &[char]) -> u64 {
    chars.iter().fold(0, |bits, &c| bits | 1 << (c as u32 % 64))
}

/// 1 province to 4 township, by table, else by ending; of an organ by its first character (市发改委: 2); 0 unknown.
fn level_of(kind: EntityType, forms: &[Vec<char>], codes: &[u32]) -> f32 {
    let by_char = |c: Option<&char>| match c {
        Some('省') => 1.0,
        Some('市' | '州' | '盟') => 2.0,
        Some('区' | '县' | '旗') => 3.0,
        Some('镇' | '乡' | '村') => 4.0,
        Some('道') => 4.0,
        _ => 0.0,
    };
    match (kind, codes.first()) {
        (EntityType::Region, Some(&code)) => places::level(code) as f32,
        (EntityType::Region, None) => by_char(forms[0].last()),
        _ if forms[0].starts_with(&['自', '治', '区']) => 1.0,
        _ => by_char(forms[0].first()),
    }
}

/// The part of a name that compounds keep: 武清 of 武清区.
fn core(kind: EntityType, form: &[char]) -> Vec<char> {
    if kind == EntityType::Region {
        for ending in PLACE_ENDINGS {
            let ending: Vec<char> = ending.chars().collect();
            if form.len() >= ending.len() + 2 && form.ends_with(&ending) {
                return form[..form.len() - ending.len()].to_vec();
            }
        }
    }
    form.to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn place_names_lose_their_level() {
        let chars = |text: &str| text.chars().collect::<Vec<char>>();
        assert_eq!(core(EntityType::Region, &chars("武清区")), chars("武清"));
        assert_eq!(core(EntityType::Region, &chars("赵县")), chars("赵县"));
        assert_eq!(core(EntityType::Company, &chars("上市")), chars("上市"));
    }
}
