//! Queries that would cost too much before their evaluation begins, where nothing can stop them.
//!
//! Parsing and planning recurse with the nesting of a text, and take time by the square of its parts: a hundred thousand brackets would
//! end the process. What people and programs write is far below these bounds.

use super::error::HttpError;

/// Brackets within brackets.
const MAX_DEPTH: usize = 100;
/// Operators of expressions and paths, `UNION` among them.
const MAX_OPERATORS: usize = 5_000;
/// Ends of triples: `.`, `;`, and `,` outside lists of arguments. Planning a join takes time by more than their square.
const MAX_TRIPLES: usize = 1_000;

/// What a text holds outside strings, addresses and comments.
#[derive(Debug, Default, PartialEq, Eq)]
struct Counts {
    depth: usize,
    operators: usize,
    triples: usize,
}

/// Refuses what is nested too deep or has too many parts.
pub(super) fn check(sparql: &str) -> Result<(), HttpError> {
    let counts = count(sparql);
    let refused = |zh: &str, en: &str, limit: usize| {
        Err(HttpError::bad_request(format!("查询的{zh}超过 {limit}"), format!("the query has {en} than {limit}")))
    };
    if counts.depth > MAX_DEPTH {
        return refused("括号嵌套层数", "brackets nested deeper", MAX_DEPTH);
    }
    if counts.operators > MAX_OPERATORS {
        return refused("运算符", "more operators", MAX_OPERATORS);
    }
    if counts.triples > MAX_TRIPLES {
        return refused("三元组", "more triples", MAX_TRIPLES);
    }
    Ok(())
}

/// Refuses what is nested too deep: of an update, whose data may have any number of triples.
pub(super) fn check_update(sparql: &str) -> Result<(), HttpError> {
    match count(sparql).depth {
        0..=MAX_DEPTH => Ok(()),
        _ => Err(HttpError::bad_request(
            format!("更新语句的括号嵌套超过 {MAX_DEPTH} 层"),
            format!("the update has brackets nested deeper than {MAX_DEPTH}"),
        )),
    }
}

fn count(sparql: &str) -> Counts {
    let bytes = sparql.as_bytes();
    let mut counts = Counts::default();
    let mut open: Vec<u8> = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let rest = &bytes[at..];
        at += match rest[0] {
            b'#' => rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len()),
            quote @ (b'"' | b'\'') => string(rest, quote),
            b'<' => address(rest).unwrap_or(1),
            b'(' | b'[' | b'{' => {
                open.push(rest[0]);
                counts.depth = counts.depth.max(open.len());
                1
            }
            b')' | b']' | b'}' => {
                open.pop();
                1
            }
            b'+' | b'*' | b'/' | b'|' | b'&' | b'!' | b'^' | b'-' | b'=' => {
                counts.operators += 1;
                1
            }
            b'.' if !rest.get(1).is_some_and(u8::is_ascii_digit) => {
                counts.triples += 1;
                1
            }
            b',' if open.last() == Some(&b'(') => {
                counts.operators += 1;
                1
            }
            b';' | b',' => {
                counts.triples += 1;
                1
            }
            byte if byte.is_ascii_alphabetic() => {
                let length = rest.iter().position(|byte| !byte.is_ascii_alphanumeric()).unwrap_or(rest.len());
                counts.operators += usize::from(rest[..length].eq_ignore_ascii_case(b"union"));
                length
            }
            _ => 1,
        };
    }
    counts
}

/// The length of a string with its quotes.
fn string(rest: &[u8], quote: u8) -> usize {
    let is_long = rest.starts_with(&[quote; 3]);
    let mut at = if is_long { 3 } else { 1 };
    while let Some(byte) = rest.get(at) {
        match byte {
            b'\\' => at += 2,
            byte if *byte == quote && !is_long => return at + 1,
            byte if *byte == quote && rest[at..].starts_with(&[quote; 3]) => return at + 3,
            _ => at += 1,
        }
    }
    rest.len()
}

/// The length of an address in angle brackets; `None` for a comparison.
fn address(rest: &[u8]) -> Option<usize> {
    let end = rest.iter().position(|byte| *byte == b'>')?;
    let is_address = rest[1..end]
        .iter()
        .all(|byte| !matches!(byte, b' ' | b'\n' | b'\t' | b'\r' | b'<' | b'"' | b'{' | b'}' | b'|' | b'^' | b'`'));
    is_address.then_some(end + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_addresses_and_comments_count_for_nothing() {
        let text = "SELECT * { <http://a/b+(c> ?p \"((( \\\" +++\", '''('(''' . # ((((\n FILTER(?x < 3 && ?y > 1.5) }";
        assert_eq!(count(text), Counts { depth: 2, operators: 3, triples: 2 });
    }

    #[test]
    fn what_is_too_deep_or_too_long_is_refused() {
        assert!(check(&format!("SELECT ({}1{} AS ?x) {{}}", "(".repeat(90), ")".repeat(90))).is_ok());
        for text in [
            format!("SELECT ({}1{} AS ?x) {{}}", "(".repeat(200_000), ")".repeat(200_000)),
            format!("SELECT * {}{}", "{".repeat(200_000), "}".repeat(200_000)),
            format!("SELECT ({}true AS ?x) {{}}", "!".repeat(200_000)),
            format!("SELECT (1{} AS ?x) {{}}", "+1".repeat(200_000)),
            format!("SELECT * {{ {{}} {} }}", "UNION {}".repeat(20_000)),
            format!("SELECT * {{ {} }}", "?a ?b ?c .".repeat(20_000)),
        ] {
            assert!(check(&text).is_err());
        }
    }
}
