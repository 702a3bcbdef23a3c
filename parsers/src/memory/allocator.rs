//! Size classes of the allocators that servers are built with: what an allocation of n bytes really takes.

use crate::conversion::{Allocator, Target};

/// Classes of one allocator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SizeClasses {
    /// jemalloc 4 and 5 with quantum 8, bundled from Redis 3.2 on.
    Jemalloc,
    /// A system's jemalloc with quantum 16: no 24, 40, 56.
    Jemalloc16,
    /// jemalloc 3 with quantum 16 and chunks of 4 MiB, bundled up to Redis 3.0.
    Jemalloc3,
    /// glibc: a header of 8 bytes, multiples of 16; large blocks are mapped by themselves.
    Glibc,
}

const PAGE: u64 = 4096;
const CHUNK: u64 = 4 << 20;
/// glibc's `M_MMAP_THRESHOLD`, and the header of a mapped block.
const MAP_THRESHOLD: u64 = 128 << 10;
const MAP_HEADER: u64 = 16;

impl SizeClasses {
    /// Classes of the target's allocator.
    pub fn of(target: &Target) -> Self {
        match target.allocator {
            Allocator::Jemalloc if target.is_valkey() || target.redis_from(3, 2, 0) => Self::Jemalloc,
            Allocator::Jemalloc => Self::Jemalloc3,
            Allocator::Jemalloc16 => Self::Jemalloc16,
            Allocator::Glibc => Self::Glibc,
        }
    }

    /// Bytes that an allocation of `n` takes.
    #[inline]
    pub fn size(self, n: u64) -> u64 {
        match self {
            Self::Jemalloc if n <= 64 => round(n.max(1), 8),
            Self::Jemalloc => four_per_doubling(n),
            Self::Jemalloc16 => quantum_16(n),
            Self::Jemalloc3 if n <= 3584 => quantum_16(n),
            Self::Jemalloc3 if n <= CHUNK => round(n, PAGE),
            Self::Jemalloc3 => round(n, CHUNK),
            Self::Glibc if n > MAP_THRESHOLD => round(n.saturating_add(MAP_HEADER), PAGE) - MAP_HEADER,
            Self::Glibc => (round(n + 8, 16) - 8).max(24),
        }
    }
}

fn quantum_16(n: u64) -> u64 {
    match n {
        0..=8 => 8,
        9..=128 => round(n, 16),
        _ => four_per_doubling(n),
    }
}

/// Four classes between one power of two and the next.
#[inline]
fn four_per_doubling(n: u64) -> u64 {
    match n.checked_next_power_of_two() {
        Some(power) => round(n, power >> 3),
        None => n,
    }
}

/// `n` rounded up to a multiple of `step`, a power of two.
#[inline]
fn round(n: u64, step: u64) -> u64 {
    n.checked_add(step - 1).map_or(n, |sum| sum & !(step - 1))
}

#[cfg(test)]
mod tests {
    use super::SizeClasses;

    fn classes(of: SizeClasses, up_to: u64) -> Vec<u64> {
        let mut found: Vec<u64> = (0..=up_to).map(|n| of.size(n)).collect();
        found.dedup();
        found
    }

    #[test]
    fn jemalloc_has_its_table() {
        let table = classes(SizeClasses::Jemalloc, 5000);
        let first = [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 640];
        assert_eq!(&table[..first.len()], first);
        assert_eq!(&table[table.len() - 4..], [3072, 3584, 4096, 5120]);
        assert_eq!(SizeClasses::Jemalloc.size(100_000), 112 << 10);
        assert_eq!(SizeClasses::Jemalloc.size((1 << 20) + 1), 1280 << 10);
        assert_eq!(SizeClasses::Jemalloc.size(u64::MAX), u64::MAX);
    }

    #[test]
    fn other_allocators_differ_where_they_should() {
        assert_eq!(classes(SizeClasses::Jemalloc16, 130), [8, 16, 32, 48, 64, 80, 96, 112, 128, 160]);
        assert_eq!(SizeClasses::Jemalloc3.size(24), 32);
        assert_eq!(SizeClasses::Jemalloc3.size(3585), 4096);
        assert_eq!(SizeClasses::Jemalloc3.size((4 << 20) + 1), 8 << 20);
        assert_eq!(SizeClasses::Glibc.size(1), 24);
        assert_eq!(SizeClasses::Glibc.size(25), 40);
        assert_eq!(SizeClasses::Glibc.size(200_000), 204_800 - 16);
    }
}
