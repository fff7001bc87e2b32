//! `yutu corpus`: annotated articles: taken from annotation tools, checked, counted.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::Write as _,
    path::{Path, PathBuf},
};

use clap::{Subcommand, ValueEnum};
use miette::{IntoDiagnostic as _, WrapErr as _};
use serde_json::Value;

use super::{Context, Lang, Outcome, output::Output, to_stderr};
use crate::{
    corpus::{self, Stats},
    exchange::{Annotated, brat, conll, labelstudio},
    gold::{self, GoldArticle},
};

/// Annotated articles: take corrections from annotation tools, check, count
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Import(ImportArgs),
    Check(CheckArgs),
    Stats(StatsArgs),
}

/// Make annotated articles out of annotations that were corrected with a tool
///
/// Reads what brat, Label Studio or an editor of CoNLL files made of the output of `yutu extract`, and writes pairs NAME.txt and
/// NAME.json that `yutu train` and `yutu eval` read. An article that the folder holds already is replaced. Faults are reported, and an
/// article that has one is not written; the exit status is then 1.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  yutu corpus import --format brat review/ -o mine/\n  yutu corpus import --format labelstudio export.json -o mine/ --writer li"
)]
struct ImportArgs {
    /// Files of the format, or folders that hold such files
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<PathBuf>,
    /// What the annotations are written in
    #[arg(short, long, value_enum, value_name = "FORMAT")]
    format: ExchangeFormat,
    /// The corpus, a folder, which is made
    #[arg(short, long, value_name = "DIR")]
    output: PathBuf,
    /// The letters that name whoever wrote the articles; new articles are numbered after them
    ///
    /// Articles of one writer stay together when the corpus is split. An article named by lower-case letters and a number (li07)
    /// keeps its name.
    #[arg(long, value_name = "LETTERS", default_value = "mine", value_parser = parse_writer)]
    writer: String,
    /// From Label Studio: also tasks that nobody annotated, as they were predicted
    #[arg(long)]
    predictions: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ExchangeFormat {
    /// NAME.txt and NAME.ann
    Brat,
    /// One token a line with its tag in the last column
    Conll,
    /// JSON as Label Studio exports it
    Labelstudio,
}

/// Check annotated articles
///
/// Reports, a line each: unknown types, predicates and qualifiers; ids that are missing or used twice; forms that are not in the text
/// or on two entities of a type; relations twice, to themselves, or between types that the guidelines do not allow; periods that are
/// not understood; texts that are missing. The exit status is 1 where there is a fault.
#[derive(Debug, clap::Args)]
struct CheckArgs {
    /// Folders of annotated articles, or their .json files
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<PathBuf>,
}

/// Count what a corpus holds
#[derive(Debug, clap::Args)]
struct StatsArgs {
    /// Folders of annotated articles
    #[arg(value_name = "DIR", required = true)]
    folders: Vec<PathBuf>,
    /// How to print the counts
    #[arg(short, long, value_enum, value_name = "FORMAT", default_value = "text")]
    format: StatsFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum StatsFormat {
    /// For people
    Text,
    /// For programs
    Json,
}

fn parse_writer(text: &str) -> Result<String, String> {
    let is_good = !text.is_empty() && text.bytes().all(|c| c.is_ascii_lowercase());
    if is_good { Ok(text.to_owned()) } else { Err("give lower-case letters, e.g. li".to_owned()) }
}

pub(super) fn run(args: &Args, context: &Context) -> Result<Outcome, miette::Report> {
    match &args.command {
        Command::Import(args) => import(args, context),
        Command::Check(args) => check(args, context),
        Command::Stats(args) => stats(args, context),
    }
}

fn import(args: &ImportArgs, context: &Context) -> Result<Outcome, miette::Report> {
    let extension = match args.format {
        ExchangeFormat::Brat => "ann",
        ExchangeFormat::Conll => "conll",
        ExchangeFormat::Labelstudio => "json",
    };
    fs::create_dir_all(&args.output).into_diagnostic().wrap_err_with(|| cannot_write(&args.output, context))?;
    let mut names = Names::new(&args.output, &args.writer).into_diagnostic()?;
    let (mut written, mut replaced, mut failed) = (0, 0, 0);
    for path in files(&args.paths, extension, context)? {
        let name = path.display().to_string();
        let articles = match read(&path, &name, args, context) {
            Ok(articles) => articles,
            Err(report) => {
                failed += 1;
                super::print_report(&report, context.lang);
                continue;
            }
        };
        for annotated in articles {
            let article = annotated.gold();
            let value = serde_json::to_value(&article.gold).into_diagnostic()?;
            let faults = corpus::check(&value, Some(&article.article.text));
            if !faults.is_empty() {
                failed += 1;
                faults.iter().for_each(|fault| to_stderr(format_args!("{name}: {}: {fault}", annotated.id)));
                continue;
            }
            let (name, is_new) = names.of(&article);
            corpus::write_pair(&args.output, &name, &article).into_diagnostic()?;
            *(if is_new { &mut written } else { &mut replaced }) += 1;
        }
    }
    let folder = args.output.display();
    context.say(
        format_args!("{folder}：新增 {written} 篇，替换 {replaced} 篇，{failed} 篇有误未写入"),
        format_args!("{folder}: {written} articles added, {replaced} replaced, {failed} with faults not written"),
    );
    Ok(if failed > 0 { Outcome::SomeFailed } else { Outcome::Done })
}

fn cannot_write(path: &Path, context: &Context) -> String {
    match context.lang {
        Lang::Zh => format!("无法写入 {}", path.display()),
        Lang::En => format!("cannot write {}", path.display()),
    }
}

fn read(path: &Path, name: &str, args: &ImportArgs, context: &Context) -> Result<Vec<Annotated>, miette::Report> {
    let content = |path: &Path| {
        fs::read_to_string(path).into_diagnostic().wrap_err_with(|| match context.lang {
            Lang::Zh => format!("无法读取 {}", path.display()),
            Lang::En => format!("cannot read {}", path.display()),
        })
    };
    let faulty = || context.lang.pick("标注有误", "the annotations cannot be used");
    match args.format {
        ExchangeFormat::Brat => {
            let id = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
            let text = content(&path.with_extension("txt"))?;
            brat::read(&id, name, &text, &content(path)?)
                .map(|annotated| vec![annotated])
                .into_diagnostic()
                .wrap_err_with(faulty)
        }
        ExchangeFormat::Conll => conll::read(name, &content(path)?).into_diagnostic().wrap_err_with(faulty),
        ExchangeFormat::Labelstudio => {
            let (read, empty) =
                labelstudio::read(name, &content(path)?, args.predictions).into_diagnostic().wrap_err_with(faulty)?;
            if empty > 0 {
                context.say(
                    format_args!("{name}：{empty} 个任务没有标注，略去"),
                    format_args!("{name}: {empty} tasks without annotation left out"),
                );
            }
            Ok(read)
        }
    }
}

/// The files given, and those of an extension in the folders given, sorted.
fn files(paths: &[PathBuf], extension: &str, context: &Context) -> Result<Vec<PathBuf>, miette::Report> {
    let mut files = Vec::new();
    for path in paths {
        if path.is_dir() {
            let entries = fs::read_dir(path).into_diagnostic().wrap_err_with(|| match context.lang {
                Lang::Zh => format!("无法读取 {}", path.display()),
                Lang::En => format!("cannot read {}", path.display()),
            })?;
            let mut found: Vec<PathBuf> = entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect();
            found.retain(|path| path.extension().is_some_and(|found| found == extension));
            found.sort();
            files.append(&mut found);
        } else {
            files.push(path.clone());
        }
    }
    Ok(files)
}

/// The names of the articles that a corpus folder holds.
struct Names {
    taken: BTreeSet<String>,
    /// By the identity of the text.
    by_text: BTreeMap<String, String>,
    writer: String,
}

impl Names {
    fn new(folder: &Path, writer: &str) -> Result<Self, gold::GoldError> {
        let corpus = gold::read_corpus(folder)?;
        let named = |article: GoldArticle| (article.article.sha256, article.gold.id);
        let by_text: BTreeMap<String, String> = corpus.into_iter().map(named).collect();
        Ok(Self { taken: by_text.values().cloned().collect(), by_text, writer: writer.to_owned() })
    }

    /// The name for an article, and whether the corpus does not hold it yet.
    fn of(&mut self, article: &GoldArticle) -> (String, bool) {
        if let Some(name) = self.by_text.get(&article.article.sha256) {
            return (name.clone(), false);
        }
        let id = &article.gold.id;
        let digits = id.trim_start_matches(|c: char| c.is_ascii_lowercase());
        let is_name =
            digits.len() < id.len() && (1..=4).contains(&digits.len()) && digits.bytes().all(|c| c.is_ascii_digit());
        let numbered = (1..).map(|number: usize| format!("{}{number:02}", self.writer));
        let own = is_name.then(|| id.clone());
        let name = own.into_iter().chain(numbered).find(|name| !self.taken.contains(name)).unwrap_or_default();
        self.taken.insert(name.clone());
        self.by_text.insert(article.article.sha256.clone(), name.clone());
        (name, true)
    }
}

fn check(args: &CheckArgs, context: &Context) -> Result<Outcome, miette::Report> {
    let (mut articles, mut faulty) = (0, 0);
    let mut output = Output::stdout();
    for path in files(&args.paths, "json", context)? {
        articles += 1;
        let faults = faults(&path);
        faulty += usize::from(!faults.is_empty());
        for fault in faults {
            writeln!(output, "{}: {fault}", path.display()).into_diagnostic()?;
        }
    }
    output.flush().into_diagnostic()?;
    context.say(
        format_args!("检查了 {articles} 篇，{faulty} 篇有误"),
        format_args!("articles checked: {articles}, with faults: {faulty}"),
    );
    Ok(if faulty > 0 { Outcome::SomeFailed } else { Outcome::Done })
}

/// The faults of a pair of files, of which one may be missing or unreadable.
fn faults(json: &Path) -> Vec<String> {
    let value: Value = match fs::read(json)
        .map_err(|e| e.to_string())
        .and_then(|b| serde_json::from_slice(&b).map_err(|e| e.to_string()))
    {
        Ok(value) => value,
        Err(problem) => return vec![problem],
    };
    let text_path = json.with_extension("txt");
    match fs::read_to_string(&text_path) {
        Ok(text) => corpus::check(&value, Some(&text)),
        Err(error) => {
            let mut faults = vec![format!("no text: {}: {error}", text_path.display())];
            faults.extend(corpus::check(&value, None));
            faults
        }
    }
}

fn stats(args: &StatsArgs, context: &Context) -> Result<Outcome, miette::Report> {
    let mut articles = Vec::new();
    let mut dev = 0;
    for folder in &args.folders {
        articles.extend(gold::read_corpus(folder).into_diagnostic()?);
        dev += gold::dev_split(folder).into_diagnostic()?.len();
    }
    let stats = Stats::new(&articles);
    let text = match args.format {
        StatsFormat::Json => serde_json::to_string_pretty(&stats).into_diagnostic()? + "\n",
        StatsFormat::Text => in_words(&stats, dev, context.lang),
    };
    let mut output = Output::stdout();
    output.write_all(text.as_bytes()).and_then(|()| output.flush()).into_diagnostic()?;
    Ok(Outcome::Done)
}

fn in_words(stats: &Stats, dev: usize, lang: Lang) -> String {
    use std::fmt::Write as _;
    let mut text = String::new();
    let mut line = |zh: &str, en: &str, count: usize| {
        let name = lang.pick(zh, en);
        let gap = " ".repeat(20usize.saturating_sub(unicode_width::UnicodeWidthStr::width(name)));
        let _ = writeln!(text, "{name}{gap}{count:>8}");
    };
    line("文章", "articles", stats.articles);
    line("　其中留作评测", "  kept for measuring", dev);
    line("字符", "characters", stats.characters);
    line("实体", "entities", stats.entities);
    line("提及", "mentions", stats.mentions);
    line("关系", "relations", stats.relations);
    line("数据", "figures", stats.observations);
    line("可选的事实", "optional facts", stats.optional);
    let mut table = |zh: &str, en: &str, counts: &BTreeMap<String, usize>, by_count: bool| {
        let mut counts: Vec<(&String, &usize)> = counts.iter().collect();
        if by_count {
            counts.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
        }
        let counts: Vec<String> = counts.into_iter().map(|(name, count)| format!("{name} {count}")).collect();
        let _ = writeln!(text, "\n{}\n  {}", lang.pick(zh, en), counts.join("  "));
    };
    table("按类型", "by type", &stats.by_type, true);
    table("按谓词", "by predicate", &stats.by_predicate, true);
    table("按限定", "by qualifier", &stats.by_qualifier, true);
    table("按作者", "by writer", &stats.by_writer, false);
    table("按年份", "by year", &stats.by_year, false);
    text
}
