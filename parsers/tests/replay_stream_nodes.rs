//! Streams after a replay have as many nodes as the server's, and take what it says, up to the room that a
//! reload does without.

mod common;

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::Write as _;

use _native::events::{StreamId, ValueSink};
use _native::rdb::{KeyRecord, RecordSink};
use _native::replay::{Keyspace, Options};
use common::logs::{Seen, logs, replay};

/// What a stream can take more after the log than after a reload: room for entries in its last node, which servers make
/// as large as nodes become, and nodes of its trees that deletions leave.
const ROOM: u64 = 4096 + 48;
/// When the corpus was loaded, about.
const LOADED_AT_MS: i64 = 1_784_000_000_000;

/// Nodes of each stream.
#[derive(Default)]
struct Nodes {
    of: HashMap<(u64, Vec<u8>), u64>,
    open: u64,
}

impl ValueSink for Nodes {
    fn stream_node(&mut self, _: StreamId, _: u64) {
        self.open += 1;
    }
}

impl RecordSink for Nodes {
    fn key(&mut self, _: &KeyRecord) {
        self.open = 0;
    }
    fn key_end(&mut self, record: &KeyRecord, _: u64) {
        self.of.insert((record.db, record.name.clone()), self.open);
    }
    fn key_damaged(&mut self, record: &KeyRecord) {
        panic!("a damaged key: {}", record.name.escape_ascii());
    }
}

#[test]
fn nodes_and_figures_equal_the_truth() {
    let mut faults = String::new();
    for log in logs() {
        let target = log.target();
        let replayed = || {
            let mut keyspace = Keyspace::new(&Options::new(target.clone(), LOADED_AT_MS));
            replay(&log.files(), &mut keyspace, |_, _| {});
            keyspace
        };
        let mut nodes = Nodes::default();
        replayed().emit(&mut nodes, |_, _, _| {});
        let memory = Seen::of(replayed(), &target).memory_of;
        let (mut streams, mut equal) = (0, 0);
        for line in log.truth() {
            let told = &line["stream"];
            let key = (line["db"].as_u64().unwrap(), common::unhex(common::text_of(&line, "key_hex")));
            let (Some(trees), Some(ours)) = (told["radix_keys"].as_u64(), nodes.of.get(&key)) else { continue };
            streams += 1;
            if trees != *ours {
                writeln!(faults, "{} {}: {ours} nodes, not {trees}", log.name, key.1.escape_ascii()).unwrap();
            }
            let (Some((figure, _)), Some(told)) = (memory.get(&key), line["memory"].as_u64()) else { continue };
            equal += u64::from(*figure == told);
            if !(*figure..=figure + ROOM).contains(&told) {
                writeln!(faults, "{} {}: {figure} bytes, not {told}", log.name, key.1.escape_ascii()).unwrap();
            }
        }
        writeln!(std::io::stderr(), "{}: {streams} streams, {equal} without such room", log.name).unwrap();
    }
    assert!(faults.is_empty(), "\n{faults}");
}
