//! Elements for Cytoscape.js (<https://js.cytoscape.org/>): `cytoscape({ container, ...JSON })` draws them as they are here.

use std::collections::BTreeSet;

use petgraph::visit::EdgeRef as _;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::{
    scene::{Scene, edge_text},
    style::{Family, type_label},
};
use crate::model::EntityType;

/// The document: `elements`, a `style`, a `layout`, and `data` of the graph as a whole.
#[derive(Debug, Serialize, ToSchema)]
pub struct Drawing {
    data: About,
    elements: Elements,
    /// A stylesheet of Cytoscape.js.
    #[schema(value_type = Vec<Object>)]
    style: Value,
    layout: Layout,
}

/// The graph as a whole.
#[derive(Debug, Serialize, ToSchema)]
struct About {
    title: String,
    footnote: Vec<String>,
}

#[derive(Debug, Serialize, ToSchema)]
struct Layout {
    /// `preset`: nodes have places.
    name: &'static str,
}

#[derive(Debug, Serialize, ToSchema)]
struct Elements {
    nodes: Vec<NodeElement>,
    edges: Vec<EdgeElement>,
}

#[derive(Debug, Serialize, ToSchema)]
struct NodeElement {
    data: NodeData,
    position: Position,
    /// Classes for the style, separated by spaces: the type or `Other`, `focus`.
    classes: String,
}

/// An entity.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct NodeData {
    /// Its address.
    id: String,
    label: String,
    r#type: Option<EntityType>,
    type_label: &'static str,
    /// Its reference code.
    code: Option<String>,
    /// How many articles name it.
    articles: usize,
    /// Steps to the nearest entity that was asked for.
    hops: Option<usize>,
    /// How many of its neighbours were left out.
    hidden: usize,
    degree: usize,
    page_rank: f64,
    betweenness: f64,
    width: f64,
    height: f64,
    fill: &'static str,
    stroke: &'static str,
}

#[derive(Debug, Serialize, ToSchema)]
struct Position {
    x: f64,
    y: f64,
}

#[derive(Debug, Serialize, ToSchema)]
struct EdgeElement {
    data: EdgeData,
    /// Classes for the style, separated by spaces: `directed` or `undirected`, `planned`.
    classes: String,
}

/// A fact, however many articles state it.
#[derive(Debug, Serialize, ToSchema)]
struct EdgeData {
    id: String,
    /// Address of the entity where it starts.
    source: String,
    /// Address of the entity where it leads.
    target: String,
    predicate: String,
    label: String,
    /// How many articles state it.
    weight: usize,
    /// The best confidence that an article's claim has.
    confidence: Option<f64>,
    /// Whether it is told only as a plan.
    planned: bool,
    /// Addresses of the articles that state it.
    articles: BTreeSet<String>,
    colour: &'static str,
}

/// Writes a scene as JSON.
pub fn json(scene: &Scene) -> String {
    // Strings and finite numbers are always JSON.
    serde_json::to_string_pretty(&drawing(scene)).expect("values can be written") + "\n"
}

fn drawing(scene: &Scene) -> Drawing {
    let (sketch, lang) = (&scene.sketch, scene.sketch.options.lang);
    let (graph, measures) = (&sketch.subgraph.graph, &sketch.measures);
    let nodes = (graph.node_weights().zip(&sketch.boxes).enumerate())
        .map(|(number, (node, shape))| {
            let mut classes = vec![node.kind.map_or("Other", EntityType::as_str)];
            classes.extend(node.is_focus.then_some("focus"));
            let data = NodeData {
                id: node.iri.clone(),
                label: node.label.clone(),
                r#type: node.kind,
                type_label: type_label(node.kind, lang),
                code: node.code.clone(),
                articles: node.articles,
                hops: node.hops,
                hidden: node.hidden,
                degree: measures.degree[number],
                page_rank: rounded(measures.page_rank[number]),
                betweenness: rounded(measures.betweenness[number]),
                width: shape.size.w,
                height: shape.size.h,
                fill: shape.style.fill,
                stroke: shape.style.stroke,
            };
            let place = scene.places[number];
            NodeElement { data, position: Position { x: place.x, y: place.y }, classes: classes.join(" ") }
        })
        .collect();
    let edges = (graph.edge_references())
        .map(|edge| {
            let fact = edge.weight();
            let mut classes = vec![if fact.relation.is_symmetric() { "undirected" } else { "directed" }];
            classes.extend(fact.planned.then_some("planned"));
            let data = EdgeData {
                id: format!("e{}", edge.id().index()),
                source: graph[edge.source()].iri.clone(),
                target: graph[edge.target()].iri.clone(),
                predicate: fact.relation.name().to_owned(),
                label: edge_text(fact, lang),
                weight: fact.weight(),
                confidence: fact.confidence.map(rounded),
                planned: fact.planned,
                articles: fact.articles.clone(),
                colour: Family::of(&fact.relation).colour(),
            };
            EdgeElement { data, classes: classes.join(" ") }
        })
        .collect();
    Drawing {
        data: About { title: sketch.title(), footnote: sketch.footnote() },
        elements: Elements { nodes, edges },
        style: style(),
        layout: Layout { name: "preset" },
    }
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
