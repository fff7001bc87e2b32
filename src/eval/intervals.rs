//! How sure figures are: bootstrap over articles. The same articles give the same intervals.

use serde::{Deserialize, Serialize};

use super::tally::{Counts, Measure};

/// How often articles are drawn anew.
const RESAMPLES: usize = 2000;

/// Seed of the draws.
const SEED: u64 = 0x5975_7475;

/// The middle 95 % of what other draws of articles would have given.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// 2.5 % lie below.
    pub low: f64,
    /// 2.5 % lie above.
    pub high: f64,
}

/// Sums of counts over articles drawn with replacement, as many as there are.
#[derive(Debug, Clone)]
pub struct Resamples(Vec<Counts>);

impl Resamples {
    /// Draws from the articles.
    pub fn new(articles: &[Counts]) -> Self {
        let mut draws = Draws(SEED);
        let draw = |draws: &mut Draws| {
            let mut sum = Counts::default();
            for _ in articles {
                sum.add(&articles[draws.below(articles.len())]);
            }
            sum
        };
        Self((0..RESAMPLES).map(|_| draw(&mut draws)).collect())
    }

    /// The interval of a value of the counts.
    pub fn interval(&self, value: impl Fn(&Counts) -> f64) -> Interval {
        middle(self.0.iter().map(value).collect())
    }

    /// The interval of a measure's F1.
    pub fn f1(&self, measure: Measure) -> Interval {
        self.interval(|counts| counts[measure].f1())
    }

    /// The values of the draws, in order: two sets of the same articles are drawn alike, and can be compared pair by pair.
    pub(super) fn values(&self, value: impl Fn(&Counts) -> f64) -> Vec<f64> {
        self.0.iter().map(value).collect()
    }
}

/// The middle 95 %.
pub(super) fn middle(mut values: Vec<f64>) -> Interval {
    values.sort_by(f64::total_cmp);
    let at = |share: f64| values.get((share * values.len() as f64) as usize).copied().unwrap_or_default();
    Interval { low: at(0.025), high: at(0.975) }
}

/// SplitMix64.
struct Draws(u64);

impl Draws {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^= z >> 31;
        // The high bits of the product: a number from 0 to limit, all alike.
        ((u128::from(z) * limit as u128) >> 64) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn article(hits: usize) -> Counts {
        let mut counts = Counts::default();
        counts[Measure::Entity].add(hits, 10, 10);
        counts
    }

    #[test]
    fn intervals_are_the_same_each_time_and_hold_the_figure() {
        let articles: Vec<Counts> = (0..40).map(|at| article(5 + at % 5)).collect();
        let interval = Resamples::new(&articles).f1(Measure::Entity);
        assert_eq!(interval, Resamples::new(&articles).f1(Measure::Entity));
        assert!(interval.low < 0.7 && 0.7 < interval.high, "{interval:?}");
        assert!(interval.high - interval.low < 0.1, "{interval:?}");
    }

    #[test]
    fn articles_that_are_alike_leave_no_doubt() {
        let interval = Resamples::new(&[article(8), article(8)]).f1(Measure::Entity);
        assert_eq!(interval.low, interval.high);
    }
}
