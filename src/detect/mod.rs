//! Mentions of named things: detectors propose spans, one place decides between them.
//!
//! `features` says what the tagger sees, `tagger` proposes spans with probabilities, `network` does so by other means, `candidates` adds what gazetteer, marks and the
//! article's own evidence propose, `fusion` scores all, `second` scores again in the light of that, and `fusion` takes the best set without overlap.

pub mod candidates;
pub mod features;
pub mod fusion;
mod neighbours;
pub mod network;
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
use network::NetworkTagger;
use tagger::Tagger;

/// Log-odds that a candidate must have. Below 0 because a name missed costs more than a doubtful one, whose facts are doubted as well: chosen for
/// F1 of entities and relations on writers held out (docs/extraction.md).
pub const THRESHOLD: f32 = -0.6;
/// The same where later stages learn from what is found.
pub const THRESHOLD_IN_TRAINING: f32 = -0.4;

/// The learnt detectors.
#[derive(Debug)]
pub struct Taggers {
    /// The statistical tagger.
    pub tagger: Tagger,
    /// The network.
    pub network: NetworkTagger,
}

impl Taggers {
    /// All candidates of an article.
    pub fn candidates(&self, context: &Context<'_>) -> Vec<Candidate> {
        let proposals = self.tagger.propose(context.text(), context, candidates::FLOOR);
        candidates::candidates(context, &proposals, &self.network.read(context))
    }
}

/// Everything that finds mentions.
#[derive(Debug)]
pub struct Detector {
    /// Reference names.
    pub gazetteer: Gazetteer,
    /// Words that end names.
    pub heads: Heads,
    /// Both taggers.
    pub taggers: Taggers,
    /// Scores candidates.
    pub fusion: Logistic,
    /// Scores them again.
    pub second: Boost,
}

impl Detector {
    /// The mentions of a text, in order, without overlap.
    pub fn detect(&self, text: &Text) -> Vec<Decision> {
        let context = Context::new(text, &self.gazetteer, &self.heads);
        let candidates = self.taggers.candidates(&context);
        decide(&context, &candidates, &self.fusion, &self.second, THRESHOLD)
    }
}

/// Both looks at the candidates, and the decision.
pub fn decide(
    context: &Context<'_>,
    candidates: &[Candidate],
    fusion: &Logistic,
    second: &Boost,
    threshold: f32,
) -> Vec<Decision> {
    let first = fusion::scores(context, candidates, fusion);
    let (kept, numbers) = second::describe(context, candidates, &first);
    fusion::decide(kept.into_iter().map(|index| candidates[index]).zip(second.scores(&numbers)), threshold)
}
