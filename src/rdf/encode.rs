//! An article's facts as the quads of its graph; the shape is that of `docs/rdf.md`.
//!
//! The same extraction gives the same quads in the same order. Facts that an article states several times become one claim
//! with several passages.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use oxigraph::model::{GraphName, Literal, NamedNode, NamedNodeRef, Quad, Term, Triple};

use super::{
    literal::{decimal, magnitude, period_bounds, probability},
    vocab::{self, dcterms, oa, prov, qb, rdf, rdfs, skos, xsd, yutu},
};
use crate::model::{Entity, Evidence, Extraction, Modality, Observation, Relation, Span, iri};

/// The quads of an article's graph, without repetition, in the order article, entities, mentions, claims, figures, passages.
///
/// Relations and figures whose entities are not in the extraction are left out.
pub fn encode(extraction: &Extraction) -> Vec<Quad> {
    let mut graph = Encoder::new(extraction);
    graph.article();
    graph.entities();
    graph.relations();
    graph.observations();
    graph.passages();
    graph.quads
}

/// Quads as N-Quads, one a line, sorted by their bytes.
pub fn to_sorted_nquads<'a>(quads: impl IntoIterator<Item = &'a Quad>) -> String {
    let lines: BTreeSet<String> = quads.into_iter().map(|quad| format!("{quad} .\n")).collect();
    lines.into_iter().collect()
}

struct Encoder<'a> {
    extraction: &'a Extraction,
    article: NamedNode,
    graph: GraphName,
    /// Entities' addresses by their ids in the article.
    iris: HashMap<&'a str, &'a str>,
    /// By place, with what stands there.
    passages: BTreeMap<Span, &'a str>,
    quads: Vec<Quad>,
}

impl<'a> Encoder<'a> {
    fn new(extraction: &'a Extraction) -> Self {
        let article = NamedNode::new_unchecked(iri::article(&extraction.article));
        let iris = extraction.entities.iter().map(|entity| (entity.id.as_str(), entity.iri.as_str())).collect();
        Self { extraction, graph: article.clone().into(), article, iris, passages: BTreeMap::new(), quads: Vec::new() }
    }

    fn add(&mut self, subject: &NamedNode, predicate: NamedNodeRef<'_>, object: impl Into<Term>) {
        self.quads.push(Quad::new(subject.clone(), predicate, object, self.graph.clone()));
    }

    fn add_string(&mut self, subject: &NamedNode, predicate: NamedNodeRef<'_>, value: &str) {
        self.add(subject, predicate, Literal::new_simple_literal(value));
    }

    fn add_typed(&mut self, subject: &NamedNode, predicate: NamedNodeRef<'_>, value: &str, datatype: NamedNodeRef<'_>) {
        self.add(subject, predicate, Literal::new_typed_literal(value, datatype));
    }

    fn article(&mut self) {
        let node = self.article.clone();
        let article = &self.extraction.article;
        self.add(&node, rdf::TYPE, yutu::ARTICLE);
        self.add_string(&node, dcterms::IDENTIFIER, &article.id);
        self.add_string(&node, dcterms::TITLE, &article.title);
        if let Some(published) = &article.published {
            self.add_typed(&node, dcterms::ISSUED, published, xsd::DATE);
        }
        match article.source.as_deref().map(|source| (source, NamedNode::new(source))) {
            Some((_, Ok(address))) => self.add(&node, dcterms::SOURCE, address),
            Some((name, Err(_))) => self.add_string(&node, dcterms::SOURCE, name),
            None => {}
        }
        self.add_string(&node, yutu::SHA256, &article.sha256);
        self.add_string(&node, yutu::TEXT, &article.text);
    }

    /// Entities with one IRI (the same name found twice, or two names linked to one code) are described together.
    fn entities(&mut self) {
        let mut by_iri: BTreeMap<&str, Vec<&'a Entity>> = BTreeMap::new();
        for entity in &self.extraction.entities {
            by_iri.entry(&entity.iri).or_default().push(entity);
        }
        let article = self.article.clone();
        let mut mentions: BTreeSet<(Span, &str)> = BTreeSet::new();
        for (iri, entities) in by_iri {
            let node = NamedNode::new_unchecked(iri);
            self.add(&article, yutu::MENTIONS, node.clone());
            self.entity(&node, &entities);
            mentions.extend(entities.iter().flat_map(|entity| &entity.mentions).map(|mention| (mention.span, iri)));
        }
        let mut last = None;
        for (span, entity) in mentions {
            let node = self.place(span);
            if last != Some(span) {
                self.add(&node, rdf::TYPE, yutu::MENTION);
                self.bounds(&node, span);
                last = Some(span);
            }
            self.add(&node, yutu::MENTION_OF, NamedNode::new_unchecked(entity));
        }
    }

    fn entity(&mut self, node: &NamedNode, entities: &[&Entity]) {
        let first = entities[0];
        self.add(node, rdf::TYPE, vocab::class(first.kind));
        self.add_string(node, rdfs::LABEL, &first.name);
        let aliases: BTreeSet<&str> = (entities.iter())
            .flat_map(|entity| entity.forms())
            .map(String::as_str)
            .filter(|alias| *alias != first.name)
            .collect();
        for alias in aliases {
            self.add_string(node, skos::ALT_LABEL, alias);
        }
        let confidence = entities.iter().map(|entity| entity.confidence).fold(0.0, f64::max);
        self.add_typed(node, yutu::CONFIDENCE, &probability(confidence), xsd::DECIMAL);
        if let Some(link) = &first.link {
            self.add_string(node, skos::PREF_LABEL, &link.name);
            self.add_string(node, yutu::CODE, &link.code);
            self.add_string(node, yutu::CODE_SCHEME, &link.scheme);
            self.add_typed(node, yutu::LINK_CONFIDENCE, &probability(link.score), xsd::DECIMAL);
            let codes: BTreeSet<&str> = link.alternatives.iter().map(|other| other.code.as_str()).collect();
            for code in codes {
                self.add_string(node, yutu::ALTERNATIVE_CODE, code);
            }
        }
    }

    fn relations(&mut self) {
        let mut by_triple: BTreeMap<[&str; 3], Vec<&'a Relation>> = BTreeMap::new();
        for relation in &self.extraction.relations {
            let (Some(subject), Some(object)) = (self.iri(&relation.subject), self.iri(&relation.object)) else {
                continue;
            };
            by_triple.entry([subject, relation.predicate.as_str(), object]).or_default().push(relation);
        }
        for (parts, relations) in by_triple {
            let [subject, _, object] = parts.map(NamedNode::new_unchecked);
            // A fact outweighs a plan, then the surer statement speaks for the others.
            let best = (relations.iter())
                .max_by(|a, b| {
                    let key = |relation: &Relation| (relation.modality == Modality::Asserted, relation.confidence);
                    let ((a_fact, a_sure), (b_fact, b_sure)) = (key(a), key(b));
                    a_fact.cmp(&b_fact).then(a_sure.total_cmp(&b_sure))
                })
                .expect("a group has a member");
            let predicate = vocab::property(best.predicate);
            let triple = Triple::new(subject.clone(), predicate.clone(), object.clone());
            self.add(&subject, predicate.as_ref(), object.clone());
            let claim = NamedNode::new_unchecked(iri::claim(&self.extraction.article, &parts));
            self.add(&claim, rdf::TYPE, yutu::CLAIM);
            self.add(&claim, rdf::TYPE, rdf::STATEMENT);
            self.add(&claim, rdf::SUBJECT, subject);
            self.add(&claim, rdf::PREDICATE, predicate);
            self.add(&claim, rdf::OBJECT, object);
            self.add(&claim, rdf::REIFIES, triple);
            self.add_string(&claim, yutu::MODALITY, best.modality.as_str());
            let evidence = relations.iter().map(|relation| &relation.evidence);
            self.provenance(&claim, best.confidence, &best.detector, evidence);
        }
    }

    fn observations(&mut self) {
        let mut by_parts: BTreeMap<[String; 6], Vec<&'a Observation>> = BTreeMap::new();
        for figure in &self.extraction.observations {
            let Some(value) = decimal(figure.value) else { continue };
            let subject = figure.subject.as_deref().map(|id| self.iri(id));
            let Some(subject) = subject.unwrap_or(Some("")) else { continue };
            let period = figure.period.as_deref().unwrap_or_default();
            let parts = [subject, &figure.indicator, &value, &figure.unit, period, figure.qualifier.as_str()];
            by_parts.entry(parts.map(str::to_owned)).or_default().push(figure);
        }
        for (parts, figures) in by_parts {
            let best =
                (figures.iter()).max_by(|a, b| a.confidence.total_cmp(&b.confidence)).expect("a group has a member");
            let [subject, indicator, value, unit, period, qualifier] = &parts;
            let key: Vec<&str> = std::iter::once("figure").chain(parts.iter().map(String::as_str)).collect();
            let node = NamedNode::new_unchecked(iri::claim(&self.extraction.article, &key));
            self.add(&node, rdf::TYPE, yutu::OBSERVATION);
            self.add(&node, rdf::TYPE, qb::OBSERVATION);
            if !subject.is_empty() {
                self.add(&node, yutu::SUBJECT, NamedNode::new_unchecked(subject));
            }
            self.add_string(&node, yutu::INDICATOR, indicator);
            self.add_typed(&node, yutu::VALUE, value, xsd::DECIMAL);
            if let Some(magnitude) = magnitude(best.value, unit) {
                self.add_typed(&node, yutu::MAGNITUDE, &magnitude, xsd::DECIMAL);
            }
            self.add_string(&node, yutu::UNIT, unit);
            if !period.is_empty() {
                self.add_string(&node, yutu::PERIOD, period);
            }
            if let Some((start, end)) = period_bounds(period) {
                self.add_typed(&node, yutu::PERIOD_START, &start, xsd::DATE);
                self.add_typed(&node, yutu::PERIOD_END, &end, xsd::DATE);
            }
            self.add_string(&node, yutu::QUALIFIER, qualifier);
            let evidence = figures.iter().map(|figure| &figure.evidence);
            self.provenance(&node, best.confidence, &best.detector, evidence);
        }
    }

    /// What claims and figures have in common.
    fn provenance(
        &mut self,
        claim: &NamedNode,
        confidence: f64,
        detector: &str,
        evidence: impl Iterator<Item = &'a Evidence>,
    ) {
        let article = self.article.clone();
        self.add(claim, prov::WAS_DERIVED_FROM, article);
        self.add_typed(claim, yutu::CONFIDENCE, &probability(confidence), xsd::DECIMAL);
        self.add_string(claim, yutu::DETECTOR, detector);
        let places: BTreeMap<Span, &str> = evidence.map(|evidence| (evidence.span, evidence.text.as_str())).collect();
        for (span, text) in places {
            self.add(claim, yutu::EVIDENCE, self.place(span));
            self.passages.insert(span, text);
        }
    }

    fn passages(&mut self) {
        let mentioned: BTreeSet<Span> =
            self.extraction.entities.iter().flat_map(|entity| &entity.mentions).map(|mention| mention.span).collect();
        for (span, text) in std::mem::take(&mut self.passages) {
            let node = self.place(span);
            self.add(&node, rdf::TYPE, yutu::PASSAGE);
            self.add(&node, oa::HAS_SOURCE, self.article.clone());
            if !mentioned.contains(&span) {
                self.bounds(&node, span);
            }
            self.add_string(&node, oa::EXACT, text);
        }
    }

    fn bounds(&mut self, node: &NamedNode, span: Span) {
        self.add_typed(node, oa::START, &span.start.to_string(), xsd::INTEGER);
        self.add_typed(node, oa::END, &span.end.to_string(), xsd::INTEGER);
    }

    /// The address of a place in the text (RFC 5147).
    fn place(&self, span: Span) -> NamedNode {
        NamedNode::new_unchecked(format!("{}#char={},{}", self.article.as_str(), span.start, span.end))
    }

    fn iri(&self, id: &str) -> Option<&'a str> {
        self.iris.get(id).copied()
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use expect_test::expect_file;
    use oxigraph::io::{RdfFormat, RdfParser};

    use super::*;
    use crate::{gold::read_corpus, model::LinkAlternative};

    fn fixtures() -> Vec<Extraction> {
        let corpus = read_corpus(Path::new("tests/fixtures/gold")).expect("the fixtures are gold");
        corpus.iter().map(|article| article.extraction()).collect()
    }

    /// The first fixture with what gold lacks: passages of one sentence, a reference code.
    fn example() -> Extraction {
        let mut extraction = fixtures().remove(0);
        let text: Vec<char> = extraction.article.text.chars().collect();
        let start = text.iter().position(|c| *c == '\n').expect("headline and body") + 1;
        let sentence = Evidence { span: Span::new(start, text.len()), text: text[start..].iter().collect() };
        let link = crate::model::Link {
            scheme: "GB/T2260".to_owned(),
            code: "120114".to_owned(),
            name: "武清区".to_owned(),
            score: 0.98,
            alternatives: Vec::new(),
        };
        let region = &mut extraction.entities[0];
        region.iri = iri::entity(region.kind, &region.name, Some(&link));
        region.link = Some(link);
        for relation in &mut extraction.relations {
            relation.evidence = sentence.clone();
        }
        for figure in &mut extraction.observations {
            figure.evidence = sentence.clone();
        }
        extraction
    }

    #[test]
    fn the_example_in_the_docs_is_what_the_encoder_writes() {
        let docs = include_str!("../../docs/rdf.md");
        let prefixes = docs.split_once("```sparql\n").and_then(|(_, rest)| rest.split_once("```")).expect("prefixes").0;
        let example_text =
            docs.split_once("```trig\n").and_then(|(_, rest)| rest.split_once("```")).expect("example").0;
        let parser = RdfParser::from_format(RdfFormat::TriG);
        let trig = format!("{prefixes}BASE <{}>\n{example_text}", iri::BASE);
        let documented: Vec<Quad> = parser.for_slice(&trig).collect::<Result<_, _>>().expect("the example is TriG");
        pretty_compare(&to_sorted_nquads(&encode(&example())), &to_sorted_nquads(&documented));
    }

    fn pretty_compare(expected: &str, documented: &str) {
        let missing: Vec<&str> = expected.lines().filter(|line| !documented.contains(line)).collect();
        let surplus: Vec<&str> = documented.lines().filter(|line| !expected.contains(line)).collect();
        assert!(
            missing.is_empty() && surplus.is_empty(),
            "missing:\n{}\nsurplus:\n{}",
            missing.join("\n"),
            surplus.join("\n")
        );
    }

    #[test]
    fn fixtures_as_sorted_nquads() {
        let quads: Vec<Quad> = fixtures().iter().flat_map(encode).collect();
        expect_file!["../../tests/fixtures/gold.nq"].assert_eq(&to_sorted_nquads(&quads));
    }

    #[test]
    fn same_facts_give_same_quads_without_repetition() {
        for extraction in fixtures() {
            let quads = encode(&extraction);
            assert_eq!(quads, encode(&extraction));
            assert_eq!(quads.iter().collect::<std::collections::HashSet<_>>().len(), quads.len());
        }
    }

    #[test]
    fn a_fact_told_twice_is_one_claim_with_two_passages() {
        let mut extraction = example();
        let mut again = extraction.relations[0].clone();
        again.id = "r9".to_owned();
        again.modality = Modality::Planned;
        again.evidence = Evidence { span: Span::new(0, 3), text: "武清区".to_owned() };
        let before = encode(&extraction);
        extraction.relations.push(again);
        let after = encode(&extraction);
        let added: Vec<_> = after.iter().filter(|quad| !before.contains(quad)).collect();
        let passages = added.iter().filter(|quad| quad.predicate == yutu::EVIDENCE).count();
        assert_eq!(passages, 1);
        // The passage is where 武清区 is mentioned: one resource is both, and its bounds are written once.
        assert_eq!(added.len(), 4, "evidence, type, source, quote: {added:#?}");
        assert!(before.iter().all(|quad| after.contains(quad)), "the fact is not turned into a plan");
    }

    #[test]
    fn relations_of_unknown_entities_are_left_out() {
        let mut extraction = example();
        let before = encode(&extraction);
        let mut stray = extraction.relations[0].clone();
        stray.object = "e99".to_owned();
        extraction.relations.push(stray);
        assert_eq!(encode(&extraction), before);
    }

    #[test]
    fn sources_that_are_no_address_are_strings() {
        let mut extraction = example();
        extraction.article.source = Some("天津日报".to_owned());
        let source = encode(&extraction).into_iter().find(|quad| quad.predicate == dcterms::SOURCE).expect("a source");
        assert_eq!(source.object, Literal::new_simple_literal("天津日报").into());
    }

    #[test]
    fn other_codes_of_the_name_are_kept() {
        let mut extraction = example();
        let link = extraction.entities[0].link.as_mut().expect("the example links its region");
        let other = |code: &str| LinkAlternative { code: code.to_owned(), name: "武清".to_owned(), score: 0.1 };
        link.alternatives = vec![other("2"), other("1"), other("2")];
        let codes = encode(&extraction).into_iter().filter(|quad| quad.predicate == yutu::ALTERNATIVE_CODE).count();
        assert_eq!(codes, 2);
    }
}
