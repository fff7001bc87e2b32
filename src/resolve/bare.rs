//! Forms that are nothing but a head word (园区, 新区, 公司): by themselves they name nothing, and across articles they would make one
//! thing of many.

use crate::{
    lexicon::{Gazetteer, Heads},
    model::{Entity, EntityType},
    text::fold,
};

/// Types whose head words stand for something named before. A bare industry or program may be one by itself (农业).
const STANDING_FOR_ANOTHER: [EntityType; 8] = [
    EntityType::Region,
    EntityType::Park,
    EntityType::Company,
    EntityType::Government,
    EntityType::Institution,
    EntityType::Organization,
    EntityType::Platform,
    EntityType::Project,
];

/// Gives an entity that has only such forms to the one of its type that is named nearest before it, 园区 to 京滨工业园; where there is none, it is
/// left out.
pub fn settle_bare(entities: &mut Vec<Entity>, gazetteer: &Gazetteer, heads: &Heads) {
    let is_bare = |form: &String| {
        let folded = fold(&form.chars().collect::<Vec<_>>());
        gazetteer.form(&folded.iter().collect::<String>()).is_none()
            && heads.ending_at(&folded, 0, folded.len()).is_some_and(|(len, _)| len == folded.len())
    };
    let (bare, mut named): (Vec<Entity>, Vec<Entity>) = std::mem::take(entities)
        .into_iter()
        .partition(|entity| STANDING_FOR_ANOTHER.contains(&entity.kind) && entity.forms().all(is_bare));
    for entity in bare {
        let Some(first) = entity.mentions.first().map(|mention| mention.span.start) else { continue };
        // Of a zone and the park that has it in its name, the park.
        let before = |other: &Entity| {
            let spans = other.mentions.iter().map(|mention| (mention.span.start, mention.span.end));
            spans.filter(|(start, _)| *start < first).max()
        };
        let nearest = named.iter_mut().filter(|other| other.kind == entity.kind).max_by_key(|other| before(other));
        if let Some(other) = nearest.filter(|other| before(other).is_some()) {
            let forms = std::iter::once(entity.name).chain(entity.aliases);
            let new: Vec<String> = forms.filter(|form| *form != other.name && !other.aliases.contains(form)).collect();
            other.aliases.extend(new);
            other.mentions.extend(entity.mentions);
            other.mentions.sort_by_key(|mention| (mention.span.start, mention.span.end));
        }
    }
    *entities = named;
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::model::{Mention, Span};

    /// An entity with one mention, at a character.
    pub(in crate::resolve) fn entity(name: &str, kind: EntityType, at: usize) -> Entity {
        let span = Span::new(at, at + name.chars().count());
        let mention = Mention { span, text: name.to_owned(), detector: "tagger".to_owned(), confidence: 0.9 };
        Entity {
            id: format!("e{at}"),
            iri: String::new(),
            kind,
            name: name.to_owned(),
            aliases: Vec::new(),
            confidence: 0.9,
            link: None,
            mentions: vec![mention],
        }
    }

    #[test]
    fn a_bare_head_word_goes_to_what_was_named_before_or_is_left_out() {
        let (gazetteer, heads) = (Gazetteer::builtin(), Heads::builtin());
        let mut entities = vec![
            entity("园区", EntityType::Park, 0),
            entity("京滨工业园", EntityType::Park, 10),
            entity("园区", EntityType::Park, 30),
            entity("武清区", EntityType::Region, 40),
        ];
        settle_bare(&mut entities, &gazetteer, &heads);
        let names: Vec<&str> = entities.iter().map(|entity| entity.name.as_str()).collect();
        assert_eq!(names, ["京滨工业园", "武清区"]);
        assert_eq!(entities[0].aliases, ["园区"]);
        assert_eq!(entities[0].mentions.len(), 2);
    }

    #[test]
    fn a_bare_head_word_goes_to_the_park_rather_than_to_the_zone_in_its_name() {
        let mut entities = vec![
            entity("蓝鲸湾开发区光学产业园", EntityType::Park, 0),
            entity("蓝鲸湾开发区", EntityType::Park, 0),
            entity("园区", EntityType::Park, 30),
        ];
        settle_bare(&mut entities, &Gazetteer::builtin(), &Heads::builtin());
        assert_eq!(entities[0].aliases, ["园区"]);
        assert!(entities[1].aliases.is_empty());
    }
}
