//! Turns the clap command into Chinese: texts from `help_zh`, headings, defaults and choices.

use clap::{Arg, Command, builder::StyledStr};

use super::{GENERAL, help_zh};

/// The command with all its subcommands in Chinese. What has no Chinese text keeps its English one.
pub(super) fn to_chinese(command: Command) -> Command {
    let mut built = command.clone();
    built.build();
    translate(command, "", &mut built)
}

/// `built` is the same command with everything that clap works out itself: its usage line is whole.
fn translate(mut command: Command, path: &str, built: &mut Command) -> Command {
    if let Some(text) = help_zh::text(path, help_zh::ABOUT) {
        command = command.about(first_paragraph(text)).long_about(text.to_owned());
    }
    if let Some(text) = help_zh::text(path, help_zh::AFTER) {
        command = command.after_help(text.to_owned());
    }
    let header = *command.get_styles().get_header();
    let template = format!(
        "{{before-help}}{{about-with-newline}}\n{header}用法：{header:#}{{usage}}\n\n{{all-args}}{{after-help}}"
    );
    command = command
        .help_template(StyledStr::from(template))
        .subcommand_help_heading("命令")
        .subcommand_value_name("命令")
        .mut_args(|argument| translate_argument(argument, path))
        .mut_subcommands(|subcommand| {
            let path = format!("{path} {}", subcommand.get_name());
            match built.find_subcommand_mut(subcommand.get_name()) {
                Some(built) => translate(subcommand, path.trim_start(), built),
                None => subcommand,
            }
        });
    // The words of a usage line that stand fast in clap.
    let usage = built.render_usage().to_string();
    let usage = usage.trim_start_matches("Usage: ").replace("[OPTIONS]", "[选项]").replace("<COMMAND>", "<命令>");
    command.override_usage(usage)
}

fn translate_argument(mut argument: Arg, path: &str) -> Arg {
    if let Some(text) = help_zh::text(path, argument.get_id().as_str()) {
        let notes = notes(&argument);
        argument = argument.help(format!("{}{notes}", first_paragraph(text)));
        if text.contains("\n\n") {
            argument = argument.long_help(format!("{text}{notes}"));
        }
        argument = argument.hide_default_value(true).hide_possible_values(true);
    }
    let heading = match argument.get_help_heading() {
        None if argument.is_positional() => "参数",
        None => "选项",
        Some(GENERAL) => "通用选项",
        Some("Limits") => "限制",
        Some("Access") => "访问权限",
        Some(_) => return argument,
    };
    argument.help_heading(heading)
}

/// `［默认：jsonl］［可选：jsonl、tsv］`, which clap would say in English.
fn notes(argument: &Arg) -> String {
    let join = |values: Vec<String>| values.join("、");
    let takes_value = argument.get_action().takes_values();
    let mut notes = String::new();
    let defaults: Vec<String> =
        argument.get_default_values().iter().map(|value| value.to_string_lossy().into_owned()).collect();
    if takes_value && !defaults.is_empty() && !argument.is_hide_default_value_set() {
        notes.push_str(&format!("［默认：{}］", join(defaults)));
    }
    let choices = argument.get_possible_values();
    if takes_value && !choices.is_empty() && !argument.is_hide_possible_values_set() {
        let names = choices.iter().filter(|choice| !choice.is_hide_set()).map(|choice| choice.get_name().to_owned());
        notes.push_str(&format!("［可选：{}］", join(names.collect())));
    }
    notes
}

fn first_paragraph(text: &str) -> String {
    text.split("\n\n").next().unwrap_or(text).to_owned()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use clap::CommandFactory as _;

    use super::*;
    use crate::cli::Cli;

    /// Command path and argument id of everything that needs a text.
    fn wanted(command: &Command, path: &str, out: &mut BTreeSet<(String, String)>) {
        out.insert((path.to_owned(), help_zh::ABOUT.to_owned()));
        if command.get_after_help().is_some() {
            out.insert((path.to_owned(), help_zh::AFTER.to_owned()));
        }
        for argument in command.get_arguments().filter(|argument| !argument.is_hide_set()) {
            out.insert((path.to_owned(), argument.get_id().to_string()));
        }
        for subcommand in command.get_subcommands().filter(|subcommand| !subcommand.is_hide_set()) {
            wanted(subcommand, format!("{path} {}", subcommand.get_name()).trim_start(), out);
        }
    }

    #[test]
    fn every_command_and_argument_has_its_chinese_text_and_none_is_left_over() {
        let mut missing = BTreeSet::new();
        wanted(&Cli::command(), "", &mut missing);
        let mut left_over = Vec::new();
        for (path, argument, text) in help_zh::TEXTS {
            assert!(text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)), "`{text}` is not Chinese");
            if !missing.remove(&((*path).to_owned(), (*argument).to_owned())) {
                left_over.push((path, argument));
            }
        }
        assert!(missing.is_empty(), "add to help_zh.rs: {missing:?}");
        assert!(left_over.is_empty(), "twice, or of nothing, in help_zh.rs: {left_over:?}");
    }
}
