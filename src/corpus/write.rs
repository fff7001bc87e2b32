//! Annotated articles as pairs of files, in the shape of the corpus.

use std::path::Path;

use serde::Serialize as _;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::{
    gold::{Gold, GoldArticle, GoldError},
    model::Article,
};

/// The text file of an article: headline, body, and the date as the last line where it is known.
pub fn text_file(article: &Article) -> String {
    let mut text = article.text.trim_end().to_owned();
    text.push('\n');
    if let Some(date) = &article.published {
        text.push_str(date);
        text.push('\n');
    }
    text
}

/// The annotation as JSON, indented by one space; whole numbers without a point.
pub fn gold_json(gold: &Gold) -> String {
    let mut value = serde_json::to_value(gold).expect("strings and finite numbers are always JSON");
    whole_numbers(&mut value);
    let mut bytes = Vec::new();
    let formatter = serde_json::ser::PrettyFormatter::with_indent(b" ");
    let mut serializer = serde_json::Serializer::with_formatter(&mut bytes, formatter);
    value.serialize(&mut serializer).expect("memory takes all");
    String::from_utf8(bytes).expect("JSON is UTF-8") + "\n"
}

/// `141`, not `141.0`, as annotations have it.
fn whole_numbers(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(whole_numbers),
        Value::Object(fields) => fields.values_mut().for_each(whole_numbers),
        Value::Number(number) => {
            if let Some(float) = number.as_f64().filter(|float| float.fract() == 0.0 && float.abs() < 9e15) {
                *value = Value::from(float as i64);
            }
        }
        _ => {}
    }
}

/// Writes `NAME.txt` and `NAME.json` into a folder; the annotation gets the hash of its text file.
///
/// # Errors
/// When a file cannot be written.
pub fn write_pair(folder: &Path, name: &str, article: &GoldArticle) -> Result<(), GoldError> {
    let text = text_file(&article.article);
    let sha256 = Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    let gold = Gold { id: name.to_owned(), sha256: Some(sha256), ..article.gold.clone() };
    for (extension, content) in [("txt", &text), ("json", &gold_json(&gold))] {
        let path = folder.join(format!("{name}.{extension}"));
        std::fs::write(&path, content).map_err(|source| GoldError::Io { path, source })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gold::read_corpus;

    #[test]
    fn pairs_of_the_corpus_are_written_back_as_they_were() {
        let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/data/corpus"));
        let out = tempfile::tempdir().unwrap();
        let mut same = 0;
        for article in read_corpus(folder).unwrap().iter().filter(|article| article.gold.sha256.is_some()).take(40) {
            let name = &article.gold.id;
            write_pair(out.path(), name, article).unwrap();
            for extension in ["txt", "json"] {
                let file = format!("{name}.{extension}");
                let (was, is) = (folder.join(&file), out.path().join(&file));
                let (was, is) = (std::fs::read_to_string(was).unwrap(), std::fs::read_to_string(is).unwrap());
                // Some end without a line break.
                same += usize::from(was.trim_end() == is.trim_end());
            }
        }
        assert_eq!(same, 80);
    }
}
