//! Kinds of errors: each wrong fact once, a missed and a spurious one that belong together as one error.

use serde::{Deserialize, Serialize};

use super::judge::{Judgement, Verdict};
use crate::{
    gold::GoldArticle,
    model::{Extraction, Span},
};

/// What a wrong fact is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// An entity.
    Entity,
    /// A relation.
    Relation,
    /// A figure.
    Figure,
}

macro_rules! kinds {
    ($($(#[$meta:meta])* $variant:ident = $text:literal, $zh:literal, $stage:ident;)+) => {
        /// In what way a fact is wrong.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "camelCase")]
        pub enum ErrorKind { $($(#[$meta])* $variant,)+ }

        impl ErrorKind {
            /// All of them, in the order in which they are shown.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The English name.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }

            /// The Chinese label.
            pub fn label_zh(self) -> &'static str {
                match self { $(Self::$variant => $zh,)+ }
            }

            /// What is wrong.
            pub fn stage(self) -> Stage {
                match self { $(Self::$variant => Stage::$stage,)+ }
            }
        }
    };
}

kinds! {
    /// Nothing stands for an annotated entity.
    EntityMissed = "entity missed", "漏掉实体", Entity;
    /// Found where nothing is annotated.
    EntitySpurious = "entity spurious", "多出实体", Entity;
    /// The right form with another type.
    EntityType = "entity with wrong type", "实体类型不对", Entity;
    /// Part of an annotated name: 武清 of 武清开发区.
    EntityTooShort = "entity too short", "实体边界偏短", Entity;
    /// More than an annotated name.
    EntityTooLong = "entity too long", "实体边界偏长", Entity;
    /// Some of an annotated name and something beside it.
    EntityShifted = "entity shifted", "实体边界错位", Entity;
    /// A form of an entity that was found as another one: 京滨园 beside 京滨工业园.
    EntitySplit = "entity split in two", "一个实体分成两个", Entity;
    /// Two annotated entities found as one.
    EntityMerged = "two entities merged", "两个实体并成一个", Entity;
    /// Both ends are there, the relation is not.
    RelationMissed = "relation missed", "漏掉关系", Relation;
    /// An end of an annotated relation was not found.
    RelationEndMissing = "relation: end not found", "关系的一端未找到", Relation;
    /// Found from another subject.
    RelationSubject = "relation: wrong subject", "关系主体不对", Relation;
    /// Found to another object.
    RelationObject = "relation: wrong object", "关系客体不对", Relation;
    /// Found between these ends by another predicate, or the other way round.
    RelationPredicate = "relation: wrong predicate", "关系谓词或方向不对", Relation;
    /// Found between annotated entities where none is annotated.
    RelationSpurious = "relation spurious", "多出关系", Relation;
    /// Found with an end that is no annotated entity.
    RelationEndSpurious = "relation: end spurious", "关系的一端是多出的实体", Relation;
    /// Nothing stands for an annotated figure.
    FigureMissed = "figure missed", "漏掉数据", Figure;
    /// Found where no figure is annotated.
    FigureSpurious = "figure spurious", "多出数据", Figure;
    /// The right unit and indicator with another number.
    FigureValue = "figure: wrong value", "数据数值不对", Figure;
    /// The right number with another unit.
    FigureUnit = "figure: wrong unit", "数据单位不对", Figure;
    /// About something else.
    FigureSubject = "figure: wrong subject", "数据主体不对", Figure;
    /// Of another time.
    FigurePeriod = "figure: wrong period", "数据时间不对", Figure;
    /// To be read otherwise.
    FigureQualifier = "figure: wrong qualifier", "数据限定不对", Figure;
}

/// A wrong fact, or a missed and a spurious one that belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault {
    /// In what way.
    pub kind: ErrorKind,
    /// Place of the annotated fact.
    pub gold: Option<usize>,
    /// Place of the found fact.
    pub found: Option<usize>,
}

/// All faults of an article. A figure whose value is right can have several.
pub(super) fn faults(gold: &GoldArticle, extraction: &Extraction, judgement: &Judgement) -> Vec<Fault> {
    let mut faults = entity_faults(gold, extraction, judgement);
    faults.extend(relation_faults(gold, extraction, judgement));
    faults.extend(figure_faults(gold, extraction, judgement));
    faults.sort_by_key(|fault| (fault.kind.stage(), fault.gold.is_none(), fault.gold, fault.found, fault.kind));
    faults
}

/// Facts of one stage that are wrong and not yet accounted for.
struct Open {
    gold: Vec<bool>,
    found: Vec<bool>,
    faults: Vec<Fault>,
}

impl Open {
    fn take(&mut self, kind: ErrorKind, gold: Option<usize>, found: Option<usize>) {
        if let Some(at) = gold {
            self.gold[at] = false;
        }
        if let Some(index) = found {
            self.found[index] = false;
        }
        self.faults.push(Fault { kind, gold, found });
    }

    fn gold(&self) -> Vec<usize> {
        (0..self.gold.len()).filter(|at| self.gold[*at]).collect()
    }

    fn found(&self) -> Vec<usize> {
        (0..self.found.len()).filter(|index| self.found[*index]).collect()
    }
}

fn wrong(verdicts: &[Verdict]) -> Vec<bool> {
    verdicts.iter().map(|verdict| *verdict == Verdict::Wrong).collect()
}

/// How a found span lies over an annotated one.
fn boundary(gold: Span, found: Span) -> Option<ErrorKind> {
    if gold == found || !gold.overlaps(found) {
        None
    } else if gold.contains(found) {
        Some(ErrorKind::EntityTooShort)
    } else if found.contains(gold) {
        Some(ErrorKind::EntityTooLong)
    } else {
        Some(ErrorKind::EntityShifted)
    }
}

fn entity_faults(gold: &GoldArticle, extraction: &Extraction, judgement: &Judgement) -> Vec<Fault> {
    let mut open =
        Open { gold: wrong(&judgement.gold_entities), found: wrong(&judgement.found_entities), faults: Vec::new() };
    for at in open.gold() {
        if let Some(index) = judgement.pairing.loose.found[at].filter(|index| open.found[*index]) {
            open.take(ErrorKind::EntityType, Some(at), Some(index));
        }
    }
    let mentions = gold.mentions();
    // The place in the list, where the mentions of a found entity and of an annotated one lie over each other.
    let across = |at: usize, index: usize| {
        // What stands only inside longer names has no boundaries to be wrong.
        let found = extraction.entities[index].mentions.iter().filter(|mention| !mention.is_inside());
        let places = found.flat_map(|found| {
            mentions.iter().filter(|mention| mention.entity == at).map(|mention| boundary(mention.span, found.span))
        });
        places.flatten().next()
    };
    for at in open.gold() {
        let hit = open.found().into_iter().find_map(|index| Some((index, across(at, index)?)));
        if let Some((index, kind)) = hit {
            open.take(kind, Some(at), Some(index));
        }
    }
    for at in open.gold() {
        // Its form belongs to what stands for another entity.
        let merged = judgement.pairing.sharing[at].iter().copied().find(|index| !open.found[*index]);
        open.take(if merged.is_some() { ErrorKind::EntityMerged } else { ErrorKind::EntityMissed }, Some(at), merged);
    }
    for index in open.found() {
        let split = (0..judgement.pairing.sharing.len())
            .find(|at| judgement.gold_entities[*at] == Verdict::Hit && judgement.pairing.sharing[*at].contains(&index));
        let over = || (0..judgement.gold_entities.len()).find_map(|at| across(at, index));
        let kind = match split {
            Some(_) => ErrorKind::EntitySplit,
            None => over().unwrap_or(ErrorKind::EntitySpurious),
        };
        open.take(kind, split, Some(index));
    }
    open.faults
}

fn relation_faults(gold: &GoldArticle, extraction: &Extraction, judgement: &Judgement) -> Vec<Fault> {
    let mut open =
        Open { gold: wrong(&judgement.gold_relations), found: wrong(&judgement.found_relations), faults: Vec::new() };
    let place = |id: &str| gold.gold.entities.iter().position(|entity| entity.id == id);
    let wanted: Vec<_> = gold.gold.relations.iter().map(|(s, p, o)| (place(s), *p, place(o))).collect();
    let found: Vec<_> = (extraction.relations.iter())
        .map(|r| (judgement.gold_of(extraction, &r.subject), r.predicate, judgement.gold_of(extraction, &r.object)))
        .collect();
    let is_found = |at: Option<usize>| at.is_some_and(|at| judgement.pairing.loose.found[at].is_some());
    for at in open.gold() {
        let (subject, predicate, object) = wanted[at];
        let with = |test: &dyn Fn(usize) -> bool| open.found().into_iter().find(|index| test(*index));
        let ends = |index: usize| {
            (found[index].0, found[index].2) == (subject, object)
                || (found[index].0, found[index].2) == (object, subject)
        };
        if let Some(index) = with(&ends) {
            open.take(ErrorKind::RelationPredicate, Some(at), Some(index));
        } else if !is_found(subject) || !is_found(object) {
            open.take(ErrorKind::RelationEndMissing, Some(at), None);
        } else if let Some(index) = with(&|index| found[index].1 == predicate && found[index].2 == object) {
            open.take(ErrorKind::RelationSubject, Some(at), Some(index));
        } else if let Some(index) = with(&|index| found[index].1 == predicate && found[index].0 == subject) {
            open.take(ErrorKind::RelationObject, Some(at), Some(index));
        } else {
            open.take(ErrorKind::RelationMissed, Some(at), None);
        }
    }
    for index in open.found() {
        let known = found[index].0.is_some() && found[index].2.is_some();
        let kind = if known { ErrorKind::RelationSpurious } else { ErrorKind::RelationEndSpurious };
        open.take(kind, None, Some(index));
    }
    open.faults
}

fn figure_faults(gold: &GoldArticle, extraction: &Extraction, judgement: &Judgement) -> Vec<Fault> {
    let mut open = Open {
        gold: judgement.gold_figures.iter().map(|figure| figure.verdict == Verdict::Wrong).collect(),
        found: judgement.found_figures.iter().map(|(verdict, _)| *verdict == Verdict::Wrong).collect(),
        faults: Vec::new(),
    };
    for (at, figure) in judgement.gold_figures.iter().enumerate().filter(|(_, f)| f.verdict == Verdict::Hit) {
        let aspects = [
            (figure.subject, ErrorKind::FigureSubject),
            (figure.period, ErrorKind::FigurePeriod),
            (figure.qualifier, ErrorKind::FigureQualifier),
        ];
        for (_, kind) in aspects.iter().filter(|(right, _)| !right) {
            open.take(*kind, Some(at), figure.found);
        }
    }
    for at in open.gold() {
        let wanted = &gold.gold.observations[at];
        let with = |test: &dyn Fn(usize) -> bool| open.found().into_iter().find(|index| test(*index));
        let observation = |index: usize| &extraction.observations[index];
        if let Some(index) = with(&|index| observation(index).value == wanted.value) {
            open.take(ErrorKind::FigureUnit, Some(at), Some(index));
        } else if let Some(index) =
            with(&|index| observation(index).unit == wanted.unit && observation(index).indicator == wanted.indicator)
        {
            open.take(ErrorKind::FigureValue, Some(at), Some(index));
        } else {
            open.take(ErrorKind::FigureMissed, Some(at), None);
        }
    }
    for index in open.found() {
        open.take(ErrorKind::FigureSpurious, None, Some(index));
    }
    open.faults
}
