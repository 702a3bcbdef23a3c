//! The memory model against what servers answered: exact wherever the server does not draw lots, and close to the
//! expected value where it does.

mod common;

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::io::{Cursor, Write as _};

use _native::conversion::{Encoding, Server, Target, Version};
use _native::events::{ArrayValue, Element, Packed, StreamId, ValueSink};
use _native::memory::{KeyFacts, KeyMemory, Memory};
use _native::rdb::codes::ValueType;
use _native::rdb::{KeyRecord, Outcome, Parser, RecordSink};
use _native::source::{CancelFlag, Input};
use serde_json::Value;

/// What the server said of a key.
struct Said {
    type_name: String,
    encoding: Encoding,
    encoding_text: String,
    memory: u64,
    memory_2: Option<u64>,
}

fn encoding(text: &str, type_name: &str) -> Encoding {
    match text {
        "int" => Encoding::Int,
        "embstr" => Encoding::Embstr,
        "raw" if type_name == "string" => Encoding::Raw,
        "ziplist" => Encoding::Ziplist,
        "listpack" => Encoding::Listpack,
        "quicklist" => Encoding::Quicklist,
        "intset" => Encoding::Intset,
        "hashtable" => Encoding::Hashtable,
        "listpackex" => Encoding::ListpackEx,
        "skiplist" => Encoding::Skiplist,
        "stream" => Encoding::Stream,
        "unknown" if type_name == "stream" => Encoding::Stream,
        "template-listpack" => Encoding::TemplateListpack,
        "template-array" => Encoding::TemplateArray,
        "sliced-array" => Encoding::SlicedArray,
        "raw" => Encoding::Module,
        other => panic!("unknown encoding {other}"),
    }
}

type Key = (u64, Vec<u8>);

/// Runs the model over a dump; the truth lends its encodings.
struct Run {
    memory: Memory,
    said: HashMap<Key, Said>,
    figures: Vec<(Key, KeyMemory)>,
    without_figure: u64,
}

impl ValueSink for Run {
    fn begin(&mut self, value: ValueType, declared: Option<u64>) {
        self.memory.begin(value, declared);
    }
    fn string(&mut self, content: Element<'_>, prefix: &[u8], nonzero: Option<u64>) {
        self.memory.string(content, prefix, nonzero);
    }
    fn packed(&mut self, layout: Packed, bytes: u64, file_bytes: u64) {
        self.memory.packed(layout, bytes, file_bytes);
    }
    fn packed_end(&mut self) {
        self.memory.packed_end();
    }
    fn item(&mut self, element: Element<'_>) {
        self.memory.item(element);
    }
    fn member(&mut self, member: Element<'_>) {
        self.memory.member(member);
    }
    fn score(&mut self, score: f64) {
        self.memory.score(score);
    }
    fn field(&mut self, field: Element<'_>) {
        self.memory.field(field);
    }
    fn value(&mut self, value: Element<'_>) {
        self.memory.value(value);
    }
    fn pair_end(&mut self, expires_at_ms: Option<i64>) {
        self.memory.pair_end(expires_at_ms);
    }
    fn template(&mut self, id: Option<u64>, names: &[Vec<u8>]) {
        self.memory.template(id, names);
    }
    fn template_place(&mut self, place: u64) {
        self.memory.template_place(place);
    }
    fn stream_node(&mut self, master: StreamId, bytes: u64) {
        self.memory.stream_node(master, bytes);
    }
    fn stream_group(&mut self, name: Element<'_>, last_id: StreamId, entries_read: Option<u64>, pending: u64) {
        self.memory.stream_group(name, last_id, entries_read, pending);
    }
    fn stream_pending(&mut self, id: StreamId, delivered_at_ms: i64, deliveries: u64) {
        self.memory.stream_pending(id, delivered_at_ms, deliveries);
    }
    fn stream_consumer(&mut self, name: Element<'_>, seen_ms: i64, active_ms: Option<i64>, pending: u64) {
        self.memory.stream_consumer(name, seen_ms, active_ms, pending);
    }
    fn stream_consumer_pending(&mut self, id: StreamId) {
        self.memory.stream_consumer_pending(id);
    }
    fn stream_released(&mut self, id: StreamId) {
        self.memory.stream_released(id);
    }
    fn stream_group_end(&mut self) {
        self.memory.stream_group_end();
    }
    fn stream_producer(&mut self, id: Element<'_>, entries: u64) {
        self.memory.stream_producer(id, entries);
    }
    fn stream_producer_entry(&mut self, iid: Element<'_>, id: StreamId) {
        self.memory.stream_producer_entry(iid, id);
    }
    fn module(&mut self, name: &str, version: u16) {
        self.memory.module(name, version);
    }
    fn module_unsigned(&mut self, number: u64) {
        self.memory.module_unsigned(number);
    }
    fn module_string(&mut self, content: Element<'_>) {
        self.memory.module_string(content);
    }
    fn array_slot(&mut self, index: u64, value: ArrayValue<'_>) {
        self.memory.array_slot(index, value);
    }
}

impl RecordSink for Run {
    fn key(&mut self, _: &KeyRecord) {}

    fn key_end(&mut self, record: &KeyRecord, _: u64) {
        let key = (record.db, record.name.clone());
        let Some(said) = self.said.get(&key) else { return };
        let facts = KeyFacts {
            name_bytes: record.name.len() as u64,
            expires: record.expires_at_ms.is_some(),
            evictable: record.idle_seconds.is_some() || record.lfu_frequency.is_some(),
        };
        let (memory, terms) = self.memory.finish_itemised(&facts, said.encoding);
        if let Some(bytes) = memory.memory_bytes {
            let sum: i64 = terms.iter().map(|term| term.counted).sum();
            assert_eq!(sum, bytes as i64, "terms do not add up: {terms:?}");
            self.figures.push((key, memory));
        } else {
            self.without_figure += 1;
        }
    }

    fn key_damaged(&mut self, _: &KeyRecord) {}
}

/// The meta file beside a truth file.
fn meta(dump: &common::Dump) -> Value {
    let path = dump.truth.to_string_lossy().replace("truth.jsonl.gz", "meta.json");
    serde_json::from_slice(&common::read(path.as_ref())).unwrap()
}

/// The server that wrote the dump. None before 3.2, whose dumps do not tell.
fn target(dump: &common::Dump, meta: &Value) -> Option<Target> {
    let input = Input::new(Box::new(Cursor::new(dump.bytes())), CancelFlag::default());
    let mut parser = Parser::open(input, false).unwrap();
    while !matches!(parser.next(&mut Walk).unwrap(), Outcome::End) {}
    let (server, version) = parser.facts.server();
    let server = if server == "valkey" { Server::Valkey } else { Server::Redis };
    let mut target = Target::new(server, Version::parse(&version?).unwrap());
    target.cluster = [&meta["config"], &meta["config_overrides"]].iter().any(|c| c["cluster-enabled"] == "yes");
    Some(target)
}

/// Reads a dump for what it says of itself.
struct Walk;

impl ValueSink for Walk {}

impl RecordSink for Walk {
    fn key(&mut self, _: &KeyRecord) {}
    fn key_end(&mut self, _: &KeyRecord, _: u64) {}
    fn key_damaged(&mut self, _: &KeyRecord) {}
}

/// Agreement over the keys of one type and encoding.
#[derive(Default)]
struct Tally {
    keys: u64,
    equal: u64,
    said: f64,
    expected: f64,
    within_3_sd: u64,
    within_spread: u64,
    by_chance: u64,
    relative_error: f64,
}

fn run(dump: &common::Dump, target: &Target) -> Run {
    let said = dump
        .truth()
        .iter()
        .filter_map(|line| {
            let type_name = line["type"].as_str().unwrap().to_owned();
            let encoding_text = line["encoding"].as_str().unwrap().to_owned();
            let said = Said {
                encoding: encoding(&encoding_text, &type_name),
                type_name,
                encoding_text,
                memory: line["memory"].as_u64()?,
                memory_2: line["memory_2"].as_u64(),
            };
            Some(((line["db"].as_u64().unwrap(), common::unhex(line["key_hex"].as_str().unwrap())), said))
        })
        .collect();
    let input = Input::new(Box::new(Cursor::new(dump.bytes())), CancelFlag::default());
    let mut parser = Parser::open(input, false).unwrap();
    let mut run = Run { memory: Memory::new(target, true), said, figures: Vec::new(), without_figure: 0 };
    while !matches!(parser.next(&mut run).unwrap(), Outcome::End) {}
    run
}

#[test]
fn figures_equal_the_truth_outside_chance() {
    let mut faults = String::new();
    for dump in common::dumps() {
        let meta = meta(&dump);
        let Some(target) = target(&dump, &meta) else { continue };
        if !target.is_valkey() && !target.redis_from(4, 0, 0) {
            continue;
        }
        let run = run(&dump, &target);
        let mut tallies: BTreeMap<String, Tally> = BTreeMap::new();
        let mut wrong = 0;
        if std::env::var("DBG").is_ok_and(|d| dump.name == d) {
            for (key, memory) in &run.figures {
                let said = &run.said[key];
                if said.encoding_text == std::env::var("ENC").unwrap() {
                    eprintln!(
                        "DBG {} {} said {} {:?} model {:?}",
                        key.1.escape_ascii(),
                        said.type_name,
                        said.memory,
                        said.memory_2,
                        memory
                    );
                }
            }
        }
        for (key, memory) in &run.figures {
            let said = &run.said[key];
            let share = memory.template.map_or(0, |id| run.memory.templates.share(id));
            let figure = memory.memory_bytes.unwrap() + share;
            let tally = tallies.entry(format!("{} {}", said.type_name, said.encoding_text)).or_default();
            tally.keys += 1;
            tally.said += said.memory as f64;
            tally.expected += figure as f64;
            let equal = figure == said.memory;
            tally.equal += u64::from(equal);
            let certain = memory.exact;
            if certain {
                if !equal || said.memory_2.is_some() {
                    wrong += 1;
                    if wrong <= 12 {
                        writeln!(
                            faults,
                            "{} {}: {} {} said {} {:?} model {}",
                            dump.name,
                            key.1.escape_ascii(),
                            said.type_name,
                            said.encoding_text,
                            said.memory,
                            said.memory_2,
                            figure
                        )
                        .unwrap();
                    }
                }
            } else {
                tally.by_chance += 1;
                tally.relative_error += (figure as f64 - said.memory as f64).abs() / said.memory as f64;
                let apart = (figure as f64 - said.memory as f64).abs();
                tally.within_3_sd += u64::from(apart <= 3.0 * memory.deviation + 0.5);
                tally.within_spread +=
                    u64::from((memory.low_bytes..=memory.high_bytes).contains(&(said.memory - share)));
            }
        }
        let mut table = format!(
            "{} ({} keys left out: modules){}\n",
            dump.name,
            run.without_figure,
            if true { "" } else { " estimate" }
        );
        for (name, t) in &tallies {
            writeln!(
                table,
                "  {name:<24} {:>6}/{:<6} chance {:>4} sum error {:+.3} % mean |error| {:.2} % within 3 sd {} spread {}",
                t.equal,
                t.keys,
                t.by_chance,
                (t.expected / t.said - 1.0) * 100.0,
                t.relative_error / (t.by_chance.max(1) as f64) * 100.0,
                t.within_3_sd,
                t.within_spread
            )
            .unwrap();
        }
        std::io::stderr().write_all(table.as_bytes()).unwrap();
    }
    assert!(faults.is_empty(), "\n{faults}");
}
