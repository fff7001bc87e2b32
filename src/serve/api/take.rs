//! Texts that clients send: read, or read and kept.

use axum::{
    body::Body,
    extract::State,
    http::{Request, StatusCode},
    response::Response,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::as_json;
use crate::{
    format::{self, jsonl::Line},
    model::Article,
    pipeline,
    serve::{
        AppState,
        auth::{self, Role},
        error::HttpError,
        evaluate, form,
    },
    store::{Known, Taken},
};

/// An article that is sent.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct PostedArticle {
    /// The id that its source gives it
    id: Option<String>,
    /// The headline
    title: String,
    /// The body, without the headline
    text: String,
    /// Date of publication, YYYY-MM-DD
    published: Option<String>,
    /// Where it was taken from
    source: Option<String>,
}

impl PostedArticle {
    fn article(self) -> Article {
        Article::new(self.id, &self.title, &self.text, self.published, self.source)
    }
}

/// Articles that are sent.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct Posted {
    articles: Vec<PostedArticle>,
}

/// What became of an article.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Received {
    /// Its address
    iri: String,
    /// new, same or replaced
    taken: Taken,
}

/// Facts of a text, which is not kept
#[utoipa::path(post, path = "/api/v1/extract", request_body(content = PostedArticle, content_type = "application/json"), responses((status = 200, description = "the facts as `yutu extract` writes them", body = Line)))]
pub(in crate::serve) async fn extract(
    State(state): State<AppState>,
    request: Request<Body>,
) -> Result<Response, HttpError> {
    let (parts, body) = request.into_parts();
    auth::allow(&state, &parts.headers, Role::Read)?;
    let bytes = form::body_bytes(body, state.config.limits.body_bytes).await?;
    let article = match form::media_type(&parts.headers).as_str() {
        "text/plain" | "" => {
            let text = form::text(bytes)?;
            let (title, body) = text.split_once('\n').unwrap_or((text.as_str(), ""));
            Article::new(None, title.trim(), body, None, None)
        }
        "application/json" => parse::<PostedArticle>(&bytes)?.article(),
        _ => return Err(HttpError::UnsupportedMediaType(&["text/plain", "application/json"])),
    };
    let extractor = state.config.extractor.clone().ok_or_else(no_extractor)?;
    let place = evaluate::place(&state).await?;
    let shared = state.clone();
    let line = tokio::task::spawn_blocking(move || {
        let _place = place;
        let mut facts = pipeline::extract(&article, &extractor);
        if let Some(translation) = shared.store.translation() {
            for entity in &mut facts.entities {
                entity.iri = translation.iri(&entity.iri).unwrap_or_else(|| std::mem::take(&mut entity.iri));
            }
        }
        format::jsonl::line(&facts, false)
    });
    Ok(evaluate::whole("application/json", line.await?.into(), None, &state))
}

fn no_extractor() -> HttpError {
    HttpError::not_found("本服务启动时未带抽取器", "this service was started without an extractor")
}

fn parse<T: for<'a> Deserialize<'a>>(bytes: &[u8]) -> Result<T, HttpError> {
    serde_json::from_slice(bytes).map_err(|error| {
        HttpError::bad_request(
            format!("正文不是所要的 JSON：{error}"),
            format!("the body is not the JSON that is wanted: {error}"),
        )
    })
}

/// Take articles into the store; needs a token for ingest
#[utoipa::path(post, path = "/api/v1/articles", request_body = Posted, responses((status = 201, description = "what became of each", body = [Received]), (status = 401, description = "no token")))]
pub(in crate::serve) async fn ingest(
    State(state): State<AppState>,
    request: Request<Body>,
) -> Result<Response, HttpError> {
    let (parts, body) = request.into_parts();
    auth::allow(&state, &parts.headers, Role::Ingest)?;
    let bytes = form::body_bytes(body, state.config.limits.upload_bytes).await?;
    let posted: Posted = parse(&bytes)?;
    let extractor = state.config.extractor.clone().ok_or_else(no_extractor)?;
    let place = evaluate::place(&state).await?;
    let shared = state.clone();
    let received = tokio::task::spawn_blocking(move || -> Result<Vec<Received>, HttpError> {
        use rayon::prelude::*;
        let _place = place;
        let articles: Vec<Article> = posted.articles.into_iter().map(PostedArticle::article).collect();
        // What is known is not read again.
        let mut unknown = Vec::new();
        for article in &articles {
            if !shared.store.contains_article(article)? {
                unknown.push(article);
            }
        }
        let extractions: Vec<_> = unknown.par_iter().map(|article| pipeline::extract(article, &extractor)).collect();
        let mut taken = shared.store.replace_articles(&extractions, Known::Keep)?.into_iter();
        shared.changed();
        let mut next = unknown.iter().peekable();
        Ok((articles.iter())
            .map(|article| {
                let is_next = next.next_if(|unknown| std::ptr::eq(**unknown, article)).is_some();
                let taken = if is_next { taken.next().unwrap_or(Taken::Same) } else { Taken::Same };
                Received { iri: shared.store.article_iri(article), taken }
            })
            .collect())
    })
    .await??;
    let mut response = as_json(&state, &received)?;
    *response.status_mut() = StatusCode::CREATED;
    Ok(response)
}
