//! Size of the listpacks that servers build, with the longer back-lengths of Valkey 9.

use crate::conversion::listpack;
use crate::events::Element;

/// A listpack without entries: header and end mark.
pub const EMPTY: u64 = listpack::EMPTY_BYTES;

/// Entries at the borders where Redis takes one more byte for the back-length than its bits need.
const AT_A_BORDER: [u64; 3] = [16_383 + 3, 2_097_151 + 4, 268_435_455 + 5];

/// Bytes of an entry with its back-length; `full`: back-lengths use all their bits (Valkey 9).
#[inline]
pub fn entry(element: Element<'_>, full: bool) -> u64 {
    let bytes = listpack::entry_bytes(element);
    if full && AT_A_BORDER.contains(&bytes) { bytes - 1 } else { bytes }
}

/// Bytes of an integer entry.
#[inline]
pub fn integer(number: i64) -> u64 {
    listpack::entry_bytes(Element::Int(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn back_lengths_differ_at_the_borders_only() {
        let text = |length, full| entry(Element::Opaque { length }, full);
        assert_eq!((text(16_378, false), text(16_378, true)), (16_386, 16_385));
        assert_eq!((text(16_377, false), text(16_377, true)), (16_384, 16_384));
        assert_eq!((text(16_379, false), text(16_379, true)), (16_387, 16_387));
        assert_eq!([0, -1, 1 << 40].map(integer), [2, 3, 10]);
    }
}
