//! Builds batches of key rows.

use std::sync::Arc;

use arrow_array::builder::{BinaryBuilder, Int16Builder, Int32Builder, Int64Builder, StringBuilder};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{ArrowError, SchemaRef};

use super::schema;

/// One key row, names borrowed.
#[derive(Debug, Clone, Copy, Default)]
pub struct KeyRow<'a> {
    pub db: u64,
    pub name: &'a str,
    pub raw: Option<&'a [u8]>,
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
    name_bytes: usize,
    db: Int64Builder,
    name: StringBuilder,
    raw: BinaryBuilder,
    form_id: Int32Builder,
    pattern_id: Int32Builder,
    elements: Int64Builder,
    memory_bytes: Int64Builder,
    allocated_bytes: Int64Builder,
    value_bytes: Int64Builder,
    dump_bytes: Int64Builder,
    record_offset: Int64Builder,
    largest_element_bytes: Int64Builder,
    expires_at_ms: Int64Builder,
    idle_seconds: Int64Builder,
    lfu_frequency: Int16Builder,
    slot: Int16Builder,
}

/// A count of the file as a signed number; no real one is beyond.
#[inline]
pub fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

impl KeyRows {
    /// Room for `rows` rows.
    pub fn new(rows: usize) -> Self {
        let int64 = || Int64Builder::with_capacity(rows);
        Self {
            schema: schema::key_rows(),
            rows: 0,
            name_bytes: 0,
            db: int64(),
            name: StringBuilder::with_capacity(rows, rows * 24),
            raw: BinaryBuilder::new(),
            form_id: Int32Builder::with_capacity(rows),
            pattern_id: Int32Builder::with_capacity(rows),
            elements: int64(),
            memory_bytes: int64(),
            allocated_bytes: int64(),
            value_bytes: int64(),
            dump_bytes: int64(),
            record_offset: int64(),
            largest_element_bytes: int64(),
            expires_at_ms: int64(),
            idle_seconds: int64(),
            lfu_frequency: Int16Builder::with_capacity(rows),
            slot: Int16Builder::with_capacity(rows),
        }
    }

    pub fn schema(&self) -> SchemaRef {
        self.schema.clone()
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
        self.name_bytes
    }

    #[inline]
    pub fn push(&mut self, row: &KeyRow<'_>) {
        self.rows += 1;
        self.name_bytes += row.name.len() + row.raw.map_or(0, <[u8]>::len);
        self.db.append_value(signed(row.db));
        self.name.append_value(row.name);
        self.raw.append_option(row.raw);
        self.form_id.append_value(row.form_id);
        self.pattern_id.append_value(row.pattern_id);
        self.elements.append_option(row.elements.map(signed));
        self.memory_bytes.append_option(row.memory_bytes.map(signed));
        self.allocated_bytes.append_option(row.allocated_bytes.map(signed));
        self.value_bytes.append_option(row.value_bytes.map(signed));
        self.dump_bytes.append_value(signed(row.dump_bytes));
        self.record_offset.append_value(signed(row.record_offset));
        self.largest_element_bytes.append_option(row.largest_element_bytes.map(signed));
        self.expires_at_ms.append_option(row.expires_at_ms);
        self.idle_seconds.append_option(row.idle_seconds.map(signed));
        self.lfu_frequency.append_option(row.lfu_frequency.map(i16::from));
        // Slots end at 16383.
        self.slot.append_value(row.slot as i16);
    }

    /// The batch; the builder is empty afterwards.
    pub fn finish(&mut self) -> Result<RecordBatch, ArrowError> {
        self.rows = 0;
        self.name_bytes = 0;
        let columns: Vec<ArrayRef> = vec![
            Arc::new(self.db.finish()),
            Arc::new(self.name.finish()),
            Arc::new(self.raw.finish()),
            Arc::new(self.form_id.finish()),
            Arc::new(self.pattern_id.finish()),
            Arc::new(self.elements.finish()),
            Arc::new(self.memory_bytes.finish()),
            Arc::new(self.allocated_bytes.finish()),
            Arc::new(self.value_bytes.finish()),
            Arc::new(self.dump_bytes.finish()),
            Arc::new(self.record_offset.finish()),
            Arc::new(self.largest_element_bytes.finish()),
            Arc::new(self.expires_at_ms.finish()),
            Arc::new(self.idle_seconds.finish()),
            Arc::new(self.lfu_frequency.finish()),
            Arc::new(self.slot.finish()),
        ];
        RecordBatch::try_new(self.schema.clone(), columns)
    }
}
