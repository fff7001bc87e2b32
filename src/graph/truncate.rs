//! Fewer nodes: what is best evidenced stays, and what it hangs on.
//!
//! The picture grows from its focus: of all entities beside those taken, the one whose best link is supported best comes next.
//! Support is [`Edge::evidence`], divided by the number of steps from the focus. So nothing is kept that hangs in the air.

use std::{cmp::Ordering, collections::BinaryHeap};

use petgraph::{graph::NodeIndex, visit::EdgeRef as _};

use super::subgraph::{Node, Subgraph};

/// An entity waiting to be taken.
#[derive(Debug, PartialEq)]
struct Candidate {
    support: f64,
    articles: usize,
    node: NodeIndex,
}

impl Eq for Candidate {}

impl Ord for Candidate {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.support.total_cmp(&other.support))
            .then(self.articles.cmp(&other.articles))
            .then(other.node.cmp(&self.node))
    }
}

impl PartialOrd for Candidate {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The best-evidenced part with at most so many nodes. Focus entities always stay. What was left out is counted in
/// [`Subgraph::omitted`], and at each node in [`Node::hidden`].
pub fn truncate(whole: &Subgraph, max_nodes: usize) -> Subgraph {
    let graph = &whole.graph;
    if graph.node_count() <= max_nodes {
        return whole.clone();
    }
    let mut kept = vec![false; graph.node_count()];
    let mut count = 0;
    let mut waiting = BinaryHeap::new();
    let mut starts: Vec<NodeIndex> = whole.focus().collect();
    if starts.is_empty() {
        starts.extend(best_start(whole, &kept));
    }
    let mut take = |node: NodeIndex, waiting: &mut BinaryHeap<Candidate>, kept: &mut Vec<bool>| {
        if kept[node.index()] {
            return;
        }
        kept[node.index()] = true;
        count += 1;
        for (neighbour, edge) in whole.edges_of(node) {
            if !kept[neighbour.index()] {
                let steps = graph[neighbour].hops.unwrap_or(1).max(1) as f64;
                let articles = graph[neighbour].articles;
                waiting.push(Candidate { support: edge.evidence() / steps, articles, node: neighbour });
            }
        }
    };
    for node in starts {
        take(node, &mut waiting, &mut kept);
    }
    while kept.iter().filter(|&&kept| kept).count() < max_nodes {
        let next = waiting.pop().map(|candidate| candidate.node).or_else(|| best_start(whole, &kept));
        let Some(node) = next else { break };
        take(node, &mut waiting, &mut kept);
    }
    part(whole, &kept)
}

/// The node with the best supported edges among those not kept.
fn best_start(whole: &Subgraph, kept: &[bool]) -> Option<NodeIndex> {
    let left = whole.graph.node_indices().filter(|node| !kept[node.index()]);
    let support = |node| whole.edges_of(node).map(|(_, edge)| edge.evidence()).sum::<f64>();
    left.map(|node| Candidate { support: support(node), articles: whole.graph[node].articles, node })
        .max()
        .map(|best| best.node)
}

fn part(whole: &Subgraph, kept: &[bool]) -> Subgraph {
    let graph = &whole.graph;
    let mut omitted = whole.omitted.clone();
    let mut nodes = Vec::new();
    for index in graph.node_indices() {
        if kept[index.index()] {
            let mut neighbours: Vec<NodeIndex> = graph.neighbors_undirected(index).collect();
            neighbours.sort();
            neighbours.dedup();
            let hidden = neighbours.iter().filter(|neighbour| !kept[neighbour.index()]).count();
            nodes.push(Node { hidden, ..graph[index].clone() });
        } else {
            *omitted.nodes.entry(graph[index].kind).or_default() += 1;
        }
    }
    let mut edges = Vec::new();
    for edge in graph.edge_references() {
        if kept[edge.source().index()] && kept[edge.target().index()] {
            edges.push((graph[edge.source()].iri.clone(), edge.weight().clone(), graph[edge.target()].iri.clone()));
        } else {
            omitted.edges += 1;
        }
    }
    let mut part = Subgraph::new(nodes, edges);
    part.omitted = omitted;
    part
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::fixtures::{edge, node};

    #[test]
    fn the_best_evidenced_neighbours_stay() {
        let mut nodes = vec![node("f", "焦点")];
        nodes[0].is_focus = true;
        let mut edges = Vec::new();
        for (name, articles, confidence) in [("a", 1, 0.9), ("b", 5, 0.9), ("c", 1, 0.3), ("d", 2, 0.9)] {
            nodes.push(node(name, name));
            edges.push(("f".to_owned(), edge("attracts", articles, confidence), name.to_owned()));
        }
        // Well supported, but two steps away and behind a weak link.
        nodes.push(node("e", "e"));
        edges.push(("c".to_owned(), edge("attracts", 4, 1.0), "e".to_owned()));
        let part = truncate(&Subgraph::new(nodes, edges), 3);
        let kept: Vec<&str> = part.graph.node_weights().map(|node| node.iri.as_str()).collect();
        assert_eq!(kept, ["b", "d", "f"]);
        assert_eq!((part.omitted.node_count(), part.omitted.edges), (3, 3));
        assert_eq!(part.graph.node_weights().map(|node| node.hidden).collect::<Vec<_>>(), [0, 0, 2]);
    }

    #[test]
    fn a_small_graph_stays_whole() {
        let whole = Subgraph::new(vec![node("a", "甲"), node("b", "乙")], Vec::new());
        let part = truncate(&whole, 2);
        assert_eq!((part.graph.node_count(), part.omitted.node_count()), (2, 0));
    }
}
