//! HyperLogLog: the string that PFADD writes. Header: `HYLL`, encoding, three zero bytes, eight bytes of cached
//! cardinality; then 16,384 registers, six bits each or run-length coded.

const HEADER_BYTES: usize = 16;
const REGISTERS: u64 = 16_384;
const DENSE_BYTES: u64 = HEADER_BYTES as u64 + REGISTERS * 6 / 8;
const DENSE: u8 = 0;
const SPARSE: u8 = 1;

pub(super) fn is_hyperloglog(prefix: &[u8], total_length: u64) -> bool {
    match prefix {
        [b'H', b'Y', b'L', b'L', encoding, 0, 0, 0, ..] => match *encoding {
            DENSE => total_length == DENSE_BYTES,
            SPARSE => prefix.get(HEADER_BYTES..).is_some_and(|runs| {
                let whole = prefix.len() as u64 >= total_length;
                registers(runs).is_some_and(|count| if whole { count == REGISTERS } else { count <= REGISTERS })
            }),
            _ => false,
        },
        _ => false,
    }
}

/// Registers that the run lengths cover; a last code that is cut is left out. `None` when there are too many.
fn registers(runs: &[u8]) -> Option<u64> {
    let mut count = 0u64;
    let mut bytes = runs.iter();
    while let Some(&byte) = bytes.next() {
        count += match byte >> 6 {
            0 => u64::from(byte) + 1,
            1 => match bytes.next() {
                Some(&low) => (u64::from(byte & 0x3F) << 8 | u64::from(low)) + 1,
                None => break,
            },
            _ => u64::from(byte & 3) + 1,
        };
        if count > REGISTERS {
            return None;
        }
    }
    Some(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_encodings() {
        let empty = b"HYLL\x01\0\0\0\0\0\0\0\0\0\0\0\x7f\xff";
        assert!(is_hyperloglog(empty, 18));
        let some = b"HYLL\x01\0\0\0\x01\0\0\0\0\0\0\x5f\xff\x80\x5f\xfe";
        assert!(is_hyperloglog(some, 21));
        let mut dense = b"HYLL\0\0\0\0".to_vec();
        dense.resize(4096, 0);
        assert!(is_hyperloglog(&dense, 12_304));
        assert!(!is_hyperloglog(&dense, 12_305));
    }

    #[test]
    fn what_only_begins_like_one() {
        assert!(!is_hyperloglog(b"HYLL", 4));
        assert!(!is_hyperloglog(b"HYLLO world, more than sixteen", 30));
        assert!(!is_hyperloglog(b"HYLL\x02\0\0\0\0\0\0\0\0\0\0\0\x7f\xff", 18));
        assert!(!is_hyperloglog(b"HYLL\x01\0\0\0\0\0\0\0\0\0\0\0\x7f\xfe", 18));
        assert!(!is_hyperloglog(b"HYLL\x01\0\0\0\0\0\0\0\0\0\0\0\x7f\xff\x00", 19));
    }
}
