//! The W3C's SPARQL test suites against a running `yutu serve`: manifests read, requests sent over a socket, results compared.
//!
//! `cargo run --release --example conformance -- [--tests DIR] [--yutu FILE] [--earl FILE] [--known FILE] [SUITE…]`
//!
//! Prints passed and failed a suite, and what failed and why. A failure is Oxigraph's own where Oxigraph alone, in this process and
//! without a server, fails the same test; `--known` has the reasons. Ends with 1 if a test failed that is not known, or a known one passed.

#![expect(clippy::print_stdout, reason = "its output is what it is for")]

mod compare;
mod http;
mod manifest;
mod protocol;

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, ExitCode, Stdio},
};

use oxigraph::{
    io::{RdfFormat, RdfParser},
    model::{GraphName, Quad},
    sparql::{
        QueryResults, SparqlEvaluator,
        results::{QueryResultsFormat, QueryResultsSerializer},
    },
    store::Store,
};

use compare::{Outcome, is_isomorphic, shown};
use manifest::{Data, Result, Test, address, path, quads, tests};

/// A server of its own, ended when dropped.
struct Server {
    child: Child,
    address: String,
}

impl Server {
    fn start(program: &Path, options: &[String]) -> Result<Self> {
        let mut child = Command::new(program)
            .args(["serve", "--in-memory", "--bind", "127.0.0.1:0", "--lang", "en", "--max-queries", "4"])
            .args(options)
            .stderr(Stdio::piped())
            .spawn()?;
        let mut lines = BufReader::new(child.stderr.take().ok_or("no standard error")?).lines();
        let address = loop {
            let line = lines.next().ok_or("the server ended")??;
            if let Some(rest) = line.split("http://").nth(1) {
                break rest.split('/').next().unwrap_or_default().to_owned();
            }
        };
        std::thread::spawn(move || lines.for_each(drop));
        Ok(Self { child, address })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Which suite a test counts to; `None` for what is not claimed.
fn suite(kind: &str, manifest: &Path) -> Option<String> {
    let text = manifest.display().to_string();
    let folder = manifest.parent().and_then(Path::file_name).and_then(|name| name.to_str()).unwrap_or_default();
    // Entailment regimes are another recommendation, which neither Oxigraph nor this program claims.
    if folder == "entailment" || folder == "http-rdf-update" {
        return None;
    }
    let version = if text.contains("sparql10") {
        "1.0"
    } else if text.contains("sparql12") {
        "1.2"
    } else {
        "1.1"
    };
    let name = match kind {
        "ProtocolTest" => "protocol",
        "GraphStoreProtocolTest" => "graph store",
        "ServiceDescriptionTest" => "service description",
        "CSVResultFormatTest" => "results",
        _ if matches!(folder, "csv-tsv-res" | "json-res") => "results",
        _ if matches!(folder, "service" | "syntax-fed") => "federation",
        kind if kind.contains("Update") => "update",
        kind if kind.contains("Syntax") => "syntax",
        _ => "query",
    };
    Some(format!("{version} {name}"))
}

/// Answers through the server, or through Oxigraph alone.
trait Subject {
    /// Puts these quads in the place of all others.
    fn fill(&mut self, quads: &[Quad]) -> Result<()>;
    /// Asks; the result of a query as rows in this format.
    fn ask(&mut self, query: &str, base: &str, format: QueryResultsFormat) -> Result<Outcome>;
    /// Whether a query is accepted as such.
    fn accepts_query(&mut self, query: &str, base: &str) -> Result<bool>;
    /// Whether an update is accepted as such.
    fn accepts_update(&mut self, update: &str, base: &str) -> Result<bool>;
    /// Updates, and gives all quads.
    fn update(&mut self, update: &str, base: &str) -> Result<Vec<Quad>>;
}

struct OverHttp<'a>(&'a str);

fn media_type(format: QueryResultsFormat) -> &'static str {
    format.media_type()
}

/// Relative addresses in the text are relative to its file: this is how a client says so.
fn with_base(text: &str, base: &str) -> String {
    format!("BASE <{base}>\n{text}")
}

impl Subject for OverHttp<'_> {
    fn fill(&mut self, quads: &[Quad]) -> Result<()> {
        let answer =
            http::send(self.0, "POST", "/sparql", &[("content-type", "application/sparql-update")], b"DROP ALL")?;
        if answer.status != 204 {
            return Err(format!("DROP ALL gave {}", answer.status).into());
        }
        let body: String = quads.iter().map(|quad| format!("{quad} .\n")).collect();
        let answer =
            http::send(self.0, "POST", "/graphs", &[("content-type", "application/n-quads")], body.as_bytes())?;
        if answer.status / 100 != 2 {
            return Err(format!("POST /graphs gave {} {}", answer.status, answer.text()).into());
        }
        Ok(())
    }

    fn ask(&mut self, query: &str, base: &str, format: QueryResultsFormat) -> Result<Outcome> {
        let accept = format!("{}, application/n-triples;q=0.9", media_type(format));
        let headers = [("content-type", "application/sparql-query"), ("accept", accept.as_str())];
        let answer = http::send(self.0, "POST", "/sparql", &headers, with_base(query, base).as_bytes())?;
        if answer.status != 200 {
            return Err(format!("status {}: {}", answer.status, answer.text()).into());
        }
        match QueryResultsFormat::from_media_type(answer.media_type()) {
            Some(format) => Outcome::parse(format, &answer.body),
            None => {
                let format = RdfFormat::from_media_type(answer.media_type()).ok_or("an unknown format")?;
                let quads = RdfParser::from_format(format).for_slice(&answer.body);
                Ok(Outcome::Graph(quads.collect::<std::result::Result<Vec<_>, _>>()?))
            }
        }
    }

    fn accepts_query(&mut self, query: &str, base: &str) -> Result<bool> {
        let headers = [("content-type", "application/sparql-query")];
        let text = if query.starts_with('\u{feff}') { query.to_owned() } else { with_base(query, base) };
        Ok(http::send(self.0, "POST", "/sparql", &headers, text.as_bytes())?.status != 400)
    }

    fn accepts_update(&mut self, update: &str, base: &str) -> Result<bool> {
        let headers = [("content-type", "application/sparql-update")];
        let body = with_base(update, base);
        Ok(http::send(self.0, "POST", "/sparql", &headers, body.as_bytes())?.status != 400)
    }

    fn update(&mut self, update: &str, base: &str) -> Result<Vec<Quad>> {
        let headers = [("content-type", "application/sparql-update")];
        let answer = http::send(self.0, "POST", "/sparql", &headers, with_base(update, base).as_bytes())?;
        if answer.status / 100 != 2 {
            return Err(format!("status {}: {}", answer.status, answer.text()).into());
        }
        let answer = http::send(self.0, "GET", "/graphs", &[("accept", "application/n-quads")], &[])?;
        let quads = RdfParser::from_format(RdfFormat::NQuads).for_slice(&answer.body);
        Ok(quads.collect::<std::result::Result<Vec<_>, _>>()?)
    }
}

/// Oxigraph in this process, by its own interface.
struct Alone(Store);

impl Subject for Alone {
    fn fill(&mut self, quads: &[Quad]) -> Result<()> {
        self.0.clear()?;
        self.0.extend(quads.iter().cloned())?;
        Ok(())
    }

    fn ask(&mut self, query: &str, base: &str, format: QueryResultsFormat) -> Result<Outcome> {
        let query = SparqlEvaluator::new().with_base_iri(base)?.parse_query(query)?;
        let bytes = match query.on_store(&self.0).execute()? {
            QueryResults::Boolean(value) => {
                QueryResultsSerializer::from_format(format).serialize_boolean_to_writer(Vec::new(), value)?
            }
            QueryResults::Solutions(solutions) => {
                let names = solutions.variables().to_vec();
                let mut writer =
                    QueryResultsSerializer::from_format(format).serialize_solutions_to_writer(Vec::new(), names)?;
                for solution in solutions {
                    writer.serialize(&solution?)?;
                }
                writer.finish()?
            }
            QueryResults::Graph(triples) => {
                let quads = triples.map(|triple| triple.map(|triple| triple.in_graph(GraphName::DefaultGraph)));
                return Ok(Outcome::Graph(quads.collect::<std::result::Result<Vec<_>, _>>()?));
            }
        };
        Outcome::parse(format, &bytes)
    }

    fn accepts_query(&mut self, query: &str, base: &str) -> Result<bool> {
        Ok(SparqlEvaluator::new().with_base_iri(base)?.parse_query(query).is_ok())
    }

    fn accepts_update(&mut self, update: &str, base: &str) -> Result<bool> {
        Ok(SparqlEvaluator::new().with_base_iri(base)?.parse_update(update).is_ok())
    }

    fn update(&mut self, update: &str, base: &str) -> Result<Vec<Quad>> {
        SparqlEvaluator::new().with_base_iri(base)?.parse_update(update)?.on_store(&self.0).execute()?;
        Ok(self.0.iter().collect::<std::result::Result<Vec<_>, _>>()?)
    }
}

/// The text of a query, whose file need not be UTF-8 throughout.
fn text_of(test: &Test) -> Result<(String, String)> {
    let file = test.query.as_deref().ok_or("no query")?;
    Ok((String::from_utf8(std::fs::read(path(file))?)?, file.to_owned()))
}

fn check(subject: &mut dyn Subject, test: &Test) -> Result<()> {
    let kind = test.kind.as_str();
    let (text, base) = text_of(test)?;
    if kind.contains("Syntax") {
        let is_update = kind.contains("Update");
        let accepted = match is_update {
            true => subject.accepts_update(&text, &base)?,
            false => subject.accepts_query(&text, &base)?,
        };
        return match accepted == kind.starts_with("Positive") {
            true => Ok(()),
            false if accepted => Err("accepted".into()),
            false => Err("refused".into()),
        };
    }
    let mut data = test.data.clone();
    if kind != "UpdateEvaluationTest" {
        data.extend(from_graphs(&text, &base));
    }
    subject.fill(&quads(&data)?)?;
    if kind == "UpdateEvaluationTest" {
        let found = subject.update(&text, &base)?;
        let expected = quads(&test.result_data)?;
        return match is_isomorphic(&expected, &found) {
            true => Ok(()),
            false => Err(format!("{} quads, expected {}", found.len(), expected.len()).into()),
        };
    }
    let file = path(test.result.as_deref().ok_or("no result")?);
    let expected = Outcome::of_file(&file)?;
    let extension = file.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    let format = QueryResultsFormat::from_extension(extension).unwrap_or(QueryResultsFormat::Json);
    let found = subject.ask(&text, &base, format)?;
    let is_reduced = test.manifest.display().to_string().contains("/reduced/");
    match expected.is_met_by(&found, is_reduced) {
        true => Ok(()),
        false => Err(format!("{}; expected {}", shown(&found), shown(&expected)).into()),
    }
}

/// The graphs of `FROM` and `FROM NAMED`, which a store has to be given first.
fn from_graphs(text: &str, base: &str) -> Vec<Data> {
    let Some(query) =
        spargebra::SparqlParser::new().with_base_iri(base).ok().and_then(|parser| parser.parse_query(text).ok())
    else {
        return Vec::new();
    };
    let Some(dataset) = query.dataset().cloned() else { return Vec::new() };
    let names = dataset.default.into_iter().chain(dataset.named.unwrap_or_default());
    names
        .map(|name| Data { file: name.as_str().to_owned(), graph: name.into() })
        .filter(|data| path(&data.file).is_file())
        .collect()
}

/// A test with other endpoints: each is a graph of a second server.
fn federated(program: &Path, test: &Test) -> Result<()> {
    let remote = Server::start(program, &["--allow-host".to_owned(), "127.0.0.1".to_owned()])?;
    let mut local = test.clone();
    let (text, base) = text_of(test)?;
    let mut text = text;
    let mut filled: Vec<Data> = Vec::new();
    for (endpoint, file) in &test.services {
        let name = GraphName::from(oxigraph::model::NamedNode::new_unchecked(endpoint));
        filled.push(Data { file: file.clone(), graph: name });
        let there = format!("http://{}/sparql?default-graph-uri={}", remote.address, http::encoded(endpoint));
        text = text.replace(&format!("<{endpoint}>"), &format!("<{there}>"));
    }
    OverHttp(&remote.address).fill(&quads(&filled)?)?;
    let host = Server::start(program, &["--allow-host".to_owned(), "127.0.0.1".to_owned()])?;
    let folder = std::env::temp_dir().join(format!("yutu-conformance-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let file = folder.join("query.rq");
    std::fs::write(&file, with_base(&text, &base))?;
    // Data in the graphs names the endpoints too.
    local.query = Some(address(&file));
    let mut changed = Vec::new();
    for (number, data) in test.data.iter().enumerate() {
        let mut content = std::fs::read_to_string(path(&data.file))?;
        for endpoint in test.services.keys() {
            let there = format!("http://{}/sparql?default-graph-uri={}", remote.address, http::encoded(endpoint));
            content = content.replace(&format!("<{endpoint}>"), &format!("<{there}>"));
        }
        let file = folder.join(format!("data{number}.ttl"));
        std::fs::write(&file, content)?;
        changed.push(Data { file: address(&file), graph: data.graph.clone() });
    }
    local.data = changed;
    // The expected rows name the endpoints as the test has them.
    let outcome = check(&mut OverHttp(&host.address), &local);
    let _ = std::fs::remove_dir_all(&folder);
    outcome
}

/// What is asked for on the command line.
struct Options {
    tests: PathBuf,
    yutu: PathBuf,
    earl: Option<PathBuf>,
    known: Option<PathBuf>,
    suites: Vec<String>,
}

fn options() -> Options {
    let mut options = Options {
        tests: "../shared/rdf-tests/sparql".into(),
        yutu: "target/release/yutu".into(),
        earl: None,
        known: Some("tests/conformance.tsv".into()),
        suites: Vec::new(),
    };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().unwrap_or_default();
        match argument.as_str() {
            "--tests" => options.tests = value().into(),
            "--yutu" => options.yutu = value().into(),
            "--earl" => options.earl = Some(value().into()),
            "--known" => options.known = Some(value().into()),
            name => options.suites.push(name.to_owned()),
        }
    }
    options
}

/// Known failures: the end of a test's address, and why.
fn known(file: Option<&Path>) -> BTreeMap<String, String> {
    let text = file.and_then(|file| std::fs::read_to_string(file).ok()).unwrap_or_default();
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| line.split_once('\t')).map(|(name, why)| (name.to_owned(), why.to_owned())).collect()
}

/// The part of an address that tells a test: folder and name.
fn key(test: &Test) -> String {
    let folder = test.manifest.parent().and_then(Path::file_name).and_then(|name| name.to_str()).unwrap_or_default();
    let version = test.suite.split(' ').next().unwrap_or_default();
    format!("{version}/{folder}/{}", test.iri.rsplit(['#', '/']).next().unwrap_or_default())
}

fn run() -> Result<bool> {
    let options = options();
    let root = std::fs::canonicalize(&options.tests).map_err(|error| {
        format!("{}: {error}; it holds the folders sparql10, sparql11, sparql12", options.tests.display())
    })?;
    let mut all: Vec<Test> = Vec::new();
    for manifest in ["sparql10/manifest.ttl", "sparql11/manifest-all.ttl", "sparql12/manifest.ttl"] {
        all.extend(tests(&root.join(manifest), &suite)?);
    }
    let is_wanted =
        |test: &Test| options.suites.is_empty() || options.suites.iter().any(|name| test.suite.contains(name.as_str()));
    all.retain(is_wanted);
    let known = known(options.known.as_deref());
    let server = Server::start(&options.yutu, &[])?;
    let mut alone = Alone(Store::new()?);
    let mut counts: BTreeMap<String, [u32; 3]> = BTreeMap::new();
    let mut failures: Vec<(String, String)> = Vec::new();
    let mut earl = String::from(
        "@prefix earl: <http://www.w3.org/ns/earl#> .\n@prefix doap: <http://usefulinc.com/ns/doap#> .\n\n<https://yutu.example/> a doap:Project , earl:TestSubject , earl:Software ; doap:name \"Yutu\" .\n",
    );
    let mut is_right = true;
    for test in &all {
        let outcome = match test.kind.as_str() {
            "ProtocolTest" | "GraphStoreProtocolTest" => {
                let mut subject = OverHttp(&server.address);
                subject.fill(&quads(&test.data)?)?;
                protocol::requests(&server.address, test)
            }
            "ServiceDescriptionTest" => protocol::description(&server.address, test),
            _ if !test.services.is_empty() => federated(&options.yutu, test),
            _ => check(&mut OverHttp(&server.address), test),
        };
        let count = counts.entry(test.suite.clone()).or_default();
        let _ = writeln!(
            earl,
            "\n[] a earl:Assertion ; earl:assertedBy <https://yutu.example/> ; earl:subject <https://yutu.example/> ;\n  earl:test <{}> ; earl:mode earl:automatic ;\n  earl:result [ a earl:TestResult ; earl:outcome earl:{} ] .",
            test.iri.replace(&address(&root), "https://w3c.github.io/rdf-tests/sparql"),
            if outcome.is_ok() { "passed" } else { "failed" }
        );
        let key = key(test);
        match outcome {
            Ok(()) => {
                count[0] += 1;
                if known.contains_key(&key) {
                    is_right = false;
                    println!("passed though known to fail: {key}");
                }
            }
            Err(error) => {
                // Without a server there are no other endpoints to ask: there the reason has to be given by hand.
                let is_own = match test.services.is_empty() {
                    true => !test.kind.contains("Protocol") && check(&mut alone, test).is_err(),
                    false => known.get(&key).is_some_and(|why| why.starts_with("Oxigraph:")),
                };
                count[if is_own { 2 } else { 1 }] += 1;
                let whose = if is_own { "Oxigraph" } else { "yutu" };
                let why = known.get(&key).cloned().unwrap_or_else(|| {
                    is_right = false;
                    format!("{}: {error}", test.name)
                });
                failures.push((format!("{whose}\t{key}"), why.chars().take(400).collect()));
            }
        }
    }
    println!("{:<26} {:>7} {:>7} {:>16}", "suite", "passed", "failed", "failed, Oxigraph");
    let mut sum = [0; 3];
    for (name, count) in &counts {
        println!("{name:<26} {:>7} {:>7} {:>16}", count[0], count[1], count[2]);
        sum.iter_mut().zip(count).for_each(|(sum, count)| *sum += count);
    }
    println!("{:<26} {:>7} {:>7} {:>16}", "all", sum[0], sum[1], sum[2]);
    failures.sort();
    for (key, why) in failures {
        println!("{key}\t{why}");
    }
    if let Some(file) = &options.earl {
        std::fs::write(file, earl)?;
    }
    Ok(is_right)
}

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            println!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
