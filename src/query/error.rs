//! What can go wrong between a question and its answer, and how to mend it; in English by `Display`, in Chinese by `in_chinese`.

use std::{io, ops::Range, path::PathBuf, time::Duration};

use oxigraph::sparql::QueryEvaluationError;

use super::lexer::{Kind, Token, tokens};

/// Why a query gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum QueryError {
    /// The text is no SPARQL query.
    #[error(transparent)]
    Syntax(Box<SyntaxError>),
    /// It took too long.
    #[error("the query was stopped after {} s; ask for less, or allow more time with --timeout-s", .limit.as_secs_f32())]
    TimedOut {
        /// The time allowed.
        limit: Duration,
    },
    /// The evaluation failed.
    #[error("the query failed")]
    Evaluation(#[source] QueryEvaluationError),
    /// The store refused.
    #[error("the query failed")]
    Store(#[source] crate::store::QueryError),
    /// The answer could not be written.
    #[error("cannot write the answer")]
    Output(#[from] io::Error),
    /// The format does not suit the answer.
    #[error("{format} cannot hold {}; choose one of {}", .is.english(), .is.formats())]
    WrongFormat {
        /// What was asked for.
        format: &'static str,
        /// What the answer is.
        is: AnswerKind,
    },
    /// A parameter's value is wrong.
    #[error(transparent)]
    Parameter(#[from] ParameterError),
    /// The endpoint could not be reached, or the connection broke.
    #[error("cannot reach {endpoint}")]
    Unreachable {
        /// Its address.
        endpoint: String,
        /// The cause.
        #[source]
        source: Box<ureq::Error>,
    },
    /// The endpoint answered with an error.
    #[error("{endpoint} answers {status}: {message}")]
    Endpoint {
        /// Its address.
        endpoint: String,
        /// The HTTP status.
        status: u16,
        /// What it says, shortened.
        message: String,
    },
    /// The endpoint's answer is in no format that is read here.
    #[error(
        "{endpoint} answers in {media_type}, which is no result format; is it a SPARQL endpoint? It begins: {start}"
    )]
    UnknownMediaType {
        /// Its address.
        endpoint: String,
        /// What it says it is.
        media_type: String,
        /// The first characters.
        start: String,
    },
    /// The endpoint's answer is broken.
    #[error("the answer of {endpoint} is broken")]
    BrokenAnswer {
        /// Its address.
        endpoint: String,
        /// The cause.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// The three kinds of answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnswerKind {
    /// Of SELECT.
    Rows,
    /// Of ASK.
    Boolean,
    /// Of CONSTRUCT and DESCRIBE.
    Triples,
}

impl AnswerKind {
    fn english(self) -> &'static str {
        match self {
            Self::Rows => "the rows of a SELECT",
            Self::Boolean => "the answer of an ASK",
            Self::Triples => "the triples of a CONSTRUCT or DESCRIBE",
        }
    }

    fn chinese(self) -> &'static str {
        match self {
            Self::Rows => "SELECT 的结果行",
            Self::Boolean => "ASK 的结果",
            Self::Triples => "CONSTRUCT 或 DESCRIBE 的三元组",
        }
    }

    fn formats(self) -> &'static str {
        match self {
            Self::Rows | Self::Boolean => "table, json, xml, csv, tsv",
            Self::Triples => "table, ttl, nt, jsonld, rdfxml",
        }
    }
}

impl QueryError {
    /// The message in Chinese.
    pub fn in_chinese(&self) -> String {
        match self {
            Self::Syntax(error) => error.in_chinese(),
            Self::TimedOut { limit } => {
                format!("查询已在 {} 秒后停止；请缩小查询范围，或用 --timeout-s 放宽时限", limit.as_secs_f32())
            }
            Self::Evaluation(_) | Self::Store(_) => "查询失败".to_owned(),
            Self::Output(_) => "无法写出结果".to_owned(),
            Self::WrongFormat { format, is } => {
                format!("{format} 不能表示{}；可选：{}", is.chinese(), is.formats())
            }
            Self::Parameter(error) => error.in_chinese(),
            Self::Unreachable { endpoint, .. } => format!("无法连接 {endpoint}"),
            Self::Endpoint { endpoint, status, message } => format!("{endpoint} 返回 {status}：{message}"),
            Self::UnknownMediaType { endpoint, media_type, start } => {
                format!("{endpoint} 返回的 {media_type} 不是查询结果格式；它是 SPARQL 端点吗？开头为：{start}")
            }
            Self::BrokenAnswer { endpoint, .. } => format!("{endpoint} 返回的结果有误"),
        }
    }
}

/// Why a parameter could not be filled in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParameterError {
    /// There is no such parameter.
    #[error("the query has no parameter --{name}; it takes: {}", list(.known))]
    Unknown {
        /// What was given.
        name: String,
        /// Those that there are.
        known: Vec<String>,
    },
    /// A parameter without default was not given.
    #[error("missing parameters: {}; the query takes: {}", list(.missing), list(.known))]
    Missing {
        /// Those that are missing.
        missing: Vec<String>,
        /// Those that there are.
        known: Vec<String>,
    },
    /// Given twice, though it takes one value.
    #[error("--{name} takes one value")]
    Repeated {
        /// The parameter.
        name: String,
    },
    /// The value is not of the type.
    #[error("--{name} takes {wanted}, not `{value}`")]
    WrongType {
        /// The parameter.
        name: String,
        /// What was given.
        value: String,
        /// What is wanted, in words.
        wanted: String,
        /// The same in Chinese.
        wanted_zh: String,
    },
    /// A value that could be read in two ways by other programs.
    #[error("--{name} may not hold `\\u`: some SPARQL servers read it as an escaped character")]
    Escape {
        /// The parameter.
        name: String,
    },
    /// Nothing has that name.
    #[error("--{name}: nothing is called `{value}`{}", suggestions(.similar, "; similar: ", ", "))]
    NoSuchName {
        /// The parameter.
        name: String,
        /// What was given.
        value: String,
        /// Names that hold it.
        similar: Vec<String>,
    },
}

fn list(names: &[String]) -> String {
    if names.is_empty() {
        return "none".to_owned();
    }
    names.iter().map(|name| format!("--{name}")).collect::<Vec<_>>().join(", ")
}

fn suggestions(similar: &[String], before: &str, between: &str) -> String {
    if similar.is_empty() { String::new() } else { format!("{before}{}", similar.join(between)) }
}

impl ParameterError {
    /// The message in Chinese.
    pub fn in_chinese(&self) -> String {
        let list = |names: &[String]| match names.len() {
            0 => "无".to_owned(),
            _ => names.iter().map(|name| format!("--{name}")).collect::<Vec<_>>().join("、"),
        };
        match self {
            Self::Unknown { name, known } => format!("该查询没有参数 --{name}；可用参数：{}", list(known)),
            Self::Missing { missing, known } => {
                format!("缺少参数：{}；该查询的参数：{}", list(missing), list(known))
            }
            Self::Repeated { name } => format!("--{name} 只能有一个值"),
            Self::WrongType { name, value, wanted_zh, .. } => format!("--{name} 应为{wanted_zh}，而不是 `{value}`"),
            Self::Escape { name } => format!("--{name} 不能含有 `\\u`：有的 SPARQL 服务会把它当作转义字符"),
            Self::NoSuchName { name, value, similar } => {
                format!("--{name}：没有名为 `{value}` 的对象{}", suggestions(similar, "；相近的有：", "、"))
            }
        }
    }
}

/// A place where a query stops being one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {}", .wrong.english())]
pub struct SyntaxError {
    /// The query as the user wrote it, parameters filled in.
    pub text: String,
    /// The offending token, in bytes of `text`; empty at its end.
    pub range: Range<usize>,
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
    /// What is wrong there.
    pub wrong: Wrong,
}

/// What is wrong at the place of a syntax error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wrong {
    /// Something that cannot stand there.
    Unexpected {
        /// What stands there.
        found: String,
    },
    /// The text ends too early.
    End {
        /// The bracket that is missing; may be empty.
        expected: String,
    },
    /// A prefix that is neither declared nor known.
    Prefix(String),
    /// Something that the parser says in its own words.
    Other(String),
}

impl Wrong {
    fn english(&self) -> String {
        let or = |expected: &str| if expected.is_empty() { String::new() } else { format!("; expected {expected}") };
        match self {
            Self::Unexpected { found } => format!("`{found}` cannot stand here"),
            Self::End { expected } => format!("the query ends too early{}", or(expected)),
            Self::Prefix(prefix) => format!("the prefix `{prefix}:` is not declared; add PREFIX {prefix}: <…>"),
            Self::Other(message) => message.clone(),
        }
    }

    fn chinese(&self) -> String {
        let or = |expected: &str| if expected.is_empty() { String::new() } else { format!("；应为 {expected}") };
        match self {
            Self::Unexpected { found } => format!("此处不能是 `{found}`"),
            Self::End { expected } => format!("查询提前结束{}", or(expected)),
            Self::Prefix(prefix) => format!("前缀 `{prefix}:` 未声明；请加上 PREFIX {prefix}: <…>"),
            Self::Other(message) => message.clone(),
        }
    }
}

impl SyntaxError {
    /// The message in Chinese.
    pub fn in_chinese(&self) -> String {
        format!("第 {} 行第 {} 列：{}", self.line, self.column, self.wrong.chinese())
    }

    pub(super) fn unknown_prefix(text: &str, range: Range<usize>, prefix: &str) -> Self {
        Self::at(text, range, Wrong::Prefix(prefix.to_owned()))
    }

    /// Finds the place where a text that is no query stops being one.
    ///
    /// `parse` gives the parser's message. The place in it is the furthest that the parser looked at, and to compare with a key word it
    /// looks as many characters ahead as that has. So it is asked again with so much space between tokens that it cannot look past
    /// the one that it cannot use.
    pub(super) fn locate(text: &str, parse: impl Fn(&str) -> Option<String>) -> Self {
        let (spaced, starts) = spaced(text);
        let message = parse(&spaced).or_else(|| parse(text)).unwrap_or_default();
        let Some((line, column, expected)) = parts(&message) else {
            return Self::at(text, 0..0, Wrong::Other(message));
        };
        let offset = offset(&spaced, line, column);
        let at = starts.iter().rev().find(|(start, _)| *start <= offset);
        // A string that is not closed reaches to the end of its line, and the parser to the end of the text.
        let unclosed = at.filter(|(_, range)| is_unclosed(&text[range.clone()]));
        let range = match at {
            Some((_, range)) if offset < spaced.len() || unclosed.is_some() => range.clone(),
            _ => text.trim_end().len()..text.trim_end().len(),
        };
        if let Some(sentence) = sentence(expected) {
            return Self::at(text, range, Wrong::Other(sentence.to_owned()));
        }
        if range.is_empty() {
            return Self::at(text, range, Wrong::End { expected: brackets(expected) });
        }
        let found = text[range.clone()].lines().next().unwrap_or_default().to_owned();
        Self::at(text, range, Wrong::Unexpected { found })
    }

    fn at(text: &str, range: Range<usize>, wrong: Wrong) -> Self {
        let before = &text[..range.start];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let line = before.matches('\n').count() + 1;
        let column = before[line_start..].chars().count() + 1;
        Self { text: text.to_owned(), range, line, column, wrong }
    }
}

/// The byte at a line and a column in characters, both from 1; the end of the text where there is no such place.
fn offset(text: &str, line: usize, column: usize) -> usize {
    let start: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let rest = &text[start..];
    start + rest.char_indices().nth(column.saturating_sub(1)).map_or(rest.len(), |(at, _)| at)
}

/// The text with wide spaces between tokens, and where in it each token stands that is neither space nor comment.
fn spaced(text: &str) -> (String, Vec<(usize, Range<usize>)>) {
    /// Longer than any key word.
    const GAP: &str = "                        ";
    let tokens = tokens(text);
    let is_name = |kind| matches!(kind, Kind::Word | Kind::Variable | Kind::Iri | Kind::PrefixedName | Kind::String);
    let is_bracket = |token: &Token| matches!(&text[token.range.clone()], "{" | "}" | "(" | ")" | "," | ";");
    let mut spaced = String::with_capacity(text.len() * 4);
    let mut starts = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        if !matches!(token.kind, Kind::Space | Kind::Comment) {
            starts.push((spaced.len(), token.range.clone()));
        }
        spaced.push_str(&text[token.range.clone()]);
        // Space that changes no meaning: what is there already, and between a bracket and a name.
        let next = tokens.get(index + 1);
        let is_joint = next
            .is_some_and(|next| (is_name(token.kind) && is_bracket(next)) || (is_bracket(token) && is_name(next.kind)));
        if token.kind == Kind::Space || is_joint || (next.is_none() && token.kind != Kind::Comment) {
            spaced.push_str(GAP);
        }
    }
    (spaced, starts)
}

/// Whether a token begins like a string and does not end like it.
fn is_unclosed(token: &str) -> bool {
    ['"', '\''].iter().any(|quote| token.starts_with(*quote) && (token.len() == 1 || !token.ends_with(*quote)))
}

/// Line, column and what was expected, of `error at LINE:COLUMN: expected …`.
fn parts(message: &str) -> Option<(usize, usize, &str)> {
    let (place, expected) = message.strip_prefix("error at ")?.split_once(": ")?;
    let (line, column) = place.split_once(':')?;
    Some((line.parse().ok()?, column.parse().ok()?, expected.strip_prefix("expected ").unwrap_or(expected)))
}

/// What the parser says in words of its own among what it expected: `The SELECT contains a variable that is unbound`.
fn sentence(expected: &str) -> Option<&str> {
    let list = expected.strip_prefix("one of ").unwrap_or(expected);
    let mut outside = list.split('"').step_by(2).flat_map(|part| part.split(", "));
    outside.find(|part| {
        part.split_whitespace().count() > 3
            && (part.starts_with(char::is_uppercase) || part.contains("escape sequence") || part.contains("strings"))
    })
}

/// The brackets among what the parser expected, closing ones first: of the rest it lists everything down to single characters.
fn brackets(expected: &str) -> String {
    let listed = |bracket: &&str| expected.split('"').skip(1).step_by(2).any(|word| word == *bracket);
    let closing: Vec<&str> = ["}", ")"].into_iter().filter(listed).collect();
    if closing.is_empty() { ["{", "("].into_iter().filter(listed).collect() } else { closing }.join(" ")
}

/// A queries/ folder or a query's header that is not as it should be.
#[derive(Debug, thiserror::Error)]
pub enum CatalogError {
    /// A file or the folder cannot be read.
    #[error("cannot read {path}")]
    Io {
        /// The file.
        path: PathBuf,
        /// The cause.
        #[source]
        source: io::Error,
    },
    /// A header line is wrong.
    #[error("the header of {name}.rq, line {line}: {wrong}")]
    Header {
        /// The query's name.
        name: String,
        /// From 1.
        line: usize,
        /// What is wrong.
        wrong: String,
    },
    /// A header lacks a line.
    #[error("the header of {name}.rq has no `{key}`")]
    Incomplete {
        /// The query's name.
        name: String,
        /// What is missing.
        key: String,
    },
}

impl CatalogError {
    /// The message in Chinese.
    pub fn in_chinese(&self) -> String {
        match self {
            Self::Io { path, .. } => format!("无法读取 {}", path.display()),
            Self::Header { name, line, wrong } => format!("{name}.rq 的文件头第 {line} 行有误：{wrong}"),
            Self::Incomplete { name, key } => format!("{name}.rq 的文件头缺少 `{key}`"),
        }
    }
}
