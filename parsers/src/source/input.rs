//! The input: any reader, seen through one block, with the CRC-64 of what was consumed.

use std::fmt;
use std::io::{self, Read};

use crc_fast::{CrcAlgorithm, Digest};

use super::cancel::CancelFlag;
use crate::error::{Error, ErrorKind, Result};

/// Size of the block that is read at once. 8 MiB blocks cost ten times the CPU of 1 to 4 MiB ones.
const BLOCK: usize = 1 << 20;

/// A value up to this size is decoded from one contiguous slice; a larger one is walked.
const CONTIGUOUS: u64 = 256 << 10;

/// The text of a 64-bit integer or double must always be seen.
const SHORTEST_LIMIT: u64 = 32;

/// Forward-only input with offsets and a running checksum. Holds one block, whatever the size of the source.
pub struct Input {
    reader: Box<dyn Read + Send>,
    block: Vec<u8>,
    at: usize,
    end: usize,
    /// Offset in the source of `block[0]`.
    base: u64,
    ended: bool,
    digest: Digest,
    /// `block[..hashed]` is in the digest, or before the place where the checksum starts.
    hashed: usize,
    contiguous: u64,
    cancel: CancelFlag,
    /// Scratch of the LZF strings.
    pub(crate) unpacked: Vec<u8>,
    /// Before RDB version 7 every first byte `10xxxxxx` announced 32 bits.
    pub(crate) loose_lengths: bool,
    pub(crate) unpack_all: bool,
    /// Whether the starts of strings are wanted, from which kinds are told.
    pub(crate) kinds: bool,
}

impl fmt::Debug for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Input").field("offset", &self.offset()).finish_non_exhaustive()
    }
}

impl Input {
    pub fn new(reader: Box<dyn Read + Send>, cancel: CancelFlag) -> Self {
        Self {
            reader,
            block: vec![0; BLOCK],
            at: 0,
            end: 0,
            base: 0,
            ended: false,
            digest: Digest::new(CrcAlgorithm::Crc64Redis),
            hashed: 0,
            contiguous: CONTIGUOUS,
            cancel,
            unpacked: Vec::new(),
            loose_lengths: false,
            unpack_all: false,
            kinds: true,
        }
    }

    /// Makes every string and packed value contiguous, whatever its size: for callers that need contents.
    pub fn hold_whole_values(&mut self) {
        self.contiguous = u64::MAX;
    }

    /// Unpacks every compressed string, also where its length would be enough, to see that it is sound.
    pub fn unpack_everything(&mut self) {
        self.unpack_all = true;
    }

    /// Sets the size up to which a value is held at once, for callers (and tests) with less memory to spend. Texts of
    /// integers and keys of stream nodes are held always.
    pub fn set_contiguous_limit(&mut self, bytes: u64) {
        self.contiguous = bytes.max(SHORTEST_LIMIT);
    }

    /// Largest value that is held at once.
    #[inline]
    pub fn contiguous_limit(&self) -> u64 {
        self.contiguous
    }

    /// Offset in the source of the next byte.
    #[inline]
    pub fn offset(&self) -> u64 {
        self.base + self.at as u64
    }

    /// Exactly `n` bytes from here, not consumed.
    #[inline]
    pub fn peek(&mut self, n: usize) -> Result<&[u8]> {
        if self.end - self.at < n {
            self.fill(n)?;
        }
        Ok(&self.block[self.at..self.at + n])
    }

    /// At most `n` bytes from here, fewer only where the source ends.
    pub fn peek_up_to(&mut self, n: usize) -> Result<&[u8]> {
        if self.end - self.at < n {
            match self.fill(n) {
                Err(e) if !matches!(e.kind(), ErrorKind::Truncated { .. }) => return Err(e),
                _ => {}
            }
        }
        let end = self.end.min(self.at + n);
        Ok(&self.block[self.at..end])
    }

    /// Everything that is there from here on: at least `n` bytes, fewer only where the source ends.
    pub fn window(&mut self, n: usize) -> Result<&[u8]> {
        self.peek_up_to(n)?;
        Ok(&self.block[self.at..self.end])
    }

    /// What was read ahead, without reading more.
    #[inline]
    pub fn buffered(&self) -> &[u8] {
        &self.block[self.at..self.end]
    }

    /// The `n` bytes last consumed; valid until the next peek.
    #[inline]
    pub fn consumed(&self, n: usize) -> &[u8] {
        &self.block[self.at - n..self.at]
    }

    /// Moves on by `n` bytes that were peeked.
    #[inline]
    pub fn consume(&mut self, n: usize) {
        debug_assert!(n <= self.end - self.at);
        self.at += n;
    }

    /// Moves on by `n` bytes, reading them where needed.
    #[inline]
    pub fn skip(&mut self, n: u64) -> Result<()> {
        let there = (self.end - self.at) as u64;
        if n <= there {
            self.at += n as usize;
            return Ok(());
        }
        self.skip_far(n)
    }

    /// One byte, consumed.
    #[inline]
    pub fn u8(&mut self) -> Result<u8> {
        let byte = self.peek(1)?[0];
        self.at += 1;
        Ok(byte)
    }

    /// `N` bytes, consumed.
    #[inline]
    pub fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        let mut out = [0; N];
        out.copy_from_slice(self.peek(N)?);
        self.at += N;
        Ok(out)
    }

    /// Whether the source has no more bytes.
    pub fn at_end(&mut self) -> Result<bool> {
        Ok(self.peek_up_to(1)?.is_empty())
    }

    /// Forgets the checksum so far: it starts at the next byte (a frame before the magic does not count).
    pub fn restart_checksum(&mut self) {
        self.digest = Digest::new(CrcAlgorithm::Crc64Redis);
        self.hashed = self.at;
    }

    /// CRC-64/Jones (Redis) of everything consumed since the start of the checksum.
    pub fn checksum(&mut self) -> u64 {
        self.hash_consumed();
        self.digest.finalize()
    }

    fn hash_consumed(&mut self) {
        if self.hashed < self.at {
            self.digest.update(&self.block[self.hashed..self.at]);
            self.hashed = self.at;
        }
    }

    #[cold]
    fn skip_far(&mut self, n: u64) -> Result<()> {
        let mut left = n;
        loop {
            let there = ((self.end - self.at) as u64).min(left);
            self.at += there as usize;
            left -= there;
            if left == 0 {
                return Ok(());
            }
            if let Err(e) = self.fill(1) {
                return Err(match e.kind() {
                    ErrorKind::Truncated { .. } => self.truncated(n, n - left),
                    _ => e,
                });
            }
        }
    }

    #[cold]
    fn truncated(&self, wanted: u64, available: u64) -> Error {
        Error::new(ErrorKind::Truncated { wanted, available }, self.offset())
    }

    /// Reads until `n` bytes are there. The block grows only as bytes arrive, never by what a length claims.
    #[cold]
    fn fill(&mut self, n: usize) -> Result<()> {
        if self.cancel.is_set() {
            return Err(Error::new(ErrorKind::Cancelled, self.offset()));
        }
        self.hash_consumed();
        self.block.copy_within(self.at..self.end, 0);
        self.base += self.at as u64;
        self.end -= self.at;
        self.hashed = 0;
        self.at = 0;
        while self.end < n {
            if self.ended {
                return Err(self.truncated(n as u64, self.end as u64));
            }
            if self.end == self.block.len() {
                let larger = self.block.len().saturating_mul(2);
                self.block.resize(larger, 0);
            }
            match self.reader.read(&mut self.block[self.end..]) {
                Ok(0) => self.ended = true,
                Ok(read) => self.end += read,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(Error::new(ErrorKind::Io(e), self.offset())),
            }
            if self.cancel.is_set() {
                return Err(Error::new(ErrorKind::Cancelled, self.offset()));
            }
        }
        Ok(())
    }
}
