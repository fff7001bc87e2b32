//! What a query may call besides the store: the hosts that are allowed, and the search.

use std::sync::Arc;

use oxigraph::sparql::SparqlEvaluator;

use super::{AppState, federation::Service};
use crate::store::Extension;

/// Adds the services to an evaluator.
pub(super) fn extension(state: &AppState) -> Extension {
    let federation = state.federation.clone();
    Arc::new(move |mut evaluator: SparqlEvaluator| {
        if let Some(federation) = &federation {
            evaluator = evaluator.with_default_service_handler(Service(Arc::clone(federation)));
        }
        evaluator
    })
}
