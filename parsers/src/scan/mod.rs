//! One pass over a snapshot: the parser feeds the collector, which makes key rows and keeps what leaves afterwards.

mod collector;
mod gathered;
mod key;
mod key_batches;
mod log_facts;
mod log_rows;
mod log_scan;
mod log_verify;
mod options;
mod template_shares;
mod verify;

pub use collector::{Collector, memory_key, type_code};
pub use gathered::{Damage, Gathered};
pub use key::{Key, KeyTaker};
pub use key_batches::KeyBatches;
pub use log_facts::LogOutcome;
pub use log_scan::LogScan;
pub use log_verify::verify_log;
pub use options::{LogOptions, Options};
pub use template_shares::{TemplateShares, template_shares, template_shares_of_log};
pub use verify::verify;

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use arrow_array::RecordBatch;

use crate::error::{Error, ErrorKind, Result};
use crate::rdb::facts::Anomaly;
use crate::rdb::{FileFacts, Outcome, Parser};
use crate::rows::Form;
use crate::source::{CancelFlag, Input};

/// Names of one batch take at most this many bytes, so that huge keys make small batches.
const NAME_BYTES: usize = 32 << 20;

/// Keys between two looks at the clock of progress.
const PROGRESS_KEYS: u64 = 4096;

/// How far a pass has come; read by other threads.
#[derive(Debug, Default)]
pub struct Progress {
    pub bytes: AtomicU64,
    pub keys: AtomicU64,
}

impl Progress {
    /// Tells how far a pass has come.
    pub fn report(&self, bytes: u64, keys: u64) {
        self.bytes.store(bytes, Ordering::Relaxed);
        self.keys.store(keys, Ordering::Relaxed);
    }
}

/// A pass in progress, whose keys go to `T`.
pub struct Scan<T = KeyBatches> {
    parser: Parser,
    collector: Collector<T>,
    options: Options,
    progress: Arc<Progress>,
    damage: Option<Damage>,
    ended: bool,
}

impl Scan {
    /// Reads the header of the snapshot; its keys become batches of rows.
    pub fn open(
        reader: Box<dyn io::Read + Send>,
        options: Options,
        cancel: CancelFlag,
        progress: Arc<Progress>,
    ) -> Result<Self> {
        let batches = KeyBatches::new(&options);
        Self::with(batches, reader, options, cancel, progress)
    }

    /// The next batch of key rows; none at the end.
    pub fn next_batch(&mut self) -> Result<Option<RecordBatch>> {
        let rows = self.options.batch_rows;
        self.advance(|batches| batches.rows.len() < rows && batches.rows.name_bytes() < NAME_BYTES)?;
        if self.collector.rows() == 0 {
            return Ok(None);
        }
        let batch = self.collector.take_batch().map_err(|e| self.failure(io::Error::other(e)))?;
        Ok(Some(batch))
    }

    /// Everything that was gathered, also where the pass ended with an error.
    pub fn finish(self) -> io::Result<Gathered> {
        Gathered::with_tables(self.close())
    }
}

impl<T: KeyTaker> Scan<T> {
    /// Reads the header of the snapshot; its keys go to `taker`.
    pub fn with(
        taker: T,
        reader: Box<dyn io::Read + Send>,
        options: Options,
        cancel: CancelFlag,
        progress: Arc<Progress>,
    ) -> Result<Self> {
        let mut input = Input::new(reader, cancel);
        input.kinds = options.kinds;
        let parser = Parser::open(input, options.salvage)?;
        let collector = Collector::with(taker, &options);
        Ok(Self { parser, collector, options, progress, damage: None, ended: false })
    }

    /// Reads on as long as the taker wants more, or up to the end.
    pub fn advance(&mut self, more: impl Fn(&T) -> bool) -> Result<()> {
        while !self.ended && more(&self.collector.taker) {
            self.step()?;
        }
        self.publish();
        Ok(())
    }

    /// Who takes the keys.
    pub fn taker(&mut self) -> &mut T {
        &mut self.collector.taker
    }

    /// The forms that the keys so far refer to, by number.
    pub fn forms(&self) -> &[Form] {
        self.collector.forms.known()
    }

    /// What is known of the file, without side tables, and who took the keys; also where the pass ended with an error.
    pub fn close(self) -> (Gathered, T) {
        Gathered::of_pass(self.parser, self.collector, self.damage)
    }

    fn step(&mut self) -> Result<()> {
        match self.parser.next(&mut self.collector) {
            Ok(Outcome::Key) => {
                if let Some(error) = self.collector.take_failure() {
                    return Err(self.failure(error));
                }
            }
            Ok(Outcome::Damaged(error)) => self.note_damage(&error, "damaged-value"),
            Ok(Outcome::End) => self.ended = true,
            Err(error) if self.options.salvage && error.kind().is_damage() => {
                self.note_damage(&error, verify::stopped(error.kind()));
                self.ended = true;
            }
            Err(error) => return Err(error),
        }
        if self.collector.keys_seen().is_multiple_of(PROGRESS_KEYS) {
            self.publish();
        }
        Ok(())
    }

    fn publish(&self) {
        self.progress.report(self.parser.offset(), self.collector.keys_seen());
    }

    /// A failure of our own storage while reading.
    fn failure(&self, error: io::Error) -> Error {
        Error::new(ErrorKind::Io(error), self.parser.offset())
    }

    fn note_damage(&mut self, error: &Error, kind: &'static str) {
        note_damage(&mut self.parser.facts, &mut self.damage, error, kind);
    }
}

/// Salvage goes on: the damage is an anomaly, the first one marks the snapshot.
fn note_damage(facts: &mut FileFacts, damage: &mut Option<Damage>, error: &Error, kind: &'static str) {
    let key = error.key().cloned();
    facts.note(Anomaly {
        kind,
        offset: error.offset(),
        db: key.as_ref().map(|key| key.db),
        key: key.map(|key| key.name),
        message: error.kind().to_string(),
    });
    damage.get_or_insert_with(|| Damage::of(error));
}
