//! How much more or less readily the reference writers' annotators take a relation for stated than all do: log-odds by predicate and type of the subject.
//!
//! Whether a firm's town or a park's district is listed as a relation is a habit more than a reading, and corpora of many hands have several. All
//! articles teach which of two candidates is likelier; how many of them are stated is learnt from the reference writers alone.

use crate::model::{EntityType, Predicate};

const TYPES: usize = EntityType::ALL.len();

/// Numbers of [`Habits`].
const NUMBERS: usize = 16 * TYPES;

/// So many stated (or expected) relations weigh as much as the assumption that a predicate's habit is that of all writers, a type's that of its predicate.
const DOUBT: f64 = 40.0;

/// The share of the shift that is given in use: reference annotators differ among themselves (docs/extraction.md, *Reference writers*).
const GIVEN: f32 = 0.5;

/// No shift is larger: where nothing is stated none would be enough.
const LARGEST: f64 = 3.0;

/// Log-odds to add, by predicate and type of the subject; of a symmetric relation by the type of that end which comes first in [`EntityType::ALL`].
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Habits([f32; NUMBERS]);

/// A candidate of a reference article.
#[derive(Debug, Clone, Copy)]
pub(super) struct Judged {
    pub(super) predicate: Predicate,
    pub(super) subject: EntityType,
    pub(super) object: EntityType,
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
                let of_type: Vec<Judged> = own
                    .iter()
                    .copied()
                    .filter(|j| at(*predicate, j.subject, j.object) == at(*predicate, *kind, *kind))
                    .collect();
                habits.0[at(*predicate, *kind, *kind)] = shift(&of_type, general) as f32;
            }
        }
        habits
    }

    /// What to add to a candidate's log-odds in use.
    pub(super) fn of(&self, predicate: Predicate, subject: EntityType, object: EntityType) -> f32 {
        GIVEN * self.learnt(predicate, subject, object)
    }

    /// What the reference articles ask for.
    pub(super) fn learnt(&self, predicate: Predicate, subject: EntityType, object: EntityType) -> f32 {
        self.0[at(predicate, subject, object)]
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

fn at(predicate: Predicate, subject: EntityType, object: EntityType) -> usize {
    let kind = if predicate.is_symmetric() { subject.min(object) } else { subject };
    predicate.index() * TYPES + kind.index()
}

/// The shift that makes the scores expect as many as are stated, drawn towards `assumed` the more the fewer there are.
fn shift(judged: &[Judged], assumed: f64) -> f64 {
    let stated = judged.iter().filter(|j| j.stated).count() as f64;
    let expected = |shift: f64| judged.iter().map(|j| 1.0 / (1.0 + (-f64::from(j.score) - shift).exp())).sum::<f64>();
    let weight = stated.max(expected(0.0));
    let (mut low, mut high) = (-LARGEST, LARGEST);
    for _ in 0..40 {
        let middle = (low + high) / 2.0;
        *if expected(middle) < stated { &mut low } else { &mut high } = middle;
    }
    (weight * low + DOUBT * assumed) / (weight + DOUBT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_habit_of_the_reference_writers_moves_the_odds() {
        let judged = |subject, stated| Judged {
            predicate: Predicate::LocatedIn,
            subject,
            object: EntityType::Region,
            score: -2.0,
            stated,
        };
        // Of candidates that others list in one of eight cases they list every second one, where it is a firm.
        let firms = (0..2000).map(|i| judged(EntityType::Company, i % 2 == 0));
        let events = (0..8).map(|i| judged(EntityType::Event, i == 0));
        let habits = Habits::learn(&firms.chain(events).collect::<Vec<_>>());
        let located = |kind| habits.learnt(Predicate::LocatedIn, kind, EntityType::Region);
        let firm = located(EntityType::Company);
        assert!((1.9..2.01).contains(&firm), "{firm}");
        let (event, park) = (located(EntityType::Event), located(EntityType::Park));
        assert!(event < park && park > 1.8, "few events say little, no park nothing: {event}, {park}");
        assert_eq!(habits.learnt(Predicate::PartOf, EntityType::Park, EntityType::Park), 0.0);
    }

    #[test]
    fn what_is_expected_and_never_stated_becomes_less_likely() {
        let judged = Judged {
            predicate: Predicate::PartOf,
            subject: EntityType::Park,
            object: EntityType::Park,
            score: -1.0,
            stated: false,
        };
        let habits = Habits::learn(&[judged; 500]);
        let learnt = habits.learnt(Predicate::PartOf, EntityType::Park, EntityType::Park);
        assert!(learnt < -2.0, "{learnt}");
        assert_eq!(habits.of(Predicate::PartOf, EntityType::Park, EntityType::Park), learnt / 2.0);
    }

    #[test]
    fn habits_are_read_back_and_refused_when_cut_short() {
        let (subject, object) = (EntityType::Company, EntityType::Institution);
        let judged = Judged { predicate: Predicate::CooperatesWith, subject, object, score: 0.5, stated: true };
        let habits = Habits::learn(&[judged; 9]);
        let either = [(subject, object), (object, subject)].map(|(a, b)| habits.of(Predicate::CooperatesWith, a, b));
        assert!(either[0] > 0.0 && either[0] == either[1], "{either:?}");
        let bytes = habits.to_bytes();
        assert_eq!(Habits::from_bytes(&bytes), Some((habits, [].as_slice())));
        assert_eq!(Habits::from_bytes(&bytes[1..]), None);
    }
}
