//! Where each table of a network's weights stands in the row of all.

use std::ops::Range;

use super::{EXTRAS, FLAGS, KINDS, NEAR, NODES, OPENINGS, QUESTIONS, SPEECH};

/// Numbers that describe an item after the convolutions, and a node.
pub(super) const DEPTH: usize = 64;
/// Numbers of the vectors of a word, of its characters together, of its last character, its part of speech, its kind, its mark.
pub(super) const VECTORS: [usize; 6] = [32, 32, 16, 16, 16, 8];
/// All of them.
pub(super) const INPUT: usize = 120;
const _: () = assert!(VECTORS[0] + VECTORS[1] + VECTORS[2] + VECTORS[3] + VECTORS[4] + VECTORS[5] == INPUT);
// Products go by blocks of eight columns.
const _: () = assert!(DEPTH.is_multiple_of(8) && WIDER.is_multiple_of(8) && INPUT.is_multiple_of(8));
const _: () = assert!(EXTRAS.is_multiple_of(8) && DEPTH.is_multiple_of(HEADS));
/// How far apart the items are that each convolution looks at.
pub(super) const STRIDES: [usize; 4] = [1, 2, 4, 8];
/// In so many ways nodes look at one another.
pub(super) const HEADS: usize = 4;
/// Numbers of the layer after attention.
pub(super) const WIDER: usize = 128;

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

/// Of the attention.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct AttentionPlaces {
    pub norm: NormPlaces,
    /// Queries, keys, values.
    pub three: LinearPlaces,
    pub near: Place,
    pub out: LinearPlaces,
    pub norm_after: NormPlaces,
    pub wider: LinearPlaces,
    pub narrower: LinearPlaces,
}

/// Of one question.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct QuestionPlaces {
    pub asking: LinearPlaces,
    pub answering: Place,
    pub near: Place,
    pub weigh: Place,
    pub directly: Place,
    pub extras: LinearPlaces,
}

/// All tables.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Layout {
    pub vectors: [Place; 6],
    pub input: LinearPlaces,
    pub convolutions: [ConvolutionPlaces; STRIDES.len()],
    pub kinds: Place,
    pub openings: Place,
    pub attention: AttentionPlaces,
    pub questions: [QuestionPlaces; QUESTIONS],
    tensors: Vec<(Place, usize)>,
}

impl Layout {
    /// For so many words and characters.
    pub(super) fn new(words: usize, chars: usize) -> Self {
        let mut tensors: Vec<(Place, usize)> = Vec::new();
        let mut table = |rows: usize, columns: usize| {
            let from = tensors.last().map_or(0, |(place, _)| place.end);
            tensors.push((from..from + rows * columns, columns));
            from..from + rows * columns
        };
        let rows = [words, chars, chars, SPEECH, KINDS, FLAGS];
        let vectors = std::array::from_fn(|at| table(rows[at], VECTORS[at]));
        let linear = |inner: usize, columns: usize, table: &mut dyn FnMut(usize, usize) -> Place| LinearPlaces {
            factor: table(inner, columns),
            shift: table(1, columns),
        };
        let norm =
            |table: &mut dyn FnMut(usize, usize) -> Place| NormPlaces { gain: table(1, DEPTH), shift: table(1, DEPTH) };
        let input = linear(INPUT, DEPTH, &mut table);
        let convolutions = std::array::from_fn(|_| ConvolutionPlaces {
            norm: norm(&mut table),
            taps: std::array::from_fn(|_| table(DEPTH, DEPTH)),
            shift: table(1, DEPTH),
        });
        let kinds = table(NODES, DEPTH);
        let openings = table(OPENINGS, DEPTH);
        let attention = AttentionPlaces {
            norm: norm(&mut table),
            three: linear(DEPTH, 3 * DEPTH, &mut table),
            near: table(NEAR, HEADS),
            out: linear(DEPTH, DEPTH, &mut table),
            norm_after: norm(&mut table),
            wider: linear(DEPTH, WIDER, &mut table),
            narrower: linear(WIDER, DEPTH, &mut table),
        };
        let questions = std::array::from_fn(|_| QuestionPlaces {
            asking: linear(DEPTH, DEPTH, &mut table),
            answering: table(DEPTH, DEPTH),
            near: table(NEAR, DEPTH),
            weigh: table(1, DEPTH),
            directly: table(DEPTH, DEPTH),
            extras: linear(DEPTH, EXTRAS, &mut table),
        });
        Self { vectors, input, convolutions, kinds, openings, attention, questions, tensors }
    }

    /// How many weights there are.
    pub(super) fn len(&self) -> usize {
        self.tensors.last().map_or(0, |(place, _)| place.end)
    }

    /// Whether rows of a table are looked up, and not multiplied.
    pub(super) fn is_looked_up(&self, place: &Place) -> bool {
        let near = self.questions.iter().map(|question| &question.near);
        let tables = self.vectors.iter().chain([&self.kinds, &self.openings, &self.attention.near]).chain(near);
        tables.into_iter().any(|table| table == place)
    }

    /// The gains of the normalizations.
    pub(super) fn gains(&self) -> impl Iterator<Item = Place> + '_ {
        let attention = [&self.attention.norm, &self.attention.norm_after];
        self.convolutions.iter().map(|places| &places.norm).chain(attention).map(|norm| norm.gain.clone())
    }

    /// Each table with its columns, in the order in which they are stored.
    pub(super) fn tensors(&self) -> impl Iterator<Item = (Place, usize)> + '_ {
        self.tensors.iter().cloned()
    }
}
