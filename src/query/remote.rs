//! SPARQL 1.1 endpoints over HTTP: POST of a form, formats by `Accept`, the endpoint's own words where it refuses.

use std::{
    io::{BufReader, Read},
    time::Duration,
};

use oxigraph::{
    io::{RdfFormat, RdfParser},
    model::Triple,
    sparql::{
        QueryEvaluationError, QueryResults, QueryTripleIter,
        results::{QueryResultsFormat, QueryResultsParser},
    },
};

use super::{
    QueryError,
    lexer::{Kind, tokens},
};

/// What is read of an endpoint's error, in bytes; and shown, in characters.
const ERROR_BYTES: u64 = 16 << 10;
const ERROR_CHARS: usize = 600;

const ACCEPT_ROWS: &str =
    "application/sparql-results+json, application/sparql-results+xml;q=0.9, text/tab-separated-values;q=0.5";
const ACCEPT_TRIPLES: &str =
    "application/n-triples, text/turtle;q=0.9, application/rdf+xml;q=0.8, application/ld+json;q=0.6";

/// A SPARQL endpoint.
#[derive(Debug, Clone)]
pub struct Endpoint {
    url: String,
}

impl Endpoint {
    /// At an address, `https://query.wikidata.org/sparql`.
    pub fn new(url: impl Into<String>) -> Self {
        Self { url: url.into() }
    }

    /// Sends a query and reads its answer as it comes.
    ///
    /// # Errors
    /// When the endpoint cannot be reached, refuses, or answers in no known format.
    pub(super) fn ask(&self, sparql: &str, timeout: Option<Duration>) -> Result<QueryResults<'static>, QueryError> {
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .timeout_global(timeout)
            .http_status_as_error(false)
            .user_agent(concat!("yutu/", env!("CARGO_PKG_VERSION")))
            .build()
            .into();
        let accept = if gives_triples(sparql) { ACCEPT_TRIPLES } else { ACCEPT_ROWS };
        let response = agent
            .post(&self.url)
            .header("Accept", accept)
            .send_form([("query", sparql)])
            .map_err(|error| self.unreachable(error, timeout))?;
        let status = response.status();
        let media_type = response.body().mime_type().unwrap_or_default().to_owned();
        let reader = BufReader::new(response.into_body().into_with_config().limit(u64::MAX).reader());
        if !status.is_success() {
            let message = beginning(reader);
            return Err(QueryError::Endpoint { endpoint: self.url.clone(), status: status.as_u16(), message });
        }
        let broken = |source: Box<dyn std::error::Error + Send + Sync>| self.broken(source);
        let results = QueryResultsFormat::from_media_type(&media_type).filter(|format| {
            matches!(format, QueryResultsFormat::Json | QueryResultsFormat::Xml | QueryResultsFormat::Tsv)
        });
        if let Some(format) = results {
            let parser = QueryResultsParser::from_format(format);
            let answer = parser.for_reader(reader).map_err(|error| broken(error.into()))?;
            return Ok(answer.into());
        }
        if let Some(format) = RdfFormat::from_media_type(&media_type) {
            let quads = RdfParser::from_format(format).for_reader(reader);
            let triples = quads
                .map(|quad| quad.map(Triple::from).map_err(|error| QueryEvaluationError::Unexpected(Box::new(error))));
            return Ok(QueryResults::Graph(QueryTripleIter::new(triples)));
        }
        let media_type = if media_type.is_empty() { "no format".to_owned() } else { media_type };
        Err(QueryError::UnknownMediaType { endpoint: self.url.clone(), media_type, start: beginning(reader) })
    }

    /// An error in the middle of an answer, in the endpoint's terms.
    pub(super) fn explain(&self, error: QueryError, timeout: Option<Duration>) -> QueryError {
        match error {
            QueryError::Evaluation(source) => match timeout {
                Some(limit) if source.to_string().contains("timeout") => QueryError::TimedOut { limit },
                _ => self.broken(Box::new(source)),
            },
            other => other,
        }
    }

    fn broken(&self, source: Box<dyn std::error::Error + Send + Sync>) -> QueryError {
        QueryError::BrokenAnswer { endpoint: self.url.clone(), source }
    }

    fn unreachable(&self, error: ureq::Error, timeout: Option<Duration>) -> QueryError {
        match (error, timeout) {
            (ureq::Error::Timeout(ureq::Timeout::Global), Some(limit)) => QueryError::TimedOut { limit },
            (error, _) => QueryError::Unreachable { endpoint: self.url.clone(), source: Box::new(error) },
        }
    }
}

/// The first characters of a body, in one line. Pages of HTML lose their tags.
fn beginning(reader: impl Read) -> String {
    let mut bytes = Vec::new();
    // What was read before the connection broke is still worth showing.
    let _ = reader.take(ERROR_BYTES).read_to_end(&mut bytes);
    let text = String::from_utf8_lossy(&bytes);
    let mut plain = String::with_capacity(text.len());
    let is_page = text.trim_start().starts_with('<');
    let mut in_tag = false;
    for c in text.chars() {
        match c {
            '<' if is_page => in_tag = true,
            '>' if in_tag => {
                in_tag = false;
                plain.push(' ');
            }
            c if !in_tag => plain.push(c),
            _ => {}
        }
    }
    let words: Vec<&str> = plain.split_whitespace().collect();
    let line = words.join(" ");
    match line.char_indices().nth(ERROR_CHARS) {
        Some((at, _)) => format!("{}…", &line[..at]),
        None => line,
    }
}

/// Whether the query is a CONSTRUCT or DESCRIBE: the first key word that is neither in the prologue.
fn gives_triples(sparql: &str) -> bool {
    (tokens(sparql).iter().filter(|token| token.kind == Kind::Word).map(|token| &sparql[token.range.clone()]))
        .find_map(|word| match word.to_ascii_uppercase().as_str() {
            "CONSTRUCT" | "DESCRIBE" => Some(true),
            "SELECT" | "ASK" => Some(false),
            _ => None,
        })
        .unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use std::{
        io::{BufRead as _, Write as _},
        net::TcpListener,
    };

    use super::*;
    use crate::query::Target;

    /// Answers one request on 127.0.0.1; gives the address, and what was asked when it is over.
    fn server(
        status: &'static str,
        media_type: &'static str,
        body: &'static str,
    ) -> (String, std::thread::JoinHandle<(String, String)>) {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        let url = format!("http://{}/sparql", listener.local_addr().expect("an address"));
        let asked = std::thread::spawn(move || {
            let (stream, _) = listener.accept().expect("a client");
            let mut reader = BufReader::new(stream.try_clone().expect("a stream"));
            let (mut head, mut length) = (String::new(), 0);
            loop {
                let mut line = String::new();
                reader.read_line(&mut line).expect("a header");
                if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                    length = value.trim().parse().expect("a length");
                }
                if line.trim().is_empty() {
                    break;
                }
                head.push_str(&line);
            }
            let mut form = vec![0; length];
            reader.read_exact(&mut form).expect("a body");
            let mut stream = stream;
            write!(
                stream,
                "HTTP/1.1 {status}\r\nContent-Type: {media_type}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                body.len()
            )
            .expect("answered");
            (head, String::from_utf8(form).expect("UTF-8"))
        });
        (url, asked)
    }

    fn rows(url: &str, sparql: &str) -> Result<usize, QueryError> {
        Target::Endpoint(&Endpoint::new(url)).select(sparql, Some(Duration::from_secs(5))).map(|rows| rows.len())
    }

    #[test]
    fn a_query_is_posted_as_a_form_and_its_rows_are_read() {
        let body = r#"{"head":{"vars":["a"]},"results":{"bindings":[{"a":{"type":"literal","value":"武清区"}},{}]}}"#;
        let (url, asked) = server("200 OK", "application/sparql-results+json; charset=utf-8", body);
        assert_eq!(rows(&url, "SELECT ?a { ?a a yutu:Park }").expect("rows"), 2);
        let (head, form) = asked.join().expect("served");
        let head = head.to_ascii_lowercase();
        assert!(head.starts_with("post /sparql ") && head.contains("application/x-www-form-urlencoded"), "{head}");
        assert!(head.contains("accept: application/sparql-results+json"), "{head}");
        assert!(form.starts_with("query=PREFIX") && form.contains("yutu.example"), "{form}");
    }

    #[test]
    fn triples_are_asked_for_and_read() {
        let (url, asked) = server("200 OK", "text/turtle", "<urn:a> <urn:b> \"武清\" , 1 .");
        let endpoint = Endpoint::new(url);
        let count = Target::Endpoint(&endpoint).ask("CONSTRUCT WHERE { ?s ?p ?o }", None, |answer| match answer {
            QueryResults::Graph(triples) => Ok(triples.filter(Result::is_ok).count()),
            _ => Ok(0),
        });
        assert_eq!(count.expect("triples"), 2);
        assert!(asked.join().expect("served").0.to_ascii_lowercase().contains("accept: application/n-triples"));
    }

    #[test]
    fn the_endpoints_own_words_are_shown() {
        let (url, _) =
            server("400 Bad Request", "text/html", "<html><p>Parse error:</p> line 3\n at <b>FILTR</b></html>");
        let error = rows(&url, "SELECT * { ?s ?p ?o }").expect_err("refused").to_string();
        assert_eq!(error, format!("{url} answers 400: Parse error: line 3 at FILTR"));
    }

    #[test]
    fn an_answer_in_no_known_format_is_told() {
        let (url, _) = server("200 OK", "text/html", "<h1>Welcome</h1>");
        let error = rows(&url, "ASK {}").expect_err("no results").to_string();
        assert!(error.contains("text/html") && error.contains("Welcome"), "{error}");
        let (url, _) = server("200 OK", "application/sparql-results+json", "{\"head\":");
        assert!(matches!(rows(&url, "ASK {}"), Err(QueryError::BrokenAnswer { .. })));
        let error = rows("http://127.0.0.1:1/sparql", "ASK {}").expect_err("nobody there");
        assert!(matches!(error, QueryError::Unreachable { .. }), "{error:?}");
    }

    #[test]
    fn a_silent_endpoint_is_given_up() {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        let endpoint = Endpoint::new(format!("http://{}/", listener.local_addr().expect("an address")));
        let limit = Duration::from_millis(100);
        let result = Target::Endpoint(&endpoint).select("ASK {}", Some(limit));
        assert!(matches!(result, Err(QueryError::TimedOut { .. })), "{result:?}");
    }
}
