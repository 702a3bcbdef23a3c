//! Size of the ziplists that servers build (ziplist.c, zipTryEncoding and zipStoreEntryEncoding).

use crate::events::Element;

/// A ziplist without entries: header and end mark.
pub const EMPTY: u64 = 11;

/// Longest text that is tried as an integer.
const LONGEST_INTEGER: u64 = 31;
/// Entries of this size are announced in five bytes to the next one.
const WIDE: u64 = 254;

/// Bytes of an entry without the length of the one before.
#[inline]
pub fn content(element: Element<'_>) -> u64 {
    let length = element.len();
    let number = if length <= LONGEST_INTEGER { element.integer() } else { None };
    let Some(number) = number else {
        return length.saturating_add(match length {
            0..=63 => 1,
            64..=16_383 => 2,
            _ => 5,
        });
    };
    1 + match number {
        0..=12 => 0,
        -0x80..=0x7f => 1,
        -0x8000..=0x7fff => 2,
        -0x80_0000..=0x7f_ffff => 3,
        -0x8000_0000..=0x7fff_ffff => 4,
        _ => 8,
    }
}

/// A ziplist that grows at its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ziplist {
    pub bytes: u64,
    last: u64,
}

impl Default for Ziplist {
    fn default() -> Self {
        Self { bytes: EMPTY, last: 0 }
    }
}

impl Ziplist {
    #[inline]
    pub fn push(&mut self, element: Element<'_>) {
        let before = if self.last < WIDE { 1 } else { 5 };
        self.last = content(element).saturating_add(before);
        self.bytes = self.bytes.saturating_add(self.last);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_have_the_sizes_of_the_format() {
        let size = |text: &str| content(Element::Bytes(text.as_bytes()));
        assert_eq!(
            ["", "0", "12", "13", "-1", "128", "40000", "70000", "9000000000"].map(size),
            [1, 1, 1, 2, 2, 3, 4, 4, 9]
        );
        let mut list = Ziplist::default();
        list.push(Element::Opaque { length: 300 });
        list.push(Element::Int(1));
        assert_eq!(list.bytes, 11 + 303 + 6);
    }
}
