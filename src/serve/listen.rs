//! Connections: accepted up to a number, plain or TLS, each served until it ends or the service does.

use std::{io, path::Path, sync::Arc, time::Duration};

use axum::{body::Body, extract::Request};
use hyper::{body::Incoming, server::conn::http1};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
    service::TowerToHyperService,
};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, ToSocketAddrs},
    sync::Semaphore,
};
use tokio_rustls::{TlsAcceptor, rustls};
use tower::ServiceExt as _;

use super::{AppState, app};

/// How long a connection may take to send the head of a request, or stay idle.
const HEAD_TIMEOUT: Duration = Duration::from_secs(75);
/// How long requests in hand may go on when the service is told to end.
const GRACE: Duration = Duration::from_secs(30);

/// Certificate and key for TLS.
#[derive(Clone)]
pub struct Tls(TlsAcceptor);

/// Why TLS cannot be.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read, or holds nothing of the kind.
    #[error("cannot read {what} in {path}: {cause}")]
    File {
        /// What was looked for.
        what: &'static str,
        /// Where.
        path: std::path::PathBuf,
        /// Why not.
        cause: String,
    },
    /// Key and certificate do not fit.
    #[error("certificate and key cannot be used: {0}")]
    Rustls(#[from] rustls::Error),
}

impl Tls {
    /// Reads a chain of certificates and a key, both PEM.
    ///
    /// # Errors
    /// When they cannot be read or used.
    pub fn from_files(certificate: &Path, key: &Path) -> Result<Self, TlsError> {
        let failed = |what, path: &Path, cause: String| TlsError::File { what, path: path.to_owned(), cause };
        let certificates = CertificateDer::pem_file_iter(certificate)
            .and_then(Iterator::collect::<Result<Vec<_>, _>>)
            .map_err(|error| failed("certificates", certificate, error.to_string()))?;
        if certificates.is_empty() {
            return Err(failed("certificates", certificate, "there are none".to_owned()));
        }
        let private =
            PrivateKeyDer::from_pem_file(key).map_err(|error| failed("a private key", key, error.to_string()))?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(certificates, private)?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self(TlsAcceptor::from(Arc::new(config))))
    }
}

/// Takes the address: what fails here is told before anything is served.
///
/// # Errors
/// When the address is in use or not this machine's.
pub async fn bind(address: impl ToSocketAddrs) -> io::Result<TcpListener> {
    TcpListener::bind(address).await
}

/// Serves until `stop` is done and for `drain` after that, in which `/readyz` says that it ends; then ends the requests in hand.
pub async fn serve(
    listener: TcpListener,
    state: AppState,
    tls: Option<Tls>,
    drain: Duration,
    stop: impl Future<Output = ()> + Send,
) {
    let stop = async {
        stop.await;
        state.stop();
        tokio::time::sleep(drain).await;
    };
    let places = Arc::new(Semaphore::new(state.config.limits.connections.max(1)));
    let service = app(state.clone());
    let graceful = GracefulShutdown::new();
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(HEAD_TIMEOUT).max_buf_size(256 << 10);
    tokio::pin!(stop);
    loop {
        let accepted = async {
            let place = Arc::clone(&places).acquire_owned().await;
            (place, listener.accept().await)
        };
        let (place, stream, peer) = tokio::select! {
            (place, accepted) = accepted => match (place, accepted) {
                (Ok(place), Ok((stream, peer))) => (place, stream, peer),
                (_, Err(error)) => {
                    // Too many open files, or a connection that ended before it began: others go on.
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
                (Err(_), _) => break,
            },
            () = &mut stop => break,
        };
        let _ = stream.set_nodelay(true);
        let service = service.clone().map_request(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(peer);
            request.map(Body::new)
        });
        let (builder, watcher, tls) = (builder.clone(), graceful.watcher(), tls.clone());
        let connections = state.metrics.connections.clone();
        tokio::spawn(async move {
            connections.inc();
            match tls {
                None => one(builder, stream, service, watcher).await,
                Some(Tls(acceptor)) => match tokio::time::timeout(HEAD_TIMEOUT, acceptor.accept(stream)).await {
                    Ok(Ok(stream)) => one(builder, stream, service, watcher).await,
                    Ok(Err(error)) => tracing::debug!(%error, "a TLS handshake failed"),
                    Err(_) => {}
                },
            }
            connections.dec();
            drop(place);
        });
    }
    drop(listener);
    if tokio::time::timeout(GRACE, graceful.shutdown()).await.is_err() {
        tracing::warn!("some requests were broken off at the end");
    }
}

async fn one<S>(
    builder: http1::Builder,
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    service: S,
    watcher: hyper_util::server::graceful::Watcher,
) where
    S: tower::Service<Request<Incoming>, Response = axum::response::Response, Error = std::convert::Infallible>
        + Clone
        + Send
        + 'static,
    S::Future: Send + 'static,
{
    let connection = builder.serve_connection(TokioIo::new(stream), TowerToHyperService::new(service));
    if let Err(error) = watcher.watch(connection).await {
        tracing::debug!(%error, "a connection broke");
    }
}
