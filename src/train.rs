//! Training of all models from annotated articles, in the order in which the stages use each other.
//!
//! Later stages learn from what earlier ones really give: the corpus is split by writer, each part is read by taggers that have not
//! seen it, and fusion, relations and figures learn from that reading. The same corpus gives the same bytes.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use rayon::prelude::*;

use crate::{
    detect::{
        self, Taggers,
        candidates::Candidate,
        features::Context,
        fusion,
        network::NetworkTagger,
        second,
        tagger::{TaggedText, Tagger, typed},
    },
    eval::pair_entities,
    gold::GoldArticle,
    learn::{Boost, BoostOptions, Example, Logistic, TrainOptions, crf::CrfOptions, hash, network::NetworkOptions},
    lexicon::{Gazetteer, Heads},
    model::{Entity, EntityType, Predicate, Span},
    relate::{self, RelationModel, RelationSample, RelationTraining, figures},
    resolve::{self, Form, MergeModel, form_pairs, inner_names},
    text::{Segmenter, Text, fold},
};

/// The trained models, as the bytes that are stored.
#[derive(Debug, Clone)]
pub struct Models {
    /// The tagger.
    pub tagger: Vec<u8>,
    /// The network that tags.
    pub network: Vec<u8>,
    /// The scores of candidates.
    pub fusion: Vec<u8>,
    /// Their scores at the second look.
    pub second: Vec<u8>,
    /// Which forms are one thing.
    pub merge: Vec<u8>,
    /// Relations.
    pub relations: Vec<u8>,
    /// Figures.
    pub figures: Vec<u8>,
}

impl Models {
    /// In the order of [`MODEL_FILES`](crate::pipeline::MODEL_FILES).
    pub fn in_order(&self) -> [&[u8]; 7] {
        let Self { tagger, network, fusion, second, merge, relations, figures } = self;
        [tagger, network, fusion, second, merge, relations, figures]
    }
}

/// How to train.
#[derive(Debug, Clone, Copy)]
pub struct TrainingOptions {
    /// Parts that the corpus is split into for the later stages to learn from unseen readings.
    pub folds: usize,
    /// The tagger's.
    pub tagger: CrfOptions,
    /// The network's that tags.
    pub network: NetworkOptions,
    /// The first look's at candidates.
    pub fusion: TrainOptions,
    /// The second look's.
    pub second: BoostOptions,
    /// The relations'.
    pub relations: RelationTraining,
}

impl Default for TrainingOptions {
    fn default() -> Self {
        // Detected entities take the place of annotated ones made noisy.
        let relations = RelationTraining { noisy_copies: 0, ..RelationTraining::default() };
        let second = BoostOptions { trees: 400, leaves: 24, rate: 0.06, ..BoostOptions::default() };
        let network = NetworkOptions {
            epochs: 6,
            batch: 2,
            rate: 7e-3,
            dropout: 128,
            word_count: 40,
            ..NetworkOptions::default()
        };
        let fusion = TrainOptions { bits: 20, epochs: 8, rate: 0.05, l2: 1e-5, least: 64 };
        Self { folds: 5, tagger: CrfOptions::default(), network, fusion, second, relations }
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

    /// An article with the tables, as the tagger sees it.
    pub fn context(&self, article: usize) -> Context<'_> {
        Context::new(&self.texts[article], &self.gazetteer, &self.heads)
    }

    /// Articles with their gold mentions.
    fn tagged(&self, articles: &[usize]) -> Vec<TaggedText<'_>> {
        let tagged = |&at: &usize| TaggedText { context: self.context(at), mentions: self.gold_mentions(at) };
        articles.iter().map(tagged).collect()
    }

    /// For each article the part that it belongs to: writers stay together, parts are about equal in articles.
    pub fn parts(&self, articles: &[usize], folds: usize) -> BTreeMap<usize, usize> {
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

    /// The bytes of both taggers for each part that has not seen it, and last of ones that have seen all.
    pub fn taggers(&self, parts: &BTreeMap<usize, usize>, options: TrainingOptions) -> Vec<TaggerBytes> {
        let train = |part: usize| {
            let seen: Vec<usize> = parts.iter().filter(|(_, own)| **own != part).map(|(at, _)| *at).collect();
            let seen = self.tagged(&seen);
            let (tagger, network) =
                rayon::join(|| Tagger::train(&seen, options.tagger), || NetworkTagger::train(&seen, options.network));
            TaggerBytes { tagger, network }
        };
        (0..=options.folds).into_par_iter().map(train).collect()
    }

    /// Trains what decides between candidates and what puts forms together.
    pub fn detection(
        &self,
        parts: &BTreeMap<usize, usize>,
        taggers: &[TaggerBytes],
        options: TrainingOptions,
    ) -> Detection {
        let articles: Vec<usize> = parts.keys().copied().collect();
        let mut read: Vec<(usize, Vec<Candidate>)> = Vec::with_capacity(articles.len());
        for (part, bytes) in taggers.iter().enumerate().take(options.folds) {
            let taggers = bytes.read();
            let own: Vec<usize> = articles.iter().copied().filter(|at| parts[at] == part).collect();
            read.par_extend(own.par_iter().map(|&at| (at, taggers.candidates(&self.context(at)))));
        }
        read.sort_unstable_by_key(|(at, _)| *at);
        let is_name = |at: usize| {
            let gold = self.gold_spans(at);
            move |candidate: &Candidate| gold.contains(&(candidate.span, candidate.kind))
        };
        let examples: Vec<(usize, Vec<Example>)> = read
            .par_iter()
            .map(|(at, candidates)| {
                let is_name = is_name(*at);
                let mut examples = Vec::with_capacity(candidates.len());
                fusion::describe(&self.context(*at), candidates, |index, features| {
                    examples.push(Example { features: features.clone(), label: is_name(&candidates[index]) });
                });
                (*at, examples)
            })
            .collect();
        let learn = |without: usize| {
            let examples: Vec<Example> = examples
                .iter()
                .filter(|(at, _)| parts[at] != without)
                .flat_map(|(_, examples)| examples.iter().cloned())
                .collect();
            Logistic::train(&examples, options.fusion)
        };
        let mut fusions: Vec<Logistic> = (0..=options.folds).into_par_iter().map(learn).collect();
        // The second look learns from first looks of models that have not seen the article.
        let rows: Vec<(usize, Vec<f32>, Vec<bool>)> = read
            .par_iter()
            .map(|(at, candidates)| {
                let (context, is_name) = (self.context(*at), is_name(*at));
                let first = fusion::scores(&context, candidates, &fusions[parts[at]]);
                let (kept, numbers) = second::describe(&context, candidates, &first);
                (*at, numbers, kept.iter().map(|&index| is_name(&candidates[index])).collect())
            })
            .collect();
        let mut seconds: Vec<Boost> = (0..=options.folds)
            .map(|part| {
                let (mut numbers, mut labels) = (Vec::new(), Vec::new());
                for (_, row_numbers, row_labels) in rows.iter().filter(|(at, _, _)| parts[at] != part) {
                    numbers.extend_from_slice(row_numbers);
                    labels.extend_from_slice(row_labels);
                }
                Boost::train(&numbers, second::NUMBERS, &labels, options.second)
            })
            .collect();
        let merge_examples: Vec<Example> = articles.par_iter().flat_map_iter(|&at| self.merge_examples(at)).collect();
        let inner_examples: Vec<Example> = articles.par_iter().flat_map_iter(|&at| self.inner_examples(at)).collect();
        let merge = MergeModel::train(&merge_examples, &inner_examples);
        let unseen = read
            .par_iter()
            .map(|(at, candidates)| {
                let part = parts[at];
                (*at, self.found(*at, candidates, &fusions[part], &seconds[part], &merge))
            })
            .collect();
        Detection {
            fusion: fusions.swap_remove(options.folds),
            second: seconds.swap_remove(options.folds),
            merge,
            unseen,
        }
    }

    /// The entities that models find in an article, given its candidates; as later stages learn from them.
    fn found(
        &self,
        article: usize,
        candidates: &[Candidate],
        fusion: &Logistic,
        second: &Boost,
        merge: &MergeModel,
    ) -> Vec<Entity> {
        let decisions =
            detect::decide(&self.context(article), candidates, fusion, second, detect::THRESHOLD_IN_TRAINING);
        resolve::entities(&self.texts[article], &decisions, &self.gazetteer, &self.heads, merge)
    }

    fn gold_mentions(&self, article: usize) -> Vec<(Span, EntityType)> {
        typed(&self.corpus[article].mentions(), &self.corpus[article].gold)
    }

    fn gold_spans(&self, article: usize) -> BTreeSet<(Span, EntityType)> {
        self.gold_mentions(article).into_iter().collect()
    }

    /// Relations are learnt from the annotated entities and from the entities as detected, side by side.
    pub fn relations(
        &self,
        articles: &[usize],
        detected: &BTreeMap<usize, Vec<Entity>>,
        options: RelationTraining,
    ) -> RelationModel {
        let samples: Vec<RelationSample> = articles
            .iter()
            .map(|&at| self.relation_sample(at, self.corpus[at].entities()))
            .chain(
                articles
                    .iter()
                    .map(|&at| RelationSample { detected: true, ..self.relation_sample(at, detected[&at].clone()) }),
            )
            .collect();
        relate::train(&samples, options)
    }

    /// An article's relations between the given entities, which are paired with the annotated ones by their forms.
    pub fn relation_sample(&self, article: usize, entities: Vec<Entity>) -> RelationSample {
        let gold = &self.corpus[article];
        let pairs = pair_entities(&gold.gold.entities, &entities);
        let map = |(subject, predicate, object): &(String, Predicate, String)| {
            Some((*pairs.get(subject)?, *predicate, *pairs.get(object)?))
        };
        let optional: BTreeSet<&str> =
            (gold.gold.entities.iter()).filter(|entity| entity.optional).map(|entity| entity.id.as_str()).collect();
        // What has an optional end counts neither way.
        let counts = |relation: &&(String, Predicate, String)| {
            !optional.contains(relation.0.as_str()) && !optional.contains(relation.2.as_str())
        };
        let stated = &gold.gold.relations;
        let relations = stated.iter().filter_map(map).collect();
        let unsure = gold.gold.optional_relations.iter().filter_map(map).collect();
        let lost = stated.iter().filter(counts).filter(|relation| map(relation).is_none()).map(|r| r.1).collect();
        let mut unsure_entities = vec![false; entities.len()];
        for entity in gold.gold.entities.iter().filter(|entity| entity.optional) {
            if let Some(&at) = pairs.get(&entity.id) {
                unsure_entities[at] = true;
            }
        }
        RelationSample {
            text: Arc::new(self.texts[article].clone()),
            entities,
            relations,
            unsure,
            unsure_entities,
            lost,
            detected: false,
            reference: gold.reference,
            group: gold.writer().to_owned(),
            seed: hash(&[&gold.article.sha256]),
        }
    }

    /// Figures, like relations, are learnt from the annotated entities and from the entities as detected, where there are such.
    pub fn figures(&self, articles: &[usize], detected: &BTreeMap<usize, Vec<Entity>>) -> figures::FigureModel {
        let annotated = articles.iter().map(|&at| (at, self.corpus[at].entities()));
        let found = articles.iter().filter_map(|&at| Some((at, self.named_as_annotated(at, detected.get(&at)?))));
        let entities: Vec<(usize, Vec<Entity>)> = annotated.chain(found).collect();
        let training: Vec<figures::TrainingArticle<'_>> = entities
            .iter()
            .map(|(at, entities)| figures::TrainingArticle {
                gold: &self.corpus[*at],
                text: &self.texts[*at],
                entities,
            })
            .collect();
        figures::train(&training)
    }

    /// Detected entities under the ids of the annotated ones that they are.
    fn named_as_annotated(&self, article: usize, detected: &[Entity]) -> Vec<Entity> {
        let pairs = pair_entities(&self.corpus[article].gold.entities, detected);
        let mut entities = detected.to_vec();
        for entity in &mut entities {
            entity.id = format!("detected {}", entity.id);
        }
        for (id, &at) in &pairs {
            entities[at].id.clone_from(id);
        }
        entities
    }

    /// The annotated forms of an article, each with the place of its entity.
    fn gold_forms(&self, article: usize) -> (Vec<Form>, Vec<usize>) {
        let (text, gold) = (&self.texts[article], &self.corpus[article]);
        let mut forms: BTreeMap<(Vec<char>, EntityType), (Form, usize)> = BTreeMap::new();
        for mention in gold.mentions() {
            let kind = gold.gold.entities[mention.entity].kind;
            let chars = resolve::without_quotes(&text.folded[mention.span.start..mention.span.end]);
            let entry = forms
                .entry((chars.clone(), kind))
                .or_insert_with(|| (Form { chars, kind, spans: Vec::new() }, mention.entity));
            entry.0.spans.push(mention.span);
        }
        forms.into_values().unzip()
    }

    fn merge_examples(&self, article: usize) -> Vec<Example> {
        let (forms, entities) = self.gold_forms(article);
        form_pairs(&self.texts[article], &forms, &self.gazetteer)
            .into_iter()
            .map(|(a, b, features)| Example { features, label: entities[a] == entities[b] })
            .collect()
    }

    /// Names inside annotated ones, and whether they are listed as well.
    fn inner_examples(&self, article: usize) -> Vec<Example> {
        let (forms, _) = self.gold_forms(article);
        let mut listed: BTreeMap<(EntityType, Vec<char>), bool> = BTreeMap::new();
        for entity in &self.corpus[article].gold.entities {
            for form in entity.forms() {
                let folded = fold(&form.chars().collect::<Vec<_>>());
                let optional = listed.entry((entity.kind, resolve::without_quotes(&folded))).or_insert(true);
                *optional &= entity.optional;
            }
        }
        let inner = inner_names(&self.texts[article], &forms, &self.gazetteer, &self.heads).into_iter();
        // What is optional teaches nothing.
        inner
            .filter_map(|(form, features)| match listed.get(&(form.kind, form.chars)) {
                Some(true) => None,
                listed => Some(Example { features, label: listed.is_some() }),
            })
            .collect()
    }
}

/// Both taggers as bytes.
#[derive(Debug, Clone)]
pub struct TaggerBytes {
    /// The statistical tagger.
    pub tagger: Vec<u8>,
    /// The network.
    pub network: Vec<u8>,
}

impl TaggerBytes {
    fn read(&self) -> Taggers {
        Taggers {
            tagger: Tagger::from_bytes(&self.tagger).expect("a tagger reads what its training wrote"),
            network: NetworkTagger::from_bytes(&self.network).expect("a network reads what its training wrote"),
        }
    }
}

/// The models that find entities, and what they say of articles that they have not seen.
#[derive(Debug)]
pub struct Detection {
    /// The scores of candidates.
    pub fusion: Logistic,
    /// Their scores at the second look.
    pub second: Boost,
    /// Which forms are one thing.
    pub merge: MergeModel,
    /// Each article's entities by models that have not seen its part.
    pub unseen: BTreeMap<usize, Vec<Entity>>,
}

/// Trains all models on the articles with the given indices, and gives each of those articles as read by models that have not seen it.
/// Those that teach figures alone are left out before, and are not among what is given.
pub fn train(
    prepared: &Prepared<'_>,
    articles: &[usize],
    options: TrainingOptions,
) -> (Models, BTreeMap<usize, Vec<Entity>>) {
    let (figures_only, articles): (Vec<usize>, Vec<usize>) =
        articles.iter().partition(|&&at| prepared.corpus[at].figures_only);
    let parts = prepared.parts(&articles, options.folds);
    let mut taggers = prepared.taggers(&parts, options);
    let detection = prepared.detection(&parts, &taggers, options);
    let bytes = taggers.swap_remove(options.folds);
    let relations = prepared.relations(&articles, &detection.unseen, options.relations).to_bytes();
    // No model has seen the others: any reading of them is unseen.
    let mut detected = detection.unseen.clone();
    if !figures_only.is_empty() {
        let taggers = bytes.read();
        let Detection { fusion, second, merge, .. } = &detection;
        detected.par_extend(figures_only.par_iter().map(|&at| {
            let candidates = taggers.candidates(&prepared.context(at));
            (at, prepared.found(at, &candidates, fusion, second, merge))
        }));
    }
    let stating: Vec<usize> = detected.keys().copied().collect();
    let figures = prepared.figures(&stating, &detected).to_bytes();
    let TaggerBytes { tagger, network } = bytes;
    let models = Models {
        tagger,
        network,
        fusion: detection.fusion.to_bytes(),
        second: detection.second.to_bytes(),
        merge: detection.merge.to_bytes(),
        relations,
        figures,
    };
    (models, detection.unseen)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gold::{Gold, GoldEntity};

    #[test]
    fn a_relation_that_lost_an_end_is_missed_unless_it_counts_neither_way() {
        let entity = |id: &str, kind, name: &str, optional| GoldEntity {
            id: id.to_owned(),
            kind,
            name: name.to_owned(),
            aliases: Vec::new(),
            optional,
        };
        let relation = |subject: &str, predicate, object: &str| (subject.to_owned(), predicate, object.to_owned());
        let gold = Gold {
            id: "t01".to_owned(),
            title: "标题".to_owned(),
            published: None,
            source: None,
            sha256: None,
            entities: vec![
                entity("e1", EntityType::Region, "武清区", false),
                entity("e2", EntityType::Company, "红日药业", false),
                entity("e3", EntityType::Company, "云圣智能", true),
                entity("e4", EntityType::Industry, "生物医药", false),
            ],
            relations: vec![
                relation("e1", Predicate::Attracts, "e2"),
                relation("e1", Predicate::Attracts, "e3"),
                relation("e1", Predicate::FocusesOn, "e4"),
            ],
            observations: Vec::new(),
            optional_relations: vec![
                relation("e2", Predicate::LocatedIn, "e1"),
                relation("e2", Predicate::FocusesOn, "e4"),
            ],
        };
        let corpus = [GoldArticle::new(gold, "标题\n武清区引进红日药业、云圣智能，发展生物医药。")];
        let prepared = Prepared::new(&corpus, &Segmenter::new());
        // Found are the place and the industry.
        let found =
            corpus[0].entities().into_iter().filter(|entity| matches!(entity.id.as_str(), "e1" | "e4")).collect();
        let sample = prepared.relation_sample(0, found);
        assert_eq!(sample.relations, [(0, Predicate::FocusesOn, 1)]);
        assert_eq!(
            (sample.unsure, sample.lost),
            (Vec::new(), vec![Predicate::Attracts]),
            "only that of the firm that counts"
        );
    }
}
