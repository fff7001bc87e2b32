//! A Mermaid flowchart (<https://mermaid.js.org/>), as Markdown pages show it.

use std::{collections::BTreeSet, fmt::Write as _};

use petgraph::visit::EdgeRef as _;

use super::{
    scene::{Sketch, edge_text},
    style::{Shape, type_style},
};

/// Writes a sketch as Mermaid.
pub fn mermaid(sketch: &Sketch) -> String {
    let graph = &sketch.subgraph.graph;
    let mut out = format!("---\ntitle: \"{}\"\n---\nflowchart LR\n", plain(&sketch.title()));
    for (number, (node, shape)) in graph.node_weights().zip(&sketch.boxes).enumerate() {
        let (open, close) = brackets(shape.style.shape);
        let class = node.kind.map_or("Other", |kind| kind.as_str());
        let _ = writeln!(out, "  n{number}{open}\"{}\"{close}:::{class}", escaped(&shape.lines.join("\n")));
    }
    for edge in graph.edge_references() {
        let fact = edge.weight();
        let arrow = match (fact.relation.is_symmetric(), fact.planned) {
            (false, false) => "-->",
            (false, true) => "-.->",
            (true, false) => "---",
            (true, true) => "-.-",
        };
        let text = escaped(&edge_text(fact, sketch.options.lang));
        let _ = writeln!(out, "  n{} {arrow}|\"{text}\"| n{}", edge.source().index(), edge.target().index());
    }
    let kinds: BTreeSet<_> = graph.node_weights().map(|node| node.kind).collect();
    for kind in kinds {
        let style = type_style(kind);
        let class = kind.map_or("Other", |kind| kind.as_str());
        let _ = writeln!(out, "  classDef {class} fill:{},stroke:{},color:#1A1A1A", style.fill, style.stroke);
    }
    for node in sketch.subgraph.focus() {
        let _ = writeln!(out, "  style n{} stroke:#D55E00,stroke-width:4px", node.index());
    }
    for line in sketch.footnote() {
        let _ = writeln!(out, "  %% {}", plain(&line));
    }
    out
}

/// Mermaid's older shapes, which all its versions know; types that share one differ in colour.
fn brackets(shape: Shape) -> (&'static str, &'static str) {
    match shape {
        Shape::Ellipse => ("([", "])"),
        Shape::Hexagon => ("{{", "}}"),
        Shape::Box => ("[", "]"),
        Shape::Octagon | Shape::Tab => ("[[", "]]"),
        Shape::House | Shape::Trapezium => ("[/", "\\]"),
        Shape::InvHouse => ("[\\", "/]"),
        Shape::Rounded => ("(", ")"),
        Shape::Parallelogram => ("[/", "/]"),
        Shape::Note => ("[\\", "\\]"),
        Shape::Arrow => (">", "]"),
        Shape::Cylinder => ("[(", ")]"),
        Shape::DoubleEllipse => ("((", "))"),
    }
}

/// Mermaid's escapes in quoted text: `#quot;` and the like.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' => out.push_str("#quot;"),
            '#' => out.push_str("#35;"),
            '<' => out.push_str("#lt;"),
            '>' => out.push_str("#gt;"),
            '&' => out.push_str("#amp;"),
            '`' => out.push_str("#96;"),
            '\n' => out.push_str("<br>"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

/// For places without escapes.
fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() || c == '"' || c == '\\' { ' ' } else { c }).collect()
}
