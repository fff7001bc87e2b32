//! Which period a figure speaks of: the times of its sentence and of what stands before it, or none.

use super::{
    page::Page,
    period::Period,
    scan::Figure,
    time::{Calendar, Time},
    view::{View, count, distance},
};
use crate::learn::Features;

/// How many times before the figure are considered.
const BEFORE: usize = 6;

/// A period that a figure may speak of, and why.
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    /// The period; `None` for no period.
    pub period: Option<Period>,
    /// What is known of it.
    pub features: Features,
    /// The same for the trees.
    pub traits: Traits,
}

/// Number of traits.
pub(super) const COUNT: usize = 33;

/// A candidate's traits by number; trees ask for thresholds on them.
pub(super) type Traits = [f32; COUNT];

/// Words of standing quantities, and of quantities of a period.
const STOCKS: [&str; 16] = [
    "总投资",
    "占地",
    "面积",
    "规模",
    "产能",
    "注册资本",
    "全长",
    "设计",
    "年产",
    "奖励",
    "补贴",
    "补助",
    "有效期",
    "最高",
    "规划",
    "现有",
];
const FLOWS: [&str; 14] = [
    "实现",
    "完成",
    "新增",
    "增长",
    "接待",
    "同比",
    "达到",
    "新引进",
    "产值",
    "收入",
    "吞吐",
    "进出口",
    "增加值",
    "投资完成",
];

/// Words before a time.
const PREFIXES: [&str; 14] = ["截至", "截止", "到", "至", "自", "从", "于", "较", "比", "在", ",", "。", "(", "、"];

/// What is known of the figure before.
#[derive(Debug, Clone, Copy)]
pub(super) struct Previous {
    /// Its place in the list of candidates.
    pub index: usize,
    /// The period given to it.
    pub period: Option<Period>,
}

/// The periods that figures were given so far.
#[derive(Debug, Clone, Default)]
pub(super) struct History {
    /// Each once, the last first.
    periods: Vec<Period>,
    /// How many figures there were, and how many of them with a period.
    figures: usize,
    dated: usize,
}

impl History {
    /// Adds what a figure was given.
    pub(super) fn add(&mut self, period: Option<Period>) {
        self.figures += 1;
        if let Some(period) = period {
            self.dated += 1;
            self.periods.retain(|known| *known != period);
            self.periods.insert(0, period);
            self.periods.truncate(REMEMBERED);
        }
    }

    /// How many of the figures so far have a period; -1 where there are none.
    fn share(&self) -> f32 {
        if self.figures == 0 { -1.0 } else { self.dated as f32 / self.figures as f32 }
    }
}

/// So many periods of earlier figures are considered; of so many it is known whether a candidate is one.
const EARLIER: usize = 5;
const REMEMBERED: usize = 10;

/// How near the figure before stands.
fn nearness(views: &[View], index: usize, previous: usize) -> &'static str {
    let (view, other) = (&views[index], &views[previous]);
    if view.clause == other.clause {
        "clause"
    } else if view.sentence_index == other.sentence_index {
        "sentence"
    } else if view.paragraph == other.paragraph {
        "paragraph"
    } else {
        "far"
    }
}

#[expect(clippy::too_many_arguments, reason = "all are plain views of the same article")]
/// All candidate periods of figure `index`, no period first.
pub(super) fn candidates(
    page: &Page,
    figures: &[Figure],
    views: &[View],
    times: &[Time],
    calendar: &Calendar,
    index: usize,
    qualifier: &'static str,
    previous: Option<Previous>,
    history: &History,
) -> Vec<Candidate> {
    let figure = &figures[index];
    let view = &views[index];
    let start = figure.span.start;
    let kind = figure.unit.kind.0;
    let noun = View::words(page, view.noun);
    let verb = View::words(page, view.verb);
    let after = View::words(page, view.after);
    let before = times.partition_point(|time| time.span.end <= start);
    let near = previous.map(|p| nearness(views, index, p.index));
    let clause_text = page.slice(view.clause.start, start);
    let mut common = [-1.0f32; COUNT];
    common[10] = super::unit::KINDS.iter().position(|k| *k == kind).unwrap_or(0) as f32;
    common[11] = crate::model::Qualifier::ALL.iter().position(|q| q.as_str() == qualifier).unwrap_or(0) as f32;
    common[12] = view.tense_class() as f32;
    common[14] = match near {
        None => 0.0,
        Some("clause") => 1.0,
        Some("sentence") => 2.0,
        Some("paragraph") => 3.0,
        Some(_) => 4.0,
    };
    common[19] = figures[..index].iter().rev().take_while(|f| f.span.start >= view.sentence.start).count() as f32;
    common[20] = f32::from(u8::from(view.in_title()));
    common[21] = figure.unit.powers as f32;
    common[23] = super::traits::role(verb) as f32;
    common[24] = STOCKS.iter().filter(|w| clause_text.contains(**w)).count() as f32;
    common[25] = FLOWS.iter().filter(|w| clause_text.contains(**w)).count() as f32;
    if let Some(time) = times[..before].last() {
        common[15] = time.form as u8 as f32;
        common[16] = (start - time.span.end).min(200) as f32;
        common[26] = view.sentence_index as f32 - page.sentence_index(time.span.start) as f32;
    }
    common[28] = f32::from(calendar.month);
    common[31] = history.share();
    common[32] = figures.len().min(80) as f32;
    let mut nearest = ("-", "-");
    let mut looked_at = before;
    let mut out = Vec::with_capacity(16);
    for (rank, time) in times.iter().take(before).rev().take(BEFORE).enumerate() {
        let sentence = page.sentence_index(time.span.start);
        let paragraph = page.sentence(time.span.start).paragraph;
        let place = if view.clause.contains(time.span) {
            "clause"
        } else if sentence == view.sentence_index {
            "sentence"
        } else if paragraph == view.paragraph {
            if sentence + 1 == view.sentence_index { "sentence before" } else { "paragraph" }
        } else {
            "far"
        };
        if place == "far" && rank > 1 {
            break;
        }
        looked_at = before - rank - 1;
        if rank == 0 {
            nearest = (time.form.name(), place);
        }
        add_time(
            page,
            figures,
            view,
            time,
            place,
            rank,
            start,
            calendar,
            &common,
            &mut out,
            [kind, noun, verb, after, qualifier],
        );
    }
    // What the headline says holds everywhere.
    let title = times[..looked_at].iter().filter(|time| page.sentence(time.span.start).paragraph == 0);
    for time in title.rev().take(2) {
        add_time(
            page,
            figures,
            view,
            time,
            "title",
            BEFORE,
            start,
            calendar,
            &common,
            &mut out,
            [kind, noun, verb, after, qualifier],
        );
    }
    if let Some(time) =
        times.get(before).filter(|time| time.span.start >= figure.span.end && view.sentence.contains(time.span))
    {
        let place = if view.clause.contains(time.span) { "after in clause" } else { "after in sentence" };
        add_time(
            page,
            figures,
            view,
            time,
            place,
            0,
            start,
            calendar,
            &common,
            &mut out,
            [kind, noun, verb, after, qualifier],
        );
    }
    if let Some(periods) = calendar.periods() {
        for (name, period) in ["this year", "last year", "today"].into_iter().zip(periods) {
            let mut f = Features::new();
            f.add(&["article", name]);
            f.add(&["article", name, kind]);
            f.add(&["article", name, verb]);
            f.add(&["article", name, noun]);
            f.add(&["article", name, qualifier]);
            f.add(&["article", name, nearest.0, nearest.1]);
            f.add(&["article", name, calendar.season()]);
            f.add(&["article", name, calendar.to_headline(period.year())]);
            if view.in_title() {
                f.add(&["article title", name]);
            }
            let mut traits = common;
            traits[0] = 20.0
                + match name {
                    "this year" => 1.0,
                    "last year" => 2.0,
                    _ => 3.0,
                };
            traits[29] = to_headline(calendar, period);
            out.push(Candidate { period: Some(period), features: f, traits });
        }
    }
    // A period further back than the times looked at is still a candidate.
    if let Some(previous) = previous
        && let Some(near) = near.filter(|near| *near != "far")
        && let Some(period) = previous.period
        && !out.iter().any(|c| c.period == Some(period))
    {
        let mut f = Features::new();
        f.add(&["carried", near]);
        let mut traits = common;
        traits[0] = 24.0;
        out.push(Candidate { period: Some(period), features: f, traits });
    }
    for (rank, &period) in history.periods.iter().take(EARLIER).enumerate() {
        if !out.iter().any(|c| c.period == Some(period)) {
            let mut f = Features::new();
            f.add(&["earlier"]);
            f.add(&["earlier", count(rank)]);
            f.add(&["earlier", nearest.0, nearest.1]);
            let mut traits = common;
            traits[0] = 25.0;
            traits[3] = rank as f32;
            traits[9] = f32::from(period.year() - calendar.year).clamp(-10.0, 10.0);
            traits[22] = f32::from(u8::from(period.to.is_some()));
            traits[29] = to_headline(calendar, period);
            out.push(Candidate { period: Some(period), features: f, traits });
        }
    }
    for candidate in &mut out {
        let rank = history.periods.iter().position(|period| candidate.period == Some(*period));
        candidate.traits[30] = rank.map_or(-1.0, |rank| rank as f32);
    }
    if let Some(previous) = previous {
        let near = near.unwrap_or("-");
        let same_kind = figures[previous.index].unit.kind == figure.unit.kind;
        for candidate in &mut out {
            candidate.traits[13] = match (previous.period, candidate.period == previous.period) {
                (None, _) => 1.0,
                (Some(_), true) => 2.0,
                (Some(_), false) => 3.0,
            };
            if candidate.period == previous.period {
                candidate.features.add(&["as before", near]);
                candidate.features.add(&["as before", near, kind]);
                candidate.features.add(&["as before", near, qualifier]);
                candidate.features.add(&["as before", near, nearest.0, nearest.1]);
                if same_kind {
                    candidate.features.add(&["as before of its kind", near]);
                }
            }
        }
    }
    let mut f = Features::new();
    f.add(&["none"]);
    f.add(&["none", "kind", kind]);
    f.add(&["none", "unit", &figure.unit.base]);
    f.add(&["none", "noun", noun]);
    f.add(&["none", "verb", verb]);
    f.add(&["none", "after", after]);
    f.add(&["none", "noun verb", noun, verb]);
    f.add(&["none", "qualifier", qualifier, kind]);
    f.add(&["none", "nearest", nearest.0, nearest.1]);
    f.add(&["none", "nearest", nearest.0, nearest.1, kind]);
    f.add(&["none", "first", page.slice(view.first.start, view.first.end)]);
    for n in 1..=3 {
        f.add(&["none", "before", page.slice(start.saturating_sub(n), start)]);
    }
    f.add(&["none", "after2", page.slice(figure.span.end, figure.span.end + 2)]);
    for tense in view.tenses() {
        f.add(&["none", "tense", tense]);
        f.add(&["none", "tense", tense, nearest.1]);
    }
    if view.in_title() {
        f.add(&["none", "title"]);
    }
    match (previous, near) {
        (Some(previous), Some(near)) => {
            let state = if previous.period.is_none() { "none" } else { "some" };
            f.add(&["none", "before was", state, near]);
            f.add(&["none", "before was", state, near, kind]);
            f.add(&["none", "before was", state, near, qualifier]);
            f.add(&["none", "before was", state, near, nearest.0, nearest.1]);
            f.add(&["none", "before was", state, near, verb]);
            f.add(&["none", "before was", state, near, noun]);
        }
        _ => f.add(&["none", "first figure"]),
    }
    let mut traits = common;
    traits[0] = 30.0;
    traits[13] = previous.map_or(0.0, |p| if p.period.is_none() { 4.0 } else { 5.0 });
    out.insert(0, Candidate { period: None, features: f, traits });
    out
}

/// Years from the one that the headline names; far off where it names none.
fn to_headline(calendar: &Calendar, period: Period) -> f32 {
    calendar.headline.map_or(-20.0, |named| f32::from(period.year() - named).clamp(-10.0, 10.0))
}

#[expect(clippy::too_many_arguments, reason = "all are plain views of the same time")]
fn add_time(
    page: &Page,
    figures: &[Figure],
    view: &View,
    time: &Time,
    place: &'static str,
    rank: usize,
    start: usize,
    calendar: &Calendar,
    common: &Traits,
    out: &mut Vec<Candidate>,
    [kind, noun, verb, after, qualifier]: [&str; 5],
) {
    let form = time.form.name();
    let from = time.span.start;
    let prefix2 = page.slice(from.saturating_sub(2), from);
    let prefix1 = page.slice(from.saturating_sub(1), from);
    let next_word = page.word(page.token(time.span.end.min(page.len() - 1)));
    let next2 = page.slice(time.span.end, time.span.end + 2);
    let (low, high) = (time.span.end.min(start), time.span.end.max(start));
    let between = figures
        .partition_point(|f| f.span.start < high)
        .saturating_sub(figures.partition_point(|f| f.span.start < low));
    let sentences = view.sentence_index.saturating_sub(page.sentence_index(from));
    let commas =
        if high - low < 120 { page.chars[low..high].iter().filter(|c| matches!(c, ',' | ';')).count() } else { 9 };
    let clause_start = page.clause(from).start;
    let opens = page.sentence(from).span.start;
    let position = if from <= opens + 1 {
        "opens sentence"
    } else if from <= clause_start + 1 {
        "opens clause"
    } else {
        "within"
    };
    let heading = if page.sentence(from).paragraph == 0 { "title" } else { "body" };
    let readings = time.readings.iter().enumerate().map(|(number, reading)| (number as f32, count(number), reading));
    let derived = time.derived.iter().map(|(how, period)| (20.0 + f32::from(*how as u8), how.name(), period));
    for (number, which, reading) in readings.chain(derived) {
        let ahead = match reading.year() - calendar.year {
            y if y > 0 => "future",
            0 => "now",
            -1 => "last",
            _ => "past",
        };
        let mut f = Features::new();
        f.add(&["time", form, which]);
        f.add(&["time", form, which, place]);
        f.add(&["time", form, which, prefix1]);
        f.add(&["time", form, which, prefix2]);
        f.add(&["time", form, which, next2]);
        f.add(&["form", form, place]);
        f.add(&["form", form, place, count(rank)]);
        f.add(&["form", form, kind, place]);
        f.add(&["form", form, qualifier, place]);
        f.add(&["place", place, count(rank), count(sentences)]);
        f.add(&["place", place, count(between)]);
        f.add(&["place", place, count(commas)]);
        f.add(&["place", place, distance(start.saturating_sub(time.span.end))]);
        f.add(&["place", place, position]);
        f.add(&["place", place, position, form]);
        f.add(&["ahead", ahead, place]);
        f.add(&["ahead", ahead, form, which]);
        f.add(&["ahead", ahead, form, calendar.season()]);
        f.add(&["headline", calendar.to_headline(reading.year()), form]);
        f.add(&["headline", calendar.to_headline(reading.year()), form, ahead]);
        f.add(&["prefix", prefix1, place]);
        f.add(&["prefix", prefix2, place]);
        f.add(&["prefix", prefix2, position]);
        f.add(&["next", next_word]);
        f.add(&["next", next_word, place]);
        f.add(&["next2", next2, form]);
        f.add(&["noun", noun, place]);
        f.add(&["verb", verb, place]);
        f.add(&["verb", verb, form]);
        f.add(&["after", after, place]);
        f.add(&["kind", kind, place]);
        f.add(&["where", heading, place]);
        for tense in view.tenses() {
            f.add(&["tense", tense, ahead, place]);
            f.add(&["tense", tense, form]);
        }
        let mut traits = *common;
        traits[0] = time.form as u8 as f32;
        traits[1] = number;
        traits[2] = match place {
            "clause" => 0.0,
            "sentence" => 1.0,
            "sentence before" => 2.0,
            "paragraph" => 3.0,
            "far" => 4.0,
            "after in clause" => 5.0,
            "title" => 7.0,
            _ => 6.0,
        };
        traits[3] = rank as f32;
        traits[4] = sentences as f32;
        traits[5] = commas as f32;
        traits[6] = between as f32;
        traits[7] = start.saturating_sub(time.span.end).min(300) as f32;
        traits[8] = match position {
            "opens sentence" => 2.0,
            "opens clause" => 1.0,
            _ => 0.0,
        };
        traits[9] = f32::from(reading.year() - calendar.year).clamp(-10.0, 10.0);
        traits[17] = PREFIXES.iter().position(|w| prefix2.ends_with(w)).map_or(-1.0, |at| at as f32);
        traits[18] = match page.at(time.span.end) {
            ',' => 30.0,
            '的' => 31.0,
            '-' => 32.0,
            _ => page.text.tokens[page.token(time.span.end.min(page.len() - 1))].pos as u8 as f32,
        };
        traits[22] = f32::from(u8::from(reading.to.is_some()));
        traits[27] = f32::from(u8::from(page.sentence(from).paragraph == 0));
        traits[29] = to_headline(calendar, *reading);
        out.push(Candidate { period: Some(*reading), features: f, traits });
    }
}
