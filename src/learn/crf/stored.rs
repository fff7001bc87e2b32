//! The model as bytes: label count, transitions, then the features' rows of steps of 1/`STEP` in the order of their digests.

use super::{Chain, Crf, LANES, MOST_LABELS, Row, table::Table};
use crate::learn::{
    ModelError,
    bytes::{Reader, wrong},
    ranks::spread,
    sparse::{Rows, write_rows},
};

const MAGIC: &[u8; 8] = b"yutucrf3";

/// Writes a model.
pub(super) fn write(chain: &Chain, transitions: &[Row], rows: impl Iterator<Item = (u32, [i8; LANES])>) -> Vec<u8> {
    let mut rows: Vec<(u32, [i8; LANES])> = rows.map(|(key, row)| (spread(key), row)).collect();
    rows.sort_unstable();
    let mut bytes = MAGIC.to_vec();
    bytes.extend((chain.labels as u32).to_le_bytes());
    for from in 0..chain.labels {
        for to in 0..chain.labels {
            let value = if chain.steps[from][to] == 0.0 { f32::NEG_INFINITY } else { transitions[from][to] };
            bytes.extend(value.to_le_bytes());
        }
    }
    rows.retain(|(_, row)| row[..chain.labels].iter().any(|weight| *weight != 0));
    write_rows(&mut bytes, rows);
    bytes
}

impl Crf {
    /// Reads what [`train`](super::train) gave.
    ///
    /// # Errors
    /// When the bytes are of another kind or cut short.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ModelError> {
        let mut reader =
            Reader { rest: bytes.strip_prefix(MAGIC.as_slice()).ok_or_else(|| wrong("no tagger begins like this"))? };
        let labels = reader.u32()? as usize;
        if !(1..=MOST_LABELS).contains(&labels) {
            return Err(wrong("impossible number of labels"));
        }
        let mut steps = vec![[0.0; LANES]; labels];
        for row in &mut steps {
            for value in &mut row[..labels] {
                *value = f32::from_bits(reader.u32()?).exp();
            }
        }
        let table = Table::new(Rows::new(&mut reader, labels)?)?;
        Ok(Self { chain: Chain::new(labels, steps), table })
    }
}
