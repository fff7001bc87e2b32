//! Mentions of named things: detectors propose spans, one place decides between them.
//!
//! `features` says what the tagger sees, `tagger` proposes spans with probabilities, `candidates` adds what gazetteer, marks and the
//! article's own evidence propose, `fusion` scores all and takes the best set without overlap.

pub mod candidates;
pub mod features;
pub mod fusion;
pub mod tagger;

use crate::{
    learn::{Logistic, ModelError},
    lexicon::{Gazetteer, Heads},
    text::Text,
};

use features::Context;
use fusion::Decision;
use tagger::Tagger;

/// Log-odds that a candidate must have. Below 0 because a name missed costs more than a doubtful one: chosen for F1 on
/// writers held out.
pub const THRESHOLD: f32 = -0.4;

/// Everything that finds mentions.
#[derive(Debug)]
pub struct Detector {
    /// Reference names.
    pub gazetteer: Gazetteer,
    /// Words that end names.
    pub heads: Heads,
    /// The statistical tagger.
    pub tagger: Tagger,
    /// Scores candidates.
    pub fusion: Logistic,
}

impl Detector {
    /// With the tables that the program brings and given models; the parts are read side by side.
    ///
    /// # Errors
    /// When a model is damaged.
    pub fn from_models(tagger: &[u8], fusion: &[u8]) -> Result<Self, ModelError> {
        let (gazetteer, models) = rayon::join(Gazetteer::builtin, || {
            rayon::join(|| Tagger::from_bytes(tagger), || Logistic::from_bytes(fusion))
        });
        Ok(Self { gazetteer, heads: Heads::builtin(), tagger: models.0?, fusion: models.1? })
    }

    /// The mentions of a text, in order, without overlap.
    pub fn detect(&self, text: &Text) -> Vec<Decision> {
        let context = Context::new(text, &self.gazetteer, &self.heads);
        let proposals = self.tagger.propose(text, &context, candidates::FLOOR);
        let candidates = candidates::candidates(&context, &proposals);
        fusion::decide(&context, &candidates, &self.fusion, THRESHOLD)
    }
}

/// A packed model's bytes; empty where they are damaged, which the model's reader then reports.
pub fn unpack(packed: &[u8]) -> Vec<u8> {
    zstd::decode_all(packed).unwrap_or_default()
}
