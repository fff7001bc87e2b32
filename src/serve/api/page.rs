//! `/api`: a page to try the addresses, and the style and script of all pages.

use axum::{
    extract::Path,
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse as _, Response},
};
use maud::html;
use utoipa::OpenApi as _;

use super::Document;
use crate::serve::{error::HttpError, pages};

/// `/api`: a page to try it all, made of the document.
pub(in crate::serve) async fn try_it(headers: HeaderMap) -> Response {
    let lang = pages::lang(&headers);
    let document = serde_json::to_value(Document::openapi()).unwrap_or_default();
    let empty = serde_json::Map::new();
    let paths = document["paths"].as_object().unwrap_or(&empty);
    let content = html! {
        h1 { (lang.pick("接口", "API")) }
        p { a href="/api/v1/openapi.json" { "openapi.json" } " · " a href="/sparql" { "SPARQL" } }
        @for (path, methods) in paths { @for (method, operation) in methods.as_object().unwrap_or(&empty) {
            fieldset {
                legend { code { (method.to_uppercase()) " " (path) } }
                p { (operation["summary"].as_str().unwrap_or_default()) }
                form data-try=(path) data-method=(method.to_uppercase()) data-type=(if method == "post" { "application/json" } else { "" }) {
                    @for parameter in operation["parameters"].as_array().map(Vec::as_slice).unwrap_or_default() {
                        @let name = parameter["name"].as_str().unwrap_or_default();
                        label { (name) " " input name=(name) title=(parameter["description"].as_str().unwrap_or_default()) required[parameter["required"] == true]; }
                    }
                    @if method == "post" {
                        textarea name="_body" aria-label="JSON" {
                            (if path.ends_with("articles") { "{\"articles\": [{\"title\": \"…\", \"text\": \"…\"}]}" } else { "{\"title\": \"武清区京滨工业园引进诺禾致源\", \"text\": \"2024年,京滨工业园引进诺禾致源,到位资金477.27亿元。\"}" })
                        }
                        @if path.ends_with("articles") { label { (lang.pick("令牌", "token")) " " input type="password" name="_token" autocomplete="off"; } }
                    } @else {
                        select name="_accept" aria-label="Accept" { option { "application/json" } option { "text/csv" } }
                    }
                    " " button { (lang.pick("试一试", "Try")) }
                    pre aria-live="polite" {}
                }
            }
        } }
        script src="/static/app.js" defer {}
    };
    pages::page(lang, lang.pick("接口", "API"), content)
}

/// `/static/…`: the style and the script of pages.
pub(in crate::serve) async fn file(Path(name): Path<String>) -> Response {
    let (media_type, text) = match name.as_str() {
        "style.css" => ("text/css; charset=utf-8", include_str!("../static/style.css")),
        "app.js" => ("text/javascript; charset=utf-8", include_str!("../static/app.js")),
        _ => return HttpError::not_found("没有这个文件", "there is no such file").into_response(),
    };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(media_type)),
        (header::CACHE_CONTROL, HeaderValue::from_static("max-age=3600")),
    ];
    (headers, text).into_response()
}
