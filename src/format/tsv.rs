//! Facts as a table of tab-separated values: one row an entity, relation or figure, for spreadsheets and shell tools.

use std::{collections::HashMap, fmt::Write as _};

use crate::model::{Entity, Evidence, Extraction, Modality};

/// The line of column names, with line break. `start`, `end` and `text` are the first mention of an entity, the evidence of a fact; `modality`
/// is `planned` where a relation is only a plan.
pub const HEADER: &str = "article\tkind\tid\tsubject\tsubject_type\tpredicate\tobject\tobject_type\tvalue\tunit\tperiod\tqualifier\t\
    confidence\tstart\tend\ttext\tmodality\n";

/// The rows of one article, each with line break.
pub fn rows(extraction: &Extraction) -> String {
    let by_id: HashMap<&str, &Entity> = extraction.entities.iter().map(|entity| (entity.id.as_str(), entity)).collect();
    let named = |id: &str| by_id.get(id).map_or(("", ""), |entity| (entity.name.as_str(), entity.kind.as_str()));
    let article = extraction.article.id.as_str();
    let mut out = String::new();
    for entity in &extraction.entities {
        let first = entity.mentions.first();
        let place = first.map(|mention| Evidence { span: mention.span, text: mention.text.clone() });
        let fields = [&entity.name, entity.kind.as_str(), "", "", "", "", "", "", ""];
        row(&mut out, [article, "entity", &entity.id], fields, entity.confidence, place.as_ref(), "");
    }
    for relation in &extraction.relations {
        let ((subject, subject_type), (object, object_type)) = (named(&relation.subject), named(&relation.object));
        let fields = [subject, subject_type, relation.predicate.as_str(), object, object_type, "", "", "", ""];
        let modality = if relation.modality == Modality::Planned { relation.modality.as_str() } else { "" };
        let keys = [article, "relation", &relation.id];
        row(&mut out, keys, fields, relation.confidence, Some(&relation.evidence), modality);
    }
    for observation in &extraction.observations {
        let (subject, subject_type) = observation.subject.as_deref().map_or(("", ""), named);
        let value = observation.value.to_string();
        let period = observation.period.as_deref().unwrap_or_default();
        let qualifier = observation.qualifier.as_str();
        let fields =
            [subject, subject_type, &observation.indicator, "", "", &value, &observation.unit, period, qualifier];
        row(
            &mut out,
            [article, "observation", &observation.id],
            fields,
            observation.confidence,
            Some(&observation.evidence),
            "",
        );
    }
    out
}

fn row(
    out: &mut String,
    keys: [&str; 3],
    fields: [&str; 9],
    confidence: f64,
    place: Option<&Evidence>,
    modality: &str,
) {
    for field in keys.into_iter().chain(fields) {
        push(out, field);
        out.push('\t');
    }
    let _ = write!(out, "{}\t", (confidence * 1e4).round() / 1e4);
    match place {
        Some(place) => {
            let _ = write!(out, "{}\t{}\t", place.span.start, place.span.end);
            push(out, &place.text);
        }
        None => out.push_str("\t\t"),
    }
    out.push('\t');
    out.push_str(modality);
    out.push('\n');
}

/// A field: tabs and line breaks would break the table.
fn push(out: &mut String, field: &str) {
    out.extend(field.chars().map(|c| if c.is_control() { ' ' } else { c }));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::fixture;

    #[test]
    fn every_row_has_every_column() {
        let rows = rows(&fixture::extraction());
        assert_eq!(rows.lines().count(), 5);
        for row in rows.lines() {
            assert_eq!(row.matches('\t').count(), HEADER.matches('\t').count(), "{row}");
        }
        assert!(rows.contains("a1\trelation\tr1\t武清开发区\tPark\tattracts\t诺禾致源\tCompany\t\t\t\t\t0.9\t0\t11\t武清开发区引进诺禾致源\t\n"));
    }

    #[test]
    fn a_plan_is_told_from_a_fact() {
        let mut extraction = fixture::extraction();
        extraction.relations[0].modality = Modality::Planned;
        let rows = rows(&extraction);
        let ends: Vec<&str> = rows.lines().map(|row| row.rsplit('\t').next().expect("a field")).collect();
        assert_eq!(ends, ["", "", "", "planned", ""]);
    }
}
