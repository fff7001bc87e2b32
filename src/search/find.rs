//! Asking the index.

use serde::Serialize;
use tantivy::{
    DocId, Score, SegmentReader, TantivyDocument, Term,
    collector::TopDocs,
    query::{
        BooleanQuery, ConstScoreQuery, EmptyQuery, FuzzyTermQuery, Occur, Query as IndexQuery, RegexQuery, TermQuery,
    },
    schema::{Field, IndexRecordOption, Value as _},
};
use utoipa::ToSchema;

use super::{
    SearchError, SearchIndex,
    words::{pairs, readings, words},
};
use crate::{model::EntityType, text::folded_name};

/// What is searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Scope {
    /// Entities by their names.
    #[default]
    Entities,
    /// Articles by headline and text.
    Articles,
    /// Passages that are evidence.
    Passages,
}

impl Scope {
    fn kind(self) -> &'static str {
        match self {
            Self::Entities => "entity",
            Self::Articles => "article",
            Self::Passages => "passage",
        }
    }
}

impl std::str::FromStr for Scope {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        match name {
            "entity" | "entities" => Ok(Self::Entities),
            "article" | "articles" => Ok(Self::Articles),
            "passage" | "passages" => Ok(Self::Passages),
            other => Err(format!("`{other}` is no scope; entity, article, passage are")),
        }
    }
}

/// A question to the index.
#[derive(Debug, Clone, Default)]
pub struct Query {
    /// Words: a name or the beginning of one, pinyin, initials; or what a text says.
    pub text: String,
    /// What is searched.
    pub scope: Scope,
    /// Only entities of one of these types; empty for any.
    pub types: Vec<EntityType>,
    /// At most so many.
    pub limit: usize,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Hit {
    /// Its address.
    pub iri: String,
    /// `entity`, `article` or `passage`.
    pub kind: String,
    /// What it is called; of a passage, what it says.
    pub label: String,
    /// The name that was met.
    pub matched: String,
    /// Entity types.
    pub types: Vec<String>,
    /// How many articles name it.
    pub articles: u64,
    /// How many claims and figures are about it.
    pub claims: u64,
    /// Higher is better; only to be compared within one answer.
    pub score: f32,
}

impl SearchIndex {
    /// What is meant best, first.
    ///
    /// # Errors
    /// When the index fails.
    pub fn find(&self, query: &Query) -> Result<Vec<Hit>, SearchError> {
        let words: Vec<&str> = query.text.split_whitespace().collect();
        if words.is_empty() || query.limit == 0 {
            return Ok(Vec::new());
        }
        let found = match query.scope {
            Scope::Entities => {
                let whole = self.by_name(&query.text);
                let each = BooleanQuery::intersection(words.iter().map(|word| self.by_name(word)).collect());
                let names: Box<dyn IndexQuery> = match words.len() {
                    1 => whole,
                    _ => Box::new(BooleanQuery::union(vec![whole, Box::new(each)])),
                };
                self.top(names, query)?
            }
            Scope::Articles | Scope::Passages => {
                let all = self.top(self.by_text(&query.text, Occur::Must), query)?;
                if all.is_empty() { self.top(self.by_text(&query.text, Occur::Should), query)? } else { all }
            }
        };
        Ok(found)
    }

    /// Entities with a name that is, begins with, holds, sounds like or nearly is this one; the better the match, the more it counts.
    fn by_name(&self, text: &str) -> Box<dyn IndexQuery> {
        let f = self.fields;
        let name = folded_name(text);
        let length = name.chars().count();
        let mut ways: Vec<Box<dyn IndexQuery>> =
            vec![worth(100.0, is(f.exact, &name)), worth(40.0, begins(f.exact, &name))];
        if name.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            ways.push(worth(60.0, is(f.pinyin, &name)));
            ways.push(worth(50.0, is(f.initials, &name)));
            if length >= 2 {
                ways.push(worth(25.0, begins(f.pinyin, &name)));
                ways.push(worth(20.0, begins(f.initials, &name)));
            }
            if length >= 5 {
                ways.push(worth(8.0, nearly(f.pinyin, &name, 1)));
            }
        }
        let parts: Vec<Box<dyn IndexQuery>> = pairs(&name).iter().map(|pair| is(f.pairs, pair)).collect();
        if length >= 2 {
            ways.push(worth(15.0, Box::new(BooleanQuery::intersection(parts))));
        }
        if length >= 3 {
            ways.push(worth(8.0, nearly(f.exact, &name, 1)));
            // A character that sounds the same is the usual mistake.
            for reading in readings(&name).0 {
                ways.push(worth(6.0, is(f.pinyin, &reading)));
            }
        }
        if length >= 6 {
            ways.push(worth(4.0, nearly(f.exact, &name, 2)));
        }
        Box::new(BooleanQuery::union(ways))
    }

    /// Texts with these words, in headline or text.
    fn by_text(&self, text: &str, occur: Occur) -> Box<dyn IndexQuery> {
        let f = self.fields;
        let words = words(text);
        let terms = words.iter().map(|word| {
            let term = Term::from_field_text(f.text, word);
            let query: Box<dyn IndexQuery> = Box::new(TermQuery::new(term, IndexRecordOption::WithFreqs));
            (occur, query)
        });
        let terms: Vec<_> = terms.collect();
        let by_words: Box<dyn IndexQuery> =
            if terms.is_empty() { Box::new(EmptyQuery) } else { Box::new(BooleanQuery::new(terms)) };
        let title: Vec<Box<dyn IndexQuery>> = pairs(text).iter().map(|pair| is(f.pairs, pair)).collect();
        Box::new(BooleanQuery::union(vec![by_words, worth(10.0, Box::new(BooleanQuery::intersection(title)))]))
    }

    fn top(&self, matching: Box<dyn IndexQuery>, query: &Query) -> Result<Vec<Hit>, SearchError> {
        let f = self.fields;
        let mut clauses = vec![(Occur::Must, matching), (Occur::Must, worth(0.0, is(f.kind, query.scope.kind())))];
        if !query.types.is_empty() {
            let types = query.types.iter().map(|kind| is(f.types, kind.as_str())).collect();
            clauses.push((Occur::Must, worth(0.0, Box::new(BooleanQuery::union(types)))));
        }
        let searcher = self.reader.searcher();
        // What many articles name and many claims are about goes before what is as well matched.
        let by_evidence = |segment: &SegmentReader| {
            let column = |name: &str| segment.fast_fields().u64(name).ok().map(|column| column.first_or_default_col(0));
            let (articles, claims) = (column("articles"), column("claims"));
            move |doc: DocId, score: Score| {
                let of = |column: &Option<std::sync::Arc<dyn tantivy::columnar::ColumnValues<u64>>>| {
                    column.as_ref().map_or(0.0, |column| (1.0 + column.get_val(doc) as f32).ln())
                };
                score * (1.0 + 0.1 * of(&articles) + 0.05 * of(&claims))
            }
        };
        let collector = TopDocs::with_limit(query.limit.min(1000)).tweak_score(by_evidence);
        let mut hits = Vec::new();
        for (score, address) in searcher.search(&BooleanQuery::new(clauses), &collector)? {
            let document: TantivyDocument = searcher.doc(address)?;
            hits.push(hit(&document, score, self, &query.text));
        }
        hits.sort_by(|a: &Hit, b: &Hit| b.score.total_cmp(&a.score).then_with(|| a.iri.cmp(&b.iri)));
        Ok(hits)
    }
}

fn worth(score: Score, query: Box<dyn IndexQuery>) -> Box<dyn IndexQuery> {
    Box::new(ConstScoreQuery::new(query, score))
}

fn is(field: Field, word: &str) -> Box<dyn IndexQuery> {
    Box::new(TermQuery::new(Term::from_field_text(field, word), IndexRecordOption::Basic))
}

fn begins(field: Field, word: &str) -> Box<dyn IndexQuery> {
    let pattern: String =
        word.chars().flat_map(|c| [(!c.is_alphanumeric()).then_some('\\'), Some(c)]).flatten().collect();
    match RegexQuery::from_pattern(&format!("{pattern}.*"), field) {
        Ok(query) => Box::new(query),
        Err(_) => Box::new(EmptyQuery),
    }
}

fn nearly(field: Field, word: &str, distance: u8) -> Box<dyn IndexQuery> {
    Box::new(FuzzyTermQuery::new(Term::from_field_text(field, word), distance, true))
}

fn hit(document: &TantivyDocument, score: f32, index: &SearchIndex, text: &str) -> Hit {
    let f = index.fields;
    let texts = |field| -> Vec<String> {
        document.get_all(field).filter_map(|value| value.as_str()).map(str::to_owned).collect()
    };
    let text_of = |field| texts(field).into_iter().next().unwrap_or_default();
    let number = |field| document.get_first(field).and_then(|value| value.as_u64()).unwrap_or(0);
    let label = text_of(f.label);
    let wanted = folded_name(text);
    let names = texts(f.names);
    let is_met = |name: &&String| {
        let folded = folded_name(name);
        let (whole, initials) = readings(name);
        folded.contains(&wanted) || whole.iter().chain(&initials).any(|reading| reading.starts_with(&wanted))
    };
    let matched = names.iter().filter(is_met).min_by_key(|name| name.chars().count()).cloned();
    Hit {
        iri: text_of(f.iri),
        kind: text_of(f.kind),
        matched: matched.unwrap_or_else(|| label.clone()),
        label,
        types: texts(f.types),
        articles: number(f.articles),
        claims: number(f.claims),
        score,
    }
}
