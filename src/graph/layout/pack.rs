//! Connected parts, each laid out by itself, set side by side.

use super::{MARGIN, Point, Size};

/// Width to height of the whole.
const ASPECT: f64 = 1.5;

/// Space between parts in px.
const GAP: f64 = 2.0 * MARGIN;

/// The connected parts as sorted lists of node numbers: that of the focus first, then the largest.
pub(super) fn parts(count: usize, edges: &[(usize, usize)], focus: Option<usize>) -> Vec<Vec<usize>> {
    let mut sets = petgraph::unionfind::UnionFind::new(count);
    for &(a, b) in edges {
        sets.union(a, b);
    }
    let mut parts: Vec<Vec<usize>> = Vec::new();
    let mut part_of: Vec<Option<usize>> = vec![None; count];
    for node in 0..count {
        let root = sets.find(node);
        let part = *part_of[root].get_or_insert_with(|| {
            parts.push(Vec::new());
            parts.len() - 1
        });
        parts[part].push(node);
    }
    let has_focus = |part: &Vec<usize>| focus.is_some_and(|focus| part.binary_search(&focus).is_ok());
    parts.sort_by(|a, b| has_focus(b).cmp(&has_focus(a)).then(b.len().cmp(&a.len())).then(a.cmp(b)));
    parts
}

/// Sets parts in rows from the left, the first row begun by the first part.
pub(super) fn side_by_side(parts: &[Vec<usize>], laid_out: &[Vec<Point>], sizes: &[Size], places: &mut [Point]) {
    let bounds: Vec<(Point, Size)> =
        parts.iter().zip(laid_out).map(|(part, inner)| bounds(part, inner, sizes)).collect();
    let area: f64 = bounds.iter().map(|(_, size)| (size.w + GAP) * (size.h + GAP)).sum();
    let widest = bounds.iter().map(|(_, size)| size.w).fold(0.0, f64::max);
    let row_width = (area * ASPECT).sqrt().max(widest + GAP);
    let (mut left, mut top, mut row_height) = (0.0, 0.0, 0.0_f64);
    // Parts of one row, to be set in the middle of its height.
    let mut row: Vec<usize> = Vec::new();
    let mut spots = vec![Point::default(); parts.len()];
    for (number, (_, size)) in bounds.iter().enumerate() {
        if left > 0.0 && left + size.w > row_width {
            close(&mut row, &mut spots, &bounds, row_height);
            (left, top, row_height) = (0.0, top + row_height + GAP, 0.0);
        }
        spots[number] = Point::new(left, top);
        row.push(number);
        left += size.w + GAP;
        row_height = row_height.max(size.h);
    }
    close(&mut row, &mut spots, &bounds, row_height);
    for (number, part) in parts.iter().enumerate() {
        let shift = spots[number].minus(bounds[number].0);
        for (&node, &place) in part.iter().zip(&laid_out[number]) {
            places[node] = place.plus(shift);
        }
    }
}

fn close(row: &mut Vec<usize>, spots: &mut [Point], bounds: &[(Point, Size)], row_height: f64) {
    for number in row.drain(..) {
        spots[number].y += (row_height - bounds[number].1.h) / 2.0;
    }
}

/// Upper left corner and size.
fn bounds(part: &[usize], inner: &[Point], sizes: &[Size]) -> (Point, Size) {
    let mut low = Point::new(f64::MAX, f64::MAX);
    let mut high = Point::new(f64::MIN, f64::MIN);
    for (&node, place) in part.iter().zip(inner) {
        let half = Point::new(sizes[node].w / 2.0, sizes[node].h / 2.0);
        low = Point::new(low.x.min(place.x - half.x), low.y.min(place.y - half.y));
        high = Point::new(high.x.max(place.x + half.x), high.y.max(place.y + half.y));
    }
    (low, Size { w: high.x - low.x, h: high.y - low.y })
}
