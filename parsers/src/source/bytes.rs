//! Forward-only views of bytes that the decoders of packed values walk: a slice in memory, or a bounded part of the
//! input when a value is larger than what is held at once.

use super::input::Input;
use crate::error::{Error, ErrorKind, Result};

/// A forward-only window. Decoders are generic over it, so that a packed value in memory is walked at slice speed
/// and one of gigabytes is walked without holding it.
pub trait Bytes {
    /// Offset in the source that an error found here should name.
    fn offset(&self) -> u64;

    /// Exactly `n` bytes from here, not consumed; an error when the window ends before.
    fn peek(&mut self, n: usize) -> Result<&[u8]>;

    /// Moves on by `n` bytes that were peeked.
    fn consume(&mut self, n: usize);

    /// Moves on by `n` bytes.
    fn skip(&mut self, n: u64) -> Result<()>;

    /// Bytes left in the window.
    fn left(&self) -> u64;

    /// Largest `n` that [`Bytes::peek`] should be asked for; longer contents are skipped unseen.
    fn peek_limit(&self) -> u64;

    /// One byte, consumed.
    #[inline]
    fn u8(&mut self) -> Result<u8> {
        let byte = self.peek(1)?[0];
        self.consume(1);
        Ok(byte)
    }

    /// `N` bytes, consumed.
    #[inline]
    fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        let mut out = [0; N];
        out.copy_from_slice(self.peek(N)?);
        self.consume(N);
        Ok(out)
    }
}

/// A packed value held in memory.
#[derive(Debug)]
pub struct Slice<'a> {
    data: &'a [u8],
    at: usize,
    base: u64,
    /// Whether an index into `data` is also a distance in the source (false for unpacked LZF).
    positions: bool,
    encoding: &'static str,
}

impl<'a> Slice<'a> {
    /// A window over bytes that stand in the source at `base`.
    pub fn new(data: &'a [u8], base: u64, encoding: &'static str) -> Self {
        Self { data, at: 0, base, positions: true, encoding }
    }

    /// A window over unpacked bytes whose compressed form begins at `base`: every error names `base`.
    pub fn unpacked(data: &'a [u8], base: u64, encoding: &'static str) -> Self {
        Self { data, at: 0, base, positions: false, encoding }
    }

    #[cold]
    fn overrun(&self, n: u64) -> Error {
        Error::encoding(
            self.encoding,
            format!("{n} bytes wanted at position {}, the value has {}", self.at, self.data.len()),
            self.offset(),
        )
    }
}

impl Bytes for Slice<'_> {
    #[inline]
    fn offset(&self) -> u64 {
        if self.positions { self.base + self.at as u64 } else { self.base }
    }

    #[inline]
    fn peek(&mut self, n: usize) -> Result<&[u8]> {
        match self.data.get(self.at..).and_then(|rest| rest.get(..n)) {
            Some(bytes) => Ok(bytes),
            None => Err(self.overrun(n as u64)),
        }
    }

    #[inline]
    fn consume(&mut self, n: usize) {
        self.at = (self.at + n).min(self.data.len());
    }

    #[inline]
    fn skip(&mut self, n: u64) -> Result<()> {
        if n > self.left() {
            return Err(self.overrun(n));
        }
        self.at += n as usize;
        Ok(())
    }

    #[inline]
    fn left(&self) -> u64 {
        (self.data.len() - self.at) as u64
    }

    #[inline]
    fn peek_limit(&self) -> u64 {
        u64::MAX
    }
}

/// A part of the input that is too large to be held.
#[derive(Debug)]
pub struct Bounded<'a> {
    input: &'a mut Input,
    left: u64,
    encoding: &'static str,
}

impl<'a> Bounded<'a> {
    pub fn new(input: &'a mut Input, length: u64, encoding: &'static str) -> Self {
        Self { input, left: length, encoding }
    }

    #[cold]
    fn overrun(&self, n: u64) -> Error {
        Error::encoding(self.encoding, format!("{n} bytes wanted, {} left in the value", self.left), self.offset())
    }
}

impl Bytes for Bounded<'_> {
    fn offset(&self) -> u64 {
        self.input.offset()
    }

    fn peek(&mut self, n: usize) -> Result<&[u8]> {
        if n as u64 > self.left {
            return Err(self.overrun(n as u64));
        }
        self.input.peek(n)
    }

    fn consume(&mut self, n: usize) {
        self.left = self.left.saturating_sub(n as u64);
        self.input.consume(n);
    }

    fn skip(&mut self, n: u64) -> Result<()> {
        if n > self.left {
            return Err(self.overrun(n));
        }
        self.left -= n;
        self.input.skip(n)
    }

    fn left(&self) -> u64 {
        self.left
    }

    fn peek_limit(&self) -> u64 {
        self.input.contiguous_limit()
    }
}

/// A decoder of a packed value, generic over where its bytes are.
pub trait PackedDecoder {
    /// Walks the whole window.
    fn decode<B: Bytes>(&mut self, bytes: &mut B) -> Result<()>;

    /// Name of the encoding, for messages.
    fn encoding(&self) -> &'static str;
}

/// A corrupt length of the frame (not of a packed value).
#[cold]
pub fn corrupt_length(what: &'static str, offset: u64) -> Error {
    Error::new(ErrorKind::CorruptLength { what }, offset)
}
