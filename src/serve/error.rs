//! What a client is told when a request fails: the status and a line of text.

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};

use super::{Limits, negotiate};
use crate::store::QueryError;

/// Why a request failed.
#[derive(Debug)]
pub(super) enum HttpError {
    /// The request lacks something or is malformed.
    BadRequest(String),
    /// The query did not give an answer.
    Query(QueryError),
    /// The client accepts no format that the result can be written in.
    NotAcceptable(&'static [&'static str]),
    /// The body is in no form that the protocol knows.
    UnsupportedMediaType,
    /// The result is larger than allowed.
    ResultTooLarge(usize),
    /// All places are taken.
    Busy,
    /// Something that the client can do nothing about; the cause goes to the log only.
    Internal(String),
}

impl HttpError {
    fn status_and_message(self, limits: &Limits) -> (StatusCode, String) {
        match self {
            Self::BadRequest(message) => (StatusCode::BAD_REQUEST, message),
            Self::Query(error @ QueryError::TimedOut { .. }) => (StatusCode::SERVICE_UNAVAILABLE, error.to_string()),
            Self::Query(QueryError::Evaluation { source }) => {
                log(&source);
                (StatusCode::INTERNAL_SERVER_ERROR, "the query could not be evaluated".to_owned())
            }
            Self::Query(error) => (StatusCode::BAD_REQUEST, error.to_string()),
            Self::NotAcceptable(offered) => {
                (StatusCode::NOT_ACCEPTABLE, format!("this result can be had as {}", offered.join(", ")))
            }
            Self::UnsupportedMediaType => (
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                format!("POST a query as {} or {}", negotiate::FORM, negotiate::SPARQL_QUERY),
            ),
            Self::ResultTooLarge(bytes) => (
                StatusCode::PAYLOAD_TOO_LARGE,
                format!("the result is larger than {bytes} bytes; ask for less, e.g. by LIMIT"),
            ),
            Self::Busy => (
                StatusCode::SERVICE_UNAVAILABLE,
                format!("all {} places for queries are taken; try again later", limits.queries),
            ),
            Self::Internal(cause) => {
                log(&cause);
                (StatusCode::INTERNAL_SERVER_ERROR, "the service failed; its log says why".to_owned())
            }
        }
    }

    /// The response.
    pub(super) fn response(self, limits: &Limits) -> Response {
        let (status, message) = self.status_and_message(limits);
        (status, format!("{message}\n")).into_response()
    }
}

/// The service's log is standard error.
fn log(cause: &dyn std::fmt::Display) {
    use std::io::Write as _;
    let _ = writeln!(std::io::stderr().lock(), "error: {cause}");
}
