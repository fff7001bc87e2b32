//! The files of a folder, in the order in which they are read.

use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use super::{Place, ReadError, format::is_known_extension, unpack::without_packing};

/// The file itself, or the readable files of a folder and all folders in it, sorted by path.
pub(super) fn files(path: &Path) -> impl Iterator<Item = Result<PathBuf, ReadError>> {
    let walk = WalkDir::new(path).follow_links(true).sort_by_file_name();
    walk.into_iter().filter_entry(|entry| entry.depth() == 0 || !is_hidden(entry)).filter_map(|entry| match entry {
        Ok(entry) if entry.file_type().is_dir() => None,
        // No pipes or devices out of a folder: they may never end.
        Ok(entry) if entry.depth() == 0 || entry.file_type().is_file() && is_wanted(entry.path()) => {
            Some(Ok(entry.into_path()))
        }
        Ok(_) => None,
        Err(error) => Some(Err(unreadable(error))),
    })
}

fn is_hidden(entry: &DirEntry) -> bool {
    entry.file_name().as_encoded_bytes().starts_with(b".")
}

/// By extension; notes on the folder itself are no articles.
fn is_wanted(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let plain = without_packing(&name);
    let Some((stem, extension)) = plain.rsplit_once('.') else { return false };
    let stem = stem.split('.').next().unwrap_or(stem);
    is_known_extension(extension) && !["README", "LICENSE", "NOTICE"].iter().any(|note| stem.eq_ignore_ascii_case(note))
}

fn unreadable(error: walkdir::Error) -> ReadError {
    let place = Place::file(&error.path().map(|path| path.display().to_string()).unwrap_or_default());
    let is_root = error.depth() == 0;
    // A loop of links has no I/O error inside.
    let message = error.to_string();
    let source = error.into_io_error().unwrap_or_else(|| std::io::Error::other(message));
    if is_root { ReadError::Open { place, source } } else { ReadError::Folder { place, source } }
}
