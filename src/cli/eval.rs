//! `yutu eval`: how well the program reads annotated articles.

use std::{io::Write as _, path::PathBuf};

use miette::IntoDiagnostic as _;
use rayon::prelude::*;

use super::{Context, Outcome, models::ModelArgs, output::Output};
use crate::{
    eval::{Scores, Tally},
    gold, pipeline,
};

/// Measure extraction against annotated articles
///
/// Prints precision, recall and F1 of entities, relations and figures. An entity is right when its type and one of its forms are; a
/// relation when its predicate and both ends are; a figure when its value and unit are, and in full when subject, period and
/// qualifier are too. Facts that are marked optional in the annotation count neither way.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  yutu eval --gold data/corpus --dev\n  yutu eval --gold mine/ --by-type --errors 40"
)]
pub(super) struct Args {
    /// Folders of annotated articles: pairs NAME.txt and NAME.json
    #[arg(long, value_name = "DIR", required = true)]
    gold: Vec<PathBuf>,
    /// Only the articles of these writers (the leading letters of NAME)
    #[arg(long, value_name = "LETTERS", value_delimiter = ',')]
    writers: Vec<String>,
    /// Only the articles that the folder's dev.txt keeps for measuring
    #[arg(long)]
    dev: bool,
    /// Also by type and predicate
    #[arg(long)]
    by_type: bool,
    /// Also this many errors
    #[arg(long, value_name = "N", default_value_t = 0)]
    errors: usize,
    #[command(flatten)]
    models: ModelArgs,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<Outcome, miette::Report> {
    let mut corpus = Vec::new();
    for folder in &args.gold {
        let mut articles = gold::read_corpus(folder).into_diagnostic()?;
        if args.dev {
            let dev = gold::dev_split(folder).into_diagnostic()?;
            articles.retain(|article| dev.contains(&article.gold.id));
        }
        corpus.extend(articles);
    }
    corpus.retain(|article| args.writers.is_empty() || args.writers.iter().any(|w| w == article.writer()));
    if corpus.is_empty() {
        let message = context.lang.pick("没有可供评测的文章", "no articles to measure on");
        return Err(miette::miette!("{message}"));
    }
    let extractor = args.models.extractor(context)?;
    let read: Vec<_> = corpus.par_iter().map(|article| pipeline::extract(&article.article, &extractor)).collect();
    let mut scores = Scores::default();
    for (article, extraction) in corpus.iter().zip(&read) {
        scores.add(&article.gold, extraction);
    }
    let pick = |zh: &'static str, en: &'static str| context.lang.pick(zh, en);
    let mut lines = vec![format!("{} {}", corpus.len(), pick("篇文章", "articles"))];
    for (name, tally) in [
        (pick("实体", "entity"), &scores.entity),
        (pick("实体（不计类型）", "entity, untyped"), &scores.untyped),
        (pick("关系", "relation"), &scores.relation),
        (pick("数据", "observation"), &scores.observation),
        (pick("数据（全部）", "observation, full"), &scores.full),
    ] {
        lines.push(row(name, tally));
    }
    if args.by_type {
        lines.extend(scores.by_type.iter().map(|(kind, tally)| row(kind.as_str(), tally)));
        lines.extend(scores.by_predicate.iter().map(|(predicate, tally)| row(predicate.as_str(), tally)));
    }
    lines.extend(scores.errors.iter().take(args.errors).cloned());
    let mut output = Output::stdout();
    let text = lines.join("\n") + "\n";
    output.write_all(text.as_bytes()).and_then(|()| output.flush()).into_diagnostic()?;
    Ok(Outcome::Done)
}

/// One line of the table.
pub(super) fn row(name: &str, tally: &Tally) -> String {
    let wide = name.chars().filter(|c| !c.is_ascii()).count();
    let width = 24usize.saturating_sub(wide);
    format!(
        "{name:width$} P {:.3}  R {:.3}  F1 {:.3}   ({} / {}, {} predicted)",
        tally.precision(),
        tally.recall(),
        tally.f1(),
        tally.hits,
        tally.gold,
        tally.predicted
    )
}
