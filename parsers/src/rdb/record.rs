//! A key record: what stands before the value, and who receives it.

use super::codes::ValueType;
use super::facts::FileFacts;
use crate::events::ValueSink;

/// The head of a key record.
#[derive(Debug, Clone, Default)]
pub struct KeyRecord {
    pub db: u64,
    pub name: Vec<u8>,
    /// Signed Unix milliseconds, exactly as stored (seconds times 1000 for the old opcode).
    pub expires_at_ms: Option<i64>,
    pub idle_seconds: Option<u64>,
    pub lfu_frequency: Option<u8>,
    /// Offset of the first byte of the record: its first prefix opcode, or its type.
    pub offset: u64,
    /// Offset of the first byte of the value.
    pub value_offset: u64,
    /// Whether module metadata (KEY_META) stood before the key.
    pub has_metadata: bool,
    pub value_type: Option<ValueType>,
}

impl KeyRecord {
    /// Forgets everything but the database.
    pub(super) fn reset(&mut self) {
        let name = std::mem::take(&mut self.name);
        *self = Self { db: self.db, name, ..Self::default() };
        self.name.clear();
    }
}

/// Receives key records.
pub trait RecordSink: ValueSink {
    /// The first key is about to come: everything that stands before it in the file is known.
    fn before_first_key(&mut self, _facts: &FileFacts) {}

    /// A record begins; its value follows as events.
    fn key(&mut self, record: &KeyRecord);

    /// Whether the value of the record that begins is to be told with all its contents, whatever their size.
    fn wants_contents(&self) -> bool {
        false
    }

    /// The record is complete; `dump_bytes` are the bytes it takes in the file.
    fn key_end(&mut self, record: &KeyRecord, dump_bytes: u64);

    /// The record's value was damaged and is passed over (salvage only): what was gathered is void.
    fn key_damaged(&mut self, record: &KeyRecord);
}
