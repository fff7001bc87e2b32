//! Reading and writing the numbers of stored models.

use super::ModelError;

/// What is left to read.
pub(super) struct Reader<'a> {
    pub(super) rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// The next `count` bytes.
    pub(super) fn take(&mut self, count: usize) -> Result<&'a [u8], ModelError> {
        let (head, rest) = self.rest.split_at_checked(count).ok_or_else(|| wrong("cut short"))?;
        self.rest = rest;
        Ok(head)
    }

    pub(super) fn byte(&mut self) -> Result<u8, ModelError> {
        Ok(self.take(1)?[0])
    }

    pub(super) fn u32(&mut self) -> Result<u32, ModelError> {
        let (word, rest) = self.rest.split_first_chunk().ok_or_else(|| wrong("cut short"))?;
        self.rest = rest;
        Ok(u32::from_le_bytes(*word))
    }

    /// What [`write_stream`] wrote.
    pub(super) fn stream(&mut self) -> Result<Reader<'a>, ModelError> {
        let length = self.u32()? as usize;
        Ok(Reader { rest: self.take(length)? })
    }

    /// The digest that comes after `before`: see [`write_digest`].
    pub(super) fn digest(&mut self, before: u32) -> Result<u32, ModelError> {
        let mut step = 0u32;
        for shift in (0..35).step_by(7) {
            let byte = self.byte()?;
            step |= u32::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return before.checked_add(step).ok_or_else(|| wrong("digests out of order"));
            }
        }
        Err(wrong("a number is too long"))
    }
}

/// Appends a digest as its distance from the one before, in groups of seven bits, the lowest first.
pub(super) fn write_digest(bytes: &mut Vec<u8>, before: u32, digest: u32) {
    let mut step = digest - before;
    while step >= 0x80 {
        bytes.push(step as u8 | 0x80);
        step >>= 7;
    }
    bytes.push(step as u8);
}

/// Appends bytes behind their count.
pub(super) fn write_stream(bytes: &mut Vec<u8>, stream: &[u8]) {
    bytes.extend((stream.len() as u32).to_le_bytes());
    bytes.extend(stream);
}

pub(super) fn wrong(reason: &str) -> ModelError {
    ModelError { reason: reason.to_owned() }
}
