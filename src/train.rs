//! Training of all models from annotated articles, in the order in which the stages use each other.
//!
//! Later stages learn from what earlier ones really give: the corpus is split by writer, each part is read by a tagger that has not
//! seen it, and fusion, relations and figures learn from that reading. The same corpus gives the same bytes.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use crate::{
    detect::{
        THRESHOLD,
        candidates::{self, Candidate},
        features::Context,
        fusion,
        tagger::{Tagger, typed},
    },
    gold::GoldArticle,
    learn::{Example, Logistic, TrainOptions, crf::CrfOptions},
    lexicon::{Gazetteer, Heads},
    model::{Entity, EntityType, Span},
    resolve::{self, Form, MergeModel, form_pairs},
    text::{Segmenter, Text},
};

/// The trained models, as the bytes that are stored.
#[derive(Debug, Clone)]
pub struct Models {
    /// The tagger.
    pub tagger: Vec<u8>,
    /// The scores of candidates.
    pub fusion: Vec<u8>,
    /// Which forms are one thing.
    pub merge: Vec<u8>,
}

/// How to train.
#[derive(Debug, Clone, Copy)]
pub struct TrainingOptions {
    /// Parts that the corpus is split into for the later stages to learn from unseen readings.
    pub folds: usize,
    /// The tagger's.
    pub tagger: CrfOptions,
}

impl Default for TrainingOptions {
    fn default() -> Self {
        Self { folds: 4, tagger: CrfOptions::default() }
    }
}

/// A corpus prepared for training: texts with words, and the tables.
pub struct Prepared<'a> {
    /// The articles.
    pub corpus: &'a [GoldArticle],
    /// Their texts.
    pub texts: Vec<Text>,
    /// The tables.
    pub gazetteer: Gazetteer,
    /// The head words.
    pub heads: Heads,
}

impl<'a> Prepared<'a> {
    /// Cuts the articles into words.
    pub fn new(corpus: &'a [GoldArticle], segmenter: &Segmenter) -> Self {
        let texts = corpus.par_iter().map(|gold| Text::new(&gold.article.text, segmenter)).collect();
        Self { corpus, texts, gazetteer: Gazetteer::builtin(), heads: Heads::builtin() }
    }

    fn context(&self, article: usize) -> Context<'_> {
        Context::new(&self.texts[article], &self.gazetteer, &self.heads)
    }

    fn tagger(&self, articles: &[usize], options: CrfOptions) -> Tagger {
        let examples: Vec<_> = articles
            .iter()
            .map(|&at| (self.context(at), &self.texts[at], typed(&self.corpus[at].mentions(), &self.corpus[at].gold)))
            .collect();
        Tagger::train(&examples, options)
    }

    /// For each article the part that it belongs to: writers stay together, parts are about equal in articles.
    fn parts(&self, articles: &[usize], folds: usize) -> BTreeMap<usize, usize> {
        let mut writers: BTreeMap<&str, usize> = BTreeMap::new();
        for &at in articles {
            *writers.entry(self.corpus[at].writer()).or_default() += 1;
        }
        let mut by_size: Vec<(&str, usize)> = writers.into_iter().collect();
        by_size.sort_by_key(|(writer, count)| (std::cmp::Reverse(*count), *writer));
        let mut load = vec![0; folds];
        let mut part_of: BTreeMap<&str, usize> = BTreeMap::new();
        for (writer, count) in by_size {
            let lightest = (0..folds).min_by_key(|&part| load[part]).unwrap_or(0);
            load[lightest] += count;
            part_of.insert(writer, lightest);
        }
        articles.iter().map(|&at| (at, part_of[self.corpus[at].writer()])).collect()
    }

    fn candidates(&self, article: usize, tagger: &Tagger) -> Vec<Candidate> {
        let context = self.context(article);
        let proposals = tagger.propose(&self.texts[article], &context, candidates::FLOOR);
        candidates::candidates(&context, &proposals)
    }

    fn gold_spans(&self, article: usize) -> BTreeSet<(Span, EntityType)> {
        typed(&self.corpus[article].mentions(), &self.corpus[article].gold).into_iter().collect()
    }

    fn merge_examples(&self, article: usize) -> Vec<Example> {
        let (text, gold) = (&self.texts[article], &self.corpus[article]);
        let mut forms: BTreeMap<(Vec<char>, EntityType), (Form, usize)> = BTreeMap::new();
        for mention in gold.mentions() {
            let kind = gold.gold.entities[mention.entity].kind;
            let chars: Vec<char> = text.folded[mention.span.start..mention.span.end]
                .iter()
                .copied()
                .filter(|c| !matches!(c, '“' | '”' | '‘' | '’' | '《' | '》'))
                .collect();
            let entry = forms
                .entry((chars.clone(), kind))
                .or_insert_with(|| (Form { chars, kind, spans: Vec::new() }, mention.entity));
            entry.0.spans.push(mention.span);
        }
        let (forms, entities): (Vec<Form>, Vec<usize>) = forms.into_values().unzip();
        form_pairs(text, &forms, &self.gazetteer)
            .into_iter()
            .map(|(a, b, features)| Example { features, label: entities[a] == entities[b] })
            .collect()
    }
}

/// Trains all models on the articles with the given indices, and gives each of those articles as read by models that have not seen it.
pub fn train(prepared: &Prepared<'_>, articles: &[usize], options: TrainingOptions) -> (Models, BTreeMap<usize, Vec<Entity>>) {
    let parts = prepared.parts(articles, options.folds);
    // Part `folds` stands for all.
    let taggers: Vec<Tagger> = (0..=options.folds)
        .into_par_iter()
        .map(|part| {
            let seen: Vec<usize> = articles.iter().copied().filter(|at| parts[at] != part).collect();
            prepared.tagger(&seen, options.tagger)
        })
        .collect();
    let read: Vec<(usize, Vec<Candidate>)> =
        articles.par_iter().map(|&at| (at, prepared.candidates(at, &taggers[parts[&at]]))).collect();
    let examples: Vec<(usize, Vec<Example>)> = read
        .par_iter()
        .map(|(at, candidates)| {
            let gold = prepared.gold_spans(*at);
            let mut examples = Vec::with_capacity(candidates.len());
            fusion::describe(&prepared.context(*at), candidates, |index, features| {
                let label = gold.contains(&(candidates[index].span, candidates[index].kind));
                examples.push(Example { features: features.clone(), label });
            });
            (*at, examples)
        })
        .collect();
    let fusion_options = TrainOptions { bits: 20, epochs: 8, rate: 0.05, l2: 1e-5 };
    let learn = |without: usize| {
        let examples: Vec<Example> = examples
            .iter()
            .filter(|(at, _)| parts[at] != without)
            .flat_map(|(_, examples)| examples.iter().cloned())
            .collect();
        Logistic::train(&examples, fusion_options)
    };
    let fusions: Vec<Logistic> = (0..=options.folds).into_par_iter().map(learn).collect();
    let merge_examples: Vec<Example> =
        articles.par_iter().flat_map_iter(|&at| prepared.merge_examples(at)).collect();
    let merge = MergeModel::train(&merge_examples);
    let entities = read
        .par_iter()
        .map(|(at, candidates)| {
            let decisions =
                fusion::decide(&prepared.context(*at), candidates, &fusions[parts[at]], THRESHOLD);
            (*at, resolve::entities(&prepared.texts[*at], &decisions, &prepared.gazetteer, &merge))
        })
        .collect();
    let models = Models {
        tagger: taggers[options.folds].to_bytes(),
        fusion: fusions[options.folds].to_bytes(),
        merge: merge.to_bytes(),
    };
    (models, entities)
}
