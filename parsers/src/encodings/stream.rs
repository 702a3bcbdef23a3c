//! Streams: nodes of entries in listpacks; totals; groups and idempotence follow in `stream_groups` (redis t_stream.c).

use super::damage::Damage;
use super::listpack::Listpack;
use super::owned::Owned;
use super::packed::Layout;
use super::stream_groups;
use crate::error::{Error, Result};
use crate::events::{Element, StreamId, StreamTotals, ValueSink};
use crate::rdb::codes::ValueType;
use crate::source::bytes::PackedDecoder;
use crate::source::{Bytes, Input};

const NAME: &str = "stream";

/// Most fields of a master entry: no command is that long, and a compressed node can claim more than memory holds.
const MOST_FIELDS: u64 = 1 << 20;

/// Bytes of field names that are kept with their content; of the rest only the lengths.
const KEPT_NAMES: u64 = 16 << 20;

const DELETED: i64 = 1;
const SAME_FIELDS: i64 = 2;

pub fn decode<S: ValueSink>(value: ValueType, input: &mut Input, damage: &mut Damage, sink: &mut S) -> Result<()> {
    let nodes = input.length()?;
    sink.begin(value, None);
    for _ in 0..nodes {
        let master = master_id(input, damage)?;
        let head = input.string_head()?;
        damage.packed_content(input, head, &mut Node { sink, master, fields: MasterFields::default() })?;
    }
    let length = input.length()?;
    let mut totals = StreamTotals { length, last_id: id(input)?, ..StreamTotals::default() };
    if value != ValueType::StreamListpacks {
        totals.first_id = Some(id(input)?);
        totals.max_deleted_id = Some(id(input)?);
        totals.entries_added = Some(input.length()?);
    }
    sink.stream_totals(totals);
    stream_groups::decode(value, input, damage, sink)
}

/// An ID as two lengths.
pub fn id(input: &mut Input) -> Result<StreamId> {
    Ok(StreamId { ms: input.length()?, seq: input.length()? })
}

/// The key of a node: a string of 16 bytes.
fn master_id(input: &mut Input, damage: &mut Damage) -> Result<StreamId> {
    let start = input.offset();
    let raw = match damage.element(input)? {
        Element::Bytes(raw) => raw.try_into().ok(),
        _ => None,
    };
    match raw {
        Some(raw) => Ok(StreamId::from_raw(raw)),
        None => {
            damage.absorb(Error::encoding(NAME, "the key of a node is not 16 bytes long", start))?;
            Ok(StreamId::default())
        }
    }
}

/// Field names of a master entry, which its entries share.
#[derive(Default)]
struct MasterFields {
    names: Vec<Owned>,
    kept_bytes: u64,
}

impl MasterFields {
    fn push(&mut self, name: Element<'_>) {
        let length = name.len();
        self.kept_bytes = self.kept_bytes.saturating_add(length);
        let held = if self.kept_bytes <= KEPT_NAMES { Owned::of(name) } else { Owned::Opaque { length } };
        self.names.push(held);
    }
}

/// Walks one node.
struct Node<'s, S> {
    sink: &'s mut S,
    master: StreamId,
    fields: MasterFields,
}

/// Reads one entry that must be an integer.
fn integer<B: Bytes>(layout: &mut Listpack, bytes: &mut B) -> Result<i64> {
    let mut number = None;
    let there = layout.entry(bytes, |element| number = element.integer())?;
    match number {
        Some(number) if there => Ok(number),
        _ => Err(Error::encoding(NAME, "an integer is missing in a node", bytes.offset())),
    }
}

/// Reads one entry that must be a count.
fn count<B: Bytes>(layout: &mut Listpack, bytes: &mut B) -> Result<u64> {
    let number = integer(layout, bytes)?;
    u64::try_from(number).map_err(|_| Error::encoding(NAME, "a count in a node is negative", bytes.offset()))
}

/// Reads one entry of any content.
fn content<B: Bytes>(layout: &mut Listpack, bytes: &mut B, take: impl FnOnce(Element<'_>)) -> Result<()> {
    if layout.entry(bytes, take)? {
        Ok(())
    } else {
        Err(Error::encoding(NAME, "a node ends inside an entry", bytes.offset()))
    }
}

impl<S: ValueSink> PackedDecoder for Node<'_, S> {
    fn decode<B: Bytes>(&mut self, bytes: &mut B) -> Result<()> {
        self.sink.stream_node(self.master, bytes.left());
        let start = bytes.offset();
        let layout = &mut Listpack;
        layout.header(bytes)?;
        let valid = count(layout, bytes)?;
        let deleted = count(layout, bytes)?;
        let fields = count(layout, bytes)?;
        if fields > MOST_FIELDS {
            return Err(Error::encoding(NAME, format!("a master entry of {fields} fields"), start));
        }
        for _ in 0..fields {
            content(layout, bytes, |name| self.fields.push(name))?;
        }
        if integer(layout, bytes)? != 0 {
            return Err(Error::encoding(NAME, "the master entry does not end with 0", bytes.offset()));
        }
        let (mut live, mut dead) = (0, 0);
        while bytes.peek(1)?[0] != 0xff {
            if self.entry(layout, bytes)? {
                dead += 1;
            } else {
                live += 1;
            }
        }
        bytes.consume(1);
        if (live, dead) != (valid, deleted) {
            let what = format!("a node counts {valid} entries and {deleted} deleted ones, it has {live} and {dead}");
            return Err(Error::encoding(NAME, what, start));
        }
        self.sink.stream_node_end();
        Ok(())
    }

    fn encoding(&self) -> &'static str {
        NAME
    }
}

impl<S: ValueSink> Node<'_, S> {
    /// One entry; tells whether it is a deleted one.
    fn entry<B: Bytes>(&mut self, layout: &mut Listpack, bytes: &mut B) -> Result<bool> {
        let flags = integer(layout, bytes)?;
        let ms = integer(layout, bytes)?;
        let seq = integer(layout, bytes)?;
        let id = StreamId { ms: self.master.ms.wrapping_add(ms as u64), seq: self.master.seq.wrapping_add(seq as u64) };
        let same_fields = flags & SAME_FIELDS != 0;
        let pairs = if same_fields { self.fields.names.len() as u64 } else { count(layout, bytes)? };
        let is_deleted = flags & DELETED != 0;
        self.sink.stream_entry(id, is_deleted, pairs);
        for i in 0..pairs {
            if same_fields {
                if let Some(name) = self.fields.names.get(i as usize) {
                    self.sink.field(name.element());
                }
            } else {
                content(layout, bytes, |name| self.sink.field(name))?;
            }
            content(layout, bytes, |value| self.sink.value(value))?;
        }
        let expected = if same_fields { pairs.saturating_add(3) } else { pairs.saturating_mul(2).saturating_add(4) };
        if count(layout, bytes)? != expected {
            return Err(Error::encoding(NAME, "an entry does not end with the count of its parts", bytes.offset()));
        }
        Ok(is_deleted)
    }
}
