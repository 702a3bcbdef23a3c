//! Sizes of the listpacks that a server builds.

use crate::events::Element;

/// Header of six bytes and end mark.
pub const EMPTY_BYTES: u64 = 7;

/// Bytes that an entry takes; texts that are canonical integers become integers.
#[inline]
pub fn entry_bytes(element: Element<'_>) -> u64 {
    let content = match element.integer() {
        Some(number) => integer_bytes(number),
        None => match element.len() {
            length @ 0..64 => length + 1,
            length @ 64..4096 => length + 2,
            length => length.saturating_add(5),
        },
    };
    content.saturating_add(back_length(content))
}

/// Bytes of an integer without the length behind it.
#[inline]
fn integer_bytes(number: i64) -> u64 {
    match number {
        0..=127 => 1,
        -4096..=4095 => 2,
        -0x8000..=0x7fff => 3,
        -0x80_0000..=0x7f_ffff => 4,
        -0x8000_0000..=0x7fff_ffff => 5,
        _ => 9,
    }
}

/// Bytes of the length behind an entry. Valkey 9 takes one less where `content` is exactly at an upper border, which
/// no limit of a list depends on by default.
#[inline]
fn back_length(content: u64) -> u64 {
    match content {
        0..=127 => 1,
        128..16_383 => 2,
        16_383..2_097_151 => 3,
        2_097_151..268_435_455 => 4,
        _ => 5,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_at_the_borders() {
        let text = |length| entry_bytes(Element::Opaque { length });
        for (length, bytes) in [
            (0, 2),
            (63, 65),
            (64, 67),
            (125, 128),
            (126, 130),
            (4095, 4099),
            (4096, 4103),
            (16_377, 16_384),
            (16_378, 16_386),
        ] {
            assert_eq!(text(length), bytes, "{length}");
        }
        for (number, bytes) in
            [(0, 2), (127, 2), (128, 3), (-4096, 3), (4096, 4), (-32769, 5), (1 << 23, 6), (1 << 31, 10)]
        {
            assert_eq!(entry_bytes(Element::Int(number)), bytes, "{number}");
        }
        assert_eq!(entry_bytes(Element::Bytes(b"127")), 2);
    }
}
