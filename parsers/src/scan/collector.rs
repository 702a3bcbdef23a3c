//! Makes keys with figures out of records, and hands them to whoever takes them.

use std::io;

use arrow_array::RecordBatch;
use arrow_schema::ArrowError;

use super::gathered::Counts;
use super::key::{Key, KeyTaker};
use super::key_batches::KeyBatches;
use super::options::Options;
use super::template_shares::TemplateShares;
use crate::conversion::{Assumption, KeyHead, Overrides, Server, Target, Tracker, Version};
use crate::events::{ArrayValue, Element, Packed, StreamId, StreamIdempotence, StreamTotals, ValueSink};
use crate::fan_out::Both;
use crate::forward_events;
use crate::memory::{self, Memory, TemplateUse};
use crate::rdb::codes::ValueType;
use crate::rdb::facts::Anomaly;
use crate::rdb::{FileFacts, KeyRecord, RecordSink};
use crate::replay::Live;
use crate::rows::forms::{Forms, TypeKey};
use crate::rows::streams::StreamRows;
use crate::rows::{Filter, KeyFacts};

/// Gathers everything about keys, each of which goes to `taker` when it is complete.
pub struct Collector<T = KeyBatches> {
    /// What gathers the facts of the value being read.
    sinks: Both<KeyFacts, Both<Both<Tracker, Memory>, StreamRows>>,
    overrides: Overrides,
    /// Shares of hash templates that figures are to contain.
    template_shares: Option<TemplateShares>,
    target: Option<Target>,
    filter: Filter,
    /// Whether the key being read may become a row by its name.
    wanted: bool,
    pub(super) taker: T,
    pub(super) forms: Forms,
    pub(super) anomalies: Vec<Anomaly>,
    pub(super) counts: Counts,
    /// Whether streams of older servers get the counters that a later server makes up when it loads them.
    pub(super) completes_streams: bool,
    /// What replay knows of the key that comes next.
    pub(super) live: Option<Live>,
    seen: u64,
    failure: Option<io::Error>,
}

impl Collector {
    /// Makes batches of rows.
    pub fn new(options: &Options) -> Self {
        Self::with(KeyBatches::new(options), options)
    }

    /// Rows waiting in the batch.
    pub fn rows(&self) -> usize {
        self.taker.rows.len()
    }

    /// Bytes of names waiting in the batch.
    pub fn name_bytes(&self) -> usize {
        self.taker.rows.name_bytes()
    }

    pub fn take_batch(&mut self) -> Result<RecordBatch, ArrowError> {
        self.taker.rows.finish()
    }
}

impl<T> Collector<T> {
    /// Hands its keys to `taker`.
    pub fn with(taker: T, options: &Options) -> Self {
        Self {
            sinks: Both(KeyFacts::default(), Both(models(&placeholder(), false), StreamRows::default())),
            overrides: options.overrides.clone(),
            template_shares: options.template_shares.clone(),
            target: None,
            filter: options.filter.clone(),
            wanted: true,
            taker,
            forms: Forms::default(),
            anomalies: Vec::new(),
            counts: Counts::default(),
            completes_streams: false,
            live: None,
            seen: 0,
            failure: None,
        }
    }

    /// Hash templates with their size and the keys that use them, by the id of the file.
    pub(super) fn templates(&self) -> Vec<(u64, TemplateUse)> {
        let Both(_, Both(Both(_, memory), _)) = &self.sinks;
        memory.templates.iter().collect()
    }

    /// Keys met so far, those included that became no row.
    pub fn keys_seen(&self) -> u64 {
        self.seen
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

    pub(super) fn note(&mut self, kind: &'static str, record: &KeyRecord, message: &str) {
        self.anomalies.push(Anomaly {
            kind,
            offset: record.offset,
            db: Some(record.db),
            key: Some(record.name.clone()),
            message: message.to_owned(),
        });
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

/// A type as patterns number types; types with one name have one number.
#[inline]
pub fn type_code(value: ValueType) -> u8 {
    use ValueType as T;
    match value {
        T::String => 0,
        T::List | T::ListZiplist | T::ListQuicklist | T::ListQuicklist2 => 1,
        T::Set | T::SetIntset | T::SetListpack => 2,
        T::Zset | T::Zset2 | T::ZsetZiplist | T::ZsetListpack => 3,
        T::StreamListpacks | T::StreamListpacks2 | T::StreamListpacks3 | T::StreamListpacks4 | T::StreamListpacks5 => 5,
        T::Array => 6,
        T::PathHash => 7,
        T::KeyDbCron => 8,
        T::ModulePreGa | T::Module2 => MODULE_CODE,
        T::Hash
        | T::HashZipmap
        | T::HashZiplist
        | T::HashListpack
        | T::HashMetadataPreGa
        | T::HashListpackExPreGa
        | T::HashMetadata
        | T::HashListpackEx
        | T::HashTemplateListpack
        | T::HashTemplateListpackRef
        | T::HashTemplateArray
        | T::HashTemplateArrayRef
        | T::Hash2 => 4,
    }
}

/// Number of module types as patterns tell types apart.
const MODULE_CODE: u8 = 9;

impl<T> ValueSink for Collector<T> {
    forward_events!(sinks);
}

impl<T: KeyTaker> RecordSink for Collector<T> {
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
        let Both(facts, Both(Both(tracker, memory), streams)) = &mut self.sinks;
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
        if self.completes_streams && (target.redis_from(7, 0, 0) || target.valkey_from(7, 0, 0)) {
            facts.complete_stream();
        }
        let elements = tracker.elements();
        let mut figures = memory.finish(&memory_key(record), encoding);
        if let (Some(id), Some(shares)) = (figures.template, &self.template_shares) {
            shares.charge(id, &mut figures);
        }
        let live = self.live.take();
        let exact = figures.memory_bytes.map(|_| figures.exact && live.is_none_or(|live| !live.approximate));
        // Figures are those of a reload; the encoding can be one that only the commands lead to.
        let encoding = live.and_then(|live| live.encoding).unwrap_or(encoding);
        let encoding_name = encoding.name(target);
        let form_id = self.forms.id(key, encoding, encoding_name, facts.kind, exact);
        self.counts.keys += 1;
        self.counts.expiring_keys += u64::from(record.expires_at_ms.is_some());
        let Some(form) = self.forms.known().get(form_id as usize) else { return };
        let taken = self.taker.take(&Key {
            record,
            facts,
            streams,
            form_id,
            form,
            type_code: code,
            elements,
            memory_bytes: figures.memory_bytes,
            allocated_bytes: figures.allocated_bytes,
            dump_bytes,
        });
        if let Err(error) = taken {
            self.failure.get_or_insert(error);
        }
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
    }

    fn key_damaged(&mut self, _: &KeyRecord) {
        self.counts.damaged_keys += 1;
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;
    use crate::rdb::codes::{Codes, Family, Meaning};

    #[test]
    fn types_with_one_name_have_one_number() {
        let mut codes: HashMap<&str, u8> = HashMap::new();
        for (family, version) in [(Family::Redis, 9), (Family::Redis, 12), (Family::Redis, 15), (Family::Valkey, 81)] {
            for byte in 0..=255 {
                let Some(Meaning::Type(value)) = Codes::of(family, version).get(byte) else { continue };
                assert_eq!(*codes.entry(value.type_name()).or_insert(type_code(value)), type_code(value));
            }
        }
        let mut numbers: Vec<u8> = codes.values().copied().collect();
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!(numbers.len(), codes.len());
    }
}
