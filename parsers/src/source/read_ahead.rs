//! Reads ahead in a thread of its own, so that unpacking or waiting for a network overlaps with parsing.

use std::io::{self, Read};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};

/// Bytes of a block: what the input asks for at once.
const BLOCK: usize = 1 << 20;

/// Blocks that wait at most; two more are in hand, one on each side.
const WAITING: usize = 2;

/// A reader whose bytes were read by a thread before they are asked for.
#[derive(Debug)]
pub struct ReadAhead {
    blocks: Receiver<io::Result<Vec<u8>>>,
    /// Blocks that were used up go back to be filled again.
    used: Sender<Vec<u8>>,
    block: Vec<u8>,
    at: usize,
}

impl ReadAhead {
    /// Starts reading `source`. The thread ends with the source, at its first error, or soon after the reader is gone.
    ///
    /// # Errors
    /// Where no thread can be started.
    pub fn new(mut source: Box<dyn Read + Send>) -> io::Result<Self> {
        let (filled, blocks) = sync_channel(WAITING);
        let (used, empty) = channel();
        std::thread::Builder::new()
            .name("read-ahead".to_owned())
            .spawn(move || while step(&mut *source, &filled, &empty) {})?;
        Ok(Self { blocks, used, block: Vec::new(), at: 0 })
    }
}

/// Reads one block and hands it over; false where there is nothing more to do.
fn step(source: &mut dyn Read, filled: &SyncSender<io::Result<Vec<u8>>>, empty: &Receiver<Vec<u8>>) -> bool {
    let mut block = empty.try_recv().unwrap_or_default();
    block.resize(BLOCK, 0);
    let read = loop {
        match source.read(&mut block) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            outcome => break outcome,
        }
    };
    let goes_on = matches!(read, Ok(count) if count > 0);
    let handed = filled.send(read.map(|count| {
        block.truncate(count);
        block
    }));
    goes_on && handed.is_ok()
}

impl Read for ReadAhead {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.at >= self.block.len() {
            // The thread is gone once it has told the end or an error.
            let Ok(next) = self.blocks.recv() else { return Ok(0) };
            // No one fills blocks after the end.
            let _ = self.used.send(std::mem::replace(&mut self.block, next?));
            self.at = 0;
        }
        let waiting = self.block.get(self.at..).unwrap_or_default();
        let count = waiting.len().min(out.len());
        if let (Some(to), Some(from)) = (out.get_mut(..count), waiting.get(..count)) {
            to.copy_from_slice(from);
        }
        self.at += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives bytes in uneven pieces, then fails or ends.
    struct Pieces {
        left: usize,
        fails: bool,
    }

    impl Read for Pieces {
        fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
            let count = self.left.min(out.len()).min(300_007);
            for (i, byte) in out.iter_mut().take(count).enumerate() {
                *byte = ((self.left - i) % 251) as u8;
            }
            self.left -= count;
            if count == 0 && self.fails { Err(io::Error::other("gone")) } else { Ok(count) }
        }
    }

    #[test]
    fn all_bytes_come_in_order() {
        let mut reader = ReadAhead::new(Box::new(Pieces { left: 5_000_000, fails: false })).unwrap();
        let mut bytes = Vec::new();
        reader.read_to_end(&mut bytes).unwrap();
        assert_eq!(bytes.len(), 5_000_000);
        assert!(bytes.iter().enumerate().all(|(i, &byte)| byte == ((5_000_000 - i) % 251) as u8));
        assert_eq!(reader.read(&mut [0; 10]).unwrap(), 0);
    }

    #[test]
    fn an_error_comes_after_the_bytes_before_it() {
        let mut reader = ReadAhead::new(Box::new(Pieces { left: 1000, fails: true })).unwrap();
        let mut bytes = Vec::new();
        assert_eq!(reader.read_to_end(&mut bytes).unwrap_err().to_string(), "gone");
        assert_eq!(bytes.len(), 1000);
    }

    #[test]
    fn a_reader_may_be_left_early() {
        let mut reader = ReadAhead::new(Box::new(Pieces { left: 50_000_000, fails: false })).unwrap();
        assert!(reader.read(&mut [0; 10]).unwrap() > 0);
    }
}
