//! RDF out of the store and into it, and copies of the whole.

use std::{
    cell::Cell,
    io::{BufReader, Read, Write},
    path::Path,
};

use oxigraph::{
    io::{RdfFormat, RdfParseError, RdfParser},
    model::{GraphName, GraphNameRef, NamedNode, NamedOrBlankNode, Quad, Term},
    store::{LoaderError, SerializerError},
};

use super::{StoreError, YutuStore, open::is_description, union};
use crate::rdf;

/// Megabytes that loading may hold beside RocksDB; more make fewer, larger files.
const LOAD_MEMORY_MB: usize = 512;

/// How a file is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packing {
    /// Not at all.
    Plain,
    /// gzip, one or several members.
    Gzip,
    /// Zstandard.
    Zstd,
}

impl Packing {
    /// The bytes within.
    ///
    /// # Errors
    /// When the unpacker cannot start.
    pub fn unpack<'a>(self, bytes: impl Read + 'a) -> std::io::Result<Box<dyn Read + 'a>> {
        Ok(match self {
            Self::Plain => Box::new(bytes) as Box<dyn Read>,
            Self::Gzip => Box::new(BufReader::with_capacity(1 << 16, flate2::read::MultiGzDecoder::new(bytes))),
            Self::Zstd => Box::new(BufReader::with_capacity(1 << 16, zstd::Decoder::new(bytes)?)),
        })
    }
}

impl Packing {
    /// A writer that packs; close it by [`Packed::finish`].
    ///
    /// # Errors
    /// When the packer cannot start.
    pub fn pack<W: Write>(self, writer: W) -> std::io::Result<Packed<W>> {
        Ok(match self {
            Self::Plain => Packed::Plain(writer),
            Self::Gzip => Packed::Gzip(flate2::write::GzEncoder::new(writer, flate2::Compression::default())),
            Self::Zstd => Packed::Zstd(zstd::Encoder::new(writer, 0)?),
        })
    }
}

/// A writer that packs what goes through.
#[non_exhaustive]
pub enum Packed<W: Write> {
    /// As it is.
    Plain(W),
    /// gzip.
    Gzip(flate2::write::GzEncoder<W>),
    /// Zstandard.
    Zstd(zstd::Encoder<'static, W>),
}

impl<W: Write> Packed<W> {
    /// Writes what is still held back, and the end mark.
    ///
    /// # Errors
    /// When the writer within refuses.
    pub fn finish(self) -> std::io::Result<()> {
        match self {
            Self::Plain(mut writer) => writer.flush(),
            Self::Gzip(packer) => packer.finish()?.flush(),
            Self::Zstd(packer) => packer.finish()?.flush(),
        }
    }
}

impl<W: Write> Write for Packed<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        match self {
            Self::Plain(writer) => writer.write(bytes),
            Self::Gzip(packer) => packer.write(bytes),
            Self::Zstd(packer) => packer.write(bytes),
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        match self {
            Self::Plain(writer) => writer.flush(),
            Self::Gzip(packer) => packer.flush(),
            Self::Zstd(packer) => packer.flush(),
        }
    }
}

/// The RDF format and packing that a file's name tells: `facts.nq.gz` is packed N-Quads.
pub fn format_of_name(name: &str) -> (Option<RdfFormat>, Packing) {
    let lower = name.to_ascii_lowercase();
    let (inner, packing) = match (lower.strip_suffix(".gz"), lower.strip_suffix(".zst")) {
        (Some(inner), _) => (inner, Packing::Gzip),
        (_, Some(inner)) => (inner, Packing::Zstd),
        _ => (lower.as_str(), Packing::Plain),
    };
    let extension = Path::new(inner).extension().and_then(|extension| extension.to_str());
    let format = extension.and_then(|extension| match extension {
        "owl" => Some(RdfFormat::RdfXml),
        "json" => RdfFormat::from_extension("jsonld"),
        other => RdfFormat::from_extension(other),
    });
    (format, packing)
}

/// What a dump wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dumped {
    /// Quads or triples written.
    pub written: u64,
    /// Triples left out because the format has no triple terms (JSON-LD); `rdf:subject`, `rdf:predicate` and `rdf:object` say the same.
    pub left_out: u64,
}

/// What a load took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Loaded {
    /// Quads read, repeated ones counted as often as they stand in the file.
    pub read: u64,
}

impl YutuStore {
    /// Writes RDF: one graph, or all. All is the named graphs in formats that have graphs, else the union as triples.
    ///
    /// The same store gives the same bytes. The version's own graph is not written.
    ///
    /// # Errors
    /// When the graph is unknown, the store cannot be read, or the writer refuses.
    pub fn dump(&self, format: RdfFormat, graph: Option<&str>, writer: impl Write) -> Result<Dumped, StoreError> {
        let failed = |error: SerializerError| StoreError::from_serializer(self.path.as_deref(), error);
        let mut writer = rdf::serializer(format, self.base.as_str(), writer);
        let mut dumped = Dumped { written: 0, left_out: 0 };
        let graphs = match graph {
            Some(iri) => vec![GraphName::from(self.known_graph(iri)?)],
            None if format.supports_datasets() => self.graph_names()?,
            None => vec![GraphName::DefaultGraph],
        };
        let has_triple_terms = rdf::has_triple_terms(format);
        for name in &graphs {
            for quad in self.store.quads_for_pattern(None, None, None, Some(GraphNameRef::from(name))) {
                let quad = quad.map_err(|error| failed(error.into()))?;
                if !has_triple_terms && matches!(quad.object, Term::Triple(_)) {
                    dumped.left_out += 1;
                    continue;
                }
                let written = match graph.is_some() || !format.supports_datasets() {
                    true => writer.serialize_triple(union::in_default(&quad)),
                    false => writer.serialize_quad(&quad),
                };
                written.map_err(|error| failed(error.into()))?;
                dumped.written += 1;
            }
        }
        let mut writer = writer.finish().map_err(|error| failed(error.into()))?;
        writer.flush().map_err(|error| failed(error.into()))?;
        Ok(dumped)
    }

    fn known_graph(&self, iri: &str) -> Result<NamedNode, StoreError> {
        let graph = NamedNode::new(iri).map_err(|_| StoreError::NotAnIri { iri: iri.to_owned() })?;
        if self.store.contains_named_graph(&graph).map_err(self.failed("look a graph up"))? {
            Ok(graph)
        } else {
            Err(StoreError::NoSuchGraph { iri: iri.to_owned() })
        }
    }

    /// The names of all graphs that clients may see, in the store's order; in a scratch store the default graph too.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn graph_names(&self) -> Result<Vec<GraphName>, StoreError> {
        let own = NamedOrBlankNode::from(self.store_node());
        let names =
            self.store.named_graphs().filter(|name| name.as_ref().is_ok_and(|name| *name != own) || name.is_err());
        let names = names.map(|name| name.map(GraphName::from));
        let unnamed = self.is_scratch.then_some(Ok(GraphName::DefaultGraph));
        unnamed.into_iter().chain(names).collect::<Result<_, _>>().map_err(self.failed("list the graphs"))
    }

    /// Loads RDF from elsewhere, all or nothing. Quads keep their graphs; triples, and quads without a graph, go to `graph`.
    ///
    /// # Errors
    /// When the bytes are not of that format (with line and column), or the store cannot be written.
    pub fn load(&self, name: &str, format: RdfFormat, graph: &str, bytes: impl Read) -> Result<Loaded, StoreError> {
        let graph = NamedNode::new(graph).map_err(|_| StoreError::NotAnIri { iri: graph.to_owned() })?;
        let own = GraphName::from(self.store_node());
        let parser = RdfParser::from_format(format).with_default_graph(graph.clone()).rename_blank_nodes();
        let parser = parser
            .with_base_iri(graph.as_str())
            .map_err(|_| StoreError::NotAnIri { iri: graph.as_str().to_owned() })?;
        let read = Cell::new(0);
        let quads = parser.for_reader(bytes).flat_map(|quad| match quad {
            // Not this store's description, nor that of another, which would leave open which is this one's.
            Ok(quad) if quad.graph_name == own || is_description(&quad) => [None, None],
            Ok(quad) => {
                read.set(read.get() + 1);
                [Some(Ok(union::to_default(&quad))), Some(Ok(quad))]
            }
            Err(error) => [Some(Err(error)), None],
        });
        self.note_unknown();
        self.changing();
        let mut loader = self.store.bulk_loader().with_max_memory_size_in_megabytes(LOAD_MEMORY_MB);
        let result = loader
            .load_ok_quads::<RdfParseError, LoaderError>(quads.flatten().map(|quad: Result<Quad, RdfParseError>| quad))
            .and_then(|()| loader.commit().map_err(LoaderError::from));
        result.map_err(|error| StoreError::from_loader(name, format.name(), self.path.as_deref(), error))?;
        self.changed();
        Ok(Loaded { read: read.get() })
    }

    /// Copies the store, as it is now, to a folder that does not exist yet; there it opens like any store. On the same file system
    /// files are linked, so that the copy takes hardly any room until the store changes.
    ///
    /// # Errors
    /// When the folder exists, the store is in memory, or the disk refuses.
    pub fn backup(&self, folder: &Path) -> Result<(), StoreError> {
        if self.path.is_none() {
            return Err(StoreError::InMemory);
        }
        if folder.exists() {
            return Err(StoreError::BackupExists { path: folder.to_owned() });
        }
        if let Some(parent) = folder.parent().filter(|parent| !parent.as_os_str().is_empty()) {
            let io = |source| StoreError::Io { tried: "make the folder", path: parent.to_owned(), source };
            std::fs::create_dir_all(parent).map_err(io)?;
        }
        self.store.backup(folder).map_err(|error| StoreError::from_storage("back the store up", Some(folder), error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        rdf::to_sorted_nquads,
        store::{
            Known,
            articles::tests::{fixtures, store_of},
        },
    };

    const FORMATS: [&str; 6] = ["nq", "trig", "ttl", "nt", "jsonld", "rdf"];

    fn dumped(store: &YutuStore, extension: &str, graph: Option<&str>) -> Vec<u8> {
        let mut bytes = Vec::new();
        let format = RdfFormat::from_extension(extension).expect("a format");
        store.dump(format, graph, &mut bytes).expect("dumped");
        bytes
    }

    fn quads(store: &YutuStore) -> String {
        let quads: Vec<Quad> = store.store.iter().map(|quad| quad.expect("a quad")).collect();
        to_sorted_nquads(&quads)
    }

    #[test]
    fn a_dump_with_graphs_loads_back_to_the_same_store() {
        let store = store_of(&fixtures());
        for extension in ["nq", "trig"] {
            let bytes = dumped(&store, extension, None);
            let copy = YutuStore::in_memory().expect("a store");
            let format = RdfFormat::from_extension(extension).expect("a format");
            let loaded = copy.load("dump", format, "urn:rest", bytes.as_slice()).expect("loaded");
            assert_eq!(loaded.read, 355);
            assert_eq!(quads(&copy), quads(&store), "{extension}");
        }
    }

    #[test]
    fn every_format_holds_the_union_and_loads_again() {
        let store = store_of(&fixtures());
        for extension in FORMATS {
            for graph in [None, Some(crate::model::iri::article(&fixtures()[0].article))] {
                let bytes = dumped(&store, extension, graph.as_deref());
                let copy = YutuStore::in_memory().expect("a store");
                let format = RdfFormat::from_extension(extension).expect("a format");
                copy.load("dump", format, "urn:rest", bytes.as_slice()).expect("loaded");
                let labels = copy.find_entities("京滨工业园", None).expect("found");
                assert_eq!(labels.len(), 1, "{extension}");
            }
        }
    }

    #[test]
    fn json_ld_says_what_it_leaves_out() {
        let store = store_of(&fixtures());
        let format = RdfFormat::from_extension("jsonld").expect("a format");
        let dumped = store.dump(format, None, std::io::sink()).expect("dumped");
        assert_eq!((dumped.written, dumped.left_out), (355 - 9, 9));
    }

    #[test]
    fn a_damaged_file_is_refused_as_a_whole_with_its_place() {
        let store = YutuStore::in_memory().expect("a store");
        let text = "<urn:a> <urn:b> <urn:c> .\n<urn:a> <urn:b> oops .\n";
        let error = store.load("facts.nt", RdfFormat::NTriples, "urn:g", text.as_bytes()).expect_err("damaged");
        assert!(error.to_string().starts_with("facts.nt, line 2, column "), "{error}");
        assert_eq!(store.stats().expect("counts").triples, 0);
    }

    #[test]
    fn what_is_loaded_is_seen_by_plain_queries_and_survives_a_removal() {
        let articles = fixtures();
        let store = store_of(&articles);
        let text = "<https://yutu.example/id/Park/京滨工业园> <https://yutu.example/ns#attracts> <https://yutu.example/id/Company/诺禾致源> .";
        store.load("x.nt", RdfFormat::NTriples, "urn:g", text.as_bytes()).expect("loaded");
        let both = [0, 1].map(|index: usize| crate::model::iri::article(&articles[index].article));
        store.remove_articles(&both).expect("removed");
        let rows = store.select("ask", "SELECT * { ?p yutu:attracts ?c }").expect("rows");
        assert_eq!(rows.len(), 1, "the loaded graph still states it");
    }

    #[test]
    fn names_tell_format_and_packing() {
        assert_eq!(format_of_name("a/Facts.NQ.gz"), (Some(RdfFormat::NQuads), Packing::Gzip));
        assert_eq!(format_of_name("facts.ttl.zst"), (Some(RdfFormat::Turtle), Packing::Zstd));
        assert_eq!(format_of_name("facts.owl"), (Some(RdfFormat::RdfXml), Packing::Plain));
        assert_eq!(format_of_name("facts"), (None, Packing::Plain));
        assert_eq!(format_of_name("facts.docx"), (None, Packing::Plain));
    }

    #[test]
    fn a_backup_opens_as_a_store_and_is_not_overwritten() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = YutuStore::open(&folder.path().join("store")).expect("a store");
        store.replace_articles(&fixtures(), Known::Keep).expect("taken");
        let copy = folder.path().join("backups/monday");
        store.backup(&copy).expect("copied");
        assert!(matches!(store.backup(&copy), Err(StoreError::BackupExists { .. })));
        assert_eq!(quads(&YutuStore::open(&copy).expect("the copy")), quads(&store));
    }
}
