//! Graphviz DOT, by the syntax tree and printer of graphviz-rust.

use graphviz_rust::{
    dot_structures::{
        Attribute, Edge as DotEdge, EdgeTy, Graph, GraphAttributes, Id, Node as DotNode, NodeId, Stmt, Vertex,
    },
    printer::{DotPrinter as _, PrinterContext},
};
use petgraph::visit::EdgeRef as _;

use super::{
    layout::graphviz::PX_PER_INCH,
    scene::{Sketch, edge_text},
    style::{Family, Shape},
    svg::FONT_FAMILIES,
    xml::number,
};

/// What the DOT is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To be kept and drawn by Graphviz, with all attributes.
    Drawing,
    /// To be laid out: sizes are fixed to those of the boxes, and lines end where arrowheads will.
    Layout,
}

/// Writes a sketch as DOT. Nodes are named `n0`, `n1`, … in the order of the graph.
pub fn dot(sketch: &Sketch, purpose: Purpose) -> String {
    let mut statements = head(sketch);
    let graph = &sketch.subgraph.graph;
    for (number_of, (node, shape)) in graph.node_weights().zip(&sketch.boxes).enumerate() {
        let mut attributes = vec![
            attribute("label", &shape.lines.join("\n")),
            attribute("shape", shape_name(shape.style.shape)),
            attribute("fillcolor", shape.style.fill),
            attribute("color", if node.is_focus { "#D55E00" } else { shape.style.stroke }),
            attribute("fontsize", &number(shape.font_px, 1)),
            attribute("tooltip", &node.label),
            attribute("URL", &node.iri),
        ];
        if node.is_focus {
            attributes.push(attribute("penwidth", "3"));
        }
        if shape.style.shape == Shape::Rounded {
            attributes.push(attribute("style", "filled,rounded"));
        }
        if shape.style.shape == Shape::DoubleEllipse {
            attributes.push(attribute("peripheries", "2"));
        }
        if purpose == Purpose::Layout {
            attributes.push(attribute("width", &number(shape.size.w / PX_PER_INCH, 4)));
            attributes.push(attribute("height", &number(shape.size.h / PX_PER_INCH, 4)));
            attributes.push(attribute("fixedsize", "true"));
        }
        statements.push(Stmt::Node(DotNode::new(node_id(number_of), attributes)));
    }
    for edge in graph.edge_references() {
        let fact = edge.weight();
        let colour = Family::of(&fact.relation).colour();
        let mut attributes = vec![
            attribute("label", &edge_text(fact, sketch.options.lang)),
            attribute("color", colour),
            attribute("fontcolor", colour),
            attribute("penwidth", &number(1.1 + 0.7 * (fact.weight() as f64).ln(), 2)),
        ];
        if fact.planned {
            attributes.push(attribute("style", "dashed"));
        }
        if fact.relation.is_symmetric() || purpose == Purpose::Layout {
            attributes.push(attribute("dir", "none"));
        }
        let ends = EdgeTy::Pair(Vertex::N(node_id(edge.source().index())), Vertex::N(node_id(edge.target().index())));
        statements.push(Stmt::Edge(DotEdge { ty: ends, attributes }));
    }
    let graph = Graph::DiGraph { id: Id::Plain("yutu".to_owned()), strict: false, stmts: statements };
    graph.print(&mut PrinterContext::default()) + "\n"
}

fn head(sketch: &Sketch) -> Vec<Stmt> {
    let families = FONT_FAMILIES.replace('\'', "");
    let caption = format!("{}\n{}", sketch.title(), sketch.footnote().join("\n"));
    let font = sketch.boxes.iter().map(|node| node.font_px).fold(f64::INFINITY, f64::min).min(14.0);
    vec![
        Stmt::GAttribute(GraphAttributes::Graph(vec![
            attribute("charset", "UTF-8"),
            attribute("label", &caption),
            attribute("labelloc", "t"),
            attribute("fontname", &families),
            attribute("overlap", "prism"),
            attribute("splines", "true"),
            attribute("outputorder", "edgesfirst"),
            attribute("rankdir", "LR"),
            attribute("nodesep", "0.25"),
            attribute("sep", "+8"),
        ])),
        Stmt::GAttribute(GraphAttributes::Node(vec![
            attribute("style", "filled"),
            attribute("fontname", &families),
            attribute("fontcolor", "#1A1A1A"),
            attribute("margin", "0.12,0.06"),
        ])),
        Stmt::GAttribute(GraphAttributes::Edge(vec![
            attribute("fontname", &families),
            attribute("fontsize", &number(font - 2.0, 1)),
            attribute("arrowsize", "0.7"),
        ])),
    ]
}

fn shape_name(shape: Shape) -> &'static str {
    match shape {
        Shape::Ellipse | Shape::DoubleEllipse => "ellipse",
        Shape::Hexagon => "hexagon",
        Shape::Box | Shape::Rounded => "box",
        Shape::Octagon => "octagon",
        Shape::House => "house",
        Shape::InvHouse => "invhouse",
        Shape::Trapezium => "trapezium",
        Shape::Parallelogram => "parallelogram",
        Shape::Note => "note",
        Shape::Arrow => "cds",
        Shape::Cylinder => "cylinder",
        Shape::Tab => "tab",
    }
}

fn node_id(number: usize) -> NodeId {
    NodeId(Id::Plain(format!("n{number}")), None)
}

/// A quoted attribute. A backslash and `&` have a meaning in labels, so they are escaped; line breaks are written `\n`.
fn attribute(name: &str, value: &str) -> Attribute {
    let mut quoted = String::from("\"");
    for c in value.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '&' => quoted.push_str("&amp;"),
            '\n' => quoted.push_str("\\n"),
            c if c.is_control() => quoted.push(' '),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    Attribute(Id::Plain(name.to_owned()), Id::Escaped(quoted))
}
