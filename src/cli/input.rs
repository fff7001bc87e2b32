//! The articles that a command is given: files, folders, standard input; read beside the work on them, in order, in batches.

use std::{
    error::Error,
    ops::ControlFlow,
    path::{Path, PathBuf},
    sync::{
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, RecvTimeoutError, sync_channel},
    },
    time::{Duration, Instant},
};

use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use miette::miette;

use super::{Context, Lang, print_chain, progress::Progress};
use crate::{
    model::Article,
    read::{self, Format, ReadError, Reader},
};

/// A batch holds at most so much text, in bytes, beyond its first article.
const BATCH_BYTES: usize = 16 << 20;

/// How long a wait for input goes on before a look at whether to stop.
const PATIENCE: Duration = Duration::from_millis(100);

/// What to read.
#[derive(Debug, clap::Args)]
pub(super) struct InputArgs {
    /// Files or folders to read, `-` for standard input
    ///
    /// Formats are recognised by content and extension: crawl dump, plain text, Markdown, HTML, JSON lines, CSV; gzip or zstd of any.
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<PathBuf>,
    /// Take all input for this format instead of recognising it
    #[arg(long, value_name = "FORMAT", value_parser = format_parser())]
    input_format: Option<Format>,
}

fn format_parser() -> impl clap::builder::TypedValueParser<Value = Format> {
    PossibleValuesParser::new(Format::ALL.iter().map(|format| format.as_str())).try_map(|name| name.parse::<Format>())
}

/// What was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Counts {
    /// Articles handed on.
    pub(super) articles: u64,
    /// Files and records that could not be read, and were reported.
    pub(super) failed: u64,
    /// How long it took, with the work on them.
    pub(super) time: Duration,
}

/// Hands on all articles in order, in batches that fit in memory; reports on standard error what could not be read.
///
/// # Errors
/// Those of `take`, which end the reading.
pub(super) fn each_batch(
    input: &InputArgs,
    context: &Context,
    take: impl FnMut(Vec<Article>) -> Result<(), miette::Report>,
) -> Result<Counts, miette::Report> {
    each_batch_until(&AtomicBool::new(false), input, context, take)
}

/// The same, but ends after the batch in hand, or while it waits for input, when `stop` becomes true.
///
/// # Errors
/// Those of `take`, which end the reading.
pub(super) fn each_batch_until(
    stop: &AtomicBool,
    input: &InputArgs,
    context: &Context,
    mut take: impl FnMut(Vec<Article>) -> Result<(), miette::Report>,
) -> Result<Counts, miette::Report> {
    let start = Instant::now();
    let reader = Reader::new().with_format(input.input_format);
    let is_stdin = input.paths.iter().any(|path| path == Path::new("-"));
    let total_bytes = (!is_stdin && Progress::is_wanted(context))
        .then(|| input.paths.iter().map(|path| read::total_bytes(path)).sum::<u64>());
    let mut progress = Progress::new(context, total_bytes, reader.bytes_read());
    let (sender, articles) = sync_channel(context.threads * 8);
    let paths = input.paths.clone();
    // Not joined when `take` fails or all is to stop: a thread that waits for standard input may wait for ever.
    let stdin_name = context.lang.pick("标准输入", "standard input");
    let reading = std::thread::spawn(move || {
        for path in &paths {
            let mut sink = |article| match sender.send(article) {
                Ok(()) => ControlFlow::Continue(()),
                Err(_) => ControlFlow::Break(()),
            };
            let flow = match path.to_str() {
                Some("-") => reader.read_stream(stdin_name, std::io::stdin().lock(), &mut sink),
                _ => reader.read_path(path, &mut sink),
            };
            if flow.is_break() {
                break;
            }
        }
    });
    let mut counts = Counts { articles: 0, failed: 0, time: Duration::ZERO };
    while let Some(batch) = next_batch(&articles, context.threads * 16, stop) {
        let mut whole = Vec::with_capacity(batch.len());
        for article in batch {
            match article {
                Ok(article) => whole.push(article),
                Err(error) => {
                    counts.failed += 1;
                    progress.suspend(|| print_read_error(&error, context.lang));
                }
            }
        }
        let count = whole.len() as u64;
        counts.articles += count;
        if count > 0 {
            take(whole)?;
        }
        progress.advance(count);
    }
    if !stop.load(Ordering::Relaxed) {
        reading.join().map_err(|_| miette!("the reader stopped in the middle of its input; please report this"))?;
    }
    counts.time = start.elapsed();
    Ok(counts)
}

/// Waits for one article and takes what else is there already, so that a slow stream is not held up for a full batch.
fn next_batch(
    articles: &Receiver<Result<Article, ReadError>>,
    limit: usize,
    stop: &AtomicBool,
) -> Option<Vec<Result<Article, ReadError>>> {
    let first = loop {
        if stop.load(Ordering::Relaxed) {
            return None;
        }
        match articles.recv_timeout(PATIENCE) {
            Ok(article) => break article,
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return None,
        }
    };
    let mut batch = vec![first];
    let mut bytes = 0;
    while batch.len() < limit && bytes < BATCH_BYTES {
        let Ok(article) = articles.try_recv() else { break };
        bytes += article.as_ref().map_or(0, |article| article.text.len());
        batch.push(article);
    }
    Some(batch)
}

fn print_read_error(error: &ReadError, lang: Lang) {
    let message = match lang {
        Lang::Zh => error.in_chinese(),
        Lang::En => error.to_string(),
    };
    print_chain(&message, std::iter::successors(error.source(), |&cause| <dyn Error>::source(cause)), lang);
}
