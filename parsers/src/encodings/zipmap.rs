//! Zipmap: small hashes of Redis 2.0 to 2.4 (redis zipmap.c).

use crate::error::{Error, Result};
use crate::events::{Packed, ValueSink};
use crate::source::Bytes;
use crate::source::bytes::PackedDecoder;

use super::packed::text;

const NAME: &str = "zipmap";

/// First byte of a length of five bytes.
const WIDE: u8 = 254;
const END: u8 = 255;

/// Walks a zipmap as fields and values.
pub struct Zipmap<'s, S> {
    pub sink: &'s mut S,
    pub file_bytes: u64,
}

impl<S: ValueSink> PackedDecoder for Zipmap<'_, S> {
    fn decode<B: Bytes>(&mut self, bytes: &mut B) -> Result<()> {
        self.sink.packed(Packed::Zipmap, bytes.left(), self.file_bytes);
        let start = bytes.offset();
        let declared = bytes.u8()?;
        let mut pairs = 0u64;
        while let Some(length) = length(bytes)? {
            let sink = &mut *self.sink;
            text(bytes, length, |field| sink.field(field))?;
            let value = self::length(bytes)?
                .ok_or_else(|| Error::encoding(NAME, "it ends between a field and its value", bytes.offset()))?;
            let free = bytes.u8()?;
            text(bytes, value, |value| sink.value(value))?;
            bytes.skip(u64::from(free))?;
            sink.pair_end(None);
            pairs += 1;
        }
        if declared < WIDE && u64::from(declared) != pairs {
            let what = format!("its header says {declared} pairs, it has {pairs}");
            return Err(Error::encoding(NAME, what, start));
        }
        self.sink.packed_end();
        Ok(())
    }

    fn encoding(&self) -> &'static str {
        NAME
    }
}

/// A length, or none at the end mark.
fn length<B: Bytes>(bytes: &mut B) -> Result<Option<u64>> {
    Ok(match bytes.u8()? {
        END => None,
        WIDE => Some(u64::from(u32::from_le_bytes(bytes.array()?))),
        short => Some(u64::from(short)),
    })
}
