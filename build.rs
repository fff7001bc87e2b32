//! Packs the reference tables that are compiled into the program: a third of a megabyte instead of two.

use std::{env, error::Error, fs, path::Path};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=data/gazetteer");
    let out = env::var("OUT_DIR")?;
    for entry in fs::read_dir("data/gazetteer")? {
        let path = entry?.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()).filter(|name| name.ends_with(".tsv")) else {
            continue;
        };
        let packed = zstd::encode_all(fs::read(&path)?.as_slice(), 19)?;
        fs::write(Path::new(&out).join(format!("{name}.zst")), packed)?;
    }
    Ok(())
}
