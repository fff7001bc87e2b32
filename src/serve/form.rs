//! The parameters of SPARQL's protocols, from an address or a body.

use axum::{
    body::{Body, Bytes},
    extract::{FromRequestParts, Query},
    http::{HeaderMap, header, request::Parts},
};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use serde::de::DeserializeOwned;

use super::error::HttpError;

/// The pairs of a form, with `+` and `%xx` undone.
pub(super) fn pairs(form: &[u8]) -> Result<Vec<(String, String)>, HttpError> {
    let wrong = || HttpError::bad_request("参数不是百分号编码的 UTF-8", "the parameters are not percent-encoded UTF-8");
    let mut rest = form;
    while let Some(at) = rest.iter().position(|byte| *byte == b'%') {
        let digits = rest.get(at + 1..at + 3).ok_or_else(wrong)?;
        if !digits.iter().all(u8::is_ascii_hexdigit) {
            return Err(wrong());
        }
        rest = &rest[at + 3..];
    }
    let decoded: Vec<(String, String)> = form_urlencoded::parse(form).into_owned().collect();
    // The decoder puts U+FFFD where bytes are no UTF-8; written as itself that character is `%EF%BF%BD`.
    let replaced = |text: &String| text.contains('\u{FFFD}');
    if decoded.iter().any(|(name, value)| replaced(name) || replaced(value))
        && !form.windows(9).any(|part| part.eq_ignore_ascii_case(b"%EF%BF%BD"))
        && !String::from_utf8_lossy(form).contains('\u{FFFD}')
    {
        return Err(wrong());
    }
    Ok(decoded)
}

/// The parameters of an address, as `Query` takes them; what is wrong with them is told like other errors.
pub(super) struct Given<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Given<T> {
    type Rejection = HttpError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, HttpError> {
        let Query(given) = Query::try_from_uri(&parts.uri)
            .map_err(|error| HttpError::bad_request(format!("参数有误：{}", error.body_text()), error.body_text()))?;
        Ok(Self(given))
    }
}

/// A path with `%xx` undone; `None` where that gives no UTF-8.
pub(super) fn path(path: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let digits = after.get(..2).filter(|_| *first == b'%').and_then(|digits| std::str::from_utf8(digits).ok());
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).ok()
}

/// The media type of a body, without parameters, in lower case.
pub(super) fn media_type(headers: &HeaderMap) -> String {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// The bytes of a body, which has to come within a minute and be no longer than `limit`.
pub(super) async fn body_bytes(body: Body, limit: usize) -> Result<Bytes, HttpError> {
    let read = Limited::new(body, limit).collect();
    match tokio::time::timeout(std::time::Duration::from_secs(60), read).await {
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(HttpError::RequestTooLarge(limit)),
        Ok(Err(error)) => Err(HttpError::bad_request(
            format!("无法读取正文：{error}"),
            format!("the body could not be read: {error}"),
        )),
        Err(_) => Err(HttpError::bad_request("正文未在 60 秒内到达", "the body did not come within 60 s")),
    }
}

/// A body as text.
pub(super) fn text(bytes: Bytes) -> Result<String, HttpError> {
    String::from_utf8(bytes.into()).map_err(|_| HttpError::bad_request("正文不是 UTF-8", "the body is not UTF-8"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_decoded() {
        assert_eq!(path("/kb/%E6%AD%A6a+b%").as_deref(), Some("/kb/武a+b%"));
        assert_eq!(path("/%ff"), None);
    }

    #[test]
    fn forms_are_decoded_and_wrong_ones_refused() {
        let decoded = pairs("a=1+2&b=%E6%AD%A6%E6%B8%85&c".as_bytes()).expect("decoded");
        let expected =
            [("a", "1 2"), ("b", "武清"), ("c", "")].map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(decoded, expected);
        assert!(pairs(b"a=%zz").is_err());
        assert!(pairs(b"a=%e").is_err());
        assert!(pairs(b"a=%ff").is_err(), "no UTF-8");
        assert_eq!(pairs(b"a=%EF%BF%BD").expect("decoded")[0].1, "\u{FFFD}");
    }
}
