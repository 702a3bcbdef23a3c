//! A key as the formats write it.

use crate::patterns::{hash_tag, slot};
use crate::scan::Key;

/// A key with its name as text.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    pub key: &'a Key<'a>,
    /// The name as safe text.
    pub name: &'a [u8],
    /// The exact bytes as text, where `name` differs from them.
    pub raw: Option<&'a [u8]>,
}

impl Row<'_> {
    /// Cluster slot.
    pub fn slot(&self) -> u16 {
        slot(&self.key.record.name)
    }

    /// The hash tag as safe text: its braces are never escaped.
    pub fn hash_tag(&self) -> Option<&[u8]> {
        hash_tag(self.name)
    }
}

/// A count of the file as the store's signed number; no real one is beyond.
#[inline]
pub fn capped(number: u64) -> u64 {
    number.min(i64::MAX.unsigned_abs())
}

/// Appends bytes as the store writes a BLOB: printable ASCII without quotes and backslashes as it is, else `\xNN`.
pub fn blob(bytes: &[u8], out: &mut Vec<u8>) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    for &byte in bytes {
        if matches!(byte, b' '..=b'~') && !matches!(byte, b'\\' | b'\'' | b'"') {
            out.push(byte);
        } else {
            out.extend_from_slice(&[b'\\', b'x', HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_as_text() {
        let mut out = Vec::new();
        blob(b"a b\\'\"\x00\x7f\xff~", &mut out);
        assert_eq!(out, b"a b\\x5C\\x27\\x22\\x00\\x7F\\xFF~");
    }
}
