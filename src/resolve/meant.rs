//! The place that an article is about where only the headline names it, inside a longer name or title: 2017年嵊州市国民经济和社会发展统计公报,
//! with 全市 for it ever after.
//!
//! By rule: such articles are rare, and the learnt decision about inner names hardly ever takes a place, but nearly all of their figures and half
//! of their relations are the place's. How often the rule is right: docs/extraction.md, *The article's place*.

use std::cmp::Reverse;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::{
    detect::fusion::Decision,
    lexicon::{Gazetteer, Heads},
    model::{EntityType, Span},
    text::Text,
};

use super::{
    inner::{self, Code, STANDING},
    inside,
};

/// What names of divisions end with, and what stands behind 全, 我, 该, 本 for one. (全省 mostly says what something is compared with.)
const LEVELS: [char; 5] = ['市', '县', '区', '州', '旗'];

/// A place named so often answers 全市 itself, wherever it stands.
const OFTEN: usize = 3;

/// How likely the place is meant: 17 of 18 in annotated articles.
const LIKELY: f32 = 0.95;

/// Words that 全市 and the like are no part of: 健全|市场.
const BEYOND: [char; 4] = ['场', '块', '域', '级'];

/// Mentions of the places that the article is about and does not name by themselves, at most one of each level.
pub fn places_meant(text: &Text, decisions: &[Decision], gazetteer: &Gazetteer, heads: &Heads) -> Vec<Decision> {
    let title = text.title_end();
    let named = Named::new(text, decisions, gazetteer, title);
    let levels: Vec<char> =
        LEVELS.into_iter().filter(|&level| !named.answered.contains(&level) && stands_for_one(text, level)).collect();
    if levels.is_empty() {
        return Vec::new();
    }
    let mut places: FxHashMap<&[char], Vec<Span>> = FxHashMap::default();
    for span in divisions(text, gazetteer, heads) {
        places.entry(&text.folded[span.start..span.end]).or_default().push(span);
    }
    places.retain(|name, spans| spans[0].start < title && !named.holds(name, gazetteer));
    let meant = levels.into_iter().filter_map(|level| {
        let fitting = places.iter().filter(|(name, _)| name.last() == Some(&level)).map(|(_, spans)| spans);
        fitting.max_by_key(|spans| (spans.len(), Reverse(spans[0].start)))
    });
    meant.flatten().map(|&span| inside(span, EntityType::Region, LIKELY)).collect()
}

/// Where divisions are named by their full listed names, as whole words, the longest at each place.
fn divisions(text: &Text, gazetteer: &Gazetteer, heads: &Heads) -> Vec<Span> {
    let is_name = |span: Span, form: u32| {
        let chars = &text.folded[span.start..span.end];
        let level = chars[chars.len() - 1];
        LEVELS.contains(&level)
            && (chars.len() > 2 || level == '县')
            && gazetteer.class(form).kind() == EntityType::Region
            && gazetteer.entries(form).any(|entry| entry.name.chars().eq(chars.iter().copied()))
            // 开发区 and 矿区 are listed, too.
            && heads.ending_at(chars, 0, chars.len()).is_none_or(|(len, _)| len < chars.len())
    };
    let matches =
        gazetteer.matches_in_article(&text.folded).into_iter().filter(|found| is_name(found.span, found.form));
    let mut spans: Vec<Span> =
        matches.map(|found| found.span).filter(|s| text.is_word_edge(s.start) && text.is_word_edge(s.end)).collect();
    spans.sort_by_key(|span| (span.start, Reverse(span.end)));
    spans.dedup_by(|later, kept| later.start < kept.end);
    spans
}

/// Whether 全市, 我市, 该市 or 本市 stands in the text, for 市 another level.
fn stands_for_one(text: &Text, level: char) -> bool {
    text.folded.windows(2).enumerate().any(|(at, pair)| {
        STANDING.contains(&pair[0])
            && pair[1] == level
            && text.is_word_edge(at)
            && text.is_word_edge(at + 2)
            && text.folded.get(at + 2).is_none_or(|next| !BEYOND.contains(next))
    })
}

/// The places that are named by themselves.
struct Named {
    /// The divisions that one of them may be.
    codes: FxHashSet<Code>,
    /// What ends the name of one in the headline, or of one that is named often.
    answered: FxHashSet<char>,
}

impl Named {
    fn new(text: &Text, decisions: &[Decision], gazetteer: &Gazetteer, title: usize) -> Self {
        let mut count: FxHashMap<&[char], (usize, bool)> = FxHashMap::default();
        let (mut codes, mut answered) = (FxHashSet::default(), FxHashSet::default());
        for Decision { candidate, .. } in decisions {
            let chars = &text.folded[candidate.span.start..candidate.span.end];
            let in_title = candidate.span.start < title;
            match candidate.kind {
                EntityType::Region => {
                    let (count, titled) = count.entry(chars).or_default();
                    *count += 1;
                    *titled |= in_title;
                }
                // 全区 is also said of a zone.
                EntityType::Park if in_title => answered.extend(chars.last()),
                _ => {}
            }
        }
        for (chars, (count, in_title)) in count {
            let own = inner::codes(chars, gazetteer);
            if in_title || count >= OFTEN {
                answered.extend(chars.last());
                answered.extend(own.iter().filter_map(|[.., name]| name.chars().last()));
            }
            codes.extend(own);
        }
        Self { codes, answered }
    }

    fn holds(&self, name: &[char], gazetteer: &Gazetteer) -> bool {
        inner::codes(name, gazetteer).iter().any(|code| self.codes.contains(code))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        detect::{
            candidates::{Candidate, Sources},
            network::View,
        },
        text::Segmenter,
    };

    fn meant(body: &str, names: &[(&str, EntityType)]) -> Vec<String> {
        let text = Text::new(body, &Segmenter::new());
        let decisions: Vec<Decision> = names
            .iter()
            .flat_map(|&(name, kind)| {
                let chars: Vec<char> = name.chars().collect();
                let starts = (0..text.folded.len()).filter(|&at| text.folded[at..].starts_with(&chars));
                let spans: Vec<Span> = starts.map(|at| Span::new(at, at + chars.len())).collect();
                spans.into_iter().map(move |span| Decision {
                    candidate: Candidate { span, kind, tagger: 0.9, network: View::NONE, sources: Sources(1) },
                    probability: 0.9,
                })
            })
            .collect();
        let found = places_meant(&text, &decisions, &Gazetteer::builtin(), &Heads::builtin());
        found.iter().map(|found| text.surface(found.candidate.span)).collect()
    }

    #[test]
    fn what_the_whole_city_stands_for_is_the_one_in_the_headline() {
        let (government, region) = (EntityType::Government, EntityType::Region);
        let body = "诸暨市统计局发布半年数据\n全市生产总值增长6%,完成绍兴市下达任务的一半。诸暨市统计局说,全市向好。";
        let names = [("诸暨市统计局", government), ("绍兴市", region)];
        assert_eq!(meant(body, &names), ["诸暨市", "诸暨市"]);
        let bulletin = "2017年诸暨市国民经济和社会发展统计公报\n全市生产总值增长6%。";
        assert_eq!(meant(bulletin, &[]), ["诸暨市"], "it stands in no name");
    }

    #[test]
    fn a_place_that_is_named_by_itself_is_meant_anyway_and_one_of_another_level_is_not() {
        let (government, region) = (EntityType::Government, EntityType::Region);
        let bureau = ("诸暨市统计局", government);
        let none: [&str; 0] = [];
        let title = "绍兴市听诸暨市统计局说半年数据\n全市生产总值增长6%。";
        assert_eq!(meant(title, &[bureau, ("绍兴市", region)]), none, "绍兴市 is in the headline");
        let short = "诸暨市统计局说半年\n全市生产总值增长6%,诸暨人不意外。";
        assert_eq!(meant(short, &[bureau, ("诸暨", region)]), none, "诸暨 is 诸暨市");
        let often = "诸暨市统计局说半年\n绍兴市谈全市,绍兴市算账,绍兴市安心。";
        assert_eq!(meant(often, &[bureau, ("绍兴市", region)]), none, "绍兴市 is named often");
        assert_eq!(meant("诸暨市统计局说半年\n健全市场,全县收成好。", &[bureau]), none, "no city is meant");
        assert_eq!(meant("半年数据\n诸暨市统计局说,全市向好。", &[bureau]), none, "the headline says nothing");
    }
}
