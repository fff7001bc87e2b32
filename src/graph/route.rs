//! The ways of edges: curves from border to border that go around nodes, keep parallel edges apart, and leave room for words.

use std::collections::BTreeMap;

use super::{
    layout::{Cubic, Point, Size},
    outline,
    style::Shape,
};

/// A node as an obstacle and as an end of edges.
pub(super) struct Body {
    pub(super) place: Point,
    pub(super) size: Size,
    pub(super) shape: Shape,
}

/// An edge as drawn.
#[derive(Debug, Clone, Default)]
pub(super) struct Route {
    /// The line, to the base of the arrowhead.
    pub(super) curve: Vec<Cubic>,
    /// Tip and the two corners of the arrowhead, for directed edges.
    pub(super) arrow: Option<[Point; 3]>,
    /// Middle of its words, where there is room for them.
    pub(super) label: Option<Point>,
}

/// Arrowhead in px.
const ARROW_LENGTH: f64 = 8.5;
const ARROW_HALF_WIDTH: f64 = 3.4;

/// Parallel edges stand so far apart at their middle, in px.
const PARALLEL: f64 = 30.0;

/// Points that a curve is looked at in.
const STEPS: usize = 40;

/// Finds curves for all edges; `given` has those that a layout program has drawn already.
pub(super) fn routes(bodies: &[Body], edges: &[(usize, usize, bool)], given: &[Vec<Cubic>]) -> Vec<Route> {
    let polygons: Vec<Vec<Point>> = bodies.iter().map(|body| outline::polygon(body.shape, body.size)).collect();
    let mut taken: BTreeMap<(usize, usize), Vec<f64>> = BTreeMap::new();
    let mut siblings: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    for &(from, to, _) in edges {
        *siblings.entry((from.min(to), from.max(to))).or_default() += 1;
    }
    (edges.iter().enumerate())
        .map(|(number, &(from, to, is_directed))| {
            if let Some(curve) = given.get(number).filter(|curve| !curve.is_empty()) {
                return finish(curve.clone(), is_directed);
            }
            if from == to {
                return finish(vec![self_loop(&bodies[from])], is_directed);
            }
            let pair = (from.min(to), from.max(to));
            let used = taken.entry(pair).or_default();
            // Seen from the lower node number, so that edges there and back do not choose the same side.
            let side = if from < to { 1.0 } else { -1.0 };
            let bend = best_bend(bodies, from, to, side, used, siblings[&pair]);
            used.push(bend);
            let whole = arc(bodies[from].place, bodies[to].place, bend * side);
            finish(vec![clip(whole, &polygons[from], &polygons[to])], is_directed)
        })
        .collect()
}

/// The offset of the curve's middle that meets the fewest other nodes.
fn best_bend(bodies: &[Body], from: usize, to: usize, side: f64, used: &[f64], siblings: usize) -> f64 {
    let start = if siblings.is_multiple_of(2) { PARALLEL / 2.0 } else { 0.0 };
    let mut candidates: Vec<f64> = (0..6)
        .flat_map(|step| {
            let offset = start + PARALLEL * f64::from(step);
            [offset, -offset]
        })
        .collect();
    if siblings == 1 {
        candidates = vec![0.0, 14.0, -14.0, 28.0, -28.0, 46.0, -46.0, 70.0, -70.0, 100.0, -100.0, 135.0, -135.0];
    }
    let length = bodies[to].place.minus(bodies[from].place).length();
    let mut best = (f64::INFINITY, 0.0);
    for bend in candidates {
        if used.iter().any(|other: &f64| (other - bend).abs() < PARALLEL * 0.6) {
            continue;
        }
        let curve = arc(bodies[from].place, bodies[to].place, bend * side);
        let met = bodies.iter().enumerate().filter(|(node, body)| *node != from && *node != to && meets(&curve, body));
        // A far detour is as bad as running through a node.
        let cost = 100.0 * met.count() as f64 + bend.abs() * (0.4 + 120.0 / length.max(60.0));
        if cost < best.0 {
            best = (cost, bend);
        }
    }
    best.1
}

fn meets(curve: &Cubic, body: &Body) -> bool {
    let (half_w, half_h) = (body.size.w / 2.0 + 2.0, body.size.h / 2.0 + 2.0);
    (1..STEPS)
        .map(|step| at(curve, step as f64 / STEPS as f64).minus(body.place))
        .any(|from| from.x.abs() < half_w && from.y.abs() < half_h)
}

/// A curve between two points whose middle is `bend` px off the straight line.
fn arc(from: Point, to: Point, bend: f64) -> Cubic {
    let along = to.minus(from);
    let length = along.length().max(1e-6);
    let across = Point::new(-along.y / length, along.x / length);
    // A cubic reaches three quarters of the way to its control points.
    let lift = across.times(bend * 4.0 / 3.0);
    [from, from.plus(along.times(0.3)).plus(lift), from.plus(along.times(0.7)).plus(lift), to]
}

fn self_loop(body: &Body) -> Cubic {
    let top = body.place.plus(Point::new(0.0, -body.size.h / 2.0));
    let reach = 34.0;
    [
        top.plus(Point::new(-9.0, 0.0)),
        top.plus(Point::new(-26.0, -reach)),
        top.plus(Point::new(26.0, -reach)),
        top.plus(Point::new(9.0, 0.0)),
    ]
}

pub(super) fn at(curve: &Cubic, t: f64) -> Point {
    let s = 1.0 - t;
    curve[0]
        .times(s * s * s)
        .plus(curve[1].times(3.0 * s * s * t))
        .plus(curve[2].times(3.0 * s * t * t))
        .plus(curve[3].times(t * t * t))
}

/// The part of a curve between two parameters (de Casteljau).
fn section(curve: &Cubic, from: f64, to: f64) -> Cubic {
    let mix = |a: Point, b: Point, t: f64| a.times(1.0 - t).plus(b.times(t));
    let head = |c: &Cubic, t: f64| -> Cubic {
        let (ab, bc, cd) = (mix(c[0], c[1], t), mix(c[1], c[2], t), mix(c[2], c[3], t));
        let (abc, bcd) = (mix(ab, bc, t), mix(bc, cd, t));
        [c[0], ab, abc, mix(abc, bcd, t)]
    };
    let reversed = |c: Cubic| -> Cubic { [c[3], c[2], c[1], c[0]] };
    let tail = reversed(head(&reversed(*curve), 1.0 - from));
    if from >= 1.0 { tail } else { head(&tail, (to - from) / (1.0 - from)) }
}

/// Cuts off what lies within the two end nodes.
fn clip(curve: Cubic, from: &[Point], to: &[Point]) -> Cubic {
    let (start, end) = (curve[0], curve[3]);
    let in_from = |t: f64| outline::contains(from, at(&curve, t).minus(start));
    let in_to = |t: f64| outline::contains(to, at(&curve, t).minus(end));
    let steps = (0..=STEPS).map(|step| step as f64 / STEPS as f64);
    let last_in = steps.clone().filter(|&t| in_from(t)).fold(0.0, f64::max);
    let first_in = steps.filter(|&t| in_to(t)).fold(1.0, f64::min);
    let leaves = bisect(last_in, (last_in + 1.0 / STEPS as f64).min(1.0), in_from);
    let enters = bisect(first_in, (first_in - 1.0 / STEPS as f64).max(0.0), in_to);
    if leaves < enters { section(&curve, leaves, enters) } else { curve }
}

/// Between a parameter that is inside and one that is outside, the border.
fn bisect(mut inside: f64, mut outside: f64, is_inside: impl Fn(f64) -> bool) -> f64 {
    for _ in 0..14 {
        let middle = (inside + outside) / 2.0;
        if is_inside(middle) {
            inside = middle;
        } else {
            outside = middle;
        }
    }
    outside
}

/// Puts the arrowhead on: the line ends at its base.
fn finish(mut curve: Vec<Cubic>, is_directed: bool) -> Route {
    if !is_directed {
        return Route { curve, arrow: None, label: None };
    }
    let Some(last) = curve.last_mut() else { return Route::default() };
    let tip = last[3];
    let reached = |t: &f64| at(last, *t).minus(tip).length() >= ARROW_LENGTH;
    let base_at = (0..=STEPS * 3).rev().map(|step| step as f64 / (STEPS * 3) as f64).find(reached).unwrap_or(0.0);
    let base = at(last, base_at);
    let along = tip.minus(base);
    let length = along.length().max(1e-6);
    let across = Point::new(-along.y, along.x).times(ARROW_HALF_WIDTH / length);
    *last = section(last, 0.0, base_at);
    Route { curve, arrow: Some([tip, base.plus(across), base.minus(across)]), label: None }
}

/// Places the words of edges where they cover no node and no other words; best where few lines pass below.
///
/// Returns how many found no room.
pub(super) fn place_labels(routes: &mut [Route], texts: &[Size], obstacles: &[(Point, Size)]) -> usize {
    let lines: Vec<Vec<Point>> = routes.iter().map(|route| points(&route.curve)).collect();
    let mut placed: Vec<(Point, Size)> = Vec::new();
    let mut without = 0;
    // Short edges have the least choice: they go first.
    let mut order: Vec<usize> = (0..routes.len()).collect();
    let length = |number: usize| lines[number].windows(2).map(|pair| pair[1].minus(pair[0]).length()).sum::<f64>();
    let lengths: Vec<f64> = order.iter().map(|&number| length(number)).collect();
    order.sort_by(|&a, &b| lengths[a].total_cmp(&lengths[b]).then(a.cmp(&b)));
    for number in order {
        let (line, size) = (&lines[number], texts[number]);
        let mut best: Option<(f64, Point)> = None;
        for share in [0.5, 0.44, 0.56, 0.38, 0.62, 0.32, 0.68, 0.26, 0.74, 0.2, 0.8] {
            let Some(&spot) = line.get((share * (line.len().saturating_sub(1)) as f64).round() as usize) else {
                continue;
            };
            let free = |middle: Point, other: Size| {
                let apart = spot.minus(middle);
                apart.x.abs() > (size.w + other.w) / 2.0 || apart.y.abs() > (size.h + other.h) / 2.0
            };
            if !obstacles.iter().chain(&placed).all(|(middle, size)| free(*middle, *size)) {
                continue;
            }
            let covered = lines.iter().enumerate().filter(|(other, line)| {
                *other != number && line.iter().any(|&point| !free(point, Size { w: 0.0, h: 0.0 }))
            });
            let cost = covered.count() as f64 * 2.0 + (share - 0.5_f64).abs() * 4.0;
            if best.is_none_or(|(least, _)| cost < least) {
                best = Some((cost, spot));
            }
        }
        match best {
            Some((_, spot)) => {
                placed.push((spot, size));
                routes[number].label = Some(spot);
            }
            None => without += 1,
        }
    }
    without
}

fn points(curve: &[Cubic]) -> Vec<Point> {
    curve.iter().flat_map(|part| (0..=24).map(|step| at(part, f64::from(step) / 24.0))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(x: f64, y: f64) -> Body {
        Body { place: Point::new(x, y), size: Size { w: 60.0, h: 30.0 }, shape: Shape::Box }
    }

    #[test]
    fn an_arrow_ends_at_the_border() {
        let routes = routes(&[body(0.0, 0.0), body(200.0, 0.0)], &[(0, 1, true)], &[]);
        let tip = routes[0].arrow.expect("an arrow")[0];
        assert!((tip.x - 170.0).abs() < 0.1 && tip.y.abs() < 0.1, "{tip:?}");
        assert!((routes[0].curve[0][0].x - 30.0).abs() < 0.1);
        assert!((routes[0].curve[0][3].x - (170.0 - ARROW_LENGTH)).abs() < 1.0);
    }

    #[test]
    fn parallel_edges_and_edges_back_keep_apart() {
        let bodies = [body(0.0, 0.0), body(200.0, 0.0)];
        let routes = routes(&bodies, &[(0, 1, true), (0, 1, true), (1, 0, true)], &[]);
        let mut middles: Vec<f64> = routes.iter().map(|route| at(&route.curve[0], 0.5).y).collect();
        middles.sort_by(f64::total_cmp);
        assert!(middles.windows(2).all(|pair| pair[1] - pair[0] > 20.0), "{middles:?}");
    }

    #[test]
    fn an_edge_goes_around_a_node_in_its_way() {
        let bodies = [body(0.0, 0.0), body(300.0, 0.0), body(150.0, 3.0)];
        let routes = routes(&bodies, &[(0, 1, true)], &[]);
        assert!(!meets(&routes[0].curve[0], &bodies[2]));
    }

    #[test]
    fn words_do_not_stand_on_nodes_or_on_each_other() {
        let bodies = [body(0.0, 0.0), body(200.0, 0.0), body(200.0, 60.0)];
        let mut routes = routes(&bodies, &[(0, 1, true), (0, 2, true)], &[]);
        let texts = vec![Size { w: 30.0, h: 14.0 }; 2];
        let obstacles: Vec<(Point, Size)> = bodies.iter().map(|body| (body.place, body.size)).collect();
        assert_eq!(place_labels(&mut routes, &texts, &obstacles), 0);
        let (a, b) = (routes[0].label.expect("a place"), routes[1].label.expect("a place"));
        assert!((a.x - b.x).abs() > 30.0 || (a.y - b.y).abs() > 14.0);
    }
}
