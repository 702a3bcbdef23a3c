//! Lengths: 6, 14, 32 or 64 bits, or the announcement of a specially encoded string (redis rdb.c, rdbLoadLenByRef).

use crate::error::{Error, ErrorKind, Result};
use crate::source::Input;

/// What stands where a length may stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Length {
    Plain(u64),
    /// String encoding 0 to 63: integers and LZF are 0 to 3.
    Special(u8),
}

impl Input {
    /// A length, or the number of a special string encoding.
    #[inline]
    pub fn length_or_special(&mut self) -> Result<Length> {
        let first = self.u8()?;
        let low = first & 0x3f;
        match first >> 6 {
            0 => Ok(Length::Plain(u64::from(low))),
            1 => Ok(Length::Plain(u64::from(low) << 8 | u64::from(self.u8()?))),
            2 => self.wide_length(first),
            _ => Ok(Length::Special(low)),
        }
    }

    /// A length where no string may stand.
    #[inline]
    pub fn length(&mut self) -> Result<u64> {
        let start = self.offset();
        match self.length_or_special()? {
            Length::Plain(n) => Ok(n),
            Length::Special(_) => Err(Error::new(
                ErrorKind::CorruptLength { what: "a string encoding stands where a length must stand" },
                start,
            )),
        }
    }

    #[inline(never)]
    fn wide_length(&mut self, first: u8) -> Result<Length> {
        match first {
            0x80 => Ok(Length::Plain(u64::from(u32::from_be_bytes(self.array()?)))),
            0x81 => Ok(Length::Plain(u64::from_be_bytes(self.array()?))),
            _ if self.loose_lengths => Ok(Length::Plain(u64::from(u32::from_be_bytes(self.array()?)))),
            _ => Err(Error::new(
                ErrorKind::CorruptLength { what: "the first byte is that of no length" },
                self.offset() - 1,
            )),
        }
    }
}
