//! One stream of events for several sinks.

use crate::events::{ArrayValue, Element, Packed, StreamId, StreamIdempotence, StreamTotals, ValueSink};
use crate::rdb::codes::ValueType;

/// Writes the methods of [`ValueSink`] so that each event goes to every named field, (`each`) to every item, or
/// (`routed`) to the one of `collector` and `keyspace` that the field `route` says.
#[macro_export]
macro_rules! forward_events {
    ($($target:tt),+) => {
        $crate::forward_events!(@methods [$($target),+]
            begin(value: ValueType, declared: Option<u64>);
            end();
            string(content: Element<'_>, beginning: $crate::kinds::Beginning<'_>, nonzero: Option<u64>);
            packed(layout: Packed, bytes: u64, file_bytes: u64);
            packed_end();
            item(element: Element<'_>);
            member(member: Element<'_>);
            score(score: f64);
            field(field: Element<'_>);
            value(value: Element<'_>);
            pair_end(expires_at_ms: Option<i64>);
            min_field_expiry(expires_at_ms: i64);
            template(id: Option<u64>, names: &[Vec<u8>]);
            template_place(place: u64);
            path(path: Element<'_>, fields: u64);
            stream_node(master: StreamId, bytes: u64);
            stream_node_end();
            stream_entry(id: StreamId, deleted: bool, pairs: u64);
            stream_totals(totals: StreamTotals);
            stream_group(name: Element<'_>, last_id: StreamId, entries_read: Option<u64>, pending: u64);
            stream_pending(id: StreamId, delivered_at_ms: i64, deliveries: u64);
            stream_consumer(name: Element<'_>, seen_ms: i64, active_ms: Option<i64>, pending: u64);
            stream_consumer_pending(id: StreamId);
            stream_released(id: StreamId);
            stream_group_end();
            stream_idempotence(facts: StreamIdempotence);
            stream_producer(id: Element<'_>, entries: u64);
            stream_producer_entry(iid: Element<'_>, id: StreamId);
            stream_idempotence_totals(added: u64, duplicates: u64);
            module(name: &str, version: u16);
            module_unsigned(number: u64);
            module_float(number: f32);
            module_double(number: f64);
            module_string_compressed();
            module_string(content: Element<'_>);
            array(count: u64, last_insert: Option<u64>);
            array_slot(index: u64, value: ArrayValue<'_>);
        );
    };
    (@methods $targets:tt $($name:ident($($arg:ident: $kind:ty),*);)*) => {
        $($crate::forward_events!(@method $targets $name($($arg: $kind),*));)*
    };
    (@method $targets:tt $name:ident($($arg:ident: $kind:ty),*)) => {
        #[inline]
        fn $name(&mut self, $($arg: $kind),*) {
            $crate::forward_events!(@call self $name ($($arg),*) $targets);
        }
    };
    (@call $self:ident $name:ident $args:tt [each]) => {
        for sink in $self.iter_mut() {
            sink.$name $args;
        }
    };
    (@call $self:ident $name:ident $args:tt [routed]) => {
        match $self.route {
            Route::Rows => $self.collector.$name $args,
            Route::Held => $self.keyspace.$name $args,
            Route::Dropped => {}
        }
    };
    (@call $self:ident $name:ident $args:tt [$target:tt $(, $rest:tt)*]) => {
        $self.$target.$name $args;
        $crate::forward_events!(@call $self $name $args [$($rest),*]);
    };
    (@call $self:ident $name:ident $args:tt []) => {};
}

/// Two sinks as one.
#[derive(Debug, Default)]
pub struct Both<A, B>(pub A, pub B);

impl<A: ValueSink, B: ValueSink> ValueSink for Both<A, B> {
    forward_events!(0, 1);
}

/// Any number of sinks as one.
impl<S: ValueSink> ValueSink for Vec<S> {
    forward_events!(each);
}
