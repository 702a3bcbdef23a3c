//! The first reading of a log: its syntax, the keys it touches, and which server it shows. It is all that a check of a
//! backup needs.

use super::gathered::{Counts, Damage, Gathered};
use super::log_facts::{LogOutcome, note_tail};
use super::log_scan::{is_dump, pure_facts};
use super::verify::Counter;
use super::{Options, PROGRESS_KEYS, Progress, note_damage};
use crate::aof::log::{Command, CommandSink, LogReader, Parts};
use crate::aof::profile::Profile;
use crate::aof::touched::Touched;
use crate::aof::version::Signs;
use crate::conversion::Target;
use crate::error::{Error, ErrorKind, Result};
use crate::patterns::PatternTable;
use crate::rdb::codes::Family;
use crate::rdb::facts::FileFacts;
use crate::rdb::header::{Frame, Header};
use crate::rdb::{Outcome, Parser};
use crate::source::{CancelFlag, Input};

/// A log without a dump has no format version.
pub(super) fn log_header() -> Header {
    Header { family: Family::Redis, version: 0, frame: Frame::None, magic_offset: 0 }
}

/// What the first reading tells.
pub(super) struct FirstPass {
    /// Facts of the dump that the log begins with, or of none.
    pub facts: FileFacts,
    pub log: LogReader,
    pub touched: Touched,
    pub counts: Counts,
    pub damage: Option<Damage>,
    pub base_bytes: u64,
}

/// Reads the whole log without values.
pub(super) fn first_pass(
    parts: &mut dyn Parts,
    options: &Options,
    deep: bool,
    cancel: &CancelFlag,
    progress: &Progress,
) -> Result<FirstPass> {
    let opened = parts.open(0).map_err(|e| Error::new(ErrorKind::Io(e), 0))?;
    let mut input = Input::new(opened, cancel.clone());
    if deep {
        input.unpack_everything();
    }
    let mut damage = None;
    let mut counter = Counter::default();
    let has_dump = is_dump(&mut input)?;
    let (mut facts, input) = if has_dump {
        let named = |error: Error| match parts.name(0) {
            Some(name) => error.with_part(name),
            None => error,
        };
        let mut parser = Parser::open(input, options.salvage).map_err(named)?;
        parser.leave_tail();
        loop {
            match parser.next(&mut counter).map_err(named)? {
                Outcome::Key => {}
                Outcome::Damaged(error) => note_damage(&mut parser.facts, &mut damage, &error, "damaged-value"),
                Outcome::End => break,
            }
            if counter.0.keys.is_multiple_of(PROGRESS_KEYS) {
                progress.report(parser.offset(), counter.0.keys);
            }
        }
        parser.into_parts()
    } else {
        (pure_facts(), input)
    };
    let base_bytes = input.offset();
    let mut scout = Scout {
        touched: Touched::new(options.log.memory_limit),
        has_dump,
        signs: Signs::of_files(options.log.manifest, options.log.manifest_offsets),
    };
    let mut log = LogReader::new(options.log.until, options.salvage);
    log.read(parts, Some(input), cancel, &mut scout)?;
    facts.floor = Some(scout.signs.floor());
    Ok(FirstPass { facts, log, touched: scout.touched, counts: counter.0, damage, base_bytes })
}

/// Notes what the commands touch and show.
struct Scout {
    touched: Touched,
    has_dump: bool,
    signs: Signs,
}

impl CommandSink for Scout {
    fn begin_part(&mut self, _: usize) {
        self.touched.begin_part();
    }

    fn command(&mut self, command: &Command<'_>) -> Result<()> {
        self.signs.command(command);
        if self.has_dump { self.touched.command(command) } else { Ok(()) }
    }
}

/// Reads a log to its end and tells what it is.
pub fn verify_log(
    parts: &mut dyn Parts,
    options: &Options,
    deep: bool,
    cancel: &CancelFlag,
    progress: &Progress,
) -> Result<Gathered> {
    let FirstPass { mut facts, log, touched, counts, mut damage, base_bytes } =
        first_pass(parts, options, deep, cancel, progress)?;
    note_tail(&log.facts, &mut facts);
    if let Some(error) = &log.damage {
        note_damage(&mut facts, &mut damage, error, "reading-stopped");
    }
    let bytes = log.facts.parts.iter().map(|part| part.good_offset + part.dropped_bytes).fold(0, u64::saturating_add);
    facts.end_offset = bytes.max(base_bytes);
    let assumption = Target::from_facts(&facts, &options.overrides);
    let gathered = Gathered::of_facts(facts, bytes, assumption, damage, counts);
    let log = LogOutcome {
        facts: log.facts,
        profile: Profile::default(),
        patterns: PatternTable::default(),
        pattern_ids: Vec::new(),
        touched_keys: touched.len() as u64,
        held_bytes: 0,
        approximate_keys: 0,
    };
    Ok(Gathered { log: Some(log), ..gathered })
}
