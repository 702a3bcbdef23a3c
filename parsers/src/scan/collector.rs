//! Makes key rows out of records, and keeps beside them what is few: forms, patterns, rare facts, groups.

use std::io;
use std::path::Path;

use arrow_array::RecordBatch;
use arrow_schema::ArrowError;

use super::gathered::Counts;
use super::options::Options;
use crate::arrow::key_rows::{KeyRow, KeyRows};
use crate::conversion::{Assumption, KeyHead, Overrides, Server, Target, Tracker, Version};
use crate::duplicates::Duplicates;
use crate::events::{ArrayValue, Element, Packed, StreamId, StreamIdempotence, StreamTotals, ValueSink};
use crate::fan_out::Both;
use crate::forward_events;
use crate::memory::{self, Memory, TemplateUse};
use crate::patterns::{PatternMiner, slot};
use crate::rdb::codes::ValueType;
use crate::rdb::facts::Anomaly;
use crate::rdb::{FileFacts, KeyRecord, RecordSink};
use crate::rows::forms::{Forms, TypeKey};
use crate::rows::streams::StreamRows;
use crate::rows::{Filter, KeyFacts, Names};
use crate::spool::Spool;

/// Bytes of a side table that wait in memory before they are spooled.
const SPOOLED_AT: usize = 4 << 20;

/// Gathers everything about keys.
pub struct Collector {
    /// What gathers the facts of the value being read.
    sinks: Both<KeyFacts, Both<Both<Tracker, Memory>, StreamRows>>,
    overrides: Overrides,
    target: Option<Target>,
    filter: Filter,
    /// Whether the key being read may become a row by its name.
    wanted: bool,
    rows: KeyRows,
    pub(super) forms: Forms,
    pub(super) miner: PatternMiner,
    pub(super) names: Names,
    pub(super) duplicates: Duplicates,
    pub(super) key_facts: Spool,
    pub(super) groups: Spool,
    pub(super) consumers: Spool,
    pub(super) anomalies: Vec<Anomaly>,
    pub(super) counts: Counts,
    seen: u64,
    failure: Option<io::Error>,
}

impl Collector {
    pub fn new(options: &Options) -> Self {
        let spool = |folder: &Path| Spool::new(folder, SPOOLED_AT);
        let folder = options.spool_folder.as_path();
        Self {
            sinks: Both(KeyFacts::default(), Both(models(&placeholder(), false), StreamRows::default())),
            overrides: options.overrides.clone(),
            target: None,
            filter: options.filter.clone(),
            wanted: true,
            rows: KeyRows::new(options.batch_rows),
            forms: Forms::default(),
            miner: PatternMiner::new(),
            names: Names::default(),
            duplicates: Duplicates::new(folder),
            key_facts: spool(folder),
            groups: spool(folder),
            consumers: spool(folder),
            anomalies: Vec::new(),
            counts: Counts::default(),
            seen: 0,
            failure: None,
        }
    }

    /// Hash templates with their size and the keys that use them, by the id of the file.
    pub(super) fn templates(&self) -> Vec<(u64, TemplateUse)> {
        let Both(_, Both(Both(_, memory), _)) = &self.sinks;
        memory.templates.iter().collect()
    }

    /// Rows waiting in the batch.
    pub fn rows(&self) -> usize {
        self.rows.len()
    }

    /// Bytes of names waiting in the batch.
    pub fn name_bytes(&self) -> usize {
        self.rows.name_bytes()
    }

    /// Keys met so far, those included that became no row.
    pub fn keys_seen(&self) -> u64 {
        self.seen
    }

    pub fn take_batch(&mut self) -> Result<RecordBatch, ArrowError> {
        self.rows.finish()
    }

    /// A failure of our own storage, met where no error could be returned.
    pub fn take_failure(&mut self) -> Option<io::Error> {
        self.failure.take()
    }

    /// The server that loads the dump. The doubt about it can grow while the file is read.
    pub(super) fn assumption(&self, facts: &FileFacts) -> Assumption {
        let mut assumption = Target::from_facts(facts, &self.overrides);
        if let Some(target) = &self.target {
            assumption.target = target.clone();
        }
        assumption
    }

    fn note(&mut self, kind: &'static str, record: &KeyRecord, message: &str) {
        self.anomalies.push(Anomaly {
            kind,
            offset: record.offset,
            db: Some(record.db),
            key: Some(record.name.clone()),
            message: message.to_owned(),
        });
    }

    /// Appends what leaves in side tables.
    fn spool(&mut self, record: &KeyRecord) -> io::Result<()> {
        self.duplicates.add(record.db, &record.name)?;
        let Both(facts, Both(_, streams)) = &self.sinks;
        if let Some(rare) = facts.rare() {
            rare.write(record.offset, self.key_facts.buffer());
            self.key_facts.settle()?;
        }
        if !streams.groups.is_empty() {
            self.groups.buffer().extend_from_slice(&streams.groups);
            self.groups.settle()?;
            self.consumers.buffer().extend_from_slice(&streams.consumers);
            self.consumers.settle()?;
        }
        Ok(())
    }
}

/// What decides encodings, and what follows from them in memory.
fn models(target: &Target, verified: bool) -> Both<Tracker, Memory> {
    Both(Tracker::new([target]), Memory::new(target, verified))
}

/// Any server, until the first key comes and the file has told its own.
fn placeholder() -> Target {
    Target::new(Server::Redis, Version::new(7, 2, 0))
}

/// A key as the memory model sees it.
#[inline]
pub fn memory_key(record: &KeyRecord) -> memory::KeyFacts {
    memory::KeyFacts {
        name_bytes: record.name.len() as u64,
        expires: record.expires_at_ms.is_some(),
        evictable: record.idle_seconds.is_some() || record.lfu_frequency.is_some(),
    }
}

/// A type as patterns number types.
pub fn type_code(value: ValueType) -> u8 {
    match value.type_name() {
        "string" => 0,
        "list" => 1,
        "set" => 2,
        "zset" => 3,
        "hash" => 4,
        "stream" => 5,
        "array" => 6,
        "path-hash" => 7,
        "module" => MODULE_CODE,
        _ => 8,
    }
}

/// Number of module types as patterns tell types apart.
const MODULE_CODE: u8 = 9;

impl ValueSink for Collector {
    forward_events!(sinks);
}

impl RecordSink for Collector {
    fn before_first_key(&mut self, facts: &FileFacts) {
        let assumption = Target::from_facts(facts, &self.overrides);
        self.sinks.1.0 = models(&assumption.target, assumption.is_exact());
        self.target = Some(assumption.target);
    }

    #[inline]
    fn key(&mut self, record: &KeyRecord) {
        self.seen += 1;
        self.wanted = self.filter.wants_name(record.db, &record.name);
        let Both(facts, Both(_, streams)) = &mut self.sinks;
        facts.reset();
        streams.reset(record.offset);
    }

    fn key_end(&mut self, record: &KeyRecord, dump_bytes: u64) {
        if !self.wanted {
            return;
        }
        let Both(facts, Both(Both(tracker, memory), _)) = &mut self.sinks;
        let (Some(value_type), Some(target)) = (facts.value_type, &self.target) else { return };
        let code = type_code(value_type);
        let key = match &facts.module {
            Some((name, _)) => self.forms.module(name),
            None => TypeKey::Own(value_type.type_name(), code),
        };
        if !self.filter.wants_type(self.forms.type_name(key)) {
            return;
        }
        // Servers drop such keys when they load (streams and strings may be empty).
        if facts.elements == Some(0) && matches!(code, 1..=4) {
            return self.note("empty-collection", record, "an empty collection, which servers drop when they load");
        }
        let encoding = tracker.encoding(KeyHead::of(record), target);
        let encoding_name = encoding.name(target);
        let elements = tracker.elements();
        let figures = memory.finish(&memory_key(record), encoding);
        let exact = figures.memory_bytes.map(|_| figures.exact);
        let form_id = self.forms.id(key, encoding, encoding_name, facts.kind, exact);
        self.counts.keys += 1;
        self.counts.expiring_keys += u64::from(record.expires_at_ms.is_some());
        let pattern_id = self.miner.assign(&record.name, code);
        self.names.add(pattern_id, &record.name);
        self.rows.push(&KeyRow {
            db: record.db,
            name: &record.name,
            form_id,
            pattern_id: pattern_id as i32,
            elements,
            memory_bytes: figures.memory_bytes,
            allocated_bytes: figures.allocated_bytes,
            value_bytes: Some(facts.value_bytes),
            dump_bytes,
            record_offset: record.offset,
            largest_element_bytes: elements.map(|_| facts.largest_element),
            expires_at_ms: record.expires_at_ms,
            idle_seconds: record.idle_seconds,
            lfu_frequency: record.lfu_frequency,
            slot: slot(&record.name),
        });
        let (nan_score, no_elements) = (facts.nan_score, facts.elements == Some(0));
        if nan_score {
            self.note(
                "nan-score",
                record,
                "a sorted set with a score that is no number, which servers from 7.0 on refuse",
            );
        }
        if no_elements && code == 7 {
            self.note("empty-path-hash", record, "a path hash without paths, which only release candidates write");
        }
        if let Err(error) = self.spool(record) {
            self.failure.get_or_insert(error);
        }
    }

    fn key_damaged(&mut self, _: &KeyRecord) {
        self.counts.damaged_keys += 1;
    }
}
