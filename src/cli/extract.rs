//! `yutu extract`: articles in, facts out, no store.

use std::io::Write as _;

use anstream::ColorChoice;
use clap::ValueEnum;
use miette::{IntoDiagnostic as _, WrapErr as _};
use oxigraph::io::RdfFormat;
use rayon::prelude::*;

use super::{
    Context, Lang, Outcome,
    input::{self, InputArgs},
    models::ModelArgs,
    output::Output,
};
use crate::{
    format::{
        self, jsonl,
        marked::{self, Marks},
        tsv,
    },
    model::{Article, EntityType, Extraction},
    pipeline,
    rdf::{self, vocab},
};

/// Extract the facts of articles and print them, without a store
///
/// Reads files, folders (with all folders in them) or standard input, and writes the facts to standard output, in the order of the
/// input. What cannot be read is reported with path, number and reason, and skipped; the exit status is then 1.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  yutu extract articles/ > facts.jsonl\n  zcat crawl.jsonl.gz | yutu extract - --min-confidence 0.7\n  yutu extract --format text news.html | less -R"
)]
pub(super) struct Args {
    #[command(flatten)]
    input: InputArgs,
    #[command(flatten)]
    models: ModelArgs,
    /// How to print the facts
    #[arg(short, long, value_enum, value_name = "FORMAT", default_value = "jsonl")]
    format: OutputFormat,
    /// Leave out entities and facts less sure than this, 0 to 1
    #[arg(long, value_name = "P", default_value = "0", value_parser = parse_probability)]
    min_confidence: f64,
    /// Add the article's text to jsonl
    #[arg(long)]
    with_text: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum OutputFormat {
    /// One article a line, for programs
    Jsonl,
    /// The article with its mentions marked, for people
    Text,
    /// One fact a line, for spreadsheets
    Tsv,
    /// RDF, one quad a line, sorted within an article
    Nquads,
    /// RDF, one graph an article
    Trig,
}

fn parse_probability(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(value) if (0.0..=1.0).contains(&value) => Ok(value),
        _ => Err("give a number from 0 to 1, e.g. 0.7".to_owned()),
    }
}

pub(super) fn run(args: &Args, context: &Context) -> Result<Outcome, miette::Report> {
    let extractor = args.models.extractor(context)?;
    let marks = match anstream::AutoStream::choice(&std::io::stdout()) {
        ColorChoice::Never => Marks::Brackets,
        _ => Marks::Colour,
    };
    let label = match context.lang {
        Lang::Zh => EntityType::label_zh,
        Lang::En => EntityType::as_str,
    };
    let print = |article: &Article| {
        let extraction = format::at_least(pipeline::extract(article, &extractor), args.min_confidence);
        match args.format {
            OutputFormat::Jsonl => jsonl::line(&extraction, args.with_text) + "\n",
            OutputFormat::Text => marked::render(&extraction, marks, label),
            OutputFormat::Tsv => tsv::rows(&extraction),
            OutputFormat::Nquads => rdf::to_sorted_nquads(&rdf::encode(&extraction)),
            OutputFormat::Trig => graph_block(&extraction),
        }
    };
    let mut output = Output::stdout();
    let cannot_write = || context.lang.pick("无法写到标准输出", "cannot write to standard output").to_owned();
    if args.format == OutputFormat::Tsv {
        output.write_all(tsv::HEADER.as_bytes()).into_diagnostic().wrap_err_with(cannot_write)?;
    }
    if args.format == OutputFormat::Trig {
        let header: String =
            vocab::PREFIXES.iter().map(|(name, namespace)| format!("@prefix {name}: <{namespace}> .\n")).collect();
        output.write_all(header.as_bytes()).into_diagnostic().wrap_err_with(cannot_write)?;
    }
    let counts = input::each_batch(&args.input, context, |articles| {
        let texts: Vec<String> = articles.par_iter().map(print).collect();
        let written = texts.iter().try_for_each(|text| output.write_all(text.as_bytes()));
        written.and_then(|()| output.flush()).into_diagnostic().wrap_err_with(cannot_write)
    })?;
    output.flush().into_diagnostic().wrap_err_with(cannot_write)?;
    if context.verbose || counts.failed > 0 {
        let (articles, failed, seconds) = (counts.articles, counts.failed, counts.time.as_secs_f64());
        let rate = articles as f64 / seconds.max(1e-3);
        context.say(
            format_args!("已抽取 {articles} 篇，{failed} 条读取失败，用时 {seconds:.1} 秒，每秒 {rate:.1} 篇"),
            format_args!("articles extracted: {articles}, failed: {failed}, {seconds:.1} s, {rate:.1} articles/s"),
        );
    }
    Ok(if counts.failed > 0 { Outcome::SomeFailed } else { Outcome::Done })
}

/// An article's graph as TriG, without the prefixes that the document begins with.
fn graph_block(extraction: &Extraction) -> String {
    let mut writer = rdf::serializer(RdfFormat::TriG, Vec::new());
    let written = rdf::encode(extraction).iter().try_for_each(|quad| writer.serialize_quad(quad));
    let finished = written.and_then(|()| writer.finish()).and_then(rdf::SortedPrefixes::into_inner);
    let text = String::from_utf8(finished.expect("memory takes all")).expect("TriG is UTF-8");
    text.split_inclusive('\n').filter(|line| !line.starts_with("@prefix")).collect()
}
