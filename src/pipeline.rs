//! All stages in a row: one article in, its facts out. Cannot fail; what a stage could not read it reports as a diagnostic.

use std::path::{Path, PathBuf};

use crate::{
    detect::{Detector, Taggers, fusion::Decision, network::NetworkTagger, second, tagger::Tagger},
    learn::{Logistic, ModelError},
    lexicon::{Gazetteer, Heads},
    model::{Article, Extraction},
    packed,
    relate::{RelationModel, figures, figures::FigureModel, relations},
    resolve::{self, MergeModel},
    text::{Segmenter, Text},
    train::Models,
};

/// Everything that extraction needs beside the article: dictionaries and models. Making one takes a fraction of a second; it
/// can be shared between threads.
#[derive(Debug)]
pub struct Extractor {
    segmenter: Segmenter,
    detector: Detector,
    merge: MergeModel,
    relations: RelationModel,
    figures: FigureModel,
}

/// The files of a folder of models, as `yutu train` writes them: the models of the stages, each packed by zstd.
pub const MODEL_FILES: [&str; 7] = [
    "tagger.bin.zst",
    "network.bin.zst",
    "fusion.bin.zst",
    "second.bin.zst",
    "merge.bin.zst",
    "relations.bin.zst",
    "figures.bin.zst",
];

/// The models that the program brings, in the order of [`MODEL_FILES`].
const BUILTIN: [&[u8]; 7] = [
    include_bytes!("../data/models/tagger.bin.zst"),
    include_bytes!("../data/models/network.bin.zst"),
    include_bytes!("../data/models/fusion.bin.zst"),
    include_bytes!("../data/models/second.bin.zst"),
    include_bytes!("../data/models/merge.bin.zst"),
    include_bytes!("../data/models/relations.bin.zst"),
    include_bytes!("../data/models/figures.bin.zst"),
];

/// Why a folder of models could not be used.
#[derive(Debug, thiserror::Error)]
pub enum ExtractorError {
    /// A file is missing or unreadable.
    #[error("cannot read the model {path}; `yutu train` writes a folder of models")]
    Io {
        /// The file.
        path: PathBuf,
        /// The cause.
        #[source]
        source: std::io::Error,
    },
    /// A model is damaged.
    #[error("cannot use the model {path}")]
    Model {
        /// The file.
        path: PathBuf,
        /// The cause.
        #[source]
        source: ModelError,
    },
}

impl ExtractorError {
    /// The message in Chinese.
    pub fn in_chinese(&self) -> String {
        match self {
            Self::Io { path, source } => {
                format!("无法读取模型 {}：{source}；模型文件夹由 `yutu train` 写出", path.display())
            }
            Self::Model { path, .. } => {
                format!("模型 {} 已损坏或属于其他版本，请用 `yutu train` 重新训练", path.display())
            }
        }
    }
}

impl Extractor {
    /// With the dictionaries and models that the program brings.
    pub fn builtin() -> Self {
        Self::from_packed(&BUILTIN).expect("the program's own models are whole (tested)")
    }

    /// With the models of a folder that `yutu train` wrote.
    ///
    /// # Errors
    /// When a model is missing, unreadable or damaged.
    pub fn from_dir(folder: &Path) -> Result<Self, ExtractorError> {
        let mut packed = Vec::new();
        for file in MODEL_FILES {
            let path = folder.join(file);
            packed.push(std::fs::read(&path).map_err(|source| ExtractorError::Io { path, source })?);
        }
        let packed: Vec<&[u8]> = packed.iter().map(Vec::as_slice).collect();
        Self::from_packed(&packed)
            .map_err(|(file, source)| ExtractorError::Model { path: folder.join(MODEL_FILES[file]), source })
    }

    /// With models as training gives them.
    ///
    /// # Errors
    /// When a model is damaged.
    pub fn from_models(models: &Models) -> Result<Self, ModelError> {
        let parts = models.in_order();
        Self::from_parts(|file| parts[file].to_vec()).map_err(|(_, source)| source)
    }

    /// From packed models, in the order of [`MODEL_FILES`]; the error names the place of the damaged one.
    fn from_packed(packed: &[&[u8]]) -> Result<Self, (usize, ModelError)> {
        Self::from_parts(|file| packed::unpack(packed[file]))
    }

    /// From the bytes of the models, by their places in [`MODEL_FILES`].
    fn from_parts(bytes: impl Fn(usize) -> Vec<u8> + Sync) -> Result<Self, (usize, ModelError)> {
        // One after another save for the words, so that no two of them are in the making, and take twice their room, at a time; the largest
        // first, so that the others use again the memory that it needed only while it was made.
        let (segmenter, rest) = rayon::join(Segmenter::new, || {
            let tagger = load(&bytes, 0, Tagger::from_bytes)?;
            let relations = load(&bytes, 5, RelationModel::from_bytes)?;
            let fusion = load(&bytes, 2, Logistic::from_bytes)?;
            let network = load(&bytes, 1, NetworkTagger::from_bytes)?;
            let second = load(&bytes, 3, second::model)?;
            let merge = load(&bytes, 4, MergeModel::from_bytes)?;
            let figures = load(&bytes, 6, FigureModel::from_bytes)?;
            let (gazetteer, heads) = (Gazetteer::builtin(), Heads::builtin());
            let taggers = Taggers { tagger, network };
            Ok((Detector { gazetteer, heads, taggers, fusion, second }, merge, relations, figures))
        });
        let (detector, merge, relations, figures) = rest?;
        Ok(Self { segmenter, detector, merge, relations, figures })
    }
}

/// Reads one of [`MODEL_FILES`]; the error names its place.
fn load<M>(
    bytes: &impl Fn(usize) -> Vec<u8>,
    file: usize,
    read: impl FnOnce(&[u8]) -> Result<M, ModelError>,
) -> Result<M, (usize, ModelError)> {
    read(&bytes(file)).map_err(|source| (file, source))
}

/// Extracts the facts of one article.
pub fn extract(article: &Article, extractor: &Extractor) -> Extraction {
    extract_by(article, extractor, Detector::detect)
}

/// The same with another way to find mentions: for measuring what the detectors are worth.
pub(crate) fn extract_by(
    article: &Article,
    extractor: &Extractor,
    detect: impl Fn(&Detector, &Text) -> Vec<Decision>,
) -> Extraction {
    let text = Text::new(&article.text, &extractor.segmenter);
    let detector = &extractor.detector;
    let mut decisions = detect(detector, &text);
    decisions.extend(resolve::places_meant(&text, &decisions, &detector.gazetteer, &detector.heads));
    let mut entities = resolve::entities(&text, &decisions, &detector.gazetteer, &detector.heads, &extractor.merge);
    resolve::settle_bare(&mut entities, &detector.gazetteer, &detector.heads);
    let relations = relations(article, &text, &entities, &extractor.relations);
    let (observations, diagnostics) = figures::observations(article, &text, &entities, &extractor.figures);
    Extraction { article: article.clone(), entities, relations, observations, diagnostics }
}
