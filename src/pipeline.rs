//! All stages in a row: one article in, its facts out. Cannot fail; what a stage could not read it reports as a diagnostic.

use crate::{
    model::{Article, Extraction},
    text::{Segmenter, Text},
};

/// Everything that extraction needs beside the article: dictionaries and models. Making one takes a fraction of a second; it
/// can be shared between threads.
#[derive(Debug)]
pub struct Extractor {
    segmenter: Segmenter,
}

impl Extractor {
    /// With the dictionaries and models that the program brings.
    pub fn builtin() -> Self {
        Self { segmenter: Segmenter::new() }
    }
}

/// Extracts the facts of one article.
pub fn extract(article: &Article, extractor: &Extractor) -> Extraction {
    let _text = Text::new(&article.text, &extractor.segmenter);
    Extraction {
        article: article.clone(),
        entities: Vec::new(),
        relations: Vec::new(),
        observations: Vec::new(),
        diagnostics: Vec::new(),
    }
}
