//! Wrong usage, said in words: clap's message in English, our own in Chinese.

use std::{io::Write as _, process::ExitCode};

use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::{Lang, to_stderr};
use crate::model::iri::BaseError;

/// Prints help, version or what is wrong, and gives the exit status.
pub(super) fn print(error: &clap::Error, lang: Lang) -> ExitCode {
    match in_chinese(error) {
        Some(message) if lang == Lang::Zh => to_stderr(message),
        // Help goes to standard output, errors to standard error; a closed pipe ends quietly.
        _ if error.use_stderr() => to_stderr(error.render().ansi()),
        _ => drop(write!(anstream::stdout().lock(), "{}", error.render().ansi())),
    }
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
}

/// The message for the usual mistakes, else nothing.
fn in_chinese(error: &clap::Error) -> Option<String> {
    let get = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.clone()),
        Some(ContextValue::Strings(texts)) => Some(texts.join("、")),
        _ => None,
    };
    let argument = get(ContextKind::InvalidArg).unwrap_or_default();
    let value = get(ContextKind::InvalidValue).unwrap_or_default();
    let message = match error.kind() {
        ErrorKind::UnknownArgument => format!("没有参数 `{argument}`"),
        ErrorKind::InvalidSubcommand => {
            format!("没有命令 `{}`", get(ContextKind::InvalidSubcommand).unwrap_or_default())
        }
        ErrorKind::MissingSubcommand => "缺少命令".to_owned(),
        ErrorKind::MissingRequiredArgument => format!("缺少参数：{argument}"),
        ErrorKind::InvalidValue if value.is_empty() => format!("参数 `{argument}` 需要一个值"),
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => format!("参数 `{argument}` 的值 `{value}` 无效"),
        ErrorKind::ArgumentConflict => {
            let other = get(ContextKind::PriorArg).unwrap_or_default();
            if other == argument || other.is_empty() {
                format!("参数 `{argument}` 只能出现一次")
            } else {
                format!("参数 `{argument}` 不能与 `{other}` 同时使用")
            }
        }
        _ => return None,
    };
    let mut lines = vec![format!("错误：{message}")];
    let cause = std::error::Error::source(error).and_then(|cause| cause.downcast_ref::<BaseError>());
    if let Some(cause) = cause {
        lines.push(format!("  原因：{}", cause.in_chinese()));
    }
    if let Some(choices) = get(ContextKind::ValidValue).filter(|choices| !choices.is_empty()) {
        lines.push(format!("  可选：{choices}"));
    }
    let suggested = [ContextKind::SuggestedSubcommand, ContextKind::SuggestedArg, ContextKind::SuggestedValue];
    if let Some(suggestion) = suggested.into_iter().find_map(get) {
        lines.push(format!("  提示：是否想用 `{suggestion}`？"));
    }
    lines.push("\n详见 `yutu --help`，或在命令后加 `--help`。".to_owned());
    Some(lines.join("\n"))
}
