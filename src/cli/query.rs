//! `yutu query`: questions to a store or an endpoint, by name or in SPARQL.
//!
//! Parameters of a query come after its name and are its own, so what stands there is read in two steps: first what the query takes, then
//! what is left as options of the command.

use std::{
    io::{IsTerminal as _, Read as _, Write as _},
    path::{Path, PathBuf},
    sync::mpsc,
    time::Duration,
};

use clap::{Parser as _, ValueEnum, builder::PossibleValue};
use miette::{IntoDiagnostic as _, WrapErr as _, miette};
use unicode_width::UnicodeWidthStr as _;

use super::{Context, Lang, Outcome, WrongUsage, output::Output, query_list, store};
use crate::{
    query::{
        self, AnswerKind, Catalog, Endpoint, Layout, NamedQuery, Parameter, ParameterError, QueryError, ResultFormat,
        SyntaxError, Target, Written,
    },
    store::YutuStore,
};

/// The store that is asked where none is named: the one that `yutu ingest` writes.
const DEFAULT_STORE: &str = "./yutu-store";

/// Ask the store, or a SPARQL endpoint, by a named query or in SPARQL
///
/// A named query takes its parameters after its name; `yutu query --list` shows all of them. A SPARQL query comes from -q, from a file
/// or from standard input; the common prefixes need not be declared. Rows are shown as a table on a terminal and written as CSV
/// elsewhere; triples are written as Turtle.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  yutu query --list\n  yutu query parks-in-region --region 武清区\n  yutu query figures-of --entity 武清区 --format csv > figures.csv\n  yutu query -q 'SELECT ?park { ?park a yutu:Park }' --limit 10\n  yutu query -f mine.rq --endpoint https://example.org/sparql"
)]
pub(super) struct Args {
    #[command(flatten)]
    options: Options,
    /// Name of a query, and its parameters
    #[arg(value_name = "NAME", trailing_var_arg = true, allow_hyphen_values = true)]
    words: Vec<String>,
}

/// What can stand before and after a query's name.
#[derive(Debug, Clone, Default, clap::Args)]
struct Options {
    /// The query, in SPARQL
    #[arg(short, long = "sparql", value_name = "TEXT", conflicts_with = "file")]
    query: Option<String>,
    /// A file with the query, `-` for standard input
    #[arg(short, long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// Show the named queries with what they answer and take
    #[arg(long)]
    list: bool,
    /// A folder of named queries, in addition to those of the program and in their place
    #[arg(long, value_name = "DIR")]
    queries: Option<PathBuf>,
    /// The store to ask [default: ./yutu-store]
    #[arg(long, value_name = "DIR", conflicts_with = "endpoint")]
    store: Option<PathBuf>,
    /// A SPARQL 1.1 endpoint to ask instead of the store
    #[arg(long, value_name = "URL")]
    endpoint: Option<String>,
    /// How to write the answer [default: table on a terminal, else csv; ttl for triples]
    #[arg(long, value_enum, value_name = "FORMAT")]
    format: Option<ResultFormat>,
    /// No more than so many rows or triples
    #[arg(long, value_name = "N")]
    limit: Option<u64>,
    /// Do not cut tables to the width of the terminal
    #[arg(long)]
    full: bool,
    /// Stop after so many seconds
    #[arg(long, value_name = "S", value_parser = parse_seconds)]
    timeout_s: Option<Duration>,
    /// Show how the query is evaluated and what that costs, instead of its answer
    #[arg(long, conflicts_with = "endpoint")]
    explain: bool,
}

impl Options {
    /// These options with those that stood after the query's name.
    fn and(self, later: Self) -> Self {
        Self {
            query: later.query.or(self.query),
            file: later.file.or(self.file),
            list: later.list || self.list,
            queries: later.queries.or(self.queries),
            store: later.store.or(self.store),
            endpoint: later.endpoint.or(self.endpoint),
            format: later.format.or(self.format),
            limit: later.limit.or(self.limit),
            full: later.full || self.full,
            timeout_s: later.timeout_s.or(self.timeout_s),
            explain: later.explain || self.explain,
        }
    }
}

/// What is left after a query's name when its parameters are taken out: options of the command and of the program.
#[derive(Debug, clap::Parser)]
#[command(name = "yutu query", no_binary_name = true, disable_help_flag = true, disable_version_flag = true)]
struct Late {
    #[command(flatten)]
    options: Options,
    /// Found before parsing, see [`Lang::asked_for`].
    #[arg(long)]
    lang: Option<Lang>,
    #[arg(long)]
    quiet: bool,
    #[arg(short, long)]
    verbose: bool,
    #[arg(long)]
    threads: Option<u16>,
    #[arg(short, long)]
    help: bool,
}

impl ValueEnum for ResultFormat {
    fn value_variants<'a>() -> &'a [Self] {
        Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let help = match self {
            Self::Table => "aligned columns, for people",
            Self::Json => "SPARQL results, JSON",
            Self::Xml => "SPARQL results, XML",
            Self::Csv => "plain values, for spreadsheets",
            Self::Tsv => "terms as SPARQL writes them",
            Self::Ttl => "triples, Turtle",
            Self::Nt => "triples, N-Triples",
            Self::Jsonld => "triples, JSON-LD",
            Self::Rdfxml => "triples, RDF/XML",
        };
        Some(PossibleValue::new(self.as_str()).help(help))
    }
}

fn parse_seconds(text: &str) -> Result<Duration, String> {
    let wrong = || "give a number of seconds above 0, e.g. 30 or 0.5".to_owned();
    let seconds: f64 = text.parse().map_err(|_| wrong())?;
    match Duration::try_from_secs_f64(seconds) {
        Ok(time) if !time.is_zero() => Ok(time),
        _ => Err(wrong()),
    }
}

/// A query that was chosen, before its parameters are filled in.
struct Chosen {
    /// What error messages call it.
    name: String,
    text: String,
    parameters: Vec<Parameter>,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<Outcome, miette::Report> {
    let lang = context.lang;
    let early = early(args);
    let catalog = match &early.queries {
        Some(folder) => Catalog::with_folder(folder),
        None => Catalog::builtin(),
    };
    let catalog = catalog.map_err(|error| said(&error, error.in_chinese(), lang))?;
    let (name, words) = match args.words.split_first() {
        Some((name, words)) if !name.starts_with('-') => (Some(name), words),
        _ => (None, args.words.as_slice()),
    };
    if let (Some(name), true) = (name, early.query.is_some() || early.file.is_some()) {
        let message = match lang {
            Lang::Zh => format!("查询名 `{name}` 与 -q、-f 只能给出一个"),
            Lang::En => format!("give either the name of a query, `{name}`, or -q or -f"),
        };
        return Err(miette::Report::new(WrongUsage::Said(message)));
    }
    let named = name.map(|name| find(&catalog, name, lang)).transpose()?;
    let chosen = match named {
        Some(query) => Some(Chosen {
            name: format!("{}.rq", query.name),
            text: query.text.clone(),
            parameters: query.parameters.clone(),
        }),
        None if early.list => None,
        None => Some(from_text(&early, lang)?),
    };
    let parameters = chosen.as_ref().map_or(&[][..], |chosen| &chosen.parameters);
    let (given, rest) = split(words, parameters);
    let late = parse_late(rest, parameters, lang)?;
    let options = args.options.clone().and(late.options);
    let context =
        Context { quiet: context.quiet || late.quiet, verbose: context.verbose || late.verbose, ..context.clone() };
    let mut output = Output::stdout();
    if options.list || late.help {
        let shown: Vec<&NamedQuery> = named.map_or_else(|| catalog.queries().iter().collect(), |query| vec![query]);
        let text = match options.format {
            Some(ResultFormat::Json) => query_list::json(&shown),
            _ => query_list::text(
                &shown,
                lang,
                anstream::AutoStream::choice(&std::io::stdout()) != anstream::ColorChoice::Never,
            ),
        };
        output
            .write_all(text.as_bytes())
            .and_then(|()| output.flush())
            .into_diagnostic()
            .wrap_err_with(cannot_write(lang))?;
        return Ok(Outcome::Done);
    }
    let Some(chosen) = chosen else { return Ok(Outcome::Done) };
    drop(output);
    // What is wrong on the command line is said before a store is opened.
    let checked = query::check_given(&chosen.parameters, &given).map_err(QueryError::from);
    let checked = match (&options.endpoint, chosen.parameters.is_empty()) {
        (None, true) => checked.and_then(|()| query::check(&chosen.text)),
        _ => checked,
    };
    checked.map_err(|error| report(error, &chosen.name, lang))?;
    let asked = match &options.endpoint {
        Some(url) => Asked::Endpoint(Endpoint::new(url.as_str())),
        None => {
            let path = options.store.as_deref().unwrap_or(Path::new(DEFAULT_STORE));
            Asked::Store(Box::new(YutuStore::open_read_only(path).map_err(|error| store::report(error, lang))?))
        }
    };
    let (name, limit) = (chosen.name.clone(), options.timeout_s);
    let job = Job { chosen, given, asked, options, context };
    in_time(limit, move || job.run()).map_err(|error| report(error, &name, lang))?;
    Ok(Outcome::Done)
}

/// The options that say which query it is, wherever they stand: what it takes as parameters is known only then.
fn early(args: &Args) -> Options {
    let value = |names: [&str; 2]| {
        let mut words = args.words.iter();
        while let Some(word) = words.next() {
            if names.contains(&word.as_str()) {
                return words.next().cloned();
            }
            if let Some((name, value)) = word.split_once('=')
                && names[0] == name
            {
                return Some(value.to_owned());
            }
        }
        None
    };
    args.options.clone().and(Options {
        query: value(["--sparql", "-q"]),
        file: value(["--file", "-f"]).map(PathBuf::from),
        queries: value(["--queries", "--queries"]).map(PathBuf::from),
        list: args.words.iter().any(|word| word == "--list"),
        ..Options::default()
    })
}

/// What is asked.
enum Asked {
    Store(Box<YutuStore>),
    Endpoint(Endpoint),
}

/// All that it takes to run a query, so that it can be done on a thread of its own.
struct Job {
    chosen: Chosen,
    given: Vec<(String, String)>,
    asked: Asked,
    options: Options,
    context: Context,
}

impl Job {
    /// Runs the query and writes its answer, or its plan.
    fn run(&self) -> Result<(), QueryError> {
        let timeout = self.options.timeout_s;
        let target = match &self.asked {
            Asked::Store(store) => Target::Store(store),
            Asked::Endpoint(endpoint) => Target::Endpoint(endpoint),
        };
        let prepared = query::prepare(&self.chosen.text, &self.chosen.parameters, &self.given, target, timeout)?;
        for reading in &prepared.readings {
            let (parameter, name, meant) = (&reading.parameter, &reading.given, &reading.meant);
            self.context.say(
                format_args!("--{parameter} {name} 按以下对象查询：{}", meant.join("、")),
                format_args!("--{parameter} {name} is taken for: {}", meant.join(", ")),
            );
        }
        let mut output = Output::stdout();
        if let (true, Asked::Store(store)) = (self.options.explain, &self.asked) {
            let plan = query::explain(store, &prepared.sparql, timeout)?;
            let text = match self.options.format {
                Some(ResultFormat::Json) => format!("{plan:#}\n"),
                _ => query::outline(&plan),
            };
            output.write_all(text.as_bytes())?;
            return Ok(output.flush()?);
        }
        let is_terminal = std::io::stdout().is_terminal();
        let layout = Layout {
            format: self.options.format,
            is_for_people: is_terminal,
            limit: self.options.limit,
            width: (is_terminal && !self.options.full).then(|| comfy_table::Table::new().width()).flatten(),
            base: target.base(),
        };
        let written = target.ask(&prepared.sparql, timeout, |answer| query::formats::write(answer, &layout, output))?;
        tell(&written, is_terminal, &self.context);
        Ok(())
    }
}

/// Does the work within the time limit. Oxigraph looks at its cancellation token only where it reads the store, so a product of
/// unconnected patterns goes on in memory: then the work is left behind on its thread, which ends with the program.
fn in_time<T: Send + 'static>(
    limit: Option<Duration>,
    work: impl FnOnce() -> Result<T, QueryError> + Send + 'static,
) -> Result<T, QueryError> {
    const GRACE: Duration = Duration::from_millis(300);
    let Some(limit) = limit else { return work() };
    let (sender, receiver) = mpsc::channel();
    let worker = std::thread::spawn(move || {
        // Nobody waits any more where the time is over.
        let _ = sender.send(work());
    });
    match receiver.recv_timeout(limit.saturating_add(GRACE)) {
        Ok(result) => result,
        Err(mpsc::RecvTimeoutError::Timeout) => Err(QueryError::TimedOut { limit }),
        Err(mpsc::RecvTimeoutError::Disconnected) => match worker.join() {
            Err(panic) => std::panic::resume_unwind(panic),
            Ok(()) => Err(QueryError::TimedOut { limit }),
        },
    }
}

/// How much there was, where the answer itself does not show it.
fn tell(written: &Written, is_terminal: bool, context: &Context) {
    let Written { count, kind, has_more, format } = *written;
    if kind == AnswerKind::Boolean {
        return;
    }
    let (zh, en) = match (kind, count) {
        (AnswerKind::Triples, 1) => ("个三元组", "triple"),
        (AnswerKind::Triples, _) => ("个三元组", "triples"),
        (_, 1) => ("行", "row"),
        _ => ("行", "rows"),
    };
    if has_more {
        context.say(
            format_args!("只输出了前 {count} {zh}（--limit）"),
            format_args!("only the first {count} {en} (--limit)"),
        );
    } else if (is_terminal && format == ResultFormat::Table) || context.verbose {
        context.say(format_args!("共 {count} {zh}"), format_args!("{count} {en}"));
    }
}

fn find<'a>(catalog: &'a Catalog, name: &str, lang: Lang) -> Result<&'a NamedQuery, miette::Report> {
    catalog.find(name).ok_or_else(|| {
        let similar = catalog.similar(name).join(", ");
        let hint = match (similar.is_empty(), lang) {
            (true, Lang::Zh) => "用 `yutu query --list` 查看全部查询；SPARQL 文本用 -q 给出".to_owned(),
            (true, Lang::En) => "`yutu query --list` shows all; SPARQL text is given with -q".to_owned(),
            (false, Lang::Zh) => format!("是否想用：{similar}；`yutu query --list` 列出全部"),
            (false, Lang::En) => format!("similar: {similar}; `yutu query --list` shows all"),
        };
        let message = match lang {
            Lang::Zh => format!("没有名为 `{name}` 的查询。{hint}"),
            Lang::En => format!("there is no query `{name}`. {hint}"),
        };
        miette::Report::new(WrongUsage::Said(message))
    })
}

/// The query of -q, -f or standard input.
fn from_text(options: &Options, lang: Lang) -> Result<Chosen, miette::Report> {
    let (name, text) = match (&options.query, &options.file) {
        (Some(text), _) => (lang.pick("查询", "query").to_owned(), text.clone()),
        (None, Some(path)) if path != Path::new("-") => {
            let cannot = || match lang {
                Lang::Zh => format!("无法读取 {}", path.display()),
                Lang::En => format!("cannot read {}", path.display()),
            };
            (path.display().to_string(), std::fs::read_to_string(path).into_diagnostic().wrap_err_with(cannot)?)
        }
        (None, file) => {
            let mut stdin = std::io::stdin().lock();
            if file.is_none() && stdin.is_terminal() {
                let message = lang.pick(
                    "没有查询：请给出查询名（`yutu query --list`）、-q、-f，或从标准输入读取",
                    "no query: give a name (`yutu query --list`), -q, -f, or standard input",
                );
                return Err(miette::Report::new(WrongUsage::Said(message.to_owned())));
            }
            let mut text = String::new();
            let cannot = || lang.pick("无法读取标准输入", "cannot read standard input").to_owned();
            stdin.read_to_string(&mut text).into_diagnostic().wrap_err_with(cannot)?;
            (lang.pick("标准输入", "standard input").to_owned(), text)
        }
    };
    let parameters =
        query::catalog::parameters_of(&name, &text).map_err(|error| said(&error, error.in_chinese(), lang))?;
    Ok(Chosen { name, text, parameters })
}

/// The parameters among the words, and what is left.
fn split(words: &[String], parameters: &[Parameter]) -> (Vec<(String, String)>, Vec<String>) {
    let mut given = Vec::new();
    let mut rest = Vec::new();
    let mut words = words.iter().peekable();
    while let Some(word) = words.next() {
        let (name, value) = match word.strip_prefix("--").map(|word| word.split_once('=').unwrap_or((word, ""))) {
            Some((name, value)) if parameters.iter().any(|parameter| parameter.name == name) => (name, value),
            _ => {
                rest.push(word.clone());
                continue;
            }
        };
        let value = match word.contains('=') {
            true => Some(value.to_owned()),
            // A value that begins like an option is given with `=`.
            false => words.next_if(|next| !next.starts_with("--")).cloned(),
        };
        match value {
            Some(value) => given.push((name.to_owned(), value)),
            // Without a value it is no use as a parameter; what parses the rest says so.
            None => rest.push(word.clone()),
        }
    }
    (given, rest)
}

fn parse_late(rest: Vec<String>, parameters: &[Parameter], lang: Lang) -> Result<Late, miette::Report> {
    Late::try_parse_from(&rest).map_err(|error| {
        let unknown = rest.iter().find_map(|word| {
            let name = word.strip_prefix("--")?.split('=').next()?;
            (error.kind() == clap::error::ErrorKind::UnknownArgument && error.to_string().contains(word.as_str()))
                .then(|| name.to_owned())
        });
        match unknown {
            Some(name) if parameters.iter().any(|parameter| parameter.name == name) => {
                let message = match lang {
                    Lang::Zh => format!("参数 --{name} 需要一个值"),
                    Lang::En => format!("--{name} needs a value"),
                };
                miette::Report::new(WrongUsage::Said(message))
            }
            Some(name) => {
                let known = parameters.iter().map(|parameter| parameter.name.clone()).collect();
                report(ParameterError::Unknown { name, known }.into(), "", lang)
            }
            None => miette::Report::new(WrongUsage::Clap(error)),
        }
    })
}

fn cannot_write(lang: Lang) -> impl Fn() -> String {
    move || lang.pick("无法写到标准输出", "cannot write to standard output").to_owned()
}

/// An error with its causes, in the language.
fn said(error: &(dyn std::error::Error + 'static), in_chinese: String, lang: Lang) -> miette::Report {
    let message = match lang {
        Lang::Zh => in_chinese,
        Lang::En => error.to_string(),
    };
    let mut causes: Vec<String> =
        std::iter::successors(error.source(), |cause| cause.source()).map(ToString::to_string).collect();
    causes.reverse();
    match causes.into_iter().reduce(|inner, outer| format!("{outer}: {inner}")) {
        Some(cause) => miette!("{cause}").wrap_err(message),
        None => miette!("{message}"),
    }
}

/// A query's error as a report: with the offending line where the text is wrong.
fn report(error: QueryError, name: &str, lang: Lang) -> miette::Report {
    match error {
        QueryError::Syntax(error) => syntax_report(&error, name, lang),
        QueryError::Parameter(error) => {
            let message = match lang {
                Lang::Zh => error.in_chinese(),
                Lang::En => error.to_string(),
            };
            miette::Report::new(WrongUsage::Said(message))
        }
        // Kept whole: a closed pipe is told by its innermost cause.
        QueryError::Output(error) => {
            Err::<(), _>(error).into_diagnostic().wrap_err_with(cannot_write(lang)).unwrap_err()
        }
        error => said(&error, error.in_chinese(), lang),
    }
}

/// The place, the line and a caret under what is wrong, also where characters before it take two columns.
fn syntax_report(error: &SyntaxError, name: &str, lang: Lang) -> miette::Report {
    let line = error.text.lines().nth(error.line - 1).unwrap_or_default().replace('\t', " ");
    let before: String = line.chars().take(error.column - 1).collect();
    let found = error.text[error.range.clone()].lines().next().unwrap_or_default();
    let message = match lang {
        Lang::Zh => format!("{name} 不是 SPARQL 查询，{}", error.in_chinese()),
        Lang::En => format!("{name} is not SPARQL: {error}"),
    };
    let number = error.line.to_string();
    let margin = " ".repeat(number.len());
    let (indent, carets) = (" ".repeat(before.width()), "^".repeat(found.width().max(1)));
    miette!("{message}\n {margin} |\n {number} | {line}\n {margin} | {indent}{carets}")
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;
    use expect_test::expect;

    use super::*;

    #[test]
    fn no_parameter_is_named_like_an_option() {
        let command = Late::command();
        let options: Vec<&str> = command.get_arguments().filter_map(clap::Arg::get_long).collect();
        for query in Catalog::builtin().expect("good queries").queries() {
            for parameter in &query.parameters {
                assert!(!options.contains(&parameter.name.as_str()), "{}: --{}", query.name, parameter.name);
            }
        }
    }

    #[test]
    fn parameters_are_told_from_options() {
        let catalog = Catalog::builtin().expect("good queries");
        let parameters = &catalog.find("parks-in-region").expect("a query").parameters;
        let words = ["--format", "csv", "--region", "武清区", "--limit=3", "--region=--x"].map(str::to_owned);
        let (given, rest) = split(&words, parameters);
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(given, [pair("region", "武清区"), pair("region", "--x")]);
        assert_eq!(rest, ["--format", "csv", "--limit=3"]);
        let error = parse_late(vec!["--regoin".into(), "x".into()], parameters, Lang::En).expect_err("unknown");
        assert!(error.to_string().contains("it takes: --region"), "{error}");
    }

    #[test]
    fn the_caret_stands_under_the_place() {
        let Err(QueryError::Syntax(error)) = query::check("SELECT ?park\nWHERE { ?园区 yutu:位于 }") else {
            panic!("no syntax error")
        };
        expect![[r#"
            查询 不是 SPARQL 查询，第 2 行第 21 列：此处不能是 `}`
               |
             2 | WHERE { ?园区 yutu:位于 }
               |                         ^"#]]
        .assert_eq(&syntax_report(&error, "查询", Lang::Zh).to_string());
    }

    #[test]
    fn seconds_are_above_zero() {
        assert_eq!(parse_seconds("0.5"), Ok(Duration::from_millis(500)));
        for wrong in ["0", "-1", "soon", "inf", "NaN"] {
            assert!(parse_seconds(wrong).is_err(), "{wrong}");
        }
    }
}
