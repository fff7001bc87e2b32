//! Addresses of articles, entities and claims: made from stable keys, never from counters.
//!
//! All are made under [`BASE`]; a store that is published under another [`Base`] translates what it takes.

use oxiri::Iri;
use sha2::{Digest, Sha256};

use super::{Article, EntityType, Link};

/// Base of all data addresses. `.example` is reserved (RFC 2606): it belongs to nobody, a deployment replaces it.
pub const BASE: &str = "https://yutu.example/id/";

/// What addresses begin with: `http` or `https`, a host, a path that ends in `/`.
///
/// `https://data.example.cn/id/` is one: `武清区` then is `https://data.example.cn/id/Region/GB-T2260-120114`, which a browser can follow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Base(String);

/// Why a text is no base of addresses.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{given}` cannot be the base of addresses: {why}; it has the form https://data.example.cn/id/")]
pub struct BaseError {
    /// What was given.
    pub given: String,
    /// What is wrong with it.
    pub why: &'static str,
    /// The same in Chinese.
    pub why_zh: &'static str,
}

impl BaseError {
    /// The message in Chinese.
    pub fn in_chinese(&self) -> String {
        format!("`{}` 不能作为地址前缀：{}；应形如 https://data.example.cn/id/", self.given, self.why_zh)
    }
}

impl Base {
    /// Takes a text as a base; a `/` at its end may be left out.
    ///
    /// # Errors
    /// When it is no web address, or has a query or fragment: what comes after those does not reach a server by itself.
    pub fn parse(text: &str) -> Result<Self, BaseError> {
        let wrong = |why, why_zh| BaseError { given: text.to_owned(), why, why_zh };
        let iri = Iri::parse(text).map_err(|_| wrong("it is no absolute IRI", "不是绝对 IRI"))?;
        if !matches!(iri.scheme(), "http" | "https") || iri.authority().is_none_or(str::is_empty) {
            return Err(wrong("it is no http or https address", "不是 http 或 https 地址"));
        }
        if iri.query().is_some() || iri.fragment().is_some() {
            return Err(wrong("it has a query or fragment", "含有查询部分（?）或片段（#）"));
        }
        Ok(Self(if text.ends_with('/') { text.to_owned() } else { format!("{text}/") }))
    }

    /// The base itself, with `/` at its end.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Scheme, host and port, without `/` at the end.
    pub fn origin(&self) -> &str {
        &self.0[..self.0.len() - self.path().len()]
    }

    /// The path, from its first `/` to its last.
    pub fn path(&self) -> &str {
        let host = self.0.find("://").map_or(0, |at| at + 3);
        let path = self.0[host..].find('/').map_or(self.0.len(), |at| host + at);
        &self.0[path..]
    }
}

impl Default for Base {
    /// [`BASE`].
    fn default() -> Self {
        Self(BASE.to_owned())
    }
}

impl std::fmt::Display for Base {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::str::FromStr for Base {
    type Err = BaseError;

    fn from_str(text: &str) -> Result<Self, BaseError> {
        Self::parse(text)
    }
}

/// The named graph that holds one article's facts, and the article's own address.
pub fn article(article: &Article) -> String {
    format!("{BASE}article/{}", &article.sha256[..16])
}

/// An entity: by its reference code where it is linked, else by type and folded name.
///
/// `武清区` linked to GB/T2260 120114 gives `…/id/Region/GB-T2260-120114`; an unlinked `京滨工业园` gives
/// `…/id/Park/京滨工业园` (an IRI, so Chinese stays readable).
pub fn entity(kind: EntityType, name: &str, link: Option<&Link>) -> String {
    match link {
        Some(link) => format!("{BASE}{kind}/{}-{}", segment(&link.scheme), segment(&link.code)),
        None => format!("{BASE}{kind}/{}", segment(name)),
    }
}

/// A claim of an article: a digest over the article's address and the claim's parts.
pub fn claim(article: &Article, parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    hash.update(self::article(article).as_bytes());
    for part in parts {
        hash.update([0]);
        hash.update(part.as_bytes());
    }
    let digest = hash.finalize();
    let digits: String = digest.iter().take(10).map(|byte| format!("{byte:02x}")).collect();
    format!("{BASE}claim/{digits}")
}

/// One IRI path segment: letters and digits of any script, `-`, `_`, `.` stay; all else becomes `-`.
fn segment(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        let c = match c {
            '（' => '(',
            '）' => ')',
            c => c,
        };
        if c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '(' | ')' | '·') {
            out.push(c);
        } else if !out.ends_with('-') {
            out.push('-');
        }
    }
    let trimmed = out.trim_matches('-');
    if trimmed.is_empty() { "-".to_owned() } else { trimmed.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_is_a_web_address_that_ends_in_a_slash() {
        for (text, origin, path) in [
            ("https://data.example.cn/id/", "https://data.example.cn", "/id/"),
            ("http://localhost:7878/a/b", "http://localhost:7878", "/a/b/"),
            ("https://图谱.example", "https://图谱.example", "/"),
            (BASE, "https://yutu.example", "/id/"),
        ] {
            let base = Base::parse(text).expect("a base");
            assert_eq!((base.origin(), base.path()), (origin, path), "{text}");
        }
        for text in
            ["data.example.cn/id/", "urn:x:", "https:///id/", "https://a.example/id/#", "https://a.example/?x=/", ""]
        {
            let error = Base::parse(text).expect_err("no base");
            assert!(error.to_string().contains("form") && error.in_chinese().contains("应形如"), "{text}");
        }
    }
}
