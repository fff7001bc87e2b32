//! Why a request fails: the status, a code for programs, and a line of text in Chinese and English. `tell` chooses the language.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use oxigraph::sparql::{CancellationToken, QueryEvaluationError};

use super::{Limits, negotiate, tell::Told};
use crate::{
    model::UnknownName,
    query,
    store::{QueryError, StoreError, UpdateError},
};

/// A text in both languages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) zh: String,
    pub(super) en: String,
}

/// Why a request failed.
#[derive(Debug)]
pub(super) enum HttpError {
    /// The request lacks something or is malformed.
    BadRequest(Said),
    /// The query did not give an answer.
    Query(QueryError),
    /// The query was stopped at the end of its time.
    TimedOut(std::time::Duration),
    /// The query needs more memory than allowed.
    OutOfMemory(usize),
    /// The query needs more memory than other queries have left; the bytes that all may hold.
    MemoryTaken(usize),
    /// The client accepts no format that the result can be written in.
    NotAcceptable(&'static [&'static str]),
    /// The body is in no form that is understood here; what would be.
    UnsupportedMediaType(&'static [&'static str]),
    /// The result is larger than allowed.
    ResultTooLarge(usize),
    /// The request is larger than allowed.
    RequestTooLarge(usize),
    /// There is no such thing.
    NotFound(Said),
    /// Nobody may do this without a token.
    Unauthorized,
    /// The token does not suffice, or nothing would.
    Forbidden(Said),
    /// The method does not fit; which would.
    MethodNotAllowed(&'static str),
    /// It is there already.
    Conflict(Said),
    /// All places are taken; the seconds after which to try again.
    Busy(u64),
    /// The search index is being made.
    NotIndexed,
    /// Something that the client can do nothing about; the cause goes to the log only.
    Internal(String),
}

impl HttpError {
    /// The request lacks something or is malformed.
    pub(super) fn bad_request(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self::BadRequest(Said { zh: zh.into(), en: en.into() })
    }

    /// There is no such thing.
    pub(super) fn not_found(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self::NotFound(Said { zh: zh.into(), en: en.into() })
    }

    /// The token does not suffice, or nothing would.
    pub(super) fn forbidden(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self::Forbidden(Said { zh: zh.into(), en: en.into() })
    }

    /// Status, code and text. The codes are part of the interface: docs/serve.md lists them.
    fn told(&self) -> (StatusCode, &'static str, Said) {
        let said = |zh: String, en: String| Said { zh, en };
        match self {
            Self::BadRequest(text) => (StatusCode::BAD_REQUEST, "bad-request", text.clone()),
            Self::Query(error) => told_of_query(error),
            Self::TimedOut(limit) => {
                let seconds = limit.as_secs_f32();
                (
                    StatusCode::SERVICE_UNAVAILABLE,
                    "query-timeout",
                    said(
                        format!("查询运行 {seconds} 秒后被停止；请缩小查询范围"),
                        format!("the query was stopped after {seconds} s; ask for less"),
                    ),
                )
            }
            Self::OutOfMemory(bytes) => (
                StatusCode::SERVICE_UNAVAILABLE,
                "query-memory",
                said(
                    format!("查询所需内存超过 {bytes} 字节，已被停止；请缩小查询范围"),
                    format!("the query was stopped because it needs more than {bytes} bytes of memory; ask for less"),
                ),
            ),
            Self::MemoryTaken(bytes) => (
                StatusCode::SERVICE_UNAVAILABLE,
                "memory-taken",
                said(
                    format!("各查询合计可用的 {bytes} 字节内存已被占用，此查询被停止；请稍后再试，或缩小查询范围"),
                    format!(
                        "the query was stopped because other queries hold most of the {bytes} bytes of memory that all may hold; \
                         try again later, or ask for less"
                    ),
                ),
            ),
            Self::NotAcceptable(offered) => {
                let offered = offered.join(", ");
                (
                    StatusCode::NOT_ACCEPTABLE,
                    "not-acceptable",
                    said(format!("可提供的格式：{offered}"), format!("this can be had as {offered}")),
                )
            }
            Self::UnsupportedMediaType(known) => {
                let known = known.join(", ");
                (
                    StatusCode::UNSUPPORTED_MEDIA_TYPE,
                    "unsupported-media-type",
                    said(format!("请以下列格式发送：{known}"), format!("send it as {known}")),
                )
            }
            Self::ResultTooLarge(bytes) => (
                StatusCode::PAYLOAD_TOO_LARGE,
                "result-too-large",
                said(
                    format!("结果超过 {bytes} 字节；请缩小查询范围，例如用 LIMIT"),
                    format!("the result is larger than {bytes} bytes; ask for less, e.g. by LIMIT"),
                ),
            ),
            Self::RequestTooLarge(bytes) => (
                StatusCode::PAYLOAD_TOO_LARGE,
                "request-too-large",
                said(format!("请求超过 {bytes} 字节"), format!("the request is larger than {bytes} bytes")),
            ),
            Self::NotFound(text) => (StatusCode::NOT_FOUND, "not-found", text.clone()),
            Self::Unauthorized => (
                StatusCode::UNAUTHORIZED,
                "token-missing",
                said(
                    "此操作需要令牌：Authorization: Bearer 令牌".to_owned(),
                    "this needs a token: Authorization: Bearer TOKEN".to_owned(),
                ),
            ),
            Self::Forbidden(text) => (StatusCode::FORBIDDEN, "forbidden", text.clone()),
            Self::MethodNotAllowed(allowed) => (
                StatusCode::METHOD_NOT_ALLOWED,
                "method-not-allowed",
                said(format!("此处可用的方法：{allowed}"), format!("the methods here are {allowed}")),
            ),
            Self::Conflict(text) => (StatusCode::CONFLICT, "conflict", text.clone()),
            Self::Busy(_) => (
                StatusCode::SERVICE_UNAVAILABLE,
                "busy",
                said(
                    "查询名额已满；请稍后再试".to_owned(),
                    "all places for queries are taken; try again later".to_owned(),
                ),
            ),
            Self::NotIndexed => (
                StatusCode::SERVICE_UNAVAILABLE,
                "not-indexed",
                said(
                    "检索索引正在建立；请稍后再试".to_owned(),
                    "the search index is being made; try again soon".to_owned(),
                ),
            ),
            Self::Internal(cause) => {
                tracing::error!(%cause, "the service failed");
                (
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "internal",
                    said("服务出错；原因见其日志".to_owned(), "the service failed; its log says why".to_owned()),
                )
            }
        }
    }
}

fn told_of_query(error: &QueryError) -> (StatusCode, &'static str, Said) {
    let said = |zh: String, en: String| Said { zh, en };
    match error {
        QueryError::Evaluation { source } => match source {
            QueryEvaluationError::UnsupportedService(name) => (
                StatusCode::FORBIDDEN,
                "host-not-allowed",
                said(
                    format!("本服务不向 {name} 查询；管理者可用 --allow-host 允许"),
                    format!("this service does not ask {name}; its operator may allow hosts by --allow-host"),
                ),
            ),
            source @ (QueryEvaluationError::UnboundService | QueryEvaluationError::InvalidServiceName(_)) => (
                StatusCode::BAD_REQUEST,
                "bad-request",
                said(format!("SERVICE 的名称有误：{source}"), source.to_string()),
            ),
            QueryEvaluationError::Service(cause) => (
                StatusCode::BAD_GATEWAY,
                "service-failed",
                said(format!("另一服务没有回答：{cause}"), format!("another service did not answer: {cause}")),
            ),
            source => {
                tracing::error!(cause = %source, "a query could not be evaluated");
                (
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "internal",
                    said("查询未能执行".to_owned(), "the query could not be evaluated".to_owned()),
                )
            }
        },
        QueryError::Syntax { source } => (
            StatusCode::BAD_REQUEST,
            "query-syntax",
            said(format!("查询不符合 SPARQL 1.1：{source}"), error.to_string()),
        ),
        QueryError::NotAnIri { iri } => {
            (StatusCode::BAD_REQUEST, "bad-request", said(format!("`{iri}` 不是绝对 IRI"), error.to_string()))
        }
        QueryError::NotAVariable { name } => {
            (StatusCode::BAD_REQUEST, "bad-request", said(format!("`{name}` 不是变量名"), error.to_string()))
        }
        QueryError::TimedOut { limit } => HttpError::TimedOut(*limit).told(),
    }
}

impl IntoResponse for HttpError {
    fn into_response(self) -> Response {
        let (status, code, said) = self.told();
        let mut response = Told::new(status, code, said).into_response();
        let headers = response.headers_mut();
        match self {
            Self::Busy(seconds) => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
            }
            Self::NotIndexed | Self::MemoryTaken(_) => {
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

impl HttpError {
    /// The error of an evaluation that was stopped for its memory; `None` where it was not.
    pub(super) fn of_memory(token: &CancellationToken, limits: &Limits) -> Option<Self> {
        if token.is_memory_exceeded() {
            Some(Self::OutOfMemory(limits.of_one_query()))
        } else {
            token.is_shared_memory_exceeded().then_some(Self::MemoryTaken(limits.memory_bytes))
        }
    }
}

impl From<StoreError> for HttpError {
    fn from(error: StoreError) -> Self {
        let said = Said { zh: error.in_chinese(), en: error.to_string() };
        match error {
            StoreError::NotAnIri { .. } => Self::BadRequest(said),
            StoreError::NoSuchGraph { .. } => Self::NotFound(said),
            StoreError::ReadOnly { .. } => Self::Forbidden(said),
            StoreError::BackupExists { .. } | StoreError::InMemory => Self::Conflict(said),
            error => Self::Internal(chain(&error)),
        }
    }
}

impl From<UpdateError> for HttpError {
    fn from(error: UpdateError) -> Self {
        let en = error.to_string();
        match error {
            UpdateError::Store(error) => error.into(),
            UpdateError::Evaluation { source } => Self::Query(QueryError::Evaluation { source }),
            UpdateError::Settings(error) => Self::Query(error),
            UpdateError::Syntax { source } => Self::bad_request(format!("更新语句不符合 SPARQL 1.1：{source}"), en),
            UpdateError::TwoDatasets => Self::bad_request("更新语句已有 USING 或 WITH，不能再给 using-graph-uri", en),
            UpdateError::GraphExists(graph) => {
                Self::Conflict(Said { zh: format!("图 {graph} 已存在；CREATE SILENT 可略过"), en })
            }
            UpdateError::NoSuchGraph(graph) => {
                Self::Conflict(Said { zh: format!("没有图 {graph}；DROP SILENT 可略过"), en })
            }
            UpdateError::Load { address, reason } => Self::forbidden(format!("无法载入 {address}：{reason}"), en),
        }
    }
}

impl From<UnknownName> for HttpError {
    fn from(error: UnknownName) -> Self {
        let UnknownName { name, known, .. } = &error;
        Self::bad_request(format!("没有 `{name}` 这个名称；可用：{known}"), error.to_string())
    }
}

impl From<query::QueryError> for HttpError {
    fn from(error: query::QueryError) -> Self {
        match error {
            query::QueryError::TimedOut { limit } => Self::TimedOut(limit),
            query::QueryError::Evaluation(source) => Self::Query(QueryError::Evaluation { source }),
            query::QueryError::Store(error) => Self::Query(error),
            error => Self::bad_request(error.in_chinese(), chain(&error)),
        }
    }
}

impl From<query::ParameterError> for HttpError {
    fn from(error: query::ParameterError) -> Self {
        Self::bad_request(error.in_chinese(), chain(&error))
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
