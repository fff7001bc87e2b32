//! GraphML (<http://graphml.graphdrawing.org/>), as yEd, NetworkX, igraph and Gephi read it.

use petgraph::visit::EdgeRef as _;

use super::{
    scene::Scene,
    style::{LabelLang, type_label},
    xml::{Xml, number},
};

/// Key, element, type of all attributes.
const KEYS: [(&str, &str, &str); 17] = [
    ("label", "node", "string"),
    ("type", "node", "string"),
    ("typeLabel", "node", "string"),
    ("code", "node", "string"),
    ("articles", "node", "int"),
    ("focus", "node", "boolean"),
    ("hops", "node", "int"),
    ("hidden", "node", "int"),
    ("degree", "node", "int"),
    ("pageRank", "node", "double"),
    ("betweenness", "node", "double"),
    ("predicate", "edge", "string"),
    ("predicateLabel", "edge", "string"),
    ("weight", "edge", "int"),
    ("confidence", "edge", "double"),
    ("planned", "edge", "boolean"),
    ("symmetric", "edge", "boolean"),
];

/// Writes a scene as GraphML; places are attributes `x` and `y`, y going down.
pub fn graphml(scene: &Scene) -> String {
    let (subgraph, lang) = (&scene.sketch.subgraph, scene.sketch.options.lang);
    let mut xml = Xml::new();
    xml.open(
        "graphml",
        &[
            ("xmlns", &"http://graphml.graphdrawing.org/xmlns"),
            ("xmlns:xsi", &"http://www.w3.org/2001/XMLSchema-instance"),
            (
                "xsi:schemaLocation",
                &"http://graphml.graphdrawing.org/xmlns http://graphml.graphdrawing.org/xmlns/1.0/graphml.xsd",
            ),
        ],
    );
    for (key, element, kind) in KEYS.into_iter().chain([("x", "node", "double"), ("y", "node", "double")]) {
        xml.empty("key", &[("id", &key), ("for", &element), ("attr.name", &key), ("attr.type", &kind)]);
    }
    xml.open("graph", &[("id", &"yutu"), ("edgedefault", &"directed")]);
    for index in subgraph.graph.node_indices() {
        let node = &subgraph.graph[index];
        xml.open("node", &[("id", &node.iri)]);
        for (key, value) in node_values(scene, index.index(), lang) {
            xml.text("data", &[("key", &key)], &value);
        }
        xml.close();
    }
    for edge in subgraph.graph.edge_references() {
        let (source, target) = (&subgraph.graph[edge.source()].iri, &subgraph.graph[edge.target()].iri);
        let (id, fact) = (format!("e{}", edge.id().index()), edge.weight());
        // No `directed="false"`: NetworkX refuses graphs that mix the two.
        xml.open("edge", &[("id", &id), ("source", source), ("target", target)]);
        xml.text("data", &[("key", &"predicate")], fact.relation.name());
        xml.text("data", &[("key", &"predicateLabel")], fact.relation.label(lang));
        xml.text("data", &[("key", &"weight")], &fact.weight().to_string());
        if let Some(confidence) = fact.confidence {
            xml.text("data", &[("key", &"confidence")], &number(confidence, 4));
        }
        xml.text("data", &[("key", &"planned")], &fact.planned.to_string());
        xml.text("data", &[("key", &"symmetric")], &fact.relation.is_symmetric().to_string());
        xml.close();
    }
    xml.finish()
}

/// Attributes of a node that has a value for them: key and value.
pub(super) fn node_values(scene: &Scene, number_of: usize, lang: LabelLang) -> Vec<(&'static str, String)> {
    let node = &scene.sketch.subgraph.graph[petgraph::graph::NodeIndex::new(number_of)];
    let measures = &scene.sketch.measures;
    let mut values = vec![("label", node.label.clone())];
    values.extend(node.kind.map(|kind| ("type", kind.as_str().to_owned())));
    values.push(("typeLabel", type_label(node.kind, lang).to_owned()));
    values.extend(node.code.clone().map(|code| ("code", code)));
    values.push(("articles", node.articles.to_string()));
    values.push(("focus", node.is_focus.to_string()));
    values.extend(node.hops.map(|hops| ("hops", hops.to_string())));
    values.push(("hidden", node.hidden.to_string()));
    values.push(("degree", measures.degree[number_of].to_string()));
    values.push(("pageRank", number(measures.page_rank[number_of], 6)));
    values.push(("betweenness", number(measures.betweenness[number_of], 6)));
    values.push(("x", number(scene.places[number_of].x, 1)));
    values.push(("y", number(scene.places[number_of].y, 1)));
    values
}
