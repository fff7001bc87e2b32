//! The learnt parts: four small linear models, how they are trained from annotated articles, how they are stored.

use rustc_hash::FxHashMap;

use super::{Prepared, gate, qualifier};
use crate::{
    gold::{GoldArticle, GoldObservation},
    learn::{Example, Features, Group, Logistic, ModelError, TrainOptions},
    model::Entity,
    text::Text,
};

const MAGIC: &[u8; 8] = b"yutufig1";

/// What decides whether a number is a figure, how it is qualified, which period and which entity it speaks of.
#[derive(Debug, Clone, PartialEq)]
pub struct FigureModel {
    pub(super) gate: Logistic,
    pub(super) qualifier: Logistic,
    pub(super) period: Logistic,
    pub(super) subject: Logistic,
}

/// An annotated article with what the stages before this one make of it.
#[derive(Debug, Clone, Copy)]
pub struct TrainingArticle<'a> {
    /// Text and figures.
    pub gold: &'a GoldArticle,
    /// The prepared text.
    pub text: &'a Text,
    /// The entities; ids as in the gold.
    pub entities: &'a [Entity],
}

impl FigureModel {
    /// The model as bytes: a mark, then each part with its length.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        for part in [&self.gate, &self.qualifier, &self.period, &self.subject] {
            let part = part.to_bytes();
            bytes.extend((part.len() as u32).to_le_bytes());
            bytes.extend(part);
        }
        bytes
    }

    /// Reads what [`Self::to_bytes`] wrote.
    ///
    /// # Errors
    /// When the bytes are of another kind or damaged.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ModelError> {
        let wrong = |reason: &str| ModelError { reason: reason.to_owned() };
        let mut rest = bytes.strip_prefix(MAGIC.as_slice()).ok_or_else(|| wrong("no figure model begins like this"))?;
        let mut part = || -> Result<Logistic, ModelError> {
            let (length, after) = rest.split_first_chunk::<4>().ok_or_else(|| wrong("cut short"))?;
            let length = u32::from_le_bytes(*length) as usize;
            let body = after.get(..length).ok_or_else(|| wrong("cut short"))?;
            rest = &after[length..];
            Logistic::from_bytes(body)
        };
        Ok(Self { gate: part()?, qualifier: part()?, period: part()?, subject: part()? })
    }
}

/// Pairs the candidates of a text with annotated figures of the same quantity; both run in text order, mostly.
pub(super) fn align(prepared: &Prepared, gold: &[GoldObservation]) -> Vec<Option<usize>> {
    let figures = &prepared.scan.figures;
    let quantities: Vec<_> = gold.iter().map(|g| super::unit::quantity(g.value, &g.unit)).collect();
    // A pair is worth more where the annotated phrase's characters stand nearby, less in the headline.
    let worth = |i: usize, j: usize| -> f32 {
        if figures[i].quantity != quantities[j] {
            return 0.0;
        }
        let span = figures[i].span;
        let around = prepared.page.slice(span.start.saturating_sub(25), span.end + 10);
        let phrase = &gold[j].indicator;
        let shared = phrase.chars().filter(|c| around.contains(*c)).count() as f32;
        let title = if prepared.views[i].in_title() { 0.3 } else { 0.0 };
        1.0 + 0.5 * shared / phrase.chars().count().max(1) as f32 - title
    };
    let (n, m) = (figures.len(), gold.len());
    let mut best = vec![vec![0.0f32; m + 1]; n + 1];
    for i in (0..n).rev() {
        for j in (0..m).rev() {
            let pair = worth(i, j);
            let mut score = best[i + 1][j].max(best[i][j + 1]);
            if pair > 0.0 {
                score = score.max(pair + best[i + 1][j + 1]);
            }
            best[i][j] = score;
        }
    }
    let mut out = vec![None; n];
    let mut used = vec![false; m];
    let (mut i, mut j) = (0, 0);
    while i < n && j < m {
        let pair = worth(i, j);
        if pair > 0.0 && best[i][j] <= pair + best[i + 1][j + 1] + 1e-6 {
            out[i] = Some(j);
            used[j] = true;
            i += 1;
            j += 1;
        } else if best[i + 1][j] >= best[i][j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
    // Figures that the annotation lists elsewhere in its order.
    for j in (0..m).filter(|&j| !used[j]).collect::<Vec<_>>() {
        let free = (0..n).filter(|&i| out[i].is_none() && worth(i, j) > 0.0);
        if let Some(i) = free.max_by(|&a, &b| worth(a, j).total_cmp(&worth(b, j)).then(b.cmp(&a))) {
            out[i] = Some(j);
        }
    }
    out
}

/// Learns from annotated articles; the same articles in the same order give the same model.
pub fn train(articles: &[TrainingArticle]) -> FigureModel {
    let mut gates = Vec::new();
    let (mut qualifiers, mut periods, mut subjects) = (Vec::new(), Vec::new(), Vec::new());
    for article in articles {
        let prepared = Prepared::new(&article.gold.article, article.text, article.entities);
        let gold = &article.gold.gold.observations;
        let pairs = align(&prepared, gold);
        let ids: FxHashMap<&str, usize> =
            article.entities.iter().enumerate().map(|(index, e)| (e.id.as_str(), index)).collect();
        let mut previous = None;
        for (index, pair) in pairs.iter().enumerate() {
            let truth = pair.map(|j| &gold[j]);
            if truth.is_none_or(|t| !t.optional) {
                let features =
                    gate::features(&prepared.page, &prepared.mentions, &prepared.scan.figures, &prepared.views, index);
                gates.push(Example { features, label: truth.is_some() });
            }
            let Some(truth) = truth else { continue };
            let before = prepared.before(index);
            let figure = &prepared.scan.figures[index];
            let candidates = qualifier::candidates(&prepared.page, figure, &prepared.views[index], before);
            qualifiers.push(Group { candidates, right: vec![truth.qualifier.index()] });
            let dated = prepared.dates(index, truth.qualifier, previous);
            let right = truth.period.as_deref();
            let rights: Vec<usize> =
                (0..dated.len()).filter(|&c| dated[c].period.map(|p| p.to_string()).as_deref() == right).collect();
            if std::env::var("RECALL").is_ok() && rights.is_empty() { println!("PRECALL {} {:?} {} {}{}", article.gold.gold.id, right, truth.indicator, truth.value,truth.unit); }
            let period = rights.first().and_then(|&c| dated[c].period);
            if !rights.is_empty() {
                periods.push(Group { candidates: dated.into_iter().map(|c| c.features).collect(), right: rights });
            }
            let entity = truth.subject.as_deref().and_then(|id| ids.get(id).copied());
            let about = prepared.subjects(index, truth.qualifier, previous);
            let rights: Vec<usize> = (0..about.len()).filter(|&c| about[c].entity == entity).collect();
            if std::env::var("RECALL").is_ok() { println!("RECALL {} {}", !rights.is_empty(), entity.map_or("none".to_owned(), |e| format!("{} {:?} {}", article.entities[e].mentions.is_empty(), article.entities[e].name, article.gold.gold.id))); }
            // A subject that the detectors did not find teaches nothing.
            if !rights.is_empty() && (entity.is_some() || truth.subject.is_none()) {
                subjects.push(Group { candidates: about.into_iter().map(|c| c.features).collect(), right: rights });
            }
            previous = Some(super::Last { index, period, entity });
        }
    }
    let env = |n: &str, d: f32| std::env::var(n).ok().and_then(|v| v.parse().ok()).unwrap_or(d);
    let options = TrainOptions { bits: 16, epochs: env("EP", 10.0) as usize, rate: env("RATE", 0.1), l2: env("L2", 1e-4) };
    let _: Option<Features> = None;
    FigureModel {
        gate: Logistic::train(&gates, options),
        qualifier: Logistic::train_ranking(&qualifiers, options),
        period: Logistic::train_ranking(&periods, options),
        subject: Logistic::train_ranking(&subjects, TrainOptions { bits: 16, ..options }),
    }
}
