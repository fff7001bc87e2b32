//! A subgraph made ready to be drawn or written: labels in lines, sizes, places, curves, and what to say below the picture.

use super::{
    label::{text_width, wrap},
    layout::{self, Layout, Point, Size},
    measures::Measures,
    outline,
    route::{self, Body, Route},
    style::{LabelLang, TypeStyle, type_label, type_style},
    subgraph::{Edge, Node, Subgraph},
};

/// How a picture is to be made.
#[derive(Debug, Clone, PartialEq)]
pub struct DrawOptions {
    /// Language of edge labels, legend, title and footnote.
    pub lang: LabelLang,
    /// Whether a legend stands below.
    pub legend: bool,
    /// The headline; made from the focus where it is `None`.
    pub title: Option<String>,
}

impl Default for DrawOptions {
    fn default() -> Self {
        Self { lang: LabelLang::Zh, legend: true, title: None }
    }
}

/// How a node's label and outline are drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct NodeBox {
    /// The label in lines.
    pub lines: Vec<String>,
    /// Height of its letters in px.
    pub font_px: f64,
    /// Outline and colours.
    pub style: TypeStyle,
    /// Outer size.
    pub size: Size,
}

/// A subgraph with everything that drawing needs except places.
#[derive(Debug, Clone)]
pub struct Sketch {
    /// What is drawn.
    pub subgraph: Subgraph,
    /// How central its nodes are.
    pub measures: Measures,
    /// Boxes, by node number.
    pub boxes: Vec<NodeBox>,
    /// How it is drawn.
    pub options: DrawOptions,
    /// Height of letters on edges in px.
    pub(super) edge_font_px: f64,
}

/// A sketch with places: ready to be drawn.
#[derive(Debug, Clone)]
pub struct Scene {
    /// What is drawn, and how.
    pub sketch: Sketch,
    /// Middles of nodes, by node number.
    pub places: Vec<Point>,
    /// Edges, by edge number.
    pub(super) routes: Vec<Route>,
    /// Edges whose words found no room.
    pub unlabelled: usize,
}

impl Sketch {
    /// Measures a subgraph and makes its boxes.
    pub fn new(subgraph: Subgraph, options: DrawOptions) -> Self {
        let measures = Measures::of(&subgraph);
        let base_px = match subgraph.graph.node_count() {
            0..=30 => 14.0,
            31..=80 => 12.5,
            81..=250 => 11.0,
            _ => 10.0,
        };
        let boxes = (subgraph.graph.node_weights().enumerate())
            .map(|(number, node)| node_box(node, base_px, measures.prominence(number)))
            .collect();
        Self { subgraph, measures, boxes, options, edge_font_px: base_px - 2.0 }
    }

    /// Sizes of the boxes, by node number.
    pub fn sizes(&self) -> Vec<Size> {
        self.boxes.iter().map(|node| node.size).collect()
    }

    /// Lays the sketch out by the embedded layout.
    pub fn place(self) -> Scene {
        let focus = self.subgraph.focus().next().map(|node| node.index());
        // Room for the words between two nodes, as the average edge needs it.
        let words = self.edge_text_sizes();
        let average = words.iter().map(|size| size.w).sum::<f64>() / words.len().max(1) as f64;
        let gap = 34.0 + average.min(90.0);
        let layout = layout::place(&self.sizes(), &self.subgraph.ends(), gap, focus);
        self.place_as(layout)
    }

    fn edge_text_sizes(&self) -> Vec<Size> {
        let font = self.edge_font_px;
        let width = |edge| text_width(&edge_text(edge, self.options.lang), font) + 5.0;
        self.subgraph.graph.edge_weights().map(|edge| Size { w: width(edge), h: font + 3.0 }).collect()
    }

    /// Takes a layout that was made elsewhere.
    pub fn place_as(self, layout: Layout) -> Scene {
        let bodies: Vec<Body> = (self.boxes.iter().zip(&layout.places))
            .zip(self.subgraph.graph.node_weights())
            .map(|((shape, &place), node)| {
                let ring = if node.is_focus { RING + 2.0 } else { 0.0 };
                let size = Size { w: shape.size.w + ring, h: shape.size.h + ring };
                Body { place, size, shape: shape.style.shape }
            })
            .collect();
        let edges: Vec<(usize, usize, bool)> = (self.subgraph.ends().into_iter())
            .zip(self.subgraph.graph.edge_weights())
            .map(|((from, to), edge)| (from, to, !edge.relation.is_symmetric()))
            .collect();
        let mut routes = route::routes(&bodies, &edges, &layout.routes);
        let mut obstacles: Vec<(Point, Size)> = bodies.iter().map(|body| (body.place, body.size)).collect();
        for ((node, shape), place) in self.subgraph.graph.node_weights().zip(&self.boxes).zip(&layout.places) {
            if node.hidden > 0 {
                let (corner, size) = badge_size(node.hidden, shape.size);
                obstacles.push((place.plus(corner), size));
            }
        }
        let unlabelled = route::place_labels(&mut routes, &self.edge_text_sizes(), &obstacles);
        Scene { sketch: self, places: layout.places, routes, unlabelled }
    }

    /// The headline.
    pub fn title(&self) -> String {
        let lang = self.options.lang;
        let names = self.subgraph.focus_names(lang);
        match (&self.options.title, names.is_empty(), lang) {
            (Some(title), _, _) => title.clone(),
            (None, true, _) => lang.pick("查询结果关系图", "Graph of a query's result").to_owned(),
            (None, false, LabelLang::Zh) => format!("{names}：关系图"),
            (None, false, LabelLang::En) => format!("What is linked to {names}"),
        }
    }

    /// How much is shown, and how much is not.
    pub fn footnote(&self) -> Vec<String> {
        let graph = &self.subgraph.graph;
        let (nodes, edges, articles) = (graph.node_count(), graph.edge_count(), self.subgraph.articles().len());
        let mut lines = vec![match self.options.lang {
            LabelLang::Zh => format!("{nodes} 个实体，{edges} 条关系，依据 {articles} 篇文章"),
            LabelLang::En => {
                format!("{}, {}, from {}", many(nodes, "entity"), many(edges, "relation"), many(articles, "article"))
            }
        }];
        lines.extend(left_out(&self.subgraph, self.options.lang));
        lines
    }
}

/// What a subgraph leaves out, in words; `None` where it is nothing.
pub fn left_out(subgraph: &Subgraph, lang: LabelLang) -> Option<String> {
    let omitted = &subgraph.omitted;
    let mut parts = Vec::new();
    if omitted.node_count() > 0 {
        let mut kinds: Vec<_> = omitted.nodes.iter().collect();
        kinds.sort_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
        let kinds: Vec<String> =
            kinds.iter().map(|(kind, count)| format!("{} {count}", type_label(**kind, lang))).collect();
        parts.push(match lang {
            LabelLang::Zh => {
                format!("{} 个实体（{}）和 {} 条关系", omitted.node_count(), kinds.join("、"), omitted.edges)
            }
            LabelLang::En => format!(
                "{} ({}) and {}",
                many(omitted.node_count(), "entity"),
                kinds.join(", "),
                many(omitted.edges, "relation")
            ),
        });
    }
    if omitted.values > 0 {
        parts.push(match lang {
            LabelLang::Zh => format!("{} 个文本或数值", omitted.values),
            LabelLang::En => many(omitted.values, "value"),
        });
    }
    match lang {
        _ if parts.is_empty() => None,
        LabelLang::Zh => Some(format!("未画出依据较少的 {}", parts.join("，以及 "))),
        LabelLang::En => Some(format!("left out as less supported: {}", parts.join("; "))),
    }
}

/// `1 article`, `2 articles`, `2 entities`.
fn many(count: usize, noun: &str) -> String {
    match noun.strip_suffix('y') {
        _ if count == 1 => format!("1 {noun}"),
        Some(stem) => format!("{count} {stem}ies"),
        None => format!("{count} {noun}s"),
    }
}

/// The words on an edge: `引进`, `引进 ×3` for three articles, `引进（拟）` for a plan.
pub fn edge_text(edge: &Edge, lang: LabelLang) -> String {
    let mut text = edge.relation.label(lang).to_owned();
    if edge.planned {
        text.push_str(lang.pick("（拟）", " (planned)"));
    }
    if edge.articles.len() > 1 {
        text.push_str(&format!(" ×{}", edge.articles.len()));
    }
    text
}

fn node_box(node: &Node, base_px: f64, prominence: f64) -> NodeBox {
    let style = type_style(node.kind);
    let larger = if node.is_focus { 1.35 } else { 1.0 + 0.25 * prominence };
    let font_px = (base_px * larger * 10.0).round() / 10.0;
    // Round and pointed shapes waste the ends of long lines.
    let lines = wrap(&node.label, 8.5, 3);
    let widest = lines.iter().map(|line| text_width(line, font_px)).fold(0.0, f64::max);
    let text = Size { w: widest, h: lines.len() as f64 * line_height(font_px) };
    NodeBox { lines, font_px, style, size: outline::size_around(style.shape, text) }
}

/// How much larger than its node, across, the ring around a focus is in px.
pub(super) const RING: f64 = 9.0;

/// Middle, counted from the node's, and size of the mark that tells how many neighbours are hidden.
pub(super) fn badge_size(hidden: usize, node: Size) -> (Point, Size) {
    let width = text_width(&format!("+{hidden}"), 9.0) + 7.0;
    (Point::new(node.w / 2.0 - 3.0, -node.h / 2.0), Size { w: width, h: 13.0 })
}

/// From one line of text to the next, in px.
pub(super) fn line_height(font_px: f64) -> f64 {
    font_px * 1.22
}
