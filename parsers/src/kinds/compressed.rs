//! Values that an application compressed: the magic numbers of gzip (RFC 1952), Zstandard (RFC 8878) and LZ4 frames.

use super::Kind;

/// The format of a compressed value: its magic number and the bits of the header that have to be as they are.
pub(super) fn format(prefix: &[u8], total_length: u64) -> Option<Kind> {
    match prefix {
        [0x1F, 0x8B, 8, flags, ..] if flags & 0xE0 == 0 && total_length >= 18 => Some(Kind::Gzip),
        [0x28, 0xB5, 0x2F, 0xFD, descriptor, ..] if descriptor & 0x08 == 0 && total_length >= 9 => Some(Kind::Zstd),
        [0x04, 0x22, 0x4D, 0x18, flags, block, ..]
            if flags & 0xC2 == 0x40 && block & 0x8F == 0 && block >> 4 >= 4 && total_length >= 11 =>
        {
            Some(Kind::Lz4)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn magic_and_header() {
        assert_eq!(format(b"\x1f\x8b\x08\0\0\0\0\0\0\x03", 100), Some(Kind::Gzip));
        assert_eq!(format(b"\x28\xb5\x2f\xfd\x24\x05", 100), Some(Kind::Zstd));
        assert_eq!(format(b"\x04\x22\x4d\x18\x64\x40\xa7", 100), Some(Kind::Lz4));
    }

    #[test]
    fn impossible_headers() {
        for value in [
            &b"\x1f\x8b\x07\0"[..],
            b"\x1f\x8b\x08\xff",
            b"\x28\xb5\x2f\xfd\x08\0",
            b"\x04\x22\x4d\x18\x24\x40",
            b"\x04\x22\x4d\x18\x64\x10",
            b"\x1f\x8b\x08",
            b"",
        ] {
            assert_eq!(format(value, 100), None, "{value:?}");
        }
        assert_eq!(format(b"\x1f\x8b\x08\0", 10), None);
    }
}
