//! Mentions of named things: detectors propose spans, one place decides between them.
//!
//! `features` says what the tagger sees, `tagger` proposes spans with probabilities, `candidates` adds what gazetteer, marks and the
//! article's own evidence propose, `fusion` scores all, `second` scores again in the light of that, and `fusion` takes the best set without overlap.

pub mod candidates;
pub mod features;
pub mod fusion;
mod neighbours;
pub mod second;
pub mod tagger;

use crate::{
    learn::{Boost, Logistic},
    lexicon::{Gazetteer, Heads},
    text::Text,
};

use candidates::Candidate;
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
    /// Scores them again.
    pub second: Boost,
}

impl Detector {
    /// The mentions of a text, in order, without overlap.
    pub fn detect(&self, text: &Text) -> Vec<Decision> {
        let context = Context::new(text, &self.gazetteer, &self.heads);
        let proposals = self.tagger.propose(text, &context, candidates::FLOOR);
        let candidates = candidates::candidates(&context, &proposals);
        decide(&context, &candidates, &self.fusion, &self.second)
    }
}

/// Both looks at the candidates, and the decision.
pub fn decide(context: &Context<'_>, candidates: &[Candidate], fusion: &Logistic, second: &Boost) -> Vec<Decision> {
    let first = fusion::scores(context, candidates, fusion);
    let (kept, numbers) = second::describe(context, candidates, &first);
    fusion::decide(kept.into_iter().map(|index| candidates[index]).zip(second.scores(&numbers)), THRESHOLD)
}

/// Sizes above this are not believed.
const LARGEST: usize = 1 << 28;

/// Packs a model's bytes. Their number is written along, so that unpacking takes no more memory than they do.
///
/// # Errors
/// When zstd fails, for want of memory.
pub fn pack(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    zstd::bulk::compress(bytes, 22)
}

/// A packed model's bytes; empty where they are damaged, which the model's reader then reports.
pub fn unpack(packed: &[u8]) -> Vec<u8> {
    let size = zstd::zstd_safe::get_frame_content_size(packed).ok().flatten();
    let size = size.and_then(|size| usize::try_from(size).ok()).filter(|size| *size <= LARGEST);
    let exact = size.and_then(|size| zstd::bulk::decompress(packed, size).ok());
    exact.or_else(|| zstd::decode_all(packed).ok()).unwrap_or_default()
}
