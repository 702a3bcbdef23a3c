//! Hashes: packed, or a table of fields and values.

use super::bill::{Bill, Part};
use super::built::Built;
use super::costs::Costs;
use super::dict::{Growth, Slots};
use super::field_expiries::FieldExpiries;
use super::hash_entry;
use super::hashtable;
use super::key::KeyFacts;
use super::listpack_size;
use super::rules::{PairsAtLoad, Style};
use crate::conversion::{Encoding, Thresholds};
use crate::events::{Element, Packed};
use crate::rdb::codes::ValueType;

/// Slots that a dict has without asking.
const INITIAL_SLOTS: u64 = 4;
/// A packed entry has at least two bytes, a pair four.
const SMALLEST_PAIR: u64 = 4;

/// What a hash's memory follows from, gathered pair by pair.
#[derive(Debug, Default)]
pub struct HashSums {
    value_type: Option<ValueType>,
    pairs: u64,
    field: u64,
    value: u64,
    objects: u64,
    counted: u64,
    allocated: u64,
    /// Place of the first pair that is too long for a packed hash.
    first_long: Option<u64>,
    with_expiry: u64,
    expiries: FieldExpiries,
    file: Option<(Packed, u64)>,
    built: Built,
    /// Bytes of the expiries in it, where it has them.
    built_expiries: u64,
    wants_built: bool,
    wants_table: bool,
}

impl HashSums {
    pub fn begin(&mut self, value: ValueType, declared: Option<u64>, costs: &Costs, thresholds: &Thresholds) {
        let expiries = std::mem::take(&mut self.expiries).cleared();
        *self = Self { value_type: Some(value), expiries, wants_table: true, ..Self::default() };
        if declared.is_some_and(|n| n <= thresholds.hash_max_listpack_entries) {
            self.wants_built = true;
            self.built = Built::new(costs);
        }
    }

    pub fn packed(&mut self, layout: Packed, bytes: u64, costs: &Costs, thresholds: &Thresholds) {
        self.file = Some((layout, bytes));
        let with_expiry = matches!(self.value_type, Some(ValueType::HashListpackEx | ValueType::HashListpackExPreGa));
        // What the server cannot take over as it is may become a table whatever its size.
        let foreign = layout == Packed::Zipmap
            || layout == Packed::Listpack && !costs.constants.listpacks
            || with_expiry && !costs.constants.packed_field_expiry;
        self.wants_table = foreign || bytes / SMALLEST_PAIR > thresholds.hash_max_listpack_entries;
        self.wants_built = foreign || (layout == Packed::Listpack) != costs.constants.listpacks;
        if self.wants_built {
            self.built = Built::new(costs);
        }
    }

    #[inline]
    pub fn field(&mut self, field: Element<'_>, costs: &Costs) {
        if self.wants_built || self.wants_table {
            self.field = field.len();
            self.element(field, costs);
        }
    }

    #[inline]
    pub fn value(&mut self, value: Element<'_>, costs: &Costs) {
        if self.wants_built || self.wants_table {
            self.value = value.len();
            self.element(value, costs);
        }
    }

    #[inline]
    fn element(&mut self, element: Element<'_>, costs: &Costs) {
        if self.wants_built {
            self.built.push(element);
        }
        if self.wants_table && costs.constants.style == Style::Estimate {
            self.objects = self.objects.saturating_add(costs.element_object(element));
        }
    }

    #[inline]
    pub fn pair_end(&mut self, expiry: Option<i64>, costs: &Costs, thresholds: &Thresholds) {
        if self.wants_built || self.wants_table {
            self.pair(expiry, costs, thresholds);
        } else {
            self.with_expiry += u64::from(expiry.is_some());
        }
    }

    fn pair(&mut self, expiry: Option<i64>, costs: &Costs, thresholds: &Thresholds) {
        let limit = thresholds.hash_max_listpack_value;
        if (self.field > limit || self.value > limit) && self.first_long.is_none() {
            self.first_long = Some(self.pairs);
            // A packed file value stays packed whatever the lengths (a zipmap excepted).
            self.wants_built &= self.file.is_some_and(|(layout, _)| layout != Packed::Zipmap);
        }
        self.pairs += 1;
        if let Some(at) = expiry {
            self.with_expiry += 1;
            if costs.constants.field_index > 0 {
                self.expiries.push(at);
            }
        }
        if self.wants_built && costs.constants.packed_field_expiry {
            self.built_expiries += listpack_size::integer(expiry.unwrap_or(0));
        }
        if self.wants_table {
            let (counted, allocated) = hash_entry::pair(self.field, self.value, expiry.is_some(), costs);
            self.counted = self.counted.saturating_add(counted);
            self.allocated = self.allocated.saturating_add(allocated);
        }
    }

    pub fn bill(&self, costs: &Costs, thresholds: &Thresholds, key: &KeyFacts, encoding: Encoding, bill: &mut Bill) {
        costs.bill_object(key, bill);
        if costs.constants.style == Style::Kvobj && self.with_expiry > 0 {
            // Taken over from 8.0: no server of these versions was asked.
            bill.estimate();
        }
        if encoding != Encoding::Hashtable {
            if encoding == Encoding::ListpackEx {
                let head = costs.constants.listpack_ex;
                bill.put(Part::Head, head, costs.allocated(head));
            }
            let bytes = match self.file {
                Some((_, bytes)) if !self.wants_built => bytes,
                _ if encoding == Encoding::ListpackEx => self.built.bytes().saturating_add(self.built_expiries),
                _ => self.built.bytes(),
            };
            let (counted, allocated) = costs.packed(bytes);
            bill.put(Part::Packed, counted, allocated);
            return;
        }
        match costs.constants.style {
            Style::Hashtable | Style::Embedded => {
                hashtable::bill(self.table(thresholds), costs.constants.field_index, costs, bill);
                let base = bill.counted;
                self.bill_pairs(costs, bill);
                bill.average(base, self.counted, self.pairs);
                if costs.constants.field_index > 0 {
                    self.expiries.bill(costs, bill);
                }
            }
            _ => {
                bill.put(Part::Head, costs.constants.dict, costs.allocated(costs.constants.dict));
                let slots = self.slots(costs, thresholds);
                slots.bill(costs, bill);
                let base = bill.counted;
                slots.bill_entries(self.pairs, costs.constants.hash_key_only, costs, bill);
                self.bill_pairs(costs, bill);
                if costs.constants.averaged {
                    bill.average(base, bill.counted - base, self.pairs);
                }
            }
        }
    }

    fn bill_pairs(&self, costs: &Costs, bill: &mut Bill) {
        if costs.constants.style == Style::Estimate {
            bill.add(Part::Elements, self.objects);
        } else {
            bill.put(Part::Elements, self.counted, self.allocated);
        }
    }

    /// Its hashtable after the load.
    fn table(&self, thresholds: &Thresholds) -> hashtable::Growth {
        let n = self.pairs;
        match self.first_long {
            Some(place) if self.value_type == Some(ValueType::Hash) && n <= thresholds.hash_max_listpack_entries => {
                let mut growth = hashtable::Growth::default();
                growth.expand(place);
                growth.insert(place + 1);
                growth.expand(n - place - 1);
                growth.insert(n - place - 1);
                growth
            }
            _ => hashtable::Growth::sized(n),
        }
    }

    /// Slots of its dict after the load.
    fn slots(&self, costs: &Costs, thresholds: &Thresholds) -> Slots {
        let n = self.pairs;
        let constants = &costs.constants;
        let with_expiry = matches!(self.value_type, Some(ValueType::HashMetadata | ValueType::HashMetadataPreGa));
        let mut growth = Growth::default();
        if self.file.is_some() {
            if constants.hash_conversion_sized {
                return Slots::sized(n);
            }
            growth.insert(n);
        } else if n > thresholds.hash_max_listpack_entries {
            if constants.pairs_at_load != PairsAtLoad::Never && !with_expiry {
                return Slots::sized(n);
            }
            growth.insert(n);
        } else if let Some(place) = self.first_long {
            if constants.hash_conversion_sized {
                growth.expand(place);
            }
            // Type HASH puts the long pair in before the table is sized again, HASH_METADATA after.
            let first = place + u64::from(!with_expiry);
            growth.insert(first);
            let again = match constants.pairs_at_load {
                PairsAtLoad::Never => 0,
                PairsAtLoad::ForRest => n - place - 1,
                PairsAtLoad::ForAll => n,
            };
            if again > INITIAL_SLOTS {
                growth.expand(again);
            }
            growth.insert(n - first);
        } else {
            return Slots::sized(n);
        }
        growth.slots()
    }
}
