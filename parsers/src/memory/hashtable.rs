//! Hashtables of Valkey 8.1 and later: buckets of a cache line, full ones with child buckets.

use super::bill::{Bill, Part};
use super::costs::Costs;
use super::random;

/// Bytes of a bucket.
const BUCKET: u64 = 64;
/// A table is sized so that 32 fifths of an entry come to a bucket: 91 % of its seven places.
const ENTRIES_PER_5_BUCKETS: u64 = 32;

/// Buckets of a table that was sized for `n` entries.
pub fn buckets(n: u64) -> u64 {
    n.saturating_mul(5).div_ceil(ENTRIES_PER_5_BUCKETS).max(1).checked_next_power_of_two().unwrap_or(1 << 63)
}

/// Adds a table with `n` entries and `metadata` bytes behind its struct.
pub fn bill(n: u64, metadata: u64, costs: &Costs, bill: &mut Bill) {
    let head = costs.constants.hashtable + metadata;
    bill.put(Part::Head, head, costs.allocated(head));
    let buckets = buckets(n);
    bill.put(Part::Table, buckets.saturating_mul(BUCKET), costs.allocated(buckets.saturating_mul(BUCKET)));
    let children = random::child_buckets(n, buckets);
    if children.mean > 0.0 {
        let bucket = BUCKET as f64;
        bill.expect(Part::ChildBuckets, children.mean * bucket, children.variance * bucket * bucket);
    }
}

/// Bytes of a table with `n` entries, child buckets as expected.
pub fn bytes(n: u64, costs: &Costs) -> u64 {
    let mut sum = Bill::default();
    bill(n, 0, costs, &mut sum);
    sum.counted
}

#[cfg(test)]
mod tests {
    use super::buckets;

    #[test]
    fn buckets_keep_the_load_below_nine_tenths() {
        assert_eq!([0, 6, 7, 12, 13, 25, 26, 409, 410].map(buckets), [1, 1, 2, 2, 4, 4, 8, 64, 128]);
    }
}
