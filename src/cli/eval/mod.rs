//! `yutu eval`: how well the program reads annotated articles.

mod tables;
mod trials;

use std::{
    io::Write as _,
    path::{Path, PathBuf},
};

use miette::{IntoDiagnostic as _, WrapErr as _};
use rayon::prelude::*;

pub(super) use tables::row;

use super::{Context, Lang, Outcome, WrongUsage, models::ModelArgs, output::Output};
use crate::{
    eval::{Measured, Scores, report},
    gold::{self, GoldArticle},
    model::Extraction,
    pipeline,
};

/// Measure extraction against annotated articles
///
/// Prints precision, recall and F1 of entities, relations and figures, with the 95 % interval of F1 over draws of the articles. An
/// entity is right when its type and one of its forms are; a relation when its predicate and both ends are; a figure when its
/// value and unit are, and in full when subject, period and qualifier are too. Facts that are marked optional in the annotation
/// count neither way.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  yutu eval --gold data/corpus --dev\n  yutu eval --gold mine/ --by-type --errors 40 --html report.html\n  yutu eval --gold data/corpus --dev --json base.json\n  yutu eval --gold data/corpus --dev --models new --compare base.json\n  yutu eval --gold data/corpus --cross-validate 5 --by-writer"
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
    /// Also by type, predicate and detector
    #[arg(long)]
    by_type: bool,
    /// Also this many errors, after a table of their kinds
    #[arg(long, value_name = "N", num_args = 0..=1, default_value_t = 0, default_missing_value = "40")]
    errors: usize,
    /// Also whether confidences hold: for ten steps of confidence the share that is right
    #[arg(long)]
    reliability: bool,
    /// Write all figures to this file, `-` for standard output in place of the tables
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Compare with the figures that --json wrote, over the articles that both have
    #[arg(long, value_name = "BASE")]
    compare: Option<PathBuf>,
    /// Write a page that shows every article with hits, misses and spurious marks; it needs no network
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Train K times [default: 5], leaving a part of the articles out each time, and measure on what was left out
    ///
    /// Takes K times as long as `yutu train`. Every article counts once, read by models that have not seen it. With --dev only the
    /// articles of the dev split take part, in training too.
    #[arg(long, value_name = "K", num_args = 0..=1, default_missing_value = "5", conflicts_with_all = ["models", "ablation"],
        value_parser = clap::value_parser!(u8).range(2..=50))]
    cross_validate: Option<u8>,
    /// With --cross-validate: leave writers out whole, so that none is read by models that know their hand
    #[arg(long, requires = "cross_validate")]
    by_writer: bool,
    /// Train with an eighth, a quarter, a half and all of the articles of four fifths of the writers, and measure on the others'
    ///
    /// Takes about twice as long as `yutu train`. Says what more articles would bring.
    #[arg(long, conflicts_with_all = ["models", "ablation", "cross_validate", "json", "compare", "html", "by_type", "errors", "reliability"])]
    learning_curve: bool,
    /// Read with only some detectors, and without the second look, and print a table
    #[arg(long, conflicts_with_all = ["json", "compare", "html"])]
    ablation: bool,
    #[command(flatten)]
    models: ModelArgs,
}

/// The learning curve is measured on one of so many parts of the writers.
const CURVE_PARTS: usize = 5;

pub(super) fn run(args: &Args, context: &Context) -> Result<Outcome, miette::Report> {
    let corpus = corpus(args, context)?;
    let base = args.compare.as_deref().map(|path| read_base(path, context)).transpose()?;
    if args.learning_curve {
        return write(&trials::learning_curve(&corpus, context)?);
    }
    let (read, before) = match args.cross_validate {
        Some(parts) => trials::cross_validate(&corpus, usize::from(parts), args.by_writer, context)?,
        None => {
            let extractor = args.models.extractor(context)?;
            if args.ablation {
                return write(&trials::ablation(&corpus, &extractor, context));
            }
            let read = corpus.par_iter().map(|article| pipeline::extract(&article.article, &extractor)).collect();
            (read, String::new())
        }
    };
    let mut scores = Scores::default();
    let pages = add(&mut scores, &corpus, &read);
    let measured = Measured::new(&scores);
    if let Some(path) = &args.html {
        let lang = if context.lang == Lang::Zh { report::Lang::Zh } else { report::Lang::En };
        write_file(path, &report::page(&measured, &pages, lang), context)?;
    }
    if let Some(path) = &args.json {
        let json = serde_json::to_string_pretty(&measured).expect("strings and finite numbers are always JSON") + "\n";
        if path == Path::new("-") {
            return write(&json);
        }
        write_file(path, &json, context)?;
    }
    let mut text = before + &tables::summary(&scores, &measured, context.lang);
    if args.by_type {
        text += &tables::by_type(&scores, context.lang);
    }
    if args.reliability {
        text += &tables::reliability(&scores, context.lang);
    }
    if args.errors > 0 {
        text += &tables::errors(&scores, args.errors, context.lang);
    }
    if let Some(base) = &base {
        text += &tables::comparison(base, &measured, context.lang);
    }
    write(&text)
}

/// Counts articles in; gives what the page shows of each.
fn add(scores: &mut Scores, corpus: &[GoldArticle], read: &[Extraction]) -> Vec<report::Article> {
    let mut add = |(article, extraction)| report::article(article, extraction, &scores.add(article, extraction));
    corpus.iter().zip(read).map(&mut add).collect()
}

fn corpus(args: &Args, context: &Context) -> Result<Vec<GoldArticle>, miette::Report> {
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
    let parts = if args.learning_curve { CURVE_PARTS } else { args.cross_validate.map_or(1, usize::from) };
    if corpus.is_empty() {
        let message = context.lang.pick("没有可供评测的文章", "no articles to measure on");
        return Err(miette::miette!("{message}"));
    }
    if parts > 1 && corpus.len() < parts * 2 {
        let count = corpus.len();
        return Err(miette::Report::new(WrongUsage::Said(match context.lang {
            Lang::Zh => format!("文章只有 {count} 篇，不够分成 {parts} 份"),
            Lang::En => format!("{count} articles are too few for {parts} parts"),
        })));
    }
    Ok(corpus)
}

fn read_base(path: &Path, context: &Context) -> Result<Measured, miette::Report> {
    let name = path.display();
    let cannot = || match context.lang {
        Lang::Zh => format!("无法读取 {name}：应是 yutu eval --json 写出的文件"),
        Lang::En => format!("cannot read {name}, which should be a file that `yutu eval --json` wrote"),
    };
    let bytes = std::fs::read(path).into_diagnostic().wrap_err_with(cannot)?;
    serde_json::from_slice(&bytes).into_diagnostic().wrap_err_with(cannot)
}

fn write_file(path: &Path, text: &str, context: &Context) -> Result<(), miette::Report> {
    let name = path.display();
    std::fs::write(path, text).into_diagnostic().wrap_err_with(|| match context.lang {
        Lang::Zh => format!("无法写入 {name}"),
        Lang::En => format!("cannot write {name}"),
    })?;
    context.say(format_args!("已写入 {name}"), format_args!("written: {name}"));
    Ok(())
}

fn write(text: &str) -> Result<Outcome, miette::Report> {
    let mut output = Output::stdout();
    output.write_all(text.as_bytes()).and_then(|()| output.flush()).into_diagnostic()?;
    Ok(Outcome::Done)
}
