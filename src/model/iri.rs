//! Addresses of articles, entities and claims: made from stable keys, never from counters.

use sha2::{Digest, Sha256};

use super::{Article, EntityType, Link};

/// Base of all data addresses. `.example` is reserved (RFC 2606): it belongs to nobody, a deployment replaces it.
pub const BASE: &str = "https://yutu.example/id/";

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
