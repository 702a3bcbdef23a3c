//! Gathers what decides encodings, in constant memory and independent of the loading server.

use super::listpack_size::{HEADER_AND_END, entry_size};
use super::{Encoding, Target, hash, list, set, string, zset};
use crate::events::{Element, Packed, ValueSink};
use crate::rdb::KeyRecord;
use crate::rdb::codes::ValueType;

/// Facts about the value being read.
#[derive(Debug, Clone, Copy, Default)]
pub struct Tracker {
    pub value_type: Option<ValueType>,
    /// Items, members, or pairs.
    pub elements: u64,
    /// Bytes of the longest item, member, field or value.
    pub longest: u64,
    /// Bytes of the longest value of a pair (template hashes count no names).
    pub longest_value: u64,
    /// Members of a set that are integers and stand before the first one that is none.
    pub leading_integers: u64,
    /// Length of a string.
    pub length: u64,
    /// Whether a string is the canonical text of a signed 64-bit integer.
    pub is_integer: bool,
    /// Fields with an expiry of their own.
    pub expiring_fields: u64,
    pub list: ListFacts,
}

/// Nodes of a list as the file has them, and as one listpack would have them.
#[derive(Debug, Clone, Copy, Default)]
pub struct ListFacts {
    /// Nodes that have entries.
    pub nodes: u64,
    /// Nodes that are one large element.
    pub plain_nodes: u64,
    /// Bytes of the listpack that holds all items.
    pub listpack_bytes: u64,
    /// Largest item as an entry of a listpack.
    pub largest_entry: u64,
    /// Items before the node being read.
    before_node: u64,
}

impl Tracker {
    /// Forgets the value before.
    #[inline]
    pub fn reset(&mut self) {
        *self = Self::default();
    }

    /// The encoding after the load.
    #[inline]
    pub fn finish(&self, record: &KeyRecord, target: &Target) -> Encoding {
        let Some(value_type) = self.value_type else { return Encoding::Raw };
        match value_type.type_name() {
            "string" => string::encoding(self, record, target),
            "list" => list::encoding(value_type, self, target),
            "set" => set::encoding(value_type, self, target),
            "zset" => zset::encoding(value_type, self, target),
            "hash" => hash::encoding(value_type, self, target),
            "stream" => Encoding::Stream,
            "array" => Encoding::SlicedArray,
            "path-hash" => Encoding::PathHash,
            _ => Encoding::Module,
        }
    }
}

impl ValueSink for Tracker {
    #[inline]
    fn begin(&mut self, value: ValueType, _: Option<u64>) {
        self.value_type = Some(value);
    }

    #[inline]
    fn string(&mut self, content: Element<'_>, _: &[u8], _: Option<u64>) {
        self.length = content.len();
        self.is_integer = content.integer().is_some();
    }

    #[inline]
    fn packed(&mut self, layout: Packed, _: u64, _: u64) {
        self.list.before_node = self.elements;
        self.list.plain_nodes += u64::from(layout == Packed::Plain);
    }

    #[inline]
    fn packed_end(&mut self) {
        self.list.nodes += u64::from(self.elements > self.list.before_node);
    }

    #[inline]
    fn item(&mut self, element: Element<'_>) {
        self.longest = self.longest.max(element.len());
        if self.leading_integers == self.elements && element.integer().is_some() {
            self.leading_integers += 1;
        }
        self.elements += 1;
        let entry = entry_size(element);
        self.list.listpack_bytes += entry;
        self.list.largest_entry = self.list.largest_entry.max(entry);
    }

    #[inline]
    fn member(&mut self, member: Element<'_>) {
        self.elements += 1;
        self.longest = self.longest.max(member.len());
    }

    #[inline]
    fn field(&mut self, field: Element<'_>) {
        self.longest = self.longest.max(field.len());
    }

    #[inline]
    fn value(&mut self, value: Element<'_>) {
        self.longest_value = self.longest_value.max(value.len());
    }

    #[inline]
    fn pair_end(&mut self, expires_at_ms: Option<i64>) {
        self.elements += 1;
        self.longest = self.longest.max(self.longest_value);
        self.expiring_fields += u64::from(expires_at_ms.is_some());
    }
}

impl ListFacts {
    /// Bytes of one listpack with all items, header and end included.
    pub fn one_listpack(&self) -> u64 {
        self.listpack_bytes + HEADER_AND_END
    }
}
