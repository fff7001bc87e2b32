//! How texts become words of the index: words by jieba, pairs of characters, pinyin.

use std::sync::LazyLock;

use jieba_rs::{Jieba, TokenizeMode};
use pinyin::ToPinyinMulti as _;
use tantivy::tokenizer::{Token, TokenStream, Tokenizer};

use crate::text::{folded_name, folded_text};

/// Readings of one name that are kept: a name of several characters with several readings each has very many.
const MAX_READINGS: usize = 8;

static JIEBA: LazyLock<Jieba> = LazyLock::new(Jieba::new);

/// Cuts texts into words, and long words into their parts too.
#[derive(Clone, Default)]
pub(super) struct Words;

/// Cuts names into pairs of neighbouring characters: parts of names are found by them.
#[derive(Clone, Default)]
pub(super) struct Pairs;

/// Tokens that were made beforehand.
pub(super) struct Made {
    tokens: std::vec::IntoIter<Token>,
    token: Token,
}

impl Made {
    fn new(tokens: Vec<Token>) -> Self {
        Self { tokens: tokens.into_iter(), token: Token::default() }
    }
}

impl TokenStream for Made {
    fn advance(&mut self) -> bool {
        match self.tokens.next() {
            Some(token) => {
                self.token = token;
                true
            }
            None => false,
        }
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}

impl Tokenizer for Words {
    type TokenStream<'a> = Made;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Made {
        Made::new(words(text).into_iter().enumerate().map(|(position, text)| token(position, text)).collect())
    }
}

impl Tokenizer for Pairs {
    type TokenStream<'a> = Made;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Made {
        Made::new(pairs(text).into_iter().enumerate().map(|(position, text)| token(position, text)).collect())
    }
}

fn token(position: usize, text: String) -> Token {
    Token { offset_from: 0, offset_to: text.len(), position, text, position_length: 1 }
}

/// The words of a text, folded; punctuation left out.
pub(super) fn words(text: &str) -> Vec<String> {
    let text = folded_text(text);
    let tokens = JIEBA.tokenize(&text, TokenizeMode::Search, true);
    tokens
        .into_iter()
        .map(|token| token.word)
        .filter(|word| word.chars().any(char::is_alphanumeric))
        .map(str::to_owned)
        .collect()
}

/// The pairs of neighbouring characters of a name; a single character is a pair by itself.
pub(super) fn pairs(name: &str) -> Vec<String> {
    let chars: Vec<char> = folded_name(name).chars().collect();
    if chars.len() == 1 {
        return vec![chars[0].to_string()];
    }
    chars.windows(2).map(|pair| pair.iter().collect()).collect()
}

/// The readings of a name: whole syllables (`wuqingqu`) and initials (`wqq`). Letters and digits stand for themselves; empty where
/// nothing is Chinese.
pub(super) fn readings(name: &str) -> (Vec<String>, Vec<String>) {
    let name: String = folded_name(name).chars().filter(|c| c.is_alphanumeric()).collect();
    let mut all = vec![(String::new(), String::new())];
    let mut is_chinese = false;
    for (c, multi) in name.chars().zip(name.as_str().to_pinyin_multi()) {
        let mut syllables: Vec<String> = match multi {
            Some(multi) => multi.into_iter().map(|reading| reading.plain().replace('ü', "v")).collect(),
            None => vec![c.to_string()],
        };
        is_chinese |= !c.is_ascii();
        syllables.dedup();
        let room = (MAX_READINGS / all.len()).max(1);
        syllables.truncate(room);
        all = (all.iter())
            .flat_map(|(whole, initials)| {
                syllables.iter().map(move |syllable| {
                    let initial: String = syllable.chars().take(1).collect();
                    (format!("{whole}{syllable}"), format!("{initials}{initial}"))
                })
            })
            .collect();
    }
    if !is_chinese {
        return Default::default();
    }
    let (mut whole, mut initials): (Vec<String>, Vec<String>) = all.into_iter().unzip();
    for list in [&mut whole, &mut initials] {
        list.sort();
        list.dedup();
    }
    (whole, initials)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_in_syllables_and_initials() {
        assert_eq!(readings("武清"), (vec!["wuqing".to_owned()], vec!["wq".to_owned()]));
        assert!(readings("重庆").0.contains(&"chongqing".to_owned()), "{:?}", readings("重庆"));
        assert!(readings("ABC").0.is_empty());
        assert!(readings("长长长长长长长长").0.len() <= MAX_READINGS);
    }

    #[test]
    fn long_words_are_found_by_their_parts() {
        let words = words("武清区京滨工业园引进生物医药企业。");
        assert!(words.contains(&"工业园".to_owned()) || words.contains(&"工业".to_owned()), "{words:?}");
        assert!(!words.iter().any(|word| word == "。"));
        assert_eq!(pairs("京滨园"), ["京滨", "滨园"]);
        assert_eq!(pairs("园"), ["园"]);
    }
}
