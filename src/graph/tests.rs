//! Snapshots of the formats, and what holds for every picture.

use expect_test::expect;
use resvg::usvg::roxmltree::Document;

use super::{fixtures, layout::tests::overlaps, *};

fn scene(subgraph: Subgraph) -> Scene {
    Sketch::new(subgraph, DrawOptions::default()).place()
}

fn english(subgraph: Subgraph) -> Sketch {
    Sketch::new(subgraph, DrawOptions { lang: LabelLang::En, ..DrawOptions::default() })
}

#[test]
fn dot_is_as_recorded() {
    expect![[r#""#]].assert_eq(&dot(&english(fixtures::park()), Purpose::Drawing));
}

#[test]
fn mermaid_is_as_recorded() {
    expect![[r#""#]].assert_eq(&mermaid(&Sketch::new(fixtures::park(), DrawOptions::default())));
}

#[test]
fn graphml_is_as_recorded() {
    expect![[r#""#]].assert_eq(&graphml(&scene(fixtures::park())));
}

#[test]
fn gexf_is_as_recorded() {
    expect![[r#""#]].assert_eq(&gexf(&scene(fixtures::park())));
}

#[test]
fn csv_is_as_recorded() {
    let scene = scene(fixtures::park());
    expect![[r#""#]].assert_eq(&format!("{}\n{}", nodes_csv(&scene), edges_csv(&scene)));
}

#[test]
fn json_is_as_recorded() {
    let text = json(&scene(fixtures::park()));
    let document: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let shown = serde_json::json!([
        document["data"],
        document["elements"]["nodes"][3],
        document["elements"]["edges"][0],
        document["layout"],
    ]);
    expect![[r#""#]].assert_eq(&serde_json::to_string_pretty(&shown).expect("JSON"));
}

#[test]
fn all_xml_is_well_formed_and_keeps_names_whole() {
    let scene = scene(fixtures::park());
    for text in [svg(&scene), graphml(&scene), gexf(&scene)] {
        let document = Document::parse(&text).expect("well-formed");
        let name = "A&B <\"甲\"> 公司";
        let stands = document.descendants().any(|node| {
            node.text().is_some_and(|text| text.contains(name))
                || node.attributes().any(|attribute| attribute.value() == name)
        });
        assert!(stands, "{text}");
    }
}

#[test]
fn the_same_graph_gives_the_same_bytes() {
    let draw = || {
        let scene = scene(fixtures::large(60));
        (svg(&scene), gexf(&scene), json(&scene))
    };
    assert_eq!(draw(), draw());
}

#[test]
fn no_two_of_sixty_nodes_overlap_and_none_lies_outside() {
    let scene = scene(fixtures::large(60));
    assert_eq!(overlaps(&scene.places, &scene.sketch.sizes()), []);
    let picture = svg(&scene);
    let document = Document::parse(&picture).expect("well-formed");
    assert_eq!(document.descendants().filter(|node| node.attribute("class") == Some("nodes")).count(), 1);
}

#[test]
fn every_character_of_the_pictures_has_a_glyph() {
    let fonts = Fonts::builtin();
    for lang in [LabelLang::Zh, LabelLang::En] {
        for subgraph in [fixtures::park(), fixtures::large(60)] {
            let mut part = truncate(&subgraph, 40);
            part.omitted.values = 3;
            let scene = Sketch::new(part, DrawOptions { lang, ..DrawOptions::default() }).place();
            let text: String = texts(&scene).into_iter().collect();
            assert_eq!(fonts.missing(&text), Vec::<char>::new());
        }
    }
}

#[test]
fn chinese_is_drawn_and_not_left_blank() {
    let blank = r##"<svg xmlns="http://www.w3.org/2000/svg" width="60" height="30"><rect width="60" height="30" fill="#fff"/></svg>"##;
    let text =
        blank.replace("</svg>", r#"<text x="5" y="20" font-family="'Noto Sans CJK SC', sans-serif">武清</text></svg>"#);
    let other = text.replace("武清", "天津");
    let fonts = Fonts::builtin();
    let [blank, text, other] = [blank, &text, &other].map(|svg| png(svg, 1.0, &fonts).expect("a picture"));
    assert!(text != blank && text != other);
}

#[test]
fn empty_and_lonely_graphs_are_drawn() {
    let lonely = Subgraph::new(vec![fixtures::node("https://a.example/x", "甲")], Vec::new());
    for subgraph in [Subgraph::default(), lonely] {
        let scene = scene(subgraph);
        assert!(Document::parse(&svg(&scene)).is_ok());
        assert!(dot(&scene.sketch, Purpose::Drawing).starts_with("digraph"));
    }
}
