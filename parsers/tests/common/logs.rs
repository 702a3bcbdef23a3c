//! Command logs of the corpus, read with just enough care for whole files.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use _native::conversion::{Allocator, Encoding, KeyHead, Target, Tracker};
use _native::events::{ArrayValue, Element, Packed, StreamId, StreamIdempotence, StreamTotals, ValueSink};
use _native::forward_events;
use _native::memory::{KeyFacts, Memory};
use _native::rdb::codes::ValueType;
use _native::rdb::{KeyRecord, Parser, RecordSink};
use _native::replay::{Applied, Keyspace, Live};
use serde_json::Value;

use super::contents::{Contents, Row};

pub type Command = Vec<Vec<u8>>;

/// A case: its files in the order of replay.
pub struct Log {
    pub name: String,
    pub folder: PathBuf,
    pub meta: Value,
}

impl Log {
    pub fn target(&self) -> Target {
        let text = |name: &str| super::text_of(&self.meta, name).to_owned();
        let (server, version) = Target::parse_server(&format!("{}-{}", text("server"), text("version"))).unwrap();
        let mut target = Target::new(server, version);
        if let Some(allocator) = self.meta["allocator"].as_str().and_then(Allocator::parse) {
            target.allocator = allocator;
        }
        for (name, value) in self.meta["config_overrides"].as_object().into_iter().flatten() {
            // Most settings decide no encoding.
            target.thresholds.set(name, value.as_str().unwrap_or_default()).ok();
        }
        target
    }

    pub fn truth(&self) -> Vec<Value> {
        let text = super::read(&self.folder.join("truth.jsonl.gz"));
        let lines = text.split(|&byte| byte == b'\n').filter(|line| !line.is_empty());
        lines.map(|line| serde_json::from_slice(line).unwrap()).collect()
    }

    /// The contents of the files that a server replays.
    pub fn files(&self) -> Vec<Vec<u8>> {
        let files = self.meta["files"].as_array().unwrap();
        let read = |file: &Value| super::read(&self.folder.join(super::text_of(file, "stored_as")));
        let Some(manifest) = files.iter().find(|file| file["kind"] == "manifest") else {
            return files.iter().map(read).collect();
        };
        let text = String::from_utf8(read(manifest)).unwrap();
        let wanted: Vec<&str> = text
            .lines()
            .filter(|line| !line.contains(" type h"))
            .map(|line| line.strip_prefix("file ").unwrap().split(" seq ").next().unwrap().trim_matches('"'))
            .collect();
        let named = |name: &str| {
            let file = files.iter().find(|file| {
                Path::new(super::text_of(file, "path")).file_name().is_some_and(|of| of.to_str() == Some(name))
            });
            read(file.unwrap_or_else(|| panic!("{}: {name}", self.name)))
        };
        wanted.into_iter().map(named).collect()
    }
}

/// All cases that have a truth.
pub fn logs() -> Vec<Log> {
    let Some(shared) = super::shared() else { return Vec::new() };
    let mut found = Vec::new();
    for root in ["corpus/aof", "corpus/next"] {
        for server in std::fs::read_dir(shared.join(root)).unwrap().map(|entry| entry.unwrap().path()) {
            let Ok(cases) = std::fs::read_dir(&server) else { continue };
            for folder in cases.map(|entry| entry.unwrap().path()) {
                let Ok(meta) = std::fs::read(folder.join("meta.json")) else { continue };
                let meta: Value = serde_json::from_slice(&meta).unwrap();
                let is_log =
                    meta["files"].as_array().is_some_and(|files| files.iter().any(|file| file["kind"] != "rdb"));
                if is_log && folder.join("truth.jsonl.gz").is_file() {
                    let name = folder.strip_prefix(shared.join(root)).unwrap().display().to_string();
                    found.push(Log { name, folder, meta });
                }
            }
        }
    }
    found.sort_by(|one, other| one.name.cmp(&other.name));
    found
}

/// Whole commands of a log; stops at the first that is cut.
pub fn commands(mut bytes: &[u8]) -> Vec<Command> {
    fn number(bytes: &mut &[u8], mark: u8) -> Option<usize> {
        let rest = bytes.strip_prefix(&[mark])?;
        let end = rest.windows(2).position(|pair| pair == b"\r\n")?;
        let number = std::str::from_utf8(&rest[..end]).ok()?.parse().ok()?;
        *bytes = &rest[end + 2..];
        Some(number)
    }
    fn command(bytes: &mut &[u8]) -> Option<Command> {
        let words = number(bytes, b'*')?;
        let mut command = Vec::new();
        for _ in 0..words {
            let length = number(bytes, b'$')?;
            command.push(bytes.get(..length)?.to_vec());
            *bytes = bytes.get(length + 2..)?;
        }
        Some(command)
    }
    let mut found = Vec::new();
    while !bytes.is_empty() {
        if bytes[0] == b'#' {
            let end = bytes.iter().position(|&byte| byte == b'\n').unwrap_or(bytes.len() - 1);
            bytes = &bytes[end + 1..];
            continue;
        }
        match command(&mut bytes) {
            Some(command) => found.push(command),
            None => break,
        }
    }
    found
}

/// Replays files; transactions without EXEC are dropped. Tells each outcome.
pub fn replay(files: &[Vec<u8>], keyspace: &mut Keyspace, mut told: impl FnMut(&Command, Applied)) {
    for file in files {
        let mut tail = file.as_slice();
        if file.starts_with(b"REDIS") || file.starts_with(b"VALKEY") {
            let mut input = super::input(file);
            input.hold_whole_values();
            let mut parser = Parser::open(input, false).unwrap();
            super::drain(&mut parser, keyspace).unwrap();
            for function in parser.facts.functions {
                keyspace.libraries_mut().insert(function);
            }
            tail = &file[parser.facts.end_offset as usize..];
        }
        keyspace.select(0);
        let mut queue: Option<Vec<Command>> = None;
        for command in commands(tail) {
            match (command[0].to_ascii_uppercase().as_slice(), &mut queue) {
                (b"MULTI", _) => queue = Some(Vec::new()),
                (b"EXEC", _) => {
                    for command in queue.take().unwrap_or_default() {
                        apply(keyspace, &command, &mut told);
                    }
                }
                (_, Some(queue)) => queue.push(command),
                (_, None) => apply(keyspace, &command, &mut told),
            }
        }
    }
}

fn apply(keyspace: &mut Keyspace, command: &Command, told: &mut impl FnMut(&Command, Applied)) {
    let argv: Vec<&[u8]> = command.iter().map(Vec::as_slice).collect();
    let applied = keyspace.apply(&argv, None);
    told(command, applied);
}

/// Gathers what a keyspace tells at the end.
pub struct Seen {
    pub contents: Contents,
    tracker: Tracker,
    memory: Memory,
    target: Target,
    live: Option<Live>,
    /// What the model says of a reload, and whether that is to the byte.
    pub memory_of: HashMap<(u64, Vec<u8>), (u64, bool)>,
    pub live_of: HashMap<(u64, Vec<u8>), (Encoding, bool)>,
}

impl Seen {
    pub fn of(keyspace: Keyspace, target: &Target) -> Self {
        let mut seen = Self {
            contents: Contents::default(),
            tracker: Tracker::new([target]),
            memory: Memory::new(target, true),
            memory_of: HashMap::new(),
            target: target.clone(),
            live: None,
            live_of: HashMap::new(),
        };
        keyspace.emit(&mut seen, |seen, _, live| seen.live = Some(live));
        seen
    }

    pub fn by_key(self) -> HashMap<(u64, Vec<u8>), (Row, Encoding, bool)> {
        let Self { contents, mut live_of, .. } = self;
        let rows = contents.rows.into_iter().map(|row| {
            let key = (row.record.db, row.record.key.clone());
            let (encoding, approximate) = live_of.remove(&key).unwrap();
            (key, (row, encoding, approximate))
        });
        rows.collect()
    }
}

impl ValueSink for Seen {
    forward_events!(contents, tracker, memory);
}

impl RecordSink for Seen {
    fn key(&mut self, record: &KeyRecord) {
        self.contents.key(record);
    }

    fn key_end(&mut self, record: &KeyRecord, dump_bytes: u64) {
        let live = self.live.take().unwrap();
        let key = (record.db, record.name.clone());
        let reloaded = self.tracker.encoding(KeyHead::of(record), &self.target);
        let facts = KeyFacts {
            name_bytes: record.name.len() as u64,
            expires: record.expires_at_ms.is_some(),
            evictable: record.idle_seconds.is_some() || record.lfu_frequency.is_some(),
        };
        let figures = self.memory.finish(&facts, reloaded);
        if let Some(bytes) = figures.memory_bytes {
            self.memory_of.insert(key.clone(), (bytes, figures.exact));
        }
        self.live_of.insert(key, (live.encoding.unwrap_or(reloaded), live.approximate));
        self.contents.key_end(record, dump_bytes);
    }

    fn key_damaged(&mut self, _: &KeyRecord) {
        panic!("a live key is sound");
    }
}
