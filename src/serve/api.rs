//! `/api`: the store for people and programs that do not speak SPARQL. Each address is described beside its handler, and the OpenAPI
//! document is made of that.

use axum::{
    Json,
    body::Body,
    extract::{Path, Query, RawQuery, State},
    http::{HeaderMap, HeaderValue, Request, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use maud::html;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::{IntoParams, OpenApi, ToSchema};

use super::{
    AppState,
    auth::{self, Role},
    error::{HttpError, chain},
    evaluate::{self, Question},
    form, negotiate, pages, search as finding,
};
use crate::{
    format,
    graph::{self, DrawOptions, Scope, Sketch},
    model::{Article, Predicate},
    pipeline,
    query::{self, Catalog, Target},
    search,
    store::{Known, Taken, YutuStore},
};

/// What is found where nothing is said of how much.
const LIMIT: usize = 50;
/// What is given at most at once.
const MAX_LIMIT: usize = 10_000;

/// The document.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Yutu 舆图",
        description = "区域发展知识图谱。A knowledge atlas of regional development: entities, articles and facts, each with the passage that states it."
    ),
    paths(
        search,
        entities,
        entity,
        articles,
        article,
        claims,
        timeline,
        subgraph,
        queries,
        named_query,
        stats,
        extract,
        ingest
    ),
    components(schemas(Posted, PostedArticle, Received))
)]
struct Document;

/// `/api/v1/openapi.json`.
pub(super) async fn openapi() -> Json<Value> {
    Json(serde_json::to_value(Document::openapi()).unwrap_or_default())
}

/// Runs a look-up on a thread that may block, in a place like a query's.
async fn look_up<T: Send + 'static>(
    state: &AppState,
    headers: &HeaderMap,
    work: impl FnOnce(&YutuStore) -> Result<T, HttpError> + Send + 'static,
) -> Result<T, HttpError> {
    auth::allow(state, headers, Role::Read)?;
    let place = evaluate::place(state).await?;
    let store = std::sync::Arc::clone(&state.store);
    tokio::task::spawn_blocking(move || {
        let _place = place;
        work(&store)
    })
    .await?
}

fn answered(answer: Result<Response, HttpError>) -> Response {
    answer.unwrap_or_else(HttpError::into_response)
}

/// A list as JSON, or as CSV where the client likes that better.
fn listed<T: Serialize>(
    state: &AppState,
    headers: &HeaderMap,
    rows: &[T],
    columns: &[&str],
) -> Result<Response, HttpError> {
    let is_csv = negotiate::wants_csv(headers).ok_or(HttpError::NotAcceptable(&["application/json", "text/csv"]))?;
    let failed = |error: &dyn std::error::Error| HttpError::Internal(chain(error));
    let rows = rows.iter().map(serde_json::to_value).collect::<Result<Vec<_>, _>>().map_err(|error| failed(&error))?;
    if !is_csv {
        let bytes = serde_json::to_vec(&rows).map_err(|error| failed(&error))?;
        return Ok(evaluate::whole("application/json", bytes.into(), None, state));
    }
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    writer.write_record(columns).map_err(|error| failed(&error))?;
    for row in &rows {
        let field = |path: &str| match row.pointer(&format!("/{}", path.replace('.', "/"))) {
            None | Some(Value::Null) => String::new(),
            Some(Value::String(text)) => text.clone(),
            Some(Value::Array(values)) => values
                .iter()
                .map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned))
                .collect::<Vec<_>>()
                .join("|"),
            Some(other) => other.to_string(),
        };
        writer.write_record(columns.iter().map(|column| field(column))).map_err(|error| failed(&error))?;
    }
    let bytes = writer.into_inner().map_err(|error| failed(&error))?;
    Ok(evaluate::whole("text/csv", bytes.into(), None, state))
}

fn as_json(state: &AppState, value: &impl Serialize) -> Result<Response, HttpError> {
    let bytes = serde_json::to_vec(value).map_err(|error| HttpError::Internal(error.to_string()))?;
    Ok(evaluate::whole("application/json", bytes.into(), None, state))
}

/// The entity that a client means: an address, or a name, by which the one of most articles is taken.
fn meant(store: &YutuStore, name: &str) -> Result<String, HttpError> {
    let found = store.find_entities(name, None)?;
    let first = found.into_iter().next();
    first.map(|found| found.entity.iri).ok_or_else(|| HttpError::NotFound(format!("no entity is called `{name}`")))
}

/// Parameters of a search.
#[derive(Debug, Deserialize, IntoParams)]
pub(super) struct SearchAsked {
    /// A name, its beginning, pinyin or initials: 武清, wuqing, wq; or words of texts
    q: String,
    /// Types of entities, e.g. Region,Park or 地区,园区
    r#type: Option<String>,
    /// entity, article or passage
    scope: Option<String>,
    /// At most so many
    limit: Option<usize>,
}

/// Find entities, articles or passages, best first
#[utoipa::path(get, path = "/api/search", params(SearchAsked), responses((status = 200, description = "hits", content_type = "application/json")))]
pub(super) async fn search(
    State(state): State<AppState>,
    Query(asked): Query<SearchAsked>,
    headers: HeaderMap,
) -> Response {
    let answer = async {
        auth::allow(&state, &headers, Role::Read)?;
        let query = search::Query {
            text: asked.q.chars().take(200).collect(),
            scope: asked.scope.as_deref().unwrap_or("entity").parse().map_err(HttpError::BadRequest)?,
            types: finding::types(asked.r#type.as_deref().unwrap_or_default())?,
            limit: asked.limit.unwrap_or(10).min(1000),
        };
        let hits = finding::find(&state, query).await?;
        listed(&state, &headers, &hits, &["iri", "kind", "label", "matched", "types", "articles", "claims", "score"])
    };
    answered(answer.await)
}

/// Parameters of a list of entities.
#[derive(Debug, Deserialize, IntoParams)]
pub(super) struct EntitiesAsked {
    /// A name in full, else a part of one
    name: String,
    /// A type, e.g. Park or 园区
    r#type: Option<String>,
    /// At most so many
    limit: Option<usize>,
}

/// Entities by name
#[utoipa::path(get, path = "/api/v1/entities", params(EntitiesAsked), responses((status = 200, description = "entities, those of more articles first; JSON or CSV")))]
pub(super) async fn entities(
    State(state): State<AppState>,
    Query(asked): Query<EntitiesAsked>,
    headers: HeaderMap,
) -> Response {
    let answer = async {
        let kind = finding::types(asked.r#type.as_deref().unwrap_or_default())?.into_iter().next();
        let mut found = look_up(&state, &headers, move |store| Ok(store.find_entities(&asked.name, kind)?)).await?;
        found.truncate(asked.limit.unwrap_or(LIMIT).min(MAX_LIMIT));
        listed(&state, &headers, &found, &["entity.iri", "entity.label", "entity.types", "matched", "articles"])
    };
    answered(answer.await)
}

/// Which entity.
#[derive(Debug, Deserialize, IntoParams)]
pub(super) struct EntityAsked {
    /// An address, or a name
    entity: String,
}

/// All that is known of an entity: names, code, facts with their passages, figures
#[utoipa::path(get, path = "/api/v1/entity", params(EntityAsked), responses((status = 200, description = "the card"), (status = 404, description = "no such entity")))]
pub(super) async fn entity(
    State(state): State<AppState>,
    Query(asked): Query<EntityAsked>,
    headers: HeaderMap,
) -> Response {
    let answer = async {
        let card =
            look_up(&state, &headers, move |store| Ok(store.entity_card(&meant(store, &asked.entity)?)?)).await?;
        as_json(&state, &card)
    };
    answered(answer.await)
}

/// Parameters of a list of articles.
#[derive(Debug, Deserialize, IntoParams)]
pub(super) struct ArticlesAsked {
    /// An id, an address, the beginning of a SHA-256, or part of the headline; all where it is missing
    key: Option<String>,
    /// At most so many
    limit: Option<usize>,
    /// Without the first so many
    offset: Option<usize>,
}

/// Articles, newest first
#[utoipa::path(get, path = "/api/v1/articles", params(ArticlesAsked), responses((status = 200, description = "articles; JSON or CSV")))]
pub(super) async fn articles(
    State(state): State<AppState>,
    Query(asked): Query<ArticlesAsked>,
    headers: HeaderMap,
) -> Response {
    let answer = async {
        let rows = look_up(&state, &headers, move |store| match &asked.key {
            Some(key) => Ok(store.find_articles(key)?),
            None => Ok(store.articles()?),
        })
        .await?;
        let rows: Vec<_> = rows
            .into_iter()
            .skip(asked.offset.unwrap_or(0))
            .take(asked.limit.unwrap_or(LIMIT).min(MAX_LIMIT))
            .collect();
        listed(
            &state,
            &headers,
            &rows,
            &["iri", "id", "title", "published", "source", "entities", "relations", "observations"],
        )
    };
    answered(answer.await)
}

/// Which article.
#[derive(Debug, Deserialize, IntoParams)]
pub(super) struct ArticleAsked {
    /// An id, an address, the beginning of a SHA-256, or part of the headline
    key: String,
}

/// All that an article states
#[utoipa::path(get, path = "/api/v1/article", params(ArticleAsked), responses((status = 200, description = "its entities, relations and figures"), (status = 404, description = "no such article")))]
pub(super) async fn article(
    State(state): State<AppState>,
    Query(asked): Query<ArticleAsked>,
    headers: HeaderMap,
) -> Response {
    let answer = async {
        let facts = look_up(&state, &headers, move |store| {
            let row = store.find_articles(&asked.key)?.into_iter().next();
            let row = row.ok_or_else(|| HttpError::NotFound(format!("no article is known by `{}`", asked.key)))?;
            Ok(store.article_facts(row)?)
        })
        .await?;
        as_json(&state, &facts)
    };
    answered(answer.await)
}

/// Parameters of claims.
#[derive(Debug, Deserialize, IntoParams)]
pub(super) struct ClaimsAsked {
    /// An address, or a name
    entity: String,
    /// Relations, e.g. attracts,locatedIn or 引进,位于; all where it is missing
    predicate: Option<String>,
    /// At most so many
    limit: Option<usize>,
}

/// One article's statement of a fact, as a row.
#[derive(Debug, Serialize)]
struct ClaimRow {
    subject: String,
    subject_iri: String,
    predicate: Predicate,
    object: String,
    object_iri: String,
    confidence: f64,
    planned: bool,
    article: String,
    article_iri: String,
    published: Option<String>,
    evidence: Vec<String>,
}

/// What articles state of an entity, a row a statement, with its passages
#[utoipa::path(get, path = "/api/v1/claims", params(ClaimsAsked), responses((status = 200, description = "claims; JSON or CSV"), (status = 404, description = "no such entity")))]
pub(super) async fn claims(
    State(state): State<AppState>,
    Query(asked): Query<ClaimsAsked>,
    headers: HeaderMap,
) -> Response {
    let answer = async {
        let wanted = predicates(asked.predicate.as_deref().unwrap_or_default())?;
        let limit = asked.limit.unwrap_or(1000).min(MAX_LIMIT);
        let rows = look_up(&state, &headers, move |store| {
            let mut rows = claim_rows(store, &asked.entity)?;
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
    };
    answered(answer.await)
}

fn predicates(names: &str) -> Result<Vec<Predicate>, HttpError> {
    let names = names.split(',').map(str::trim).filter(|name| !name.is_empty());
    names.map(|name| name.parse::<Predicate>().map_err(|error| HttpError::BadRequest(error.to_string()))).collect()
}

fn claim_rows(store: &YutuStore, entity: &str) -> Result<Vec<ClaimRow>, HttpError> {
    let card = store.entity_card(&meant(store, entity)?)?;
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
    Ok(rows)
}

/// An event of a timeline.
#[derive(Debug, Serialize)]
struct Event {
    /// The day of the article, or the period of the figure.
    date: Option<String>,
    /// `fact` or `figure`.
    kind: &'static str,
    text: String,
    article: String,
    article_iri: String,
    evidence: Vec<String>,
}

/// What happened to an entity, by date
#[utoipa::path(get, path = "/api/v1/timeline", params(EntityAsked), responses((status = 200, description = "facts by the day of their article and figures by their period; JSON or CSV"), (status = 404, description = "no such entity")))]
pub(super) async fn timeline(
    State(state): State<AppState>,
    Query(asked): Query<EntityAsked>,
    headers: HeaderMap,
) -> Response {
    let answer = async {
        let events = look_up(&state, &headers, move |store| {
            let card = store.entity_card(&meant(store, &asked.entity)?)?;
            let mut events: Vec<Event> = Vec::new();
            for row in claim_rows(store, &card.iri)? {
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
    };
    answered(answer.await)
}

/// Parameters of a subgraph.
#[derive(Debug, Deserialize, IntoParams)]
pub(super) struct SubgraphAsked {
    /// Addresses or names, separated by commas
    entity: String,
    /// Steps from there, up to 3
    hops: Option<usize>,
    /// Types of entities, e.g. Region,Park
    types: Option<String>,
    /// Relations, e.g. attracts,locatedIn
    predicates: Option<String>,
    /// At most so many entities, up to 500
    max_nodes: Option<usize>,
}

/// What lies around entities, as elements for Cytoscape.js
#[utoipa::path(get, path = "/api/v1/subgraph", params(SubgraphAsked), responses((status = 200, description = "nodes and edges with places"), (status = 404, description = "no such entity")))]
pub(super) async fn subgraph(
    State(state): State<AppState>,
    Query(asked): Query<SubgraphAsked>,
    headers: HeaderMap,
) -> Response {
    let answer = async {
        let scope = Scope {
            hops: asked.hops.unwrap_or(1).min(3),
            kinds: finding::types(asked.types.as_deref().unwrap_or_default())?,
            predicates: predicates(asked.predicates.as_deref().unwrap_or_default())?,
        };
        let max_nodes = asked.max_nodes.unwrap_or(100).clamp(1, 500);
        let lang = pages::lang(&headers);
        let text = look_up(&state, &headers, move |store| {
            let focus = asked.entity.split(',').map(|name| meant(store, name)).collect::<Result<Vec<_>, _>>()?;
            let found =
                graph::neighbourhood(store, &focus, &scope).map_err(|error| HttpError::Internal(chain(&error)))?;
            let found = graph::truncate(&found, max_nodes);
            let options = DrawOptions { lang, ..DrawOptions::default() };
            Ok(graph::json(&Sketch::new(found, options).place()))
        })
        .await?;
        Ok(evaluate::whole("application/json", text.into(), None, &state))
    };
    answered(answer.await)
}

/// The named queries with their parameters
#[utoipa::path(get, path = "/api/v1/queries", responses((status = 200, description = "names, titles, parameters, examples")))]
pub(super) async fn queries(State(state): State<AppState>, headers: HeaderMap) -> Response {
    let answer = async {
        auth::allow(&state, &headers, Role::Read)?;
        let catalog = Catalog::builtin().map_err(|error| HttpError::Internal(error.to_string()))?;
        let all: Vec<Value> = (catalog.queries().iter())
            .map(|query| json!({ "name": query.name, "title": query.title, "about": query.about, "parameters": query.parameters }))
            .collect();
        as_json(&state, &all)
    };
    answered(answer.await)
}

/// The rows of a named query; its parameters are those that /api/v1/queries lists
#[utoipa::path(get, path = "/api/v1/queries/{name}", params(("name" = String, Path, description = "e.g. parks-in-region?region=武清区")), responses((status = 200, description = "SPARQL results: JSON, XML, CSV, TSV"), (status = 404, description = "no such query")))]
pub(super) async fn named_query(
    State(state): State<AppState>,
    Path(name): Path<String>,
    RawQuery(raw): RawQuery,
    headers: HeaderMap,
) -> Response {
    let answer = async {
        let given = form::pairs(raw.unwrap_or_default().as_bytes())?;
        let timeout = state.config.limits.timeout;
        let sparql = look_up(&state, &headers, move |store| {
            let catalog = Catalog::builtin().map_err(|error| HttpError::Internal(error.to_string()))?;
            let query = catalog.find(&name);
            let query = query.ok_or_else(|| {
                HttpError::NotFound(format!(
                    "no query is called `{name}`; similar: {}",
                    catalog.similar(&name).join(", ")
                ))
            })?;
            let wrong = |error: &dyn std::error::Error| HttpError::BadRequest(chain(error));
            query::check_given(&query.parameters, &given).map_err(|error| wrong(&error))?;
            let prepared = query::prepare(&query.text, &query.parameters, &given, Target::Store(store), Some(timeout));
            let prepared = prepared.map_err(|error| wrong(&error))?;
            query::prefixes::complete(&prepared.sparql, store.base().as_str()).map_err(|error| wrong(&error))
        })
        .await?;
        evaluate::answer(&state, Question { sparql, ..Question::default() }, &headers, true).await
    };
    answered(answer.await)
}

/// Counts of the store
#[utoipa::path(get, path = "/api/v1/stats", responses((status = 200, description = "counts")))]
pub(super) async fn stats(State(state): State<AppState>, headers: HeaderMap) -> Response {
    let answer = async {
        auth::allow(&state, &headers, Role::Read)?;
        as_json(&state, &pages::stats(&state).await?)
    };
    answered(answer.await)
}

/// An article that is sent.
#[derive(Debug, Deserialize, ToSchema)]
struct PostedArticle {
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
struct Posted {
    articles: Vec<PostedArticle>,
}

/// What became of an article.
#[derive(Debug, Serialize, ToSchema)]
struct Received {
    /// Its address
    iri: String,
    /// new, same or replaced
    #[schema(value_type = String)]
    taken: Taken,
}

/// Facts of a text, which is not kept
#[utoipa::path(post, path = "/api/v1/extract", request_body(content = PostedArticle, content_type = "application/json"), responses((status = 200, description = "the facts as `yutu extract` writes them")))]
pub(super) async fn extract(State(state): State<AppState>, request: Request<Body>) -> Response {
    let answer = async {
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
    };
    answered(answer.await)
}

fn no_extractor() -> HttpError {
    HttpError::NotFound("this service was started without an extractor".to_owned())
}

fn parse<T: for<'a> Deserialize<'a>>(bytes: &[u8]) -> Result<T, HttpError> {
    serde_json::from_slice(bytes)
        .map_err(|error| HttpError::BadRequest(format!("the body is not the JSON that is wanted: {error}")))
}

/// Take articles into the store; needs a token for ingest
#[utoipa::path(post, path = "/api/v1/articles", request_body = Posted, responses((status = 201, description = "what became of each", body = [Received]), (status = 401, description = "no token")))]
pub(super) async fn ingest(State(state): State<AppState>, request: Request<Body>) -> Response {
    let answer = async {
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
            let extractions: Vec<_> =
                unknown.par_iter().map(|article| pipeline::extract(article, &extractor)).collect();
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
    };
    answered(answer.await)
}

/// Parameters of a backup.
#[derive(Debug, Deserialize)]
pub(super) struct BackupAsked {
    name: Option<String>,
}

/// `POST /admin/backup?name=NAME`: a copy of the store as it is now, in the folder of `--backup-dir`.
pub(super) async fn backup(
    State(state): State<AppState>,
    Query(asked): Query<BackupAsked>,
    headers: HeaderMap,
) -> Response {
    let answer = async {
        auth::allow(&state, &headers, Role::Admin)?;
        let folder = state.config.backup_folder.clone();
        let folder =
            folder.ok_or_else(|| HttpError::Forbidden("this service was started without --backup-dir".to_owned()))?;
        let name = asked.name.unwrap_or_else(|| jiff::Timestamp::now().strftime("%Y%m%dT%H%M%SZ").to_string());
        if name.is_empty() || name.len() > 100 || !name.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_') {
            return Err(HttpError::BadRequest("a backup's name is letters, digits, - and _".to_owned()));
        }
        let shared = state.clone();
        let path = folder.join(&name);
        tokio::task::spawn_blocking(move || shared.store.backup(&path)).await??;
        let mut response = as_json(&state, &json!({ "name": name }))?;
        *response.status_mut() = StatusCode::CREATED;
        Ok(response)
    };
    answered(answer.await)
}

/// `/api`: a page to try it all, made of the document.
pub(super) async fn try_it(headers: HeaderMap) -> Response {
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
pub(super) async fn file(Path(name): Path<String>) -> Response {
    let (media_type, text) = match name.as_str() {
        "style.css" => ("text/css; charset=utf-8", include_str!("static/style.css")),
        "app.js" => ("text/javascript; charset=utf-8", include_str!("static/app.js")),
        _ => return HttpError::NotFound("there is no such file".to_owned()).into_response(),
    };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(media_type)),
        (header::CACHE_CONTROL, HeaderValue::from_static("max-age=3600")),
    ];
    (headers, text).into_response()
}
