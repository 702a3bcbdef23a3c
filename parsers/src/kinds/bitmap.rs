//! Bitmaps: strings of mostly zero bytes, few bits in the others, or runs of full bytes.

use super::{Kind, PREFIX_BYTES, kind_of};

/// Shorter strings could be anything.
const MIN_BYTES: usize = 8;
/// From this size on a binary string is counted whole, whatever its first bytes look like.
const LARGE_BYTES: u64 = 1 << 20;

/// Whether the first bytes of a value are those of a bitmap: all zero; or at most one bit per byte on average, in
/// bytes that have one or two; or hardly a byte that is neither empty nor full. Text and packed numbers have more
/// bits in the bytes that are not zero.
pub fn looks_like_bitmap(prefix: &[u8]) -> bool {
    let prefix = prefix.get(..PREFIX_BYTES).unwrap_or(prefix);
    if prefix.len() < MIN_BYTES {
        return false;
    }
    let (mut zeros, mut full, mut bits) = (0usize, 0usize, 0usize);
    for &byte in prefix {
        zeros += usize::from(byte == 0);
        full += usize::from(byte == 0xFF);
        bits += byte.count_ones() as usize;
    }
    let others = prefix.len() - zeros - full;
    let scattered = zeros * 10 >= prefix.len() * 3 && bits <= prefix.len() && bits <= (prefix.len() - zeros) * 2;
    let in_runs = zeros > 0 && (others * 20 <= prefix.len() && zeros + full >= MIN_BYTES);
    scattered || in_runs
}

/// Whether the bytes of a value that are not zero are worth counting: it looks like a bitmap, or it is binary and so
/// large that its first bytes may be the only full ones.
pub fn may_be_bitmap(prefix: &[u8], total_length: u64) -> bool {
    // Hardly any text has a zero byte and every bitmap has: most values need no look at what else they are.
    if total_length < LARGE_BYTES && !prefix.contains(&0) {
        return false;
    }
    match kind_of(prefix, total_length) {
        Some(Kind::Bitmap) => true,
        Some(Kind::Binary) => total_length >= LARGE_BYTES,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_few_and_far_between() {
        assert!(looks_like_bitmap(&[0; 4096]));
        let mut bitmap = vec![0u8; 4096];
        for at in (0..bitmap.len()).step_by(3) {
            bitmap[at] = 1 << (at % 8);
        }
        assert!(looks_like_bitmap(&bitmap));
        let runs: Vec<u8> = (0..4096).map(|at| if at % 64 < 40 { 0xFF } else { 0 }).collect();
        assert!(looks_like_bitmap(&runs));
    }

    #[test]
    fn neither_text_nor_numbers_nor_noise() {
        assert!(!looks_like_bitmap(b"hello world, this is text"));
        assert!(!looks_like_bitmap(&[0; 7]));
        assert!(!looks_like_bitmap(&[0xFF; 64]));
        let numbers: Vec<u8> = (0..512u64).flat_map(|n| (n * 7919 + 1_000_000).to_le_bytes()).collect();
        assert!(!looks_like_bitmap(&numbers));
        let noise: Vec<u8> = (0..4096u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        assert!(!looks_like_bitmap(&noise));
    }

    #[test]
    fn large_binary_strings_are_counted() {
        let dense = [0b1010_1101u8; 4096];
        assert!(may_be_bitmap(&dense, 2 << 20));
        assert!(!may_be_bitmap(&dense, 8192));
        assert!(may_be_bitmap(&[0; 4096], 4096));
        assert!(!may_be_bitmap(&[b'a'; 4096], 2 << 20));
    }
}
