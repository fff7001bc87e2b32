//! One article as read.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use unicode_normalization::UnicodeNormalization;

/// An article as read. All spans of its facts count in `text`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Article {
    /// The id that its source gives it, else the first 16 hexadecimal digits of `sha256`.
    pub id: String,
    /// The headline.
    pub title: String,
    /// The headline, a line break, the body: what spans are counted in.
    pub text: String,
    /// Date of publication, `YYYY-MM-DD`, where one is known.
    pub published: Option<String>,
    /// Address or name of the place that it was taken from, where one is known.
    pub source: Option<String>,
    /// The article's identity: SHA-256 (hexadecimal) of title and body after normalisation
    /// (NFKC, white space removed), so that layout does not make another article.
    pub sha256: String,
}

impl Article {
    /// Puts an article together and gives it its identity.
    pub fn new(id: Option<String>, title: &str, body: &str, published: Option<String>, source: Option<String>) -> Self {
        let sha256 = identity(title, body);
        Self {
            id: id.filter(|id| !id.is_empty()).unwrap_or_else(|| sha256[..16].to_owned()),
            title: title.to_owned(),
            text: format!("{title}\n{body}"),
            published,
            source,
            sha256,
        }
    }
}

/// SHA-256 over NFKC of title and body without white space, hexadecimal, lower case.
fn identity(title: &str, body: &str) -> String {
    let mut hash = Sha256::new();
    let mut buffer = [0; 4];
    for part in [title, "\n", body] {
        for c in part.nfkc().filter(|c| !c.is_whitespace()) {
            hash.update(c.encode_utf8(&mut buffer).as_bytes());
        }
        hash.update([0]);
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
