//! Arrays (Redis 8.8): values under 64-bit indexes, with gaps, and the place of the last insert.

use std::collections::BTreeMap;

use super::ELEMENT_COST;
use crate::events::{ArrayValue as Slot, Element, ValueSink, canonical_integer};
use crate::rdb::codes::ValueType;

/// Largest index.
const LAST_INDEX: u64 = u64::MAX - 1;
/// Integers within this are kept in the slot, as are texts of at most `SHORT` bytes.
const INTEGER: i64 = 1 << 61;
const SHORT: usize = 7;

/// An array.
#[derive(Debug, Clone, Default)]
pub struct Array {
    slots: BTreeMap<u64, Box<[u8]>>,
    last_insert: Option<u64>,
    content_bytes: u64,
}

impl Array {
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    pub fn held_bytes(&self) -> u64 {
        self.content_bytes + self.slots.len() as u64 * ELEMENT_COST
    }

    /// The index of the next insert; none behind the largest.
    pub fn next(&self) -> Option<u64> {
        self.last_insert.map_or(Some(0), |last| last.checked_add(1).filter(|&next| next <= LAST_INDEX))
    }

    /// Sets the index of the next insert.
    pub fn seek(&mut self, next: u64) {
        self.last_insert = next.checked_sub(1);
    }

    /// Takes the place of the last insert as a dump has it.
    pub fn set_last_insert(&mut self, last: Option<u64>) {
        self.last_insert = last;
    }

    /// Sets a value; whether the index is one.
    pub fn set(&mut self, index: u64, value: &[u8]) -> bool {
        if index > LAST_INDEX {
            return false;
        }
        self.content_bytes += value.len() as u64;
        if let Some(old) = self.slots.insert(index, value.into()) {
            self.content_bytes = self.content_bytes.saturating_sub(old.len() as u64);
        }
        true
    }

    /// Sets a value and remembers the place as that of the last insert.
    pub fn insert(&mut self, index: u64, value: &[u8]) -> bool {
        let done = self.set(index, value);
        if done {
            self.last_insert = Some(index);
        }
        done
    }

    /// Removes the values under a range of indexes; their number.
    pub fn remove(&mut self, first: u64, last: u64) -> usize {
        let (first, last) = (first.min(last), first.max(last));
        let indexes: Vec<u64> = self.slots.range(first..=last).map(|(index, _)| *index).collect();
        for index in &indexes {
            let length = self.slots.remove(index).map_or(0, |value| value.len() as u64);
            self.content_bytes = self.content_bytes.saturating_sub(length);
        }
        indexes.len()
    }

    pub fn emit<S: ValueSink>(&self, sink: &mut S) {
        let count = self.slots.len() as u64;
        sink.begin(ValueType::Array, Some(count));
        sink.array(count, self.last_insert);
        for (&index, value) in &self.slots {
            sink.array_slot(index, slot(value));
        }
    }
}

/// A value as a dump holds it.
fn slot(value: &[u8]) -> Slot<'_> {
    if let Some(number) = canonical_integer(value)
        && (-INTEGER..INTEGER).contains(&number)
    {
        return Slot::Integer(number);
    }
    match double(value) {
        Some(number) => Slot::Double(number),
        None if value.len() <= SHORT => Slot::Short(value),
        None => Slot::Text(Element::Bytes(value)),
    }
}

/// A decimal fraction whose shortest text this is, and whose lowest two bits are free.
fn double(value: &[u8]) -> Option<f64> {
    let text = std::str::from_utf8(value).ok()?;
    let plain = text.contains('.') && text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-'));
    let number: f64 = text.parse().ok().filter(|_| plain)?;
    (number.to_bits() & 3 == 0 && format!("{number:?}") == text).then_some(number)
}
