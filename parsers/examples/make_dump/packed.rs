//! A packed value that grows entry by entry: listpack, or ziplist before version 10.

use super::{listpack, ziplist};

/// Builds one packed value after the other.
pub struct Packed {
    is_ziplist: bool,
    bytes: Vec<u8>,
    count: u16,
    /// Where the last entry begins (ziplist).
    last: usize,
}

impl Packed {
    /// The layout that a dump of this version has.
    pub fn of_version(version: u32) -> Self {
        let mut packed = Self { is_ziplist: version < 10, bytes: Vec::new(), count: 0, last: 0 };
        packed.clear();
        packed
    }

    /// A listpack whatever the version: nodes of streams.
    pub fn listpack() -> Self {
        Self::of_version(10)
    }

    pub fn clear(&mut self) {
        let header = if self.is_ziplist { ziplist::HEADER } else { listpack::HEADER };
        self.bytes.clear();
        self.bytes.resize(header, 0);
        self.count = 0;
        self.last = header;
    }

    pub fn push(&mut self, content: &[u8]) {
        if self.is_ziplist {
            let previous = self.bytes.len() - self.last;
            self.last = self.bytes.len();
            ziplist::entry(&mut self.bytes, previous, content);
        } else {
            listpack::entry(&mut self.bytes, content);
        }
        self.count += 1;
    }

    pub fn push_number(&mut self, number: i64) {
        self.push(number.to_string().as_bytes());
    }

    /// Ends the value; [`Packed::clear`] begins the next.
    pub fn finish(&mut self) -> &[u8] {
        self.bytes.push(0xff);
        let total = self.bytes.len() as u32;
        self.bytes[..4].copy_from_slice(&total.to_le_bytes());
        if self.is_ziplist {
            self.bytes[4..8].copy_from_slice(&(self.last as u32).to_le_bytes());
            self.bytes[8..10].copy_from_slice(&self.count.to_le_bytes());
        } else {
            self.bytes[4..6].copy_from_slice(&self.count.to_le_bytes());
        }
        &self.bytes
    }
}
