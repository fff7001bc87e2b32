//! Two tables, as Gephi's import and spreadsheets read them.

use petgraph::visit::EdgeRef as _;

use super::{graphml::node_values, scene::Scene, xml::number};

/// Columns of the nodes' table after `Id` and `Label`.
const NODE_COLUMNS: [&str; 12] =
    ["type", "typeLabel", "code", "articles", "focus", "hops", "hidden", "degree", "pageRank", "betweenness", "x", "y"];

/// The table of nodes: UTF-8, comma, header.
pub fn nodes_csv(scene: &Scene) -> String {
    let graph = &scene.sketch.subgraph.graph;
    let mut rows = vec![["Id", "Label"].iter().chain(&NODE_COLUMNS).map(|&column| column.to_owned()).collect()];
    for (number_of, node) in graph.node_weights().enumerate() {
        let values = node_values(scene, number_of, scene.sketch.options.lang);
        let value = |column: &&str| {
            values.iter().find(|(key, _)| key == column).map_or(String::new(), |(_, value)| value.clone())
        };
        let mut row = vec![node.iri.clone(), node.label.clone()];
        row.extend(NODE_COLUMNS.iter().map(value));
        rows.push(row);
    }
    table(rows)
}

/// The table of edges: UTF-8, comma, header. Articles are separated by spaces.
pub fn edges_csv(scene: &Scene) -> String {
    let graph = &scene.sketch.subgraph.graph;
    let header = ["Source", "Target", "Type", "Label", "predicate", "Weight", "confidence", "planned", "articles"];
    let mut rows = vec![header.map(str::to_owned).to_vec()];
    for edge in graph.edge_references() {
        let fact = edge.weight();
        let articles: Vec<&str> = fact.articles.iter().map(String::as_str).collect();
        rows.push(vec![
            graph[edge.source()].iri.clone(),
            graph[edge.target()].iri.clone(),
            if fact.relation.is_symmetric() { "Undirected" } else { "Directed" }.to_owned(),
            fact.relation.label(scene.sketch.options.lang).to_owned(),
            fact.relation.name().to_owned(),
            fact.weight().to_string(),
            fact.confidence.map(|confidence| number(confidence, 4)).unwrap_or_default(),
            fact.planned.to_string(),
            articles.join(" "),
        ]);
    }
    table(rows)
}

fn table(rows: Vec<Vec<String>>) -> String {
    let mut writer = ::csv::Writer::from_writer(Vec::new());
    for row in rows {
        writer.write_record(&row).expect("rows are equally long and memory takes them");
    }
    let bytes = writer.into_inner().expect("memory takes what is written");
    String::from_utf8(bytes).expect("strings went in")
}
