//! Small neural networks that read an article as a row of items. One gives each item a label; one tells, for places that ask, which
//! other places answer; one tells which links lead from one thing, named in several places, to another.
//!
//! Items (characters, words, whole mentions) are looked up in tables of learnt vectors; dilated convolutions let each know its
//! surroundings. The places of interest (nodes) then look at one another by self-attention that knows how near they stand. Last, every
//! asking node weighs the nodes that may answer it, and a few answers that stand nowhere; or the nodes of two things tell of their links.
//! Small enough to run beside the linear models: 64 numbers an item. They are trained by AdamW with dropout; weights are stored in a byte
//! each.
//!
//! After Strubell et al., “Fast and Accurate Entity Recognition with Iterated Dilated Convolutions” (EMNLP 2017), Shaw et al.,
//! “Self-Attention with Relative Position Representations” (NAACL 2018) and Vinyals et al., “Pointer Networks” (NIPS 2015).

mod ask;
mod attend;
mod body;
mod labels;
mod layers;
mod layout;
mod links;
mod nodes;
mod pointers;
mod train;

use std::fmt::Debug;

pub use labels::{LabelledText, Labels, MOST_LABELS};
pub use layout::SEES;
pub use links::{Known, LINKS, Linked, Links, Pairs};
pub use nodes::{NODES, Node, Page};
pub use pointers::{Answered, EXTRAS, Opinion, Pointers, QUESTIONS, Questions};
pub use train::{NetworkOptions, in_groups, train};

use super::{
    ModelError,
    bytes::{Reader, write_digest, wrong},
};
use layers::Forgetting;
use layout::{BodyPlaces, Table, Tables};

/// Characters of an item that are looked at.
pub const CHARS: usize = 6;
/// Traits of an item beside its word and characters.
pub const TRAITS: usize = 4;

/// A character, a word, a mark or a whole mention.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Item {
    /// Digest of a word; 0 where there is none, or only the kind counts.
    pub word: u32,
    /// The first (of a mention, the last) characters; 0 where there are no more.
    pub chars: [u32; CHARS],
    /// What else is known of it, by numbers below those of [`Head::TRAITS`].
    pub traits: [u8; TRAITS],
}

/// Which words and characters have a vector.
#[derive(Debug, Clone, Default, PartialEq)]
struct Vocabulary {
    words: Vec<u32>,
    chars: Vec<u32>,
}

/// A place in a table of vectors for what has none of its own; 0 is for words and characters that are not there.
const UNKNOWN: u32 = 1;

impl Vocabulary {
    /// The same items with places in the tables instead of digests and characters.
    fn look_up(&self, items: &[Item]) -> Vec<Item> {
        let place = |known: &[u32], key| match key {
            0 => 0,
            key => known.binary_search(&key).map_or(UNKNOWN, |at| at as u32 + UNKNOWN + 1),
        };
        let look_up = |item: &Item| Item {
            word: place(&self.words, item.word),
            chars: item.chars.map(|c| place(&self.chars, c)),
            ..*item
        };
        items.iter().map(look_up).collect()
    }

    /// The tables of a network that knows these.
    fn tables<H: Head>(&self) -> (Tables, BodyPlaces, H) {
        let mut tables = Tables::default();
        let body = BodyPlaces::new(&mut tables, self.words.len() + 2, self.chars.len() + 2, H::TRAITS);
        let head = H::places(&mut tables);
        (tables, body, head)
    }
}

/// What a network is for, beyond describing items.
pub trait Head: Debug + Clone + PartialEq + Send + Sync {
    /// What a stored network begins with.
    const MAGIC: &'static [u8; 8];
    /// How many kinds each trait of an item has.
    const TRAITS: [usize; TRAITS];

    /// Its tables.
    fn places(tables: &mut Tables) -> Self;
}

/// What a network learns from at a time.
pub trait Lesson: Sync {
    /// What learns.
    type Head: Head;

    /// What is read.
    fn items(&self) -> &[Item];

    /// Adds to `back` how much each weight adds to the loss, `weight` times; `items` are looked up.
    fn learn(
        &self,
        network: (&BodyPlaces, &Self::Head, &[f32]),
        items: &[Item],
        forgetting: Forgetting<'_>,
        weight: f32,
        back: &mut [f32],
    );

    /// The loss.
    #[cfg(test)]
    fn loss(&self, network: (&BodyPlaces, &Self::Head, &[f32]), items: &[Item], forgetting: Forgetting<'_>) -> f32;
}

impl<L: Lesson> Lesson for &L {
    type Head = L::Head;

    fn items(&self) -> &[Item] {
        L::items(self)
    }

    fn learn(
        &self,
        network: (&BodyPlaces, &Self::Head, &[f32]),
        items: &[Item],
        forgetting: Forgetting<'_>,
        weight: f32,
        back: &mut [f32],
    ) {
        L::learn(self, network, items, forgetting, weight, back);
    }

    #[cfg(test)]
    fn loss(&self, network: (&BodyPlaces, &Self::Head, &[f32]), items: &[Item], forgetting: Forgetting<'_>) -> f32 {
        L::loss(self, network, items, forgetting)
    }
}

/// A trained network.
#[derive(Debug, Clone, PartialEq)]
pub struct Network<H> {
    vocabulary: Vocabulary,
    tables: Tables,
    body: BodyPlaces,
    head: H,
    /// Whole numbers of steps.
    weights: Vec<f32>,
    /// The step of each row of each table.
    steps: Vec<f32>,
}

impl<H: Head> Network<H> {
    /// The network as bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = H::MAGIC.to_vec();
        for known in [&self.vocabulary.words, &self.vocabulary.chars] {
            bytes.extend((known.len() as u32).to_le_bytes());
            let mut before = 0;
            for &key in known {
                write_digest(&mut bytes, before, key);
                before = key;
            }
        }
        let mut steps = self.steps.iter();
        for Table { place, columns, .. } in self.tables.iter() {
            for (row, step) in self.weights[place.clone()].chunks_exact(*columns).zip(&mut steps) {
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
        let body = bytes.strip_prefix(H::MAGIC.as_slice()).ok_or_else(|| wrong("no network begins like this"))?;
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
        let (tables, places, head) = vocabulary.tables();
        let rows: usize = tables.iter().map(|table| table.place.len() / table.columns).sum();
        if reader.rest.len() < tables.len() + 4 * rows {
            return Err(wrong("cut short"));
        }
        let (mut weights, mut all_steps) = (Vec::with_capacity(tables.len()), Vec::with_capacity(rows));
        for Table { place, columns, .. } in tables.iter() {
            for _ in 0..place.len() / columns {
                let step = f32::from_bits(reader.u32()?);
                if !(step >= 0.0 && (128.0 * step).is_finite()) {
                    return Err(wrong("no step"));
                }
                all_steps.push(step);
                weights.extend(reader.take(*columns)?.iter().map(|&steps| f32::from(steps as i8) * step));
            }
        }
        Ok((Self { vocabulary, tables, body: places, head, weights, steps: all_steps }, reader.rest))
    }

    /// A network as it is after it was stored.
    fn new(vocabulary: Vocabulary, mut weights: Vec<f32>) -> Self {
        let (tables, body, head) = vocabulary.tables();
        let mut steps = Vec::new();
        for Table { place, columns, .. } in tables.iter() {
            for row in weights[place.clone()].chunks_exact_mut(*columns) {
                let step = row.iter().fold(0.0f32, |most, weight| most.max(weight.abs())) / 127.0;
                row.iter_mut().for_each(|weight| *weight = f32::from(in_steps(*weight, step)) * step);
                steps.push(step);
            }
        }
        Self { vocabulary, tables, body, head, weights, steps }
    }
}

/// A weight in whole steps.
fn in_steps(weight: f32, step: f32) -> i8 {
    let in_one = if step > 0.0 { 1.0 / step } else { 0.0 };
    (weight * in_one).round() as i8
}

#[cfg(test)]
mod tests;
