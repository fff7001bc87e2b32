//! gzip and zstd, told by their first bytes.

use std::io::{self, BufRead, BufReader, Read};

use flate2::bufread::MultiGzDecoder;

const GZIP: &[u8] = &[0x1f, 0x8b];
const ZSTD: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];

/// The name without `.gz` or `.zst`.
pub(super) fn without_packing(name: &str) -> &str {
    for extension in [".gz", ".gzip", ".zst", ".zstd"] {
        if let Some(at) = name.len().checked_sub(extension.len())
            && name.is_char_boundary(at)
            && name[at..].eq_ignore_ascii_case(extension)
        {
            return &name[..at];
        }
    }
    name
}

/// The unpacked stream, and the name that it would have unpacked.
pub(super) fn unpack<'r>(bytes: impl Read + 'r, name: &str) -> io::Result<(Box<dyn Read + 'r>, String)> {
    let mut bytes = BufReader::with_capacity(1 << 16, bytes);
    // A pipe may give its first bytes one by one.
    let head = bytes.fill_buf()?;
    let is =
        |magic: &[u8]| head.len() >= 2 && head[..head.len().min(magic.len())] == magic[..head.len().min(magic.len())];
    let (gzip, zstd) = (is(GZIP), is(ZSTD));
    let plain = without_packing(name).to_owned();
    Ok(if gzip {
        (Box::new(MultiGzDecoder::new(bytes)), plain)
    } else if zstd {
        (Box::new(zstd::stream::read::Decoder::with_buffer(bytes)?), plain)
    } else {
        (Box::new(bytes), plain)
    })
}
