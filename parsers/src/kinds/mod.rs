//! What a string value holds, as far as its first bytes say so for sure.

mod bitmap;
mod compressed;
mod coordinates;
mod hyperloglog;
mod json;

pub use bitmap::{looks_like_bitmap, may_be_bitmap};

use crate::patterns::is_plain;

/// Bytes of a value that are looked at.
pub const PREFIX_BYTES: usize = 4096;

/// Bytes of a longer value after which a JSON object or array is taken for one: to unpack and read the rest of
/// [`PREFIX_BYTES`] would cost more than all else that is told of such a value.
pub const DOCUMENT_BYTES: usize = 1024;

/// Up to here a look at eight bytes at a time is quicker than the set-up of one at many.
const SHORT: usize = 64;

/// Digits of the longest number that is one, not text that happens to have digits only.
const MAX_DIGITS: usize = 40;

/// The kind of a string value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    HyperLogLog,
    Bitmap,
    Integer,
    Json,
    Gzip,
    Zstd,
    Lz4,
    Text,
    Binary,
    /// A point: latitude and longitude as text, or a sorted set whose scores are geohashes.
    Geo,
}

impl Kind {
    /// The name in the column `kind`.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::HyperLogLog => "hyperloglog",
            Kind::Bitmap => "bitmap",
            Kind::Integer => "integer",
            Kind::Json => "json",
            Kind::Gzip => "gzip",
            Kind::Zstd => "zstd",
            Kind::Lz4 => "lz4",
            Kind::Text => "text",
            Kind::Binary => "binary",
            Kind::Geo => "geo",
        }
    }
}

/// The beginning of a string value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Beginning<'a> {
    /// Its first [`PREFIX_BYTES`], or all of it.
    Bytes(&'a [u8]),
    /// Its first [`DOCUMENT_BYTES`] were those of a JSON object or array.
    Document,
}

impl Beginning<'_> {
    /// The kind of the value of `total_length` bytes that begins so; `None` for the empty value.
    #[inline]
    pub fn kind(self, total_length: u64) -> Option<Kind> {
        match self {
            Self::Bytes(prefix) => kind_of(prefix, total_length),
            Self::Document => Some(Kind::Json),
        }
    }
}

/// Whether a value of more than [`PREFIX_BYTES`] with these first [`DOCUMENT_BYTES`] is a JSON object or array.
pub fn begins_document(start: &[u8]) -> bool {
    may_be_json(start) && json::is_json(start.get(..DOCUMENT_BYTES).unwrap_or(start), false)
}

fn may_be_json(prefix: &[u8]) -> bool {
    matches!(prefix.first(), Some(b'{' | b'[' | b' ' | b'\t' | b'\r' | b'\n'))
}

/// The kind of a value of `total_length` bytes that begins with `prefix`; at most [`PREFIX_BYTES`] of it are read.
/// `None` for the empty value.
pub fn kind_of(prefix: &[u8], total_length: u64) -> Option<Kind> {
    let prefix = prefix.get(..PREFIX_BYTES).unwrap_or(prefix);
    let whole = prefix.len() as u64 >= total_length;
    let &first = prefix.first()?;
    // No number, magic or bracket begins with a small letter.
    if first.is_ascii_lowercase() && prefix.len() <= SHORT && is_plain(prefix) {
        return Some(Kind::Text);
    }
    if whole && is_integer(prefix) {
        return Some(Kind::Integer);
    }
    if whole && coordinates::is_point(prefix) {
        return Some(Kind::Geo);
    }
    if hyperloglog::is_hyperloglog(prefix, total_length) {
        return Some(Kind::HyperLogLog);
    }
    if let Some(kind) = compressed::format(prefix, total_length) {
        return Some(kind);
    }
    let document = if whole { may_be_json(prefix) && json::is_json(prefix, true) } else { begins_document(prefix) };
    if document {
        return Some(Kind::Json);
    }
    if is_text(prefix, whole) {
        return Some(Kind::Text);
    }
    Some(if looks_like_bitmap(prefix) { Kind::Bitmap } else { Kind::Binary })
}

/// A whole decimal number; with blanks around it, a plus or leading zeros it is a number all the same.
fn is_integer(value: &[u8]) -> bool {
    let value = value.trim_ascii();
    let digits = value.strip_prefix(b"-").or_else(|| value.strip_prefix(b"+")).unwrap_or(value);
    !digits.is_empty() && digits.len() <= MAX_DIGITS && digits.iter().all(u8::is_ascii_digit)
}

/// UTF-8 without control characters other than white space; the end may be cut within a character.
fn is_text(prefix: &[u8], whole: bool) -> bool {
    if prefix.len() <= SHORT && is_plain(prefix) {
        return true;
    }
    // All bytes are looked at, and no branch is taken: so the compiler looks at many at once.
    let control = |byte: u8| (byte < 0x20) & (byte != b'\t') & (byte != b'\n') & (byte != b'\r') | (byte == 0x7F);
    if prefix.iter().fold(false, |found, &byte| found | control(byte)) {
        return false;
    }
    if prefix.is_ascii() {
        return true;
    }
    match std::str::from_utf8(prefix) {
        Ok(_) => true,
        Err(error) => !whole && error.error_len().is_none(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(value: &[u8]) -> Option<Kind> {
        kind_of(value, value.len() as u64)
    }

    #[test]
    fn numbers_in_any_form() {
        for number in ["0", "-1", "18446744073709551616", "-0", "007", "+5", " 12 "] {
            assert_eq!(kind_of(number.as_bytes(), number.len() as u64), Some(Kind::Integer), "{number}");
        }
        for text in ["-", "1.5", "1 2", "0x10", "1e5"] {
            assert_eq!(kind_of(text.as_bytes(), text.len() as u64), Some(Kind::Text), "{text}");
        }
    }

    #[test]
    fn text_and_binary() {
        assert_eq!(kind(b""), None);
        assert_eq!(kind("Größe\n\tok".as_bytes()), Some(Kind::Text));
        assert_eq!(kind(b"\x1b[31mred"), Some(Kind::Binary));
        assert_eq!(kind(b"\xac\xed\x00\x05sr\x00\x11java.lang.Integer"), Some(Kind::Binary));
        assert_eq!(kind(b"caf\xc3"), Some(Kind::Binary));
        assert_eq!(kind_of(b"caf\xc3", 5000), Some(Kind::Text));
        assert_eq!(kind_of(b"caf\xc3(", 5000), Some(Kind::Binary));
        let mut cut = vec![b'a'; PREFIX_BYTES - 1];
        cut.extend("é and more".as_bytes());
        assert_eq!(kind(&cut), Some(Kind::Text));
    }

    #[test]
    fn the_first_kibibyte_of_a_long_document_decides() {
        let mut text = format!("[{}", "\"word\", ".repeat(1000)).into_bytes();
        text[2000] = b'\\';
        text[2001] = b'x';
        let total = text.len() as u64;
        assert_eq!(kind_of(&text, total), Some(Kind::Json));
        assert!(begins_document(&text[..DOCUMENT_BYTES]));
        // As long as it is known whole, all of it counts.
        let whole = &text[..PREFIX_BYTES - 1];
        assert_eq!(kind_of(whole, whole.len() as u64), Some(Kind::Text));
        text[1000] = b'x';
        text[999] = b'\\';
        assert_eq!(kind_of(&text, total), Some(Kind::Text));
        assert!(!begins_document(&text[..DOCUMENT_BYTES]));
    }

    #[test]
    fn names_are_those_of_the_column() {
        assert_eq!(kind(b"[1, 2]").map(Kind::as_str), Some("json"));
        assert_eq!(kind(&[0; 100]).map(Kind::as_str), Some("bitmap"));
    }
}
