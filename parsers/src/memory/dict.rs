//! Dicts as loading leaves them: slots, and a rehash that is still under way.

use super::bill::{Bill, Part};
use super::costs::{CHAINED_ENTRY, Costs, ENTRY, POINTER};
use super::random;

/// Outcomes that are rarer than this are taken not to occur.
const NEGLIGIBLE: f64 = 1e-9;

/// Slots of a dict that holds nothing yet.
const INITIAL: u64 = 4;

/// A dict that is being filled. Growing starts an incremental rehash; every later insert moves one bucket that is not
/// empty. How many those are depends on the hash seed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Growth {
    slots: u64,
    entries: u64,
    rehash: Option<Rehash>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Rehash {
    slots: u64,
    /// Entries in the old table when it began.
    entries: u64,
    /// Inserts since.
    steps: u64,
}

/// Slots of a dict after the load: how many are likeliest, and what else they may be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Slots {
    pub likeliest: u64,
    /// The other outcome and its probability; none where there is no other.
    pub other: Option<(u64, f64)>,
}

impl Slots {
    fn certain(slots: u64) -> Self {
        Self { likeliest: slots, other: None }
    }

    /// Adds the slots to a bill.
    pub fn bill(&self, costs: &Costs, bill: &mut Bill) {
        let bytes = self.likeliest.saturating_mul(POINTER);
        bill.put(Part::Table, bytes, costs.allocated(bytes));
        if let Some((other, probability)) = self.other {
            bill.either(bytes, other.saturating_mul(POINTER), probability);
        }
    }

    /// Adds `n` entries: counted at full size, but without value only those that are not alone in their slot take any.
    pub fn bill_entries(&self, n: u64, key_only: bool, costs: &Costs, bill: &mut Bill) {
        let counted = n.saturating_mul(costs.constants.entry_counted);
        if !key_only {
            bill.put(Part::Entries, counted, n.saturating_mul(costs.allocated(ENTRY)));
            return;
        }
        let chained = random::chained(n, self.likeliest);
        let allocated = (chained.mean * CHAINED_ENTRY as f64).round() as u64;
        if costs.constants.entry_usage_counted {
            bill.add(Part::Entries, allocated);
            let variance = chained.variance * (CHAINED_ENTRY * CHAINED_ENTRY) as f64;
            bill.vary(allocated as f64, variance, CHAINED_ENTRY);
        } else {
            bill.put(Part::Entries, counted, allocated);
        }
    }

    /// Of a dict that was sized for `n` entries at once.
    pub fn sized(n: u64) -> Self {
        Self::certain(power(n))
    }
}

/// Smallest power of two that holds `n` entries.
fn power(n: u64) -> u64 {
    n.max(INITIAL).checked_next_power_of_two().unwrap_or(1 << 63)
}

impl Growth {
    /// Sizes the dict for `n` entries, as `dictExpand` does: not while it rehashes, not below what it holds.
    pub fn expand(&mut self, n: u64) {
        let slots = power(n);
        if self.rehash.is_some() || self.entries > n || slots == self.slots {
            return;
        }
        if self.entries == 0 {
            self.slots = slots;
        } else {
            self.rehash = Some(Rehash { slots, entries: self.entries, steps: 0 });
        }
    }

    /// Inserts `n` entries one by one.
    pub fn insert(&mut self, n: u64) {
        let mut left = n;
        while left > 0 {
            // Inserts that change nothing but the count, then one that finishes a rehash or begins one.
            let plain = match &mut self.rehash {
                Some(rehash) => {
                    // Surely over with as many inserts as there were entries.
                    let plain = (rehash.entries - rehash.steps).saturating_sub(1).min(left);
                    rehash.steps += plain;
                    plain
                }
                None => self.slots.saturating_sub(self.entries).min(left),
            };
            self.entries += plain;
            left -= plain;
            if left == 0 {
                break;
            }
            if let Some(rehash) = self.rehash.take() {
                self.slots = rehash.slots;
            }
            if self.slots == 0 {
                self.slots = INITIAL;
            } else if self.entries >= self.slots {
                self.rehash = Some(Rehash { slots: power(self.entries + 1), entries: self.entries, steps: 0 });
            }
            self.entries += 1;
            left -= 1;
        }
    }

    /// How the dict stands now.
    pub fn slots(&self) -> Slots {
        let Some(rehash) = self.rehash else { return Slots::certain(self.slots) };
        let both = self.slots.saturating_add(rehash.slots);
        let over = random::occupied_at_most(rehash.entries, self.slots, rehash.steps);
        if over < NEGLIGIBLE {
            Slots::certain(both)
        } else if over > 1.0 - NEGLIGIBLE {
            Slots::certain(rehash.slots)
        } else if over >= 0.5 {
            Slots { likeliest: rehash.slots, other: Some((both, 1.0 - over)) }
        } else {
            Slots { likeliest: both, other: Some((rehash.slots, over)) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sized_dicts_have_a_power_of_two() {
        assert_eq!([0, 4, 5, 512, 513].map(|n| Slots::sized(n).likeliest), [4, 4, 8, 512, 1024]);
    }

    #[test]
    fn a_dict_that_grew_may_hold_two_tables() {
        let grown = |n| {
            let mut growth = Growth::default();
            growth.insert(n);
            growth.slots()
        };
        assert_eq!(grown(512).likeliest, 512);
        assert_eq!(grown(513), Slots::certain(1536));
        // 87 insertions hardly move 324 occupied slots: what is as good as impossible is no other outcome.
        assert_eq!(grown(600), Slots::certain(1536));
        assert!(grown(512 + 324).other.is_some());
        assert_eq!(grown(1025).likeliest, 3072);
        assert_eq!(grown(5).likeliest, 12);
    }

    #[test]
    fn a_long_field_in_the_middle_leaves_the_rehash_to_chance() {
        let mut growth = Growth::default();
        growth.expand(3);
        growth.insert(4);
        growth.expand(3);
        growth.insert(3);
        let slots = growth.slots();
        let mut both = [slots.likeliest, slots.other.map_or(0, |other| other.0)];
        both.sort_unstable();
        assert_eq!(both, [8, 12]);
    }
}
