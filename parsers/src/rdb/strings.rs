//! Strings: plain, integer or LZF; as elements, as packed values, as names (redis rdb.c, rdbGenericLoadStringObject).

use super::lengths::Length;
use crate::error::{Error, ErrorKind, Result};
use crate::events::{Element, decimal_length};
use crate::source::bytes::PackedDecoder;
use crate::source::lzf::{self, Unpacking};
use crate::source::{Bounded, Bytes, Input, Slice};

/// An element that unpacks to at most this many bytes is unpacked even where only its length is wanted: it shows that
/// the compression is sound, and a text this short may be an integer.
const ALWAYS_UNPACKED: u64 = 4096;

/// Longest name: servers refuse longer strings unless configured otherwise, and a length that claims more is no reason
/// to read the rest of the file into memory.
const LONGEST_NAME: u64 = 512 << 20;

/// How a string stands in the file; the content follows at the input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StringHead {
    Plain { length: u64 },
    Int(i64),
    Lzf { packed: u64, length: u64 },
}

impl StringHead {
    /// Bytes that the content takes in the file.
    #[inline]
    pub fn file_bytes(self) -> u64 {
        match self {
            Self::Plain { length } => length,
            Self::Int(number) => decimal_length(number),
            Self::Lzf { packed, .. } => packed,
        }
    }
}

impl Input {
    /// Reads the head of a string. An integer is complete with it.
    #[inline]
    pub fn string_head(&mut self) -> Result<StringHead> {
        match self.length_or_special()? {
            Length::Plain(length) => Ok(StringHead::Plain { length }),
            Length::Special(encoding) => self.special_head(encoding),
        }
    }

    fn special_head(&mut self, encoding: u8) -> Result<StringHead> {
        let start = self.offset() - 1;
        match encoding {
            0 => Ok(StringHead::Int(i64::from(i8::from_le_bytes(self.array()?)))),
            1 => Ok(StringHead::Int(i64::from(i16::from_le_bytes(self.array()?)))),
            2 => Ok(StringHead::Int(i64::from(i32::from_le_bytes(self.array()?)))),
            3 => {
                let packed = self.length()?;
                let length = self.length()?;
                Ok(StringHead::Lzf { packed, length })
            }
            4 => Err(Error::new(
                ErrorKind::Foreign {
                    dialect: "Redis Enterprise",
                    what: "string encoding 4 is its own compression and cannot be read".into(),
                },
                start,
            )),
            _ => Err(Error::new(ErrorKind::CorruptLength { what: "an unknown string encoding" }, start)),
        }
    }

    /// A string as an element: its content where it is held, else its length.
    #[inline]
    pub fn element(&mut self) -> Result<Element<'_>> {
        let head = self.string_head()?;
        self.element_content(head)
    }

    /// The same where the head was read before.
    #[inline]
    pub fn element_content(&mut self, head: StringHead) -> Result<Element<'_>> {
        match head {
            StringHead::Plain { length } if length <= self.contiguous_limit() => {
                let n = self.peek_size(length)?;
                self.consume(n);
                Ok(Element::Bytes(self.consumed(n)))
            }
            StringHead::Plain { length } => {
                self.skip(length)?;
                Ok(Element::Opaque { length })
            }
            StringHead::Int(number) => Ok(Element::Int(number)),
            StringHead::Lzf { packed, length } => self.lzf_element(packed, length),
        }
    }

    fn lzf_element(&mut self, packed: u64, length: u64) -> Result<Element<'_>> {
        let unpack_up_to = ALWAYS_UNPACKED.max(if self.contiguous_limit() == u64::MAX { u64::MAX } else { 0 });
        if length > unpack_up_to {
            self.pass_lzf(packed, length)?;
            return Ok(Element::Opaque { length });
        }
        self.unpack_string(packed, length, length)?;
        Ok(Element::Bytes(&self.unpacked))
    }

    /// Passes over an LZF string, unpacking it where everything is to be unpacked.
    fn pass_lzf(&mut self, packed: u64, length: u64) -> Result<()> {
        if !self.unpack_all {
            let sound = lzf::check_lengths(packed, length, self.offset());
            self.skip(packed)?;
            return sound;
        }
        let end = self.offset().saturating_add(packed);
        let outcome = Unpacking::new(self, packed, length, "string").and_then(Unpacking::finish);
        self.leave_value(end, outcome)
    }

    /// Unpacks an LZF string of which `wanted` bytes are enough; consumes all of it.
    pub(crate) fn unpack_string(&mut self, packed: u64, length: u64, wanted: u64) -> Result<&[u8]> {
        let offset = self.offset();
        if let Err(e) = lzf::check_lengths(packed, length, offset) {
            self.skip(packed)?;
            return Err(e);
        }
        let n = self.peek_size(packed)?;
        let mut unpacked = std::mem::take(&mut self.unpacked);
        let outcome = self
            .peek(n)
            .and_then(|bytes| lzf::unpack(bytes, length, wanted.min(length) as usize, &mut unpacked, offset));
        self.unpacked = unpacked;
        // The frame is intact whatever is in it: the next string starts behind.
        self.consume(n);
        outcome?;
        Ok(&self.unpacked)
    }

    /// Unpacks the first `wanted` bytes of an LZF string, of which nothing is consumed.
    pub(crate) fn unpack_prefix(&mut self, packed: u64, length: u64, wanted: u64) -> Result<&[u8]> {
        let offset = self.offset();
        lzf::check_lengths(packed, length, offset)?;
        // Runs of one literal are the worst case: two compressed bytes for one.
        let n = self.peek_size(packed.min(2 * wanted + 64))?;
        let mut unpacked = std::mem::take(&mut self.unpacked);
        let outcome = self
            .peek(n)
            .and_then(|bytes| lzf::unpack(bytes, length, wanted.min(length) as usize, &mut unpacked, offset));
        self.unpacked = unpacked;
        outcome?;
        Ok(&self.unpacked)
    }

    /// Makes sure that `length` bytes are there; gives them as a size in memory.
    fn peek_size(&mut self, length: u64) -> Result<usize> {
        let n = usize::try_from(length).map_err(|_| {
            Error::new(ErrorKind::CorruptLength { what: "longer than this machine can address" }, self.offset())
        })?;
        self.peek(n)?;
        Ok(n)
    }

    /// A name (key, aux field, library): always whole, as text bytes.
    pub fn name(&mut self, out: &mut Vec<u8>) -> Result<()> {
        let start = self.offset();
        if self.name_within(LONGEST_NAME, out)? {
            return Ok(());
        }
        Err(Error::new(ErrorKind::CorruptLength { what: "a name of more than 512 MiB" }, start))
    }

    /// The same up to `limit` bytes; a longer string is passed over, and false is given.
    pub fn name_within(&mut self, limit: u64, out: &mut Vec<u8>) -> Result<bool> {
        out.clear();
        match self.string_head()? {
            StringHead::Plain { length } if length > limit => {
                self.skip(length)?;
                return Ok(false);
            }
            StringHead::Lzf { packed, length } if length > limit => {
                self.skip(packed)?;
                return Ok(false);
            }
            StringHead::Plain { length } => {
                let n = self.peek_size(length)?;
                out.extend_from_slice(self.peek(n)?);
                self.consume(n);
            }
            StringHead::Int(number) => out.extend_from_slice(number.to_string().as_bytes()),
            StringHead::Lzf { packed, length } => {
                out.extend_from_slice(self.unpack_string(packed, length, length)?);
            }
        }
        Ok(true)
    }

    /// A packed value: its whole window goes through `decoder`. Damage inside does not break the frame: the input
    /// stands behind the value afterwards, unless reading itself failed.
    pub fn packed_value<D: PackedDecoder>(&mut self, decoder: &mut D) -> Result<()> {
        let head = self.string_head()?;
        self.packed_content(head, decoder)
    }

    /// The same where the head was read before.
    pub fn packed_content<D: PackedDecoder>(&mut self, head: StringHead, decoder: &mut D) -> Result<()> {
        let encoding = decoder.encoding();
        match head {
            StringHead::Int(number) => {
                let text = number.to_string();
                let offset = self.offset();
                decoder.decode(&mut Slice::unpacked(text.as_bytes(), offset, encoding))
            }
            StringHead::Plain { length } if length <= self.contiguous_limit() => {
                let base = self.offset();
                let n = self.peek_size(length)?;
                let outcome = whole(decoder, &mut Slice::new(self.peek(n)?, base, encoding));
                self.consume(n);
                outcome
            }
            StringHead::Plain { length } => {
                let end = self.offset().saturating_add(length);
                let outcome = whole(decoder, &mut Bounded::new(self, length, encoding));
                self.leave_value(end, outcome)
            }
            StringHead::Lzf { packed, length } if packed.max(length) <= self.contiguous_limit() => {
                let base = self.offset();
                self.unpack_string(packed, length, length)?;
                whole(decoder, &mut Slice::unpacked(&self.unpacked, base, encoding))
            }
            StringHead::Lzf { packed, length } => {
                let end = self.offset().saturating_add(packed);
                let outcome = Unpacking::new(self, packed, length, encoding).and_then(|mut window| {
                    whole(decoder, &mut window)?;
                    window.finish()
                });
                self.leave_value(end, outcome)
            }
        }
    }

    fn leave_value(&mut self, end: u64, outcome: Result<()>) -> Result<()> {
        match outcome {
            Err(e) if !e.kind().is_damage() || matches!(e.kind(), ErrorKind::Truncated { .. }) => Err(e),
            outcome => {
                self.skip(end.saturating_sub(self.offset()))?;
                outcome
            }
        }
    }
}

/// Runs the decoder and makes sure that it took the whole window.
fn whole<D: PackedDecoder, B: Bytes>(decoder: &mut D, bytes: &mut B) -> Result<()> {
    decoder.decode(bytes)?;
    match bytes.left() {
        0 => Ok(()),
        left => Err(Error::encoding(
            decoder.encoding(),
            format!("{left} bytes are left over behind its end"),
            bytes.offset(),
        )),
    }
}
