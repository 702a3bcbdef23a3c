//! Every key of the corpus has the encoding, the number of elements and the field expiries that the server told after
//! it had loaded the dump.

mod common;

use std::collections::HashMap;
use std::io::{Cursor, Write};

use _native::conversion::{KeyHead, Overrides, Target, Tracker};
use _native::events::{Element, Packed, StreamTotals, ValueSink};
use _native::rdb::codes::ValueType;
use _native::rdb::{KeyRecord, Outcome, Parser, RecordSink};
use _native::source::{CancelFlag, Input};
use serde_json::{Value, json};

/// Most differences that are listed one by one.
const LISTED: usize = 10;

/// Name of a truth field and what we answer.
type Answer = (&'static str, Value);

/// Passes a value's events on to the tracker.
struct Answers {
    target: Target,
    tracker: Tracker,
    keys: HashMap<(u64, Vec<u8>), Vec<Answer>>,
}

macro_rules! forward {
    ($($event:ident($($argument:ident: $of:ty),*);)*) => {
        $(fn $event(&mut self, $($argument: $of),*) { self.tracker.$event($($argument),*); })*
    };
}

impl ValueSink for Answers {
    forward! {
        begin(value: ValueType, declared: Option<u64>);
        end();
        string(content: Element<'_>, prefix: &[u8], nonzero: Option<u64>);
        packed(layout: Packed, bytes: u64, file_bytes: u64);
        packed_end();
        item(element: Element<'_>);
        member(member: Element<'_>);
        field(field: Element<'_>);
        value(value: Element<'_>);
        pair_end(expires_at_ms: Option<i64>);
        path(path: Element<'_>, fields: u64);
        stream_totals(totals: StreamTotals);
        array(count: u64, last_insert: Option<u64>);
        module(name: &str, version: u16);
        module_unsigned(number: u64);
    }
}

impl RecordSink for Answers {
    fn key(&mut self, _: &KeyRecord) {}

    fn key_end(&mut self, record: &KeyRecord, _: u64) {
        let encoding = self.tracker.encoding(KeyHead::of(record), &self.target);
        let hash = &self.tracker.hash;
        let is_hash = record.value_type.is_some_and(|t| t.type_name() == "hash");
        let answers = vec![
            ("encoding", json!(encoding.name(&self.target))),
            ("n", json!(self.tracker.elements())),
            ("fields_with_ttl", if is_hash { json!(hash.fields_with_expiry) } else { Value::Null }),
            ("min_field_expire_ms", if is_hash { json!(hash.earliest_expiry_ms) } else { Value::Null }),
            ("freq", json!(record.lfu_frequency)),
            // Where the file does not tell, a key begins to idle when it is loaded.
            ("idletime", json!(record.idle_seconds.unwrap_or(0))),
        ];
        self.keys.insert((record.db, record.name.clone()), answers);
    }

    fn key_damaged(&mut self, _: &KeyRecord) {}
}

/// Receives the first key and forgets it.
struct Nothing;

impl ValueSink for Nothing {}

impl RecordSink for Nothing {
    fn key(&mut self, _: &KeyRecord) {}
    fn key_end(&mut self, _: &KeyRecord, _: u64) {}
    fn key_damaged(&mut self, _: &KeyRecord) {}
}

fn open(bytes: Vec<u8>) -> Parser {
    Parser::open(Input::new(Box::new(Cursor::new(bytes)), CancelFlag::default()), false).unwrap()
}

/// The server that loads: the one that the file names; old files name none, then the folder's name tells.
fn target(dump: &common::Dump) -> Target {
    let mut parser = open(dump.bytes());
    parser.next(&mut Nothing).unwrap();
    let mut overrides = Overrides::default();
    if parser.facts.server().1.is_none() {
        overrides.server = Target::parse_server(&dump.name);
        assert!(overrides.server.is_some(), "{}: nothing tells the server", dump.name);
    }
    Target::from_facts(&parser.facts, &overrides).target
}

#[test]
fn encodings_and_elements_equal_the_truth() {
    let (mut dumps, mut keys, mut facts) = (0, 0, 0);
    let mut differences = Vec::new();
    for dump in common::dumps() {
        let target = target(&dump);
        let tracker = Tracker::new([&target]);
        let mut answers = Answers { target, tracker, keys: HashMap::new() };
        let mut parser = open(dump.bytes());
        while !matches!(parser.next(&mut answers).unwrap(), Outcome::End) {}
        for line in dump.truth() {
            let key = (line["db"].as_u64().unwrap(), common::unhex(line["key_hex"].as_str().unwrap()));
            for (name, answer) in &answers.keys[&key] {
                let Some(truth) = line.get(name) else { continue };
                // The number of elements of a module value is null, or its module's business.
                if *name == "n" && truth.is_null() {
                    continue;
                }
                facts += 1;
                if truth != answer {
                    differences.push(format!(
                        "{} {:?}: {name} {answer} is {truth}: {line}",
                        dump.name,
                        key.1.escape_ascii().to_string()
                    ));
                }
            }
            keys += 1;
        }
        dumps += 1;
    }
    let mut out = std::io::stderr();
    writeln!(out, "{dumps} dumps, {keys} keys, {facts} facts compared").unwrap();
    for difference in differences.iter().take(LISTED) {
        writeln!(out, "{difference}").unwrap();
    }
    assert!(differences.is_empty(), "{} differences", differences.len());
}
