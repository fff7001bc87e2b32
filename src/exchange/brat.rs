//! brat standoff: `NAME.txt` with the text, `NAME.ann` with the annotations (<https://brat.nlplab.org/standoff.html>).
//!
//! Mentions are text-bound annotations (`T`), those of one entity are joined by `Equiv`, relations are `R`. A figure is a `T` of the type
//! `Figure` at its number and unit, with the attribute `Qualifier`, a note `indicator=…; value=…; unit=…; period=…` and the relation
//! `about` to its subject. The text ends with the date on a line of its own, as in the corpus.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    sync::LazyLock,
};

use regex::Regex;

use super::{ABOUT, Annotated, AnnotatedFigure, AnnotatedMention, ExchangeError, FIGURE, Lines, figure};
use crate::{
    graph::type_style,
    model::{EntityType, Extraction, Predicate, Qualifier, Span},
};

/// `NAME.txt`.
pub fn text(extraction: &Extraction) -> String {
    crate::corpus::text_file(&extraction.article)
}

/// `NAME.ann`.
pub fn annotations(extraction: &Extraction) -> String {
    let chars: Vec<char> = extraction.article.text.chars().collect();
    let mut out = String::new();
    let mut next = 0;
    let mut mark = |out: &mut String, kind: &str, span: Span| {
        next += 1;
        // A place that goes over a line break is given in pieces, with a space between.
        let mut pieces: Vec<(usize, usize)> = Vec::new();
        for piece in chars[span.start..span.end].split(|c| *c == '\n') {
            let start = pieces.last().map_or(span.start, |(_, end)| end + 1);
            pieces.push((start, start + piece.len()));
        }
        let places: Vec<String> = pieces.iter().map(|(start, end)| format!("{start} {end}")).collect();
        let surface: String = chars[span.start..span.end].iter().map(|c| if *c == '\n' { ' ' } else { *c }).collect();
        let _ = writeln!(out, "T{next}\t{kind} {}\t{surface}", places.join(";"));
        next
    };
    let mut first: BTreeMap<&str, usize> = BTreeMap::new();
    let mut joined = String::new();
    for entity in &extraction.entities {
        let marks: Vec<usize> =
            entity.mentions.iter().map(|mention| mark(&mut out, entity.kind.as_str(), mention.span)).collect();
        if let Some(mark) = marks.first() {
            first.insert(&entity.id, *mark);
        }
        if marks.len() > 1 {
            let names: Vec<String> = marks.iter().map(|mark| format!("T{mark}")).collect();
            let _ = writeln!(joined, "*\tEquiv {}", names.join(" "));
        }
    }
    let figures: Vec<usize> = extraction.observations.iter().map(|o| mark(&mut out, FIGURE, figure::span(o))).collect();
    out += &joined;
    let mut relations = 0;
    let mut relate = |out: &mut String, name: &str, subject: Option<usize>, object: Option<usize>| {
        if let (Some(subject), Some(object)) = (subject, object) {
            relations += 1;
            let _ = writeln!(out, "R{relations}\t{name} Arg1:T{subject} Arg2:T{object}");
        }
    };
    let mark_of = |id: &str| first.get(id).copied();
    for relation in &extraction.relations {
        relate(&mut out, relation.predicate.as_str(), mark_of(&relation.subject), mark_of(&relation.object));
    }
    for (figure, o) in figures.iter().zip(&extraction.observations) {
        relate(&mut out, ABOUT, Some(*figure), o.subject.as_deref().and_then(mark_of));
    }
    for (number, (figure, o)) in figures.iter().zip(&extraction.observations).enumerate() {
        let number = number + 1;
        let _ = writeln!(out, "A{number}\tQualifier T{figure} {}", o.qualifier.as_str());
        let (indicator, value, unit) = (&o.indicator, o.value, &o.unit);
        let period = o.period.as_deref().unwrap_or("-");
        let _ = writeln!(
            out,
            "#{number}\tAnnotatorNotes T{figure}\tindicator={indicator}; value={value}; unit={unit}; period={period}"
        );
    }
    out
}

/// `annotation.conf`: which types, relations and attributes there are.
pub fn annotation_conf() -> String {
    let mut out = String::from("[entities]\n");
    for kind in EntityType::ALL {
        let _ = writeln!(out, "{kind}");
    }
    let _ = writeln!(out, "{FIGURE}\n\n[relations]");
    for predicate in Predicate::ALL {
        // Subjects that may have the same objects share a line.
        let mut lines: BTreeMap<Vec<&str>, Vec<&str>> = BTreeMap::new();
        for subject in EntityType::ALL {
            let objects: Vec<&str> = (EntityType::ALL.iter())
                .filter(|object| predicate.allows(*subject, **object))
                .map(|object| object.as_str())
                .collect();
            if !objects.is_empty() {
                lines.entry(objects).or_default().push(subject.as_str());
            }
        }
        for (objects, subjects) in lines {
            let _ = writeln!(out, "{predicate}\tArg1:{}, Arg2:{}", subjects.join("|"), objects.join("|"));
        }
    }
    let _ = writeln!(
        out,
        "{ABOUT}\tArg1:{FIGURE}, Arg2:{}",
        EntityType::ALL.iter().map(|kind| kind.as_str()).collect::<Vec<_>>().join("|")
    );
    out.push_str("Equiv\tArg1:<ENTITY>, Arg2:<ENTITY>, <REL-TYPE>:symmetric-transitive\n");
    out.push_str("<OVERLAP>\tArg1:<ENTITY>, Arg2:<ENTITY>, <OVL-TYPE>:<ANY>\n\n[events]\n\n[attributes]\n");
    let qualifiers: Vec<&str> = Qualifier::ALL.iter().map(|qualifier| qualifier.as_str()).collect();
    let _ = writeln!(out, "Qualifier\tArg:{FIGURE}, Value:{}", qualifiers.join("|"));
    out
}

/// `visual.conf`: labels in Chinese, and the colours of the pictures.
pub fn visual_conf() -> String {
    let mut out = String::from("[labels]\n");
    for kind in EntityType::ALL {
        let _ = writeln!(out, "{kind} | {}", kind.label_zh());
    }
    for predicate in Predicate::ALL {
        let _ = writeln!(out, "{predicate} | {}", predicate.label_zh());
    }
    let _ = writeln!(out, "{FIGURE} | 数据\n{ABOUT} | 关于\n\n[drawing]");
    for kind in EntityType::ALL {
        let style = type_style(Some(*kind));
        let _ = writeln!(out, "{kind} bgColor:{}, borderColor:{}", style.fill, style.stroke);
    }
    let _ = writeln!(out, "{FIGURE} bgColor:#FFFFFF, borderColor:#777777");
    out
}

/// An article's annotations, out of its `.txt` and `.ann`. `file` names the `.ann` in errors, `id` becomes the article's.
///
/// # Errors
/// When a line is not brat's, a name is none of the vocabularies', or a marked text does not stand at its place.
pub fn read(id: &str, file: &str, text: &str, annotations: &str) -> Result<Annotated, ExchangeError> {
    let mut reading = Reading { lines: Lines { file }, chars: text.chars().collect(), ..Reading::default() };
    for (number, line) in annotations.lines().enumerate() {
        reading.line(number + 1, line.trim_end())?;
    }
    let (text, published) = without_date(text);
    reading.finish(id, text, published)
}

/// The text without the date on its last line.
pub(super) fn without_date(text: &str) -> (&str, Option<String>) {
    let text = text.trim_end();
    let is_date = |line: &str| {
        line.len() == 10
            && line.bytes().enumerate().all(|(at, c)| if at == 4 || at == 7 { c == b'-' } else { c.is_ascii_digit() })
    };
    match text.rsplit_once('\n') {
        Some((rest, last)) if is_date(last) => (rest.trim_end(), Some(last.to_owned())),
        _ => (text, None),
    }
}

/// What a note says of a figure: `indicator=到位资金; value=12.5; unit=亿元; period=2024`.
fn fields(note: &str) -> Vec<(String, String)> {
    static KEY: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?:^|[;；])\s*(indicator|value|unit|period)\s*[=＝]").expect("the pattern is valid")
    });
    let keys: Vec<_> = KEY.captures_iter(note).collect();
    let bounds = keys.iter().map(|key| key.get(0).expect("the whole match is there").range());
    let ends = bounds.clone().skip(1).map(|next| next.start).chain([note.len()]);
    let values = bounds.zip(ends).map(|(key, end)| note[key.end..end].trim().to_owned());
    keys.iter().map(|key| key[1].to_owned()).zip(values).collect()
}

#[derive(Default)]
struct Figure {
    span: Option<Span>,
    qualifier: Option<Qualifier>,
    notes: BTreeMap<String, String>,
    subject: Option<String>,
    line: usize,
}

#[derive(Default)]
struct Reading<'a> {
    lines: Lines<'a>,
    chars: Vec<char>,
    mentions: Vec<AnnotatedMention>,
    /// Places in `mentions` by brat's names.
    places: BTreeMap<String, usize>,
    figures: BTreeMap<String, Figure>,
    figure_order: Vec<String>,
    relations: Vec<(usize, Predicate, String, String)>,
    equivalents: Vec<Vec<String>>,
}

impl Reading<'_> {
    fn line(&mut self, number: usize, line: &str) -> Result<(), ExchangeError> {
        let Some((name, rest)) = line.split_once('\t') else {
            let is_blank = line.trim().is_empty();
            return if is_blank {
                Ok(())
            } else {
                Err(self.lines.problem(number, "no tab after the annotation's name"))
            };
        };
        match name.chars().next() {
            Some('T') => self.mark(number, name, rest),
            Some('R') => self.relation(number, rest),
            Some('*') => {
                let mut words = rest.split_whitespace();
                if words.next() == Some("Equiv") {
                    self.equivalents.push(words.map(str::to_owned).collect());
                }
                Ok(())
            }
            Some('A' | 'M') => {
                if let [kind, target, value] = rest.split_whitespace().collect::<Vec<_>>()[..]
                    && kind == "Qualifier"
                {
                    self.figures.entry(target.to_owned()).or_default().qualifier =
                        Some(self.lines.parse(number, value)?);
                }
                Ok(())
            }
            Some('#') => {
                if let Some((target, note)) = rest.split_once('\t')
                    && let Some(target) = target.split_whitespace().nth(1)
                {
                    self.figures.entry(target.to_owned()).or_default().notes.extend(fields(note));
                }
                Ok(())
            }
            // Events and normalisations: nothing of ours.
            _ => Ok(()),
        }
    }

    fn mark(&mut self, number: usize, name: &str, rest: &str) -> Result<(), ExchangeError> {
        let (place, surface) = rest.split_once('\t').unwrap_or((rest, ""));
        let (kind, places) = place.split_once(' ').unwrap_or((place, ""));
        let bounds: Vec<usize> = places.split([' ', ';']).filter_map(|bound| bound.parse().ok()).collect();
        let (Some(&start), Some(&end)) = (bounds.first(), bounds.last()) else {
            return Err(self.lines.problem(number, format!("`{places}` are no offsets")));
        };
        if start >= end || end > self.chars.len() {
            return Err(self
                .lines
                .problem(number, format!("{start} to {end} is not in the text; the .txt belongs to another .ann")));
        }
        let there: String = self.chars[start..end].iter().map(|c| if *c == '\n' { ' ' } else { *c }).collect();
        if !surface.is_empty() && there != surface {
            let problem = match bounds.len() {
                2 => format!("`{surface}` does not stand at {start} to {end}, but `{there}`: was the .txt changed?"),
                _ => "a mention in pieces; mark one stretch of text".to_owned(),
            };
            return Err(self.lines.problem(number, problem));
        }
        let span = Span::new(start, end);
        if kind == FIGURE {
            let figure = self.figures.entry(name.to_owned()).or_default();
            (figure.span, figure.line) = (Some(span), number);
            self.figure_order.push(name.to_owned());
        } else {
            let group = self.mentions.len();
            self.places.insert(name.to_owned(), group);
            self.mentions.push(AnnotatedMention { span, kind: self.lines.parse(number, kind)?, group });
        }
        Ok(())
    }

    fn relation(&mut self, number: usize, rest: &str) -> Result<(), ExchangeError> {
        let words: Vec<&str> = rest.split_whitespace().collect();
        let [kind, first, second] = words[..] else {
            return Err(self.lines.problem(number, "a relation is NAME Arg1:T1 Arg2:T2"));
        };
        let end = |argument: &str| argument.split_once(':').map_or(argument, |(_, id)| id).to_owned();
        let (first, second) = (end(first), end(second));
        if kind == ABOUT {
            self.figures.entry(first).or_default().subject = Some(second);
        } else if kind == "Equiv" {
            self.equivalents.push(vec![first, second]);
        } else {
            self.relations.push((number, self.lines.parse(number, kind)?, first, second));
        }
        Ok(())
    }

    fn finish(mut self, id: &str, text: &str, published: Option<String>) -> Result<Annotated, ExchangeError> {
        for names in &self.equivalents {
            let groups: BTreeSet<usize> = names
                .iter()
                .filter_map(|name| self.places.get(name))
                .map(|place| self.mentions[*place].group)
                .collect();
            if let Some(first) = groups.first() {
                for mention in self.mentions.iter_mut().filter(|mention| groups.contains(&mention.group)) {
                    mention.group = *first;
                }
            }
        }
        let place = |number: usize, name: &str| {
            let problem = || self.lines.problem(number, format!("{name} is no marked entity"));
            self.places.get(name).copied().ok_or_else(problem)
        };
        let mut relations = Vec::new();
        for (number, predicate, subject, object) in &self.relations {
            relations.push((place(*number, subject)?, *predicate, place(*number, object)?));
        }
        let mut figures = Vec::new();
        for name in &self.figure_order {
            let read = &self.figures[name];
            let span = read.span.expect("only marked figures are in the order");
            let marked = figure::value_and_unit(&self.chars[span.start..span.end].iter().collect::<String>());
            let note = |key: &str| read.notes.get(key).filter(|value| !value.is_empty() && *value != "-");
            let value = note("value").and_then(|value| value.parse().ok()).or(marked.as_ref().map(|(value, _)| *value));
            let unit = read.notes.get("unit").cloned().or(marked.map(|(_, unit)| unit));
            let (Some(value), Some(indicator)) = (value, note("indicator")) else {
                let problem = format!("the figure {name} needs a note `indicator=…; value=…; unit=…; period=…`");
                return Err(self.lines.problem(read.line, problem));
            };
            figures.push(AnnotatedFigure {
                subject: read.subject.as_deref().map(|subject| place(read.line, subject)).transpose()?,
                indicator: indicator.clone(),
                value,
                unit: unit.unwrap_or_default(),
                period: note("period").cloned(),
                qualifier: read.qualifier.unwrap_or(Qualifier::Exact),
            });
        }
        let (id, text) = (id.to_owned(), text.to_owned());
        Ok(Annotated { id, text, published, source: None, mentions: self.mentions, relations, figures })
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::format::fixture;

    #[test]
    fn standoff_is_as_brat_has_it() {
        expect![[r#"
            T1	Region 0 2	武清
            T2	Park 0 5	武清开发区
            T3	Company 7 11	诺禾致源
            T4	Figure 16 22	12.5亿元
            R1	attracts Arg1:T2 Arg2:T3
            R2	about Arg1:T4 Arg2:T1
            A1	Qualifier T4 exact
            #1	AnnotatorNotes T4	indicator=到位资金; value=12.5; unit=亿元; period=-
        "#]]
        .assert_eq(&annotations(&fixture::extraction()));
        assert_eq!(text(&fixture::extraction()), "武清开发区引进诺禾致源\n到位资金12.5亿元。\n2025-07-02\n");
    }

    #[test]
    fn a_text_that_was_changed_is_told() {
        let error = read("a", "a.ann", "武清区\n文", "T1\tRegion 0 3\t武清区\nT2\tRegion 1 3\t武清\n").unwrap_err();
        assert_eq!(
            error.to_string(),
            "a.ann, line 2: `武清` does not stand at 1 to 3, but `清区`: was the .txt changed?"
        );
        let error = read("a", "a.ann", "武清区\n文", "T1\tPlace 0 3\t武清区\n").unwrap_err();
        assert!(matches!(error, ExchangeError::Name { line: 1, .. }));
    }

    #[test]
    fn a_figure_marked_by_hand_needs_only_its_indicator() {
        let notes = "T1\tFigure 6 12\t12.5亿元\n#1\tAnnotatorNotes T1\tindicator=到位资金\n";
        let figure = &read("a", "a.ann", "题\n到位资金12.5亿元", notes).unwrap().figures[0];
        assert_eq!((figure.value, figure.unit.as_str(), figure.qualifier), (12.5, "亿元", Qualifier::Exact));
        let error = read("a", "a.ann", "题\n到位资金12.5亿元", "T1\tFigure 6 12\t12.5亿元\n").unwrap_err();
        assert!(error.to_string().contains("indicator="), "{error}");
    }
}
