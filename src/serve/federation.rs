//! Asking other hosts, for `SERVICE` and `LOAD`: only those that are allowed by name, and never by a detour into the network behind
//! this machine.
//!
//! Names are resolved here, and the addresses that come out of it are the ones connected to; private ones are refused unless the operator
//! allowed the host by its address or as `localhost`. Redirections are followed by hand, each checked like the first address.

use std::{
    collections::BTreeSet,
    io::Read as _,
    net::{IpAddr, SocketAddr, ToSocketAddrs as _},
    time::Duration,
};

use oxigraph::{
    io::RdfParser,
    model::{NamedNode, Triple},
    sparql::{
        DefaultServiceHandler, QueryEvaluationError, QuerySolutionIter,
        results::{QueryResultsFormat, QueryResultsParser, ReaderQueryResultsParserOutput},
    },
};
use spargebra::algebra::GraphPattern;
use ureq::{
    Agent,
    config::Config,
    http::Uri,
    unversioned::{
        resolver::{ResolvedSocketAddrs, Resolver},
        transport::{DefaultConnector, NextTimeout},
    },
};

use super::negotiate;

/// Redirections that are followed.
const MAX_REDIRECTS: usize = 5;
/// Bytes of an answer or document that are taken.
const MAX_BYTES: u64 = 256 << 20;

/// A client that asks only allowed hosts.
pub(super) struct Federation {
    hosts: BTreeSet<String>,
    agent: Agent,
}

/// Why another host was not asked, or did not answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum FederationError {
    /// It is not allowed.
    #[error("{0} is not among the hosts that may be asked")]
    Host(String),
    /// The address is none of the web's.
    #[error("{0} is not an http or https address")]
    Address(String),
    /// No answer, or none that can be used.
    #[error("{0}")]
    Answer(String),
}

impl Federation {
    /// A client for these hosts; `None` where there are none.
    pub(super) fn new(hosts: &BTreeSet<String>, timeout: Duration) -> Option<Self> {
        if hosts.is_empty() {
            return None;
        }
        let hosts: BTreeSet<String> = hosts.iter().map(|host| host.to_ascii_lowercase()).collect();
        let config = Agent::config_builder()
            .timeout_global(Some(timeout))
            .max_redirects(0)
            .http_status_as_error(false)
            .proxy(None)
            .user_agent(concat!("yutu/", env!("CARGO_PKG_VERSION")))
            .build();
        let agent = Agent::with_parts(config, DefaultConnector::default(), PublicAddresses { hosts: hosts.clone() });
        Some(Self { hosts, agent })
    }

    /// Whether a host, with its port or for any port, is allowed.
    fn is_allowed(&self, uri: &Uri) -> bool {
        let Some(host) = uri.host() else { return false };
        let host = host.to_ascii_lowercase();
        let default = if uri.scheme_str() == Some("https") { 443 } else { 80 };
        let port = uri.port_u16().unwrap_or(default);
        self.hosts.contains(&format!("{host}:{port}")) || self.hosts.contains(&host)
    }

    /// Sends a request, following redirections within the allowed hosts. Gives the media type and the body.
    fn ask(&self, address: &str, accept: &str, post: Option<&str>) -> Result<(String, ureq::Body), FederationError> {
        let answer = |error: ureq::Error| FederationError::Answer(error.to_string());
        let mut address = address.to_owned();
        for _ in 0..=MAX_REDIRECTS {
            let uri: Uri = address.parse().map_err(|_| FederationError::Address(address.clone()))?;
            if !matches!(uri.scheme_str(), Some("http" | "https")) {
                return Err(FederationError::Address(address));
            }
            if !self.is_allowed(&uri) {
                return Err(FederationError::Host(uri.host().unwrap_or_default().to_owned()));
            }
            let response = match post {
                Some(body) => {
                    let request = self.agent.post(&address).header("accept", accept);
                    request.header("content-type", negotiate::SPARQL_QUERY).send(body)
                }
                None => self.agent.get(&address).header("accept", accept).call(),
            }
            .map_err(answer)?;
            let header =
                |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
            let status = response.status();
            if status.is_redirection() {
                let target =
                    header("location").ok_or_else(|| FederationError::Answer(format!("{status} without address")))?;
                let base =
                    oxigraph::model::NamedNode::new(&address).map_err(|_| FederationError::Address(address.clone()))?;
                address = resolved(base.as_str(), &target).ok_or(FederationError::Address(target))?;
                continue;
            }
            if !status.is_success() {
                return Err(FederationError::Answer(format!("{address} answered {status}")));
            }
            let media_type = header("content-type").unwrap_or_default();
            let media_type = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
            return Ok((media_type, response.into_body()));
        }
        Err(FederationError::Answer("too many redirections".to_owned()))
    }

    /// The triples of a document.
    pub(super) fn load(&self, address: &NamedNode) -> Result<Vec<Triple>, String> {
        let accept = "text/turtle, application/n-triples, application/rdf+xml;q=0.9, application/ld+json;q=0.8";
        let (media_type, body) = self.ask(address.as_str(), accept, None).map_err(|error| error.to_string())?;
        let format =
            negotiate::rdf_format(&media_type).ok_or_else(|| format!("it is {media_type}, which is no RDF"))?;
        let parser = RdfParser::from_format(format).without_named_graphs().rename_blank_nodes();
        let parser = parser.with_base_iri(address.as_str()).map_err(|error| error.to_string())?;
        let bytes = body.into_with_config().limit(MAX_BYTES).reader();
        let quads = parser.for_reader(bytes).collect::<Result<Vec<_>, _>>().map_err(|error| error.to_string())?;
        Ok(quads.into_iter().map(Triple::from).collect())
    }
}

/// A reference of a redirection, made absolute: whole addresses and paths, which is what servers send.
fn resolved(base: &str, target: &str) -> Option<String> {
    if target.starts_with("http://") || target.starts_with("https://") {
        return Some(target.to_owned());
    }
    let base: Uri = base.parse().ok()?;
    let (scheme, authority) = (base.scheme_str()?, base.authority()?);
    if let Some(rest) = target.strip_prefix("//") {
        return Some(format!("{scheme}://{rest}"));
    }
    let path = if target.starts_with('/') {
        target.to_owned()
    } else {
        let folder = base.path().rsplit_once('/').map_or("", |(folder, _)| folder);
        format!("{folder}/{target}")
    };
    Some(format!("{scheme}://{authority}{path}"))
}

/// `SERVICE` of addresses for which there is no service here.
pub(super) struct Service(pub(super) std::sync::Arc<Federation>);

impl DefaultServiceHandler for Service {
    type Error = QueryEvaluationError;

    fn handle(
        &self,
        service_name: &NamedNode,
        pattern: &GraphPattern,
        base_iri: Option<&oxiri::Iri<String>>,
    ) -> Result<QuerySolutionIter<'static>, Self::Error> {
        service(&self.0, service_name, pattern, base_iri)
            .map_err(|error| QueryEvaluationError::Service(Box::new(error)))
    }
}

fn service(
    federation: &Federation,
    service_name: &NamedNode,
    pattern: &GraphPattern,
    base_iri: Option<&oxiri::Iri<String>>,
) -> Result<QuerySolutionIter<'static>, FederationError> {
    let query = spargebra::Query::Select { dataset: None, pattern: pattern.clone(), base_iri: base_iri.cloned() };
    let accept = "application/sparql-results+json, application/sparql-results+xml;q=0.9";
    let (media_type, body) = federation.ask(service_name.as_str(), accept, Some(&query.to_string()))?;
    let format = QueryResultsFormat::from_media_type(&media_type)
        .ok_or_else(|| FederationError::Answer(format!("{service_name} answered in {media_type}")))?;
    let mut bytes = Vec::new();
    body.into_with_config()
        .limit(MAX_BYTES)
        .reader()
        .read_to_end(&mut bytes)
        .map_err(|error| FederationError::Answer(error.to_string()))?;
    let parser = QueryResultsParser::from_format(format).for_reader(std::io::Cursor::new(bytes));
    match parser.map_err(|error| FederationError::Answer(error.to_string()))? {
        ReaderQueryResultsParserOutput::Solutions(solutions) => {
            let variables = solutions.variables().to_vec().into();
            let rows = solutions.map(|row| row.map_err(|error| QueryEvaluationError::Service(Box::new(error))));
            Ok(QuerySolutionIter::new(variables, rows))
        }
        ReaderQueryResultsParserOutput::Boolean(_) => {
            Err(FederationError::Answer(format!("{service_name} answered with a truth value")))
        }
    }
}

/// Resolves names to addresses of the public network only.
#[derive(Debug)]
struct PublicAddresses {
    hosts: BTreeSet<String>,
}

impl Resolver for PublicAddresses {
    fn resolve(&self, uri: &Uri, _: &Config, _: NextTimeout) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let host = uri.host().unwrap_or_default().trim_matches(['[', ']']);
        let default = if uri.scheme_str() == Some("https") { 443 } else { 80 };
        let port = uri.port_u16().unwrap_or(default);
        // A host that the operator wrote as an address, or as localhost, is meant as such.
        let is_meant = host.eq_ignore_ascii_case("localhost") || host.parse::<IpAddr>().is_ok();
        let is_meant = is_meant && self.hosts.iter().any(|known| known == host || *known == format!("{host}:{port}"));
        let mut addresses = self.empty();
        for address in (host, port).to_socket_addrs()?.filter(|address| is_meant || is_public(address)) {
            if addresses.len() < 16 {
                addresses.push(address);
            }
        }
        if addresses.is_empty() { Err(ureq::Error::HostNotFound) } else { Ok(addresses) }
    }
}

/// Whether an address is one of the public network.
fn is_public(address: &SocketAddr) -> bool {
    match address.ip() {
        IpAddr::V4(ip) => {
            let [a, b, ..] = ip.octets();
            let is_shared = a == 100 && (64..128).contains(&b);
            let is_benchmark = a == 198 && (b == 18 || b == 19);
            !(ip.is_private()
                || ip.is_loopback()
                || ip.is_link_local()
                || ip.is_unspecified()
                || ip.is_broadcast()
                || ip.is_multicast()
                || ip.is_documentation()
                || is_shared
                || is_benchmark
                || a == 0
                || a >= 240)
        }
        IpAddr::V6(ip) => match ip.to_ipv4_mapped() {
            Some(ip) => is_public(&SocketAddr::new(ip.into(), address.port())),
            None => {
                let first = ip.segments()[0];
                let is_translated = first == 0x64 || first == 0x2002;
                !(ip.is_loopback() || ip.is_unspecified() || ip.is_multicast())
                    && first & 0xfe00 != 0xfc00
                    && first & 0xffc0 != 0xfe80
                    && !is_translated
            }
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_addresses_are_told_from_public_ones() {
        for address in [
            "10.0.0.1:80",
            "127.0.0.1:80",
            "169.254.169.254:80",
            "192.168.1.1:80",
            "100.64.0.1:80",
            "0.0.0.0:80",
            "[::1]:80",
            "[fd00::1]:80",
            "[fe80::1]:80",
            "[::ffff:10.0.0.1]:80",
        ] {
            assert!(!is_public(&address.parse().expect("an address")), "{address}");
        }
        for address in ["1.1.1.1:80", "[2606:4700::1111]:443"] {
            assert!(is_public(&address.parse().expect("an address")), "{address}");
        }
    }

    #[test]
    fn only_named_hosts_are_asked() {
        let hosts = BTreeSet::from(["data.example.org".to_owned(), "localhost:7000".to_owned()]);
        let federation = Federation::new(&hosts, Duration::from_secs(1)).expect("some hosts");
        let is_allowed = |uri: &str| federation.is_allowed(&uri.parse().expect("a URI"));
        assert!(is_allowed("http://data.example.org/sparql") && is_allowed("https://DATA.example.org:8443/x"));
        assert!(is_allowed("http://localhost:7000/") && !is_allowed("http://localhost:7001/"));
        assert!(!is_allowed("http://example.org/") && !is_allowed("http://data.example.org.evil.net/"));
        assert!(matches!(federation.ask("file:///etc/passwd", "*/*", None), Err(FederationError::Address(_))));
        assert!(matches!(federation.ask("http://10.0.0.1/", "*/*", None), Err(FederationError::Host(_))));
    }

    #[test]
    fn redirections_are_resolved() {
        let base = "http://a.example/x/y?z";
        assert_eq!(resolved(base, "/b").as_deref(), Some("http://a.example/b"));
        assert_eq!(resolved(base, "b").as_deref(), Some("http://a.example/x/b"));
        assert_eq!(resolved(base, "//c.example/b").as_deref(), Some("http://c.example/b"));
        assert_eq!(resolved(base, "https://c.example/b").as_deref(), Some("https://c.example/b"));
    }
}
