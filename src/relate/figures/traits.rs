//! Dense traits of a candidate subject, for the trees.

use super::{
    mentions::{Mentions, Place},
    subject::{Frame, Theme},
};
use crate::{model::EntityType, text::Pos};

/// Number of traits.
pub(super) const COUNT: usize = 52;

/// One candidate's traits, by number; trees ask for thresholds on them.
pub(super) type Traits = [f32; COUNT];

/// Classes of the word before a mention.
const ROLES: [&[&str]; 12] = [
    &["在", "于", "位于", "落户", "坐落", "地处", "入驻", "落地", "进驻", "选址"],
    &["与", "和", "同", "联合", "会同", "携手", "跟", "及", "对接", "以及"],
    &["依托", "通过", "借助", "围绕", "利用", "借", "凭借", "以", "用", "经", "根据", "按照", "按", "依据"],
    &["由", "被", "让", "将", "把", "使", "令"],
    &["对", "为", "给", "向", "到", "至", "往", "赴"],
    &[
        "设立", "建设", "打造", "推出", "实施", "推行", "开展", "建", "建成", "建立", "搭建", "组建", "推进", "出台",
        "印发", "发布", "制定", "新建", "举办", "承办", "成立", "创建", "开通", "上线", "研发", "研制",
    ],
    &["引进", "引入", "签约", "吸引", "集聚", "培育", "迎来", "拥有", "引育", "招引", "聚集"],
    &["从", "自", "来自", "离", "距", "较", "比", "占"],
    &["支持", "推动", "带动", "服务", "助力", "扶持", "促进", "鼓励"],
    &["投资", "出资", "参股", "控股", "收购", "入股"],
    &["的", "之"],
    &["是", "作为", "成为", "即", "叫"],
];

/// What a candidate's place in its surroundings is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Standing {
    /// The entity; `None` for no entity.
    pub entity: Option<usize>,
    /// The mention looked at.
    pub place: Option<Place>,
    /// Whether it stands before the figure.
    pub before: bool,
    /// How many candidates stand nearer.
    pub rank: usize,
    /// How many of its type stand nearer.
    pub same_type: usize,
    /// First figure, same entity as the figure before, another: 0, 1, 2.
    pub carried: usize,
    /// How near the figure before is: 0 none, then clause, sentence, next sentence, paragraph, far.
    pub near: usize,
    /// Mentions of others since the figure before.
    pub fresh: usize,
}

/// The class of a word in [`ROLES`], from 1; 0 for none.
pub(super) fn role(word: &str) -> usize {
    ROLES.iter().position(|words| words.contains(&word)).map_or(0, |at| at + 1)
}

/// All traits of one candidate.
pub(super) fn traits(
    frame: &Frame,
    mentions: &Mentions,
    theme: &Theme,
    standing: &Standing,
    position: usize,
) -> Traits {
    let page = frame.page;
    let (view, figure) = (frame.view, frame.figure);
    let start = figure.span.start;
    let mut t = [-1.0f32; COUNT];
    let flag = |b: bool| f32::from(u8::from(b));
    t[0] = standing.entity.map_or(14.0, |e| mentions.entities[e].kind.index() as f32);
    t[1] = position as f32;
    t[2] = standing.rank as f32;
    t[3] = standing.same_type as f32;
    t[24] = standing.carried as f32;
    t[25] = standing.near as f32;
    t[26] = standing.fresh as f32;
    t[30] = frame.unit_kind as f32;
    t[31] = figure.unit.powers as f32;
    t[32] = frame.qualifier_index as f32;
    t[33] = flag(view.in_title());
    t[34] = (mentions.from(start) - mentions.from(view.clause.start)) as f32;
    t[35] = frame.clause_number as f32;
    t[36] = frame.figure_number as f32;
    t[37] = flag(
        mentions.places.get(mentions.from(view.clause.start)).is_some_and(|p| p.span.start <= view.clause.start + 1),
    );
    t[38] = (start - view.clause.start).min(60) as f32;
    t[39] = (mentions.from(start) - mentions.from(view.sentence.start)) as f32;
    t[40] = frame.tense as f32;
    t[41] = role(frame.verb) as f32;
    // 全市 or 该公司 stands for this, for something else, or there is no such word.
    t[27] = frame.stood_for.map_or(0.0, |other| if standing.entity == Some(other) { 1.0 } else { 2.0 });
    let Some(entity) = standing.entity else { return t };
    t[12] = flag(theme.main == Some(entity));
    t[13] = theme.title.iter().position(|&e| e == entity).map_or(9.0, |at| at as f32);
    t[14] = flag(theme.first == Some(entity));
    t[15] = theme.counts[entity] as f32;
    t[10] = flag(frame.topic == Some(entity));
    t[11] = flag(frame.paragraph_topic == Some(entity));
    t[28] = frame
        .type_noun
        .map_or(0.0, |(_, kinds)| if kinds.contains(&mentions.entities[entity].kind) { 1.0 } else { 2.0 });
    t[46] = mentions.entities[entity].name.chars().count() as f32;
    let Some(place) = standing.place else { return t };
    let span = place.span;
    let sentence = page.sentence(span.start);
    let clause = page.clause(span.start);
    t[5] = view.sentence_index as f32 - page.sentence_index(span.start) as f32;
    t[48] = view.paragraph as f32 - sentence.paragraph as f32;
    t[9] = if span.start <= sentence.span.start + 1 {
        2.0
    } else if span.start <= clause.start + 1 {
        1.0
    } else {
        0.0
    };
    t[16] = flag(page.prev(span.start) == '、');
    t[17] = flag(matches!(page.at(span.end), '、' | '等'));
    let tokens = &page.text.tokens;
    let before = if span.start > clause.start { page.word(page.token(span.start - 1)) } else { "" };
    t[18] = if before.is_empty() { 20.0 } else { role(before) as f32 };
    let next = tokens[page.token(span.end.min(page.len() - 1))];
    t[19] = match page.at(span.end) {
        '的' => 30.0,
        '、' => 31.0,
        ',' => 32.0,
        '(' => 33.0,
        ')' | '”' | '》' => 34.0,
        ':' => 35.0,
        _ => next.pos as u8 as f32,
    };
    t[20] = flag(sentence.is_heading);
    let open = page.chars[span.start.saturating_sub(25)..span.start].iter().rev().find(|c| matches!(c, '(' | ')'));
    t[21] = flag(open == Some(&'('));
    t[22] = (mentions.from(span.start) - mentions.from(sentence.span.start)) as f32;
    t[23] = (mentions.from(span.start) - mentions.from(clause.start)) as f32;
    t[47] = flag(mentions.entities[entity].mentions.first().is_none_or(|m| m.span.start >= span.start));
    let name = &mentions.entities[entity].name;
    let mut ends = name.char_indices().rev();
    let last = ends.next().map_or(' ', |(_, c)| c);
    let head = &name[ends.next().map_or(0, |(at, _)| at)..];
    let kind = mentions.entities[entity].kind;
    let scope = if standing.before { span.end.max(view.sentence.start) } else { view.clause.start };
    let text = page.slice(scope.min(start), start);
    t[29] = flag(!head.is_empty() && text.contains(head));
    let mut stands_for = page.chars[view.clause.start..start].windows(2);
    t[42] = flag(stands_for.any(|w| w[1] == last && matches!(w[0], '全' | '该' | '本' | '我')));
    t[43] = flag(matches!(kind, EntityType::Region | EntityType::Park) && figure.unit.base == "%");
    if standing.before && span.end <= start {
        t[4] = (start.saturating_sub(span.end)).min(300) as f32;
        if start - span.end.min(start) < 200 {
            let between = &page.chars[span.end.min(start)..start];
            t[6] = between.iter().filter(|c| matches!(c, ',' | ':')).count() as f32;
            t[8] = between.iter().filter(|c| matches!(c, ';' | '。')).count() as f32;
            let verbs = tokens[page.token(span.end)..page.token(start)].iter().filter(|w| w.pos == Pos::Verb).count();
            t[45] = verbs as f32;
        }
        t[7] = (mentions.from(start) - mentions.from(span.end)) as f32;
        t[49] = (frame.figures.partition_point(|f| f.span.start < start)
            - frame.figures.partition_point(|f| f.span.start < span.end)) as f32;
    } else {
        t[4] = -((span.start.max(figure.span.end) - figure.span.end).min(100) as f32) - 1.0;
    }
    let after: Option<usize> = tokens[page.token(span.end.min(page.len() - 1))..]
        .iter()
        .take(6)
        .take_while(|w| w.span.start < clause.end)
        .position(|w| w.pos == Pos::Verb);
    t[44] = after.map_or(9.0, |at| at as f32);
    let verb = after.and_then(|at| tokens.get(page.token(span.end.min(page.len() - 1)) + at));
    t[50] = verb.map_or(-1.0, |w| role(page.slice(w.span.start, w.span.end)) as f32);
    let earlier: Option<usize> = tokens[..page.token(span.start)]
        .iter()
        .rev()
        .take(8)
        .take_while(|w| w.span.start >= clause.start)
        .position(|w| w.pos == Pos::Verb);
    t[51] = earlier
        .map(|at| tokens[page.token(span.start) - 1 - at])
        .map_or(-1.0, |w| role(page.slice(w.span.start, w.span.end)) as f32);
    t
}
