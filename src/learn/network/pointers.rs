//! A network whose asking nodes point at the nodes that answer.

use super::{
    Head, Item, Lesson, Network,
    ask::{Asked, QuestionPlaces, ask, ask_back},
    attend::{Attended, AttentionPlaces, attend, attend_back},
    body::{self, Body},
    layers::{Forgetting, Mask, add, apply, mask},
    layout::{BodyPlaces, DEPTH, Place, Tables, Use},
};

/// Kinds of nodes.
pub const NODES: usize = 16;
/// Kinds of places in a sentence.
pub const OPENINGS: usize = 4;
/// Kinds of nearness of two nodes.
pub const NEAR: usize = 40;
/// What may be asked of a node.
pub const QUESTIONS: usize = 2;
/// Answers to a question that stand nowhere in the text; a question need not use them all.
pub const EXTRAS: usize = 8;

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
    pub(super) fn nearness(&self, node: u32, other: u32) -> usize {
        usize::from(self.near[node as usize * self.nodes.len() + other as usize])
    }
}

/// The tables of nodes and questions.
#[derive(Debug, Clone, PartialEq)]
pub struct Pointers {
    kinds: Place,
    openings: Place,
    attention: AttentionPlaces,
    questions: [QuestionPlaces; QUESTIONS],
}

impl Head for Pointers {
    const MAGIC: &'static [u8; 8] = b"yutunet2";
    const TRAITS: [usize; super::TRAITS] = [20, 15, 4, 1];

    fn places(tables: &mut Tables) -> Self {
        Self {
            kinds: tables.add(NODES, DEPTH, Use::Lookup),
            openings: tables.add(OPENINGS, DEPTH, Use::Lookup),
            attention: AttentionPlaces::new(tables),
            questions: std::array::from_fn(|_| QuestionPlaces::new(tables)),
        }
    }
}

/// What an asking node thinks of its answers: the share of each that may answer, then of each of [`EXTRAS`]; 1 in all.
pub type Opinion = Vec<f32>;

/// A page with the right answers.
#[derive(Debug, Clone)]
pub struct PageLesson {
    /// What the network reads.
    pub page: Page,
    /// For each question, for each asking node, for each that may answer and each of the extras, whether it is right. Where none is,
    /// nothing is learnt.
    pub right: [Vec<Vec<bool>>; QUESTIONS],
}

/// Everything worked out on the way.
struct Trace {
    body: Body,
    attended: Attended,
    node_mask: Mask,
    nodes: Vec<f32>,
    asked: [Asked; QUESTIONS],
}

fn forward(
    places: &BodyPlaces,
    head: &Pointers,
    weights: &[f32],
    items: &[Item],
    page: &Page,
    mut forgetting: Option<Forgetting<'_>>,
) -> Trace {
    let body = body::read(places, weights, items, &mut forgetting);
    let mut nodes = Vec::with_capacity(page.nodes.len() * DEPTH);
    for node in &page.nodes {
        let from = nodes.len();
        nodes.extend_from_slice(&body.rows[node.item as usize * DEPTH..][..DEPTH]);
        add(&mut nodes[from..], &weights[head.kinds.clone()][usize::from(node.kind) * DEPTH..][..DEPTH]);
        add(&mut nodes[from..], &weights[head.openings.clone()][usize::from(node.opens) * DEPTH..][..DEPTH]);
    }
    let attended = attend(&head.attention, weights, page, &mut nodes, &mut forgetting);
    let node_mask = mask(&mut forgetting, nodes.len());
    apply(&node_mask, &mut nodes);
    let asked = std::array::from_fn(|question| {
        ask(&head.questions[question], weights, page, &page.answering[question], &nodes, forgetting.is_some())
    });
    Trace { body, attended, node_mask, nodes, asked }
}

/// What the losses of a page are divided by: about how many nodes ask.
const ASKING: f32 = 15.0;

impl Lesson for PageLesson {
    type Head = Pointers;

    fn items(&self) -> &[Item] {
        &self.page.items
    }

    fn learn(
        &self,
        network: (&BodyPlaces, &Pointers, &[f32]),
        items: &[Item],
        forgetting: Forgetting<'_>,
        weight: f32,
        back: &mut [f32],
    ) {
        let (places, head, weights) = network;
        let Self { page, right } = self;
        let trace = forward(places, head, weights, items, page, Some(forgetting));
        let mut nodes_back = vec![0.0; trace.nodes.len()];
        let asked = trace.asked.iter().zip(right).zip(head.questions.iter().zip(&page.answering));
        for ((asked, right), (places, answering)) in asked {
            ask_back(places, weights, page, answering, asked, right, weight / ASKING, &mut nodes_back, back);
        }
        apply(&trace.node_mask, &mut nodes_back);
        attend_back(&head.attention, weights, page, &trace.attended, &mut nodes_back, back);
        let mut rows_back = vec![0.0; items.len() * DEPTH];
        for (node, node_back) in page.nodes.iter().zip(nodes_back.chunks_exact(DEPTH)) {
            add(&mut rows_back[node.item as usize * DEPTH..][..DEPTH], node_back);
            add(&mut back[head.kinds.clone()][usize::from(node.kind) * DEPTH..][..DEPTH], node_back);
            add(&mut back[head.openings.clone()][usize::from(node.opens) * DEPTH..][..DEPTH], node_back);
        }
        body::read_back(places, weights, items, &trace.body, rows_back, back);
    }

    #[cfg(test)]
    fn loss(&self, network: (&BodyPlaces, &Pointers, &[f32]), items: &[Item], forgetting: Forgetting<'_>) -> f32 {
        let (places, head, weights) = network;
        let asked = forward(places, head, weights, items, &self.page, Some(forgetting)).asked;
        let mut loss = 0.0;
        for (asked, right) in asked.iter().zip(&self.right) {
            for (shares, right) in asked.shares.iter().zip(right).filter(|(_, right)| right.contains(&true)) {
                loss -= super::ask::total(shares, right).max(1e-9).ln();
            }
        }
        loss / ASKING
    }
}

impl Network<Pointers> {
    /// For each question and each asking node what it thinks of its answers.
    ///
    /// # Panics
    /// When the page points at items or nodes that it does not have.
    pub fn answer(&self, page: &Page) -> [Vec<Opinion>; QUESTIONS] {
        if page.asking.is_empty() {
            return Default::default();
        }
        let items = self.vocabulary.look_up(&page.items);
        forward(&self.body, &self.head, &self.weights, &items, page, None).asked.map(|asked| asked.shares)
    }
}
