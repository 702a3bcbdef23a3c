//! Hashes: packed, or a table of fields and values.

use super::bill::{Bill, Part};
use super::built::Built;
use super::costs::{Costs, OBJECT, POINTER};
use super::dict::{Growth, Slots};
use super::field_expiries::FieldExpiries;
use super::hashtable;
use super::key::KeyFacts;
use super::rules::{PairsAtLoad, Style};
use crate::conversion::{Encoding, Thresholds};
use crate::events::{Element, Packed};
use crate::rdb::codes::ValueType;

/// Pairs up to this size are one allocation (Redis 8.6, Valkey 8.1).
const EMBEDDED_PAIR: u64 = 128;
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
    pub expiries: FieldExpiries,
    file: Option<(Packed, u64)>,
    built: Built,
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
        self.wants_table = layout == Packed::Zipmap || bytes / SMALLEST_PAIR > thresholds.hash_max_listpack_entries;
        self.wants_built = self.builds(layout, costs) || with_expiry && !costs.constants.packed_field_expiry;
        if self.wants_built {
            self.built = Built::new(costs);
        }
    }

    /// Whether the server builds a packed value of its own out of this one.
    fn builds(&self, layout: Packed, costs: &Costs) -> bool {
        match layout {
            Packed::Listpack => !costs.constants.listpacks,
            _ => costs.constants.listpacks,
        }
    }

    #[inline]
    pub fn field(&mut self, field: Element<'_>, costs: &Costs) {
        self.field = field.len();
        self.element(field, costs);
    }

    #[inline]
    pub fn value(&mut self, value: Element<'_>, costs: &Costs) {
        self.value = value.len();
        self.element(value, costs);
    }

    #[inline]
    fn element(&mut self, element: Element<'_>, costs: &Costs) {
        if self.wants_built {
            self.built.push(element);
        }
        if costs.constants.style == Style::Estimate {
            self.objects = self.objects.saturating_add(costs.element_object(element));
        }
    }

    #[inline]
    pub fn pair_end(&mut self, expiry: Option<i64>, costs: &Costs, thresholds: &Thresholds) {
        let limit = thresholds.hash_max_listpack_value;
        if (self.field > limit || self.value > limit) && self.first_long.is_none() {
            self.first_long = Some(self.pairs);
            // A packed file value stays packed whatever the lengths (a zipmap excepted).
            self.wants_built &= self.file.is_some_and(|(layout, _)| layout != Packed::Zipmap);
        }
        self.pairs += 1;
        if let Some(at) = expiry {
            self.expiries.push(at);
        }
        if self.wants_built
            && matches!(self.value_type, Some(ValueType::HashMetadata | ValueType::HashMetadataPreGa))
            && costs.constants.packed_field_expiry
        {
            self.built.push(Element::Int(expiry.unwrap_or(0)));
        }
        if self.wants_table {
            let (counted, allocated) = pair(self.field, self.value, expiry.is_some(), costs);
            self.counted = self.counted.saturating_add(counted);
            self.allocated = self.allocated.saturating_add(allocated);
        }
    }

    pub fn bill(&self, costs: &Costs, thresholds: &Thresholds, key: &KeyFacts, encoding: Encoding, bill: &mut Bill) {
        costs.bill_object(key, bill);
        if encoding != Encoding::Hashtable {
            if encoding == Encoding::ListpackEx {
                let head = costs.constants.listpack_ex;
                bill.put(Part::Head, head, costs.allocated(head));
            }
            let bytes = match self.file {
                Some((_, bytes)) if !self.wants_built => bytes,
                _ => self.built.bytes(),
            };
            let (counted, allocated) = costs.packed(bytes);
            bill.put(Part::Packed, counted, allocated);
            return;
        }
        match costs.constants.style {
            Style::Hashtable | Style::Embedded => {
                let metadata = if costs.constants.style == Style::Embedded { POINTER } else { 0 };
                hashtable::bill(self.table(thresholds), metadata, costs, bill);
                self.bill_pairs(costs, bill);
                if costs.constants.style == Style::Embedded {
                    self.expiries.bill(costs, bill);
                }
            }
            style => {
                bill.put(Part::Head, costs.constants.dict, costs.allocated(costs.constants.dict));
                let slots = self.slots(costs, thresholds);
                slots.bill(costs, bill);
                let base = bill.counted;
                slots.bill_entries(self.pairs, costs.constants.hash_key_only, costs, bill);
                self.bill_pairs(costs, bill);
                if matches!(style, Style::Dict | Style::Kvobj) {
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

/// Counted and allocated bytes of a field and its value in a table.
#[inline]
fn pair(field: u64, value: u64, expires: bool, costs: &Costs) -> (u64, u64) {
    match costs.constants.style {
        Style::Estimate => (0, 0),
        Style::Dict | Style::Kvobj => {
            let name = if costs.constants.field_mstr {
                let allocated = costs.allocated(mstr(field, expires));
                (allocated, allocated)
            } else {
                costs.text(field)
            };
            let text = costs.text(value);
            (name.0.saturating_add(text.0), name.1.saturating_add(text.1))
        }
        Style::Accounted | Style::Hashtable | Style::Embedded => entry(field, value, expires, costs),
    }
}

/// A field's name with the room for its expiry (mstr.c).
fn mstr(n: u64, expires: bool) -> u64 {
    let header = match n {
        0..=31 => 1,
        32..=65_535 => 3,
        _ => 9,
    };
    n.saturating_add(header + 1 + if expires { OBJECT + 2 } else { 0 })
}

/// A field with its value embedded, or with a value of its own (Redis entry.c, Valkey entry.c).
#[inline]
fn entry(field: u64, value: u64, expires: bool, costs: &Costs) -> (u64, u64) {
    let accounted = costs.constants.style == Style::Accounted;
    let extra = match (expires, accounted) {
        (false, _) => 0,
        (true, true) => 2 * POINTER,
        (true, false) => POINTER,
    };
    let mut name = costs.sds.embedded(field);
    if expires && costs.sds.header(field) == 1 {
        name += 2;
    }
    let together = name.saturating_add(value).saturating_add(4 + extra);
    if together <= EMBEDDED_PAIR {
        let allocated = costs.allocated(together);
        return (if accounted { together } else { allocated }, allocated);
    }
    if !expires && costs.sds.header(field) == 1 {
        name += 2;
    }
    let head = name.saturating_add(POINTER + extra);
    let allocated = costs.allocated(head).saturating_add(costs.sds.allocated(value));
    if accounted { (head.saturating_add(costs.sds.accounted(value)), allocated) } else { (allocated, allocated) }
}
