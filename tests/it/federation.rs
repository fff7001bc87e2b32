//! What a running service asks of other hosts, and what it refuses to: redirections are no way around the list of hosts.

use std::{
    collections::HashMap,
    io::{BufRead as _, BufReader, Write as _},
    net::TcpListener,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use crate::{serve::Server, yutu::run};

/// A host that gives fixed answers by path, and counts who comes.
struct Host {
    port: u16,
    visits: Arc<AtomicUsize>,
}

impl Host {
    /// `answers`: path, then status and headers, then body.
    fn start(answers: impl Fn(u16) -> Vec<(&'static str, String, &'static str)>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let visits = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&visits);
        let answers: HashMap<&str, (String, &str)> =
            answers(port).into_iter().map(|(path, head, body)| (path, (head, body))).collect();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                counter.fetch_add(1, Ordering::SeqCst);
                let mut reader = BufReader::new(&stream);
                let mut first = String::new();
                let _ = reader.read_line(&mut first);
                let mut length = 0;
                loop {
                    let mut line = String::new();
                    if reader.read_line(&mut line).is_err() || line.trim().is_empty() {
                        break;
                    }
                    if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                        length = value.trim().parse().unwrap_or(0);
                    }
                }
                let mut sent = vec![0; length];
                let _ = std::io::Read::read_exact(&mut reader, &mut sent);
                let path = first.split(' ').nth(1).unwrap_or_default();
                let missing = ("404 Not Found".to_owned(), "");
                let (head, body) = answers.get(path).unwrap_or(&missing);
                let length = body.len();
                let _ =
                    write!(&stream, "HTTP/1.1 {head}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}");
            }
        });
        Self { port, visits }
    }
}

fn redirect(to: &str) -> String {
    format!("307 Temporary Redirect\r\nlocation: {to}")
}

const TURTLE: &str = "200 OK\r\ncontent-type: text/turtle";
const JSON: &str = "200 OK\r\ncontent-type: application/sparql-results+json";
const ROW: &str = r#"{"head":{"vars":["x"]},"results":{"bindings":[{"x":{"type":"literal","value":"secret"}}]}}"#;

#[test]
fn a_redirection_leads_only_to_hosts_that_are_allowed() {
    let inner = Host::start(|_| {
        vec![("/data", TURTLE.to_owned(), "<urn:s> <urn:p> 'secret' ."), ("/sparql", JSON.to_owned(), ROW)]
    });
    let target = inner.port;
    let outer = Host::start(move |own| {
        vec![
            ("/own", redirect("/data"), ""),
            ("/data", TURTLE.to_owned(), "<urn:s> <urn:p> 'public' ."),
            ("/whole", redirect(&format!("http://localhost:{own}/data")), ""),
            ("/address", redirect(&format!("http://127.0.0.1:{target}/data")), ""),
            ("/port", redirect(&format!("http://localhost:{target}/data")), ""),
            ("/relative", redirect(&format!("//127.0.0.1:{target}/data")), ""),
            ("/short", redirect(&format!("http://127.1:{target}/data")), ""),
            ("/number", redirect(&format!("http://2130706433:{target}/data")), ""),
            ("/six", redirect(&format!("http://[::ffff:127.0.0.1]:{target}/data")), ""),
            ("/cloud", redirect("http://169.254.169.254/latest/meta-data/"), ""),
            ("/file", redirect("file:///etc/passwd"), ""),
            ("/round", redirect("/round"), ""),
            ("/sparql", redirect(&format!("http://127.0.0.1:{target}/sparql")), ""),
        ]
    });
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).to_str().expect("UTF-8").to_owned();
    let (store, tokens) = (path("store"), path("tokens"));
    let token = run(&["token", "admin", "--file", &tokens]).stdout.trim().to_owned();
    let allowed = format!("localhost:{}", outer.port);
    let server = Server::start(&["--store", &store, "--tokens", &tokens, "--no-search", "--allow-host", &allowed]);
    let headers = format!("content-type: application/sparql-update\r\nauthorization: Bearer {token}\r\n");
    let load = |path: &str| {
        let update =
            format!("LOAD <http://localhost:{}{path}> INTO GRAPH <urn:{}>", outer.port, path.trim_start_matches('/'));
        server.ask("POST /update", &headers, &update)
    };
    for path in ["/own", "/whole"] {
        let (status, answer) = load(path);
        assert_eq!(status, 204, "{path}: {answer}");
    }
    for (path, why) in [
        ("/address", "127.0.0.1 is not among the hosts"),
        ("/port", "localhost is not among the hosts"),
        ("/relative", "127.0.0.1 is not among the hosts"),
        ("/short", "127.1 is not among the hosts"),
        ("/number", "2130706433 is not among the hosts"),
        ("/six", "is not among the hosts"),
        ("/cloud", "169.254.169.254 is not among the hosts"),
        ("/file", "file:///etc/passwd"),
        ("/round", "too many redirections"),
    ] {
        let (status, answer) = load(path);
        assert_eq!(status, 403, "{path}: {answer}");
        assert!(answer.contains(why), "{path}: {answer}");
    }
    let query = format!("SELECT ?x {{ SERVICE <http://localhost:{}/sparql> {{ ?s ?p ?x }} }}", outer.port);
    let (status, answer) = server.ask("POST /sparql", "content-type: application/sparql-query\r\n", &query);
    assert_eq!(status, 502, "{answer}");
    assert!(answer.contains("127.0.0.1 is not among the hosts") && !answer.contains("secret"), "{answer}");
    assert_eq!(inner.visits.load(Ordering::SeqCst), 0, "nobody came to the host behind the redirections");
    let (_, answer) = server.ask("GET /graphs", "accept: application/n-quads\r\n", "");
    assert!(answer.contains("public") && !answer.contains("secret"), "{answer}");
}

#[test]
fn without_allowed_hosts_nobody_is_asked() {
    let host = Host::start(|_| vec![("/data", TURTLE.to_owned(), "<urn:s> <urn:p> 1 .")]);
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).to_str().expect("UTF-8").to_owned();
    let (store, tokens) = (path("store"), path("tokens"));
    let token = run(&["token", "admin", "--file", &tokens]).stdout.trim().to_owned();
    let server = Server::start(&["--store", &store, "--tokens", &tokens, "--no-search"]);
    let headers = format!("content-type: application/sparql-update\r\nauthorization: Bearer {token}\r\n");
    let address = format!("http://localhost:{}/data", host.port);
    let (status, answer) = server.ask("POST /update", &headers, &format!("LOAD <{address}>"));
    assert!(status == 403 && answer.contains("--allow-host"), "{answer}");
    let query = format!("SELECT * {{ SERVICE <{address}> {{ ?s ?p ?o }} }}");
    let (status, answer) = server.ask("POST /sparql", "content-type: application/sparql-query\r\n", &query);
    assert!(status == 403 && answer.contains("--allow-host"), "{answer}");
    assert_eq!(host.visits.load(Ordering::SeqCst), 0);
}
