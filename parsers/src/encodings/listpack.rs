//! Listpack: the packed layout of Redis 7.0 and later, and of stream nodes since 5.0 (redis listpack.c).

use super::packed::Layout;
use crate::error::{Error, Result};
use crate::events::Element;
use crate::source::Bytes;

const NAME: &str = "listpack";

/// The header's count when there are too many entries for its 16 bits.
const UNKNOWN_COUNT: u16 = u16::MAX;

/// Listpack as a layout of entries.
#[derive(Debug, Clone, Copy, Default)]
pub struct Listpack;

/// Encoding and size of one entry's content.
enum Content {
    Int(i64),
    Text(u64),
}

impl Layout for Listpack {
    const NAME: &'static str = NAME;
    const PACKED: crate::events::Packed = crate::events::Packed::Listpack;

    fn header<B: Bytes>(&mut self, bytes: &mut B) -> Result<Option<u64>> {
        let total = bytes.left();
        let at = bytes.offset();
        let declared = u32::from_le_bytes(bytes.array()?);
        if u64::from(declared) != total {
            return Err(Error::encoding(NAME, format!("its header says {declared} bytes, it has {total}"), at));
        }
        let count = u16::from_le_bytes(bytes.array()?);
        Ok((count != UNKNOWN_COUNT).then_some(u64::from(count)))
    }

    #[inline]
    fn entry<B: Bytes, F: FnOnce(Element<'_>)>(&mut self, bytes: &mut B, take: F) -> Result<bool> {
        let first = bytes.peek(1)?[0];
        if first == 0xff {
            bytes.consume(1);
            return Ok(false);
        }
        let before = bytes.left();
        match content(bytes, first)? {
            Content::Int(number) => take(Element::Int(number)),
            Content::Text(length) => super::packed::text(bytes, length, take)?,
        }
        back_length(bytes, before - bytes.left())?;
        Ok(true)
    }
}

#[inline]
fn content<B: Bytes>(bytes: &mut B, first: u8) -> Result<Content> {
    bytes.consume(1);
    Ok(match first {
        0x00..=0x7f => Content::Int(i64::from(first)),
        0x80..=0xbf => Content::Text(u64::from(first & 0x3f)),
        0xc0..=0xdf => {
            let raw = i64::from(first & 0x1f) << 8 | i64::from(bytes.u8()?);
            Content::Int(if raw >= 4096 { raw - 8192 } else { raw })
        }
        0xe0..=0xef => Content::Text(u64::from(first & 0x0f) << 8 | u64::from(bytes.u8()?)),
        0xf0 => Content::Text(u64::from(u32::from_le_bytes(bytes.array()?))),
        0xf1 => Content::Int(i64::from(i16::from_le_bytes(bytes.array()?))),
        0xf2 => {
            let [a, b, c] = bytes.array()?;
            Content::Int(i64::from(i32::from_le_bytes([0, a, b, c]) >> 8))
        }
        0xf3 => Content::Int(i64::from(i32::from_le_bytes(bytes.array()?))),
        0xf4 => Content::Int(i64::from_le_bytes(bytes.array()?)),
        _ => {
            return Err(Error::encoding(NAME, format!("unknown entry encoding 0x{first:02x}"), bytes.offset()));
        }
    })
}

/// Consumes the back-length and compares it with the size that was walked.
///
/// At four borders Redis takes one byte more than Valkey 9; the bytes themselves tell which it is.
#[inline]
fn back_length<B: Bytes>(bytes: &mut B, length: u64) -> Result<()> {
    if length <= 127 {
        if u64::from(bytes.u8()?) == length {
            return Ok(());
        }
        return Err(wrong_back_length(bytes.offset()));
    }
    wide_back_length(bytes, length)
}

fn wide_back_length<B: Bytes>(bytes: &mut B, length: u64) -> Result<()> {
    for size in 2..=5u32 {
        if length >> (7 * size) != 0 {
            continue;
        }
        let groups = bytes.peek(size as usize)?;
        let well_formed = groups[0] < 0x80 && groups[1..].iter().all(|b| b & 0x80 != 0);
        let value = groups.iter().fold(0u64, |sum, b| sum << 7 | u64::from(b & 0x7f));
        if well_formed && value == length {
            bytes.consume(size as usize);
            return Ok(());
        }
    }
    Err(wrong_back_length(bytes.offset()))
}

#[cold]
fn wrong_back_length(offset: u64) -> Error {
    Error::encoding(NAME, "the length behind an entry is not that of the entry", offset)
}
