//! What a string holds, told from its first bytes.

/// Whether a string of 4 KiB or more looks like a bitmap.
pub fn looks_like_bitmap(prefix: &[u8]) -> bool {
    prefix.iter().all(|&b| b == 0)
}
