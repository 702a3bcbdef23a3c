//! The keyspace: base keys come in, commands change it, every live key goes out.

use super::applied::Applied;
use super::call::Call;
use super::commands;
use super::commands::functions::Libraries;
use super::context::{Context, Options};
use super::load::Loader;
use super::store::{Entry, Store};
use super::values::list::Rules;
use crate::conversion::{Encoding, KeyHead};
use crate::events::{ArrayValue, Element, Packed, StreamId, StreamIdempotence, StreamTotals, ValueSink};
use crate::forward_events;
use crate::memory::costs::Costs;
use crate::rdb::codes::ValueType;
use crate::rdb::{KeyRecord, RecordSink};

/// What is known of a live key beyond what its record tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Live {
    /// What `OBJECT ENCODING` answers, where the history of the value decides it; else it is what a reload gives.
    pub encoding: Option<Encoding>,
    /// Whether something that cannot be replayed has touched the key.
    pub approximate: bool,
}

/// Databases in memory.
#[derive(Debug)]
pub struct Keyspace {
    context: Context,
    list_rules: Rules,
    store: Store,
    selected: u64,
    loader: Loader,
    libraries: Libraries,
    /// Whether any key is approximate.
    doubts: bool,
}

impl Keyspace {
    pub fn new(options: &Options) -> Self {
        let context = Context::new(options);
        Self {
            list_rules: Rules::of(&context.target),
            loader: Loader::new(&context.target),
            store: Store::default(),
            selected: 0,
            libraries: Libraries::default(),
            doubts: false,
            context,
        }
    }

    /// The database that commands work on.
    pub fn selected(&self) -> u64 {
        self.selected
    }

    /// Selects a database, as every file of a log begins with database 0.
    pub fn select(&mut self, db: u64) {
        self.selected = db;
    }

    /// Applies one command; transactions are the caller's. `clock_ms` is the time of the last annotation, if any.
    pub fn apply(&mut self, argv: &[&[u8]], clock_ms: Option<i64>) -> Applied {
        if let Some(now_ms) = clock_ms {
            self.context.now_ms = now_ms;
        }
        let Some(name) = argv.first() else { return Applied::Refused };
        if let Some(db) = commands::server::selected(argv) {
            return db.map_or(Applied::Refused, |db| {
                self.selected = db;
                Applied::Done
            });
        }
        let mut call = Call {
            store: &mut self.store,
            context: &self.context,
            list_rules: &self.list_rules,
            argv,
            db: self.selected,
        };
        let name = name.to_ascii_uppercase();
        let (store, db) = (&call.store, call.db);
        let is_doubtful = |word: &&[u8]| store.get(db, word).is_some_and(|entry| entry.approximate);
        let passes_on = self.doubts && commands::keys::passes_doubt_on(&name) && argv.iter().skip(1).any(is_doubtful);
        let outcome = match commands::functions::apply(&name, &mut self.libraries, &call) {
            Some(outcome) => outcome,
            None => commands::apply(&name, &mut call),
        };
        let applied = outcome.unwrap_or_else(|applied| applied);
        if passes_on || matches!(applied, Applied::NotReplayable(_)) {
            self.doubts = true;
            for key in commands::keys::of(&name, argv) {
                call.store.change(call.db, key, |entry| entry.approximate = true);
            }
        }
        applied
    }

    /// Elements and expiry of a key of the selected database.
    pub fn elements(&self, key: &[u8]) -> Option<(u64, Option<i64>)> {
        let entry = self.store.get(self.selected, key)?;
        Some((entry.value.elements(), entry.expires_at_ms))
    }

    /// Bytes that keys and values take here, about.
    pub fn held_bytes(&self) -> u64 {
        self.store.held_bytes().saturating_add(self.libraries.held_bytes())
    }

    /// Function libraries and cached scripts.
    pub fn libraries(&self) -> &Libraries {
        &self.libraries
    }

    /// The same, for what the base brings.
    pub fn libraries_mut(&mut self) -> &mut Libraries {
        &mut self.libraries
    }

    /// Every live key by database and name: `live` is told before each record what the record cannot tell.
    pub fn emit<S: RecordSink>(self, sink: &mut S, mut live: impl FnMut(&mut S, &KeyRecord, Live)) {
        let target = &self.context.target;
        let costs = Costs::of(target);
        for (db, name, entry) in self.store.into_sorted() {
            let record = KeyRecord {
                db,
                name: name.into_vec(),
                expires_at_ms: entry.expires_at_ms,
                idle_seconds: entry.idle_seconds,
                lfu_frequency: entry.lfu_frequency,
                value_type: Some(entry.value.value_type(target)),
                ..KeyRecord::default()
            };
            let facts = Live { encoding: entry.value.encoding(target), approximate: entry.approximate };
            live(sink, &record, facts);
            sink.key(&record);
            entry.value.emit(target, &costs, sink);
            sink.key_end(&record, 0);
        }
    }
}

impl ValueSink for Keyspace {
    forward_events!(loader);
}

impl RecordSink for Keyspace {
    fn key(&mut self, _: &KeyRecord) {
        self.loader.clear();
    }

    fn key_end(&mut self, record: &KeyRecord, _: u64) {
        let value = self.loader.finish(KeyHead::of(record), &self.context.target);
        let entry = Entry {
            expires_at_ms: record.expires_at_ms,
            idle_seconds: record.idle_seconds,
            lfu_frequency: record.lfu_frequency,
            ..Entry::new(value)
        };
        self.store.put(record.db, &record.name, entry);
    }

    fn key_damaged(&mut self, _: &KeyRecord) {
        self.loader.clear();
    }
}
