//! `yutu train`: models from annotated articles.

use std::path::PathBuf;

use miette::{IntoDiagnostic as _, WrapErr as _};

use super::{Context, Outcome, eval};
use crate::{
    eval::{Measure, Scores},
    gold,
    model::Extraction,
    pipeline::MODEL_FILES,
    text::Segmenter,
    train::{self, Prepared, TrainingOptions},
};

/// Train the models of all stages from annotated articles
///
/// A corpus is a folder of pairs of files: NAME.txt (headline, body, date) and NAME.json (its facts). The leading letters of NAME say
/// who wrote it: later stages learn from readings of articles by models that have seen none of that writer. The same corpus
/// gives the same models, byte for byte. The articles that the folder's dev.txt names are kept for measuring and are not trained on.
/// Where its reference.txt names writers, how readily a relation is taken for stated is learnt from their articles alone; the
/// articles of those in its figures.txt teach figures alone. 5,000 articles take about seventy minutes on two cores.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  yutu train --corpus data/corpus -o models\n  yutu extract --models models news.txt"
)]
pub(super) struct Args {
    /// Folders of annotated articles
    #[arg(long, value_name = "DIR", required = true)]
    corpus: Vec<PathBuf>,
    /// Leave these writers' articles out, for measuring
    #[arg(long, value_name = "LETTERS", value_delimiter = ',')]
    without: Vec<String>,
    /// The folder that the models are written to
    #[arg(short, long, value_name = "DIR")]
    output: PathBuf,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<Outcome, miette::Report> {
    let mut corpus = Vec::new();
    for folder in &args.corpus {
        let dev = gold::dev_split(folder).into_diagnostic()?;
        let articles = gold::read_corpus(folder).into_diagnostic()?;
        for list in [gold::REFERENCE_FILE, gold::FIGURES_FILE] {
            let writers = gold::writers_in(folder, list).into_diagnostic()?;
            let is_there = |writer: &String| articles.iter().any(|article| article.writer() == *writer);
            if let Some(writer) = writers.iter().find(|writer| !is_there(writer)) {
                let file = folder.join(list);
                let message = context.lang.pick(
                    "列出的作者没有文章；请写文章名开头的字母，每行一位：",
                    "names a writer of whom the folder has no article; write the leading letters of the articles' names, one writer a line:",
                );
                return Err(miette::miette!("{} {message} {writer}", file.display()));
            }
        }
        corpus.extend(articles.into_iter().filter(|article| !dev.contains(&article.gold.id)));
    }
    corpus.retain(|article| !args.without.iter().any(|writer| writer == article.writer()));
    if corpus.iter().all(|article| article.figures_only) {
        let message = context.lang.pick(
            "没有可供训练的文章：文件夹中应有成对的 NAME.txt 和 NAME.json（figures.txt 所列作者之外）",
            "no articles to train on: the folder should hold pairs NAME.txt and NAME.json (by others than the writers in figures.txt)",
        );
        return Err(miette::miette!("{message}"));
    }
    let articles = corpus.len();
    context.say(format_args!("用 {articles} 篇文章训练……"), format_args!("training on {articles} articles …"));
    let started = std::time::Instant::now();
    let prepared = Prepared::new(&corpus, &Segmenter::new());
    let all: Vec<usize> = (0..articles).collect();
    let (models, read) = train::train(&prepared, &all, TrainingOptions::default());
    std::fs::create_dir_all(&args.output)
        .into_diagnostic()
        .wrap_err_with(|| format!("cannot make the folder {}", args.output.display()))?;
    for (file, bytes) in MODEL_FILES.iter().zip(models.in_order()) {
        let path = args.output.join(file);
        let packed = crate::packed::pack(bytes).into_diagnostic()?;
        std::fs::write(&path, packed)
            .into_diagnostic()
            .wrap_err_with(|| format!("cannot write the model {}", path.display()))?;
    }
    let mut scores = Scores::default();
    for (at, entities) in read {
        let article = corpus[at].article.clone();
        let none = (Vec::new(), Vec::new(), Vec::new());
        let extraction = Extraction { article, entities, relations: none.0, observations: none.1, diagnostics: none.2 };
        scores.add(&corpus[at], &extraction);
    }
    let (seconds, folder) = (started.elapsed().as_secs_f64(), args.output.display());
    context.say(
        format_args!("模型已写入 {folder}，用时 {seconds:.0} 秒。交叉阅读（每篇由未见过该作者的模型阅读）："),
        format_args!(
            "models written to {folder} in {seconds:.0} s. Cross-read, each article by models that have not seen its writer:"
        ),
    );
    context
        .say(eval::row("实体", &scores.counts[Measure::Entity]), eval::row("entity", &scores.counts[Measure::Entity]));
    Ok(Outcome::Done)
}
