//! Batches of the side tables, made from what the pass gathered. Tables that can be long are read from their spool a
//! part at a time.

use std::sync::Arc;

use arrow_array::builder::{BinaryBuilder, BooleanBuilder, Float64Builder, Int32Builder, Int64Builder, StringBuilder};
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::{ArrowError, SchemaRef};

use super::key_rows::signed;
use crate::events::StreamId;
use crate::patterns::safe_name;
use crate::rows::rare::RareFacts;
use crate::rows::streams::{Consumer, Group};
use crate::spool::SpoolReader;

/// Rows of one batch of a spooled table.
const ROWS: usize = 16_384;

/// A column being filled.
#[derive(Debug)]
pub enum Column {
    Int32(Int32Builder),
    Int64(Int64Builder),
    Float64(Float64Builder),
    Boolean(BooleanBuilder),
    Text(StringBuilder),
    Bytes(BinaryBuilder),
}

/// One value of a row.
#[derive(Debug, Clone)]
pub enum Cell<'a> {
    Null,
    Int(i64),
    Double(f64),
    Bool(bool),
    Text(&'a str),
    Bytes(&'a [u8]),
}

impl From<u64> for Cell<'_> {
    fn from(number: u64) -> Self {
        Self::Int(signed(number))
    }
}

impl<'a> From<&'a str> for Cell<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

impl<'a, T: Into<Cell<'a>>> From<Option<T>> for Cell<'a> {
    fn from(cell: Option<T>) -> Self {
        cell.map_or(Self::Null, Into::into)
    }
}

/// Rows of a side table, collected by a schema.
#[derive(Debug)]
pub struct TableBuilder {
    schema: SchemaRef,
    columns: Vec<Column>,
}

impl TableBuilder {
    pub fn new(schema: SchemaRef) -> Self {
        use arrow_schema::DataType;
        let columns = schema
            .fields()
            .iter()
            .map(|field| match field.data_type() {
                DataType::Int32 => Column::Int32(Int32Builder::new()),
                DataType::Int64 => Column::Int64(Int64Builder::new()),
                DataType::Float64 => Column::Float64(Float64Builder::new()),
                DataType::Boolean => Column::Boolean(BooleanBuilder::new()),
                DataType::Binary => Column::Bytes(BinaryBuilder::new()),
                _ => Column::Text(StringBuilder::new()),
            })
            .collect();
        Self { schema, columns }
    }

    /// Appends a row; its cells stand in the order of the schema.
    pub fn row<const N: usize>(&mut self, cells: [Cell<'_>; N]) {
        debug_assert_eq!(N, self.columns.len());
        for (column, cell) in self.columns.iter_mut().zip(cells) {
            match (column, cell) {
                (Column::Int32(to), Cell::Int(n)) => to.append_value(i32::try_from(n).unwrap_or(i32::MAX)),
                (Column::Int32(to), _) => to.append_null(),
                (Column::Int64(to), Cell::Int(n)) => to.append_value(n),
                (Column::Int64(to), _) => to.append_null(),
                (Column::Float64(to), Cell::Double(n)) => to.append_value(n),
                (Column::Float64(to), _) => to.append_null(),
                (Column::Boolean(to), Cell::Bool(b)) => to.append_value(b),
                (Column::Boolean(to), _) => to.append_null(),
                (Column::Text(to), Cell::Text(text)) => to.append_value(text),
                (Column::Text(to), _) => to.append_null(),
                (Column::Bytes(to), Cell::Bytes(bytes)) => to.append_value(bytes),
                (Column::Bytes(to), _) => to.append_null(),
            }
        }
    }

    pub fn finish(&mut self) -> Result<RecordBatch, ArrowError> {
        let columns = self.columns.iter_mut().map(|column| -> ArrayRef {
            match column {
                Column::Int32(from) => Arc::new(from.finish()),
                Column::Int64(from) => Arc::new(from.finish()),
                Column::Float64(from) => Arc::new(from.finish()),
                Column::Boolean(from) => Arc::new(from.finish()),
                Column::Text(from) => Arc::new(from.finish()),
                Column::Bytes(from) => Arc::new(from.finish()),
            }
        });
        RecordBatch::try_new(self.schema.clone(), columns.collect())
    }
}

/// A name as safe text, and its bytes where the text differs.
#[derive(Debug, Default)]
pub struct SafeName {
    text: Vec<u8>,
}

impl SafeName {
    /// The two cells of a name.
    pub fn cells<'a>(&'a mut self, name: &'a [u8]) -> (Cell<'a>, Cell<'a>) {
        self.text.clear();
        let differs = safe_name(name, &mut self.text);
        let text = std::str::from_utf8(&self.text).unwrap_or_default();
        (Cell::Text(text), if differs { Cell::Bytes(name) } else { Cell::Null })
    }
}

/// A spooled table: a reader of records, given out in batches.
#[derive(Debug)]
pub struct SpooledTable {
    kind: Spooled,
    from: SpoolReader,
    schema: SchemaRef,
    ended: bool,
}

/// The tables that are spooled.
#[derive(Debug, Clone, Copy)]
pub enum Spooled {
    KeyFacts,
    Groups,
    Consumers,
}

impl SpooledTable {
    pub fn new(kind: Spooled, from: SpoolReader, schema: SchemaRef) -> Self {
        Self { kind, from, schema, ended: false }
    }

    /// Appends the next record; false at the end.
    fn append(&mut self, table: &mut TableBuilder, name: &mut SafeName) -> std::io::Result<bool> {
        match self.kind {
            Spooled::KeyFacts => {
                let Some((offset, facts)) = RareFacts::read(&mut self.from)? else { return Ok(false) };
                key_facts(table, offset, &facts);
            }
            Spooled::Groups => {
                let Some(group) = Group::read(&mut self.from)? else { return Ok(false) };
                group_row(table, name, &group);
            }
            Spooled::Consumers => {
                let Some(consumer) = Consumer::read(&mut self.from)? else { return Ok(false) };
                consumer_row(table, name, &consumer);
            }
        }
        Ok(true)
    }
}

impl Iterator for SpooledTable {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let mut table = TableBuilder::new(self.schema.clone());
        let mut name = SafeName::default();
        for rows in 0..ROWS {
            match self.append(&mut table, &mut name) {
                Ok(true) => {}
                Ok(false) => {
                    self.ended = true;
                    if rows == 0 {
                        return None;
                    }
                    break;
                }
                Err(e) => {
                    self.ended = true;
                    return Some(Err(ArrowError::IoError(e.to_string(), e)));
                }
            }
        }
        Some(table.finish())
    }
}

fn key_facts(table: &mut TableBuilder, offset: u64, facts: &RareFacts) {
    let id = |id: Option<StreamId>| id.map(|id| id.to_string());
    let (first, last, deleted) = (id(facts.first_id), id(facts.last_id), id(facts.max_deleted_id));
    let array_length = facts.array_length.map(|n| n.to_string());
    let array_next = facts.array_next.flatten().map(|n| n.to_string());
    table.row([
        offset.into(),
        facts.nonzero_bytes.into(),
        facts.fields_with_ttl.into(),
        facts.min_field_expires_at_ms.map_or(Cell::Null, Cell::Int),
        facts.equal_score.map_or(Cell::Null, Cell::Double),
        first.as_deref().into(),
        last.as_deref().into(),
        deleted.as_deref().into(),
        facts.entries_added.into(),
        facts.deleted_entries.into(),
        facts.stream_nodes.into(),
        facts.groups.into(),
        facts.pending.into(),
        facts.released.into(),
        facts.idmp_producers.into(),
        array_length.as_deref().into(),
        array_next.as_deref().into(),
        facts.template_id.into(),
        facts.module_version.map(u64::from).into(),
        facts.fields.into(),
        facts.scored_members.into(),
    ]);
}

fn group_row(table: &mut TableBuilder, safe: &mut SafeName, group: &Group) {
    let last_id = group.last_id.to_string();
    let (name, raw) = safe.cells(&group.name);
    table.row([
        group.record_offset.into(),
        u64::from(group.number).into(),
        name,
        raw,
        last_id.as_str().into(),
        group.entries_read.into(),
        group.pending.into(),
        group.consumers.into(),
        group.released.into(),
        group.oldest_pending_at_ms.map_or(Cell::Null, Cell::Int),
        group.max_deliveries.into(),
    ]);
}

fn consumer_row(table: &mut TableBuilder, safe: &mut SafeName, consumer: &Consumer) {
    let (name, raw) = safe.cells(&consumer.name);
    table.row([
        consumer.record_offset.into(),
        u64::from(consumer.group_number).into(),
        name,
        raw,
        Cell::Int(consumer.seen_at_ms),
        consumer.active_at_ms.map_or(Cell::Null, Cell::Int),
        consumer.pending.into(),
    ]);
}

/// Whether a batch has no rows, for tables that are made at once.
pub fn is_empty(batch: &RecordBatch) -> bool {
    batch.columns().first().is_none_or(|column| column.is_empty())
}
