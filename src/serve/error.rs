//! What a client is told when a request fails: the status and a line of text.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

use super::negotiate;
use crate::store::{QueryError, StoreError, UpdateError};

/// Why a request failed.
#[derive(Debug)]
pub(super) enum HttpError {
    /// The request lacks something or is malformed.
    BadRequest(String),
    /// The query did not give an answer.
    Query(QueryError),
    /// The query was stopped at the end of its time.
    TimedOut(std::time::Duration),
    /// The query needs more memory than allowed.
    OutOfMemory(usize),
    /// The client accepts no format that the result can be written in.
    NotAcceptable(&'static [&'static str]),
    /// The body is in no form that is understood here; what would be.
    UnsupportedMediaType(&'static [&'static str]),
    /// The result is larger than allowed.
    ResultTooLarge(usize),
    /// The request is larger than allowed.
    RequestTooLarge(usize),
    /// There is no such thing.
    NotFound(String),
    /// Nobody may do this without a token.
    Unauthorized,
    /// The token does not suffice, or nothing would.
    Forbidden(String),
    /// The method does not fit; which would.
    MethodNotAllowed(&'static str),
    /// It is there already.
    Conflict(String),
    /// All places are taken; the seconds after which to try again.
    Busy(u64),
    /// The search index is being made.
    NotIndexed,
    /// Something that the client can do nothing about; the cause goes to the log only.
    Internal(String),
}

impl HttpError {
    fn status_and_message(&self) -> (StatusCode, String) {
        match self {
            Self::BadRequest(message) => (StatusCode::BAD_REQUEST, message.clone()),
            Self::Query(QueryError::Evaluation { source }) => match source {
                oxigraph::sparql::QueryEvaluationError::UnsupportedService(name) => (
                    StatusCode::FORBIDDEN,
                    format!("this service does not ask {name}; its operator may allow hosts by --allow-host"),
                ),
                source @ (oxigraph::sparql::QueryEvaluationError::UnboundService
                | oxigraph::sparql::QueryEvaluationError::InvalidServiceName(_)) => {
                    (StatusCode::BAD_REQUEST, source.to_string())
                }
                oxigraph::sparql::QueryEvaluationError::Service(cause) => {
                    (StatusCode::BAD_GATEWAY, format!("another service did not answer: {cause}"))
                }
                source => {
                    tracing::error!(cause = %source, "a query could not be evaluated");
                    (StatusCode::INTERNAL_SERVER_ERROR, "the query could not be evaluated".to_owned())
                }
            },
            Self::Query(error) => (StatusCode::BAD_REQUEST, error.to_string()),
            Self::TimedOut(limit) => (
                StatusCode::SERVICE_UNAVAILABLE,
                format!("the query was stopped after {} s; ask for less", limit.as_secs_f32()),
            ),
            Self::OutOfMemory(bytes) => (
                StatusCode::SERVICE_UNAVAILABLE,
                format!("the query was stopped because it needs more than {bytes} bytes of memory; ask for less"),
            ),
            Self::NotAcceptable(offered) => {
                (StatusCode::NOT_ACCEPTABLE, format!("this can be had as {}", offered.join(", ")))
            }
            Self::UnsupportedMediaType(known) => {
                (StatusCode::UNSUPPORTED_MEDIA_TYPE, format!("send it as {}", known.join(", ")))
            }
            Self::ResultTooLarge(bytes) => (
                StatusCode::PAYLOAD_TOO_LARGE,
                format!("the result is larger than {bytes} bytes; ask for less, e.g. by LIMIT"),
            ),
            Self::RequestTooLarge(bytes) => {
                (StatusCode::PAYLOAD_TOO_LARGE, format!("the request is larger than {bytes} bytes"))
            }
            Self::NotFound(what) => (StatusCode::NOT_FOUND, what.clone()),
            Self::Unauthorized => {
                (StatusCode::UNAUTHORIZED, "this needs a token: Authorization: Bearer TOKEN".to_owned())
            }
            Self::Forbidden(why) => (StatusCode::FORBIDDEN, why.clone()),
            Self::MethodNotAllowed(allowed) => {
                (StatusCode::METHOD_NOT_ALLOWED, format!("the methods here are {allowed}"))
            }
            Self::Conflict(what) => (StatusCode::CONFLICT, what.clone()),
            Self::Busy(_) => {
                (StatusCode::SERVICE_UNAVAILABLE, "all places for queries are taken; try again later".to_owned())
            }
            Self::NotIndexed => {
                (StatusCode::SERVICE_UNAVAILABLE, "the search index is being made; try again soon".to_owned())
            }
            Self::Internal(cause) => {
                tracing::error!(%cause, "the service failed");
                (StatusCode::INTERNAL_SERVER_ERROR, "the service failed; its log says why".to_owned())
            }
        }
    }
}

impl IntoResponse for HttpError {
    fn into_response(self) -> Response {
        let (status, message) = self.status_and_message();
        let mut response = (status, format!("{message}\n")).into_response();
        let headers = response.headers_mut();
        match self {
            Self::Busy(seconds) => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
            }
            Self::NotIndexed => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from(5));
            }
            Self::TimedOut(_) | Self::OutOfMemory(_) => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from(60));
            }
            Self::Unauthorized => {
                headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"yutu\""));
            }
            Self::MethodNotAllowed(allowed) => {
                headers.insert(header::ALLOW, HeaderValue::from_static(allowed));
            }
            Self::UnsupportedMediaType(known) if known.contains(&negotiate::SPARQL_QUERY) => {
                headers.insert("accept-post", HeaderValue::from_static(negotiate::ACCEPT_POST));
            }
            _ => {}
        }
        response
    }
}

impl From<StoreError> for HttpError {
    fn from(error: StoreError) -> Self {
        match error {
            error @ StoreError::NotAnIri { .. } => Self::BadRequest(error.to_string()),
            error @ StoreError::NoSuchGraph { .. } => Self::NotFound(error.to_string()),
            error @ StoreError::ReadOnly { .. } => Self::Forbidden(error.to_string()),
            error @ (StoreError::BackupExists { .. } | StoreError::InMemory) => Self::Conflict(error.to_string()),
            error => Self::Internal(chain(&error)),
        }
    }
}

impl From<UpdateError> for HttpError {
    fn from(error: UpdateError) -> Self {
        match error {
            UpdateError::Store(error) => error.into(),
            UpdateError::Evaluation { source } => Self::Query(QueryError::Evaluation { source }),
            error @ UpdateError::Load { .. } => Self::Forbidden(error.to_string()),
            error @ (UpdateError::GraphExists(_) | UpdateError::NoSuchGraph(_)) => Self::Conflict(error.to_string()),
            error => Self::BadRequest(error.to_string()),
        }
    }
}

impl From<tokio::task::JoinError> for HttpError {
    fn from(error: tokio::task::JoinError) -> Self {
        Self::Internal(error.to_string())
    }
}

/// An error with its causes, for the log.
pub(super) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
