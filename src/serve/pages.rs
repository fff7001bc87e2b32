//! Pages for people: front page, query form, entities, articles and other things. Everything that comes from data is escaped by the
//! templates; there is no script in a page.

use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse as _, Response},
};
use maud::{DOCTYPE, Markup, html};
use serde::Deserialize;

use super::{
    AppState,
    auth::{self, Role},
    describe,
    error::HttpError,
    form::Given,
    negotiate::{self, Wanted},
};
use crate::{
    graph::{LabelLang, type_label},
    model::EntityType,
    rdf::vocab,
    search,
    store::{ArticleFacts, EntityCard, FactGroup, Figure, Stats},
};

/// How a page is shown.
#[derive(Debug, Clone, Copy)]
pub(super) struct View<'a> {
    pub(super) lang: LabelLang,
    /// What the addresses of things begin with that have a page here.
    pub(super) base: &'a str,
}

impl View<'_> {
    /// Where the page of a thing is.
    fn page_of(self, address: &str) -> String {
        match address.strip_prefix(self.base) {
            Some(path) => format!("/page/{}", encoded_path(path)),
            None => address.to_owned(),
        }
    }

    fn linked(self, address: &str, label: &str) -> Markup {
        // Only addresses that cannot run anything become links.
        let is_web = address.starts_with("http://") || address.starts_with("https://");
        html! { @if is_web { a href=(self.page_of(address)) { (label) } } @else { (label) } }
    }
}

/// The language of a page: as the browser likes it.
pub(super) fn lang(headers: &HeaderMap) -> LabelLang {
    let wanted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or("zh");
    let first = wanted.split(',').next().unwrap_or_default().trim().to_ascii_lowercase();
    if first.starts_with("zh") || first.is_empty() || first == "*" { LabelLang::Zh } else { LabelLang::En }
}

/// Counts of the store, made again only after it was written to.
pub(super) async fn stats(state: &AppState) -> Result<Stats, HttpError> {
    let version = state.store.version();
    let known = state.stats.lock().ok().and_then(|known| known.clone());
    if let Some((at, stats)) = known
        && at == version
    {
        return Ok(stats);
    }
    let shared = state.clone();
    let stats = tokio::task::spawn_blocking(move || shared.store.stats()).await??;
    if let Ok(mut known) = state.stats.lock() {
        *known = Some((version, stats.clone()));
    }
    Ok(stats)
}

/// A whole page.
pub(super) fn page(lang: LabelLang, title: &str, content: Markup) -> Response {
    let code = lang.pick("zh-CN", "en");
    let markup = html! {
        (DOCTYPE)
        html lang=(code) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) " · " (lang.pick("舆图", "Yutu")) }
                link rel="stylesheet" href="/static/style.css";
            }
            body {
                header {
                    a.home href="/" { (lang.pick("舆图", "Yutu")) }
                    a href="/sparql" { (lang.pick("查询", "Query")) }
                    a href="/api" { (lang.pick("接口", "API")) }
                    a href="/.well-known/void" { "VoID" }
                    form action="/" method="get" role="search" {
                        input type="search" name="q" aria-label=(lang.pick("检索", "Search")) placeholder=(lang.pick("武清 / wuqing / wq", "武清 / wuqing / wq"));
                        " " button { (lang.pick("检索", "Search")) }
                    }
                }
                main { (content) }
            }
        }
    };
    let mut response = markup.into_string().into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(code));
    headers.insert(header::VARY, HeaderValue::from_static("accept, accept-language, accept-encoding"));
    response
}

/// The front page's parameter.
#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    q: Option<String>,
}

/// The front page: counts, and what was searched for.
pub(super) async fn home(
    State(state): State<AppState>,
    Given(asked): Given<Asked>,
    headers: HeaderMap,
) -> Result<Response, HttpError> {
    auth::allow(&state, &headers, Role::Read)?;
    if asked.q.is_none()
        && !matches!(negotiate::page(&headers), Some(Wanted::Html))
        && headers.contains_key(header::ACCEPT)
    {
        return describe::service(&state, &headers);
    }
    let lang = lang(&headers);
    let view = View { lang, base: state.store.base().as_str() };
    let text = asked.q.unwrap_or_default();
    let hits = if text.trim().is_empty() {
        Vec::new()
    } else {
        super::search::find(&state, search::Query { text: text.clone(), limit: 50, ..search::Query::default() }).await?
    };
    let stats = stats(&state).await?;
    let entities: u64 = stats.entities.values().sum();
    let facts: u64 = stats.facts.values().sum();
    let content = html! {
        @if text.is_empty() {
            h1 { (lang.pick("区域发展知识图谱", "A knowledge atlas of regional development")) }
            table {
                @for (zh, en, number) in [("文章", "Articles", stats.articles), ("实体", "Entities", entities), ("事实", "Facts", facts), ("数据", "Figures", stats.observations), ("三元组", "Triples", stats.triples)] {
                    tr { th scope="row" { (lang.pick(zh, en)) } td { (number) } }
                }
            }
            h2 { (lang.pick("实体", "Entities")) }
            table {
                @for (kind, number) in &stats.entities { @if *number > 0 {
                    tr { th scope="row" { (type_label(Some(*kind), lang)) } td { (number) } }
                } }
            }
        } @else {
            h1 { (lang.pick("检索：", "Search: ")) (text) }
            @if hits.is_empty() { p.muted { (lang.pick("没有找到", "Nothing was found")) } }
            table {
                @for hit in &hits {
                    tr {
                        td { a href=(view.page_of(&hit.iri)) { (hit.label) } @if hit.matched != hit.label { span.muted { " " (hit.matched) } } }
                        td { @for kind in &hit.types { (kind.parse::<EntityType>().ok().map_or(kind.as_str(), |kind| type_label(Some(kind), lang))) " " } }
                        td.muted { (articles(lang, hit.articles)) }
                    }
                }
            }
        }
    };
    Ok(page(lang, lang.pick("首页", "Home"), content))
}

/// A form for queries; it works without script.
pub(super) fn query_page(_state: &AppState, headers: &HeaderMap) -> Response {
    let lang = lang(headers);
    let example = "SELECT ?name (COUNT(DISTINCT ?article) AS ?articles) WHERE {\n  ?park a yutu:Park ; rdfs:label ?name .\n  ?article yutu:mentions ?park\n} GROUP BY ?name ORDER BY DESC(?articles) LIMIT 20";
    let content = html! {
        h1 { "SPARQL" }
        p.muted { (lang.pick("docs/rdf.md 中的前缀无需声明。", "The prefixes of docs/rdf.md need no declaration.")) }
        form data-try="/sparql" data-method="POST" data-type="application/sparql-query" {
            textarea name="_body" aria-label="SPARQL" spellcheck="false" { (example) }
            p {
                select name="_accept" aria-label=(lang.pick("格式", "Format")) {
                    option value="text/csv, text/turtle" { "CSV / Turtle" }
                    option value="application/json" { "JSON / JSON-LD" }
                    option value="application/xml" { "XML / RDF/XML" }
                    option value="text/tab-separated-values, application/n-triples" { "TSV / N-Triples" }
                }
                " " button { (lang.pick("查询", "Run")) }
            }
            pre aria-live="polite" {}
        }
        script src="/static/app.js" defer {}
    };
    page(lang, "SPARQL", content)
}

/// A path with what may not stand in one percent-encoded, slashes kept.
pub(super) fn encoded_path(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'/' | b'(' | b')' => {
                out.push(char::from(byte))
            }
            byte => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

fn groups(view: View<'_>, title: &str, groups: &[FactGroup]) -> Markup {
    let lang = view.lang;
    html! {
        @if !groups.is_empty() {
            h2 { (title) }
            table {
                @for group in groups {
                    tr {
                        th scope="row" { (super::linked::predicate_label(group.predicate, lang)) }
                        td {
                            (view.linked(&group.other.iri, &group.other.label))
                            @for told in group.statements.iter().take(3) {
                                @for passage in told.evidence.iter().take(1) { blockquote { (passage.text) } }
                                div.muted { (view.linked(&told.article.iri, &told.article.title)) " " (told.article.published.as_deref().unwrap_or_default()) " · " (format!("{:.2}", told.confidence)) @if told.planned { " · " (lang.pick("拟", "planned")) } }
                            }
                            @if group.statements.len() > 3 { div.muted { "+ " (group.statements.len() - 3) } }
                        }
                    }
                }
            }
        }
    }
}

fn figures(view: View<'_>, figures: &[Figure]) -> Markup {
    let lang = view.lang;
    html! {
        @if !figures.is_empty() {
            h2 { (lang.pick("数据", "Figures")) }
            table {
                @for figure in figures.iter().take(200) {
                    tr {
                        th scope="row" { (figure.indicator) }
                        td { (figure.value) " " (figure.unit) }
                        td { (figure.period.as_deref().unwrap_or_default()) }
                        td { @for passage in figure.evidence.iter().take(1) { blockquote { (passage.text) } } span.muted { (view.linked(&figure.article.iri, &figure.article.title)) } }
                    }
                }
            }
        }
    }
}

fn as_data(path: &str, lang: LabelLang) -> Markup {
    let path = encoded_path(path);
    html! { p.muted { (lang.pick("数据：", "Data: ")) a href={ "/data/" (path) } rel="alternate" type="text/turtle" { "Turtle" } } }
}

/// How many articles, in words.
fn articles(lang: LabelLang, count: u64) -> String {
    let unit = if count == 1 { "article" } else { "articles" };
    format!("{count} {}", lang.pick("篇文章", unit))
}

/// The page of an entity.
pub(super) fn entity(view: View<'_>, path: &str, card: &EntityCard) -> Response {
    let lang = view.lang;
    let content = html! {
        h1 { (card.label) }
        p {
            @for kind in &card.kinds { (type_label(Some(*kind), lang)) " " }
            @if let Some(code) = &card.code { span.muted { (card.code_scheme.as_deref().unwrap_or_default()) " " (code) " " } }
            span.muted { (articles(lang, card.articles)) }
        }
        @if !card.other_names.is_empty() { p { (lang.pick("又称：", "Also: ")) (card.other_names.join("、")) } }
        p.muted { code { (card.iri) } }
        (as_data(path, lang))
        (groups(view, lang.pick("由此出发的事实", "Facts from here"), &card.facts_out))
        (groups(view, lang.pick("指向此处的事实", "Facts to here"), &card.facts_in))
        (figures(view, &card.figures))
    };
    page(lang, &card.label, content)
}

/// The page of an article.
pub(super) fn article(view: View<'_>, path: &str, facts: &ArticleFacts) -> Response {
    let lang = view.lang;
    let article = &facts.article;
    let content = html! {
        h1 { (article.title) }
        p.muted { (article.published.as_deref().unwrap_or_default()) " " @if let Some(source) = &article.source { (view.linked(source, source)) } }
        (as_data(path, lang))
        h2 { (lang.pick("实体", "Entities")) }
        p { @for entity in &facts.entities { (view.linked(&entity.iri, &entity.label)) " " } }
        @if !facts.relations.is_empty() {
            h2 { (lang.pick("关系", "Relations")) }
            table { @for fact in &facts.relations { tr {
                td { (view.linked(&fact.subject.iri, &fact.subject.label)) " " (super::linked::predicate_label(fact.predicate, lang)) " " (view.linked(&fact.object.iri, &fact.object.label)) }
                td { @for passage in fact.evidence.iter().take(1) { blockquote { (passage.text) } } a.muted href=(view.page_of(&fact.claim)) { (format!("{:.2}", fact.confidence)) } }
            } } }
        }
        (figures(view, &facts.observations))
    };
    page(lang, &article.title, content)
}

/// The page of anything else: what the store says of it.
pub(super) fn thing(view: View<'_>, path: &str, address: &str, said: &[(String, String, bool)]) -> Response {
    let lang = view.lang;
    let short = |address: &str| {
        let known = vocab::prefixes(view.base)
            .find_map(|(name, namespace)| Some(format!("{name}:{}", address.strip_prefix(namespace)?)));
        known.unwrap_or_else(|| address.to_owned())
    };
    let content = html! {
        h1 { (short(address)) }
        p.muted { code { (address) } }
        (as_data(path, lang))
        table { @for (property, value, is_address) in said { tr {
            th scope="row" { (short(property)) }
            td { @if *is_address { (view.linked(value, &short(value))) } @else { (value) } }
        } } }
    };
    page(lang, &short(address), content)
}
