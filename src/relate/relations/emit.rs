//! Candidates that the model accepts → relations with evidence, modality and the name of what said so.

use crate::{
    model::{Article, Entity, Evidence, Modality, Predicate, Relation, Span},
    text::{Pos, Text},
};

use super::{
    candidates::Candidate,
    cues::Cues,
    model::RelationModel,
    scene::{NONE, Place, Scene},
    signals::{Signals, object_column, subject_column},
};

/// The relations that an article states between its entities, in order of evidence.
///
/// 诺禾致源落户武清开发区 gives 诺禾致源 locatedIn 武清开发区 and 武清开发区 attracts 诺禾致源.
pub fn relations(article: &Article, text: &Text, entities: &[Entity], model: &RelationModel) -> Vec<Relation> {
    debug_assert_eq!(article.text.chars().count(), text.chars.len(), "the text is the article's");
    let scene = Scene::new(text, entities);
    let signals = Signals::new(&scene, &model.readers);
    let year = article.published.as_deref().and_then(|date| date.get(..4)?.parse().ok());
    let mut stated: Vec<_> = (model.score(&scene, &signals).into_iter())
        .filter(|(candidate, score)| model.accepts(candidate.predicate, *score))
        .map(|(candidate, score)| {
            let places = telling_places(&scene, &signals, &candidate);
            (evidence(&scene, places), candidate, score, places)
        })
        .collect();
    stated.sort_by_key(|(span, candidate, ..)| (span.start, span.end, *candidate));
    stated
        .into_iter()
        .enumerate()
        .map(|(index, (span, candidate, score, places))| Relation {
            id: format!("r{}", index + 1),
            subject: entities[candidate.subject as usize].id.clone(),
            predicate: candidate.predicate,
            object: entities[candidate.object as usize].id.clone(),
            confidence: f64::from((1000.0 / (1.0 + (-score).exp())).round()) / 1000.0,
            detector: detector(&scene, &signals, &candidate, places, span),
            modality: modality(&scene, places, span, year),
            evidence: Evidence { span, text: text.surface(span) },
        })
        .collect()
}

/// The two mentions that state the relation, subject first; the nearest before the telling one where they share no sentence.
fn telling_places(scene: &Scene, signals: &Signals, candidate: &Candidate) -> Option<(usize, usize)> {
    let Candidate { subject, object, predicate } = *candidate;
    if let Some((_, (left, right))) = signals.pair_with_places(subject, predicate, object) {
        let (left, right) = (left as usize, right as usize);
        if let (Some(a), Some(_)) = (scene.places.get(left), scene.places.get(right)) {
            return Some(if a.entity == subject { (left, right) } else { (right, left) });
        }
    }
    let object_at = signals.anchors[object as usize][object_column(predicate)];
    let subject_at = signals.anchors[subject as usize][subject_column(predicate)];
    let context_is_object = matches!(predicate, Predicate::LocatedIn | Predicate::PartOf | Predicate::Jurisdiction);
    let (teller, other) = if context_is_object { (subject_at, object) } else { (object_at, subject) };
    let others = &scene.places_of[other as usize];
    let before = others.iter().rev().find(|&&place| place < teller).or(others.first())?;
    let (teller, before) = (teller as usize, *before as usize);
    scene.places.get(teller)?;
    Some(if context_is_object { (teller, before) } else { (before, teller) })
}

/// The clause that holds both, else the sentence that does, else the sentence of the telling mention (the later one).
fn evidence(scene: &Scene, places: Option<(usize, usize)>) -> Span {
    let Some((subject, object)) = places else { return Span::new(0, 0) };
    let (a, b) = (&scene.places[subject], &scene.places[object]);
    let later = if a.start > b.start { a } else { b };
    let clause = scene.text.clause_at(later.start as usize);
    let inside = |place: &Place| clause.start <= place.start as usize && place.end as usize <= clause.end;
    let span = if inside(a) && inside(b) { clause } else { scene.text.sentences[later.sentence as usize].span };
    trimmed(scene.text, span)
}

fn trimmed(text: &Text, span: Span) -> Span {
    let (mut start, mut end) = (span.start, span.end);
    let is_edge = |c: char| c.is_whitespace() || matches!(c, ',' | ';' | ':' | '。' | '、');
    while start < end && is_edge(text.folded[start]) {
        start += 1;
    }
    while end > start && is_edge(text.folded[end - 1]) {
        end -= 1;
    }
    Span::new(start, end)
}

/// Who speaks for the relation: `frame:落户` where a cue of the predicate stands near the mentions, `name` where one name is next to or
/// inside the other; always the `model`; and the `network` where the networks would say so by themselves.
fn detector(
    scene: &Scene,
    signals: &Signals,
    candidate: &Candidate,
    places: Option<(usize, usize)>,
    span: Span,
) -> String {
    let Candidate { subject, object, predicate } = *candidate;
    let rule = places.and_then(|places| rule(scene, predicate, places, span));
    let network = signals.opinions.either(subject, predicate, object) > 0.0;
    let network = network.then(|| "network".to_owned());
    let said: Vec<String> = [rule, Some("model".to_owned()), network].into_iter().flatten().collect();
    said.join("+")
}

/// The rule that speaks for the relation, if one does.
fn rule(scene: &Scene, predicate: Predicate, (subject, object): (usize, usize), span: Span) -> Option<String> {
    let (a, b) = (&scene.places[subject], &scene.places[object]);
    let (left, right) = if a.start < b.start { (a, b) } else { (b, a) };
    let adjacent = left.end == right.start;
    if adjacent || predicate == Predicate::Jurisdiction {
        return Some("name".to_owned());
    }
    let middle = (right.start + right.end) as usize / 2;
    let first = scene.items.partition_point(|item| (item.start as usize) < span.start);
    let item = scene.items[first..]
        .iter()
        .take_while(|item| (item.start as usize) < span.end)
        .filter(|item| item.cue >> predicate.index() & 1 == 1)
        .filter(|item| span.start <= item.start as usize && (item.end as usize) <= span.end)
        .min_by_key(|item| (middle.abs_diff((item.start + item.end) as usize / 2), item.start))?;
    let from = item.start as usize;
    let hits = Cues::builtin().find(&scene.text.folded[from..span.end.min(from + 12)]);
    let word = hits.iter().find(|hit| (hit.start as usize) < (item.end - item.start) as usize)?;
    Some(format!("frame:{}", Cues::builtin().cue(word.cue).word))
}

/// Words before what is only planned.
const PLANS: &[&str] =
    &["拟", "计划", "力争", "争取", "预计", "规划建设", "谋划", "筹建", "下一步", "有望", "准备", "打算", "即将"];

/// The bytes where 到 or 至 stands before a year (到2027年), and the year.
fn years_until(stretch: &str) -> impl Iterator<Item = (usize, u32)> {
    stretch.match_indices(['到', '至']).filter_map(|(byte, until)| {
        let (digits, rest) = stretch[byte + until.len()..].split_at_checked(4)?;
        let is_year = digits.bytes().all(|byte| byte.is_ascii_digit())
            && rest.starts_with('年')
            && !["年前", "年来"].iter().any(|end| rest.starts_with(end));
        if is_year { Some((byte, digits.parse().ok()?)) } else { None }
    })
}

/// Plans reach so many years ahead at most: 追溯到3000年 is none.
const HORIZON: u32 = 50;

/// Planned where a word of planning stands in the evidence, or a year after the article's in its sentence, before the later mention's end.
fn modality(scene: &Scene, places: Option<(usize, usize)>, span: Span, year: Option<u32>) -> Modality {
    let Some((subject, object)) = places else { return Modality::Asserted };
    let end = scene.places[subject].end.max(scene.places[object].end) as usize;
    let stretch = scene.text.folded(Span::new(span.start, end.clamp(span.start, span.end)));
    // 将 before a noun only brings the object forward (将产业链延伸); 三年行动计划 and 计划单列市 are names, hence no mention counts.
    let named = |at: usize| scene.places.iter().any(|place| (place.start as usize..place.end as usize).contains(&at));
    let word =
        |word: &str| stretch.match_indices(word).any(|(byte, _)| !named(span.start + stretch[..byte].chars().count()));
    let first = scene.items.partition_point(|item| (item.start as usize) < span.start);
    let mut inside = scene.items[first..].windows(2).take_while(|pair| (pair[0].start as usize) < end);
    let future = inside.any(|pair| {
        pair[0].mark == '将'
            && pair[1].mention == NONE
            && matches!(pair[1].pos, Pos::Verb | Pos::VerbalNoun | Pos::Adverb | Pos::Preposition | Pos::Time)
    });
    let later = year.is_some_and(|year| {
        // Such a time is that of the whole sentence.
        let start = scene.text.sentence_at(span.start).span.start;
        let before = scene.text.folded(Span::new(start, end.max(start)));
        let to_come = year + 1..=year + HORIZON;
        let is_free = |byte: usize| !named(start + before[..byte].chars().count());
        years_until(&before).any(|(byte, until)| to_come.contains(&until) && is_free(byte))
    });
    if future || later || PLANS.iter().any(|plan| word(plan)) { Modality::Planned } else { Modality::Asserted }
}
