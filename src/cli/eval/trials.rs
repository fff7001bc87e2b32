//! Measurements that train or that leave parts of the program out.

use miette::IntoDiagnostic as _;
use rayon::prelude::*;

use super::{super::Context, add, tables};
use crate::{
    cli::Lang,
    eval::Scores,
    gold::GoldArticle,
    model::Extraction,
    pipeline::Extractor,
    train::TrainingOptions,
    trial::{self, Fold, Grouping, Setting},
};

/// Each article as read by models that have not seen it, and a line a part.
pub(super) fn cross_validate(
    corpus: &[GoldArticle],
    parts: usize,
    by_writer: bool,
    context: &Context,
) -> Result<(Vec<Extraction>, String), miette::Report> {
    let grouping = if by_writer { Grouping::Writer } else { Grouping::Article };
    let assigned = trial::assign(corpus, parts, grouping);
    let started = std::time::Instant::now();
    let mut lines = String::new();
    let folds = trial::read_held_out(corpus, &assigned, TrainingOptions::default(), |fold| {
        let scores = scores(corpus, fold);
        let (number, seconds) = (fold.part + 1, started.elapsed().as_secs_f64());
        let name = match context.lang {
            Lang::Zh => format!("第 {number} 份"),
            Lang::En => format!("part {number}"),
        };
        lines += &tables::part(&name, &scores, context.lang);
        lines.push('\n');
        context.say(
            format_args!("第 {number} 份（共 {parts} 份）已完成，用时 {seconds:.0} 秒"),
            format_args!("part {number} of {parts} done after {seconds:.0} s"),
        );
    })
    .into_diagnostic()?;
    let mut read: Vec<(usize, Extraction)> =
        folds.into_iter().flat_map(|fold| fold.articles.into_iter().zip(fold.extractions)).collect();
    read.sort_by_key(|(at, _)| *at);
    lines.push('\n');
    Ok((read.into_iter().map(|(_, extraction)| extraction).collect(), lines))
}

fn scores(corpus: &[GoldArticle], fold: &Fold) -> Scores {
    let mut scores = Scores::default();
    for (at, extraction) in fold.articles.iter().zip(&fold.extractions) {
        scores.add(&corpus[*at], extraction);
    }
    scores
}

/// A line for each share of the training articles.
pub(super) fn learning_curve(corpus: &[GoldArticle], context: &Context) -> Result<String, miette::Report> {
    let assigned = trial::assign(corpus, super::CURVE_PARTS, Grouping::Writer);
    let mut lines = String::new();
    trial::learning_curve(corpus, &assigned, TrainingOptions::default(), |fold| {
        let (scores, count) = (scores(corpus, fold), fold.trained_on);
        let name = match context.lang {
            Lang::Zh => format!("用 {count} 篇训练，评测"),
            Lang::En => format!("trained on {count}, measured on"),
        };
        let line = tables::part(&name, &scores, context.lang);
        context.say(format_args!("{line}"), format_args!("{line}"));
        lines += &line;
        lines.push('\n');
    })
    .into_diagnostic()?;
    Ok(lines)
}

/// A table of the settings.
pub(super) fn ablation(corpus: &[GoldArticle], extractor: &Extractor, context: &Context) -> String {
    let measured = Setting::ALL.map(|setting| {
        let read: Vec<Extraction> =
            corpus.par_iter().map(|article| setting.extract(&article.article, extractor)).collect();
        let mut scores = Scores::default();
        add(&mut scores, corpus, &read);
        let name = match context.lang {
            Lang::Zh => setting.label_zh(),
            Lang::En => setting.name(),
        };
        (name, scores)
    });
    tables::settings(&measured, context.lang)
}
