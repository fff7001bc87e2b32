//! `yutu ingest`: articles in, facts into the store.
//!
//! Three things go on at once, held together by short queues: reading, extraction on all threads, writing in batches. An article
//! counts as taken when its batch is on disk.

use std::{
    collections::HashSet,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, SyncSender, sync_channel},
    },
};

use miette::miette;
use rayon::prelude::*;

use super::{
    Context, Lang, Outcome, ingest_service,
    input::{self, InputArgs},
    models::ModelArgs,
    store::{StoreArgs, report},
};
use crate::{
    model::{Article, Extraction},
    pipeline::{self, Extractor},
    store::{Known, StoreError, Taken, YutuStore},
};

/// A batch is written when it holds so many articles; its facts are what takes memory.
const BATCH_ARTICLES: usize = 32;

/// Read articles and take their facts into the store
///
/// Reads files, folders (with all folders in them) or standard input. An article that is in the store already changes nothing; a changed
/// article from the same address takes the place of the old one. What cannot be read is reported with path, number and reason, and
/// skipped; the exit status is then 1. Ctrl-C ends after the batch in hand, and loses nothing that was taken.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  yutu ingest articles/\n  zcat crawl.jsonl.gz | yutu ingest -\n  yutu ingest --store /data/atlas --again articles/"
)]
pub(super) struct Args {
    #[command(flatten)]
    input: InputArgs,
    #[command(flatten)]
    models: ModelArgs,
    #[command(flatten)]
    store: StoreArgs,
    /// Extract articles that are in the store again, as after an update of yutu
    #[arg(long)]
    again: bool,
    /// Send the articles to this running `yutu serve` instead, e.g. http://127.0.0.1:7878, with the token in YUTU_TOKEN
    #[arg(long, value_name = "URL", conflicts_with_all = ["again", "models", "store"])]
    service: Option<String>,
}

/// What came of the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Summary {
    new: u64,
    same: u64,
    replaced: u64,
    entities: u64,
    relations: u64,
    figures: u64,
}

impl Summary {
    fn add(&mut self, extraction: &Extraction, taken: Taken) {
        match taken {
            Taken::New => self.new += 1,
            Taken::Replaced => self.replaced += 1,
            Taken::Same => {
                self.same += 1;
                return;
            }
        }
        self.entities += extraction.entities.len() as u64;
        self.relations += extraction.relations.len() as u64;
        self.figures += extraction.observations.len() as u64;
    }
}

pub(super) fn run(args: &Args, context: &Context) -> Result<Outcome, miette::Report> {
    if let Some(url) = &args.service {
        return ingest_service::run(url, &args.input, context);
    }
    let store = args.store.open(context)?;
    let extractor = args.models.extractor(context)?;
    let stop = stop_on_ctrl_c(context.lang)?;
    let known = if args.again { Known::Renew } else { Known::Keep };
    let (sender, extractions) = sync_channel::<Vec<Extraction>>(1);
    let mut same_before = 0;
    let (counts, written) = std::thread::scope(|scope| {
        let writer = scope.spawn(|| write(&store, extractions, known));
        let counts = input::each_batch_until(&stop, &args.input, context, |articles| {
            let before = articles.len();
            let articles = unknown(&store, articles, known).map_err(|error| report(error, context.lang))?;
            same_before += (before - articles.len()) as u64;
            extract_and_send(&articles, &extractor, &sender)
        });
        drop(sender);
        (counts, writer.join())
    });
    let (mut summary, write_error) =
        written.map_err(|_| miette!("the writer stopped in the middle of its work; please report this"))?;
    summary.same += same_before;
    if let Some(error) = write_error {
        say_summary(&summary, None, context);
        return Err(report(error, context.lang));
    }
    let counts = counts?;
    let seconds = counts.time.as_secs_f64();
    say_summary(&summary, Some((counts.failed, seconds)), context);
    if stop.load(Ordering::Relaxed) {
        context.say(
            "已中断：以上各篇已入库，其余可再次执行同一命令读入",
            "interrupted: what is counted above is taken; the same command takes the rest",
        );
        return Ok(Outcome::SomeFailed);
    }
    Ok(if counts.failed > 0 { Outcome::SomeFailed } else { Outcome::Done })
}

/// The articles that are to be extracted: not those that the store has.
fn unknown(store: &YutuStore, articles: Vec<Article>, known: Known) -> Result<Vec<Article>, StoreError> {
    if known == Known::Renew {
        return Ok(articles);
    }
    let mut seen = HashSet::new();
    let mut unknown = Vec::with_capacity(articles.len());
    for article in articles {
        if !store.contains_article(&article)? && seen.insert(article.sha256.clone()) {
            unknown.push(article);
        }
    }
    Ok(unknown)
}

fn extract_and_send(
    articles: &[Article],
    extractor: &Extractor,
    sender: &SyncSender<Vec<Extraction>>,
) -> Result<(), miette::Report> {
    for batch in articles.chunks(BATCH_ARTICLES) {
        let extractions: Vec<Extraction> =
            batch.par_iter().map(|article| pipeline::extract(article, extractor)).collect();
        // The writer has stopped by an error, which it hands back itself.
        sender.send(extractions).map_err(|_| miette!("the writer stopped"))?;
    }
    Ok(())
}

/// Writes what comes; ends at the first error, with what was taken before it.
fn write(store: &YutuStore, extractions: Receiver<Vec<Extraction>>, known: Known) -> (Summary, Option<StoreError>) {
    let mut summary = Summary::default();
    for mut batch in &extractions {
        // What waits in the queue is written along: fewer, larger writes.
        while batch.len() < BATCH_ARTICLES {
            let Ok(more) = extractions.try_recv() else { break };
            batch.extend(more);
        }
        match store.replace_articles(&batch, known) {
            Ok(outcome) => batch.iter().zip(outcome).for_each(|(extraction, taken)| summary.add(extraction, taken)),
            Err(error) => return (summary, Some(error)),
        }
    }
    let error = store.flush().err();
    (summary, error)
}

fn say_summary(summary: &Summary, end: Option<(u64, f64)>, context: &Context) {
    let Summary { new, same, replaced, entities, relations, figures } = summary;
    let (failed, seconds) = end.unwrap_or_default();
    let rate = (new + same + replaced) as f64 / seconds.max(1e-3);
    let (time_zh, time_en) = match end {
        Some(_) => (
            format!("，{failed} 条读取失败；用时 {seconds:.1} 秒，每秒 {rate:.1} 篇"),
            format!(", {failed} failed; {seconds:.1} s, {rate:.1} articles/s"),
        ),
        None => Default::default(),
    };
    context.say(
        format_args!("新增 {new} 篇，未变 {same} 篇，替换 {replaced} 篇{time_zh}\n实体 {entities} 个，关系 {relations} 条，数据 {figures} 条"),
        format_args!(
            "articles: {new} new, {same} same, {replaced} replaced{time_en}\nfacts: {entities} entities, {relations} relations, {figures} figures"
        ),
    );
}

/// Becomes true at the first Ctrl-C; the second ends the program at once, which the store survives too.
fn stop_on_ctrl_c(lang: Lang) -> Result<Arc<AtomicBool>, miette::Report> {
    let stop = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&stop);
    let handler = move || {
        if flag.swap(true, Ordering::Relaxed) {
            std::process::exit(130);
        }
        super::to_stderr(lang.pick(
            "正在写完手头的一批；再按一次 Ctrl-C 立即结束",
            "finishing the batch in hand; Ctrl-C again ends at once",
        ));
    };
    ctrlc::set_handler(handler).map_err(|error| miette!("cannot listen for Ctrl-C: {error}"))?;
    Ok(stop)
}
