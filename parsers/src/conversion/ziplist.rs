//! Sizes of the ziplists that a server builds.

use crate::events::Element;

/// Header of ten bytes and end mark.
const EMPTY_BYTES: u64 = 11;

/// Longest text that is tried as an integer.
const LONGEST_INTEGER_TEXT: u64 = 31;

/// A ziplist that grows at its tail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ZiplistSize {
    /// Bytes of the whole.
    pub bytes: u64,
    last_entry: u64,
}

impl Default for ZiplistSize {
    fn default() -> Self {
        Self { bytes: EMPTY_BYTES, last_entry: 0 }
    }
}

impl ZiplistSize {
    #[inline]
    pub fn push(&mut self, element: Element<'_>) {
        let previous_length = if self.last_entry < 254 { 1 } else { 5 };
        self.last_entry = content_bytes(element).saturating_add(previous_length);
        self.bytes = self.bytes.saturating_add(self.last_entry);
    }
}

#[inline]
fn content_bytes(element: Element<'_>) -> u64 {
    let length = element.len();
    let integer = if length <= LONGEST_INTEGER_TEXT { element.integer() } else { None };
    match integer {
        Some(0..=12) => 1,
        Some(-0x80..=0x7f) => 2,
        Some(-0x8000..=0x7fff) => 3,
        Some(-0x80_0000..=0x7f_ffff) => 4,
        Some(-0x8000_0000..=0x7fff_ffff) => 5,
        Some(_) => 9,
        None => match length {
            0..64 => length + 1,
            64..16_384 => length + 2,
            _ => length.saturating_add(5),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_at_the_borders() {
        let one = |element| {
            let mut size = ZiplistSize::default();
            size.push(element);
            size.bytes - EMPTY_BYTES
        };
        for (number, bytes) in [(12, 2), (13, 3), (-1, 3), (128, 4), (1 << 15, 5), (1 << 23, 6), (1 << 31, 10)] {
            assert_eq!(one(Element::Int(number)), bytes, "{number}");
        }
        for (length, bytes) in [(0, 2), (63, 65), (64, 67), (16_383, 16_386), (16_384, 16_390)] {
            assert_eq!(one(Element::Opaque { length }), bytes, "{length}");
        }
    }

    #[test]
    fn a_long_entry_widens_the_next_one() {
        let mut size = ZiplistSize::default();
        size.push(Element::Opaque { length: 250 });
        assert_eq!(size.bytes, 11 + 253);
        size.push(Element::Int(0));
        assert_eq!(size.bytes, 11 + 253 + 2);
        let mut size = ZiplistSize::default();
        size.push(Element::Opaque { length: 251 });
        size.push(Element::Int(0));
        assert_eq!(size.bytes, 11 + 254 + 6);
    }
}
