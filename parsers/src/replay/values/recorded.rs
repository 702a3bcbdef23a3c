//! A value kept as the events that it was read as.

use crate::encodings::Owned;
use crate::events::{ArrayValue, Element, Packed, StreamId, StreamIdempotence, StreamTotals, ValueSink};
use crate::kinds::Beginning;
use crate::rdb::codes::ValueType;

#[derive(Debug, Clone)]
enum OwnedSlot {
    Text(Owned),
    Integer(i64),
    Double(f64),
    Short(Vec<u8>),
}

/// Writes the event enum, the recording sink and the replay from one list. `plain` events are copied as they are.
macro_rules! recorded {
    (
        plain { $($plain:ident $Plain:ident($($arg:ident: $kind:ty),*);)* }
        elements { $($elem:ident $Elem:ident($first:ident $(, $rest:ident: $rest_kind:ty)*);)* }
    ) => {
        #[derive(Debug, Clone)]
        enum Event {
            $($Plain($($kind),*),)*
            $($Elem(Owned $(, $rest_kind)*),)*
            String(Owned, Option<Vec<u8>>, Option<u64>),
            Template(Option<u64>, Vec<Vec<u8>>),
            Module(String, u16),
            ArraySlot(u64, OwnedSlot),
        }

        impl ValueSink for Recorded {
            $(fn $plain(&mut self, $($arg: $kind),*) {
                self.push(Event::$Plain($($arg),*), 0);
            })*
            $(fn $elem(&mut self, $first: Element<'_> $(, $rest: $rest_kind)*) {
                self.opaque |= matches!($first, Element::Opaque { .. });
                self.push(Event::$Elem(Owned::of($first) $(, $rest)*), $first.len());
            })*
            fn string(&mut self, content: Element<'_>, beginning: Beginning<'_>, nonzero: Option<u64>) {
                self.opaque |= matches!(content, Element::Opaque { .. });
                let prefix = match beginning {
                    Beginning::Bytes(prefix) => Some(prefix.to_vec()),
                    Beginning::Document => None,
                };
                let bytes = content.len().min(1 << 20) + prefix.as_ref().map_or(0, Vec::len) as u64;
                self.push(Event::String(Owned::of(content), prefix, nonzero), bytes);
            }
            fn template(&mut self, id: Option<u64>, names: &[Vec<u8>]) {
                let bytes = names.iter().map(|name| name.len() as u64 + 24).sum();
                self.push(Event::Template(id, names.to_vec()), bytes);
            }
            fn module(&mut self, name: &str, version: u16) {
                self.push(Event::Module(name.to_owned(), version), name.len() as u64);
            }
            fn array_slot(&mut self, index: u64, value: ArrayValue<'_>) {
                let (slot, bytes) = match value {
                    ArrayValue::Text(text) => (OwnedSlot::Text(Owned::of(text)), text.len()),
                    ArrayValue::Integer(number) => (OwnedSlot::Integer(number), 0),
                    ArrayValue::Double(number) => (OwnedSlot::Double(number), 0),
                    ArrayValue::Short(text) => (OwnedSlot::Short(text.to_vec()), text.len() as u64),
                };
                self.push(Event::ArraySlot(index, slot), bytes);
            }
        }

        impl Event {
            fn tell<S: ValueSink>(&self, sink: &mut S) {
                match self {
                    $(Self::$Plain($($arg),*) => sink.$plain($(*$arg),*),)*
                    $(Self::$Elem($first $(, $rest)*) => sink.$elem($first.element() $(, *$rest)*),)*
                    Self::String(content, prefix, nonzero) => {
                        let beginning = prefix.as_deref().map_or(Beginning::Document, Beginning::Bytes);
                        sink.string(content.element(), beginning, *nonzero);
                    }
                    Self::Template(id, names) => sink.template(*id, names),
                    Self::Module(name, version) => sink.module(name, *version),
                    Self::ArraySlot(index, slot) => sink.array_slot(*index, match slot {
                        OwnedSlot::Text(text) => ArrayValue::Text(text.element()),
                        OwnedSlot::Integer(number) => ArrayValue::Integer(*number),
                        OwnedSlot::Double(number) => ArrayValue::Double(*number),
                        OwnedSlot::Short(text) => ArrayValue::Short(text),
                    }),
                }
            }
        }
    };
}

recorded! {
    plain {
        begin Begin(value: ValueType, declared: Option<u64>);
        packed Packed(layout: Packed, bytes: u64, file_bytes: u64);
        packed_end PackedEnd();
        score Score(score: f64);
        pair_end PairEnd(expires_at_ms: Option<i64>);
        min_field_expiry MinFieldExpiry(expires_at_ms: i64);
        template_place TemplatePlace(place: u64);
        stream_node StreamNode(master: StreamId, bytes: u64);
        stream_node_end StreamNodeEnd();
        stream_entry StreamEntry(id: StreamId, deleted: bool, pairs: u64);
        stream_totals StreamTotals(totals: StreamTotals);
        stream_pending StreamPending(id: StreamId, delivered_at_ms: i64, deliveries: u64);
        stream_consumer_pending StreamConsumerPending(id: StreamId);
        stream_released StreamReleased(id: StreamId);
        stream_group_end StreamGroupEnd();
        stream_idempotence StreamIdempotence(facts: StreamIdempotence);
        stream_idempotence_totals StreamIdempotenceTotals(added: u64, duplicates: u64);
        module_unsigned ModuleUnsigned(number: u64);
        module_float ModuleFloat(number: f32);
        module_double ModuleDouble(number: f64);
        module_string_compressed ModuleStringCompressed();
        array Array(count: u64, last_insert: Option<u64>);
    }
    elements {
        item Item(element);
        member Member(member);
        field Field(field);
        value Value(value);
        path Path(path, fields: u64);
        stream_group StreamGroup(name, last_id: StreamId, entries_read: Option<u64>, pending: u64);
        stream_consumer StreamConsumer(name, seen_ms: i64, active_ms: Option<i64>, pending: u64);
        stream_producer StreamProducer(id, entries: u64);
        stream_producer_entry StreamProducerEntry(iid, id: StreamId);
        module_string ModuleString(content);
    }
}

/// The events of a value.
#[derive(Debug, Clone, Default)]
pub struct Recorded {
    events: Vec<Event>,
    bytes: u64,
    /// Whether some content was not held.
    pub opaque: bool,
}

impl Recorded {
    fn push(&mut self, event: Event, bytes: u64) {
        self.bytes += bytes + size_of::<Event>() as u64;
        self.events.push(event);
    }

    pub fn held_bytes(&self) -> u64 {
        self.bytes
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.events.clear();
        self.bytes = 0;
        self.opaque = false;
    }

    pub fn value_type(&self) -> ValueType {
        match self.events.first() {
            Some(Event::Begin(value_type, _)) => *value_type,
            _ => ValueType::Module2,
        }
    }

    /// Tells the events, all but the end.
    pub fn emit<S: ValueSink>(&self, sink: &mut S) {
        self.events.iter().for_each(|event| event.tell(sink));
    }
}
