//! `yutu rebase`: the store's addresses under another base.

use std::{
    path::{Path, PathBuf},
    time::Instant,
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use miette::{IntoDiagnostic as _, WrapErr as _};

use super::{
    Context, Lang, Outcome, WrongUsage,
    progress::Progress,
    store::{StoreArgs, report},
};
use crate::{
    model::iri::Base,
    rdf::Rebase,
    search::SearchIndex,
    store::{self, YutuStore},
};

/// Rewrite the store's addresses to begin with another base
///
/// Every address that begins with --from, be it subject, predicate, object, name of a graph or within a triple term, begins with --to
/// afterwards. The rewritten store is written beside the old one and takes its place when it is complete, so that an interruption leaves
/// the old store as it was: run the command again. The old store is kept as DIR.old. The search index is made anew. A store that has been rewritten
/// is not changed again. Other programs cannot use the store meanwhile; the disk needs room for a second one.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  yutu rebase --to https://data.example.cn/id/\n  yutu serve --base-iri https://data.example.cn/id/\n  yutu rebase --from https://yutu.example/id/ --to https://data.example.cn/id/"
)]
pub(super) struct Args {
    #[command(flatten)]
    store: StoreArgs,
    /// What the addresses to be rewritten begin with [default: the store's own base]
    #[arg(long, value_name = "IRI")]
    from: Option<Base>,
    /// What they are to begin with
    #[arg(long, value_name = "IRI")]
    to: Base,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<Outcome, miette::Report> {
    let started = Instant::now();
    let in_lang = |error| report(error, context.lang);
    if let Some((from, namespace)) = args.from.as_ref().and_then(|from| Some((from, Rebase::vocabulary_under(from)?))) {
        return Err(WrongUsage::Said(not_of_data(from, namespace, context.lang)).into());
    }
    // What is no store yet is not made one.
    let path = match args.store.path().canonicalize() {
        Ok(path) if path.join("CURRENT").exists() => path,
        _ => return args.store.open_read_only(context).map(|_| Outcome::Done),
    };
    let old = YutuStore::open(&path).map_err(in_lang)?;
    if let Some(kept) = store::keep_whole_leftover(&path).map_err(in_lang)? {
        let (found, kept) = (store::rebased_folder(args.store.path()), shown(&kept, args.store.path()));
        context.say(
            format_args!(
                "{} 中有先前中断时留下的完整图谱库，已改名为 {}，确认不需要后可删除",
                found.display(),
                kept.display()
            ),
            format_args!(
                "a whole store that an interrupted run left in {} is kept as {}, to be removed when it is not needed",
                found.display(),
                kept.display()
            ),
        );
    }
    let change = Rebase::new(args.from.clone().unwrap_or_else(|| old.base().clone()), args.to.clone());
    if !old.is_changed_by(&change).map_err(in_lang)? {
        let (from, to) = (args.from.as_ref().unwrap_or(old.base()), &args.to);
        context.say(
            format_args!("没有地址需要从 {from} 改为 {to}；图谱库未变"),
            format_args!("no address is to be changed from {from} to {to}; the store is as it was"),
        );
        return Ok(Outcome::Done);
    }
    let folder = store::rebased_folder(&path);
    let bar = bar(old.quads().map_err(in_lang)?, context);
    let rebased = old.copy_rebased(&change, &folder, &|done| bar.set_position(done)).map_err(in_lang)?;
    bar.finish_and_clear();
    if SearchIndex::is_beside(&path) {
        context.say("正在重建检索索引…", "making the search index anew …");
        if let Err(error) = index(&folder, context) {
            // It is the copy for certain; where it cannot be removed, it is kept as whole by the next run.
            let _ = std::fs::remove_dir_all(&folder);
            return Err(error);
        }
    }
    // Nobody may write between: it would be lost with the old store.
    let held = old.close_but_hold();
    let kept = store::put_in_place(&folder, &path).map_err(in_lang)?;
    drop(held);
    let (read, changed, seconds) = (rebased.read, rebased.changed, started.elapsed().as_secs_f64());
    let kept = shown(&kept, args.store.path());
    context.say(
        format_args!("{read} 条中改写了 {changed} 条，用时 {seconds:.1} 秒；原库保留在 {}，确认无误后可删除", kept.display()),
        format_args!(
            "{changed} of {read} statements rewritten, {seconds:.1} s; the old store is kept as {}, to be removed when all is well",
            kept.display()
        ),
    );
    Ok(Outcome::Done)
}

fn not_of_data(from: &Base, namespace: &str, lang: Lang) -> String {
    match lang {
        Lang::Zh => format!(
            "--from {from} 涉及词汇 {namespace}，词汇的名称在各库中含义相同，不能改写；请给出数据地址的前缀，例如 {}，或不给 --from，即改写图谱库自己的前缀",
            Base::default()
        ),
        Lang::En => format!(
            "--from {from} takes in names of the vocabulary {namespace}, which mean the same in every store and must stay; give the base of \
             data, e.g. {}, or leave --from out, which takes the store's own base",
            Base::default()
        ),
    }
}

fn index(folder: &Path, context: &Context) -> Result<(), miette::Report> {
    let cannot =
        || context.lang.pick("无法重建检索索引；原库未变", "cannot make the search index; the old store is as it was");
    let store = YutuStore::open(folder).map_err(|error| report(error, context.lang))?;
    let index = SearchIndex::open(&store).into_diagnostic().wrap_err_with(cannot)?;
    index.catch_up(&store).into_diagnostic().wrap_err_with(cannot)?;
    Ok(())
}

/// The path of the kept store as the person would write it.
fn shown(kept: &Path, store: &Path) -> PathBuf {
    let is_link = store.is_symlink();
    kept.file_name().filter(|_| !is_link).map_or_else(|| kept.to_owned(), |name| store.with_file_name(name))
}

fn bar(quads: u64, context: &Context) -> ProgressBar {
    if !Progress::is_wanted(context) {
        return ProgressBar::hidden();
    }
    let to_go = match context.lang {
        Lang::Zh => "剩余",
        Lang::En => "to go",
    };
    let bar = ProgressBar::with_draw_target(Some(quads), ProgressDrawTarget::stderr());
    let template = format!("{{bar:30}} {{percent:>3}}%  {{human_pos}}/{{human_len}}  {{elapsed}}  {to_go} {{eta}}");
    bar.set_style(ProgressStyle::with_template(&template).expect("the template is valid"));
    bar
}
