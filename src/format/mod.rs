//! Extractions as text: for programs (JSON lines, TSV) and for people (the article with its mentions marked).
//!
//! RDF has its own module; nothing here knows files or terminals.

pub mod jsonl;
pub mod marked;
pub mod tsv;

use std::collections::HashSet;

use crate::model::Extraction;

/// Leaves out what is less sure than `minimum`: entities, relations with a missing end, figures; a figure whose subject goes stays
/// without subject.
pub fn at_least(mut extraction: Extraction, minimum: f64) -> Extraction {
    extraction.entities.retain(|entity| entity.confidence >= minimum);
    let kept: HashSet<&str> = extraction.entities.iter().map(|entity| entity.id.as_str()).collect();
    extraction.relations.retain(|relation| {
        relation.confidence >= minimum
            && kept.contains(relation.subject.as_str())
            && kept.contains(relation.object.as_str())
    });
    extraction.observations.retain(|observation| observation.confidence >= minimum);
    for observation in &mut extraction.observations {
        observation.subject = observation.subject.take().filter(|subject| kept.contains(subject.as_str()));
    }
    extraction
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::fixture;

    #[test]
    fn a_relation_goes_with_its_ends() {
        let all = fixture::extraction();
        assert_eq!(at_least(all.clone(), 0.0), all);
        let some = at_least(all, 0.85);
        let ids: Vec<&str> = some.entities.iter().map(|entity| entity.id.as_str()).collect();
        assert_eq!(ids, ["e1", "e2"]);
        assert!(some.relations.is_empty());
        assert_eq!(some.observations[0].subject.as_deref(), Some("e1"));
    }
}

#[cfg(test)]
pub(crate) mod fixture {
    //! One small extraction for the tests of the formats.

    use crate::model::{
        Article, Diagnostic, Entity, EntityType, Evidence, Extraction, Link, Mention, Modality, Observation, Predicate,
        Qualifier, Relation, Span, iri,
    };

    const TITLE: &str = "武清开发区引进诺禾致源";

    fn entity(id: &str, kind: EntityType, name: &str, start: usize, confidence: f64) -> Entity {
        let span = Span::new(start, start + name.chars().count());
        let mention = Mention { span, text: name.to_owned(), detector: "test".to_owned(), confidence };
        let iri = iri::entity(kind, name, None);
        Entity {
            id: id.into(),
            iri,
            kind,
            name: name.into(),
            aliases: vec![],
            confidence,
            link: None,
            mentions: vec![mention],
        }
    }

    pub(crate) fn extraction() -> Extraction {
        let article = Article::new(Some("a1".into()), TITLE, "到位资金12.5亿元。", Some("2025-07-02".into()), None);
        let mut region = entity("e1", EntityType::Region, "武清", 0, 0.9);
        region.link = Some(Link {
            scheme: "GB/T2260".into(),
            code: "120114".into(),
            name: "武清区".into(),
            score: 0.95,
            alternatives: vec![],
        });
        Extraction {
            article,
            entities: vec![
                region,
                entity("e2", EntityType::Park, "武清开发区", 0, 0.875_123_4),
                entity("e3", EntityType::Company, "诺禾致源", 7, 0.8),
            ],
            relations: vec![Relation {
                id: "r1".into(),
                subject: "e2".into(),
                predicate: Predicate::Attracts,
                object: "e3".into(),
                confidence: 0.9,
                detector: "test".into(),
                modality: Modality::Asserted,
                evidence: Evidence { span: Span::new(0, 11), text: TITLE.into() },
            }],
            observations: vec![Observation {
                id: "o1".into(),
                subject: Some("e1".into()),
                indicator: "到位资金".into(),
                value: 12.5,
                unit: "亿元".into(),
                period: None,
                qualifier: Qualifier::Exact,
                confidence: 0.9,
                detector: "test".into(),
                evidence: Evidence { span: Span::new(12, 22), text: "到位资金12.5亿元".into() },
            }],
            diagnostics: vec![Diagnostic {
                stage: "test".into(),
                message: "no period".into(),
                span: Some(Span::new(12, 22)),
            }],
        }
    }
}
