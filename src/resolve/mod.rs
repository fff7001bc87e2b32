//! Mentions to entities, within one article: the same form, short names, bracketed and quoted names become one entity; entities are
//! linked to reference codes.

mod bare;
mod inner;
mod link;
mod meant;
mod merge;
mod variants;

pub use bare::settle_bare;
pub use inner::inner_names;
pub use meant::places_meant;
pub use merge::{MergeModel, form_pairs};

use rustc_hash::{FxHashMap, FxHashSet};

use crate::{
    detect::{
        candidates::{Candidate, Sources},
        fusion::{Decision, voters},
        network::View,
    },
    lexicon::{Gazetteer, Heads},
    model::{Entity, EntityType, Mention, Span, iri},
    text::Text,
};

/// All mentions of one form and type.
#[derive(Debug, Clone)]
pub struct Form {
    /// The folded characters, quotes left out.
    pub chars: Vec<char>,
    /// The type.
    pub kind: EntityType,
    /// Where it stands, in text order.
    pub spans: Vec<Span>,
}

/// What a form is compared by.
pub fn without_quotes(folded: &[char]) -> Vec<char> {
    folded.iter().copied().filter(|c| !variants::is_quote(*c)).collect()
}

/// Puts mentions with the same folded form together. A form with mentions of several types takes the type whose
/// probabilities sum to the most.
fn forms(text: &Text, decisions: &[Decision]) -> Vec<(Form, Vec<Decision>)> {
    let mut by_chars: FxHashMap<Vec<char>, Vec<Decision>> = FxHashMap::default();
    for decision in decisions {
        let span = decision.candidate.span;
        let chars = without_quotes(&text.folded[span.start..span.end]);
        by_chars.entry(chars).or_default().push(*decision);
    }
    let mut forms: Vec<(Form, Vec<Decision>)> = by_chars
        .into_iter()
        .map(|(chars, mut decisions)| {
            let mut weight = [0f32; 14];
            for decision in &decisions {
                weight[decision.candidate.kind.index()] += decision.probability;
            }
            let kind = EntityType::ALL
                .iter()
                .copied()
                .max_by(|a, b| weight[a.index()].total_cmp(&weight[b.index()]).then(b.cmp(a)))
                .unwrap_or(EntityType::Region);
            decisions.sort_by_key(|decision| decision.candidate.span.start);
            let spans = decisions.iter().map(|decision| decision.candidate.span).collect();
            (Form { chars, kind, spans }, decisions)
        })
        .collect();
    forms.sort_by_key(|(form, _)| form.spans[0].start);
    forms
}

/// What says that the name behind it is short for the name before it.
const INTRODUCING: [&str; 6] = ["简称", "以下简称", "下称", "以下称", "简称为", "以下简称为"];

/// A short name has the type of the name that it is introduced behind: 《育苗若干措施》(以下称“育苗十条”) are one document.
fn settle_introduced(forms: &mut [(Form, Vec<Decision>)], text: &Text) {
    let mut spans: Vec<(Span, usize)> = Vec::new();
    for (index, (form, _)) in forms.iter().enumerate() {
        spans.extend(form.spans.iter().map(|&span| (span, index)));
    }
    spans.sort_unstable_by_key(|(span, _)| span.start);
    for pair in spans.windows(2) {
        let [(full, of), (short, by)] = [pair[0], pair[1]];
        if full.end >= short.start || short.start > full.end + 12 {
            continue;
        }
        let between = &text.folded[full.end..short.start];
        if between.iter().any(|c| matches!(c, '。' | '\n')) {
            continue;
        }
        let between: String = between.iter().filter(|c| c.is_alphanumeric()).collect();
        if INTRODUCING.contains(&between.as_str()) {
            forms[by].0.kind = forms[of].0.kind;
        }
    }
}

/// A name inside a longer one is taken from this probability on: chosen for F1 on writers held out.
const MEANT: f32 = 0.35;

/// A mention inside a longer one, which no tagger has proposed.
fn inside(span: Span, kind: EntityType, probability: f32) -> Decision {
    let sources = Sources(Sources::INSIDE);
    Decision { candidate: Candidate { span, kind, tagger: 0.0, network: View::NONE, sources }, probability }
}

/// Adds the names that stand only inside longer ones and are meant by themselves all the same.
fn add_inner(
    forms: &mut Vec<(Form, Vec<Decision>)>,
    text: &Text,
    gazetteer: &Gazetteer,
    heads: &Heads,
    model: &MergeModel,
) {
    let plain: Vec<Form> = forms.iter().map(|(form, _)| form.clone()).collect();
    for (form, features) in inner_names(text, &plain, gazetteer, heads) {
        let Some(probability) = model.inner_probability(&features).filter(|probability| *probability >= MEANT) else {
            continue;
        };
        let decisions = form.spans.iter().map(|&span| inside(span, form.kind, probability)).collect();
        forms.push((form, decisions));
    }
    forms.sort_by_key(|(form, _)| (form.spans[0].start, std::cmp::Reverse(form.spans[0].end)));
}

/// The entities of an article, in order of first mention.
pub fn entities(
    text: &Text,
    decisions: &[Decision],
    gazetteer: &Gazetteer,
    heads: &Heads,
    model: &MergeModel,
) -> Vec<Entity> {
    let mut forms = forms(text, decisions);
    settle_introduced(&mut forms, text);
    add_inner(&mut forms, text, gazetteer, heads, model);
    let plain: Vec<Form> = forms.iter().map(|(form, _)| form.clone()).collect();
    let group = merge::groups(text, &plain, gazetteer, model);
    let mut members: FxHashMap<usize, Vec<usize>> = FxHashMap::default();
    for (form, &head) in group.iter().enumerate() {
        members.entry(head).or_default().push(form);
    }
    let mut groups: Vec<Vec<usize>> = members.into_values().collect();
    groups.sort_by_key(|group| group[0]);
    let mut entities: Vec<Entity> = groups
        .iter()
        .enumerate()
        .map(|(index, group)| {
            let decided: Vec<&Decision> = group.iter().flat_map(|&form| &forms[form].1).collect();
            let kind = plain[group[0]].kind;
            let mut mentions: Vec<Mention> = decided
                .iter()
                .map(|decision| Mention {
                    span: decision.candidate.span,
                    text: text.surface(decision.candidate.span),
                    detector: voters(&decision.candidate),
                    confidence: round(decision.probability),
                })
                .collect();
            mentions.sort_by_key(|mention| (mention.span.start, mention.span.end));
            let (name, aliases) = variants::names(text, kind, &mentions);
            // Several places that agree make it likelier: one minus the product of the doubts, doubts damped.
            let doubt: f64 = decided.iter().map(|decision| f64::from(1.0 - decision.probability)).fold(1.0, f64::min);
            Entity {
                id: format!("e{}", index + 1),
                iri: String::new(),
                kind,
                name,
                aliases,
                confidence: round(1.0 - doubt as f32),
                link: None,
                mentions,
            }
        })
        .collect();
    link::link(&mut entities, gazetteer);
    add_forms_without_place(&mut entities, gazetteer);
    add_forms_with_place(&mut entities);
    for entity in &mut entities {
        entity.iri = iri::entity(entity.kind, &entity.name, entity.link.as_ref());
    }
    entities
}

/// Adds to each entity its forms without the place in front, save those that another entity has.
fn add_forms_without_place(entities: &mut [Entity], gazetteer: &Gazetteer) {
    let mut taken: FxHashSet<String> = entities.iter().flat_map(Entity::forms).cloned().collect();
    let regions = entities.iter().filter(|entity| entity.kind == EntityType::Region);
    let places: FxHashSet<String> = regions.flat_map(Entity::forms).cloned().collect();
    let is_place = |form: &str| {
        places.contains(form)
            || gazetteer.form(form).is_some_and(|form| gazetteer.class(form).kind() == EntityType::Region)
    };
    for entity in entities {
        let rests = entity.forms().filter_map(|form| variants::without_place(entity.kind, form, is_place));
        let new: Vec<String> = rests.filter(|rest| taken.insert((*rest).to_owned())).map(str::to_owned).collect();
        entity.aliases.extend(new);
        entity.aliases.sort();
    }
}

/// Adds to each entity that may be named apart from its place the form with the place right before it: 法国柏图瓷器, where 法国 and 柏图瓷器 are two.
fn add_forms_with_place(entities: &mut [Entity]) {
    let mut taken: FxHashSet<String> = entities.iter().flat_map(Entity::forms).cloned().collect();
    let regions = entities.iter().filter(|entity| entity.kind == EntityType::Region);
    let mentions = regions.flat_map(|region| &region.mentions);
    let places: FxHashMap<usize, String> = mentions.map(|mention| (mention.span.end, mention.text.clone())).collect();
    for entity in entities.iter_mut().filter(|entity| variants::is_named_apart(entity.kind)) {
        let wholes = entity.mentions.iter().filter_map(|mention| {
            let place = places.get(&mention.span.start)?;
            Some(format!("{place}{}", mention.text))
        });
        let new: Vec<String> = wholes.filter(|whole| taken.insert(whole.clone())).collect();
        entity.aliases.extend(new);
        entity.aliases.sort();
    }
}

/// Three decimals: enough for a probability, and the same bytes everywhere.
fn round(p: f32) -> f64 {
    (f64::from(p) * 1000.0).round() / 1000.0
}

#[cfg(test)]
mod tests {
    use super::{bare::tests::entity, *};
    use crate::text::Segmenter;

    #[test]
    fn a_short_name_has_the_type_of_what_it_is_introduced_behind() {
        let kinds = |body: &str| {
            let text = Text::new(body, &Segmenter::new());
            let spans = [(EntityType::Document, Span::new(1, 7)), (EntityType::Program, Span::new(13, 17))];
            let mut forms = spans.map(|(kind, span)| {
                (Form { chars: text.folded[span.start..span.end].to_vec(), kind, spans: vec![span] }, Vec::new())
            });
            settle_introduced(&mut forms, &text);
            forms.map(|(form, _)| form.kind)
        };
        assert_eq!(kinds("《育苗若干措施》(以下称“育苗十条”)"), [EntityType::Document; 2]);
        assert_eq!(
            kinds("《育苗若干措施》。下称:“育苗十条”"),
            [EntityType::Document, EntityType::Program],
            "another sentence"
        );
        assert_eq!(kinds("《育苗若干措施》(再支持“育苗十条”)"), [EntityType::Document, EntityType::Program]);
    }

    #[test]
    fn a_firm_also_stands_with_the_place_right_before_it() {
        // 与法国柏图瓷器、法国驻华使馆
        let mut entities = [
            entity("法国", EntityType::Region, 1),
            entity("柏图瓷器", EntityType::Company, 3),
            entity("法国驻华使馆", EntityType::Government, 8),
        ];
        add_forms_with_place(&mut entities);
        assert_eq!(entities[1].aliases, ["法国柏图瓷器"]);
        assert!(entities[0].aliases.is_empty() && entities[2].aliases.is_empty());
    }
}
