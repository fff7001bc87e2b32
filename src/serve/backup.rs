//! `/admin/backup`: a copy of the store while it is served.

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
    response::Response,
};
use serde::Deserialize;
use serde_json::json;

use super::{
    AppState,
    auth::{self, Role},
    error::HttpError,
    evaluate,
    form::Given,
};

/// Parameters of a backup.
#[derive(Debug, Deserialize)]
pub(super) struct BackupAsked {
    name: Option<String>,
}

/// `POST /admin/backup?name=NAME`: a copy of the store as it is now, in the folder of `--backup-dir`.
pub(super) async fn post(
    State(state): State<AppState>,
    Given(asked): Given<BackupAsked>,
    headers: HeaderMap,
) -> Result<Response, HttpError> {
    auth::allow(&state, &headers, Role::Admin)?;
    let folder = state.config.backup_folder.clone();
    let folder = folder.ok_or_else(|| {
        HttpError::forbidden("本服务启动时未给 --backup-dir", "this service was started without --backup-dir")
    })?;
    let name = asked.name.unwrap_or_else(|| jiff::Timestamp::now().strftime("%Y%m%dT%H%M%SZ").to_string());
    if name.is_empty() || name.len() > 100 || !name.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_') {
        return Err(HttpError::bad_request(
            "备份的名称只能用字母、数字、- 和 _",
            "a backup's name is letters, digits, - and _",
        ));
    }
    let shared = state.clone();
    let path = folder.join(&name);
    tokio::task::spawn_blocking(move || shared.store.backup(&path)).await??;
    let bytes = json!({ "name": name }).to_string();
    let mut response = evaluate::whole("application/json", bytes.into(), None, &state);
    *response.status_mut() = StatusCode::CREATED;
    Ok(response)
}
