//! The model as bytes: label count, transitions, count of features, then the features in the order of their digests: how far the digest is
//! from the one before (in groups of seven bits), how many weights, and for each weight its label and its steps of 1/`STEP`, one byte each.

use super::{Chain, Crf, LANES, MOST_LABELS, Row, table::Table};
use crate::learn::{
    ModelError,
    bytes::{Reader, write_digest, wrong},
    ranks::spread,
};

const MAGIC: &[u8; 8] = b"yutucrf2";

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
    let mut body = Vec::new();
    let (mut count, mut before) = (0u32, 0u32);
    for (digest, row) in rows {
        let weights = row[..chain.labels].iter().zip(0u8..).filter(|(weight, _)| **weight != 0);
        let used = weights.clone().count() as u8;
        if used == 0 {
            continue;
        }
        count += 1;
        write_digest(&mut body, before, digest);
        before = digest;
        body.push(used);
        for (weight, label) in weights {
            body.extend([label, *weight as u8]);
        }
    }
    bytes.extend(count.to_le_bytes());
    bytes.extend(body);
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
        let count = reader.u32()? as usize;
        // Two bytes at least for each.
        if count > reader.rest.len() / 2 {
            return Err(wrong("cut short"));
        }
        let mut digest = 0u32;
        let next = |_| {
            digest = reader.digest(digest)?;
            let mut row = [0i8; LANES];
            for _ in 0..reader.byte()? {
                let label = usize::from(reader.byte()?);
                if label >= labels {
                    return Err(wrong("label out of range"));
                }
                row[label] = reader.byte()? as i8;
            }
            Ok((digest, row))
        };
        Ok(Self { chain: Chain { labels, steps }, table: Table::new((0..count).map(next))? })
    }
}
