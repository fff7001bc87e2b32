//! Whole graphs in and out, and the one place where single quads are written: the union is kept whatever is written.
//!
//! Where the default graph is the union of the others it cannot be written to as such. What names no graph then goes to, and is taken
//! from, [`YutuStore::unnamed_graph`], which is part of the union like any other graph.

use oxigraph::{
    model::{GraphName, GraphNameRef, NamedNode, NamedNodeRef, NamedOrBlankNode, Quad, Triple},
    store::{StorageError, Transaction},
};

use super::{StoreError, YutuStore, open::is_description, union};

/// A graph as SPARQL's protocols name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GraphTarget {
    /// The default graph.
    Default,
    /// A named graph.
    Named(NamedNode),
}

/// A transaction that keeps the union.
pub(super) struct Writer<'a> {
    store: &'a YutuStore,
    pub(super) transaction: Transaction<'a>,
    is_scratch: bool,
    own: NamedNode,
    unnamed: NamedNode,
    /// Quads written or removed so far.
    pub(super) touched: usize,
}

impl<'a> Writer<'a> {
    /// The graph that is meant where quads say `graph`: with a union, the default graph stands for [`YutuStore::unnamed_graph`].
    pub(super) fn resolved(&self, graph: GraphName) -> GraphName {
        match graph {
            GraphName::DefaultGraph if !self.is_scratch => self.unnamed.clone().into(),
            graph => graph,
        }
    }

    /// Whether a graph is the one that says how the store is written, which stays as it is.
    pub(super) fn is_own(&self, graph: GraphNameRef<'_>) -> bool {
        !self.is_scratch && graph == GraphNameRef::from(&self.own)
    }

    /// Adds a quad.
    pub(super) fn insert(&mut self, mut quad: Quad) {
        quad.graph_name = self.resolved(quad.graph_name);
        // Another store's description would leave open which is this one's.
        if self.is_own(quad.graph_name.as_ref()) || !self.is_scratch && is_description(&quad) {
            return;
        }
        self.touched += 1;
        self.store.note([&quad]);
        self.transaction.insert(&quad);
        if !self.is_scratch {
            self.transaction.insert(union::in_default(&quad));
        }
    }

    /// Takes a quad away.
    pub(super) fn remove(&mut self, mut quad: Quad) -> Result<(), StorageError> {
        quad.graph_name = self.resolved(quad.graph_name);
        if self.is_own(quad.graph_name.as_ref()) {
            return Ok(());
        }
        self.touched += 1;
        self.store.note([&quad]);
        self.transaction.remove(&quad);
        if !self.is_scratch && !union::held_elsewhere(&self.transaction, &quad)? {
            self.transaction.remove(union::in_default(&quad));
        }
        Ok(())
    }

    /// Makes a graph that may stay empty.
    pub(super) fn create(&mut self, graph: NamedNodeRef<'_>) {
        if !self.is_own(graph.into()) {
            self.transaction.insert_named_graph(graph);
        }
    }

    /// Whether a graph is there; the default graph always is.
    pub(super) fn exists(&self, graph: &GraphTarget) -> Result<bool, StorageError> {
        match graph {
            GraphTarget::Default => Ok(true),
            GraphTarget::Named(graph) => self.transaction.contains_named_graph(graph),
        }
    }

    /// Empties a graph, and forgets a named one.
    pub(super) fn drop(&mut self, graph: &GraphTarget) -> Result<(), StorageError> {
        let name = match graph {
            GraphTarget::Default if self.is_scratch => return self.transaction.clear_graph(GraphNameRef::DefaultGraph),
            GraphTarget::Default => self.unnamed.clone(),
            GraphTarget::Named(graph) if self.is_own(graph.into()) => return Ok(()),
            GraphTarget::Named(graph) => graph.clone(),
        };
        if self.is_scratch {
            return self.transaction.remove_named_graph(&name);
        }
        let retracted = union::retract(&mut self.transaction, &name)?;
        self.store.note(&retracted);
        self.touched += retracted.len();
        Ok(())
    }

    /// The named graphs that a client may empty: with a union, not the one that stands for the default graph, nor the store's own.
    pub(super) fn named_graphs(&self) -> Result<Vec<NamedOrBlankNode>, StorageError> {
        let (own, unnamed) = (NamedOrBlankNode::from(self.own.clone()), NamedOrBlankNode::from(self.unnamed.clone()));
        let mut names: Vec<NamedOrBlankNode> = self.transaction.named_graphs().collect::<Result<_, _>>()?;
        names.retain(|name| self.is_scratch || *name != own && *name != unnamed);
        Ok(names)
    }
}

impl YutuStore {
    /// Begins to write; nothing is seen by others before [`YutuStore::commit`].
    pub(super) fn writer(&self) -> Result<Writer<'_>, StorageError> {
        Ok(Writer {
            store: self,
            transaction: self.store.start_transaction()?,
            is_scratch: self.is_scratch,
            own: self.store_node(),
            unnamed: self.unnamed_graph(),
            touched: 0,
        })
    }

    /// Makes what was written visible and lasting.
    pub(super) fn commit(&self, writer: Writer<'_>, tried: &'static str) -> Result<(), StoreError> {
        let touched = writer.touched;
        self.changing();
        writer.transaction.commit().map_err(self.failed(tried))?;
        self.changed();
        self.wrote(2 * touched)
    }

    /// Whether a graph is there; the default graph always is.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn contains_graph(&self, graph: &GraphTarget) -> Result<bool, StoreError> {
        match graph {
            GraphTarget::Default => Ok(true),
            GraphTarget::Named(graph) => self.store.contains_named_graph(graph).map_err(self.failed("look a graph up")),
        }
    }

    /// Adds triples to a graph, or puts them in the place of what it holds, all or nothing. Says whether the graph was made by that.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn put_graph(
        &self,
        graph: &GraphTarget,
        triples: impl IntoIterator<Item = Triple>,
        replace: bool,
    ) -> Result<bool, StoreError> {
        let tried = "write a graph";
        let failed = self.failed(tried);
        let mut writer = self.writer().map_err(&failed)?;
        let existed = writer.exists(graph).map_err(&failed)?;
        if replace && existed {
            writer.drop(graph).map_err(&failed)?;
        }
        let name = match graph {
            GraphTarget::Default => GraphName::DefaultGraph,
            GraphTarget::Named(graph) => {
                writer.create(graph.as_ref());
                graph.clone().into()
            }
        };
        for triple in triples {
            writer.insert(triple.in_graph(name.clone()));
        }
        self.commit(writer, tried)?;
        Ok(!existed)
    }

    /// Adds quads, each to its graph, all or nothing.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn insert_quads(&self, quads: impl IntoIterator<Item = Quad>) -> Result<(), StoreError> {
        let tried = "write quads";
        let mut writer = self.writer().map_err(self.failed(tried))?;
        quads.into_iter().for_each(|quad| writer.insert(quad));
        self.commit(writer, tried)
    }

    /// Removes a graph with all its triples; the default graph is emptied. Says whether it was there.
    ///
    /// # Errors
    /// When the store cannot be read or written.
    pub fn remove_graph(&self, graph: &GraphTarget) -> Result<bool, StoreError> {
        let tried = "remove a graph";
        let failed = self.failed(tried);
        let mut writer = self.writer().map_err(&failed)?;
        if !writer.exists(graph).map_err(&failed)? {
            return Ok(false);
        }
        writer.drop(graph).map_err(&failed)?;
        self.commit(writer, tried)?;
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use oxigraph::model::{Literal, NamedNode};

    use super::*;
    use crate::store::articles::tests::{fixtures, store_of};

    fn triple(object: i32) -> Triple {
        let node = NamedNode::new_unchecked("urn:a");
        Triple::new(node.clone(), node, Literal::from(object))
    }

    fn named(iri: &str) -> GraphTarget {
        GraphTarget::Named(NamedNode::new_unchecked(iri))
    }

    #[test]
    fn a_graph_that_is_put_replaces_and_one_that_is_added_does_not() {
        let store = store_of(&fixtures());
        let before = store.stats().expect("counts").triples;
        let graph = named("urn:g");
        assert!(store.put_graph(&graph, [triple(1), triple(2)], true).expect("written"), "made");
        assert!(!store.put_graph(&graph, [triple(3)], false).expect("written"), "was there");
        assert_eq!(store.stats().expect("counts").triples, before + 3, "seen by plain queries");
        store.put_graph(&graph, [triple(4)], true).expect("written");
        assert_eq!(store.stats().expect("counts").triples, before + 1);
        assert!(store.remove_graph(&graph).expect("removed"));
        assert!(!store.remove_graph(&graph).expect("nothing to remove"));
        assert_eq!(store.stats().expect("counts").triples, before);
    }

    #[test]
    fn a_triple_of_two_graphs_stays_in_the_union_until_both_are_gone() {
        let store = YutuStore::in_memory().expect("a store");
        for graph in ["urn:g", "urn:h"] {
            store.put_graph(&named(graph), [triple(1)], true).expect("written");
        }
        store.remove_graph(&named("urn:g")).expect("removed");
        assert_eq!(store.stats().expect("counts").triples, 1);
        store.remove_graph(&named("urn:h")).expect("removed");
        assert_eq!(store.stats().expect("counts").triples, 0);
    }

    #[test]
    fn what_is_written_without_a_graph_stands_in_a_graph_of_its_own() {
        let store = store_of(&fixtures());
        let articles = store.stats().expect("counts").articles;
        store.put_graph(&GraphTarget::Default, [triple(1)], false).expect("written");
        assert!(store.contains_graph(&GraphTarget::Named(store.unnamed_graph())).expect("read"));
        store.remove_graph(&GraphTarget::Default).expect("emptied");
        assert_eq!(store.stats().expect("counts").articles, articles, "articles are not emptied with it");
    }

    #[test]
    fn the_stores_own_graph_cannot_be_written() {
        let store = YutuStore::in_memory().expect("a store");
        let own = GraphTarget::Named(store.store_node());
        store.put_graph(&own, [triple(1)], true).expect("ignored");
        store.remove_graph(&own).expect("ignored");
        assert_eq!(store.oxigraph().len().expect("counted"), 1, "the version is still there");
    }
}
