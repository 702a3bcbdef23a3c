//! Hashtables of Valkey 8.1 and later: buckets of a cache line, full ones with child buckets.

use super::bill::{Bill, Part};
use super::costs::Costs;
use super::random::{self, Expected};

/// Bytes of a bucket.
const BUCKET: u64 = 64;
/// Entries of a bucket.
const PLACES: u64 = 7;
/// A table is sized so that 32 fifths of an entry come to a bucket: 91 % of its seven places.
const ENTRIES_PER_5_BUCKETS: u64 = 32;

/// Buckets of a table that was sized for `n` entries.
pub fn buckets(n: u64) -> u64 {
    n.saturating_mul(5).div_ceil(ENTRIES_PER_5_BUCKETS).max(1).checked_next_power_of_two().unwrap_or(1 << 63)
}

/// A table that is being filled. Growing starts a rehash; every later insert moves one bucket before it does anything.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Growth {
    buckets: u64,
    entries: u64,
    old: Option<Old>,
}

/// The table that a rehash empties.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Old {
    buckets: u64,
    entries: u64,
    /// Buckets that are left to move.
    left: u64,
}

impl Growth {
    /// Of a table that was sized for `n` entries before they came.
    pub fn sized(n: u64) -> Self {
        Self { buckets: buckets(n), entries: n, old: None }
    }

    /// Sizes the table for `n` entries, as `hashtableExpand` does: not below what it holds, not while it rehashes.
    pub fn expand(&mut self, n: u64) {
        let wanted = buckets(n);
        if n < self.entries || wanted == self.buckets || self.old.is_some() {
            return;
        }
        if self.entries > 0 {
            self.old = Some(Old { buckets: self.buckets, entries: self.entries, left: self.buckets });
        }
        self.buckets = wanted;
    }

    /// Inserts `n` entries one by one.
    pub fn insert(&mut self, n: u64) {
        for _ in 0..n {
            self.old = self.old.and_then(|old| (old.left > 1).then(|| Old { left: old.left - 1, ..old }));
            if self.entries >= self.buckets.saturating_mul(PLACES) {
                self.expand(self.entries + 1);
            }
            self.entries += 1;
        }
    }

    /// Child buckets of both tables.
    fn children(&self) -> Expected {
        let Some(old) = self.old else { return random::child_buckets(self.entries, self.buckets) };
        let part = old.left as f64 / old.buckets.max(1) as f64;
        let kept = random::child_buckets(old.entries, old.buckets);
        let in_old = (old.entries as f64 * part) as u64;
        let new = random::child_buckets(self.entries.saturating_sub(in_old), self.buckets);
        Expected { mean: kept.mean * part + new.mean, variance: kept.variance * part + new.variance }
    }
}

/// Adds a table and `metadata` bytes behind its struct.
pub fn bill(table: Growth, metadata: u64, costs: &Costs, bill: &mut Bill) {
    let head = costs.constants.hashtable + metadata;
    bill.put(Part::Head, head, costs.allocated(head));
    for buckets in [table.buckets, table.old.map_or(0, |old| old.buckets)] {
        let bytes = buckets.saturating_mul(BUCKET);
        bill.put(Part::Table, bytes, if bytes == 0 { 0 } else { costs.allocated(bytes) });
    }
    let children = table.children();
    if children.mean > 0.0 {
        let bucket = BUCKET as f64;
        bill.expect(Part::ChildBuckets, children.mean * bucket, children.variance * bucket * bucket, BUCKET);
    }
}

/// Bytes of a table with `n` entries, child buckets as expected.
pub fn bytes(n: u64, costs: &Costs) -> u64 {
    let mut sum = Bill::default();
    bill(Growth::sized(n), 0, costs, &mut sum);
    sum.counted
}

#[cfg(test)]
mod tests {
    use super::{Growth, Old, buckets};

    #[test]
    fn buckets_keep_the_load_below_nine_tenths() {
        let mut grown = Growth::default();
        grown.expand(3);
        grown.insert(7);
        assert_eq!(grown, Growth { buckets: 1, entries: 7, old: None });
        grown.insert(1);
        assert_eq!(grown, Growth { buckets: 2, entries: 8, old: Some(Old { buckets: 1, entries: 7, left: 1 }) });
        grown.insert(1);
        assert_eq!(grown.old, None);
        assert_eq!([0, 6, 7, 12, 13, 25, 26, 409, 410].map(buckets), [1, 1, 2, 2, 4, 4, 8, 64, 128]);
    }
}
