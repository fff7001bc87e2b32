//! A network that gives every item of a text one of some labels.

use crate::learn::softmax;

use super::{
    Head, Item, Lesson, Network,
    body::{self, Body},
    layers::{
        Forgetting, Mask, Normed, apply, linear, linear_back, mask, norm_at, norm_back_at, rectify, rectify_back,
    },
    layout::{BodyPlaces, DEPTH, LinearPlaces, NormPlaces, SEES, Tables},
};

/// How many labels there may be: a multiple of 8.
pub const MOST_LABELS: usize = 32;
const _: () = assert!(MOST_LABELS.is_multiple_of(8));

/// The tables of the labels.
#[derive(Debug, Clone, PartialEq)]
pub struct Labels {
    norm: NormPlaces,
    out: LinearPlaces,
}

impl Head for Labels {
    const MAGIC: &'static [u8; 8] = b"yutulab1";
    const TRAITS: [usize; super::TRAITS] = [80, 128, 16, 32];

    fn places(tables: &mut Tables) -> Self {
        Self { norm: tables.norm(), out: tables.linear(DEPTH, MOST_LABELS) }
    }
}

/// A text with the right label of each item.
#[derive(Debug, Clone)]
pub struct LabelledText {
    /// What the network reads.
    pub items: Vec<Item>,
    /// The right labels, below [`MOST_LABELS`].
    pub labels: Vec<u8>,
}

/// Everything worked out on the way.
struct Trace {
    body: Body,
    normed: Normed,
    mask: Mask,
    /// For each item the share of each label.
    shares: Vec<f32>,
}

fn forward(
    places: &BodyPlaces,
    head: &Labels,
    weights: &[f32],
    items: &[Item],
    mut forgetting: Option<Forgetting<'_>>,
) -> Trace {
    let body = body::read(places, weights, items, &mut forgetting);
    let mut normed = norm_at(weights, &head.norm, &body.rows);
    rectify(&mut normed.out);
    let mask = mask(&mut forgetting, normed.out.len());
    apply(&mask, &mut normed.out);
    let mut shares = linear(weights, &head.out, &normed.out, DEPTH);
    shares.chunks_exact_mut(MOST_LABELS).for_each(softmax);
    Trace { body, normed, mask, shares }
}

/// What the losses of a text are divided by: about how many items it has.
const ITEMS: f32 = 400.0;

impl Lesson for LabelledText {
    type Head = Labels;

    fn items(&self) -> &[Item] {
        &self.items
    }

    fn learn(
        &self,
        network: (&BodyPlaces, &Labels, &[f32]),
        items: &[Item],
        forgetting: Forgetting<'_>,
        weight: f32,
        back: &mut [f32],
    ) {
        let (places, head, weights) = network;
        debug_assert_eq!(items.len(), self.labels.len(), "a label an item");
        let Trace { body, normed, mask, shares: mut slopes } = forward(places, head, weights, items, Some(forgetting));
        for (row, &label) in slopes.chunks_exact_mut(MOST_LABELS).zip(&self.labels) {
            row[usize::from(label)] -= 1.0;
            row.iter_mut().for_each(|slope| *slope *= weight / ITEMS);
        }
        let mut normed_back = vec![0.0; normed.out.len()];
        linear_back(weights, back, &head.out, &normed.out, &slopes, &mut normed_back, DEPTH);
        apply(&mask, &mut normed_back);
        rectify_back(&normed.out, &mut normed_back);
        let mut rows_back = vec![0.0; normed_back.len()];
        norm_back_at(weights, &head.norm, &normed, &normed_back, &mut rows_back, back);
        body::read_back(places, weights, items, &body, rows_back, back);
    }

    #[cfg(test)]
    fn loss(&self, network: (&BodyPlaces, &Labels, &[f32]), items: &[Item], forgetting: Forgetting<'_>) -> f32 {
        let (places, head, weights) = network;
        let shares = forward(places, head, weights, items, Some(forgetting)).shares;
        let right = shares.chunks_exact(MOST_LABELS).zip(&self.labels).map(|(row, &label)| row[usize::from(label)]);
        -right.map(|share| share.max(1e-9).ln()).sum::<f32>() / ITEMS
    }
}

/// So many items are worked on at once.
const WINDOW: usize = 512;

impl Network<Labels> {
    /// For each item the share of each label, row after row of [`MOST_LABELS`].
    pub fn label(&self, items: &[Item]) -> Vec<f32> {
        let mut shares = Vec::with_capacity(items.len() * MOST_LABELS);
        for from in (0..items.len()).step_by(WINDOW) {
            let to = (from + WINDOW).min(items.len());
            let (first, last) = (from.saturating_sub(SEES), (to + SEES).min(items.len()));
            let items = self.vocabulary.look_up(&items[first..last]);
            let read = forward(&self.body, &self.head, &self.weights, &items, None).shares;
            shares.extend_from_slice(&read[(from - first) * MOST_LABELS..(to - first) * MOST_LABELS]);
        }
        shares
    }
}
