//! The frame of a dump: header, opcodes, lengths, strings, checksum.

use std::io::{self, Write};

use _native::events::canonical_integer;
use crc_fast::{CrcAlgorithm, Digest};

use super::lzf::Compressor;

/// Bytes gathered before they are hashed and written.
const BLOCK: usize = 1 << 20;

/// Texts of integers longer than this are not tried (as servers do).
const LONGEST_INTEGER: usize = 11;

/// Strings up to this length are not compressed (as servers do).
const NEVER_COMPRESSED: usize = 20;

/// Codes of value types; those of packed values depend on the version.
pub struct Types {
    pub set_small: u8,
    pub hash_small: u8,
    pub zset_small: u8,
    pub list: u8,
    pub stream: u8,
}

pub const STRING: u8 = 0;
pub const SET: u8 = 2;
pub const HASH: u8 = 4;
pub const ZSET_2: u8 = 5;
pub const SET_INTSET: u8 = 11;

/// Writes a dump.
pub struct DumpWriter<W> {
    out: W,
    buffer: Vec<u8>,
    digest: Digest,
    written: u64,
    lzf: Compressor,
    pub version: u32,
    pub types: Types,
}

impl<W: Write> DumpWriter<W> {
    pub fn new(out: W, version: u32) -> Self {
        let types = match version {
            9 => Types { set_small: SET, hash_small: 13, zset_small: 12, list: 14, stream: 15 },
            10 => Types { set_small: SET, hash_small: 16, zset_small: 17, list: 18, stream: 19 },
            _ => Types { set_small: 20, hash_small: 16, zset_small: 17, list: 18, stream: 21 },
        };
        Self {
            out,
            buffer: Vec::with_capacity(2 * BLOCK),
            digest: Digest::new(CrcAlgorithm::Crc64Redis),
            written: 0,
            lzf: Compressor::default(),
            version,
            types,
        }
    }

    /// Magic and aux fields.
    pub fn header(&mut self, ctime: u64, used_memory: u64) -> io::Result<()> {
        write!(self.buffer, "REDIS{:04}", self.version)?;
        let (server, last) = match self.version {
            9 => ("6.2.16", "aof-preamble"),
            10 => ("7.0.15", "aof-base"),
            _ => ("7.2.6", "aof-base"),
        };
        let (ctime, used_memory) = (ctime.to_string(), used_memory.to_string());
        let fields =
            [("redis-ver", server), ("redis-bits", "64"), ("ctime", &ctime), ("used-mem", &used_memory), (last, "0")];
        for (name, value) in fields {
            self.byte(0xfa);
            self.string(name.as_bytes());
            self.string(value.as_bytes());
        }
        Ok(())
    }

    /// Database 0 with the counts of its keys.
    pub fn database(&mut self, keys: u64, expiring: u64) -> io::Result<()> {
        self.buffer.extend_from_slice(&[0xfe, 0, 0xfb]);
        self.length(keys);
        self.length(expiring);
        self.flush_block()
    }

    /// The head of a key record; the value follows.
    pub fn key(&mut self, value_type: u8, name: &[u8], expires_at_ms: Option<u64>) -> io::Result<()> {
        self.flush_block()?;
        if let Some(at) = expires_at_ms {
            self.byte(0xfc);
            self.bytes(&at.to_le_bytes());
        }
        self.byte(value_type);
        self.string(name);
        Ok(())
    }

    pub fn byte(&mut self, byte: u8) {
        self.buffer.push(byte);
    }

    pub fn bytes(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    pub fn length(&mut self, length: u64) {
        match length {
            0..=0x3f => self.byte(length as u8),
            0x40..=0x3fff => self.bytes(&[0x40 | (length >> 8) as u8, length as u8]),
            0x4000..=0xffff_ffff => {
                self.byte(0x80);
                self.bytes(&(length as u32).to_be_bytes());
            }
            _ => {
                self.byte(0x81);
                self.bytes(&length.to_be_bytes());
            }
        }
    }

    /// A string in the shortest form that servers would choose: integer, LZF or plain.
    pub fn string(&mut self, text: &[u8]) {
        if text.len() <= LONGEST_INTEGER
            && let Some(number) = canonical_integer(text)
            && self.integer(number)
        {
            return;
        }
        if text.len() > NEVER_COMPRESSED
            && let Some(packed) = self.lzf.compress(text, text.len() - 4)
        {
            let packed = std::mem::take(packed);
            self.byte(0xc3);
            self.length(packed.len() as u64);
            self.length(text.len() as u64);
            self.bytes(&packed);
            self.lzf.give_back(packed);
            return;
        }
        self.length(text.len() as u64);
        self.bytes(text);
    }

    fn integer(&mut self, number: i64) -> bool {
        if let Ok(number) = i8::try_from(number) {
            self.bytes(&[0xc0, number as u8]);
        } else if let Ok(number) = i16::try_from(number) {
            self.byte(0xc1);
            self.bytes(&number.to_le_bytes());
        } else if let Ok(number) = i32::try_from(number) {
            self.byte(0xc2);
            self.bytes(&number.to_le_bytes());
        } else {
            return false;
        }
        true
    }

    /// Hashes and writes what has gathered, once it is a block: between keys, and between the parts of a large value.
    pub fn flush_block(&mut self) -> io::Result<()> {
        if self.buffer.len() >= BLOCK { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.digest.update(&self.buffer);
        self.out.write_all(&self.buffer)?;
        self.written += self.buffer.len() as u64;
        self.buffer.clear();
        Ok(())
    }

    /// End mark and checksum; gives the size of the dump.
    pub fn finish(mut self) -> io::Result<u64> {
        self.byte(0xff);
        self.flush()?;
        self.out.write_all(&self.digest.finalize().to_le_bytes())?;
        self.out.flush()?;
        Ok(self.written + 8)
    }
}
