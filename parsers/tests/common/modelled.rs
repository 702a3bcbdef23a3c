//! A dump as memory models see it: encodings as the load makes them, figures per key and target.

use std::collections::HashMap;
use std::io::Cursor;

use _native::conversion::{KeyHead, Overrides, Target, Tracker};
use _native::events::{ArrayValue, Element, Packed, StreamId, StreamTotals, ValueSink};
use _native::kinds::Beginning;
use _native::memory::{KeyFacts, KeyMemory, Memory, Term};
use _native::rdb::codes::ValueType;
use _native::rdb::{KeyRecord, Outcome, Parser, RecordSink};
use _native::source::{CancelFlag, Input};

pub type Key = (u64, Vec<u8>);

/// A key's figure with its terms.
pub struct Figure {
    pub expires: bool,
    pub memory: KeyMemory,
    pub terms: Vec<Term>,
}

/// Figures of all keys of a dump.
pub struct Modelled {
    tracker: Tracker,
    target: Target,
    pub memory: Memory,
    pub figures: HashMap<Key, Figure>,
    pub without_figure: u64,
}

macro_rules! to_both {
    ($($name:ident($($argument:ident: $type:ty),*);)*) => {
        impl ValueSink for Modelled {
            $(fn $name(&mut self, $($argument: $type),*) {
                self.tracker.$name($($argument),*);
                self.memory.$name($($argument),*);
            })*
        }
    };
}

to_both! {
    begin(value: ValueType, declared: Option<u64>);
    string(content: Element<'_>, beginning: Beginning<'_>, nonzero: Option<u64>);
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
    stream_totals(totals: StreamTotals);
    stream_group(name: Element<'_>, last_id: StreamId, entries_read: Option<u64>, pending: u64);
    stream_pending(id: StreamId, delivered_at_ms: i64, deliveries: u64);
    stream_consumer(name: Element<'_>, seen_ms: i64, active_ms: Option<i64>, pending: u64);
    stream_consumer_pending(id: StreamId);
    stream_group_end();
    stream_producer(id: Element<'_>, entries: u64);
    stream_producer_entry(iid: Element<'_>, id: StreamId);
    module(name: &str, version: u16);
    module_unsigned(number: u64);
    module_string_compressed();
    module_string(content: Element<'_>);
    array(count: u64, last_insert: Option<u64>);
    array_slot(index: u64, value: ArrayValue<'_>);
}

impl RecordSink for Modelled {
    fn key(&mut self, _: &KeyRecord) {}

    fn key_end(&mut self, record: &KeyRecord, _: u64) {
        let facts = KeyFacts {
            name_bytes: record.name.len() as u64,
            expires: record.expires_at_ms.is_some(),
            evictable: record.idle_seconds.is_some() || record.lfu_frequency.is_some(),
        };
        let encoding = self.tracker.encoding(KeyHead::of(record), &self.target);
        let (memory, terms) = self.memory.finish_itemised(&facts, encoding);
        if memory.memory_bytes.is_none() {
            self.without_figure += 1;
            return;
        }
        let figure = Figure { expires: facts.expires, memory, terms };
        self.figures.insert((record.db, record.name.clone()), figure);
    }

    fn key_damaged(&mut self, _: &KeyRecord) {}
}

fn parser(bytes: Vec<u8>) -> Parser {
    Parser::open(Input::new(Box::new(Cursor::new(bytes)), CancelFlag::default()), false).unwrap()
}

/// Reads a dump for what it says of its writer.
struct Facts;

impl ValueSink for Facts {}

impl RecordSink for Facts {
    fn key(&mut self, _: &KeyRecord) {}
    fn key_end(&mut self, _: &KeyRecord, _: u64) {}
    fn key_damaged(&mut self, _: &KeyRecord) {}
}

/// The server that wrote the dump.
pub fn writer(bytes: Vec<u8>, cluster: bool) -> Target {
    let mut parser = parser(bytes);
    while !matches!(parser.next(&mut Facts).unwrap(), Outcome::End) {}
    let overrides = Overrides { cluster: cluster.then_some(true), ..Overrides::default() };
    Target::from_facts(&parser.facts, &overrides).target
}

/// Figures of a dump in `target`, whose model is taken to be verified.
pub fn model(bytes: Vec<u8>, target: &Target) -> Modelled {
    let mut modelled = Modelled {
        tracker: Tracker::new([target]),
        target: target.clone(),
        memory: Memory::new(target, true),
        figures: HashMap::new(),
        without_figure: 0,
    };
    let mut parser = parser(bytes);
    while !matches!(parser.next(&mut modelled).unwrap(), Outcome::End) {}
    modelled
}

impl Modelled {
    /// A key's figure with its share of a template.
    pub fn bytes(&self, memory: &KeyMemory) -> u64 {
        let share = memory.template.map_or(0, |id| self.memory.templates.share(id));
        memory.memory_bytes.unwrap() + share
    }
}
