//! An article's text, prepared for the detectors: folded characters, words, sentences, clauses, sections.
//!
//! Everything keeps its place: indices are Unicode scalar values of the text as read.

mod fold;
mod segment;
mod sentence;

pub use fold::{THOUSANDS, fold, fold_char};
pub use segment::{Pos, Segmenter, Token};
pub use sentence::{Clause, Sentence};

use crate::model::Span;

/// Whether a folded character is of a number written in digits: one of them, or what parts its thousands.
pub fn is_of_number(c: char) -> bool {
    c.is_ascii_digit() || c == THOUSANDS
}

/// A text without differences of width, case and quotes, to compare what people type with what is stored: a comma is a comma, wherever it stands.
pub fn folded_text(text: &str) -> String {
    let plain = |c| if c == THOUSANDS { ',' } else { c };
    fold(&text.chars().collect::<Vec<_>>()).into_iter().map(plain).collect()
}

/// A name as it is compared: [`folded_text`] without white space.
pub fn folded_name(name: &str) -> String {
    folded_text(name).chars().filter(|c| !c.is_whitespace()).collect()
}

/// A text with its words and sentences.
#[derive(Debug, Clone)]
pub struct Text {
    /// The characters as read.
    pub chars: Vec<char>,
    /// The same characters folded one to one: half-width, lower case, quotes paired, thousands parted by [`THOUSANDS`]; `folded.len() == chars.len()`.
    pub folded: Vec<char>,
    /// The words, in order, covering every character.
    pub tokens: Vec<Token>,
    /// For each character the index of its token.
    pub token_of: Vec<u32>,
    /// The sentences, in order, covering every character that is no line break.
    pub sentences: Vec<Sentence>,
    /// For each character the index of its sentence (line breaks belong to the sentence before them).
    pub sentence_of: Vec<u32>,
}

impl Text {
    /// Prepares `text`.
    pub fn new(text: &str, segmenter: &Segmenter) -> Self {
        let chars: Vec<char> = text.chars().collect();
        let folded = fold(&chars);
        let tokens = segmenter.tokens(&folded);
        let mut token_of = vec![0; chars.len()];
        for (index, token) in tokens.iter().enumerate() {
            token_of[token.span.start..token.span.end].fill(index as u32);
        }
        let sentences = sentence::split(&folded);
        let mut sentence_of = vec![0; chars.len()];
        let mut current = 0;
        for (position, slot) in sentence_of.iter_mut().enumerate() {
            while current + 1 < sentences.len() && sentences[current + 1].span.start <= position {
                current += 1;
            }
            *slot = current as u32;
        }
        Self { chars, folded, tokens, token_of, sentences, sentence_of }
    }

    /// Where the first paragraph, which is the headline, ends.
    pub fn title_end(&self) -> usize {
        self.sentences.iter().take_while(|sentence| sentence.paragraph == 0).last().map_or(0, |last| last.span.end)
    }

    /// Whether a word begins at `at`, or the text ends.
    pub fn is_word_edge(&self, at: usize) -> bool {
        self.token_of.get(at).is_none_or(|&token| self.tokens[token as usize].span.start == at)
    }

    /// What stands at `span`, as read.
    pub fn surface(&self, span: Span) -> String {
        self.chars[span.start..span.end].iter().collect()
    }

    /// What stands at `span`, folded.
    pub fn folded(&self, span: Span) -> String {
        self.folded[span.start..span.end].iter().collect()
    }

    /// The sentence that holds the character `position`.
    pub fn sentence_at(&self, position: usize) -> &Sentence {
        &self.sentences[self.sentence_of[position] as usize]
    }

    /// The clause that holds the character `position`.
    pub fn clause_at(&self, position: usize) -> Span {
        let sentence = self.sentence_at(position);
        sentence
            .clauses
            .iter()
            .find(|clause| clause.span.start <= position && position < clause.span.end)
            .map_or(sentence.span, |clause| clause.span)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_type_of_a_name_begins_like_the_name() {
        let name = folded_name("年产 １，８００万张“板材”项目");
        assert_eq!(name, "年产1,800万张“板材”项目");
        assert!(name.starts_with(&folded_name("年产1,80")), "also before the thousands are whole");
    }
}
