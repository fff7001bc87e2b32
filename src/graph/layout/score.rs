//! How bad a layout is: crossings, edges through nodes, wasted paper.

use super::{Point, Size};

/// Lower is better.
pub(super) fn cost(places: &[Point], sizes: &[Size], edges: &[(usize, usize)]) -> f64 {
    let mut crossings = 0;
    for (at, &(a, b)) in edges.iter().enumerate() {
        for &(c, d) in &edges[at + 1..] {
            let apart = a != c && a != d && b != c && b != d;
            if apart && cross(places[a], places[b], places[c], places[d]) {
                crossings += 1;
            }
        }
    }
    let mut covered = 0;
    for &(a, b) in edges {
        for node in 0..places.len() {
            if node != a && node != b && runs_through(places[a], places[b], places[node], sizes[node]) {
                covered += 1;
            }
        }
    }
    let used: f64 = sizes.iter().map(|size| (size.w + 30.0) * (size.h + 30.0)).sum();
    let (w, h) = extent(places, sizes);
    // Twice the paper is as bad as one crossing for each twelve nodes.
    f64::from(crossings) + 2.0 * f64::from(covered) + (w * h / used).ln() * places.len() as f64 / 8.0
}

fn extent(places: &[Point], sizes: &[Size]) -> (f64, f64) {
    let (mut left, mut right, mut top, mut bottom) = (f64::MAX, f64::MIN, f64::MAX, f64::MIN);
    for (place, size) in places.iter().zip(sizes) {
        (left, right) = (left.min(place.x - size.w / 2.0), right.max(place.x + size.w / 2.0));
        (top, bottom) = (top.min(place.y - size.h / 2.0), bottom.max(place.y + size.h / 2.0));
    }
    (right - left, bottom - top)
}

fn side(a: Point, b: Point, c: Point) -> f64 {
    (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x)
}

fn cross(a: Point, b: Point, c: Point, d: Point) -> bool {
    side(a, b, c) * side(a, b, d) < 0.0 && side(c, d, a) * side(c, d, b) < 0.0
}

/// Whether the straight line between two points meets a box (Liang and Barsky's clipping).
pub(super) fn runs_through(from: Point, to: Point, middle: Point, size: Size) -> bool {
    let along = to.minus(from);
    let (mut enter, mut leave) = (0.0_f64, 1.0_f64);
    for (step, low, high) in [
        (along.x, middle.x - size.w / 2.0 - from.x, middle.x + size.w / 2.0 - from.x),
        (along.y, middle.y - size.h / 2.0 - from.y, middle.y + size.h / 2.0 - from.y),
    ] {
        if step.abs() < 1e-9 {
            if low > 0.0 || high < 0.0 {
                return false;
            }
            continue;
        }
        let (first, second) = (low / step, high / step);
        enter = enter.max(first.min(second));
        leave = leave.min(first.max(second));
    }
    enter < leave
}
