//! Two measurements of the same articles: how far they lie apart, and whether that could be chance.

use std::collections::BTreeMap;

use super::{
    intervals::{Interval, Resamples, middle},
    measured::Measured,
    tally::{Counts, Measure},
};

/// A measure's F1 before and after, over the articles that both have.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Difference {
    /// Which measure.
    pub measure: Measure,
    /// F1 of the base.
    pub base: f64,
    /// F1 now.
    pub now: f64,
    /// The middle 95 % of the difference over draws of the articles, the same ones on both sides.
    pub interval: Interval,
    /// Twice the share of draws whose difference has the other sign, at most 1.
    pub p: f64,
}

/// Compares `now` with `base` over the articles that both have, by id; with their number.
pub fn compare(base: &Measured, now: &Measured) -> (usize, Vec<Difference>) {
    let before: BTreeMap<&str, Counts> =
        base.articles.iter().map(|article| (article.id.as_str(), article.counts())).collect();
    let both: Vec<(Counts, Counts)> = (now.articles.iter())
        .filter_map(|article| Some((*before.get(article.id.as_str())?, article.counts())))
        .collect();
    let (base, now): (Vec<Counts>, Vec<Counts>) = both.into_iter().unzip();
    let (base_draws, now_draws) = (Resamples::new(&base), Resamples::new(&now));
    let sum = |counts: &[Counts]| {
        counts.iter().fold(Counts::default(), |mut sum, counts| {
            sum.add(counts);
            sum
        })
    };
    let (base_sum, now_sum) = (sum(&base), sum(&now));
    let difference = |measure: Measure| {
        let f1 = |counts: &Counts| counts[measure].f1();
        let apart: Vec<f64> =
            base_draws.values(f1).into_iter().zip(now_draws.values(f1)).map(|(base, now)| now - base).collect();
        let share = |test: &dyn Fn(f64) -> bool| {
            apart.iter().filter(|value| test(**value)).count() as f64 / apart.len().max(1) as f64
        };
        let p = (2.0 * share(&|value| value <= 0.0).min(share(&|value| value >= 0.0))).min(1.0);
        Difference { measure, base: f1(&base_sum), now: f1(&now_sum), interval: middle(apart), p }
    };
    (base.len(), Measure::ALL.map(difference).into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::Scores;

    fn measured(hits: impl Fn(usize) -> usize) -> Measured {
        let mut scores = Scores::default();
        for at in 0..30 {
            let mut counts = Counts::default();
            counts[Measure::Entity].add(hits(at), 10, 10);
            scores.articles.push((format!("a{at:02}"), counts));
        }
        Measured::new(&scores)
    }

    #[test]
    fn a_gain_in_every_article_is_no_chance() {
        let (articles, differences) = compare(&measured(|at| 3 + at % 5), &measured(|at| 4 + at % 5));
        assert_eq!(articles, 30);
        let entity = differences[0];
        assert!((entity.now - entity.base - 0.1).abs() < 1e-9);
        assert!(entity.p < 0.01 && entity.interval.low > 0.09, "{entity:?}");
    }

    #[test]
    fn gains_and_losses_alike_are_chance() {
        let (_, differences) = compare(&measured(|_| 5), &measured(|at| if at % 2 == 0 { 4 } else { 6 }));
        assert!(differences[0].p > 0.5, "{:?}", differences[0]);
    }

    #[test]
    fn what_is_written_is_read_again() {
        let written = measured(|at| at % 9);
        let json = serde_json::to_string(&written).unwrap();
        assert_eq!(serde_json::from_str::<Measured>(&json).unwrap(), written);
    }
}
