//! Where each table of a network's weights stands in the row of all.

use std::ops::Range;

use super::TRAITS;

/// Numbers that describe an item after the convolutions, and a node.
pub(super) const DEPTH: usize = 64;
/// Numbers of the vectors of a word, of its characters together, of its last character.
pub(super) const VECTORS: [usize; 3] = [32, 32, 16];
/// Numbers of the vectors of each trait.
pub(super) const TRAIT_VECTORS: [usize; TRAITS] = [16, 16, 8, 8];
/// All of them.
pub(super) const INPUT: usize = 128;
const _: () = assert!(VECTORS[0] + VECTORS[1] + VECTORS[2] + 48 == INPUT && TRAITS == 4);
// Products go by blocks of eight columns.
const _: () = assert!(DEPTH.is_multiple_of(8) && INPUT.is_multiple_of(8));
/// How far apart the items are that each convolution looks at.
pub(super) const STRIDES: [usize; 4] = [1, 2, 4, 8];

/// So far an item sees, to either side.
pub const SEES: usize = STRIDES[0] + STRIDES[1] + STRIDES[2] + STRIDES[3];

/// A table's place.
pub(super) type Place = Range<usize>;

/// Gain and shift of a normalization.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct NormPlaces {
    pub gain: Place,
    pub shift: Place,
}

/// A product and what is added to it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct LinearPlaces {
    pub factor: Place,
    pub shift: Place,
}

/// Of one convolution.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ConvolutionPlaces {
    pub norm: NormPlaces,
    /// The items before, at, behind.
    pub taps: [Place; 3],
    pub shift: Place,
}

/// What the weights of a table are for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Use {
    /// Its rows are looked up.
    Lookup,
    /// Rows are multiplied by it.
    Factor,
    /// Sums are weighed by it.
    Weigh,
    /// A normalization's gain.
    Gain,
    /// Is added.
    Shift,
}

/// A table: its place, its columns, what it is for.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Table {
    pub place: Place,
    pub columns: usize,
    pub used: Use,
}

/// Tables one behind the other.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tables(Vec<Table>);

impl Tables {
    pub(super) fn add(&mut self, rows: usize, columns: usize, used: Use) -> Place {
        let from = self.len();
        let place = from..from + rows * columns;
        self.0.push(Table { place: place.clone(), columns, used });
        place
    }

    pub(super) fn linear(&mut self, inner: usize, columns: usize) -> LinearPlaces {
        LinearPlaces { factor: self.add(inner, columns, Use::Factor), shift: self.add(1, columns, Use::Shift) }
    }

    pub(super) fn norm(&mut self) -> NormPlaces {
        NormPlaces { gain: self.add(1, DEPTH, Use::Gain), shift: self.add(1, DEPTH, Use::Shift) }
    }

    /// How many weights there are.
    pub(super) fn len(&self) -> usize {
        self.0.last().map_or(0, |table| table.place.end)
    }

    /// In the order in which they are stored.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Table> {
        self.0.iter()
    }
}

/// The tables that describe items, which all networks have.
#[derive(Debug, Clone, PartialEq)]
pub struct BodyPlaces {
    pub(super) words: Place,
    pub(super) chars: Place,
    pub(super) lasts: Place,
    pub(super) traits: [Place; TRAITS],
    pub(super) input: LinearPlaces,
    pub(super) convolutions: [ConvolutionPlaces; STRIDES.len()],
}

impl BodyPlaces {
    /// For so many words, characters, and kinds of each trait.
    pub(super) fn new(tables: &mut Tables, words: usize, chars: usize, traits: [usize; TRAITS]) -> Self {
        Self {
            words: tables.add(words, VECTORS[0], Use::Lookup),
            chars: tables.add(chars, VECTORS[1], Use::Lookup),
            lasts: tables.add(chars, VECTORS[2], Use::Lookup),
            traits: std::array::from_fn(|at| tables.add(traits[at], TRAIT_VECTORS[at], Use::Lookup)),
            input: tables.linear(INPUT, DEPTH),
            convolutions: std::array::from_fn(|_| ConvolutionPlaces {
                norm: tables.norm(),
                taps: std::array::from_fn(|_| tables.add(DEPTH, DEPTH, Use::Factor)),
                shift: tables.add(1, DEPTH, Use::Shift),
            }),
        }
    }
}
