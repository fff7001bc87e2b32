//! `yutu show`: what the store knows of an entity.

use std::io::Write as _;

use miette::{IntoDiagnostic as _, miette};

use super::{
    Context, Lang, Outcome,
    articles::ShowFormat,
    card,
    output::Output,
    store::{StoreArgs, report},
};
use crate::model::EntityType;

/// Show what the store knows of a place, company, policy …
///
/// Its type, names and reference code, the facts that start from it and lead to it, and its figures, each with article, date and the
/// passage that states it. The name is looked for as written, then without differences of width, case and spaces, then as part of
/// names.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// A name, short name or address, e.g. 武清区
    #[arg(value_name = "NAME")]
    name: String,
    #[command(flatten)]
    store: StoreArgs,
    /// Only entities of this type, e.g. Park
    #[arg(short, long = "type", value_name = "TYPE")]
    kind: Option<EntityType>,
    /// Show so many passages for each fact at most
    #[arg(long, value_name = "N", default_value = "3")]
    passages: usize,
    /// How to print the card
    #[arg(short, long, value_enum, value_name = "FORMAT", default_value = "text")]
    format: ShowFormat,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<Outcome, miette::Report> {
    let store = args.store.open_read_only(context)?;
    let found = store.find_entities(&args.name, args.kind).map_err(|error| report(error, context.lang))?;
    let Some(best) = found.first() else {
        let name = &args.name;
        return Err(match context.lang {
            Lang::Zh => miette!("库中没有名为 `{name}` 的实体；`yutu stats` 显示库中内容"),
            Lang::En => miette!("the store has no entity named `{name}`; `yutu stats` shows what is there"),
        });
    };
    let card = store.entity_card(&best.entity.iri).map_err(|error| report(error, context.lang))?;
    let text = match args.format {
        ShowFormat::Text => card::entity_text(&card, args.passages, context.lang),
        ShowFormat::Json => serde_json::to_string_pretty(&card).into_diagnostic()? + "\n",
    };
    let mut output = Output::stdout();
    output.write_all(text.as_bytes()).and_then(|()| output.flush()).into_diagnostic()?;
    if found.len() > 1 {
        let others: Vec<String> = (found[1..].iter().take(10))
            .map(|other| {
                let kind = other.entity.kinds.first().map_or("", |kind| card::kind_label(*kind, context.lang));
                format!("{}（{kind}）", other.entity.label)
            })
            .collect();
        let (count, others) = (found.len() - 1, others.join("、"));
        context.say(
            format_args!("另有 {count} 个实体与此名相符：{others}"),
            format_args!("{count} more with that name: {others}"),
        );
    }
    Ok(Outcome::Done)
}
