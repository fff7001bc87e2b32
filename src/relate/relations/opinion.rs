//! A second opinion: the article as networks read it, and what they make of its entities two by two.

use rustc_hash::FxHashMap;

use crate::{
    learn::network::{Head, Known, LINKS, Linked, Links, NODES, Network, Node, Page, Pairs},
    model::{EntityType, Predicate, Span},
    relate::row::{CUE, KIND, MARK, Row, SAME, SELF, SPEECH, Stretch},
    text::Pos,
};

use super::{
    scene::{NONE, Place, Scene},
    signals::allowed,
};

/// The other stands in the same enumeration before it; 1 more: behind it.
const LISTED: u8 = SELF + 1;
/// It is the topic of the other's section; 1 more: the other is the topic of its own.
const TOPIC: u8 = LISTED + 2;

/// Marks of items: quoted, of a heading.
const QUOTED: u8 = 1;
const HEADING: u8 = 2;

// Kinds and marks fit the networks' tables.
const _: () = assert!(EntityType::ALL.len() <= NODES && (TOPIC as usize) + 1 < Links::NEAR);
const _: () = assert!(EntityType::ALL.len() < Links::TRAITS[KIND] && (QUOTED | HEADING) < Links::TRAITS[MARK] as u8);
const _: () = assert!((Pos::Punctuation as usize) < Links::TRAITS[SPEECH] && Predicate::ALL.len() < Links::TRAITS[CUE]);
const _: () = assert!(Predicate::ALL.len() == LINKS);

/// Pairs that the networks find less likely than this (log-odds) for every predicate are not kept.
const FAINT: f32 = -6.0;

/// What the networks think of the entities of an article.
#[derive(Debug, Default)]
pub(super) struct Opinions {
    odds: FxHashMap<(u32, u32), [f32; LINKS]>,
}

impl Opinions {
    /// Reads the article: what several networks think is the mean of their log-odds.
    pub(super) fn new(networks: &[Network<Links>], scene: &Scene) -> Self {
        let mut odds: FxHashMap<(u32, u32), [f32; LINKS]> = FxHashMap::default();
        let share = 1.0 / networks.len() as f32;
        for window in Sheet::new(scene).windows() {
            let mut means = vec![[0.0; LINKS]; window.pairs.pairs.len()];
            for network in networks {
                let mut means = means.iter_mut();
                network.link(&window.pairs, |_, read| {
                    let mean = means.next().expect("each pair comes once");
                    mean.iter_mut().zip(read).for_each(|(mean, odds)| *mean += share * odds);
                });
            }
            for (&(one, other), mean) in window.pairs.pairs.iter().zip(&means) {
                let pair = (window.entities[one as usize], window.entities[other as usize]);
                // Of what the types forbid they were never asked.
                let allowed = allowed(scene, pair.0, pair.1);
                let may = |at: &usize| allowed >> at & 1 == 1 && mean[*at] > FAINT;
                if (0..LINKS).any(|at| may(&at)) {
                    let own = odds.entry(pair).or_insert([FAINT; LINKS]);
                    (0..LINKS).filter(may).for_each(|at| own[at] = own[at].max(mean[at]));
                }
            }
        }
        Self { odds }
    }

    /// Opinions of some relations.
    #[cfg(test)]
    pub(super) fn of_some(some: &[(u32, Predicate, u32, f32)]) -> Self {
        let mut odds: FxHashMap<(u32, u32), [f32; LINKS]> = FxHashMap::default();
        for &(subject, predicate, object, own) in some {
            odds.entry((subject, object)).or_insert([FAINT; LINKS])[predicate.index()] = own;
        }
        Self { odds }
    }

    /// The log-odds of a relation, [`FAINT`] at least.
    pub(super) fn of(&self, subject: u32, predicate: Predicate, object: u32) -> f32 {
        self.odds.get(&(subject, object)).map_or(FAINT, |odds| odds[predicate.index()])
    }

    /// The same, of a symmetric relation the better of its two directions.
    pub(super) fn either(&self, subject: u32, predicate: Predicate, object: u32) -> f32 {
        let turned = if predicate.is_symmetric() { self.of(object, predicate, subject) } else { FAINT };
        self.of(subject, predicate, object).max(turned)
    }

    /// The log-odds of all relations from one to another.
    pub(super) fn of_all(&self, subject: u32, object: u32) -> [f32; LINKS] {
        self.odds.get(&(subject, object)).copied().unwrap_or([FAINT; LINKS])
    }

    /// Calls `each` with every relation of more than these log-odds, in no order; all are such as the types allow.
    pub(super) fn likely(&self, floor: f32, mut each: impl FnMut(u32, Predicate, u32)) {
        debug_assert!(floor >= FAINT, "what is not kept is not found");
        for (&(subject, object), odds) in &self.odds {
            for &predicate in Predicate::ALL.iter().filter(|predicate| odds[predicate.index()] > floor) {
                each(subject, predicate, object);
            }
        }
    }
}

/// What an article teaches, stretch by stretch; `known` tells which predicates hold between two entities, and which are not to be asked.
/// Each comes with its number; those in which nothing is asked are left out.
pub(super) fn lessons(scene: &Scene, known: &dyn Fn(u32, u32) -> (u16, u16)) -> Vec<(usize, Linked)> {
    let lesson = |window: Window| {
        let of_pair = |&(one, other): &(u32, u32)| {
            let (subject, object) = (window.entities[one as usize], window.entities[other as usize]);
            let (there, unsure) = known(subject, object);
            Known { there, asked: allowed(scene, subject, object) & (there | !unsure) }
        };
        Linked { known: window.pairs.pairs.iter().map(of_pair).collect(), pairs: window.pairs }
    };
    let teaches = |(_, lesson): &(usize, Linked)| lesson.known.iter().any(|known| known.asked != 0);
    Sheet::new(scene).windows().map(lesson).enumerate().filter(teaches).collect()
}

/// A whole article in a row; nodes are its places.
struct Sheet<'a> {
    scene: &'a Scene<'a>,
    row: Row,
    nodes: Vec<Node>,
}

/// A stretch of it that a network reads at once: nearly always the whole.
struct Window {
    pairs: Pairs,
    /// The entities that its things are.
    entities: Vec<u32>,
}

impl<'a> Sheet<'a> {
    fn new(scene: &'a Scene<'a>) -> Self {
        let mut row = Row::default();
        for (sentence, &(from, to)) in scene.sentence_items.iter().enumerate() {
            let heading = if scene.text.sentences[sentence].is_heading { HEADING } else { 0 };
            for item in &scene.items[from as usize..to as usize] {
                let place = scene.places.get(item.mention as usize);
                let kind = place.map(|place| place.kind.index() as u8);
                let span = Span::new(item.start as usize, item.end as usize);
                row.push(scene.text, span, item.clause, sentence, kind);
                let traits = &mut row.items.last_mut().expect("one was pushed").traits;
                traits[MARK] = heading | if place.is_some_and(|place| place.quoted) { QUOTED } else { 0 };
                // Of a cue of several predicates the first.
                traits[CUE] = if item.cue == 0 { 0 } else { 1 + item.cue.trailing_zeros() as u8 };
            }
        }
        let node = |place: &Place| Node { item: place.item, kind: place.kind.index() as u8, opens: place.opens };
        Self { scene, row, nodes: scene.places.iter().map(node).collect() }
    }

    /// The stretches, one after another.
    fn windows(&self) -> impl Iterator<Item = Window> + '_ {
        self.row.stretches().map(|stretch| self.window(&stretch))
    }

    fn window(&self, stretch: &Stretch) -> Window {
        let seen: Vec<usize> = stretch.seen(&self.nodes).collect();
        let (mut things, mut entities): (Vec<Vec<u32>>, Vec<u32>) = (Vec::new(), Vec::new());
        let mut thing_of: FxHashMap<u32, usize> = FxHashMap::default();
        for (node, &place) in (0..).zip(&seen) {
            let entity = self.scene.places[place].entity;
            let thing = *thing_of.entry(entity).or_insert_with(|| {
                entities.push(entity);
                things.push(Vec::new());
                things.len() - 1
            });
            things[thing].push(node);
        }
        let mut pairs = Vec::new();
        for one in 0..things.len() {
            let is_asked = |&other: &usize| other != one && allowed(self.scene, entities[one], entities[other]) != 0;
            pairs.extend((0..things.len()).filter(is_asked).map(|other| (one as u32, other as u32)));
        }
        let nodes = seen.iter().map(|&at| stretch.place(&self.nodes[at])).collect();
        let page = Page::new(self.row.items_of(stretch), nodes, |a, b| self.nearness(seen[a], seen[b]));
        Window { pairs: Pairs { page, things, pairs }, entities }
    }

    fn nearness(&self, a: usize, b: usize) -> u8 {
        let (one, other) = (&self.scene.places[a], &self.scene.places[b]);
        let topic = |place: &Place| self.scene.topic_of[place.sentence as usize];
        let is_topic =
            |topic: u32, place: &Place| topic != NONE && self.scene.places[topic as usize].entity == place.entity;
        if a == b {
            SELF
        } else if one.entity == other.entity {
            SAME
        } else if one.first == other.first {
            LISTED + u8::from(b > a)
        } else if one.sentence != other.sentence && is_topic(topic(other), one) {
            TOPIC
        } else if one.sentence != other.sentence && is_topic(topic(one), other) {
            TOPIC + 1
        } else {
            self.row.nearness(self.scene.text, &self.nodes[a], &self.nodes[b])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        learn::network::{NetworkOptions, train},
        relate::testing::{entities, segmenter},
        text::Text,
    };

    const NAMES: &[(&str, EntityType)] = &[
        ("武清区", EntityType::Region),
        ("宝坻经济开发区", EntityType::Park),
        ("红日药业", EntityType::Company),
        ("云圣智能", EntityType::Company),
    ];

    fn with<T>(body: &str, then: impl FnOnce(&Scene) -> T) -> T {
        let text = Text::new(body, segmenter());
        let entities = entities(body, NAMES);
        then(&Scene::new(&text, &entities))
    }

    fn windows(scene: &Scene) -> Vec<Window> {
        Sheet::new(scene).windows().collect()
    }

    const BODY: &str = "武清区见闻\n宝坻经济开发区引进“红日药业”、云圣智能。\n武清区表示祝贺。";

    #[test]
    fn mentions_are_nodes_and_those_of_one_entity_a_thing() {
        with(BODY, |scene| {
            let windows = windows(scene);
            let [Window { pairs, entities }] = windows.as_slice() else { panic!("one window") };
            let page = &pairs.page;
            assert_eq!(
                (entities.as_slice(), pairs.things.as_slice()),
                ([0, 1, 2, 3].as_slice(), [vec![0, 4], vec![1], vec![2], vec![3]].as_slice())
            );
            let near = |a: usize, b: usize| page.near[a * page.nodes.len() + b];
            assert_eq!((near(0, 4), near(4, 0), near(1, 1)), (SAME, SAME, SELF));
            assert_eq!((near(2, 3), near(3, 2)), (LISTED + 1, LISTED));
            assert_eq!(near(1, 2) ^ 1, near(2, 1), "the same, the other way round");
            let traits = |node: usize| page.items[page.nodes[node].item as usize].traits;
            assert_eq!((traits(2)[MARK], traits(3)[MARK]), (QUOTED, 0));
            assert_eq!(traits(1)[KIND], 1 + EntityType::Park.index() as u8);
            assert!(page.items.iter().any(|item| item.traits[CUE] > 0), "引进 is a cue");
            assert!(
                page.items.iter().all(|item| item
                    .traits
                    .iter()
                    .zip(Links::TRAITS)
                    .all(|(own, kinds)| usize::from(*own) < kinds))
            );
        });
    }

    #[test]
    fn pairs_are_those_whose_types_allow_something_and_only_that_is_asked() {
        with(BODY, |scene| {
            let known = |subject: u32, object: u32| match (subject, object) {
                (1, 2) => (1 << Predicate::Attracts.index(), 0),
                (2, 1) => (0, 1 << Predicate::LocatedIn.index()),
                _ => (0, 0),
            };
            let lessons = lessons(scene, &known);
            let [(0, Linked { pairs, known })] = lessons.as_slice() else { panic!("one stretch") };
            assert_eq!(pairs.pairs.len(), known.len());
            let of = |pair: (u32, u32)| known[pairs.pairs.binary_search(&pair).expect("asked")];
            let bit = |predicate: Predicate| 1u16 << predicate.index();
            assert_eq!(of((1, 2)).there, bit(Predicate::Attracts));
            assert_eq!(of((1, 2)).asked & bit(Predicate::Attracts), bit(Predicate::Attracts));
            assert_eq!(of((2, 1)).asked & bit(Predicate::LocatedIn), 0, "nobody knows");
            assert_eq!(of((1, 2)).asked & bit(Predicate::Jurisdiction), 0, "a park rules no firm");
            assert!(of((3, 1)).asked & bit(Predicate::LocatedIn) != 0);
        });
    }

    #[test]
    fn a_symmetric_relation_is_as_likely_as_the_better_of_its_directions() {
        let opinions = Opinions::of_some(&[
            (0, Predicate::CooperatesWith, 1, -1.0),
            (1, Predicate::CooperatesWith, 0, 2.0),
            (1, Predicate::Attracts, 0, 2.0),
        ]);
        assert_eq!(opinions.either(0, Predicate::CooperatesWith, 1), 2.0);
        assert_eq!(opinions.either(1, Predicate::CooperatesWith, 0), 2.0);
        assert_eq!(opinions.either(0, Predicate::Attracts, 1), FAINT);
    }

    #[test]
    fn what_is_stated_and_optional_is_asked_and_a_stretch_that_asks_nothing_teaches_nothing() {
        with(BODY, |scene| {
            let attracts = 1 << Predicate::Attracts.index();
            let known = |subject: u32, object: u32| (if (subject, object) == (1, 2) { attracts } else { 0 }, u16::MAX);
            let lessons = lessons(scene, &known);
            let [(0, Linked { pairs, known })] = lessons.as_slice() else { panic!("one stretch") };
            let at = pairs.pairs.binary_search(&(1, 2)).expect("asked");
            assert_eq!(known[at], Known { there: attracts, asked: attracts });
            assert!(super::lessons(scene, &|_, _| (0, u16::MAX)).is_empty());
        });
    }

    /// One article, forty times over, in which the zone attracts the first firm.
    fn taught() -> Vec<Vec<Linked>> {
        (0..40)
            .map(|_| {
                with(BODY, |scene| {
                    let attracts = 1 << Predicate::Attracts.index();
                    let known = |subject, object| (if (subject, object) == (1, 2) { attracts } else { 0 }, 0);
                    lessons(scene, &known).into_iter().map(|(_, lesson)| lesson).collect()
                })
            })
            .collect()
    }

    #[test]
    fn a_taught_network_finds_what_it_was_taught_and_forgets_the_faint() {
        let options =
            NetworkOptions { epochs: 40, word_count: 1, char_count: 1, dropout: 20, ..NetworkOptions::default() };
        let network = train(&taught(), options);
        with(BODY, |scene| {
            let opinions = Opinions::new(std::slice::from_ref(&network), scene);
            assert!(opinions.of(1, Predicate::Attracts, 2) > 2.0);
            assert!(opinions.of(1, Predicate::Attracts, 3) < -2.0);
            assert!(opinions.odds.values().flatten().all(|odds| *odds >= FAINT));
            assert!(!opinions.odds.contains_key(&(3, 2)), "two firms: asked, and far from likely");
            assert_eq!(opinions.of(3, Predicate::CooperatesWith, 2), FAINT);
            assert_eq!(opinions.of(2, Predicate::Attracts, 1), FAINT, "a firm attracts no park");
            let mut likely = Vec::new();
            opinions.likely(0.0, |subject, predicate, object| likely.push((subject, predicate, object)));
            assert_eq!(likely, [(1, Predicate::Attracts, 2)]);
        });
    }

    #[test]
    fn what_several_networks_think_is_the_mean() {
        let of_seed = |seed| {
            let options = NetworkOptions { epochs: 3, word_count: 1, char_count: 1, seed, ..NetworkOptions::default() };
            train(&taught(), options)
        };
        let networks = [of_seed(1), of_seed(2)];
        with(BODY, |scene| {
            let [one, other] = [0, 1].map(|at| Opinions::new(&networks[at..=at], scene).of(1, Predicate::Attracts, 2));
            let both = Opinions::new(&networks, scene).of(1, Predicate::Attracts, 2);
            assert!((one - other).abs() > 1e-3, "they differ: {one} {other}");
            assert!((both - (one + other) / 2.0).abs() < 1e-5, "{one} {other} {both}");
        });
    }

    #[test]
    fn pairs_of_a_long_article_are_asked_about_where_they_are_near_and_beside_the_headline() {
        let filler = "园区完成产值5亿元，同比增长3%。\n".repeat(150);
        let body = format!("武清区见闻\n{filler}宝坻经济开发区引进“红日药业”、云圣智能。\n{filler}");
        with(&body, |scene| {
            let windows = windows(scene);
            assert!(windows.len() > 3, "{} windows", windows.len());
            let asks = |window: &Window, subject: u32, object: u32| {
                let of = |thing: u32| window.entities[thing as usize];
                window.pairs.pairs.iter().any(|&(one, other)| (of(one), of(other)) == (subject, object))
            };
            for window in &windows {
                let Window { pairs, entities } = window;
                assert!(pairs.things.iter().all(|nodes| !nodes.is_empty() && nodes.is_sorted()));
                assert_eq!(entities[0], 0, "武清区 of the headline");
                assert_eq!(asks(window, 1, 0), entities.contains(&1), "the headline's place and what is there");
                for node in &pairs.page.nodes {
                    assert_eq!(pairs.page.items[node.item as usize].traits[KIND], node.kind + 1);
                }
            }
            let count = windows.iter().filter(|window| asks(window, 1, 2)).count();
            assert!((1..windows.len()).contains(&count), "{count} of {} windows", windows.len());
            assert!(!asks(&windows[0], 1, 2), "far away");
        });
        with("", |scene| assert!(windows(scene).is_empty()));
    }

    #[test]
    fn of_several_windows_the_most_likely_counts() {
        let network = train::<Linked>(&[], NetworkOptions::default());
        let body = format!("{BODY}\n{}", "宝坻经济开发区引进红日药业，产值增长3%。\n".repeat(200));
        with(&body, |scene| {
            let mut read: FxHashMap<(u32, u32, usize), Vec<f32>> = FxHashMap::default();
            for Window { pairs, entities } in windows(scene) {
                network.link(&pairs, |(one, other), odds| {
                    let (subject, object) = (entities[one as usize], entities[other as usize]);
                    for at in (0..LINKS).filter(|at| allowed(scene, subject, object) >> at & 1 == 1) {
                        read.entry((subject, object, at)).or_default().push(odds[at]);
                    }
                });
            }
            let opinions = Opinions::new(std::slice::from_ref(&network), scene);
            let (mut not_first, mut not_last) = (0, 0);
            for ((subject, object, at), odds) in read {
                let best = odds.iter().copied().fold(FAINT, f32::max);
                assert_eq!(opinions.of(subject, Predicate::ALL[at], object), best, "{odds:?}");
                not_first += usize::from(odds[0] < best);
                not_last += usize::from(odds[odds.len() - 1] < best);
            }
            assert!(not_first > 0 && not_last > 0, "neither the first window nor the last has all of them");
        });
    }
}
