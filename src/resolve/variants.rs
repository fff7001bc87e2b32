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

/// The length of what two forms share, if they differ in their head nouns only (老厂焕新工程, 老厂焕新专项行动) and enough is shared.
pub(super) fn shared_core(kind: EntityType, one: &[char], other: &[char]) -> Option<usize> {
    let is_head = |rest: &[char]| loose_heads(kind).iter().any(|head| head.chars().eq(rest.iter().copied()));
    let shared = one.iter().zip(other).take_while(|(a, b)| a == b).count();
    (SHARED..=shared).rev().find(|&at| is_head(&one[at..]) && is_head(&other[at..]))
}

/// With less in common the head noun is what tells two names apart: 人才计划, 人才政策.
const SHARED: usize = 3;

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

/// Words that names of parks, firms, projects are made of; what is made of nothing else names nothing without its place.
const COMMON: &[&str] = &[
    "经济",
    "技术",
    "高新",
    "产业",
    "工业",
    "农业",
    "科技",
    "开发",
    "新区",
    "示范",
    "区",
    "园",
    "保税",
    "综合",
    "国际",
    "现代",
    "物流",
    "城市",
    "文化",
    "旅游",
    "创新",
    "创业",
    "中心",
    "基地",
    "港",
    "口岸",
    "合作",
    "试验",
    "自由",
    "贸易",
    "自贸",
    "片",
    "集团",
    "公司",
    "有限",
    "股份",
    "项目",
    "工程",
    "建设",
    "大道",
    "高铁",
    "铁路",
    "高速",
    "公路",
    "机场",
    "站",
    "路",
    "学院",
    "大学",
    "人民",
    "政府",
    "委员会",
    "管理",
    "管委会",
];

/// So many characters a form keeps at least when its place is taken off.
const KEPT: usize = 4;

/// Whether a name of this type may stand with or without the place in front of it.
pub(super) fn is_named_apart(kind: EntityType) -> bool {
    use EntityType::{Company, Event, Institution, Organization, Park, Platform, Product, Program, Project};
    matches!(kind, Park | Company | Institution | Organization | Platform | Project | Program | Event | Product)
}

/// The form without the place that it begins with: 文莱大摩拉岛石化园 also stands for 大摩拉岛石化园. Nothing where no place leads, or where what is left
/// is short or made of common words (天津 + 经济技术开发区). `is_place` says whether a form is one.
pub(super) fn without_place(kind: EntityType, form: &str, is_place: impl Fn(&str) -> bool) -> Option<&str> {
    if !is_named_apart(kind) {
        return None;
    }
    let starts: Vec<usize> = form.char_indices().map(|(at, _)| at).collect();
    let longest = starts.len().checked_sub(KEPT)?;
    let cut = (2..=longest.min(9)).rev().map(|len| starts[len]).find(|&at| is_place(&form[..at]))?;
    let mut rest = &form[cut..];
    while let Some(shorter) = COMMON.iter().find_map(|word| rest.strip_prefix(word)) {
        rest = shorter;
    }
    (!rest.is_empty()).then_some(&form[cut..])
}

/// Without quotes and white space.
fn plain(form: &str) -> String {
    form.chars().filter(|&c| !is_quote(fold_char(c)) && c != '"' && !c.is_whitespace()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_in_front_may_be_left_out_where_a_name_is_left() {
        let is_place = |form: &str| matches!(form, "文莱" | "天津" | "天津市" | "东苏旗");
        assert_eq!(without_place(EntityType::Park, "文莱大摩拉岛石化园", is_place), Some("大摩拉岛石化园"));
        assert_eq!(without_place(EntityType::Company, "东苏旗绿源蔬菜公司", is_place), Some("绿源蔬菜公司"));
        assert_eq!(without_place(EntityType::Park, "天津经济技术开发区", is_place), None);
        assert_eq!(without_place(EntityType::Company, "天津港集团", is_place), None);
        assert_eq!(without_place(EntityType::Government, "天津市河北区审计局", is_place), None);
    }
}
