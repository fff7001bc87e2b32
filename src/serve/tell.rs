//! The words of an error: in the language that the client likes, as a line of text, or under `/api/` as a problem in JSON (RFC 9457). The
//! status and the code in `X-Error-Code` are the same in all of them.

use axum::{
    body::Body,
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::ToSchema;

use super::{error::Said, negotiate};
use crate::graph::LabelLang;

/// The code for programs.
const ERROR_CODE: HeaderName = HeaderName::from_static("x-error-code");
/// The media type of [`Problem`].
pub(super) const PROBLEM: &str = "application/problem+json";

/// What there is to tell, on its way to the layer that knows the client's language.
#[derive(Debug, Clone)]
pub(super) struct Told {
    status: StatusCode,
    code: &'static str,
    said: Said,
}

/// Why a request failed, as RFC 9457 has it
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Problem<'a> {
    /// What the status means, in English
    title: &'a str,
    /// The HTTP status
    status: u16,
    /// What went wrong, for programs: the same in every language
    code: &'a str,
    /// What went wrong, for people: in Chinese or English, by Accept-Language
    detail: &'a str,
}

impl Told {
    pub(super) fn new(status: StatusCode, code: &'static str, said: Said) -> Self {
        Self { status, code, said }
    }

    fn text(&self, lang: LabelLang) -> &str {
        lang.pick(&self.said.zh, &self.said.en)
    }
}

impl IntoResponse for Told {
    /// In English, until [`layer`] knows better.
    fn into_response(self) -> Response {
        let mut response = (self.status, format!("{}\n", self.said.en)).into_response();
        response.headers_mut().insert(ERROR_CODE, HeaderValue::from_static(self.code));
        response.extensions_mut().insert(self);
        response
    }
}

/// Puts errors into the client's words.
pub(super) async fn layer(request: Request, next: Next) -> Response {
    let lang = negotiate::lang(request.headers());
    let is_head = request.method() == Method::HEAD;
    let is_api = request.uri().path().starts_with("/api/");
    let mut response = next.run(request).await;
    // Methods that an address does not know are refused by the router itself.
    if response.status() == StatusCode::METHOD_NOT_ALLOWED && response.extensions().get::<Told>().is_none() {
        response = refused(response.headers());
    }
    let Some(told) = response.extensions_mut().remove::<Told>() else { return response };
    let text = told.text(lang);
    let (body, media_type) = if is_api {
        let problem = Problem {
            title: told.status.canonical_reason().unwrap_or_default(),
            status: told.status.as_u16(),
            code: told.code,
            detail: text,
        };
        (serde_json::to_string(&problem).unwrap_or_default(), PROBLEM)
    } else {
        (format!("{text}\n"), "text/plain; charset=utf-8")
    };
    let headers = response.headers_mut();
    headers.remove(header::CONTENT_LENGTH);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(lang.pick("zh", "en")));
    headers.append(header::VARY, HeaderValue::from_static("accept-language"));
    *response.body_mut() = if is_head { Body::empty() } else { Body::from(body) };
    response
}

fn refused(headers: &HeaderMap) -> Response {
    let allowed = headers.get(header::ALLOW).cloned().unwrap_or(HeaderValue::from_static("GET,HEAD"));
    let names = allowed.to_str().unwrap_or_default().replace(',', ", ");
    let said = Said { zh: format!("此处可用的方法：{names}"), en: format!("the methods here are {names}") };
    let mut response = Told::new(StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", said).into_response();
    response.headers_mut().insert(header::ALLOW, allowed);
    response
}
