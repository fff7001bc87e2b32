//! Results as streams of pieces.
//!
//! What makes a result runs on a thread of its own and hands its bytes over piece by piece. A result that is complete within
//! some milliseconds, or fits one piece, is sent as a whole; of any other the first rows go out before the last are computed, and
//! memory does not grow with it. The thread stops when the client goes away, the time is up, or too much memory is held.

use std::{
    cell::RefCell,
    io,
    pin::Pin,
    rc::Rc,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    time::{Duration, Instant},
};

use axum::{
    body::{Body, Bytes},
    response::Response,
};
use http_body::{Body as HttpBody, Frame, SizeHint};
use oxigraph::{
    io::RdfFormat,
    model::{GraphName, TripleRef},
    sparql::{CancellationToken, QueryEvaluationError},
};
use tokio::{
    sync::mpsc,
    time::{Sleep, sleep_until},
};

use super::{
    AppState,
    cache::{Cached, Key},
    error::HttpError,
    evaluate::{response, whole},
    graph_store::is_writable,
};
use crate::{
    rdf::{self, SortedPrefixes},
    store::QueryError,
};

/// Bytes of a piece.
const PIECE: usize = 64 << 10;
/// A result that is not complete after this time is sent as it comes.
const GRACE: Duration = Duration::from_millis(5);

/// What the evaluating thread hands over.
enum Piece {
    Begin(&'static str),
    Data(Bytes),
    End(Result<(), HttpError>),
}

/// Cancels when dropped: the client went away, or everything is done.
pub(super) struct CancelOnDrop(pub(super) CancellationToken);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

/// An error of a buffer in memory, which has none.
pub(super) fn impossible(error: io::Error) -> Stop {
    Stop::Http(HttpError::Internal(error.to_string()))
}

/// Runs a job on a thread that may block, and sends what it writes.
pub(super) async fn run(
    state: &AppState,
    key: Option<Key>,
    tag: Option<&str>,
    job: impl FnOnce(&mut Sink, &CancellationToken) -> Result<(), Stop> + Send + 'static,
) -> Result<Response, HttpError> {
    let limits = &state.config.limits;
    let token = state.token();
    let (sender, receiver) = mpsc::channel(8);
    let hungry = Arc::new(AtomicBool::new(false));
    let mut sink = Sink { sender, hungry: Arc::clone(&hungry), sent: 0, limit: limits.result_bytes };
    let stream = Stream {
        receiver,
        hungry,
        timer: Box::pin(sleep_until((Instant::now() + limits.timeout).into())),
        _guard: CancelOnDrop(token.clone()),
        kept: key.filter(|_| state.cache.max_entry() > 0).map(Kept::new),
        state: state.clone(),
        is_done: false,
    };
    let span = tracing::Span::current();
    let shared = state.clone();
    tokio::task::spawn_blocking(move || {
        let _entered = span.entered();
        let end = match job(&mut sink, &token) {
            Ok(()) => Ok(()),
            Err(Stop::Gone) => return,
            Err(Stop::Http(error)) => Err(error),
            Err(Stop::Evaluation(source)) => match (HttpError::of_memory(&token, &shared.config.limits), source) {
                (Some(error), _) => Err(error),
                (None, QueryEvaluationError::Cancelled) => return,
                (None, source) => Err(HttpError::Query(QueryError::Evaluation { source })),
            },
        };
        // Nobody may be there any more to hear of it.
        let _ = sink.sender.blocking_send(Piece::End(end));
    });
    stream.respond(tag).await
}

/// Sends the quads of graphs; without `has_graphs` as triples.
pub(super) async fn of_quads(
    state: &AppState,
    format: RdfFormat,
    media_type: &'static str,
    graphs: Vec<GraphName>,
    has_graphs: bool,
) -> Result<Response, HttpError> {
    let shared = state.clone();
    let job = move |sink: &mut Sink, token: &CancellationToken| {
        let buffer = Buffer::default();
        sink.begin(media_type)?;
        let mut writer = rdf::serializer(format, shared.store.base().as_str(), buffer.clone());
        for graph in &graphs {
            for quad in shared.store.oxigraph().quads_for_pattern(None, None, None, Some(graph.as_ref())) {
                let quad = quad.map_err(|error| Stop::Http(HttpError::Internal(error.to_string())))?;
                if token.is_cancelled() {
                    return Err(Stop::Gone);
                }
                if is_writable(format, quad.object.as_ref()) {
                    let written = match has_graphs {
                        true => writer.serialize_quad(&quad),
                        false => writer.serialize_triple(TripleRef::from(quad.as_ref())),
                    };
                    written.map_err(impossible)?;
                }
                sink.pass(&buffer, false)?;
            }
        }
        writer.finish().and_then(SortedPrefixes::into_inner).map_err(impossible)?;
        sink.pass(&buffer, true)
    };
    run(state, None, None, job).await
}

/// A result on its way, copied for the cache as long as it is small enough.
struct Stream {
    receiver: mpsc::Receiver<Piece>,
    /// Set while the client waits with nothing on its way: then even a single row is handed over.
    hungry: Arc<AtomicBool>,
    timer: Pin<Box<Sleep>>,
    _guard: CancelOnDrop,
    kept: Option<Kept>,
    state: AppState,
    is_done: bool,
}

struct Kept {
    key: Key,
    media_type: &'static str,
    pieces: Vec<Bytes>,
    bytes: usize,
}

impl Kept {
    fn new(key: Key) -> Self {
        Self { key, media_type: "", pieces: Vec::new(), bytes: 0 }
    }
}

impl Stream {
    /// Waits for the first bytes, or for all where they come soon.
    async fn respond(mut self, tag: Option<&str>) -> Result<Response, HttpError> {
        let state = self.state.clone();
        let limit = state.config.limits.timeout;
        let mut media_type = "";
        let mut first: Vec<Bytes> = Vec::new();
        let mut bytes = 0;
        let grace = tokio::time::sleep(GRACE);
        tokio::pin!(grace);
        let mut in_grace = true;
        loop {
            tokio::select! {
                biased;
                piece = self.receiver.recv() => match piece {
                    Some(Piece::Begin(name)) => {
                        media_type = name;
                        if let Some(kept) = &mut self.kept {
                            kept.media_type = name;
                        }
                    }
                    Some(Piece::Data(data)) => {
                        bytes += data.len();
                        self.keep(&data);
                        first.push(data);
                        if bytes >= PIECE || !in_grace {
                            let body = Body::new(Resumed { first: first.into_iter(), stream: self });
                            return Ok(response(media_type, body, tag, &state));
                        }
                    }
                    Some(Piece::End(Ok(()))) => {
                        self.finish();
                        let all = if first.len() == 1 { first.swap_remove(0) } else { first.concat().into() };
                        return Ok(whole(media_type, all, tag, &state));
                    }
                    Some(Piece::End(Err(error))) => return Err(error),
                    None => return Err(HttpError::Internal("an evaluation ended without a word".to_owned())),
                },
                () = &mut grace, if in_grace => {
                    in_grace = false;
                    self.hungry.store(true, Ordering::Relaxed);
                    if !first.is_empty() {
                        let body = Body::new(Resumed { first: first.into_iter(), stream: self });
                        return Ok(response(media_type, body, tag, &state));
                    }
                }
                () = &mut self.timer => {
                    state.metrics.timed_out.inc();
                    return Err(HttpError::TimedOut(limit));
                }
            }
        }
    }

    fn keep(&mut self, data: &Bytes) {
        if let Some(kept) = &mut self.kept {
            kept.bytes += data.len();
            if kept.bytes > self.state.cache.max_entry() {
                self.kept = None;
            } else {
                kept.pieces.push(data.clone());
            }
        }
    }

    /// All came: what was kept is put into the cache.
    fn finish(&mut self) {
        self.is_done = true;
        if let Some(Kept { key, media_type, mut pieces, .. }) = self.kept.take() {
            let bytes = if pieces.len() == 1 { pieces.swap_remove(0) } else { pieces.concat().into() };
            self.state.cache.insert(key, Cached { media_type, bytes });
        }
    }
}

/// The pieces that had come before the head was sent, then the rest.
struct Resumed {
    first: std::vec::IntoIter<Bytes>,
    stream: Stream,
}

impl HttpBody for Resumed {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if let Some(data) = self.first.next() {
            return Poll::Ready(Some(Ok(Frame::data(data))));
        }
        let stream = &mut self.stream;
        if stream.is_done {
            return Poll::Ready(None);
        }
        match stream.receiver.poll_recv(cx) {
            Poll::Ready(Some(Piece::Data(data))) => {
                stream.hungry.store(false, Ordering::Relaxed);
                stream.keep(&data);
                Poll::Ready(Some(Ok(Frame::data(data))))
            }
            Poll::Ready(Some(Piece::End(Ok(())))) => {
                stream.finish();
                Poll::Ready(None)
            }
            Poll::Ready(Some(Piece::End(Err(error)))) => {
                stream.is_done = true;
                // The head is sent; all that can be done is to break off, so that nobody takes the part for the whole.
                tracing::warn!(?error, "a result was broken off");
                Poll::Ready(Some(Err(io::Error::other("the result was broken off"))))
            }
            Poll::Ready(Some(Piece::Begin(_))) => {
                cx.waker().wake_by_ref();
                Poll::Pending
            }
            Poll::Ready(None) => {
                stream.is_done = true;
                Poll::Ready(Some(Err(io::Error::other("the evaluation ended without a word"))))
            }
            Poll::Pending => {
                stream.hungry.store(true, Ordering::Relaxed);
                match stream.timer.as_mut().poll(cx) {
                    Poll::Ready(()) => {
                        stream.is_done = true;
                        stream.state.metrics.timed_out.inc();
                        tracing::warn!("a result was broken off at the end of its time");
                        Poll::Ready(Some(Err(io::Error::other("the time was up"))))
                    }
                    Poll::Pending => Poll::Pending,
                }
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.first.as_slice().is_empty() && self.stream.is_done
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::default()
    }
}

/// The evaluating thread's end of the stream.
pub(super) struct Sink {
    sender: mpsc::Sender<Piece>,
    hungry: Arc<AtomicBool>,
    sent: usize,
    limit: usize,
}

impl Sink {
    /// Says what is to come.
    pub(super) fn begin(&mut self, media_type: &'static str) -> Result<(), Stop> {
        self.sender.blocking_send(Piece::Begin(media_type)).map_err(|_| Stop::Gone)
    }

    /// Hands over what came together, if it is enough, or anything where the client waits.
    pub(super) fn pass(&mut self, buffer: &Buffer, is_last: bool) -> Result<(), Stop> {
        let mut buffer = buffer.0.borrow_mut();
        let is_enough = buffer.len() >= PIECE || self.hungry.load(Ordering::Relaxed) || is_last;
        if buffer.is_empty() || !is_enough {
            return Ok(());
        }
        self.sent += buffer.len();
        if self.sent > self.limit {
            return Err(Stop::Http(HttpError::ResultTooLarge(self.limit)));
        }
        let capacity = if is_last { 0 } else { buffer.len().min(PIECE) };
        let bytes = std::mem::replace(&mut *buffer, Vec::with_capacity(capacity));
        self.sender.blocking_send(Piece::Data(bytes.into())).map_err(|_| Stop::Gone)
    }
}

/// Why the writing of a result stops.
pub(super) enum Stop {
    /// The evaluation failed, or was cancelled.
    Evaluation(QueryEvaluationError),
    /// There is something to tell the client.
    Http(HttpError),
    /// Nobody is there any more.
    Gone,
}

impl From<QueryEvaluationError> for Stop {
    fn from(error: QueryEvaluationError) -> Self {
        Self::Evaluation(error)
    }
}

/// The buffer that serializers write to, and rows are handed over from.
#[derive(Clone, Default)]
pub(super) struct Buffer(Rc<RefCell<Vec<u8>>>);

impl io::Write for Buffer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
