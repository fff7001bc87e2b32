//! What annotators take for stated: log-odds by predicate and type of the subject, between all writers and those whose annotation is the yardstick.
//!
//! Whether a firm's town or a park's district is listed as a relation is a habit more than a reading, and corpora of many hands have several. All
//! articles teach which of two candidates is likelier; how many of them are stated is learnt from the reference writers alone.

use crate::model::{EntityType, Predicate};

const TYPES: usize = EntityType::ALL.len();

/// Numbers of [`Habits`].
pub(super) const NUMBERS: usize = 16 * TYPES;

/// So many stated relations weigh as much as the assumption that a predicate's habit is that of all writers, a type's that of its predicate.
const DOUBT: f64 = 40.0;

/// Log-odds to add, by predicate and type of the subject.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Habits([f32; NUMBERS]);

/// A candidate of a reference article.
#[derive(Debug, Clone, Copy)]
pub(super) struct Judged {
    pub(super) predicate: Predicate,
    pub(super) subject: EntityType,
    /// Log-odds, of models that have not seen its writer.
    pub(super) score: f32,
    /// Whether it is stated.
    pub(super) stated: bool,
}

impl Habits {
    /// All writers' habits.
    pub(super) const NONE: Self = Self([0.0; NUMBERS]);

    /// The shifts under which scores expect as many stated relations as there are.
    pub(super) fn learn(judged: &[Judged]) -> Self {
        let mut habits = Self::NONE;
        for predicate in Predicate::ALL {
            let own: Vec<Judged> =
                judged.iter().copied().filter(|j| j.predicate == *predicate && j.score.is_finite()).collect();
            let general = shift(&own, 0.0);
            for kind in EntityType::ALL {
                let of_type: Vec<Judged> = own.iter().copied().filter(|j| j.subject == *kind).collect();
                habits.0[at(*predicate, *kind)] = shift(&of_type, general) as f32;
            }
        }
        habits
    }

    /// What to add to a candidate's log-odds.
    pub(super) fn of(&self, predicate: Predicate, subject: EntityType) -> f32 {
        self.0[at(predicate, subject)]
    }

    pub(super) fn to_bytes(&self) -> Vec<u8> {
        self.0.iter().flat_map(|number| number.to_le_bytes()).collect()
    }

    /// What [`Self::to_bytes`] wrote, and the bytes after it; `None` where it is cut short.
    pub(super) fn from_bytes(bytes: &[u8]) -> Option<(Self, &[u8])> {
        let (own, rest) = bytes.split_at_checked(4 * NUMBERS)?;
        let mut habits = Self::NONE;
        for (number, bytes) in habits.0.iter_mut().zip(own.as_chunks().0) {
            *number = f32::from_le_bytes(*bytes);
        }
        Some((habits, rest))
    }
}

fn at(predicate: Predicate, subject: EntityType) -> usize {
    predicate.index() * TYPES + subject.index()
}

/// The shift that makes the scores expect as many as are stated, drawn towards `assumed` the more the fewer there are.
fn shift(judged: &[Judged], assumed: f64) -> f64 {
    let stated = judged.iter().filter(|j| j.stated).count() as f64;
    if stated == 0.0 {
        return assumed;
    }
    let expected = |shift: f64| judged.iter().map(|j| 1.0 / (1.0 + (-f64::from(j.score) - shift).exp())).sum::<f64>();
    let (mut low, mut high) = (-3.0, 3.0);
    for _ in 0..40 {
        let middle = (low + high) / 2.0;
        *if expected(middle) < stated { &mut low } else { &mut high } = middle;
    }
    (stated * low + DOUBT * assumed) / (stated + DOUBT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_habit_of_the_reference_writers_moves_the_odds() {
        let judged = |subject, stated| Judged { predicate: Predicate::LocatedIn, subject, score: -2.0, stated };
        // Of candidates that others list in one of eight cases they list every second one, where it is a firm.
        let firms = (0..2000).map(|i| judged(EntityType::Company, i % 2 == 0));
        let events = (0..8).map(|i| judged(EntityType::Event, i == 0));
        let habits = Habits::learn(&firms.chain(events).collect::<Vec<_>>());
        let firm = habits.of(Predicate::LocatedIn, EntityType::Company);
        assert!((1.9..2.01).contains(&firm), "{firm}");
        let (event, park) =
            (habits.of(Predicate::LocatedIn, EntityType::Event), habits.of(Predicate::LocatedIn, EntityType::Park));
        assert!(event < park && park > 1.8, "few events say little, no park nothing: {event}, {park}");
        assert_eq!(habits.of(Predicate::PartOf, EntityType::Park), 0.0);
    }

    #[test]
    fn habits_are_read_back_and_refused_when_cut_short() {
        let judged = Judged { predicate: Predicate::PartOf, subject: EntityType::Park, score: 0.5, stated: true };
        let habits = Habits::learn(&[judged; 9]);
        let bytes = habits.to_bytes();
        assert_eq!(Habits::from_bytes(&bytes), Some((habits, [].as_slice())));
        assert_eq!(Habits::from_bytes(&bytes[1..]), None);
    }
}
