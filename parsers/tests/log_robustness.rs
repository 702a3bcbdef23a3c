//! Logs that are cut or damaged: an end or an error inside the file, a replay that never panics, and never much more memory
//! than the bytes that are there.

mod common;

use std::fs;
use std::io::{self, Cursor, Read};
use std::path::Path;

use _native::aof::log::{Command, CommandSink, LogReader, Parts, Tail};
use _native::aof::profile::Profile;
use _native::aof::touched::Touched;
use _native::conversion::{Server, Target, Version};
use _native::error::{Error, Result};
use _native::events::ValueSink;
use _native::rdb::{KeyRecord, RecordSink};
use _native::replay::{Keyspace, Options};
use _native::source::CancelFlag;
use common::counting::{Counting, measure};
use common::random::Rng;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// The block of the reader, the tables of the profile and of an empty keyspace.
const FIXED: usize = 8 << 20;

struct File<'a>(&'a [u8]);

impl Parts for File<'_> {
    fn count(&self) -> usize {
        1
    }

    fn name(&self, _: usize) -> Option<&str> {
        None
    }

    fn open(&mut self, _: usize) -> io::Result<Box<dyn Read + Send>> {
        Ok(Box::new(Cursor::new(self.0.to_vec())))
    }
}

/// Everything that commands go to in a load.
struct All {
    touched: Touched,
    profile: Profile,
    keyspace: Keyspace,
    commands: u64,
}

impl CommandSink for All {
    fn command(&mut self, command: &Command<'_>) -> Result<()> {
        self.commands += 1;
        self.touched.command(command)?;
        self.profile.command(command);
        self.keyspace.apply(command.argv, command.time_ms);
        Ok(())
    }
}

#[derive(Default)]
struct Keys(u64);

impl ValueSink for Keys {}

impl RecordSink for Keys {
    fn key(&mut self, _: &KeyRecord) {}
    fn key_end(&mut self, _: &KeyRecord, _: u64) {
        self.0 += 1;
    }
    fn key_damaged(&mut self, _: &KeyRecord) {}
}

struct Outcome {
    commands: u64,
    tail: Tail,
    good_offset: u64,
    keys: u64,
}

fn replay(bytes: &[u8]) -> std::result::Result<Outcome, Error> {
    let options = Options::new(Target::new(Server::Redis, Version::new(7, 2, 6)), 1_700_000_000_000);
    let (touched, profile, keyspace) = (Touched::new(1 << 20), Profile::default(), Keyspace::new(&options));
    let mut all = All { touched, profile, keyspace, commands: 0 };
    let mut log = LogReader::new(None, false);
    log.read(&mut File(bytes), None, &CancelFlag::default(), &mut all)?;
    let mut keys = Keys::default();
    all.keyspace.emit(&mut keys, |_, _, _| {});
    let good_offset = log.facts.parts.last().map_or(0, |part| part.good_offset);
    Ok(Outcome { commands: all.commands, tail: log.facts.tail, good_offset, keys: keys.0 })
}

/// The commands of the fixture, and logs of the corpus where it is there.
fn samples() -> Vec<Vec<u8>> {
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/aof/shop/appendonly.aof.2.incr.aof");
    let mut samples = vec![fs::read(fixture).expect("the fixture is there")];
    samples.extend(common::logs::logs().iter().flat_map(common::logs::Log::files));
    samples.retain(|bytes| (1..100_000).contains(&bytes.len()));
    samples
}

#[test]
fn every_cut_is_a_torn_end() {
    let whole = samples().swap_remove(0);
    let all = replay(&whole).expect("the fixture is whole");
    assert!(all.keys > 0 && matches!(all.tail, Tail::Whole));
    let mut last = 0;
    for length in 0..whole.len() {
        let cut = replay(&whole[..length]).expect("a cut is no error");
        assert!(cut.commands >= last && cut.commands <= all.commands, "{length}");
        assert!(cut.good_offset <= length as u64, "{length}");
        let torn = matches!(cut.tail, Tail::Cut { .. } | Tail::OpenTransaction { .. });
        assert_eq!(torn, cut.good_offset < length as u64, "{length}");
        last = cut.commands;
    }
}

#[test]
fn damage_is_an_error_inside_the_file() {
    let mut rng = Rng(7);
    let mut refused = 0;
    for sample in samples() {
        for _ in 0..200 {
            let mut bytes = sample.clone();
            for _ in 0..=rng.below(3) {
                let at = rng.below(bytes.len() as u64) as usize;
                match rng.below(4) {
                    0 => bytes[at] ^= 1 << rng.below(8),
                    1 => bytes[at] = rng.number() as u8,
                    2 => drop(bytes.splice(at..at, rng.bytes(9))),
                    _ => drop(bytes.drain(at..(at + 20).min(bytes.len() - 1).max(at))),
                }
            }
            let (outcome, largest, most) = measure(|| replay(&bytes));
            assert!(largest <= FIXED + 4 * bytes.len(), "{largest} bytes at once for {}", bytes.len());
            assert!(most <= 2 * FIXED + 64 * bytes.len(), "{most} bytes held for {}", bytes.len());
            if let Err(error) = outcome {
                assert!(error.offset() <= bytes.len() as u64, "{error}");
                refused += 1;
            }
        }
    }
    assert!(refused > 50, "{refused}");
}
