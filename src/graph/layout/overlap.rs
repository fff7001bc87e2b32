//! Boxes pushed apart, nodes pushed off edges, with as little bending of the picture as that takes.

use super::{MARGIN, Point, Size, stress, stress::Distances};

/// Pictures are read on screens that are wider than high, and labels are wider than high.
const STRETCH: f64 = 1.25;

/// Turns the longest extent flat and stretches it.
pub(super) fn lay_flat(places: &mut [Point]) {
    let count = places.len() as f64;
    let middle = places.iter().fold(Point::default(), |sum, &place| sum.plus(place)).times(1.0 / count);
    let (mut xx, mut xy, mut yy) = (0.0, 0.0, 0.0);
    for place in places.iter() {
        let from = place.minus(middle);
        (xx, xy, yy) = (xx + from.x * from.x, xy + from.x * from.y, yy + from.y * from.y);
    }
    // Angle of the principal axis of the second moments.
    let angle = 0.5 * (2.0 * xy).atan2(xx - yy);
    let (sin, cos) = angle.sin_cos();
    for place in places.iter_mut() {
        let from = place.minus(middle);
        *place = Point::new((from.x * cos + from.y * sin) * STRETCH, -from.x * sin + from.y * cos);
    }
}

/// Moves nodes until no two boxes (with their margins) overlap.
pub(super) fn remove(places: &mut [Point], sizes: &[Size], edges: &[(usize, usize)], distances: &Distances) {
    let mends_shape = sizes.len() <= 600;
    for round in 0..40 {
        if mends_shape && round < 30 {
            stress::relax(distances, places, 0.25 * (1.0 - round as f64 / 30.0));
            clear_edges(places, sizes, edges, 0.5);
        }
        for _ in 0..4 {
            if !push_apart(places, sizes) {
                break;
            }
        }
    }
    // Each widening ends more overlaps than it makes: at some width there are none.
    for _ in 0..200 {
        let mut overlaps = true;
        for _ in 0..40 {
            overlaps = push_apart(places, sizes);
            if !overlaps {
                break;
            }
        }
        if !overlaps {
            return;
        }
        for place in places.iter_mut() {
            *place = place.times(1.04);
        }
    }
}

/// One sweep over all overlapping pairs, left to right. Returns whether there were any.
fn push_apart(places: &mut [Point], sizes: &[Size]) -> bool {
    let widest = sizes.iter().map(|size| size.w).fold(0.0, f64::max) + MARGIN;
    let mut order: Vec<usize> = (0..places.len()).collect();
    order.sort_by(|&a, &b| places[a].x.total_cmp(&places[b].x).then(a.cmp(&b)));
    let mut any = false;
    for (at, &a) in order.iter().enumerate() {
        for &b in &order[at + 1..] {
            if places[b].x - places[a].x > widest + MARGIN {
                break;
            }
            let apart = places[b].minus(places[a]);
            let over_x = (sizes[a].w + sizes[b].w) / 2.0 + MARGIN - apart.x.abs();
            let over_y = (sizes[a].h + sizes[b].h) / 2.0 + MARGIN - apart.y.abs();
            if over_x <= 0.01 || over_y <= 0.01 {
                continue;
            }
            any = true;
            let shift = if over_x < over_y {
                Point::new((over_x / 2.0 + 0.05).copysign(apart.x), 0.0)
            } else {
                // Exactly one above the other happens only where both stand on one spot.
                let side = if apart.y == 0.0 && a > b { -1.0 } else { 1.0 };
                Point::new(0.0, (over_y / 2.0 + 0.05).copysign(if apart.y == 0.0 { side } else { apart.y }))
            };
            places[a] = places[a].minus(shift);
            places[b] = places[b].plus(shift);
        }
    }
    any
}

/// Moves nodes sideways off the edges that run through them.
fn clear_edges(places: &mut [Point], sizes: &[Size], edges: &[(usize, usize)], share: f64) {
    for &(from, to) in edges {
        let (start, along) = (places[from], places[to].minus(places[from]));
        let length = along.length();
        if length < 1.0 {
            continue;
        }
        let across = Point::new(-along.y / length, along.x / length);
        for node in 0..places.len() {
            if node == from || node == to {
                continue;
            }
            let offset = places[node].minus(start);
            let position = (offset.x * along.x + offset.y * along.y) / (length * length);
            if !(0.05..0.95).contains(&position) {
                continue;
            }
            let distance = offset.x * across.x + offset.y * across.y;
            // Half the box's extent across the edge, and a little air.
            let needed = (sizes[node].w * across.x.abs() + sizes[node].h * across.y.abs()) / 2.0 + 5.0;
            if distance.abs() < needed {
                let shift = across.times((needed - distance.abs()).copysign(distance) * share);
                places[node] = places[node].plus(shift.times(0.8));
                places[from] = places[from].minus(shift.times(0.1));
                places[to] = places[to].minus(shift.times(0.1));
            }
        }
    }
}
