//! Where nodes go: an embedded layout for pictures of 1 to some 2,000 nodes, and Graphviz's where it is installed.
//!
//! No well-kept crate under a permissive licence gives good pictures of such graphs: layout-rs draws hierarchies only,
//! forceatlas2 is AGPL, fdg-sim moves points that have no size. So, in four steps, each a file:
//! 1. `stress`: positions whose distances resemble those in the graph, by stochastic gradient descent
//!    (Zheng, Pawar and Goodman, "Graph Drawing by Stochastic Gradient Descent", IEEE TVCG 25(9), 2019, doi 10.1109/TVCG.2018.2859997),
//!    with edge lengths that give hubs room (Gansner and North, "Improved force-directed layouts", 1998);
//! 2. `overlap`: boxes are pushed apart along the shorter way, nodes away from edges that run through them
//!    (the separation constraints of Dwyer, Marriott and Stuckey, "Fast Node Overlap Removal", GD 2005, solved by sweeps);
//! 3. of several beginnings, the one with the fewest crossings is kept;
//! 4. `pack`: connected parts stand side by side.
//!
//! Nothing is random: the seeds are fixed, and coordinates are rounded to 1/10 px.

pub mod graphviz;
mod overlap;
mod pack;
mod score;
mod stress;

/// A place or a direction in px; y goes down.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Point {
    /// To the right.
    pub x: f64,
    /// Down.
    pub y: f64,
}

impl Point {
    /// The point (x, y).
    pub fn new(x: f64, y: f64) -> Self {
        Self { x, y }
    }

    pub(super) fn plus(self, other: Self) -> Self {
        Self::new(self.x + other.x, self.y + other.y)
    }

    pub(super) fn minus(self, other: Self) -> Self {
        Self::new(self.x - other.x, self.y - other.y)
    }

    pub(super) fn times(self, factor: f64) -> Self {
        Self::new(self.x * factor, self.y * factor)
    }

    pub(super) fn length(self) -> f64 {
        self.x.hypot(self.y)
    }
}

/// Width and height in px.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Size {
    /// Width.
    pub w: f64,
    /// Height.
    pub h: f64,
}

/// A cubic Bézier curve: start, two control points, end.
pub type Cubic = [Point; 4];

/// Where everything goes.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Layout {
    /// Middles of the nodes, by node number.
    pub places: Vec<Point>,
    /// Curves of the edges, by edge number, from border to border; empty where the program that draws is to find the way.
    pub routes: Vec<Vec<Cubic>>,
}

/// Free space around each node in px.
pub(super) const MARGIN: f64 = 16.0;

/// Lays a graph out. `edges` are pairs of node numbers; `gap` is the space in px wanted between two nodes with an edge; the part with the
/// node `focus` comes first.
pub fn place(sizes: &[Size], edges: &[(usize, usize)], gap: f64, focus: Option<usize>) -> Layout {
    let parts = pack::parts(sizes.len(), edges, focus);
    let mut laid_out = Vec::with_capacity(parts.len());
    for part in &parts {
        let number = |node: usize| part.binary_search(&node).ok();
        let inner: Vec<(usize, usize)> = edges
            .iter()
            .filter_map(|&(a, b)| Some((number(a)?, number(b)?)))
            .filter(|(a, b)| a != b)
            .map(|(a, b)| (a.min(b), a.max(b)))
            .collect();
        let inner_sizes: Vec<Size> = part.iter().map(|&node| sizes[node]).collect();
        laid_out.push(place_connected(&inner_sizes, &inner, gap));
    }
    let mut places = vec![Point::default(); sizes.len()];
    pack::side_by_side(&parts, &laid_out, sizes, &mut places);
    for place in &mut places {
        *place = Point::new((place.x * 10.0).round() / 10.0, (place.y * 10.0).round() / 10.0);
    }
    Layout { places, routes: Vec::new() }
}

/// The best of several beginnings.
fn place_connected(sizes: &[Size], edges: &[(usize, usize)], gap: f64) -> Vec<Point> {
    if sizes.len() < 2 {
        return vec![Point::default(); sizes.len()];
    }
    let mut simple = edges.to_vec();
    simple.sort_unstable();
    simple.dedup();
    let tries = match sizes.len() {
        0..=3 => 1,
        4..=80 => 16,
        81..=260 => 8,
        _ => 1,
    };
    let distances = stress::Distances::of(sizes, &simple, gap);
    (0..tries)
        .map(|seed| {
            let mut places = stress::descend(&distances, seed);
            overlap::lay_flat(&mut places);
            overlap::remove(&mut places, sizes, &simple, &distances);
            let cost = score::cost(&places, sizes, &simple);
            (cost, places)
        })
        .min_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, places)| places)
        .unwrap_or_default()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A hub of hubs: `hubs` hubs around a middle, with leaves; some links across.
    pub(in crate::graph) fn hubs(hubs: usize, leaves: usize) -> (usize, Vec<(usize, usize)>) {
        let mut edges = Vec::new();
        let mut next = 1;
        for hub in 0..hubs {
            let middle = next;
            edges.push((0, middle));
            for leaf in 0..leaves {
                next += 1;
                edges.push((middle, next));
                if leaf % 5 == 4 && hub > 0 {
                    edges.push((next, next - leaves - 1));
                }
            }
            next += 1;
        }
        (next, edges)
    }

    /// Pairs of boxes that share a point.
    pub(in crate::graph) fn overlaps(places: &[Point], sizes: &[Size]) -> Vec<(usize, usize)> {
        let mut found = Vec::new();
        for a in 0..places.len() {
            for b in a + 1..places.len() {
                let apart = places[a].minus(places[b]);
                if apart.x.abs() < (sizes[a].w + sizes[b].w) / 2.0 && apart.y.abs() < (sizes[a].h + sizes[b].h) / 2.0 {
                    found.push((a, b));
                }
            }
        }
        found
    }

    #[test]
    fn no_two_nodes_overlap_at_any_size() {
        for (hub_count, leaves) in [(1, 1), (1, 4), (1, 59), (6, 9), (10, 19)] {
            let (count, edges) = hubs(hub_count, leaves);
            let sizes: Vec<Size> = (0..count)
                .map(|node| Size { w: 50.0 + (node * 37 % 90) as f64, h: 26.0 + (node * 7 % 30) as f64 })
                .collect();
            let layout = place(&sizes, &edges, 60.0, Some(0));
            assert_eq!(overlaps(&layout.places, &sizes), [], "{count} nodes");
            assert_eq!(layout, place(&sizes, &edges, 60.0, Some(0)), "the same again");
        }
    }

    #[test]
    fn parts_stand_side_by_side() {
        let sizes = vec![Size { w: 80.0, h: 30.0 }; 12];
        let edges = [(0, 1), (2, 3), (2, 4), (5, 5)];
        let layout = place(&sizes, &edges, 60.0, None);
        assert_eq!(overlaps(&layout.places, &sizes), []);
        assert!(layout.places.iter().all(|place| place.x.is_finite() && place.y.is_finite()));
    }
}
