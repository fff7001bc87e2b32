//! The named queries, shown: what each answers and takes, in both languages, the one that the user reads first.

use super::Lang;
use crate::query::{NamedQuery, Parameter, catalog::Bilingual};

/// For people: title, description, parameters, how it is called.
pub(super) fn text(queries: &[&NamedQuery], lang: Lang, is_coloured: bool) -> String {
    let style = if is_coloured { anstyle::Style::new().bold() } else { anstyle::Style::new() };
    let mut out = String::new();
    for query in queries {
        let (first, second) = ordered(&query.title, lang);
        out.push_str(&format!("{style}{}{style:#}  {first} / {second}\n", query.name));
        let (first, second) = ordered(&query.about, lang);
        out.push_str(&format!("  {first}\n  {second}\n"));
        for parameter in &query.parameters {
            out.push_str(&format!("    {}\n", parameter_line(parameter, lang)));
        }
        out.push_str(&format!("  $ {}\n\n", query.usage()));
    }
    out
}

fn parameter_line(parameter: &Parameter, lang: Lang) -> String {
    let (first, second) = ordered(&parameter.about, lang);
    let Parameter { name, kind, default, .. } = parameter;
    let default = match default.as_deref() {
        None => String::new(),
        Some("*") => lang.pick("，可省略", ", optional").to_owned(),
        Some(default) => format!("{} {default}", lang.pick("，默认", ", default")),
    };
    format!("--{name} <{kind}{default}>  {first} / {second}")
}

fn ordered(text: &Bilingual, lang: Lang) -> (&str, &str) {
    match lang {
        Lang::Zh => (&text.zh, &text.en),
        Lang::En => (&text.en, &text.zh),
    }
}

/// For programs: everything, with the SPARQL text.
pub(super) fn json(queries: &[&NamedQuery]) -> String {
    let json = serde_json::to_string_pretty(queries).expect("names and texts are always JSON");
    format!("{json}\n")
}
