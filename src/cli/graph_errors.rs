//! What can go wrong in `yutu graph`, in the person's language and with a hint.

use std::{fmt::Display, path::Path};

use miette::{MietteDiagnostic, miette};

use super::{Lang, store};
use crate::{
    graph::{GatherError, LabelLang, PngError, focus::FocusError, layout::graphviz::EngineError, type_label},
    store::Found,
};

pub(super) fn cannot_write(path: &Path, lang: Lang) -> String {
    format!("{} {}", lang.pick("无法写入", "cannot write"), path.display())
}

pub(super) fn cannot_read(path: &Path, lang: Lang) -> String {
    format!("{} {}", lang.pick("无法读取", "cannot read"), path.display())
}

fn with_hint(message: impl Display, hint: impl Display) -> miette::Report {
    miette::Report::new(MietteDiagnostic::new(message.to_string()).with_help(hint.to_string()))
}

/// A name that means nothing, or several things.
pub(super) fn focus(error: FocusError, lang: Lang) -> miette::Report {
    match error {
        FocusError::Store(error) => store::report(error, lang),
        FocusError::Unknown { name, similar } => {
            let message = match lang {
                Lang::Zh => format!("库中没有名为 `{name}` 的实体"),
                Lang::En => format!("the store has no entity named `{name}`"),
            };
            let names = similar.join(lang.pick("、", ", "));
            match (similar.is_empty(), lang) {
                (true, Lang::Zh) => with_hint(message, "`yutu stats` 显示库中内容"),
                (true, Lang::En) => with_hint(message, "`yutu stats` shows what is there"),
                (false, Lang::Zh) => with_hint(message, format_args!("名称相近的有：{names}")),
                (false, Lang::En) => with_hint(message, format_args!("similar names: {names}")),
            }
        }
        FocusError::Ambiguous { name, candidates } => {
            let shown: Vec<String> = candidates.iter().take(10).map(|found| candidate(found, lang)).collect();
            let (count, list) = (candidates.len(), shown.join(lang.pick("；", "; ")));
            match lang {
                Lang::Zh => with_hint(
                    format_args!("`{name}` 可指 {count} 个实体：{list}"),
                    "请给出全名，或在名称前加类型，如 园区:京滨工业园，或给出地址",
                ),
                Lang::En => with_hint(
                    format_args!("`{name}` can mean {count} entities: {list}"),
                    "give the full name, or put the type before it, as in Park:京滨工业园, or give the address",
                ),
            }
        }
    }
}

fn candidate(found: &Found, lang: Lang) -> String {
    let kind = found.entity.kinds.first().copied();
    let (label, iri) = (&found.entity.label, &found.entity.iri);
    match lang {
        Lang::Zh => format!("{label}（{}，{} 篇文章，{iri}）", type_label(kind, LabelLang::Zh), found.articles),
        Lang::En => format!("{label} ({}, articles: {}, {iri})", type_label(kind, LabelLang::En), found.articles),
    }
}

/// Facts that could not be gathered.
pub(super) fn gather(error: GatherError, lang: Lang) -> miette::Report {
    match (error, lang) {
        (GatherError::NoTriples, Lang::Zh) => {
            miette!("查询结果不含三元组；请用 CONSTRUCT、DESCRIBE，或 SELECT ?subject ?predicate ?object")
        }
        (error, Lang::En) => miette::Report::from_err(error),
        (error, Lang::Zh) => {
            let what =
                if matches!(error, GatherError::Storage(_)) { "无法读取图谱库" } else { "无法执行查询" };
            miette::Report::from_err(error).wrap_err(what)
        }
    }
}

/// Graphviz did not lay out.
pub(super) fn engine(error: EngineError, lang: Lang) -> miette::Report {
    match (error, lang) {
        (EngineError::Missing { engine }, Lang::Zh) => with_hint(
            format_args!("没有找到 Graphviz 的程序 `{engine}`"),
            "请安装 Graphviz（apt install graphviz，brew install graphviz，或 https://graphviz.org/download/），或去掉 --engine",
        ),
        (error @ EngineError::Missing { .. }, Lang::En) => with_hint(
            error,
            "install Graphviz (apt install graphviz, brew install graphviz, or https://graphviz.org/download/), or leave --engine out",
        ),
        (error, Lang::En) => miette::Report::from_err(error),
        (error, Lang::Zh) => miette::Report::from_err(error).wrap_err("Graphviz 排布失败"),
    }
}

/// There is no PNG.
pub(super) fn png(error: PngError, lang: Lang) -> miette::Report {
    match (error, lang) {
        (PngError::TooLarge { width, height }, Lang::Zh) => {
            miette!("{width:.0} × {height:.0} 像素的图太大；请减小 --scale 或 --max-nodes，或改用 svg")
        }
        (PngError::Scale { scale }, Lang::Zh) => miette!("--scale 的值 {scale} 无效；请给出大于 0 的数，例如 2"),
        (error, Lang::En) => miette::Report::from_err(error),
        (error, Lang::Zh) => miette::Report::from_err(error).wrap_err("无法生成 png"),
    }
}
