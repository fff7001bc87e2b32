//! How central each entity is within its subgraph: degree, PageRank, betweenness.
//!
//! petgraph has degrees and a PageRank; the latter (0.8) counts parallel edges in the degree but passes rank once, and takes time
//! quadratic in the nodes, so the power iteration stands here. It has no betweenness centrality.

use std::collections::VecDeque;

use petgraph::graph::NodeIndex;

use super::subgraph::Subgraph;

/// Measures by node number.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Measures {
    /// Edges in and out.
    pub degree: Vec<usize>,
    /// PageRank along the edges, both ways for symmetric ones; sums to 1.
    pub page_rank: Vec<f64>,
    /// Share of shortest ways (direction ignored) between two others that lead through it, 0 to 1.
    pub betweenness: Vec<f64>,
}

const DAMPING: f64 = 0.85;
const ITERATIONS: usize = 100;

impl Measures {
    /// Measures a subgraph.
    pub fn of(subgraph: &Subgraph) -> Self {
        let graph = &subgraph.graph;
        let degree = graph.node_indices().map(|node| subgraph.edges_of(node).count()).collect();
        Self { degree, page_rank: page_rank(subgraph), betweenness: betweenness(subgraph) }
    }

    /// The node's PageRank in relation to the highest, 0 to 1; what sizes are made from.
    pub fn prominence(&self, node: usize) -> f64 {
        let highest = self.page_rank.iter().copied().fold(0.0, f64::max);
        if highest > 0.0 { self.page_rank[node] / highest } else { 0.0 }
    }
}

/// Brin and Page (1998), by power iteration. An edge passes rank by its number of articles; what has no way out passes it to all.
fn page_rank(subgraph: &Subgraph) -> Vec<f64> {
    let graph = &subgraph.graph;
    let count = graph.node_count();
    if count == 0 {
        return Vec::new();
    }
    let mut links: Vec<Vec<(usize, f64)>> = vec![Vec::new(); count];
    for (edge, (from, to)) in graph.edge_weights().zip(subgraph.ends()) {
        links[from].push((to, edge.weight() as f64));
        if edge.relation.is_symmetric() {
            links[to].push((from, edge.weight() as f64));
        }
    }
    let totals: Vec<f64> = links.iter().map(|links| links.iter().map(|(_, weight)| weight).sum()).collect();
    let mut rank = vec![1.0 / count as f64; count];
    for _ in 0..ITERATIONS {
        let dangling: f64 = (0..count).filter(|&node| totals[node] == 0.0).map(|node| rank[node]).sum();
        let mut next = vec![(1.0 - DAMPING + DAMPING * dangling) / count as f64; count];
        for node in 0..count {
            for &(to, weight) in &links[node] {
                next[to] += DAMPING * rank[node] * weight / totals[node];
            }
        }
        let change: f64 = next.iter().zip(&rank).map(|(a, b)| (a - b).abs()).sum();
        rank = next;
        if change < 1e-10 {
            break;
        }
    }
    rank
}

/// Brandes (2001), "A faster algorithm for betweenness centrality", J. Math. Sociol. 25(2); unweighted, undirected, normalised.
fn betweenness(subgraph: &Subgraph) -> Vec<f64> {
    let graph = &subgraph.graph;
    let count = graph.node_count();
    let neighbours: Vec<Vec<usize>> = (0..count)
        .map(|node| {
            let mut found: Vec<usize> =
                graph.neighbors_undirected(NodeIndex::new(node)).map(NodeIndex::index).collect();
            found.sort_unstable();
            found.dedup();
            found.retain(|&other| other != node);
            found
        })
        .collect();
    let mut centrality = vec![0.0; count];
    for source in 0..count {
        let mut order = Vec::with_capacity(count);
        let mut before: Vec<Vec<usize>> = vec![Vec::new(); count];
        let mut ways = vec![0.0; count];
        let mut distance = vec![usize::MAX; count];
        (ways[source], distance[source]) = (1.0, 0);
        let mut queue = VecDeque::from([source]);
        while let Some(node) = queue.pop_front() {
            order.push(node);
            for &next in &neighbours[node] {
                if distance[next] == usize::MAX {
                    distance[next] = distance[node] + 1;
                    queue.push_back(next);
                }
                if distance[next] == distance[node] + 1 {
                    ways[next] += ways[node];
                    before[next].push(node);
                }
            }
        }
        let mut dependency = vec![0.0; count];
        for &node in order.iter().rev() {
            for &previous in &before[node] {
                dependency[previous] += ways[previous] / ways[node] * (1.0 + dependency[node]);
            }
            if node != source {
                centrality[node] += dependency[node];
            }
        }
    }
    let pairs = (count.saturating_sub(1) * count.saturating_sub(2)) as f64;
    centrality.iter().map(|sum| if pairs > 0.0 { sum / pairs } else { 0.0 }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::fixtures::{edge, node};

    #[test]
    fn the_middle_of_a_path_lies_between() {
        let nodes = ["a", "b", "c", "d"].map(|name| node(name, name)).to_vec();
        let link = |from: &str, to: &str| (from.to_owned(), edge("partOf", 1, 1.0), to.to_owned());
        let measures = Measures::of(&Subgraph::new(nodes, vec![link("a", "b"), link("b", "c"), link("c", "d")]));
        assert_eq!(measures.degree, [1, 2, 2, 1]);
        let rounded: Vec<f64> = measures.betweenness.iter().map(|value| (value * 1000.0).round() / 1000.0).collect();
        assert_eq!(rounded, [0.0, 0.667, 0.667, 0.0]);
        assert!((measures.page_rank.iter().sum::<f64>() - 1.0).abs() < 1e-9);
        assert!(measures.page_rank[3] > measures.page_rank[0]);
    }

    #[test]
    fn nothing_is_measured_as_nothing() {
        assert_eq!(Measures::of(&Subgraph::default()), Measures::default());
    }
}
