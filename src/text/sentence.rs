//! Sentences, clauses and sections of a folded text.

use crate::model::Span;

/// A part of a sentence between commas, semicolons or colons.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clause {
    /// Where it stands, closing mark included.
    pub span: Span,
}

/// A sentence and its place in the article.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sentence {
    /// Where it stands, closing mark included.
    pub span: Span,
    /// Its clauses, in order, covering it.
    pub clauses: Vec<Clause>,
    /// The line it stands in, counted from 0; line 0 is the headline.
    pub paragraph: usize,
    /// The numbered section it stands in (`一、…`): 0 before the first.
    pub section: usize,
    /// Whether it opens a section: a heading such as `一、完善机制保障,细化任务落实。`
    pub is_heading: bool,
}

const NUMERALS: &str = "一二三四五六七八九十";

/// Whether a section number stands at `at`: `一、`, `(二)`, `十一、`, `- `, or `1.`/`1、` at the beginning of a line.
fn section_mark(folded: &[char], at: usize) -> Option<bool> {
    let rest = &folded[at..];
    let numerals = rest.iter().take_while(|c| NUMERALS.contains(**c)).count();
    if (1..=3).contains(&numerals) && rest.get(numerals) == Some(&'、') {
        return Some(true);
    }
    if rest.first() == Some(&'(') {
        let inner = rest[1..].iter().take_while(|c| NUMERALS.contains(**c)).count();
        if (1..=3).contains(&inner) && rest.get(1 + inner) == Some(&')') {
            return Some(false);
        }
    }
    None
}

/// So many characters a heading in running text has at most, its number included.
const HEADING: usize = 42;

/// Whether the space at `at` ends a heading that begins at `start`: `一、完善机制 全市围绕…`, but not the spaces of `一、打造 5G 产业`.
fn ends_heading(folded: &[char], start: usize, at: usize) -> bool {
    let Some(first) = (start..at).find(|&i| !folded[i].is_whitespace()) else { return false };
    if section_mark(folded, first).is_none() || at - first > HEADING || at - first < 5 {
        return false;
    }
    let rest = &folded[at + 1..];
    let latin = rest.iter().take_while(|c| c.is_ascii_alphanumeric()).count();
    !folded[at - 1].is_ascii_alphanumeric() && (latin == 0 || rest.get(latin).is_some_and(|c| !c.is_whitespace()))
}

/// Splits a folded text. A sentence ends after `。！？!?` with closing quotes and brackets, before a section number that follows a
/// space or a sentence, after the heading that such a number opens, and at a line break. A semicolon ends a clause only.
pub(super) fn split(folded: &[char]) -> Vec<Sentence> {
    let mut sentences = Vec::new();
    let (mut start, mut paragraph, mut section) = (0, 0, 0);
    let mut quotes = 0usize;
    let mut at = 0;
    let close = |sentences: &mut Vec<Sentence>, start: usize, end: usize, paragraph: usize, section: &mut usize| {
        let first = (start..end).find(|&i| !folded[i].is_whitespace());
        if let Some(first) = first {
            let mark = section_mark(folded, first);
            if mark == Some(true) {
                *section += 1;
            }
            sentences.push(Sentence {
                span: Span::new(start, end),
                clauses: clauses(folded, start, end),
                paragraph,
                section: *section,
                is_heading: mark.is_some(),
            });
        } else if let Some(last) = sentences.last_mut() {
            // White space alone belongs to the sentence before it.
            last.span.end = end;
            if let Some(clause) = last.clauses.last_mut() {
                clause.span.end = end;
            }
        }
    };
    while at < folded.len() {
        let c = folded[at];
        match c {
            '\n' => {
                close(&mut sentences, start, at, paragraph, &mut section);
                paragraph += 1;
                quotes = 0;
                start = at + 1;
            }
            '“' => quotes += 1,
            '”' => quotes = quotes.saturating_sub(1),
            '。' | '!' | '?' => {
                let mut end = at + 1;
                while end < folded.len() && matches!(folded[end], '”' | '’' | ')' | '。' | '!' | '?') {
                    if folded[end] == '”' {
                        quotes = quotes.saturating_sub(1);
                    }
                    end += 1;
                }
                close(&mut sentences, start, end, paragraph, &mut section);
                start = end;
                at = end - 1;
            }
            ' ' if quotes == 0 && at + 1 < folded.len() => {
                let item = folded[at + 1] == '-' && folded.get(at + 2) == Some(&' ');
                if section_mark(folded, at + 1).is_some() || item || ends_heading(folded, start, at) {
                    close(&mut sentences, start, at + 1, paragraph, &mut section);
                    start = at + 1;
                }
            }
            _ => {}
        }
        at += 1;
    }
    if start < folded.len() {
        close(&mut sentences, start, folded.len(), paragraph, &mut section);
    }
    sentences
}

fn clauses(folded: &[char], start: usize, end: usize) -> Vec<Clause> {
    let mut clauses = Vec::new();
    let mut from = start;
    for (at, c) in (start..end).zip(&folded[start..end]) {
        if matches!(c, ',' | ';' | ':') && at + 1 < end {
            clauses.push(Clause { span: Span::new(from, at + 1) });
            from = at + 1;
        }
    }
    clauses.push(Clause { span: Span::new(from, end) });
    clauses
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::fold;

    fn texts(text: &str) -> Vec<(String, usize, bool)> {
        let chars = fold(&text.chars().collect::<Vec<_>>());
        split(&chars)
            .iter()
            .map(|s| (chars[s.span.start..s.span.end].iter().collect(), s.section, s.is_heading))
            .collect()
    }

    #[test]
    fn section_numbers_in_running_text_open_sentences() {
        let found = texts("某区出新招\n开头。 一、抓好机制 建立链长制。“好!”他说。 二、抓平台。");
        assert_eq!(
            found,
            [
                ("某区出新招".into(), 0, false),
                ("开头。 ".into(), 0, false),
                ("一、抓好机制 ".into(), 1, true),
                ("建立链长制。".into(), 1, false),
                ("“好!”".into(), 1, false),
                ("他说。 ".into(), 1, false),
                ("二、抓平台。".into(), 2, true),
            ]
        );
    }

    #[test]
    fn a_space_beside_latin_letters_ends_no_heading() {
        let found = texts("一、打造 5G 产业高地 2023年,某市建成基站。");
        let found: Vec<(&str, bool)> = found.iter().map(|(text, _, heading)| (text.as_str(), *heading)).collect();
        assert_eq!(found, [("一、打造 5g 产业高地 ", true), ("2023年,某市建成基站。", false)]);
    }

    #[test]
    fn a_comma_inside_a_number_ends_no_clause() {
        let chars = fold(&"投资1,300万元,开工".chars().collect::<Vec<_>>());
        assert_eq!(clauses(&chars, 0, chars.len()).len(), 2);
    }
}
