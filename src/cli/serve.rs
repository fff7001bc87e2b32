//! `yutu serve`: the store over HTTP.

use std::{
    ffi::OsString,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use clap::CommandFactory as _;
use miette::{IntoDiagnostic as _, WrapErr as _, miette};

use super::{
    Cli, Command, Context, Lang, Outcome, WrongUsage,
    models::ModelArgs,
    store::{StoreArgs, report},
};
use crate::{
    model::iri::Base,
    search::SearchIndex,
    serve::{self, AppState, Config, Limits, Tls, Tokens},
    store::YutuStore,
};

/// Stack of a thread that evaluates queries: deeply nested ones recurse. Only what is used takes memory.
const STACK_BYTES: usize = 256 << 20;
/// Where tokens may stand, besides a file.
const TOKENS_VARIABLE: &str = "YUTU_TOKENS";

const LIMITS: &str = "Limits";
const ACCESS: &str = "Access";

/// Answer SPARQL queries and more over HTTP
///
/// SPARQL 1.1 queries go to /sparql, graphs to /graphs; people find pages, search and a REST interface at /. The store is opened for reading
/// and other readers may use it at the same time, unless tokens allow writing: then updates, graphs and articles are taken from clients
/// that bring one, and other programs cannot open the store meanwhile. Ctrl-C ends after the requests in hand. docs/serve.md tells the
/// rest.
#[derive(Debug, clap::Args)]
#[command(
    args_override_self = true,
    after_help = "Examples:\n  yutu serve\n  curl -H 'Accept: text/csv' --data-urlencode 'query=SELECT ?name { ?p a yutu:Park ; rdfs:label ?name }' http://127.0.0.1:7878/sparql\n  yutu token admin --file tokens.txt && yutu serve --tokens tokens.txt\n  yutu serve --config serve.toml"
)]
pub(super) struct Args {
    #[command(flatten)]
    store: StoreArgs,
    /// Serve an empty store in memory whose default graph stands by itself, for trials; anybody may write unless tokens are given
    #[arg(long, conflicts_with = "base_iri")]
    in_memory: bool,
    /// Address and port to listen on
    #[arg(short, long, value_name = "ADDRESS", default_value = "127.0.0.1:7878")]
    bind: SocketAddr,
    /// Take options from this TOML file: `timeout-s = 60`, `cors = true`; those given here go before
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Base of the addresses of entities, articles, claims and graphs, e.g. https://data.example.cn/id/ [default: the store's own]
    ///
    /// A new store gets it; one with another base is refused: `yutu rebase` rewrites it. The addresses lead to what is known of the thing
    /// when requests to that host come here.
    #[arg(long, value_name = "IRI")]
    base_iri: Option<Base>,
    /// Address under which the service is known, e.g. https://data.example.cn [default: the host of --base-iri, else as asked for]
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,
    /// Let pages of any origin ask
    #[arg(long, help_heading = ACCESS)]
    cors: bool,
    /// Let those with a token of this file write, by lines as `yutu token` makes them; also from the environment variable YUTU_TOKENS
    #[arg(long, value_name = "FILE", help_heading = ACCESS)]
    tokens: Option<PathBuf>,
    /// Ask for a token for reading too
    #[arg(long, help_heading = ACCESS)]
    private: bool,
    /// Let queries ask this host by SERVICE, and updates LOAD from it: name or name:port; may be given several times
    #[arg(long, value_name = "HOST", help_heading = ACCESS)]
    allow_host: Vec<String>,
    /// Speak TLS with this certificate chain (PEM)
    #[arg(long, value_name = "FILE", requires = "tls_key", help_heading = ACCESS)]
    tls_cert: Option<PathBuf>,
    /// The certificate's private key (PEM)
    #[arg(long, value_name = "FILE", requires = "tls_cert", help_heading = ACCESS)]
    tls_key: Option<PathBuf>,
    /// Stop a query after so many seconds
    #[arg(long, value_name = "SECONDS", default_value = "30", value_parser = clap::value_parser!(u64).range(1..=86_400), help_heading = LIMITS)]
    timeout_s: u64,
    /// Refuse queries larger than so many KiB
    #[arg(long, value_name = "KIB", default_value = "1024", value_parser = clap::value_parser!(u32).range(1..=1_048_576), help_heading = LIMITS)]
    max_body_kib: u32,
    /// Refuse updates, graphs and articles larger than so many MiB
    #[arg(long, value_name = "MIB", default_value = "64", value_parser = clap::value_parser!(u32).range(1..=65_536), help_heading = LIMITS)]
    max_upload_mib: u32,
    /// Evaluate so many queries at the same time [default: twice the threads]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024), help_heading = LIMITS)]
    max_queries: Option<u16>,
    /// Let so many more queries wait for a place
    #[arg(long, value_name = "N", default_value = "64", help_heading = LIMITS)]
    max_waiting: u16,
    /// Turn a query away that has waited so many seconds
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = clap::value_parser!(u64).range(1..=3600), help_heading = LIMITS)]
    wait_s: u64,
    /// Break results off that are larger than so many MiB
    #[arg(long, value_name = "MIB", default_value = "1024", value_parser = clap::value_parser!(u32).range(1..=1_048_576), help_heading = LIMITS)]
    max_result_mib: u32,
    /// Stop a query that holds more than about so many MiB of memory
    #[arg(long, value_name = "MIB", default_value = "512", value_parser = clap::value_parser!(u32).range(1..=1_048_576), help_heading = LIMITS)]
    query_memory_mib: u32,
    /// Stop a query that would need more memory than others leave of about so many MiB for all
    #[arg(long, value_name = "MIB", default_value = "2048", value_parser = clap::value_parser!(u32).range(1..=1_048_576), help_heading = LIMITS)]
    memory_mib: u32,
    /// Hold so many connections
    #[arg(long, value_name = "N", default_value = "1024", value_parser = clap::value_parser!(u32).range(1..=1_000_000), help_heading = LIMITS)]
    max_connections: u32,
    /// Keep results of repeated queries, up to so many MiB; 0 keeps none
    #[arg(long, value_name = "MIB", default_value = "64", help_heading = LIMITS)]
    cache_mib: u32,
    /// When asked to end, say so at /readyz and serve on for so many seconds, so that load balancers look elsewhere first
    #[arg(long, value_name = "SECONDS", default_value = "0", value_parser = clap::value_parser!(u64).range(0..=3600))]
    drain_s: u64,
    /// Let admins make backups here, by POST to /admin/backup
    #[arg(long, value_name = "DIR")]
    backup_dir: Option<PathBuf>,
    /// Do without full-text search
    #[arg(long)]
    no_search: bool,
    /// Log queries that take longer than so many milliseconds
    #[arg(long, value_name = "MS", default_value = "1000")]
    slow_ms: u64,
    /// Log each request
    #[arg(long)]
    access_log: bool,
    /// Form of the log
    #[arg(long, value_enum, default_value = "text", value_name = "FORM")]
    log_format: LogFormat,
    #[command(flatten)]
    models: ModelArgs,
}

/// Forms of the log on standard error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum LogFormat {
    /// Lines to read.
    Text,
    /// A JSON object a line.
    Json,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<Outcome, miette::Report> {
    match &args.config {
        None => serve(args, context),
        Some(path) => serve(&with_config(path, context)?, context),
    }
}

/// The command line with the options of the file put before those given.
fn with_config(path: &Path, context: &Context) -> Result<Args, miette::Report> {
    let wrong = |message: String| WrongUsage::Said(format!("{}: {message}", path.display()));
    let text = std::fs::read_to_string(path).into_diagnostic().wrap_err_with(|| match context.lang {
        Lang::Zh => format!("无法读取配置文件 {}", path.display()),
        Lang::En => format!("cannot read the configuration {}", path.display()),
    })?;
    let table: toml::Table = text.parse().map_err(|error: toml::de::Error| wrong(error.to_string()))?;
    let mut options: Vec<OsString> = Vec::new();
    for (name, value) in &table {
        let name = name.replace('_', "-");
        let values = match value {
            toml::Value::Array(values) => values.clone(),
            value => vec![value.clone()],
        };
        for value in values {
            match value {
                toml::Value::Boolean(true) => options.push(format!("--{name}").into()),
                toml::Value::Boolean(false) => {}
                toml::Value::String(text) => options.push(format!("--{name}={text}").into()),
                toml::Value::Integer(number) => options.push(format!("--{name}={number}").into()),
                other => return Err(wrong(format!("`{name}` cannot be {}", other.type_str())).into()),
            }
        }
    }
    let given: Vec<OsString> = std::env::args_os().collect();
    let at = given.iter().position(|argument| argument == "serve").map_or(given.len(), |at| at + 1);
    let merged = given[..at].iter().cloned().chain(options).chain(given[at..].iter().cloned());
    let matches = Cli::command().try_get_matches_from(merged).map_err(|error| wrong(error.to_string()))?;
    let cli = <Cli as clap::FromArgMatches>::from_arg_matches(&matches).map_err(|error| wrong(error.to_string()))?;
    match cli.command {
        Command::Serve(args) => Ok(args),
        _ => Err(miette!("the command line is not that of `yutu serve`")),
    }
}

fn tokens(args: &Args) -> Result<Tokens, miette::Report> {
    let mut tokens = match &args.tokens {
        Some(path) => Tokens::from_file(path).into_diagnostic()?,
        None => Tokens::default(),
    };
    if let Ok(text) = std::env::var(TOKENS_VARIABLE) {
        tokens.extend(Tokens::parse(&text.replace(';', "\n")).into_diagnostic().wrap_err(TOKENS_VARIABLE)?);
    }
    Ok(tokens)
}

fn serve(args: &Args, context: &Context) -> Result<Outcome, miette::Report> {
    log_to_stderr(args.log_format, context);
    let tokens = tokens(args)?;
    if args.private && tokens.is_empty() {
        let message = context.lang.pick("--private 需要 --tokens", "--private needs --tokens");
        return Err(WrongUsage::Said(message.to_owned()).into());
    }
    if let Some(base) = &args.base_iri {
        expect_free(base, context.lang)?;
    }
    let store = match (args.in_memory, tokens.can_write(), &args.base_iri) {
        (true, ..) => YutuStore::scratch().map_err(|error| report(error, context.lang))?,
        (false, true, None) => args.store.open(context)?,
        (false, true, Some(base)) => args.store.open_with_base(base, context)?,
        (false, false, base) => {
            let store = args.store.open_read_only(context)?;
            let checked = base.as_ref().map_or(Ok(()), |base| store.expect_base(base));
            checked.map_err(|error| report(error, context.lang))?;
            store
        }
    };
    expect_free(store.base(), context.lang)?;
    let tls = match (&args.tls_cert, &args.tls_key) {
        (Some(certificate), Some(key)) => Some(Tls::from_files(certificate, key).into_diagnostic()?),
        _ => None,
    };
    let scheme = if tls.is_some() { "https" } else { "http" };
    let search = match args.no_search || args.in_memory {
        true => None,
        false => Some(Arc::new(SearchIndex::open(&store).into_diagnostic()?)),
    };
    let state = AppState::new(store, Config { search, ..config(args, tokens, context)? });
    state.start_search();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(context.threads)
        .thread_stack_size(STACK_BYTES)
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
        match args.log_format {
            LogFormat::Text => context.say(
                format_args!("服务已启动：{scheme}://{address}/sparql，按 Ctrl-C 结束"),
                format_args!("listening on {scheme}://{address}/sparql, Ctrl-C ends"),
            ),
            LogFormat::Json => tracing::info!(endpoint = format!("{scheme}://{address}/sparql"), "listening"),
        }
        serve::serve(listener, state, tls, Duration::from_secs(args.drain_s), stop_signal()).await;
        Ok::<(), miette::Report>(())
    })?;
    // Evaluations that were broken off need not be waited for.
    runtime.shutdown_timeout(Duration::from_secs(2));
    match args.log_format {
        LogFormat::Text => context.say("服务已结束", "the service has ended"),
        LogFormat::Json => tracing::info!("the service has ended"),
    }
    Ok(Outcome::Done)
}

/// `Err` where addresses with this base would lead to other parts of the service.
fn expect_free(base: &Base, lang: Lang) -> Result<(), WrongUsage> {
    let Some(own) = serve::own_beginning(base) else { return Ok(()) };
    let taken = serve::OWN_BEGINNINGS.map(|own| if own == "id" { "/id/…/".to_owned() } else { format!("/{own}/") });
    Err(WrongUsage::Said(match lang {
        Lang::Zh => format!(
            "以 {base} 开头的地址无法访问：路径以 /{own}/ 开头的地址另有用途。以下开头均不能用：{}；请换一个前缀，例如 https://data.example.cn/id/，已有的库可用 `yutu rebase --to` 改写",
            taken.join("、")
        ),
        Lang::En => format!(
            "addresses that begin with {base} would lead nowhere: the service needs paths that begin with /{own}/ itself. Taken are {}; choose \
             another base, e.g. https://data.example.cn/id/, to which `yutu rebase --to` rewrites a store",
            taken.join(", ")
        ),
    }))
}

fn config(args: &Args, tokens: Tokens, context: &Context) -> Result<Config, miette::Report> {
    let mib = |mib: u32| (mib as usize) << 20;
    let limits = Limits {
        timeout: Duration::from_secs(args.timeout_s),
        body_bytes: args.max_body_kib as usize * 1024,
        upload_bytes: mib(args.max_upload_mib),
        queries: args.max_queries.map_or(2 * context.threads, usize::from),
        waiting: usize::from(args.max_waiting),
        wait: Duration::from_secs(args.wait_s),
        result_bytes: mib(args.max_result_mib),
        query_memory_bytes: mib(args.query_memory_mib),
        memory_bytes: mib(args.memory_mib),
        connections: args.max_connections as usize,
    };
    Ok(Config {
        limits,
        cors: args.cors,
        is_tls: args.tls_cert.is_some(),
        public_url: (args.public_url.clone()).or_else(|| args.base_iri.as_ref().map(|base| base.origin().to_owned())),
        tokens,
        is_private: args.private,
        allowed_hosts: args.allow_host.iter().cloned().collect(),
        cache_bytes: mib(args.cache_mib),
        slow: Some(Duration::from_millis(args.slow_ms)),
        access_log: args.access_log,
        extractor: Some(Arc::new(args.models.extractor(context)?)),
        search: None,
        backup_folder: args.backup_dir.clone(),
    })
}

/// Events go to standard error, warnings and worse always, requests where `--access-log` asks for them.
fn log_to_stderr(format: LogFormat, context: &Context) {
    let level = match (context.quiet, context.verbose) {
        (true, _) => tracing::Level::ERROR,
        (_, true) => tracing::Level::DEBUG,
        _ => tracing::Level::INFO,
    };
    let builder = tracing_subscriber::fmt().with_max_level(level).with_writer(std::io::stderr).with_target(false);
    // Fails only where there is a log already, and then that one does.
    let _ = match format {
        LogFormat::Text => builder.with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr())).try_init(),
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
    };
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
