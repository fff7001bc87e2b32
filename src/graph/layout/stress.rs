//! Positions whose distances resemble those in the graph: stress, reduced by stochastic gradient descent.

use std::{cmp::Reverse, collections::BinaryHeap};

use super::{Point, Size};

/// How much longer the edges of hubs are: by this times the root of the number of other neighbours.
const HUB: f64 = 0.2;

/// Wanted distances between all pairs, in px.
pub(super) struct Distances {
    count: usize,
    /// Upper triangle, row by row.
    wanted: Vec<f32>,
}

impl Distances {
    /// Shortest ways through a connected graph whose edges are as long as their nodes and their surroundings need.
    pub(super) fn of(sizes: &[Size], edges: &[(usize, usize)], gap: f64) -> Self {
        let count = sizes.len();
        let mut neighbours: Vec<Vec<usize>> = vec![Vec::new(); count];
        for &(a, b) in edges {
            neighbours[a].push(b);
            neighbours[b].push(a);
        }
        for list in &mut neighbours {
            list.sort_unstable();
        }
        let radius = |node: usize| sizes[node].w * 0.35 + sizes[node].h * 0.15;
        let length = |a: usize, b: usize| {
            let shared = neighbours[a].iter().filter(|node| neighbours[b].binary_search(node).is_ok()).count();
            let others = (neighbours[a].len() + neighbours[b].len() - 2 * shared).saturating_sub(2) as f64;
            (gap + radius(a) + radius(b)) * (1.0 + HUB * others.sqrt())
        };
        let links: Vec<Vec<(usize, f64)>> =
            (0..count).map(|a| neighbours[a].iter().map(|&b| (b, length(a, b))).collect()).collect();
        let mut wanted = Vec::with_capacity(count * count.saturating_sub(1) / 2);
        for source in 0..count {
            let from_here = shortest(&links, source);
            wanted.extend(from_here[source + 1..].iter().map(|&distance| distance as f32));
        }
        Self { count, wanted }
    }

    fn pairs(&self) -> impl Iterator<Item = (usize, usize, f64)> + '_ {
        let rows = (0..self.count).flat_map(move |a| (a + 1..self.count).map(move |b| (a, b)));
        rows.zip(&self.wanted).map(|((a, b), &wanted)| (a, b, f64::from(wanted)))
    }
}

/// Dijkstra; lengths are whole hundredths in the queue, so that they have an order.
fn shortest(links: &[Vec<(usize, f64)>], source: usize) -> Vec<f64> {
    let mut best = vec![u64::MAX; links.len()];
    let mut queue = BinaryHeap::from([Reverse((0, source))]);
    best[source] = 0;
    while let Some(Reverse((distance, node))) = queue.pop() {
        if distance > best[node] {
            continue;
        }
        for &(next, length) in &links[node] {
            let distance = distance + (length * 100.0) as u64;
            if distance < best[next] {
                best[next] = distance;
                queue.push(Reverse((distance, next)));
            }
        }
    }
    best.into_iter().map(|distance| distance as f64 / 100.0).collect()
}

/// A small generator (SplitMix64, public domain) so that the same seed gives the same picture for ever.
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0x5954_5554_5954_5554)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// From 0 up to, but not, 1.
    pub(super) fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.unit() * bound as f64) as usize
    }
}

/// From a random beginning to low stress.
pub(super) fn descend(distances: &Distances, seed: u64) -> Vec<Point> {
    let mut random = Random::new(seed + 1);
    let mut pairs: Vec<(usize, usize, f64)> = distances.pairs().collect();
    let furthest = pairs.iter().map(|pair| pair.2).fold(1.0, f64::max);
    let nearest = pairs.iter().map(|pair| pair.2).fold(f64::INFINITY, f64::min);
    let mut places: Vec<Point> =
        (0..distances.count).map(|_| Point::new(random.unit() * furthest, random.unit() * furthest)).collect();
    let rounds = if distances.count > 600 { 30 } else { 60 };
    // Step sizes fall from moving the furthest pair all the way to moving the nearest by a hundredth.
    let (first, last) = (furthest * furthest, 0.01 * nearest * nearest);
    let decay = (first / last).ln() / (rounds - 1) as f64;
    for round in 0..rounds {
        for at in (1..pairs.len()).rev() {
            pairs.swap(at, random.below(at + 1));
        }
        let step = first * (-decay * round as f64).exp();
        for &(a, b, wanted) in &pairs {
            pull(&mut places, a, b, wanted, (step / (wanted * wanted)).min(1.0));
        }
    }
    places
}

/// A gentle round of descent over all pairs, to mend what pushing boxes apart has bent.
pub(super) fn relax(distances: &Distances, places: &mut [Point], strength: f64) {
    let nearest = distances.pairs().map(|pair| pair.2).fold(f64::INFINITY, f64::min);
    for (a, b, wanted) in distances.pairs() {
        pull(places, a, b, wanted, strength * (nearest / wanted).powi(2));
    }
}

/// Moves two nodes half of `share` of the way to the wanted distance each.
fn pull(places: &mut [Point], a: usize, b: usize, wanted: f64, share: f64) {
    let apart = places[a].minus(places[b]);
    let length = apart.length().max(1e-6);
    let shift = apart.times(share * (length - wanted) / (2.0 * length));
    places[a] = places[a].minus(shift);
    places[b] = places[b].plus(shift);
}
