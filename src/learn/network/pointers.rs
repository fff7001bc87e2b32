//! A network whose asking nodes point at the nodes that answer.

use super::{
    Head, Item, Lesson, Network,
    ask::{Asked, QuestionPlaces, ask, ask_back},
    layers::Forgetting,
    layout::{BodyPlaces, Tables},
    nodes::{self, NodePlaces, NodesRead, Page},
};

/// What may be asked of a node.
pub const QUESTIONS: usize = 2;
/// Answers to a question that stand nowhere in the text; a question need not use them all.
pub const EXTRAS: usize = 8;

/// A text with questions.
#[derive(Debug, Clone, Default)]
pub struct Questions {
    /// The text.
    pub page: Page,
    /// The nodes that ask.
    pub asking: Vec<u32>,
    /// For each question the nodes that may answer it.
    pub answering: [Vec<u32>; QUESTIONS],
}

/// The tables of nodes and questions.
#[derive(Debug, Clone, PartialEq)]
pub struct Pointers {
    nodes: NodePlaces,
    questions: [QuestionPlaces; QUESTIONS],
}

impl Pointers {
    /// Kinds of nearness of two nodes.
    pub const NEAR: usize = 40;
}

impl Head for Pointers {
    const MAGIC: &'static [u8; 8] = b"yutunet2";
    const TRAITS: [usize; super::TRAITS] = [20, 15, 4, 1];

    fn places(tables: &mut Tables) -> Self {
        Self {
            nodes: NodePlaces::new(tables, Self::NEAR),
            questions: std::array::from_fn(|_| QuestionPlaces::new(tables, Self::NEAR)),
        }
    }
}

/// What an asking node thinks of its answers: the share of each that may answer, then of each of [`EXTRAS`]; 1 in all.
pub type Opinion = Vec<f32>;

/// Questions with the right answers.
#[derive(Debug, Clone)]
pub struct Answered {
    /// What the network reads.
    pub questions: Questions,
    /// For each question, for each asking node, for each that may answer and each of the extras, whether it is right. Where none is,
    /// nothing is learnt.
    pub right: [Vec<Vec<bool>>; QUESTIONS],
}

fn forward(
    places: &BodyPlaces,
    head: &Pointers,
    weights: &[f32],
    items: &[Item],
    questions: &Questions,
    mut forgetting: Option<Forgetting<'_>>,
) -> (NodesRead, [Asked; QUESTIONS]) {
    let read = nodes::read((places, &head.nodes), weights, items, &questions.page, &mut forgetting);
    let asked = std::array::from_fn(|question| {
        let answering = &questions.answering[question];
        ask(&head.questions[question], weights, questions, answering, &read.rows, forgetting.is_some())
    });
    (read, asked)
}

/// What the losses of a page are divided by: about how many nodes ask.
const ASKING: f32 = 15.0;

impl Lesson for Answered {
    type Head = Pointers;

    fn items(&self) -> &[Item] {
        &self.questions.page.items
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
        let Self { questions, right } = self;
        let (read, asked) = forward(places, head, weights, items, questions, Some(forgetting));
        let mut nodes_back = vec![0.0; read.rows.len()];
        let asked = asked.iter().zip(right).zip(head.questions.iter().zip(&questions.answering));
        for ((asked, right), (places, answering)) in asked {
            ask_back(places, weights, questions, answering, asked, right, weight / ASKING, &mut nodes_back, back);
        }
        nodes::read_back((places, &head.nodes), weights, items, &questions.page, &read, nodes_back, back);
    }

    #[cfg(test)]
    fn loss(&self, network: (&BodyPlaces, &Pointers, &[f32]), items: &[Item], forgetting: Forgetting<'_>) -> f32 {
        let (places, head, weights) = network;
        let (_, asked) = forward(places, head, weights, items, &self.questions, Some(forgetting));
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
    pub fn answer(&self, questions: &Questions) -> [Vec<Opinion>; QUESTIONS] {
        if questions.asking.is_empty() {
            return Default::default();
        }
        let items = self.vocabulary.look_up(&questions.page.items);
        let (_, asked) = forward(&self.body, &self.head, &self.weights, &items, questions, None);
        asked.map(|asked| asked.shares)
    }
}
