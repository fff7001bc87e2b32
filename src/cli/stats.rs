//! `yutu stats`: how much is in the store.

use std::io::Write as _;

use miette::IntoDiagnostic as _;

use super::{
    Context, Lang, Outcome,
    articles::ShowFormat,
    card::kind_label,
    output::Output,
    store::{StoreArgs, report},
    table::Rows,
};
use crate::store::Stats;

/// Count what is in the store
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    store: StoreArgs,
    /// How to print the counts
    #[arg(short, long, value_enum, value_name = "FORMAT", default_value = "text")]
    format: ShowFormat,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<Outcome, miette::Report> {
    let store = args.store.open_read_only(context)?;
    let stats = store.stats().map_err(|error| report(error, context.lang))?;
    let text = match args.format {
        ShowFormat::Text => tables(&stats, context.lang),
        ShowFormat::Json => serde_json::to_string_pretty(&stats).into_diagnostic()? + "\n",
    };
    let mut output = Output::stdout();
    output.write_all(text.as_bytes()).and_then(|()| output.flush()).into_diagnostic()?;
    Ok(Outcome::Done)
}

fn tables(stats: &Stats, lang: Lang) -> String {
    let count = lang.pick("数量", "count");
    let mut whole = Rows::new([lang.pick("全库", "store"), count]).right(1);
    let dates = match (&stats.oldest, &stats.newest) {
        (Some(oldest), Some(newest)) => format!(" ({oldest} – {newest})"),
        _ => String::new(),
    };
    let entities: u64 = stats.entities.values().sum();
    let facts: u64 = stats.facts.values().sum();
    for (zh, en, value) in [
        (format!("文章{dates}"), format!("articles{dates}"), stats.articles),
        ("实体".to_owned(), "entities".to_owned(), entities),
        ("　其中有代码".to_owned(), "  with a reference code".to_owned(), stats.linked),
        ("关系".to_owned(), "relations".to_owned(), facts),
        ("　各文章述及次数".to_owned(), "  statements of them by articles".to_owned(), stats.claims),
        ("数据".to_owned(), "figures".to_owned(), stats.observations),
        ("提及".to_owned(), "mentions".to_owned(), stats.mentions),
        ("三元组".to_owned(), "triples".to_owned(), stats.triples),
        ("图".to_owned(), "graphs".to_owned(), stats.graphs),
    ] {
        whole.add([lang.pick(&zh, &en).to_owned(), value.to_string()]);
    }
    let mut kinds = Rows::new([lang.pick("实体类型", "entity type"), count]).right(1);
    for (kind, number) in stats.entities.iter().filter(|(_, number)| **number > 0) {
        kinds.add([kind_label(*kind, lang).to_owned(), number.to_string()]);
    }
    let mut predicates = Rows::new([lang.pick("关系类型", "relation"), count]).right(1);
    for (predicate, number) in stats.facts.iter().filter(|(_, number)| **number > 0) {
        predicates.add([lang.pick(predicate.label_zh(), predicate.as_str()).to_owned(), number.to_string()]);
    }
    let mut text = whole.to_string();
    if entities > 0 {
        text += &format!("\n{kinds}");
    }
    if facts > 0 {
        text += &format!("\n{predicates}");
    }
    text
}
