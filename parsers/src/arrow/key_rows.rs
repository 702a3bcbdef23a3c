//! Builds batches of key rows.

use arrow_array::RecordBatch;
use arrow_array::types::{Int16Type, Int32Type, Int64Type};
use arrow_schema::{ArrowError, SchemaRef};

use super::columns::{Numbers, Optional, OptionalBytes, Texts};
use super::schema;
use crate::patterns::safe_name;

/// One key row.
#[derive(Debug, Clone, Copy, Default)]
pub struct KeyRow<'a> {
    pub db: u64,
    /// The exact bytes; the text is made of them.
    pub name: &'a [u8],
    pub form_id: i32,
    pub pattern_id: i32,
    pub elements: Option<u64>,
    pub memory_bytes: Option<u64>,
    pub allocated_bytes: Option<u64>,
    pub value_bytes: Option<u64>,
    pub dump_bytes: u64,
    pub record_offset: u64,
    pub largest_element_bytes: Option<u64>,
    pub expires_at_ms: Option<i64>,
    pub idle_seconds: Option<u64>,
    pub lfu_frequency: Option<u8>,
    pub slot: u16,
}

/// Columns of the batch being filled.
#[derive(Debug)]
pub struct KeyRows {
    schema: SchemaRef,
    rows: usize,
    db: Numbers<Int64Type>,
    name: Texts,
    raw: OptionalBytes,
    form_id: Numbers<Int32Type>,
    pattern_id: Numbers<Int32Type>,
    elements: Optional<Int64Type>,
    memory_bytes: Optional<Int64Type>,
    allocated_bytes: Optional<Int64Type>,
    value_bytes: Optional<Int64Type>,
    dump_bytes: Numbers<Int64Type>,
    record_offset: Numbers<Int64Type>,
    largest_element_bytes: Optional<Int64Type>,
    expires_at_ms: Optional<Int64Type>,
    idle_seconds: Optional<Int64Type>,
    lfu_frequency: Optional<Int16Type>,
    slot: Numbers<Int16Type>,
}

/// A count of the file as a signed number; no real one is beyond.
#[inline]
pub fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

impl KeyRows {
    /// Room for `rows` rows.
    pub fn new(rows: usize) -> Self {
        Self {
            schema: schema::key_rows(),
            rows: 0,
            db: Numbers::new(rows),
            name: Texts::new(rows),
            raw: OptionalBytes::new(rows),
            form_id: Numbers::new(rows),
            pattern_id: Numbers::new(rows),
            elements: Optional::new(rows),
            memory_bytes: Optional::new(rows),
            allocated_bytes: Optional::new(rows),
            value_bytes: Optional::new(rows),
            dump_bytes: Numbers::new(rows),
            record_offset: Numbers::new(rows),
            largest_element_bytes: Optional::new(rows),
            expires_at_ms: Optional::new(rows),
            idle_seconds: Optional::new(rows),
            lfu_frequency: Optional::new(rows),
            slot: Numbers::new(rows),
        }
    }

    /// Rows in the batch so far.
    #[inline]
    pub fn len(&self) -> usize {
        self.rows
    }

    #[inline]
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// Bytes of names in the batch so far.
    #[inline]
    pub fn name_bytes(&self) -> usize {
        self.name.bytes() + self.raw.bytes()
    }

    #[inline]
    pub fn push(&mut self, row: &KeyRow<'_>) {
        self.rows += 1;
        self.db.push(signed(row.db));
        let differs = self.name.push_with(|text| safe_name(row.name, text));
        self.raw.push(differs.then_some(row.name));
        self.form_id.push(row.form_id);
        self.pattern_id.push(row.pattern_id);
        self.elements.push(row.elements.map(signed));
        self.memory_bytes.push(row.memory_bytes.map(signed));
        self.allocated_bytes.push(row.allocated_bytes.map(signed));
        self.value_bytes.push(row.value_bytes.map(signed));
        self.dump_bytes.push(signed(row.dump_bytes));
        self.record_offset.push(signed(row.record_offset));
        self.largest_element_bytes.push(row.largest_element_bytes.map(signed));
        self.expires_at_ms.push(row.expires_at_ms);
        self.idle_seconds.push(row.idle_seconds.map(signed));
        self.lfu_frequency.push(row.lfu_frequency.map(i16::from));
        // Slots end at 16383.
        self.slot.push(row.slot as i16);
    }

    /// The batch; the columns are empty afterwards.
    pub fn finish(&mut self) -> Result<RecordBatch, ArrowError> {
        self.rows = 0;
        let columns = vec![
            self.db.finish(),
            self.name.finish()?,
            self.raw.finish()?,
            self.form_id.finish(),
            self.pattern_id.finish(),
            self.elements.finish(),
            self.memory_bytes.finish(),
            self.allocated_bytes.finish(),
            self.value_bytes.finish(),
            self.dump_bytes.finish(),
            self.record_offset.finish(),
            self.largest_element_bytes.finish(),
            self.expires_at_ms.finish(),
            self.idle_seconds.finish(),
            self.lfu_frequency.finish(),
            self.slot.finish(),
        ];
        RecordBatch::try_new(self.schema.clone(), columns)
    }
}
