//! An article as the networks read it: words, marks and whole mentions in a row, stretch after stretch.

use std::ops::Range;

use crate::{
    learn::network::{CHARS, Item, Node, SEES},
    model::Span,
    text::{Text, is_of_number},
};

use super::digest;

/// Traits of items: part of speech, type of a mention; the others are for those who lay the row.
pub(super) const SPEECH: usize = 0;
pub(super) const KIND: usize = 1;
pub(super) const MARK: usize = 2;
pub(super) const CUE: usize = 3;

/// A row of items while it is laid.
#[derive(Default)]
pub(super) struct Row {
    pub(super) items: Vec<Item>,
    starts: Vec<usize>,
    clauses: Vec<u32>,
    sentences: Vec<u32>,
}

/// Two nodes of one entity.
pub(super) const SAME: u8 = 38;
/// A node and itself.
pub(super) const SELF: u8 = 39;

impl Row {
    /// Adds a word or a mark or, with its kind, a mention.
    pub(super) fn push(&mut self, text: &Text, span: Span, clause: u32, sentence: usize, kind: Option<u8>) {
        let chars = &text.folded[span.start..span.end];
        let plain = |c: &char| if is_of_number(*c) { '0' } else { *c };
        let mut item = Item::default();
        item.traits[KIND] = kind.map_or(0, |kind| kind + 1);
        // A name tells most by its end.
        let shown = if kind.is_some() { &chars[chars.len().saturating_sub(CHARS)..] } else { chars };
        item.chars.iter_mut().zip(shown).for_each(|(own, c)| *own = plain(c) as u32);
        if kind.is_none() {
            item.word = digest(&chars.iter().map(plain).collect::<Vec<char>>()).max(1);
        }
        item.traits[SPEECH] = text.tokens[text.token_of[span.start] as usize].pos as u8;
        self.items.push(item);
        self.starts.push(span.start);
        self.clauses.push(clause);
        self.sentences.push(sentence as u32);
    }

    /// The item that holds a character.
    pub(super) fn at(&self, character: usize) -> usize {
        self.starts.partition_point(|start| *start <= character).saturating_sub(1)
    }

    /// Gives the items of a span a mark.
    pub(super) fn mark(&mut self, span: Span, mark: u8) {
        for at in self.at(span.start)..self.items.len() {
            if self.starts[at] >= span.end {
                break;
            }
            self.items[at].traits[MARK] = mark;
        }
    }

    /// How near two nodes stand: within a clause by items, within a sentence by clauses, beyond it by sentences, paragraph and section;
    /// either way round. Below [`SAME`].
    pub(super) fn nearness(&self, text: &Text, a: &Node, b: &Node) -> u8 {
        let (from, to) = (a.item as usize, b.item as usize);
        let sentences = (self.sentences[from], self.sentences[to]);
        let clauses = self.clauses[from].abs_diff(self.clauses[to]) as usize;
        let (one, other) = (&text.sentences[sentences.0 as usize], &text.sentences[sentences.1 as usize]);
        let apart = sentences.0.abs_diff(sentences.1) as usize;
        let step = if self.clauses[from] == self.clauses[to] {
            from.abs_diff(to).min(8)
        } else if apart == 0 {
            8 + clauses.min(4)
        } else if apart <= 3 {
            12 + apart
        } else if one.paragraph == other.paragraph {
            16
        } else if one.section == other.section {
            17
        } else {
            18
        };
        2 * step as u8 + u8::from(to > from)
    }

    /// The stretches, one after another; nearly always one that is the whole.
    pub(super) fn stretches(&self) -> impl Iterator<Item = Stretch> + use<> {
        let count = self.items.len();
        let step = WINDOW - BEFORE - AFTER;
        let stretches = if count <= WHOLE { count.min(1) } else { (count - BEFORE - AFTER).div_ceil(step) };
        (0..stretches).map(move |number| {
            if stretches == 1 {
                return Stretch { shown: 0..count, own: 0..count };
            }
            let from = number * step;
            let first = if number == 0 { 0 } else { from + BEFORE };
            let last = if number + 1 == stretches { count } else { from + BEFORE + step };
            Stretch { shown: from..count.min(from + WINDOW), own: first..last }
        })
    }

    /// The items that a stretch shows.
    pub(super) fn items_of(&self, stretch: &Stretch) -> Vec<Item> {
        let headline = stretch.headline().end;
        let mut items = self.items[..headline].to_vec();
        items.resize(headline + stretch.gap(), Item::default());
        items.extend_from_slice(&self.items[stretch.shown.clone()]);
        items
    }
}

/// So many items of a long article are read at once …
const WINDOW: usize = 1200;
/// … of which so many were read before, but for the first stretch, …
const BEFORE: usize = 500;
/// … and so many are read again, but for the last …
const AFTER: usize = 100;
/// … and with so many of the article's beginning, where it is named.
const HEADLINE: usize = 30;
/// So many empty items stand between them: as far as an item sees.
const GAP: usize = SEES;
/// An article of no more is read as a whole.
const WHOLE: usize = 1600;

/// Items that the network reads at once, with the article's beginning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stretch {
    shown: Range<usize>,
    /// Those that are this stretch's own: each item is of one.
    own: Range<usize>,
}

impl Stretch {
    /// The items of the article's beginning that stand before those shown.
    pub(super) fn headline(&self) -> Range<usize> {
        0..HEADLINE.min(self.shown.start)
    }

    fn gap(&self) -> usize {
        if self.headline().is_empty() { 0 } else { GAP }
    }

    /// Where a node of the article stands among the items of the stretch.
    pub(super) fn place(&self, node: &Node) -> Node {
        let (item, headline) = (node.item as usize, self.headline().end);
        let at = if item < headline { item } else { item - self.shown.start + headline + self.gap() };
        Node { item: at as u32, ..*node }
    }

    /// Which of some nodes, in text order, are seen: those of the beginning, then those shown.
    pub(super) fn seen(&self, nodes: &[Node]) -> impl Iterator<Item = usize> + use<> {
        [within(nodes, &self.headline()), within(nodes, &self.shown)].into_iter().flatten()
    }

    /// Which of some nodes, in text order, are the stretch's own.
    pub(super) fn own(&self, nodes: &[Node]) -> Range<usize> {
        within(nodes, &self.own)
    }
}

fn within(nodes: &[Node], items: &Range<usize>) -> Range<usize> {
    let first = |item: usize| nodes.partition_point(|node| (node.item as usize) < item);
    first(items.start)..first(items.end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::relate::testing::segmenter;

    fn row(text: &Text) -> Row {
        let mut row = Row::default();
        for (index, sentence) in text.sentences.iter().enumerate() {
            for at in sentence.span.start..sentence.span.end {
                row.push(text, Span::new(at, at + 1), index as u32, index, None);
            }
        }
        row
    }

    #[test]
    fn every_item_is_of_one_stretch_and_every_stretch_is_short_and_begins_with_the_headline() {
        for count in [0, 1, 80, 81, 150, 300] {
            let text = Text::new(&"宝坻经济开发区完成产值5亿元，增长3%。\n".repeat(count), segmenter());
            let row = row(&text);
            let stretches: Vec<Stretch> = row.stretches().collect();
            assert_eq!(stretches.len() > 1, row.items.len() > WHOLE, "{count}");
            let mut next = 0;
            for stretch in &stretches {
                assert_eq!(stretch.own.start, next, "nothing twice, nothing left out");
                next = stretch.own.end;
                assert!(stretch.shown.start <= stretch.own.start && stretch.own.end <= stretch.shown.end);
                let items = row.items_of(stretch);
                assert!(items.len() <= WHOLE.max(WINDOW + HEADLINE + GAP), "{} items", items.len());
                let headline = stretch.headline().end;
                assert!(items[headline..][..stretch.gap()].iter().all(|item| *item == Item::default()), "a gap");
                assert_eq!(stretch.gap() > 0, headline > 0);
                let node = |item: usize| Node { item: item as u32, ..Node::default() };
                for item in stretch.headline().chain(stretch.shown.clone()) {
                    assert_eq!(items[stretch.place(&node(item)).item as usize], row.items[item]);
                }
                let nodes: Vec<Node> = (0..row.items.len()).map(node).collect();
                assert!(stretch.seen(&nodes).eq(stretch.headline().chain(stretch.shown.clone())));
                assert_eq!(stretch.own(&nodes), stretch.own);
            }
            assert_eq!(next, row.items.len());
        }
    }
    #[test]
    fn nearness_tells_how_far_apart_and_which_way() {
        let text = Text::new(
            "甲区见闻\n一、产业\n乙园产值高，乙园又好。丙园忙。\n丁园闲。\n二、人才\n戊园小。\n",
            segmenter(),
        );
        let mut row = Row::default();
        let mut clause = 0;
        for (index, sentence) in text.sentences.iter().enumerate() {
            for part in &sentence.clauses {
                for at in part.span.start..part.span.end {
                    row.push(&text, Span::new(at, at + 1), clause, index, None);
                }
                clause += 1;
            }
        }
        let whole: String = text.folded.iter().collect();
        let node = |name: char| {
            let at = whole.chars().position(|c| c == name).expect("named");
            Node { item: row.at(at) as u32, ..Node::default() }
        };
        let near = |a: char, b: char| row.nearness(&text, &node(a), &node(b));
        assert_eq!(near('乙', '丙') ^ 1, near('丙', '乙'), "which way");
        let steps = ['值', '又', '丙', '丁', '戊'].map(|other| near('乙', other) / 2);
        assert!(steps[0] <= 8 && steps[1] > 8 && steps[1] <= 12, "in the clause, in the sentence: {steps:?}");
        assert!(steps.is_sorted() && steps[2] == 13, "the next sentence: {steps:?}");
        assert!(near('戊', '甲') < SAME);
    }
}
