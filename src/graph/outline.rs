//! Outlines of the shapes, around their middle: how large one must be to hold its text, and where lines meet it.

use std::f64::consts::TAU;

use super::{
    layout::{Point, Size},
    style::Shape,
};

/// Height of a cylinder's cap and of a tab's rider, and width of a note's fold, in px.
pub(super) const ORNAMENT: f64 = 7.0;

/// The size of a shape around a block of text.
pub(super) fn size_around(shape: Shape, text: Size) -> Size {
    let (w, h) = (text.w, text.h);
    let (w, h) = match shape {
        Shape::Ellipse => (w * 1.22 + 16.0, h * 1.28 + 8.0),
        Shape::DoubleEllipse => (w * 1.22 + 22.0, h * 1.28 + 14.0),
        Shape::Hexagon => (w + 12.0 + h * 0.6, h + 11.0),
        Shape::Parallelogram | Shape::Trapezium => (w + 14.0 + h * 0.5, h + 11.0),
        Shape::House | Shape::InvHouse => (w + 14.0, h + 20.0),
        Shape::Arrow => (w + 24.0, h + 11.0),
        Shape::Octagon => (w + 18.0, h + 12.0),
        Shape::Note => (w + 20.0, h + 11.0),
        Shape::Cylinder => (w + 14.0, h + 12.0 + 1.5 * ORNAMENT),
        Shape::Tab => (w + 14.0, h + 10.0 + ORNAMENT),
        Shape::Box | Shape::Rounded => (w + 16.0, h + 11.0),
    };
    Size { w: w.ceil().max(34.0), h: h.ceil().max(22.0) }
}

/// How far below the shape's middle the middle of its text stands, in px.
pub(super) fn text_shift(shape: Shape) -> f64 {
    match shape {
        Shape::House => 4.5,
        Shape::InvHouse => -4.5,
        Shape::Cylinder => ORNAMENT * 0.6,
        Shape::Tab => ORNAMENT / 2.0,
        _ => 0.0,
    }
}

/// The corners, clockwise; of round shapes enough of them.
pub(super) fn polygon(shape: Shape, size: Size) -> Vec<Point> {
    let (x, y) = (size.w / 2.0, size.h / 2.0);
    let lean = (size.h * 0.25).min(x / 3.0);
    let corners: Vec<(f64, f64)> = match shape {
        Shape::Ellipse | Shape::DoubleEllipse => {
            return (0..48)
                .map(|step| TAU * f64::from(step) / 48.0)
                .map(|a| Point::new(x * a.cos(), y * a.sin()))
                .collect();
        }
        Shape::Hexagon => {
            vec![(-x + lean, -y), (x - lean, -y), (x, 0.0), (x - lean, y), (-x + lean, y), (-x, 0.0)]
        }
        Shape::Octagon => {
            let cut = 7.0;
            vec![
                (-x + cut, -y),
                (x - cut, -y),
                (x, -y + cut),
                (x, y - cut),
                (x - cut, y),
                (-x + cut, y),
                (-x, y - cut),
                (-x, -y + cut),
            ]
        }
        Shape::House => vec![(0.0, -y), (x, -y + 10.0), (x, y), (-x, y), (-x, -y + 10.0)],
        Shape::InvHouse => vec![(-x, -y), (x, -y), (x, y - 10.0), (0.0, y), (-x, y - 10.0)],
        Shape::Trapezium => vec![(-x + lean, -y), (x - lean, -y), (x, y), (-x, y)],
        Shape::Parallelogram => vec![(-x + lean, -y), (x, -y), (x - lean, y), (-x, y)],
        Shape::Arrow => vec![(-x, -y), (x - 11.0, -y), (x, 0.0), (x - 11.0, y), (-x, y)],
        Shape::Note => vec![(-x, -y), (x - ORNAMENT, -y), (x, -y + ORNAMENT), (x, y), (-x, y)],
        Shape::Tab => {
            let rider = (size.w * 0.35).min(34.0);
            vec![(-x, -y), (-x + rider, -y), (-x + rider, -y + ORNAMENT), (x, -y + ORNAMENT), (x, y), (-x, y)]
        }
        Shape::Box | Shape::Rounded | Shape::Cylinder => vec![(-x, -y), (x, -y), (x, y), (-x, y)],
    };
    corners.into_iter().map(|(x, y)| Point::new(x, y)).collect()
}

/// Whether a point, counted from the middle, lies within (even-odd rule).
pub(super) fn contains(polygon: &[Point], point: Point) -> bool {
    let mut inside = false;
    for (at, &a) in polygon.iter().enumerate() {
        let b = polygon[(at + 1) % polygon.len()];
        if (a.y > point.y) != (b.y > point.y) && point.x < (b.x - a.x) * (point.y - a.y) / (b.y - a.y) + a.x {
            inside = !inside;
        }
    }
    inside
}
