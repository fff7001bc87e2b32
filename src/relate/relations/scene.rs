//! An article as the relation model sees it: words and mentions in one row, enumerations, clauses, headings.
//!
//! Everything that features need of one place is worked out here once; nothing is decided here.

use crate::{
    model::{Entity, EntityType, Span},
    relate::{deictics::deictics, digest},
    text::{Pos, Text, fold},
};

use super::cues::{CueHit, Cues};

/// Stands for "no mention here".
pub(super) const NONE: u32 = u32::MAX;

/// A word, a mark, or a whole mention.
#[derive(Debug, Clone, Copy)]
pub(super) struct Item {
    /// Digest of the word; of the entity type for a mention.
    pub(super) hash: u32,
    /// Part of speech of a word.
    pub(super) pos: Pos,
    /// First character.
    pub(super) start: u32,
    /// One past the last character.
    pub(super) end: u32,
    /// Clause, counted through the article.
    pub(super) clause: u32,
    /// Which mention it is, or [`NONE`].
    pub(super) mention: u32,
    /// Predicates that a cue beginning here may state.
    pub(super) cue: u16,
    /// The only character, of a one-character item; else `\0`.
    pub(super) mark: char,
}

impl Item {
    /// Whether it is a verb or a cue.
    pub(super) fn is_verb(&self) -> bool {
        self.mention == NONE && (matches!(self.pos, Pos::Verb | Pos::VerbalNoun) || self.cue != 0)
    }
}

/// A mention in its surroundings.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    /// Index of the entity.
    pub(super) entity: u32,
    /// Its type.
    pub(super) kind: EntityType,
    /// First character.
    pub(super) start: u32,
    /// One past the last character.
    pub(super) end: u32,
    /// Index among the items.
    pub(super) item: u32,
    /// Index among the sentences.
    pub(super) sentence: u32,
    /// Line, 0 is the headline.
    pub(super) paragraph: u32,
    /// Numbered section.
    pub(super) section: u32,
    /// First mention of the enumeration it stands in (itself, where it stands alone).
    pub(super) first: u32,
    /// Last mention of that enumeration.
    pub(super) last: u32,
    /// Whether quotes or 《》 stand around it.
    pub(super) quoted: bool,
    /// 3 opens a paragraph, 2 a sentence, 1 a clause, 0 stands within one.
    pub(super) opens: u8,
}

/// The whole article.
pub(super) struct Scene<'a> {
    pub(super) text: &'a Text,
    pub(super) entities: &'a [Entity],
    /// Mentions in text order, without overlaps.
    pub(super) places: Vec<Place>,
    /// Items in text order.
    pub(super) items: Vec<Item>,
    /// For each sentence the range of its items.
    pub(super) sentence_items: Vec<(u32, u32)>,
    /// For each sentence the range of its mentions.
    pub(super) sentence_places: Vec<(u32, u32)>,
    /// For each clause the range of its items.
    pub(super) clause_items: Vec<(u32, u32)>,
    /// For each entity its mentions.
    pub(super) places_of: Vec<Vec<u32>>,
    /// For each sentence the mention that its section's heading names, or [`NONE`].
    pub(super) topic_of: Vec<u32>,
    /// For each sentence whether that heading is hardly more than the name: 2, else 1 (0 without a topic).
    pub(super) topic_weight: Vec<u8>,
    /// For each sentence the first mention of something that acts since its paragraph or section began, or [`NONE`].
    pub(super) lead_of: Vec<u32>,
}

/// Mixes two digests.
#[inline]
pub(super) fn mix(a: u32, b: u32) -> u32 {
    let mut x = (u64::from(a) << 32 | u64::from(b)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    x ^= x >> 29;
    (x.wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 32) as u32
}

impl<'a> Scene<'a> {
    /// Lays the article out.
    pub(super) fn new(text: &'a Text, entities: &'a [Entity]) -> Self {
        let mut scene = Self {
            text,
            entities,
            places: places(text, entities),
            items: Vec::with_capacity(text.tokens.len()),
            sentence_items: Vec::with_capacity(text.sentences.len()),
            sentence_places: Vec::with_capacity(text.sentences.len()),
            clause_items: Vec::new(),
            places_of: vec![Vec::new(); entities.len()],
            topic_of: Vec::new(),
            topic_weight: Vec::new(),
            lead_of: Vec::new(),
        };
        scene.lay_items(&Cues::builtin().find(&text.folded));
        scene.join_enumerations();
        scene.find_topics();
        for (index, place) in scene.places.iter().enumerate() {
            scene.places_of[place.entity as usize].push(index as u32);
        }
        scene
    }

    fn lay_items(&mut self, hits: &[CueHit]) {
        let text = self.text;
        let (mut next_place, mut next_hit, mut clause) = (0, 0, 0u32);
        let mut last_paragraph = usize::MAX;
        for (index, sentence) in text.sentences.iter().enumerate() {
            let (first_item, first_place) = (self.items.len() as u32, next_place as u32);
            let mut opens = if sentence.paragraph == last_paragraph { 2 } else { 3 };
            last_paragraph = sentence.paragraph;
            for part in &sentence.clauses {
                let clause_first = self.items.len() as u32;
                // A mention may reach over a mark that ends a clause.
                let mut at = part.span.start.max(self.items.last().map_or(0, |item| item.end as usize));
                while at < part.span.end {
                    let item = self.items.len();
                    if let Some(place) = self.places.get_mut(next_place)
                        && place.start as usize <= at
                    {
                        (place.item, place.sentence) = (item as u32, index as u32);
                        (place.paragraph, place.section) = (sentence.paragraph as u32, sentence.section as u32);
                        place.opens = opens;
                        opens = 0;
                        let before = self.items.last().map_or('\0', |item| item.mark);
                        place.quoted = matches!(before, '“' | '《' | '‘' | '【') || is_open(text.folded[at]);
                        self.items.push(Item {
                            hash: 0x00c0_ffee + place.kind.index() as u32,
                            pos: Pos::Proper,
                            start: place.start,
                            end: place.end,
                            clause,
                            mention: next_place as u32,
                            cue: 0,
                            mark: '\0',
                        });
                        at = (place.end as usize).max(at + 1);
                        next_place += 1;
                        continue;
                    }
                    let token = text.tokens[text.token_of[at] as usize];
                    let stop = self.places.get(next_place).map_or(usize::MAX, |place| place.start as usize);
                    let end = token.span.end.min(stop).min(part.span.end);
                    let mark = if end == at + 1 { text.folded[at] } else { '\0' };
                    while hits.get(next_hit).is_some_and(|hit| (hit.start as usize) < at) {
                        next_hit += 1;
                    }
                    let mut cue = 0;
                    if let Some(hit) = hits.get(next_hit)
                        && (hit.start as usize) < end
                        && (hit.end - hit.start > 1 || end == at + 1)
                    {
                        cue = Cues::builtin().cue(hit.cue).predicates;
                    }
                    if !text.folded[at].is_whitespace() {
                        let hash = digest(&text.folded[at..end]);
                        let item = Item {
                            hash,
                            pos: token.pos,
                            start: at as u32,
                            end: end as u32,
                            clause,
                            mention: NONE,
                            cue,
                            mark,
                        };
                        self.items.push(item);
                        if token.pos != Pos::Punctuation {
                            opens = 0;
                        }
                    }
                    at = end;
                }
                opens = opens.max(1);
                self.clause_items.push((clause_first, self.items.len() as u32));
                clause += 1;
            }
            self.sentence_items.push((first_item, self.items.len() as u32));
            self.sentence_places.push((first_place, next_place as u32));
        }
        self.places.truncate(next_place);
    }

    /// Mentions of like types with nothing but 、和与及以及 (and a noun: 产业) between them are one enumeration.
    fn join_enumerations(&mut self) {
        for index in 1..self.places.len() {
            let (before, after) = (self.places[index - 1], self.places[index]);
            self.places[index].first = index as u32;
            if before.sentence != after.sentence || !alike(before.kind, after.kind) {
                continue;
            }
            let between = &self.items[before.item as usize + 1..after.item as usize];
            if !between.is_empty() && between.len() <= 5 && is_joint(between) {
                self.places[index].first = before.first;
            }
        }
        for index in (0..self.places.len()).rev() {
            let next = self.places.get(index + 1);
            let last = next.filter(|next| next.first as usize <= index).map_or(index as u32, |next| next.last);
            self.places[index].last = last;
        }
    }

    /// A section's topic is the first mention in its heading; a short line that is hardly more than a name counts as heading.
    fn find_topics(&mut self) {
        let (mut topic, mut weight, mut lead) = (NONE, 0, NONE);
        let mut at = (0, 0);
        for (index, sentence) in self.text.sentences.iter().enumerate() {
            let (first, last) = self.sentence_places[index];
            if sentence.section != at.0 {
                (topic, weight) = (NONE, 0);
            }
            if (sentence.section, sentence.paragraph) != at {
                lead = NONE;
            }
            at = (sentence.section, sentence.paragraph);
            let (from, to) = self.sentence_items[index];
            let is_name = index > 0 && to - from <= 6 && last - first == 1;
            if first < last && (sentence.is_heading || is_name) {
                (topic, weight) = (first, 1 + u8::from(is_name));
            }
            if lead == NONE {
                let acts = |place: &u32| acts(self.places[*place as usize].kind);
                lead = (first..last).find(acts).unwrap_or(NONE);
            }
            self.topic_of.push(topic);
            self.topic_weight.push(weight);
            self.lead_of.push(lead);
        }
    }
}

/// Whether a type is one that acts: most subjects are.
pub(super) fn acts(kind: EntityType) -> bool {
    use EntityType::*;
    matches!(kind, Region | Park | Company | Government | Institution | Organization | Platform)
}

fn is_open(c: char) -> bool {
    matches!(c, '“' | '《' | '‘')
}

/// Whether two types are listed together.
fn alike(a: EntityType, b: EntityType) -> bool {
    use EntityType::*;
    let body = |kind| matches!(kind, Company | Government | Institution | Organization | Platform | Park | Region);
    a == b
        || body(a) && body(b) && (a == Region) == (b == Region)
        || matches!((a, b), (Program, Document) | (Document, Program))
}

fn is_joint(between: &[Item]) -> bool {
    let mut joints = 0;
    for item in between {
        match item.mark {
            '、' | '和' | '与' | '及' | '或' | '·' => joints += 1,
            '“' | '”' | '《' | '》' | '‘' | '’' | '(' | ')' => {}
            _ if item.mention != NONE => return false,
            _ if item.end - item.start == 2 && item.pos == Pos::Conjunction => joints += 1,
            _ if matches!(item.pos, Pos::Noun | Pos::Numeral | Pos::Measure) && joints == 0 => {}
            _ => return false,
        }
    }
    joints == 1 || joints == 2
}

/// Mentions in text order; of overlapping ones the first, of those that begin together the longest.
fn places(text: &Text, entities: &[Entity]) -> Vec<Place> {
    let place = |index: usize, span: Span| Place {
        entity: index as u32,
        kind: entities[index].kind,
        start: span.start as u32,
        end: span.end as u32,
        item: 0,
        sentence: 0,
        paragraph: 0,
        section: 0,
        first: 0,
        last: 0,
        quoted: false,
        opens: 0,
    };
    let mut places: Vec<Place> = Vec::new();
    // What stands only inside longer names is looked for below.
    for (index, entity) in entities.iter().enumerate().filter(|(_, entity)| !entity.is_only_inside()) {
        let spans = entity.mentions.iter().map(|mention| mention.span);
        let sound = spans.filter(|span| !span.is_empty() && span.end <= text.chars.len());
        places.extend(sound.map(|span| place(index, span)));
    }
    // 全市 and 该区 play the part of what they stand for.
    places.extend(deictics(text, entities).into_iter().map(|deictic| place(deictic.entity, deictic.span)));
    places.sort_unstable_by_key(|place| (place.start, u32::MAX - place.end, place.kind, place.entity));
    let mut end = 0;
    places.retain(|place| {
        let free = place.start >= end;
        if free {
            end = place.end;
        }
        free
    });
    let mut inner: Vec<usize> = (0..entities.len()).filter(|&index| entities[index].is_only_inside()).collect();
    // A zone before the place that its own name begins with.
    inner.sort_by_key(|&index| std::cmp::Reverse(entities[index].forms().map(|form| form.chars().count()).max()));
    for index in inner {
        place_inside(text, index as u32, &entities[index], &mut places);
    }
    places.sort_unstable_by_key(|place| place.start);
    places
}

/// An entity that is only named inside longer names (重庆 in 重庆江津) gets a place there; the longer name keeps the rest.
fn place_inside(text: &Text, index: u32, entity: &Entity, places: &mut Vec<Place>) {
    for form in entity.forms() {
        let form = fold(&form.chars().collect::<Vec<_>>());
        let mut inner: Vec<Place> = Vec::new();
        for place in places.iter_mut().filter(|_| form.len() > 1) {
            let (from, to) = (place.start as usize, place.end as usize);
            if to - from <= form.len() || inner.len() == 3 {
                continue;
            }
            let Some(at) = text.folded[from..to].windows(form.len()).position(|window| window == form.as_slice())
            else {
                continue;
            };
            let (start, end) = ((from + at) as u32, (from + at + form.len()) as u32);
            inner.push(Place { entity: index, kind: entity.kind, start, end, ..*place });
            if end < place.end { place.start = end } else { place.end = start }
        }
        if !inner.is_empty() {
            places.append(&mut inner);
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::relate::testing;

    #[test]
    fn a_word_that_stands_for_an_entity_is_a_place_of_it() {
        let text = Text::new("合肥市的新路\n合肥市地处江淮。全市聚焦量子信息。", testing::segmenter());
        let names = [("合肥市", EntityType::Region), ("量子信息", EntityType::Industry)];
        let entities = testing::entities(&text.folded.iter().collect::<String>(), &names);
        let scene = Scene::new(&text, &entities);
        let last = scene.places[*scene.places_of[0].last().expect("three places") as usize];
        let industry = scene.places[scene.places_of[1][0] as usize];
        assert_eq!((scene.places_of[0].len(), last.end - last.start), (3, 2));
        assert_eq!(last.sentence, industry.sentence);
    }
}
