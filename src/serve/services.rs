//! What a query may call besides the store: the hosts that are allowed, and the search.

use std::sync::Arc;

use oxigraph::sparql::SparqlEvaluator;

use super::{
    AppState,
    federation::Service,
    search::{SearchService, service_name},
};
use crate::store::Extension;

/// Adds the services to an evaluator.
pub(super) fn extension(state: &AppState) -> Extension {
    let (federation, search) = (state.federation.clone(), state.config.search.clone());
    Arc::new(move |mut evaluator: SparqlEvaluator| {
        if let Some(federation) = &federation {
            evaluator = evaluator.with_default_service_handler(Service(Arc::clone(federation)));
        }
        if let Some(search) = &search {
            evaluator = evaluator.with_service_handler(service_name(), SearchService(Arc::clone(search)));
        }
        evaluator
    })
}
