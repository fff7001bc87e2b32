//! A small neural network that reads an article as a row of items and tells, for places that ask, which other places answer.
//!
//! Items (words, marks, whole mentions) are looked up in tables of learnt vectors; dilated convolutions let each know its surroundings;
//! the places of interest (nodes) then look at one another by self-attention that knows how near they stand; last, every asking node
//! weighs the nodes that may answer it, and a few answers that stand nowhere. Small enough to run beside the linear models: 64 numbers
//! an item. It is trained by AdamW with dropout; weights are stored in a byte each.
//!
//! After Strubell et al., “Fast and Accurate Entity Recognition with Iterated Dilated Convolutions” (EMNLP 2017), Shaw et al.,
//! “Self-Attention with Relative Position Representations” (NAACL 2018) and Vinyals et al., “Pointer Networks” (NIPS 2015).

mod ask;
mod attend;
mod layers;
mod layout;
mod pass;
mod train;

pub use train::{Lesson, NetworkOptions, train};

use super::{
    ModelError,
    bytes::{Reader, write_digest, wrong},
};
use layout::Layout;

/// Characters of an item that are looked at.
pub const CHARS: usize = 6;
/// Parts of speech.
pub const SPEECH: usize = 24;
/// Kinds of items.
pub const KINDS: usize = 16;
/// Kinds of marks.
pub const FLAGS: usize = 4;
/// Kinds of nodes.
pub const NODES: usize = 17;
/// Kinds of places in a sentence.
pub const OPENINGS: usize = 4;
/// Kinds of nearness of two nodes.
pub const NEAR: usize = 40;
/// What may be asked of a node.
pub const QUESTIONS: usize = 2;
/// Answers to a question that stand nowhere in the text; a question need not use them all.
pub const EXTRAS: usize = 8;

/// A word, a mark or a whole mention.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Item {
    /// Digest of a word; 0 where only the kind counts, which is looked up like a word without a vector.
    pub word: u32,
    /// The first (of a mention, the last) characters; 0 where there are no more.
    pub chars: [u32; CHARS],
    /// Part of speech, below [`SPEECH`].
    pub speech: u8,
    /// Kind, below [`KINDS`].
    pub kind: u8,
    /// Mark, below [`FLAGS`].
    pub flag: u8,
}

/// A place of interest.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Node {
    /// Index of its item.
    pub item: u32,
    /// Kind, below [`NODES`].
    pub kind: u8,
    /// What it opens, below [`OPENINGS`]: 3 a paragraph, 2 a sentence, 1 a clause, 0 nothing.
    pub opens: u8,
}

/// A text as the network reads it.
#[derive(Debug, Clone, Default)]
pub struct Page {
    /// Everything, in text order.
    pub items: Vec<Item>,
    /// The places of interest.
    pub nodes: Vec<Node>,
    /// For each two nodes, row after row, how near they stand, below [`NEAR`].
    pub near: Vec<u8>,
    /// The nodes that ask.
    pub asking: Vec<u32>,
    /// For each question the nodes that may answer it.
    pub answering: [Vec<u32>; QUESTIONS],
}

impl Page {
    /// How near two nodes stand, below [`NEAR`].
    fn nearness(&self, node: u32, other: u32) -> usize {
        usize::from(self.near[node as usize * self.nodes.len() + other as usize])
    }
}

/// Which words and characters have a vector.
#[derive(Debug, Clone, Default, PartialEq)]
struct Vocabulary {
    words: Vec<u32>,
    chars: Vec<u32>,
}

/// A place in a table of vectors for what has none of its own; 0 is for characters that are not there.
const UNKNOWN: u32 = 1;

impl Vocabulary {
    /// The same items with places in the tables instead of digests and characters.
    fn look_up(&self, items: &[Item]) -> Vec<Item> {
        let place = |known: &[u32], key| known.binary_search(&key).map_or(UNKNOWN, |at| at as u32 + UNKNOWN + 1);
        let character = |c| if c == 0 { 0 } else { place(&self.chars, c) };
        let look_up =
            |item: &Item| Item { word: place(&self.words, item.word), chars: item.chars.map(character), ..*item };
        items.iter().map(look_up).collect()
    }

    fn layout(&self) -> Layout {
        Layout::new(self.words.len() + 2, self.chars.len() + 2)
    }
}

/// A trained network.
#[derive(Debug, Clone, PartialEq)]
pub struct Network {
    vocabulary: Vocabulary,
    layout: Layout,
    /// Whole numbers of steps.
    weights: Vec<f32>,
    /// The step of each row of each table.
    steps: Vec<f32>,
}

/// What an asking node thinks of its answers: the share of each that may answer, then of each of [`EXTRAS`]; 1 in all.
pub type Opinion = Vec<f32>;

const MAGIC: &[u8; 8] = b"yutunet1";

impl Network {
    /// For each question and each asking node what it thinks of its answers.
    ///
    /// # Panics
    /// When the page points at items or nodes that it does not have.
    pub fn answer(&self, page: &Page) -> [Vec<Opinion>; QUESTIONS] {
        if page.asking.is_empty() {
            return Default::default();
        }
        let items = self.vocabulary.look_up(&page.items);
        pass::forward(&self.layout, &self.weights, &items, page, None).opinions()
    }

    /// The network as bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        for known in [&self.vocabulary.words, &self.vocabulary.chars] {
            bytes.extend((known.len() as u32).to_le_bytes());
            let mut before = 0;
            for &key in known {
                write_digest(&mut bytes, before, key);
                before = key;
            }
        }
        let mut steps = self.steps.iter();
        for (place, columns) in self.layout.tensors() {
            for (row, step) in self.weights[place].chunks_exact(columns).zip(&mut steps) {
                bytes.extend(step.to_le_bytes());
                bytes.extend(row.iter().map(|&weight| in_steps(weight, *step) as u8));
            }
        }
        bytes
    }

    /// Reads what [`Self::to_bytes`] wrote, and gives what comes after it.
    ///
    /// # Errors
    /// When the bytes are of another kind, cut short, or hold keys out of order or steps that are no steps.
    pub fn from_bytes(bytes: &[u8]) -> Result<(Self, &[u8]), ModelError> {
        let body = bytes.strip_prefix(MAGIC.as_slice()).ok_or_else(|| wrong("no network begins like this"))?;
        let mut reader = Reader { rest: body };
        let mut known = || -> Result<Vec<u32>, ModelError> {
            let count = reader.u32()? as usize;
            if count > reader.rest.len() {
                return Err(wrong("cut short"));
            }
            let mut before = 0;
            let mut known = Vec::with_capacity(count);
            for _ in 0..count {
                let key = reader.digest(before)?;
                if key == before {
                    return Err(wrong("a key stands twice"));
                }
                before = key;
                known.push(before);
            }
            Ok(known)
        };
        let vocabulary = Vocabulary { words: known()?, chars: known()? };
        let layout = vocabulary.layout();
        let rows: usize = layout.tensors().map(|(place, columns)| place.len() / columns).sum();
        if reader.rest.len() < layout.len() + 4 * rows {
            return Err(wrong("cut short"));
        }
        let (mut weights, mut all_steps) = (Vec::with_capacity(layout.len()), Vec::new());
        for (place, columns) in layout.tensors() {
            for _ in 0..place.len() / columns {
                let step = f32::from_bits(reader.u32()?);
                if !(step >= 0.0 && (128.0 * step).is_finite()) {
                    return Err(wrong("no step"));
                }
                all_steps.push(step);
                weights.extend(reader.take(columns)?.iter().map(|&steps| f32::from(steps as i8) * step));
            }
        }
        Ok((Self { vocabulary, layout, weights, steps: all_steps }, reader.rest))
    }

    /// A network as it is after it was stored.
    fn new(vocabulary: Vocabulary, mut weights: Vec<f32>) -> Self {
        let layout = vocabulary.layout();
        let mut steps = Vec::new();
        for (place, columns) in layout.tensors() {
            for row in weights[place].chunks_exact_mut(columns) {
                let step = row.iter().fold(0.0f32, |most, weight| most.max(weight.abs())) / 127.0;
                row.iter_mut().for_each(|weight| *weight = f32::from(in_steps(*weight, step)) * step);
                steps.push(step);
            }
        }
        Self { vocabulary, layout, weights, steps }
    }
}

/// A weight in whole steps.
fn in_steps(weight: f32, step: f32) -> i8 {
    let in_one = if step > 0.0 { 1.0 / step } else { 0.0 };
    (weight * in_one).round() as i8
}

#[cfg(test)]
mod tests;
