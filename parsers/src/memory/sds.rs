//! Strings (sds): header, text, end byte.

use super::allocator::SizeClasses;
use super::rules::SdsRule;

/// Sizes of strings of one server version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sds {
    rule: SdsRule,
    pub classes: SizeClasses,
}

/// Shortest text whose header has more than one byte.
const TINY: u64 = 32;

impl Sds {
    pub fn new(rule: SdsRule, classes: SizeClasses) -> Self {
        Self { rule, classes }
    }

    /// Bytes of the header of a text of `n` bytes.
    #[inline]
    pub fn header(&self, n: u64) -> u64 {
        let (small, medium) = match self.rule {
            SdsRule::Fixed => return 8,
            SdsRule::Stepped => (255, 65_535),
            SdsRule::Promoted => (252, 65_530),
        };
        match n {
            _ if n < TINY => 1,
            _ if n <= small => 3,
            _ if n <= medium => 5,
            _ if n <= u64::from(u32::MAX) => 9,
            _ => 17,
        }
    }

    /// Bytes of a string of its own, unrounded. An empty one is made ready to grow.
    #[inline]
    pub fn bytes(&self, n: u64) -> u64 {
        let header = if n == 0 && self.rule != SdsRule::Fixed { 3 } else { self.header(n) };
        n.saturating_add(header + 1)
    }

    /// Bytes that a string of its own takes.
    #[inline]
    pub fn allocated(&self, n: u64) -> u64 {
        self.classes.size(self.bytes(n))
    }

    /// What Redis 8.6 counts for a string (sdsAllocSize): tiny ones keep no capacity and count unrounded.
    #[inline]
    pub fn accounted(&self, n: u64) -> u64 {
        if n != 0 && n < TINY { n + 2 } else { self.allocated(n) }
    }

    /// Bytes of a string inside another allocation: header, text, end byte.
    #[inline]
    pub fn embedded(&self, n: u64) -> u64 {
        n.saturating_add(self.header(n) + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversion::{Server, Target, Version};

    #[test]
    fn headers_follow_length_and_rule() {
        let sds = |rule| Sds::new(rule, SizeClasses::of(&Target::new(Server::Redis, Version::new(7, 2, 6))));
        let lengths = [0, 31, 32, 252, 253, 255, 256, 65_530, 65_531, 65_535, 65_536];
        let stepped = lengths.map(|n| sds(SdsRule::Stepped).header(n));
        assert_eq!(stepped, [1, 1, 3, 3, 3, 3, 5, 5, 5, 5, 9]);
        let promoted = lengths.map(|n| sds(SdsRule::Promoted).header(n));
        assert_eq!(promoted, [1, 1, 3, 3, 5, 5, 5, 5, 9, 9, 9]);
        assert_eq!(sds(SdsRule::Fixed).allocated(10), 24);
        assert_eq!(sds(SdsRule::Stepped).bytes(0), 4);
        assert_eq!(sds(SdsRule::Promoted).accounted(31), 33);
        assert_eq!(sds(SdsRule::Promoted).accounted(32), 40);
    }
}
