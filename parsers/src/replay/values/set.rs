//! Sets: intset, listpack (7.2) or table, never converted back.

use std::collections::HashMap;

use super::{ELEMENT_COST, packed_element, plain_element};
use crate::conversion::{Encoding, Target};
use crate::events::{Element, Packed, ValueSink, canonical_integer};
use crate::memory::costs::Costs;
use crate::memory::listpack_size;
use crate::rdb::codes::ValueType;

/// Header of an intset.
const INTSET_HEADER: u64 = 8;

/// A set. Members know when they came, which is their order in a listpack.
#[derive(Debug, Clone)]
pub struct SetValue {
    members: HashMap<Box<[u8]>, u64, foldhash::fast::RandomState>,
    encoding: Encoding,
    next: u64,
    /// Bytes per integer of an intset, which never shrink.
    width: u8,
    content_bytes: u64,
}

impl SetValue {
    pub fn empty(encoding: Encoding) -> Self {
        Self { members: HashMap::default(), encoding, next: 0, width: 2, content_bytes: 0 }
    }

    /// As a command makes it that is about to add `expected` members, this one first.
    pub fn new(first: &[u8], expected: u64, target: &Target) -> Self {
        let thresholds = &target.thresholds;
        let packs = target.packs_lists_and_sets();
        let is_integer = canonical_integer(first).is_some();
        Self::empty(if is_integer && (!packs || expected <= thresholds.set_max_intset_entries) {
            Encoding::Intset
        } else if packs && expected <= thresholds.set_max_listpack_entries {
            Encoding::Listpack
        } else {
            Encoding::Hashtable
        })
    }

    /// Before `expected` members are added to it (7.2).
    pub fn expect(&mut self, expected: u64, target: &Target) {
        let thresholds = &target.thresholds;
        let most = match self.encoding {
            Encoding::Listpack => thresholds.set_max_listpack_entries,
            Encoding::Intset => thresholds.set_max_intset_entries,
            _ => return,
        };
        if target.packs_lists_and_sets() && expected > most {
            self.encoding = Encoding::Hashtable;
        }
    }

    pub fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// Takes the width that an intset has in a dump.
    pub fn set_width(&mut self, width: u8) {
        self.width = self.width.max(width);
    }

    pub fn len(&self) -> u64 {
        self.members.len() as u64
    }

    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    pub fn held_bytes(&self) -> u64 {
        self.content_bytes + self.len() * ELEMENT_COST
    }

    pub fn contains(&self, member: &[u8]) -> bool {
        self.members.contains_key(member)
    }

    /// Members in the order in which they came.
    pub fn in_order(&self) -> Vec<&[u8]> {
        let mut members: Vec<_> = self.members.iter().collect();
        members.sort_unstable_by_key(|(_, place)| **place);
        members.into_iter().map(|(member, _)| &**member).collect()
    }

    /// Adds without a look at the encoding, as a load does.
    pub fn load(&mut self, member: &[u8]) {
        self.put(member);
    }

    fn put(&mut self, member: &[u8]) {
        if let Some(number) = canonical_integer(member) {
            self.width = self.width.max(width_of(number));
        }
        if self.members.insert(member.into(), self.next).is_none() {
            self.content_bytes += member.len() as u64;
        }
        self.next += 1;
    }

    /// Adds a member; whether it is new.
    pub fn add(&mut self, member: &[u8], target: &Target) -> bool {
        if self.contains(member) {
            return false;
        }
        let thresholds = &target.thresholds;
        let n = self.len();
        let short = member.len() as u64 <= thresholds.set_max_listpack_value;
        match self.encoding {
            Encoding::Intset if canonical_integer(member).is_some() => {
                let fits = n < thresholds.set_max_intset_entries.min(1 << 30);
                self.encoding = if fits { Encoding::Intset } else { Encoding::Hashtable };
            }
            Encoding::Intset => {
                let longest = self.members.keys().map(|number| number.len() as u64).max().unwrap_or(0);
                let packs = target.packs_lists_and_sets()
                    && n < thresholds.set_max_listpack_entries
                    && short
                    && longest <= thresholds.set_max_listpack_value;
                self.encoding = if packs { Encoding::Listpack } else { Encoding::Hashtable };
                if packs {
                    self.sort();
                }
            }
            Encoding::Listpack if n >= thresholds.set_max_listpack_entries || !short => {
                self.encoding = Encoding::Hashtable;
            }
            _ => {}
        }
        self.put(member);
        true
    }

    /// Gives members the order of an intset.
    fn sort(&mut self) {
        let mut numbers: Vec<(Option<i64>, &mut u64)> =
            self.members.iter_mut().map(|(member, place)| (canonical_integer(member), place)).collect();
        numbers.sort_unstable_by_key(|(number, _)| *number);
        for (place, (_, slot)) in (0..).zip(numbers) {
            *slot = place;
        }
    }

    pub fn remove(&mut self, member: &[u8]) -> bool {
        let found = self.members.remove(member).is_some();
        if found {
            self.content_bytes = self.content_bytes.saturating_sub(member.len() as u64);
        }
        found
    }

    /// Where all members are integers and few enough, it becomes an intset (7.2, at the end of an intersection).
    pub fn become_intset(&mut self, target: &Target) {
        let few = self.len() <= target.thresholds.set_max_intset_entries.min(1 << 30);
        if few && self.members.keys().all(|member| canonical_integer(member).is_some()) {
            self.encoding = Encoding::Intset;
        }
    }

    pub fn value_type(&self) -> ValueType {
        match self.encoding {
            Encoding::Intset => ValueType::SetIntset,
            Encoding::Listpack => ValueType::SetListpack,
            _ => ValueType::Set,
        }
    }

    pub fn emit<S: ValueSink>(&self, costs: &Costs, sink: &mut S) {
        match self.encoding {
            Encoding::Intset => {
                let mut numbers: Vec<i64> =
                    self.members.keys().filter_map(|member| canonical_integer(member)).collect();
                numbers.sort_unstable();
                let bytes = INTSET_HEADER + u64::from(self.width) * numbers.len() as u64;
                sink.begin(ValueType::SetIntset, None);
                sink.packed(Packed::Intset { width: self.width }, bytes, bytes);
                numbers.into_iter().for_each(|number| sink.item(Element::Int(number)));
                sink.packed_end();
            }
            Encoding::Listpack => {
                let full = costs.constants.full_back_length;
                let entries = self.members.keys().map(|text| listpack_size::entry(packed_element(text), full));
                let bytes = listpack_size::EMPTY + entries.sum::<u64>();
                sink.begin(ValueType::SetListpack, None);
                sink.packed(Packed::Listpack, bytes, bytes);
                self.in_order().into_iter().for_each(|text| sink.item(packed_element(text)));
                sink.packed_end();
            }
            _ => {
                sink.begin(ValueType::Set, Some(self.len()));
                self.in_order().into_iter().for_each(|text| sink.item(plain_element(text)));
            }
        }
    }
}

fn width_of(number: i64) -> u8 {
    if i16::try_from(number).is_ok() {
        2
    } else if i32::try_from(number).is_ok() {
        4
    } else {
        8
    }
}
