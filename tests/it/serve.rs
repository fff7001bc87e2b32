//! The built program as a server: started, asked over a socket, ended; and the W3C's suites against it.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    path::Path,
    process::{Child, Command},
    time::{Duration, Instant},
};

use crate::yutu::{command, finish, fixture_argument, run, skip};

/// A running `yutu serve`, ended when dropped.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: String,
}

impl Server {
    pub(crate) fn start(options: &[&str]) -> Self {
        let mut all = vec!["--lang", "en", "serve", "--bind", "127.0.0.1:0"];
        all.extend(options);
        let mut child = command(&all).spawn().expect("it starts");
        let mut lines = BufReader::new(child.stderr.take().expect("standard error")).lines();
        let address = loop {
            let line = lines.next().expect("it says where it listens").expect("UTF-8");
            if let Some((_, rest)) = line.split_once("://") {
                break rest.split('/').next().expect("an address").to_owned();
            }
        };
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, address }
    }

    pub(crate) fn ask(&self, request: &str, headers: &str, body: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(&self.address).expect("it listens");
        let length = body.len();
        let text = format!(
            "{request} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n{body}",
            self.address
        );
        stream.write_all(text.as_bytes()).expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
        (status, answer)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn tokens_let_write_and_a_signal_ends_in_order() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).to_str().expect("UTF-8").to_owned();
    let (store, tokens, config) = (path("store"), path("tokens"), path("serve.toml"));
    let made = run(&["token", "admin", "--file", &tokens, "--name", "test"]);
    let token = made.stdout.trim().to_owned();
    assert!(token.starts_with("yutu_"), "{}", made.stderr);
    std::fs::write(&config, format!("store = {store:?}\ntokens = {tokens:?}\ncache-mib = 1\n")).expect("written");
    let mut server = Server::start(&["--config", &config]);
    let update = "INSERT DATA { <urn:a> <urn:b> 'c' }";
    let media = "content-type: application/sparql-update\r\n";
    assert_eq!(server.ask("POST /update", media, update).0, 401);
    let with_token = format!("{media}authorization: Bearer {token}\r\n");
    assert_eq!(server.ask("POST /update", &with_token, update).0, 204);
    let (status, answer) = server.ask("GET /sparql?query=ASK%7B%3Curn%3Aa%3E%20%3Fp%20%3Fo%7D", "", "");
    assert!(status == 200 && answer.contains("true"), "{answer}");
    assert!(!run(&["stats", "--store", &store]).stderr.is_empty(), "the store is in use");
    let pid = server.child.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().expect("kill runs").success());
    let ended = Instant::now();
    assert!(server.child.wait().expect("it ends").success());
    assert!(ended.elapsed() < Duration::from_secs(5));
    assert!(run(&["stats", "--store", &store]).stdout.contains('1'), "what was written is there");
}

#[test]
fn a_service_that_drains_says_so_and_answers_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = folder.path().join("store").to_str().expect("UTF-8").to_owned();
    assert_eq!(run(&["load", "--store", &store, &fixture_argument("gold.nq")]).status, Some(0));
    let mut server = Server::start(&["--store", &store, "--no-search", "--drain-s", "2", "--log-format", "json"]);
    assert_eq!(server.ask("GET /readyz", "", "").0, 200);
    let pid = server.child.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().expect("kill runs").success());
    let started = Instant::now();
    while server.ask("GET /readyz", "", "").0 != 503 {
        assert!(started.elapsed() < Duration::from_secs(1), "/readyz still says that it is ready");
    }
    assert_eq!(server.ask("GET /sparql?query=ASK%7B%3Fs%20%3Fp%20%3Fo%7D", "", "").0, 200);
    assert!(server.child.wait().expect("it ends").success());
}

#[test]
fn tls_is_spoken_with_a_certificate_of_ones_own() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).to_str().expect("UTF-8").to_owned();
    let (certificate, key, store) = (path("cert.pem"), path("key.pem"), path("store"));
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).expect("a certificate");
    std::fs::write(&certificate, made.cert.pem()).expect("written");
    std::fs::write(&key, made.signing_key.serialize_pem()).expect("written");
    assert_eq!(run(&["load", "--store", &store, &fixture_argument("gold.nq")]).status, Some(0));
    let server = Server::start(&["--store", &store, "--no-search", "--tls-cert", &certificate, "--tls-key", &key]);
    let port = server.address.rsplit(':').next().expect("a port");
    let address = format!("https://localhost:{port}");
    let agent = |roots: ureq::tls::RootCerts| -> ureq::Agent {
        let tls = ureq::tls::TlsConfig::builder().root_certs(roots).build();
        ureq::Agent::config_builder().tls_config(tls).proxy(None).build().into()
    };
    let root = ureq::tls::Certificate::from_der(made.cert.der()).to_owned();
    let trusting = agent(ureq::tls::RootCerts::new_with_certs(&[root]));
    let query = "/sparql?query=ASK%7B%3Fs%20a%20yutu%3APark%7D";
    let mut answer = trusting.get(format!("{address}{query}")).call().expect("an answer over TLS");
    assert!(answer.body_mut().read_to_string().expect("text").contains("true"));
    let mut answer = trusting.get(format!("{address}/.well-known/void")).call().expect("an answer over TLS");
    let text = answer.body_mut().read_to_string().expect("text");
    assert!(text.contains(&format!("{address}/sparql")), "the description names https: {text}");
    let stranger = agent(ureq::tls::RootCerts::WebPki).get(format!("{address}{query}")).call();
    assert!(stranger.is_err(), "who does not know the certificate does not trust it");
    // Plain HTTP on that port is no answer.
    let mut stream = TcpStream::connect(&server.address).expect("it listens");
    stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").expect("sent");
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes);
    assert!(!bytes.starts_with(b"HTTP/1.1 200"), "{bytes:?}");
}

#[test]
fn a_certificate_that_cannot_be_used_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).to_str().expect("UTF-8").to_owned();
    let (certificate, key) = (path("cert.pem"), path("key.pem"));
    let [one, other] =
        ["a", "b"].map(|name| rcgen::generate_simple_self_signed(vec![name.to_owned()]).expect("a certificate"));
    std::fs::write(&certificate, one.cert.pem()).expect("written");
    std::fs::write(&key, other.signing_key.serialize_pem()).expect("written");
    let serve = |certificate: &str, key: &str| {
        run(&[
            "--lang",
            "en",
            "serve",
            "--in-memory",
            "--bind",
            "127.0.0.1:0",
            "--tls-cert",
            certificate,
            "--tls-key",
            key,
        ])
    };
    let unfit = serve(&certificate, &key);
    assert!(unfit.status == Some(1) && unfit.stderr.contains("certificate and key cannot be used"), "{}", unfit.stderr);
    let missing = serve(&path("none.pem"), &key);
    assert!(missing.status == Some(1) && missing.stderr.contains("none.pem"), "{}", missing.stderr);
    let none = serve(&key, &key);
    assert!(none.status == Some(1) && none.stderr.contains("cannot read certificates"), "{}", none.stderr);
}

#[test]
fn articles_are_sent_to_a_running_service_by_those_with_a_token() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).to_str().expect("UTF-8").to_owned();
    let (store, tokens) = (path("store"), path("tokens"));
    let made = |role: &str| run(&["token", role, "--file", &tokens]).stdout.trim().to_owned();
    let (pen, reader) = (made("ingest"), made("read"));
    let server = Server::start(&["--store", &store, "--tokens", &tokens, "--no-search"]);
    let url = format!("http://{}/", server.address);
    let ingest = |lang: &str, token: Option<&str>| {
        let articles = fixture_argument("articles.jsonl");
        let mut command = command(&["--lang", lang, "ingest", "--service", &url, &articles]);
        command.env_remove("YUTU_TOKEN");
        if let Some(token) = token {
            command.env("YUTU_TOKEN", token);
        }
        finish(command, &[])
    };
    for (lang, token, said) in [
        ("en", None, "(401): this needs a token"),
        ("zh", None, "（401）：此操作需要令牌"),
        ("en", Some("yutu_wrong"), "(401): this needs a token"),
        ("en", Some(reader.as_str()), "(403): this needs a token for ingest; this one is for read"),
    ] {
        let refused = ingest(lang, token);
        assert_eq!(refused.status, Some(1), "{}", refused.stderr);
        assert!(refused.stderr.contains(said) && refused.stderr.contains("YUTU_TOKEN"), "{}", refused.stderr);
    }
    let articles = || server.ask("GET /api/v1/articles", "accept: text/csv\r\n", "").1;
    assert!(!articles().contains("http"), "nothing was taken: {}", articles());
    let taken = ingest("en", Some(&pen));
    assert_eq!(taken.status, Some(0), "{}", taken.stderr);
    assert!(taken.stderr.contains("articles: 2 new, 0 same, 0 replaced, 0 failed"), "{}", taken.stderr);
    assert!(articles().contains("https://yutu.example/id/article/"), "readers see them at once: {}", articles());
    let again = ingest("zh", Some(&pen));
    assert!(again.stderr.contains("新增 0 篇，未变 2 篇"), "{}", again.stderr);
    drop(server);
    let gone = ingest("en", Some(&pen));
    assert!(gone.status == Some(1) && gone.stderr.contains("cannot reach the service"), "{}", gone.stderr);
}

#[test]
fn a_wrong_configuration_is_wrong_usage() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = folder.path().join("serve.toml");
    std::fs::write(&config, "colour = 'red'\n").expect("written");
    let run = run(&["--lang", "en", "serve", "--config", config.to_str().expect("UTF-8")]);
    assert_eq!(run.status, Some(2), "{}", run.stderr);
    assert!(run.stderr.contains("--colour"), "{}", run.stderr);
}

/// The suites lie beside the repository where they are there at all.
#[test]
fn protocol_graph_store_and_description_are_as_the_w3c_tests_them() {
    let tests = Path::new("../shared/rdf-tests/sparql");
    if !tests.is_dir() {
        skip(&tests.display().to_string());
        return;
    }
    let yutu = Path::new(env!("CARGO_BIN_EXE_yutu"));
    let runner = yutu.parent().expect("a folder").join("examples/conformance");
    let arguments = [
        "--tests",
        "../shared/rdf-tests/sparql",
        "--yutu",
        env!("CARGO_BIN_EXE_yutu"),
        "protocol",
        "graph store",
        "service description",
    ];
    let output = Command::new(&runner).args(arguments).output().expect("the runner is built with the tests");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}");
    let all = text.lines().find(|line| line.starts_with("all ")).expect("a sum");
    assert!(all.split_whitespace().skip(1).eq(["50", "0", "0"]), "{text}");
}
