//! The page for people: every article's text with hits, misses and spurious marks side by side, tables of all figures. One file that
//! needs no network.
//!
//! `data` says what the page is told, `page.html`, `style.css` and `script.js` how it looks and behaves.

mod data;

use serde::Serialize;

pub use data::{Article, article};

use super::{ErrorKind, Measure, Measured, Stage, Sure};
use crate::model::{EntityType, Predicate, Qualifier};

/// The language of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lang {
    /// Chinese.
    Zh,
    /// English.
    En,
}

/// A name in files and what readers call it.
#[derive(Serialize)]
struct Label {
    key: &'static str,
    label: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    stage: Option<&'static str>,
}

#[derive(Serialize)]
struct Labels {
    measures: Vec<Label>,
    types: Vec<Label>,
    predicates: Vec<Label>,
    qualifiers: Vec<Label>,
    kinds: Vec<Label>,
    sure: Vec<Label>,
}

impl Labels {
    fn new(lang: Lang) -> Self {
        let label = |key: &'static str, zh: &'static str, en: &'static str| Label {
            key,
            label: if lang == Lang::Zh { zh } else { en },
            stage: None,
        };
        let stage = |kind: ErrorKind| match kind.stage() {
            Stage::Entity => "entity",
            Stage::Relation => "relation",
            Stage::Figure => "figure",
        };
        Self {
            measures: Measure::ALL.iter().map(|m| label(m.as_str(), m.label_zh(), m.as_str())).collect(),
            types: EntityType::ALL.iter().map(|t| label(t.as_str(), t.label_zh(), t.as_str())).collect(),
            predicates: Predicate::ALL.iter().map(|p| label(p.as_str(), p.label_zh(), p.as_str())).collect(),
            qualifiers: Qualifier::ALL.iter().map(|q| label(q.as_str(), q.label_zh(), q.as_str())).collect(),
            kinds: (ErrorKind::ALL.iter())
                .map(|k| Label { stage: Some(stage(*k)), ..label(k.key(), k.label_zh(), k.as_str()) })
                .collect(),
            sure: Sure::ALL.iter().map(|s| label(s.as_str(), s.label_zh(), s.as_str())).collect(),
        }
    }
}

#[derive(Serialize)]
struct Page<'a> {
    lang: &'static str,
    labels: Labels,
    measured: &'a Measured,
    articles: &'a [Article],
}

/// The page as HTML.
pub fn page(measured: &Measured, articles: &[Article], lang: Lang) -> String {
    let (code, title) = match lang {
        Lang::Zh => ("zh-CN", "舆图 · 抽取质量评测"),
        Lang::En => ("en", "Yutu · extraction against annotation"),
    };
    let page = Page { lang: code, labels: Labels::new(lang), measured, articles };
    // `<` could end the script that holds the data.
    let data =
        serde_json::to_string(&page).expect("strings and finite numbers are always JSON").replace('<', "\\u003c");
    let mut html = String::with_capacity(data.len() + (64 << 10));
    let template = include_str!("page.html").replace("{lang}", code).replace("{title}", title);
    for part in template.split_inclusive('}') {
        match part.rsplit_once('{') {
            Some((before, "style}")) => html.extend([before, include_str!("style.css")]),
            Some((before, "data}")) => html.extend([before, &data]),
            Some((before, "script}")) => html.extend([before, include_str!("script.js")]),
            _ => html.push_str(part),
        }
    }
    html
}
