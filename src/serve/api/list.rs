//! Lists as JSON or CSV, as the client likes better.

use axum::{http::HeaderMap, response::Response};
use serde::Serialize;
use serde_json::Value;

use crate::serve::{
    AppState,
    error::{HttpError, chain},
    evaluate, negotiate,
};

/// A list as JSON, or as CSV where the client likes that better.
pub(super) fn listed<T: Serialize>(
    state: &AppState,
    headers: &HeaderMap,
    rows: &[T],
    columns: &[&str],
) -> Result<Response, HttpError> {
    let is_csv = negotiate::wants_csv(headers).ok_or(HttpError::NotAcceptable(&["application/json", "text/csv"]))?;
    let failed = |error: &dyn std::error::Error| HttpError::Internal(chain(error));
    let rows = rows.iter().map(serde_json::to_value).collect::<Result<Vec<_>, _>>().map_err(|error| failed(&error))?;
    if !is_csv {
        let bytes = serde_json::to_vec(&rows).map_err(|error| failed(&error))?;
        return Ok(evaluate::whole("application/json", bytes.into(), None, state));
    }
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    writer.write_record(columns).map_err(|error| failed(&error))?;
    for row in &rows {
        let field = |path: &str| match row.pointer(&format!("/{}", path.replace('.', "/"))) {
            None | Some(Value::Null) => String::new(),
            Some(Value::String(text)) => text.clone(),
            Some(Value::Array(values)) => values
                .iter()
                .map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned))
                .collect::<Vec<_>>()
                .join("|"),
            Some(other) => other.to_string(),
        };
        writer.write_record(columns.iter().map(|column| field(column))).map_err(|error| failed(&error))?;
    }
    let bytes = writer.into_inner().map_err(|error| failed(&error))?;
    Ok(evaluate::whole("text/csv", bytes.into(), None, state))
}
