//! Sorted sets: packed, or a skiplist with an index by member.

use super::bill::{Bill, Part};
use super::built::Built;
use super::costs::Costs;
use super::dict::{Growth, Slots};
use super::hashtable;
use super::key::KeyFacts;
use super::random::{Expected, skiplist_node};
use super::rules::Style;
use crate::conversion::{Encoding, Thresholds};
use crate::events::{Element, Packed};

/// struct zset: two pointers.
const ZSET: u64 = 16;
/// A node without its member: score, back pointer, pointer to the member; and what each level adds.
const NODE: u64 = 24;
const LEVEL: u64 = 16;
/// What one node can be higher than the spread of all says: levels have a long tail.
const HIGH_NODE: u64 = 6 * LEVEL;
/// Member lengths whose expected node size is kept.
const KEPT_LENGTHS: usize = 512;
/// A packed pair has at least four bytes.
const SMALLEST_PAIR: u64 = 4;

/// Expected sizes of skiplist nodes of one target, by the length of the member inside.
#[derive(Debug, Default)]
pub struct NodeSizes {
    apart: Expected,
    by_length: Vec<Expected>,
}

impl NodeSizes {
    pub fn of(costs: &Costs) -> Self {
        let apart = skiplist_node(|level| costs.allocated(NODE + LEVEL * level));
        let inside = costs.constants.node_with_member.is_some();
        let by_length =
            if inside { (0..KEPT_LENGTHS as u64).map(|n| with_member(n, costs)).collect() } else { Vec::new() };
        Self { apart, by_length }
    }

    #[inline]
    fn of_member(&self, n: u64, costs: &Costs) -> Expected {
        match usize::try_from(n).ok().and_then(|n| self.by_length.get(n)) {
            Some(expected) => *expected,
            None => with_member(n, costs),
        }
    }
}

fn with_member(n: u64, costs: &Costs) -> Expected {
    let head = costs.constants.node_with_member.unwrap_or(NODE);
    skiplist_node(|level| costs.allocated((head + LEVEL * level).saturating_add(costs.sds.embedded(n))))
}

/// What a sorted set's memory follows from, gathered member by member.
#[derive(Debug, Default)]
pub struct ZsetSums {
    members: u64,
    objects: u64,
    counted: u64,
    allocated: u64,
    nodes: Expected,
    file: Option<(Packed, u64)>,
    built: Built,
    wants_built: bool,
    wants_table: bool,
}

impl ZsetSums {
    pub fn begin(&mut self, declared: Option<u64>, costs: &Costs, thresholds: &Thresholds) {
        *self = Self { wants_table: true, ..Self::default() };
        if declared.is_some_and(|n| n <= thresholds.zset_max_listpack_entries) {
            self.wants_built = true;
            self.built = Built::new(costs);
        }
    }

    pub fn packed(&mut self, layout: Packed, bytes: u64, costs: &Costs, thresholds: &Thresholds) {
        self.file = Some((layout, bytes));
        let foreign = layout == Packed::Listpack && !costs.constants.listpacks;
        self.wants_table = foreign || bytes / SMALLEST_PAIR > thresholds.zset_max_listpack_entries;
        self.wants_built = (layout == Packed::Listpack) != costs.constants.listpacks;
        if self.wants_built {
            self.built = Built::new(costs);
        }
    }

    #[inline]
    pub fn member(&mut self, member: Element<'_>, costs: &Costs, sizes: &NodeSizes) {
        self.members += 1;
        if self.wants_built {
            self.built.push(member);
        }
        if self.wants_table {
            self.entry(member, costs, sizes);
        }
    }

    #[inline]
    fn entry(&mut self, member: Element<'_>, costs: &Costs, sizes: &NodeSizes) {
        let n = member.len();
        if costs.constants.node_with_member.is_some() {
            let node = sizes.of_member(n, costs);
            self.nodes.mean += node.mean;
            self.nodes.variance += node.variance;
        } else if costs.constants.style == Style::Estimate {
            self.objects = self.objects.saturating_add(costs.element_object(member));
        } else {
            let (counted, allocated) = costs.text(n);
            self.counted = self.counted.saturating_add(counted);
            self.allocated = self.allocated.saturating_add(allocated);
        }
    }

    #[inline]
    pub fn score(&mut self, score: f64, costs: &Costs) {
        if self.wants_built {
            let from_ziplist = matches!(self.file, Some((Packed::Ziplist, _)));
            self.built.push_score(score, from_ziplist, costs);
        }
    }

    pub fn bill(&self, costs: &Costs, sizes: &NodeSizes, key: &KeyFacts, encoding: Encoding, bill: &mut Bill) {
        costs.bill_object(key, bill);
        if matches!(encoding, Encoding::Ziplist | Encoding::Listpack) {
            let bytes = match self.file {
                Some((_, bytes)) if !self.wants_built => bytes,
                _ => self.built.bytes(),
            };
            let (counted, allocated) = costs.packed(bytes);
            bill.put(Part::Packed, counted, allocated);
            return;
        }
        self.bill_heads(costs, bill);
        match costs.constants.style {
            Style::Hashtable | Style::Embedded => {
                hashtable::bill(hashtable::Growth::sized(self.members), 0, costs, bill)
            }
            _ => {
                let slots = self.slots(costs);
                slots.bill(costs, bill);
                slots.bill_entries(self.members, costs.constants.zset_key_only, costs, bill);
            }
        }
        bill.put(Part::Elements, self.counted, self.allocated);
        bill.add(Part::Elements, self.objects);
        let nodes = match costs.constants.node_with_member {
            Some(_) => self.nodes,
            None => Expected {
                mean: sizes.apart.mean * self.members as f64,
                variance: sizes.apart.variance * self.members as f64,
            },
        };
        bill.expect(Part::Nodes, nodes.mean, nodes.variance, HIGH_NODE);
    }

    /// The structs: zset, skiplist, its header node, dict.
    fn bill_heads(&self, costs: &Costs, bill: &mut Bill) {
        let constants = &costs.constants;
        let hashtable = matches!(constants.style, Style::Hashtable | Style::Embedded);
        let header = if constants.skiplist_header == 0 { 0 } else { costs.allocated(constants.skiplist_header) };
        let dict = if hashtable { 0 } else { constants.dict };
        let mut allocated = costs.allocated(ZSET) + costs.allocated(constants.skiplist) + header;
        if dict != 0 {
            allocated += costs.allocated(dict);
        }
        let counted = if constants.zset_head_counted { ZSET + constants.skiplist + header + dict } else { ZSET };
        bill.put(Part::Head, counted, allocated);
    }

    /// Slots of its dict after the load.
    fn slots(&self, costs: &Costs) -> Slots {
        let sized = match self.file {
            Some(_) => costs.constants.zset_conversion_sized,
            None => costs.constants.zset_load_sized,
        };
        if sized {
            return Slots::sized(self.members);
        }
        let mut growth = Growth::default();
        growth.insert(self.members);
        growth.slots()
    }
}
