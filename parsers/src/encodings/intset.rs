//! Intset: sorted integers of one width (redis intset.c).

use crate::error::{Error, Result};
use crate::events::{Element, Packed, ValueSink};
use crate::source::Bytes;
use crate::source::bytes::PackedDecoder;

const NAME: &str = "intset";

/// Walks an intset as items.
pub struct Intset<'s, S> {
    pub sink: &'s mut S,
    pub file_bytes: u64,
}

impl<S: ValueSink> PackedDecoder for Intset<'_, S> {
    fn decode<B: Bytes>(&mut self, bytes: &mut B) -> Result<()> {
        let total = bytes.left();
        let start = bytes.offset();
        let width = u32::from_le_bytes(bytes.array()?);
        let count = u64::from(u32::from_le_bytes(bytes.array()?));
        let read: fn(&mut B) -> Result<i64> = match width {
            2 => |b| Ok(i64::from(i16::from_le_bytes(b.array()?))),
            4 => |b| Ok(i64::from(i32::from_le_bytes(b.array()?))),
            8 => |b| Ok(i64::from_le_bytes(b.array()?)),
            _ => return Err(Error::encoding(NAME, format!("{width} bytes per integer"), start)),
        };
        if count * u64::from(width) != bytes.left() {
            let what = format!("its header says {count} integers of {width} bytes, it has {} bytes", bytes.left());
            return Err(Error::encoding(NAME, what, start));
        }
        self.sink.packed(Packed::Intset { width: width as u8 }, total, self.file_bytes);
        let mut previous = None;
        for _ in 0..count {
            let number = read(bytes)?;
            if previous >= Some(number) {
                return Err(Error::encoding(NAME, "its integers are not in ascending order", bytes.offset()));
            }
            previous = Some(number);
            self.sink.item(Element::Int(number));
        }
        self.sink.packed_end();
        Ok(())
    }

    fn encoding(&self) -> &'static str {
        NAME
    }
}
