//! Which entity a figure is about: those named around it and those the article is about, or none.

use super::{
    mentions::{Mentions, Place},
    page::Page,
    scan::Figure,
    traits::{self, Standing, Traits},
    view::{View, count, distance},
};
use crate::{
    learn::Features,
    model::{EntityType, Span},
    text::Pos,
};

/// How many distinct entities before and after the figure are considered.
const BEFORE: usize = 14;
const AFTER: usize = 4;

/// An entity that a figure may be about.
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    /// Its index; `None` for no entity.
    pub entity: Option<usize>,
    /// What is known of it.
    pub features: Features,
    pub traits: Traits,
}

/// What is known of the figure before.
#[derive(Debug, Clone, Copy)]
pub(super) struct Previous {
    /// Its place in the list of candidates.
    pub index: usize,
    /// The entity given to it.
    pub entity: Option<usize>,
}

/// What the article as a whole says of its entities.
#[derive(Debug)]
pub(super) struct Theme {
    /// Entities named in the headline, in order.
    pub title: Vec<usize>,
    /// Number of mentions of each entity.
    pub counts: Vec<usize>,
    /// The most named region or park.
    pub main: Option<usize>,
    /// The entity named first in the body.
    pub first: Option<usize>,
}

impl Theme {
    pub(super) fn new(page: &Page, mentions: &Mentions) -> Self {
        let title_end = page.text.title_end();
        let mut counts = vec![0; mentions.entities.len()];
        let mut title = Vec::new();
        let mut first = None;
        for place in &mentions.places {
            counts[place.entity] += 1;
            if place.span.end <= title_end {
                counts[place.entity] += 1;
                if !title.contains(&place.entity) {
                    title.push(place.entity);
                }
            } else if first.is_none() {
                first = Some(place.entity);
            }
        }
        let placelike = |e: usize| matches!(mentions.entities[e].kind, EntityType::Region | EntityType::Park);
        let main = (0..counts.len())
            .filter(|&e| placelike(e) && counts[e] > 0)
            .max_by_key(|&e| (counts[e], std::cmp::Reverse(e)));
        Self { title, counts, main, first }
    }
}

/// Nouns that speak of something by its type, and the types; what exactly they stand for is another matter ([`Mentions::stood_for`]).
const TYPE_NOUNS: [(&str, &[EntityType]); 30] = {
    use EntityType::*;
    [
        ("全区", &[Region, Park]),
        ("全市", &[Region]),
        ("全县", &[Region]),
        ("全省", &[Region]),
        ("全镇", &[Region]),
        ("全域", &[Region, Park]),
        ("该区", &[Region, Park]),
        ("该市", &[Region]),
        ("该县", &[Region]),
        ("该镇", &[Region]),
        ("新区", &[Region, Park]),
        ("园区", &[Park]),
        ("开发区", &[Park]),
        ("公司", &[Company]),
        ("集团", &[Company]),
        ("企业", &[Company]),
        ("项目", &[Project]),
        ("工程", &[Project]),
        ("线路", &[Project]),
        ("基地", &[Park, Project, Platform]),
        ("该平台", &[Platform]),
        ("平台", &[Platform]),
        ("中心", &[Platform, Institution]),
        ("基金", &[Program]),
        ("学校", &[Institution]),
        ("学院", &[Institution]),
        ("大会", &[Event]),
        ("活动", &[Event]),
        ("政策", &[Program, Document]),
        ("措施", &[Document]),
    ]
};

/// Places of the figures' surroundings that are the same for all candidates.
pub(super) struct Frame<'a, 'p> {
    pub figures: &'p [Figure],
    pub unit_kind: usize,
    pub qualifier_index: usize,
    pub clause_number: usize,
    pub figure_number: usize,
    pub tense: usize,
    pub page: &'p Page<'a>,
    pub figure: &'p Figure,
    pub view: &'p View,
    pub noun: &'p str,
    pub verb: &'p str,
    pub after: &'p str,
    pub qualifier: &'static str,
    /// What 全市 or 该公司 between the clause's beginning and the figure stands for.
    pub stood_for: Option<usize>,
    /// The noun of the clause that speaks of something by its type, with the types.
    pub type_noun: Option<(&'static str, &'static [EntityType])>,
    /// Sentence and paragraph begin with this mention.
    pub topic: Option<usize>,
    pub paragraph_topic: Option<usize>,
}

/// All candidate subjects of figure `index`, none first.
#[expect(clippy::too_many_arguments, reason = "all are plain views of the same article")]
pub(super) fn candidates(
    page: &Page,
    mentions: &Mentions,
    theme: &Theme,
    figures: &[Figure],
    views: &[View],
    index: usize,
    qualifier: &'static str,
    previous: Option<Previous>,
) -> Vec<Candidate> {
    let figure = &figures[index];
    let view = &views[index];
    let start = figure.span.start;
    let places = &mentions.places;
    let split = mentions.from(start);
    let paragraph_start = page.text.sentences[..view.sentence_index]
        .iter()
        .rev()
        .take_while(|s| s.paragraph == view.paragraph)
        .last()
        .map_or(view.sentence.start, |s| s.span.start);
    let near = previous.map_or("-", |p| {
        let other = &views[p.index];
        if other.clause == view.clause {
            "clause"
        } else if other.sentence_index == view.sentence_index {
            "sentence"
        } else if other.sentence_index + 1 == view.sentence_index {
            "next sentence"
        } else if other.paragraph == view.paragraph {
            "paragraph"
        } else {
            "far"
        }
    });
    let clause = page.slice(view.clause.start, start);
    let frame = Frame {
        figures,
        unit_kind: super::unit::KINDS.iter().position(|k| *k == figure.unit.kind.0).unwrap_or(0),
        qualifier_index: crate::model::Qualifier::ALL.iter().position(|q| q.as_str() == qualifier).unwrap_or(0),
        clause_number: page.sentence(start).clauses.iter().take_while(|c| c.span.end <= start).count(),
        figure_number: figures[..index].iter().rev().take_while(|f| f.span.start >= view.sentence.start).count(),
        tense: view.tense_class(),
        page,
        figure,
        view,
        noun: View::words(page, view.noun),
        verb: View::words(page, view.verb),
        after: View::words(page, view.after),
        qualifier,
        stood_for: mentions.stood_for(Span::new(view.clause.start, start.max(view.clause.start))),
        type_noun: TYPE_NOUNS.iter().find(|(word, _)| clause.contains(word)).map(|&(word, kinds)| (word, kinds)),
        topic: places.get(mentions.from(view.sentence.start)).filter(|p| p.span.start < start).map(|p| p.entity),
        paragraph_topic: places.get(mentions.from(paragraph_start)).filter(|p| p.span.start < start).map(|p| p.entity),
    };
    let mut chosen: Vec<(usize, Option<Place>, bool)> = Vec::with_capacity(24);
    for place in places[..split].iter().rev().take(60) {
        if chosen.len() >= BEFORE
            || (page.sentence(place.span.start).paragraph + 3 < view.paragraph && chosen.len() > 4)
        {
            break;
        }
        if place.span.end <= start && !chosen.iter().any(|c| c.0 == place.entity) {
            chosen.push((place.entity, Some(*place), true));
        }
    }
    let mut after = 0;
    for place in &places[split..] {
        if after >= AFTER || place.span.start >= view.sentence.end {
            break;
        }
        if let Some(known) = chosen.iter_mut().find(|c| c.0 == place.entity) {
            // Named in this sentence after the figure, before only in others.
            if known.1.is_none_or(|p| p.span.start < view.sentence.start) && place.span.start >= figure.span.end {
                continue;
            }
        } else {
            chosen.push((place.entity, Some(*place), false));
            after += 1;
        }
    }
    let carried = previous.and_then(|p| p.entity);
    for entity in theme.title.iter().take(4).copied().chain(theme.main).chain(theme.first).chain(carried) {
        if !chosen.iter().any(|c| c.0 == entity) {
            let place = places[..split].iter().rev().find(|p| p.entity == entity).copied();
            chosen.push((entity, place, true));
        }
    }
    let mut out = Vec::with_capacity(chosen.len() + 1);
    let near_index =
        ["-", "clause", "sentence", "next sentence", "paragraph", "far"].iter().position(|n| *n == near).unwrap_or(0);
    let state = match previous {
        None => 0,
        Some(p) if p.entity.is_none() => 1,
        Some(_) => 2,
    };
    let none = Standing {
        entity: None,
        place: None,
        before: false,
        rank: 0,
        same_type: 0,
        carried: state,
        near: near_index,
        fresh: 0,
    };
    out.push(Candidate {
        entity: None,
        features: none_features(&frame, near, previous),
        traits: traits::traits(&frame, mentions, theme, &none, 0),
    });
    let mut by_type = [0usize; 14];
    for (rank, &(entity, place, before)) in chosen.iter().enumerate() {
        let kind = mentions.entities[entity].kind;
        let same_type = by_type[kind.index()];
        by_type[kind.index()] += 1;
        let mut f = Features::new();
        let position = entity_features(&frame, mentions, theme, entity, place, before, rank, same_type, &mut f);
        let same = previous.is_some_and(|p| p.entity == Some(entity));
        let state = if previous.is_none() {
            "first"
        } else if same {
            "same"
        } else {
            "other"
        };
        f.add(&["carried", state, near]);
        f.add(&["carried", state, near, kind.as_str()]);
        f.add(&["carried", state, near, figure.unit.kind.0]);
        f.add(&["carried", state, near, frame.verb]);
        let since = previous.map_or(0, |p| figures[p.index].span.end);
        let fresh = places[mentions.from(since).min(split)..split].iter().filter(|p| p.entity != entity).count();
        let carried = if previous.is_none() {
            0
        } else if same {
            1
        } else {
            2
        };
        let standing =
            Standing { entity: Some(entity), place, before, rank, same_type, carried, near: near_index, fresh };
        let traits = traits::traits(&frame, mentions, theme, &standing, position);
        if same {
            f.add(&["carried noun", near, frame.noun]);
            f.add(&["carried first", near, page.slice(view.first.start, view.first.end)]);
            f.add(&["carried past", near, count(fresh)]);
        }
        out.push(Candidate { entity: Some(entity), features: f, traits });
    }
    out
}

fn none_features(frame: &Frame, near: &str, previous: Option<Previous>) -> Features {
    let mut f = Features::new();
    f.add(&["none"]);
    f.add(&["none kind", frame.figure.unit.kind.0]);
    f.add(&["none noun", frame.noun]);
    f.add(&["none verb", frame.verb]);
    f.add(&["none after", frame.after]);
    let state = match previous {
        None => "first",
        Some(Previous { entity: None, .. }) => "none",
        Some(_) => "some",
    };
    f.add(&["none carried", state, near]);
    f.add(&["none deictic", frame.type_noun.map_or("-", |d| d.0)]);
    f.add(&["none topic", if frame.topic.is_some() { "1" } else { "0" }]);
    let clause = frame.page.slice(frame.view.clause.start, frame.figure.span.start);
    for word in ["某", "一家", "有", "全国", "全球", "企业"] {
        if clause.contains(word) {
            f.add(&["none word", word]);
        }
    }
    f
}

#[expect(clippy::too_many_arguments, reason = "all are plain views of the same candidate")]
fn entity_features(
    frame: &Frame,
    mentions: &Mentions,
    theme: &Theme,
    entity: usize,
    place: Option<Place>,
    before: bool,
    rank: usize,
    same_type: usize,
    f: &mut Features,
) -> usize {
    let (page, view, figure) = (frame.page, frame.view, frame.figure);
    let kind = mentions.entities[entity].kind.as_str();
    let unit = figure.unit.kind.0;
    let start = figure.span.start;
    let position = match place {
        None => "nowhere",
        Some(p) if !before => {
            if view.clause.contains(p.span) {
                if p.span.start == figure.span.end { "right after" } else { "clause after" }
            } else if p.span.start < figure.span.start {
                "around"
            } else {
                "sentence after"
            }
        }
        Some(p) if view.clause.contains(p.span) => "clause",
        Some(p) if view.sentence.contains(p.span) => "sentence",
        Some(p) => {
            let sentence = page.sentence(p.span.start);
            let index = page.sentence_index(p.span.start);
            if sentence.paragraph == view.paragraph {
                if index + 1 == view.sentence_index { "sentence before" } else { "paragraph" }
            } else if sentence.paragraph == 0 {
                "title"
            } else {
                "far"
            }
        }
    };
    let place_index = [
        "nowhere",
        "right after",
        "clause after",
        "around",
        "sentence after",
        "clause",
        "sentence",
        "sentence before",
        "paragraph",
        "title",
        "far",
    ]
    .iter()
    .position(|p| *p == position)
    .unwrap_or(0);
    f.add(&["type", kind]);
    f.add(&["position", position]);
    f.add(&["position", position, kind]);
    f.add(&["position", position, kind, unit]);
    f.add(&["rank", position, count(rank)]);
    f.add(&["rank", position, count(rank), kind]);
    f.add(&["same type", position, kind, count(same_type)]);
    f.add(&["type kind", kind, unit]);
    f.add(&["type unit", kind, &figure.unit.base]);
    f.add(&["type noun", kind, frame.noun]);
    f.add(&["type verb", kind, frame.verb]);
    f.add(&["type after", kind, frame.after]);
    f.add(&["type qualifier", kind, frame.qualifier, unit]);
    f.add(&["verb", frame.verb, position]);
    f.add(&["noun", frame.noun, position]);
    f.add(&["after", frame.after, position]);
    for tense in view.tenses() {
        f.add(&["tense", tense, kind, position]);
    }
    let topic = if frame.topic == Some(entity) { "topic" } else { "-" };
    let paragraph_topic = if frame.paragraph_topic == Some(entity) { "topic" } else { "-" };
    f.add(&["topic", topic, paragraph_topic, position]);
    f.add(&["topic", topic, paragraph_topic, kind]);
    let main = if theme.main == Some(entity) { "main" } else { "-" };
    let title = match theme.title.iter().position(|&e| e == entity) {
        Some(0) => "first",
        Some(_) => "later",
        None => "-",
    };
    let first = if theme.first == Some(entity) { "opens" } else { "-" };
    f.add(&["theme", main, title, first]);
    f.add(&["theme", main, title, kind]);
    f.add(&["theme", main, title, position]);
    f.add(&["mentions", count(theme.counts[entity]), kind]);
    f.add(&["mentions", count(theme.counts[entity]), position]);
    f.add(&["theme deictic", main, title, frame.type_noun.map_or("-", |d| d.0)]);
    if let Some((word, kinds)) = frame.type_noun {
        let fits = if kinds.contains(&mentions.entities[entity].kind) { "fits" } else { "other" };
        f.add(&["deictic", word, fits]);
        f.add(&["deictic", word, fits, position]);
        f.add(&["deictic", word, kind]);
        f.add(&["deictic", fits, count(same_type)]);
    }
    f.add(&["opening word", page.slice(view.first.start, view.first.end), kind]);
    let Some(place) = place else { return place_index };
    let span = place.span;
    let last = page.slice(span.end.saturating_sub(1), span.end);
    f.add(&["ends in", last, position]);
    f.add(&["ends in", last, unit]);
    let (before_char, after_char) =
        (page.slice(span.start.saturating_sub(1), span.start), page.slice(span.end, span.end + 1));
    f.add(&["before it", before_char, position]);
    f.add(&["before it", page.slice(span.start.saturating_sub(2), span.start), position]);
    f.add(&["after it", after_char, position]);
    f.add(&["after it", page.slice(span.end, span.end + 2), position]);
    f.add(&["after it", page.slice(span.end, span.end + 2), kind]);
    let word_before = if span.start > 0 { page.word(page.token(span.start - 1)) } else { "-" };
    let word_after = page.word(page.token(span.end.min(page.len() - 1)));
    f.add(&["word before", word_before, kind]);
    f.add(&["word before", word_before, position]);
    f.add(&["word after", word_after, kind]);
    let sentence = page.sentence(span.start);
    let clause = page.clause(span.start);
    let opens = if span.start <= sentence.span.start + 1 {
        "sentence"
    } else if span.start <= clause.start + 1 {
        "clause"
    } else {
        "-"
    };
    f.add(&["opens", opens, position]);
    f.add(&["opens", opens, kind, position]);
    if sentence.is_heading {
        f.add(&["in heading", position, kind]);
    }
    if let Some(verb) = first_verb(page, span.end, clause.end) {
        let verb = page.slice(verb.start, verb.end);
        f.add(&["its verb", verb, position]);
        f.add(&["its verb", verb, kind]);
    }
    if let Some(verb) = last_verb(page, span.start, clause.start) {
        let verb = page.slice(verb.start, verb.end);
        f.add(&["verb before it", verb, kind]);
        f.add(&["verb before it", verb, position]);
    }
    if before {
        let gap = start - span.end;
        f.add(&["gap", distance(gap), position]);
        f.add(&["gap", distance(gap), kind]);
        if gap <= 5 {
            f.add(&["between", page.slice(span.end, start)]);
        }
        if gap < 150 {
            let text = &page.chars[span.end..start];
            let commas = text.iter().filter(|c| matches!(c, ',' | ';' | ':')).count();
            let stops = text.iter().filter(|c| matches!(c, '。' | '!' | '?')).count();
            f.add(&["commas", count(commas), count(stops), kind]);
            f.add(&["commas", count(commas), count(stops), topic]);
        }
        let passed = mentions.from(start) - mentions.from(span.end);
        f.add(&["passed", count(passed), position]);
        if position == "clause" || position == "sentence" {
            f.add(&["passed", count(passed), kind, position]);
            // 其中, 配套: the clause speaks of a part.
            f.add(&["opening", page.slice(view.first.start, view.first.end), position]);
        }
    }
    // In a list, in brackets.
    let listed = before_char == "、" || after_char == "、" || after_char == "等";
    if listed {
        f.add(&["listed", position, kind]);
    }
    let open = page.chars[span.start.saturating_sub(25)..span.start].iter().rev().find(|c| matches!(c, '(' | ')'));
    if open == Some(&'(') && position != "clause" {
        f.add(&["in brackets", position]);
    }
    // The first of its kind in its sentence.
    let earlier = &mentions.places[mentions.from(sentence.span.start)..mentions.from(span.start)];
    f.add(&["order in sentence", count(earlier.len()), position]);
    if earlier.iter().all(|p| mentions.entities[p.entity].kind != mentions.entities[entity].kind) {
        f.add(&["first of its kind", kind, position]);
    }
    place_index
}

fn first_verb(page: &Page, at: usize, limit: usize) -> Option<Span> {
    page.text.tokens[page.token(at.min(page.len() - 1))..]
        .iter()
        .take_while(|token| token.span.start < limit)
        .take(8)
        .find(|token| token.pos == Pos::Verb && token.span.start >= at)
        .map(|token| token.span)
}

fn last_verb(page: &Page, at: usize, floor: usize) -> Option<Span> {
    page.text.tokens[..page.token(at)]
        .iter()
        .rev()
        .take_while(|token| token.span.start >= floor)
        .take(6)
        .find(|token| token.pos == Pos::Verb)
        .map(|token| token.span)
}
