//! Whether an annotated article is well-formed: every rule of the guidelines' check_gold.py, and the table of types.
//!
//! Works on the JSON itself, so that of a damaged file every fault is named, not only the first.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Display,
    str::FromStr,
    sync::LazyLock,
};

use regex::Regex;
use serde_json::Value;
use unicode_normalization::UnicodeNormalization;

use crate::model::{EntityType, Predicate, Qualifier};

static PERIOD: LazyLock<Regex> = LazyLock::new(|| {
    const ATOM: &str = r"[0-9]{4}(-([0-9]{2}(-[0-9]{2})?|Q[1-4]|H[12]))?";
    Regex::new(&format!("^{ATOM}(/{ATOM})?$")).expect("the pattern is valid")
});

/// A form as check_gold.py compares it: NFKC, without white space, quotes and 《》; case counts.
fn bare(form: &str) -> String {
    form.nfkc().filter(|c| !c.is_whitespace() && !"《》“”\"'‘’「」".contains(*c)).collect()
}

/// The faults of an annotation, in words; none where it is sound. `text` is the text file; without it forms are not looked for.
pub fn check(gold: &Value, text: Option<&str>) -> Vec<String> {
    let mut check = Check { faults: Vec::new(), types: BTreeMap::new() };
    for key in ["id", "title", "entities", "relations", "observations"] {
        if gold.get(key).is_none() {
            check.fault(format_args!("no key {key}"));
            return check.faults;
        }
    }
    check.entities(gold, text.map(bare));
    check.relations(gold);
    check.observations(gold);
    if let (Some(title), Some(text)) = (gold["title"].as_str(), text)
        && text.lines().next().is_some_and(|first| first.trim() != title.trim())
    {
        check.fault(format_args!("the text's first line is not the title {title}"));
    }
    check.faults
}

struct Check {
    faults: Vec<String>,
    /// Ids with their types, where these are known.
    types: BTreeMap<String, Option<EntityType>>,
}

/// The items of a list; nothing where it is none.
fn items<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    value.get(key).and_then(Value::as_array).into_iter().flatten()
}

fn string<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or("")
}

impl Check {
    fn fault(&mut self, fault: impl Display) {
        self.faults.push(fault.to_string());
    }

    fn entities(&mut self, gold: &Value, text: Option<String>) {
        let mut forms: BTreeMap<(String, String), String> = BTreeMap::new();
        for entity in items(gold, "entities") {
            let (id, kind) = (string(entity, "id"), string(entity, "type"));
            // Names in files are exact; `from_str` would take Chinese labels too.
            let known = EntityType::from_str(kind).ok().filter(|known| known.as_str() == kind);
            if self.types.insert(id.to_owned(), known).is_some() {
                self.fault(format_args!("entity id twice: {id}"));
            }
            if known.is_none() {
                self.fault(format_args!("{id}: unknown type {kind}"));
            }
            let aliases = items(entity, "aliases").filter_map(Value::as_str);
            for form in std::iter::once(string(entity, "name")).chain(aliases) {
                let key = (bare(form), kind.to_owned());
                let owner = forms.entry(key).or_insert_with(|| id.to_owned()).clone();
                if owner != id {
                    self.fault(format_args!("{id}: form {form} ({kind}) also on {owner}"));
                }
                if text.as_ref().is_some_and(|text| !text.contains(&bare(form))) {
                    self.fault(format_args!("{id}: form not in the text: {form}"));
                }
            }
        }
    }

    fn relations(&mut self, gold: &Value) {
        let mut seen = BTreeSet::new();
        for relation in items(gold, "relations").chain(items(gold, "optional_relations")) {
            let part = |at: usize| relation.get(at).and_then(Value::as_str).unwrap_or("");
            let (subject, name, object) = (part(0), part(1), part(2));
            let words = format!("{subject} {name} {object}");
            let (from, to) = (self.types.get(subject).copied(), self.types.get(object).copied());
            if from.is_none() || to.is_none() {
                self.fault(format_args!("relation with unknown id: {words}"));
            }
            let predicate = Predicate::from_str(name).ok().filter(|known| known.as_str() == name);
            if predicate.is_none() {
                self.fault(format_args!("unknown predicate: {words}"));
            }
            if subject == object {
                self.fault(format_args!("relation to itself: {words}"));
            }
            if !seen.insert((subject, name, object)) {
                self.fault(format_args!("relation twice: {words}"));
            }
            if let (Some(predicate), Some(Some(from)), Some(Some(to))) = (predicate, from, to) {
                if !predicate.allows(from, to) {
                    self.fault(format_args!("types {from} → {to} are outside the table of {predicate}: {words}"));
                }
                if predicate.is_symmetric() && subject != object && seen.contains(&(object, name, subject)) {
                    self.fault(format_args!("symmetric relation in both directions: {words}"));
                }
            }
        }
    }

    fn observations(&mut self, gold: &Value) {
        for (at, observation) in items(gold, "observations").enumerate() {
            let words = format!(
                "{}: {} {}{}",
                at + 1,
                string(observation, "indicator"),
                observation.get("value").unwrap_or(&Value::Null),
                string(observation, "unit")
            );
            match observation.get("subject") {
                None | Some(Value::Null) => {}
                Some(subject) => {
                    if !subject.as_str().is_some_and(|id| self.types.contains_key(id)) {
                        self.fault(format_args!("observation with unknown subject: {words}"));
                    }
                }
            }
            let qualifier = string(observation, "qualifier");
            if !Qualifier::ALL.iter().any(|known| known.as_str() == qualifier) {
                self.fault(format_args!("unknown qualifier {qualifier}: {words}"));
            }
            if !observation.get("value").is_some_and(Value::is_number) {
                self.fault(format_args!("value is no number: {words}"));
            }
            match observation.get("period") {
                None | Some(Value::Null) => {}
                Some(period) => {
                    if !period.as_str().is_some_and(|period| PERIOD.is_match(period)) {
                        self.fault(format_args!("period {period} not understood: {words}"));
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn sound() -> Value {
        json!({"id": "m1", "title": "武清区引进诺禾致源",
            "entities": [
                {"id": "e1", "type": "Region", "name": "武清区", "aliases": ["武清"]},
                {"id": "e2", "type": "Company", "name": "诺禾致源", "aliases": []}],
            "relations": [["e1", "attracts", "e2"]],
            "observations": [{"subject": "e2", "indicator": "到位资金", "value": 3, "unit": "亿元", "period": "2024-Q1", "qualifier": "exact"}]})
    }

    const TEXT: &str = "武清区引进诺禾致源\n一季度到位资金3亿元。";

    /// The faults after a change at a place of the JSON.
    fn faults(pointer: &str, value: Value) -> Vec<String> {
        let mut gold = sound();
        *gold.pointer_mut(pointer).unwrap() = value;
        check(&gold, Some(TEXT))
    }

    #[test]
    fn every_rule_names_its_fault() {
        assert_eq!(check(&sound(), Some(TEXT)), Vec::<String>::new());
        for (pointer, value, fault) in [
            ("/entities/1/id", json!("e1"), "entity id twice: e1"),
            ("/entities/0/type", json!("Place"), "e1: unknown type Place"),
            ("/entities/0/aliases", json!(["武清开发区"]), "e1: form not in the text: 武清开发区"),
            ("/relations/0", json!(["e1", "attracts", "e9"]), "relation with unknown id: e1 attracts e9"),
            ("/relations/0", json!(["e1", "likes", "e2"]), "unknown predicate: e1 likes e2"),
            ("/relations/0", json!(["e1", "partOf", "e1"]), "relation to itself: e1 partOf e1"),
            (
                "/relations/0",
                json!(["e2", "attracts", "e1"]),
                "types Company → Region are outside the table of attracts: e2 attracts e1",
            ),
            (
                "/relations",
                json!([["e1", "attracts", "e2"], ["e1", "attracts", "e2"]]),
                "relation twice: e1 attracts e2",
            ),
            ("/observations/0/subject", json!("e7"), "observation with unknown subject: 1: 到位资金 3亿元"),
            ("/observations/0/qualifier", json!("nearly"), "unknown qualifier nearly: 1: 到位资金 3亿元"),
            ("/observations/0/value", json!("3"), "value is no number: 1: 到位资金 \"3\"亿元"),
            ("/observations/0/period", json!("2024-13-1"), "period \"2024-13-1\" not understood: 1: 到位资金 3亿元"),
            ("/title", json!("别的题"), "the text's first line is not the title 别的题"),
        ] {
            // What else is wrong may follow from it.
            assert_eq!(faults(pointer, value.clone())[0], fault, "{pointer} {value}");
        }
        let twice = faults("/entities/1", json!({"id": "e2", "type": "Region", "name": "武清", "aliases": []}));
        assert!(twice.contains(&"e2: form 武清 (Region) also on e1".to_owned()), "{twice:?}");
        assert_eq!(check(&json!({"id": "m1"}), None), ["no key title"]);
    }
}
