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
    expect![[r##"
        digraph yutu {
          graph[charset="UTF-8" label="What is linked to 京滨工业园\n5 entities, 5 relations, from 3 articles" labelloc="t" fontname="Noto Sans CJK SC, Noto Sans SC, Source Han Sans SC, PingFang SC, Hiragino Sans GB, Microsoft YaHei, WenQuanYi Micro Hei, Droid Sans Fallback, sans-serif" overlap="prism" splines="true" outputorder="edgesfirst" rankdir="LR" nodesep="0.25" sep="+8"]
          node[style="filled" fontname="Noto Sans CJK SC, Noto Sans SC, Source Han Sans SC, PingFang SC, Hiragino Sans GB, Microsoft YaHei, WenQuanYi Micro Hei, Droid Sans Fallback, sans-serif" fontcolor="#1A1A1A" margin="0.12,0.06"]
          edge[fontname="Noto Sans CJK SC, Noto Sans SC, Source Han Sans SC, PingFang SC, Hiragino Sans GB, Microsoft YaHei, WenQuanYi Micro Hei, Droid Sans Fallback, sans-serif" fontsize="12" arrowsize="0.7"]
          n0[label="A&amp;B <\"甲\"> 公司" shape="box" fillcolor="#77AADD" color="#2C5F93" fontsize="15.9" tooltip="A&amp;B <\"甲\"> 公司" URL="https://yutu.example/id/Company/A-B"]
          n1[label="诺禾致源" shape="box" fillcolor="#77AADD" color="#2C5F93" fontsize="16.3" tooltip="诺禾致源" URL="https://yutu.example/id/Company/诺禾致源"]
          n2[label="生物医药" shape="cylinder" fillcolor="#C9B3DC" color="#654587" fontsize="16.7" tooltip="生物医药" URL="https://yutu.example/id/Industry/生物医药"]
          n3[label="京滨工业园" shape="hexagon" fillcolor="#BBCC33" color="#D55E00" fontsize="18.9" tooltip="京滨工业园" URL="https://yutu.example/id/Park/京滨工业园" penwidth="3"]
          n4[label="武清区" shape="ellipse" fillcolor="#44BB99" color="#1F6F5A" fontsize="16.3" tooltip="武清区" URL="https://yutu.example/id/Region/武清区"]
          n3 -> n4 [label="located in ×2" color="#5F6B73" fontcolor="#5F6B73" penwidth="1.59"]
          n3 -> n2 [label="focuses on ×3" color="#97488A" fontcolor="#97488A" penwidth="1.87"]
          n3 -> n0 [label="attracts (planned)" color="#B34700" fontcolor="#B34700" penwidth="1.1" style="dashed"]
          n3 -> n1 [label="attracts" color="#B34700" fontcolor="#B34700" penwidth="1.1"]
          n3 -> n1 [label="cooperates with" color="#00735A" fontcolor="#00735A" penwidth="1.1" dir="none"]
        }
    "##]].assert_eq(&dot(&english(fixtures::park()), Purpose::Drawing));
}

#[test]
fn mermaid_is_as_recorded() {
    expect![[r#"
        ---
        title: "京滨工业园：关系图"
        ---
        flowchart LR
          n0["A#amp;B #lt;#quot;甲#quot;#gt; 公司"]:::Company
          n1["诺禾致源"]:::Company
          n2[("生物医药")]:::Industry
          n3{{"京滨工业园"}}:::Park
          n4(["武清区"]):::Region
          n3 -->|"位于 ×2"| n4
          n3 -->|"聚焦 ×3"| n2
          n3 -.->|"引进（拟）"| n0
          n3 -->|"引进"| n1
          n3 ---|"合作"| n1
          classDef Region fill:#44BB99,stroke:#1F6F5A,color:#1A1A1A
          classDef Park fill:#BBCC33,stroke:#6B7615,color:#1A1A1A
          classDef Company fill:#77AADD,stroke:#2C5F93,color:#1A1A1A
          classDef Industry fill:#C9B3DC,stroke:#654587,color:#1A1A1A
          style n3 stroke:#D55E00,stroke-width:4px
          %% 5 个实体，5 条关系，依据 3 篇文章
    "#]]
    .assert_eq(&mermaid(&Sketch::new(fixtures::park(), DrawOptions::default())));
}

#[test]
fn graphml_is_as_recorded() {
    expect![[r#"
        <?xml version="1.0" encoding="UTF-8"?>
        <graphml xmlns="http://graphml.graphdrawing.org/xmlns" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://graphml.graphdrawing.org/xmlns http://graphml.graphdrawing.org/xmlns/1.0/graphml.xsd">
          <key id="label" for="node" attr.name="label" attr.type="string"/>
          <key id="type" for="node" attr.name="type" attr.type="string"/>
          <key id="typeLabel" for="node" attr.name="typeLabel" attr.type="string"/>
          <key id="code" for="node" attr.name="code" attr.type="string"/>
          <key id="articles" for="node" attr.name="articles" attr.type="int"/>
          <key id="focus" for="node" attr.name="focus" attr.type="boolean"/>
          <key id="hops" for="node" attr.name="hops" attr.type="int"/>
          <key id="hidden" for="node" attr.name="hidden" attr.type="int"/>
          <key id="degree" for="node" attr.name="degree" attr.type="int"/>
          <key id="pageRank" for="node" attr.name="pageRank" attr.type="double"/>
          <key id="betweenness" for="node" attr.name="betweenness" attr.type="double"/>
          <key id="predicate" for="edge" attr.name="predicate" attr.type="string"/>
          <key id="predicateLabel" for="edge" attr.name="predicateLabel" attr.type="string"/>
          <key id="weight" for="edge" attr.name="weight" attr.type="int"/>
          <key id="confidence" for="edge" attr.name="confidence" attr.type="double"/>
          <key id="planned" for="edge" attr.name="planned" attr.type="boolean"/>
          <key id="symmetric" for="edge" attr.name="symmetric" attr.type="boolean"/>
          <key id="x" for="node" attr.name="x" attr.type="double"/>
          <key id="y" for="node" attr.name="y" attr.type="double"/>
          <graph id="yutu" edgedefault="directed">
            <node id="https://yutu.example/id/Company/A-B">
              <data key="label">A&amp;B &lt;&quot;甲&quot;&gt; 公司</data>
              <data key="type">Company</data>
              <data key="typeLabel">企业</data>
              <data key="articles">2</data>
              <data key="focus">false</data>
              <data key="hops">1</data>
              <data key="hidden">0</data>
              <data key="degree">1</data>
              <data key="pageRank">0.151632</data>
              <data key="betweenness">0</data>
              <data key="x">70.5</data>
              <data key="y">251.3</data>
            </node>
            <node id="https://yutu.example/id/Company/诺禾致源">
              <data key="label">诺禾致源</data>
              <data key="type">Company</data>
              <data key="typeLabel">企业</data>
              <data key="articles">2</data>
              <data key="focus">false</data>
              <data key="hops">1</data>
              <data key="hidden">0</data>
              <data key="degree">2</data>
              <data key="pageRank">0.18097</data>
              <data key="betweenness">0</data>
              <data key="x">346.1</data>
              <data key="y">475.5</data>
            </node>
            <node id="https://yutu.example/id/Industry/生物医药">
              <data key="label">生物医药</data>
              <data key="type">Industry</data>
              <data key="typeLabel">产业</data>
              <data key="articles">2</data>
              <data key="focus">false</data>
              <data key="hops">1</data>
              <data key="hidden">0</data>
              <data key="degree">1</data>
              <data key="pageRank">0.210308</data>
              <data key="betweenness">0</data>
              <data key="x">583.4</data>
              <data key="y">241.6</data>
            </node>
            <node id="https://yutu.example/id/Park/京滨工业园">
              <data key="label">京滨工业园</data>
              <data key="type">Park</data>
              <data key="typeLabel">园区</data>
              <data key="articles">2</data>
              <data key="focus">true</data>
              <data key="hops">0</data>
              <data key="hidden">0</data>
              <data key="degree">5</data>
              <data key="pageRank">0.276119</data>
              <data key="betweenness">1</data>
              <data key="x">344</data>
              <data key="y">244.7</data>
            </node>
            <node id="https://yutu.example/id/Region/武清区">
              <data key="label">武清区</data>
              <data key="type">Region</data>
              <data key="typeLabel">地区</data>
              <data key="code">120114</data>
              <data key="articles">2</data>
              <data key="focus">false</data>
              <data key="hops">1</data>
              <data key="hidden">0</data>
              <data key="degree">1</data>
              <data key="pageRank">0.18097</data>
              <data key="betweenness">0</data>
              <data key="x">335.6</data>
              <data key="y">17</data>
            </node>
            <edge id="e0" source="https://yutu.example/id/Park/京滨工业园" target="https://yutu.example/id/Region/武清区">
              <data key="predicate">locatedIn</data>
              <data key="predicateLabel">位于</data>
              <data key="weight">2</data>
              <data key="confidence">0.95</data>
              <data key="planned">false</data>
              <data key="symmetric">false</data>
            </edge>
            <edge id="e1" source="https://yutu.example/id/Park/京滨工业园" target="https://yutu.example/id/Industry/生物医药">
              <data key="predicate">focusesOn</data>
              <data key="predicateLabel">聚焦</data>
              <data key="weight">3</data>
              <data key="confidence">0.9</data>
              <data key="planned">false</data>
              <data key="symmetric">false</data>
            </edge>
            <edge id="e2" source="https://yutu.example/id/Park/京滨工业园" target="https://yutu.example/id/Company/A-B">
              <data key="predicate">attracts</data>
              <data key="predicateLabel">引进</data>
              <data key="weight">1</data>
              <data key="confidence">0.5</data>
              <data key="planned">true</data>
              <data key="symmetric">false</data>
            </edge>
            <edge id="e3" source="https://yutu.example/id/Park/京滨工业园" target="https://yutu.example/id/Company/诺禾致源">
              <data key="predicate">attracts</data>
              <data key="predicateLabel">引进</data>
              <data key="weight">1</data>
              <data key="confidence">0.8</data>
              <data key="planned">false</data>
              <data key="symmetric">false</data>
            </edge>
            <edge id="e4" source="https://yutu.example/id/Park/京滨工业园" target="https://yutu.example/id/Company/诺禾致源">
              <data key="predicate">cooperatesWith</data>
              <data key="predicateLabel">合作</data>
              <data key="weight">1</data>
              <data key="confidence">0.7</data>
              <data key="planned">false</data>
              <data key="symmetric">true</data>
            </edge>
          </graph>
        </graphml>
    "#]].assert_eq(&graphml(&scene(fixtures::park())));
}

#[test]
fn gexf_is_as_recorded() {
    expect![[r#"
        <?xml version="1.0" encoding="UTF-8"?>
        <gexf xmlns="http://gexf.net/1.3" xmlns:viz="http://gexf.net/1.3/viz" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://gexf.net/1.3 http://gexf.net/1.3/gexf.xsd" version="1.3">
          <meta>
            <creator>yutu</creator>
            <description>京滨工业园：关系图 5 个实体，5 条关系，依据 3 篇文章</description>
          </meta>
          <graph defaultedgetype="directed" mode="static">
            <attributes class="node">
              <attribute id="0" title="type" type="string"/>
              <attribute id="1" title="typeLabel" type="string"/>
              <attribute id="2" title="code" type="string"/>
              <attribute id="3" title="articles" type="integer"/>
              <attribute id="4" title="focus" type="boolean"/>
              <attribute id="5" title="hops" type="integer"/>
              <attribute id="6" title="hidden" type="integer"/>
              <attribute id="7" title="degree" type="integer"/>
              <attribute id="8" title="pageRank" type="double"/>
              <attribute id="9" title="betweenness" type="double"/>
            </attributes>
            <attributes class="edge">
              <attribute id="0" title="predicate" type="string"/>
              <attribute id="1" title="confidence" type="double"/>
              <attribute id="2" title="planned" type="boolean"/>
            </attributes>
            <nodes>
              <node id="https://yutu.example/id/Company/A-B" label="A&amp;B &lt;&quot;甲&quot;&gt; 公司">
                <attvalues>
                  <attvalue for="0" value="Company"/>
                  <attvalue for="1" value="企业"/>
                  <attvalue for="3" value="2"/>
                  <attvalue for="4" value="false"/>
                  <attvalue for="5" value="1"/>
                  <attvalue for="6" value="0"/>
                  <attvalue for="7" value="1"/>
                  <attvalue for="8" value="0.151632"/>
                  <attvalue for="9" value="0"/>
                </attvalues>
                <viz:size value="21.2"/>
                <viz:position x="70.5" y="-251.3" z="0"/>
                <viz:color r="119" g="170" b="221"/>
              </node>
              <node id="https://yutu.example/id/Company/诺禾致源" label="诺禾致源">
                <attvalues>
                  <attvalue for="0" value="Company"/>
                  <attvalue for="1" value="企业"/>
                  <attvalue for="3" value="2"/>
                  <attvalue for="4" value="false"/>
                  <attvalue for="5" value="1"/>
                  <attvalue for="6" value="0"/>
                  <attvalue for="7" value="2"/>
                  <attvalue for="8" value="0.18097"/>
                  <attvalue for="9" value="0"/>
                </attvalues>
                <viz:size value="23.7"/>
                <viz:position x="346.1" y="-475.5" z="0"/>
                <viz:color r="119" g="170" b="221"/>
              </node>
              <node id="https://yutu.example/id/Industry/生物医药" label="生物医药">
                <attvalues>
                  <attvalue for="0" value="Industry"/>
                  <attvalue for="1" value="产业"/>
                  <attvalue for="3" value="2"/>
                  <attvalue for="4" value="false"/>
                  <attvalue for="5" value="1"/>
                  <attvalue for="6" value="0"/>
                  <attvalue for="7" value="1"/>
                  <attvalue for="8" value="0.210308"/>
                  <attvalue for="9" value="0"/>
                </attvalues>
                <viz:size value="26.3"/>
                <viz:position x="583.4" y="-241.6" z="0"/>
                <viz:color r="201" g="179" b="220"/>
              </node>
              <node id="https://yutu.example/id/Park/京滨工业园" label="京滨工业园">
                <attvalues>
                  <attvalue for="0" value="Park"/>
                  <attvalue for="1" value="园区"/>
                  <attvalue for="3" value="2"/>
                  <attvalue for="4" value="true"/>
                  <attvalue for="5" value="0"/>
                  <attvalue for="6" value="0"/>
                  <attvalue for="7" value="5"/>
                  <attvalue for="8" value="0.276119"/>
                  <attvalue for="9" value="1"/>
                </attvalues>
                <viz:size value="32"/>
                <viz:position x="344" y="-244.7" z="0"/>
                <viz:color r="187" g="204" b="51"/>
              </node>
              <node id="https://yutu.example/id/Region/武清区" label="武清区">
                <attvalues>
                  <attvalue for="0" value="Region"/>
                  <attvalue for="1" value="地区"/>
                  <attvalue for="2" value="120114"/>
                  <attvalue for="3" value="2"/>
                  <attvalue for="4" value="false"/>
                  <attvalue for="5" value="1"/>
                  <attvalue for="6" value="0"/>
                  <attvalue for="7" value="1"/>
                  <attvalue for="8" value="0.18097"/>
                  <attvalue for="9" value="0"/>
                </attvalues>
                <viz:size value="23.7"/>
                <viz:position x="335.6" y="-17" z="0"/>
                <viz:color r="68" g="187" b="153"/>
              </node>
            </nodes>
            <edges>
              <edge id="0" source="https://yutu.example/id/Park/京滨工业园" target="https://yutu.example/id/Region/武清区" type="directed" kind="locatedIn" label="位于" weight="2">
                <attvalues>
                  <attvalue for="0" value="locatedIn"/>
                  <attvalue for="1" value="0.95"/>
                  <attvalue for="2" value="false"/>
                </attvalues>
                <viz:color r="95" g="107" b="115"/>
              </edge>
              <edge id="1" source="https://yutu.example/id/Park/京滨工业园" target="https://yutu.example/id/Industry/生物医药" type="directed" kind="focusesOn" label="聚焦" weight="3">
                <attvalues>
                  <attvalue for="0" value="focusesOn"/>
                  <attvalue for="1" value="0.9"/>
                  <attvalue for="2" value="false"/>
                </attvalues>
                <viz:color r="151" g="72" b="138"/>
              </edge>
              <edge id="2" source="https://yutu.example/id/Park/京滨工业园" target="https://yutu.example/id/Company/A-B" type="directed" kind="attracts" label="引进" weight="1">
                <attvalues>
                  <attvalue for="0" value="attracts"/>
                  <attvalue for="1" value="0.5"/>
                  <attvalue for="2" value="true"/>
                </attvalues>
                <viz:color r="179" g="71" b="0"/>
              </edge>
              <edge id="3" source="https://yutu.example/id/Park/京滨工业园" target="https://yutu.example/id/Company/诺禾致源" type="directed" kind="attracts" label="引进" weight="1">
                <attvalues>
                  <attvalue for="0" value="attracts"/>
                  <attvalue for="1" value="0.8"/>
                  <attvalue for="2" value="false"/>
                </attvalues>
                <viz:color r="179" g="71" b="0"/>
              </edge>
              <edge id="4" source="https://yutu.example/id/Park/京滨工业园" target="https://yutu.example/id/Company/诺禾致源" type="undirected" kind="cooperatesWith" label="合作" weight="1">
                <attvalues>
                  <attvalue for="0" value="cooperatesWith"/>
                  <attvalue for="1" value="0.7"/>
                  <attvalue for="2" value="false"/>
                </attvalues>
                <viz:color r="0" g="115" b="90"/>
              </edge>
            </edges>
          </graph>
        </gexf>
    "#]].assert_eq(&gexf(&scene(fixtures::park())));
}

#[test]
fn csv_is_as_recorded() {
    let scene = scene(fixtures::park());
    expect![[r#"
        Id,Label,type,typeLabel,code,articles,focus,hops,hidden,degree,pageRank,betweenness,x,y
        https://yutu.example/id/Company/A-B,"A&B <""甲""> 公司",Company,企业,,2,false,1,0,1,0.151632,0,70.5,251.3
        https://yutu.example/id/Company/诺禾致源,诺禾致源,Company,企业,,2,false,1,0,2,0.18097,0,346.1,475.5
        https://yutu.example/id/Industry/生物医药,生物医药,Industry,产业,,2,false,1,0,1,0.210308,0,583.4,241.6
        https://yutu.example/id/Park/京滨工业园,京滨工业园,Park,园区,,2,true,0,0,5,0.276119,1,344,244.7
        https://yutu.example/id/Region/武清区,武清区,Region,地区,120114,2,false,1,0,1,0.18097,0,335.6,17

        Source,Target,Type,Label,predicate,Weight,confidence,planned,articles
        https://yutu.example/id/Park/京滨工业园,https://yutu.example/id/Region/武清区,Directed,位于,locatedIn,2,0.95,false,https://yutu.example/id/article/0 https://yutu.example/id/article/1
        https://yutu.example/id/Park/京滨工业园,https://yutu.example/id/Industry/生物医药,Directed,聚焦,focusesOn,3,0.9,false,https://yutu.example/id/article/0 https://yutu.example/id/article/1 https://yutu.example/id/article/2
        https://yutu.example/id/Park/京滨工业园,https://yutu.example/id/Company/A-B,Directed,引进,attracts,1,0.5,true,https://yutu.example/id/article/0
        https://yutu.example/id/Park/京滨工业园,https://yutu.example/id/Company/诺禾致源,Directed,引进,attracts,1,0.8,false,https://yutu.example/id/article/0
        https://yutu.example/id/Park/京滨工业园,https://yutu.example/id/Company/诺禾致源,Undirected,合作,cooperatesWith,1,0.7,false,https://yutu.example/id/article/0
    "#]].assert_eq(&format!("{}\n{}", nodes_csv(&scene), edges_csv(&scene)));
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
    expect![[r##"
        [
          {
            "title": "京滨工业园：关系图",
            "footnote": [
              "5 个实体，5 条关系，依据 3 篇文章"
            ]
          },
          {
            "data": {
              "id": "https://yutu.example/id/Park/京滨工业园",
              "label": "京滨工业园",
              "type": "Park",
              "typeLabel": "园区",
              "code": null,
              "articles": 2,
              "hops": 0,
              "hidden": 0,
              "degree": 5,
              "pageRank": 0.276119,
              "betweenness": 1.0,
              "width": 121.0,
              "height": 35.0,
              "fill": "#BBCC33",
              "stroke": "#6B7615"
            },
            "position": {
              "x": 344.0,
              "y": 244.7
            },
            "classes": "Park focus"
          },
          {
            "data": {
              "id": "e0",
              "source": "https://yutu.example/id/Park/京滨工业园",
              "target": "https://yutu.example/id/Region/武清区",
              "predicate": "locatedIn",
              "label": "位于 ×2",
              "weight": 2,
              "confidence": 0.95,
              "planned": false,
              "articles": [
                "https://yutu.example/id/article/0",
                "https://yutu.example/id/article/1"
              ],
              "colour": "#5F6B73"
            },
            "classes": "directed"
          },
          {
            "name": "preset"
          }
        ]"##]]
    .assert_eq(&serde_json::to_string_pretty(&shown).expect("JSON"));
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
