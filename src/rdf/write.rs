//! RDF as bytes, the same bytes each time.
//!
//! Oxigraph's serializer keeps prefixes in a map of random order; here they are sorted. RDF/XML gets none, because there they
//! stand in one tag.

use std::io::{self, Write};

use oxigraph::io::{RdfFormat, RdfSerializer, WriterQuadSerializer};

use super::vocab;

/// A serializer that knows [`vocab::prefixes`] with this base; end it by `finish()`, then flush what that gives back.
pub fn serializer<W: Write>(format: RdfFormat, base: &str, writer: W) -> WriterQuadSerializer<SortedPrefixes<W>> {
    let mut serializer = RdfSerializer::from_format(format);
    if matches!(format, RdfFormat::Turtle | RdfFormat::TriG) {
        for (name, namespace) in vocab::prefixes(base) {
            serializer = serializer.with_prefix(name, namespace).expect("the prefixes are IRIs");
        }
    }
    serializer.for_writer(SortedPrefixes { header: Some(Vec::new()), inner: writer })
}

/// Whether a format can hold triple terms (RDF 1.2).
pub fn has_triple_terms(format: RdfFormat) -> bool {
    !matches!(format, RdfFormat::JsonLd { .. })
}

/// Puts the `@prefix` lines that a document begins with in order.
#[derive(Debug)]
pub struct SortedPrefixes<W: Write> {
    /// What has come so far, as long as it is only prefixes.
    header: Option<Vec<u8>>,
    inner: W,
}

impl<W: Write> SortedPrefixes<W> {
    fn write_header(&mut self) -> io::Result<()> {
        let Some(header) = self.header.take() else { return Ok(()) };
        let mut lines: Vec<&[u8]> = header.split_inclusive(|byte| *byte == b'\n').collect();
        let prefixes = lines.iter().take_while(|line| line.starts_with(MARK)).count();
        lines[..prefixes].sort_unstable();
        lines.iter().try_for_each(|line| self.inner.write_all(line))
    }

    /// The writer within.
    ///
    /// # Errors
    /// When it refuses what was held back.
    pub fn into_inner(mut self) -> io::Result<W> {
        self.write_header()?;
        Ok(self.inner)
    }
}

const MARK: &[u8] = b"@prefix";

/// Whether a text is nothing but prefix lines, the last one perhaps not at its end.
fn is_only_prefixes(text: &[u8]) -> bool {
    text.split(|byte| *byte == b'\n').all(|line| line.starts_with(MARK) || MARK.starts_with(line))
}

impl<W: Write> Write for SortedPrefixes<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let Some(header) = &mut self.header else { return self.inner.write(bytes) };
        header.extend_from_slice(bytes);
        if !is_only_prefixes(header) {
            self.write_header()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.write_header()?;
        self.inner.flush()
    }
}

#[cfg(test)]
mod tests {
    use oxigraph::model::{GraphName, NamedNode, Quad};

    use super::*;
    use crate::model::iri;

    #[test]
    fn prefixes_are_sorted_and_all_there() {
        let node = NamedNode::new_unchecked("https://yutu.example/ns#Region");
        let quad = Quad::new(node.clone(), node.clone(), node, GraphName::DefaultGraph);
        for format in [RdfFormat::Turtle, RdfFormat::TriG] {
            let mut writer = serializer(format, iri::BASE, Vec::new());
            writer.serialize_quad(&quad).expect("written");
            let bytes = writer.finish().and_then(SortedPrefixes::into_inner).expect("finished");
            let text = String::from_utf8(bytes).expect("UTF-8");
            let prefixes: Vec<&str> = text.lines().take_while(|line| line.starts_with("@prefix")).collect();
            assert_eq!(prefixes.len(), vocab::PREFIXES.len());
            assert!(prefixes.is_sorted(), "{text}");
            assert!(text.contains("yutu:Region"), "{text}");
        }
    }

    #[test]
    fn other_formats_pass_unchanged() {
        for format in [RdfFormat::NTriples, RdfFormat::RdfXml, RdfFormat::JsonLd { profile: Default::default() }] {
            let bytes = serializer(format, iri::BASE, Vec::new())
                .finish()
                .and_then(SortedPrefixes::into_inner)
                .expect("finished");
            let plain = RdfSerializer::from_format(format).for_writer(Vec::new()).finish().expect("finished");
            assert_eq!(bytes, plain);
        }
    }
}
