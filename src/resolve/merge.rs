//! Which forms of an article stand for one thing: a learnt decision over pairs of forms of the same type.
//!
//! Candidates are pairs in which one form is part of the other or an abbreviation of it (天津子牙经济技术开发区, 子牙经开区), stands right
//! behind it in brackets or quotes (京津医药谷(“生物谷”)), or differs from it in the head noun only (老厂焕新行动, 老厂焕新工程).

use crate::{
    learn::{Example, Features, Logistic, ModelError, TrainOptions, digest, mix},
    lexicon::Gazetteer,
    model::{EntityType, Span},
    text::Text,
};

use super::{Form, variants};

/// Decides whether two forms name one thing, and whether a name that stands only inside longer ones is meant by itself.
#[derive(Debug, Clone)]
pub struct MergeModel {
    pairs: Logistic,
    /// None where no article told of inner names: then none is meant.
    inner: Option<Logistic>,
}

impl MergeModel {
    /// Learns from pairs of forms, described by [`form_pairs`], and from inner names, described by
    /// [`inner_names`](super::inner_names), with the answer for each.
    pub fn train(pairs: &[Example], inner: &[Example]) -> Self {
        let options = TrainOptions { bits: 15, epochs: 12, rate: 0.08, l2: 1e-5, least: 64 };
        let inner = inner.iter().any(|example| example.label).then(|| Logistic::train(inner, options));
        Self { pairs: Logistic::train(pairs, options), inner }
    }

    /// The model as bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let pairs = self.pairs.to_bytes();
        let mut bytes = (pairs.len() as u32).to_le_bytes().to_vec();
        bytes.extend(pairs);
        bytes.extend(self.inner.iter().flat_map(Logistic::to_bytes));
        bytes
    }

    /// Reads a model.
    ///
    /// # Errors
    /// When it is damaged.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ModelError> {
        let wrong = || ModelError { reason: "cut short".to_owned() };
        let (length, rest) = bytes.split_first_chunk().ok_or_else(wrong)?;
        let (pairs, inner) = rest.split_at_checked(u32::from_le_bytes(*length) as usize).ok_or_else(wrong)?;
        let inner = if inner.is_empty() { None } else { Some(Logistic::from_bytes(inner)?) };
        Ok(Self { pairs: Logistic::from_bytes(pairs)?, inner })
    }

    /// How likely an inner name is meant by itself.
    pub(super) fn inner_probability(&self, features: &Features) -> Option<f32> {
        Some(self.inner.as_ref()?.probability(features))
    }
}

/// How two forms resemble each other: mostly how the shorter lies in the longer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fit {
    Prefix,
    Suffix,
    Infix,
    Subsequence,
    Beside,
    /// The same but for the head noun: 甲乙丙行动, 甲乙丙工程.
    Heads,
}

fn is_subsequence(short: &[char], long: &[char]) -> bool {
    let mut rest = long.iter();
    short.iter().all(|c| rest.any(|other| other == c))
}

/// How one form stands behind another in the text: 0 not, 1 `A(B)`, 2 `A(简称B)`, 3 `A“B”`, 4 `A,又称B`.
fn beside(text: &Text, first: &Form, second: &Form) -> u64 {
    for a in &first.spans {
        for b in &second.spans {
            if b.start < a.end || b.start > a.end + 12 {
                continue;
            }
            let between = &text.folded[a.end..b.start];
            let has = |word: &str| {
                let word: Vec<char> = word.chars().collect();
                between.windows(word.len()).any(|window| window == word)
            };
            if has("简称") || has("下称") {
                return 2;
            }
            if has("又称") || has("也称") || has("俗称") || has("又名") || has("别称") || has("即") || has("称为")
            {
                return 4;
            }
            let marks: String = between.iter().filter(|c| **c != ' ').collect();
            match marks.as_str() {
                "(" | "(“" | "”(" | "”(“" | ")(" => return 1,
                "“" => return 3,
                _ => {}
            }
        }
    }
    0
}

fn describe(text: &Text, forms: &[Form], a: usize, b: usize, gazetteer: &Gazetteer) -> Option<Features> {
    let (long, short) =
        if forms[a].chars.len() >= forms[b].chars.len() { (&forms[a], &forms[b]) } else { (&forms[b], &forms[a]) };
    if long.kind != short.kind || short.chars.is_empty() || long.kind == EntityType::Person && short.chars.len() < 2 {
        return None;
    }
    let near = match beside(text, long, short) {
        0 => match beside(text, short, long) {
            0 => 0,
            n => n + 10,
        },
        n => n,
    };
    let (l, s) = (&long.chars, &short.chars);
    let core = variants::shared_core(long.kind, l, s);
    let fit = if core.is_some() {
        Fit::Heads
    } else if l.len() == s.len() {
        Fit::Beside
    } else if l.starts_with(s) {
        Fit::Prefix
    } else if l.ends_with(s) {
        Fit::Suffix
    } else if l.windows(s.len()).any(|window| window == s) {
        Fit::Infix
    } else if s.len() >= 2 && is_subsequence(s, l) {
        Fit::Subsequence
    } else {
        Fit::Beside
    };
    if fit == Fit::Beside && near == 0 {
        return None;
    }
    let mut features = Features::new();
    let kind = long.kind.index() as u64;
    let mut f = |template: u32, a: u64, b: u64, c: u64| features.push(mix(template + 3000, a, b, c));
    let fit_id = fit as u64;
    f(1, fit_id, kind, 0);
    f(2, fit_id, near, 0);
    f(3, near, kind, 0);
    f(4, fit_id, u64::from(l.last() == s.last()), kind);
    f(5, fit_id, u64::from(l.first() == s.first()), kind);
    f(6, fit_id, s.len().min(6) as u64, (l.len() - s.len()).min(10) as u64);
    let before = long.spans[0].start < short.spans[0].start;
    f(7, u64::from(before), fit_id, kind);
    match fit {
        Fit::Prefix => {
            let rest = &l[s.len()..];
            f(10, digest(rest), kind, 0);
            f(11, digest(rest), 0, 0);
            f(12, digest(&rest[rest.len().saturating_sub(2)..]), kind, 0);
            f(13, rest[0] as u64, rest[rest.len() - 1] as u64, kind);
        }
        Fit::Suffix => {
            let rest: String = l[..l.len() - s.len()].iter().collect();
            let class = gazetteer.form(&rest).map_or(99, |form| u64::from(gazetteer.class(form).index()));
            f(14, class, kind, 0);
            f(15, digest(&l[..l.len() - s.len()]), kind, 0);
            f(16, rest.chars().count().min(6) as u64, kind, 0);
        }
        Fit::Infix | Fit::Subsequence => {
            let tail: Vec<char> = l.iter().rev().take(2).rev().copied().collect();
            f(17, digest(&tail), fit_id, kind);
            f(18, s[s.len() - 1] as u64, fit_id, kind);
            let place: String = l[..2.min(l.len())].iter().collect();
            f(19, u64::from(gazetteer.form(&place).is_some()), fit_id, kind);
        }
        Fit::Heads => {
            let core = core.unwrap_or(0);
            let (one, other) = (digest(&l[core..]), digest(&s[core..]));
            f(24, one.min(other), one.max(other), kind);
            f(25, core.min(8) as u64, kind, 0);
        }
        Fit::Beside => f(20, l.len().min(9) as u64, s.len().min(9) as u64, kind),
    }
    let known = |chars: &[char]| gazetteer.form(&chars.iter().collect::<String>());
    f(21, u64::from(known(l).is_some()), u64::from(known(s).is_some()), kind);
    if let (Some(x), Some(y)) = (known(l), known(s)) {
        let shared = gazetteer.entries(x).any(|e| gazetteer.entries(y).any(|g| g == e));
        f(22, u64::from(shared), kind, 0);
    }
    // Another long form that fits as well makes it doubtful.
    let others =
        forms.iter().filter(|o| o.kind == long.kind && o.chars.len() > s.len() && is_subsequence(s, &o.chars)).count();
    f(23, others.min(3) as u64, fit_id, kind);
    Some(features)
}

/// Every pair of forms that might be one thing, with its description.
pub fn form_pairs(text: &Text, forms: &[Form], gazetteer: &Gazetteer) -> Vec<(usize, usize, Features)> {
    let mut pairs = Vec::new();
    for a in 0..forms.len() {
        for b in a + 1..forms.len() {
            if let Some(features) = describe(text, forms, a, b, gazetteer) {
                pairs.push((a, b, features));
            }
        }
    }
    pairs
}

/// For each form the index of its group's first form.
pub(super) fn groups(text: &Text, forms: &[Form], gazetteer: &Gazetteer, model: &MergeModel) -> Vec<usize> {
    let mut head: Vec<usize> = (0..forms.len()).collect();
    let mut links: Vec<(f32, usize, usize)> = form_pairs(text, forms, gazetteer)
        .into_iter()
        .map(|(a, b, features)| (model.pairs.score(&features), a, b))
        .filter(|(score, _, _)| *score > 0.0)
        .collect();
    links.sort_by(|x, y| y.0.total_cmp(&x.0).then((x.1, x.2).cmp(&(y.1, y.2))));
    // A short form joins one long form: the likeliest. Forms of one core are equals.
    let mut joined = vec![false; forms.len()];
    for (_, a, b) in links {
        let (long, short) = if forms[a].chars.len() >= forms[b].chars.len() { (a, b) } else { (b, a) };
        // A zone that stands only in the names of its parks is none of them.
        let in_long =
            |span: &Span| forms[long].spans.iter().any(|outer| outer.start <= span.start && span.end <= outer.end);
        if forms[short].spans.iter().all(in_long) {
            continue;
        }
        if variants::shared_core(forms[a].kind, &forms[a].chars, &forms[b].chars).is_none() {
            if joined[short] {
                continue;
            }
            joined[short] = true;
        }
        let (x, y) = (root(&head, a), root(&head, b));
        head[x.max(y)] = x.min(y);
    }
    (0..forms.len()).map(|form| root(&head, form)).collect()
}

fn root(head: &[usize], mut at: usize) -> usize {
    while head[at] != at {
        at = head[at];
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Segmenter;

    /// The items of an enumeration as forms of a type.
    fn items(body: &str, kind: EntityType) -> Vec<Form> {
        let mut start = 0;
        let item = |name: &str| {
            let chars: Vec<char> = name.chars().collect();
            let span = Span::new(start, start + chars.len());
            start = span.end + 1;
            Form { chars, kind, spans: vec![span] }
        };
        body.split('、').map(item).collect()
    }

    #[test]
    fn forms_that_differ_in_their_head_nouns_only_may_be_one() {
        let body = "老厂焕新工程、老厂焕新专项行动、老街焕新行动、人才计划、人才政策";
        let text = Text::new(body, &Segmenter::new());
        let pairs = |kind: EntityType| -> Vec<(usize, usize)> {
            let pairs = form_pairs(&text, &items(body, kind), &Gazetteer::builtin());
            pairs.into_iter().map(|(a, b, _)| (a, b)).collect()
        };
        assert_eq!(pairs(EntityType::Program), [(0, 1)]);
        assert_eq!(pairs(EntityType::Company), [], "firms have no such heads");
    }

    #[test]
    fn a_model_cut_short_is_refused() {
        let mut features = Features::new();
        (1..4).for_each(|template| features.push(mix(template, 0, 0, 0)));
        let example = |label| Example { features: features.clone(), label };
        let bytes = MergeModel::train(&[example(true)], &[example(true)]).to_bytes();
        assert!(MergeModel::from_bytes(&bytes).is_ok());
        let whole_without_inner = 4 + u32::from_le_bytes(*bytes.first_chunk().expect("a length")) as usize;
        for length in (0..bytes.len()).filter(|length| *length != whole_without_inner) {
            assert!(MergeModel::from_bytes(&bytes[..length]).is_err(), "{length} of {}", bytes.len());
        }
        let none = MergeModel::train(&[example(true)], &[example(false)]);
        assert_eq!(none.inner_probability(&features), None, "no article told of inner names");
    }

    #[test]
    fn a_form_joins_both_its_equal_and_its_longer_form() {
        let body = "老厂焕新行动、老厂焕新工程、江城市老厂焕新工程";
        let text = Text::new(body, &Segmenter::new());
        let mut forms = items(body, EntityType::Program);
        let gazetteer = Gazetteer::builtin();
        // A model that takes every pair for one thing.
        let pairs = form_pairs(&text, &forms, &gazetteer);
        let examples: Vec<Example> = (0..200)
            .flat_map(|_| pairs.iter().map(|(_, _, features)| Example { features: features.clone(), label: true }))
            .collect();
        let model = MergeModel::train(&examples, &[]);
        assert_eq!(groups(&text, &forms, &gazetteer, &model), [0, 0, 0], "{} pairs", pairs.len());
        forms[1].spans = vec![Span::new(14, 20)];
        assert_eq!(groups(&text, &forms, &gazetteer, &model)[2], 2, "what stands only inside it is not its short form");
    }
}
