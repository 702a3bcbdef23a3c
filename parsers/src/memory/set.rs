//! Sets: an intset, a listpack, or a table of members.

use super::bill::{Bill, Part};
use super::built::Built;
use super::costs::Costs;
use super::dict::{Growth, Slots};
use super::hashtable;
use super::key::KeyFacts;
use super::listpack_size;
use super::rules::Style;
use crate::conversion::{Encoding, Thresholds};
use crate::events::{Element, Packed};
use crate::rdb::codes::ValueType;

/// Header of an intset.
const INTSET_HEADER: u64 = 8;
/// An entry of a listpack has at least two bytes.
const SMALLEST_ENTRY: u64 = 2;

/// What a set's memory follows from, gathered member by member.
#[derive(Debug, Default)]
pub struct SetSums {
    members: u64,
    objects: u64,
    counted: u64,
    allocated: u64,
    /// Integers before the first member that is none, smallest and largest of them.
    integers: u64,
    smallest: i64,
    largest: i64,
    saw_text: bool,
    file: Option<(Packed, u64)>,
    built: Built,
    wants_built: bool,
    wants_table: bool,
    from_members: bool,
    tracks_integers: bool,
}

impl SetSums {
    pub fn begin(&mut self, value: ValueType, declared: Option<u64>, costs: &Costs, thresholds: &Thresholds) {
        *self = Self { wants_table: true, ..Self::default() };
        self.from_members = value == ValueType::Set;
        self.tracks_integers = self.from_members;
        if costs.constants.listpacks && declared.is_some_and(|n| n <= thresholds.set_max_listpack_entries) {
            self.wants_built = true;
            self.built = Built::new(costs);
        }
    }

    pub fn packed(&mut self, layout: Packed, bytes: u64, costs: &Costs, thresholds: &Thresholds) {
        self.file = Some((layout, bytes));
        self.wants_built = false;
        let foreign = layout == Packed::Listpack && !costs.constants.set_listpacks;
        self.tracks_integers = foreign;
        let most = match layout {
            Packed::Intset { width } => {
                (bytes.saturating_sub(INTSET_HEADER) / u64::from(width.max(1)), thresholds.set_max_intset_entries)
            }
            _ => (bytes / SMALLEST_ENTRY, thresholds.set_max_listpack_entries),
        };
        self.wants_table = foreign || most.0 > most.1;
    }

    #[inline]
    pub fn member(&mut self, member: Element<'_>, costs: &Costs) {
        self.members += 1;
        if self.tracks_integers && !self.saw_text {
            match member.integer() {
                Some(number) => {
                    self.smallest = if self.integers == 0 { number } else { self.smallest.min(number) };
                    self.largest = if self.integers == 0 { number } else { self.largest.max(number) };
                    self.integers += 1;
                }
                None => self.saw_text = true,
            }
        }
        if self.wants_built {
            self.built.push(member);
        }
        if self.wants_table {
            self.entry(member, costs);
        }
    }

    #[inline]
    fn entry(&mut self, member: Element<'_>, costs: &Costs) {
        let n = member.len();
        let (counted, allocated) = match costs.constants.style {
            Style::Estimate => {
                self.objects = self.objects.saturating_add(costs.element_object(member));
                return;
            }
            Style::Accounted => (costs.sds.accounted(n), costs.sds.allocated(n)),
            _ => costs.text(n),
        };
        self.counted = self.counted.saturating_add(counted);
        self.allocated = self.allocated.saturating_add(allocated);
    }

    pub fn bill(&self, costs: &Costs, thresholds: &Thresholds, key: &KeyFacts, encoding: Encoding, bill: &mut Bill) {
        costs.bill_object(key, bill);
        match encoding {
            Encoding::Hashtable => self.bill_table(costs, thresholds, bill),
            Encoding::Intset => {
                let bytes = match self.file {
                    Some((Packed::Intset { .. }, bytes)) => bytes,
                    _ => INTSET_HEADER + self.integers.saturating_mul(self.width()),
                };
                let (counted, allocated) = costs.packed(bytes);
                bill.put(Part::Packed, counted, allocated);
            }
            _ => {
                let (bytes, room) = match self.file {
                    Some((Packed::Listpack, bytes)) => (bytes, 0),
                    _ => (self.built.bytes(), self.room()),
                };
                let counted = costs.packed(bytes).0;
                let allocated = costs.allocated(bytes.max(room));
                let counted = if costs.constants.packed_rounded { allocated } else { counted };
                bill.put(Part::Packed, counted, allocated);
            }
        }
    }

    /// Bytes per integer of the intset that the integers make.
    fn width(&self) -> u64 {
        let fits = |bits: u32| self.smallest >= -(1i64 << (bits - 1)) && self.largest < 1i64 << (bits - 1);
        if fits(16) {
            2
        } else if fits(32) {
            4
        } else {
            8
        }
    }

    /// Room that a listpack starts with when it replaces an intset: its widest integer for each.
    fn room(&self) -> u64 {
        let widest = listpack_size::integer(self.smallest).max(listpack_size::integer(self.largest));
        if self.integers == 0 { 0 } else { listpack_size::EMPTY + self.integers.saturating_mul(widest) }
    }

    fn bill_table(&self, costs: &Costs, thresholds: &Thresholds, bill: &mut Bill) {
        match costs.constants.style {
            Style::Hashtable | Style::Embedded => {
                hashtable::bill(hashtable::Growth::sized(self.members), 0, costs, bill);
                let base = bill.counted;
                bill.put(Part::Elements, self.counted, self.allocated);
                bill.average(base, self.counted, self.members);
            }
            style => {
                bill.put(Part::Head, costs.constants.dict, costs.allocated(costs.constants.dict));
                let slots = self.slots(costs, thresholds);
                slots.bill(costs, bill);
                let base = bill.counted;
                slots.bill_entries(self.members, costs.constants.set_key_only, costs, bill);
                if style == Style::Estimate {
                    bill.add(Part::Elements, self.objects);
                } else {
                    bill.put(Part::Elements, self.counted, self.allocated);
                }
                if costs.constants.averaged {
                    bill.average(base, bill.counted - base, self.members);
                }
            }
        }
    }

    /// Slots of its dict after the load.
    fn slots(&self, costs: &Costs, thresholds: &Thresholds) -> Slots {
        let n = self.members;
        let began_as_intset = self.from_members && n <= thresholds.set_max_intset_entries;
        if costs.constants.set_sized_at_once || !began_as_intset {
            return Slots::sized(n);
        }
        let mut growth = Growth::default();
        growth.expand(self.integers);
        growth.insert(self.integers);
        growth.expand(n);
        growth.insert(n - self.integers);
        growth.slots()
    }
}
