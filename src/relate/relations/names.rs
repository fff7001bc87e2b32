//! What two names say about each other: 武清区人社局 holds 武清区, 县文体旅局 belongs to some 县.

use crate::{
    model::{Entity, EntityType},
    text::fold,
};

/// The folded forms of all entities.
pub(super) struct Names {
    forms: Vec<Vec<Vec<char>>>,
    cores: Vec<Vec<char>>,
    kinds: Vec<EntityType>,
}

/// Endings that a place's short name goes without, the longest first.
const PLACE_ENDINGS: &[&str] =
    &["特别行政区", "自治区", "自治州", "自治县", "新区", "地区", "街道", "省", "市", "区", "县", "镇", "乡", "州", "旗", "盟", "村"];

impl Names {
    pub(super) fn new(entities: &[Entity]) -> Self {
        let folded = |name: &str| fold(&name.chars().collect::<Vec<_>>());
        let forms: Vec<Vec<Vec<char>>> = entities
            .iter()
            .map(|entity| std::iter::once(&entity.name).chain(&entity.aliases).map(|name| folded(name)).collect())
            .collect();
        let cores = entities.iter().zip(&forms).map(|(entity, forms)| core(entity.kind, &forms[0])).collect();
        Self { forms, cores, kinds: entities.iter().map(|entity| entity.kind).collect() }
    }

    /// Appends six numbers about the names of `subject` and `object`.
    pub(super) fn compare(&self, subject: u32, object: u32, out: &mut Vec<f32>) {
        let (s, o) = (subject as usize, object as usize);
        out.extend([
            self.holds(s, o),
            self.holds(o, s),
            self.level(s, o),
            self.shared_front(s, o),
            self.forms[s][0].len() as f32,
            self.forms[o][0].len() as f32,
        ]);
    }

    /// 0: no form of `whole` holds the core of `part`'s name; 1: holds it; 2: begins with it; 3: begins with the full name.
    fn holds(&self, whole: usize, part: usize) -> f32 {
        let core = &self.cores[part];
        if core.len() < 2 {
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
        let Some(&first) = self.forms[organ][0].first() else { return 0.0 };
        if !matches!(first, '省' | '市' | '区' | '县' | '镇' | '州' | '旗' | '乡') {
            return 0.0;
        }
        let same = self.forms[place].iter().any(|form| form.last() == Some(&first));
        if same { 1.0 } else { -1.0 }
    }

    fn shared_front(&self, s: usize, o: usize) -> f32 {
        let shared = self.forms[s][0].iter().zip(&self.forms[o][0]).take_while(|(a, b)| a == b).count();
        shared.min(6) as f32
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
