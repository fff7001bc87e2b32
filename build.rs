//! Packs the reference tables that are compiled into the program, and the matcher over their names, which takes a while to make.

use std::{env, error::Error, fs, path::Path};

#[expect(unreachable_pub, reason = "the library hands it on")]
#[path = "src/text/fold.rs"]
mod folding;
#[expect(dead_code, reason = "the library unpacks")]
#[path = "src/packed.rs"]
mod packed;
mod text {
    pub(crate) use super::folding::fold;
}
#[expect(dead_code, reason = "the library reads the other columns")]
#[path = "src/lexicon/tables.rs"]
mod tables;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=data/gazetteer");
    let (data, out) = (Path::new("data/gazetteer"), env::var("OUT_DIR")?);
    let write = |name: &str, bytes: &[u8]| -> Result<(), Box<dyn Error>> {
        Ok(fs::write(Path::new(&out).join(format!("{name}.zst")), packed::pack(bytes)?)?)
    };
    let read = |name: &str| fs::read_to_string(data.join(name)).map_err(|error| format!("{name}: {error}"));
    let texts = tables::NAMES.map(read).into_iter().collect::<Result<Vec<_>, _>>()?;
    for (name, text) in tables::NAMES.iter().zip(&texts) {
        write(name, text.as_bytes())?;
    }
    let matcher = tables::matcher(texts.iter().map(String::as_str)).map_err(|error| error.to_string())?;
    write("matcher", &matcher.serialize())
}
