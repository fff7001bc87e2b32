//! Words that stand for something named elsewhere in the article: 全市, 该区, 我县, 当地, 该公司, 园区.
//!
//! Half of what an article says of its place it says of 全市 or 该区. Here each such word is given the entity that it stands for, by its head
//! word (市 asks for a city, 局 for a bureau): a place is the one that the article is about, 该公司 the one named last. It is no mention, but
//! relations and figures see it as one.

use std::cmp::Reverse;

use rustc_hash::FxHashMap;

use crate::{
    model::{Entity, EntityType, Span},
    text::Text,
};

use super::places::{Places, is_in_municipality, level};

/// A word that stands for an entity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Deictic {
    /// Where it stands.
    pub(super) span: Span,
    /// Index of the entity.
    pub(super) entity: usize,
}

/// What a head word asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Wanted {
    Province,
    City,
    County,
    District,
    Prefecture,
    /// A region whose name ends so.
    Region,
    /// A park that is called a zone, or a region that is called 新区.
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

/// Head words after 全, 我, 本, 该, and what they ask for.
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

/// Words that a head word begins and that mean something else.
const BEYOND: [&str; 9] = ["市场", "区块", "区域", "县域", "镇域", "部分", "所有", "行业", "会议"];

/// What stands after a word that stands for nothing: 园区之间, 公司+农户.
const GENERIC_BEFORE: [&str; 4] = ["之间", "+", "、", "法"];

/// The words of a text that stand for one of the entities, in text order. None lies in a mention.
pub(super) fn deictics(text: &Text, entities: &[Entity]) -> Vec<Deictic> {
    let mut taken = vec![false; text.folded.len()];
    for span in entities.iter().flat_map(|entity| &entity.mentions).map(|mention| mention.span) {
        if span.end <= taken.len() {
            taken[span.start..span.end].fill(true);
        }
    }
    let title_end = text.sentences.first().map_or(0, |sentence| sentence.span.end);
    let mut meanings: FxHashMap<(&str, Wanted), Vec<Meaning>> = FxHashMap::default();
    let mut found = Vec::new();
    let mut at = 0;
    while at < text.folded.len() {
        let word = word_at(text, at).filter(|word| taken[at..at + word.len].iter().all(|taken| !taken));
        let Some(Word { len, head, wanted, last }) = word else {
            at += 1;
            continue;
        };
        let meanings = meanings.entry((head, wanted)).or_insert_with(|| meanings_of(entities, head, wanted, title_end));
        let before = |meaning: &Meaning| {
            let count = meaning.starts.partition_point(|&start| start < at);
            count.checked_sub(1).map(|index| meaning.starts[index])
        };
        let meant = if last {
            meanings
                .iter()
                .filter_map(|meaning| Some((before(meaning)?, Reverse(meaning.entity))))
                .max()
                .map(|(_, Reverse(entity))| entity)
        } else {
            let weight = |meaning: &&Meaning| meaning.weight + 2 * usize::from(before(meaning).is_some());
            meanings
                .iter()
                .max_by_key(|meaning| (weight(meaning), Reverse(meaning.entity)))
                .map(|meaning| meaning.entity)
        };
        if let Some(entity) = meant {
            found.push(Deictic { span: Span::new(at, at + len), entity });
        }
        at += len;
    }
    found
}

/// A word that may stand for an entity.
struct Word {
    len: usize,
    head: &'static str,
    wanted: Wanted,
    /// Whether it stands for what was named last rather than for what the article is about.
    last: bool,
}

/// The word at a place.
fn word_at(text: &Text, at: usize) -> Option<Word> {
    let chars = text.folded.as_slice();
    let stands = |word: &str, at: usize| {
        let mut rest = chars[at.min(chars.len())..].iter();
        word.chars().all(|c| rest.next() == Some(&c))
    };
    let longest = |table: &'static [(&'static str, Wanted)], at: usize| {
        let fitting = table.iter().filter(|(head, _)| stands(head, at) && !BEYOND.iter().any(|word| stands(word, at)));
        fitting.max_by_key(|(head, _)| head.len()).map(|&(head, wanted)| (head.chars().count(), head, wanted))
    };
    let is_place = |wanted| matches!(wanted, Province | City | County | District | Prefecture | Region);
    let word = match chars[at] {
        '全' | '我' | '本' | '该' => {
            let (len, head, wanted) = longest(&HEADS, at + 1)?;
            // 全企业 and 我平台 are not said; 本所 may be anything.
            let is_said = match wanted {
                _ if is_place(wanted) => true,
                Zone | Park => chars[at] == '该' || len > 1 && chars[at] != '我',
                _ => chars[at] == '该' || chars[at] != '全' && matches!(head, "公司" | "校" | "集团"),
            };
            let last = chars[at] == '该' && !is_place(wanted);
            is_said.then_some(Word { len: len + 1, head, wanted, last })?
        }
        '当' | '园' | '开' | '高' | '经' | '公' | '管' => {
            let (len, head, wanted) = longest(&ALONE, at)?;
            // 专业公司 and 一座园区 stand for nothing.
            let begins =
                at == 0 || !chars[at - 1].is_alphanumeric() || "在由据和与向对将为从到使让是比".contains(chars[at - 1]);
            let is_generic = GENERIC_BEFORE.iter().any(|word| stands(word, at + len));
            if !begins || is_generic || at > 0 && matches!(chars[at - 1], '+' | '、') {
                return None;
            }
            Word { len, head, wanted, last: false }
        }
        _ => return None,
    };
    // Not the end or the middle of other words: 健全|区级, 该|区块链, 产业园区, 分公司.
    (text.is_word_edge(at) && text.is_word_edge(at + word.len)).then_some(word)
}

/// An entity that a word may stand for.
struct Meaning {
    entity: usize,
    /// Where it is named, in text order.
    starts: Vec<usize>,
    /// How much the article is about it.
    weight: usize,
}

/// The entities that a head word may mean: those whose names speak for it, else those that nothing speaks against.
fn meanings_of(entities: &[Entity], head: &str, wanted: Wanted, title_end: usize) -> Vec<Meaning> {
    let grades: Vec<u8> = entities.iter().map(|entity| fits(entity, head, wanted)).collect();
    let best = grades.iter().copied().max().unwrap_or(0).max(1);
    let fitting = entities.iter().enumerate().filter(|(index, _)| grades[*index] == best);
    let meaning = |(entity, named): (usize, &Entity)| {
        let mut starts: Vec<usize> = named.mentions.iter().map(|mention| mention.span.start).collect();
        starts.sort_unstable();
        let in_title = starts.first().is_some_and(|&start| start < title_end);
        Meaning { entity, weight: starts.len() + 3 * usize::from(in_title), starts }
    };
    fitting.map(meaning).collect()
}

/// How well an entity fits what a head word asks for: 2 by its name, 1 by its kind, 0 not at all.
fn fits(entity: &Entity, head: &str, wanted: Wanted) -> u8 {
    let ends = |tail: &str| entity.forms().any(|form| form.ends_with(tail) && form != tail);
    let graded = |kind: EntityType, named: bool| if entity.kind == kind { 1 + u8::from(named) } else { 0 };
    match wanted {
        Province | City | County | District | Prefecture if entity.kind == EntityType::Region => {
            2 * u8::from(is_of_level(entity, wanted))
        }
        // 全区 is also said of a zone.
        District => u8::from(entity.kind == EntityType::Park && ends("区")),
        Province | City | County | Prefecture => 0,
        Region => 2 * u8::from(entity.kind == EntityType::Region && (head == "当地" || ends(head))),
        Zone => {
            let full = match head {
                "高新区" => "高新技术产业开发区",
                "经开区" => "经济技术开发区",
                "开发区" => "区",
                _ => head,
            };
            let is_zone = entity.kind == EntityType::Park || entity.kind == EntityType::Region && ends("新区");
            2 * u8::from(is_zone && (ends(head) || ends(full)))
        }
        Park => graded(EntityType::Park, ends(head)),
        Company => graded(EntityType::Company, ends(head)),
        Government => {
            2 * u8::from(
                entity.kind == EntityType::Government && (ends(head) || head == "管委会" && ends("管理委员会")),
            )
        }
        Institution => {
            let school = ["大学", "学院", "学校", "中学"];
            let is_school = school.iter().any(|tail| ends(tail));
            let named = if matches!(head, "校" | "学校") { is_school } else { ends(head) };
            // 该校 is no research institute.
            if named || !matches!(head, "校" | "学校") { graded(EntityType::Institution, named) } else { 0 }
        }
        Organization => graded(EntityType::Organization, ends(head)),
        Platform => graded(EntityType::Platform, ends(head)),
        Project => graded(EntityType::Project, ends(head)),
    }
}

/// Whether a region is a province, a city, a county … : by the end of its name, else by the codes that the name may stand for.
fn is_of_level(region: &Entity, wanted: Wanted) -> bool {
    let ends =
        |tail: &str| region.forms().any(|form| form.ends_with(tail) && form.chars().count() > tail.chars().count() + 1);
    let level_named = [
        ("自治区", Province),
        ("省", Province),
        ("自治州", Prefecture),
        ("盟", Region),
        ("地区", Region),
        ("自治县", County),
        ("县", County),
        ("旗", Region),
        ("镇", Region),
        ("乡", Region),
        ("村", Region),
        ("街道", Region),
        ("市", City),
        ("湾区", Region),
        ("库区", Region),
        ("区", District),
    ];
    // 全区 is also said of an autonomous region (内蒙古, 广西, 西藏, 宁夏, 新疆).
    let is_autonomous = |code: u32| matches!(code, 150_000 | 450_000 | 540_000 | 640_000 | 650_000);
    let codes = || region.forms().flat_map(|form| Places::builtin().codes(&form.chars().collect::<Vec<_>>())).copied();
    if let Some((tail, named)) = level_named.iter().find(|(tail, _)| ends(tail)) {
        return *named == wanted
            || wanted == District && *tail == "自治区"
            // 山区 and 房山区: the second is in the table.
            || wanted == District && codes().any(|code| level(code) == 3 && code % 100 <= 20);
    }
    let is_municipality = |code: u32| level(code) == 1 && is_in_municipality(code);
    // Of a county's code the last two digits: to 20 districts, to 80 counties, then cities; counties of a province itself are told by 90 before.
    let is_county_city = |code: u32| level(code) == 3 && (code % 100 > 80 || code / 100 % 100 == 90);
    codes().any(|code| match wanted {
        Province => level(code) == 1 && !is_municipality(code),
        City => is_municipality(code) || level(code) == 2 || is_county_city(code),
        County => level(code) == 3 && (21..=80).contains(&(code % 100)),
        District => is_autonomous(code) || level(code) == 3 && code % 100 <= 20 && code / 100 % 100 != 90,
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::relate::testing;

    fn read(text: &str, names: &[(&str, EntityType)]) -> Vec<(String, String)> {
        let text = Text::new(text, testing::segmenter());
        let entities = testing::entities(&text.folded.iter().collect::<String>(), names);
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
        let expected = [pair("全市", "浏阳市"), pair("该公司", "蓝思科技"), pair("当地", "浏阳市")];
        assert_eq!(read(text, &names), expected);
    }

    #[test]
    fn words_that_only_look_like_it_stand_for_nothing() {
        let text = "全市场看好合肥市\n合肥市蜀山区健全区级机制,产业园区与分公司的全区域布局、该部分从略;该区块链平台和公司+农户也一样。";
        let (region, park, company) = (EntityType::Region, EntityType::Park, EntityType::Company);
        let names = [("合肥市", region), ("蜀山区", region), ("滨湖科学城", park), ("江淮汽车", company)];
        assert_eq!(read(text, &names), []);
    }

    #[test]
    fn levels_by_name_and_by_code() {
        let is = |name: &str, wanted| is_of_level(&testing::entities(name, &[(name, EntityType::Region)])[0], wanted);
        assert!(is("合肥", City) && is("杭州", City) && is("仙桃", City) && is("上海", City) && is("浏阳市", City));
        assert!(!is("延边朝鲜族自治州", City) && !is("柳市镇", City) && !is("合肥", District));
        assert!(
            is("房山区", District) && is("广西", District) && !is("东北地区", District) && !is("三峡库区", District)
        );
        assert!(
            is("江苏", Province) && !is("上海", Province) && is("长丰县", County) && is("延边朝鲜族自治州", Prefecture)
        );
    }

    #[test]
    fn the_kind_of_house_is_heeded() {
        let text = "两家机构落户\n西安建筑科技大学与神木兰炭研究院合作。该校派人,该院出钱。";
        let names = [("西安建筑科技大学", EntityType::Institution), ("神木兰炭研究院", EntityType::Institution)];
        let pair = |word: &str, name: &str| (word.to_owned(), name.to_owned());
        assert_eq!(read(text, &names), [pair("该校", "西安建筑科技大学"), pair("该院", "神木兰炭研究院")]);
    }
}
