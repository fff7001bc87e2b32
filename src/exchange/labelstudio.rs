//! Label Studio: tasks with predictions, and its JSON export read back (<https://labelstud.io/guide/predictions>).
//!
//! A mention is a region of the control `type`, a figure a region `Figure` with the controls `indicator`, `value`, `unit`, `period`,
//! `qualifier`; relations join regions; `sameAs` joins mentions of one entity, `about` a figure to its subject. [`config`] is the
//! labelling interface with these names.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{ABOUT, Annotated, AnnotatedFigure, AnnotatedMention, ExchangeError, FIGURE, figure};
use crate::model::{EntityType, Extraction, Predicate, Qualifier, Span};

/// Joins mentions of one entity.
const SAME: &str = "sameAs";

/// The labelling interface that the tasks are made for. Chinese where `zh`.
pub fn config(zh: bool) -> String {
    let say = |chinese: &'static str, english: &'static str| if zh { chinese } else { english };
    let mut out = String::from("<View>\n  <Header value=\"$title\"/>\n  <Labels name=\"type\" toName=\"text\">\n");
    for kind in EntityType::ALL {
        let fill = crate::graph::type_style(Some(*kind)).fill;
        let hint = if zh { format!(" hint=\"{}\"", kind.label_zh()) } else { String::new() };
        out += &format!("    <Label value=\"{kind}\" background=\"{fill}\"{hint}/>\n");
    }
    out += &format!("    <Label value=\"{FIGURE}\" background=\"#777777\"/>\n  </Labels>\n  <Relations>\n");
    for name in Predicate::ALL.iter().map(|predicate| predicate.as_str()).chain([ABOUT, SAME]) {
        out += &format!("    <Relation value=\"{name}\"/>\n");
    }
    out += "  </Relations>\n  <Text name=\"text\" value=\"$text\" granularity=\"symbol\"/>\n";
    for (name, label) in [
        ("indicator", say("指标", "indicator")),
        ("value", say("数值", "value")),
        ("unit", say("单位", "unit")),
        ("period", say("时间", "period")),
    ] {
        out += &format!(
            "  <TextArea name=\"{name}\" toName=\"text\" perRegion=\"true\" whenTagName=\"type\" whenLabelValue=\"{FIGURE}\" \
             maxSubmissions=\"1\" editable=\"true\" placeholder=\"{label}\"/>\n"
        );
    }
    out += &format!(
        "  <Choices name=\"qualifier\" toName=\"text\" perRegion=\"true\" whenTagName=\"type\" whenLabelValue=\"{FIGURE}\" choice=\"single\">\n"
    );
    for qualifier in Qualifier::ALL {
        let name = qualifier.as_str();
        let shown = if zh { format!(" html=\"{}\"", qualifier.label_zh()) } else { String::new() };
        out += &format!("    <Choice value=\"{name}\"{shown}/>\n");
    }
    out + "  </Choices>\n</View>\n"
}

/// An article as a task.
pub fn task(extraction: &Extraction) -> Value {
    let article = &extraction.article;
    let chars: Vec<char> = article.text.chars().collect();
    let surface = |span: Span| -> String { chars[span.start..span.end].iter().collect() };
    let region = |id: &str, span: Span, name: &str, score: f64| {
        json!({"id": id, "from_name": "type", "to_name": "text", "type": "labels", "score": four_digits(score),
            "value": {"start": span.start, "end": span.end, "text": surface(span), "labels": [name]}})
    };
    let relation = |from: &str, to: &str, name: &str| json!({"type": "relation", "from_id": from, "to_id": to, "direction": "right", "labels": [name]});
    let (mut result, mut relations) = (Vec::new(), Vec::new());
    let first = |id: &str| {
        let entity = extraction.entities.iter().find(|entity| entity.id == id);
        entity.filter(|entity| !entity.mentions.is_empty()).map(|entity| format!("{}-1", entity.id))
    };
    for entity in &extraction.entities {
        for (number, mention) in entity.mentions.iter().enumerate() {
            let id = format!("{}-{}", entity.id, number + 1);
            result.push(region(&id, mention.span, entity.kind.as_str(), mention.confidence));
            if number > 0 {
                relations.push(relation(&format!("{}-1", entity.id), &id, SAME));
            }
        }
    }
    for r in &extraction.relations {
        if let (Some(from), Some(to)) = (first(&r.subject), first(&r.object)) {
            relations.push(relation(&from, &to, r.predicate.as_str()));
        }
    }
    for o in &extraction.observations {
        let span = figure::span(o);
        result.push(region(&o.id, span, FIGURE, o.confidence));
        let (value, period) = (o.value.to_string(), o.period.clone().unwrap_or_default());
        for (name, text) in [("indicator", &o.indicator), ("value", &value), ("unit", &o.unit), ("period", &period)] {
            if !text.is_empty() {
                result.push(json!({"id": o.id, "from_name": name, "to_name": "text", "type": "textarea",
                    "value": {"start": span.start, "end": span.end, "text": [text]}}));
            }
        }
        result.push(json!({"id": o.id, "from_name": "qualifier", "to_name": "text", "type": "choices",
            "value": {"start": span.start, "end": span.end, "choices": [o.qualifier.as_str()]}}));
        if let Some(subject) = o.subject.as_deref().and_then(first) {
            relations.push(relation(&o.id, &subject, ABOUT));
        }
    }
    result.append(&mut relations);
    json!({
        "data": {"id": article.id, "title": article.title, "text": article.text, "published": article.published, "source": article.source},
        "predictions": [{"model_version": concat!("yutu ", env!("CARGO_PKG_VERSION")), "result": result}],
    })
}

fn four_digits(value: f64) -> f64 {
    (value * 1e4).round() / 1e4
}

/// The tasks of an export. Of a task the last annotation counts that was not cancelled; with `predictions`, those of tasks without
/// annotation. Gives also how many tasks had nothing.
///
/// # Errors
/// When the file is no JSON, not of the shape, or a label is none of the vocabularies'.
pub fn read(file: &str, content: &str, predictions: bool) -> Result<(Vec<Annotated>, usize), ExchangeError> {
    let problem = |problem: String| ExchangeError::Task { file: file.to_owned(), problem };
    let parsed: Value = serde_json::from_str(content).map_err(|error| problem(error.to_string()))?;
    let tasks = match parsed {
        Value::Array(tasks) => tasks,
        one => vec![one],
    };
    let (mut read, mut empty) = (Vec::new(), 0);
    for (number, task) in tasks.iter().enumerate() {
        let list = |key: &str| task.get(key).and_then(Value::as_array).into_iter().flatten();
        let is_kept = |annotation: &&Value| annotation.get("was_cancelled").and_then(Value::as_bool) != Some(true);
        let result =
            list("annotations").rfind(is_kept).or_else(|| list("predictions").next_back().filter(|_| predictions));
        match result.and_then(|annotation| annotation.get("result")).and_then(Value::as_array) {
            Some(result) => {
                read.push(
                    annotated(task, result).map_err(|message| problem(format!("task {}: {message}", number + 1)))?,
                );
            }
            None => empty += 1,
        }
    }
    Ok((read, empty))
}

#[derive(Default)]
struct Figure {
    span: Option<Span>,
    fields: BTreeMap<String, String>,
}

fn annotated(task: &Value, result: &[Value]) -> Result<Annotated, String> {
    let data = task.get("data").ok_or("no key `data`")?;
    let string = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
    let text = string(data, "text").ok_or("no text in `data`")?;
    let chars: Vec<char> = text.chars().collect();
    let mut mentions = Vec::new();
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    let mut figures: BTreeMap<String, Figure> = BTreeMap::new();
    let mut figure_order = Vec::new();
    let first_label = |item: &Value, key: &str| {
        item.get("value")
            .and_then(|value| value.get(key))
            .and_then(|labels| labels.get(0))
            .and_then(Value::as_str)
            .map(str::to_owned)
    };
    for item in result {
        let id = string(item, "id").unwrap_or_default();
        match item.get("type").and_then(Value::as_str) {
            Some("labels") => {
                let Some(label) = first_label(item, "labels") else { continue };
                let span = place(item, &chars, &text)?;
                if label == FIGURE {
                    figures.entry(id.clone()).or_default().span = Some(span);
                    figure_order.push(id);
                } else {
                    let kind: EntityType = label.parse().map_err(|error| format!("{error}"))?;
                    places.insert(id, mentions.len());
                    mentions.push(AnnotatedMention { span, kind, group: mentions.len() });
                }
            }
            Some(control @ ("textarea" | "choices")) => {
                let value = first_label(item, if control == "choices" { "choices" } else { "text" });
                if let (Some(name), Some(value)) = (string(item, "from_name"), value) {
                    figures.entry(id).or_default().fields.insert(name, value.trim().to_owned());
                }
            }
            _ => {}
        }
    }
    let mut relations = Vec::new();
    let mut about: BTreeMap<String, usize> = BTreeMap::new();
    for item in result.iter().filter(|item| item.get("type").and_then(Value::as_str) == Some("relation")) {
        let (from, to) = (string(item, "from_id").unwrap_or_default(), string(item, "to_id").unwrap_or_default());
        let (from, to) = match string(item, "direction").as_deref() {
            Some("left") => (to, from),
            _ => (from, to),
        };
        let label = item.get("labels").and_then(|labels| labels.get(0)).and_then(Value::as_str);
        let label = label.ok_or_else(|| format!("the relation from {from} to {to} has no label"))?;
        let end = |id: &str| places.get(id).copied();
        match (label, end(&from), end(&to)) {
            (SAME, Some(a), Some(b)) => {
                let (kept, gone): (usize, usize) = (mentions[a].group, mentions[b].group);
                mentions.iter_mut().filter(|mention| mention.group == gone).for_each(|mention| mention.group = kept);
            }
            (ABOUT, None, Some(subject)) => drop(about.insert(from, subject)),
            (_, Some(subject), Some(object)) => {
                let predicate: Predicate = label.parse().map_err(|error| format!("{error}"))?;
                relations.push((subject, predicate, object));
            }
            _ => return Err(format!("the relation {label} from {from} to {to} does not join two entities")),
        }
    }
    let mut read = Vec::new();
    for id in figure_order {
        let figure = &figures[&id];
        let span = figure.span.expect("only marked figures are in the order");
        let marked = figure::value_and_unit(&chars[span.start..span.end].iter().collect::<String>());
        let field = |name: &str| figure.fields.get(name).filter(|value| !value.is_empty());
        let value = field("value").and_then(|value| value.parse().ok()).or(marked.as_ref().map(|(value, _)| *value));
        let unit = field("unit").cloned().or(marked.map(|(_, unit)| unit)).unwrap_or_default();
        let (Some(value), Some(indicator)) = (value, field("indicator")) else {
            let there: String = chars[span.start..span.end].iter().collect();
            return Err(format!("the figure `{there}` needs an indicator and a value"));
        };
        let qualifier = match field("qualifier") {
            Some(name) => name.parse().map_err(|error| format!("{error}"))?,
            None => Qualifier::Exact,
        };
        read.push(AnnotatedFigure {
            subject: about.get(&id).copied(),
            indicator: indicator.clone(),
            value,
            unit,
            period: field("period").cloned(),
            qualifier,
        });
    }
    let id = data.get("id").map(|id| id.as_str().map_or_else(|| id.to_string(), str::to_owned));
    let number = || task.get("id").map_or_else(String::new, ToString::to_string);
    Ok(Annotated {
        id: id.filter(|id| id != "null").unwrap_or_else(number),
        text,
        published: string(data, "published"),
        source: string(data, "source"),
        mentions,
        relations,
        figures: read,
    })
}

/// A region's place. Offsets are taken as characters or, where the text does not stand there, as UTF-16 units, which browsers count in.
fn place(item: &Value, chars: &[char], text: &str) -> Result<Span, String> {
    let value = item.get("value").ok_or("a region without `value`")?;
    let offset = |key: &str| value.get(key).and_then(Value::as_u64).map(|offset| offset as usize);
    let (Some(start), Some(end)) = (offset("start"), offset("end")) else {
        return Err("a region without offsets".into());
    };
    let wanted = value.get("text").and_then(Value::as_str);
    let stands = |start: usize, end: usize| {
        start < end
            && chars
                .get(start..end)
                .is_some_and(|there| wanted.is_none_or(|wanted| there.iter().copied().eq(wanted.chars())))
    };
    if stands(start, end) {
        return Ok(Span::new(start, end));
    }
    let char_at = |units: usize| {
        let mut passed = 0;
        text.chars()
            .take_while(|c| {
                passed += c.len_utf16();
                passed <= units
            })
            .count()
    };
    let (start, end) = (char_at(start), char_at(end));
    if stands(start, end) {
        return Ok(Span::new(start, end));
    }
    Err(format!("`{}` does not stand where its region is; was the text changed?", wanted.unwrap_or("")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::fixture;

    #[test]
    fn offsets_in_utf16_units_are_understood() {
        let mut task = task(&fixture::extraction());
        let text = "😀武清区";
        task["data"]["text"] = text.into();
        task["predictions"][0]["result"] = json!([{"id": "a", "from_name": "type", "to_name": "text", "type": "labels",
            "value": {"start": 2, "end": 5, "text": "武清区", "labels": ["Region"]}}]);
        let (read, _) = read("x.json", &task.to_string(), true).unwrap();
        assert_eq!(read[0].mentions[0].span, Span::new(1, 4));
    }

    #[test]
    fn tasks_that_nobody_annotated_are_counted_and_left_out() {
        let task = task(&fixture::extraction());
        let (read, empty) = read("x.json", &json!([task]).to_string(), false).unwrap();
        assert_eq!((read.len(), empty), (0, 1));
    }

    #[test]
    fn the_interface_names_every_type_and_predicate() {
        let config = config(true);
        for name in EntityType::ALL.iter().map(|kind| kind.as_str()).chain(Predicate::ALL.iter().map(|p| p.as_str())) {
            assert!(config.contains(&format!("value=\"{name}\"")), "{name}");
        }
    }
}
