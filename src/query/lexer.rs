//! Just enough of SPARQL's lexical grammar to tell variables, prefixed names and key words from comments, strings and IRIs.
//!
//! Nothing here judges a query: that is Oxigraph's parser. It finds where a `$parameter` stands, which prefixes are used, and what
//! is at the place of an error.

use std::ops::Range;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// White space.
    Space,
    /// `# …` to the end of the line.
    Comment,
    /// A string with its quotes, of any of the four kinds.
    String,
    /// `<…>`.
    Iri,
    /// `?name` or `$name`.
    Variable,
    /// `prefix:local`, `prefix:`, `:local`.
    PrefixedName,
    /// Key words, numbers, function names, language tags.
    Word,
    /// One character of anything else.
    Punctuation,
}

/// A token and its bytes in the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    /// What it is.
    pub(super) kind: Kind,
    /// Where it is, in bytes.
    pub(super) range: Range<usize>,
}

/// The tokens of a text; together they are the whole text.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut start = 0;
    while let Some(first) = text[start..].chars().next() {
        let rest = &text[start..];
        let (kind, length) = match first {
            c if c.is_whitespace() => (Kind::Space, length_while(rest, char::is_whitespace)),
            '#' => (Kind::Comment, rest.find(['\n', '\r']).unwrap_or(rest.len())),
            '"' | '\'' => (Kind::String, string_length(rest, first)),
            '<' => match iri_length(rest) {
                Some(length) => (Kind::Iri, length),
                None => (Kind::Punctuation, 1),
            },
            '?' | '$' => match length_while(&rest[1..], is_word) {
                0 => (Kind::Punctuation, 1),
                name => (Kind::Variable, 1 + name),
            },
            '_' if rest.starts_with("_:") => (Kind::Word, 2 + length_while(&rest[2..], is_word)),
            '@' => (Kind::Word, 1 + length_while(&rest[1..], |c| c.is_ascii_alphanumeric() || c == '-')),
            ':' => (Kind::PrefixedName, 1 + local_length(&rest[1..])),
            c if is_word(c) => word(rest),
            c => (Kind::Punctuation, c.len_utf8()),
        };
        tokens.push(Token { kind, range: start..start + length });
        start += length;
    }
    tokens
}

/// A word, or the prefixed name that it begins.
fn word(rest: &str) -> (Kind, usize) {
    // A prefix may hold `-` and `.`, a word of the language may not.
    let prefix = length_while(rest, |c| is_word(c) || matches!(c, '-' | '.'));
    if rest[prefix..].starts_with(':') && rest.starts_with(char::is_alphabetic) {
        return (Kind::PrefixedName, prefix + 1 + local_length(&rest[prefix + 1..]));
    }
    (Kind::Word, length_while(rest, is_word))
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn length_while(text: &str, accept: impl Fn(char) -> bool) -> usize {
    text.find(|c| !accept(c)).unwrap_or(text.len())
}

/// The local part of a prefixed name. A full stop at its end closes the triple.
fn local_length(text: &str) -> usize {
    let mut length = 0;
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some((escaped, c)) => length = escaped + c.len_utf8(),
                None => break,
            },
            '.' => {}
            c if is_word(c) || matches!(c, '-' | ':' | '%') => length = at + c.len_utf8(),
            _ => break,
        }
    }
    length
}

/// A string with its quotes; to the end of the text where it is not closed.
fn string_length(text: &str, quote: char) -> usize {
    let long: String = [quote; 3].iter().collect();
    let is_long = text.starts_with(&long);
    let open = if is_long { 3 } else { 1 };
    let mut chars = text[open..].char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => drop(chars.next()),
            _ if is_long && text[open + at..].starts_with(&long) => return open + at + 3,
            c if !is_long && c == quote => return open + at + 1,
            '\n' | '\r' if !is_long => return open + at,
            _ => {}
        }
    }
    text.len()
}

fn iri_length(text: &str) -> Option<usize> {
    let end =
        text[1..].find(|c: char| c <= ' ' || matches!(c, '<' | '>' | '"' | '{' | '}' | '|' | '^' | '`' | '\\'))?;
    text[1 + end..].starts_with('>').then_some(end + 2)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of_kind(text: &str, kind: Kind) -> Vec<&str> {
        tokens(text).iter().filter(|token| token.kind == kind).map(|token| &text[token.range.clone()]).collect()
    }

    #[test]
    fn variables_in_strings_comments_and_iris_are_none() {
        let text =
            "SELECT ?a { $b <http://x/?c#d> \"$e \\\" $f\" . # $g\n ?h foaf:knows? '''$i '' ''' . FILTER(?j<?k) }";
        assert_eq!(of_kind(text, Kind::Variable), ["?a", "$b", "?h", "?j", "?k"]);
        assert_eq!(of_kind(text, Kind::Comment), ["# $g"]);
        assert_eq!(of_kind(text, Kind::Iri), ["<http://x/?c#d>"]);
    }

    #[test]
    fn prefixed_names_keep_their_local_part() {
        let text =
            "?s a yutu:Park ; rdfs:label 'x'@zh ; dc-x.y:z.a . :local <<( ?a geo:lat\\~1 _:b )>> id:Region/GB 12:30";
        let found = of_kind(text, Kind::PrefixedName);
        assert_eq!(found, ["yutu:Park", "rdfs:label", "dc-x.y:z.a", ":local", "geo:lat\\~1", "id:Region", ":30"]);
    }

    #[test]
    fn an_unclosed_string_ends_with_its_line() {
        assert_eq!(of_kind("'abc\n?d", Kind::Variable), ["?d"]);
        assert_eq!(of_kind("'''abc\n?d", Kind::Variable), [""; 0]);
    }

    proptest! {
        #[test]
        fn tokens_are_the_whole_text(text in r#"[a?$:<>"'\\#_. \n武é-]{0,40}"#) {
            let joined: String = tokens(&text).iter().map(|token| &text[token.range.clone()]).collect();
            prop_assert_eq!(joined, text);
        }
    }
}
