//! What one article states: entities with mentions, relations, figures, each with evidence.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Article, EntityType, Predicate, Qualifier, Span};

/// One place in the text that names an entity.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Mention {
    /// Where it stands, in Unicode scalar values of the article's text.
    #[serde(flatten)]
    pub span: Span,
    /// What stands there.
    pub text: String,
    /// Which detectors proposed it, joined by `+`, e.g. `tagger+gazetteer`; `inside` where it lies in a longer mention.
    pub detector: String,
    /// Probability between 0 and 1 that this is a mention of the entity's type.
    pub confidence: f64,
}

impl Mention {
    /// The detector of mentions that lie in longer ones.
    pub const INSIDE: &'static str = "inside";

    /// Whether it lies in a longer mention, of another entity.
    pub fn is_inside(&self) -> bool {
        self.detector == Self::INSIDE
    }
}

/// An entry of a reference table that an entity is taken to be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Link {
    /// The table's code scheme, e.g. `GB/T2260`, `MOE`, `stock`, `zone`.
    pub scheme: String,
    /// The code in that scheme, e.g. `120114`.
    pub code: String,
    /// The entry's official name, e.g. `武清区`.
    pub name: String,
    /// How sure the link is, 0 to 1.
    pub score: f64,
    /// Other entries with the same name, best first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alternatives: Vec<LinkAlternative>,
}

/// A reference entry that a name could also stand for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct LinkAlternative {
    /// The code in the link's scheme.
    pub code: String,
    /// The entry's official name, with its place where that tells it apart.
    pub name: String,
    /// How sure it would be, 0 to 1.
    pub score: f64,
}

/// A named thing of one article.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entity {
    /// `e1`, `e2`, … in order of first mention; unique in the article.
    pub id: String,
    /// Its address across articles; see [`super::iri`].
    pub iri: String,
    /// Which of the fourteen types it is.
    #[serde(rename = "type")]
    pub kind: EntityType,
    /// The fullest form in the text.
    pub name: String,
    /// The other forms that stand for it in this article, sorted.
    pub aliases: Vec<String>,
    /// Probability between 0 and 1.
    pub confidence: f64,
    /// The reference entry that it is, if one was found.
    pub link: Option<Link>,
    /// Every place that names it, in text order.
    pub mentions: Vec<Mention>,
}

impl Entity {
    /// Its name, then its aliases.
    pub fn forms(&self) -> impl Iterator<Item = &String> {
        std::iter::once(&self.name).chain(&self.aliases)
    }

    /// Whether no mention of it stands by itself.
    pub fn is_only_inside(&self) -> bool {
        self.mentions.iter().all(Mention::is_inside)
    }
}

/// The passage that states a fact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Evidence {
    /// Where it stands, in Unicode scalar values of the article's text.
    #[serde(flatten)]
    pub span: Span,
    /// What stands there: a clause or sentence.
    pub text: String,
}

/// Whether a relation is told as fact or as plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum Modality {
    /// Told as a fact.
    #[default]
    Asserted,
    /// Told as a plan (拟, 计划, 将).
    Planned,
}

impl Modality {
    /// The name used in files and the graph.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Asserted => "asserted",
            Self::Planned => "planned",
        }
    }
}

/// A statement that links two entities of one article.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Relation {
    /// `r1`, `r2`, … ; unique in the article.
    pub id: String,
    /// Id of the entity that it starts from.
    pub subject: String,
    /// Which of the sixteen predicates.
    pub predicate: Predicate,
    /// Id of the entity that it leads to.
    pub object: String,
    /// Probability between 0 and 1.
    pub confidence: f64,
    /// Which rules and models said it, joined by `+`.
    pub detector: String,
    /// Fact or plan.
    #[serde(default)]
    pub modality: Modality,
    /// The passage that states it.
    pub evidence: Evidence,
}

/// A stated figure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Observation {
    /// `o1`, `o2`, … ; unique in the article.
    pub id: String,
    /// Id of the entity that the figure is about, if one is named.
    pub subject: Option<String>,
    /// What is measured: a short noun phrase from the text, e.g. `到位资金`.
    pub indicator: String,
    /// The number, 万 and 亿 left in the unit.
    pub value: f64,
    /// The unit as written, e.g. `亿元`.
    pub unit: String,
    /// `YYYY`, `YYYY-MM`, `YYYY-MM-DD`, `YYYY-Qn`, `YYYY-Hn`, or two of these joined by `/`.
    pub period: Option<String>,
    /// Exact, bound, rough, or change.
    pub qualifier: Qualifier,
    /// Probability between 0 and 1.
    pub confidence: f64,
    /// Which rules and models said it, joined by `+`.
    pub detector: String,
    /// The passage that states it; it holds the figure.
    pub evidence: Evidence,
}

/// Something that a stage could not read, in words for a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Diagnostic {
    /// The stage that says it, e.g. `figures`.
    pub stage: String,
    /// What was tried and what is wrong.
    pub message: String,
    /// The place in the text, where there is one.
    pub span: Option<Span>,
}

/// All facts of one article.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Extraction {
    /// The article that states them.
    pub article: Article,
    /// Named things, in order of first mention.
    pub entities: Vec<Entity>,
    /// Statements between them, in order of evidence.
    pub relations: Vec<Relation>,
    /// Figures, in text order.
    pub observations: Vec<Observation>,
    /// What could not be read.
    pub diagnostics: Vec<Diagnostic>,
}
