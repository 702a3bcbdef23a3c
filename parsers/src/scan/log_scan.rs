//! The pass over a log. First the commands are read for the keys they touch; then the base streams by, untouched keys
//! becoming rows at once; then the commands are replayed on the others, which become rows last.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;

use arrow_array::RecordBatch;

use super::collector::Collector;
use super::gathered::{Damage, Gathered, Overhead};
use super::log_facts::{LogOutcome, Unapplied, note_tail};
use super::log_rows::{DatabaseCounts, Emitted, Router};
use super::log_verify::{FirstPass, first_pass, log_header};
use super::options::Options;
use super::{NAME_BYTES, PROGRESS_KEYS, Progress, note_damage};
use crate::aof::log::{Command, CommandSink, LogReader, Parts};
use crate::aof::profile::Profile;
use crate::conversion::Target;
use crate::error::{Error, ErrorKind, Result};
use crate::patterns::PatternMiner;
use crate::rdb::facts::FileFacts;
use crate::rdb::{Outcome, Parser};
use crate::replay::Keyspace;
use crate::rows::Form;
use crate::source::{CancelFlag, Input};

/// Why figures of a log's keys are estimates.
const DOUBT: &str = "memory of replayed keys is what they take after a dump and reload";

/// Elements from which DEL of a key is an event.
const LARGE: u64 = 1000;

/// Commands between two looks at the memory that is held.
const LIMIT_COMMANDS: u64 = 16;

/// A pass over a log in progress.
pub struct LogScan {
    parts: Box<dyn Parts>,
    options: Options,
    cancel: CancelFlag,
    progress: Arc<Progress>,
    /// The base while it is read.
    parser: Option<Parser>,
    router: Option<Router>,
    facts: FileFacts,
    damage: Option<Damage>,
    base_bytes: u64,
    /// What is left when all keys are rows.
    done: Option<Done>,
    batches: VecDeque<RecordBatch>,
}

/// The pass behind its replay.
struct Done {
    collector: Collector,
    counts: DatabaseCounts,
    log: LogOutcome,
}

impl LogScan {
    /// Reads the log once for the keys that it touches, and the header of its base.
    pub fn open(
        mut parts: Box<dyn Parts>,
        options: Options,
        cancel: CancelFlag,
        progress: Arc<Progress>,
    ) -> Result<Self> {
        let FirstPass { facts, touched, .. } = first_pass(parts.as_mut(), &options, false, &cancel, &progress)?;
        let opened = parts.open(0).map_err(|e| Error::new(ErrorKind::Io(e), 0))?;
        let mut input = Input::new(opened, cancel.clone());
        let (mut parser, mut facts) = if is_dump(&mut input)? {
            let mut parser = Parser::open(input, options.salvage)?;
            parser.leave_tail();
            (Some(parser), facts)
        } else {
            (None, facts)
        };
        facts.doubt = Some(DOUBT);
        if let Some(parser) = &mut parser {
            parser.facts.doubt = facts.doubt;
            parser.facts.floor = facts.floor;
        }
        let router = Some(Router::new(&options, touched));
        Ok(Self {
            parts,
            options,
            cancel,
            progress,
            parser,
            router,
            facts,
            damage: None,
            base_bytes: 0,
            done: None,
            batches: VecDeque::new(),
        })
    }

    /// The next batch of key rows; none at the end.
    pub fn next_batch(&mut self) -> Result<Option<RecordBatch>> {
        while self.done.is_none() {
            self.step()?;
            if let Some(router) = &mut self.router
                && (router.collector.rows() >= self.options.batch_rows || router.collector.name_bytes() >= NAME_BYTES)
            {
                return router.collector.take_batch().map(Some).map_err(failure);
            }
        }
        if let Some(batch) = self.batches.pop_front() {
            return Ok(Some(batch));
        }
        match &mut self.done {
            Some(done) if done.collector.rows() > 0 => done.collector.take_batch().map(Some).map_err(failure),
            _ => Ok(None),
        }
    }

    /// The forms that the batches so far refer to, by number.
    pub fn forms(&self) -> &[Form] {
        match (&self.router, &self.done) {
            (Some(router), _) => router.collector.forms.known(),
            (None, Some(done)) => done.collector.forms.known(),
            _ => &[],
        }
    }

    /// Reads one key of the base, or replays the commands where it has ended.
    fn step(&mut self) -> Result<()> {
        let (Some(router), Some(parser)) = (&mut self.router, &mut self.parser) else { return self.replay(None) };
        let named = |error: Error, parts: &dyn Parts| match parts.name(0) {
            Some(name) => error.with_part(name),
            None => error,
        };
        match parser.next(router) {
            Ok(Outcome::Key) => {
                if let Some(error) = router.collector.take_failure() {
                    return Err(Error::new(ErrorKind::Io(error), parser.offset()));
                }
                if router.keyspace.held_bytes() > self.options.log.memory_limit {
                    return Err(too_much(self.options.log.memory_limit, parser.offset()));
                }
            }
            Ok(Outcome::Damaged(error)) => {
                note_damage(&mut parser.facts, &mut self.damage, &error, "damaged-value");
            }
            Ok(Outcome::End) => {
                let Some(parser) = self.parser.take() else { return Ok(()) };
                self.base_bytes = parser.offset();
                let (facts, input) = parser.into_parts();
                self.facts = facts;
                return self.replay(Some(input));
            }
            Err(error) => return Err(named(error, self.parts.as_ref())),
        }
        if router.collector.keys_seen().is_multiple_of(PROGRESS_KEYS) {
            self.progress.report(parser.offset(), router.collector.keys_seen());
        }
        Ok(())
    }

    fn replay(&mut self, behind_dump: Option<Input>) -> Result<()> {
        let Some(mut router) = self.router.take() else { return Ok(()) };
        router.prepare(&self.facts);
        let touched_keys = router.touched().len() as u64;
        let (mut collector, mut keyspace, mut counts) = router.into_parts();
        for function in &self.facts.functions {
            keyspace.libraries_mut().insert(function.clone());
        }
        for body in &self.facts.scripts {
            keyspace.libraries_mut().insert_script(body);
        }
        let mut log = LogReader::new(self.options.log.until, self.options.salvage);
        let keys_seen = collector.keys_seen();
        let mut replayer = Replayer {
            keyspace,
            profile: Profile::default(),
            unapplied: Unapplied::default(),
            commands: 0,
            limit: self.options.log.memory_limit,
            held_bytes: 0,
            progress: &self.progress,
            bytes: self.base_bytes,
            keys_seen,
        };
        log.read(self.parts.as_mut(), behind_dump, &self.cancel, &mut replayer)?;
        replayer.check_limit(0)?;
        let Replayer { keyspace, profile, unapplied, bytes, held_bytes, .. } = replayer;
        self.base_bytes = bytes;
        self.facts.functions = keyspace.libraries().iter().cloned().collect();
        self.facts.scripts = keyspace.libraries().scripts().map(<[u8]>::to_vec).collect();
        unapplied.note(&mut self.facts);
        note_tail(&log.facts, &mut self.facts);
        if let Some(error) = &log.damage {
            note_damage(&mut self.facts, &mut self.damage, error, "reading-stopped");
        }
        let end = log.facts.parts.iter().map(|part| part.good_offset + part.dropped_bytes).fold(0, u64::saturating_add);
        let log_bytes = |db: u64, name: &[u8]| profile.keys.bytes(db, name);
        let mut emitted = Emitted::new(&mut collector, &mut counts, &log_bytes, end, self.options.batch_rows);
        keyspace.emit(&mut emitted, |sink, _, live| sink.live(live));
        let Emitted { batches, failure: failed, approximate, .. } = emitted;
        if let Some(error) = failed {
            return Err(failure(error));
        }
        if let Some(error) = collector.take_failure() {
            return Err(Error::new(ErrorKind::Io(error), end));
        }
        self.batches = batches;
        self.progress.report(self.base_bytes, collector.keys_seen());
        let mut miner = PatternMiner::new();
        let pattern_ids = profile.keys.rows().map(|(_, name, _)| miner.assign(name, 0)).collect();
        let log = LogOutcome {
            facts: log.facts,
            profile,
            patterns: miner.finish(),
            pattern_ids,
            touched_keys,
            held_bytes,
            approximate_keys: approximate,
        };
        self.done = Some(Done { collector, counts, log });
        Ok(())
    }

    /// Everything that was gathered, also where the pass ended with an error.
    pub fn finish(self) -> io::Result<Gathered> {
        let facts = match self.parser {
            Some(parser) => parser.into_parts().0,
            None => self.facts,
        };
        let (collector, counts, log) = match (self.done, self.router) {
            (Some(done), _) => (done.collector, done.counts, Some(done.log)),
            (None, Some(router)) => {
                let (collector, _, counts) = router.into_parts();
                (collector, counts, None)
            }
            (None, None) => (Collector::new(&self.options), DatabaseCounts::default(), None),
        };
        let target = Target::from_facts(&facts, &self.options.overrides).target;
        let overhead = Overhead::of_counts(counts.iter(), &facts, &target);
        let gathered =
            Gathered::with_tables(Gathered::of_keys(facts, self.base_bytes, collector, self.damage, overhead))?;
        Ok(Gathered { log, ..gathered })
    }
}

/// Whether the first bytes are those of a dump.
pub(super) fn is_dump(input: &mut Input) -> Result<bool> {
    let look = input.peek_up_to(6)?;
    Ok(look.starts_with(b"REDIS") || look.starts_with(b"VALKEY"))
}

fn failure(error: arrow_schema::ArrowError) -> Error {
    Error::new(ErrorKind::Io(io::Error::other(error)), 0)
}

#[cold]
fn too_much(limit: u64, offset: u64) -> Error {
    let what = format!("the keys that the log touches take more memory than the limit of {limit} bytes");
    Error::new(ErrorKind::LimitExceeded { what }, offset)
}

/// Applies the commands and counts them.
struct Replayer<'a> {
    keyspace: Keyspace,
    profile: Profile,
    unapplied: Unapplied,
    commands: u64,
    limit: u64,
    held_bytes: u64,
    progress: &'a Progress,
    bytes: u64,
    keys_seen: u64,
}

impl CommandSink for Replayer<'_> {
    fn begin_part(&mut self, _: usize) {
        self.keyspace.select(0);
        self.profile.begin_part();
    }

    fn command(&mut self, command: &Command<'_>) -> Result<()> {
        self.note_large_deletes(command);
        self.profile.command(command);
        self.commands += 1;
        self.bytes = self.bytes.saturating_add(command.bytes);
        if !is_transaction_word(command) {
            let applied = self.keyspace.apply(command.argv, command.time_ms);
            self.unapplied.add(command, applied);
        }
        if self.commands.is_multiple_of(LIMIT_COMMANDS) {
            self.check_limit(command.offset)?;
            self.progress.report(self.bytes, self.keys_seen);
        }
        Ok(())
    }
}

/// MULTI and EXEC, which change nothing of their own.
fn is_transaction_word(command: &Command<'_>) -> bool {
    let name = command.argv.first().copied().unwrap_or_default();
    command.argv.len() == 1 && (name.eq_ignore_ascii_case(b"MULTI") || name.eq_ignore_ascii_case(b"EXEC"))
}

impl Replayer<'_> {
    fn check_limit(&mut self, offset: u64) -> Result<()> {
        self.held_bytes = self.held_bytes.max(self.keyspace.held_bytes());
        if self.held_bytes > self.limit { Err(too_much(self.limit, offset)) } else { Ok(()) }
    }

    /// DEL of a key with many elements frees them while clients wait; a key whose time had come was freed by the server.
    fn note_large_deletes(&mut self, command: &Command<'_>) {
        let name = command.argv.first().copied().unwrap_or_default();
        if !name.eq_ignore_ascii_case(b"DEL") {
            return;
        }
        for &key in command.argv.iter().skip(1) {
            let Some((elements, expires_at_ms)) = self.keyspace.elements(key) else { continue };
            let expired = matches!((expires_at_ms, command.time_ms), (Some(at), Some(now)) if at < now + 1000);
            if elements >= LARGE && !expired {
                self.profile.large_delete(command, key, elements);
            }
        }
    }
}

/// Facts of a log without a dump.
pub(super) fn pure_facts() -> FileFacts {
    FileFacts::new(log_header())
}
