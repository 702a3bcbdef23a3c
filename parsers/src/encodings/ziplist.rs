//! Ziplist: the packed layout of Redis 2.2 to 6.2 (redis ziplist.c).

use super::packed::{Layout, text};
use crate::error::{Error, Result};
use crate::events::{Element, Packed};
use crate::source::Bytes;

const NAME: &str = "ziplist";

/// The header's count when there are too many entries for its 16 bits.
const UNKNOWN_COUNT: u16 = u16::MAX;

/// First byte of a previous-entry length of five bytes.
const WIDE_PREVIOUS: u8 = 0xfe;

/// Ziplist as a layout of entries; remembers the size of the entry before, which the next one must repeat.
#[derive(Debug, Clone, Copy, Default)]
pub struct Ziplist {
    previous: u64,
    /// Where the header says that the last entry starts, counted back from the end.
    tail_left: u64,
    last_left: Option<u64>,
}

enum Content {
    Int(i64),
    Text(u64),
}

impl Layout for Ziplist {
    const NAME: &'static str = NAME;
    const PACKED: Packed = Packed::Ziplist;

    fn header<B: Bytes>(&mut self, bytes: &mut B) -> Result<Option<u64>> {
        let total = bytes.left();
        let at = bytes.offset();
        let declared = u32::from_le_bytes(bytes.array()?);
        if u64::from(declared) != total {
            return Err(Error::encoding(NAME, format!("its header says {declared} bytes, it has {total}"), at));
        }
        let tail = u64::from(u32::from_le_bytes(bytes.array()?));
        self.tail_left = total
            .checked_sub(tail)
            .filter(|&left| left > 0)
            .ok_or_else(|| Error::encoding(NAME, format!("its last entry stands at {tail}, behind its end"), at))?;
        let count = u16::from_le_bytes(bytes.array()?);
        Ok((count != UNKNOWN_COUNT).then_some(u64::from(count)))
    }

    #[inline]
    fn entry<B: Bytes, F: FnOnce(Element<'_>)>(&mut self, bytes: &mut B, take: F) -> Result<bool> {
        let before = bytes.left();
        let first = bytes.u8()?;
        if first == 0xff {
            let last = self.last_left.unwrap_or(before);
            if last != self.tail_left {
                return Err(Error::encoding(NAME, "its header points at no last entry", bytes.offset()));
            }
            return Ok(false);
        }
        let previous =
            if first == WIDE_PREVIOUS { u64::from(u32::from_le_bytes(bytes.array()?)) } else { u64::from(first) };
        if previous != self.previous {
            let what = format!("an entry says that {previous} bytes stand before it, there are {}", self.previous);
            return Err(Error::encoding(NAME, what, bytes.offset()));
        }
        match content(bytes)? {
            Content::Int(number) => take(Element::Int(number)),
            Content::Text(length) => text(bytes, length, take)?,
        }
        self.previous = before - bytes.left();
        self.last_left = Some(before);
        Ok(true)
    }
}

#[inline]
fn content<B: Bytes>(bytes: &mut B) -> Result<Content> {
    let first = bytes.u8()?;
    Ok(match first {
        0x00..=0x3f => Content::Text(u64::from(first)),
        0x40..=0x7f => Content::Text(u64::from(first & 0x3f) << 8 | u64::from(bytes.u8()?)),
        0x80..=0xbf => Content::Text(u64::from(u32::from_be_bytes(bytes.array()?))),
        0xc0 => Content::Int(i64::from(i16::from_le_bytes(bytes.array()?))),
        0xd0 => Content::Int(i64::from(i32::from_le_bytes(bytes.array()?))),
        0xe0 => Content::Int(i64::from_le_bytes(bytes.array()?)),
        0xf0 => {
            let [a, b, c] = bytes.array()?;
            Content::Int(i64::from(i32::from_le_bytes([0, a, b, c]) >> 8))
        }
        0xfe => Content::Int(i64::from(bytes.u8()? as i8)),
        0xf1..=0xfd => Content::Int(i64::from(first) - 0xf1),
        _ => {
            return Err(Error::encoding(NAME, format!("unknown entry encoding 0x{first:02x}"), bytes.offset()));
        }
    })
}
