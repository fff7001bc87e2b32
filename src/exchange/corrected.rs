//! Corrected annotations, as any of the tools gives them, and the gold that they make.

use std::collections::BTreeMap;

use crate::{
    eval::comparable,
    gold::{Gold, GoldArticle, GoldEntity, GoldObservation},
    model::{Article, EntityType, Predicate, Qualifier, Span},
};

/// A place that names an entity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AnnotatedMention {
    /// Where, in Unicode scalar values of the text.
    pub span: Span,
    /// Its type.
    pub kind: EntityType,
    /// Mentions with the same number are one entity. Mentions of the same type and form are so in any case.
    pub group: usize,
}

/// A figure; its subject is a mention's place in [`Annotated::mentions`].
#[derive(Debug, Clone, PartialEq)]
pub struct AnnotatedFigure {
    /// What it is about.
    pub subject: Option<usize>,
    /// What is measured.
    pub indicator: String,
    /// The number.
    pub value: f64,
    /// Its unit.
    pub unit: String,
    /// When.
    pub period: Option<String>,
    /// How it is to be read.
    pub qualifier: Qualifier,
}

/// An article with its annotations.
#[derive(Debug, Clone, PartialEq)]
pub struct Annotated {
    /// The name that the tool knows it by.
    pub id: String,
    /// Headline, line break, body.
    pub text: String,
    /// Date of publication.
    pub published: Option<String>,
    /// Address, where the format keeps one.
    pub source: Option<String>,
    /// Places that name entities.
    pub mentions: Vec<AnnotatedMention>,
    /// Relations between mentions, by their places in the list.
    pub relations: Vec<(usize, Predicate, usize)>,
    /// Figures.
    pub figures: Vec<AnnotatedFigure>,
}

impl Annotated {
    /// The annotated article: entities in order of first mention, the longest form as name; each relation once.
    pub fn gold(&self) -> GoldArticle {
        let chars: Vec<char> = self.text.chars().collect();
        let surface = |span: Span| -> String { chars[span.start..span.end].iter().filter(|c| **c != '\n').collect() };
        let entity_of = self.entities(&surface);
        let count = entity_of.iter().max().map_or(0, |last| last + 1);
        let mut entities: Vec<GoldEntity> = (0..count)
            .map(|entity| {
                let mentions = || self.mentions.iter().zip(&entity_of).filter(|(_, of)| **of == entity).map(|(m, _)| m);
                let mut forms: Vec<String> = Vec::new();
                let mut places: Vec<Span> = mentions().map(|mention| mention.span).collect();
                places.sort();
                for form in places.into_iter().map(&surface) {
                    if !forms.iter().any(|known| comparable(known) == comparable(&form)) {
                        forms.push(form);
                    }
                }
                // The longest, of two alike the first.
                forms.sort_by_key(|form| std::cmp::Reverse(form.chars().count()));
                let name = if forms.is_empty() { String::new() } else { forms.remove(0) };
                forms.sort();
                let id = format!("e{}", entity + 1);
                GoldEntity { id, kind: self.kind(mentions().copied()), name, aliases: forms, optional: false }
            })
            .collect();
        entities.retain(|entity| !entity.name.is_empty());
        let id = |mention: usize| format!("e{}", entity_of[mention] + 1);
        let mut relations: Vec<(String, Predicate, String)> = Vec::new();
        for (subject, predicate, object) in &self.relations {
            let relation = (id(*subject), *predicate, id(*object));
            let reverse = (relation.2.clone(), relation.1, relation.0.clone());
            if relation.0 != relation.2
                && !relations.contains(&relation)
                && !(predicate.is_symmetric() && relations.contains(&reverse))
            {
                relations.push(relation);
            }
        }
        let observations = self.figures.iter().map(|figure| GoldObservation {
            subject: figure.subject.map(id),
            indicator: figure.indicator.clone(),
            value: figure.value,
            unit: figure.unit.clone(),
            period: figure.period.clone(),
            qualifier: figure.qualifier,
            optional: false,
        });
        let (title, body) = self.text.split_once('\n').unwrap_or((&self.text, ""));
        let article = Article::new(Some(self.id.clone()), title, body, self.published.clone(), self.source.clone());
        let gold = Gold {
            id: self.id.clone(),
            title: title.to_owned(),
            published: self.published.clone(),
            source: self.source.clone(),
            sha256: None,
            entities,
            relations,
            observations: observations.collect(),
            optional_relations: Vec::new(),
        };
        GoldArticle { article, gold, reference: false, figures_only: false }
    }

    /// For each mention its entity, numbered in order of first mention.
    fn entities(&self, surface: &impl Fn(Span) -> String) -> Vec<usize> {
        // Groups that share a form of one type are one entity.
        let mut leader: BTreeMap<usize, usize> = BTreeMap::new();
        fn find(leader: &BTreeMap<usize, usize>, mut group: usize) -> usize {
            while let Some(next) = leader.get(&group).filter(|next| **next != group) {
                group = *next;
            }
            group
        }
        let mut form_of: BTreeMap<(String, EntityType), usize> = BTreeMap::new();
        for mention in &self.mentions {
            let group = find(&leader, mention.group);
            let key = (comparable(&surface(mention.span)), mention.kind);
            let first = find(&leader, *form_of.entry(key).or_insert(group));
            if first != group {
                leader.insert(group.max(first), group.min(first));
            }
        }
        let mut order: Vec<usize> = (0..self.mentions.len()).collect();
        order.sort_by_key(|at| (self.mentions[*at].span, *at));
        let mut number: BTreeMap<usize, usize> = BTreeMap::new();
        for at in order {
            let next = number.len();
            number.entry(find(&leader, self.mentions[at].group)).or_insert(next);
        }
        self.mentions.iter().map(|mention| number[&find(&leader, mention.group)]).collect()
    }

    /// The type that most of the mentions have; of two alike the earlier in the guidelines.
    fn kind(&self, mentions: impl Iterator<Item = AnnotatedMention>) -> EntityType {
        let mut votes: BTreeMap<EntityType, usize> = BTreeMap::new();
        mentions.for_each(|mention| *votes.entry(mention.kind).or_default() += 1);
        let best = votes.iter().max_by_key(|(kind, count)| (**count, std::cmp::Reverse(**kind)));
        best.map_or(EntityType::Region, |(kind, _)| *kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mentions_of_one_form_are_one_entity_and_the_longest_form_is_its_name() {
        let mention = |start, end, kind, group| AnnotatedMention { span: Span::new(start, end), kind, group };
        let annotated = Annotated {
            id: "m1".into(),
            text: "武清引进诺禾致源\n武清区的诺禾致源在武清".into(),
            published: None,
            source: None,
            mentions: vec![
                mention(9, 12, EntityType::Region, 0),
                mention(4, 8, EntityType::Company, 1),
                mention(0, 2, EntityType::Region, 0),
                mention(13, 17, EntityType::Company, 2),
                mention(18, 20, EntityType::Region, 3),
            ],
            relations: vec![
                (2, Predicate::Attracts, 1),
                (4, Predicate::Attracts, 3),
                (1, Predicate::CooperatesWith, 0),
                (0, Predicate::CooperatesWith, 1),
            ],
            figures: vec![],
        };
        let gold = annotated.gold().gold;
        let names: Vec<_> = gold.entities.iter().map(|e| (e.id.as_str(), e.name.as_str(), e.aliases.clone())).collect();
        assert_eq!(names, [("e1", "武清区", vec!["武清".to_owned()]), ("e2", "诺禾致源", vec![])]);
        let relations: Vec<_> = gold.relations.iter().map(|(s, p, o)| (s.as_str(), *p, o.as_str())).collect();
        assert_eq!(relations, [("e1", Predicate::Attracts, "e2"), ("e2", Predicate::CooperatesWith, "e1")]);
    }
}
