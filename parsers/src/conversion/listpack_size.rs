//! Sizes of listpacks that a server builds from elements (redis listpack.c).

use crate::events::Element;

/// Header (total bytes, count) and end mark.
pub const HEADER_AND_END: u64 = 7;

/// Bytes that an element takes in a listpack, back-length included.
#[inline]
pub fn entry_size(element: Element<'_>) -> u64 {
    match element.integer() {
        Some(number) => integer_size(number),
        None => text_size(element.len()),
    }
}

/// Bytes of an integer entry. None is long enough for a back-length of more than one byte.
#[inline]
pub fn integer_size(number: i64) -> u64 {
    let content = match number {
        0..=127 => 1,
        -4096..=4095 => 2,
        -32_768..=32_767 => 3,
        -8_388_608..=8_388_607 => 4,
        -2_147_483_648..=2_147_483_647 => 5,
        _ => 9,
    };
    content + 1
}

/// Bytes of a text entry.
#[inline]
pub fn text_size(length: u64) -> u64 {
    let content = match length {
        0..=63 => 1 + length,
        64..=4095 => 2 + length,
        _ => 5 + length,
    };
    content + back_length_size(content)
}

/// Bytes of the length behind an entry. (Valkey 9 counts the border lengths themselves to the smaller size.)
#[inline]
fn back_length_size(length: u64) -> u64 {
    match length {
        0..=127 => 1,
        128..=16_382 => 2,
        16_383..=2_097_150 => 3,
        2_097_151..=268_435_454 => 4,
        _ => 5,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_around_their_borders() {
        for (number, size) in [(0, 2), (127, 2), (128, 3), (-1, 3), (4095, 3), (4096, 4), (-32_769, 5), (1 << 31, 10)] {
            assert_eq!(integer_size(number), size, "{number}");
        }
        for (length, size) in [(0, 2), (63, 65), (64, 67), (125, 128), (126, 130), (4096, 4103)] {
            assert_eq!(text_size(length), size, "{length}");
        }
    }
}
