//! `yutu graph`: what lies around entities, or what a query makes, as a picture or for other programs.

use std::{
    fs,
    io::{IsTerminal as _, Read as _, Write as _},
    path::{Path, PathBuf},
};

use clap::ValueEnum;
use miette::{IntoDiagnostic as _, WrapErr as _, miette};

use super::{Context, Lang, Outcome, graph_errors as errors, output::Output, store::StoreArgs};
use crate::{
    graph::{
        self, DrawOptions, Fonts, LabelLang, Purpose, Scene, Scope, Sketch, Subgraph, focus,
        layout::graphviz::{self, ENGINES},
    },
    model::{EntityType, Predicate},
    store::{QuerySettings, YutuStore},
};

/// Draw what is linked to an entity, or what a CONSTRUCT query makes
///
/// A fact that several articles state is one line, the thicker the more they are. Of too many entities the best evidenced are drawn,
/// and it is said what was left out. Pictures use fonts that the program brings; Graphviz need not be installed.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  yutu graph 武清区\n  yutu graph 武清区 京滨工业园 --hops 1 -o wuqing.png --scale 2\n  yutu graph Park:京滨工业园 --predicates attracts,focusesOn --format mermaid\n  yutu graph --query links.rq -o links.gexf"
)]
pub(super) struct Args {
    /// Names, short names or addresses of entities
    ///
    /// Where a name means several, put the type before it: Park:京滨工业园.
    #[arg(value_name = "NAME", required_unless_present = "query", conflicts_with = "query")]
    names: Vec<String>,
    #[command(flatten)]
    store: StoreArgs,
    /// Draw the result of this query instead, `-` for standard input
    ///
    /// CONSTRUCT, DESCRIBE, or SELECT with the columns ?subject ?predicate ?object.
    #[arg(long, value_name = "FILE")]
    query: Option<PathBuf>,
    /// Steps from the entities named
    #[arg(long, value_name = "N", default_value = "2", value_parser = clap::value_parser!(u8).range(0..=6))]
    hops: u8,
    /// Only entities of these types, separated by commas, e.g. Park,Company
    #[arg(long, value_name = "TYPES", value_delimiter = ',')]
    types: Vec<EntityType>,
    /// Only these relations, separated by commas, e.g. attracts,locatedIn
    #[arg(long, value_name = "PREDICATES", value_delimiter = ',')]
    predicates: Vec<Predicate>,
    /// Draw no more than so many entities: those of more articles, higher confidence, and nearer
    #[arg(long, value_name = "N", default_value = "60", value_parser = clap::value_parser!(u32).range(1..))]
    max_nodes: u32,
    /// Format [default: by the ending of --output, else svg]
    #[arg(short, long, value_enum, value_name = "FORMAT")]
    format: Option<Format>,
    /// Write to this file (csv: folder), `-` for standard output [default: a file named after the entities; standard output for dot, graphml, gexf, mermaid, json]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Who lays out: this program, or one of Graphviz's, which must be installed
    #[arg(long, value_name = "ENGINE", default_value = BUILTIN, value_parser = engines())]
    engine: String,
    /// Title of the picture [default: made from the names]
    #[arg(long, value_name = "TEXT")]
    title: Option<String>,
    /// Draw no legend
    #[arg(long)]
    no_legend: bool,
    /// png: pixels a unit
    #[arg(long, value_name = "X", default_value = "2")]
    scale: f32,
    /// png: a font file for characters that the program's fonts lack; may be given several times
    #[arg(long = "font", value_name = "FILE")]
    fonts: Vec<PathBuf>,
}

const BUILTIN: &str = "builtin";

fn engines() -> Vec<&'static str> {
    std::iter::once(BUILTIN).chain(ENGINES).collect()
}

/// More nodes than this are not laid out: nobody could read them, and the time grows with their square.
const MAX_PLACED: usize = 3000;

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Picture, scalable
    Svg,
    /// Picture, pixels
    Png,
    /// Graphviz
    Dot,
    /// For yEd, NetworkX, igraph
    Graphml,
    /// For Gephi
    Gexf,
    /// For Markdown pages
    Mermaid,
    /// Elements for Cytoscape.js
    Json,
    /// Tables nodes.csv and edges.csv
    Csv,
}

impl Format {
    /// By a file name's ending.
    fn of_name(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "svg" => Some(Self::Svg),
            "png" => Some(Self::Png),
            "dot" | "gv" => Some(Self::Dot),
            "graphml" => Some(Self::Graphml),
            "gexf" => Some(Self::Gexf),
            "mmd" | "mermaid" => Some(Self::Mermaid),
            "json" => Some(Self::Json),
            "csv" => Some(Self::Csv),
            _ => None,
        }
    }

    /// The ending of a file that is named after the entities; `None` where standard output is the usual place.
    fn ending(self) -> Option<&'static str> {
        match self {
            Self::Svg => Some(".svg"),
            Self::Png => Some(".png"),
            Self::Csv => Some(""),
            Self::Dot | Self::Graphml | Self::Gexf | Self::Mermaid | Self::Json => None,
        }
    }
}

pub(super) fn run(args: &Args, context: &Context) -> Result<Outcome, miette::Report> {
    let lang = context.lang;
    let format = format_of(args, lang)?;
    let to_stdout = match &args.output {
        Some(path) => path.as_os_str() == "-",
        None => format.ending().is_none(),
    };
    if to_stdout && format == Format::Csv {
        return Err(match lang {
            Lang::Zh => miette!("csv 是两个文件；请用 -o 指定文件夹"),
            Lang::En => miette!("csv is two files; name a folder with -o"),
        });
    }
    if to_stdout && format == Format::Png && std::io::stdout().is_terminal() {
        return Err(match lang {
            Lang::Zh => miette!("png 不能输出到终端；请用 -o 指定文件"),
            Lang::En => miette!("a png cannot be shown on a terminal; name a file with -o"),
        });
    }
    let store = args.store.open_read_only(context)?;
    let whole = gather(args, &store, context)?;
    let subgraph = graph::truncate(&whole, args.max_nodes as usize);
    let labels = match lang {
        Lang::Zh => LabelLang::Zh,
        Lang::En => LabelLang::En,
    };
    if let Some(left_out) = graph::left_out(&subgraph, labels) {
        context
            .say(format_args!("{left_out}；可用 --max-nodes 增加"), format_args!("{left_out}; --max-nodes shows more"));
    }
    let names = match subgraph.focus_names(LabelLang::En).replace(", ", "-") {
        names if names.is_empty() => query_name(args),
        names => names,
    };
    let sketch =
        Sketch::new(subgraph, DrawOptions { lang: labels, legend: !args.no_legend, title: args.title.clone() });
    let path = match (&args.output, format.ending()) {
        _ if to_stdout => None,
        (Some(path), _) => Some(path.clone()),
        (None, ending) => Some(PathBuf::from(file_name(&names) + ending.unwrap_or_default())),
    };
    if format == Format::Csv {
        let folder = path.unwrap_or_default();
        return write_tables(&place(sketch, args, lang)?, &folder, context);
    }
    let bytes = written(sketch, format, args, context)?;
    match path {
        Some(path) => {
            fs::write(&path, bytes).into_diagnostic().wrap_err_with(|| errors::cannot_write(&path, lang))?;
            context.say(format_args!("已写入 {}", path.display()), format_args!("written to {}", path.display()));
        }
        None => {
            let mut output = Output::stdout();
            output.write_all(&bytes).and_then(|()| output.flush()).into_diagnostic()?;
        }
    }
    Ok(Outcome::Done)
}

fn format_of(args: &Args, lang: Lang) -> Result<Format, miette::Report> {
    let Some(path) = args.output.as_deref().filter(|path| args.format.is_none() && path.as_os_str() != "-") else {
        return Ok(args.format.unwrap_or(Format::Svg));
    };
    Format::of_name(path).ok_or_else(|| match lang {
        Lang::Zh => miette!("从 {} 的扩展名看不出格式；请用 --format 指明", path.display()),
        Lang::En => miette!("the ending of {} tells no format; name it with --format", path.display()),
    })
}

/// The facts to draw: around the names, or of the query.
fn gather(args: &Args, store: &YutuStore, context: &Context) -> Result<Subgraph, miette::Report> {
    let lang = context.lang;
    if let Some(path) = &args.query {
        let text = if path.as_os_str() == "-" {
            let mut text = String::new();
            std::io::stdin().read_to_string(&mut text).map(|_| text)
        } else {
            fs::read_to_string(path)
        };
        let text = text.into_diagnostic().wrap_err_with(|| errors::cannot_read(path, lang))?;
        return graph::constructed(store, &text, &QuerySettings::default())
            .map_err(|error| errors::gather(error, lang));
    }
    let mut chosen = Vec::new();
    for name in &args.names {
        let choice = focus::choose(store, name).map_err(|error| errors::focus(error, lang))?;
        let entity = &choice.found.entity;
        if choice.is_partial {
            context.say(
                format_args!("`{name}` 按 {} 处理", entity.label),
                format_args!("`{name}` is taken for {}", entity.label),
            );
        }
        chosen.push(entity.iri.clone());
    }
    let scope = Scope { hops: usize::from(args.hops), kinds: args.types.clone(), predicates: args.predicates.clone() };
    graph::neighbourhood(store, &chosen, &scope).map_err(|error| errors::gather(error, lang))
}

/// Lays a sketch out by the engine asked for.
fn place(sketch: Sketch, args: &Args, lang: Lang) -> Result<Scene, miette::Report> {
    let count = sketch.subgraph.graph.node_count();
    if count > MAX_PLACED {
        return Err(match lang {
            Lang::Zh => {
                miette!("{count} 个实体太多，无法排布；请减小 --max-nodes（至多 {MAX_PLACED}），或用 --format dot")
            }
            Lang::En => miette!(
                "{count} entities are too many to lay out; lower --max-nodes (to {MAX_PLACED} at most), or use --format dot"
            ),
        });
    }
    if args.engine == BUILTIN {
        return Ok(sketch.place());
    }
    let dot = graph::dot(&sketch, Purpose::Layout);
    let layout = graphviz::lay_out(&args.engine, &dot, &sketch.subgraph.ends(), count);
    Ok(sketch.place_as(layout.map_err(|error| errors::engine(error, lang))?))
}

/// The bytes of every format that is one file.
fn written(sketch: Sketch, format: Format, args: &Args, context: &Context) -> Result<Vec<u8>, miette::Report> {
    let lang = context.lang;
    let text = match format {
        Format::Dot => graph::dot(&sketch, Purpose::Drawing),
        Format::Mermaid => graph::mermaid(&sketch),
        Format::Graphml => graph::graphml(&place(sketch, args, lang)?),
        Format::Gexf => graph::gexf(&place(sketch, args, lang)?),
        Format::Json => graph::json(&place(sketch, args, lang)?),
        Format::Svg | Format::Csv => graph::svg(&place(sketch, args, lang)?),
        Format::Png => {
            let scene = place(sketch, args, lang)?;
            let mut more = Vec::new();
            for path in &args.fonts {
                more.push(fs::read(path).into_diagnostic().wrap_err_with(|| errors::cannot_read(path, lang))?);
            }
            let fonts = Fonts::with(more);
            let missing = fonts.missing(&graph::texts(&scene).into_iter().collect::<String>());
            if !missing.is_empty() {
                let missing: String = missing.into_iter().collect();
                context.say(
                    format_args!("字体中没有这些字：{missing}；可用 --font 指定有这些字的字体文件"),
                    format_args!("no font has these characters: {missing}; --font names a font file that has them"),
                );
            }
            return graph::png(&graph::svg(&scene), args.scale, &fonts).map_err(|error| errors::png(error, lang));
        }
    };
    Ok(text.into_bytes())
}

/// `DIR/nodes.csv` and `DIR/edges.csv`; for `-o NAME.csv`, `NAME-nodes.csv` and `NAME-edges.csv`.
fn write_tables(scene: &Scene, place: &Path, context: &Context) -> Result<Outcome, miette::Report> {
    let lang = context.lang;
    let is_file = place.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("csv"));
    let path_of = |table: &str| {
        if is_file {
            let stem = place.file_stem().unwrap_or_default().to_string_lossy();
            place.with_file_name(format!("{stem}-{table}.csv"))
        } else {
            place.join(format!("{table}.csv"))
        }
    };
    if !is_file {
        fs::create_dir_all(place).into_diagnostic().wrap_err_with(|| errors::cannot_write(place, lang))?;
    }
    for (table, text) in [("nodes", graph::nodes_csv(scene)), ("edges", graph::edges_csv(scene))] {
        let path = path_of(table);
        fs::write(&path, text).into_diagnostic().wrap_err_with(|| errors::cannot_write(&path, lang))?;
        context.say(format_args!("已写入 {}", path.display()), format_args!("written to {}", path.display()));
    }
    Ok(Outcome::Done)
}

fn query_name(args: &Args) -> String {
    let path = args.query.as_deref().filter(|path| path.as_os_str() != "-");
    path.and_then(Path::file_stem).map_or_else(|| "query".to_owned(), |stem| stem.to_string_lossy().into_owned())
}

/// A file name that every system takes.
fn file_name(names: &str) -> String {
    let usable = |c: char| !c.is_control() && !"/\\:*?\"<>|".contains(c);
    let name: String = names.chars().map(|c| if usable(c) { c } else { '-' }).take(60).collect();
    let name = name.trim_matches(['.', ' ', '-']);
    if name.is_empty() { "graph".to_owned() } else { name.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_names_are_safe_on_every_system() {
        assert_eq!(file_name("武清区-京滨工业园"), "武清区-京滨工业园");
        assert_eq!(file_name("../a/b:c"), "a-b-c");
        assert_eq!(file_name("..."), "graph");
    }
}
