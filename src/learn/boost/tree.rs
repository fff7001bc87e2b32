//! A tree as it is stored, and as it is asked: all its questions at once, of several examples side by side.

/// One question or answer of a tree.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Node {
    /// Which number is asked for; [`LEAF`] for an answer.
    pub(super) number: u16,
    /// Where to go if the number is at most `value`; else to the node after it.
    pub(super) left: u16,
    /// The bound, or the answer in log-odds.
    pub(super) value: f32,
}

pub(super) const LEAF: u16 = u16::MAX;
/// A tree has no more answers than this: a bit each.
pub(super) const MOST_LEAVES: usize = 32;
/// So many examples are asked side by side.
pub(super) const LANES: usize = 16;

/// A question by what it rules out.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Question {
    value: f32,
    /// The answers that are left where the number is above `value`, a bit each.
    above: u32,
    number: u16,
}

/// A tree made ready for use. Answers are counted from left to right. Every question that a number is above rules out the answers to
/// its left; the answer is the first that is left over, whatever the order of the questions (`QuickScorer`: Lucchese et al., SIGIR 2015).
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Tree {
    nodes: Vec<Node>,
    questions: Vec<Question>,
    answers: [f32; MOST_LEAVES],
}

impl Tree {
    /// `None` where there are no answers or more than [`MOST_LEAVES`]. A question's `left` lies behind it.
    pub(super) fn new(nodes: Vec<Node>) -> Option<Self> {
        if nodes.len() > 2 * MOST_LEAVES {
            return None;
        }
        let mut tree = Self { nodes, questions: Vec::new(), answers: [0.0; MOST_LEAVES] };
        tree.visit(0, 0)?;
        Some(tree)
    }

    /// Lays out the node and what hangs on it, from the answer `first`; gives back how many answers there are then.
    fn visit(&mut self, node: usize, first: usize) -> Option<usize> {
        let Node { number, left, value } = *self.nodes.get(node)?;
        if number == LEAF {
            *self.answers.get_mut(first)? = value;
            return Some(first + 1);
        }
        let middle = self.visit(usize::from(left), first)?;
        let below = (u32::MAX >> (MOST_LEAVES - (middle - first))) << first;
        self.questions.push(Question { value, above: !below, number });
        self.visit(usize::from(left) + 1, middle)
    }

    /// As it was given.
    pub(super) fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// Adds the answer for each example; `columns` has each number of all of them.
    #[inline(always)]
    pub(super) fn add_to(&self, scores: &mut [f32; LANES], columns: &[[f32; LANES]]) {
        let mut left = [u32::MAX; LANES];
        for question in &self.questions {
            let column = &columns[usize::from(question.number)];
            for lane in 0..LANES {
                // Without a branch, so that lanes go side by side.
                left[lane] &= u32::from(column[lane] <= question.value).wrapping_neg() | question.above;
            }
        }
        for (score, left) in scores.iter_mut().zip(left) {
            *score += self.answers[left.trailing_zeros() as usize % MOST_LEAVES];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walk(nodes: &[Node], numbers: &[f32]) -> f32 {
        let mut node = nodes[0];
        while node.number != LEAF {
            let right = usize::from(numbers[usize::from(node.number)] > node.value);
            node = nodes[usize::from(node.left) + right];
        }
        node.value
    }

    #[test]
    fn answers_as_walking_down_does() {
        let ask = |number, value, left| Node { number, left, value };
        let answer = |value| Node { number: LEAF, left: 0, value };
        // Grown leaf by leaf: children stand behind their parents, not in the order of a walk.
        let mut nodes = vec![ask(0, 1.0, 1), ask(1, 2.0, 3), ask(0, 3.0, 5), answer(1.0), ask(0, 0.0, 7)];
        nodes.extend([answer(2.0), ask(1, 1.0, 9), answer(3.0), answer(4.0), answer(5.0), answer(6.0)]);
        let tree = Tree::new(nodes.clone()).expect("a sound tree");
        for a in 0..5u8 {
            let mut columns = [[f32::from(a) - 0.5; LANES], [0.0; LANES]];
            columns[1] = std::array::from_fn(|lane| lane as f32 / 2.0);
            let mut scores = [0.5; LANES];
            tree.add_to(&mut scores, &columns);
            for (lane, score) in scores.iter().enumerate() {
                assert_eq!(*score, 0.5 + walk(&nodes, &[columns[0][lane], columns[1][lane]]));
            }
        }
    }

    #[test]
    fn a_tree_of_one_answer_and_one_of_too_many() {
        let answer = Node { number: LEAF, left: 0, value: 2.0 };
        let mut scores = [1.0; LANES];
        Tree::new(vec![answer]).expect("an answer").add_to(&mut scores, &[]);
        assert_eq!(scores, [3.0; LANES]);
        assert!(Tree::new(Vec::new()).is_none());
        let full = |leaves: usize| {
            // Breadth first: node i has the children 2i+1 and 2i+2.
            let inner = leaves - 1;
            let mut nodes: Vec<Node> =
                (0..inner).map(|at| Node { number: 0, left: 2 * at as u16 + 1, value: 0.0 }).collect();
            nodes.resize(inner + leaves, answer);
            nodes
        };
        assert!(Tree::new(full(MOST_LEAVES)).is_some());
        assert!(Tree::new(full(MOST_LEAVES + 1)).is_none());
        // Damaged bytes may describe a chain of any depth.
        let chain = |at: u16| Node { number: 0, left: at + 1, value: 0.0 };
        assert!(Tree::new((0..60_000).map(chain).collect()).is_none());
    }
}
