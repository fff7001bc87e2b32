//! Tables and models as the program carries them: packed by zstd. `build.rs` shares this file.

/// Sizes above this are not believed.
const LARGEST: usize = 1 << 28;

/// Packs bytes. Their number is written along, so that unpacking takes no more memory than they do.
///
/// # Errors
/// When zstd fails, for want of memory.
pub(crate) fn pack(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    zstd::bulk::compress(bytes, 22)
}

/// What was packed; empty where it is damaged, which its reader then reports.
pub(crate) fn unpack(packed: &[u8]) -> Vec<u8> {
    let size = zstd::zstd_safe::get_frame_content_size(packed).ok().flatten();
    let size = size.and_then(|size| usize::try_from(size).ok()).filter(|size| *size <= LARGEST);
    let exact = size.and_then(|size| zstd::bulk::decompress(packed, size).ok());
    exact.or_else(|| zstd::decode_all(packed).ok()).unwrap_or_default()
}
