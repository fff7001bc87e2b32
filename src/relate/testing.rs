//! What the tests of this stage share.

use std::sync::OnceLock;

use crate::{
    model::{Entity, EntityType, Mention, Span},
    text::Segmenter,
};

/// One for all tests: making it takes longer than they do.
pub(super) fn segmenter() -> &'static Segmenter {
    static SEGMENTER: OnceLock<Segmenter> = OnceLock::new();
    SEGMENTER.get_or_init(Segmenter::new)
}

/// Entities of the given names; every occurrence is a mention.
pub(super) fn entities(text: &str, names: &[(&str, EntityType)]) -> Vec<Entity> {
    let chars: Vec<char> = text.chars().collect();
    let entity = |(index, &(name, kind)): (usize, &(&str, EntityType))| {
        let form: Vec<char> = name.chars().collect();
        let starts = (0..chars.len()).filter(|&at| chars[at..].starts_with(&form));
        let mentions = starts.map(|start| Mention {
            span: Span::new(start, start + form.len()),
            text: name.to_owned(),
            detector: "test".to_owned(),
            confidence: 1.0,
        });
        Entity {
            id: format!("e{}", index + 1),
            iri: String::new(),
            kind,
            name: name.to_owned(),
            aliases: Vec::new(),
            confidence: 1.0,
            link: None,
            mentions: mentions.collect(),
        }
    };
    names.iter().enumerate().map(entity).collect()
}
