//! What a string holds, told from its first bytes.

/// Kinds of values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    Integer,
    Geo,
}

impl Kind {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Integer => "integer",
            Self::Geo => "geo",
        }
    }
}

/// Whether a string of 4 KiB or more looks like a bitmap.
pub fn looks_like_bitmap(prefix: &[u8]) -> bool {
    prefix.iter().all(|&b| b == 0)
}

pub fn kind_of(_: &[u8], _: u64) -> Option<Kind> {
    None
}
