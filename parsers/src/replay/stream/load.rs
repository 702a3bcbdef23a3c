//! A stream out of the events of a dump.

use super::{Consumer, Group, Pair, Pending, Stream};
use crate::encodings::Owned;
use crate::events::{Element, StreamId, StreamIdempotence, StreamTotals, ValueSink};

fn text(element: Element<'_>) -> Box<[u8]> {
    match Owned::of(element) {
        Owned::Int(number) => number.to_string().into_bytes().into(),
        Owned::Bytes(bytes) => bytes.into(),
        Owned::Opaque { .. } => Box::default(),
    }
}

/// Gathers a stream.
#[derive(Debug, Default)]
pub struct Builder {
    stream: Stream,
    master: StreamId,
    entry: Option<(StreamId, bool)>,
    /// Fields and values of the entry in turn.
    texts: Vec<Box<[u8]>>,
    group: Box<[u8]>,
    consumer: Box<[u8]>,
    producer: Box<[u8]>,
    full_back_length: bool,
    has_totals: bool,
}

impl Builder {
    /// `idempotence`: what the server keeps of producers where the dump does not say.
    pub fn new(full_back_length: bool, idempotence: (u64, u64)) -> Self {
        let stream = Stream { idempotence, ..Stream::default() };
        Self { full_back_length, stream, ..Self::default() }
    }

    pub fn finish(mut self) -> Stream {
        if !self.has_totals {
            // What 7.0 works out of an older dump; the first id of nothing is the largest there is.
            let stream = &mut self.stream;
            stream.entries_added = stream.length;
            let first = stream.nodes.values().find_map(super::Node::first_live);
            stream.first_id = first.unwrap_or(StreamId { ms: u64::MAX, seq: u64::MAX });
            let mut groups = std::mem::take(&mut stream.groups);
            for group in groups.values_mut() {
                group.entries_read = stream.entries_before(group.last_id);
            }
            stream.groups = groups;
        }
        self.stream.measure_groups();
        self.stream
    }

    fn close_entry(&mut self) {
        if let Some((id, deleted)) = self.entry.take() {
            let pairs: Vec<Pair<'_>> = self
                .texts
                .chunks_exact(2)
                .filter_map(|pair| if let [field, value] = pair { Some((&**field, &**value)) } else { None })
                .collect();
            self.stream.nodes.entry(self.master).or_default().push(id, deleted, &pairs, self.full_back_length);
        }
        self.texts.clear();
    }

    fn group(&mut self) -> &mut Group {
        self.stream.groups.entry(self.group.clone()).or_default()
    }
}

impl ValueSink for Builder {
    fn stream_node(&mut self, master: StreamId, _: u64) {
        self.master = master;
    }

    fn stream_node_end(&mut self) {
        self.close_entry();
        if let Some(node) = self.stream.nodes.get_mut(&self.master) {
            node.close();
            self.stream.node_bytes = self.stream.node_bytes.saturating_add(node.held_bytes());
        }
    }

    fn stream_entry(&mut self, id: StreamId, deleted: bool, _: u64) {
        self.close_entry();
        self.entry = Some((id, deleted));
    }

    fn field(&mut self, field: Element<'_>) {
        self.texts.push(text(field));
    }

    fn value(&mut self, value: Element<'_>) {
        self.texts.push(text(value));
    }

    fn stream_totals(&mut self, totals: StreamTotals) {
        self.close_entry();
        let stream = &mut self.stream;
        (stream.length, stream.last_id) = (totals.length, totals.last_id);
        self.has_totals = totals.entries_added.is_some();
        stream.first_id = totals.first_id.unwrap_or_default();
        stream.max_deleted_id = totals.max_deleted_id.unwrap_or_default();
        stream.entries_added = totals.entries_added.unwrap_or_default();
    }

    fn stream_group(&mut self, name: Element<'_>, last_id: StreamId, entries_read: Option<u64>, _: u64) {
        self.group = text(name);
        let group = self.group();
        (group.last_id, group.entries_read) = (last_id, entries_read);
    }

    fn stream_pending(&mut self, id: StreamId, delivered_at_ms: i64, deliveries: u64) {
        self.group().pending.insert(id, Pending { delivered_at_ms, deliveries, consumer: None });
    }

    fn stream_consumer(&mut self, name: Element<'_>, seen_ms: i64, active_ms: Option<i64>, _: u64) {
        self.consumer = text(name);
        let name = self.consumer.clone();
        let consumer = Consumer { active_ms: active_ms.unwrap_or(seen_ms), ..Consumer::new(seen_ms) };
        self.group().consumers.insert(name, consumer);
    }

    fn stream_consumer_pending(&mut self, id: StreamId) {
        let name = self.consumer.clone();
        let group = self.group();
        if let Some(consumer) = group.consumers.get_mut(&name) {
            consumer.pending.insert(id);
        }
        if let Some(pending) = group.pending.get_mut(&id) {
            pending.consumer = Some(name);
        }
    }

    fn stream_released(&mut self, id: StreamId) {
        self.group().released.push(id);
    }

    fn stream_idempotence(&mut self, facts: StreamIdempotence) {
        self.stream.idempotence = (facts.duration_seconds, facts.max_entries);
    }

    fn stream_producer(&mut self, id: Element<'_>, _: u64) {
        self.producer = text(id);
        self.stream.producers.insert(self.producer.clone(), Vec::new());
    }

    fn stream_producer_entry(&mut self, iid: Element<'_>, id: StreamId) {
        self.stream.producers.entry(self.producer.clone()).or_default().push((text(iid), id));
    }

    fn stream_idempotence_totals(&mut self, added: u64, duplicates: u64) {
        (self.stream.iids_added, self.stream.iids_duplicates) = (added, duplicates);
    }
}
