//! The learnt parts: four small linear models, four ensembles of trees and a network, how they are trained from annotated articles, how they are stored.

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::{
    Last, Prepared, dating, gate,
    opinion::{self, Opinion},
    period::Period,
    qualifier,
    scan::Figure,
    second::{self, Look},
    subject, traits,
    view::View,
};
use crate::{
    gold::{GoldArticle, GoldObservation},
    learn::{
        Boost, BoostOptions, Example, Features, Group, Logistic, ModelError, TrainOptions,
        network::{self, Answered, Network, NetworkOptions, Pointers},
        softmax,
    },
    model::{Entity, Qualifier},
    text::Text,
};

const MAGIC: &[u8; 8] = b"yutufig4";

/// What decides whether a number is a figure, how it is qualified, which period and which entity it speaks of.
#[derive(Debug, Clone, PartialEq)]
pub struct FigureModel {
    pub(super) looks: Looks,
    /// Another opinion on subjects and periods.
    pub(super) network: Network<Pointers>,
}

/// The models that look at candidates one by one.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Looks {
    gate: Logistic,
    qualifier: Logistic,
    period: Logistic,
    subject: Logistic,
    subject_trees: Boost,
    period_trees: Boost,
    /// The second look at subjects, and at periods.
    subject_again: Boost,
    period_again: Boost,
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

/// How the subject trees grow.
fn growth() -> BoostOptions {
    BoostOptions {
        trees: 200,
        leaves: 24,
        rate: 0.08,
        min_weight: 12.0,
        l2: 10.0,
        columns_percent: 40,
        rows_percent: 80,
    }
}

/// How the trees of the second look grow: they only amend the first.
fn again() -> BoostOptions {
    BoostOptions { rate: 0.05, min_weight: 20.0, ..growth() }
}

/// How much the linear model's log-odds weigh beside the trees'.
const LINEAR: f32 = 0.8;

/// Log-odds of candidates by a linear model and by trees.
fn weigh<'a>(linear: &Logistic, features: impl Iterator<Item = &'a Features>, trees: Vec<f32>) -> Vec<f32> {
    features.zip(trees).map(|(features, trees)| LINEAR * linear.score(features) + trees).collect()
}

impl Looks {
    /// The first look at the candidate periods of figure `index`.
    pub(super) fn look_at_periods(&self, index: usize, candidates: &[dating::Candidate]) -> Look<Period> {
        let traits: Vec<f32> = candidates.iter().flat_map(|c| c.traits).collect();
        let trees = self.period_trees.scores(&traits);
        let scores = weigh(&self.period, candidates.iter().map(|c| &c.features), trees);
        Look::new(index, candidates.iter().map(|c| c.period).collect(), traits, scores)
    }

    /// The first look at the candidate subjects of figure `index`.
    pub(super) fn look_at_subjects(&self, index: usize, candidates: &[subject::Candidate]) -> Look<usize> {
        let traits: Vec<f32> = candidates.iter().flat_map(|c| c.traits).collect();
        let trees = self.subject_trees.scores(&traits);
        let scores = weigh(&self.subject, candidates.iter().map(|c| &c.features), trees);
        Look::new(index, candidates.iter().map(|c| c.entity).collect(), traits, scores)
    }

    /// The entity that the figure of the look `at` is about, at the second look, with its share.
    pub(super) fn subject(
        &self,
        figures: &[Figure],
        views: &[View],
        looks: &[Look<usize>],
        at: usize,
        other: &Opinion,
    ) -> (Option<usize>, f32) {
        let more = self.subject_again.scores(&second::describe(figures, views, looks, at));
        looks[at].again(&more, |entity| other.subject(entity))
    }

    /// The period that it speaks of, at the second look, with its share.
    pub(super) fn period(
        &self,
        figures: &[Figure],
        views: &[View],
        looks: &[Look<Period>],
        at: usize,
        other: &Opinion,
    ) -> (Option<Period>, f32) {
        let more = self.period_again.scores(&second::describe(figures, views, looks, at));
        looks[at].again(&more, |period| other.period(period))
    }

    /// The qualifier that the candidates speak for, with its share.
    pub(super) fn qualifier(&self, candidates: &[Features]) -> (Qualifier, f32) {
        let mut shares: Vec<f32> = candidates.iter().map(|features| self.qualifier.score(features)).collect();
        softmax(&mut shares);
        let all = Qualifier::ALL.iter().copied().zip(shares);
        all.reduce(|a, b| if b.1 > a.1 { b } else { a }).unwrap_or((Qualifier::Exact, 0.0))
    }

    /// The probability that a candidate is a stated figure.
    pub(super) fn stated(&self, features: &Features) -> f32 {
        self.gate.probability(features)
    }

    /// As bytes: each part with its length.
    fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for part in [&self.gate, &self.qualifier, &self.period, &self.subject] {
            let part = part.to_bytes();
            bytes.extend((part.len() as u32).to_le_bytes());
            bytes.extend(part);
        }
        for trees in [&self.subject_trees, &self.period_trees, &self.subject_again, &self.period_again] {
            let trees = trees.to_bytes();
            bytes.extend((trees.len() as u32).to_le_bytes());
            bytes.extend(trees);
        }
        bytes
    }

    /// Reads what [`Self::to_bytes`] wrote.
    fn from_bytes(bytes: &[u8]) -> Result<Self, ModelError> {
        let mut rest = bytes;
        let mut part = || -> Result<&[u8], ModelError> {
            let (length, after) = rest.split_first_chunk::<4>().ok_or_else(|| wrong("cut short"))?;
            let length = u32::from_le_bytes(*length) as usize;
            let body = after.get(..length).ok_or_else(|| wrong("cut short"))?;
            rest = &after[length..];
            Ok(body)
        };
        let trees = |bytes: &[u8], width: usize| match Boost::from_bytes(bytes)? {
            (trees, []) if trees.width() == width => Ok(trees),
            _ => Err(wrong("made for other numbers")),
        };
        Ok(Self {
            gate: Logistic::from_bytes(part()?)?,
            qualifier: Logistic::from_bytes(part()?)?,
            period: Logistic::from_bytes(part()?)?,
            subject: Logistic::from_bytes(part()?)?,
            subject_trees: trees(part()?, traits::COUNT)?,
            period_trees: trees(part()?, dating::COUNT)?,
            subject_again: trees(part()?, traits::COUNT + second::MORE)?,
            period_again: trees(part()?, dating::COUNT + second::MORE)?,
        })
    }
}

impl FigureModel {
    /// The model as bytes: a mark, the network, the looks.
    pub fn to_bytes(&self) -> Vec<u8> {
        [MAGIC.as_slice(), &self.network.to_bytes(), &self.looks.to_bytes()].concat()
    }

    /// Reads what [`Self::to_bytes`] wrote.
    ///
    /// # Errors
    /// When the bytes are of another kind or damaged.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ModelError> {
        let body = bytes.strip_prefix(MAGIC.as_slice()).ok_or_else(|| wrong("no figure model begins like this"))?;
        let (network, rest) = Network::from_bytes(body)?;
        Ok(Self { looks: Looks::from_bytes(rest)?, network })
    }
}

fn wrong(reason: &str) -> ModelError {
    ModelError { reason: reason.to_owned() }
}

/// Pairs the candidates of a text with annotated figures of the same quantity; both run in text order, mostly.
pub(super) fn align(prepared: &Prepared, gold: &[GoldObservation]) -> Vec<Option<usize>> {
    let figures = &prepared.scan.figures;
    // Of 每吨8100元 some annotators make 8100 元/吨: the same place of the text.
    let quantities: Vec<_> = (gold.iter())
        .map(|g| {
            [g.unit.as_str(), g.unit.split('/').next().unwrap_or_default()].map(|u| super::unit::quantity(g.value, u))
        })
        .collect();
    // A pair is worth more where the annotated phrase's characters stand nearby, less in the headline.
    let worth = |i: usize, j: usize| -> f32 {
        if !quantities[j].contains(&figures[i].quantity) {
            return 0.0;
        }
        let span = figures[i].span;
        let around = prepared.page.slice(span.start.saturating_sub(25), span.end + 10);
        let phrase = &gold[j].indicator;
        let shared = phrase.chars().filter(|c| around.contains(*c)).count() as f32;
        let title = if prepared.views[i].in_title() { 0.3 } else { 0.0 };
        let stripped = if figures[i].quantity == quantities[j][0] { 0.0 } else { 0.2 };
        1.0 + 0.5 * shared / phrase.chars().count().max(1) as f32 - title - stripped
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

/// What the models learn from, gathered from articles.
#[derive(Default)]
struct Lessons {
    gates: Vec<Example>,
    qualifiers: Vec<Group>,
    periods: Vec<Group>,
    subjects: Vec<Group>,
    /// For the trees of either look, in the order of the figures; of the second look only where there was a guide.
    subject_rows: Rows,
    period_rows: Rows,
    subject_again: Rows,
    period_again: Rows,
}

/// Groups of candidates as trees learn from them.
#[derive(Default)]
struct Rows {
    /// The candidates' numbers, row after row.
    numbers: Vec<f32>,
    /// Whether each is right.
    labels: Vec<bool>,
    /// How many candidates each group has.
    lengths: Vec<usize>,
}

impl Rows {
    /// Adds a group of candidates, unless none is right.
    fn add(&mut self, numbers: &[f32], count: usize, right: &[usize]) {
        if !right.is_empty() {
            self.numbers.extend_from_slice(numbers);
            self.labels.extend((0..count).map(|at| right.contains(&at)));
            self.lengths.push(count);
        }
    }

    /// Trees for rows of `width` numbers; `start` is what is thought of a row already.
    fn grow(&self, width: usize, start: impl Fn(&[f32]) -> f32, growth: BoostOptions) -> Boost {
        let start: Vec<f32> = self.numbers.chunks_exact(width).map(start).collect();
        Boost::train_groups(&self.numbers, width, &self.labels, &self.lengths, &start, growth)
    }
}

impl Lessons {
    /// Adds an article. Each figure's candidates look back at the figure before it: as annotated, or, with a `guide`, as that model
    /// takes it, so that what is learnt bears the mistakes that are made when no annotation is at hand.
    fn add(&mut self, article: &TrainingArticle, guide: Option<&Looks>) {
        let prepared = Prepared::new(&article.gold.article, article.text, article.entities);
        let gold = &article.gold.gold.observations;
        let pairs = align(&prepared, gold);
        let ids: FxHashMap<&str, usize> =
            article.entities.iter().enumerate().map(|(index, e)| (e.id.as_str(), index)).collect();
        let mut previous = None;
        let mut history = dating::History::default();
        let (mut subjects, mut periods, mut answers) = (Vec::new(), Vec::new(), Vec::new());
        for (index, pair) in pairs.iter().enumerate() {
            let truth = pair.map(|j| &gold[j]);
            if truth.is_none_or(|t| !t.optional) {
                let figures = &prepared.scan.figures;
                let features = gate::features(&prepared.page, &prepared.mentions, figures, &prepared.views, index);
                self.gates.push(Example { features, label: truth.is_some() });
            }
            let Some(truth) = truth else { continue };
            let figure = &prepared.scan.figures[index];
            let candidates =
                qualifier::candidates(&prepared.page, figure, &prepared.views[index], prepared.before(index));
            self.qualifiers.push(Group { candidates, right: vec![truth.qualifier.index()] });
            let dates = prepared.dates(index, truth.qualifier, previous, &history);
            let wanted = truth.period.as_deref();
            let right = places(&dates, |c| c.period.map(|p| p.to_string()).as_deref() == wanted);
            let mut period = right.first().and_then(|&c| dates[c].period);
            let about = prepared.subjects(index, truth.qualifier, previous);
            let mut entity = truth.subject.as_deref().and_then(|id| ids.get(id).copied());
            // A subject that the detectors did not find teaches nothing.
            let known = entity.is_some() || truth.subject.is_none();
            let named = places(&about, |c| known && c.entity == entity);
            if let Some(guide) = guide {
                let (subject, date) = (guide.look_at_subjects(index, &about), guide.look_at_periods(index, &dates));
                (entity, period) = (subject.best().0, date.best().0);
                subjects.push(subject);
                periods.push(date);
                answers.push((named.clone(), right.clone()));
            }
            history.add(period);
            previous = Some(Last { index, period, entity });
            self.period_rows.add(&dates.iter().flat_map(|c| c.traits).collect::<Vec<_>>(), dates.len(), &right);
            self.subject_rows.add(&about.iter().flat_map(|c| c.traits).collect::<Vec<_>>(), about.len(), &named);
            if !right.is_empty() {
                self.periods.push(Group { candidates: dates.into_iter().map(|c| c.features).collect(), right });
            }
            if !named.is_empty() {
                self.subjects.push(Group { candidates: about.into_iter().map(|c| c.features).collect(), right: named });
            }
        }
        let (figures, views) = (&prepared.scan.figures, &prepared.views);
        for (at, (named, right)) in answers.iter().enumerate() {
            let rows = second::describe(figures, views, &subjects, at);
            self.subject_again.add(&rows, rows.len() / (traits::COUNT + second::MORE), named);
            let rows = second::describe(figures, views, &periods, at);
            self.period_again.add(&rows, rows.len() / (dating::COUNT + second::MORE), right);
        }
    }

    fn learn(&self) -> Looks {
        let growth = growth();
        let options = TrainOptions { bits: 16, epochs: 8, rate: 0.05, l2: 1e-2, least: 12 };
        Looks {
            gate: Logistic::train(&self.gates, options),
            qualifier: Logistic::train_ranking(
                &self.qualifiers,
                TrainOptions { bits: 13, rate: 0.1, l2: 1e-4, ..options },
            ),
            period: Logistic::train_ranking(&self.periods, TrainOptions { bits: 14, rate: 0.1, l2: 1e-3, ..options }),
            subject: Logistic::train_ranking(&self.subjects, options),
            subject_trees: self.subject_rows.grow(traits::COUNT, |_| 0.0, growth),
            period_trees: self.period_rows.grow(
                dating::COUNT,
                |_| 0.0,
                BoostOptions { trees: growth.trees * 3 / 4, ..growth },
            ),
            subject_again: self.subject_again.grow(traits::COUNT + second::MORE, |row| row[traits::COUNT], again()),
            period_again: self.period_again.grow(dating::COUNT + second::MORE, |row| row[dating::COUNT], again()),
        }
    }
}

/// The places of the candidates that are right.
fn places<C>(candidates: &[C], right: impl Fn(&C) -> bool) -> Vec<usize> {
    (0..candidates.len()).filter(|&at| right(&candidates[at])).collect()
}

/// Into so many parts the articles are dealt for the guides.
const PARTS: usize = 3;

/// For each article the part that it belongs to: writers stay together where there are enough, else the readings of one article.
fn parts(articles: &[TrainingArticle]) -> Vec<usize> {
    let deal = |key: &dyn Fn(&TrainingArticle) -> String| {
        let mut known: FxHashMap<String, usize> = FxHashMap::default();
        let number = |article| {
            let next = known.len();
            *known.entry(key(article)).or_insert(next)
        };
        articles.iter().map(number).collect::<Vec<usize>>()
    };
    let by_writer = deal(&|article| article.gold.writer().to_owned());
    let writers = by_writer.iter().max().map_or(0, |last| last + 1);
    let numbers = if writers < PARTS { deal(&|article| article.gold.gold.id.clone()) } else { by_writer };
    numbers.into_iter().map(|number| number % PARTS).collect()
}

/// Learns from annotated articles; the same articles in the same order give the same model.
///
/// Guides, each of some parts, first say of the other parts what stands before each figure. Other guides that have learnt with that say
/// what they think of subject and period at first look: the second look learns from first looks such as it will meet. The network learns
/// from all, apart from the looks.
pub fn train(articles: &[TrainingArticle]) -> FigureModel {
    let part_of = parts(articles);
    let learn = |without: Option<usize>, guides: Option<&[Looks]>| {
        let mut lessons = Lessons::default();
        for (article, part) in articles.iter().zip(&part_of).filter(|(_, part)| Some(**part) != without) {
            lessons.add(article, guides.map(|guides| &guides[*part]));
        }
        lessons.learn()
    };
    let guides = |before: Option<&[Looks]>| -> Vec<Looks> {
        (0..PARTS).into_par_iter().map(|part| learn(Some(part), before)).collect()
    };
    let first = guides(None);
    let second = guides(Some(&first));
    FigureModel {
        looks: learn(None, Some(&second)),
        network: network::train(&lessons(articles), NetworkOptions::default()),
    }
}

/// What the network learns from: the readings of each article, or of each part of a long one, side by side.
fn lessons(articles: &[TrainingArticle]) -> Vec<Vec<Answered>> {
    let read: Vec<Vec<Answered>> = articles.par_iter().map(lessons_of).collect();
    let asks = |lesson: &Answered| !lesson.questions.asking.is_empty();
    let lessons = articles.iter().zip(read).flat_map(|(article, lessons)| {
        let id = article.gold.gold.id.as_str();
        lessons.into_iter().enumerate().map(move |(part, lesson)| ((id, part), lesson))
    });
    network::in_groups(lessons.filter(|(_, lesson)| asks(lesson)))
}

/// What the network learns from one reading of an article, if it states a figure.
fn lessons_of(article: &TrainingArticle) -> Vec<Answered> {
    let prepared = Prepared::new(&article.gold.article, article.text, article.entities);
    let gold = &article.gold.gold.observations;
    let (mut asking, mut truth) = (Vec::new(), Vec::new());
    for (index, pair) in align(&prepared, gold).into_iter().enumerate() {
        let Some(stated) = pair.map(|pair| &gold[pair]) else { continue };
        let known = |id: &String| article.entities.iter().position(|entity| entity.id == *id);
        let entity = match &stated.subject {
            None => Some(None),
            Some(id) => known(id).map(Some),
        };
        asking.push(index);
        truth.push((entity, stated.period.as_deref()));
    }
    if asking.is_empty() { Vec::new() } else { opinion::lessons(&prepared, &asking, &truth) }
}
