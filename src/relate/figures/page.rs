//! A text's folded characters with cheap string slices: what every step of the figures stage looks at.

use crate::{
    model::Span,
    text::{Sentence, Text, fold},
};

/// The text of one article, sliceable by character index without copying.
pub(super) struct Page<'a> {
    /// The prepared text.
    pub text: &'a Text,
    /// Its folded characters.
    pub chars: &'a [char],
    folded: String,
    /// Byte offset in `folded` of each character, and of the end.
    offsets: Vec<u32>,
}

impl<'a> Page<'a> {
    pub(super) fn new(text: &'a Text) -> Self {
        let mut folded = String::with_capacity(text.folded.len() * 3);
        let mut offsets = Vec::with_capacity(text.folded.len() + 1);
        for &c in &text.folded {
            offsets.push(folded.len() as u32);
            folded.push(c);
        }
        offsets.push(folded.len() as u32);
        Self { text, chars: &text.folded, folded, offsets }
    }

    /// Number of characters.
    pub(super) fn len(&self) -> usize {
        self.chars.len()
    }

    /// The characters `start..end`, clipped to the text.
    pub(super) fn slice(&self, start: usize, end: usize) -> &str {
        let end = end.min(self.len());
        let start = start.min(end);
        &self.folded[self.offsets[start] as usize..self.offsets[end] as usize]
    }

    /// The character at `at`; a line break beyond the end.
    pub(super) fn at(&self, at: usize) -> char {
        self.chars.get(at).copied().unwrap_or('\n')
    }

    /// The character before `at`; a line break before the beginning.
    pub(super) fn prev(&self, at: usize) -> char {
        if at == 0 { '\n' } else { self.at(at - 1) }
    }

    /// Whether `word` stands at `at`.
    pub(super) fn starts(&self, at: usize, word: &str) -> bool {
        self.offsets.get(at).is_some_and(|&byte| self.folded.as_bytes()[byte as usize..].starts_with(word.as_bytes()))
    }

    /// Where a form stands, folded, in text order.
    pub(super) fn find(&self, form: &str) -> impl Iterator<Item = Span> + '_ {
        let form: String = fold(&form.chars().collect::<Vec<_>>()).into_iter().collect();
        let length = form.chars().count();
        let bytes: Vec<usize> = self.folded.match_indices(&form).map(|(byte, _)| byte).collect();
        bytes.into_iter().filter_map(move |byte| {
            let start = self.offsets.binary_search(&(byte as u32)).ok()?;
            Some(Span::new(start, start + length))
        })
    }

    /// The word at token index `index`.
    pub(super) fn word(&self, index: usize) -> &str {
        let span = self.text.tokens[index].span;
        self.slice(span.start, span.end)
    }

    /// The sentence that holds `at`.
    pub(super) fn sentence(&self, at: usize) -> &Sentence {
        self.text.sentence_at(at)
    }

    /// Index of the sentence that holds `at`.
    pub(super) fn sentence_index(&self, at: usize) -> usize {
        self.text.sentence_of[at] as usize
    }

    /// Index of the token that holds `at`.
    pub(super) fn token(&self, at: usize) -> usize {
        self.text.token_of[at.min(self.len().saturating_sub(1))] as usize
    }

    /// The clause that holds `at`.
    pub(super) fn clause(&self, at: usize) -> Span {
        self.text.clause_at(at)
    }
}
