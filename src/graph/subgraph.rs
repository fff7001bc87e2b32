//! A part of the graph as a plain value: entities, relations between them, where one looks from, what was left out.
//!
//! It is made from [`Facts`](super::Facts) and knows no store. Nodes stand in the order of their addresses, edges in the order
//! of subject, relation, object, so that everything drawn or written from it comes out the same each time.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use petgraph::{
    Direction,
    graph::{DiGraph, NodeIndex},
    visit::EdgeRef as _,
};

use super::style::{LabelLang, relation_label};
use crate::model::{EntityType, Predicate};

/// What an edge says.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Relation {
    /// One of the sixteen.
    Known(Predicate),
    /// Another property, by its address: what a CONSTRUCT makes or foreign RDF brings.
    Other(String),
}

impl Relation {
    /// The name that files carry: `attracts`, or the address.
    pub fn name(&self) -> &str {
        match self {
            Self::Known(predicate) => predicate.as_str(),
            Self::Other(iri) => iri,
        }
    }

    /// The name that people read: `引进` or `attracts`; of other properties the last part of the address.
    pub fn label(&self, lang: LabelLang) -> &str {
        relation_label(self, lang)
    }

    /// Whether it has no direction.
    pub fn is_symmetric(&self) -> bool {
        matches!(self, Self::Known(predicate) if predicate.is_symmetric())
    }
}

/// An entity in a picture.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Node {
    /// Its address.
    pub iri: String,
    /// What it is called, e.g. `京滨工业园`.
    pub label: String,
    /// What it is; `None` for what is of none of the fourteen types.
    pub kind: Option<EntityType>,
    /// Its reference code, e.g. `120114`.
    pub code: Option<String>,
    /// How many articles name it.
    pub articles: usize,
    /// Whether the picture is about it.
    pub is_focus: bool,
    /// Steps to the nearest entity that the picture is about; `None` where no way leads there.
    pub hops: Option<usize>,
    /// How many of its neighbours were left out.
    pub hidden: usize,
}

/// A fact between two entities of a picture: one edge, however many articles state it.
#[derive(Debug, Clone, PartialEq)]
pub struct Edge {
    /// What it says.
    pub relation: Relation,
    /// The best confidence that an article's claim has, 0 to 1; `None` where no claim is known.
    pub confidence: Option<f64>,
    /// Addresses of the articles that state it.
    pub articles: BTreeSet<String>,
    /// Whether it is told only as a plan (拟, 将).
    pub planned: bool,
}

impl Edge {
    /// Articles that state it, at least 1: what lines are drawn by.
    pub fn weight(&self) -> usize {
        self.articles.len().max(1)
    }

    /// How well it is supported: `(1 + ln articles) × confidence`. One sure article counts as much as three of confidence 0.48.
    pub fn evidence(&self) -> f64 {
        (1.0 + (self.weight() as f64).ln()) * self.confidence.unwrap_or(1.0)
    }
}

/// What a picture does not show.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Omitted {
    /// Entities left out to keep to the limit, by type.
    pub nodes: BTreeMap<Option<EntityType>, usize>,
    /// Relations left out with them.
    pub edges: usize,
    /// Values (texts, numbers) of a CONSTRUCT that are no entities.
    pub values: usize,
}

impl Omitted {
    /// Entities left out, all types together.
    pub fn node_count(&self) -> usize {
        self.nodes.values().sum()
    }
}

/// A part of the graph.
#[derive(Debug, Clone, Default)]
pub struct Subgraph {
    /// Entities and facts between them.
    pub graph: DiGraph<Node, Edge>,
    /// What is not in it.
    pub omitted: Omitted,
}

impl Subgraph {
    /// Puts a subgraph together; nodes get their distance to the nearest focus. Edges whose ends are unknown are dropped.
    pub fn new(mut nodes: Vec<Node>, mut edges: Vec<(String, Edge, String)>) -> Self {
        nodes.sort_by(|a, b| a.iri.cmp(&b.iri));
        nodes.dedup_by(|a, b| a.iri == b.iri);
        edges.sort_by(|a, b| (&a.0, &a.1.relation, &a.2).cmp(&(&b.0, &b.1.relation, &b.2)));
        let mut graph = DiGraph::with_capacity(nodes.len(), edges.len());
        let mut index: BTreeMap<String, NodeIndex> = BTreeMap::new();
        for node in nodes {
            index.insert(node.iri.clone(), graph.add_node(node));
        }
        for (subject, edge, object) in edges {
            if let (Some(&subject), Some(&object)) = (index.get(&subject), index.get(&object)) {
                graph.add_edge(subject, object, edge);
            }
        }
        let mut this = Self { graph, omitted: Omitted::default() };
        this.count_hops();
        this
    }

    /// The entities that it is about.
    pub fn focus(&self) -> impl Iterator<Item = NodeIndex> + '_ {
        self.graph.node_indices().filter(|&node| self.graph[node].is_focus)
    }

    /// All articles that state a fact in it.
    pub fn articles(&self) -> BTreeSet<&str> {
        self.graph.edge_weights().flat_map(|edge| edge.articles.iter().map(String::as_str)).collect()
    }

    /// Edges as pairs of node numbers, in order.
    pub fn ends(&self) -> Vec<(usize, usize)> {
        self.graph.edge_references().map(|edge| (edge.source().index(), edge.target().index())).collect()
    }

    /// What the picture is about, in words: `武清区、京滨工业园`; empty for a CONSTRUCT.
    pub fn focus_names(&self, lang: LabelLang) -> String {
        let names: Vec<&str> = self.focus().map(|node| self.graph[node].label.as_str()).collect();
        names.join(lang.pick("、", ", "))
    }

    fn count_hops(&mut self) {
        let mut queue: VecDeque<NodeIndex> = self.focus().collect();
        for node in self.graph.node_weights_mut() {
            node.hops = node.is_focus.then_some(0);
        }
        while let Some(node) = queue.pop_front() {
            let next = self.graph[node].hops.map(|hops| hops + 1);
            for neighbour in self.graph.neighbors_undirected(node).collect::<Vec<_>>() {
                if self.graph[neighbour].hops.is_none() {
                    self.graph[neighbour].hops = next;
                    queue.push_back(neighbour);
                }
            }
        }
    }

    /// The edges of a node, both ways.
    pub(super) fn edges_of(&self, node: NodeIndex) -> impl Iterator<Item = (NodeIndex, &Edge)> + '_ {
        let out = self.graph.edges_directed(node, Direction::Outgoing).map(|edge| (edge.target(), edge.weight()));
        let into = self.graph.edges_directed(node, Direction::Incoming).map(|edge| (edge.source(), edge.weight()));
        out.chain(into)
    }
}
