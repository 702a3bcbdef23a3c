//! Readers that give their bytes in inconvenient parts.

use std::io::{self, Read};

use super::random::Rng;

/// How many bytes a read gives at most.
#[derive(Debug, Clone, Copy)]
pub enum Parts {
    /// One byte each time.
    Single,
    /// Any number, now and then an interruption.
    Random,
}

/// A reader over bytes that never gives what is asked for.
pub struct InParts {
    bytes: Vec<u8>,
    at: usize,
    parts: Parts,
    rng: Rng,
}

impl InParts {
    pub fn new(bytes: Vec<u8>, parts: Parts, seed: u64) -> Self {
        Self { bytes, at: 0, parts, rng: Rng(seed) }
    }
}

impl Read for InParts {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = match self.parts {
            Parts::Single => 1,
            Parts::Random if self.rng.chance(4) => return Err(io::ErrorKind::Interrupted.into()),
            Parts::Random => 1 + self.rng.below(5000) as usize,
        };
        let n = most.min(buffer.len()).min(self.bytes.len() - self.at);
        buffer[..n].copy_from_slice(&self.bytes[self.at..self.at + n]);
        self.at += n;
        Ok(n)
    }
}
