//! Cards of entities and articles as text for people.

use std::fmt::Write as _;

use super::Lang;
use crate::{
    model::{EntityType, Evidence, Predicate, Qualifier},
    store::{ArticleFacts, ArticleRef, EntityCard, FactGroup, Figure, Named},
};

/// A passage is cut after so many characters.
const PASSAGE_CHARS: usize = 120;

/// A type's name in the person's language.
pub(super) fn kind_label(kind: EntityType, lang: Lang) -> &'static str {
    lang.pick(kind.label_zh(), kind.as_str())
}

fn predicate_label(predicate: Predicate, lang: Lang) -> &'static str {
    lang.pick(predicate.label_zh(), predicate.as_str())
}

/// An entity's card.
pub(super) fn entity_text(card: &EntityCard, passages: usize, lang: Lang) -> String {
    let mut text = String::new();
    let kinds: Vec<&str> = card.kinds.iter().map(|kind| kind_label(*kind, lang)).collect();
    line(&mut text, format_args!("{}（{}）", card.label, kinds.join("、")));
    line(&mut text, format_args!("  {}", card.iri));
    if !card.other_names.is_empty() {
        line(&mut text, format_args!("  {}{}", lang.pick("又称：", "also: "), card.other_names.join("、")));
    }
    if let Some(code) = &card.code {
        let scheme = card.code_scheme.as_deref().unwrap_or_default();
        line(&mut text, format_args!("  {}{scheme} {code}", lang.pick("代码：", "code: ")));
    }
    line(&mut text, format_args!("  {}{}", lang.pick("见于文章：", "articles: "), card.articles));
    groups(&mut text, lang.pick("由此出发的事实", "Facts from here"), &card.facts_out, true, passages, lang);
    groups(&mut text, lang.pick("指向此处的事实", "Facts to here"), &card.facts_in, false, passages, lang);
    if !card.figures.is_empty() {
        heading(&mut text, lang.pick("数据", "Figures"), card.figures.len());
        for figure in &card.figures {
            figure_lines(&mut text, figure, None, passages.min(1), lang);
        }
    }
    text
}

/// What an article states.
pub(super) fn article_text(facts: &ArticleFacts, lang: Lang) -> String {
    let mut text = String::new();
    let article = &facts.article;
    line(&mut text, &article.title);
    line(&mut text, format_args!("  {}", article.iri));
    for (label, value) in [
        (lang.pick("编号：", "id: "), Some(&article.id)),
        (lang.pick("日期：", "date: "), article.published.as_ref()),
        (lang.pick("来源：", "source: "), article.source.as_ref()),
    ] {
        if let Some(value) = value {
            line(&mut text, format_args!("  {label}{value}"));
        }
    }
    if !facts.entities.is_empty() {
        heading(&mut text, lang.pick("实体", "Entities"), facts.entities.len());
        for kind in EntityType::ALL {
            let names: Vec<&str> = (facts.entities.iter())
                .filter(|entity| entity.kinds.first() == Some(kind))
                .map(|entity| entity.label.as_str())
                .collect();
            if !names.is_empty() {
                line(&mut text, format_args!("  {}：{}", kind_label(*kind, lang), names.join("、")));
            }
        }
    }
    if !facts.relations.is_empty() {
        heading(&mut text, lang.pick("关系", "Relations"), facts.relations.len());
        for fact in &facts.relations {
            let planned = if fact.planned { lang.pick("（计划）", " (planned)") } else { "" };
            let predicate = predicate_label(fact.predicate, lang);
            line(
                &mut text,
                format_args!(
                    "  {} — {predicate}{planned} → {}  [{:.2}]",
                    fact.subject.label, fact.object.label, fact.confidence
                ),
            );
            quotes(&mut text, &fact.evidence, 1);
        }
    }
    if !facts.observations.is_empty() {
        heading(&mut text, lang.pick("数据", "Figures"), facts.observations.len());
        for figure in &facts.observations {
            figure_lines(&mut text, figure, figure.subject.as_ref(), 1, lang);
        }
    }
    text
}

fn groups(text: &mut String, title: &str, groups: &[FactGroup], outward: bool, passages: usize, lang: Lang) {
    if groups.is_empty() {
        return;
    }
    heading(text, title, groups.len());
    for group in groups {
        let predicate = predicate_label(group.predicate, lang);
        let kind = group.other.kinds.first().map_or("", |kind| kind_label(*kind, lang));
        let other = format!("{}（{kind}）", group.other.label);
        let fact =
            if outward { format!("— {predicate} → {other}") } else { format!("{other} — {predicate} →") };
        line(text, format_args!("  {fact}"));
        for statement in group.statements.iter().take(passages) {
            let planned = if statement.planned { lang.pick("，计划", ", planned") } else { "" };
            line(text, format_args!("    {}  [{:.2}{planned}]", article(&statement.article), statement.confidence));
            quotes(text, &statement.evidence, 1);
        }
        let rest = group.statements.len().saturating_sub(passages);
        if rest > 0 {
            line(
                text,
                match lang {
                    Lang::Zh => format!("    另有 {rest} 篇文章述及"),
                    Lang::En => format!("    and {rest} more articles"),
                },
            );
        }
    }
}

fn figure_lines(text: &mut String, figure: &Figure, subject: Option<&Named>, passages: usize, lang: Lang) {
    let subject = subject.map(|subject| format!("{}：", subject.label)).unwrap_or_default();
    let qualifier = match figure.qualifier {
        Qualifier::Exact => String::new(),
        other => format!("{} ", lang.pick(other.label_zh(), other.as_str())),
    };
    let period = figure.period.as_ref().map(|period| format!("（{period}）")).unwrap_or_default();
    line(text, format_args!("  {subject}{} {qualifier}{}{}{period}", figure.indicator, figure.value, figure.unit));
    if passages > 0 {
        line(text, format_args!("    {}  [{:.2}]", article(&figure.article), figure.confidence));
        quotes(text, &figure.evidence, passages);
    }
}

fn article(article: &ArticleRef) -> String {
    match &article.published {
        Some(date) => format!("{date}《{}》", article.title),
        None => format!("《{}》", article.title),
    }
}

fn quotes(text: &mut String, evidence: &[Evidence], limit: usize) {
    for passage in evidence.iter().take(limit) {
        let flat = passage.text.split_whitespace().collect::<Vec<_>>().join(" ");
        let cut: String = flat.chars().take(PASSAGE_CHARS).collect();
        let dots = if cut.len() < flat.len() { "…" } else { "" };
        line(text, format_args!("      “{cut}{dots}”"));
    }
}

fn heading(text: &mut String, title: &str, count: usize) {
    line(text, format_args!("\n{title} ({count})"));
}

fn line(text: &mut String, content: impl std::fmt::Display) {
    let _ = writeln!(text, "{content}");
}
