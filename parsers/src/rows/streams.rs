//! Groups and consumers of streams, as rows of side tables.

use std::io::{self, Read};

use super::rare::fill;
use crate::events::{Element, StreamId, ValueSink};

/// Names longer than this are cut in the rows of groups and consumers.
const LONGEST_NAME: usize = 1 << 16;

/// A consumer group.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Group {
    pub record_offset: u64,
    /// Place within the stream, from 0.
    pub number: u32,
    pub name: Vec<u8>,
    pub last_id: StreamId,
    pub entries_read: Option<u64>,
    pub pending: u64,
    pub consumers: u64,
    pub released: u64,
    /// Delivery time of the entry that waits longest, Unix milliseconds; released entries have none.
    pub oldest_pending_at_ms: Option<i64>,
    pub max_deliveries: Option<u64>,
}

/// A consumer of a group.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Consumer {
    pub record_offset: u64,
    pub group_number: u32,
    pub name: Vec<u8>,
    pub seen_at_ms: i64,
    pub active_at_ms: Option<i64>,
    pub pending: u64,
}

/// Delivery counts from here on mark an entry that may never be delivered again, not a count (XNACK FATAL).
const FATAL_DELIVERIES: u64 = i64::MAX as u64;

/// Gathers the groups and consumers of the stream being read, as bytes that leave with the key.
#[derive(Debug, Default)]
pub struct StreamRows {
    pub record_offset: u64,
    group: Option<Group>,
    groups_seen: u32,
    pub groups: Vec<u8>,
    pub consumers: Vec<u8>,
}

impl StreamRows {
    /// Forgets the key before.
    #[inline]
    pub fn reset(&mut self, record_offset: u64) {
        self.record_offset = record_offset;
        self.group = None;
        self.groups_seen = 0;
        self.groups.clear();
        self.consumers.clear();
    }
}

impl ValueSink for StreamRows {
    fn stream_group(&mut self, name: Element<'_>, last_id: StreamId, entries_read: Option<u64>, pending: u64) {
        self.group = Some(Group {
            record_offset: self.record_offset,
            number: self.groups_seen,
            name: name_of(name),
            last_id,
            entries_read,
            pending,
            ..Group::default()
        });
        self.groups_seen = self.groups_seen.saturating_add(1);
    }

    fn stream_pending(&mut self, _: StreamId, delivered_at_ms: i64, deliveries: u64) {
        let Some(group) = &mut self.group else { return };
        // A released entry has delivery time 0.
        if delivered_at_ms != 0 {
            let oldest = group.oldest_pending_at_ms.map_or(delivered_at_ms, |at| at.min(delivered_at_ms));
            group.oldest_pending_at_ms = Some(oldest);
        }
        if deliveries < FATAL_DELIVERIES {
            group.max_deliveries = Some(group.max_deliveries.map_or(deliveries, |most| most.max(deliveries)));
        }
    }

    fn stream_consumer(&mut self, name: Element<'_>, seen_ms: i64, active_ms: Option<i64>, pending: u64) {
        let Some(group) = &mut self.group else { return };
        group.consumers += 1;
        let consumer = Consumer {
            record_offset: self.record_offset,
            group_number: group.number,
            name: name_of(name),
            seen_at_ms: seen_ms,
            // -1 stands for "never".
            active_at_ms: active_ms.filter(|&at| at != -1),
            pending,
        };
        consumer.write(&mut self.consumers);
    }

    fn stream_released(&mut self, _: StreamId) {
        if let Some(group) = &mut self.group {
            group.released += 1;
        }
    }

    fn stream_group_end(&mut self) {
        if let Some(group) = self.group.take() {
            group.write(&mut self.groups);
        }
    }
}

fn name_of(element: Element<'_>) -> Vec<u8> {
    match element {
        Element::Int(number) => number.to_string().into_bytes(),
        Element::Bytes(bytes) => bytes[..bytes.len().min(LONGEST_NAME)].to_vec(),
        Element::Opaque { .. } => Vec::new(),
    }
}

/// A number that may be missing, as one byte and eight.
fn put_optional(out: &mut Vec<u8>, number: Option<u64>) {
    out.push(u8::from(number.is_some()));
    out.extend_from_slice(&number.unwrap_or(0).to_le_bytes());
}

fn put_name(out: &mut Vec<u8>, name: &[u8]) {
    out.extend_from_slice(&(name.len() as u32).to_le_bytes());
    out.extend_from_slice(name);
}

fn get_number(from: &mut impl Read) -> io::Result<u64> {
    let mut bytes = [0; 8];
    from.read_exact(&mut bytes)?;
    Ok(u64::from_le_bytes(bytes))
}

fn get_optional(from: &mut impl Read) -> io::Result<Option<u64>> {
    let mut flag = [0];
    from.read_exact(&mut flag)?;
    let number = get_number(from)?;
    Ok((flag[0] != 0).then_some(number))
}

fn get_name(from: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut length = [0; 4];
    from.read_exact(&mut length)?;
    let mut name = vec![0; (u32::from_le_bytes(length) as usize).min(LONGEST_NAME)];
    from.read_exact(&mut name)?;
    Ok(name)
}

impl Group {
    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.record_offset.to_le_bytes());
        out.extend_from_slice(&u64::from(self.number).to_le_bytes());
        put_name(out, &self.name);
        out.extend_from_slice(&self.last_id.ms.to_le_bytes());
        out.extend_from_slice(&self.last_id.seq.to_le_bytes());
        for number in [self.pending, self.consumers, self.released] {
            out.extend_from_slice(&number.to_le_bytes());
        }
        put_optional(out, self.entries_read);
        put_optional(out, self.oldest_pending_at_ms.map(|at| at as u64));
        put_optional(out, self.max_deliveries);
    }

    /// Reads the next group; none at the end.
    pub fn read(from: &mut impl Read) -> io::Result<Option<Self>> {
        let mut offset = [0; 8];
        if !fill(from, &mut offset)? {
            return Ok(None);
        }
        Ok(Some(Self {
            record_offset: u64::from_le_bytes(offset),
            number: get_number(from)? as u32,
            name: get_name(from)?,
            last_id: StreamId { ms: get_number(from)?, seq: get_number(from)? },
            pending: get_number(from)?,
            consumers: get_number(from)?,
            released: get_number(from)?,
            entries_read: get_optional(from)?,
            oldest_pending_at_ms: get_optional(from)?.map(|at| at as i64),
            max_deliveries: get_optional(from)?,
        }))
    }
}

impl Consumer {
    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.record_offset.to_le_bytes());
        out.extend_from_slice(&u64::from(self.group_number).to_le_bytes());
        put_name(out, &self.name);
        out.extend_from_slice(&self.seen_at_ms.to_le_bytes());
        out.extend_from_slice(&self.pending.to_le_bytes());
        put_optional(out, self.active_at_ms.map(|at| at as u64));
    }

    /// Reads the next consumer; none at the end.
    pub fn read(from: &mut impl Read) -> io::Result<Option<Self>> {
        let mut offset = [0; 8];
        if !fill(from, &mut offset)? {
            return Ok(None);
        }
        Ok(Some(Self {
            record_offset: u64::from_le_bytes(offset),
            group_number: get_number(from)? as u32,
            name: get_name(from)?,
            seen_at_ms: get_number(from)? as i64,
            pending: get_number(from)?,
            active_at_ms: get_optional(from)?.map(|at| at as i64),
        }))
    }
}
