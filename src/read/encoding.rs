//! Text encodings: by byte order mark, by validity as UTF-8, by the page's own word, by detection.

use std::io::{self, Cursor, Read};

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{BIG5, Decoder, EUC_JP, Encoding, GB18030, GBK, SHIFT_JIS, UTF_8, UTF_16BE, UTF_16LE};

const HEAD_BYTES: usize = 1 << 16;

/// The beginning of a stream.
pub(super) struct Head {
    /// Its bytes.
    pub(super) bytes: Vec<u8>,
    /// Whether the stream ends with them.
    pub(super) complete: bool,
}

/// Takes the head off a stream and gives back a stream that begins with it. UTF-16, told by its byte order mark, is turned into
/// UTF-8; the mark of UTF-8 is dropped.
pub(super) fn as_utf8_if_utf16<'r>(bytes: Box<dyn Read + 'r>) -> io::Result<(Head, Box<dyn Read + 'r>)> {
    let (head, bytes) = peek(bytes)?;
    match Encoding::for_bom(&head.bytes) {
        Some((encoding, _)) if encoding == UTF_16LE || encoding == UTF_16BE => peek(Box::new(Transcoding {
            bytes,
            decoder: encoding.new_decoder(),
            text: Cursor::default(),
            done: false,
            damaged: false,
        })),
        Some((_, length)) => {
            let mut bytes = bytes;
            bytes.read_exact(&mut vec![0; length])?;
            Ok((Head { bytes: head.bytes[length..].to_vec(), complete: head.complete }, bytes))
        }
        None => Ok((head, bytes)),
    }
}

fn peek<'r>(mut bytes: Box<dyn Read + 'r>) -> io::Result<(Head, Box<dyn Read + 'r>)> {
    let mut head = Vec::new();
    let error = bytes.by_ref().take(HEAD_BYTES as u64).read_to_end(&mut head).err();
    if head.is_empty()
        && let Some(error) = error
    {
        return Err(error);
    }
    let complete = error.is_none() && head.len() < HEAD_BYTES;
    let replay = Replay { head: Cursor::new(head.clone()), error, rest: bytes };
    Ok((Head { bytes: head, complete }, Box::new(replay)))
}

/// A stream whose head was taken off: the head, the error that ended it if there was one, the rest.
struct Replay<'r> {
    head: Cursor<Vec<u8>>,
    error: Option<io::Error>,
    rest: Box<dyn Read + 'r>,
}

impl Read for Replay<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.head.read(buffer)? {
            0 => match self.error.take() {
                Some(error) => Err(error),
                None => self.rest.read(buffer),
            },
            count => Ok(count),
        }
    }
}

/// A stream in another encoding, as UTF-8.
struct Transcoding<'r> {
    bytes: Box<dyn Read + 'r>,
    decoder: Decoder,
    text: Cursor<String>,
    done: bool,
    /// Bytes that mean nothing were met: an error once the text up to them is handed on.
    damaged: bool,
}

impl Read for Transcoding<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let count = self.text.read(buffer)?;
            if count > 0 || self.done && !self.damaged || buffer.is_empty() {
                return Ok(count);
            }
            if std::mem::take(&mut self.damaged) {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "the bytes are not valid UTF-16"));
            }
            let mut raw = [0; 8192];
            let length = self.bytes.read(&mut raw)?;
            self.done = length == 0;
            let text = self.text.get_mut();
            text.clear();
            // Four bytes of UTF-8 for a byte are more than any encoding needs.
            text.reserve(self.decoder.max_utf8_buffer_length(length).unwrap_or(4 * length + 16));
            let (_, _, damaged) = self.decoder.decode_to_string(&raw[..length], text, self.done);
            self.damaged = damaged;
            self.text.set_position(0);
        }
    }
}

/// The encoding of a stream by its head, or the names of those that were tried.
pub(super) fn detect(head: &Head, is_html: bool) -> Result<&'static Encoding, &'static str> {
    let sample = if head.complete { &head.bytes } else { whole_lines(&head.bytes) };
    let validity = Utf8Validity::of(sample);
    if validity.damaged_bytes == 0 {
        return Ok(UTF_8);
    }
    if is_html && let Some(declared) = declared_encoding(sample) {
        return Ok(declared);
    }
    // Nine in ten: a UTF-8 text with a few broken bytes. Chinese in another encoding is hardly ever valid UTF-8.
    if validity.valid_bytes >= 9 * validity.damaged_bytes {
        return Ok(UTF_8);
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(sample, true);
    let guess = detector.guess(None, Utf8Detection::Deny);
    let guess = if guess == GBK { GB18030 } else { guess };
    let east_asian = [GB18030, BIG5, EUC_JP, SHIFT_JIS];
    if east_asian.contains(&guess) && guess.decode_without_bom_handling_and_without_replacement(sample).is_some() {
        return Ok(guess);
    }
    [GB18030, BIG5]
        .into_iter()
        .find(|encoding| {
            encoding
                .decode_without_bom_handling_and_without_replacement(sample)
                .is_some_and(|text| looks_chinese(&text))
        })
        .ok_or("UTF-8, GB18030 or Big5")
}

/// The text, or nothing where bytes are not valid. A `lenient` reading replaces up to one broken character in a hundred.
pub(super) fn decode(bytes: &[u8], encoding: &'static Encoding, lenient: bool) -> Option<String> {
    if let Some(text) = encoding.decode_without_bom_handling_and_without_replacement(bytes) {
        return Some(text.into_owned());
    }
    if !lenient {
        return None;
    }
    let (text, _) = encoding.decode_without_bom_handling(bytes);
    let broken = text.chars().filter(|c| *c == char::REPLACEMENT_CHARACTER).count();
    (broken * 100 <= text.chars().count()).then(|| text.into_owned())
}

/// The sample up to its last line break, so that no character is cut. A byte under 0x30 is no part of a longer character either.
fn whole_lines(sample: &[u8]) -> &[u8] {
    let end = memchr::memrchr(b'\n', sample).or_else(|| sample.iter().rposition(|byte| *byte < 0x30));
    match (end, std::str::from_utf8(sample)) {
        (Some(end), _) => &sample[..end],
        (None, Err(error)) if error.error_len().is_none() => &sample[..error.valid_up_to()],
        (None, _) => sample,
    }
}

/// How much of the text outside ASCII is valid UTF-8.
struct Utf8Validity {
    valid_bytes: usize,
    damaged_bytes: usize,
}

impl Utf8Validity {
    fn of(sample: &[u8]) -> Self {
        let mut found = Self { valid_bytes: 0, damaged_bytes: 0 };
        for chunk in sample.utf8_chunks() {
            found.valid_bytes += chunk.valid().bytes().filter(|byte| !byte.is_ascii()).count();
            found.damaged_bytes += chunk.invalid().len();
        }
        found
    }
}

/// `<meta charset="gb2312">` or `charset=gb2312` or `<?xml encoding="…"?>` in the first kilobytes of a page; a label that promises only
/// ASCII or Latin is not believed, since that is what servers write without knowing.
fn declared_encoding(page: &[u8]) -> Option<&'static Encoding> {
    let head = page[..page.len().min(4096)].to_ascii_lowercase();
    for key in [&b"charset"[..], b"encoding"] {
        for at in memchr::memmem::find_iter(&head, key) {
            let rest = head[at + key.len()..].trim_ascii_start();
            let Some(rest) = rest.strip_prefix(b"=") else { continue };
            let rest = rest.trim_ascii_start();
            let rest = rest.strip_prefix(b"\"").or_else(|| rest.strip_prefix(b"'")).unwrap_or(rest);
            let end = rest.iter().position(|byte| !byte.is_ascii_alphanumeric() && !b"-_".contains(byte));
            let label = &rest[..end.unwrap_or(rest.len())];
            match Encoding::for_label(label) {
                Some(encoding) if encoding.is_single_byte() || encoding == UTF_8 => {}
                Some(encoding) if encoding.is_ascii_compatible() => return Some(encoding),
                _ => {}
            }
        }
    }
    None
}

/// Nine in ten characters outside ASCII are common Han characters or their punctuation.
fn looks_chinese(text: &str) -> bool {
    let (mut common, mut all) = (0, 0);
    for c in text.chars().filter(|c| !c.is_ascii()) {
        all += 1;
        common += usize::from(
            matches!(c, '\u{4e00}'..='\u{9fff}' | '\u{3000}'..='\u{303f}' | '\u{ff00}'..='\u{ff5e}' | '\u{2010}'..='\u{2026}'),
        );
    }
    all > 0 && common * 10 >= all * 9
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TEXT: &str = "武清区引进重点项目\n武清区聚焦生物医药产业，全年到位资金12.5亿元，同比增长8.2%。\n";
    const TRADITIONAL: &str = "武清區引進重點項目\n武清區聚焦生物醫藥產業，全年到位資金十二億元，同比增長百分之八。\n";

    fn detected(bytes: &[u8]) -> Result<&'static Encoding, &'static str> {
        detect(&Head { bytes: bytes.to_vec(), complete: true }, false)
    }

    #[test]
    fn chinese_encodings_are_told_apart() {
        assert_eq!(detected(TEXT.as_bytes()), Ok(UTF_8));
        assert_eq!(detected(&GBK.encode(TEXT).0), Ok(GB18030));
        assert_eq!(detected(&BIG5.encode(TRADITIONAL).0), Ok(BIG5));
    }

    #[test]
    fn one_broken_byte_leaves_a_text_utf_8() {
        let mut bytes = TEXT.as_bytes().to_vec();
        bytes[4] = 0xff;
        assert_eq!(detected(&bytes), Ok(UTF_8));
        assert_eq!(decode(&bytes, UTF_8, false), None);
    }

    #[test]
    fn pages_are_believed_unless_they_claim_latin() {
        assert_eq!(declared_encoding(b"<meta charset=\"GB2312\">"), Some(GBK));
        assert_eq!(declared_encoding(b"<meta content='text/html; charset=big5'>"), Some(BIG5));
        assert_eq!(declared_encoding(b"<meta charset=iso-8859-1>"), None);
    }

    #[test]
    fn utf_16_is_turned_into_utf_8() {
        let bytes: Vec<u8> = std::iter::once(0xfeff).chain(TEXT.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        let (head, mut stream) = as_utf8_if_utf16(Box::new(&bytes[..])).unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        assert_eq!((text.as_str(), head.bytes.as_slice()), (TEXT, TEXT.as_bytes()));
    }

    #[test]
    fn damaged_utf_16_is_read_up_to_the_damage_and_reported() {
        // A low surrogate by itself, then half a unit.
        for damage in [&[0x00, 0xdc][..], &[0x4e]] {
            let units = std::iter::once(0xfeff).chain("园区".encode_utf16()).flat_map(u16::to_le_bytes);
            let bytes: Vec<u8> = units.chain(damage.iter().copied()).collect();
            let (_, mut stream) = as_utf8_if_utf16(Box::new(&bytes[..])).unwrap();
            let mut read = Vec::new();
            let error = stream.read_to_end(&mut read).expect_err("the damage is reported");
            assert_eq!(error.kind(), io::ErrorKind::InvalidData);
            assert!(read.starts_with("园区".as_bytes()));
        }
    }

    proptest! {
        #[test]
        fn any_utf_8_is_read_as_it_stands(text in "\\PC{0,200}") {
            prop_assert_eq!(detected(text.as_bytes()), Ok(UTF_8));
            prop_assert_eq!(decode(text.as_bytes(), UTF_8, false), Some(text));
        }

        #[test]
        fn a_head_cut_anywhere_stays_utf_8(cut in 1usize..60) {
            let line = TEXT.replace('\n', "");
            let head = Head { bytes: line.as_bytes()[..cut].to_vec(), complete: false };
            prop_assert_eq!(detect(&head, false), Ok(UTF_8));
        }
    }
}
