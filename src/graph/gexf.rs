//! GEXF 1.3 (<https://gexf.net/>) with colours, sizes and places, as Gephi reads it.

use petgraph::visit::EdgeRef as _;

use super::{
    graphml::node_values,
    scene::Scene,
    style::Family,
    xml::{Xml, number},
};

/// Title and type of the node attributes, by number.
const NODE_ATTRIBUTES: [(&str, &str); 10] = [
    ("type", "string"),
    ("typeLabel", "string"),
    ("code", "string"),
    ("articles", "integer"),
    ("focus", "boolean"),
    ("hops", "integer"),
    ("hidden", "integer"),
    ("degree", "integer"),
    ("pageRank", "double"),
    ("betweenness", "double"),
];

/// Writes a scene as GEXF.
pub fn gexf(scene: &Scene) -> String {
    let (sketch, lang) = (&scene.sketch, scene.sketch.options.lang);
    let graph = &sketch.subgraph.graph;
    let mut xml = Xml::new();
    xml.open(
        "gexf",
        &[
            ("xmlns", &"http://gexf.net/1.3"),
            ("xmlns:viz", &"http://gexf.net/1.3/viz"),
            ("xmlns:xsi", &"http://www.w3.org/2001/XMLSchema-instance"),
            ("xsi:schemaLocation", &"http://gexf.net/1.3 http://gexf.net/1.3/gexf.xsd"),
            ("version", &"1.3"),
        ],
    );
    xml.open("meta", &[]);
    xml.text("creator", &[], "yutu");
    xml.text("description", &[], &format!("{} {}", sketch.title(), sketch.footnote().join(" ")));
    xml.close();
    xml.open("graph", &[("defaultedgetype", &"directed"), ("mode", &"static")]);
    attributes(&mut xml, "node", &NODE_ATTRIBUTES);
    attributes(&mut xml, "edge", &[("predicate", "string"), ("confidence", "double"), ("planned", "boolean")]);
    xml.open("nodes", &[]);
    for (number_of, (node, shape)) in graph.node_weights().zip(&sketch.boxes).enumerate() {
        xml.open("node", &[("id", &node.iri), ("label", &node.label)]);
        let values = node_values(scene, number_of, lang);
        xml.open("attvalues", &[]);
        for (at, (title, _)) in NODE_ATTRIBUTES.iter().enumerate() {
            if let Some((_, value)) = values.iter().find(|(key, _)| key == title) {
                xml.empty("attvalue", &[("for", &at), ("value", value)]);
            }
        }
        xml.close();
        let size = number(8.0 + 24.0 * sketch.measures.prominence(number_of), 1);
        xml.empty("viz:size", &[("value", &size)]);
        // Gephi's y goes up.
        let place = scene.places[number_of];
        xml.empty("viz:position", &[("x", &number(place.x, 1)), ("y", &number(-place.y, 1)), ("z", &"0")]);
        colour(&mut xml, shape.style.fill);
        xml.close();
    }
    xml.close();
    xml.open("edges", &[]);
    for edge in graph.edge_references() {
        let fact = edge.weight();
        let (source, target) = (&graph[edge.source()].iri, &graph[edge.target()].iri);
        let kind = if fact.relation.is_symmetric() { "undirected" } else { "directed" };
        // `kind` keeps parallel edges of different predicates apart.
        xml.open(
            "edge",
            &[
                ("id", &edge.id().index()),
                ("source", source),
                ("target", target),
                ("type", &kind),
                ("kind", &fact.relation.name()),
                ("label", &fact.relation.label(lang)),
                ("weight", &fact.weight()),
            ],
        );
        xml.open("attvalues", &[]);
        xml.empty("attvalue", &[("for", &0), ("value", &fact.relation.name())]);
        if let Some(confidence) = fact.confidence {
            xml.empty("attvalue", &[("for", &1), ("value", &number(confidence, 4))]);
        }
        xml.empty("attvalue", &[("for", &2), ("value", &fact.planned)]);
        xml.close();
        colour(&mut xml, Family::of(&fact.relation).colour());
        xml.close();
    }
    xml.finish()
}

fn attributes(xml: &mut Xml, class: &str, list: &[(&str, &str)]) {
    xml.open("attributes", &[("class", &class)]);
    for (at, (title, kind)) in list.iter().enumerate() {
        xml.empty("attribute", &[("id", &at), ("title", title), ("type", kind)]);
    }
    xml.close();
}

fn colour(xml: &mut Xml, hexadecimal: &str) {
    let channel =
        |at: usize| hexadecimal.get(at..at + 2).and_then(|digits| u8::from_str_radix(digits, 16).ok()).unwrap_or(0);
    xml.empty("viz:color", &[("r", &channel(1)), ("g", &channel(3)), ("b", &channel(5))]);
}
