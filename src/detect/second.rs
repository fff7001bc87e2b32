//! Second look at the candidates of an article: boosted trees that know what the first look ([`super::fusion`]) thinks of a candidate, of
//! its rivals, of its neighbours in an enumeration, of the same string elsewhere in the article and of its longer and shorter forms.

use rustc_hash::FxHashMap;

use crate::{
    learn::{Boost, ModelError, digest, log_odds, sigmoid},
    model::{EntityType, Span},
    text::{Pos, Text, is_of_number},
};

use super::{
    candidates::{Candidate, Sources},
    features::Context,
    neighbours::Neighbours,
};

/// How many numbers describe a candidate.
pub const NUMBERS: usize = 67 + TONE;
/// How many of them describe the article: see [`tone`].
const TONE: usize = 5;

/// Candidates that the first look finds less likely than this (log-odds) are given up.
const FLOOR: f32 = -4.5;
/// Stands for the score of what is not there.
const ABSENT: f32 = -9.0;
/// Forms that the first look finds more likely than this are compared with each other.
const FORM_FLOOR: f32 = -1.0;

/// What is known of a string with a type over all its places in the article.
#[derive(Debug, Clone, Copy)]
struct StringEvidence {
    places: f32,
    best: f32,
    sum: f32,
    second: f32,
    network: f32,
    network_sum: f32,
}

/// A string that may be a name of a type, for comparing with longer and shorter ones.
struct FormEvidence<'a> {
    chars: &'a [char],
    kind: EntityType,
    score: f32,
}

struct Look<'a> {
    context: &'a Context<'a>,
    candidates: &'a [Candidate],
    scores: &'a [f32],
    strings: FxHashMap<(u64, usize), StringEvidence>,
    any: FxHashMap<u64, [(f32, usize); 2]>,
    neighbours: Neighbours<'a>,
    /// Sentence of the candidate → sum of probabilities of what stands in it.
    density: FxHashMap<usize, f32>,
    /// What the article as a whole is like.
    tone: [f32; TONE],
}

/// The best score of other candidates around, inside, across the candidate, and of its own span with other types.
struct Rivals {
    around: f32,
    around_same_kind: f32,
    inside: f32,
    inside_first: f32,
    inside_last: f32,
    across: f32,
    same: f32,
    same_kind: usize,
    inside_mass: f32,
    network: f32,
    network_same: f32,
}

impl<'a> Look<'a> {
    fn new(context: &'a Context<'a>, candidates: &'a [Candidate], scores: &'a [f32]) -> Self {
        let text = context.text();
        let mut look = Self {
            context,
            candidates,
            scores,
            strings: FxHashMap::default(),
            any: FxHashMap::default(),
            neighbours: Neighbours::new(candidates),
            density: FxHashMap::default(),
            tone: [0.0; TONE],
        };
        for (candidate, &score) in candidates.iter().zip(scores) {
            let string = digest(&text.folded[candidate.span.start..candidate.span.end]);
            let kind = candidate.kind.index();
            let evidence = look.strings.entry((string, kind)).or_insert(StringEvidence {
                places: 0.0,
                best: ABSENT,
                sum: 0.0,
                second: ABSENT,
                network: ABSENT,
                network_sum: 0.0,
            });
            evidence.places += 1.0;
            evidence.sum += score;
            let network = log_odds(candidate.network.probability);
            evidence.network = evidence.network.max(network);
            evidence.network_sum += network;
            if score > evidence.best {
                evidence.second = evidence.best;
                evidence.best = score;
            } else {
                evidence.second = evidence.second.max(score);
            }
            // The two best types of a string.
            let best = look.any.entry(string).or_insert([(ABSENT, 99); 2]);
            if best[0].1 == kind {
                best[0].0 = best[0].0.max(score);
            } else if score > best[0].0 {
                best[1] = best[0];
                best[0] = (score, kind);
            } else if score > best[1].0 {
                best[1] = (score, kind);
            }
            if score > FLOOR {
                *look.density.entry(text.sentence_at(candidate.span.start).span.start).or_default() += sigmoid(score);
            }
        }
        let mut sure: Vec<f32> = look.any.values().map(|best| sigmoid(best[0].0)).collect();
        // A hash map promises no order, and sums of floats hang on it.
        sure.sort_by(f32::total_cmp);
        look.tone = tone(text, sure.iter().sum());
        look
    }

    fn rivals(&self, index: usize) -> Rivals {
        let own = self.candidates[index];
        let mut rivals = Rivals {
            around: ABSENT,
            around_same_kind: ABSENT,
            inside: ABSENT,
            inside_first: ABSENT,
            inside_last: ABSENT,
            across: ABSENT,
            same: ABSENT,
            same_kind: 99,
            inside_mass: 0.0,
            network: ABSENT,
            network_same: ABSENT,
        };
        for at in self.neighbours.overlapping(index) {
            let (other, score) = (&self.candidates[at], self.scores[at]);
            let network = log_odds(other.network.probability);
            if other.span != own.span {
                rivals.network = rivals.network.max(network);
            } else if other.kind != own.kind {
                rivals.network_same = rivals.network_same.max(network);
            }
            if other.span == own.span {
                if other.kind != own.kind && score > rivals.same {
                    rivals.same = score;
                    rivals.same_kind = other.kind.index();
                }
            } else if other.span.contains(own.span) {
                rivals.around = rivals.around.max(score);
                if other.kind == own.kind {
                    rivals.around_same_kind = rivals.around_same_kind.max(score);
                }
            } else if own.span.contains(other.span) {
                rivals.inside = rivals.inside.max(score);
                rivals.inside_mass += sigmoid(score);
                if other.span.start == own.span.start {
                    rivals.inside_first = rivals.inside_first.max(score);
                }
                if other.span.end == own.span.end {
                    rivals.inside_last = rivals.inside_last.max(score);
                }
            } else {
                rivals.across = rivals.across.max(score);
            }
        }
        rivals
    }

    /// The neighbouring item of an enumeration: best score of the same type, best of any, and where that one ends or begins.
    fn sibling(&self, span: Span, kind: usize, left: bool) -> (f32, f32, Option<Span>) {
        let joint = |c: char| matches!(c, '、' | '和' | '与' | '及' | '”' | '“' | '《' | '》');
        let (mut same, mut any, mut place) = (ABSENT, ABSENT, None);
        for at in self.neighbours.beside(&self.context.text().folded, span, left, joint) {
            let score = self.scores[at];
            if self.candidates[at].kind.index() == kind {
                same = same.max(score);
            }
            if score > any {
                any = score;
                place = Some(self.candidates[at].span);
            }
        }
        (same, any, place)
    }

    /// Of the items of the enumeration to one side, up to six: mean probability of the same type, and how many.
    fn chain(&self, span: Span, kind: usize, left: bool) -> (f32, f32) {
        let (mut sum, mut count, mut at) = (0.0, 0.0, span);
        for _ in 0..6 {
            let (same, _, Some(next)) = self.sibling(at, kind, left) else { break };
            sum += sigmoid(same);
            count += 1.0;
            at = next;
        }
        if count > 0.0 { (sum / count, count) } else { (-1.0, 0.0) }
    }

    fn describe(&self, index: usize, relatives: (f32, f32), numbers: &mut Vec<f32>) {
        let candidate = self.candidates[index];
        let text = self.context.text();
        let folded = &text.folded;
        let span = candidate.span;
        let kind = candidate.kind.index();
        let score = self.scores[index];
        let string = digest(&folded[span.start..span.end]);
        let evidence = self.strings[&(string, kind)];
        let flag = |set: bool| f32::from(u8::from(set));
        let tagger = if candidate.tagger > 0.0 { log_odds(candidate.tagger) } else { ABSENT };
        numbers.extend([score, tagger]);
        for source in [Sources::TAGGER, Sources::GAZETTEER, Sources::MARKS, Sources::ARTICLE, Sources::GRAMMAR] {
            numbers.push(flag(candidate.sources.0 & source != 0));
        }
        numbers.push(kind as f32);
        let (t0, t1) = (text.token_of[span.start] as usize, text.token_of[span.end - 1] as usize);
        let (first, last) = (text.tokens[t0], text.tokens[t1]);
        numbers.extend([span.len() as f32, (t1 - t0 + 1) as f32]);
        numbers.extend([evidence.places, evidence.best, evidence.sum / evidence.places, evidence.second]);
        let network = candidate.network;
        numbers.extend([log_odds(network.probability), network.begins, network.goes_on, network.ends]);
        numbers.extend([evidence.network, evidence.network_sum / evidence.places]);
        let best = self.any[&string];
        let other = if best[0].1 == kind { best[1] } else { best[0] };
        numbers.extend([other.0, other.1 as f32]);
        let rivals = self.rivals(index);
        numbers.extend([
            rivals.around,
            rivals.around_same_kind,
            rivals.inside,
            rivals.inside_first,
            rivals.inside_last,
            rivals.inside_mass,
            rivals.across,
            rivals.same,
            rivals.same_kind as f32,
            score - rivals.around.max(rivals.inside).max(rivals.across).max(rivals.same),
            rivals.network,
            rivals.network_same,
            log_odds(network.probability) - rivals.network.max(rivals.network_same),
        ]);
        for left in [true, false] {
            let (same, any, _) = self.sibling(span, kind, left);
            let (mean, count) = self.chain(span, kind, left);
            numbers.extend([same, any, mean, count]);
        }
        let heads = self.context.head_kinds(span.end - 1);
        numbers.extend([flag(heads >> kind & 1 == 1), heads.count_ones() as f32]);
        // The gazetteer.
        let name = self.context.name_at(span.start);
        let class = |known: bool| {
            name.filter(|_| known).map_or(-1.0, |name| self.context.gazetteer().class(name.form).kind().index() as f32)
        };
        let exact = class(name.is_some_and(|name| name.span == span));
        numbers.extend([exact, flag(exact == kind as f32)]);
        numbers.push(class(name.is_some_and(|name| name.span.start == span.start && name.span.end < span.end)));
        numbers.push(class(name.is_some_and(|name| name.span.contains(span) && name.span != span)));
        let end = self.context.name_at(span.end - 1);
        numbers.push(flag(end.is_some_and(|name| name.span.end > span.end)));
        // What stands around.
        let sentence = text.sentence_at(span.start);
        let before = if span.start > sentence.span.start { folded[span.start - 1] } else { '^' };
        let after = if span.end < sentence.span.end { folded[span.end] } else { '$' };
        let sort = |c: char| match c {
            '^' | '$' => 0.0,
            '、' => 1.0,
            ',' | ';' | ':' => 2.0,
            '。' | '!' | '?' => 3.0,
            '“' | '”' => 4.0,
            '《' | '》' => 5.0,
            '(' | ')' => 6.0,
            '的' => 7.0,
            '和' | '与' | '及' => 8.0,
            '等' => 9.0,
            '在' | '为' | '以' | '将' | '由' | '对' => 10.0,
            c if is_of_number(c) => 11.0,
            c if c.is_alphanumeric() => 12.0,
            _ => 13.0,
        };
        numbers.extend([sort(before), sort(after)]);
        let neighbour = |token: Option<usize>| {
            token
                .filter(|&t| t < text.tokens.len() && sentence.span.contains(text.tokens[t].span))
                .map_or(Pos::Punctuation as u8, |t| text.tokens[t].pos as u8)
        };
        numbers.extend([f32::from(neighbour(t0.checked_sub(1))), f32::from(neighbour(Some(t1 + 1)))]);
        numbers.extend([f32::from(first.pos as u8), f32::from(last.pos as u8)]);
        numbers.extend([flag(first.span.start == span.start), flag(last.span.end == span.end)]);
        numbers.push(text.tokens[t0..=t1].iter().filter(|token| token.pos == Pos::Verb).count() as f32);
        numbers.extend([flag(sentence.is_heading), (sentence.paragraph as f32).min(9.0)]);
        let density = self.density.get(&sentence.span.start).copied().unwrap_or(0.0);
        numbers.extend([density, density / sentence.span.len().max(1) as f32]);
        let ascii = folded[span.start..span.end].iter().filter(|c| c.is_ascii_alphanumeric()).count();
        numbers.push(ascii as f32 / span.len() as f32);
        // Longer and shorter forms of the same type.
        numbers.extend([relatives.0, relatives.1]);
        numbers.push((text.folded.len() as f32).min(4000.0));
        numbers.extend(self.tone);
    }

    /// For each string and type: the best score of a longer form that it may be short for, and of a shorter one.
    fn relatives(&self) -> FxHashMap<(u64, usize), (f32, f32)> {
        let folded = &self.context.text().folded;
        let mut forms: Vec<FormEvidence<'_>> = Vec::new();
        let mut seen: rustc_hash::FxHashSet<(u64, usize)> = rustc_hash::FxHashSet::default();
        for candidate in self.candidates {
            let chars = &folded[candidate.span.start..candidate.span.end];
            let key = (digest(chars), candidate.kind.index());
            let score = self.strings[&key].best;
            if score > FORM_FLOOR && chars.len() >= 2 && seen.insert(key) {
                forms.push(FormEvidence { chars, kind: candidate.kind, score });
            }
        }
        let mut relatives: FxHashMap<(u64, usize), (f32, f32)> = FxHashMap::default();
        for short in &forms {
            for long in forms.iter().filter(|long| long.kind == short.kind && long.chars.len() > short.chars.len()) {
                let mut rest = long.chars.iter();
                if short.chars.iter().all(|c| rest.any(|other| other == c)) {
                    let kind = short.kind.index();
                    let slot = relatives.entry((digest(short.chars), kind)).or_insert((ABSENT, ABSENT));
                    slot.0 = slot.0.max(long.score);
                    let slot = relatives.entry((digest(long.chars), kind)).or_insert((ABSENT, ABSENT));
                    slot.1 = slot.1.max(short.score);
                }
            }
        }
        relatives
    }
}

/// What an article is like, news or a summary of work: `names` (how many strings it likely has that are one), verbs, numerals and opening quotes,
/// each for a word, and words for a sentence.
fn tone(text: &Text, names: f32) -> [f32; TONE] {
    let words = text.tokens.len().max(1) as f32;
    let count = |pos: Pos| text.tokens.iter().filter(|token| token.pos == pos).count() as f32;
    let quotes = text.folded.iter().filter(|c| **c == '“').count() as f32;
    let sentences = text.sentences.len().max(1) as f32;
    [names / words, count(Pos::Verb) / words, count(Pos::Numeral) / words, quotes / words, words / sentences]
}

/// Describes the candidates that are not given up, `scores` being the first look's log-odds: their indices, and [`NUMBERS`] numbers for each, row
/// after row.
pub fn describe(context: &Context<'_>, candidates: &[Candidate], scores: &[f32]) -> (Vec<usize>, Vec<f32>) {
    let look = Look::new(context, candidates, scores);
    let relatives = look.relatives();
    let folded = &context.text().folded;
    let mut numbers = Vec::new();
    let kept: Vec<usize> = (0..candidates.len()).filter(|&index| scores[index] > FLOOR).collect();
    for &index in &kept {
        let candidate = candidates[index];
        let key = (digest(&folded[candidate.span.start..candidate.span.end]), candidate.kind.index());
        look.describe(index, relatives.get(&key).copied().unwrap_or((ABSENT, ABSENT)), &mut numbers);
    }
    debug_assert_eq!(numbers.len(), kept.len() * NUMBERS, "each row has {NUMBERS} numbers");
    (kept, numbers)
}

/// Reads the model of the second look.
///
/// # Errors
/// When it is damaged or made for other numbers.
pub fn model(bytes: &[u8]) -> Result<Boost, ModelError> {
    let (model, _) = Boost::from_bytes(bytes)?;
    if model.width() == NUMBERS {
        Ok(model)
    } else {
        Err(ModelError { reason: format!("{} numbers a candidate instead of {NUMBERS}", model.width()) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Segmenter;

    #[test]
    fn the_tone_is_a_share_of_the_words() {
        let segmenter = Segmenter::new();
        assert_eq!(tone(&Text::new("", &segmenter), 0.0), [0.0, 0.0, 0.0, 0.0, 1.0]);
        let text = Text::new("推动“三链”建设。新增12家。", &segmenter);
        let words = text.tokens.len() as f32;
        let [names, verbs, numerals, quotes, length] = tone(&text, 2.0);
        assert_eq!((names, quotes, length), (2.0 / words, 1.0 / words, words / 2.0));
        assert!(verbs > 0.0 && numerals > 0.0 && verbs + numerals < 1.0, "{verbs} {numerals}");
    }
}
