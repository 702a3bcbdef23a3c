//! Consumer groups, pending entries and idempotent producers of a stream.

use super::damage::Damage;
use super::owned::Owned;
use super::stream::id;
use crate::error::Result;
use crate::events::{StreamId, StreamIdempotence, ValueSink};
use crate::rdb::codes::ValueType;
use crate::source::Input;

/// `entries_read` of a group that does not know it.
const UNKNOWN: u64 = u64::MAX;

pub fn decode<S: ValueSink>(value: ValueType, input: &mut Input, damage: &mut Damage, sink: &mut S) -> Result<()> {
    let groups = input.length()?;
    for _ in 0..groups {
        group(value, input, damage, sink)?;
    }
    if matches!(value, ValueType::StreamListpacks4 | ValueType::StreamListpacks5) {
        idempotence(input, damage, sink)?;
    }
    Ok(())
}

fn group<S: ValueSink>(value: ValueType, input: &mut Input, damage: &mut Damage, sink: &mut S) -> Result<()> {
    let name = Owned::of(damage.element(input)?);
    let last_id = id(input)?;
    let entries_read = match value {
        ValueType::StreamListpacks => None,
        _ => Some(input.length()?).filter(|&read| read != UNKNOWN),
    };
    let pending = input.length()?;
    sink.stream_group(name.element(), last_id, entries_read, pending);
    for _ in 0..pending {
        let id = raw_id(input)?;
        let delivered = i64::from_le_bytes(input.array()?);
        let deliveries = input.length()?;
        sink.stream_pending(id, delivered, deliveries);
    }
    let consumers = input.length()?;
    for _ in 0..consumers {
        consumer(value, input, damage, sink)?;
    }
    if value == ValueType::StreamListpacks5 {
        for _ in 0..input.length()? {
            let id = raw_id(input)?;
            sink.stream_released(id);
        }
    }
    sink.stream_group_end();
    Ok(())
}

fn consumer<S: ValueSink>(value: ValueType, input: &mut Input, damage: &mut Damage, sink: &mut S) -> Result<()> {
    let name = Owned::of(damage.element(input)?);
    let seen = i64::from_le_bytes(input.array()?);
    let active = match value {
        ValueType::StreamListpacks | ValueType::StreamListpacks2 => None,
        _ => Some(i64::from_le_bytes(input.array()?)),
    };
    let pending = input.length()?;
    sink.stream_consumer(name.element(), seen, active, pending);
    for _ in 0..pending {
        let id = raw_id(input)?;
        sink.stream_consumer_pending(id);
    }
    Ok(())
}

fn idempotence<S: ValueSink>(input: &mut Input, damage: &mut Damage, sink: &mut S) -> Result<()> {
    let duration_seconds = input.length()?;
    let max_entries = input.length()?;
    let producers = input.length()?;
    sink.stream_idempotence(StreamIdempotence { duration_seconds, max_entries, producers });
    for _ in 0..producers {
        let producer = Owned::of(damage.element(input)?);
        let entries = input.length()?;
        sink.stream_producer(producer.element(), entries);
        for _ in 0..entries {
            let iid = Owned::of(damage.element(input)?);
            let entry = id(input)?;
            sink.stream_producer_entry(iid.element(), entry);
        }
    }
    let (added, duplicates) = (input.length()?, input.length()?);
    sink.stream_idempotence_totals(added, duplicates);
    Ok(())
}

/// An ID as 16 big-endian bytes.
fn raw_id(input: &mut Input) -> Result<StreamId> {
    Ok(StreamId::from_raw(input.array()?))
}
