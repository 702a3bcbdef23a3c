//! A pass without rows: structure and checksum only, for backups.

use std::io::Read;

use super::gathered::{Counts, Damage, Gathered};
use super::{Options, PROGRESS_KEYS, Progress, note_damage};
use crate::conversion::Target;
use crate::error::{ErrorKind, Result};
use crate::events::ValueSink;
use crate::rdb::{KeyRecord, Outcome, Parser, RecordSink};
use crate::source::{CancelFlag, Input};

/// Counts keys and looks at nothing else.
#[derive(Debug, Default)]
pub(super) struct Counter(pub Counts);

impl ValueSink for Counter {}

impl RecordSink for Counter {
    fn key(&mut self, _: &KeyRecord) {}

    #[inline]
    fn key_end(&mut self, record: &KeyRecord, _: u64) {
        self.0.keys += 1;
        self.0.expiring_keys += u64::from(record.expires_at_ms.is_some());
    }

    fn key_damaged(&mut self, _: &KeyRecord) {
        self.0.damaged_keys += 1;
    }
}

/// Reads a snapshot to its end and tells what it is; with `deep` every compressed string is unpacked.
///
/// The outcome is given together with an error where there is one: what was read before it is known.
pub fn verify(
    reader: Box<dyn Read + Send>,
    options: &Options,
    deep: bool,
    cancel: CancelFlag,
    progress: &Progress,
) -> (Option<Gathered>, Result<()>) {
    let mut input = Input::new(reader, cancel);
    if deep {
        input.unpack_everything();
    }
    let mut parser = match Parser::open(input, options.salvage) {
        Ok(parser) => parser,
        Err(error) => return (None, Err(error)),
    };
    let mut counter = Counter::default();
    let mut damage: Option<Damage> = None;
    let outcome = loop {
        match parser.next(&mut counter) {
            Ok(Outcome::Key) => {}
            Ok(Outcome::Damaged(error)) => note_damage(&mut parser.facts, &mut damage, &error, "damaged-value"),
            Ok(Outcome::End) => break Ok(()),
            Err(error) if options.salvage && error.kind().is_damage() => {
                note_damage(&mut parser.facts, &mut damage, &error, stopped(error.kind()));
                break Ok(());
            }
            Err(error) => break Err(error),
        }
        if counter.0.keys.is_multiple_of(PROGRESS_KEYS) {
            progress.report(parser.offset(), counter.0.keys);
        }
    };
    progress.report(parser.offset(), counter.0.keys);
    let assumption = Target::from_facts(&parser.facts, &options.overrides);
    (Some(Gathered::of_file(parser, assumption, damage, counter.0)), outcome)
}

/// The anomaly of an error that ends a salvaging pass.
pub(super) fn stopped(kind: &ErrorKind) -> &'static str {
    match kind {
        ErrorKind::ChecksumMismatch { .. } => "checksum-mismatch",
        _ => "reading-stopped",
    }
}
