//! The entities' mentions in text order, with quick look-ups.

use rustc_hash::FxHashMap;

use super::page::Page;
use crate::{
    model::{Entity, EntityType, Span},
    relate::deictics::deictics,
};

/// One mention.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    /// Where.
    pub span: Span,
    /// Index of its entity.
    pub entity: usize,
    /// Whether it is only a word that stands for the entity (全市).
    pub deictic: bool,
}

/// All mentions of an article.
#[derive(Debug)]
pub(super) struct Mentions<'a> {
    /// The entities.
    pub entities: &'a [Entity],
    /// Their mentions, by start.
    pub places: Vec<Place>,
    /// The type of the mention that begins at a character.
    starts: FxHashMap<usize, EntityType>,
}

impl<'a> Mentions<'a> {
    pub(super) fn new(page: &Page, entities: &'a [Entity]) -> Self {
        let length = page.len();
        let mut places: Vec<Place> = entities
            .iter()
            .enumerate()
            .filter(|(_, e)| !e.is_only_inside())
            .flat_map(|(entity, e)| e.mentions.iter().map(move |m| Place { span: m.span, entity, deictic: false }))
            .filter(|place| !place.span.is_empty() && place.span.end <= length)
            .collect();
        // An entity that stands only inside longer names is looked up by its forms.
        for (entity, e) in entities.iter().enumerate().filter(|(_, e)| e.is_only_inside()) {
            for form in e.forms().filter(|form| !form.is_empty()) {
                places.extend(page.find(form).map(|span| Place { span, entity, deictic: false }));
            }
        }
        // 全市 and 该区 are looked at like what they stand for.
        let standing = deictics(page.text, entities).into_iter();
        places.extend(standing.map(|deictic| Place { span: deictic.span, entity: deictic.entity, deictic: true }));
        places.sort_by_key(|place| (place.span.start, std::cmp::Reverse(place.span.end), place.entity));
        let starts = places.iter().map(|place| (place.span.start, entities[place.entity].kind)).collect();
        Self { entities, places, starts }
    }

    /// Index of the first mention that begins at or after `at`.
    pub(super) fn from(&self, at: usize) -> usize {
        self.places.partition_point(|place| place.span.start < at)
    }

    /// The mention that holds all of `span`.
    pub(super) fn covering(&self, span: Span) -> Option<(Span, EntityType)> {
        let last = self.from(span.start + 1);
        self.places[..last]
            .iter()
            .rev()
            .take(4)
            .find(|place| place.span.start <= span.start && span.end <= place.span.end)
            .map(|place| (place.span, self.entities[place.entity].kind))
    }

    /// The entity that the last word of `span` that stands for one (全市) stands for.
    pub(super) fn stood_for(&self, span: Span) -> Option<usize> {
        let places = &self.places[self.from(span.start)..self.from(span.end)];
        places.iter().rev().find(|place| place.deictic).map(|place| place.entity)
    }

    /// The type of a mention that begins at `at`.
    pub(super) fn starting(&self, at: usize) -> Option<EntityType> {
        self.starts.get(&at).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{relate::testing, text::Text};

    #[test]
    fn what_a_word_before_the_figure_stands_for() {
        let text = Text::new("合肥市的新路\n滨湖科学城开工。全市产值9亿元。产值1亿元。", testing::segmenter());
        let names = [("合肥市", EntityType::Region), ("滨湖科学城", EntityType::Park)];
        let entities = testing::entities(&text.folded.iter().collect::<String>(), &names);
        let mentions = Mentions::new(&Page::new(&text), &entities);
        let in_clause = |index: usize| mentions.stood_for(text.sentences[index].span);
        assert_eq!([in_clause(1), in_clause(2), in_clause(3)], [None, Some(0), None]);
    }
}
