//! `yutu load`: RDF from elsewhere into the store.

use std::{
    fs::File,
    io::{BufReader, Read},
    path::PathBuf,
    time::Instant,
};

use miette::{IntoDiagnostic as _, WrapErr as _};

use super::{
    Context, Outcome,
    dump::RdfFormatName,
    store::{StoreArgs, report},
};
use crate::{
    model::iri::Base,
    store::{StoreError, format_of_name},
};

/// Load RDF from elsewhere into the store
///
/// A file is taken as a whole or not at all. Quads keep their graphs; triples go to the graph of --graph, or to one named after the file.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  yutu load divisions.ttl\n  yutu load facts.nq.zst\n  curl https://example.org/data.ttl | yutu load - --format ttl --graph https://example.org/data"
)]
pub(super) struct Args {
    /// Files in nq, trig, ttl, nt, jsonld or rdf (RDF/XML), also with .gz or .zst; `-` for standard input
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    #[command(flatten)]
    store: StoreArgs,
    /// RDF format [default: by the file's ending]
    #[arg(short, long, value_enum, value_name = "FORMAT")]
    format: Option<RdfFormatName>,
    /// Graph for what has none in the file
    #[arg(short, long, value_name = "IRI")]
    graph: Option<String>,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<Outcome, miette::Report> {
    let store = args.store.open(context)?;
    for path in &args.files {
        let started = Instant::now();
        let is_stdin = path.as_os_str() == "-";
        let name = if is_stdin { "standard input".to_owned() } else { path.display().to_string() };
        let (by_name, packing) = format_of_name(&name);
        let Some(format) = args.format.map(RdfFormatName::format).or(by_name) else {
            return Err(report(StoreError::UnknownFormat { name }, context.lang));
        };
        let cannot_open = || match context.lang {
            super::Lang::Zh => format!("无法打开 {name}"),
            super::Lang::En => format!("cannot open {name}"),
        };
        let bytes: Box<dyn Read> = match is_stdin {
            true => Box::new(std::io::stdin().lock()),
            false => Box::new(File::open(path).into_diagnostic().wrap_err_with(cannot_open)?),
        };
        let bytes =
            packing.unpack(BufReader::with_capacity(1 << 16, bytes)).into_diagnostic().wrap_err_with(cannot_open)?;
        let graph = args.graph.clone().unwrap_or_else(|| graph_of(path, store.base()));
        let loaded = store.load(&name, format, &graph, bytes).map_err(|error| report(error, context.lang))?;
        let (count, seconds) = (loaded.read, started.elapsed().as_secs_f64());
        let rate = count as f64 / seconds.max(1e-3);
        context.say(
            format_args!("{name}：{count} 条，用时 {seconds:.1} 秒，每秒 {rate:.0} 条"),
            format_args!("{name}: {count} statements, {seconds:.1} s, {rate:.0} statements/s"),
        );
    }
    Ok(Outcome::Done)
}

/// The graph for triples of a file that name none.
fn graph_of(path: &std::path::Path, base: &Base) -> String {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let name = if name == "-" { "standard-input" } else { name.as_str() };
    let safe: String =
        name.chars().map(|c| if c.is_alphanumeric() || matches!(c, '.' | '-' | '_') { c } else { '-' }).collect();
    format!("{base}load/{safe}")
}
