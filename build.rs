//! Packs the reference tables that are compiled into the program, and the matcher over their names, which takes a while to make.

use std::{env, error::Error, fs, path::Path};

#[expect(unreachable_pub, reason = "the library hands it on")]
#[path = "src/text/fold.rs"]
mod folding;
mod text {
    pub(crate) use super::folding::fold;
}
#[expect(dead_code, reason = "the library reads the other columns")]
#[path = "src/lexicon/tables.rs"]
mod tables;

fn main() -> Result<(), Box<dyn Error>> {
    for used in ["data/gazetteer", "src/text/fold.rs", "src/lexicon/tables.rs"] {
        println!("cargo::rerun-if-changed={used}");
    }
    let (data, out) = (Path::new("data/gazetteer"), env::var("OUT_DIR")?);
    let pack = |name: &str, bytes: &[u8]| -> Result<(), Box<dyn Error>> {
        Ok(fs::write(Path::new(&out).join(format!("{name}.zst")), zstd::encode_all(bytes, 19)?)?)
    };
    let texts = tables::NAMES.map(|name| fs::read_to_string(data.join(name)));
    let texts = texts.into_iter().collect::<Result<Vec<_>, _>>()?;
    for (name, text) in tables::NAMES.iter().zip(&texts) {
        pack(name, text.as_bytes())?;
    }
    let matcher = tables::matcher(texts.iter().map(String::as_str)).map_err(|error| error.to_string())?;
    pack("matcher", &matcher.serialize())
}
