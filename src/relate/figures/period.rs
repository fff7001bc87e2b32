//! Points and stretches of time as observations name them.

use std::fmt;

/// A year or a part of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Point {
    /// `2024`.
    Year(i16),
    /// `2024-H1`.
    Half(i16, u8),
    /// `2024-Q1`.
    Quarter(i16, u8),
    /// `2024-03`.
    Month(i16, u8),
    /// `2024-03-18`.
    Day(i16, u8, u8),
}

impl Point {
    /// The year that it lies in.
    pub(super) fn year(self) -> i16 {
        match self {
            Self::Year(y) | Self::Half(y, _) | Self::Quarter(y, _) | Self::Month(y, _) | Self::Day(y, _, _) => y,
        }
    }

    /// The same so many years later.
    fn moved(self, years: i16) -> Self {
        match self {
            Self::Year(y) => Self::Year(y + years),
            Self::Half(y, h) => Self::Half(y + years, h),
            Self::Quarter(y, q) => Self::Quarter(y + years, q),
            Self::Month(y, m) => Self::Month(y + years, m),
            Self::Day(y, m, d) => Self::Day(y + years, m, d),
        }
    }

    /// The month that it lies in, if it is that short.
    pub(super) fn month(self) -> Option<u8> {
        match self {
            Self::Month(_, m) | Self::Day(_, m, _) => Some(m),
            _ => None,
        }
    }
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Year(y) => write!(f, "{y:04}"),
            Self::Half(y, h) => write!(f, "{y:04}-H{h}"),
            Self::Quarter(y, q) => write!(f, "{y:04}-Q{q}"),
            Self::Month(y, m) => write!(f, "{y:04}-{m:02}"),
            Self::Day(y, m, d) => write!(f, "{y:04}-{m:02}-{d:02}"),
        }
    }
}

/// A point, or a stretch between two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Period {
    /// The point, or where it begins.
    pub from: Point,
    /// Where it ends.
    pub to: Option<Point>,
}

impl Period {
    /// One point.
    pub(super) fn at(from: Point) -> Self {
        Self { from, to: None }
    }

    /// A stretch; equal ends are one point.
    pub(super) fn between(from: Point, to: Point) -> Self {
        Self { from, to: (from != to).then_some(to) }
    }

    /// The same part of the year `year`.
    pub(super) fn moved_to(self, year: i16) -> Self {
        let by = year - self.year();
        Self { from: self.from.moved(by), to: self.to.map(|to| to.moved(by)) }
    }

    /// The year that it ends in.
    pub(super) fn year(self) -> i16 {
        self.to.unwrap_or(self.from).year()
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.to {
            None => self.from.fmt(f),
            Some(to) => write!(f, "{}/{to}", self.from),
        }
    }
}
