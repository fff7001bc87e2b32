//! CoNLL: one character a line, a tab, its BIO tag with type (`武\tB-Region`); a blank line after each sentence.
//!
//! What the two columns cannot say stands in comments, as in CoNLL-U: `# newdoc id = …`, `# newpar` at each line break of the text, `# text =
//! …` before each sentence (with its spaces, which are no tokens), and under `# newdoc` the facts in the corpus's compact form:
//! `# E Region 武清区 | 武清`, `# R 武清开发区 > attracts > 诺禾致源`, `# O 武清开发区 ; 到位资金 ; 12.5 ; 亿元 ; 2024 ; exact`. Of nested
//! mentions the outer one is tagged.

use std::fmt::Write as _;

use super::{Annotated, AnnotatedFigure, AnnotatedMention, ExchangeError, Lines};
use crate::{
    eval::comparable,
    model::{Entity, EntityType, Extraction, Predicate, Qualifier, Span},
};

/// An article as a document.
pub fn document(extraction: &Extraction) -> String {
    let mut out = String::new();
    let article = &extraction.article;
    let _ = writeln!(out, "# newdoc id = {}", article.id);
    if let Some(date) = &article.published {
        let _ = writeln!(out, "# published = {date}");
    }
    if let Some(source) = &article.source {
        let _ = writeln!(out, "# source = {}", source.replace('\n', " "));
    }
    facts(&mut out, extraction);
    let chars: Vec<char> = article.text.chars().collect();
    let tags = tags(extraction, chars.len());
    let mut start = 0;
    for (number, end) in sentence_ends(&chars, &tags).into_iter().enumerate() {
        if number > 0 && chars[start - 1] == '\n' {
            out.push_str("# newpar\n");
        }
        let line_end = if chars[end - 1] == '\n' { end - 1 } else { end };
        let _ = writeln!(out, "# text = {}", chars[start..line_end].iter().collect::<String>());
        for at in (start..line_end).filter(|at| !chars[*at].is_whitespace()) {
            match tags[at] {
                None => drop(writeln!(out, "{}\tO", chars[at])),
                Some((kind, begins)) => {
                    let _ = writeln!(out, "{}\t{}-{kind}", chars[at], if begins { 'B' } else { 'I' });
                }
            }
        }
        out.push('\n');
        start = end;
    }
    out
}

/// An entity's name, with its type where another has the same form.
fn named(extraction: &Extraction, id: &str) -> String {
    let Some(entity) = extraction.entities.iter().find(|entity| entity.id == id) else { return "-".to_owned() };
    let has = |other: &&Entity| other.forms().any(|form| *form == entity.name);
    let is_alone = extraction.entities.iter().filter(has).count() == 1;
    if is_alone { entity.name.clone() } else { format!("{}:{}", entity.kind, entity.name) }
}

fn facts(out: &mut String, extraction: &Extraction) {
    for entity in &extraction.entities {
        let forms: Vec<&str> = entity.forms().map(String::as_str).collect();
        let _ = writeln!(out, "# E {} {}", entity.kind, forms.join(" | "));
    }
    for relation in &extraction.relations {
        let (subject, object) = (named(extraction, &relation.subject), named(extraction, &relation.object));
        let _ = writeln!(out, "# R {subject} > {} > {object}", relation.predicate);
    }
    for o in &extraction.observations {
        let subject = o.subject.as_deref().map_or("-".to_owned(), |id| named(extraction, id));
        let (indicator, value, unit) = (&o.indicator, o.value, &o.unit);
        let (period, qualifier) = (o.period.as_deref().unwrap_or("-"), o.qualifier.as_str());
        let _ = writeln!(out, "# O {subject} ; {indicator} ; {value} ; {unit} ; {period} ; {qualifier}");
    }
}

/// For each character the type of the mention that holds it, and whether that begins there.
fn tags(extraction: &Extraction, length: usize) -> Vec<Option<(EntityType, bool)>> {
    let mut mentions: Vec<(Span, EntityType)> = (extraction.entities.iter())
        .flat_map(|entity| entity.mentions.iter().map(|mention| (mention.span, entity.kind)))
        .collect();
    mentions.sort_by_key(|(span, kind)| (span.start, std::cmp::Reverse(span.end), *kind));
    let mut tags = vec![None; length];
    let mut free = 0;
    for (span, kind) in mentions {
        if span.start >= free {
            tags[span.start..span.end].fill(Some((kind, false)));
            if let Some(first) = tags[span.start..span.end].first_mut() {
                *first = Some((kind, true));
            }
            free = span.end;
        }
    }
    tags
}

/// Where sentences end: after a line break, after `。！？!?；` with closing marks, never within a mention.
fn sentence_ends(chars: &[char], tags: &[Option<(EntityType, bool)>]) -> Vec<usize> {
    let mut ends = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let is_break = chars[at] == '\n';
        let mut end = at + 1;
        if matches!(chars[at], '。' | '！' | '？' | '!' | '?' | '；') {
            while end < chars.len() && matches!(chars[end], '”' | '’' | '」' | '』' | '）' | ')' | '"') {
                end += 1;
            }
        } else if !is_break {
            at += 1;
            continue;
        }
        let is_inside = tags.get(end).is_some_and(|tag| matches!(tag, Some((_, false))));
        if is_break || !is_inside && chars.get(end) != Some(&'\n') {
            ends.push(end);
        }
        at = end;
    }
    if ends.last() != Some(&chars.len()) && !chars.is_empty() {
        ends.push(chars.len());
    }
    ends
}

/// All documents of a file. Tags may be BIO, BIOES or BMES; tokens may be longer than a character; the tag is the last column.
///
/// # Errors
/// When a line has no tag, or a type is none of the vocabulary's.
pub fn read(file: &str, content: &str) -> Result<Vec<Annotated>, ExchangeError> {
    let lines = Lines { file };
    let mut documents: Vec<Document> = Vec::new();
    for (number, line) in content.lines().enumerate() {
        let number = number + 1;
        let line = line.strip_suffix('\r').unwrap_or(line);
        if let Some(comment) = line.strip_prefix("# ") {
            if let Some(id) = comment.strip_prefix("newdoc") {
                let id = id.split_once('=').map_or("", |(_, id)| id.trim());
                documents.push(Document { id: id.to_owned(), ..Document::default() });
            } else {
                current(&mut documents).comment(&lines, number, comment)?;
            }
        } else if line.trim().is_empty() {
            if let Some(document) = documents.last_mut() {
                document.end_sentence();
            }
        } else if line.starts_with("-DOCSTART-") {
            documents.push(Document::default());
        } else {
            current(&mut documents).token(&lines, number, line)?;
        }
    }
    let count = documents.len();
    let finish = |(at, mut document): (usize, Document)| {
        if document.id.is_empty() {
            let stem = file.rsplit(['/', '\\']).next().unwrap_or(file).split('.').next().unwrap_or(file);
            document.id = if count == 1 { stem.to_owned() } else { format!("{stem}-{}", at + 1) };
        }
        document.finish(&lines)
    };
    documents.into_iter().enumerate().map(finish).collect()
}

fn current(documents: &mut Vec<Document>) -> &mut Document {
    if documents.is_empty() {
        documents.push(Document::default());
    }
    documents.last_mut().expect("one was just put there")
}

#[derive(Default)]
struct Document {
    id: String,
    published: Option<String>,
    source: Option<String>,
    text: Vec<char>,
    /// The next character that a token may be, where the sentence's text was given.
    at: Option<usize>,
    /// Whether the sentence in hand has tokens, and no text was given.
    is_open: bool,
    has_texts: bool,
    mentions: Vec<(Span, EntityType)>,
    inside: bool,
    entities: Vec<(EntityType, Vec<String>)>,
    relations: Vec<(usize, String, Predicate, String)>,
    figures: Vec<(usize, Vec<String>)>,
}

impl Document {
    fn comment(&mut self, lines: &Lines<'_>, number: usize, comment: &str) -> Result<(), ExchangeError> {
        let value =
            |key: &str| comment.strip_prefix(key).and_then(|rest| rest.trim_start().strip_prefix('=')).map(str::trim);
        if let Some(text) = comment.strip_prefix("text =") {
            self.at = Some(self.text.len());
            self.has_texts = true;
            self.inside = false;
            self.text.extend(text.strip_prefix(' ').unwrap_or(text).chars());
        } else if comment.trim() == "newpar" {
            self.text.push('\n');
        } else if let Some(date) = value("published") {
            self.published = Some(date.to_owned());
        } else if let Some(source) = value("source") {
            self.source = Some(source.to_owned());
        } else if let Some(entity) = comment.strip_prefix("E ") {
            let (kind, forms) =
                entity.split_once(' ').ok_or_else(|| lines.problem(number, "an entity is `E TYPE NAME | ALIAS`"))?;
            let forms = forms.split(" | ").map(comparable).filter(|form| !form.is_empty()).collect();
            self.entities.push((lines.parse(number, kind)?, forms));
        } else if let Some(relation) = comment.strip_prefix("R ") {
            let [subject, predicate, object] = relation.split(" > ").map(str::trim).collect::<Vec<_>>()[..] else {
                return Err(lines.problem(number, "a relation is `R SUBJECT > PREDICATE > OBJECT`"));
            };
            self.relations.push((number, subject.to_owned(), lines.parse(number, predicate)?, object.to_owned()));
        } else if let Some(figure) = comment.strip_prefix("O ") {
            let fields: Vec<String> = figure.split(" ; ").map(|field| field.trim().to_owned()).collect();
            if fields.len() != 6 {
                return Err(
                    lines.problem(number, "a figure is `O SUBJECT ; INDICATOR ; VALUE ; UNIT ; PERIOD ; QUALIFIER`")
                );
            }
            self.figures.push((number, fields));
        }
        Ok(())
    }

    fn token(&mut self, lines: &Lines<'_>, number: usize, line: &str) -> Result<(), ExchangeError> {
        let mut columns = line.split_whitespace();
        let (Some(token), Some(tag)) = (columns.next(), columns.next_back()) else {
            return Err(lines.problem(number, "a token and its tag, with a tab between, are wanted"));
        };
        let start = match self.at {
            // The sentence's text is there already: the token is its next that is no space.
            Some(at) => {
                let start = (at..self.text.len()).find(|at| !self.text[*at].is_whitespace()).unwrap_or(self.text.len());
                let end = start + token.chars().count();
                if self.text.get(start..end).is_none_or(|there| !there.iter().copied().eq(token.chars())) {
                    return Err(lines.problem(number, format!("`{token}` is not the next of the sentence's `# text`")));
                }
                self.at = Some(end);
                start
            }
            None => {
                // Without `# text` each sentence is a line.
                if !self.is_open && !self.text.is_empty() && !self.has_texts {
                    self.text.push('\n');
                }
                self.is_open = true;
                let start = self.text.len();
                self.text.extend(token.chars());
                start
            }
        };
        let end = start + token.chars().count();
        let (prefix, kind) = tag.split_once('-').unwrap_or((tag, ""));
        if kind.is_empty() {
            self.inside = false;
            return match prefix {
                "O" => Ok(()),
                _ => Err(lines.problem(number, format!("`{tag}` is no tag such as O, B-Region, I-Region"))),
            };
        }
        let kind: EntityType = lines.parse(number, kind)?;
        let goes_on = matches!(prefix, "I" | "M" | "E") && self.inside;
        match self.mentions.last_mut().filter(|(_, last)| goes_on && *last == kind) {
            Some((span, _)) => span.end = end,
            None => self.mentions.push((Span::new(start, end), kind)),
        }
        self.inside = !matches!(prefix, "E" | "S");
        Ok(())
    }

    fn end_sentence(&mut self) {
        (self.at, self.is_open, self.inside) = (None, false, false);
    }

    /// Mentions are one entity where an `E` line says that their forms are, whatever their types are now; relations and figures whose ends
    /// are gone go with them.
    fn finish(self, lines: &Lines<'_>) -> Result<Annotated, ExchangeError> {
        let group_of = |form: &str, kind: EntityType| {
            let has = |(_, forms): &&(EntityType, Vec<String>)| forms.iter().any(|known| known == form);
            let same = self.entities.iter().position(|entity| entity.0 == kind && has(&entity));
            same.or_else(|| self.entities.iter().position(|entity| has(&entity)))
        };
        let mut mentions: Vec<AnnotatedMention> = Vec::new();
        for (span, kind) in &self.mentions {
            let form = comparable(&self.text[span.start..span.end].iter().collect::<String>());
            let group = group_of(&form, *kind).unwrap_or(self.entities.len() + mentions.len());
            mentions.push(AnnotatedMention { span: *span, kind: *kind, group });
        }
        // A name, or `Type:name`.
        let mention_of = |name: &str| {
            let (kind, form) = match name.split_once(':') {
                Some((kind, form)) if kind.parse::<EntityType>().is_ok() => (kind.parse().ok(), form),
                _ => (None, name),
            };
            let form = comparable(form);
            let has = |(_, forms): &(EntityType, Vec<String>)| forms.contains(&form);
            let entity =
                self.entities.iter().position(|entity| has(entity) && kind.is_none_or(|kind| entity.0 == kind))?;
            mentions.iter().position(|mention| mention.group == entity)
        };
        let relations = (self.relations.iter())
            .filter_map(|(_, subject, predicate, object)| Some((mention_of(subject)?, *predicate, mention_of(object)?)))
            .collect();
        let mut figures = Vec::new();
        for (number, fields) in &self.figures {
            let value =
                fields[2].parse().map_err(|_| lines.problem(*number, format!("`{}` is no number", fields[2])))?;
            let qualifier: Qualifier = lines.parse(*number, &fields[5])?;
            figures.push(AnnotatedFigure {
                subject: mention_of(&fields[0]),
                indicator: fields[1].clone(),
                value,
                unit: fields[3].clone(),
                period: Some(fields[4].clone()).filter(|period| period != "-"),
                qualifier,
            });
        }
        let text: String = self.text.iter().collect();
        Ok(Annotated {
            id: self.id,
            text,
            published: self.published,
            source: self.source,
            mentions,
            relations,
            figures,
        })
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::format::fixture;

    #[test]
    fn a_character_and_its_tag_stand_on_a_line() {
        let text = document(&fixture::extraction());
        let head: String = text.lines().take(13).map(|line| line.to_owned() + "\n").collect();
        expect![[r#"
            # newdoc id = a1
            # published = 2025-07-02
            # E Region 武清
            # E Park 武清开发区
            # E Company 诺禾致源
            # R 武清开发区 > attracts > 诺禾致源
            # O 武清 ; 到位资金 ; 12.5 ; 亿元 ; - ; exact
            # text = 武清开发区引进诺禾致源
            武	B-Park
            清	I-Park
            开	I-Park
            发	I-Park
            区	I-Park
        "#]]
        .assert_eq(&head);
    }

    #[test]
    fn other_schemes_and_files_without_comments_are_read() {
        let read = read("x.bmes", "武 B-Region\n清 M-Region\n区 E-Region\n引 O\n进 O\n\n京 S-Region\n好 O\n").unwrap();
        assert_eq!(read[0].text, "武清区引进\n京好");
        let spans: Vec<(usize, usize)> = read[0].mentions.iter().map(|m| (m.span.start, m.span.end)).collect();
        assert_eq!((read[0].id.as_str(), spans), ("x", vec![(0, 3), (6, 7)]));
    }

    #[test]
    fn a_name_that_is_untagged_takes_its_relations_with_it() {
        let text = document(&fixture::extraction());
        let corrected: String =
            text.lines().map(|line| line.replace("B-Company", "O").replace("I-Company", "O") + "\n").collect();
        let annotated = &read("a.conll", &corrected).unwrap()[0];
        assert!(annotated.relations.is_empty());
        assert_eq!(annotated.gold().gold.entities.len(), 1);
    }
}
