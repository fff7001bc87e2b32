//! `yutu articles`: which articles are in the store, what one states, take some out.

use std::io::Write as _;

use clap::ValueEnum;
use miette::{IntoDiagnostic as _, miette};

use super::{
    Context, Outcome, card,
    output::Output,
    store::{StoreArgs, report},
    table::Rows,
};
use crate::store::{ArticleRow, YutuStore};

/// List, show or remove the articles of the store
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: ArticlesCommand,
}

#[derive(Debug, clap::Subcommand)]
enum ArticlesCommand {
    List(ListArgs),
    Show(ShowArgs),
    Remove(RemoveArgs),
}

/// List all articles, newest first
#[derive(Debug, clap::Args)]
struct ListArgs {
    #[command(flatten)]
    store: StoreArgs,
    /// How to print the list
    #[arg(short, long, value_enum, value_name = "FORMAT", default_value = "table")]
    format: ListFormat,
}

/// Show what one article states, with the passages
#[derive(Debug, clap::Args)]
struct ShowArgs {
    /// The article: its id, address, source, the beginning of its SHA-256, or part of its headline
    #[arg(value_name = "ARTICLE")]
    article: String,
    #[command(flatten)]
    store: StoreArgs,
    /// How to print the facts
    #[arg(short, long, value_enum, value_name = "FORMAT", default_value = "text")]
    format: ShowFormat,
}

/// Remove articles with all their facts
///
/// Facts that other articles state too stay.
#[derive(Debug, clap::Args)]
struct RemoveArgs {
    /// The articles, each named as for `show`
    #[arg(value_name = "ARTICLE", required = true)]
    articles: Vec<String>,
    #[command(flatten)]
    store: StoreArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ListFormat {
    /// Columns, for people
    Table,
    /// One article a line, tabs between, for programs
    Tsv,
    /// One JSON array
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ShowFormat {
    /// For people
    Text,
    /// For programs
    Json,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<Outcome, miette::Report> {
    match &args.command {
        ArticlesCommand::List(args) => list(args, context),
        ArticlesCommand::Show(args) => show(args, context),
        ArticlesCommand::Remove(args) => remove(args, context),
    }
}

fn list(args: &ListArgs, context: &Context) -> Result<Outcome, miette::Report> {
    let store = args.store.open_read_only(context)?;
    let rows = store.articles().map_err(|error| report(error, context.lang))?;
    let text = match args.format {
        ListFormat::Table => table(&rows, context),
        ListFormat::Tsv => tsv(&rows),
        ListFormat::Json => serde_json::to_string_pretty(&rows).into_diagnostic()? + "\n",
    };
    let mut output = Output::stdout();
    output.write_all(text.as_bytes()).and_then(|()| output.flush()).into_diagnostic()?;
    if rows.is_empty() {
        context.say(
            "库中还没有文章；可用 `yutu ingest 路径…` 读入",
            "the store has no articles yet; take some by `yutu ingest PATH…`",
        );
    }
    Ok(Outcome::Done)
}

fn table(rows: &[ArticleRow], context: &Context) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let heading = match context.lang {
        super::Lang::Zh => ["日期", "标题", "编号", "实体", "关系", "数据"],
        super::Lang::En => ["date", "title", "id", "entities", "relations", "figures"],
    };
    let mut table = Rows::new(heading).right(3).right(4).right(5);
    for row in rows {
        table.add([
            row.published.clone().unwrap_or_default(),
            row.title.clone(),
            row.id.clone(),
            row.entities.to_string(),
            row.relations.to_string(),
            row.observations.to_string(),
        ]);
    }
    table.to_string()
}

fn tsv(rows: &[ArticleRow]) -> String {
    let mut text = "published\ttitle\tid\tiri\tsource\tentities\trelations\tobservations\n".to_owned();
    for row in rows {
        let plain = |value: &str| value.replace(['\t', '\n', '\r'], " ");
        let cells = [
            row.published.as_deref().unwrap_or_default(),
            &row.title,
            &row.id,
            &row.iri,
            row.source.as_deref().unwrap_or_default(),
            &row.entities.to_string(),
            &row.relations.to_string(),
            &row.observations.to_string(),
        ];
        text.push_str(&cells.map(plain).join("\t"));
        text.push('\n');
    }
    text
}

fn show(args: &ShowArgs, context: &Context) -> Result<Outcome, miette::Report> {
    let store = args.store.open_read_only(context)?;
    let row = only_one(&store, &args.article, context)?;
    let facts = store.article_facts(row).map_err(|error| report(error, context.lang))?;
    let text = match args.format {
        ShowFormat::Text => card::article_text(&facts, context.lang),
        ShowFormat::Json => serde_json::to_string_pretty(&facts).into_diagnostic()? + "\n",
    };
    let mut output = Output::stdout();
    output.write_all(text.as_bytes()).and_then(|()| output.flush()).into_diagnostic()?;
    Ok(Outcome::Done)
}

fn remove(args: &RemoveArgs, context: &Context) -> Result<Outcome, miette::Report> {
    let store = args.store.open(context)?;
    let mut rows: Vec<ArticleRow> = Vec::new();
    for key in &args.articles {
        let row = only_one(&store, key, context)?;
        if !rows.contains(&row) {
            rows.push(row);
        }
    }
    let iris: Vec<String> = rows.iter().map(|row| row.iri.clone()).collect();
    store.remove_articles(&iris).and_then(|()| store.flush()).map_err(|error| report(error, context.lang))?;
    for row in rows {
        context.say(format_args!("已移除：{}", row.title), format_args!("removed: {}", row.title));
    }
    Ok(Outcome::Done)
}

/// The article that a key means; an error that lists them where there are several.
fn only_one(store: &YutuStore, key: &str, context: &Context) -> Result<ArticleRow, miette::Report> {
    let mut found = store.find_articles(key).map_err(|error| report(error, context.lang))?;
    match found.len() {
        0 => Err(match context.lang {
            super::Lang::Zh => miette!("库中没有文章 `{key}`；`yutu articles list` 列出全部文章"),
            super::Lang::En => miette!("the store has no article `{key}`; `yutu articles list` names all"),
        }),
        1 => Ok(found.remove(0)),
        count => {
            let names: Vec<String> = found.iter().take(10).map(|row| format!("  {}  {}", row.iri, row.title)).collect();
            let names = names.join("\n");
            Err(match context.lang {
                super::Lang::Zh => miette!("`{key}` 可指 {count} 篇文章，请改用其地址：\n{names}"),
                super::Lang::En => miette!("`{key}` means {count} articles, give an address:\n{names}"),
            })
        }
    }
}
