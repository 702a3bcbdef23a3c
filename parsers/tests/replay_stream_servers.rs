//! Streams after a replay are what a real server has after loading its own log: random commands, compared by the dumps
//! of every stream, node by node.

mod common;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;

use _native::conversion::Target;
use _native::events::{Element, StreamId, StreamIdempotence, StreamTotals, ValueSink};
use _native::rdb::{KeyRecord, Parser, RecordSink};
use _native::replay::{Keyspace, Limits, Options};
use common::logs::{Command, replay};
use common::random::Rng;
use common::server::{Reply, Running, programs};

/// Rounds per server, and commands in a round. `RDBSCOPE_ROUNDS` asks for more rounds.
const ROUNDS: u64 = 12;
const COMMANDS: u64 = 400;
const KEYS: u64 = 4;

/// The events of each stream as lines. Times of loading are left out, and of ids that a server makes of contents all
/// but their lengths.
#[derive(Default)]
struct Lines {
    of: BTreeMap<Vec<u8>, Vec<String>>,
    open: Vec<String>,
}

fn shown(element: Element<'_>) -> String {
    match element {
        Element::Bytes(bytes) => bytes.escape_ascii().to_string(),
        other => format!("{other:?}"),
    }
}

impl ValueSink for Lines {
    fn field(&mut self, field: Element<'_>) {
        self.open.push(format!("    field {}", shown(field)));
    }
    fn value(&mut self, value: Element<'_>) {
        self.open.push(format!("    value {}", shown(value)));
    }
    fn stream_node(&mut self, master: StreamId, bytes: u64) {
        self.open.push(format!("node {master}: {bytes} bytes"));
    }
    fn stream_entry(&mut self, id: StreamId, deleted: bool, pairs: u64) {
        self.open.push(format!("  entry {id} deleted {deleted} pairs {pairs}"));
    }
    fn stream_totals(&mut self, totals: StreamTotals) {
        self.open.push(format!("{totals:?}"));
    }
    fn stream_group(&mut self, name: Element<'_>, last_id: StreamId, entries_read: Option<u64>, pending: u64) {
        self.open.push(format!("group {} last {last_id} read {entries_read:?} pending {pending}", shown(name)));
    }
    fn stream_pending(&mut self, id: StreamId, delivered_at_ms: i64, deliveries: u64) {
        self.open.push(format!("  pending {id} at {delivered_at_ms} deliveries {deliveries}"));
    }
    fn stream_consumer(&mut self, name: Element<'_>, _: i64, active_ms: Option<i64>, pending: u64) {
        let never = active_ms == Some(-1);
        self.open.push(format!("  consumer {} never active {never} pending {pending}", shown(name)));
    }
    fn stream_consumer_pending(&mut self, id: StreamId) {
        self.open.push(format!("    owns {id}"));
    }
    fn stream_released(&mut self, id: StreamId) {
        self.open.push(format!("  released {id}"));
    }
    fn stream_idempotence(&mut self, facts: StreamIdempotence) {
        self.open.push(format!("{facts:?}"));
    }
    fn stream_producer(&mut self, id: Element<'_>, entries: u64) {
        self.open.push(format!("  producer {} entries {entries}", shown(id)));
    }
    fn stream_producer_entry(&mut self, iid: Element<'_>, id: StreamId) {
        self.open.push(format!("    sent {} bytes as {id}", iid.len()));
    }
    fn stream_idempotence_totals(&mut self, added: u64, duplicates: u64) {
        self.open.push(format!("  added {added} duplicates {duplicates}"));
    }
}

impl RecordSink for Lines {
    fn key(&mut self, _: &KeyRecord) {
        self.open.clear();
    }
    fn key_end(&mut self, record: &KeyRecord, _: u64) {
        self.of.insert(record.name.clone(), std::mem::take(&mut self.open));
    }
    fn key_damaged(&mut self, record: &KeyRecord) {
        panic!("a damaged key: {}", record.name.escape_ascii());
    }
}

/// Makes up commands.
struct Writer {
    rng: Rng,
    target: Target,
    /// The next id of each stream.
    next: [u64; KEYS as usize],
}

impl Writer {
    fn since(&self, major: u16, minor: u16) -> bool {
        self.target.redis_from(major, minor, 0)
    }

    fn id(&mut self, key: u64) -> String {
        let top = self.next[key as usize];
        let ms = top.saturating_sub(self.rng.below(60));
        format!("{ms}-{}", self.rng.below(3))
    }

    fn ids(&mut self, key: u64, command: &mut Command) {
        let count = 1 + self.rng.below(5);
        for _ in 0..count {
            command.push(self.id(key).into_bytes());
        }
    }

    fn counted_ids(&mut self, key: u64, command: &mut Command) {
        let mut ids = Vec::new();
        self.ids(key, &mut ids);
        command.extend([b"IDS".to_vec(), ids.len().to_string().into_bytes()]);
        command.extend(ids);
    }

    fn references(&mut self, command: &mut Command) {
        if self.since(8, 2) && self.rng.chance(2) {
            command.push(self.rng.one_of(&["KEEPREF", "DELREF", "ACKED"]).into());
        }
    }

    fn trim(&mut self, key: u64, command: &mut Command) {
        let mark = self.rng.one_of(&["", "=", "~"]);
        if self.rng.chance(2) {
            command.push(b"MAXLEN".to_vec());
            command.extend((!mark.is_empty()).then(|| mark.into()));
            command.push(self.rng.below(40).to_string().into_bytes());
        } else {
            command.push(b"MINID".to_vec());
            command.extend((!mark.is_empty()).then(|| mark.into()));
            command.push(self.id(key).into_bytes());
        }
        if mark == "~" && self.rng.chance(2) {
            command.extend([b"LIMIT".to_vec(), self.rng.below(30).to_string().into_bytes()]);
        }
        self.references(command);
    }

    fn add(&mut self, key: u64, command: &mut Command) {
        if self.rng.chance(8) {
            command.push(b"NOMKSTREAM".to_vec());
        }
        if self.since(8, 6) && self.rng.chance(4) {
            let producer = format!("producer {}", self.rng.below(3)).into_bytes();
            if self.rng.chance(2) {
                command.extend([b"IDMP".to_vec(), producer, self.rng.below(20).to_string().into_bytes()]);
            } else {
                command.extend([b"IDMPAUTO".to_vec(), producer]);
            }
        } else if self.rng.chance(6) {
            self.trim(key, command);
        }
        let next = &mut self.next[key as usize];
        *next += self.rng.below(3) * self.rng.below(300);
        let idempotent = command.iter().any(|word| word.starts_with(b"IDMP"));
        command.push(if idempotent {
            b"*".to_vec()
        } else if self.rng.chance(4) {
            format!("{next}-*").into_bytes()
        } else {
            *next += 1;
            format!("{next}-{}", self.rng.below(2)).into_bytes()
        });
        let names = self.rng.one_of(&[&["f"][..], &["f", "g"], &["g", "f"], &["1", "22", "name"], &["f"]]);
        for name in names {
            let value = if idempotent { self.rng.below(3).to_string().into_bytes() } else { self.rng.text() };
            command.extend([name.as_bytes().to_vec(), value]);
        }
    }

    fn group_command(&mut self, key: u64, name: &[u8], group: Vec<u8>, consumer: Vec<u8>) -> Command {
        let choice = self.rng.one_of(&["CREATE", "CREATE", "SETID", "DESTROY", "CREATECONSUMER", "DELCONSUMER"]);
        let mut command = vec![b"XGROUP".to_vec(), choice.into(), name.to_vec(), group];
        match choice {
            "CREATE" | "SETID" => {
                let id = self.id(key);
                command.push(self.rng.one_of(&["$", "0", &id]).into());
                if choice == "CREATE" && self.rng.chance(2) {
                    command.push(b"MKSTREAM".to_vec());
                }
                if self.rng.chance(3) {
                    command.extend([b"ENTRIESREAD".to_vec(), self.rng.below(50).to_string().into_bytes()]);
                }
            }
            "DESTROY" => {}
            _ => command.push(consumer),
        }
        command
    }

    fn command(&mut self) -> Command {
        let key = self.rng.below(KEYS);
        let name = format!("stream:{key}").into_bytes();
        let group = format!("group {}", self.rng.below(3)).into_bytes();
        let consumer = format!("consumer {}", self.rng.below(3)).into_bytes();
        let mut command = Vec::new();
        let of_group = |command: &mut Command, verb: &str| command.extend([verb.into(), name.clone(), group.clone()]);
        match self.rng.below(100) {
            0..45 => {
                command.extend([b"XADD".to_vec(), name]);
                self.add(key, &mut command);
            }
            45..50 => {
                command.extend([b"XDEL".to_vec(), name]);
                self.ids(key, &mut command);
            }
            50..54 => {
                command.extend([b"XTRIM".to_vec(), name]);
                self.trim(key, &mut command);
            }
            54..60 => return self.group_command(key, &name, group, consumer),
            60..72 => {
                command.extend([b"XREADGROUP".to_vec(), b"GROUP".to_vec(), group, consumer, b"COUNT".to_vec()]);
                command.push((1 + self.rng.below(9)).to_string().into_bytes());
                if self.rng.chance(5) {
                    command.push(b"NOACK".to_vec());
                }
                let history = self.id(key);
                let from = self.rng.one_of(&[">", ">", ">", &history]).into();
                command.extend([b"STREAMS".to_vec(), name, from]);
            }
            72..78 => {
                of_group(&mut command, "XACK");
                self.ids(key, &mut command);
            }
            78..84 => {
                of_group(&mut command, "XCLAIM");
                command.extend([consumer, b"0".to_vec()]);
                self.ids(key, &mut command);
                for (option, value) in [("FORCE", None), ("JUSTID", None), ("RETRYCOUNT", Some(5)), ("IDLE", Some(9))] {
                    if self.rng.chance(3) {
                        command.push(option.into());
                        command.extend(value.map(|most| self.rng.below(most).to_string().into_bytes()));
                    }
                }
                if self.rng.chance(4) {
                    command.extend([b"LASTID".to_vec(), self.id(key).into_bytes()]);
                }
            }
            84..87 => {
                of_group(&mut command, "XAUTOCLAIM");
                command.extend([consumer, b"0".to_vec(), b"0".to_vec(), b"COUNT".to_vec(), b"4".to_vec()]);
            }
            87..89 => {
                command.extend([b"XSETID".to_vec(), name]);
                let next = &mut self.next[key as usize];
                *next += self.rng.below(20);
                command.push(format!("{next}-5").into_bytes());
                if self.rng.chance(2) {
                    command.extend([b"ENTRIESADDED".to_vec(), self.rng.below(900).to_string().into_bytes()]);
                }
                if self.rng.chance(2) {
                    command.extend([b"MAXDELETEDID".to_vec(), self.id(key).into_bytes()]);
                }
            }
            89..92 if self.since(8, 2) => {
                command.extend([b"XDELEX".to_vec(), name]);
                self.references(&mut command);
                self.counted_ids(key, &mut command);
            }
            92..95 if self.since(8, 2) => {
                of_group(&mut command, "XACKDEL");
                self.references(&mut command);
                self.counted_ids(key, &mut command);
            }
            95..97 if self.since(8, 8) => {
                of_group(&mut command, "XNACK");
                command.push(self.rng.one_of(&["SILENT", "FAIL", "FATAL"]).into());
                self.counted_ids(key, &mut command);
                if self.rng.chance(3) {
                    command.extend([b"RETRYCOUNT".to_vec(), self.rng.below(9).to_string().into_bytes()]);
                }
                command.extend(self.rng.chance(3).then(|| b"FORCE".to_vec()));
            }
            97 if self.since(8, 6) => {
                command.extend([b"XCFGSET".to_vec(), name, b"IDMP-DURATION".to_vec()]);
                command.push(self.rng.one_of(&["86400", "3600"]).into());
                command.extend([b"IDMP-MAXSIZE".to_vec(), self.rng.one_of(&["5", "50"]).into()]);
            }
            98 => {
                let to = format!("stream:{}", self.rng.below(KEYS)).into_bytes();
                command.extend([b"COPY".to_vec(), name, to, b"REPLACE".to_vec()]);
            }
            99 if self.rng.chance(4) => command.extend([b"DEL".to_vec(), name]),
            _ => {
                command.extend([b"XADD".to_vec(), name]);
                self.add(key, &mut command);
            }
        }
        command
    }
}

/// One round; gives what differs.
fn round(program: &std::path::Path, seed: u64, errors: &mut BTreeMap<String, u64>) -> String {
    let mut rng = Rng(seed);
    let entries = rng.one_of(&[3, 10, 100, 0]);
    let bytes = rng.one_of(&[200, 4096, 4096, 0]);
    let preamble = rng.one_of(&["yes", "no"]);
    let settings = [
        "--stream-node-max-entries",
        &entries.to_string(),
        "--stream-node-max-bytes",
        &bytes.to_string(),
        "--aof-use-rdb-preamble",
        preamble,
    ];
    let mut server = Running::start(program, &format!("{seed:x}"), &settings);
    let target = server.target();
    // Ids in the future, so that those a server chooses by its clock do not pass them.
    let mut writer = Writer { rng, target: target.clone(), next: [5_000_000_000_000; KEYS as usize] };
    let rewrite_at = writer.rng.below(2 * COMMANDS);
    for at in 0..COMMANDS {
        let command = writer.command();
        if let Reply::Error(text) = server.ask(&command) {
            let name = String::from_utf8_lossy(&command[0]).into_owned();
            let reason = text.split(['\'', '0']).next().unwrap_or_default();
            *errors.entry(format!("{name}: {reason}")).or_default() += 1;
        }
        if at == rewrite_at {
            server.rewrite();
        }
    }
    if !server.reload() {
        *errors.entry("cannot load its own log".into()).or_default() += 1;
        return String::new();
    }
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis() as i64;
    let limits = Limits { stream_node_max_entries: entries, stream_node_max_bytes: bytes, ..Limits::default() };
    let mut keyspace = Keyspace::new(&Options { limits, ..Options::new(target, now) });
    replay(&server.files(), &mut keyspace, |_, _| {});
    let mut ours = Lines::default();
    keyspace.emit(&mut ours, |_, _, _| {});
    let mut faults = String::new();
    for key in 0..KEYS {
        let name = format!("stream:{key}").into_bytes();
        let there = server.ask(&[b"EXISTS".as_slice(), &name]) == Reply::Integer(1);
        let mut theirs = Lines::default();
        if there {
            let bytes = server.snapshot_of(&name);
            let mut input = common::input(&bytes);
            input.hold_whole_values();
            common::drain(&mut Parser::open(input, false).unwrap(), &mut theirs).unwrap();
        }
        let (ours, theirs) = (ours.of.remove(&name), theirs.of.remove(&name));
        if ours != theirs {
            let (ours, theirs) = (ours.unwrap_or_default(), theirs.unwrap_or_default());
            let at = (0..).find(|&at| ours.get(at) != theirs.get(at)).unwrap();
            let (one, other) = (ours.get(at), theirs.get(at));
            writeln!(faults, "{seed} stream:{key} line {at}: {one:?}, the server says {other:?}").unwrap();
        }
    }
    faults
}

#[test]
fn streams_equal_those_of_a_server() {
    let rounds = std::env::var("RDBSCOPE_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(ROUNDS);
    let mut faults = String::new();
    for program in programs() {
        let mut errors = BTreeMap::new();
        for seed in 0..rounds {
            faults += &round(&program, 7_000 + seed, &mut errors);
        }
        writeln!(std::io::stderr(), "{}: {rounds} rounds, refused {errors:?}", program.display()).unwrap();
        let unloaded = errors.get("cannot load its own log").copied().unwrap_or_default();
        assert!(unloaded * 10 <= rounds, "{}: {unloaded} logs were not loaded", program.display());
    }
    assert!(faults.is_empty(), "\n{faults}");
}
