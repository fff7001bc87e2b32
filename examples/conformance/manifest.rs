//! The manifests of the W3C: which tests there are, and what belongs to each.

use std::{
    collections::BTreeMap,
    error::Error,
    path::{Path, PathBuf},
};

use oxigraph::{
    io::{RdfFormat, RdfParser},
    model::{Dataset, GraphName, NamedNode, NamedNodeRef, NamedOrBlankNode, NamedOrBlankNodeRef, Quad, Term, TermRef},
};

pub(crate) const MF: &str = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#";
pub(crate) const QT: &str = "http://www.w3.org/2001/sw/DataAccess/tests/test-query#";
pub(crate) const UT: &str = "http://www.w3.org/2009/sparql/tests/test-update#";
pub(crate) const HT: &str = "http://www.w3.org/2011/http#";
pub(crate) const CNT: &str = "http://www.w3.org/2011/content#";
const RDF: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";
const RDFS: &str = "http://www.w3.org/2000/01/rdf-schema#";
const DAWG: &str = "http://www.w3.org/2001/sw/DataAccess/tests/test-dawg#";

pub(crate) type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// A manifest as a graph.
pub(crate) struct Graph(pub(crate) Dataset);

impl Graph {
    /// What a property of a node says, all of it, in a fixed order.
    pub(crate) fn all(&self, subject: NamedOrBlankNodeRef<'_>, property: &str) -> Vec<Term> {
        let property = NamedNodeRef::new_unchecked(property);
        let quads = self.0.quads_for_subject(subject).filter(|quad| quad.predicate == property);
        let mut all: Vec<Term> = quads.map(|quad| quad.object.into_owned()).collect();
        all.sort_by_key(ToString::to_string);
        all
    }

    /// What a property of a node says.
    pub(crate) fn one(&self, subject: NamedOrBlankNodeRef<'_>, property: &str) -> Option<Term> {
        self.all(subject, property).into_iter().next()
    }

    /// The same as text.
    pub(crate) fn text(&self, subject: NamedOrBlankNodeRef<'_>, property: &str) -> Option<String> {
        self.one(subject, property).map(|term| plain(&term))
    }

    /// The members of a list.
    pub(crate) fn list(&self, head: &Term) -> Vec<Term> {
        let mut members = Vec::new();
        let mut at = head.clone();
        while let Some(node) = node(&at) {
            let Some(first) = self.one(node.as_ref(), &format!("{RDF}first")) else { break };
            members.push(first);
            match self.one(node.as_ref(), &format!("{RDF}rest")) {
                Some(rest) => at = rest,
                None => break,
            }
        }
        members
    }
}

/// A term that can be a subject.
pub(crate) fn node(term: &Term) -> Option<NamedOrBlankNode> {
    match term {
        Term::NamedNode(node) => Some(node.clone().into()),
        Term::BlankNode(node) => Some(node.clone().into()),
        _ => None,
    }
}

/// A term's characters.
pub(crate) fn plain(term: &Term) -> String {
    match term.as_ref() {
        TermRef::NamedNode(node) => node.as_str().to_owned(),
        TermRef::Literal(literal) => literal.value().to_owned(),
        other => other.to_string(),
    }
}

/// The address that stands for a file of the suites.
pub(crate) fn address(path: &Path) -> String {
    format!("file://{}", path.display())
}

/// The file that an address stands for.
pub(crate) fn path(address: &str) -> PathBuf {
    PathBuf::from(address.strip_prefix("file://").unwrap_or(address))
}

/// The quads of a file, its name telling the format.
pub(crate) fn read(path: &Path) -> Result<Vec<Quad>> {
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    let format = RdfFormat::from_extension(extension).ok_or_else(|| format!("{} is no RDF", path.display()))?;
    let parser = RdfParser::from_format(format).with_base_iri(address(path))?;
    Ok(parser.for_slice(&std::fs::read(path)?).collect::<std::result::Result<Vec<_>, _>>()?)
}

/// A data file and the graph that it goes to.
#[derive(Debug, Clone)]
pub(crate) struct Data {
    pub(crate) file: String,
    pub(crate) graph: GraphName,
}

/// A test.
#[derive(Debug, Clone)]
pub(crate) struct Test {
    pub(crate) iri: String,
    pub(crate) name: String,
    /// The class without its namespace: `QueryEvaluationTest`.
    pub(crate) kind: String,
    /// Which suite it counts to.
    pub(crate) suite: String,
    pub(crate) manifest: PathBuf,
    pub(crate) query: Option<String>,
    pub(crate) data: Vec<Data>,
    /// Other endpoints with their data.
    pub(crate) services: BTreeMap<String, String>,
    pub(crate) result: Option<String>,
    pub(crate) result_data: Vec<Data>,
    pub(crate) action: Option<Term>,
}

/// Reads a manifest and those that it includes.
pub(crate) fn tests(manifest: &Path, suite: &dyn Fn(&str, &Path) -> Option<String>) -> Result<Vec<Test>> {
    let graph = Graph(read(manifest)?.into_iter().collect());
    let mut found = Vec::new();
    let manifests =
        graph.0.quads_for_predicate(NamedNodeRef::new_unchecked("http://www.w3.org/1999/02/22-rdf-syntax-ns#type"));
    let class = format!("{MF}Manifest");
    let heads: Vec<NamedOrBlankNode> = manifests
        .filter(|quad| matches!(quad.object, TermRef::NamedNode(node) if node.as_str() == class))
        .map(|quad| quad.subject.into_owned())
        .collect();
    for head in heads {
        for include in graph.all(head.as_ref(), &format!("{MF}include")) {
            for file in graph.list(&include) {
                found.extend(tests(&path(&plain(&file)), suite)?);
            }
        }
        for entries in graph.all(head.as_ref(), &format!("{MF}entries")) {
            for entry in graph.list(&entries) {
                if let Some(entry) = node(&entry) {
                    found.extend(test(&graph, entry.as_ref(), manifest, suite));
                }
            }
        }
    }
    Ok(found)
}

fn test(
    graph: &Graph,
    entry: NamedOrBlankNodeRef<'_>,
    manifest: &Path,
    suite: &dyn Fn(&str, &Path) -> Option<String>,
) -> Option<Test> {
    let kind = graph
        .all(entry, &format!("{RDF}type"))
        .iter()
        .find_map(|class| plain(class).strip_prefix(MF).map(str::to_owned))?;
    // The working group withdrew some, and never agreed on others.
    let approval = graph.text(entry, &format!("{DAWG}approval")).unwrap_or_default();
    if ["Withdrawn", "Rejected", "Deprecated"].iter().any(|word| approval.ends_with(word)) {
        return None;
    }
    let mut test = Test {
        iri: entry.to_string().trim_matches(['<', '>']).to_owned(),
        name: graph.text(entry, &format!("{MF}name")).unwrap_or_default(),
        suite: suite(&kind, manifest)?,
        manifest: manifest.to_owned(),
        query: None,
        data: Vec::new(),
        services: BTreeMap::new(),
        result: None,
        result_data: Vec::new(),
        action: graph.one(entry, &format!("{MF}action")),
        kind,
    };
    match test.action.as_ref().and_then(node) {
        Some(NamedOrBlankNode::NamedNode(file)) => test.query = Some(file.into_string()),
        Some(action @ NamedOrBlankNode::BlankNode(_)) => {
            let of = |property: &str| graph.text(action.as_ref(), property);
            test.query = of(&format!("{QT}query")).or_else(|| of(&format!("{UT}request")));
            test.data = data(graph, action.as_ref());
            for service in graph.all(action.as_ref(), &format!("{QT}serviceData")).iter().filter_map(node) {
                let of = |property: &str| graph.text(service.as_ref(), &format!("{QT}{property}"));
                test.services.insert(of("endpoint").unwrap_or_default(), of("data").unwrap_or_default());
            }
        }
        None => {}
    }
    test.data.extend(data(graph, entry));
    match graph.one(entry, &format!("{MF}result")) {
        Some(Term::NamedNode(file)) => test.result = Some(file.into_string()),
        Some(Term::BlankNode(result)) => test.result_data = data(graph, result.as_ref().into()),
        _ => {}
    }
    Some(test)
}

/// `qt:data`, `qt:graphData` and their likes for updates.
fn data(graph: &Graph, node_of: NamedOrBlankNodeRef<'_>) -> Vec<Data> {
    let mut found = Vec::new();
    for space in [QT, UT] {
        for file in graph.all(node_of, &format!("{space}data")) {
            found.push(Data { file: plain(&file), graph: GraphName::DefaultGraph });
        }
        for named in graph.all(node_of, &format!("{space}graphData")) {
            match &named {
                Term::NamedNode(file) => {
                    found.push(Data { file: file.as_str().to_owned(), graph: file.clone().into() });
                }
                other => {
                    let Some(part) = node(other) else { continue };
                    let file = graph.text(part.as_ref(), &format!("{space}graph"));
                    let file = file.or_else(|| graph.text(part.as_ref(), &format!("{space}data"))).unwrap_or_default();
                    let name = graph.text(part.as_ref(), &format!("{RDFS}label")).unwrap_or_else(|| file.clone());
                    found.push(Data { file, graph: NamedNode::new_unchecked(name).into() });
                }
            }
        }
    }
    found
}

/// The quads of data files, each in its graph.
pub(crate) fn quads(data: &[Data]) -> Result<Vec<Quad>> {
    let mut all = Vec::new();
    for (number, Data { file, graph }) in data.iter().enumerate() {
        for quad in read(&path(file))? {
            let name = if quad.graph_name == GraphName::DefaultGraph { graph.clone() } else { quad.graph_name };
            // Blank nodes of two files are two nodes.
            let quad = Quad { graph_name: name, subject: quad.subject, predicate: quad.predicate, object: quad.object };
            all.push(apart(quad, number));
        }
    }
    Ok(all)
}

fn apart(quad: Quad, number: usize) -> Quad {
    use oxigraph::model::BlankNode;
    let renamed = |node: &BlankNode| BlankNode::new_unchecked(format!("f{number}x{}", node.as_str()));
    fn term(term: Term, renamed: &dyn Fn(&BlankNode) -> BlankNode) -> Term {
        match term {
            Term::BlankNode(node) => renamed(&node).into(),
            Term::Triple(inner) => {
                let mut inner = *inner;
                if let NamedOrBlankNode::BlankNode(node) = &inner.subject {
                    inner.subject = renamed(node).into();
                }
                inner.object = self::apart_term(inner.object, renamed);
                inner.into()
            }
            other => other,
        }
    }
    let subject = match quad.subject {
        NamedOrBlankNode::BlankNode(node) => renamed(&node).into(),
        subject => subject,
    };
    Quad { subject, object: term(quad.object, &renamed), ..quad }
}

fn apart_term(term: Term, renamed: &dyn Fn(&oxigraph::model::BlankNode) -> oxigraph::model::BlankNode) -> Term {
    match term {
        Term::BlankNode(node) => renamed(&node).into(),
        other => other,
    }
}
