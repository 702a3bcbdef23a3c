//! Consumer groups.

use std::collections::{BTreeMap, BTreeSet};

use crate::events::{Element, StreamId, ValueSink};
use crate::rdb::codes::ValueType;

/// A pending entry.
#[derive(Debug, Clone)]
pub struct Pending {
    pub delivered_at_ms: i64,
    pub deliveries: u64,
    /// None for an entry that was released, or claimed by nobody yet.
    pub consumer: Option<Box<[u8]>>,
}

/// A consumer.
#[derive(Debug, Clone)]
pub struct Consumer {
    pub seen_ms: i64,
    /// -1 for never.
    pub active_ms: i64,
    pub pending: BTreeSet<StreamId>,
}

impl Consumer {
    pub fn new(now_ms: i64) -> Self {
        Self { seen_ms: now_ms, active_ms: -1, pending: BTreeSet::new() }
    }
}

/// A group.
#[derive(Debug, Clone, Default)]
pub struct Group {
    pub last_id: StreamId,
    /// None where the server does not know.
    pub entries_read: Option<u64>,
    pub pending: BTreeMap<StreamId, Pending>,
    pub consumers: BTreeMap<Box<[u8]>, Consumer>,
    /// Released entries in the order of their release.
    pub released: Vec<StreamId>,
}

impl Group {
    pub fn pending_count(&self) -> u64 {
        self.pending.len() as u64
    }

    pub fn consumer(&mut self, name: &[u8], now_ms: i64) -> &mut Consumer {
        self.consumers.entry(name.into()).or_insert_with(|| Consumer::new(now_ms))
    }

    /// Takes an entry out of the pending ones; whether it was there.
    pub fn forget(&mut self, id: StreamId) -> bool {
        let Some(pending) = self.pending.remove(&id) else { return false };
        self.disown(id, pending.consumer.as_deref());
        true
    }

    /// Takes an entry from its consumer, or from the released ones.
    pub fn disown(&mut self, id: StreamId, consumer: Option<&[u8]>) {
        match consumer.and_then(|name| self.consumers.get_mut(name)) {
            Some(consumer) => {
                consumer.pending.remove(&id);
            }
            None => self.released.retain(|released| *released != id),
        }
    }

    pub fn emit<S: ValueSink>(&self, name: &[u8], value_type: ValueType, sink: &mut S) {
        let newer = value_type != ValueType::StreamListpacks;
        let entries_read = self.entries_read.filter(|_| newer);
        sink.stream_group(Element::Bytes(name), self.last_id, entries_read, self.pending_count());
        for (id, pending) in &self.pending {
            sink.stream_pending(*id, pending.delivered_at_ms, pending.deliveries);
        }
        let tells_activity = newer && value_type != ValueType::StreamListpacks2;
        for (name, consumer) in &self.consumers {
            let active = tells_activity.then_some(consumer.active_ms);
            sink.stream_consumer(Element::Bytes(name), consumer.seen_ms, active, consumer.pending.len() as u64);
            consumer.pending.iter().for_each(|id| sink.stream_consumer_pending(*id));
        }
        if value_type == ValueType::StreamListpacks5 {
            self.released.iter().for_each(|id| sink.stream_released(*id));
        }
        sink.stream_group_end();
    }
}
