//! `yutu dump`: the store, or one graph of it, as RDF.

use std::{
    fs::File,
    io::{BufWriter, Write},
    path::PathBuf,
};

use clap::ValueEnum;
use miette::{IntoDiagnostic as _, WrapErr as _};
use oxigraph::io::RdfFormat;

use super::{
    Context, Outcome,
    output::Output,
    store::{StoreArgs, report},
};
use crate::store::format_of_name;

/// Write the store as RDF, to back it up or to use it elsewhere
///
/// Formats with graphs (nq, trig, jsonld) hold one graph an article; the others hold all facts together, each once.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  yutu dump | zstd > facts.nq.zst\n  yutu dump -o facts.ttl\n  yutu dump --graph https://yutu.example/id/article/010ecba40770d3df --format trig"
)]
pub(super) struct Args {
    #[command(flatten)]
    store: StoreArgs,
    /// RDF format [default: by the ending of --output, else nq]
    #[arg(short, long, value_enum, value_name = "FORMAT")]
    format: Option<RdfFormatName>,
    /// Only this graph, e.g. an article's address
    #[arg(short, long, value_name = "IRI")]
    graph: Option<String>,
    /// Write to this file instead of standard output; `.gz` and `.zst` pack it
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// The RDF formats by the names that the command line uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum RdfFormatName {
    /// N-Quads, a line a quad
    Nq,
    /// TriG, Turtle with graphs
    Trig,
    /// Turtle
    Ttl,
    /// N-Triples, a line a triple
    Nt,
    /// JSON-LD
    Jsonld,
    /// RDF/XML
    Rdfxml,
}

impl RdfFormatName {
    /// The format itself.
    pub(super) fn format(self) -> RdfFormat {
        match self {
            Self::Nq => RdfFormat::NQuads,
            Self::Trig => RdfFormat::TriG,
            Self::Ttl => RdfFormat::Turtle,
            Self::Nt => RdfFormat::NTriples,
            Self::Jsonld => RdfFormat::JsonLd { profile: Default::default() },
            Self::Rdfxml => RdfFormat::RdfXml,
        }
    }
}

pub(super) fn run(args: &Args, context: &Context) -> Result<Outcome, miette::Report> {
    let store = args.store.open_read_only(context)?;
    let name = args.output.as_ref().map(|path| path.display().to_string()).unwrap_or_default();
    let (by_name, packing) = format_of_name(&name);
    let format = args.format.map(RdfFormatName::format).or(by_name).unwrap_or(RdfFormat::NQuads);
    let dump = |writer: &mut dyn Write| {
        store.dump(format, args.graph.as_deref(), writer).map_err(|error| report(error, context.lang))
    };
    let dumped = match &args.output {
        None => dump(&mut Output::stdout())?,
        Some(path) => {
            let cannot_write = || match context.lang {
                super::Lang::Zh => format!("无法写入 {name}"),
                super::Lang::En => format!("cannot write {name}"),
            };
            let file = BufWriter::new(File::create(path).into_diagnostic().wrap_err_with(cannot_write)?);
            let mut packed = packing.pack(file).into_diagnostic().wrap_err_with(cannot_write)?;
            let dumped = dump(&mut packed)?;
            packed.finish().into_diagnostic().wrap_err_with(cannot_write)?;
            context.say(
                format_args!("已写出 {} 条到 {name}", dumped.written),
                format_args!("{} statements written to {name}", dumped.written),
            );
            dumped
        }
    };
    if dumped.left_out > 0 {
        let count = dumped.left_out;
        context.say(
            format_args!("JSON-LD 不能表示三元组项，略去了 {count} 条 rdf:reifies；rdf:subject、rdf:predicate、rdf:object 表达同样内容"),
            format_args!("JSON-LD has no triple terms: {count} rdf:reifies left out; rdf:subject, rdf:predicate and rdf:object say the same"),
        );
    }
    Ok(Outcome::Done)
}
