//! The default graph as the union of all named graphs, kept as real triples.
//!
//! Invariant: a triple is in the default graph if and only if a named graph other than `id:store` holds it. Oxigraph can treat
//! the default graph as a union without writing it, but then answers a triple once for each graph that holds it: counts are
//! wrong, and a join over an entity that a thousand articles name multiplies its label by its type by its name.

use oxigraph::{
    model::{GraphName, GraphNameRef, NamedNode, Quad, QuadRef},
    store::{StorageError, Transaction},
};

/// The triple of a quad in the default graph.
pub(super) fn in_default(quad: &Quad) -> QuadRef<'_> {
    QuadRef::new(&quad.subject, &quad.predicate, &quad.object, GraphNameRef::DefaultGraph)
}

/// The same as an owned quad.
pub(super) fn to_default(quad: &Quad) -> Quad {
    Quad { graph_name: GraphName::DefaultGraph, ..quad.clone() }
}

/// Removes a graph and takes out of the union what no other graph holds. Returns the quads that it had.
pub(super) fn retract(transaction: &mut Transaction<'_>, graph: &NamedNode) -> Result<Vec<Quad>, StorageError> {
    let quads: Vec<Quad> =
        transaction.quads_for_pattern(None, None, None, Some(graph.into())).collect::<Result<_, _>>()?;
    transaction.remove_named_graph(graph)?;
    for quad in &quads {
        if !held_elsewhere(transaction, quad)? {
            transaction.remove(in_default(quad));
        }
    }
    Ok(quads)
}

/// Whether a named graph holds the triple of a quad.
pub(super) fn held_elsewhere(transaction: &Transaction<'_>, quad: &Quad) -> Result<bool, StorageError> {
    let holders = transaction.quads_for_pattern(
        Some((&quad.subject).into()),
        Some((&quad.predicate).into()),
        Some((&quad.object).into()),
        None,
    );
    for holder in holders {
        if !holder?.graph_name.is_default_graph() {
            return Ok(true);
        }
    }
    Ok(false)
}
