//! The statistical tagger: a conditional random field over characters that proposes spans with probabilities.

use crate::{
    gold::GoldMention,
    learn::{
        ModelError,
        crf::{self, Crf, CrfOptions, Inference, Sequence},
    },
    model::{EntityType, Span},
    text::Text,
};

use super::features::Context;

/// Labels: 0 outside, then for each type one for the first character and one for the others.
pub(super) const LABELS: usize = 1 + 2 * EntityType::ALL.len();

pub(super) const fn first(kind: usize) -> usize {
    1 + 2 * kind
}

pub(super) const fn rest(kind: usize) -> usize {
    2 + 2 * kind
}

/// A span that may be a name.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Proposal {
    /// Where.
    pub span: Span,
    /// The type that it would have.
    pub kind: EntityType,
    /// The tagger's probability of exactly this span and type.
    pub probability: f32,
}

/// A text to learn from: prepared, with the gold spans and their types.
#[derive(Debug)]
pub struct TaggedText<'a> {
    /// What the tagger sees of it.
    pub context: Context<'a>,
    /// The gold mentions, without overlap.
    pub mentions: Vec<(Span, EntityType)>,
}

/// The trained tagger.
#[derive(Debug, Clone)]
pub struct Tagger {
    crf: Crf,
}

impl Tagger {
    /// Trains on prepared texts with their gold mentions, and gives the model's bytes.
    pub fn train(examples: &[TaggedText<'_>], options: CrfOptions) -> Vec<u8> {
        let mut sequences = Vec::new();
        for TaggedText { context, mentions } in examples {
            let text = context.text();
            let labels = labels(text, mentions);
            for sentence in &text.sentences {
                let mut sequence = Sequence::default();
                context.sentence(sentence, &mut sequence);
                sequence.labels = labels[sentence.span.start..sentence.span.end].to_vec();
                sequences.push(sequence);
            }
        }
        let possible = |from: usize, to: usize| to % 2 == 1 || to == 0 || from == to || from + 1 == to;
        crf::train(LABELS, &sequences, possible, options)
    }

    /// Every span with a probability above `floor`, in text order.
    pub fn propose(&self, text: &Text, context: &Context<'_>, floor: f32) -> Vec<Proposal> {
        let mut proposals = Vec::new();
        let mut sequence = Sequence::default();
        let mut inference = Inference::default();
        for sentence in &text.sentences {
            context.sentence(sentence, &mut sequence);
            self.crf.infer(&sequence, &mut inference);
            for at in 0..sequence.len() {
                for kind in EntityType::ALL {
                    if inference.marginal(at, first(kind.index())) < floor {
                        continue;
                    }
                    self.crf.spans_from(
                        &inference,
                        at,
                        first(kind.index()),
                        rest(kind.index()),
                        floor,
                        |end, probability| {
                            if probability >= floor {
                                proposals.push(Proposal {
                                    span: Span::new(sentence.span.start + at, sentence.span.start + end),
                                    kind: *kind,
                                    probability,
                                });
                            }
                        },
                    );
                }
            }
        }
        proposals
    }

    /// Reads a model.
    ///
    /// # Errors
    /// When it is damaged or has other labels.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ModelError> {
        let crf = Crf::from_bytes(bytes)?;
        if crf.labels() != LABELS {
            return Err(ModelError { reason: format!("{} labels instead of {LABELS}", crf.labels()) });
        }
        Ok(Self { crf })
    }
}

/// The right label of each character.
pub(super) fn labels(text: &Text, mentions: &[(Span, EntityType)]) -> Vec<u8> {
    let mut labels = vec![0; text.folded.len()];
    for (span, kind) in mentions {
        labels[span.start] = first(kind.index()) as u8;
        labels[span.start + 1..span.end].fill(rest(kind.index()) as u8);
    }
    labels
}

/// Gold mentions with their types.
pub fn typed(mentions: &[GoldMention], gold: &crate::gold::Gold) -> Vec<(Span, EntityType)> {
    mentions.iter().map(|mention| (mention.span, gold.entities[mention.entity].kind)).collect()
}
