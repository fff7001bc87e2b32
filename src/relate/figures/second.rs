//! The second look at what a figure speaks of, its subject or its period: what the first look thinks of the other candidates and of
//! the figures around it.

use super::{scan::Figure, view::View};
use crate::learn::softmax;

/// How many numbers the second look adds to those of the first.
pub(super) const MORE: usize = 19;

/// The logarithm of a share.
pub(super) fn log(share: f32) -> f32 {
    share.max(1e-6).ln()
}

/// A stated figure after the first look at its candidates for a subject, or for a period.
#[derive(Debug)]
pub(super) struct Look<T> {
    /// The figure's place among the numbers of the article.
    pub index: usize,
    /// The candidates; `None` for no subject, no period.
    keys: Vec<Option<T>>,
    /// Their traits, row after row.
    traits: Vec<f32>,
    /// Their shares.
    shares: Vec<f32>,
}

impl<T: Copy + PartialEq> Look<T> {
    /// Shares of candidates with their traits (row after row), by their log-odds.
    pub(super) fn new(index: usize, keys: Vec<Option<T>>, traits: Vec<f32>, mut scores: Vec<f32>) -> Self {
        softmax(&mut scores);
        Self { index, keys, traits, shares: scores }
    }

    /// The best of the same candidates with what a second look adds to the logarithms of their shares, and halfway to another opinion's
    /// shares; with its share.
    pub(super) fn again(&self, more: &[f32], other: impl Fn(Option<T>) -> f32) -> (Option<T>, f32) {
        let scores = self.shares.iter().zip(more).map(|(share, more)| log(*share) + more);
        let mut scores: Vec<f32> = scores.collect();
        softmax(&mut scores);
        let (keys, totals): (Vec<_>, Vec<_>) = totals(&self.keys, &scores).into_iter().unzip();
        let both = keys
            .iter()
            .zip(&totals)
            .map(|(key, total)| (1.0 - OTHER) * total.max(LEAST).ln() + OTHER * other(*key).max(LEAST).ln());
        let mut both: Vec<f32> = both.collect();
        softmax(&mut both);
        best(&keys, &both)
    }

    /// The candidate with the largest share, with it.
    pub(super) fn best(&self) -> (Option<T>, f32) {
        best(&self.keys, &self.shares)
    }

    fn share(&self, key: Option<T>) -> f32 {
        self.keys.iter().zip(&self.shares).filter(|(own, _)| **own == key).map(|(_, share)| share).sum()
    }

    fn top(&self) -> f32 {
        self.shares.iter().copied().fold(0.0, f32::max)
    }
}

/// How much the other opinion counts, and the least share that either may give.
const OTHER: f32 = 0.5;
const LEAST: f32 = 0.002;

/// The key with the largest total share, the first of equals, with its share.
fn best<T: Copy + PartialEq>(keys: &[Option<T>], shares: &[f32]) -> (Option<T>, f32) {
    totals(keys, shares).into_iter().reduce(|a, b| if b.1 > a.1 { b } else { a }).unwrap_or((None, 0.0))
}

/// Each key with its total share, in the order in which they come.
fn totals<T: Copy + PartialEq>(keys: &[Option<T>], shares: &[f32]) -> Vec<(Option<T>, f32)> {
    let mut totals: Vec<(Option<T>, f32)> = Vec::with_capacity(shares.len());
    for (key, share) in keys.iter().zip(shares) {
        match totals.iter_mut().find(|(known, _)| known == key) {
            Some((_, total)) => *total += share,
            None => totals.push((*key, *share)),
        }
    }
    totals
}

/// How near two figures stand: 0 in one clause, then sentence, next sentence, paragraph, far.
fn nearness(a: &View, b: &View) -> f32 {
    if a.clause == b.clause {
        0.0
    } else if a.sentence_index == b.sentence_index {
        1.0
    } else if a.paragraph != b.paragraph {
        4.0
    } else if a.sentence_index.abs_diff(b.sentence_index) == 1 {
        2.0
    } else {
        3.0
    }
}

/// So many figures before and after one are looked at: nearly always all of the article.
const REACH: usize = 150;

/// The numbers of each candidate of the look `at`, row after row: the traits of the first look, the logarithm of the share, and [`MORE`] − 1
/// others. `looks` are the stated figures of the article in text order.
pub(super) fn describe<T: Copy + PartialEq>(
    figures: &[Figure],
    views: &[View],
    looks: &[Look<T>],
    at: usize,
) -> Vec<f32> {
    let look = &looks[at];
    let (figure, view) = (&figures[look.index], &views[look.index]);
    let neighbour = |step: isize| at.checked_add_signed(step).and_then(|other| looks.get(other));
    let near = |other: Option<&Look<T>>| other.map_or(5.0, |other| nearness(&views[other.index], view));
    let same_unit = |other: Option<&Look<T>>| {
        other.map_or(-1.0, |other| {
            let other = &figures[other.index];
            f32::from(u8::from(other.unit.kind == figure.unit.kind)) + f32::from(u8::from(other.unit == figure.unit))
        })
    };
    // The mean share among the figures before and after that stand within something.
    let reach = at.saturating_sub(REACH)..looks.len().min(at + REACH + 1);
    let mean = |key: Option<T>, within: &dyn Fn(&View) -> bool| {
        let others = reach.clone().zip(&looks[reach.clone()]);
        let others = others.filter(|(index, other)| *index != at && within(&views[other.index]));
        let (sum, count) = others.fold((0.0, 0.0), |(sum, count), (_, other)| (sum + other.share(key), count + 1.0));
        if count > 0.0 { (sum / count, count) } else { (-1.0, 0.0) }
    };
    let (before, after) = (neighbour(-1), neighbour(1));
    let width = look.traits.len() / look.keys.len().max(1);
    let mut rows = Vec::with_capacity(look.keys.len() * (width + MORE));
    for (candidate, (&key, &share)) in look.keys.iter().zip(&look.shares).enumerate() {
        let rank = look.shares.iter().filter(|&&other| other > share).count() as f32;
        let rivals = look.shares.iter().enumerate().filter(|(other, _)| *other != candidate);
        let rival = rivals.map(|(_, &share)| share).fold(0.0, f32::max);
        let of = |other: Option<&Look<T>>| other.map_or(-1.0, |other| other.share(key));
        let (sentence, in_sentence) = mean(key, &|other| other.sentence_index == view.sentence_index);
        let (paragraph, _) = mean(key, &|other| other.paragraph == view.paragraph);
        let (article, _) = mean(key, &|_| true);
        let more: [f32; MORE] = [
            log(share),
            rank,
            log(share) - log(rival),
            look.share(None),
            of(before),
            of(after),
            of(neighbour(-2)),
            of(neighbour(2)),
            near(before),
            near(after),
            same_unit(before),
            same_unit(after),
            before.map_or(-1.0, Look::top),
            after.map_or(-1.0, Look::top),
            sentence,
            in_sentence,
            paragraph,
            article,
            looks.len() as f32,
        ];
        rows.extend_from_slice(&look.traits[candidate * width..(candidate + 1) * width]);
        rows.extend_from_slice(&more);
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(index: usize, keys: Vec<Option<usize>>, scores: Vec<f32>) -> Look<usize> {
        let traits = vec![7.0; keys.len() * 2];
        Look::new(index, keys, traits, scores)
    }

    #[test]
    fn candidates_that_say_the_same_add_up() {
        let look = look(0, vec![None, Some(1), Some(2), Some(2)], vec![0.0, 1.0, 0.7, 0.7]);
        assert_eq!(look.best().0, Some(2));
        assert!((look.share(Some(2)) + look.share(Some(1)) + look.share(None) - 1.0).abs() < 1e-6);
    }

    #[test]
    fn the_second_look_may_overrule_the_first() {
        let look = look(0, vec![Some(1), Some(2)], vec![1.0, 0.0]);
        assert_eq!(look.again(&[0.0, 0.0], |_| 0.5).0, Some(1));
        assert_eq!(look.again(&[0.0, 3.0], |_| 0.5).0, Some(2));
        let other = |key| if key == Some(2) { 0.95 } else { 0.05 };
        assert_eq!(look.again(&[0.0, 0.0], other).0, Some(2), "the other opinion is surer");
    }

    #[test]
    fn what_the_neighbours_are_thought_to_speak_of_is_told() {
        let segmenter = crate::text::Segmenter::new();
        let text = crate::text::Text::new("某区引进项目12个,投资3亿元。", &segmenter);
        let article = crate::model::Article::new(None, "", "某区引进项目12个,投资3亿元。", None, None);
        let prepared = super::super::Prepared::new(&article, &text, &[]);
        let figures = &prepared.scan.figures;
        assert_eq!(figures.len(), 2);
        let looks = [look(0, vec![None, Some(4)], vec![0.0, 9.0]), look(1, vec![None, Some(4)], vec![0.0, 0.0])];
        let rows = describe(figures, &prepared.views, &looks, 1);
        assert_eq!(rows.len(), 2 * (2 + MORE));
        let (none, named) = rows.split_at(2 + MORE);
        assert_eq!(none[..2], [7.0, 7.0]);
        assert!(named[2 + 4] > 0.99 && none[2 + 4] < 0.01, "the share of the same in the figure before");
        assert_eq!(named[2 + 5], -1.0, "no figure after");
    }

    #[test]
    fn figures_out_of_reach_do_not_count() {
        let text = crate::text::Text::new("投资3亿元。", crate::relate::testing::segmenter());
        let article = crate::model::Article::new(None, "", "投资3亿元。", None, None);
        let prepared = super::super::Prepared::new(&article, &text, &[]);
        // All those within reach of the first, and none behind them, are sure of the same.
        let sure = |at: usize| if at <= REACH { 99.0 } else { -99.0 };
        let looks: Vec<_> = (0..2 * REACH).map(|at| look(0, vec![None, Some(4)], vec![0.0, sure(at)])).collect();
        let article_mean =
            |at: usize| describe(&prepared.scan.figures, &prepared.views, &looks, at)[2 * (2 + MORE) - 2];
        assert_eq!(article_mean(0), 1.0);
        assert!(article_mean(1) < 1.0, "one behind is within its reach");
    }
}
