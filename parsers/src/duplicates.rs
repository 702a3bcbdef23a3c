//! Whether a key occurs twice: 64-bit hashes of all keys, compared after the pass, in memory that does not grow.

use std::hash::{BuildHasher, Hasher};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use foldhash::quality::FixedState;

use crate::spool::Spool;

/// Hashes held in memory before they are spread over files: 16 MiB.
const HELD: usize = 2 << 20;

/// Parts by the top bits of the hash; each is sorted alone.
const PARTS: usize = 64;

/// Bytes of one part that wait in memory.
const WAITING: usize = 64 << 10;

/// Collects the hashes of keys.
#[derive(Debug)]
pub struct Duplicates {
    state: FixedState,
    folder: PathBuf,
    held: Vec<u64>,
    parts: Vec<Spool>,
}

impl Duplicates {
    /// Hashes that do not fit in memory are spooled to `folder`.
    pub fn new(folder: &Path) -> Self {
        Self {
            state: FixedState::with_seed(0x7264_6273_636f_7065),
            folder: folder.to_path_buf(),
            held: Vec::new(),
            parts: Vec::new(),
        }
    }

    #[inline]
    pub fn add(&mut self, db: u64, name: &[u8]) -> io::Result<()> {
        let mut hasher = self.state.build_hasher();
        hasher.write_u64(db);
        hasher.write(name);
        self.held.push(hasher.finish());
        if self.held.len() < HELD { Ok(()) } else { self.spread() }
    }

    #[cold]
    fn spread(&mut self) -> io::Result<()> {
        if self.parts.is_empty() {
            self.parts = (0..PARTS).map(|_| Spool::new(&self.folder, WAITING)).collect();
        }
        for hash in self.held.drain(..) {
            let part = &mut self.parts[(hash >> 58) as usize % PARTS];
            part.buffer().extend_from_slice(&hash.to_le_bytes());
            part.settle()?;
        }
        Ok(())
    }

    /// Number of hashes that were met more than once. Different keys can share one (about one pair in 2^64), so the
    /// names decide; without a shared hash there is no duplicate.
    pub fn count(mut self) -> io::Result<u64> {
        if self.parts.is_empty() {
            return Ok(repeated(&mut self.held));
        }
        self.spread()?;
        let mut count = 0;
        let mut bytes = Vec::new();
        for part in self.parts {
            bytes.clear();
            part.into_reader()?.read_to_end(&mut bytes)?;
            self.held.clear();
            self.held.extend(bytes.as_chunks::<8>().0.iter().map(|&chunk| u64::from_le_bytes(chunk)));
            count += repeated(&mut self.held);
        }
        Ok(count)
    }
}

/// Values that occur more than once.
fn repeated(hashes: &mut [u64]) -> u64 {
    hashes.sort_unstable();
    hashes.chunk_by(|a, b| a == b).filter(|run| run.len() > 1).count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeated_keys_are_counted_and_databases_kept_apart() {
        let mut duplicates = Duplicates::new(&std::env::temp_dir());
        for (db, name) in [(0, "a"), (0, "b"), (1, "a"), (0, "a"), (0, "a")] {
            duplicates.add(db, name.as_bytes()).unwrap();
        }
        assert_eq!(duplicates.count().unwrap(), 1);
    }

    #[test]
    fn more_hashes_than_are_held_in_memory() {
        let mut duplicates = Duplicates::new(&std::env::temp_dir());
        for i in 0..HELD as u64 + 1000 {
            duplicates.add(0, &i.to_le_bytes()).unwrap();
        }
        duplicates.add(0, &5u64.to_le_bytes()).unwrap();
        assert_eq!(duplicates.count().unwrap(), 1);
    }
}
