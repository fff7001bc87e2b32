//! Rows of weights, most of which are 0, as bytes. What is of one kind stands together, which packs best: how far each row's digest is from
//! the one before (in groups of seven bits), how many weights each has, how many columns are left out before each, the weights.

use super::{
    ModelError,
    bytes::{Reader, write_digest, write_stream, wrong},
};

/// Appends rows, which come in the ascending order of their digests.
pub(super) fn write_rows<const COLUMNS: usize>(
    bytes: &mut Vec<u8>,
    rows: impl IntoIterator<Item = (u32, [i8; COLUMNS])>,
) {
    const { assert!(COLUMNS <= 255, "columns are counted in bytes") };
    let (mut digests, mut counts, mut gaps, mut weights) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut before = 0;
    for (digest, row) in rows {
        write_digest(&mut digests, before, digest);
        before = digest;
        let (mut count, mut next) = (0, 0);
        for (column, &weight) in row.iter().enumerate().filter(|(_, weight)| **weight != 0) {
            gaps.push((column - next) as u8);
            weights.push(weight as u8);
            next = column + 1;
            count += 1;
        }
        counts.push(count);
    }
    [digests, counts, gaps, weights].iter().for_each(|stream| write_stream(bytes, stream));
}

/// What [`write_rows`] wrote, row after row.
pub(super) struct Rows<'a, const COLUMNS: usize> {
    digests: Reader<'a>,
    counts: Reader<'a>,
    gaps: Reader<'a>,
    weights: Reader<'a>,
    digest: u32,
    columns: usize,
}

impl<'a, const COLUMNS: usize> Rows<'a, COLUMNS> {
    /// Rows of which so many columns may hold weights.
    ///
    /// # Errors
    /// When the bytes are cut short.
    pub(super) fn new(reader: &mut Reader<'a>, columns: usize) -> Result<Self, ModelError> {
        let (digests, counts) = (reader.stream()?, reader.stream()?);
        let (gaps, weights) = (reader.stream()?, reader.stream()?);
        Ok(Self { digests, counts, gaps, weights, digest: 0, columns: columns.min(COLUMNS) })
    }

    fn row(&mut self, count: u8) -> Result<(u32, [i8; COLUMNS]), ModelError> {
        self.digest = self.digests.digest(self.digest)?;
        let mut row = [0; COLUMNS];
        let mut next = 0;
        for _ in 0..count {
            let column = next + usize::from(self.gaps.byte()?);
            if column >= self.columns {
                return Err(wrong("column out of range"));
            }
            row[column] = self.weights.byte()? as i8;
            next = column + 1;
        }
        Ok((self.digest, row))
    }
}

impl<const COLUMNS: usize> Iterator for Rows<'_, COLUMNS> {
    type Item = Result<(u32, [i8; COLUMNS]), ModelError>;

    fn next(&mut self) -> Option<Self::Item> {
        let count = self.counts.byte().ok()?;
        Some(self.row(count))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.counts.rest.len(), Some(self.counts.rest.len()))
    }
}

impl<const COLUMNS: usize> ExactSizeIterator for Rows<'_, COLUMNS> {}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8], columns: usize) -> Result<Vec<(u32, [i8; 5])>, ModelError> {
        Rows::new(&mut Reader { rest: bytes }, columns)?.collect()
    }

    #[test]
    fn rows_come_back_and_damage_is_refused() {
        let rows = vec![(3, [0, -7, 0, 0, 127]), (3, [0; 5]), (900, [1, 2, 3, 4, 5]), (u32::MAX, [0, 0, 0, -128, 0])];
        let mut bytes = Vec::new();
        write_rows(&mut bytes, rows.clone());
        assert_eq!(read(&bytes, 5).expect("whole"), rows);
        assert!((0..bytes.len()).all(|length| read(&bytes[..length], 5).is_err()), "cut short");
        assert!(read(&bytes, 4).is_err(), "a weight in a column that is not there");
        let mut bytes = Vec::new();
        write_rows(&mut bytes, [(7, [1, 0, 0, 0, 0]), (9, [1, 0, 0, 0, 0])]);
        // The distances, 7 and 2, stand behind the count of their bytes.
        let far = [&6u32.to_le_bytes()[..], &[7, 0xff, 0xff, 0xff, 0xff, 0x0f], &bytes[6..]].concat();
        assert!(read(&far, 5).is_err(), "a digest too large");
    }
}
