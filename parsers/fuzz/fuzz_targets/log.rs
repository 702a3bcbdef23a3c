//! Any bytes as an append-only log: an end or an error inside the file, commands that lie in it, and a replay that never
//! panics, whatever the commands are.
//!
//! `cargo +nightly fuzz run log corpus -- -malloc_limit_mb=64 -rss_limit_mb=1024 -max_len=100000`, from `parsers/`, with logs
//! as seeds in `corpus`.

#![no_main]

use _native::aof::log::{Command, CommandSink, LogReader, Parts, Until};
use _native::aof::manifest;
use _native::aof::profile::Profile;
use _native::aof::touched::Touched;
use _native::aof::version::Signs;
use _native::conversion::{Server, Target, Version};
use _native::error::Result;
use _native::events::ValueSink;
use _native::rdb::{KeyRecord, RecordSink};
use _native::replay::{Keyspace, Options};
use _native::source::CancelFlag;
use libfuzzer_sys::fuzz_target;

/// One file in memory.
struct File(Vec<u8>);

impl Parts for File {
    fn count(&self) -> usize {
        1
    }

    fn name(&self, _: usize) -> Option<&str> {
        None
    }

    fn open(&mut self, _: usize) -> std::io::Result<Box<dyn std::io::Read + Send>> {
        Ok(Box::new(std::io::Cursor::new(self.0.clone())))
    }
}

/// Everything that commands go to.
struct All {
    touched: Touched,
    signs: Signs,
    profile: Profile,
    keyspace: Keyspace,
    size: u64,
    commands: u64,
}

impl CommandSink for All {
    fn command(&mut self, command: &Command<'_>) -> Result<()> {
        assert!(command.offset + command.bytes <= self.size);
        self.commands += 1;
        self.touched.command(command)?;
        self.signs.command(command);
        self.profile.command(command);
        self.keyspace.apply(command.argv, command.time_ms);
        Ok(())
    }
}

/// Counts what comes out.
#[derive(Default)]
struct Counter(u64);

impl ValueSink for Counter {}

impl RecordSink for Counter {
    fn key(&mut self, _: &KeyRecord) {}
    fn key_end(&mut self, _: &KeyRecord, _: u64) {
        self.0 += 1;
    }
    fn key_damaged(&mut self, _: &KeyRecord) {}
}

fn read(data: &[u8], until: Option<Until>, salvage: bool) -> u64 {
    let size = data.len() as u64;
    let target = Target::new(Server::Redis, Version::new(7, 2, 6));
    let mut all = All {
        touched: Touched::new(1 << 20),
        signs: Signs::default(),
        profile: Profile::default(),
        keyspace: Keyspace::new(&Options::new(target, 1_700_000_000_000)),
        size,
        commands: 0,
    };
    let mut log = LogReader::new(until, salvage);
    if let Err(error) = log.read(&mut File(data.to_vec()), None, &CancelFlag::default(), &mut all) {
        assert!(error.offset() <= size);
    }
    assert!(log.facts.commands == all.commands);
    let commands = all.commands;
    all.signs.floor();
    all.keyspace.emit(&mut Counter::default(), |_, _, _| {});
    commands
}

fuzz_target!(|data: &[u8]| {
    let strict = read(data, None, false);
    assert_eq!(strict, read(data, None, true), "what is no command ends both");
    assert!(read(data, Some(Until::Offset(data.len() as u64 / 2)), false) <= strict);
    let _ = manifest::parse(data);
});
