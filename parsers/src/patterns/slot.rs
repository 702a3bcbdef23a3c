//! Cluster slots: CRC16 (XMODEM: polynomial 0x1021, initial value 0) of the hash tag or of the whole key, modulo 16384.

/// Number of hash slots of a cluster.
pub const SLOTS: u16 = 16_384;

/// `TABLES[k][b]` is the CRC of byte `b` followed by `k` zero bytes: eight of them advance eight bytes at once.
static TABLES: [[u16; 256]; 8] = tables();

const fn tables() -> [[u16; 256]; 8] {
    let mut tables = [[0u16; 256]; 8];
    let mut byte = 0;
    while byte < 256 {
        let mut crc = (byte as u16) << 8;
        let mut bit = 0;
        while bit < 8 {
            crc = if crc & 0x8000 != 0 { (crc << 1) ^ 0x1021 } else { crc << 1 };
            bit += 1;
        }
        tables[0][byte] = crc;
        byte += 1;
    }
    let mut zeros = 1;
    while zeros < 8 {
        let mut byte = 0;
        while byte < 256 {
            let crc = tables[zeros - 1][byte];
            tables[zeros][byte] = (crc << 8) ^ tables[0][(crc >> 8) as usize];
            byte += 1;
        }
        zeros += 1;
    }
    tables
}

/// CRC16/XMODEM of `bytes`.
pub fn crc16(bytes: &[u8]) -> u16 {
    let mut crc = 0u16;
    let mut tail = bytes;
    while let Some((chunk, rest)) = tail.split_first_chunk::<8>() {
        let [high, low] = crc.to_be_bytes();
        let &[b0, b1, b2, b3, b4, b5, b6, b7] = chunk;
        crc = TABLES[7][usize::from(b0 ^ high)]
            ^ TABLES[6][usize::from(b1 ^ low)]
            ^ TABLES[5][usize::from(b2)]
            ^ TABLES[4][usize::from(b3)]
            ^ TABLES[3][usize::from(b4)]
            ^ TABLES[2][usize::from(b5)]
            ^ TABLES[1][usize::from(b6)]
            ^ TABLES[0][usize::from(b7)];
        tail = rest;
    }
    for &byte in tail {
        let [high, _] = crc.to_be_bytes();
        crc = (crc << 8) ^ TABLES[0][usize::from(high ^ byte)];
    }
    crc
}

/// The hash tag: what stands between the first `{` and the first `}` after it, unless that is empty.
pub fn hash_tag(key: &[u8]) -> Option<&[u8]> {
    let open = find(key, b'{')?;
    let inside = key.get(open + 1..)?;
    let close = find(inside, b'}')?;
    if close == 0 { None } else { inside.get(..close) }
}

/// The cluster slot of a key, 0 to 16383.
pub fn slot(key: &[u8]) -> u16 {
    crc16(hash_tag(key).unwrap_or(key)) % SLOTS
}

/// Position of the first `byte`, eight bytes at a time: names are too short for the set-up of a vector search.
#[inline]
pub(super) fn find(bytes: &[u8], byte: u8) -> Option<usize> {
    const LOW: u64 = u64::from_ne_bytes([0x01; 8]);
    const HIGH: u64 = u64::from_ne_bytes([0x80; 8]);
    let wanted = LOW.wrapping_mul(u64::from(byte));
    let mut tail = bytes;
    let mut before = 0;
    while let Some((chunk, rest)) = tail.split_first_chunk::<8>() {
        let difference = u64::from_le_bytes(*chunk) ^ wanted;
        let zero = difference.wrapping_sub(LOW) & !difference & HIGH;
        if zero != 0 {
            return Some(before + (zero.trailing_zeros() / 8) as usize);
        }
        before += 8;
        tail = rest;
    }
    Some(before + tail.iter().position(|&b| b == byte)?)
}

/// Whether either of two bytes occurs, eight bytes at a time.
#[inline]
pub fn contains_either(bytes: &[u8], one: u8, other: u8) -> bool {
    const LOW: u64 = u64::from_ne_bytes([0x01; 8]);
    const HIGH: u64 = u64::from_ne_bytes([0x80; 8]);
    let zero = |word: u64| word.wrapping_sub(LOW) & !word;
    let (ones, others) = (LOW.wrapping_mul(u64::from(one)), LOW.wrapping_mul(u64::from(other)));
    let mut found = 0;
    let mut tail = bytes;
    while let Some((chunk, rest)) = tail.split_first_chunk::<8>() {
        let word = u64::from_le_bytes(*chunk);
        found |= zero(word ^ ones) | zero(word ^ others);
        tail = rest;
    }
    found & HIGH != 0 || tail.iter().any(|&byte| byte == one || byte == other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crc_is_xmodem() {
        assert_eq!(crc16(b""), 0);
        assert_eq!(crc16(b"123456789"), 0x31C3);
        let text: Vec<u8> = (0..=255).collect();
        for end in 0..text.len() {
            let mut crc = 0u16;
            for &byte in &text[..end] {
                crc ^= u16::from(byte) << 8;
                for _ in 0..8 {
                    crc = if crc & 0x8000 != 0 { (crc << 1) ^ 0x1021 } else { crc << 1 };
                }
            }
            assert_eq!(crc16(&text[..end]), crc, "length {end}");
        }
    }

    #[test]
    fn tag_is_the_first_pair() {
        assert_eq!(hash_tag(b"{user1000}.following"), Some(&b"user1000"[..]));
        assert_eq!(hash_tag(b"foo{}{bar}"), None);
        assert_eq!(hash_tag(b"foo{{bar}}zap"), Some(&b"{bar"[..]));
        assert_eq!(hash_tag(b"foo{bar}{zap}"), Some(&b"bar"[..]));
        assert_eq!(hash_tag(b"}a{b"), None);
        assert_eq!(hash_tag(b"}{b}"), Some(&b"b"[..]));
        assert_eq!(hash_tag(b""), None);
        assert_eq!(hash_tag(b"a long name before its {tag}"), Some(&b"tag"[..]));
    }

    #[test]
    fn slots_of_known_keys() {
        assert_eq!(slot(b"123456789"), 12_739);
        assert_eq!(slot(b"foo"), 12_182);
        assert_eq!(slot(b"{foo}:bar"), slot(b"foo"));
        assert_eq!(slot(b"foo{}"), crc16(b"foo{}") % SLOTS);
    }

    #[test]
    fn find_reports_the_first() {
        let bytes = b"abcdefghijklmnopqrstuvwxyz";
        for (index, &byte) in bytes.iter().enumerate() {
            assert_eq!(find(bytes, byte), Some(index));
        }
        assert_eq!(find(bytes, b'A'), None);
        assert_eq!(find(b"\x80{{", b'{'), Some(1));
    }

    #[test]
    fn either_of_two() {
        for length in 0..30 {
            let mut bytes = vec![b'a'; length];
            assert!(!contains_either(&bytes, b'"', b','));
            for place in 0..length {
                for byte in 0..=255 {
                    bytes[place] = byte;
                    assert_eq!(contains_either(&bytes, b'"', b','), matches!(byte, b'"' | b','), "{byte} at {place}");
                }
                bytes[place] = b'a';
            }
        }
    }
}
