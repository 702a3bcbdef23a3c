//! LZF, the compression of single strings (redis lzf_d.c): unpacking a whole string, a prefix of it, or a stream.

use super::bytes::Bytes;
use super::input::Input;
use crate::error::{Error, ErrorKind, Result};

/// Farthest distance of a back-reference.
const WINDOW: usize = 8192;

/// Longest run that one control sequence yields.
const LONGEST_RUN: usize = 264;

/// Longest run of literals.
const LONGEST_LITERALS: usize = 32;

/// Bytes that must be free for the next control sequence: the longest run, and what a copy in pieces writes beyond it.
const ROOM: usize = LONGEST_RUN + 16;

/// Bytes to begin with; the room doubles from there.
const FIRST_ROOM: usize = 4096;

/// Bytes that one compressed byte can unpack to at most: three bytes yield 264.
const EXPANSION: u64 = 264;

#[cold]
fn corrupt(what: &'static str, offset: u64) -> Error {
    Error::new(ErrorKind::CorruptLzf { what }, offset)
}

/// Refuses lengths that cannot belong together, before anything is allocated or read for them: `packed` bytes unpack
/// to at most 264 times as many, and never to less than half as many (single literals).
pub fn check_lengths(packed: u64, unpacked: u64, offset: u64) -> Result<()> {
    if unpacked > packed.saturating_mul(EXPANSION) {
        return Err(corrupt("it declares more bytes than its data can unpack to", offset));
    }
    if packed > unpacked.saturating_mul(2) {
        return Err(corrupt("it has more data than its declared bytes can need", offset));
    }
    Ok(())
}

/// One control sequence.
enum Step {
    Literals(usize),
    Copy { distance: usize, length: usize },
}

/// Reads one control sequence at `at`; gives it with the position behind it (literals not included).
#[inline]
fn step(packed: &[u8], at: usize) -> Option<(Step, usize)> {
    let control = usize::from(*packed.get(at)?);
    if control < 32 {
        return Some((Step::Literals(control + 1), at + 1));
    }
    let mut length = control >> 5;
    let mut at = at + 1;
    if length == 7 {
        length += usize::from(*packed.get(at)?);
        at += 1;
    }
    let low = usize::from(*packed.get(at)?);
    Some((Step::Copy { distance: ((control & 31) << 8 | low) + 1, length: length + 2 }, at + 1))
}

/// Appends the copy of `length` bytes from `distance` back; source and target may overlap.
#[inline]
fn copy_back(out: &mut Vec<u8>, distance: usize, length: usize) -> bool {
    let Some(from) = out.len().checked_sub(distance) else { return false };
    if distance >= length {
        out.extend_from_within(from..from + length);
    } else if distance == 1 {
        let byte = out[from];
        out.resize(out.len() + length, byte);
    } else {
        // The run repeats the last `distance` bytes: append whole periods, each twice as long as the one before.
        let target = out.len() + length;
        while out.len() < target {
            let period = (out.len() - from).min(target - out.len());
            out.extend_from_within(from..from + period);
        }
    }
    true
}

/// Unpacks `packed` into `out` (cleared first) until `wanted` bytes are there or the input ends.
///
/// With `wanted` equal to the declared length the whole string is unpacked and both ends must meet. The caller has
/// compared the lengths ([`check_lengths`]); `out` grows with what is unpacked, not by what is declared.
pub fn unpack(packed: &[u8], declared: u64, wanted: usize, out: &mut Vec<u8>, offset: u64) -> Result<()> {
    out.clear();
    let whole = wanted as u64 >= declared;
    let (mut at, mut filled) = (0, 0);
    while at < packed.len() && (whole || filled < wanted) {
        if out.len() - filled < ROOM {
            out.resize((2 * filled).max(FIRST_ROOM).min(wanted) + ROOM, 0);
        }
        let (step, next) = step(packed, at).ok_or_else(|| corrupt("a control sequence is cut", offset))?;
        at = next;
        match step {
            Step::Literals(n) => {
                // Mostly one copy of fixed size, of which the next sequences overwrite what is too much.
                if let Some(wide) = packed.get(at..at + LONGEST_LITERALS) {
                    out[filled..filled + LONGEST_LITERALS].copy_from_slice(wide);
                } else {
                    let literals = packed.get(at..at + n).ok_or_else(|| corrupt("its literals are cut", offset))?;
                    out[filled..filled + n].copy_from_slice(literals);
                }
                at += n;
                filled += n;
            }
            Step::Copy { distance, length } => {
                if distance > filled {
                    return Err(corrupt("a back-reference points before the start", offset));
                }
                copy_wide(out, filled, distance, length);
                filled += length;
            }
        }
        if filled as u64 > declared {
            return Err(corrupt("it unpacks to more bytes than it declares", offset));
        }
    }
    if whole && (filled as u64) < declared {
        return Err(corrupt("it unpacks to fewer bytes than it declares", offset));
    }
    out.truncate(filled.min(wanted));
    Ok(())
}

/// Copies `length` bytes from `distance` back to `at`, in pieces of fixed size: up to one piece more is written, for
/// which the caller has left [`ROOM`]. Pieces are no longer than the distance, so a run may repeat itself.
#[inline]
fn copy_wide(out: &mut [u8], at: usize, distance: usize, length: usize) {
    let from = at - distance;
    if distance >= 16 {
        for done in (0..length).step_by(16) {
            out.copy_within(from + done..from + done + 16, at + done);
        }
    } else if distance >= 8 {
        for done in (0..length).step_by(8) {
            out.copy_within(from + done..from + done + 8, at + done);
        }
    } else if distance == 1 {
        let byte = out[from];
        out[at..at + length].fill(byte);
    } else {
        for done in 0..length {
            out[at + done] = out[from + done];
        }
    }
}

/// A window over an LZF string that is too large to be held: unpacks as it goes, keeping one window of history.
#[derive(Debug)]
pub struct Unpacking<'a> {
    input: &'a mut Input,
    packed_left: u64,
    start: u64,
    /// History and unpacked bytes not yet consumed.
    out: Vec<u8>,
    at: usize,
    left: u64,
    /// Bytes of the declared length that are still to be unpacked.
    to_come: u64,
    encoding: &'static str,
}

impl<'a> Unpacking<'a> {
    /// `input` stands at the first compressed byte.
    pub fn new(input: &'a mut Input, packed: u64, declared: u64, encoding: &'static str) -> Result<Self> {
        let start = input.offset();
        check_lengths(packed, declared, start)?;
        Ok(Self {
            input,
            packed_left: packed,
            start,
            out: Vec::with_capacity(4 * WINDOW),
            at: 0,
            left: declared,
            to_come: declared,
            encoding,
        })
    }

    /// Unpacks one more control sequence.
    fn advance(&mut self) -> Result<()> {
        if self.packed_left == 0 {
            return Err(corrupt("it unpacks to fewer bytes than it declares", self.start));
        }
        let ahead = (self.packed_left).min(3) as usize;
        let packed = self.input.peek(ahead)?;
        let (step, used) = step(packed, 0).ok_or_else(|| corrupt("a control sequence is cut", self.start))?;
        self.input.consume(used);
        self.packed_left -= used as u64;
        let before = self.out.len();
        match step {
            Step::Literals(n) => {
                if n as u64 > self.packed_left {
                    return Err(corrupt("its literals are cut", self.start));
                }
                self.out.extend_from_slice(self.input.peek(n)?);
                self.input.consume(n);
                self.packed_left -= n as u64;
            }
            Step::Copy { distance, length } => {
                if !copy_back(&mut self.out, distance, length) {
                    return Err(corrupt("a back-reference points before the start", self.start));
                }
            }
        }
        let grown = (self.out.len() - before) as u64;
        self.to_come = self
            .to_come
            .checked_sub(grown)
            .ok_or_else(|| corrupt("it unpacks to more bytes than it declares", self.start))?;
        Ok(())
    }

    /// Drops history that no back-reference can reach.
    fn forget(&mut self) {
        if self.at > 2 * WINDOW {
            let cut = self.at - WINDOW;
            self.out.drain(..cut);
            self.at -= cut;
        }
    }

    /// Consumes what is left of the compressed bytes, checking that both ends meet.
    pub fn finish(mut self) -> Result<()> {
        let left = self.left;
        self.skip(left)?;
        if self.packed_left > 0 {
            return Err(corrupt("compressed bytes are left over", self.start));
        }
        Ok(())
    }
}

impl Bytes for Unpacking<'_> {
    fn offset(&self) -> u64 {
        self.start
    }

    fn peek(&mut self, n: usize) -> Result<&[u8]> {
        if n as u64 > self.left {
            return Err(Error::encoding(
                self.encoding,
                format!("{n} bytes wanted, {} left in the value", self.left),
                self.start,
            ));
        }
        self.forget();
        while self.out.len() - self.at < n {
            self.advance()?;
        }
        Ok(&self.out[self.at..self.at + n])
    }

    fn consume(&mut self, n: usize) {
        self.at += n;
        self.left = self.left.saturating_sub(n as u64);
    }

    fn skip(&mut self, n: u64) -> Result<()> {
        let mut left = n;
        while left > 0 {
            let part = left.min(WINDOW as u64) as usize;
            self.peek(part)?;
            self.consume(part);
            left -= part as u64;
        }
        Ok(())
    }

    fn left(&self) -> u64 {
        self.left
    }

    fn peek_limit(&self) -> u64 {
        self.input.contiguous_limit()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unpacked(packed: &[u8], declared: u64) -> Result<Vec<u8>> {
        let mut out = Vec::new();
        unpack(packed, declared, declared as usize, &mut out, 0)?;
        Ok(out)
    }

    #[test]
    fn literals_and_overlapping_copy() {
        // "ab", then 7 bytes from 2 back: abababab + a.
        assert_eq!(unpacked(&[1, b'a', b'b', (5 << 5), 1], 9).unwrap(), b"ababababa");
        // A run of one byte: length 7 takes the next byte too.
        assert_eq!(unpacked(&[0, b'x', 7 << 5, 10, 0], 20).unwrap(), [b'x'; 20]);
    }

    #[test]
    fn copies_from_every_distance() {
        for distance in 1..=40usize {
            for length in 3..=264 {
                let mut packed: Vec<u8> = Vec::new();
                for run in (0..distance as u8).collect::<Vec<_>>().chunks(LONGEST_LITERALS) {
                    packed.push(run.len() as u8 - 1);
                    packed.extend(run);
                }
                let low = (distance - 1) as u8;
                match length - 2 {
                    short @ 1..=6 => packed.extend([(short as u8) << 5, low]),
                    long => packed.extend([7 << 5, (long - 7) as u8, low]),
                }
                let expected: Vec<u8> = (0..distance + length).map(|i| (i % distance) as u8).collect();
                assert_eq!(unpacked(&packed, expected.len() as u64).unwrap(), expected, "{distance} {length}");
            }
        }
    }

    #[test]
    fn damage_is_an_error() {
        assert!(unpacked(&[1, b'a'], 2).is_err());
        assert!(unpacked(&[0, b'a', 1 << 5, 9], 4).is_err());
        assert!(unpacked(&[0, b'a'], 2).is_err());
        assert!(unpacked(&[1, b'a', b'b'], 1).is_err());
        assert!(check_lengths(2, u64::MAX, 0).is_err());
        assert!(check_lengths(1 << 30, 10, 0).is_err());
        assert!(check_lengths(20, 10, 0).is_ok());
    }

    #[test]
    fn a_prefix_needs_no_more_than_its_own_bytes() {
        let mut out = Vec::new();
        unpack(&[1, b'a', b'b', (5 << 5), 1, 31], 40, 5, &mut out, 0).unwrap();
        assert_eq!(out, b"ababa");
    }
}
