//! Tests that are requests and what their answers have to be: SPARQL Protocol, Graph Store Protocol, Service Description.

use oxigraph::{
    io::{RdfFormat, RdfParser},
    model::{Dataset, NamedOrBlankNode, Quad, Term},
    sparql::results::QueryResultsFormat,
};

use crate::{
    compare::{Outcome, is_isomorphic},
    http::{self, Answer},
    manifest::{CNT, Graph, HT, MF, Result, Test, node, plain, read},
};

/// The graph of a manifest, with a node to begin from.
struct At<'a> {
    graph: &'a Graph,
    node: NamedOrBlankNode,
}

impl At<'_> {
    fn text(&self, property: &str) -> Option<String> {
        self.graph.text(self.node.as_ref(), property)
    }

    fn one(&self, property: &str) -> Option<At<'_>> {
        let node = self.graph.one(self.node.as_ref(), property).as_ref().and_then(node)?;
        Some(At { graph: self.graph, node })
    }

    fn list(&self, property: &str) -> Vec<At<'_>> {
        let head = self.graph.one(self.node.as_ref(), property);
        let members = head.map(|head| self.graph.list(&head)).unwrap_or_default();
        members.iter().filter_map(node).map(|node| At { graph: self.graph, node }).collect()
    }

    /// `ht:headers`.
    fn headers(&self) -> Vec<(String, String)> {
        let of =
            |header: At<'_>| Some((header.text(&format!("{HT}fieldName"))?, header.text(&format!("{HT}fieldValue"))?));
        self.list(&format!("{HT}headers")).into_iter().filter_map(of).collect()
    }

    /// The characters of `ht:body`, with their encoding.
    fn body(&self) -> Option<(String, String)> {
        let body = self.one(&format!("{HT}body"))?;
        let encoding = body.text(&format!("{CNT}characterEncoding")).unwrap_or_else(|| "UTF-8".to_owned());
        Some((body.text(&format!("{CNT}chars"))?, encoding))
    }
}

/// Sends the requests of a test one after the other.
pub(crate) fn requests(server: &str, test: &Test) -> Result<()> {
    // The action is a blank node: it has to be looked up in the graph as it was read this time.
    let graph = Graph(read(&test.manifest)?.into_iter().collect());
    let subject = oxigraph::model::NamedNode::new_unchecked(&test.iri);
    let at = At { graph: &graph, node: subject.into() };
    let action = at.one(&format!("{MF}action")).ok_or("no action")?;
    let authority = action.text(&format!("{HT}connectionAuthority")).unwrap_or_else(|| "www.example".to_owned());
    let mut location: Option<(String, String)> = None;
    for (number, request) in action.list(&format!("{HT}requests")).iter().enumerate() {
        one(server, &authority, request, &mut location).map_err(|error| format!("request {}: {error}", number + 1))?;
    }
    Ok(())
}

fn one(server: &str, authority: &str, request: &At<'_>, location: &mut Option<(String, String)>) -> Result<()> {
    let known = location.clone();
    let filled = |text: String, is_in_address: bool| match &known {
        Some((name, value)) if is_in_address => text.replace(name.as_str(), &http::encoded(value)),
        Some((name, value)) => text.replace(name.as_str(), value),
        None => text,
    };
    let method = request.text(&format!("{HT}methodName")).ok_or("no method")?;
    let path = request.text(&format!("{HT}absolutePath")).ok_or("no path")?;
    // Where this server has what the tests call /sparql/ and /gsp.
    let path = filled(path, true).replacen("/gsp", "/graphs", 1);
    let mut headers = request.headers();
    if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("host")) {
        headers.push(("host".to_owned(), authority.to_owned()));
    }
    let body = match request.body() {
        Some((chars, encoding)) if encoding.eq_ignore_ascii_case("UTF-16") => {
            let units = [0xfeff].into_iter().chain(chars.encode_utf16());
            units.flat_map(u16::to_be_bytes).collect()
        }
        Some((chars, _)) => filled(chars, false).replace("/gsp", "/graphs").into_bytes(),
        None => Vec::new(),
    };
    let is_form =
        |headers: &[(String, String)]| headers.iter().any(|(_, value)| value.starts_with("multipart/form-data"));
    // Lines of such a body end with CR LF, which the manifest's text does not keep.
    let body = if is_form(&headers) {
        String::from_utf8(body)?
            .trim_start()
            .replace("\r\n", "\n")
            .lines()
            .map(str::trim_start)
            .collect::<Vec<_>>()
            .join("\r\n")
            .into_bytes()
    } else {
        body
    };
    let borrowed: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let answer = http::send(server, &method, &path, &borrowed, &body)?;
    let Some(expected) = request.one(&format!("{HT}resp")) else { return Ok(()) };
    let statuses = expected.graph.all(expected.node.as_ref(), &format!("{MF}expectedStatus"));
    if !statuses.is_empty() && !statuses.iter().any(|status| is_status(&plain(status), answer.status)) {
        return Err(format!("{method} {path} gave {} {}", answer.status, answer.text()).into());
    }
    if let Some(name) = expected.text(&format!("{MF}expectedLocation")) {
        *location = Some((name, answer.header("location").ok_or("no Location")?.to_owned()));
    }
    for (name, value) in expected.headers() {
        let found = answer.header(&name).unwrap_or_default();
        if !found.eq_ignore_ascii_case(&value) && found.split(';').next() != value.split(';').next() {
            return Err(format!("{name} is {found}, not {value}").into());
        }
    }
    if let Some(format) = expected.text(&format!("{MF}expectedFormat")) {
        is_format(&format, &answer)?;
    }
    if let Some(value) = expected.text(&format!("{MF}expectedBoolean")) {
        let format = QueryResultsFormat::from_media_type(answer.media_type()).ok_or("no results")?;
        match Outcome::parse(format, &answer.body)? {
            Outcome::Boolean(found) if found == (value == "true") => {}
            other => return Err(format!("{other:?}, not {value}").into()),
        }
    }
    if let Some((chars, _)) = expected.body().filter(|_| method != "HEAD") {
        let base = format!("http://{authority}{path}");
        let chars = filled(chars, false).replace("/gsp", "/graphs");
        let wanted = quads(RdfFormat::Turtle, &base, chars.as_bytes())?;
        let format = RdfFormat::from_media_type(answer.media_type()).ok_or("no RDF")?;
        let found = quads(format, &base, &answer.body)?;
        if !is_isomorphic(&wanted, &found) {
            return Err(format!("other triples: {}", answer.text()).into());
        }
    }
    Ok(())
}

fn quads(format: RdfFormat, base: &str, bytes: &[u8]) -> Result<Vec<Quad>> {
    let parser = RdfParser::from_format(format).with_base_iri(base)?;
    Ok(parser.for_slice(bytes).collect::<std::result::Result<Vec<_>, _>>()?)
}

/// `hts:Created`, `hts:StatusCode2xx`.
fn is_status(iri: &str, status: u16) -> bool {
    let name = iri.rsplit('#').next().unwrap_or_default();
    match name {
        "StatusCode2xx" => status / 100 == 2,
        "StatusCode3xx" => status / 100 == 3,
        "StatusCode4xx" => status / 100 == 4,
        "OK" => status == 200,
        "Created" => status == 201,
        "NoContent" => status == 204,
        "NotFound" => status == 404,
        _ => false,
    }
}

fn is_format(format: &str, answer: &Answer) -> Result<()> {
    let found = answer.media_type();
    let is_right = match format {
        "RDF" => RdfFormat::from_media_type(found).is_some(),
        "boolean" | "tabular" => QueryResultsFormat::from_media_type(found).is_some(),
        _ => false,
    };
    if is_right { Ok(()) } else { Err(format!("{found} is not {format}").into()) }
}

/// The three tests of the service description, each told by its name.
pub(crate) fn description(server: &str, test: &Test) -> Result<()> {
    const SD: &str = "http://www.w3.org/ns/sparql-service-description#";
    let answer = http::send(server, "GET", "/sparql", &[], &[])?;
    if answer.status != 200 {
        return Err(format!("status {}", answer.status).into());
    }
    let format = RdfFormat::from_media_type(answer.media_type()).ok_or("no RDF")?;
    let endpoint = format!("http://{server}/sparql");
    let graph = Graph(quads(format, &endpoint, &answer.body)?.into_iter().collect::<Dataset>());
    let services: Vec<NamedOrBlankNode> = (graph.0.iter())
        .filter(|quad| quad.predicate.as_str() == format!("{SD}endpoint"))
        .filter(|quad| Term::from(oxigraph::model::NamedNode::new_unchecked(&endpoint)) == quad.object.into_owned())
        .map(|quad| quad.subject.into_owned())
        .collect();
    let [service] = services.as_slice() else { return Err("not one sd:endpoint".into()) };
    if test.iri.ends_with("conforms-to-schema") {
        let is = |node: &NamedOrBlankNode, class: &str| {
            let types = graph.all(node.as_ref(), "http://www.w3.org/1999/02/22-rdf-syntax-ns#type");
            types.iter().any(|known| plain(known) == format!("{SD}{class}"))
        };
        if !is(service, "Service") {
            return Err("the endpoint's subject is no sd:Service".into());
        }
        // What the schema says of ranges: languages, features and formats are IRIs; datasets and graphs have their classes.
        for property in ["supportedLanguage", "feature", "resultFormat", "inputFormat"] {
            if graph.all(service.as_ref(), &format!("{SD}{property}")).iter().any(|term| !term.is_named_node()) {
                return Err(format!("sd:{property} with something that is no IRI").into());
            }
        }
        for dataset in graph.all(service.as_ref(), &format!("{SD}defaultDataset")).iter().filter_map(node) {
            if !is(&dataset, "Dataset") {
                return Err("the default dataset is no sd:Dataset".into());
            }
            for graph_node in graph.all(dataset.as_ref(), &format!("{SD}defaultGraph")).iter().filter_map(node) {
                if !is(&graph_node, "Graph") {
                    return Err("the default graph is no sd:Graph".into());
                }
            }
        }
    }
    Ok(())
}
