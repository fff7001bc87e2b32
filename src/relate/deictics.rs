//! Words that stand for something named elsewhere in the article: 全市, 该区, 我县, 当地, 该公司, 园区.
//!
//! Half of what an article says of its place it says of 全市 or 该区. Here each such word is given the entity that it stands for, by its head
//! word (市 asks for a city, 局 for a bureau) and by what was named before. It is no mention, but relations and figures see it as one.

use std::cmp::Reverse;

use crate::{
    model::{Entity, EntityType, Span},
    text::Text,
};

use super::places::{Places, level};

/// A word that stands for an entity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Deictic {
    /// Where it stands.
    pub(super) span: Span,
    /// Index of the entity.
    pub(super) entity: usize,
}

/// What a head word asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Province,
    City,
    County,
    District,
    Prefecture,
    /// A region whose name ends so.
    Region,
    /// A park, or a region that is called 新区.
    Zone,
    Park,
    Company,
    /// A state organ whose name ends so.
    Government,
    Institution,
    Organization,
    Platform,
    Project,
}

use Wanted::*;

/// Head words after 全, 我, 本, 该, 此, and what they ask for.
const HEADS: [(&str, Wanted); 52] = [
    ("省", Province),
    ("市", City),
    ("县", County),
    ("区", District),
    ("州", Prefecture),
    ("盟", Region),
    ("旗", Region),
    ("镇", Region),
    ("乡", Region),
    ("村", Region),
    ("街道", Region),
    ("新区", Zone),
    ("开发区", Zone),
    ("高新区", Zone),
    ("经开区", Zone),
    ("示范区", Zone),
    ("片区", Zone),
    ("园", Park),
    ("园区", Park),
    ("产业园", Park),
    ("基地", Park),
    ("港", Park),
    ("景区", Park),
    ("司", Company),
    ("公司", Company),
    ("企业", Company),
    ("企", Company),
    ("集团", Company),
    ("厂", Company),
    ("行", Company),
    ("局", Government),
    ("委", Government),
    ("厅", Government),
    ("办", Government),
    ("部", Government),
    ("管委会", Government),
    ("校", Institution),
    ("学校", Institution),
    ("学院", Institution),
    ("院", Institution),
    ("所", Institution),
    ("研究院", Institution),
    ("研究所", Institution),
    ("医院", Institution),
    ("会", Organization),
    ("协会", Organization),
    ("商会", Organization),
    ("联盟", Organization),
    ("平台", Platform),
    ("中心", Platform),
    ("实验室", Platform),
    ("项目", Project),
];

/// Words that stand alone for something named before.
const ALONE: [(&str, Wanted); 7] = [
    ("当地", Region),
    ("园区", Park),
    ("开发区", Zone),
    ("高新区", Zone),
    ("经开区", Zone),
    ("公司", Company),
    ("管委会", Government),
];

/// Words that such a word may begin and that mean something else: 全市场, 全区域, 该部分.
const BEYOND: [&str; 14] =
    ["市场", "区域", "县域", "镇域", "部分", "所有", "行业", "会议", "会展", "校企", "村民", "行动", "院士", "委托"];

/// The words of a text that stand for one of the entities, in text order. None lies in a mention.
pub(super) fn deictics(text: &Text, entities: &[Entity]) -> Vec<Deictic> {
    let mut taken = vec![false; text.folded.len()];
    for span in entities.iter().flat_map(|entity| &entity.mentions).map(|mention| mention.span) {
        if span.end <= taken.len() {
            taken[span.start..span.end].fill(true);
        }
    }
    let title = text.sentences.first().map_or(0, |sentence| sentence.span.end);
    let mut found = Vec::new();
    let mut at = 0;
    while at < text.folded.len() {
        let word = word_at(&text.folded, at).filter(|(len, _, _)| taken[at..at + len].iter().all(|taken| !taken));
        let Some((len, head, wanted)) = word else {
            at += 1;
            continue;
        };
        // 全, 我, 本 speak of what the article is about; 该 and a head word alone of what was named last.
        let of_article = matches!(text.folded[at], '全' | '我' | '本');
        if let Some(entity) = meant(entities, head, wanted, at, title, of_article) {
            found.push(Deictic { span: Span::new(at, at + len), entity });
        }
        at += len;
    }
    found
}

/// The word at a place, its length, its head word and what that asks for.
fn word_at(chars: &[char], at: usize) -> Option<(usize, &'static str, Wanted)> {
    let stands = |word: &str, at: usize| {
        let mut rest = chars[at.min(chars.len())..].iter();
        word.chars().all(|c| rest.next() == Some(&c))
    };
    let longest = |table: &'static [(&'static str, Wanted)], at: usize| {
        let fitting = table.iter().filter(|(head, _)| stands(head, at) && !BEYOND.iter().any(|word| stands(word, at)));
        fitting.max_by_key(|(head, _)| head.len()).map(|&(head, wanted)| (head.chars().count(), head, wanted))
    };
    match chars[at] {
        '全' | '我' | '本' | '该' | '此' => {
            let (len, head, wanted) = longest(&HEADS, at + 1)?;
            let is_whole = chars[at] == '全';
            // 全企业 and 我平台 are not said; 本所 and 此会 may be anything.
            let is_said = match wanted {
                Province | City | County | District | Prefecture | Region => chars[at] != '此',
                Zone | Park => chars[at] == '该' || is_whole && len > 1 || chars[at] == '本' && len > 1,
                _ => chars[at] == '该' || matches!(chars[at], '我' | '本') && matches!(head, "公司" | "校" | "集团"),
            };
            is_said.then_some((len + 1, head, wanted))
        }
        '当' | '园' | '开' | '高' | '经' | '公' | '管' => {
            // The end of a longer noun (产业园区, 分公司) stands for nothing.
            let is_start =
                at == 0 || !chars[at - 1].is_alphanumeric() || "在由据和与向对将为从到使让是".contains(chars[at - 1]);
            longest(&ALONE, at).filter(|_| is_start)
        }
        _ => None,
    }
}

/// The entity that a word at `at` stands for.
fn meant(entities: &[Entity], head: &str, wanted: Wanted, at: usize, title: usize, of_article: bool) -> Option<usize> {
    let fitting = entities.iter().enumerate().filter(|(_, entity)| fits(entity, head, wanted));
    let last = |entity: &Entity| entity.mentions.iter().map(|m| m.span.start).filter(|&start| start < at).max();
    if of_article {
        let weight = |entity: &Entity| {
            let in_title = entity.mentions.first().is_some_and(|mention| mention.span.start < title);
            entity.mentions.len() + 3 * usize::from(in_title) + 2 * usize::from(last(entity).is_some())
        };
        fitting.max_by_key(|(index, entity)| (weight(entity), Reverse(*index))).map(|(index, _)| index)
    } else {
        fitting.filter_map(|(index, entity)| Some((last(entity)?, index))).max().map(|(_, index)| index)
    }
}

/// Whether an entity is of the kind that a head word asks for.
fn fits(entity: &Entity, head: &str, wanted: Wanted) -> bool {
    let ends = |tail: &str| entity.forms().any(|form| form.ends_with(tail) && form != tail);
    let codes = || entity.forms().flat_map(|form| Places::builtin().codes(&form.chars().collect::<Vec<_>>())).copied();
    let is_municipality = |code: u32| matches!(code, 110_000 | 120_000 | 310_000 | 500_000);
    match wanted {
        Province | City | County | District | Prefecture | Region if entity.kind != EntityType::Region => {
            // 全区 is also said of a zone.
            wanted == District && entity.kind == EntityType::Park && ends("区")
        }
        Province => ends("省") || ends("自治区") || codes().any(|code| level(code) == 1 && !is_municipality(code)),
        City => {
            let is_city = |code: u32| is_municipality(code) || level(code) == 2 || level(code) == 3 && code % 100 > 80;
            ends("市") || !ends("州") && codes().any(is_city) || codes().any(|code| level(code) == 2)
        }
        County => ends("县") || codes().any(|code| level(code) == 3 && (21..=80).contains(&(code % 100))),
        // 全区 is also said of an autonomous region (内蒙古, 广西, 西藏, 宁夏, 新疆).
        District => {
            let is_autonomous = |code: u32| matches!(code, 150_000 | 450_000 | 540_000 | 640_000 | 650_000);
            ends("区") || codes().any(|code| is_autonomous(code) || level(code) == 3 && code % 100 <= 20)
        }
        Prefecture => ends("自治州") || entity.forms().any(|form| form.ends_with('州') && form.chars().count() > 2),
        Region => head == "当地" || ends(head),
        Zone => {
            let is_zone = entity.kind == EntityType::Park || entity.kind == EntityType::Region && ends("新区");
            is_zone && (ends(head) || ends("区"))
        }
        Park => entity.kind == EntityType::Park,
        Company => entity.kind == EntityType::Company,
        Government => entity.kind == EntityType::Government && (ends(head) || head == "管委会" && ends("管理委员会")),
        Institution => entity.kind == EntityType::Institution,
        Organization => entity.kind == EntityType::Organization && (head == "会" || ends(head)),
        Platform => entity.kind == EntityType::Platform,
        Project => entity.kind == EntityType::Project,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{model::Mention, text::Segmenter};

    fn read(text: &str, names: &[(&str, EntityType)]) -> Vec<(String, String)> {
        let text = Text::new(text, &Segmenter::new());
        let all: String = text.folded.iter().collect();
        let entities: Vec<Entity> = names
            .iter()
            .map(|&(name, kind)| {
                let mentions = all.match_indices(name).map(|(byte, _)| {
                    let start = all[..byte].chars().count();
                    let span = Span::new(start, start + name.chars().count());
                    Mention { span, text: name.to_owned(), detector: String::new(), confidence: 1.0 }
                });
                Entity {
                    id: name.to_owned(),
                    iri: String::new(),
                    kind,
                    name: name.to_owned(),
                    aliases: Vec::new(),
                    confidence: 1.0,
                    link: None,
                    mentions: mentions.collect(),
                }
            })
            .collect();
        let found = deictics(&text, &entities);
        found.iter().map(|found| (text.surface(found.span), entities[found.entity].name.clone())).collect()
    }

    #[test]
    fn the_head_word_says_what_is_meant() {
        let text =
            "浏阳市引来蓝思科技\n浏阳市在长沙市东面。全市聚焦电子信息,该公司今年增资,当地给予支持。该区另有打算。";
        let names = [("浏阳市", EntityType::Region), ("长沙市", EntityType::Region), ("蓝思科技", EntityType::Company)];
        let pair = |word: &str, name: &str| (word.to_owned(), name.to_owned());
        // Nothing named is a district.
        let expected = [pair("全市", "浏阳市"), pair("该公司", "蓝思科技"), pair("当地", "长沙市")];
        assert_eq!(read(text, &names), expected);
    }

    #[test]
    fn words_that_only_look_like_it_stand_for_nothing() {
        let text = "全市场看好合肥市\n合肥市产业园区与分公司的全区域布局,该部分从略。";
        assert_eq!(read(text, &[("合肥市", EntityType::Region)]), []);
    }
}
