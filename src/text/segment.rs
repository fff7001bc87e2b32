//! Words and parts of speech, by jieba.

use jieba_rs::Jieba;

use super::THOUSANDS;
use crate::model::Span;

/// A word's part of speech, by jieba's tag set, folded to what the detectors tell apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Pos {
    /// n, ng, nl: common noun.
    Noun,
    /// ns: place name.
    Place,
    /// nr, nrt, nrfg: personal name.
    Person,
    /// nt: organization.
    Organization,
    /// nz: other proper noun.
    Proper,
    /// v, vg: verb.
    Verb,
    /// vn: verbal noun.
    VerbalNoun,
    /// a, ad, an, ag: adjective.
    Adjective,
    /// d, df, dg: adverb.
    Adverb,
    /// m, mq, mg: numeral.
    Numeral,
    /// q: measure word.
    Measure,
    /// t, tg: time.
    Time,
    /// f, s: direction, locality.
    Locality,
    /// b, z, j, i, l: distinguishing word, abbreviation, idiom.
    Other,
    /// p: preposition.
    Preposition,
    /// c: conjunction.
    Conjunction,
    /// u, y, uj, ul, …: particle.
    Particle,
    /// r: pronoun.
    Pronoun,
    /// eng: Latin letters.
    Latin,
    /// x, w: punctuation and everything else.
    Punctuation,
}

impl Pos {
    fn from_tag(tag: &str) -> Self {
        match tag {
            "ns" => Self::Place,
            "nr" | "nrt" | "nrfg" => Self::Person,
            "nt" => Self::Organization,
            "nz" => Self::Proper,
            "vn" => Self::VerbalNoun,
            "eng" => Self::Latin,
            _ => match tag.as_bytes().first() {
                Some(b'n') => Self::Noun,
                Some(b'v') => Self::Verb,
                Some(b'a') => Self::Adjective,
                Some(b'd') => Self::Adverb,
                Some(b'm') => Self::Numeral,
                Some(b'q') => Self::Measure,
                Some(b't') => Self::Time,
                Some(b'f' | b's') => Self::Locality,
                Some(b'p') => Self::Preposition,
                Some(b'c') => Self::Conjunction,
                Some(b'u' | b'y' | b'e' | b'o') => Self::Particle,
                Some(b'r') => Self::Pronoun,
                Some(b'b' | b'z' | b'j' | b'i' | b'l' | b'h' | b'k' | b'g') => Self::Other,
                _ => Self::Punctuation,
            },
        }
    }
}

/// A word of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// Where it stands.
    pub span: Span,
    /// Its part of speech.
    pub pos: Pos,
}

/// Cuts text into words. Making one takes a fraction of a second: share it.
#[derive(Debug)]
pub struct Segmenter {
    jieba: Jieba,
}

impl Default for Segmenter {
    fn default() -> Self {
        Self::new()
    }
}

impl Segmenter {
    /// With jieba's own dictionary.
    pub fn new() -> Self {
        Self { jieba: Jieba::new() }
    }

    /// The words of a folded text, in order, covering every character.
    pub fn tokens(&self, folded: &[char]) -> Vec<Token> {
        let text: String = folded.iter().collect();
        let mut tokens = Vec::with_capacity(folded.len() / 2 + 1);
        let mut at = 0;
        for word in self.jieba.tag(&text, true) {
            let end = at + word.word.chars().count();
            match tokens.last_mut() {
                // A number with its thousands is one word.
                Some(Token { span, .. }) if folded[at] == THOUSANDS || folded[at - 1] == THOUSANDS => span.end = end,
                _ => tokens.push(Token { span: Span::new(at, end), pos: Pos::from_tag(word.tag) }),
            }
            at = end;
        }
        debug_assert_eq!(at, folded.len(), "jieba covers the text");
        tokens
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::fold;

    #[test]
    fn a_number_with_its_thousands_is_one_word() {
        let segmenter = Segmenter::new();
        for (text, number) in [("1,800万张", "1٬800"), ("产值22,000,000元", "22٬000٬000"), ("增长1,800.5%", "1٬800.5")]
        {
            let folded = fold(&text.chars().collect::<Vec<_>>());
            let tokens = segmenter.tokens(&folded);
            let words: Vec<String> =
                tokens.iter().map(|token| folded[token.span.start..token.span.end].iter().collect()).collect();
            let at = words.iter().position(|word| word.starts_with(number)).unwrap_or_else(|| panic!("{words:?}"));
            assert_eq!(tokens[at].pos, Pos::Numeral);
            assert_eq!(words.concat(), folded.iter().collect::<String>(), "all of the text");
        }
    }
}
