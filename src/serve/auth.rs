//! Who may do what: tokens with roles, of which only digests are kept.
//!
//! A token is 32 random bytes, so that a plain SHA-256 keeps it as safe as a slow hash would keep a password. Digests are compared in
//! constant time, and all of them, so that nothing is learnt from how long it takes. Tokens are never logged.

use std::{fmt, io::Write as _, path::Path, str::FromStr};

use axum::http::{HeaderMap, header};
use base64::Engine as _;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use super::{AppState, error::HttpError};

/// What a token allows, each with what those before it allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Ask, where asking needs a token.
    Read,
    /// Add articles.
    Ingest,
    /// Change anything.
    Admin,
}

impl Role {
    /// All roles.
    pub const ALL: [Self; 3] = [Self::Read, Self::Ingest, Self::Admin];

    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Ingest => "ingest",
            Self::Admin => "admin",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Role {
    type Err = TokenError;

    fn from_str(name: &str) -> Result<Self, TokenError> {
        Self::ALL.into_iter().find(|role| role.as_str() == name).ok_or_else(|| TokenError::Role(name.to_owned()))
    }
}

/// Why tokens could not be read.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// No role.
    #[error("`{0}` is no role; the roles are read, ingest, admin")]
    Role(String),
    /// A line that is not understood.
    #[error(
        "line {line} of the tokens is not `ROLE sha256:64 HEXADECIMAL DIGITS [NAME]`; `yutu token` makes such lines"
    )]
    Line {
        /// Which, from 1.
        line: usize,
    },
    /// The file cannot be read.
    #[error("cannot read the tokens in {path}: {source}")]
    Io {
        /// The file.
        path: std::path::PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// The system gives no random bytes.
    #[error("the system gives no random bytes: {0}")]
    Random(String),
}

/// The digests of tokens with their roles.
#[derive(Clone, Default)]
pub struct Tokens(Vec<(Role, [u8; 32])>);

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} tokens", self.0.len())
    }
}

impl Tokens {
    /// Reads lines `ROLE sha256:DIGEST [NAME]`; `#` begins a comment.
    ///
    /// # Errors
    /// When a line is not understood.
    pub fn parse(text: &str) -> Result<Self, TokenError> {
        let mut tokens = Vec::new();
        for (index, line) in text.lines().enumerate() {
            let line = line.split('#').next().unwrap_or_default().trim();
            let mut parts = line.split_whitespace();
            let Some(role) = parts.next() else { continue };
            let role: Role = role.parse()?;
            let digest = parts.next().and_then(|digest| digest.strip_prefix("sha256:")).and_then(from_hex);
            tokens.push((role, digest.ok_or(TokenError::Line { line: index + 1 })?));
        }
        Ok(Self(tokens))
    }

    /// Reads the lines of a file.
    ///
    /// # Errors
    /// When it cannot be read or a line is not understood.
    pub fn from_file(path: &Path) -> Result<Self, TokenError> {
        let text = std::fs::read_to_string(path);
        Self::parse(&text.map_err(|source| TokenError::Io { path: path.to_owned(), source })?)
    }

    /// Adds a token given in the clear, as from the environment.
    pub fn add(&mut self, role: Role, token: &str) {
        self.0.push((role, digest(token)));
    }

    /// Adds others.
    pub fn extend(&mut self, others: Self) {
        self.0.extend(others.0);
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether one of them allows writing.
    pub fn can_write(&self) -> bool {
        self.0.iter().any(|(role, _)| *role >= Role::Ingest)
    }

    /// The highest role of a token.
    pub(super) fn role(&self, token: &str) -> Option<Role> {
        let given = digest(token);
        let mut found = None;
        for (role, known) in &self.0 {
            if bool::from(known[..].ct_eq(&given[..])) {
                found = found.max(Some(*role));
            }
        }
        found
    }
}

/// A new token, and the line that lets it in.
///
/// # Errors
/// When the system gives no random bytes.
pub fn new_token(role: Role, name: &str) -> Result<(String, String), TokenError> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|error| TokenError::Random(error.to_string()))?;
    let token = format!("yutu_{}", base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes));
    let mut line = format!("{role} sha256:{}", hex(&digest(&token))).into_bytes();
    if !name.is_empty() {
        let name: String = name.split_whitespace().collect::<Vec<_>>().join("-").replace('#', "-");
        let _ = write!(line, " {name}");
    }
    Ok((token, String::from_utf8_lossy(&line).into_owned()))
}

fn digest(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn from_hex(digits: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    if digits.len() != 64 || !digits.is_ascii() {
        return None;
    }
    for (index, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&digits[2 * index..2 * index + 2], 16).ok()?;
    }
    Some(bytes)
}

/// The token that a request brings: `Bearer`, or the password of `Basic`, which some SPARQL clients only know.
fn token_of(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, rest) = value.split_once(' ')?;
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(rest.trim().to_owned());
    }
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = base64::engine::general_purpose::STANDARD.decode(rest.trim()).ok()?;
    Some(String::from_utf8(decoded).ok()?.split_once(':')?.1.to_owned())
}

/// Whether a request may do what needs this role.
///
/// # Errors
/// 401 without a token that is known, 403 where it does not suffice or nothing would.
pub(super) fn allow(state: &AppState, headers: &HeaderMap, needed: Role) -> Result<(), HttpError> {
    let tokens = &state.config.tokens;
    if needed == Role::Read && !state.config.is_private {
        return Ok(());
    }
    if needed > Role::Read && state.store.is_scratch() && tokens.is_empty() {
        return Ok(());
    }
    if tokens.is_empty() {
        return Err(HttpError::forbidden(
            "本服务只回答查询：启动时未给令牌",
            "this service only answers queries; it was started without tokens",
        ));
    }
    match token_of(headers).and_then(|token| tokens.role(&token)) {
        Some(role) if role >= needed => Ok(()),
        Some(role) => Err(HttpError::forbidden(
            format!("此操作需要 {needed} 令牌，而这一令牌是 {role} 的"),
            format!("this needs a token for {needed}; this one is for {role}"),
        )),
        None => Err(HttpError::Unauthorized),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_token_is_let_in_by_its_line_and_no_other() {
        let (token, line) = new_token(Role::Ingest, "news desk").expect("random bytes");
        assert!(line.ends_with(" news-desk") && !line.contains(&token), "{line}");
        let tokens = Tokens::parse(&format!("# comment\n\n{line}\n")).expect("a line");
        assert_eq!(tokens.role(&token), Some(Role::Ingest));
        assert_eq!(tokens.role("yutu_other"), None);
        assert_eq!(format!("{tokens:?}"), "1 tokens");
    }

    #[test]
    fn a_wrong_line_is_named() {
        let error = Tokens::parse("# comment\nadmin sha256:12").map(|_| ()).expect_err("too short");
        assert!(error.to_string().starts_with("line 2 "), "{error}");
        assert!(matches!(Tokens::parse("root sha256:12"), Err(TokenError::Role(_))));
    }

    #[test]
    fn tokens_come_as_bearer_or_as_a_password() {
        let of = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::AUTHORIZATION, value.parse().expect("a header"));
            token_of(&headers)
        };
        assert_eq!(of("Bearer abc").as_deref(), Some("abc"));
        assert_eq!(of("basic dTphYmM=").as_deref(), Some("abc"));
        assert_eq!(of("Digest abc"), None);
    }
}
