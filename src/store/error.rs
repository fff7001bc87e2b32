//! What can go wrong with a store, and how to mend it.

use std::{
    io,
    path::{Path, PathBuf},
};

use oxigraph::{
    io::RdfParseError,
    store::{LoaderError, SerializerError, StorageError},
};

use crate::model::iri::Base;

/// Why something could not be done with a store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is nothing at the path.
    #[error("no store at {path}; make one with `yutu ingest --store {path} PATH…`")]
    Missing {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// There is something at the path, but no store.
    #[error("{path} is not a store; give an empty or new folder, or the folder that `yutu ingest` wrote")]
    NotAStore {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// Another process has it open.
    #[error("the store {path} is in use by another process ({mode}); wait until that is done, or stop it")]
    Locked {
        /// The store.
        path: PathBuf,
        /// Which kind of use stands in the way.
        mode: &'static str,
    },
    /// An Oxigraph store that this program did not make.
    #[error(
        "{path} is an Oxigraph store that yutu did not make; dump it with `oxigraph dump` and bring the file in with `yutu load`"
    )]
    Foreign {
        /// The store.
        path: PathBuf,
    },
    /// A store of another version.
    #[error(
        "the store {path} has schema version {found}, this program reads {expected}; read the articles again into a new store, or use \
         the yutu that made it"
    )]
    SchemaVersion {
        /// The store.
        path: PathBuf,
        /// What its triple says.
        found: String,
        /// What this program writes.
        expected: u32,
    },
    /// A store with other addresses.
    #[error(
        "the addresses of the store {path} begin with {found}, not with {wanted}; rewrite them by `yutu rebase --store {path} --to {wanted}`"
    )]
    OtherBase {
        /// The store.
        path: PathBuf,
        /// What its addresses begin with.
        found: Base,
        /// What they were to begin with.
        wanted: Base,
    },
    /// A rewritten store cannot be read.
    #[error("the store rewritten from {path} cannot be read; {path} is as it was")]
    NotRewritten {
        /// The store that was to be rewritten.
        path: PathBuf,
        /// What opening the rewritten one says.
        #[source]
        source: Box<StoreError>,
    },
    /// A rewritten store cannot take the place of the old one.
    #[error(
        "cannot put the rewritten store in the place of {path}; the old store is at {old}, the rewritten one at {new}; the folder must be no \
         mount point, and the one it lies in must allow renaming"
    )]
    NotSwapped {
        /// The store's place.
        path: PathBuf,
        /// Where the old store is.
        old: PathBuf,
        /// Where the rewritten one is.
        new: PathBuf,
        /// The cause.
        #[source]
        source: io::Error,
    },
    /// No room.
    #[error("cannot {tried}: the disk of {path} is full; make room and run the same command again")]
    DiskFull {
        /// What was tried.
        tried: &'static str,
        /// The store.
        path: PathBuf,
        /// The cause.
        #[source]
        source: StorageError,
    },
    /// Opened for reading only.
    #[error("cannot {tried}: the store was opened for reading only")]
    ReadOnly {
        /// What was tried.
        tried: &'static str,
    },
    /// The storage failed in another way.
    #[error("cannot {tried}")]
    Storage {
        /// What was tried.
        tried: &'static str,
        /// The cause.
        #[source]
        source: StorageError,
    },
    /// A file or folder failed.
    #[error("cannot {tried} {path}")]
    Io {
        /// What was tried.
        tried: &'static str,
        /// The file.
        path: PathBuf,
        /// The cause.
        #[source]
        source: io::Error,
    },
    /// A file is not the RDF that it is taken for.
    #[error("{name}{} is not well-formed {format}; nothing of it was taken", at(*.position))]
    Syntax {
        /// The file.
        name: String,
        /// Line and column, from 1.
        position: Option<(u64, u64)>,
        /// The format that it was read as.
        format: String,
        /// The cause.
        #[source]
        source: Box<RdfParseError>,
    },
    /// A file's format cannot be told.
    #[error("cannot tell the RDF format of {name}; name it with --format (nq, trig, ttl, nt, jsonld, rdfxml)")]
    UnknownFormat {
        /// The file.
        name: String,
    },
    /// An address is none.
    #[error("`{iri}` is not an absolute IRI, e.g. https://example.org/graph")]
    NotAnIri {
        /// What was given.
        iri: String,
    },
    /// The graph is not in the store.
    #[error("the store has no graph {iri}; `yutu articles list` names those of articles")]
    NoSuchGraph {
        /// What was asked for.
        iri: String,
    },
    /// A backup goes to a new folder.
    #[error("cannot back up to {path}: it exists; name a folder that does not")]
    BackupExists {
        /// The folder.
        path: PathBuf,
    },
    /// A store in memory has nothing to copy.
    #[error("a store in memory has no files to back up; dump it instead")]
    InMemory,
    /// A question of the program's own failed.
    #[error("cannot {tried}")]
    Query {
        /// What was tried.
        tried: &'static str,
        /// The cause.
        #[source]
        source: Box<super::QueryError>,
    },
}

fn at(position: Option<(u64, u64)>) -> String {
    position.map(|(line, column)| format!(", line {line}, column {column},")).unwrap_or_default()
}

impl StoreError {
    /// Tells a full disk, a foreign lock and read-only use from other failures of the storage.
    pub(super) fn from_storage(tried: &'static str, path: Option<&Path>, source: StorageError) -> Self {
        let message = source.to_string();
        let path = path.map(Path::to_owned).unwrap_or_default();
        let full = matches!(&source, StorageError::Io(error) if error.kind() == io::ErrorKind::StorageFull);
        if full || message.contains("No space left on device") {
            Self::DiskFull { tried, path, source }
        } else if message.contains("lock hold by current process") || message.contains("While lock file") {
            Self::Locked { path, mode: "writing" }
        } else if message.contains("only possible on read-write instances") {
            Self::ReadOnly { tried }
        } else {
            Self::Storage { tried, source }
        }
    }

    pub(super) fn from_loader(name: &str, format: &str, path: Option<&Path>, error: LoaderError) -> Self {
        match error {
            LoaderError::Storage(source) => Self::from_storage("load the file", path, source),
            LoaderError::Parsing(RdfParseError::Io(source)) => Self::Io { tried: "read", path: name.into(), source },
            LoaderError::Parsing(source) => {
                let position = match &source {
                    RdfParseError::Syntax(error) => {
                        error.location().map(|location| (location.start.line + 1, location.start.column + 1))
                    }
                    RdfParseError::Io(_) => None,
                };
                Self::Syntax { name: name.to_owned(), position, format: format.to_owned(), source: Box::new(source) }
            }
            LoaderError::InvalidBaseIri { iri, .. } => Self::NotAnIri { iri },
        }
    }

    pub(super) fn from_serializer(path: Option<&Path>, error: SerializerError) -> Self {
        match error {
            SerializerError::Storage(source) => Self::from_storage("read the store", path, source),
            SerializerError::Io(source) => Self::Io { tried: "write", path: "the dump".into(), source },
            SerializerError::DatasetFormatExpected(format) => Self::UnknownFormat { name: format.to_string() },
        }
    }

    /// The message in Chinese; what causes say stays in their language.
    pub fn in_chinese(&self) -> String {
        match self {
            Self::Missing { path } => {
                let path = path.display();
                format!("{path} 处没有图谱库；可用 `yutu ingest --store {path} 路径…` 建立")
            }
            Self::NotAStore { path } => {
                format!("{} 不是图谱库；请指定空文件夹、新文件夹，或 `yutu ingest` 建立的文件夹", path.display())
            }
            Self::Locked { path, .. } => {
                format!("图谱库 {} 正被另一进程使用；请等它结束，或将其停止", path.display())
            }
            Self::Foreign { path } => format!(
                "{} 是 Oxigraph 库，但不是舆图建立的；可用 `oxigraph dump` 导出后再用 `yutu load` 载入",
                path.display()
            ),
            Self::SchemaVersion { path, found, expected } => format!(
                "图谱库 {} 的结构版本是 {found}，本程序读取的是 {expected}；请将文章重新读入新库，或使用当初建库的版本",
                path.display()
            ),
            Self::OtherBase { path, found, wanted } => {
                let path = path.display();
                format!(
                    "图谱库 {path} 中的地址以 {found} 开头，而非 {wanted}；可用 `yutu rebase --store {path} --to {wanted}` 改写"
                )
            }
            Self::NotRewritten { path, .. } => {
                let path = path.display();
                format!("由 {path} 改写出的图谱库无法读取；{path} 未变")
            }
            Self::NotSwapped { path, old, new, .. } => format!(
                "无法将改写后的图谱库换到 {}；原库在 {}，改写后的库在 {}；该文件夹不能是挂载点，其上级文件夹须允许改名",
                path.display(),
                old.display(),
                new.display()
            ),
            Self::DiskFull { path, .. } => {
                format!("{} 所在磁盘已满；请腾出空间后重新执行同一命令", path.display())
            }
            Self::ReadOnly { .. } => "图谱库以只读方式打开，无法写入".to_owned(),
            Self::Storage { .. } => "图谱库读写失败".to_owned(),
            Self::Io { path, .. } => format!("无法读写 {}", path.display()),
            Self::Syntax { name, position, format, .. } => {
                let place = position.map(|(line, column)| format!("第 {line} 行第 {column} 列")).unwrap_or_default();
                format!("{name}{place}不是正确的 {format}；其中内容均未载入")
            }
            Self::UnknownFormat { name } => {
                format!("无法判断 {name} 的 RDF 格式；请用 --format 指明（nq、trig、ttl、nt、jsonld、rdfxml）")
            }
            Self::NotAnIri { iri } => format!("`{iri}` 不是绝对 IRI，例如 https://example.org/graph"),
            Self::NoSuchGraph { iri } => format!("库中没有图 {iri}；`yutu articles list` 列出各文章的图"),
            Self::BackupExists { path } => format!("无法备份到 {}：已存在；请指定尚不存在的文件夹", path.display()),
            Self::InMemory => "内存中的图谱库没有文件可备份；请改用导出".to_owned(),
            Self::Query { .. } => "查询图谱库失败".to_owned(),
        }
    }

    /// Whether the cause is that whoever read the output went away.
    pub fn is_broken_pipe(&self) -> bool {
        matches!(self, Self::Io { source, .. } if source.kind() == io::ErrorKind::BrokenPipe)
    }
}
