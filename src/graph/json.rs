//! Elements for Cytoscape.js (<https://js.cytoscape.org/>): `cytoscape({ container, ...JSON })` draws them as they are here.

use petgraph::visit::EdgeRef as _;
use serde_json::{Value, json};

use super::{
    scene::{Scene, edge_text},
    style::{Family, type_label},
};

/// Writes a scene as JSON: `elements`, a `style`, a `layout`, and `data` of the graph as a whole.
pub fn json(scene: &Scene) -> String {
    let (sketch, lang) = (&scene.sketch, scene.sketch.options.lang);
    let (graph, measures) = (&sketch.subgraph.graph, &sketch.measures);
    let nodes: Vec<Value> = (graph.node_weights().zip(&sketch.boxes).enumerate())
        .map(|(number, (node, shape))| {
            let kind = node.kind.map(|kind| kind.as_str());
            let mut classes = vec![kind.unwrap_or("Other")];
            classes.extend(node.is_focus.then_some("focus"));
            json!({
                "data": {
                    "id": node.iri,
                    "label": node.label,
                    "type": kind,
                    "typeLabel": type_label(node.kind, lang),
                    "code": node.code,
                    "articles": node.articles,
                    "hops": node.hops,
                    "hidden": node.hidden,
                    "degree": measures.degree[number],
                    "pageRank": rounded(measures.page_rank[number]),
                    "betweenness": rounded(measures.betweenness[number]),
                    "width": shape.size.w,
                    "height": shape.size.h,
                    "fill": shape.style.fill,
                    "stroke": shape.style.stroke,
                },
                "position": { "x": scene.places[number].x, "y": scene.places[number].y },
                "classes": classes.join(" "),
            })
        })
        .collect();
    let edges: Vec<Value> = (graph.edge_references())
        .map(|edge| {
            let fact = edge.weight();
            let mut classes = vec![if fact.relation.is_symmetric() { "undirected" } else { "directed" }];
            classes.extend(fact.planned.then_some("planned"));
            json!({
                "data": {
                    "id": format!("e{}", edge.id().index()),
                    "source": graph[edge.source()].iri,
                    "target": graph[edge.target()].iri,
                    "predicate": fact.relation.name(),
                    "label": edge_text(fact, lang),
                    "weight": fact.weight(),
                    "confidence": fact.confidence.map(rounded),
                    "planned": fact.planned,
                    "articles": fact.articles,
                    "colour": Family::of(&fact.relation).colour(),
                },
                "classes": classes.join(" "),
            })
        })
        .collect();
    let document = json!({
        "data": { "title": sketch.title(), "footnote": sketch.footnote() },
        "elements": { "nodes": nodes, "edges": edges },
        "style": style(),
        "layout": { "name": "preset" },
    });
    // Values made by `json!` have no keys that are not strings, the one thing that could fail.
    serde_json::to_string_pretty(&document).expect("JSON values can be written") + "\n"
}

fn rounded(value: f64) -> f64 {
    (value * 1e6).round() / 1e6
}

fn style() -> Value {
    json!([
        { "selector": "node", "style": {
            "label": "data(label)", "width": "data(width)", "height": "data(height)", "background-color": "data(fill)",
            "border-color": "data(stroke)", "border-width": 1.3, "color": "#1A1A1A", "font-size": 12, "text-valign": "center",
            "text-wrap": "wrap", "text-max-width": "110px", "text-overflow-wrap": "anywhere", "shape": "round-rectangle" } },
        { "selector": "node.Region", "style": { "shape": "ellipse" } },
        { "selector": "node.Park", "style": { "shape": "hexagon" } },
        { "selector": "node.Company", "style": { "shape": "rectangle" } },
        { "selector": "node.Government", "style": { "shape": "octagon" } },
        { "selector": "node.Program", "style": { "shape": "rhomboid" } },
        { "selector": "node.Document", "style": { "shape": "cut-rectangle" } },
        { "selector": "node.Project", "style": { "shape": "tag" } },
        { "selector": "node.Industry", "style": { "shape": "barrel" } },
        { "selector": "node.Person", "style": { "shape": "ellipse", "border-style": "double", "border-width": 4 } },
        { "selector": "node.focus", "style": { "border-color": "#D55E00", "border-width": 4, "font-weight": "bold" } },
        { "selector": "edge", "style": {
            "label": "data(label)", "line-color": "data(colour)", "target-arrow-color": "data(colour)", "color": "data(colour)",
            "width": "mapData(weight, 1, 10, 1.2, 4)", "curve-style": "bezier", "font-size": 10,
            "text-background-color": "#FFFFFF", "text-background-opacity": 0.85 } },
        { "selector": "edge.directed", "style": { "target-arrow-shape": "triangle" } },
        { "selector": "edge.planned", "style": { "line-style": "dashed" } }
    ])
}
