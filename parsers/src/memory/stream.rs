//! Streams: a radix tree of listpacks, groups with their pending entries and consumers, idempotent producers.

use super::bill::{Bill, Part};
use super::costs::{Costs, POINTER};
use super::key::KeyFacts;
use super::pending_ids::PendingIds;
use super::rax::{RaxSize, RaxTotals};
use super::rules::Style;
use crate::events::{Element, StreamId};

/// Servers that do not measure their radix trees take this much for a key and for a node (object.c,
/// streamRadixTreeMemoryUsage).
const GUESSED_KEY: u64 = 16;
const GUESSED_NODE: u64 = 244;
/// A producer, and an entry of it besides its id (Redis 8.6).
const PRODUCER: u64 = 24;
const PRODUCER_ENTRY: u64 = 32;
/// A list of the groups that have an entry pending, and a node in it, neither of which is counted.
const LIST: u64 = 48;
const LIST_NODE: u64 = 24;
/// Slots of the smallest table.
const FEWEST_SLOTS: u64 = 4;

/// Two sums side by side: what is counted and what is allocated.
#[derive(Debug, Default, Clone, Copy)]
struct Sum {
    counted: u64,
    allocated: u64,
}

impl Sum {
    fn add(&mut self, counted: u64, allocated: u64) {
        self.counted = self.counted.saturating_add(counted);
        self.allocated = self.allocated.saturating_add(allocated);
    }
}

/// What a stream's memory follows from.
#[derive(Debug)]
pub struct StreamSums {
    entries: RaxSize,
    packed: Sum,
    groups: RaxSize,
    group_count: u64,
    group_sum: Sum,
    trees: Sum,
    pending: RaxSize,
    consumers: RaxSize,
    consumer_pending: RaxSize,
    in_consumer: bool,
    pending_ids: PendingIds,
    producers: RaxSize,
    producer_sum: Sum,
    /// Entries of the producer that is being read.
    producer_entries: u64,
    /// Whether a name's bytes were not at hand.
    unnamed: bool,
}

impl Default for StreamSums {
    fn default() -> Self {
        Self {
            entries: RaxSize::of_ids(),
            packed: Sum::default(),
            groups: RaxSize::default(),
            group_count: 0,
            group_sum: Sum::default(),
            trees: Sum::default(),
            pending: RaxSize::of_ids(),
            consumers: RaxSize::default(),
            consumer_pending: RaxSize::of_ids(),
            in_consumer: false,
            pending_ids: PendingIds::default(),
            producers: RaxSize::default(),
            producer_sum: Sum::default(),
            producer_entries: 0,
            unnamed: false,
        }
    }
}

impl StreamSums {
    pub fn begin(&mut self) {
        for tree in [
            &mut self.entries,
            &mut self.groups,
            &mut self.pending,
            &mut self.consumers,
            &mut self.consumer_pending,
            &mut self.producers,
        ] {
            tree.clear();
        }
        self.pending_ids.clear();
        (self.packed, self.group_sum, self.trees, self.producer_sum) = Default::default();
        (self.group_count, self.producer_entries) = (0, 0);
        (self.in_consumer, self.unnamed) = (false, false);
    }

    pub fn node(&mut self, master: StreamId, bytes: u64, costs: &Costs) {
        self.entries.insert(&master.to_raw(), costs);
        let allocated = costs.allocated(bytes);
        self.packed.add(if costs.constants.stream_rounded { allocated } else { bytes }, allocated);
    }

    pub fn group(&mut self, name: Element<'_>, costs: &Costs) {
        self.group_count += 1;
        self.unnamed |= !insert_name(&mut self.groups, name, costs);
        self.group_sum.add(costs.constants.stream_group, costs.allocated(costs.constants.stream_group));
    }

    pub fn pending(&mut self, id: StreamId, costs: &Costs) {
        self.pending.insert(&id.to_raw(), costs);
        self.group_sum.add(costs.constants.stream_nack, costs.allocated(costs.constants.stream_nack));
        if costs.constants.pending_index {
            self.pending_ids.insert(id);
            self.group_sum.add(0, costs.allocated(LIST_NODE));
        }
    }

    pub fn consumer(&mut self, name: Element<'_>, costs: &Costs) {
        self.close_consumer(costs);
        self.in_consumer = true;
        self.unnamed |= !insert_name(&mut self.consumers, name, costs);
        let n = name.len();
        let counted = if costs.constants.style == Style::Accounted { costs.sds.accounted(n) } else { n };
        let consumer = costs.constants.stream_consumer;
        let allocated = costs.allocated(consumer).saturating_add(costs.sds.allocated(n));
        self.group_sum.add(counted.saturating_add(consumer), allocated);
    }

    pub fn consumer_pending(&mut self, id: StreamId, costs: &Costs) {
        self.consumer_pending.insert(&id.to_raw(), costs);
    }

    fn close_consumer(&mut self, costs: &Costs) {
        if self.in_consumer {
            let totals = self.consumer_pending.finish(costs);
            self.tree(totals, true, costs);
            self.in_consumer = false;
        }
    }

    pub fn group_end(&mut self, costs: &Costs) {
        self.close_consumer(costs);
        let pending = self.pending.finish(costs);
        self.pending_ids.group_end(pending);
        self.tree(pending, true, costs);
        let consumers = self.consumers.finish(costs);
        self.tree(consumers, costs.constants.style == Style::Accounted, costs);
    }

    pub fn producer(&mut self, id: Element<'_>, costs: &Costs) {
        self.close_producer(costs);
        self.unnamed |= !insert_name(&mut self.producers, id, costs);
        self.producer_sum.add(PRODUCER, costs.allocated(PRODUCER));
    }

    pub fn producer_entry(&mut self, id: Element<'_>, costs: &Costs) {
        self.producer_entries += 1;
        let bytes = costs.allocated(id.len().saturating_add(PRODUCER_ENTRY));
        self.producer_sum.add(bytes, bytes);
    }

    /// The producer's table of its entries, which is not counted.
    fn close_producer(&mut self, costs: &Costs) {
        if self.producer_entries > 0 {
            let slots = self.producer_entries.checked_next_power_of_two().unwrap_or(u64::MAX).max(FEWEST_SLOTS);
            let table = costs.allocated(slots.saturating_mul(POINTER));
            self.producer_sum.add(0, costs.allocated(costs.constants.dict).saturating_add(table));
            self.producer_entries = 0;
        }
    }

    /// Adds a tree to the sums; `counted`: the server counts it.
    fn tree(&mut self, totals: RaxTotals, counted: bool, costs: &Costs) {
        let measured = totals.allocated.saturating_add(costs.allocated(costs.constants.rax));
        let told = match costs.constants.style {
            _ if !counted => 0,
            Style::Estimate | Style::Dict | Style::Kvobj => {
                (totals.keys.saturating_mul(GUESSED_KEY)).saturating_add(totals.nodes.saturating_mul(GUESSED_NODE))
            }
            Style::Accounted | Style::Hashtable | Style::Embedded => measured,
        };
        self.trees.add(told, measured);
    }

    pub fn bill(&mut self, costs: &Costs, key: &KeyFacts, bill: &mut Bill) {
        let constants = &costs.constants;
        let accounted = constants.style == Style::Accounted;
        costs.bill_object(key, bill);
        let head = if constants.stream_counted { constants.stream } else { 0 };
        bill.put(Part::Head, head, costs.allocated(constants.stream));
        let entries = self.entries.finish(costs);
        self.tree(entries, true, costs);
        if self.group_count > 0 {
            let groups = self.groups.finish(costs);
            self.tree(groups, accounted, costs);
        }
        if costs.constants.pending_index
            && let Some((pending, sure)) = self.pending_ids.finish(costs)
        {
            self.tree(pending, accounted, costs);
            self.group_sum.add(0, pending.keys.saturating_mul(costs.allocated(LIST)));
            if accounted && !sure {
                bill.estimate();
            }
        }
        self.close_producer(costs);
        let producers = self.producers.finish(costs);
        if producers.keys > 0 {
            self.tree(producers, costs.constants.producers_tree_counted, costs);
        }
        if accounted && self.unnamed {
            bill.estimate();
        }
        bill.put(Part::RadixTrees, self.trees.counted, self.trees.allocated);
        bill.put(Part::Packed, self.packed.counted, self.packed.allocated);
        bill.put(Part::Groups, self.group_sum.counted, self.group_sum.allocated);
        bill.put(Part::Producers, self.producer_sum.counted, self.producer_sum.allocated);
    }
}

/// Puts a name into a tree of names. One whose bytes are not held stands for its length, and false is told.
fn insert_name(tree: &mut RaxSize, name: Element<'_>, costs: &Costs) -> bool {
    match name {
        Element::Bytes(bytes) => tree.insert(bytes, costs),
        Element::Int(number) => tree.insert(number.to_string().as_bytes(), costs),
        Element::Opaque { length } => tree.insert(&length.to_be_bytes(), costs),
    }
    !matches!(name, Element::Opaque { .. })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversion::{Server, Target, Version};

    fn counted(version: Version, take: impl FnOnce(&mut StreamSums, &Costs)) -> u64 {
        let costs = Costs::of(&Target::new(Server::Redis, version));
        let (mut sums, mut bill) = (StreamSums::default(), Bill::default());
        sums.begin();
        take(&mut sums, &costs);
        sums.bill(&costs, &KeyFacts { name_bytes: 1, expires: false, evictable: false }, &mut bill);
        bill.counted
    }

    fn two_groups(sums: &mut StreamSums, costs: &Costs) {
        for name in ["g", "g1"] {
            sums.group(Element::Bytes(name.as_bytes()), costs);
            sums.group_end(costs);
        }
    }

    #[test]
    fn names_stand_in_trees_with_leaves() {
        // Object, stream, empty tree of entries; runs "g" and "1" and a leaf; groups with two empty trees each.
        let names = 16 + 24 + 16;
        let told = counted(Version::new(8, 10, 2), two_groups);
        assert_eq!(told, 20 + 160 + 48 + (40 + names) + 2 * (64 + 48 + 48));
        let told = counted(Version::new(8, 6, 3), two_groups);
        assert_eq!(told, 24 + 160 + 40 + (32 + names) + 2 * (56 + 40 + 40));
    }

    #[test]
    fn producers_have_a_tree_that_8_6_forgets() {
        let producers = |sums: &mut StreamSums, costs: &Costs| {
            for name in ["p0", "p1"] {
                sums.producer(Element::Bytes(name.as_bytes()), costs);
                sums.producer_entry(Element::Bytes(b"iid-0"), costs);
            }
        };
        let entries = 2 * (24 + 40);
        assert_eq!(counted(Version::new(8, 6, 3), producers), 24 + 160 + 40 + entries);
        let tree = 40 + 16 + 24 + 16 + 16;
        assert_eq!(counted(Version::new(8, 10, 2), producers), 20 + 160 + 48 + entries + tree);
    }
}
