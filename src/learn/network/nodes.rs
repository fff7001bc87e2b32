//! Places of interest in a text that know one another.

use super::{
    Item,
    attend::{Attended, AttentionPlaces, attend, attend_back},
    body::{self, Body},
    layers::{Forgetting, Mask, add, apply, mask},
    layout::{BodyPlaces, DEPTH, Place, Tables, Use},
};

/// Kinds of nodes.
pub const NODES: usize = 16;
/// Kinds of places in a sentence.
pub(super) const OPENINGS: usize = 4;

/// A place of interest.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Node {
    /// Index of its item.
    pub item: u32,
    /// Kind, below [`NODES`].
    pub kind: u8,
    /// What it opens, below 4: 3 a paragraph, 2 a sentence, 1 a clause, 0 nothing.
    pub opens: u8,
}

/// A text as the network reads it.
#[derive(Debug, Clone, Default)]
pub struct Page {
    /// Everything, in text order.
    pub items: Vec<Item>,
    /// The places of interest.
    pub nodes: Vec<Node>,
    /// For each two nodes, row after row, how near they stand, by a number below the head's `NEAR`.
    pub near: Vec<u8>,
}

impl Page {
    /// From items, nodes and the function that says how near two nodes stand.
    pub fn new(items: Vec<Item>, nodes: Vec<Node>, nearness: impl Fn(usize, usize) -> u8) -> Self {
        let count = nodes.len();
        let near = (0..count * count).map(|at| nearness(at / count, at % count)).collect();
        Self { items, nodes, near }
    }

    /// How near two nodes stand.
    pub(super) fn nearness(&self, node: u32, other: u32) -> usize {
        usize::from(self.near[node as usize * self.nodes.len() + other as usize])
    }
}

/// The tables of nodes.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct NodePlaces {
    kinds: Place,
    openings: Place,
    attention: AttentionPlaces,
}

impl NodePlaces {
    /// For so many kinds of nearness.
    pub(super) fn new(tables: &mut Tables, near: usize) -> Self {
        Self {
            kinds: tables.add(NODES, DEPTH, Use::Lookup),
            openings: tables.add(OPENINGS, DEPTH, Use::Lookup),
            attention: AttentionPlaces::new(tables, near),
        }
    }
}

/// Everything worked out on the way.
pub(super) struct NodesRead {
    body: Body,
    attended: Attended,
    mask: Mask,
    /// A row for each node.
    pub(super) rows: Vec<f32>,
}

/// Reads a page whose items are looked up.
pub(super) fn read(
    (body, nodes): (&BodyPlaces, &NodePlaces),
    weights: &[f32],
    items: &[Item],
    page: &Page,
    forgetting: &mut Option<Forgetting<'_>>,
) -> NodesRead {
    let body = body::read(body, weights, items, forgetting);
    let mut rows = Vec::with_capacity(page.nodes.len() * DEPTH);
    for node in &page.nodes {
        let from = rows.len();
        rows.extend_from_slice(&body.rows[node.item as usize * DEPTH..][..DEPTH]);
        add(&mut rows[from..], &weights[nodes.kinds.clone()][usize::from(node.kind) * DEPTH..][..DEPTH]);
        add(&mut rows[from..], &weights[nodes.openings.clone()][usize::from(node.opens) * DEPTH..][..DEPTH]);
    }
    let attended = attend(&nodes.attention, weights, page, &mut rows, forgetting);
    let mask = mask(forgetting, rows.len());
    apply(&mask, &mut rows);
    NodesRead { body, attended, mask, rows }
}

/// Adds to `back` what the rows of the nodes pass back to each weight; the reading must have been one with forgetting.
pub(super) fn read_back(
    (body, nodes): (&BodyPlaces, &NodePlaces),
    weights: &[f32],
    items: &[Item],
    page: &Page,
    read: &NodesRead,
    mut nodes_back: Vec<f32>,
    back: &mut [f32],
) {
    apply(&read.mask, &mut nodes_back);
    attend_back(&nodes.attention, weights, page, &read.attended, &mut nodes_back, back);
    let mut rows_back = vec![0.0; items.len() * DEPTH];
    for (node, node_back) in page.nodes.iter().zip(nodes_back.chunks_exact(DEPTH)) {
        add(&mut rows_back[node.item as usize * DEPTH..][..DEPTH], node_back);
        add(&mut back[nodes.kinds.clone()][usize::from(node.kind) * DEPTH..][..DEPTH], node_back);
        add(&mut back[nodes.openings.clone()][usize::from(node.opens) * DEPTH..][..DEPTH], node_back);
    }
    body::read_back(body, weights, items, &read.body, rows_back, back);
}
