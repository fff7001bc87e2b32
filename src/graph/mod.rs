//! Parts of the graph as pictures and as files for other programs.
//!
//! A name is looked up ([`focus`]), facts are gathered (`gather`, `facts`), put together as a [`Subgraph`], cut to the best evidenced ([`truncate`]), measured ([`Measures`]),
//! given words and sizes ([`Sketch`]), laid out (`layout`) and drawn or written: one file a format. Same input, same bytes.
//!
//! Nothing here knows the command line. Only `layout::graphviz` starts another program, and only where it is asked to.

mod csv;
mod dot;
mod facts;
#[cfg(test)]
mod fixtures;
pub mod focus;
mod gather;
mod gexf;
mod graphml;
mod json;
mod label;
pub mod layout;
mod measures;
mod mermaid;
mod outline;
mod png;
mod route;
mod scene;
mod style;
mod subgraph;
mod svg;
#[cfg(test)]
mod tests;
mod truncate;
mod xml;

pub use csv::{edges_csv, nodes_csv};
pub use dot::{Purpose, dot};
pub use facts::Facts;
pub use gather::{GatherError, Scope, constructed, neighbourhood};
pub use gexf::gexf;
pub use graphml::graphml;
pub use json::{Drawing, json};
pub use measures::Measures;
pub use mermaid::mermaid;
pub use png::{Fonts, PngError, png};
pub use scene::{DrawOptions, NodeBox, Scene, Sketch, edge_text, left_out};
pub use style::{Family, LabelLang, Shape, TypeStyle, type_label, type_style};
pub use subgraph::{Edge, Node, Omitted, Relation, Subgraph};
pub use svg::{svg, texts};
pub use truncate::truncate;
