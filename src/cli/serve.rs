//! `yutu serve`: the store over HTTP.

use std::{net::SocketAddr, time::Duration};

use miette::{IntoDiagnostic as _, WrapErr as _};

use super::{Context, Lang, Outcome, store::StoreArgs};
use crate::serve::{self, AppState, Limits};

/// Answer SPARQL queries over HTTP
///
/// Queries go to /sparql by GET or POST (SPARQL 1.1 Protocol); the Accept header chooses the format of the answer. /healthz says whether
/// the service is well. The store is opened for reading: other readers may use it at the same time, and it cannot be written to
/// meanwhile. Ctrl-C ends after the requests in hand.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  yutu serve\n  curl -H 'Accept: text/csv' --data-urlencode 'query=SELECT ?name { ?p a yutu:Park ; rdfs:label ?name }' http://127.0.0.1:7878/sparql"
)]
pub(super) struct Args {
    #[command(flatten)]
    store: StoreArgs,
    /// Address and port to listen on
    #[arg(short, long, value_name = "ADDRESS", default_value = "127.0.0.1:7878")]
    bind: SocketAddr,
    /// Let pages of any origin ask
    #[arg(long)]
    cors: bool,
    /// Stop a query after so many seconds
    #[arg(long, value_name = "SECONDS", default_value = "30", value_parser = clap::value_parser!(u64).range(1..=86_400))]
    timeout_s: u64,
    /// Refuse requests larger than so many KiB
    #[arg(long, value_name = "KIB", default_value = "1024", value_parser = clap::value_parser!(u32).range(1..=1_048_576))]
    max_body_kib: u32,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<Outcome, miette::Report> {
    let store = args.store.open_read_only(context)?;
    let limits = Limits {
        timeout: Duration::from_secs(args.timeout_s),
        body_bytes: args.max_body_kib as usize * 1024,
        queries: context.threads,
        ..Limits::default()
    };
    let state = AppState::new(store, limits).with_cors(args.cors);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(context.threads)
        .enable_all()
        .build()
        .into_diagnostic()
        .wrap_err("cannot start the service's threads")?;
    runtime.block_on(async {
        let cannot_bind = || match context.lang {
            Lang::Zh => format!("无法监听 {}；可用 --bind 换一个端口", args.bind),
            Lang::En => format!("cannot listen on {}; choose another port by --bind", args.bind),
        };
        let listener = serve::bind(args.bind).await.into_diagnostic().wrap_err_with(cannot_bind)?;
        let address = listener.local_addr().into_diagnostic().wrap_err_with(cannot_bind)?;
        context.say(
            format_args!("服务已启动：http://{address}/sparql，按 Ctrl-C 结束"),
            format_args!("listening on http://{address}/sparql, Ctrl-C ends"),
        );
        serve::serve(listener, state, stop_signal()).await.into_diagnostic().wrap_err("the service stopped")
    })?;
    context.say("服务已结束", "the service has ended");
    Ok(Outcome::Done)
}

/// Done at Ctrl-C, or where the system asks the program to end.
async fn stop_signal() {
    let interrupt = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminate = std::future::pending::<()>();
    tokio::select! {
        () = interrupt => {}
        () = terminate => {}
    }
}
