//! Databases: entries by database and name, and what they take in memory.

use std::collections::{BTreeMap, HashMap};

use super::values::Value;

/// Bytes that a key costs here besides its name and value, about.
const ENTRY_COST: u64 = 160;

/// A key.
#[derive(Debug, Clone)]
pub struct Entry {
    pub value: Value,
    pub expires_at_ms: Option<i64>,
    pub idle_seconds: Option<u64>,
    pub lfu_frequency: Option<u8>,
    /// Something that cannot be replayed has touched it.
    pub approximate: bool,
}

impl Entry {
    pub fn new(value: Value) -> Self {
        Self { value, expires_at_ms: None, idle_seconds: None, lfu_frequency: None, approximate: false }
    }

    fn bytes(&self, key: &[u8]) -> u64 {
        ENTRY_COST + key.len() as u64 + self.value.held_bytes()
    }
}

pub type Database = HashMap<Box<[u8]>, Entry, foldhash::fast::RandomState>;

/// All databases.
#[derive(Debug, Default)]
pub struct Store {
    databases: BTreeMap<u64, Database>,
    held: u64,
}

impl Store {
    pub fn held_bytes(&self) -> u64 {
        self.held
    }

    pub fn get(&self, db: u64, key: &[u8]) -> Option<&Entry> {
        self.databases.get(&db)?.get(key)
    }

    pub fn contains(&self, db: u64, key: &[u8]) -> bool {
        self.get(db, key).is_some()
    }

    /// Takes a key out.
    pub fn take(&mut self, db: u64, key: &[u8]) -> Option<Entry> {
        let entry = self.databases.get_mut(&db)?.remove(key)?;
        self.held = self.held.saturating_sub(entry.bytes(key));
        Some(entry)
    }

    /// Puts a key in, in place of one that is there. A collection without elements is no key.
    pub fn put(&mut self, db: u64, key: &[u8], entry: Entry) {
        self.take(db, key);
        if !entry.value.is_gone() {
            self.held += entry.bytes(key);
            self.databases.entry(db).or_default().insert(key.into(), entry);
        }
    }

    /// Changes a key in place; a collection that loses its last element goes away.
    pub fn change<R>(&mut self, db: u64, key: &[u8], change: impl FnOnce(&mut Entry) -> R) -> Option<R> {
        let database = self.databases.get_mut(&db)?;
        let entry = database.get_mut(key)?;
        let before = entry.bytes(key);
        let outcome = change(entry);
        let gone = entry.value.is_gone();
        self.held = self.held.saturating_sub(before);
        if gone {
            database.remove(key);
        } else {
            self.held += entry.bytes(key);
        }
        Some(outcome)
    }

    pub fn swap(&mut self, one: u64, other: u64) {
        let first = self.databases.remove(&one);
        if let Some(second) = self.databases.remove(&other) {
            self.databases.insert(one, second);
        }
        if let Some(first) = first {
            self.databases.insert(other, first);
        }
    }

    /// Empties one database, or all.
    pub fn flush(&mut self, db: Option<u64>) {
        self.retain(db, |_| false);
    }

    /// Drops keys by their names.
    pub fn retain(&mut self, db: Option<u64>, keeps: impl Fn(&[u8]) -> bool) {
        let mut dropped = 0;
        for (_, database) in self.databases.iter_mut().filter(|(number, _)| db.is_none_or(|db| db == **number)) {
            database.retain(|key, entry| {
                let kept = keeps(key);
                dropped += if kept { 0 } else { entry.bytes(key) };
                kept
            });
        }
        self.held = self.held.saturating_sub(dropped);
    }

    /// Every key in the order of databases and names.
    pub fn into_sorted(self) -> impl Iterator<Item = (u64, Box<[u8]>, Entry)> {
        self.databases.into_iter().flat_map(|(db, database)| {
            let mut keys: Vec<_> = database.into_iter().collect();
            keys.sort_unstable_by(|one, other| one.0.cmp(&other.0));
            keys.into_iter().map(move |(key, entry)| (db, key, entry))
        })
    }
}
