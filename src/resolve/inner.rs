//! Names that stand only inside longer ones: a zone in the name of its park (宁江开发区光学产业园), a place in the name of its bureau. Mostly they are
//! not meant by themselves; where they are (the zone of which the park is a part, the place that 全市 stands for), a learnt decision says so.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::{
    learn::{Features, digest, mix},
    lexicon::{Gazetteer, Heads},
    model::{EntityType, Span},
    text::Text,
};

use super::Form;

/// Types whose names hold others.
const OUTER: [EntityType; 8] = [
    EntityType::Park,
    EntityType::Platform,
    EntityType::Project,
    EntityType::Institution,
    EntityType::Organization,
    EntityType::Government,
    EntityType::Company,
    EntityType::Event,
];

/// The least length of an inner park's name.
const SHORTEST_PARK: usize = 4;
/// So much of the outer name must be left.
const LEFT_OVER: usize = 2;

/// Every name inside the longer ones that is not among the forms itself, with what is known of it.
pub fn inner_names(text: &Text, forms: &[Form], gazetteer: &Gazetteer, heads: &Heads) -> Vec<(Form, Features)> {
    let mut found: FxHashMap<(EntityType, Vec<char>), Inner> = FxHashMap::default();
    let mut outers: Vec<&Form> = forms.iter().filter(|form| OUTER.contains(&form.kind)).collect();
    outers.sort_by_key(|form| (form.spans[0], form.kind));
    for outer in outers {
        let region = region_end(&outer.chars, gazetteer);
        // 沣东新城 is a listed region.
        let parks = park_ends(&outer.chars, heads).filter(|end| Some(*end) != region);
        let parks = parks.map(|end| (EntityType::Park, end));
        for (kind, end) in parks.chain(region.map(|end| (EntityType::Region, end))) {
            let inner =
                found.entry((kind, outer.chars[..end].to_vec())).or_insert_with(|| Inner::new(kind, outer, end));
            inner.outers += 1;
            // Where the name is written with quotes inside, it is not sure which characters are the inner one's.
            let plain = outer.spans.iter().filter(|span| span.len() == outer.chars.len());
            inner.form.spans.extend(plain.map(|span| Span::new(span.start, span.start + end)));
        }
    }
    let known = Known::new(text, forms, gazetteer);
    let mut found: Vec<Inner> = found.into_values().filter(|inner| !inner.form.spans.is_empty()).collect();
    found.retain(|inner| !known.holds(&inner.form, gazetteer));
    for inner in &mut found {
        inner.form.spans.sort_unstable();
    }
    found.sort_by(|a, b| (a.form.spans[0], a.form.kind).cmp(&(b.form.spans[0], b.form.kind)));
    found.into_iter().map(|inner| (known.describe(&inner, gazetteer), inner)).map(|(f, i)| (i.form, f)).collect()
}

/// Where names of parks that a name begins with end: at the longest head words, with something left behind.
fn park_ends<'a>(name: &'a [char], heads: &'a Heads) -> impl Iterator<Item = usize> + 'a {
    let is_park = |end: usize| {
        let (len, kinds) = heads.ending_at(name, 0, end)?;
        (len > 1 && len < end && kinds & 1 << EntityType::Park.index() != 0).then_some(len)
    };
    // 产业园 in 产业园区 ends nothing.
    let goes_on =
        move |end: usize| (end + 1..=name.len()).take(2).any(|next| is_park(next).is_some_and(|len| next - len < end));
    (SHORTEST_PARK..=name.len().saturating_sub(LEFT_OVER)).filter(move |&end| is_park(end).is_some() && !goes_on(end))
}

/// Where the listed place that a name begins with ends: the longest one.
fn region_end(name: &[char], gazetteer: &Gazetteer) -> Option<usize> {
    let matches = gazetteer.matches(name).into_iter();
    let is_place = |form: u32| gazetteer.class(form).kind() == EntityType::Region;
    let ends = matches.filter(|found| found.span.start == 0 && is_place(found.form)).map(|found| found.span.end);
    ends.filter(|&end| end > 1 && end + LEFT_OVER <= name.len()).max()
}

/// An inner name while it is gathered.
struct Inner {
    form: Form,
    outer: EntityType,
    rest: Vec<char>,
    outers: usize,
}

impl Inner {
    fn new(kind: EntityType, outer: &Form, end: usize) -> Self {
        let form = Form { chars: outer.chars[..end].to_vec(), kind, spans: Vec::new() };
        Self { form, outer: outer.kind, rest: outer.chars[end..].to_vec(), outers: 0 }
    }
}

/// Scheme, code and name of a listed place.
pub(super) type Code = [&'static str; 3];

/// What the article names by itself.
struct Known<'f> {
    forms: FxHashSet<&'f [char]>,
    /// The divisions that are named.
    codes: FxHashSet<Code>,
    /// The last characters of the regions' names: 市, 县 …
    levels: FxHashMap<char, usize>,
    /// What stands behind 全, 我, 该, 本.
    stood_for: FxHashSet<char>,
    regions: Vec<&'f [char]>,
    /// The end of the headline.
    title: usize,
    /// Forms to a thousand characters, in tens.
    density: u64,
}

impl<'f> Known<'f> {
    fn new(text: &Text, forms: &'f [Form], gazetteer: &Gazetteer) -> Self {
        let regions: Vec<&[char]> =
            forms.iter().filter(|form| form.kind == EntityType::Region).map(|form| form.chars.as_slice()).collect();
        let mut levels = FxHashMap::default();
        for last in regions.iter().filter_map(|region| region.last()) {
            *levels.entry(*last).or_default() += 1;
        }
        Self {
            forms: forms.iter().map(|form| form.chars.as_slice()).collect(),
            codes: regions.iter().flat_map(|region| codes(region, gazetteer)).collect(),
            levels,
            regions,
            title: text.title_end(),
            stood_for: text.folded.windows(2).filter(|pair| STANDING.contains(&pair[0])).map(|pair| pair[1]).collect(),
            density: (forms.len() * 100 / text.chars.len().max(1)).min(8) as u64,
        }
    }

    /// Whether it is named by itself, too, maybe by another form.
    fn holds(&self, form: &Form, gazetteer: &Gazetteer) -> bool {
        self.forms.contains(form.chars.as_slice())
            || form.kind == EntityType::Region
                && codes(&form.chars, gazetteer).iter().any(|code| self.codes.contains(code))
    }

    fn describe(&self, inner: &Inner, gazetteer: &Gazetteer) -> Features {
        let (chars, rest) = (&inner.form.chars, &inner.rest);
        let kind = inner.form.kind.index() as u64;
        let outer = inner.outer.index() as u64;
        let mut features = Features::new();
        let mut f = |template: u32, a: u64, b: u64| features.push(mix(template + 3100, kind, a, b));
        let tail = |chars: &[char]| digest(&chars[chars.len().saturating_sub(2)..]);
        f(0, 0, 0);
        f(1, outer, 0);
        f(2, tail(chars), 0);
        f(3, tail(rest), outer);
        f(4, rest.len().min(8) as u64, outer);
        f(5, chars.len().min(10) as u64, 0);
        f(6, inner.outers.min(4) as u64, outer);
        f(7, inner.form.spans.len().min(5) as u64, outer);
        f(8, self.density, outer);
        f(9, u64::from(inner.form.spans[0].start < self.title), outer);
        let class = |chars: &[char]| {
            gazetteer
                .form(&chars.iter().collect::<String>())
                .map_or(99, |form| u64::from(gazetteer.class(form).index()))
        };
        f(10, class(chars), outer);
        // The place that it begins with is named by itself.
        f(11, u64::from(self.regions.iter().any(|region| chars.starts_with(region))), outer);
        if inner.form.kind == EntityType::Region {
            let level = chars[chars.len() - 1];
            f(12, level as u64, outer);
            f(
                13,
                u64::from(self.stood_for.contains(&level)),
                self.levels.get(&level).copied().unwrap_or(0).min(2) as u64,
            );
            f(14, self.regions.len().min(4) as u64, outer);
        }
        features
    }
}

/// 全市, 我市, 该市, 本市 stand for a place.
pub(super) const STANDING: [char; 4] = ['全', '我', '该', '本'];

/// The divisions that a form may stand for.
pub(super) fn codes(form: &[char], gazetteer: &Gazetteer) -> Vec<Code> {
    let form = gazetteer.form(&form.iter().collect::<String>());
    let entries = form.into_iter().flat_map(|form| gazetteer.entries(form));
    entries.map(|entry| [entry.scheme, entry.code, entry.name]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        learn::Example,
        resolve::{MergeModel, entities},
        text::Segmenter,
    };

    const BODY: &str = "蓝鲸湾开发区光学产业园由天津市港航管理局指导，蓝鲸湾开发区光学产业园已开园。";

    fn form(text: &Text, name: &str, kind: EntityType) -> Form {
        let chars: Vec<char> = name.chars().collect();
        let starts = (0..text.folded.len()).filter(|&at| text.folded[at..].starts_with(&chars));
        Form { spans: starts.map(|at| Span::new(at, at + chars.len())).collect(), kind, chars }
    }

    fn inner(names: &[(&str, EntityType)]) -> Vec<(String, EntityType, usize)> {
        let text = Text::new(BODY, &Segmenter::new());
        let forms: Vec<Form> = names.iter().map(|(name, kind)| form(&text, name, *kind)).collect();
        let found = inner_names(&text, &forms, &Gazetteer::builtin(), &Heads::builtin()).into_iter();
        found.map(|(form, _)| (form.chars.into_iter().collect(), form.kind, form.spans.len())).collect()
    }

    #[test]
    fn a_zone_and_a_place_stand_in_longer_names() {
        use EntityType::{Government, Park};
        let (park, bureau) = (("蓝鲸湾开发区光学产业园", Park), ("天津市港航管理局", Government));
        let zone = ("蓝鲸湾开发区".to_owned(), Park, 2);
        assert_eq!(inner(&[park, bureau]), [zone.clone(), ("天津市".to_owned(), EntityType::Region, 1)]);
        assert_eq!(inner(&[park, bureau, ("天津", EntityType::Region)]), [zone], "天津 is 天津市");
        assert_eq!(inner(&[park, ("蓝鲸湾开发区", Park)]), [], "it is named by itself");
    }

    #[test]
    fn the_longest_head_word_ends_a_zone_and_a_listed_region_is_none() {
        let inner = |body: &str, kind: EntityType| -> Vec<String> {
            let text = Text::new(body, &Segmenter::new());
            let plain: String = body.chars().filter(|c| !matches!(c, '“' | '”')).collect();
            let spans = vec![Span::new(0, body.chars().count())];
            let forms = [Form { chars: plain.chars().collect(), kind, spans }];
            let found = inner_names(&text, &forms, &Gazetteer::builtin(), &Heads::builtin()).into_iter();
            found.map(|(form, _)| format!("{} {}", form.kind, form.chars.into_iter().collect::<String>())).collect()
        };
        assert_eq!(inner("蓝鲸湾产业园区北片区", EntityType::Park), ["Park 蓝鲸湾产业园区"]);
        assert_eq!(inner("沣东新城能源金贸区", EntityType::Park), ["Region 沣东新城"]);
        assert_eq!(inner("蓝鲸湾开发区“光谷”园", EntityType::Park), [""; 0], "which characters it has is not sure");
        assert_eq!(inner("蓝鲸湾产业园区", EntityType::Park), [""; 0], "nothing is left");
    }

    #[test]
    fn what_the_model_takes_is_an_entity_with_its_place() {
        let (text, gazetteer, heads) = (Text::new(BODY, &Segmenter::new()), Gazetteer::builtin(), Heads::builtin());
        let park = form(&text, "蓝鲸湾开发区光学产业园", EntityType::Park);
        let decisions: Vec<_> = (park.spans.iter())
            .map(|&span| crate::detect::fusion::Decision {
                candidate: crate::detect::candidates::Candidate {
                    span,
                    kind: EntityType::Park,
                    tagger: 0.9,
                    network: crate::detect::network::View::NONE,
                    sources: crate::detect::candidates::Sources(1),
                },
                probability: 0.9,
            })
            .collect();
        let found = inner_names(&text, &[park], &gazetteer, &heads);
        for (label, expected) in
            [(true, vec!["蓝鲸湾开发区光学产业园", "蓝鲸湾开发区"]), (false, vec!["蓝鲸湾开发区光学产业园"])]
        {
            let examples: Vec<Example> = (0..50)
                .flat_map(|_| found.iter().map(|(_, features)| Example { features: features.clone(), label }))
                .collect();
            let model = MergeModel::train(&[], &examples);
            let model = MergeModel::from_bytes(&model.to_bytes()).expect("what was written");
            let entities = entities(&text, &decisions, &gazetteer, &heads, &model);
            assert_eq!(entities.iter().map(|entity| entity.name.as_str()).collect::<Vec<_>>(), expected);
            if label {
                let mention = &entities[1].mentions[0];
                assert_eq!((mention.span, mention.detector.as_str()), (Span::new(0, 6), "inside"));
            }
        }
    }
}
