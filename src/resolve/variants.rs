//! The forms of one entity: its fullest name, and the other forms in the text, head nouns put on and taken off.

use crate::{
    model::{EntityType, Mention},
    text::{Text, fold_char},
};

/// Quotes and title marks are no part of a form.
pub(super) fn is_quote(c: char) -> bool {
    matches!(c, '“' | '”' | '‘' | '’' | '《' | '》' | '"' | '\'' | '「' | '」' | '『' | '』')
}

/// Head nouns that a name may stand with or without.
pub(super) fn loose_heads(kind: EntityType) -> &'static [&'static str] {
    match kind {
        EntityType::Program => &[
            "发展战略",
            "战略",
            "工程",
            "机制",
            "制度",
            "改革",
            "计划",
            "行动",
            "专项行动",
            "政策",
            "模式",
            "体系",
            "工作",
            "建设",
            "活动",
            "方案",
            "企业",
            "试点",
            "倡议",
            "项目",
            "目标",
            "部署",
            "创建",
        ],
        EntityType::Project => &["项目", "工程", "建设项目"],
        EntityType::Industry => &["产业", "行业", "领域", "产业链", "产业集群", "技术"],
        EntityType::Event => &["活动"],
        EntityType::Product => &["品牌", "系列"],
        _ => &[],
    }
}

/// The name and the aliases of an entity from its mentions, in text order.
pub(super) fn names(text: &Text, kind: EntityType, mentions: &[Mention]) -> (String, Vec<String>) {
    let mut forms: Vec<String> = Vec::new();
    let mut add = |form: String| {
        if !form.is_empty() && !forms.contains(&form) {
            forms.push(form);
        }
    };
    for mention in mentions {
        add(plain(&mention.text));
    }
    let name = forms
        .iter()
        .max_by_key(|form| form.chars().count())
        .cloned()
        .or_else(|| mentions.first().map(|mention| mention.text.clone()))
        .unwrap_or_default();
    let mut more: Vec<String> = Vec::new();
    for mention in mentions {
        // “揭榜挂帅”机制: the head noun after the name or its closing quote.
        let mut after = mention.span.end;
        if text.folded.get(after) == Some(&'”') {
            after += 1;
        }
        for head in loose_heads(kind) {
            let len = head.chars().count();
            if text.folded.get(after..after + len).is_some_and(|found| found.iter().copied().eq(head.chars())) {
                more.push(format!("{}{head}", plain(&mention.text)));
                break;
            }
        }
        // 京津冀协同发展战略 also stands for 京津冀协同发展.
        let form = plain(&mention.text);
        for head in loose_heads(kind) {
            if let Some(bare) = form.strip_suffix(head).filter(|bare| bare.chars().count() >= 3) {
                more.push(bare.to_owned());
                break;
            }
        }
    }
    for form in more {
        if !forms.contains(&form) {
            forms.push(form);
        }
    }
    let mut aliases: Vec<String> = forms.into_iter().filter(|form| *form != name).collect();
    aliases.sort();
    (name, aliases)
}

/// Without quotes and white space.
fn plain(form: &str) -> String {
    form.chars().filter(|&c| !is_quote(fold_char(c)) && c != '"' && !c.is_whitespace()).collect()
}
