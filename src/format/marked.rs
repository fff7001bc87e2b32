//! The article with its mentions marked, for people: in colour, or in brackets where there is none.

use std::fmt::Write as _;

use anstyle::{Ansi256Color, Color, Style};

use crate::model::{EntityType, Extraction, Modality, Span};

/// How mentions are marked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Marks {
    /// By colour, with a legend.
    Colour,
    /// As `[武清区|Region]`.
    Brackets,
}

/// The article, its facts under it, and a blank line. `label` names a type in the reader's language.
///
/// Nested mentions are marked inside each other; of two that cross, the earlier is marked. Control characters of the text do not reach
/// the terminal.
pub fn render(extraction: &Extraction, marks: Marks, label: impl Fn(EntityType) -> &'static str) -> String {
    let mut out = String::with_capacity(extraction.article.text.len() * 2);
    mark(&mut out, extraction, marks);
    out.push_str("\n\n");
    if marks == Marks::Colour {
        legend(&mut out, extraction, label);
    }
    facts(&mut out, extraction);
    out
}

fn style(kind: EntityType) -> Style {
    // One for each type, in the order of the guidelines; readable on light and dark ground.
    const COLOURS: [u8; 14] = [32, 29, 172, 161, 97, 133, 37, 203, 136, 68, 70, 168, 130, 244];
    Style::new().bold().fg_color(Some(Color::Ansi256(Ansi256Color(COLOURS[kind.index()]))))
}

/// The mentions to mark, outer before inner.
fn places(extraction: &Extraction) -> Vec<(Span, EntityType)> {
    let mentions = extraction.entities.iter().flat_map(|entity| {
        entity.mentions.iter().filter(|mention| !mention.span.is_empty()).map(|mention| (mention.span, entity.kind))
    });
    let mut places: Vec<(Span, EntityType)> = mentions.collect();
    places.sort_by_key(|(span, kind)| (span.start, std::cmp::Reverse(span.end), *kind));
    places.dedup_by_key(|(span, _)| *span);
    places
}

fn mark(out: &mut String, extraction: &Extraction, marks: Marks) {
    let places = places(extraction);
    let mut next = places.iter().peekable();
    let mut open: Vec<(Span, EntityType)> = Vec::new();
    for (at, c) in extraction.article.text.chars().enumerate() {
        close(out, &mut open, at, marks);
        while let Some((span, kind)) = next.next_if(|(span, _)| span.start <= at) {
            let crosses = open.last().is_some_and(|(outer, _)| outer.end < span.end);
            if span.start == at && !crosses {
                match marks {
                    Marks::Colour => drop(write!(out, "{}", style(*kind).render())),
                    Marks::Brackets => out.push('['),
                }
                open.push((*span, *kind));
            }
        }
        out.push(if c.is_control() && !matches!(c, '\n' | '\t') { char::REPLACEMENT_CHARACTER } else { c });
    }
    close(out, &mut open, usize::MAX, marks);
}

/// Closes what ends at or before `at`.
fn close(out: &mut String, open: &mut Vec<(Span, EntityType)>, at: usize, marks: Marks) {
    while let Some((_, kind)) = open.pop_if(|(span, _)| span.end <= at) {
        match marks {
            Marks::Colour => {
                let _ = write!(out, "{}", style(kind).render_reset());
                if let Some((_, outer)) = open.last() {
                    let _ = write!(out, "{}", style(*outer).render());
                }
            }
            Marks::Brackets => drop(write!(out, "|{kind}]")),
        }
    }
}

/// One line: each type that occurs, in its colour, with the number of its entities.
fn legend(out: &mut String, extraction: &Extraction, label: impl Fn(EntityType) -> &'static str) {
    let count = |kind: EntityType| extraction.entities.iter().filter(|entity| entity.kind == kind).count();
    let parts: Vec<String> = (EntityType::ALL.iter())
        .filter(|kind| count(**kind) > 0)
        .map(|kind| format!("{0}■ {1} {2}{0:#}", style(*kind), label(*kind), count(*kind)))
        .collect();
    if !parts.is_empty() {
        let _ = writeln!(out, "{}\n", parts.join("  "));
    }
}

/// The relations and figures, one a line.
fn facts(out: &mut String, extraction: &Extraction) {
    let name =
        |id: &str| extraction.entities.iter().find(|entity| entity.id == id).map_or("?", |entity| entity.name.as_str());
    for relation in &extraction.relations {
        let (subject, object) = (name(&relation.subject), name(&relation.object));
        let planned = if relation.modality == Modality::Planned { ", planned" } else { "" };
        let _ = writeln!(out, "  {subject} {} {object}  ({:.2}{planned})", relation.predicate, relation.confidence);
    }
    for observation in &extraction.observations {
        let subject = observation.subject.as_deref().map_or("", name);
        let qualifier = observation.qualifier.as_str();
        let period = observation.period.as_deref().map(|period| format!(" {period}")).unwrap_or_default();
        let (indicator, value, unit) = (&observation.indicator, observation.value, &observation.unit);
        let _ = writeln!(
            out,
            "  {subject} {indicator}: {qualifier} {value}{unit}{period}  ({:.2})",
            observation.confidence
        );
    }
    if !extraction.relations.is_empty() || !extraction.observations.is_empty() {
        out.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::fixture;

    #[test]
    fn nested_mentions_are_marked_inside_each_other() {
        let text = render(&fixture::extraction(), Marks::Brackets, EntityType::as_str);
        assert_eq!(
            text,
            "[[武清|Region]开发区|Park]引进[诺禾致源|Company]\n到位资金12.5亿元。\n\n  武清开发区 attracts 诺禾致源  (0.90)\n  \
             武清 到位资金: exact 12.5亿元  (0.90)\n\n"
        );
    }

    #[test]
    fn a_plan_is_told_from_a_fact() {
        let mut extraction = fixture::extraction();
        extraction.relations[0].modality = Modality::Planned;
        let text = render(&extraction, Marks::Brackets, EntityType::as_str);
        assert!(text.contains("  武清开发区 attracts 诺禾致源  (0.90, planned)\n"), "{text}");
    }

    #[test]
    fn escape_sequences_of_the_article_are_disarmed() {
        let mut extraction = fixture::extraction();
        extraction.article.text = "武清\u{1b}[2J开发区".into();
        extraction.entities.clear();
        assert!(render(&extraction, Marks::Colour, EntityType::as_str).starts_with("武清\u{fffd}[2J开发区"));
    }
}
