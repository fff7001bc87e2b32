//! A second opinion: the article as the network reads it, and what it makes of its entities two by two.

use rustc_hash::FxHashMap;

use crate::{
    learn::network::{Head, Known, LINKS, Linked, Links, NODES, Network, Node, Page, Pairs},
    model::{EntityType, Predicate, Span},
    relate::row::{CUE, KIND, MARK, Row, SAME, SELF, SPEECH, Stretch},
    text::Pos,
};

use super::scene::{NONE, Place, Scene};

/// Members of one enumeration, either way round.
const LISTED: u8 = 40;
/// The topic of the other's section; and the other way round.
const TOPIC: u8 = 42;

/// Marks of items: quoted, of a heading.
const QUOTED: u8 = 1;
const HEADING: u8 = 2;

// Kinds and marks fit the network's tables.
const _: () = assert!(EntityType::ALL.len() <= NODES && (TOPIC as usize) + 1 < Links::NEAR);
const _: () = assert!(EntityType::ALL.len() < Links::TRAITS[KIND] && (QUOTED | HEADING) < Links::TRAITS[MARK] as u8);
const _: () = assert!((Pos::Punctuation as usize) < Links::TRAITS[SPEECH] && Predicate::ALL.len() < Links::TRAITS[CUE]);
const _: () = assert!(Predicate::ALL.len() == LINKS);

/// Pairs that the network finds less likely than this (log-odds) for every predicate are not kept.
const FAINT: f32 = -6.0;

/// What the network thinks of the entities of an article.
#[derive(Debug, Default)]
pub(super) struct Opinions {
    odds: FxHashMap<(u32, u32), [f32; LINKS]>,
}

impl Opinions {
    /// Reads the article.
    pub(super) fn new(network: &Network<Links>, scene: &Scene) -> Self {
        let mut odds: FxHashMap<(u32, u32), [f32; LINKS]> = FxHashMap::default();
        Sheet::new(scene).windows(|window| {
            network.link(&window.pairs, |(one, other), read| {
                let pair = (window.entities[one as usize], window.entities[other as usize]);
                // Of what the types forbid it was never asked.
                let allowed = allowed(scene, pair.0, pair.1);
                let may = |at: &usize| allowed >> at & 1 == 1 && read[*at] > FAINT;
                if (0..LINKS).any(|at| may(&at)) {
                    let own = odds.entry(pair).or_insert([FAINT; LINKS]);
                    (0..LINKS).filter(may).for_each(|at| own[at] = own[at].max(read[at]));
                }
            });
        });
        Self { odds }
    }

    /// The log-odds of a relation, [`FAINT`] at least.
    pub(super) fn of(&self, subject: u32, predicate: Predicate, object: u32) -> f32 {
        self.of_all(subject, object)[predicate.index()]
    }

    /// The log-odds of all relations from one to another.
    pub(super) fn of_all(&self, subject: u32, object: u32) -> [f32; LINKS] {
        self.odds.get(&(subject, object)).copied().unwrap_or([FAINT; LINKS])
    }

    /// Calls `each` with every relation of more than these log-odds, in no order; all are such as the types allow.
    pub(super) fn likely(&self, floor: f32, mut each: impl FnMut(u32, Predicate, u32)) {
        for (&(subject, object), odds) in &self.odds {
            for &predicate in Predicate::ALL.iter().filter(|predicate| odds[predicate.index()] > floor) {
                each(subject, predicate, object);
            }
        }
    }
}

/// What an article teaches, stretch by stretch; `known` tells which predicates hold between two entities, and which are not to be asked.
pub(super) fn lessons(scene: &Scene, known: &dyn Fn(u32, u32) -> (u16, u16)) -> Vec<Linked> {
    let mut lessons = Vec::new();
    Sheet::new(scene).windows(|window| {
        let of_pair = |&(one, other): &(u32, u32)| {
            let (subject, object) = (window.entities[one as usize], window.entities[other as usize]);
            let (there, unsure) = known(subject, object);
            Known { there, asked: allowed(scene, subject, object) & !unsure }
        };
        let known = window.pairs.pairs.iter().map(of_pair).collect();
        lessons.push(Linked { pairs: window.pairs, known });
    });
    lessons
}

/// Predicates that the types of two entities allow, a bit each.
fn allowed(scene: &Scene, subject: u32, object: u32) -> u16 {
    let kind = |entity: u32| scene.entities[entity as usize].kind;
    let allows = |predicate: &&Predicate| predicate.allows(kind(subject), kind(object));
    Predicate::ALL.iter().filter(allows).fold(0, |bits, predicate| bits | 1 << predicate.index())
}

/// A whole article in a row; nodes are its places.
struct Sheet<'a> {
    scene: &'a Scene<'a>,
    row: Row,
    nodes: Vec<Node>,
}

/// A stretch of it that the network reads at once: nearly always the whole.
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
                traits[CUE] = if item.cue == 0 { 0 } else { 1 + item.cue.trailing_zeros() as u8 };
            }
        }
        let node = |place: &Place| Node { item: place.item, kind: place.kind.index() as u8, opens: place.opens };
        Self { scene, row, nodes: scene.places.iter().map(node).collect() }
    }

    /// Calls `each` with the stretches, one after another.
    fn windows(&self, mut each: impl FnMut(Window)) {
        self.row.stretches().for_each(|stretch| each(self.window(&stretch)));
    }

    fn window(&self, stretch: &Stretch) -> Window {
        let seen: Vec<usize> = stretch.seen(&self.nodes).collect();
        let mut near = Vec::with_capacity(seen.len() * seen.len());
        for &a in &seen {
            near.extend(seen.iter().map(|&b| self.nearness(a, b)));
        }
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
        let page = Page { items: self.row.items_of(stretch), nodes, near };
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
        let mut windows = Vec::new();
        Sheet::new(scene).windows(|window| windows.push(window));
        windows
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
            let [Linked { pairs, known }] = lessons.as_slice() else { panic!("one stretch") };
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
    fn a_taught_network_finds_what_it_was_taught_and_forgets_the_faint() {
        let lessons: Vec<Vec<Linked>> = (0..40)
            .map(|_| {
                with(BODY, |scene| {
                    let attracts = 1 << Predicate::Attracts.index();
                    lessons(scene, &|subject, object| (if (subject, object) == (1, 2) { attracts } else { 0 }, 0))
                })
            })
            .collect();
        let options =
            NetworkOptions { epochs: 40, word_count: 1, char_count: 1, dropout: 20, ..NetworkOptions::default() };
        let network = train(&lessons, options);
        with(BODY, |scene| {
            let opinions = Opinions::new(&network, scene);
            assert!(opinions.of(1, Predicate::Attracts, 2) > 2.0);
            assert!(opinions.of(1, Predicate::Attracts, 3) < -2.0);
            assert_eq!(opinions.of(7, Predicate::Attracts, 2), FAINT);
            let mut likely = Vec::new();
            opinions.likely(0.0, |subject, predicate, object| likely.push((subject, predicate, object)));
            assert_eq!(likely, [(1, Predicate::Attracts, 2)]);
        });
    }

    #[test]
    fn pairs_of_a_long_article_are_asked_about_where_they_are_near_and_beside_the_headline() {
        let body = format!("{BODY}\n{}", "园区引进红日药业，完成产值5亿元，同比增长3%。\n".repeat(400));
        with(&body, |scene| {
            let windows = windows(scene);
            assert!(windows.len() > 3, "{} windows", windows.len());
            for Window { pairs, entities } in &windows {
                assert!(entities.contains(&0) && entities.contains(&2), "武清区 of the headline, 红日药业");
                assert!(pairs.things.iter().all(|nodes| !nodes.is_empty() && nodes.is_sorted()));
                assert!(pairs.page.nodes.iter().all(|node| (node.item as usize) < pairs.page.items.len()));
            }
        });
        with("", |scene| assert!(windows(scene).is_empty()));
    }
}
