//! What lies around entities, placed to be drawn.

use axum::{extract::State, http::HeaderMap, response::Response};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{look_up, meant, predicates};
use crate::{
    graph::{self, DrawOptions, Drawing, Scope, Sketch},
    serve::{
        AppState,
        error::{HttpError, chain},
        evaluate,
        form::Given,
        pages, search as finding,
    },
};

/// Parameters of a subgraph.
#[derive(Debug, Deserialize, IntoParams)]
pub(in crate::serve) struct SubgraphAsked {
    /// Addresses or names, separated by commas
    entity: String,
    /// Steps from there, up to 3
    hops: Option<usize>,
    /// Types of entities, e.g. Region,Park
    types: Option<String>,
    /// Relations, e.g. attracts,locatedIn
    predicates: Option<String>,
    /// At most so many entities, up to 500
    max_nodes: Option<usize>,
}

/// What lies around entities, as elements for Cytoscape.js
#[utoipa::path(get, path = "/api/v1/subgraph", params(SubgraphAsked), responses((status = 200, description = "nodes and edges with places", body = Drawing), (status = 404, description = "no such entity")))]
pub(in crate::serve) async fn subgraph(
    State(state): State<AppState>,
    Given(asked): Given<SubgraphAsked>,
    headers: HeaderMap,
) -> Result<Response, HttpError> {
    let scope = Scope {
        hops: asked.hops.unwrap_or(1).min(3),
        kinds: finding::types(asked.types.as_deref().unwrap_or_default())?,
        predicates: predicates(asked.predicates.as_deref().unwrap_or_default())?,
    };
    let max_nodes = asked.max_nodes.unwrap_or(100).clamp(1, 500);
    let lang = pages::lang(&headers);
    let text = look_up(&state, &headers, move |store| {
        let focus = asked.entity.split(',').map(|name| meant(store, name)).collect::<Result<Vec<_>, _>>()?;
        let found = graph::neighbourhood(store, &focus, &scope).map_err(|error| HttpError::Internal(chain(&error)))?;
        let found = graph::truncate(&found, max_nodes);
        let options = DrawOptions { lang, ..DrawOptions::default() };
        Ok(graph::json(&Sketch::new(found, options).place()))
    })
    .await?;
    Ok(evaluate::whole("application/json", text.into(), None, &state))
}
