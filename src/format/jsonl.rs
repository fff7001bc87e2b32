//! One article a line as JSON: the contract with other programs.
//!
//! The keys, their order and their meaning stay as they are (a relation has `modality` only where it is planned); offsets are half-open, in Unicode scalar values of the article's text as
//! read, which is the title, a line break and the body.

use serde::{Serialize, Serializer};
use utoipa::ToSchema;

use crate::model::{Diagnostic, EntityType, Evidence, Extraction, Link, Mention, Modality, Predicate, Qualifier};

/// The extraction as one line, without line break. `with_text` adds the article's text.
pub fn line(extraction: &Extraction, with_text: bool) -> String {
    serde_json::to_string(&Line::of(extraction, with_text)).expect("strings and finite numbers are always JSON")
}

/// What [`line`] writes of an article.
#[derive(Serialize, ToSchema)]
pub struct Line<'a> {
    article: ArticlePart<'a>,
    entities: Vec<EntityPart<'a>>,
    relations: Vec<RelationPart<'a>>,
    observations: Vec<ObservationPart<'a>>,
    diagnostics: &'a [Diagnostic],
}

#[derive(Serialize, ToSchema)]
struct ArticlePart<'a> {
    id: &'a str,
    title: &'a str,
    published: Option<&'a str>,
    source: Option<&'a str>,
    sha256: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'a str>,
}

#[derive(Serialize, ToSchema)]
struct EntityPart<'a> {
    id: &'a str,
    iri: &'a str,
    #[serde(rename = "type")]
    kind: EntityType,
    name: &'a str,
    aliases: &'a [String],
    #[serde(serialize_with = "probability")]
    confidence: f64,
    link: Option<&'a Link>,
    mentions: Vec<MentionPart<'a>>,
}

#[derive(Serialize, ToSchema)]
struct MentionPart<'a> {
    start: usize,
    end: usize,
    text: &'a str,
    detector: &'a str,
}

#[derive(Serialize, ToSchema)]
struct RelationPart<'a> {
    id: &'a str,
    subject: &'a str,
    predicate: Predicate,
    object: &'a str,
    #[serde(serialize_with = "probability")]
    confidence: f64,
    detector: &'a str,
    /// Left out where it is told as a fact.
    #[serde(skip_serializing_if = "is_asserted")]
    modality: Modality,
    evidence: &'a Evidence,
}

fn is_asserted(modality: &Modality) -> bool {
    *modality == Modality::Asserted
}

#[derive(Serialize, ToSchema)]
struct ObservationPart<'a> {
    subject: Option<&'a str>,
    indicator: &'a str,
    #[serde(serialize_with = "number")]
    value: f64,
    unit: &'a str,
    period: Option<&'a str>,
    qualifier: Qualifier,
    #[serde(serialize_with = "probability")]
    confidence: f64,
    evidence: &'a Evidence,
}

impl<'a> Line<'a> {
    fn of(extraction: &'a Extraction, with_text: bool) -> Self {
        let article = &extraction.article;
        let mention = |mention: &'a Mention| MentionPart {
            start: mention.span.start,
            end: mention.span.end,
            text: &mention.text,
            detector: &mention.detector,
        };
        Self {
            article: ArticlePart {
                id: &article.id,
                title: &article.title,
                published: article.published.as_deref(),
                source: article.source.as_deref(),
                sha256: &article.sha256,
                text: with_text.then_some(&article.text),
            },
            entities: (extraction.entities.iter())
                .map(|entity| EntityPart {
                    id: &entity.id,
                    iri: &entity.iri,
                    kind: entity.kind,
                    name: &entity.name,
                    aliases: &entity.aliases,
                    confidence: entity.confidence,
                    link: entity.link.as_ref(),
                    mentions: entity.mentions.iter().map(mention).collect(),
                })
                .collect(),
            relations: (extraction.relations.iter())
                .map(|relation| RelationPart {
                    id: &relation.id,
                    subject: &relation.subject,
                    predicate: relation.predicate,
                    object: &relation.object,
                    confidence: relation.confidence,
                    detector: &relation.detector,
                    modality: relation.modality,
                    evidence: &relation.evidence,
                })
                .collect(),
            observations: (extraction.observations.iter())
                .map(|observation| ObservationPart {
                    subject: observation.subject.as_deref(),
                    indicator: &observation.indicator,
                    value: observation.value,
                    unit: &observation.unit,
                    period: observation.period.as_deref(),
                    qualifier: observation.qualifier,
                    confidence: observation.confidence,
                    evidence: &observation.evidence,
                })
                .collect(),
            diagnostics: &extraction.diagnostics,
        }
    }
}

/// Four digits: more say nothing.
fn probability<S: Serializer>(value: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    number(&((value * 1e4).round() / 1e4), serializer)
}

/// `780`, not `780.0`, as the text has it.
fn number<S: Serializer>(value: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    if value.fract() == 0.0 && value.abs() < 9e15 {
        serializer.serialize_i64(*value as i64)
    } else {
        serializer.serialize_f64(*value)
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::format::fixture;

    #[test]
    fn keys_stand_in_the_order_of_the_contract() {
        expect![[r#"{"article":{"id":"a1","title":"武清开发区引进诺禾致源","published":"2025-07-02","source":null,"sha256":"769822a437b3160776ee7ef5ff8432164fdcd80931e6d18b106c6824eab1e735"},"entities":[{"id":"e1","iri":"https://yutu.example/id/Region/武清","type":"Region","name":"武清","aliases":[],"confidence":0.9,"link":{"scheme":"GB/T2260","code":"120114","name":"武清区","score":0.95},"mentions":[{"start":0,"end":2,"text":"武清","detector":"test"}]},{"id":"e2","iri":"https://yutu.example/id/Park/武清开发区","type":"Park","name":"武清开发区","aliases":[],"confidence":0.8751,"link":null,"mentions":[{"start":0,"end":5,"text":"武清开发区","detector":"test"}]},{"id":"e3","iri":"https://yutu.example/id/Company/诺禾致源","type":"Company","name":"诺禾致源","aliases":[],"confidence":0.8,"link":null,"mentions":[{"start":7,"end":11,"text":"诺禾致源","detector":"test"}]}],"relations":[{"id":"r1","subject":"e2","predicate":"attracts","object":"e3","confidence":0.9,"detector":"test","evidence":{"start":0,"end":11,"text":"武清开发区引进诺禾致源"}}],"observations":[{"subject":"e1","indicator":"到位资金","value":12.5,"unit":"亿元","period":null,"qualifier":"exact","confidence":0.9,"evidence":{"start":12,"end":22,"text":"到位资金12.5亿元"}}],"diagnostics":[{"stage":"test","message":"no period","span":{"start":12,"end":22}}]}"#]].assert_eq(&line(&fixture::extraction(), false));
    }

    #[test]
    fn a_plan_is_told_from_a_fact() {
        let mut extraction = fixture::extraction();
        extraction.relations[0].modality = Modality::Planned;
        let line = line(&extraction, false);
        assert!(line.contains(r#""detector":"test","modality":"planned","evidence":"#), "{line}");
    }

    #[test]
    fn text_is_added_on_demand() {
        let line: serde_json::Value = serde_json::from_str(&line(&fixture::extraction(), true)).unwrap();
        assert_eq!(line["article"]["text"], "武清开发区引进诺禾致源\n到位资金12.5亿元。");
    }
}
