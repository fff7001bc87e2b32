//! Which annotated and found things are the same: forms and quantities made comparable, entities paired one to one.

use std::collections::{BTreeMap, BTreeSet};

use unicode_normalization::UnicodeNormalization;

use crate::{
    gold::GoldEntity,
    model::{Entity, EntityType},
};

/// A form as it is compared: NFKC, lower case, without white space, quotes and 《》.
pub fn comparable(form: &str) -> String {
    form.nfkc()
        // The information separators are white space to Python, and so to score.py.
        .filter(|c| !c.is_whitespace() && !matches!(c, '\u{1c}'..='\u{1f}') && !"《》“”\"'‘’「」『』".contains(*c))
        .flat_map(char::to_lowercase)
        .collect()
}

/// Value and unit with 千, 万, 亿 multiplied out: `(2e7, "元")` of `2000万元`.
pub fn quantity(value: f64, unit: &str) -> (f64, String) {
    let unit = comparable(unit);
    const SCALES: [(&str, f64); 7] =
        [("万亿", 1e12), ("千万", 1e7), ("百万", 1e6), ("亿", 1e8), ("万", 1e4), ("千", 1e3), ("百", 1e2)];
    let (scale, rest) = SCALES
        .iter()
        .find_map(|(prefix, scale)| unit.strip_prefix(prefix).map(|rest| (*scale, rest)))
        .unwrap_or((1.0, &unit));
    let rest = match rest {
        "个百分点" => "百分点",
        "人民币" | "元人民币" => "元",
        rest => rest,
    };
    // Six digits, rounded by their decimal expansion as Python's `round` does.
    let rounded = format!("{:.6}", value * scale).parse().unwrap_or(value);
    (rounded, rest.to_owned())
}

/// An entity as it is compared.
struct Forms {
    kind: EntityType,
    name: String,
    all: BTreeSet<String>,
}

impl Forms {
    fn new(kind: EntityType, name: &str, aliases: &[String]) -> Self {
        let mut all: BTreeSet<String> = aliases.iter().map(|alias| comparable(alias)).collect();
        all.insert(comparable(name));
        all.remove("");
        Self { kind, name: comparable(name), all }
    }
}

/// Pairs of an annotated and a found entity, by their places in their lists.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pairs {
    /// For each annotated entity the found one.
    pub found: Vec<Option<usize>>,
    /// For each found entity the annotated one.
    pub gold: Vec<Option<usize>>,
}

/// Greedy, one to one: equal names first, then any shared form.
fn pair(gold: &[Forms], found: &[Forms], typed: bool) -> Pairs {
    let mut pairs = Pairs { found: vec![None; gold.len()], gold: vec![None; found.len()] };
    for by_name in [true, false] {
        for (at, g) in gold.iter().enumerate() {
            if pairs.found[at].is_some() {
                continue;
            }
            let hit = found.iter().enumerate().position(|(index, f)| {
                pairs.gold[index].is_none()
                    && (!typed || f.kind == g.kind)
                    && if by_name { f.name == g.name } else { !f.all.is_disjoint(&g.all) }
            });
            if let Some(hit) = hit {
                pairs.found[at] = Some(hit);
                pairs.gold[hit] = Some(at);
            }
        }
    }
    pairs
}

/// The pairing of one article's entities.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pairing {
    /// By type and form.
    pub typed: Pairs,
    /// By form alone.
    pub loose: Pairs,
    /// For each annotated entity the found ones that share a form with it, whatever their types.
    pub sharing: Vec<Vec<usize>>,
}

impl Pairing {
    /// Pairs the entities of an article.
    pub fn new(gold: &[GoldEntity], found: &[Entity]) -> Self {
        let gold: Vec<Forms> = gold.iter().map(|e| Forms::new(e.kind, &e.name, &e.aliases)).collect();
        let found: Vec<Forms> = found.iter().map(|e| Forms::new(e.kind, &e.name, &e.aliases)).collect();
        let shares = |g: &Forms| {
            let sharing = found.iter().enumerate().filter(|(_, f)| !f.all.is_disjoint(&g.all));
            sharing.map(|(index, _)| index).collect()
        };
        Self {
            typed: pair(&gold, &found, true),
            loose: pair(&gold, &found, false),
            sharing: gold.iter().map(shares).collect(),
        }
    }
}

/// Pairs annotated with found entities by their forms, those of the same type first: annotated id → index of the found entity.
pub fn pair_entities(gold: &[GoldEntity], found: &[Entity]) -> BTreeMap<String, usize> {
    let pairing = Pairing::new(gold, found);
    let mut taken: BTreeSet<usize> = pairing.typed.found.iter().flatten().copied().collect();
    let mut pairs = BTreeMap::new();
    for (at, entity) in gold.iter().enumerate() {
        let loose = pairing.loose.found[at].filter(|index| !taken.contains(index));
        if let Some(index) = pairing.typed.found[at].or(loose) {
            taken.insert(index);
            pairs.insert(entity.id.clone(), index);
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_compared_without_marks_and_width() {
        assert_eq!(comparable("《武清区 国土空间总体规划（ＡB）》"), "武清区国土空间总体规划(ab)");
    }

    #[test]
    fn scales_are_multiplied_out() {
        assert_eq!(quantity(2000.0, "万元"), quantity(0.2, "亿元"));
        assert_eq!(quantity(1.1, "万亿元"), quantity(11000.0, "亿元人民币"));
        assert_eq!(quantity(3.0, "个百分点").1, "百分点");
        // As score.py has it: without 个 its 百 is a scale.
        assert_eq!(quantity(3.0, "百分点"), (300.0, "分点".into()));
        assert_ne!(quantity(12.0, "万"), quantity(12.0, "个"));
        assert_eq!(quantity(80.54, "％"), quantity(80.54, "%"));
    }
}
