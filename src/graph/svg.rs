//! The picture as SVG: title, edges, nodes, words on edges, legend, footnote.
//!
//! The arrowheads are shapes of their own and text is placed line by line, so that every program that reads SVG draws the same.

use std::{collections::BTreeSet, fmt::Display};

use super::{
    label::text_width,
    layout::{Cubic, Point, Size},
    outline::{self, ORNAMENT},
    scene::{NodeBox, RING, Scene, badge_size, edge_text, line_height},
    style::{Family, LabelLang, Shape, TypeStyle, type_label, type_style},
    subgraph::{Edge, Node},
    xml::{Xml, number},
};

/// Fonts for Chinese that systems bring, then whatever has no serifs.
pub(super) const FONT_FAMILIES: &str = "'Noto Sans CJK SC', 'Noto Sans SC', 'Source Han Sans SC', 'PingFang SC', 'Hiragino Sans GB', \
     'Microsoft YaHei', 'WenQuanYi Micro Hei', 'Droid Sans Fallback', sans-serif";

const INK: &str = "#1A1A1A";
const PAPER: &str = "#FFFFFF";
const FAINT: &str = "#555555";

/// Space around everything in px.
const BORDER: f64 = 28.0;

const LEGEND_PX: f64 = 12.0;

/// Draws a scene.
pub fn svg(scene: &Scene) -> String {
    let picture = Picture::new(scene);
    picture.draw()
}

fn px(value: f64) -> String {
    number(value, 1)
}

/// A scene on its sheet.
struct Picture<'a> {
    scene: &'a Scene,
    lang: LabelLang,
    width: f64,
    height: f64,
    /// From the layout's coordinates to the sheet's.
    shift: Point,
    title: (Vec<String>, f64),
    legend: Vec<LegendRow>,
    /// Top of the legend.
    legend_top: f64,
    footnote: Vec<String>,
}

/// Entries of the legend with their left edges.
type LegendRow = Vec<(f64, LegendEntry)>;

#[derive(Clone, Copy)]
enum LegendEntry {
    Type(TypeStyle, &'static str),
    Family(Family, &'static str),
}

impl<'a> Picture<'a> {
    fn new(scene: &'a Scene) -> Self {
        let sketch = &scene.sketch;
        let lang = sketch.options.lang;
        let (low, high) = extent(scene);
        let inner = (high.x - low.x).max(420.0);
        let title_px = (inner / 36.0).clamp(18.0, 30.0);
        let title = super::label::wrap(&sketch.title(), inner / title_px, 3);
        let title_height = title.len() as f64 * line_height(title_px) + 14.0;
        let width = inner + 2.0 * BORDER;
        let legend = if sketch.options.legend { legend(scene, inner) } else { Vec::new() };
        let left = BORDER + (inner - (high.x - low.x)) / 2.0;
        let shift = Point::new(left, BORDER + title_height).minus(low);
        let legend_top = high.y + shift.y + 24.0;
        let mut footnote = sketch.footnote();
        if scene.unlabelled > 0 {
            footnote.push(match lang {
                LabelLang::Zh => format!("{} 条关系的名称因空间不足未标出，可按线的颜色辨认类别", scene.unlabelled),
                LabelLang::En => format!(
                    "{} edges stand without words for want of room; colours tell their family",
                    scene.unlabelled
                ),
            });
        }
        let lines: Vec<String> = footnote.iter().flat_map(|line| super::label::flow(line, inner / LEGEND_PX)).collect();
        let legend_height = legend.len() as f64 * LEGEND_ROW;
        let height = legend_top + legend_height + 12.0 + lines.len() as f64 * line_height(LEGEND_PX) + BORDER / 2.0;
        Self { scene, lang, width, height, shift, title: (title, title_px), legend, legend_top, footnote: lines }
    }

    fn draw(&self) -> String {
        let mut xml = Xml::new();
        let (w, h) = (px(self.width.ceil()), px(self.height.ceil()));
        let view = format!("0 0 {w} {h}");
        let title = self.scene.sketch.title();
        xml.open(
            "svg",
            &[
                ("xmlns", &"http://www.w3.org/2000/svg"),
                ("width", &w),
                ("height", &h),
                ("viewBox", &view),
                ("font-family", &FONT_FAMILIES),
                ("fill", &INK),
                ("role", &"img"),
            ],
        );
        xml.text("title", &[], &title);
        xml.text("desc", &[], &self.scene.sketch.footnote().join(" "));
        xml.empty("rect", &[("width", &w), ("height", &h), ("fill", &PAPER)]);
        let (lines, title_px) = &self.title;
        for (at, line) in lines.iter().enumerate() {
            let y = BORDER + title_px * 0.8 + at as f64 * line_height(*title_px);
            text(&mut xml, line, Point::new(BORDER, y), *title_px, &[("font-weight", &"bold")]);
        }
        let shift = format!("translate({} {})", px(self.shift.x), px(self.shift.y));
        xml.open("g", &[("transform", &shift)]);
        self.edges(&mut xml);
        self.nodes(&mut xml);
        self.edge_labels(&mut xml);
        xml.close();
        self.legend(&mut xml);
        let mut y = self.legend_top + self.legend.len() as f64 * LEGEND_ROW + 12.0 + LEGEND_PX * 0.5;
        for line in &self.footnote {
            text(&mut xml, line, Point::new(BORDER, y), LEGEND_PX, &[("fill", &FAINT)]);
            y += line_height(LEGEND_PX);
        }
        xml.finish()
    }

    fn edges(&self, xml: &mut Xml) {
        let graph = &self.scene.sketch.subgraph.graph;
        xml.open("g", &[("class", &"edges"), ("fill", &"none"), ("stroke-linecap", &"round")]);
        let ends = self.scene.sketch.subgraph.ends();
        let names: Vec<&str> = graph.node_weights().map(|node| node.label.as_str()).collect();
        for ((edge, route), (from, to)) in graph.edge_weights().zip(&self.scene.routes).zip(ends) {
            let colour = Family::of(&edge.relation).colour();
            let width = number(1.1 + 0.7 * (edge.weight() as f64).ln(), 2);
            let opacity = number(0.45 + 0.5 * edge.confidence.unwrap_or(1.0).clamp(0.0, 1.0), 2);
            xml.open("g", &[("opacity", &opacity)]);
            xml.text("title", &[], &format!("{} {} {}", names[from], edge_text(edge, self.lang), names[to]));
            let path = path(&route.curve);
            let mut attributes: Vec<(&str, &dyn Display)> =
                vec![("d", &path), ("stroke", &colour), ("stroke-width", &width)];
            if edge.planned {
                attributes.push(("stroke-dasharray", &"6 4"));
            }
            xml.empty("path", &attributes);
            if let Some(arrow) = &route.arrow {
                xml.empty("polygon", &[("points", &points(arrow, Point::default())), ("fill", &colour)]);
            }
            xml.close();
        }
        xml.close();
    }

    fn edge_labels(&self, xml: &mut Xml) {
        let sketch = &self.scene.sketch;
        let font = px(sketch.edge_font_px);
        xml.open(
            "g",
            &[
                ("class", &"edge-labels"),
                ("font-size", &font),
                ("text-anchor", &"middle"),
                ("stroke", &PAPER),
                ("stroke-width", &"3.2"),
                ("stroke-linejoin", &"round"),
                ("paint-order", &"stroke"),
            ],
        );
        for (edge, route) in sketch.subgraph.graph.edge_weights().zip(&self.scene.routes) {
            if let Some(middle) = route.label {
                let y = px(middle.y + sketch.edge_font_px * 0.36);
                let colour = Family::of(&edge.relation).colour();
                xml.text("text", &[("x", &px(middle.x)), ("y", &y), ("fill", &colour)], &edge_text(edge, self.lang));
            }
        }
        xml.close();
    }

    fn nodes(&self, xml: &mut Xml) {
        let sketch = &self.scene.sketch;
        xml.open("g", &[("class", &"nodes"), ("text-anchor", &"middle")]);
        for ((node, shape), &place) in sketch.subgraph.graph.node_weights().zip(&sketch.boxes).zip(&self.scene.places) {
            let place_of = format!("translate({} {})", px(place.x), px(place.y));
            xml.open("g", &[("transform", &place_of)]);
            xml.text("title", &[], &hover(node, self.lang));
            node_shape(xml, node, shape);
            let first = outline::text_shift(shape.style.shape)
                - (shape.lines.len() as f64 - 1.0) / 2.0 * line_height(shape.font_px)
                + shape.font_px * 0.36;
            for (at, line) in shape.lines.iter().enumerate() {
                let spot = Point::new(0.0, first + at as f64 * line_height(shape.font_px));
                let weight: &dyn Display = if node.is_focus { &"bold" } else { &"normal" };
                let bold: &[(&str, &dyn Display)] = if node.is_focus { &[("font-weight", weight)] } else { &[] };
                text(xml, line, spot, shape.font_px, bold);
            }
            if node.hidden > 0 {
                badge(xml, node.hidden, shape.size);
            }
            xml.close();
        }
        xml.close();
    }

    fn legend(&self, xml: &mut Xml) {
        if self.legend.is_empty() {
            return;
        }
        xml.open("g", &[("class", &"legend")]);
        let (top, right) = (px(self.legend_top - 8.0), px(self.width - BORDER));
        let line = format!("M{} {top}H{right}", px(BORDER));
        xml.empty("path", &[("d", &line), ("stroke", &"#CCCCCC"), ("stroke-width", &"1")]);
        for (at, row) in self.legend.iter().enumerate() {
            let y = self.legend_top + (at as f64 + 0.5) * LEGEND_ROW;
            for (x, entry) in row {
                let swatch = Point::new(BORDER + x + SWATCH.w / 2.0, y);
                let label = match entry {
                    LegendEntry::Type(style, label) => {
                        let place = format!("translate({} {})", px(swatch.x), px(swatch.y));
                        xml.open("g", &[("transform", &place)]);
                        draw_shape(xml, *style, SWATCH, "1.2", style.fill);
                        xml.close();
                        label
                    }
                    LegendEntry::Family(family, label) => {
                        let line = format!("M{} {}h{}", px(swatch.x - SWATCH.w / 2.0), px(y), px(SWATCH.w));
                        xml.empty("path", &[("d", &line), ("stroke", &family.colour()), ("stroke-width", &"2.4")]);
                        label
                    }
                };
                let spot = Point::new(BORDER + x + SWATCH.w + 6.0, y + LEGEND_PX * 0.36);
                text(xml, label, spot, LEGEND_PX, &[]);
            }
        }
        xml.close();
    }
}

/// Size of a legend's sample.
const SWATCH: Size = Size { w: 30.0, h: 18.0 };

/// From one row of the legend to the next.
const LEGEND_ROW: f64 = 26.0;

/// The types and relation families that occur, in rows as wide as the sheet.
fn legend(scene: &Scene, width: f64) -> Vec<LegendRow> {
    let (graph, lang) = (&scene.sketch.subgraph.graph, scene.sketch.options.lang);
    let kinds: BTreeSet<_> = graph.node_weights().map(|node| (node.kind.is_none(), node.kind)).collect();
    let families: BTreeSet<Family> = graph.edge_weights().map(|edge| Family::of(&edge.relation)).collect();
    let types = kinds.iter().map(|(_, kind)| LegendEntry::Type(type_style(*kind), type_label(*kind, lang)));
    let lines = families.iter().map(|family| LegendEntry::Family(*family, family.label(lang)));
    let mut rows = Vec::new();
    for entries in [types.collect::<Vec<_>>(), lines.collect()] {
        let mut row: LegendRow = Vec::new();
        let mut left = 0.0;
        for entry in entries {
            let (LegendEntry::Type(_, label) | LegendEntry::Family(_, label)) = entry;
            let wide = SWATCH.w + 6.0 + text_width(label, LEGEND_PX) + 18.0;
            if left + wide > width && !row.is_empty() {
                rows.push(std::mem::take(&mut row));
                left = 0.0;
            }
            row.push((left, entry));
            left += wide;
        }
        if !row.is_empty() {
            rows.push(row);
        }
    }
    rows
}

/// Corners of everything drawn, in the layout's coordinates.
fn extent(scene: &Scene) -> (Point, Point) {
    let mut corners = Vec::new();
    for (node, place) in scene.sketch.boxes.iter().zip(&scene.places) {
        let half = Point::new(node.size.w / 2.0 + 6.0, node.size.h / 2.0 + 6.0);
        corners.extend([place.minus(half), place.plus(half)]);
    }
    // A curve stays within its control points.
    corners.extend(scene.routes.iter().flat_map(|route| route.curve.iter().flatten().copied()));
    let first = corners.first().copied().unwrap_or_default();
    corners.iter().fold((first, first), |(low, high), at| {
        (Point::new(low.x.min(at.x), low.y.min(at.y)), Point::new(high.x.max(at.x), high.y.max(at.y)))
    })
}

/// What a reader sees on pointing at a node.
fn hover(node: &Node, lang: LabelLang) -> String {
    let mut text = format!("{} · {}", node.label, type_label(node.kind, lang));
    if let Some(code) = &node.code {
        text.push_str(&format!(" · {code}"));
    }
    match lang {
        LabelLang::Zh => text.push_str(&format!(" · {} 篇文章", node.articles)),
        LabelLang::En => text.push_str(&format!(" · articles: {}", node.articles)),
    }
    text
}

fn node_shape(xml: &mut Xml, node: &Node, shape: &NodeBox) {
    if node.is_focus {
        // A ring around what the picture is about.
        let ring = Size { w: shape.size.w + RING, h: shape.size.h + RING };
        let style = TypeStyle { stroke: "#D55E00", ..shape.style };
        draw_shape(xml, style, ring, "2.6", PAPER);
    }
    let width = if node.is_focus { "2" } else { "1.3" };
    draw_shape(xml, shape.style, shape.size, width, shape.style.fill);
}

/// A shape around the origin.
fn draw_shape(xml: &mut Xml, style: TypeStyle, size: Size, line: &str, fill: &str) {
    let (x, y) = (size.w / 2.0, size.h / 2.0);
    let paint: [(&str, &dyn Display); 3] = [("fill", &fill), ("stroke", &style.stroke), ("stroke-width", &line)];
    let with = |own: &[(&'static str, String)]| own.to_vec();
    let mut element = |name: &'static str, own: Vec<(&'static str, String)>| {
        let mut attributes: Vec<(&str, &dyn Display)> =
            own.iter().map(|(key, value)| (*key, value as &dyn Display)).collect();
        attributes.extend(paint);
        xml.empty(name, &attributes);
    };
    match style.shape {
        Shape::Ellipse => element("ellipse", with(&[("rx", px(x)), ("ry", px(y))])),
        Shape::DoubleEllipse => {
            element("ellipse", with(&[("rx", px(x)), ("ry", px(y))]));
            element("ellipse", with(&[("rx", px(x - 3.0)), ("ry", px(y - 3.0))]));
        }
        Shape::Rounded => {
            let corner = px((size.h / 3.0).min(12.0));
            let place = [("x", px(-x)), ("y", px(-y)), ("width", px(size.w)), ("height", px(size.h)), ("rx", corner)];
            element("rect", with(&place));
        }
        Shape::Cylinder => {
            let cap = (ORNAMENT * 0.75).min(y / 3.0);
            let (l, r, t, b) = (px(-x), px(x), px(-y + cap), px(y - cap));
            let (rx, ry) = (px(x), px(cap));
            let body = format!("M{l} {t}A{rx} {ry} 0 0 1 {r} {t}V{b}A{rx} {ry} 0 0 1 {l} {b}Z");
            element("path", with(&[("d", body)]));
            let rim = format!("M{l} {t}A{rx} {ry} 0 0 0 {r} {t}");
            element("path", with(&[("d", rim)]));
        }
        shape => {
            let corners = outline::polygon(shape, size);
            element("polygon", with(&[("points", points(&corners, Point::default()))]));
            if shape == Shape::Note {
                let fold = format!("M{} {}v{}h{}", px(x - ORNAMENT), px(-y), px(ORNAMENT), px(ORNAMENT));
                element("path", with(&[("d", fold)]));
            }
        }
    }
}

/// How many neighbours a node has that are not shown.
fn badge(xml: &mut Xml, hidden: usize, size: Size) {
    let label = format!("+{hidden}");
    let (Point { x, y }, Size { w, h }) = badge_size(hidden, size);
    let place: [(&str, &dyn Display); 5] =
        [("x", &px(x - w / 2.0)), ("y", &px(y - h / 2.0)), ("width", &px(w)), ("height", &px(h)), ("rx", &px(h / 2.0))];
    let mut attributes = place.to_vec();
    attributes.extend([("fill", &PAPER as &dyn Display), ("stroke", &"#777777"), ("stroke-width", &"0.8")]);
    xml.empty("rect", &attributes);
    text(xml, &label, Point::new(x, y + 3.2), 9.0, &[("fill", &FAINT)]);
}

fn text(xml: &mut Xml, line: &str, spot: Point, font_px: f64, more: &[(&str, &dyn Display)]) {
    let (x, y, font) = (px(spot.x), px(spot.y), px(font_px));
    let mut attributes: Vec<(&str, &dyn Display)> = vec![("x", &x), ("y", &y), ("font-size", &font)];
    attributes.extend(more.iter().copied());
    xml.text("text", &attributes, line);
}

fn points(corners: &[Point], shift: Point) -> String {
    let corner = |at: &Point| format!("{},{}", px(at.x + shift.x), px(at.y + shift.y));
    corners.iter().map(corner).collect::<Vec<_>>().join(" ")
}

fn path(curve: &[Cubic]) -> String {
    let mut path = String::new();
    for (at, [start, first, second, end]) in curve.iter().enumerate() {
        if at == 0 {
            path.push_str(&format!("M{} {}", px(start.x), px(start.y)));
        }
        let [a, b, c] = [first, second, end].map(|at| format!("{} {}", px(at.x), px(at.y)));
        path.push_str(&format!("C{a} {b} {c}"));
    }
    path
}

/// All text of a picture, for looking after its glyphs.
pub fn texts(scene: &Scene) -> BTreeSet<String> {
    let picture = Picture::new(scene);
    let edges = scene.sketch.subgraph.graph.edge_weights();
    let mut all: BTreeSet<String> = edges.map(|edge: &Edge| edge_text(edge, picture.lang)).collect();
    all.extend(scene.sketch.boxes.iter().flat_map(|node| node.lines.iter().cloned()));
    all.extend(picture.title.0.iter().chain(&picture.footnote).cloned());
    for (_, entry) in picture.legend.iter().flatten() {
        let (LegendEntry::Type(_, label) | LegendEntry::Family(_, label)) = entry;
        all.insert((*label).to_owned());
    }
    all
}
