//! Small graphs for the tests of this folder.

use std::fmt::Write as _;

use petgraph::visit::EdgeRef as _;

use super::subgraph::{Edge, Node, Relation, Subgraph};
use crate::model::{EntityType, Predicate, iri};

/// A node without type.
pub(super) fn node(iri: &str, label: &str) -> Node {
    Node { iri: iri.to_owned(), label: label.to_owned(), ..Node::default() }
}

/// An edge that so many articles state.
pub(super) fn edge(predicate: &str, articles: usize, confidence: f64) -> Edge {
    Edge {
        relation: Relation::Known(predicate.parse().expect("a predicate")),
        confidence: Some(confidence),
        articles: (0..articles).map(|number| format!("{}article/{number}", iri::BASE)).collect(),
        planned: false,
    }
}

/// What an article about a park says, with names that need escaping.
pub(super) fn park() -> Subgraph {
    let entity = |id: &str, kind: EntityType, label: &str| Node {
        iri: iri::entity(kind, id, None),
        label: label.to_owned(),
        kind: Some(kind),
        articles: 2,
        ..Node::default()
    };
    let mut nodes = vec![
        entity("武清区", EntityType::Region, "武清区"),
        entity("京滨工业园", EntityType::Park, "京滨工业园"),
        entity("诺禾致源", EntityType::Company, "诺禾致源"),
        entity("A&B", EntityType::Company, "A&B <\"甲\"> 公司"),
        entity("生物医药", EntityType::Industry, "生物医药"),
    ];
    nodes[0].code = Some("120114".to_owned());
    nodes[1].is_focus = true;
    let iris: Vec<String> = nodes.iter().map(|node| node.iri.clone()).collect();
    let fact = |from: usize, edge: Edge, to: usize| (iris[from].clone(), edge, iris[to].clone());
    let planned = Edge { planned: true, ..edge("attracts", 1, 0.5) };
    let edges = vec![
        fact(1, edge("locatedIn", 2, 0.95), 0),
        fact(1, edge("attracts", 1, 0.8), 2),
        fact(1, edge("cooperatesWith", 1, 0.7), 2),
        fact(1, planned, 3),
        fact(1, edge("focusesOn", 3, 0.9), 4),
    ];
    Subgraph::new(nodes, edges)
}

/// A made-up neighbourhood of about so many nodes: places, firms, programs as articles have them.
pub(super) fn large(count: usize) -> Subgraph {
    let names = [
        "武清开发区",
        "京津产业新城",
        "诺禾致源",
        "天津大学医学部",
        "生物医药",
        "京津冀协同发展战略",
        "高王路北延工程",
        "《武清区国土空间总体规划》",
        "博菲德众创空间",
    ];
    let kinds = [
        EntityType::Park,
        EntityType::Region,
        EntityType::Company,
        EntityType::Institution,
        EntityType::Industry,
        EntityType::Program,
        EntityType::Project,
        EntityType::Document,
        EntityType::Platform,
    ];
    let iri = |number: usize| format!("{}x/{number:04}", iri::BASE);
    let nodes: Vec<Node> = (0..count)
        .map(|number| Node {
            iri: iri(number),
            label: format!("{}{number}", names[number * 7 % names.len()]),
            kind: Some(kinds[number * 7 % kinds.len()]),
            articles: 1 + number % 4,
            is_focus: number == 0,
            ..Node::default()
        })
        .collect();
    let mut edges = Vec::new();
    for number in 1..count {
        // A tree with few hubs and many leaves, and now and then a second link.
        let parent = if number < 8 { 0 } else { (number * number * 31 + number * 17) % (number / 5).clamp(1, 14) };
        let predicate = Predicate::ALL[number * 5 % Predicate::ALL.len()];
        edges.push((
            iri(parent),
            edge(predicate.as_str(), 1 + number % 3, 0.6 + (number % 5) as f64 * 0.08),
            iri(number),
        ));
        if number % 6 == 5 {
            let predicate = Predicate::ALL[number * 3 % Predicate::ALL.len()];
            edges.push((iri(number), edge(predicate.as_str(), 1, 0.7), iri(number / 2)));
        }
    }
    Subgraph::new(nodes, edges)
}

/// A subgraph as lines: nodes, then edges.
pub(super) fn listing(subgraph: &Subgraph) -> String {
    let short = |address: &str| address.strip_prefix(iri::BASE).unwrap_or(address).to_owned();
    let mut out = String::new();
    for node in subgraph.graph.node_weights() {
        let kind = node.kind.map_or("-", |kind| kind.as_str());
        let _ = write!(out, "{} {} {kind}", short(&node.iri), node.label);
        if let Some(code) = &node.code {
            let _ = write!(out, " code={code}");
        }
        let _ = write!(out, " articles={}", node.articles);
        if let Some(hops) = node.hops {
            let _ = write!(out, " hops={hops}");
        }
        out.push('\n');
    }
    for edge in subgraph.graph.edge_references() {
        let (from, to) = (&subgraph.graph[edge.source()].iri, &subgraph.graph[edge.target()].iri);
        let fact = edge.weight();
        let _ = write!(out, "{} {} {}", short(from), fact.relation.name(), short(to));
        if let Some(confidence) = fact.confidence {
            let _ = write!(out, " confidence={confidence}");
        }
        let _ = writeln!(out, " articles={}{}", fact.articles.len(), if fact.planned { " planned" } else { "" });
    }
    out
}
