//! Annotated articles: the gold of `data/corpus`, for training and measuring.
//!
//! A gold article is a pair of files, `NAME.txt` (headline, body, date) and `NAME.json` (entities, relations, figures by the
//! annotation guidelines). Gold lists entities by article; where their forms stand in the text is found here.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use aho_corasick::{AhoCorasick, MatchKind};
use serde::{Deserialize, Serialize};

use crate::{
    model::{
        Article, Entity, EntityType, Evidence, Extraction, Mention, Modality, Observation, Predicate, Qualifier,
        Relation, Span, iri,
    },
    text::fold,
};

/// An annotated entity.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GoldEntity {
    /// Unique in the article.
    pub id: String,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: EntityType,
    /// The fullest form in the text.
    pub name: String,
    /// The other forms.
    pub aliases: Vec<String>,
    /// Whether independent annotations differ: then it is neither hit nor miss.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub optional: bool,
}

impl GoldEntity {
    /// Its name, then its aliases.
    pub fn forms(&self) -> impl Iterator<Item = &String> {
        std::iter::once(&self.name).chain(&self.aliases)
    }
}

/// An annotated figure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GoldObservation {
    /// Id of the entity that it is about.
    pub subject: Option<String>,
    /// What is measured.
    pub indicator: String,
    /// The number.
    pub value: f64,
    /// Its unit, with 万 and 亿.
    pub unit: String,
    /// See [`crate::model::Observation::period`].
    pub period: Option<String>,
    /// How it is to be read.
    pub qualifier: Qualifier,
    /// Whether independent annotations differ.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub optional: bool,
}

/// The facts of one annotated article.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Gold {
    /// The file's name without extension; its letters name the writer.
    pub id: String,
    /// The headline.
    pub title: String,
    /// Date of publication.
    pub published: Option<String>,
    /// Address, where there is one.
    pub source: Option<String>,
    /// SHA-256 of the text file.
    pub sha256: Option<String>,
    /// Entities.
    pub entities: Vec<GoldEntity>,
    /// Subject id, predicate, object id.
    pub relations: Vec<(String, Predicate, String)>,
    /// Figures.
    pub observations: Vec<GoldObservation>,
    /// Relations on which independent annotations differ.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub optional_relations: Vec<(String, Predicate, String)>,
}

/// A gold article with its text.
#[derive(Debug, Clone)]
pub struct GoldArticle {
    /// The article as a reader gives it.
    pub article: Article,
    /// Its facts.
    pub gold: Gold,
    /// Whether the corpus names its writer in [`REFERENCE_FILE`].
    pub reference: bool,
    /// Whether the corpus names its writer in [`FIGURES_FILE`].
    pub figures_only: bool,
}

/// Why a corpus could not be read.
#[derive(Debug, thiserror::Error)]
pub enum GoldError {
    /// A file is missing or unreadable.
    #[error("cannot read {path}")]
    Io {
        /// The file.
        path: PathBuf,
        /// The cause.
        #[source]
        source: std::io::Error,
    },
    /// A gold file is not well-formed.
    #[error("{path} is no gold file; see the annotation guidelines for its shape")]
    Json {
        /// The file.
        path: PathBuf,
        /// The cause.
        #[source]
        source: serde_json::Error,
    },
}

/// Reads every `*.json` with its `*.txt` in a folder, sorted by name.
///
/// # Errors
/// When the folder or a file cannot be read or parsed.
pub fn read_corpus(folder: &Path) -> Result<Vec<GoldArticle>, GoldError> {
    let io = |path: &Path| {
        let path = path.to_owned();
        move |source| GoldError::Io { path, source }
    };
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .map_err(io(folder))?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .collect();
    files.sort();
    let [references, figures] = [REFERENCE_FILE, FIGURES_FILE].map(|list| writers_in(folder, list));
    let (references, figures) = (references?, figures?);
    files
        .into_iter()
        .map(|json| {
            let text_path = json.with_extension("txt");
            let bytes = std::fs::read(&json).map_err(io(&json))?;
            let gold: Gold =
                serde_json::from_slice(&bytes).map_err(|source| GoldError::Json { path: json.clone(), source })?;
            let text = std::fs::read_to_string(&text_path).map_err(io(&text_path))?;
            let article = GoldArticle::new(gold, &text);
            let [reference, figures_only] = [&references, &figures].map(|writers| writers.contains(article.writer()));
            Ok(GoldArticle { reference, figures_only, ..article })
        })
        .collect()
}

/// Names the writers of a corpus whose habit of listing is the one to follow: `reference.txt` in its folder, the leading letters of their articles' names,
/// one writer a line, `#` for comments. How readily a relation is taken for stated is learnt from their articles alone.
pub const REFERENCE_FILE: &str = "reference.txt";

/// Names the writers of a corpus whose articles teach figures alone, as [`REFERENCE_FILE`] does: `figures.txt` in its folder.
pub const FIGURES_FILE: &str = "figures.txt";

/// The writers in a corpus folder's list, [`REFERENCE_FILE`] or [`FIGURES_FILE`]; none where there is no such file.
///
/// # Errors
/// When the file is there and cannot be read.
pub fn writers_in(folder: &Path, list: &str) -> Result<BTreeSet<String>, GoldError> {
    names_in(&folder.join(list))
}

/// Names the articles of a corpus that are kept for measuring and never trained on: `dev.txt` in its folder, one NAME a line, `#` for comments.
pub const DEV_FILE: &str = "dev.txt";

/// The names in a corpus folder's [`DEV_FILE`]; none where there is no such file.
///
/// # Errors
/// When the file is there and cannot be read.
pub fn dev_split(folder: &Path) -> Result<BTreeSet<String>, GoldError> {
    names_in(&folder.join(DEV_FILE))
}

/// The lines of a list, save empty ones and comments; none where there is no such file.
fn names_in(path: &Path) -> Result<BTreeSet<String>, GoldError> {
    match std::fs::read_to_string(path) {
        Ok(text) => {
            let names = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
            Ok(names.map(str::to_owned).collect())
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(BTreeSet::new()),
        Err(source) => Err(GoldError::Io { path: path.to_owned(), source }),
    }
}

/// What stands at a place of the text, by the gold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GoldMention {
    /// Where.
    pub span: Span,
    /// Index of the entity in [`Gold::entities`].
    pub entity: usize,
}

impl GoldArticle {
    /// Pairs gold with its text file: headline, body lines, and a last line with the date.
    pub fn new(gold: Gold, text: &str) -> Self {
        let text = text.trim_end();
        let (title, mut body) = text.split_once('\n').unwrap_or((text, ""));
        if let Some(date) = &gold.published {
            body = body.trim_end().strip_suffix(date.as_str()).unwrap_or(body).trim_end();
        }
        let article = Article::new(Some(gold.id.clone()), title, body, gold.published.clone(), gold.source.clone());
        Self { article, gold, reference: false, figures_only: false }
    }

    /// The writer: the leading letters of the id. Articles of one writer are kept together when data is split.
    pub fn writer(&self) -> &str {
        let letters = self.gold.id.bytes().take_while(u8::is_ascii_alphabetic).count();
        &self.gold.id[..letters]
    }

    /// The gold entities in the shape that the detectors give, so that later stages can be trained and tested on them.
    pub fn entities(&self) -> Vec<Entity> {
        let chars: Vec<char> = self.article.text.chars().collect();
        let mentions = self.mentions();
        let entities = self.gold.entities.iter().enumerate();
        entities
            .map(|(index, gold)| Entity {
                id: gold.id.clone(),
                iri: iri::entity(gold.kind, &gold.name, None),
                kind: gold.kind,
                name: gold.name.clone(),
                aliases: gold.aliases.clone(),
                confidence: 1.0,
                link: None,
                mentions: mentions
                    .iter()
                    .filter(|mention| mention.entity == index)
                    .map(|mention| Mention {
                        span: mention.span,
                        text: chars[mention.span.start..mention.span.end].iter().collect(),
                        detector: "gold".to_owned(),
                        confidence: 1.0,
                    })
                    .collect(),
            })
            .collect()
    }

    /// The gold facts as an extraction. Gold names no passages: the evidence of every fact is the article's whole text.
    pub fn extraction(&self) -> Extraction {
        let whole = Evidence { span: Span::new(0, self.article.text.chars().count()), text: self.article.text.clone() };
        Extraction {
            article: self.article.clone(),
            entities: self.entities(),
            relations: (self.gold.relations.iter().enumerate())
                .map(|(index, (subject, predicate, object))| Relation {
                    id: format!("r{}", index + 1),
                    subject: subject.clone(),
                    predicate: *predicate,
                    object: object.clone(),
                    confidence: 1.0,
                    detector: "gold".to_owned(),
                    modality: Modality::Asserted,
                    evidence: whole.clone(),
                })
                .collect(),
            observations: (self.gold.observations.iter().enumerate())
                .map(|(index, gold)| Observation {
                    id: format!("o{}", index + 1),
                    subject: gold.subject.clone(),
                    indicator: gold.indicator.clone(),
                    value: gold.value,
                    unit: gold.unit.clone(),
                    period: gold.period.clone(),
                    qualifier: gold.qualifier,
                    confidence: 1.0,
                    detector: "gold".to_owned(),
                    evidence: whole.clone(),
                })
                .collect(),
            diagnostics: Vec::new(),
        }
    }

    /// Where the forms of the entities stand: leftmost, longest first, without overlap, quotes and 《》 and spaces ignored.
    ///
    /// A form that is a listed region before another form of the same entity (丹麦Cadeler, where 丹麦 and Cadeler are listed) is two mentions.
    pub fn mentions(&self) -> Vec<GoldMention> {
        let chars: Vec<char> = self.article.text.chars().collect();
        let folded = fold(&chars);
        let kept: Vec<usize> = (0..folded.len()).filter(|&at| !is_ignored(folded[at])).collect();
        let stripped: String = kept.iter().map(|&at| folded[at]).collect();
        let mut patterns: Vec<(String, usize)> = Vec::new();
        for (index, entity) in self.gold.entities.iter().enumerate() {
            for form in entity.forms() {
                let form: String =
                    fold(&form.chars().collect::<Vec<_>>()).into_iter().filter(|c| !is_ignored(*c)).collect();
                if !form.is_empty() {
                    patterns.push((form, index));
                }
            }
        }
        let Ok(matcher) =
            AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(patterns.iter().map(|(form, _)| form))
        else {
            return Vec::new();
        };
        let mut byte_to_char = vec![0; stripped.len() + 1];
        for (count, (byte, _)) in stripped.char_indices().enumerate() {
            byte_to_char[byte] = count;
        }
        let span = |start: usize, end: usize| {
            let last_byte = stripped[..end].char_indices().next_back().map_or(0, |(byte, _)| byte);
            Span::new(kept[byte_to_char[start]], kept[byte_to_char[last_byte]] + 1)
        };
        let mut mentions = Vec::new();
        for found in matcher.find_iter(&stripped) {
            let entity = patterns[found.pattern().as_usize()].1;
            let mut start = found.start();
            if let Some((len, region)) = self.region_before(&patterns, &stripped[start..found.end()], entity) {
                mentions.push(GoldMention { span: span(start, start + len), entity: region });
                start += len;
            }
            mentions.push(GoldMention { span: span(start, found.end()), entity });
        }
        mentions
    }

    /// The listed region that a form begins with, where the rest is a form of the same entity: its bytes and its entity.
    fn region_before(&self, patterns: &[(String, usize)], form: &str, entity: usize) -> Option<(usize, usize)> {
        use EntityType::{Document, Government, Institution};
        if matches!(self.gold.entities[entity].kind, Government | Institution | Document) {
            return None;
        }
        let is_form = |rest: &str| patterns.iter().any(|(other, owner)| *owner == entity && other == rest);
        patterns
            .iter()
            .filter(|(_, owner)| *owner != entity && self.gold.entities[*owner].kind == EntityType::Region)
            .filter_map(|(place, owner)| Some((place.len(), *owner, form.strip_prefix(place.as_str())?)))
            .filter(|(_, _, rest)| rest.chars().count() > 1 && is_form(rest))
            .map(|(len, owner, _)| (len, owner))
            .max()
    }
}

fn is_ignored(c: char) -> bool {
    c.is_whitespace() || matches!(c, '《' | '》' | '“' | '”' | '‘' | '’' | '\'' | '"')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The mentions of an article with these entities (type, name, aliases), as text and name.
    fn mentions(body: &str, entities: &[(EntityType, &str, &[&str])]) -> Vec<(String, String)> {
        let entity = |(index, &(kind, name, aliases)): (usize, &(EntityType, &str, &[&str]))| GoldEntity {
            id: format!("e{index}"),
            kind,
            name: name.to_owned(),
            aliases: aliases.iter().map(|&alias| alias.to_owned()).collect(),
            optional: false,
        };
        let gold = Gold {
            id: "t01".to_owned(),
            title: "标题".to_owned(),
            published: None,
            source: None,
            sha256: None,
            entities: entities.iter().enumerate().map(entity).collect(),
            relations: Vec::new(),
            observations: Vec::new(),
            optional_relations: Vec::new(),
        };
        let article = GoldArticle::new(gold, &format!("标题\n{body}"));
        let chars: Vec<char> = article.article.text.chars().collect();
        let named = |mention: GoldMention| {
            let text = chars[mention.span.start..mention.span.end].iter().collect();
            (text, article.gold.entities[mention.entity].name.clone())
        };
        article.mentions().into_iter().map(named).collect()
    }

    #[test]
    fn the_reference_writers_of_a_corpus_are_those_of_its_list() {
        let folder = tempfile::tempdir().expect("a folder");
        for name in ["a01", "aa01"] {
            let json =
                format!(r#"{{"id": "{name}", "title": "标题", "entities": [], "relations": [], "observations": []}}"#);
            std::fs::write(folder.path().join(format!("{name}.json")), json).expect("written");
            std::fs::write(folder.path().join(format!("{name}.txt")), "标题\n正文").expect("written");
        }
        let references = || -> Vec<bool> {
            read_corpus(folder.path()).expect("a corpus").iter().map(|article| article.reference).collect()
        };
        assert_eq!(references(), [false, false]);
        std::fs::write(folder.path().join(REFERENCE_FILE), "# with the guidelines alone\naa\n").expect("written");
        assert_eq!(references(), [false, true]);
    }

    fn pairs(found: &[(String, String)]) -> Vec<(&str, &str)> {
        found.iter().map(|(text, name)| (text.as_str(), name.as_str())).collect()
    }

    #[test]
    fn a_listed_region_before_another_form_of_a_firm_is_a_mention_of_its_own() {
        let found = mentions(
            "首批订单来自丹麦Cadeler,总装在南通市海门区。",
            &[
                (EntityType::Region, "丹麦", &[]),
                (EntityType::Company, "丹麦Cadeler", &["Cadeler"]),
                (EntityType::Region, "南通市", &[]),
                (EntityType::Region, "南通市海门区", &["海门区"]),
            ],
        );
        let wanted = [("丹麦", "丹麦"), ("Cadeler", "丹麦Cadeler"), ("南通市", "南通市"), ("海门区", "南通市海门区")];
        assert_eq!(pairs(&found), wanted);
    }

    #[test]
    fn a_name_stays_whole_where_its_rest_names_nothing_or_its_place_belongs_to_it() {
        let found = mentions(
            "天津港集团和天津市商务局在天津签约。",
            &[
                (EntityType::Region, "天津", &["天津市"]),
                (EntityType::Company, "天津港集团", &[]),
                (EntityType::Government, "天津市商务局", &["商务局"]),
            ],
        );
        assert_eq!(pairs(&found), [("天津港集团", "天津港集团"), ("天津市商务局", "天津市商务局"), ("天津", "天津")]);
    }
}
