//! The second tagger: a small network over characters that says how likely each span is a name of a type.

use crate::{
    learn::{
        ModelError,
        network::{self, Head, Item, LabelledText, Labels, MOST_LABELS, Network, NetworkOptions},
    },
    lexicon::NameClass,
    model::{EntityType, Span},
    text::{Pos, Sentence, is_of_number},
};

use super::{
    features::{Context, MARK_KINDS},
    tagger::{LABELS, TaggedText, first, labels, rest},
};

/// Traits of a character: part of speech and place in its word, reference name over it, marks around it, head word of its word.
const SPEECH: usize = 0;
const NAME: usize = 1;
const MARKS: usize = 2;
const HEAD: usize = 3;

// Traits fit the network's tables.
const _: () = assert!(4 * (Pos::Punctuation as usize + 1) <= Labels::TRAITS[SPEECH]);
const _: () = assert!(4 * NameClass::COUNT < Labels::TRAITS[NAME] && 4 * MARK_KINDS <= Labels::TRAITS[MARKS]);
const _: () = assert!(2 * EntityType::ALL.len() < Labels::TRAITS[HEAD]);
const _: () = assert!(LABELS <= MOST_LABELS);

/// The trained network.
#[derive(Debug, Clone)]
pub struct NetworkTagger {
    network: Network<Labels>,
}

/// What the network thinks of a span and a type; logarithms of shares but for the first.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct View {
    /// All in all.
    pub probability: f32,
    /// That such a name begins at its first character, …
    pub begins: f32,
    /// … goes on at that of its other characters where this is the least likely, …
    pub goes_on: f32,
    /// … and does not go on behind it.
    pub ends: f32,
}

impl View {
    /// Of what was not looked at.
    pub const NONE: Self = Self { probability: 0.0, begins: LEAST, goes_on: LEAST, ends: LEAST };
}

/// What the network thinks of each character.
#[derive(Debug)]
pub struct Reading {
    /// Logarithms of the shares of labels, row after row of [`MOST_LABELS`].
    logs: Vec<f32>,
}

/// So many characters are learnt from at a time.
const PART: usize = 400;

/// Stands for the logarithm of nothing.
const LEAST: f32 = -9.0;

impl Reading {
    fn log(&self, at: usize, label: usize) -> f32 {
        self.logs[at * MOST_LABELS + label]
    }

    /// The logarithm of the share of all but one label.
    fn log_without(&self, at: usize, label: usize) -> f32 {
        if at * MOST_LABELS < self.logs.len() {
            (1.0 - self.log(at, label).exp()).max(0.0).ln().max(LEAST)
        } else {
            0.0
        }
    }

    /// What speaks for a span being a name of a type.
    pub fn view(&self, span: Span, kind: EntityType) -> View {
        let (begin, on) = (first(kind.index()), rest(kind.index()));
        let inside = (span.start + 1..span.end).map(|at| self.log(at, on));
        let begins = self.log(span.start, begin);
        let ends = self.log_without(span.end, on);
        View {
            probability: (begins + inside.clone().sum::<f32>() + ends).exp().max(1e-9),
            begins,
            goes_on: inside.fold(0.0, f32::min),
            ends,
        }
    }

    /// Every span of the sentences with a probability of at least `floor`, in text order.
    pub fn propose(&self, sentences: &[Sentence], floor: f32, mut each: impl FnMut(Span, EntityType)) {
        let least = floor.ln();
        for (at, last) in sentences.iter().flat_map(|sentence| {
            let Span { start, end } = sentence.span;
            (start..end).map(move |at| (at, end))
        }) {
            for &kind in EntityType::ALL {
                let (mut log, on) = (self.log(at, first(kind.index())), rest(kind.index()));
                let mut end = at + 1;
                while log >= least {
                    if log + self.log_without(end, on) >= least {
                        each(Span::new(at, end), kind);
                    }
                    if end == last {
                        break;
                    }
                    log += self.log(end, on);
                    end += 1;
                }
            }
        }
    }
}

impl NetworkTagger {
    /// Trains on prepared texts with their gold mentions.
    pub fn train(examples: &[TaggedText<'_>], options: NetworkOptions) -> Vec<u8> {
        let mut lessons: Vec<Vec<LabelledText>> = Vec::new();
        for TaggedText { context, mentions } in examples {
            // The network does not see far: an article in parts teaches the same in more steps.
            let (items, labels) = (items(context), labels(context.text(), mentions));
            let parts = items.chunks(PART).zip(labels.chunks(PART));
            lessons.extend(
                parts.map(|(items, labels)| vec![LabelledText { items: items.to_vec(), labels: labels.to_vec() }]),
            );
        }
        network::train(&lessons, options).to_bytes()
    }

    /// Reads an article.
    pub fn read(&self, context: &Context<'_>) -> Reading {
        let mut logs = self.network.label(&items(context));
        logs.iter_mut().for_each(|share| *share = share.ln().max(LEAST));
        Reading { logs }
    }

    /// Reads a model.
    ///
    /// # Errors
    /// When it is damaged.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ModelError> {
        Ok(Self { network: Network::from_bytes(bytes)?.0 })
    }
}

/// The characters of an article as the network sees them.
fn items(context: &Context<'_>) -> Vec<Item> {
    let text = context.text();
    let item = |at: usize| {
        let token = text.token_of[at] as usize;
        let span = text.tokens[token].span;
        let c = if is_of_number(text.folded[at]) { '0' } else { text.folded[at] };
        let place = u8::from(at == span.start) | u8::from(at + 1 == span.end) << 1;
        let mut item = Item { word: (context.word(token) as u32).max(1), ..Item::default() };
        item.chars[0] = c as u32;
        item.traits[SPEECH] = text.tokens[token].pos as u8 * 4 + place;
        item.traits[NAME] = context.name_at(at).map_or(0, |name| {
            let edge = u32::from(at == name.span.start) + 2 * u32::from(at + 1 == name.span.end);
            let class = context.gazetteer().class(name.form).index();
            (1 + 4 * class + edge) as u8
        });
        item.traits[MARKS] = context.mark_at(at);
        item.traits[HEAD] = head(context.head_kinds(at));
        item
    };
    (0..text.folded.len()).map(item).collect()
}

/// The types that a head word ends, as one number: the first of them and whether there are more.
fn head(kinds: u16) -> u8 {
    if kinds == 0 { 0 } else { 1 + 2 * kinds.trailing_zeros() as u8 + u8::from(kinds.count_ones() > 1) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        lexicon::{Gazetteer, Heads},
        text::{Segmenter, Text},
    };

    const PARKS: [&str; 8] = ["青石", "白沙", "龙泉", "金河", "长桥", "云溪", "石坝", "月湖"];

    #[test]
    fn it_learns_names_and_proposes_what_it_finds_likely() {
        let (segmenter, gazetteer, heads) = (Segmenter::new(), Gazetteer::builtin(), Heads::builtin());
        let article =
            |name: &str| format!("题目\n今年以来，{name}产业园完成投资。记者了解到，{name}产业园进展顺利。\n");
        let texts: Vec<Text> = PARKS.iter().map(|name| Text::new(&article(name), &segmenter)).collect();
        let contexts: Vec<Context<'_>> = texts.iter().map(|text| Context::new(text, &gazetteer, &heads)).collect();
        // The first name stands behind 8 characters, the second behind 24; each has 5.
        let places = [Span::new(8, 13), Span::new(24, 29)];
        for text in &texts {
            assert!(places.iter().all(|&place| text.surface(place).ends_with("产业园")), "{:?}", text.folded);
        }
        let names: Vec<(Span, EntityType)> = places.iter().map(|&place| (place, EntityType::Park)).collect();
        let mut examples: Vec<TaggedText<'_>> = Vec::new();
        for _ in 0..8 {
            let seen = texts[..6].iter().map(|text| Context::new(text, &gazetteer, &heads));
            examples.extend(seen.map(|context| TaggedText { context, mentions: names.clone() }));
        }
        let options = NetworkOptions {
            epochs: 20,
            batch: 2,
            word_count: 1,
            char_count: 1,
            dropout: 50,
            ..NetworkOptions::default()
        };
        let tagger = NetworkTagger::from_bytes(&NetworkTagger::train(&examples, options)).expect("whole");
        for context in &contexts[6..] {
            let reading = tagger.read(context);
            let mut proposed = Vec::new();
            reading.propose(&context.text().sentences, 0.5, |span, kind| proposed.push((span, kind)));
            assert_eq!(proposed, names, "{}", context.text().surface(Span::new(0, 20)));
            let mut many = 0;
            reading.propose(&context.text().sentences, 0.001, |span, kind| {
                let view = reading.view(span, kind);
                assert!(view.probability > 0.0009 && view.probability <= 1.001, "{view:?}");
                assert!(view.begins <= 1e-3 && view.goes_on <= 1e-3 && view.ends <= 1e-3, "{view:?}");
                many += 1;
            });
            assert!(many >= 2, "{many} proposals");
            assert!(reading.view(Span::new(0, 2), EntityType::Park).probability < 0.1, "题目 is no park");
        }
    }

    #[test]
    fn proposals_stay_in_their_sentences_whatever_the_network_says() {
        let untaught = NetworkTagger::from_bytes(&NetworkTagger::train(&[], NetworkOptions::default())).expect("whole");
        let (segmenter, gazetteer, heads) = (Segmenter::new(), Gazetteer::builtin(), Heads::builtin());
        let mut many = 0;
        for body in ["", " \n ", "甲", "\n\n甲", "题\n武清区。（京津之间）\n\n“一区三园”《办法》AI3.0；\n"]
        {
            let text = Text::new(body, &segmenter);
            let context = Context::new(&text, &gazetteer, &heads);
            for item in items(&context) {
                assert!(item.traits.iter().zip(Labels::TRAITS).all(|(own, kinds)| usize::from(*own) < kinds));
            }
            untaught.read(&context).propose(&text.sentences, 1e-6, |span, _| {
                assert!(text.sentences.iter().any(|sentence| sentence.span.contains(span)), "{span:?} of {body:?}");
                many += 1;
            });
        }
        assert!(many > 100, "{many} proposals");
    }
}
