//! Entities to reference codes: by exact form, told apart by the other places of the article.

use crate::{
    lexicon::{Entry, Gazetteer},
    model::{Entity, EntityType, Link, LinkAlternative},
    text::fold,
};

/// Links what has one clear reference entry; keeps the other entries as alternatives.
pub(super) fn link(entities: &mut [Entity], gazetteer: &Gazetteer) {
    let places: Vec<String> = entities
        .iter()
        .filter(|entity| entity.kind == EntityType::Region)
        .flat_map(|entity| entity.forms().cloned().collect::<Vec<_>>())
        .filter(|name| name.chars().count() >= 2)
        .collect();
    for entity in entities.iter_mut() {
        entity.link = best_entry(entity, gazetteer, &places);
    }
}

fn best_entry(entity: &Entity, gazetteer: &Gazetteer, places: &[String]) -> Option<Link> {
    let mut forms: Vec<&String> = entity.forms().collect();
    forms.sort_by_key(|form| std::cmp::Reverse(form.chars().count()));
    for form in forms {
        let folded: String = fold(&form.chars().collect::<Vec<_>>()).into_iter().collect();
        let Some(id) = gazetteer.form(&folded) else { continue };
        let mut scored: Vec<(f64, &Entry)> = gazetteer
            .entries(id)
            .filter(|entry| entry.kind == entity.kind && !entry.scheme.is_empty())
            .map(|entry| (fitness(entry, form, places), entry))
            .collect();
        scored.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.code.cmp(b.1.code)));
        let Some(&(top, entry)) = scored.first() else { continue };
        let total: f64 = scored.iter().map(|(score, _)| score).sum();
        let share = |score: f64| (score / total * 1000.0).round() / 1000.0;
        // Many places share a short name: without any hint none is taken.
        if scored.len() > 1 && share(top) < 0.4 {
            return None;
        }
        return Some(Link {
            scheme: entry.scheme.to_owned(),
            code: entry.code.to_owned(),
            name: entry.name.to_owned(),
            score: share(top),
            alternatives: scored[1..]
                .iter()
                .take(5)
                .map(|(score, entry)| LinkAlternative {
                    code: entry.code.to_owned(),
                    name: format!("{}{}", entry.place, entry.name),
                    score: share(*score),
                })
                .collect(),
        });
    }
    None
}

/// How well an entry fits: whole name, places of the article in its own place, and its rank.
fn fitness(entry: &Entry, form: &str, places: &[String]) -> f64 {
    let mut score = 1.0;
    if entry.name == form {
        score *= 3.0;
    }
    let hints = places.iter().filter(|place| *place != form && entry.place.contains(place.as_str())).count();
    score *= 1.0 + 6.0 * hints.min(2) as f64;
    // GB/T 2260: ...0000 is a province, ..00 a prefecture.
    if entry.scheme == "GB/T2260" {
        score *= match entry.code {
            code if code.ends_with("0000") => 12.0,
            code if code.ends_with("00") => 5.0,
            _ => 1.0,
        };
    }
    score
}
