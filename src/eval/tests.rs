//! Judging by hand-made readings of one annotated article; the counts were worked out by the rules of score.py.

use super::*;
use crate::{
    detect::candidates::Sources,
    gold::{Gold, GoldArticle},
    model::{EntityType, Extraction, Predicate, Qualifier, Span},
};

const TEXT: &str = "武清开发区引进诺禾致源\n武清区的京滨工业园聚焦生物医药,与天津大学合作,去年到位资金477.27亿元,同比增长80%。京滨园区引进中创物流。";

fn article() -> GoldArticle {
    let gold: Gold = serde_json::from_value(serde_json::json!({
        "id": "m01", "title": "武清开发区引进诺禾致源", "published": null, "source": null, "sha256": null,
        "entities": [
            {"id": "e1", "type": "Park", "name": "武清开发区", "aliases": []},
            {"id": "e2", "type": "Company", "name": "诺禾致源", "aliases": []},
            {"id": "e3", "type": "Region", "name": "武清区", "aliases": []},
            {"id": "e4", "type": "Park", "name": "京滨工业园", "aliases": ["京滨园区"]},
            {"id": "e5", "type": "Industry", "name": "生物医药", "aliases": []},
            {"id": "e6", "type": "Institution", "name": "天津大学", "aliases": []},
            {"id": "e7", "type": "Company", "name": "中创物流", "aliases": [], "optional": true}],
        "relations": [["e1", "attracts", "e2"], ["e4", "locatedIn", "e3"], ["e4", "focusesOn", "e5"], ["e4", "cooperatesWith", "e6"], ["e4", "attracts", "e7"]],
        "observations": [
            {"subject": "e4", "indicator": "到位资金", "value": 477.27, "unit": "亿元", "period": "2024", "qualifier": "exact"},
            {"subject": "e4", "indicator": "到位资金", "value": 80, "unit": "%", "period": "2024", "qualifier": "growth"}],
    }))
    .unwrap();
    GoldArticle::new(gold, TEXT)
}

/// Counts and kinds of errors after a change to a perfect reading.
fn after(change: impl FnOnce(&mut Extraction)) -> (Scores, Vec<ErrorKind>) {
    let article = article();
    let mut extraction = article.extraction();
    change(&mut extraction);
    let mut scores = Scores::default();
    let judgement = scores.add(&article, &extraction);
    (scores, judgement.faults.iter().map(|fault| fault.kind).collect())
}

fn tally(scores: &Scores, measure: Measure) -> (usize, usize, usize) {
    let tally = scores.counts[measure];
    (tally.hits, tally.predicted, tally.gold)
}

#[test]
fn a_perfect_reading_has_no_faults_and_optional_facts_do_not_count() {
    let (scores, kinds) = after(|_| ());
    assert_eq!(tally(&scores, Measure::Entity), (6, 6, 6));
    assert_eq!(tally(&scores, Measure::Relation), (4, 4, 4));
    assert_eq!(tally(&scores, Measure::ObservationFull), (2, 2, 2));
    assert_eq!(kinds, []);
    assert_eq!(scores.macro_f1(), 1.0);
}

#[test]
fn a_wrong_type_is_one_error_and_keeps_its_relations() {
    let (scores, kinds) = after(|e| e.entities[1].kind = EntityType::Institution);
    assert_eq!(tally(&scores, Measure::Entity), (5, 6, 6));
    assert_eq!(tally(&scores, Measure::EntityUntyped), (6, 6, 6));
    assert_eq!(tally(&scores, Measure::Relation), (4, 4, 4));
    assert_eq!(kinds, [ErrorKind::EntityType]);
}

#[test]
fn a_missed_entity_takes_its_relations_along() {
    let (scores, kinds) = after(|e| {
        e.entities.remove(4);
        e.relations.retain(|relation| relation.object != "e5");
    });
    assert_eq!(tally(&scores, Measure::Entity), (5, 5, 6));
    assert_eq!(tally(&scores, Measure::Relation), (3, 3, 4));
    assert_eq!(kinds, [ErrorKind::EntityMissed, ErrorKind::RelationEndMissing]);
}

#[test]
fn boundaries_are_told_apart() {
    let shift = |start: usize, end: usize| {
        after(move |e| {
            let chars: Vec<char> = TEXT.chars().collect();
            e.entities[0].name = chars[start..end].iter().collect();
            e.entities[0].mentions[0].span = Span::new(start, end);
        })
        .1[0]
    };
    assert_eq!(shift(0, 2), ErrorKind::EntityTooShort);
    assert_eq!(shift(0, 7), ErrorKind::EntityTooLong);
    assert_eq!(shift(2, 7), ErrorKind::EntityShifted);
}

#[test]
fn a_name_inside_a_longer_one_has_no_boundaries_to_be_wrong() {
    let (scores, kinds) = after(|e| {
        let mut inner = e.entities[0].clone();
        (inner.id, inner.name, inner.aliases) = ("e9".into(), "武清".into(), vec![]);
        inner.mentions.truncate(1);
        inner.mentions[0].span.end = inner.mentions[0].span.start + 2;
        inner.mentions[0].detector = "inside".into();
        e.entities.push(inner);
    });
    assert_eq!(kinds, [ErrorKind::EntitySpurious], "not too short: 武清开发区 is right");
    let tally = &scores.by_detector["inside"];
    assert_eq!((tally.mentions_right, tally.mentions), (0, 1));
    // Gold names no place of what stands only inside longer names: it is right where the entity is.
    let (scores, _) = after(|e| {
        let region = &mut e.entities[2];
        region.mentions.iter_mut().for_each(|mention| mention.detector = "inside".into());
        region.mentions[0].span = Span::new(0, 2);
    });
    let tally = &scores.by_detector["inside"];
    assert_eq!(tally.mentions_right, tally.mentions);
}

#[test]
fn split_and_merged_entities_are_told_apart() {
    let (scores, kinds) = after(|e| {
        let mut half = e.entities[3].clone();
        (half.id, half.name, half.aliases) = ("e9".into(), "京滨园区".into(), vec![]);
        e.entities.push(half);
    });
    assert_eq!(tally(&scores, Measure::Entity), (6, 7, 6));
    assert_eq!(kinds, [ErrorKind::EntitySplit]);
    let (_, kinds) = after(|e| {
        let gone = e.entities.remove(0);
        e.entities[2].aliases.push(gone.name);
        e.relations[0].subject = "e4".into();
    });
    assert_eq!(kinds[0], ErrorKind::EntityMerged);
}

#[test]
fn relations_go_wrong_in_their_ways() {
    let kinds = |change: fn(&mut Extraction)| after(change).1;
    assert_eq!(kinds(|e| e.relations[2].predicate = Predicate::ReliesOn), [ErrorKind::RelationPredicate]);
    assert_eq!(kinds(|e| e.relations[2].subject = "e1".into()), [ErrorKind::RelationSubject]);
    assert_eq!(kinds(|e| e.relations[1].object = "e1".into()), [ErrorKind::RelationObject]);
    assert_eq!(kinds(|e| drop(e.relations.remove(0))), [ErrorKind::RelationMissed]);
    assert_eq!(kinds(|e| e.relations[3].predicate = Predicate::Develops), [ErrorKind::RelationPredicate]);
    // Symmetric: the other way round is the same.
    assert_eq!(
        kinds(|e| {
            let relation = &mut e.relations[3];
            std::mem::swap(&mut relation.subject, &mut relation.object);
        }),
        []
    );
    let (scores, kinds) = after(|e| {
        let mut more = e.relations[0].clone();
        more.object = "e6".into();
        e.relations.push(more);
    });
    assert_eq!((tally(&scores, Measure::Relation), kinds), ((4, 5, 4), vec![ErrorKind::RelationSpurious]));
}

#[test]
fn figures_go_wrong_in_their_ways() {
    let (scores, kinds) = after(|e| {
        e.observations[0].value = 4772.7;
        e.observations[0].unit = "千万元".into();
    });
    assert_eq!((tally(&scores, Measure::ObservationFull), kinds), ((2, 2, 2), vec![]));
    let (scores, kinds) = after(|e| {
        e.observations[0].subject = None;
        e.observations[1].period = None;
        e.observations[1].qualifier = Qualifier::Exact;
    });
    assert_eq!(tally(&scores, Measure::Observation), (2, 2, 2));
    assert_eq!(tally(&scores, Measure::ObservationFull), (0, 2, 2));
    assert_eq!(kinds, [ErrorKind::FigureSubject, ErrorKind::FigurePeriod, ErrorKind::FigureQualifier]);
    let kinds = |change: fn(&mut Extraction)| after(change).1;
    assert_eq!(kinds(|e| e.observations[0].value = 477.0), [ErrorKind::FigureValue]);
    assert_eq!(kinds(|e| e.observations[0].unit = "万元".into()), [ErrorKind::FigureUnit]);
    assert_eq!(kinds(|e| drop(e.observations.remove(0))), [ErrorKind::FigureMissed]);
    let more = |e: &mut Extraction| {
        let mut more = e.observations[0].clone();
        (more.value, more.unit) = (3.0, "家".into());
        e.observations.push(more);
    };
    assert_eq!(kinds(more), [ErrorKind::FigureSpurious]);
}

#[test]
fn detectors_and_confidences_are_counted() {
    let (scores, _) = after(|e| {
        e.entities[0].mentions[0].detector = "tagger+gazetteer".into();
        e.entities[0].confidence = 0.85;
        e.entities[1].kind = EntityType::Person;
        e.entities[1].mentions[0].detector = "tagger+gazetteer".into();
        e.entities[1].confidence = 0.81;
    });
    let tally = scores.by_detector["tagger+gazetteer"];
    assert_eq!((tally.mentions, tally.mentions_right, tally.entities, tally.entities_right), (2, 1, 2, 1));
    let bin = scores.reliability[Sure::Entity as usize].bins[8];
    assert_eq!((bin.facts, bin.right), (2, 1));
}

#[test]
fn the_page_needs_no_network_and_cannot_be_broken_by_a_text() {
    let mut article = article();
    article.article.text.push_str("</script><img src=x onerror=alert(1)>{data}{style}");
    let mut extraction = article.extraction();
    extraction.entities.remove(0);
    let mut scores = Scores::default();
    let judgement = scores.add(&article, &extraction);
    let pages = [report::article(&article, &extraction, &judgement)];
    let html = report::page(&Measured::new(&scores), &pages, report::Lang::Zh);
    assert_eq!(html.matches("</script>").count(), 2);
    assert!(!html.contains("<img"), "an article's text became markup");
    for outside in ["src=\"", "href=\"", "@import", "url("] {
        assert!(!html.contains(outside), "{outside}");
    }
    assert!(html.contains("漏掉实体") && html.contains("{data}{style}"));
}

#[test]
fn kinds_have_one_name_in_the_page_and_in_json() {
    for kind in ErrorKind::ALL {
        assert_eq!(serde_json::to_value(kind).unwrap(), kind.key());
    }
}

#[test]
fn an_entity_of_one_mention_has_the_votes_of_that_mention() {
    let mut entity = article().entities().swap_remove(0);
    entity.mentions.truncate(1);
    for bits in 1..1u16 << Sources::NAMES.len() {
        entity.mentions[0].detector = Sources(bits).names();
        assert_eq!(detectors::voters(&entity), entity.mentions[0].detector);
    }
}
