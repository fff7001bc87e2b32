//! The picture as PNG: the SVG rendered by resvg with the fonts that the program brings.
//!
//! System fonts are not looked at, so that the same picture comes out everywhere. See `data/fonts/README.md`.

use std::sync::Arc;

use read_fonts::{FontRef, TableProvider as _};
use resvg::{
    tiny_skia::{Pixmap, Transform},
    usvg::{self, fontdb::Database},
};

const LATIN: &[u8] = include_bytes!("../../data/fonts/yutu-sans-latin.ttf.zst");
const CJK: &[u8] = include_bytes!("../../data/fonts/yutu-sans-cjk.ttf.zst");

/// The family that stands for `sans-serif`; other characters come from the others.
const FAMILY: &str = "Yutu Sans Latin";

/// More pixels than this are refused: 4 bytes each have to fit into memory.
const MAX_PIXELS: f64 = 150e6;

/// Why there is no picture.
#[derive(Debug, thiserror::Error)]
pub enum PngError {
    /// The SVG cannot be read: a bug of this program.
    #[error("cannot read the SVG")]
    Svg {
        /// The cause.
        #[source]
        source: Box<usvg::Error>,
    },
    /// Too many pixels.
    #[error("a picture of {width:.0} × {height:.0} pixels is too large; use a smaller --scale, fewer nodes, or svg")]
    TooLarge {
        /// Pixels across.
        width: f64,
        /// Pixels down.
        height: f64,
    },
    /// The scale is not a positive number.
    #[error("a scale of {scale} makes no picture; use a number above 0, e.g. 2")]
    Scale {
        /// What was asked for.
        scale: f32,
    },
    /// The pixels could not be packed.
    #[error("cannot encode the PNG: {message}")]
    Encode {
        /// What the encoder said.
        message: String,
    },
}

/// The fonts that the program brings, and more.
#[derive(Debug, Clone)]
pub struct Fonts(Arc<Database>);

impl Fonts {
    /// The built-in fonts.
    pub fn builtin() -> Self {
        Self::with(Vec::new())
    }

    /// The built-in fonts and others (contents of TrueType, OpenType or collection files), which are asked last.
    pub fn with(more: Vec<Vec<u8>>) -> Self {
        let mut fonts = Database::new();
        for packed in [LATIN, CJK] {
            fonts.load_font_data(zstd::decode_all(packed).unwrap_or_default());
        }
        for font in more {
            fonts.load_font_data(font);
        }
        fonts.set_sans_serif_family(FAMILY);
        fonts.set_serif_family(FAMILY);
        Self(Arc::new(fonts))
    }

    /// The characters of a text that no font has, each once, in order.
    pub fn missing(&self, text: &str) -> Vec<char> {
        let mut missing: Vec<char> = text.chars().filter(|&c| !c.is_whitespace() && !self.has(c)).collect();
        missing.sort_unstable();
        missing.dedup();
        missing
    }

    fn has(&self, c: char) -> bool {
        self.0.faces().any(|face| {
            let found = self.0.with_face_data(face.id, |data, index| {
                let characters = FontRef::from_index(data, index).and_then(|font| font.cmap());
                characters.is_ok_and(|characters| characters.map_codepoint(c).is_some())
            });
            found == Some(true)
        })
    }
}

/// Renders an SVG picture of this program; `scale` is pixels for each px.
///
/// # Errors
/// When the picture would be too large or the scale is not a positive number.
pub fn png(svg: &str, scale: f32, fonts: &Fonts) -> Result<Vec<u8>, PngError> {
    if !(scale.is_finite() && scale > 0.0) {
        return Err(PngError::Scale { scale });
    }
    let options = usvg::Options { fontdb: fonts.0.clone(), font_family: FAMILY.to_owned(), ..usvg::Options::default() };
    let tree = usvg::Tree::from_str(svg, &options).map_err(|source| PngError::Svg { source: Box::new(source) })?;
    let (width, height) =
        (f64::from(tree.size().width() * scale).ceil(), f64::from(tree.size().height() * scale).ceil());
    let too_large = || PngError::TooLarge { width, height };
    if width * height > MAX_PIXELS {
        return Err(too_large());
    }
    let mut pixels = Pixmap::new((width as u32).max(1), (height as u32).max(1)).ok_or_else(too_large)?;
    resvg::render(&tree, Transform::from_scale(scale, scale), &mut pixels.as_mut());
    pixels.encode_png().map_err(|error| PngError::Encode { message: error.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fonts_have_what_articles_use_and_say_what_they_lack() {
        let fonts = Fonts::builtin();
        assert_eq!(fonts.missing("京津冀《武清区》JGW〔2024〕113号“·”—…℃①Ⅱ×，喆堃 臺灣"), [' '; 0]);
        assert_eq!(fonts.missing("a𠀀b"), ['𠀀']);
    }

    #[test]
    fn absurd_sizes_are_refused() {
        let svg = r#"<svg xmlns="http://www.w3.org/2000/svg" width="100" height="100"/>"#;
        let fonts = Fonts::builtin();
        assert!(matches!(png(svg, 1000.0, &fonts), Err(PngError::TooLarge { .. })));
        assert!(matches!(png(svg, -1.0, &fonts), Err(PngError::Scale { .. })));
        assert!(png(svg, 1.0, &fonts).expect("a picture").starts_with(b"\x89PNG"));
    }
}
