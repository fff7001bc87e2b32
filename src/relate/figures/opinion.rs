//! A second opinion on subjects and periods: an article as the network reads it, and what it makes of it.

use rustc_hash::FxHashMap;

use super::{Prepared, period::Period};
use crate::{
    learn::network::{Answered, EXTRAS, Head, NODES, Network, Node, Page, Pointers, Questions},
    model::{EntityType, Span},
    relate::row::{KIND, MARK, Row, SAME, SELF, SPEECH, Stretch},
    text::Pos,
};

/// A figure that asks, and a time, among the kinds of nodes; entities have the numbers of their types.
const FIGURE: u8 = 14;
const TIME: u8 = 15;
/// Marks of items: a number, one that asks, a time.
const NUMBER: u8 = 1;
const ASKING: u8 = 2;
const DATE: u8 = 3;

// Kinds and marks fit the network's tables.
const _: () = assert!(EntityType::ALL.len() == FIGURE as usize && (TIME as usize) < NODES);
const _: () = assert!(EntityType::ALL.len() < Pointers::TRAITS[KIND] && (DATE as usize) < Pointers::TRAITS[MARK]);
const _: () = assert!((Pos::Punctuation as usize) < Pointers::TRAITS[SPEECH] && (SELF as usize) < Pointers::NEAR);

/// What the network thinks of a figure: the shares of entities, and of periods; `None` for none.
#[derive(Debug, Default)]
pub(super) struct Opinion {
    subjects: FxHashMap<Option<usize>, f32>,
    periods: FxHashMap<Option<Period>, f32>,
}

impl Opinion {
    /// The share of an entity.
    pub(super) fn subject(&self, entity: Option<usize>) -> f32 {
        self.subjects.get(&entity).copied().unwrap_or_default()
    }

    /// The share of a period.
    pub(super) fn period(&self, period: Option<Period>) -> f32 {
        self.periods.get(&period).copied().unwrap_or_default()
    }
}

/// What the network thinks of the figures `asking`, which are in text order.
pub(super) fn opinions(network: &Network<Pointers>, prepared: &Prepared, asking: &[usize]) -> Vec<Opinion> {
    let mut opinions = Vec::with_capacity(asking.len());
    if asking.is_empty() {
        return opinions;
    }
    let extras = extra_periods(prepared);
    for window in Sheet::new(prepared, asking).windows() {
        let [subjects, periods] = network.answer(&window.questions);
        opinions.extend(subjects.into_iter().zip(periods).map(|(subject, period)| {
            let mut opinion = Opinion::default();
            let (of_nodes, of_extras) = subject.split_at(window.mentions.len());
            for (&place, share) in window.mentions.iter().zip(of_nodes) {
                *opinion.subjects.entry(Some(prepared.mentions.places[place].entity)).or_default() += share;
            }
            *opinion.subjects.entry(None).or_default() += of_extras[0];
            let (of_nodes, of_extras) = period.split_at(window.times.len());
            for (&time, share) in window.times.iter().zip(of_nodes) {
                for reading in prepared.scan.times[time].periods() {
                    *opinion.periods.entry(Some(reading)).or_default() += share;
                }
            }
            for (period, share) in extras.iter().zip(of_extras) {
                *opinion.periods.entry(*period).or_default() += share;
            }
            opinion
        }));
    }
    // Where nobody was asked all is open.
    debug_assert_eq!(opinions.len(), asking.len(), "each figure asks once");
    opinions.resize_with(asking.len(), Opinion::default);
    opinions
}

/// What is right of a figure that asks: its entity (`None` where it has one that is not known) and its period.
pub(super) type Truth<'a> = (Option<Option<usize>>, Option<&'a str>);

/// What an annotated article teaches, window by window.
pub(super) fn lessons(prepared: &Prepared, asking: &[usize], truth: &[Truth<'_>]) -> Vec<Answered> {
    let extras = extra_periods(prepared);
    let of_extras = |right: &dyn Fn(usize) -> bool| (0..EXTRAS).map(right).collect::<Vec<bool>>();
    let mut truth = truth.iter();
    let teach = |window: Window| {
        let (mut subjects, mut periods) = (Vec::new(), Vec::new());
        for (entity, wanted) in truth.by_ref().take(window.questions.asking.len()) {
            let places =
                window.mentions.iter().map(|&place| *entity == Some(Some(prepared.mentions.places[place].entity)));
            subjects.push(places.chain(of_extras(&|extra| extra == 0 && *entity == Some(None))).collect());
            let is_wanted = |period: Option<Period>| period.map(|period| period.to_string()).as_deref() == *wanted;
            let times = window.times.iter().map(|&time| &prepared.scan.times[time]);
            let times = times.map(|time| time.periods().any(|period| is_wanted(Some(period))));
            let extra = |at: usize| extras.get(at).is_some_and(|period| is_wanted(*period));
            periods.push(times.chain(of_extras(&extra)).collect());
        }
        Answered { questions: window.questions, right: [subjects, periods] }
    };
    Sheet::new(prepared, asking).windows().map(teach).collect()
}

/// Periods that stand nowhere: none, this year, last year, today.
fn extra_periods(prepared: &Prepared) -> Vec<Option<Period>> {
    let mut periods = vec![None];
    periods.extend(prepared.calendar.periods().into_iter().flatten().map(Some));
    periods
}

/// A whole article in a row. Nodes are the mentions, the times and the figures that ask, each in text order.
struct Sheet<'a> {
    prepared: &'a Prepared<'a>,
    row: Row,
    nodes: Vec<Node>,
}

/// A stretch of it that the network reads at once: nearly always the whole.
struct Window {
    questions: Questions,
    /// The mentions among its nodes, and the times.
    mentions: Vec<usize>,
    times: Vec<usize>,
}

impl<'a> Sheet<'a> {
    fn new(prepared: &'a Prepared<'a>, asking: &[usize]) -> Self {
        let text = prepared.page.text;
        let (places, times, figures) = (&prepared.mentions.places, &prepared.scan.times, &prepared.scan.figures);
        let kind_of = |entity: usize| prepared.mentions.entities[entity].kind.index() as u8;
        let mut row = Row::default();
        let mut nodes: Vec<Node> = Vec::with_capacity(places.len() + times.len() + asking.len());
        let (mut clause, mut end, mut paragraph) = (0, 0, usize::MAX);
        for (index, sentence) in text.sentences.iter().enumerate() {
            let mut opens = if sentence.paragraph == paragraph { 2 } else { 3 };
            paragraph = sentence.paragraph;
            for part in &sentence.clauses {
                let mut at = part.span.start.max(end);
                while at < part.span.end {
                    // What begins inside a longer mention belongs to that.
                    while let Some(place) = places.get(nodes.len()).filter(|place| place.span.start < at) {
                        let item = row.items.len().saturating_sub(1) as u32;
                        nodes.push(Node { item, kind: kind_of(place.entity), opens: 0 });
                    }
                    let next = places.get(nodes.len());
                    if let Some(place) = next.filter(|place| place.span.start == at) {
                        let kind = kind_of(place.entity);
                        nodes.push(Node { item: row.items.len() as u32, kind, opens });
                        row.push(text, place.span, clause, index, Some(kind));
                        (at, opens) = (place.span.end, 0);
                    } else {
                        let token = text.tokens[text.token_of[at] as usize].span;
                        let stop = next.map_or(usize::MAX, |place| place.span.start);
                        let to = token.end.min(stop).min(part.span.end).max(at + 1);
                        if !text.folded[at].is_whitespace() {
                            row.push(text, Span::new(at, to), clause, index, None);
                            if text.folded[at].is_alphanumeric() {
                                opens = 0;
                            }
                        }
                        at = to;
                    }
                    end = end.max(at);
                }
                opens = opens.max(1);
                clause += 1;
            }
        }
        for place in &places[nodes.len()..] {
            nodes.push(Node { item: row.at(place.span.start) as u32, kind: kind_of(place.entity), opens: 0 });
        }
        figures.iter().for_each(|figure| row.mark(figure.span, NUMBER));
        times.iter().for_each(|time| row.mark(time.span, DATE));
        asking.iter().for_each(|&figure| row.mark(figures[figure].span, ASKING));
        let node = |span: Span, kind: u8| Node { item: row.at(span.start) as u32, kind, opens: 0 };
        nodes.extend(times.iter().map(|time| node(time.span, TIME)));
        nodes.extend(asking.iter().map(|&figure| node(figures[figure].span, FIGURE)));
        Self { prepared, row, nodes }
    }

    /// The stretches, one after another. Each figure asks in one of them.
    fn windows(&self) -> impl Iterator<Item = Window> + '_ {
        self.row.stretches().map(|stretch| self.window(&stretch))
    }

    /// What a stretch shows; its own figures ask.
    fn window(&self, stretch: &Stretch) -> Window {
        let (places, times) = (self.prepared.mentions.places.len(), self.prepared.scan.times.len());
        // Mentions, times and figures stand in text order, each for themselves.
        let (mentioned, others) = self.nodes.split_at(places);
        let (dated, asked) = others.split_at(times);
        let seen: Vec<(usize, Node)> = (stretch.seen(mentioned))
            .chain(stretch.seen(dated).map(|at| places + at))
            .chain(stretch.own(asked).map(|at| places + times + at))
            .map(|at| (at, stretch.place(&self.nodes[at])))
            .collect();
        let kinds = [0..places, places..places + times, places + times..self.nodes.len()];
        let [mentions, dates, asking] =
            kinds.map(|kind| (0..seen.len()).filter(|&at| kind.contains(&seen[at].0)).collect::<Vec<usize>>());
        let numbers = |which: &[usize]| which.iter().map(|&at| at as u32).collect::<Vec<u32>>();
        let nodes = seen.iter().map(|(_, node)| *node).collect();
        let page = Page::new(self.row.items_of(stretch), nodes, |a, b| self.nearness(seen[a].0, seen[b].0));
        Window {
            questions: Questions { page, asking: numbers(&asking), answering: [numbers(&mentions), numbers(&dates)] },
            mentions: mentions.into_iter().map(|at| seen[at].0).collect(),
            times: dates.into_iter().map(|at| seen[at].0 - places).collect(),
        }
    }

    fn nearness(&self, a: usize, b: usize) -> u8 {
        let entity = |node: usize| self.prepared.mentions.places.get(node).map(|place| place.entity);
        match (entity(a), entity(b)) {
            _ if a == b => SELF,
            (Some(one), Some(other)) if one == other => SAME,
            _ => self.row.nearness(self.prepared.page.text, &self.nodes[a], &self.nodes[b]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::{Article, EntityType},
        relate::testing::{entities, segmenter},
        text::Text,
    };

    const NAMES: &[(&str, EntityType)] = &[("武清区", EntityType::Region), ("宝坻经济开发区", EntityType::Park)];

    fn with<T>(body: &str, then: impl FnOnce(&Prepared) -> T) -> T {
        let article = Article::new(None, "武清区见闻", body, Some("2025-05-19".to_owned()), None);
        let text = Text::new(&article.text, segmenter());
        let entities = entities(&article.text, NAMES);
        then(&Prepared::new(&article, &text, &entities))
    }

    fn all(prepared: &Prepared) -> Vec<usize> {
        (0..prepared.scan.figures.len()).collect()
    }

    #[test]
    fn mentions_times_and_figures_are_nodes_of_the_items_that_they_stand_in() {
        with("2024年，宝坻经济开发区完成产值5亿元，武清区增长3%。", |prepared| {
            let windows: Vec<Window> = Sheet::new(prepared, &all(prepared)).windows().collect();
            let [Window { questions, mentions, times }] = windows.as_slice() else { panic!("one window") };
            let page = &questions.page;
            assert_eq!((mentions.as_slice(), times.as_slice()), ([0, 1, 2].as_slice(), [0].as_slice()));
            assert_eq!(questions.asking, [4, 5]);
            assert_eq!(questions.answering, [vec![0, 1, 2], vec![3]]);
            let flags: Vec<u8> = page.nodes.iter().map(|node| page.items[node.item as usize].traits[MARK]).collect();
            assert_eq!(flags, [0, 0, 0, DATE, ASKING, ASKING]);
            let kinds: Vec<u8> = page.nodes.iter().map(|node| page.items[node.item as usize].traits[KIND]).collect();
            let kind = |kind: EntityType| kind.index() as u8 + 1;
            assert_eq!(kinds[..3], [kind(EntityType::Region), kind(EntityType::Park), kind(EntityType::Region)]);
            let near = |a: usize, b: usize| page.near[a * page.nodes.len() + b];
            assert_eq!((near(0, 2), near(2, 0), near(1, 1)), (SAME, SAME, SELF));
            assert_eq!(near(1, 4) ^ 1, near(4, 1), "the same, the other way round");
            assert!(near(1, 4) < 18 && near(2, 4) >= 18, "in one clause, in another");
        });
    }

    #[test]
    fn right_are_the_mentions_of_the_entity_and_the_times_of_the_period() {
        with("2024年，宝坻经济开发区完成产值5亿元，武清区增长3%。", |prepared| {
            let truth = [(Some(Some(0)), Some("2024")), (None, None)];
            let lessons = lessons(prepared, &all(prepared), &truth);
            let [Answered { right: [subjects, periods], .. }] = lessons.as_slice() else { panic!("one window") };
            let which = |right: &[bool]| (0..right.len()).filter(|&at| right[at]).collect::<Vec<usize>>();
            assert_eq!(subjects.iter().map(|right| which(right)).collect::<Vec<_>>(), [vec![0, 2], vec![]]);
            // Time 0 and, behind the only time, extra 2: last year; without a period extra 0.
            assert_eq!(periods.iter().map(|right| which(right)).collect::<Vec<_>>(), [vec![0, 3], vec![1]]);
        });
    }

    #[test]
    fn every_figure_has_an_opinion_whose_shares_are_at_most_1() {
        let network = crate::learn::network::train::<Answered>(&[], Default::default());
        for body in ["2024年，宝坻经济开发区引进项目5个，武清区增长3%。", "产值5亿元。", " \n ", ""]
        {
            with(body, |prepared| {
                let opinions = opinions(&network, prepared, &all(prepared));
                assert_eq!(opinions.len(), prepared.scan.figures.len());
                for Opinion { subjects, .. } in &opinions {
                    assert!(subjects.values().sum::<f32>() < 1.001, "{body}");
                }
            });
        }
    }

    #[test]
    fn a_reading_that_a_time_has_twice_counts_once() {
        with("“十四五”期间，宝坻经济开发区引进项目5个。", |prepared| {
            let [time] = prepared.scan.times.as_slice() else { panic!("one time") };
            let once: Vec<Period> = time.periods().collect();
            assert!(once.len() < time.readings.len(), "one comes twice");
            assert!(time.readings.iter().all(|reading| once.iter().filter(|own| *own == reading).count() == 1));
        });
    }

    #[test]
    fn a_mention_inside_a_longer_one_stands_in_its_item() {
        let names = [("武清开发区", EntityType::Park), ("武清", EntityType::Region)];
        let article = Article::new(None, "题", "武清开发区产值5亿元。", None, None);
        let text = Text::new(&article.text, segmenter());
        let entities = entities(&article.text, &names);
        let prepared = Prepared::new(&article, &text, &entities);
        let sheet = Sheet::new(&prepared, &all(&prepared));
        let items: Vec<u32> = sheet.nodes.iter().map(|node| node.item).collect();
        assert_eq!((items[0], items.len()), (items[1], 3));
        assert!(items[2] > items[1], "the figure stands behind");
    }

    #[test]
    fn in_a_long_article_each_figure_asks_once_and_sees_the_headline() {
        let body = "宝坻经济开发区完成产值5亿元，同比增长3%，其中出口2亿元，占比较高。\n".repeat(300);
        with(&body, |prepared| {
            let asking = all(prepared);
            let sheet = Sheet::new(prepared, &asking);
            let windows: Vec<Window> = sheet.windows().collect();
            assert!(windows.len() > 3, "{} windows", windows.len());
            assert_eq!(windows.iter().map(|window| window.questions.asking.len()).sum::<usize>(), asking.len());
            for Window { questions: Questions { page, asking, .. }, mentions, .. } in &windows {
                assert_eq!(mentions[0], 0, "武清区 of the headline");
                assert_eq!(page.items[page.nodes[0].item as usize].traits[KIND], 1 + EntityType::Region.index() as u8);
                assert!(page.nodes.iter().all(|node| (node.item as usize) < page.items.len()), "inside");
                let asks = |node: &u32| page.items[page.nodes[*node as usize].item as usize].traits[MARK] == ASKING;
                assert!(asking.iter().all(asks), "figures ask");
            }
        });
    }
}
