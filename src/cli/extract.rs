//! `yutu extract`: articles in, facts out, no store.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    io::{BufWriter, Write},
    path::{Path, PathBuf},
};

use anstream::ColorChoice;
use clap::ValueEnum;
use miette::{IntoDiagnostic as _, WrapErr as _};
use oxigraph::io::RdfFormat;
use rayon::prelude::*;

use super::{
    Context, Lang, Outcome, WrongUsage,
    input::{self, InputArgs},
    models::ModelArgs,
    output::Output,
};
use crate::{
    exchange::{brat, conll, labelstudio},
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
///
/// The formats brat, conll and labelstudio are for correcting the facts with these tools; `yutu corpus import` reads the corrections.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  yutu extract articles/ > facts.jsonl\n  zcat crawl.jsonl.gz | yutu extract - --min-confidence 0.7\n  yutu extract --format text news.html | less -R\n  yutu extract --format brat -o review/ articles/"
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
    /// Write to this file instead of standard output; for brat the folder, which is made
    ///
    /// With labelstudio the labelling interface is written beside it, as NAME.xml.
    #[arg(short, long, value_name = "PATH")]
    output: Option<PathBuf>,
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
    /// For brat: NAME.txt and NAME.ann of each article, in the folder of --output
    Brat,
    /// One character a line with its BIO tag, facts in comments
    Conll,
    /// For Label Studio: JSON tasks with predictions
    Labelstudio,
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
    let read = |article: &Article| format::at_least(pipeline::extract(article, &extractor), args.min_confidence);
    let print = |article: &Article| {
        let extraction = read(article);
        match args.format {
            OutputFormat::Jsonl => jsonl::line(&extraction, args.with_text) + "\n",
            OutputFormat::Text => marked::render(&extraction, marks, label),
            OutputFormat::Tsv => tsv::rows(&extraction),
            OutputFormat::Nquads => rdf::to_sorted_nquads(&rdf::encode(&extraction)),
            OutputFormat::Trig => graph_block(&extraction),
            OutputFormat::Conll => conll::document(&extraction),
            OutputFormat::Labelstudio => labelstudio::task(&extraction).to_string(),
            OutputFormat::Brat => unreachable!("brat is written file by file"),
        }
    };
    if args.format == OutputFormat::Brat {
        let folder = args.output.as_deref().ok_or_else(|| {
            let message =
                context.lang.pick("--format brat 需要用 -o 指定文件夹", "--format brat needs a folder: -o DIR");
            miette::Report::new(WrongUsage::Said(message.to_owned()))
        })?;
        return write_brat(folder, args, context, read);
    }
    let place = args.output.as_ref().map(|path| path.display().to_string());
    let cannot_write = || match (&place, context.lang) {
        (None, lang) => lang.pick("无法写到标准输出", "cannot write to standard output").to_owned(),
        (Some(place), Lang::Zh) => format!("无法写入 {place}"),
        (Some(place), Lang::En) => format!("cannot write {place}"),
    };
    let mut output: Box<dyn Write> = match &args.output {
        None => Box::new(Output::stdout()),
        Some(path) => Box::new(BufWriter::new(File::create(path).into_diagnostic().wrap_err_with(cannot_write)?)),
    };
    let (before, between, after) = frame(args.format);
    output.write_all(before.as_bytes()).into_diagnostic().wrap_err_with(cannot_write)?;
    let mut is_first = true;
    let counts = input::each_batch(&args.input, context, |articles| {
        let texts: Vec<String> = articles.par_iter().map(print).collect();
        let written = texts.iter().try_for_each(|text| {
            let between = if std::mem::take(&mut is_first) { "" } else { between };
            output.write_all(between.as_bytes()).and_then(|()| output.write_all(text.as_bytes()))
        });
        written.and_then(|()| output.flush()).into_diagnostic().wrap_err_with(cannot_write)
    })?;
    output.write_all(after.as_bytes()).into_diagnostic().wrap_err_with(cannot_write)?;
    output.flush().into_diagnostic().wrap_err_with(cannot_write)?;
    if let (OutputFormat::Labelstudio, Some(path)) = (args.format, &args.output) {
        let interface = path.with_extension("xml");
        fs::write(&interface, labelstudio::config(context.lang == Lang::Zh))
            .into_diagnostic()
            .wrap_err_with(cannot_write)?;
        let interface = interface.display();
        context.say(format_args!("标注界面的设置：{interface}"), format_args!("labelling interface: {interface}"));
    }
    Ok(report(counts, context))
}

/// What stands before, between and after the articles.
fn frame(format: OutputFormat) -> (String, &'static str, &'static str) {
    match format {
        OutputFormat::Tsv => (tsv::HEADER.to_owned(), "", ""),
        OutputFormat::Trig => {
            let prefix = |(name, namespace): &(&str, &str)| format!("@prefix {name}: <{namespace}> .\n");
            (vocab::PREFIXES.iter().map(prefix).collect(), "", "")
        }
        OutputFormat::Labelstudio => ("[\n".to_owned(), ",\n", "\n]\n"),
        _ => (String::new(), "", ""),
    }
}

/// A folder that brat opens: two files an article, named by its id, and the configuration.
fn write_brat(
    folder: &Path,
    args: &Args,
    context: &Context,
    read: impl Fn(&Article) -> Extraction + Sync,
) -> Result<Outcome, miette::Report> {
    let write = |name: &str, content: &str| {
        let path = folder.join(name);
        fs::write(&path, content).into_diagnostic().wrap_err_with(|| match context.lang {
            Lang::Zh => format!("无法写入 {}", path.display()),
            Lang::En => format!("cannot write {}", path.display()),
        })
    };
    fs::create_dir_all(folder).into_diagnostic().wrap_err_with(|| folder.display().to_string())?;
    write("annotation.conf", &brat::annotation_conf())?;
    write("visual.conf", &brat::visual_conf())?;
    let mut names = BTreeSet::new();
    let counts = input::each_batch(&args.input, context, |articles| {
        let read: Vec<Extraction> = articles.par_iter().map(&read).collect();
        for extraction in &read {
            let id = &extraction.article.id;
            let safe: String =
                id.chars().map(|c| if c.is_alphanumeric() || "-_.".contains(c) { c } else { '-' }).collect();
            let safe = safe.trim_start_matches('.').to_owned();
            let mut tries = std::iter::once(safe.clone()).chain((2..).map(|number| format!("{safe}-{number}")));
            let name = tries.find(|name| names.insert(name.clone())).unwrap_or(safe);
            write(&format!("{name}.txt"), &brat::text(extraction))?;
            write(&format!("{name}.ann"), &brat::annotations(extraction))?;
        }
        Ok(())
    })?;
    let (count, place) = (counts.articles, folder.display());
    context.say(format_args!("已将 {count} 篇写入 {place}"), format_args!("{count} articles written to {place}"));
    Ok(report(counts, context))
}

/// Says how many were read, and gives the outcome.
fn report(counts: input::Counts, context: &Context) -> Outcome {
    if context.verbose || counts.failed > 0 {
        let (articles, failed, seconds) = (counts.articles, counts.failed, counts.time.as_secs_f64());
        let rate = articles as f64 / seconds.max(1e-3);
        context.say(
            format_args!("已抽取 {articles} 篇，{failed} 条读取失败，用时 {seconds:.1} 秒，每秒 {rate:.1} 篇"),
            format_args!("articles extracted: {articles}, failed: {failed}, {seconds:.1} s, {rate:.1} articles/s"),
        );
    }
    if counts.failed > 0 { Outcome::SomeFailed } else { Outcome::Done }
}

/// An article's graph as TriG, without the prefixes that the document begins with.
fn graph_block(extraction: &Extraction) -> String {
    let mut writer = rdf::serializer(RdfFormat::TriG, crate::model::iri::BASE, Vec::new());
    let written = rdf::encode(extraction).iter().try_for_each(|quad| writer.serialize_quad(quad));
    let finished = written.and_then(|()| writer.finish()).and_then(rdf::SortedPrefixes::into_inner);
    let text = String::from_utf8(finished.expect("memory takes all")).expect("TriG is UTF-8");
    text.split_inclusive('\n').filter(|line| !line.starts_with("@prefix")).collect()
}
