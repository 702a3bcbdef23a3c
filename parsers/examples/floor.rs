//! The floor under every reader: reads a file in blocks and takes its CRC-64, nothing else.
//!
//! `floor FILE` prints bytes and checksum.

use std::fs::File;
use std::io::{self, Read, Write};

use crc_fast::{CrcAlgorithm, Digest};

const BLOCK: usize = 1 << 20;

fn main() -> io::Result<()> {
    let path = std::env::args_os().nth(1).ok_or(io::Error::new(io::ErrorKind::InvalidInput, "a file is needed"))?;
    let mut file = File::open(path)?;
    let mut block = vec![0; BLOCK];
    let mut digest = Digest::new(CrcAlgorithm::Crc64Redis);
    let mut bytes = 0;
    loop {
        let n = file.read(&mut block)?;
        if n == 0 {
            break;
        }
        digest.update(&block[..n]);
        bytes += n as u64;
    }
    writeln!(io::stdout(), "{bytes} bytes, CRC-64 {:016x}", digest.finalize())
}
