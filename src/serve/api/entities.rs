//! Entities by name, and all that is known of one: its card, what articles state of it, its timeline.

use axum::{extract::State, http::HeaderMap, response::Response};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{LIMIT, MAX_LIMIT, as_json, list::listed, look_up, meant, predicates};
use crate::{
    model::Predicate,
    serve::{AppState, error::HttpError, form::Given, search as finding},
    store::{EntityCard, Found},
};

/// Parameters of a list of entities.
#[derive(Debug, Deserialize, IntoParams)]
pub(in crate::serve) struct EntitiesAsked {
    /// A name in full, else a part of one
    name: String,
    /// A type, e.g. Park or 园区
    r#type: Option<String>,
    /// At most so many
    limit: Option<usize>,
}

/// Entities by name
#[utoipa::path(get, path = "/api/v1/entities", params(EntitiesAsked), responses((status = 200, description = "entities, those of more articles first; JSON or CSV", body = [Found])))]
pub(in crate::serve) async fn entities(
    State(state): State<AppState>,
    Given(asked): Given<EntitiesAsked>,
    headers: HeaderMap,
) -> Result<Response, HttpError> {
    let kind = finding::types(asked.r#type.as_deref().unwrap_or_default())?.into_iter().next();
    let mut found = look_up(&state, &headers, move |store| Ok(store.find_entities(&asked.name, kind)?)).await?;
    found.truncate(asked.limit.unwrap_or(LIMIT).min(MAX_LIMIT));
    listed(&state, &headers, &found, &["entity.iri", "entity.label", "entity.types", "matched", "articles"])
}

/// Which entity.
#[derive(Debug, Deserialize, IntoParams)]
pub(in crate::serve) struct EntityAsked {
    /// An address, or a name
    entity: String,
}

/// All that is known of an entity: names, code, facts with their passages, figures
#[utoipa::path(get, path = "/api/v1/entity", params(EntityAsked), responses((status = 200, description = "the card", body = EntityCard), (status = 404, description = "no such entity")))]
pub(in crate::serve) async fn entity(
    State(state): State<AppState>,
    Given(asked): Given<EntityAsked>,
    headers: HeaderMap,
) -> Result<Response, HttpError> {
    let card = look_up(&state, &headers, move |store| Ok(store.entity_card(&meant(store, &asked.entity)?)?)).await?;
    as_json(&state, &card)
}

/// Parameters of claims.
#[derive(Debug, Deserialize, IntoParams)]
pub(in crate::serve) struct ClaimsAsked {
    /// An address, or a name
    entity: String,
    /// Relations, e.g. attracts,locatedIn or 引进,位于; all where it is missing
    predicate: Option<String>,
    /// At most so many
    limit: Option<usize>,
}

/// One article's statement of a fact, as a row.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ClaimRow {
    /// What the subject is called
    subject: String,
    subject_iri: String,
    predicate: Predicate,
    /// What the object is called
    object: String,
    object_iri: String,
    /// Probability between 0 and 1
    confidence: f64,
    /// Whether it is told as a plan
    planned: bool,
    /// The article's headline
    article: String,
    article_iri: String,
    /// Date of publication, YYYY-MM-DD
    published: Option<String>,
    /// The passages that state it, in text order
    evidence: Vec<String>,
}

/// What articles state of an entity, a row a statement, with its passages
#[utoipa::path(get, path = "/api/v1/claims", params(ClaimsAsked), responses((status = 200, description = "claims; JSON or CSV", body = [ClaimRow]), (status = 404, description = "no such entity")))]
pub(in crate::serve) async fn claims(
    State(state): State<AppState>,
    Given(asked): Given<ClaimsAsked>,
    headers: HeaderMap,
) -> Result<Response, HttpError> {
    let wanted = predicates(asked.predicate.as_deref().unwrap_or_default())?;
    let limit = asked.limit.unwrap_or(1000).min(MAX_LIMIT);
    let rows = look_up(&state, &headers, move |store| {
        let mut rows = claim_rows(&store.entity_card(&meant(store, &asked.entity)?)?);
        rows.retain(|row| wanted.is_empty() || wanted.contains(&row.predicate));
        rows.truncate(limit);
        Ok(rows)
    })
    .await?;
    let columns = [
        "subject",
        "subject_iri",
        "predicate",
        "object",
        "object_iri",
        "confidence",
        "planned",
        "article",
        "article_iri",
        "published",
        "evidence",
    ];
    listed(&state, &headers, &rows, &columns)
}

/// Each article's statement of each fact on a card.
fn claim_rows(card: &EntityCard) -> Vec<ClaimRow> {
    let mut rows = Vec::new();
    for (groups, is_out) in [(&card.facts_out, true), (&card.facts_in, false)] {
        for group in groups {
            let (own, other) = ((&card.label, &card.iri), (&group.other.label, &group.other.iri));
            let (subject, object) = if is_out { (own, other) } else { (other, own) };
            for told in &group.statements {
                rows.push(ClaimRow {
                    subject: subject.0.clone(),
                    subject_iri: subject.1.clone(),
                    predicate: group.predicate,
                    object: object.0.clone(),
                    object_iri: object.1.clone(),
                    confidence: told.confidence,
                    planned: told.planned,
                    article: told.article.title.clone(),
                    article_iri: told.article.iri.clone(),
                    published: told.article.published.clone(),
                    evidence: told.evidence.iter().map(|passage| passage.text.clone()).collect(),
                });
            }
        }
    }
    rows
}

/// An event of a timeline.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Event {
    /// The day of the article, or the period of the figure.
    date: Option<String>,
    /// `fact` or `figure`.
    kind: &'static str,
    text: String,
    /// The article's headline.
    article: String,
    article_iri: String,
    /// The passages that state it.
    evidence: Vec<String>,
}

/// What happened to an entity, by date
#[utoipa::path(get, path = "/api/v1/timeline", params(EntityAsked), responses((status = 200, description = "facts by the day of their article and figures by their period; JSON or CSV", body = [Event]), (status = 404, description = "no such entity")))]
pub(in crate::serve) async fn timeline(
    State(state): State<AppState>,
    Given(asked): Given<EntityAsked>,
    headers: HeaderMap,
) -> Result<Response, HttpError> {
    let events = look_up(&state, &headers, move |store| {
        let card = store.entity_card(&meant(store, &asked.entity)?)?;
        let mut events: Vec<Event> = Vec::new();
        for row in claim_rows(&card) {
            let text = format!("{} {} {}", row.subject, row.predicate.label_zh(), row.object);
            events.push(Event {
                date: row.published,
                kind: "fact",
                text,
                article: row.article,
                article_iri: row.article_iri,
                evidence: row.evidence,
            });
        }
        for figure in &card.figures {
            events.push(Event {
                date: figure.period.clone().or_else(|| figure.article.published.clone()),
                kind: "figure",
                text: format!("{} {}{}", figure.indicator, figure.value, figure.unit),
                article: figure.article.title.clone(),
                article_iri: figure.article.iri.clone(),
                evidence: figure.evidence.iter().map(|passage| passage.text.clone()).collect(),
            });
        }
        events.sort_by(|a, b| {
            (&a.date, a.kind, &a.text, &a.article_iri).cmp(&(&b.date, b.kind, &b.text, &b.article_iri))
        });
        Ok(events)
    })
    .await?;
    listed(&state, &headers, &events, &["date", "kind", "text", "article", "article_iri", "evidence"])
}
