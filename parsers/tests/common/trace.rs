//! A sink that remembers every event of every key as one hash: to compare two ways of reading the same bytes.

use std::hash::{DefaultHasher, Hash, Hasher};

use _native::events::{ArrayValue, Element, Packed, StreamId, StreamIdempotence, StreamTotals, ValueSink};
use _native::kinds::Beginning;
use _native::rdb::codes::ValueType;
use _native::rdb::{KeyRecord, RecordSink};

/// A key with the hash of its events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Traced {
    pub db: u64,
    pub key: Vec<u8>,
    pub value_type: ValueType,
    pub expires_at_ms: Option<i64>,
    pub offset: u64,
    pub value_offset: u64,
    pub end: u64,
    pub events: u64,
}

/// Gathers the keys of a dump.
#[derive(Default)]
pub struct Trace {
    pub keys: Vec<Traced>,
    pub damaged: Vec<(u64, Vec<u8>)>,
    /// Of contents only the lengths count: for readings that hold more or less.
    pub only_lengths: bool,
    hash: DefaultHasher,
}

impl Trace {
    pub fn of_lengths() -> Self {
        Self { only_lengths: true, ..Self::default() }
    }

    fn add(&mut self, event: &str, parts: impl Hash) {
        event.hash(&mut self.hash);
        parts.hash(&mut self.hash);
    }

    fn element(&mut self, event: &str, element: Element<'_>) {
        self.add(event, element.len());
        if !self.only_lengths {
            match element {
                Element::Int(number) => self.add("int", number),
                Element::Bytes(bytes) => self.add("bytes", bytes),
                Element::Opaque { length } => self.add("opaque", length),
            }
        }
    }
}

impl ValueSink for Trace {
    fn begin(&mut self, value: ValueType, declared: Option<u64>) {
        self.add("begin", (value, declared));
    }
    fn end(&mut self) {
        self.add("end", ());
    }
    fn string(&mut self, content: Element<'_>, beginning: Beginning<'_>, nonzero: Option<u64>) {
        self.element("string", content);
        if !self.only_lengths {
            self.add("beginning", (beginning, nonzero));
        }
    }
    fn packed(&mut self, layout: Packed, bytes: u64, file_bytes: u64) {
        self.add("packed", (format!("{layout:?}"), bytes, file_bytes));
    }
    fn packed_end(&mut self) {
        self.add("packed_end", ());
    }
    fn item(&mut self, element: Element<'_>) {
        self.element("item", element);
    }
    fn member(&mut self, member: Element<'_>) {
        self.element("member", member);
    }
    fn score(&mut self, score: f64) {
        self.add("score", score.to_bits());
    }
    fn field(&mut self, field: Element<'_>) {
        self.element("field", field);
    }
    fn value(&mut self, value: Element<'_>) {
        self.element("value", value);
    }
    fn pair_end(&mut self, expires_at_ms: Option<i64>) {
        self.add("pair_end", expires_at_ms);
    }
    fn min_field_expiry(&mut self, expires_at_ms: i64) {
        self.add("min_field_expiry", expires_at_ms);
    }
    fn template(&mut self, id: Option<u64>, names: &[Vec<u8>]) {
        self.add("template", (id, names));
    }
    fn path(&mut self, path: Element<'_>, fields: u64) {
        self.element("path", path);
        self.add("fields", fields);
    }
    fn stream_node(&mut self, master: StreamId, bytes: u64) {
        self.add("stream_node", (master.to_raw(), bytes));
    }
    fn stream_node_end(&mut self) {
        self.add("stream_node_end", ());
    }
    fn stream_entry(&mut self, id: StreamId, deleted: bool, pairs: u64) {
        self.add("stream_entry", (id.to_raw(), deleted, pairs));
    }
    fn stream_totals(&mut self, totals: StreamTotals) {
        self.add("stream_totals", format!("{totals:?}"));
    }
    fn stream_group(&mut self, name: Element<'_>, last_id: StreamId, entries_read: Option<u64>, pending: u64) {
        self.element("stream_group", name);
        self.add("group", (last_id.to_raw(), entries_read, pending));
    }
    fn stream_pending(&mut self, id: StreamId, delivered_at_ms: i64, deliveries: u64) {
        self.add("stream_pending", (id.to_raw(), delivered_at_ms, deliveries));
    }
    fn stream_consumer(&mut self, name: Element<'_>, seen_ms: i64, active_ms: Option<i64>, pending: u64) {
        self.element("stream_consumer", name);
        self.add("consumer", (seen_ms, active_ms, pending));
    }
    fn stream_consumer_pending(&mut self, id: StreamId) {
        self.add("stream_consumer_pending", id.to_raw());
    }
    fn stream_released(&mut self, id: StreamId) {
        self.add("stream_released", id.to_raw());
    }
    fn stream_group_end(&mut self) {
        self.add("stream_group_end", ());
    }
    fn stream_idempotence(&mut self, facts: StreamIdempotence) {
        self.add("stream_idempotence", format!("{facts:?}"));
    }
    fn stream_producer(&mut self, id: Element<'_>, entries: u64) {
        self.element("stream_producer", id);
        self.add("entries", entries);
    }
    fn stream_producer_entry(&mut self, iid: Element<'_>, id: StreamId) {
        self.element("stream_producer_entry", iid);
        self.add("id", id.to_raw());
    }
    fn stream_idempotence_totals(&mut self, added: u64, duplicates: u64) {
        self.add("stream_idempotence_totals", (added, duplicates));
    }
    fn module(&mut self, name: &str, version: u16) {
        self.add("module", (name, version));
    }
    fn module_unsigned(&mut self, number: u64) {
        self.add("module_unsigned", number);
    }
    fn module_float(&mut self, number: f32) {
        self.add("module_float", number.to_bits());
    }
    fn module_double(&mut self, number: f64) {
        self.add("module_double", number.to_bits());
    }
    fn module_string(&mut self, content: Element<'_>) {
        self.element("module_string", content);
    }
    fn array(&mut self, count: u64, last_insert: Option<u64>) {
        self.add("array", (count, last_insert));
    }
    fn array_slot(&mut self, index: u64, value: ArrayValue<'_>) {
        self.add("array_slot", index);
        match value {
            ArrayValue::Text(element) => self.element("text", element),
            ArrayValue::Integer(number) => self.add("integer", number),
            ArrayValue::Double(number) => self.add("double", number.to_bits()),
            ArrayValue::Short(bytes) => self.add("short", bytes),
        }
    }
}

impl RecordSink for Trace {
    fn key(&mut self, _: &KeyRecord) {
        self.hash = DefaultHasher::new();
    }

    fn key_end(&mut self, record: &KeyRecord, dump_bytes: u64) {
        self.keys.push(Traced {
            db: record.db,
            key: record.name.clone(),
            value_type: record.value_type.unwrap(),
            expires_at_ms: record.expires_at_ms,
            offset: record.offset,
            value_offset: record.value_offset,
            end: record.offset + dump_bytes,
            events: self.hash.finish(),
        });
    }

    fn key_damaged(&mut self, record: &KeyRecord) {
        self.damaged.push((record.db, record.name.clone()));
    }
}
