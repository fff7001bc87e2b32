//! What the page is told of an article: texts, marks, facts and what became of them. Offsets count Unicode scalar values.

use serde::Serialize;

use crate::{
    eval::{ErrorKind, Judgement, Measure, Verdict},
    gold::GoldArticle,
    model::{Evidence, Extraction, Span},
};

/// An article with its judgement, as the page reads it.
#[derive(Debug, Clone, Serialize)]
pub struct Article {
    id: String,
    title: String,
    writer: String,
    published: Option<String>,
    text: String,
    /// F1 by [`Measure::ALL`].
    f1: Vec<f64>,
    gold: Side,
    found: Side,
    relations: Vec<Relation>,
    figures: Vec<Figure>,
    faults: Vec<Fault>,
}

#[derive(Debug, Clone, Serialize)]
struct Side {
    entities: Vec<Entity>,
    /// Start, end, place of the entity.
    marks: Vec<(usize, usize, usize)>,
}

#[derive(Debug, Clone, Serialize)]
struct Entity {
    #[serde(rename = "type")]
    kind: &'static str,
    name: String,
    aliases: Vec<String>,
    verdict: &'static str,
    /// The entity on the other side that it belongs with.
    other: Option<usize>,
    error: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    confidence: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    detectors: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<String>,
}

#[derive(Debug, Clone, Serialize)]
struct Relation {
    side: &'static str,
    verdict: &'static str,
    subject: String,
    predicate: &'static str,
    object: String,
    error: Option<&'static str>,
    confidence: Option<f64>,
    detector: Option<String>,
    evidence: Option<Evidence>,
}

#[derive(Debug, Clone, Serialize)]
struct FigureSide {
    subject: Option<String>,
    indicator: String,
    value: f64,
    unit: String,
    period: Option<String>,
    qualifier: &'static str,
}

#[derive(Debug, Clone, Serialize)]
struct Figure {
    verdict: &'static str,
    gold: Option<FigureSide>,
    found: Option<FigureSide>,
    errors: Vec<&'static str>,
    confidence: Option<f64>,
    evidence: Option<Evidence>,
}

#[derive(Debug, Clone, Serialize)]
struct Fault {
    kind: &'static str,
    words: String,
}

impl ErrorKind {
    /// The name in JSON: `entityTooShort`.
    pub(in crate::eval) fn key(self) -> &'static str {
        // The tables of labels and the figures' file use one name; a test holds it to serde's.
        match self {
            Self::EntityMissed => "entityMissed",
            Self::EntitySpurious => "entitySpurious",
            Self::EntityType => "entityType",
            Self::EntityTooShort => "entityTooShort",
            Self::EntityTooLong => "entityTooLong",
            Self::EntityShifted => "entityShifted",
            Self::EntitySplit => "entitySplit",
            Self::EntityMerged => "entityMerged",
            Self::RelationMissed => "relationMissed",
            Self::RelationEndMissing => "relationEndMissing",
            Self::RelationSubject => "relationSubject",
            Self::RelationObject => "relationObject",
            Self::RelationPredicate => "relationPredicate",
            Self::RelationSpurious => "relationSpurious",
            Self::RelationEndSpurious => "relationEndSpurious",
            Self::FigureMissed => "figureMissed",
            Self::FigureSpurious => "figureSpurious",
            Self::FigureValue => "figureValue",
            Self::FigureUnit => "figureUnit",
            Self::FigureSubject => "figureSubject",
            Self::FigurePeriod => "figurePeriod",
            Self::FigureQualifier => "figureQualifier",
        }
    }
}

/// What the page shows of a judged article.
pub fn article(gold: &GoldArticle, extraction: &Extraction, judgement: &Judgement) -> Article {
    let faults = judgement.faults.iter().map(|fault| Fault {
        kind: fault.kind.key(),
        words: crate::eval::scores::in_words(gold, extraction, fault).splitn(3, ": ").nth(2).unwrap_or("").to_owned(),
    });
    Article {
        id: gold.gold.id.clone(),
        title: gold.article.title.clone(),
        writer: gold.writer().to_owned(),
        published: gold.gold.published.clone(),
        text: gold.article.text.clone(),
        f1: Measure::ALL.map(|measure| judgement.counts[measure].f1()).into(),
        gold: gold_side(gold, judgement),
        found: found_side(extraction, judgement),
        relations: relations(gold, extraction, judgement),
        figures: figures(gold, extraction, judgement),
        faults: faults.collect(),
    }
}

fn word(verdict: Verdict, wrong: &'static str) -> &'static str {
    match verdict {
        Verdict::Hit => "hit",
        Verdict::Wrong => wrong,
        Verdict::Uncounted => "uncounted",
    }
}

/// The kind of the fault of the fact at a place, of one stage.
fn error(
    judgement: &Judgement,
    stage: super::Stage,
    gold: Option<usize>,
    found: Option<usize>,
) -> Option<&'static str> {
    let faults = judgement.faults.iter().filter(|fault| fault.kind.stage() == stage);
    let mut mine =
        faults.filter(|fault| gold.is_some() && fault.gold == gold || found.is_some() && fault.found == found);
    mine.next().map(|fault| fault.kind.key())
}

fn gold_side(gold: &GoldArticle, judgement: &Judgement) -> Side {
    let entities = gold.gold.entities.iter().enumerate().map(|(at, entity)| Entity {
        kind: entity.kind.as_str(),
        name: entity.name.clone(),
        aliases: entity.aliases.clone(),
        verdict: word(judgement.gold_entities[at], "missed"),
        other: judgement.pairing.typed.found[at].or(judgement.pairing.loose.found[at]),
        error: error(judgement, super::Stage::Entity, Some(at), None),
        confidence: None,
        detectors: None,
        link: None,
    });
    let marks = gold.mentions().into_iter().map(|mention| (mention.span.start, mention.span.end, mention.entity));
    Side { entities: entities.collect(), marks: marks.collect() }
}

fn found_side(extraction: &Extraction, judgement: &Judgement) -> Side {
    let entities = extraction.entities.iter().enumerate().map(|(index, entity)| Entity {
        kind: entity.kind.as_str(),
        name: entity.name.clone(),
        aliases: entity.aliases.clone(),
        verdict: word(judgement.found_entities[index], "spurious"),
        other: judgement.pairing.typed.gold[index].or(judgement.pairing.loose.gold[index]),
        error: error(judgement, super::Stage::Entity, None, Some(index)),
        confidence: Some(rounded(entity.confidence)),
        detectors: Some(crate::eval::detectors::voters(entity)),
        link: entity.link.as_ref().map(|link| format!("{} {} {}", link.scheme, link.code, link.name)),
    });
    let mut marks: Vec<(Span, usize)> = (extraction.entities.iter().enumerate())
        .flat_map(|(index, entity)| entity.mentions.iter().map(move |mention| (mention.span, index)))
        .collect();
    marks.sort_by_key(|(span, index)| (span.start, std::cmp::Reverse(span.end), *index));
    Side { entities: entities.collect(), marks: marks.into_iter().map(|(s, index)| (s.start, s.end, index)).collect() }
}

/// Annotated relations, each with the found one where it is a hit; then those found beside them.
fn relations(gold: &GoldArticle, extraction: &Extraction, judgement: &Judgement) -> Vec<Relation> {
    let stage = super::Stage::Relation;
    let gold_name =
        |id: &str| gold.gold.entities.iter().find(|e| e.id == id).map_or("?", |e| e.name.as_str()).to_owned();
    let found_name =
        |id: &str| extraction.entities.iter().find(|e| e.id == id).map_or("?", |e| e.name.as_str()).to_owned();
    let missed = gold.gold.relations.iter().enumerate().filter(|(at, _)| judgement.gold_relations[*at] != Verdict::Hit);
    let missed = missed.map(|(at, (subject, predicate, object))| Relation {
        side: "gold",
        verdict: word(judgement.gold_relations[at], "missed"),
        subject: gold_name(subject),
        predicate: predicate.as_str(),
        object: gold_name(object),
        error: error(judgement, stage, Some(at), None),
        confidence: None,
        detector: None,
        evidence: None,
    });
    let found = extraction.relations.iter().enumerate().map(|(index, relation)| Relation {
        side: "found",
        verdict: word(judgement.found_relations[index], "spurious"),
        subject: found_name(&relation.subject),
        predicate: relation.predicate.as_str(),
        object: found_name(&relation.object),
        error: error(judgement, stage, None, Some(index)),
        confidence: Some(rounded(relation.confidence)),
        detector: Some(relation.detector.clone()),
        evidence: Some(relation.evidence.clone()),
    });
    found.chain(missed).collect()
}

/// Figures of both sides, those that belong together in one row.
fn figures(gold: &GoldArticle, extraction: &Extraction, judgement: &Judgement) -> Vec<Figure> {
    let gold_name =
        |id: &str| gold.gold.entities.iter().find(|e| e.id == id).map_or("?", |e| e.name.as_str()).to_owned();
    let found_name =
        |id: &str| extraction.entities.iter().find(|e| e.id == id).map_or("?", |e| e.name.as_str()).to_owned();
    let gold_figure = |at: usize| {
        let o = &gold.gold.observations[at];
        FigureSide {
            subject: o.subject.as_deref().map(gold_name),
            indicator: o.indicator.clone(),
            value: o.value,
            unit: o.unit.clone(),
            period: o.period.clone(),
            qualifier: o.qualifier.as_str(),
        }
    };
    let found_figure = |index: usize| {
        let o = &extraction.observations[index];
        FigureSide {
            subject: o.subject.as_deref().map(found_name),
            indicator: o.indicator.clone(),
            value: o.value,
            unit: o.unit.clone(),
            period: o.period.clone(),
            qualifier: o.qualifier.as_str(),
        }
    };
    let figure_faults = || judgement.faults.iter().filter(|fault| fault.kind.stage() == super::Stage::Figure);
    let row = |verdict: &'static str, at: Option<usize>, index: Option<usize>| Figure {
        verdict,
        gold: at.map(gold_figure),
        found: index.map(found_figure),
        errors: (figure_faults())
            .filter(|fault| at.is_some() && fault.gold == at || index.is_some() && fault.found == index)
            .map(|fault| fault.kind.key())
            .collect(),
        confidence: index.map(|index| rounded(extraction.observations[index].confidence)),
        evidence: index.map(|index| extraction.observations[index].evidence.clone()),
    };
    // A missed figure and a found one that is it with another number or unit share a row.
    let near = |at: usize| figure_faults().find(|f| f.gold == Some(at) && f.found.is_some()).and_then(|f| f.found);
    let mut rows = Vec::new();
    let mut shown = vec![false; extraction.observations.len()];
    for (at, figure) in judgement.gold_figures.iter().enumerate() {
        let verdict = if figure.verdict == Verdict::Hit && !figure.is_full() {
            "partial"
        } else {
            word(figure.verdict, "missed")
        };
        let index = figure.found.or_else(|| near(at));
        if let Some(index) = index {
            shown[index] = true;
        }
        rows.push(row(verdict, Some(at), index));
    }
    let rest = (0..shown.len()).filter(|index| !shown[*index]);
    rows.extend(rest.map(|index| row(word(judgement.found_figures[index].0, "spurious"), None, Some(index))));
    rows
}

/// Four digits.
fn rounded(confidence: f64) -> f64 {
    (confidence * 1e4).round() / 1e4
}
