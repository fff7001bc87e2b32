//! Cross-validation: the corpus in parts, each read by models that were trained on the others.

use rayon::prelude::*;

use crate::{
    gold::GoldArticle,
    learn::{ModelError, hash},
    model::Extraction,
    pipeline::{Extractor, extract},
    text::Segmenter,
    train::{Prepared, TrainingOptions, train},
};

/// What stays together when the corpus is split.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grouping {
    /// Only the article: every part has articles of every writer.
    Article,
    /// All articles of a writer: nobody is read by models that know their hand.
    Writer,
}

/// For each article its part, 0 to `parts`-1; parts are about equal in articles.
pub fn assign(corpus: &[GoldArticle], parts: usize, grouping: Grouping) -> Vec<usize> {
    match grouping {
        Grouping::Article => {
            // Dealt out in the order of writers, so that each part has its share of every writer.
            let mut order: Vec<usize> = (0..corpus.len()).collect();
            order.sort_by_key(|&at| (corpus[at].writer(), &corpus[at].gold.id));
            let mut assigned = vec![0; corpus.len()];
            for (place, at) in order.into_iter().enumerate() {
                assigned[at] = place % parts;
            }
            assigned
        }
        Grouping::Writer => {
            let mut writers: Vec<(&str, usize)> = Vec::new();
            for article in corpus {
                match writers.iter_mut().find(|(writer, _)| *writer == article.writer()) {
                    Some((_, count)) => *count += 1,
                    None => writers.push((article.writer(), 1)),
                }
            }
            writers.sort_by_key(|(writer, count)| (std::cmp::Reverse(*count), *writer));
            let mut load = vec![0; parts];
            let placed: Vec<(&str, usize)> = (writers.into_iter())
                .map(|(writer, count)| {
                    let lightest = (0..parts).min_by_key(|&part| load[part]).unwrap_or(0);
                    load[lightest] += count;
                    (writer, lightest)
                })
                .collect();
            let part_of = |writer: &str| placed.iter().find(|(known, _)| *known == writer).map_or(0, |(_, part)| *part);
            corpus.iter().map(|article| part_of(article.writer())).collect()
        }
    }
}

/// Articles as read by models that have not seen them.
#[derive(Debug)]
pub struct Fold {
    /// Which part of the corpus they are.
    pub part: usize,
    /// How many articles the models were trained on.
    pub trained_on: usize,
    /// Its articles, by their places in the corpus.
    pub articles: Vec<usize>,
    /// What was read, in the same order.
    pub extractions: Vec<Extraction>,
}

/// Trains without each part in turn and reads it; calls `done` after each.
///
/// # Errors
/// When a model that was just trained cannot be used, which would be a fault of the program.
pub fn read_held_out(
    corpus: &[GoldArticle],
    assigned: &[usize],
    options: TrainingOptions,
    mut done: impl FnMut(&Fold),
) -> Result<Vec<Fold>, ModelError> {
    let prepared = Prepared::new(corpus, &Segmenter::new());
    let parts = assigned.iter().max().map_or(0, |last| last + 1);
    let mut folds = Vec::with_capacity(parts);
    for part in 0..parts {
        let (articles, others): (Vec<usize>, Vec<usize>) = (0..corpus.len()).partition(|&at| assigned[at] == part);
        let fold = read_by(&prepared, &others, part, articles, options)?;
        done(&fold);
        folds.push(fold);
    }
    Ok(folds)
}

/// Trains on some articles and reads others, which are a part of the corpus.
fn read_by(
    prepared: &Prepared<'_>,
    training: &[usize],
    part: usize,
    articles: Vec<usize>,
    options: TrainingOptions,
) -> Result<Fold, ModelError> {
    let (models, _) = train(prepared, training, options);
    let extractor = Extractor::from_models(&models)?;
    let extractions = articles.par_iter().map(|&at| extract(&prepared.corpus[at].article, &extractor)).collect();
    Ok(Fold { part, trained_on: training.len(), articles, extractions })
}

/// The shares of the training articles that [`learning_curve`] takes, in hundredths.
const SHARES: [usize; 4] = [12, 25, 50, 100];

/// Leaves part 0 out, trains on growing shares of the others, each within the next, and reads part 0; calls `done` after each.
///
/// # Errors
/// When a model that was just trained cannot be used, which would be a fault of the program.
pub fn learning_curve(
    corpus: &[GoldArticle],
    assigned: &[usize],
    options: TrainingOptions,
    mut done: impl FnMut(&Fold),
) -> Result<(), ModelError> {
    let prepared = Prepared::new(corpus, &Segmenter::new());
    let (articles, mut others): (Vec<usize>, Vec<usize>) = (0..corpus.len()).partition(|&at| assigned[at] == 0);
    // An order that has nothing to do with the writers.
    others.sort_by_key(|&at| hash(&[&corpus[at].gold.id]));
    for share in SHARES {
        let mut some: Vec<usize> = others[..(others.len() * share / 100).max(1)].to_vec();
        some.sort_unstable();
        done(&read_by(&prepared, &some, 0, articles.clone(), options)?);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gold::Gold;

    fn corpus(names: &[&str]) -> Vec<GoldArticle> {
        let gold = |name: &&str| Gold {
            id: (*name).to_owned(),
            title: "题".into(),
            published: None,
            source: None,
            sha256: None,
            entities: vec![],
            relations: vec![],
            observations: vec![],
            optional_relations: vec![],
        };
        names.iter().map(|name| GoldArticle::new(gold(name), "题\n文")).collect()
    }

    #[test]
    fn articles_are_dealt_out_evenly_within_writers() {
        let corpus = corpus(&["a1", "a2", "a3", "a4", "b1", "b2", "b3", "b4"]);
        assert_eq!(assign(&corpus, 4, Grouping::Article), [0, 1, 2, 3, 0, 1, 2, 3]);
    }

    #[test]
    fn a_writer_stays_whole() {
        let corpus = corpus(&["a1", "b1", "a2", "c1", "a3", "b2", "d1"]);
        let assigned = assign(&corpus, 2, Grouping::Writer);
        for article in &corpus {
            let parts: Vec<usize> = (0..corpus.len())
                .filter(|&at| corpus[at].writer() == article.writer())
                .map(|at| assigned[at])
                .collect();
            assert!(parts.iter().all(|part| *part == parts[0]), "{}", article.writer());
        }
        assert_eq!(assigned.iter().filter(|part| **part == 0).count(), 4);
    }
}
