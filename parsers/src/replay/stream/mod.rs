//! Streams: nodes of entries as appends and trims leave them, groups with their pending entries, producers.

mod change;
mod commands;
mod groups;
mod load;
mod node;
mod room;

use std::collections::BTreeMap;

use crate::conversion::Target;
use crate::events::{Element, StreamId, StreamIdempotence, StreamTotals, ValueSink};
use crate::rdb::codes::ValueType;

pub use commands::apply;
pub use groups::{Consumer, Group, Pending};
pub use load::Builder;
pub use node::{Node, Pair};

/// Bytes that a pending entry costs here, about.
const PENDING_COST: u64 = 120;

/// What a producer has sent: its own ids with those of the entries, oldest first.
pub type Sent = Vec<(Box<[u8]>, StreamId)>;

/// A stream.
#[derive(Debug, Clone, Default)]
pub struct Stream {
    nodes: BTreeMap<StreamId, Node>,
    length: u64,
    last_id: StreamId,
    first_id: StreamId,
    max_deleted_id: StreamId,
    entries_added: u64,
    groups: BTreeMap<Box<[u8]>, Group>,
    idempotence: (u64, u64),
    producers: BTreeMap<Box<[u8]>, Sent>,
    iids_added: u64,
    iids_duplicates: u64,
    /// Of nodes.
    node_bytes: u64,
    /// Of groups and producers.
    group_bytes: u64,
}

impl Stream {
    /// Works out anew what groups and producers take.
    fn measure_groups(&mut self) {
        let groups = self.groups.values().map(|group| group.pending_count() * PENDING_COST + 200);
        let sent = self.producers.values().map(|sent| sent.len() as u64 * PENDING_COST);
        self.group_bytes = groups.chain(sent).sum();
    }

    /// For how many seconds producers are kept, and how many of their ids, unless configured.
    pub fn default_idempotence(target: &Target) -> (u64, u64) {
        if target.redis_from(8, 6, 0) { (100, 100) } else { (0, 0) }
    }

    pub fn held_bytes(&self) -> u64 {
        self.node_bytes.saturating_add(self.group_bytes)
    }

    pub fn value_type(&self, target: &Target) -> ValueType {
        if target.redis_from(8, 8, 0) {
            ValueType::StreamListpacks5
        } else if target.redis_from(8, 6, 0) {
            ValueType::StreamListpacks4
        } else if target.is_valkey() || target.redis_from(7, 2, 0) {
            ValueType::StreamListpacks3
        } else if target.redis_from(7, 0, 0) {
            ValueType::StreamListpacks2
        } else {
            ValueType::StreamListpacks
        }
    }

    /// Tells the events of a dump behind the type.
    pub fn emit<S: ValueSink>(&self, target: &Target, sink: &mut S) {
        let value_type = self.value_type(target);
        for (master, node) in &self.nodes {
            sink.stream_node(*master, node.bytes());
            node.emit(sink);
            sink.stream_node_end();
        }
        let newer = value_type != ValueType::StreamListpacks;
        sink.stream_totals(StreamTotals {
            length: self.length,
            last_id: self.last_id,
            first_id: newer.then_some(self.first_id),
            max_deleted_id: newer.then_some(self.max_deleted_id),
            entries_added: newer.then_some(self.entries_added),
        });
        for (name, group) in &self.groups {
            group.emit(name, value_type, sink);
        }
        if matches!(value_type, ValueType::StreamListpacks4 | ValueType::StreamListpacks5) {
            let (duration_seconds, max_entries) = self.idempotence;
            let producers = self.producers.len() as u64;
            sink.stream_idempotence(StreamIdempotence { duration_seconds, max_entries, producers });
            for (producer, sent) in &self.producers {
                sink.stream_producer(Element::Bytes(producer), sent.len() as u64);
                for (iid, id) in sent {
                    sink.stream_producer_entry(Element::Bytes(iid), *id);
                }
            }
            sink.stream_idempotence_totals(self.iids_added, self.iids_duplicates);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_series_writes_its_type() {
        use ValueType as T;
        let written = |server| {
            let (family, version) = Target::parse_server(server).unwrap();
            Stream::default().value_type(&Target::new(family, version))
        };
        let redis = ["redis-6.2.16", "redis-7.0.0", "redis-7.2.0", "redis-8.4.0", "redis-8.6.0", "redis-8.10.2"];
        assert_eq!(
            redis.map(written),
            [
                T::StreamListpacks,
                T::StreamListpacks2,
                T::StreamListpacks3,
                T::StreamListpacks3,
                T::StreamListpacks4,
                T::StreamListpacks5
            ]
        );
        assert_eq!(["valkey-7.2.7", "valkey-9.1.2"].map(written), [T::StreamListpacks3; 2]);
    }
}
