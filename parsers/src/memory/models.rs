//! Several models over one stream of events: what the same data costs on several servers.

use super::model::Memory;
use crate::events::{ArrayValue, Element, Packed, StreamId, ValueSink};
use crate::rdb::codes::ValueType;

/// Models of several targets that receive the same events.
#[derive(Debug, Default)]
pub struct Models(pub Vec<Memory>);

macro_rules! to_each {
    ($($name:ident($($argument:ident: $type:ty),*);)*) => {
        impl ValueSink for Models {
            $(#[inline]
            fn $name(&mut self, $($argument: $type),*) {
                for model in &mut self.0 {
                    model.$name($($argument),*);
                }
            })*
        }
    };
}

to_each! {
    begin(value: ValueType, declared: Option<u64>);
    string(content: Element<'_>, prefix: &[u8], nonzero: Option<u64>);
    packed(layout: Packed, bytes: u64, file_bytes: u64);
    packed_end();
    item(element: Element<'_>);
    member(member: Element<'_>);
    score(score: f64);
    field(field: Element<'_>);
    value(value: Element<'_>);
    pair_end(expires_at_ms: Option<i64>);
    template_place(place: u64);
    template(id: Option<u64>, names: &[Vec<u8>]);
    stream_node(master: StreamId, bytes: u64);
    stream_group(name: Element<'_>, last_id: StreamId, entries_read: Option<u64>, pending: u64);
    stream_pending(id: StreamId, delivered_at_ms: i64, deliveries: u64);
    stream_consumer(name: Element<'_>, seen_ms: i64, active_ms: Option<i64>, pending: u64);
    stream_consumer_pending(id: StreamId);
    stream_group_end();
    stream_producer(id: Element<'_>, entries: u64);
    stream_producer_entry(iid: Element<'_>, id: StreamId);
    module(name: &str, version: u16);
    module_unsigned(number: u64);
    module_string(content: Element<'_>);
    array_slot(index: u64, value: ArrayValue<'_>);
}
