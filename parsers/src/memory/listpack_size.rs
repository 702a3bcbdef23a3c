//! Size of the listpacks that servers build (listpack.c, lpEncodeGetType and lpEncodeBacklen).

use crate::events::Element;

/// A listpack without entries: header and end mark.
pub const EMPTY: u64 = 7;

/// Longest text that is tried as an integer.
const LONGEST_INTEGER: u64 = 20;

/// Bytes of an entry with its back-length; `full`: back-lengths use all their bits (Valkey 9).
#[inline]
pub fn entry(element: Element<'_>, full: bool) -> u64 {
    let number = if element.len() <= LONGEST_INTEGER { element.integer() } else { None };
    match number {
        Some(number) => integer(number),
        None => text(element.len(), full),
    }
}

/// Bytes of an integer entry.
#[inline]
pub fn integer(number: i64) -> u64 {
    1 + match number {
        0..=127 => 1,
        -4096..=4095 => 2,
        -0x8000..=0x7fff => 3,
        -0x80_0000..=0x7f_ffff => 4,
        -0x8000_0000..=0x7fff_ffff => 5,
        _ => 9,
    }
}

/// Bytes of a text entry of `n` bytes.
#[inline]
pub fn text(n: u64, full: bool) -> u64 {
    let encoded = n.saturating_add(match n {
        0..=63 => 1,
        64..=4095 => 2,
        _ => 5,
    });
    let back = match encoded {
        0..=127 => 1,
        _ if encoded < 16_383 + u64::from(full) => 2,
        _ if encoded < 2_097_151 + u64::from(full) => 3,
        _ if encoded < 268_435_455 + u64::from(full) => 4,
        _ => 5,
    };
    encoded.saturating_add(back)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_have_the_sizes_of_the_format() {
        let numbers = [0, 127, 128, -1, 4095, 4096, -4097, 32_767, 32_768, 1 << 23, 1 << 31, i64::MIN];
        assert_eq!(numbers.map(integer), [2, 2, 3, 3, 3, 4, 4, 4, 5, 6, 10, 10]);
        assert_eq!([0, 63, 64, 125, 126, 4096].map(|n| text(n, false)), [2, 65, 67, 128, 130, 4103]);
        assert_eq!((text(16_378, false), text(16_378, true)), (16_386, 16_385));
        assert_eq!(entry(Element::Bytes(b"-0"), false), 4);
        assert_eq!(entry(Element::Bytes(b"12"), false), 2);
    }
}
