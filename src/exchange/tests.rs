//! What is written is read back: every format, on annotated articles.

use std::{collections::BTreeSet, path::Path};

use proptest::prelude::*;

use super::*;
use crate::{
    eval::comparable,
    gold::{GoldArticle, read_corpus},
    model::{Article, EntityType, Extraction, Mention, Span},
};

type Read = fn(&Extraction) -> Annotated;

const FORMATS: [(&str, Read); 3] = [
    ("brat", |extraction| {
        brat::read(&extraction.article.id, "a.ann", &brat::text(extraction), &brat::annotations(extraction)).unwrap()
    }),
    ("conll", |extraction| conll::read("a.conll", &conll::document(extraction)).unwrap().remove(0)),
    ("labelstudio", |extraction| {
        labelstudio::read("a.json", &labelstudio::task(extraction).to_string(), true).unwrap().0.remove(0)
    }),
];

/// An entity by its type and the forms that are marked in the text.
type Named = (EntityType, BTreeSet<String>);

fn named(extraction: &Extraction, id: &str) -> Option<Named> {
    let entity = extraction.entities.iter().find(|entity| entity.id == id)?;
    let forms: BTreeSet<String> = entity.mentions.iter().map(|mention| comparable(&mention.text)).collect();
    (!forms.is_empty()).then_some((entity.kind, forms))
}

fn named_gold(gold: &GoldArticle, id: &str) -> Option<Named> {
    let entity = gold.gold.entities.iter().find(|entity| entity.id == id)?;
    Some((entity.kind, entity.forms().map(|form| comparable(form)).collect()))
}

/// All facts that marks can say.
fn facts(extraction: &Extraction) -> BTreeSet<String> {
    let name = |id: &str| named(extraction, id);
    let mut facts: BTreeSet<String> =
        extraction.entities.iter().filter_map(|entity| Some(format!("{:?}", name(&entity.id)?))).collect();
    facts.extend(extraction.relations.iter().filter_map(|relation| {
        Some(format!("{:?} {} {:?}", name(&relation.subject)?, relation.predicate, name(&relation.object)?))
    }));
    facts.extend(extraction.observations.iter().map(|o| {
        let subject = o.subject.as_deref().and_then(name);
        format!("{subject:?} {} {} {} {:?} {:?}", o.indicator, o.value, o.unit, o.period, o.qualifier)
    }));
    facts
}

fn gold_facts(gold: &GoldArticle) -> BTreeSet<String> {
    let name = |id: &str| named_gold(gold, id);
    let mut facts: BTreeSet<String> =
        gold.gold.entities.iter().filter_map(|entity| Some(format!("{:?}", name(&entity.id)?))).collect();
    facts.extend(gold.gold.relations.iter().filter_map(|(subject, predicate, object)| {
        Some(format!("{:?} {predicate} {:?}", name(subject)?, name(object)?))
    }));
    facts.extend(gold.gold.observations.iter().map(|o| {
        let subject = o.subject.as_deref().and_then(name);
        format!("{subject:?} {} {} {} {:?} {:?}", o.indicator, o.value, o.unit, o.period, o.qualifier)
    }));
    facts
}

#[test]
fn annotated_articles_come_back_whole() {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/data/corpus"));
    for article in read_corpus(folder).unwrap().iter().step_by(11) {
        let extraction = article.extraction();
        for (format, read) in FORMATS {
            let gold = read(&extraction).gold();
            let id = &article.gold.id;
            assert_eq!(gold.article.text.trim_end(), article.article.text.trim_end(), "{id} as {format}");
            assert_eq!(gold.gold.published, article.gold.published, "{id} as {format}");
            assert_eq!(gold_facts(&gold), facts(&extraction), "{id} as {format}");
        }
    }
}

proptest! {
    #[test]
    fn any_text_and_marks_come_back(
        lines in proptest::collection::vec("[武清区引进。；“”（） a😀]{0,12}", 2..6),
        marks in proptest::collection::vec((0usize..40, 1usize..6, 0usize..14), 0..6),
    ) {
        // A title; no line that is all white space at the end, which no format keeps.
        let text = format!("题{}", lines.join("\n")).trim_end().to_owned();
        let chars: Vec<char> = text.chars().collect();
        let (title, body) = text.split_once('\n').unwrap_or((&text, "文"));
        let mut extraction = crate::format::fixture::extraction();
        extraction.article = Article::new(Some("a1".into()), title, body, None, None);
        extraction.relations.clear();
        extraction.observations.clear();
        let template = extraction.entities[0].clone();
        extraction.entities.clear();
        let mut free = 0;
        let mut spans = BTreeSet::new();
        for (skip, length, kind) in marks {
            let span = Span::new(free + skip, free + skip + length);
            let Some(there) = chars.get(span.start..span.end) else { break };
            if there.iter().any(|c| c.is_whitespace()) || comparable(&there.iter().collect::<String>()).is_empty() {
                continue;
            }
            let kind = EntityType::ALL[kind];
            let mention = Mention { span, text: there.iter().collect(), detector: "test".into(), confidence: 1.0 };
            let id = format!("e{}", extraction.entities.len() + 1);
            extraction.entities.push(crate::model::Entity { id, kind, name: mention.text.clone(), mentions: vec![mention], ..template.clone() });
            spans.insert((span.start, span.end, kind));
            free = span.end;
        }
        for (format, read) in FORMATS {
            let back = read(&extraction);
            prop_assert_eq!(&back.text, &extraction.article.text, "{}", format);
            let marks: BTreeSet<_> = back.mentions.iter().map(|m| (m.span.start, m.span.end, m.kind)).collect();
            prop_assert_eq!(&marks, &spans, "{}", format);
        }
    }
}
