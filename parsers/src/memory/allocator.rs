//! Size classes of a target's allocator: what an allocation of n bytes really takes.

use crate::conversion::{Allocator, Target};

/// Classes of one allocator. Those of small allocations are looked up: most keys are small, and there are many.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SizeClasses {
    rule: Rule,
    /// Class of allocations of up to 8 bytes, 16, 24 …; no allocator has a border in between.
    small: [u16; SMALL as usize / 8 + 1],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rule {
    Current(Allocator),
    /// jemalloc 3 with quantum 16 and chunks of 4 MiB, bundled up to Redis 3.0.
    Jemalloc3,
}

/// Largest allocation that is looked up.
const SMALL: u64 = 1024;
const PAGE: u64 = 4096;
const CHUNK: u64 = 4 << 20;
/// Largest class of jemalloc 3 below whole pages.
const LARGEST_BELOW_PAGES: u64 = 3584;

impl SizeClasses {
    /// Classes of the target's allocator.
    pub fn of(target: &Target) -> Self {
        let is_old = !target.is_valkey() && !target.redis_from(3, 2, 0);
        let rule = match target.allocator {
            Allocator::Jemalloc if is_old => Rule::Jemalloc3,
            allocator => Rule::Current(allocator),
        };
        Self { rule, small: std::array::from_fn(|i| u16::try_from(rule.class(8 * i as u64)).unwrap_or(u16::MAX)) }
    }

    /// Bytes that an allocation of `n` takes.
    #[inline]
    pub fn size(&self, n: u64) -> u64 {
        let place = usize::try_from(n).map_or(usize::MAX, |n| n.div_ceil(8));
        match self.small.get(place) {
            Some(&class) => u64::from(class),
            None => self.rule.class(n),
        }
    }
}

impl Rule {
    fn class(self, n: u64) -> u64 {
        match self {
            Self::Current(allocator) => allocator.class(n),
            Self::Jemalloc3 if n <= LARGEST_BELOW_PAGES => Allocator::Jemalloc16.class(n),
            Self::Jemalloc3 => n.checked_next_multiple_of(if n <= CHUNK { PAGE } else { CHUNK }).unwrap_or(u64::MAX),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversion::{Server, Version};

    #[test]
    fn old_servers_bring_jemalloc_3() {
        let of = |version| SizeClasses::of(&Target::new(Server::Redis, version));
        let (old, new) = (of(Version::new(3, 0, 7)), of(Version::new(3, 2, 0)));
        assert_eq!((old.size(24), new.size(24)), (32, 24));
        assert_eq!([3584, 3585, 8193].map(|n| old.size(n)), [3584, 4096, 12_288]);
        assert_eq!(old.size((4 << 20) + 1), 8 << 20);
        assert_eq!(old.size(u64::MAX), u64::MAX);
    }

    #[test]
    fn small_classes_are_those_of_the_rule() {
        for allocator in [Allocator::Jemalloc, Allocator::Jemalloc16, Allocator::Glibc] {
            let mut target = Target::new(Server::Redis, Version::new(7, 2, 6));
            target.allocator = allocator;
            let classes = SizeClasses::of(&target);
            assert!((0..3000).all(|n| classes.size(n) == allocator.class(n)), "{allocator:?}");
        }
    }
}
