//! The one place where candidates compete: a learnt score for each (weighed once more by [`super::second`]), then the best set of spans that
//! do not overlap.

use rustc_hash::FxHashMap;

use crate::{
    learn::{Features, Logistic, digest, mix, sigmoid},
    model::Span,
    text::Pos,
};

use super::{
    candidates::{Candidate, Sources},
    features::Context,
    neighbours::Neighbours,
};

/// What is known of a string over all its places in the article.
#[derive(Debug, Clone, Copy, Default)]
struct StringEvidence {
    /// Candidates with this string and type.
    places: u32,
    best: f32,
    total: f32,
}

/// Candidates with what they need to know of each other.
struct Neighbourhood<'a> {
    context: &'a Context<'a>,
    candidates: &'a [Candidate],
    strings: FxHashMap<(u64, usize), StringEvidence>,
    /// The best probability of any type for a string.
    any: FxHashMap<u64, f32>,
    neighbours: Neighbours<'a>,
}

/// Log-odds in steps.
fn odds(p: f32) -> u64 {
    if p <= 0.0 {
        return 0;
    }
    let p = p.clamp(0.002, 0.998);
    ((p / (1.0 - p)).ln() * 1.6 + 11.0).round().max(1.0) as u64
}

/// The same, coarser.
fn coarse(p: f32) -> u64 {
    match p {
        p if p <= 0.0 => 0,
        p if p < 0.1 => 1,
        p if p < 0.3 => 2,
        p if p < 0.6 => 3,
        p if p < 0.85 => 4,
        p if p < 0.97 => 5,
        _ => 6,
    }
}

impl<'a> Neighbourhood<'a> {
    fn new(context: &'a Context<'a>, candidates: &'a [Candidate]) -> Self {
        let text = context.text();
        let mut strings: FxHashMap<(u64, usize), StringEvidence> = FxHashMap::default();
        let mut any: FxHashMap<u64, f32> = FxHashMap::default();
        for candidate in candidates {
            let string = digest(&text.folded[candidate.span.start..candidate.span.end]);
            let evidence = strings.entry((string, candidate.kind.index())).or_default();
            evidence.places += 1;
            evidence.best = evidence.best.max(candidate.tagger);
            evidence.total += candidate.tagger;
            let best = any.entry(string).or_default();
            *best = best.max(candidate.tagger);
        }
        Self { context, candidates, strings, any, neighbours: Neighbours::new(candidates) }
    }

    /// The best probabilities among candidates that contain, lie in, or cross a candidate, and of the same span with other types.
    fn rivals(&self, index: usize) -> (f32, f32, f32, f32) {
        let own = self.candidates[index];
        let (mut around, mut inside, mut across, mut same) = (0f32, 0f32, 0f32, 0f32);
        for other in self.neighbours.overlapping(index).map(|at| &self.candidates[at]) {
            if other.span == own.span {
                if other.kind != own.kind {
                    same = same.max(other.tagger);
                }
            } else if other.span.contains(own.span) {
                around = around.max(other.tagger);
            } else if own.span.contains(other.span) {
                inside = inside.max(other.tagger);
            } else {
                across = across.max(other.tagger);
            }
        }
        (around, inside, across, same)
    }

    /// The best probability of the same type in the neighbouring item of an enumeration.
    fn sibling(&self, span: Span, kind: usize, left: bool) -> f32 {
        let joint = |c: char| matches!(c, '、' | '和' | '与' | '及' | '”' | '“');
        self.neighbours
            .beside(&self.context.text().folded, span, left, joint)
            .map(|at| &self.candidates[at])
            .filter(|other| other.kind.index() == kind)
            .fold(0f32, |best, other| best.max(other.tagger))
    }

    fn features(&self, index: usize, out: &mut Features) {
        out.clear();
        let candidate = self.candidates[index];
        let text = self.context.text();
        let folded = &text.folded;
        let span = candidate.span;
        let kind = candidate.kind.index() as u64;
        let string = digest(&folded[span.start..span.end]);
        let evidence = self.strings[&(string, candidate.kind.index())];
        let p = candidate.tagger;
        let mut f = |template: u32, a: u64, b: u64, c: u64| out.push(mix(template + 1000, a, b, c));

        f(1, odds(p), 0, 0);
        f(2, odds(p), kind, 0);
        f(3, u64::from(candidate.sources.0), kind, 0);
        f(4, u64::from(candidate.sources.0), coarse(p), 0);
        let n = candidate.network.probability;
        f(70, odds(n), kind, 0);
        f(71, odds(n), coarse(p), 0);
        f(72, coarse(n), u64::from(candidate.sources.0), 0);
        // The article's evidence.
        f(5, odds(evidence.best), 0, 0);
        f(6, coarse(evidence.best), coarse(p), u64::from(evidence.places.min(4)));
        f(7, odds(evidence.total / evidence.places as f32), u64::from(evidence.places.min(3)), 0);
        f(8, coarse(self.any[&string]), coarse(evidence.best), kind);
        // Rivals.
        let (around, inside, across, same) = self.rivals(index);
        f(10, coarse(around), coarse(p), 0);
        f(11, coarse(inside), coarse(p), 0);
        f(12, coarse(across), coarse(p), 0);
        f(13, coarse(same), coarse(p), 0);
        f(14, coarse(around), coarse(inside), kind);
        f(15, coarse(same), kind, 0);
        // Enumeration.
        let (left, right) =
            (self.sibling(span, candidate.kind.index(), true), self.sibling(span, candidate.kind.index(), false));
        f(16, coarse(left), coarse(right), coarse(p));
        f(17, coarse(left.max(right)), kind, 0);
        // The name itself.
        let len = span.len();
        f(20, len.min(14) as u64, kind, 0);
        f(21, string, kind, 0);
        f(22, folded[span.end - 1] as u64, kind, 0);
        f(23, folded[span.start] as u64, kind, 0);
        f(24, digest(&folded[span.end.saturating_sub(2).max(span.start)..span.end]), kind, 0);
        f(25, digest(&folded[span.start..(span.start + 2).min(span.end)]), kind, 0);
        let (t0, t1) = (text.token_of[span.start] as usize, text.token_of[span.end - 1] as usize);
        let (first, last) = (text.tokens[t0], text.tokens[t1]);
        let aligned = u64::from(first.span.start == span.start) | u64::from(last.span.end == span.end) << 1;
        f(26, aligned, kind, 0);
        f(27, self.context.word(t1), kind, aligned);
        f(28, self.context.word(t0), kind, aligned);
        f(29, first.pos as u64, last.pos as u64, kind);
        f(30, (t1 - t0 + 1).min(8) as u64, kind, 0);
        let mut pattern = 0u64;
        for token in &text.tokens[t0..=t1] {
            pattern = pattern.wrapping_mul(31).wrapping_add(token.pos as u64 + 1);
        }
        f(31, pattern, kind, 0);
        let verbs = text.tokens[t0..=t1].iter().filter(|token| token.pos == Pos::Verb).count();
        f(32, verbs.min(3) as u64, kind, 0);
        let heads = u64::from(self.context.head_kinds(span.end - 1));
        f(33, heads >> kind & 1, u64::from(heads == 0), kind);
        f(34, heads, kind, 0);
        // The gazetteer.
        let exact = self.context.name_at(span.start).filter(|name| name.span == span);
        f(40, exact.map_or(99, |name| u64::from(self.context.gazetteer().class(name.form).index())), kind, 0);
        let begins =
            self.context.name_at(span.start).filter(|name| name.span.start == span.start && name.span.end < span.end);
        f(41, begins.map_or(99, |name| u64::from(self.context.gazetteer().class(name.form).index())), kind, 0);
        let cut = |at: usize| {
            self.context.name_at(at).is_some_and(|name| !span.contains(name.span) && !name.span.contains(span))
        };
        f(42, u64::from(cut(span.start)), u64::from(cut(span.end - 1)), 0);
        let held = self.context.name_at(span.start).filter(|name| name.span.contains(span) && name.span != span);
        f(43, held.map_or(99, |name| u64::from(self.context.gazetteer().class(name.form).index())), kind, 0);
        // What stands around.
        let sentence = text.sentence_at(span.start);
        let before = if span.start > sentence.span.start { folded[span.start - 1] } else { '^' };
        let after = if span.end < sentence.span.end { folded[span.end] } else { '$' };
        f(50, before as u64, kind, 0);
        f(51, after as u64, kind, 0);
        f(52, before as u64, after as u64, 0);
        let neighbour = |token: Option<usize>| {
            token
                .filter(|&t| t < text.tokens.len() && sentence.span.contains(text.tokens[t].span))
                .map_or((0, Pos::Punctuation), |t| (self.context.word(t), text.tokens[t].pos))
        };
        let (lw, lp) = neighbour(t0.checked_sub(1));
        let (rw, rp) = neighbour(Some(t1 + 1));
        f(53, lw, kind, 0);
        f(54, rw, kind, 0);
        f(55, lp as u64, rp as u64, kind);
        f(56, coarse(p), lp as u64, first.pos as u64);
        f(57, coarse(p), rp as u64, last.pos as u64);
        f(58, u64::from(before == '“' && after == '”'), u64::from(before == '《' && after == '》'), kind);
        f(59, u64::from(before == '(' && after == ')'), u64::from(sentence.paragraph == 0), kind);
        f(60, u64::from(sentence.is_heading), kind, coarse(p));
        let ascii = folded[span.start..span.end].iter().filter(|c| c.is_ascii_alphanumeric()).count();
        f(61, u64::from(ascii > 0), u64::from(ascii == len), kind);
    }
}

/// A candidate that was taken.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Decision {
    /// What was taken.
    pub candidate: Candidate,
    /// The probability that it is right.
    pub probability: f32,
}

/// Calls `each` with every candidate's features, in order. For training and for scoring.
pub fn describe(context: &Context<'_>, candidates: &[Candidate], mut each: impl FnMut(usize, &Features)) {
    let neighbourhood = Neighbourhood::new(context, candidates);
    let mut features = Features::new();
    for index in 0..candidates.len() {
        neighbourhood.features(index, &mut features);
        each(index, &features);
    }
}

/// The log-odds of each candidate.
pub fn scores(context: &Context<'_>, candidates: &[Candidate], model: &Logistic) -> Vec<f32> {
    let mut scores = Vec::with_capacity(candidates.len());
    describe(context, candidates, |_, features| scores.push(model.score(features)));
    scores
}

/// Decides between candidates, given with their log-odds: the set of spans without overlap whose log-odds over `threshold` sum to
/// the most.
pub fn decide(scored: impl IntoIterator<Item = (Candidate, f32)>, threshold: f32) -> Vec<Decision> {
    let mut scored: Vec<(Candidate, f32)> = scored.into_iter().filter(|(_, score)| *score > threshold).collect();
    // Weighted interval scheduling by end.
    scored.sort_by_key(|(candidate, _)| (candidate.span.end, candidate.span.start, candidate.kind));
    let mut best: Vec<(f32, Option<usize>)> = vec![(0.0, None); scored.len() + 1];
    for (at, (candidate, score)) in scored.iter().enumerate() {
        let free = scored[..at].partition_point(|(other, _)| other.span.end <= candidate.span.start);
        let taken = best[free].0 + (score - threshold);
        best[at + 1] = if taken > best[at].0 { (taken, Some(free)) } else { (best[at].0, None) };
    }
    let mut decisions = Vec::new();
    let mut at = scored.len();
    while at > 0 {
        match best[at].1 {
            Some(free) => {
                let (candidate, score) = scored[at - 1];
                decisions.push(Decision { candidate, probability: sigmoid(score) });
                at = free;
            }
            None => at -= 1,
        }
    }
    decisions.reverse();
    decisions
}

/// Names of the detectors behind a decision.
pub fn voters(candidate: &Candidate) -> String {
    if candidate.sources == Sources::default() { "fusion".to_owned() } else { candidate.sources.names() }
}
