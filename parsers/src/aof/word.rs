//! Arguments of commands as numbers.

/// A decimal number without sign.
pub fn integer(text: &[u8]) -> Option<u64> {
    std::str::from_utf8(text).ok()?.parse().ok()
}
