//! Where a figure stands, for tools that mark places; and the figure that a marked place says by itself.

use std::sync::LazyLock;

use regex::Regex;

use crate::model::{Observation, Span};

static NUMBER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"[0-9０-９]+(?:[,，][0-9０-９]{3})*(?:[.．][0-9０-９]+)?").expect("the pattern is valid")
});

/// A number as it is written: `1,234.5`, full-width or not.
fn number(text: &str) -> Option<f64> {
    let plain: String = text.chars().map(crate::text::fold_char).filter(|c| *c != ',').collect();
    plain.replace('·', ".").parse().ok()
}

/// The place of a figure's number and unit within its evidence; the whole evidence where the number is not written in digits.
pub(super) fn span(observation: &Observation) -> Span {
    let evidence = &observation.evidence;
    let hits = NUMBER.find_iter(&evidence.text).filter(|hit| number(hit.as_str()) == Some(observation.value));
    let found: Vec<(usize, usize)> = hits.map(|hit| (hit.start(), hit.end())).collect();
    // The number that the unit follows, else the first of them.
    let with_unit = found.iter().find_map(|&(start, end)| {
        let rest = &evidence.text[end..];
        let trimmed = rest.trim_start_matches([' ', '多', '余']);
        let unit_end = end + (rest.len() - trimmed.len()) + observation.unit.len();
        (!observation.unit.is_empty() && trimmed.starts_with(&observation.unit)).then_some((start, unit_end))
    });
    let bytes = with_unit.or(found.first().copied());
    let Some((start, end)) = bytes else { return evidence.span };
    let chars = |to: usize| evidence.text[..to].chars().count();
    Span::new(evidence.span.start + chars(start), evidence.span.start + chars(end))
}

/// Value and unit of a marked text such as `477.27亿元`.
pub(super) fn value_and_unit(text: &str) -> Option<(f64, String)> {
    let hit = NUMBER.find(text)?;
    let unit = text[hit.end()..].trim_start_matches([' ', '多', '余']).trim_end();
    Some((number(hit.as_str())?, unit.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::fixture;

    #[test]
    fn a_figure_is_where_its_number_and_unit_stand() {
        let observation = &fixture::extraction().observations[0];
        assert_eq!(span(observation), Span::new(16, 22));
        let mut written_out = observation.clone();
        written_out.value = 13.0;
        assert_eq!(span(&written_out), observation.evidence.span);
    }

    #[test]
    fn a_marked_place_says_value_and_unit() {
        assert_eq!(value_and_unit("1,234.5亿元"), Some((1234.5, "亿元".into())));
        assert_eq!(value_and_unit("３０余家"), Some((30.0, "家".into())));
        assert_eq!(value_and_unit("百余家"), None);
    }
}
