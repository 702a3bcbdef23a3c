//! Every key of the corpus has the encoding, the number of elements and the field expiries that the server told after
//! it had loaded the dump.

mod common;

use std::collections::HashMap;
use std::io::{Cursor, Write};

use _native::conversion::{KeyHead, Overrides, Target, Tracker};
use _native::events::{Element, Packed, StreamTotals, ValueSink};
use _native::kinds::Beginning;
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
        string(content: Element<'_>, beginning: Beginning<'_>, nonzero: Option<u64>);
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
    Parser::open(Input::new(Box::new(Cursor::new(bytes)), CancelFlag::default()), true).unwrap()
}

/// The server that loads: the one that the file names. Old files name none, then `named` tells.
fn loading_server(bytes: &[u8], named: &str) -> Target {
    let mut parser = open(bytes.to_vec());
    parser.next(&mut Nothing).unwrap();
    let mut overrides = Overrides::default();
    if parser.facts.server().1.is_none() {
        overrides.server = Target::parse_server(named);
        assert!(overrides.server.is_some(), "{named}: nothing tells the server");
    }
    Target::from_facts(&parser.facts, &overrides).target
}

/// What we say of every key of the file, as far as it can be read.
fn answers(bytes: Vec<u8>, target: Target) -> Answers {
    let tracker = Tracker::new([&target]);
    let mut answers = Answers { target, tracker, keys: HashMap::new() };
    let mut parser = open(bytes);
    while parser.next(&mut answers).is_ok_and(|outcome| !matches!(outcome, Outcome::End)) {}
    answers
}

/// Differences between answers and truths, found file by file.
#[derive(Default)]
struct Comparison {
    files: u64,
    keys: u64,
    facts: u64,
    differences: Vec<String>,
}

impl Comparison {
    /// `encoding` is the name that the truth has for it.
    fn add(&mut self, file: &str, answers: &Answers, truth: &[Value], encoding: &str) {
        for line in truth {
            let key = (line["db"].as_u64().unwrap(), common::unhex(line["key_hex"].as_str().unwrap()));
            let Some(known) = answers.keys.get(&key) else {
                self.differences.push(format!("{file}: not read: {line}"));
                continue;
            };
            for (name, answer) in known {
                let Some(truth) = line.get(if *name == "encoding" { encoding } else { name }) else { continue };
                // The number of elements of a module value is null, or its module's business.
                if *name == "n" && truth.is_null() {
                    continue;
                }
                self.facts += 1;
                if truth != answer {
                    self.differences.push(format!("{file}: {name} {answer} should be {truth}: {line}"));
                }
            }
            self.keys += 1;
        }
        self.files += 1;
    }

    fn check(&self) {
        let mut out = std::io::stderr();
        writeln!(out, "{} files, {} keys, {} facts compared", self.files, self.keys, self.facts).unwrap();
        for difference in self.differences.iter().take(LISTED) {
            writeln!(out, "{difference}").unwrap();
        }
        assert!(self.differences.is_empty(), "{} differences", self.differences.len());
    }
}

#[test]
fn encodings_and_elements_equal_the_truth() {
    let mut comparison = Comparison::default();
    for dump in common::dumps() {
        let target = loading_server(&dump.bytes(), &dump.name);
        comparison.add(&dump.name, &answers(dump.bytes(), target), &dump.truth(), "encoding");
    }
    comparison.check();
}

/// Files of many old versions, loaded by one new server: every detour of the load.
#[test]
fn old_files_in_a_new_server() {
    let Some(folder) = common::shared().map(|shared| shared.join("peer-files")) else { return };
    let index: Vec<Value> = serde_json::from_slice(&common::read(&folder.join("index.json"))).unwrap();
    let mut comparison = Comparison::default();
    for entry in &index {
        let file = entry["file"].as_str().unwrap();
        let truth = folder.join(file.replace(".rdb", ".truth.json"));
        if entry["loads"] != json!(true) || !truth.is_file() {
            continue;
        }
        let (server, version) = Target::parse_server(entry["judge"].as_str().unwrap()).unwrap();
        let truth: Vec<Value> = serde_json::from_slice(&common::read(&truth)).unwrap();
        let answers = answers(common::read(&folder.join(file)), Target::new(server, version));
        comparison.add(file, &answers, &truth, "encoding_after_load");
    }
    comparison.check();
}
