//! The built program as a server: started, asked over a socket, ended; and the W3C's suites against it.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    path::Path,
    process::{Child, Command},
    time::{Duration, Instant},
};

use crate::yutu::{command, run};

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
            if let Some((_, rest)) = line.split_once("http://") {
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
        assert!(std::env::var_os("CI").is_none(), "{} is missing", tests.display());
        eprintln!("skipped: {} is missing", tests.display());
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
