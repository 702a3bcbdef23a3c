//! Sizes of the listpacks that a server builds.

use super::target::Target;
use crate::events::Element;

/// Header of six bytes and end mark.
pub const EMPTY_BYTES: u64 = 7;

/// How long the length behind an entry is at its upper borders: Valkey 9 takes a byte less there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BackLength {
    Redis,
    Valkey9,
}

impl BackLength {
    pub fn of(target: &Target) -> Self {
        if target.valkey_from(9, 0, 0) { Self::Valkey9 } else { Self::Redis }
    }
}

/// Bytes that an entry takes; texts that are canonical integers become integers.
#[inline]
pub fn entry_bytes(element: Element<'_>, rule: BackLength) -> u64 {
    let content = match element.integer() {
        Some(number) => integer_bytes(number),
        None => match element.len() {
            length @ 0..64 => length + 1,
            length @ 64..4096 => length + 2,
            length => length.saturating_add(5),
        },
    };
    content.saturating_add(back_length(content, rule))
}

/// Bytes of an integer without the length behind it.
#[inline]
pub fn integer_bytes(number: i64) -> u64 {
    match number {
        0..=127 => 1,
        -4096..=4095 => 2,
        -0x8000..=0x7fff => 3,
        -0x80_0000..=0x7f_ffff => 4,
        -0x8000_0000..=0x7fff_ffff => 5,
        _ => 9,
    }
}

#[inline]
fn back_length(content: u64, rule: BackLength) -> u64 {
    let counted = content.saturating_add(u64::from(rule == BackLength::Redis));
    match counted {
        _ if content <= 127 => 1,
        0..=16_383 => 2,
        16_384..=2_097_151 => 3,
        2_097_152..=268_435_455 => 4,
        _ => 5,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_at_the_borders() {
        let text = |length| entry_bytes(Element::Opaque { length }, BackLength::Redis);
        for (length, bytes) in [(0, 2), (63, 65), (64, 67), (125, 128), (126, 130), (4095, 4099), (4096, 4103)] {
            assert_eq!(text(length), bytes, "{length}");
        }
        for (number, bytes) in
            [(0, 2), (127, 2), (128, 3), (-4096, 3), (4096, 4), (-32769, 5), (1 << 23, 6), (1 << 31, 10)]
        {
            assert_eq!(entry_bytes(Element::Int(number), BackLength::Redis), bytes, "{number}");
        }
        assert_eq!(entry_bytes(Element::Bytes(b"127"), BackLength::Redis), 2);
    }

    #[test]
    fn valkey_9_saves_a_byte_at_the_border() {
        let length = 16_383 - 5;
        assert_eq!(entry_bytes(Element::Opaque { length }, BackLength::Redis), 16_383 + 3);
        assert_eq!(entry_bytes(Element::Opaque { length }, BackLength::Valkey9), 16_383 + 2);
        for length in [0, 120, 125, 126, 16_377, 16_379] {
            let element = Element::Opaque { length };
            assert_eq!(entry_bytes(element, BackLength::Redis), entry_bytes(element, BackLength::Valkey9), "{length}");
        }
    }
}
