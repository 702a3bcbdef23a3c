//! Where the keys of a base go: to rows at once, to the keyspace that the commands work on, or nowhere.

use std::collections::{HashMap, VecDeque};

use arrow_array::RecordBatch;
use arrow_schema::ArrowError;

use super::collector::Collector;
use super::options::Options;
use crate::aof::touched::{Fate, Touched};
use crate::conversion::{Overrides, Target};
use crate::events::{ArrayValue, Element, Packed, StreamId, StreamIdempotence, StreamTotals, ValueSink};
use crate::forward_events;
use crate::rdb::codes::ValueType;
use crate::rdb::{FileFacts, KeyRecord, RecordSink};
use crate::replay::{self, Keyspace, Live};

/// Names of one batch take at most this many bytes.
const NAME_BYTES: usize = 32 << 20;

/// Receiver of the value that is being read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Route {
    Rows,
    Held,
    Dropped,
}

/// Keys by database: all, and those with an expiry.
#[derive(Debug, Default)]
pub(super) struct DatabaseCounts(HashMap<u64, (u64, u64)>);

impl DatabaseCounts {
    fn add(&mut self, record: &KeyRecord) {
        let counts = self.0.entry(record.db).or_default();
        counts.0 += 1;
        counts.1 += u64::from(record.expires_at_ms.is_some());
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (u64, u64)> {
        self.0.values().copied()
    }
}

/// Sends each key of the base where it belongs.
pub(super) struct Router {
    pub collector: Collector,
    pub keyspace: Keyspace,
    pub counts: DatabaseCounts,
    touched: Touched,
    overrides: Overrides,
    loaded_at_ms: i64,
    route: Route,
    /// The record with the number that its database has at the end.
    moved: Option<KeyRecord>,
    prepared: bool,
}

impl Router {
    pub(super) fn new(options: &Options, touched: Touched) -> Self {
        let overrides = options.overrides.clone();
        let loaded_at_ms = options.log.loaded_at_ms;
        let target = Target::new(crate::conversion::Server::Redis, crate::conversion::Version::new(7, 2, 0));
        Self {
            collector: Collector::new(options),
            keyspace: Keyspace::new(&replay::Options::new(target, loaded_at_ms)),
            counts: DatabaseCounts::default(),
            touched,
            overrides,
            loaded_at_ms,
            route: Route::Rows,
            moved: None,
            prepared: false,
        }
    }

    /// Settles the server, once everything is known that stands before the first key.
    pub(super) fn prepare(&mut self, facts: &FileFacts) {
        if self.prepared {
            return;
        }
        self.prepared = true;
        let target = Target::from_facts(facts, &self.overrides).target;
        self.keyspace = Keyspace::new(&replay::Options::new(target, self.loaded_at_ms));
        self.collector.before_first_key(facts);
        self.collector.completes_streams = true;
    }

    pub(super) fn touched(&self) -> &Touched {
        &self.touched
    }

    /// Ends the pass over the base: what the keyspace holds is to become rows.
    pub(super) fn into_parts(self) -> (Collector, Keyspace, DatabaseCounts) {
        (self.collector, self.keyspace, self.counts)
    }
}

impl ValueSink for Router {
    forward_events!(routed);
}

impl RecordSink for Router {
    fn before_first_key(&mut self, facts: &FileFacts) {
        self.prepare(facts);
    }

    fn key(&mut self, record: &KeyRecord) {
        self.moved = None;
        match self.touched.fate(record.db, &record.name) {
            Fate::Held => {
                self.route = Route::Held;
                self.keyspace.key(record);
            }
            Fate::Dropped => self.route = Route::Dropped,
            Fate::Row { db } => {
                self.route = Route::Rows;
                if db != record.db {
                    self.moved = Some(KeyRecord { db, ..record.clone() });
                }
                self.collector.key(self.moved.as_ref().unwrap_or(record));
            }
        }
    }

    fn wants_contents(&self) -> bool {
        self.route == Route::Held
    }

    fn key_end(&mut self, record: &KeyRecord, dump_bytes: u64) {
        match self.route {
            Route::Held => self.keyspace.key_end(record, dump_bytes),
            Route::Dropped => {}
            Route::Rows => {
                let record = self.moved.as_ref().unwrap_or(record);
                self.counts.add(record);
                self.collector.key_end(record, dump_bytes);
            }
        }
    }

    fn key_damaged(&mut self, record: &KeyRecord) {
        match self.route {
            Route::Held => self.keyspace.key_damaged(record),
            Route::Rows | Route::Dropped => self.collector.key_damaged(record),
        }
    }
}

/// Makes rows of the keys that were replayed. Their records stand nowhere in a file: they are numbered from behind its end.
pub(super) struct Emitted<'a> {
    pub collector: &'a mut Collector,
    pub counts: &'a mut DatabaseCounts,
    /// Bytes that the log has about a key.
    pub log_bytes: &'a dyn Fn(u64, &[u8]) -> u64,
    pub next_offset: u64,
    pub batch_rows: usize,
    pub batches: VecDeque<RecordBatch>,
    pub failure: Option<ArrowError>,
    pub approximate: u64,
    record: KeyRecord,
}

impl<'a> Emitted<'a> {
    pub(super) fn new(
        collector: &'a mut Collector,
        counts: &'a mut DatabaseCounts,
        log_bytes: &'a dyn Fn(u64, &[u8]) -> u64,
        next_offset: u64,
        batch_rows: usize,
    ) -> Self {
        Self {
            collector,
            counts,
            log_bytes,
            next_offset,
            batch_rows,
            batches: VecDeque::new(),
            failure: None,
            approximate: 0,
            record: KeyRecord::default(),
        }
    }

    /// What the record of the key that comes next cannot tell.
    pub(super) fn live(&mut self, live: Live) {
        self.approximate += u64::from(live.approximate);
        self.collector.live = Some(live);
    }
}

impl ValueSink for Emitted<'_> {
    forward_events!(collector);
}

impl RecordSink for Emitted<'_> {
    fn key(&mut self, record: &KeyRecord) {
        self.record = KeyRecord { offset: self.next_offset, ..record.clone() };
        self.next_offset += 1;
        if self.collector.live.is_some_and(|live| live.approximate) {
            self.collector.note("approximate-key", &self.record, "a command that cannot be replayed has touched it");
        }
        self.collector.key(&self.record);
    }

    fn key_end(&mut self, _: &KeyRecord, _: u64) {
        let bytes = (self.log_bytes)(self.record.db, &self.record.name);
        self.counts.add(&self.record);
        self.collector.key_end(&self.record, bytes);
        self.collector.live = None;
        if self.collector.rows() >= self.batch_rows || self.collector.name_bytes() >= NAME_BYTES {
            match self.collector.take_batch() {
                Ok(batch) => self.batches.push_back(batch),
                Err(error) => self.failure = Some(error),
            }
        }
    }

    fn key_damaged(&mut self, _: &KeyRecord) {}
}
