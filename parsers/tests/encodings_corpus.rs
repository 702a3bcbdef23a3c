//! Encoding, number of elements, field expiry, frequency and idle time of every key of the corpus equal the truth.

mod common;

use std::collections::HashMap;
use std::io::Cursor;

use _native::conversion::{Assumed, Server, Target, Tracker, Version};
use _native::events::{ArrayValue, Element, Packed, StreamId, StreamIdempotence, StreamTotals, ValueSink};
use _native::fan_out::Both;
use _native::forward_events;
use _native::rdb::codes::ValueType;
use _native::rdb::{FileFacts, KeyRecord, Outcome, Parser, RecordSink};
use _native::rows::KeyFacts;
use _native::source::{CancelFlag, Input};
use serde_json::{Value, json};

/// What is compared, in the words of the truth.
#[derive(Default)]
struct Told {
    sinks: Both<KeyFacts, Tracker>,
    assumed: Assumed,
    target: Option<Target>,
    keys: HashMap<(u64, Vec<u8>), Value>,
}

impl ValueSink for Told {
    forward_events!(sinks);
}

impl RecordSink for Told {
    fn before_first_key(&mut self, facts: &FileFacts) {
        self.target = Some(self.assumed.target(facts).0);
    }

    fn key(&mut self, _: &KeyRecord) {
        self.sinks.0.reset();
        self.sinks.1.reset();
    }

    fn key_end(&mut self, record: &KeyRecord, _: u64) {
        let Both(facts, tracker) = &self.sinks;
        let target = self.target.as_ref().unwrap();
        let encoding = target.encoding_name(tracker.finish(record, target));
        let mut told = json!({ "encoding": encoding });
        if record.lfu_frequency.is_some() || record.idle_seconds.is_some() {
            told["freq"] = json!(record.lfu_frequency);
            told["idletime"] = json!(record.idle_seconds);
        }
        if facts.elements.is_some() {
            told["n"] = json!(facts.elements);
        }
        if facts.value_type.unwrap().type_name() == "hash" {
            let rare = facts.rare().copied().unwrap_or_default();
            told["fields_with_ttl"] = json!(rare.fields_with_ttl.unwrap_or(0));
            told["min_field_expire_ms"] = json!(rare.min_field_expires_at_ms);
        }
        self.keys.insert((record.db, record.name.clone()), told);
    }

    fn key_damaged(&mut self, _: &KeyRecord) {}
}

/// Dumps of 2.6 to 3.0 do not tell which of them wrote them: the folder does.
fn writer(folder: &str) -> Assumed {
    let version = folder.strip_prefix("redis-").and_then(Version::parse);
    match version.filter(|&version| version < Version::new(3, 2, 0)) {
        Some(version) => Assumed { server: Some(Server::Redis), version: Some(version), ..Assumed::default() },
        None => Assumed::default(),
    }
}

#[test]
fn keys_are_as_the_server_has_them_after_the_load() {
    let mut differences = Vec::new();
    let mut compared = 0u64;
    for dump in common::dumps() {
        let input = Input::new(Box::new(Cursor::new(dump.bytes())), CancelFlag::default());
        let mut parser = Parser::open(input, false).unwrap();
        let mut told = Told { assumed: writer(&dump.name), ..Told::default() };
        while !matches!(parser.next(&mut told).unwrap(), Outcome::End) {}
        for line in dump.truth() {
            let key = (line["db"].as_u64().unwrap(), common::unhex(line["key_hex"].as_str().unwrap()));
            let ours = &told.keys[&key];
            compared += 1;
            for (field, value) in ours.as_object().unwrap() {
                if line.get(field).is_some_and(|truth| truth != value) {
                    let name = key.1.escape_ascii();
                    differences.push(format!("{} {name} {field}: {value}, the server says {}", dump.name, line[field]));
                }
            }
        }
    }
    let shown: Vec<_> = differences.iter().step_by(differences.len() / 40 + 1).collect();
    assert!(differences.is_empty(), "{} differences in {compared} keys, for example {shown:#?}", differences.len());
}
