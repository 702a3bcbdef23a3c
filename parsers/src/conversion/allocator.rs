//! Allocators: how many bytes a request really takes.

/// The allocator that the server is linked with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Allocator {
    /// The jemalloc that comes with the server's source.
    #[default]
    Jemalloc,
    /// A system's jemalloc: classes in steps of 16.
    Jemalloc16,
    Glibc,
}

impl Allocator {
    /// Reads the name as the command line takes it.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Jemalloc, Self::Jemalloc16, Self::Glibc].into_iter().find(|a| a.as_str() == name)
    }

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Jemalloc => "jemalloc",
            Self::Jemalloc16 => "jemalloc-16",
            Self::Glibc => "glibc",
        }
    }

    /// Usable bytes of an allocation of `bytes`.
    #[inline]
    pub fn class(self, bytes: u64) -> u64 {
        match self {
            Self::Jemalloc if bytes <= 64 => bytes.max(1).next_multiple_of(8),
            Self::Jemalloc16 if bytes <= 8 => 8,
            Self::Jemalloc16 if bytes <= 128 => bytes.next_multiple_of(16),
            Self::Jemalloc | Self::Jemalloc16 => four_per_doubling(bytes),
            Self::Glibc => glibc(bytes),
        }
    }
}

/// Four classes between one power of two and the next.
fn four_per_doubling(bytes: u64) -> u64 {
    let doubling = (bytes - 1).ilog2();
    // A mask, not `next_multiple_of`: a division would be most of the cost of a small key.
    let below = (1u64 << (doubling - 2)) - 1;
    bytes.checked_add(below).map_or(u64::MAX, |sum| sum & !below)
}

/// A chunk has a header of 8 bytes and is a multiple of 16; from 128 KiB on it is a mapping of whole pages.
fn glibc(bytes: u64) -> u64 {
    let chunk = bytes.saturating_add(8).max(32).checked_next_multiple_of(16).unwrap_or(u64::MAX);
    if chunk < 128 << 10 {
        return chunk - 8;
    }
    chunk.saturating_add(8).checked_next_multiple_of(4096).unwrap_or(u64::MAX) - 16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_at_their_borders() {
        let cases = [
            (Allocator::Jemalloc, [(0, 8), (8, 8), (9, 16), (64, 64), (65, 80), (128, 128), (129, 160), (4097, 5120)]),
            (Allocator::Jemalloc16, [(0, 8), (8, 8), (9, 16), (17, 32), (33, 48), (65, 80), (129, 160), (641, 768)]),
            (
                Allocator::Glibc,
                [(0, 24), (24, 24), (25, 40), (40, 40), (41, 56), (1000, 1000), (1001, 1016), (131_072, 135_152)],
            ),
        ];
        for (allocator, pairs) in cases {
            for (bytes, class) in pairs {
                assert_eq!(allocator.class(bytes), class, "{allocator:?} {bytes}");
            }
        }
    }

    #[test]
    fn names_are_those_of_the_command_line() {
        assert_eq!(Allocator::parse("jemalloc-16"), Some(Allocator::Jemalloc16));
        assert_eq!(Allocator::parse("tcmalloc"), None);
    }
}
