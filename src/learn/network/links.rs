//! A network that says which links lead from one thing of a text to another.
//!
//! Things stand in several places. Two places tell of their things if one is the other's nearest; the odds of a pair are the sum of what
//! its places tell, after Verga, Strubell and McCallum, “Simultaneously Self-Attending to All Mentions for Full-Abstract Biological Relation
//! Extraction” (NAACL 2018).

use std::ops::Range;

use super::{
    Head, Item, Lesson, Network,
    layers::{
        Forgetting, add, linear, linear_back, product, product_of_transposed, product_with_transposed, rectify_back,
    },
    layout::{BodyPlaces, DEPTH, LinearPlaces, Place, Tables, Use},
    nodes::{self, NodePlaces, NodesRead, Page},
};
use crate::learn::{sigmoid, widely::widely};

/// Kinds of links: a multiple of 8.
pub const LINKS: usize = 16;
const _: () = assert!(LINKS.is_multiple_of(8) && LINKS <= u16::BITS as usize);

/// A text with things, of which pairs are asked about.
#[derive(Debug, Clone, Default)]
pub struct Pairs {
    /// The text.
    pub page: Page,
    /// For each thing its nodes, in their order. No node is of two things.
    pub things: Vec<Vec<u32>>,
    /// Where the links lead from, and where to.
    pub pairs: Vec<(u32, u32)>,
}

/// What is known of the links of a pair, a bit for each.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Known {
    /// Those that are there.
    pub there: u16,
    /// Those of which it is known whether they are there.
    pub asked: u16,
}

/// Pairs with what is known of them.
#[derive(Debug, Clone)]
pub struct Linked {
    /// What the network reads.
    pub pairs: Pairs,
    /// Of each pair.
    pub known: Vec<Known>,
}

/// The tables of nodes and links.
#[derive(Debug, Clone, PartialEq)]
pub struct Links {
    nodes: NodePlaces,
    from: LinearPlaces,
    to: Place,
    near: Place,
    out: LinearPlaces,
}

impl Links {
    /// Kinds of nearness of two nodes.
    pub const NEAR: usize = 48;
}

impl Head for Links {
    const MAGIC: &'static [u8; 8] = b"yutulnk1";
    const TRAITS: [usize; super::TRAITS] = [20, 15, 4, 17];

    fn places(tables: &mut Tables) -> Self {
        Self {
            nodes: NodePlaces::new(tables, Self::NEAR),
            from: tables.linear(DEPTH, DEPTH),
            to: tables.add(DEPTH, DEPTH, Use::Factor),
            near: tables.add(Self::NEAR, DEPTH, Use::Lookup),
            out: tables.linear(DEPTH, LINKS),
        }
    }
}

/// Calls `meet` with each two nodes, of one thing and another, of which one is the nearest of its thing before or behind the other.
fn meetings(from: &[u32], to: &[u32], mut meet: impl FnMut(u32, u32)) {
    let neighbours = |own: &[u32], others: &[u32], meet: &mut dyn FnMut(u32, u32)| {
        for (at, &node) in own.iter().enumerate() {
            let next = others.partition_point(|other| *other < node);
            if let Some(before) = next.checked_sub(1) {
                meet(node, others[before]);
            }
            // The last node before another thing's is the nearest before that: they have met, or will.
            if let (Some(&behind), Some(&following)) = (others.get(next), own.get(at + 1))
                && following < behind
            {
                meet(node, behind);
            }
        }
    };
    neighbours(from, to, &mut |a, b| meet(a, b));
    neighbours(to, from, &mut |a, b| meet(b, a));
}

/// Rows for both ends of a link.
struct Ends {
    from: Vec<f32>,
    to: Vec<f32>,
}

/// What some pairs come to.
#[derive(Default)]
struct Heard {
    /// The nodes that meet.
    met: Vec<(u32, u32)>,
    /// For each pair which of them are its own.
    bounds: Vec<Range<usize>>,
    /// For each two nodes the rectified sums; …
    sums: Vec<f32>,
    /// … the log-odds of the links.
    scores: Vec<f32>,
    /// For each pair the log-odds of the links.
    odds: Vec<f32>,
}

fn hear(head: &Links, weights: &[f32], pairs: &Pairs, which: &[(u32, u32)], ends: &Ends) -> Heard {
    let mut heard = Heard::default();
    for &(one, other) in which {
        let first = heard.met.len();
        meetings(&pairs.things[one as usize], &pairs.things[other as usize], |a, b| heard.met.push((a, b)));
        heard.bounds.push(first..heard.met.len());
    }
    heard.sums = vec![0.0; heard.met.len() * DEPTH];
    let nearness = &weights[head.near.clone()];
    widely(
        #[inline(always)]
        || {
            for (sums, &(one, other)) in heard.sums.chunks_exact_mut(DEPTH).zip(&heard.met) {
                let from = &ends.from[one as usize * DEPTH..][..DEPTH];
                let to = &ends.to[other as usize * DEPTH..][..DEPTH];
                let near = &nearness[pairs.page.nearness(one, other) * DEPTH..][..DEPTH];
                for number in 0..DEPTH {
                    sums[number] = (from[number] + to[number] + near[number]).max(0.0);
                }
            }
        },
    );
    heard.scores = linear(weights, &head.out, &heard.sums, DEPTH);
    // Any of the nodes that meet may tell.
    heard.odds = vec![f32::NEG_INFINITY; which.len() * LINKS];
    for (odds, own) in heard.odds.chunks_exact_mut(LINKS).zip(&heard.bounds) {
        let rows = || heard.scores[own.start * LINKS..own.end * LINKS].chunks_exact(LINKS);
        for row in rows() {
            odds.iter_mut().zip(row).for_each(|(odds, score)| *odds = odds.max(*score));
        }
        if own.len() > 1 {
            let mut sums = [0.0; LINKS];
            for row in rows() {
                (0..LINKS).for_each(|link| sums[link] += (row[link] - odds[link]).exp());
            }
            odds.iter_mut().zip(sums).for_each(|(odds, sum)| *odds += sum.ln());
        }
    }
    heard
}

fn forward(
    places: &BodyPlaces,
    head: &Links,
    weights: &[f32],
    items: &[Item],
    page: &Page,
    mut forgetting: Option<Forgetting<'_>>,
) -> (NodesRead, Ends) {
    let read = nodes::read((places, &head.nodes), weights, items, page, &mut forgetting);
    let from = linear(weights, &head.from, &read.rows, DEPTH);
    let mut to = vec![0.0; read.rows.len()];
    product(&read.rows, &weights[head.to.clone()], &mut to, DEPTH, DEPTH);
    (read, Ends { from, to })
}

/// What the losses of a page are divided by: about how many links there are.
const STATED: f32 = 20.0;

impl Lesson for Linked {
    type Head = Links;

    fn items(&self) -> &[Item] {
        &self.pairs.page.items
    }

    fn learn(
        &self,
        network: (&BodyPlaces, &Links, &[f32]),
        items: &[Item],
        forgetting: Forgetting<'_>,
        weight: f32,
        back: &mut [f32],
    ) {
        let (places, head, weights) = network;
        let Self { pairs, known } = self;
        if known.iter().all(|known| known.asked == 0) {
            return;
        }
        let (read, ends) = forward(places, head, weights, items, &pairs.page, Some(forgetting));
        let heard = hear(head, weights, pairs, &pairs.pairs, &ends);
        let mut scores_back = vec![0.0; heard.scores.len()];
        for ((known, own), odds) in known.iter().zip(&heard.bounds).zip(heard.odds.chunks_exact(LINKS)) {
            for link in (0..LINKS).filter(|link| known.asked >> link & 1 == 1) {
                let is_there = f32::from(known.there >> link & 1);
                let slope = weight / STATED * (sigmoid(odds[link]) - is_there);
                for row in own.clone() {
                    let at = row * LINKS + link;
                    scores_back[at] = slope * (heard.scores[at] - odds[link]).exp();
                }
            }
        }
        let mut sums_back = vec![0.0; heard.sums.len()];
        linear_back(weights, back, &head.out, &heard.sums, &scores_back, &mut sums_back, DEPTH);
        let (mut from_back, mut to_back) = (vec![0.0; ends.from.len()], vec![0.0; ends.to.len()]);
        rectify_back(&heard.sums, &mut sums_back);
        for (sums_back, &(one, other)) in sums_back.chunks_exact(DEPTH).zip(&heard.met) {
            add(&mut from_back[one as usize * DEPTH..][..DEPTH], sums_back);
            add(&mut to_back[other as usize * DEPTH..][..DEPTH], sums_back);
            let near = head.near.start + pairs.page.nearness(one, other) * DEPTH;
            add(&mut back[near..near + DEPTH], sums_back);
        }
        let mut nodes_back = vec![0.0; read.rows.len()];
        linear_back(weights, back, &head.from, &read.rows, &from_back, &mut nodes_back, DEPTH);
        product_of_transposed(&read.rows, &to_back, &mut back[head.to.clone()], DEPTH, DEPTH);
        product_with_transposed(&to_back, &weights[head.to.clone()], &mut nodes_back, DEPTH, DEPTH);
        nodes::read_back((places, &head.nodes), weights, items, &pairs.page, &read, nodes_back, back);
    }

    #[cfg(test)]
    fn loss(&self, network: (&BodyPlaces, &Links, &[f32]), items: &[Item], forgetting: Forgetting<'_>) -> f32 {
        let (places, head, weights) = network;
        let (_, ends) = forward(places, head, weights, items, &self.pairs.page, Some(forgetting));
        let odds = hear(head, weights, &self.pairs, &self.pairs.pairs, &ends).odds;
        let mut loss = 0.0;
        for (known, odds) in self.known.iter().zip(odds.chunks_exact(LINKS)) {
            for link in (0..LINKS).filter(|link| known.asked >> link & 1 == 1) {
                let odds = if known.there >> link & 1 == 1 { odds[link] } else { -odds[link] };
                loss += (-odds).exp().ln_1p();
            }
        }
        loss / STATED
    }
}

/// So many pairs are worked on at once.
const AT_ONCE: usize = 256;

impl Network<Links> {
    /// Calls `each` with every pair, in their order, and the log-odds of its links.
    ///
    /// # Panics
    /// When the page or the things point at items or nodes that are not there.
    pub fn link(&self, pairs: &Pairs, mut each: impl FnMut((u32, u32), &[f32; LINKS])) {
        if pairs.pairs.is_empty() {
            return;
        }
        let items = self.vocabulary.look_up(&pairs.page.items);
        let (_, ends) = forward(&self.body, &self.head, &self.weights, &items, &pairs.page, None);
        for which in pairs.pairs.chunks(AT_ONCE) {
            let heard = hear(&self.head, &self.weights, pairs, which, &ends);
            let (odds, rest) = heard.odds.as_chunks::<LINKS>();
            debug_assert!(rest.is_empty(), "whole rows");
            which.iter().zip(odds).for_each(|(&pair, odds)| each(pair, odds));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_node_meets_its_nearest_on_both_sides_once() {
        let meet = |from: &[u32], to: &[u32]| {
            let mut met = Vec::new();
            meetings(from, to, |a, b| met.push((a, b)));
            let count = met.len();
            met.sort_unstable();
            met.dedup();
            assert_eq!(met.len(), count, "once");
            met
        };
        assert_eq!(meet(&[1, 2, 5], &[3, 4]), [(1, 3), (2, 3), (2, 4), (5, 3), (5, 4)]);
        assert_eq!(meet(&[3, 4], &[1, 2, 5]), [(3, 1), (3, 2), (3, 5), (4, 2), (4, 5)]);
        assert_eq!(meet(&[7], &[1]), [(7, 1)]);
        // By the definition.
        let mut random = 5;
        for _ in 0..200 {
            let mut own = [Vec::new(), Vec::new()];
            (0..9).for_each(|node| match crate::learn::random::next(&mut random) >> 40 & 3 {
                3 => {}
                side => own[side as usize & 1].push(node),
            });
            let [from, to] = own;
            let nearest = |node: u32, others: &[u32]| {
                let before = others.iter().copied().filter(|other| *other < node).max();
                [before, others.iter().copied().filter(|other| *other > node).min()]
                    .into_iter()
                    .flatten()
                    .collect::<Vec<u32>>()
            };
            let mut expected: Vec<(u32, u32)> = Vec::new();
            from.iter().for_each(|&a| expected.extend(nearest(a, &to).into_iter().map(|b| (a, b))));
            to.iter().for_each(|&b| expected.extend(nearest(b, &from).into_iter().map(|a| (a, b))));
            expected.sort_unstable();
            expected.dedup();
            assert_eq!(meet(&from, &to), expected, "{from:?} {to:?}");
        }
    }
}
