//! Facts that arrive during the pass and leave after it: kept in memory while they are few, else in a temporary file.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// Distinguishes the files of one process.
static NEXT: AtomicU64 = AtomicU64::new(0);

/// An append-only run of bytes that is read back once, in order.
#[derive(Debug)]
pub struct Spool {
    folder: PathBuf,
    memory: Vec<u8>,
    limit: usize,
    file: Option<File>,
    written: u64,
}

impl Spool {
    /// Keeps up to `limit` bytes in memory; what comes more goes to an unnamed file in `folder`.
    pub fn new(folder: &Path, limit: usize) -> Self {
        Self { folder: folder.to_path_buf(), memory: Vec::new(), limit, file: None, written: 0 }
    }

    /// The bytes appended so far.
    pub fn len(&self) -> u64 {
        self.written + self.memory.len() as u64
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Where to append; [`Spool::settle`] follows each record.
    pub fn buffer(&mut self) -> &mut Vec<u8> {
        &mut self.memory
    }

    /// Moves the bytes in memory to the file when they are many.
    #[inline]
    pub fn settle(&mut self) -> io::Result<()> {
        if self.memory.len() < self.limit { Ok(()) } else { self.flush() }
    }

    #[cold]
    fn flush(&mut self) -> io::Result<()> {
        if self.file.is_none() {
            self.file = Some(unnamed_file(&self.folder)?);
        }
        if let Some(file) = &mut self.file {
            file.write_all(&self.memory)?;
            self.written += self.memory.len() as u64;
            self.memory.clear();
        }
        Ok(())
    }

    /// Everything that was appended, from the start.
    pub fn into_reader(self) -> io::Result<SpoolReader> {
        let file = match self.file {
            Some(mut file) => {
                file.seek(SeekFrom::Start(0))?;
                Some(BufReader::with_capacity(1 << 16, file.take(self.written)))
            }
            None => None,
        };
        Ok(SpoolReader { file, memory: io::Cursor::new(self.memory) })
    }
}

/// A file that no name leads to, so that nothing is left behind however the process ends.
fn unnamed_file(folder: &Path) -> io::Result<File> {
    let name = format!("rdbscope-{}-{}.spool", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let path = folder.join(name);
    let file = File::options().read(true).write(true).create_new(true).open(&path)?;
    std::fs::remove_file(&path)?;
    Ok(file)
}

/// Reads a spool back.
#[derive(Debug)]
pub struct SpoolReader {
    file: Option<BufReader<io::Take<File>>>,
    memory: io::Cursor<Vec<u8>>,
}

impl Read for SpoolReader {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if let Some(file) = &mut self.file {
            let read = file.read(out)?;
            if read > 0 || out.is_empty() {
                return Ok(read);
            }
            self.file = None;
        }
        self.memory.read(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_bytes_come_back_in_order_and_leave_no_file() {
        let folder = std::env::temp_dir().join(format!("rdbscope-spool-test-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let mut spool = Spool::new(&folder, 1000);
        for i in 0..10_000u32 {
            spool.buffer().extend_from_slice(&i.to_le_bytes());
            spool.settle().unwrap();
        }
        assert_eq!(spool.len(), 40_000);
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0);
        let mut bytes = Vec::new();
        spool.into_reader().unwrap().read_to_end(&mut bytes).unwrap();
        let numbers: Vec<u32> = bytes.chunks(4).map(|c| u32::from_le_bytes(c.try_into().unwrap())).collect();
        assert_eq!(numbers, (0..10_000).collect::<Vec<_>>());
        std::fs::remove_dir(&folder).unwrap();
    }
}
