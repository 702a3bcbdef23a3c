//! Types whose memory hangs on their structure: streams, vector sets, arrays, template hashes. Every figure is the
//! server's, and the radix tree of a stream's entries has the keys and nodes that the server told.

mod common;

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::io::Write as _;

use _native::conversion::{Allocator, KeyHead, Overrides, Server, Target, Tracker, Version};
use _native::events::{ArrayValue, Element, Packed, StreamId, StreamIdempotence, StreamTotals, ValueSink};
use _native::fan_out::Both;
use _native::forward_events;
use _native::memory::costs::Costs;
use _native::memory::rax::{RaxSize, RaxTotals};
use _native::memory::{KeyFacts, KeyMemory, Memory};
use _native::rdb::codes::ValueType;
use _native::rdb::{FileFacts, KeyRecord, Parser, RecordSink};
use serde_json::Value;

/// The tree of entries, apart from the model.
struct Entries {
    tree: RaxSize,
    costs: Costs,
}

impl ValueSink for Entries {
    fn stream_node(&mut self, master: StreamId, _: u64) {
        self.tree.insert(&master.to_raw(), &self.costs);
    }
}

struct Run {
    overrides: Overrides,
    target: Target,
    model: Memory,
    others: Both<Tracker, Entries>,
    keys: HashMap<(u64, Vec<u8>), (KeyMemory, RaxTotals)>,
}

impl Run {
    fn new(overrides: Overrides) -> Self {
        let target = Target::new(Server::Redis, Version::new(7, 2, 0));
        let entries = Entries { tree: RaxSize::of_ids(), costs: Costs::of(&target) };
        let (model, others) = (Memory::new(&target, true), Both(Tracker::new([&target]), entries));
        Self { overrides, target, model, others, keys: HashMap::new() }
    }
}

impl ValueSink for Run {
    forward_events!(model, others);
}

impl RecordSink for Run {
    fn before_first_key(&mut self, facts: &FileFacts) {
        self.target = Target::from_facts(facts, &self.overrides).target;
        self.model = Memory::new(&self.target, true);
        self.others.0 = Tracker::new([&self.target]);
        self.others.1.costs = Costs::of(&self.target);
    }

    fn key(&mut self, _: &KeyRecord) {}

    fn key_end(&mut self, record: &KeyRecord, _: u64) {
        let facts = KeyFacts {
            name_bytes: record.name.len() as u64,
            expires: record.expires_at_ms.is_some(),
            evictable: record.idle_seconds.is_some() || record.lfu_frequency.is_some(),
        };
        let Both(tracker, entries) = &mut self.others;
        let memory = self.model.finish(&facts, tracker.encoding(KeyHead::of(record), &self.target));
        self.keys.insert((record.db, record.name.clone()), (memory, entries.tree.finish(&entries.costs)));
    }

    fn key_damaged(&mut self, _: &KeyRecord) {}
}

/// Cluster mode costs memory, and up to 7.2 the dump does not tell it: the settings do.
fn overrides(dump: &common::Dump) -> Overrides {
    let path = dump.truth.to_string_lossy().replace("truth.jsonl.gz", "meta.json");
    let meta: Value = serde_json::from_slice(&common::read(path.as_ref())).unwrap();
    let clustered = ["config", "config_overrides"].iter().any(|settings| meta[settings]["cluster-enabled"] == "yes");
    Overrides { cluster: clustered.then_some(true), ..Overrides::default() }
}

fn is_meant(line: &Value) -> bool {
    ["stream", "vectorset", "array"].iter().any(|name| line["type"] == *name)
        || line["encoding"].as_str().is_some_and(|encoding| encoding.starts_with("template"))
}

#[test]
fn figures_and_trees_equal_the_truth() {
    let mut faults = String::new();
    for dump in common::dumps() {
        let truth = dump.truth();
        if !truth.iter().any(|line| is_meant(line) && line.get("memory").is_some()) {
            continue;
        }
        let mut run = Run::new(overrides(&dump));
        common::drain(&mut Parser::open(common::input(&dump.bytes()), false).unwrap(), &mut run).unwrap();
        let mut equal: BTreeMap<&str, u64> = BTreeMap::new();
        for line in truth.iter().filter(|line| is_meant(line)) {
            let key = (line["db"].as_u64().unwrap(), common::unhex(common::text_of(line, "key_hex")));
            let (memory, tree) = run.keys[&key];
            let share = memory.template.map_or(0, |id| run.model.templates.share(id));
            let figure = memory.memory_bytes.unwrap() + share;
            let name = key.1.escape_ascii();
            if figure != line["memory"] {
                writeln!(faults, "{} {name}: {figure}, the server says {}", dump.name, line["memory"]).unwrap();
            }
            let told = &line["stream"];
            if told.get("radix_nodes").is_some_and(|nodes| *nodes != tree.nodes || told["radix_keys"] != tree.keys) {
                writeln!(faults, "{} {name}: {tree:?}, the server says {told}", dump.name).unwrap();
            }
            *equal.entry(common::text_of(line, "type")).or_default() += u64::from(figure == line["memory"]);
        }
        writeln!(std::io::stderr(), "{}: {} equal {equal:?}", dump.name, run.target.version).unwrap();
    }
    assert!(faults.is_empty(), "\n{faults}");
}

/// What a server said of the keys of a hand-made file that it loaded.
#[test]
fn figures_equal_the_servers_of_the_cases() {
    let Some(shared) = common::shared() else { return };
    let (mut faults, mut equal) = (String::new(), 0);
    let folders = ["cases", "cases-next"].map(|name| std::fs::read_dir(shared.join(name)).unwrap());
    let mut paths: Vec<_> = folders.into_iter().flatten().map(|folder| folder.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        let Ok(text) = std::fs::read(path.join("expected.json")) else { continue };
        let expected: Value = serde_json::from_slice(&text).unwrap();
        let server = &expected["server"];
        if expected["format"] != "rdb" || server["loads"] != true {
            continue;
        }
        let text = common::text_of(server, "version");
        let version = Version::parse(text.trim_start_matches("Redis ")).unwrap();
        // The older of the two servers was linked with the system's jemalloc.
        let allocator = if version.major == 7 { Allocator::Jemalloc16 } else { Allocator::Jemalloc };
        let overrides = Overrides { server: Some((Server::Redis, version)), allocator, ..Overrides::default() };
        let mut run = Run::new(overrides);
        let bytes = common::read(&path.join(common::text_of(&expected, "input")));
        if common::drain(&mut Parser::open(common::input(&bytes), true).unwrap(), &mut run).is_err() {
            continue;
        }
        for key in server["keys"].as_array().into_iter().flatten() {
            let name = common::unhex(common::text_of(key, "key_hex"));
            let Some((_, (memory, _))) = run.keys.iter().find(|((_, found), _)| *found == name) else { continue };
            let (Some(told), Some(figure)) = (key["memory_usage"].as_u64(), memory.memory_bytes) else { continue };
            let figure = figure + memory.template.map_or(0, |id| run.model.templates.share(id));
            equal += u64::from(figure == told);
            if figure != told && memory.exact {
                let folder = path.file_name().unwrap().display();
                writeln!(faults, "{folder} {}: {figure}, the server says {key}", name.escape_ascii()).unwrap();
            }
        }
    }
    writeln!(std::io::stderr(), "cases: {equal} equal").unwrap();
    assert!(faults.is_empty(), "\n{faults}");
}
