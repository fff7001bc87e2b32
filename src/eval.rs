//! Precision, recall and F1 of extractions against gold, as the guidelines' score.py counts them.

use std::collections::{BTreeMap, BTreeSet};

use unicode_normalization::UnicodeNormalization;

use crate::{
    gold::{Gold, GoldEntity},
    model::{Entity, EntityType, Extraction, Predicate},
};

/// Hits, predictions and gold facts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Predictions that are right.
    pub hits: usize,
    /// Predictions.
    pub predicted: usize,
    /// Gold facts.
    pub gold: usize,
}

impl Tally {
    fn add(&mut self, hits: usize, predicted: usize, gold: usize) {
        self.hits += hits;
        self.predicted += predicted;
        self.gold += gold;
    }

    /// Share of predictions that are right; 0 without any.
    pub fn precision(&self) -> f64 {
        if self.predicted == 0 { 0.0 } else { self.hits as f64 / self.predicted as f64 }
    }

    /// Share of gold facts that were found; 0 without any.
    pub fn recall(&self) -> f64 {
        if self.gold == 0 { 0.0 } else { self.hits as f64 / self.gold as f64 }
    }

    /// Harmonic mean of the two.
    pub fn f1(&self) -> f64 {
        let (p, r) = (self.precision(), self.recall());
        if p + r == 0.0 { 0.0 } else { 2.0 * p * r / (p + r) }
    }
}

/// The counts over a set of articles.
#[derive(Debug, Clone, Default)]
pub struct Scores {
    /// Entities by type and form.
    pub entity: Tally,
    /// Entities by form alone.
    pub untyped: Tally,
    /// Relations.
    pub relation: Tally,
    /// Figures by value and unit.
    pub observation: Tally,
    /// Figures by subject, period and qualifier too.
    pub full: Tally,
    /// Entities of each type.
    pub by_type: BTreeMap<EntityType, Tally>,
    /// Relations of each predicate.
    pub by_predicate: BTreeMap<Predicate, Tally>,
    /// Errors in words: article, kind, what.
    pub errors: Vec<String>,
}

/// A form as it is compared: NFKC, lower case, without white space, quotes and 《》.
pub fn comparable(form: &str) -> String {
    form.nfkc()
        .filter(|c| !c.is_whitespace() && !"《》“”\"'‘’「」『』".contains(*c))
        .flat_map(char::to_lowercase)
        .collect()
}

/// Value and unit with 千, 万, 亿 multiplied out, as text that can be compared.
fn quantity(value: f64, unit: &str) -> (i128, String) {
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
    ((value * scale * 1e6).round() as i128, rest.to_owned())
}

struct Forms {
    id: String,
    kind: EntityType,
    name: String,
    all: BTreeSet<String>,
}

fn forms<'a>(id: &str, kind: EntityType, name: &str, aliases: impl Iterator<Item = &'a String>) -> Forms {
    let mut all: BTreeSet<String> = aliases.map(|alias| comparable(alias)).collect();
    all.insert(comparable(name));
    all.remove("");
    Forms { id: id.to_owned(), kind, name: comparable(name), all }
}

/// Greedy pairing, one to one: equal names first, then any shared form. Gold id → predicted id.
fn pair(gold: &[Forms], predicted: &[Forms], typed: bool) -> BTreeMap<String, String> {
    let mut pairs = BTreeMap::new();
    let mut used = BTreeSet::new();
    for by_name in [true, false] {
        for g in gold {
            if pairs.contains_key(&g.id) {
                continue;
            }
            let hit = predicted.iter().find(|p| {
                !used.contains(&p.id)
                    && (!typed || p.kind == g.kind)
                    && if by_name { p.name == g.name } else { !p.all.is_disjoint(&g.all) }
            });
            if let Some(hit) = hit {
                used.insert(hit.id.clone());
                pairs.insert(g.id.clone(), hit.id.clone());
            }
        }
    }
    pairs
}

/// Pairs annotated with found entities by their forms, whatever their types: annotated id → index of the found entity.
pub fn pair_entities(gold: &[GoldEntity], found: &[Entity]) -> BTreeMap<String, usize> {
    let wanted: Vec<Forms> = gold.iter().map(|e| forms(&e.id, e.kind, &e.name, e.aliases.iter())).collect();
    let given: Vec<Forms> = (found.iter().enumerate())
        .map(|(index, e)| forms(&index.to_string(), e.kind, &e.name, e.aliases.iter()))
        .collect();
    let mut pairs = pair(&wanted, &given, true);
    for (id, index) in pair(&wanted, &given, false) {
        if !pairs.contains_key(&id) && !pairs.values().any(|taken| *taken == index) {
            pairs.insert(id, index);
        }
    }
    pairs.into_iter().filter_map(|(id, index)| Some((id, index.parse().ok()?))).collect()
}

impl Scores {
    /// Counts one article in.
    pub fn add(&mut self, gold: &Gold, extraction: &Extraction) {
        let gold_forms: Vec<Forms> =
            gold.entities.iter().map(|e| forms(&e.id, e.kind, &e.name, e.aliases.iter())).collect();
        let predicted_forms: Vec<Forms> =
            extraction.entities.iter().map(|e| forms(&e.id, e.kind, &e.name, e.aliases.iter())).collect();
        let typed = pair(&gold_forms, &predicted_forms, true);
        let loose = pair(&gold_forms, &predicted_forms, false);
        let optional: BTreeSet<&str> = gold.entities.iter().filter(|e| e.optional).map(|e| e.id.as_str()).collect();
        let spare = |pairs: &BTreeMap<String, String>| pairs.keys().filter(|id| optional.contains(id.as_str())).count();
        let need = gold.entities.len() - optional.len();
        let predicted = extraction.entities.len() - spare(&loose);
        self.entity.add(typed.len() - spare(&typed), predicted, need);
        self.untyped.add(loose.len() - spare(&loose), predicted, need);
        self.entities_by_type(gold, &extraction.entities, &typed, &loose, &optional);
        self.relations(gold, extraction, &loose, &optional);
        self.observations(gold, extraction, &loose);
    }

    fn entities_by_type(
        &mut self,
        gold: &Gold,
        entities: &[Entity],
        typed: &BTreeMap<String, String>,
        loose: &BTreeMap<String, String>,
        optional: &BTreeSet<&str>,
    ) {
        let mut back: BTreeMap<&str, &str> = typed.iter().map(|(g, p)| (p.as_str(), g.as_str())).collect();
        back.extend(loose.iter().filter(|(g, _)| optional.contains(g.as_str())).map(|(g, p)| (p.as_str(), g.as_str())));
        for entity in gold.entities.iter().filter(|e| !e.optional) {
            let hit = typed.contains_key(&entity.id);
            self.by_type.entry(entity.kind).or_default().add(usize::from(hit), 0, 1);
            if !hit {
                self.errors.push(format!("{}: missed entity: {} {}", gold.id, entity.kind, entity.name));
            }
        }
        for entity in entities {
            let paired = back.get(entity.id.as_str());
            if paired.is_some_and(|id| optional.contains(id)) {
                continue;
            }
            self.by_type.entry(entity.kind).or_default().add(0, 1, 0);
            if paired.is_none() {
                self.errors.push(format!("{}: spurious entity: {} {}", gold.id, entity.kind, entity.name));
            }
        }
    }

    fn relations(
        &mut self,
        gold: &Gold,
        extraction: &Extraction,
        loose: &BTreeMap<String, String>,
        optional: &BTreeSet<&str>,
    ) {
        let to_gold: BTreeMap<&str, &str> = loose.iter().map(|(g, p)| (p.as_str(), g.as_str())).collect();
        let key = |subject: &str, predicate: Predicate, object: &str| {
            let swap = predicate.is_symmetric() && object < subject;
            let (a, b) = if swap { (object, subject) } else { (subject, object) };
            (predicate, a.to_owned(), b.to_owned())
        };
        let wanted: BTreeSet<_> = gold
            .relations
            .iter()
            .filter(|(s, _, o)| !optional.contains(s.as_str()) && !optional.contains(o.as_str()))
            .map(|(s, p, o)| key(s, *p, o))
            .collect();
        let either: BTreeSet<_> = gold
            .relations
            .iter()
            .chain(&gold.optional_relations)
            .map(|(s, p, o)| key(s, *p, o))
            .filter(|k| !wanted.contains(k))
            .collect();
        let (mut found, mut unpaired) = (BTreeSet::new(), BTreeSet::new());
        for relation in &extraction.relations {
            let subject = to_gold.get(relation.subject.as_str()).copied();
            let object = to_gold.get(relation.object.as_str()).copied();
            if [subject, object].iter().flatten().any(|id| optional.contains(id)) {
                continue;
            }
            if let (Some(s), Some(o)) = (subject, object) {
                let key = key(s, relation.predicate, o);
                if !either.contains(&key) {
                    found.insert(key);
                }
            } else {
                unpaired.insert((relation.predicate, relation.subject.clone(), relation.object.clone()));
            }
        }
        let hits = wanted.intersection(&found).count();
        self.relation.add(hits, found.len() + unpaired.len(), wanted.len());
        let name = |id: &str| gold.entities.iter().find(|e| e.id == id).map_or("", |e| e.name.as_str());
        for k in &wanted {
            let hit = found.contains(k);
            self.by_predicate.entry(k.0).or_default().add(usize::from(hit), 0, 1);
            if !hit {
                self.errors.push(format!("{}: missed relation: {} {} {}", gold.id, name(&k.1), k.0, name(&k.2)));
            }
        }
        for k in &found {
            self.by_predicate.entry(k.0).or_default().add(0, 1, 0);
            if !wanted.contains(k) {
                self.errors.push(format!("{}: spurious relation: {} {} {}", gold.id, name(&k.1), k.0, name(&k.2)));
            }
        }
        let own = |id: &str| extraction.entities.iter().find(|e| e.id == id).map_or("", |e| e.name.as_str());
        for k in &unpaired {
            self.by_predicate.entry(k.0).or_default().add(0, 1, 0);
            self.errors.push(format!("{}: spurious relation: {} {} {}", gold.id, own(&k.1), k.0, own(&k.2)));
        }
    }

    fn observations(&mut self, gold: &Gold, extraction: &Extraction, loose: &BTreeMap<String, String>) {
        let to_gold: BTreeMap<&str, &str> = loose.iter().map(|(g, p)| (p.as_str(), g.as_str())).collect();
        let mut left: Vec<_> = extraction.observations.iter().collect();
        let must: Vec<_> = gold.observations.iter().filter(|o| !o.optional).collect();
        let (mut hits, mut full) = (0, 0);
        for wanted in &must {
            let same = |at: usize, left: &[&crate::model::Observation]| {
                let o = left[at];
                let subject = o.subject.as_deref().and_then(|id| to_gold.get(id).copied()) == wanted.subject.as_deref();
                [subject, o.period == wanted.period, o.qualifier == wanted.qualifier].iter().filter(|s| **s).count()
            };
            let mut best: Option<(usize, usize)> = None;
            for at in 0..left.len() {
                if quantity(left[at].value, &left[at].unit) == quantity(wanted.value, &wanted.unit) {
                    let agreement = same(at, &left);
                    if best.is_none_or(|(_, top)| agreement > top) {
                        best = Some((at, agreement));
                    }
                }
            }
            match best {
                Some((at, agreement)) => {
                    left.remove(at);
                    hits += 1;
                    full += usize::from(agreement == 3);
                }
                None => self.errors.push(format!(
                    "{}: missed observation: {} {}{}",
                    gold.id, wanted.indicator, wanted.value, wanted.unit
                )),
            }
        }
        for spare in gold.observations.iter().filter(|o| o.optional) {
            if let Some(at) = left.iter().position(|o| quantity(o.value, &o.unit) == quantity(spare.value, &spare.unit))
            {
                left.remove(at);
            }
        }
        for o in &left {
            self.errors.push(format!("{}: spurious observation: {} {}{}", gold.id, o.indicator, o.value, o.unit));
        }
        self.observation.add(hits, hits + left.len(), must.len());
        self.full.add(full, hits + left.len(), must.len());
    }
}
