//! The trained model: two linear tables, networks, two ensembles of trees, what annotators list, a threshold a predicate.

use crate::{
    learn::{Boost, ModelError, MultiLogistic, network::Network},
    model::Predicate,
};

use super::{
    candidates::{Candidate, Presence, Tallies, candidates},
    habits::Habits,
    names::Names,
    numbers,
    scene::Scene,
    second,
    signals::{Readers, Signals},
};

const MAGIC: &[u8; 8] = b"yuturel4";

/// How likely a candidate is, in log-odds.
pub(super) type Scored = (Candidate, f32);

/// A trained model of relations.
#[derive(Debug, Clone, PartialEq)]
pub struct RelationModel {
    pub(super) readers: Readers,
    pub(super) first: Boost,
    pub(super) second: Boost,
    /// How much more readily the reference writers' annotators take a candidate for stated.
    pub(super) habits: Habits,
    /// Log-odds from which a candidate counts as stated, by predicate.
    pub(super) thresholds: [f32; 16],
}

impl RelationModel {
    /// The model as bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        self.thresholds.iter().for_each(|threshold| bytes.extend(threshold.to_le_bytes()));
        bytes.extend(self.habits.to_bytes());
        bytes.extend(self.readers.roles.to_bytes());
        bytes.extend(self.readers.pairs.to_bytes());
        bytes.push(self.readers.networks.len() as u8);
        self.readers.networks.iter().for_each(|network| bytes.extend(network.to_bytes()));
        bytes.extend(self.first.to_bytes());
        bytes.extend(self.second.to_bytes());
        bytes
    }

    /// Reads what [`Self::to_bytes`] wrote.
    ///
    /// # Errors
    /// When the bytes are of another kind, cut short, or made for other numbers than this program computes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ModelError> {
        let wrong = |reason: &str| ModelError { reason: reason.to_owned() };
        let body = bytes.strip_prefix(MAGIC.as_slice()).ok_or_else(|| wrong("no relation model begins like this"))?;
        let (head, body) = body.split_at_checked(64).ok_or_else(|| wrong("cut short"))?;
        let mut thresholds = [0.0; 16];
        for (threshold, bytes) in thresholds.iter_mut().zip(head.chunks_exact(4)) {
            *threshold = bytes.try_into().map(f32::from_le_bytes).unwrap_or_default();
        }
        let (habits, body) = Habits::from_bytes(body).ok_or_else(|| wrong("cut short"))?;
        let (roles, body) = MultiLogistic::from_bytes(body)?;
        let (pairs, body) = MultiLogistic::from_bytes(body)?;
        let (&count, mut body) = body.split_first().ok_or_else(|| wrong("cut short"))?;
        if count == 0 {
            return Err(wrong("without a network"));
        }
        let mut networks = Vec::new();
        for _ in 0..count {
            let (network, rest) = Network::from_bytes(body)?;
            networks.push(network);
            body = rest;
        }
        let (first, body) = Boost::from_bytes(body)?;
        let (second, _) = Boost::from_bytes(body)?;
        if first.width() != numbers::NUMBERS || second.width() != numbers::NUMBERS + second::NUMBERS {
            return Err(wrong("made for other numbers"));
        }
        Ok(Self { readers: Readers { roles, pairs, networks }, first, second, habits, thresholds })
    }

    /// All candidates of an article with what the second look thinks of them; minus infinity where it did not look.
    pub(super) fn score(&self, scene: &Scene, signals: &Signals) -> Vec<Scored> {
        let presence = Presence::new(scene);
        let names = Names::new(scene.entities);
        let candidates = candidates(scene, signals, &presence, &names);
        let mut rows = Vec::with_capacity(candidates.len() * numbers::NUMBERS);
        let tallies = Tallies::new(signals, &candidates);
        numbers::describe(scene, signals, &presence, &names, &tallies, &mut rows);
        let first = self.first.scores(&rows);
        let (mut whole, mut again) = (Vec::new(), Vec::new());
        second::describe(scene, signals, &tallies, &first, |index, more| {
            whole.extend_from_slice(&rows[index * numbers::NUMBERS..(index + 1) * numbers::NUMBERS]);
            whole.extend_from_slice(more);
            again.push(index);
        });
        let mut scores = vec![f32::NEG_INFINITY; candidates.len()];
        for (index, score) in again.into_iter().zip(self.second.scores(&whole)) {
            let Candidate { subject, predicate, object } = candidates[index];
            let kind = |entity: u32| scene.entities[entity as usize].kind;
            scores[index] = score + self.habits.of(predicate, kind(subject), kind(object));
        }
        candidates.into_iter().zip(scores).collect()
    }

    /// Whether a score is enough for a predicate.
    pub(super) fn accepts(&self, predicate: Predicate, score: f32) -> bool {
        score > self.thresholds[predicate.index()]
    }
}
