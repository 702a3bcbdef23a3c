//! Lists: a ziplist or linked list (up to 3.0), a quicklist (from 3.2), a listpack (from 7.2).

use std::collections::VecDeque;

use super::bill::{Bill, Part};
use super::built::Built;
use super::costs::Costs;
use super::key::KeyFacts;
use super::quicklist_push::Pushed;
use super::rules::Style;
use crate::conversion::{Encoding, Target, Thresholds};
use crate::events::{Element, Packed};
use crate::rdb::codes::ValueType;

/// struct list and listNode (adlist.h).
const LINKED_LIST: u64 = 48;
const LINKED_NODE: u64 = 24;
/// Nodes below this size stay uncompressed, and those that compression makes smaller by less than `LEAST_SAVING`.
const SMALLEST_COMPRESSED: u64 = 48;
const LEAST_SAVING: u64 = 8;
/// struct quicklistLZF before its bytes.
const LZF_HEADER: u64 = 8;

/// What a list's memory follows from, gathered node by node.
#[derive(Debug, Default)]
pub struct ListSums {
    elements: u64,
    objects: u64,
    nodes: u64,
    counted: u64,
    allocated: u64,
    /// Bytes of the last node.
    node_bytes: u64,
    /// What compression would save on the last nodes, which it leaves alone.
    tail_savings: VecDeque<(u64, u64)>,
    /// Bytes of the last node in the file, fewer where it is compressed.
    node_file_bytes: u64,
    /// Whether a node was packed anew and then compressed: to how many bytes, the file tells only roughly.
    guessed: bool,
    pushes: bool,
    pushed: Pushed,
    built: Built,
    rebuilds: bool,
}

impl ListSums {
    pub fn begin(&mut self, value: ValueType, costs: &Costs, target: &Target) {
        let pushes = matches!(value, ValueType::List | ValueType::ListZiplist);
        let mut tail_savings = std::mem::take(&mut self.tail_savings);
        tail_savings.clear();
        *self = Self { pushes, tail_savings, ..Self::default() };
        if pushes {
            self.pushed = Pushed::new(costs, target);
            self.built = Built::new(costs);
        }
    }

    pub fn packed(&mut self, layout: Packed, bytes: u64, file_bytes: u64, costs: &Costs, thresholds: &Thresholds) {
        self.node_bytes = bytes;
        self.node_file_bytes = file_bytes;
        self.rebuilds = match layout {
            Packed::Ziplist => costs.constants.listpacks,
            Packed::Listpack => !costs.constants.listpacks,
            _ => false,
        };
        if self.pushes {
            return;
        }
        if self.rebuilds {
            self.built = Built::new(costs);
        } else {
            self.node(bytes, file_bytes, costs, thresholds);
        }
    }

    pub fn packed_end(&mut self, costs: &Costs, thresholds: &Thresholds) {
        if self.rebuilds && !self.pushes {
            let bytes = self.built.bytes();
            self.node_bytes = bytes;
            self.node(bytes, self.node_file_bytes, costs, thresholds);
        }
    }

    #[inline]
    pub fn item(&mut self, element: Element<'_>, costs: &Costs) {
        self.elements += 1;
        if self.pushes {
            if costs.constants.style == Style::Estimate {
                self.objects = self.objects.saturating_add(costs.element_object(element));
                self.built.push(element);
            }
            let (complete, alone) = self.pushed.push(element);
            for bytes in complete.into_iter().chain(alone) {
                self.plain_node(bytes, costs);
            }
        } else if self.rebuilds {
            self.built.push(element);
        }
    }

    fn plain_node(&mut self, bytes: u64, costs: &Costs) {
        let (counted, allocated) = costs.packed(bytes);
        let node = costs.constants.quicklist_node;
        self.nodes += 1;
        self.counted = self.counted.saturating_add(node).saturating_add(counted);
        self.allocated = self.allocated.saturating_add(costs.allocated(node)).saturating_add(allocated);
    }

    fn node(&mut self, bytes: u64, file_bytes: u64, costs: &Costs, thresholds: &Thresholds) {
        self.plain_node(bytes, costs);
        let depth = thresholds.list_compress_depth;
        if depth == 0 || self.nodes <= depth {
            return;
        }
        let worthwhile = bytes >= SMALLEST_COMPRESSED && file_bytes.saturating_add(LEAST_SAVING) <= bytes;
        let saving = if worthwhile { self.saving(bytes, file_bytes, costs) } else { (0, 0) };
        self.tail_savings.push_back(saving);
        if self.tail_savings.len() as u64 > depth
            && let Some((counted, allocated)) = self.tail_savings.pop_front()
        {
            self.guessed |= self.rebuilds && allocated > 0;
            self.counted = self.counted.saturating_sub(counted);
            self.allocated = self.allocated.saturating_sub(allocated);
        }
    }

    /// What a compressed node counts and takes less.
    fn saving(&self, bytes: u64, compressed: u64, costs: &Costs) -> (u64, u64) {
        let plain = costs.packed(bytes);
        let allocated = costs.allocated(LZF_HEADER.saturating_add(compressed));
        let counted = match costs.constants.style {
            Style::Accounted => LZF_HEADER.saturating_add(compressed),
            // Up to 6.2 the compressed length stands where the size is read.
            _ if !costs.constants.packed_rounded => compressed,
            _ => allocated,
        };
        (plain.0.saturating_sub(counted), plain.1.saturating_sub(allocated))
    }

    pub fn bill(&self, costs: &Costs, key: &KeyFacts, encoding: Encoding, bill: &mut Bill) {
        costs.bill_object(key, bill);
        match encoding {
            Encoding::Linkedlist => {
                bill.add(Part::Head, costs.allocated(LINKED_LIST));
                bill.add(Part::Nodes, self.elements.saturating_mul(costs.allocated(LINKED_NODE)));
                bill.add(Part::Elements, self.objects);
            }
            Encoding::Quicklist => self.bill_quicklist(costs, bill),
            _ => {
                let bytes = match (self.pushes, encoding) {
                    (true, Encoding::Ziplist) => self.ziplist_bytes(),
                    (true, _) => self.pushed.bytes(),
                    (false, _) => self.node_bytes,
                };
                let (counted, allocated) = costs.packed(bytes);
                bill.put(Part::Packed, counted, allocated);
            }
        }
    }

    /// The ziplist of a list of 3.0 and before.
    fn ziplist_bytes(&self) -> u64 {
        if self.node_bytes > 0 { self.node_bytes } else { self.built.bytes() }
    }

    fn bill_quicklist(&self, costs: &Costs, bill: &mut Bill) {
        let constants = &costs.constants;
        bill.put(Part::Head, constants.quicklist, costs.allocated(constants.quicklist));
        let base = bill.counted;
        let (mut nodes, mut counted, mut allocated) = (self.nodes, self.counted, self.allocated);
        if self.pushes && self.pushed.bytes() > 0 {
            let last = costs.packed(self.pushed.bytes());
            nodes += 1;
            counted = counted.saturating_add(constants.quicklist_node).saturating_add(last.0);
            allocated = allocated.saturating_add(costs.allocated(constants.quicklist_node)).saturating_add(last.1);
        }
        bill.put(Part::Nodes, counted, allocated);
        if self.guessed {
            bill.estimate();
        }
        if constants.averaged {
            let samples = if constants.quicklist_by_elements { self.elements } else { nodes };
            bill.average(base, counted, samples);
        }
    }
}
