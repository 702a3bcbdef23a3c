//! Writes by key: exact for as many keys as fit, then the keys that are written most, with the error stated.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use crate::aof::command_keys::{Effect, KNOWN, name_of};
use crate::aof::log::Command;

/// Keys that are kept before the least written half is dropped.
const MOST_KEYS: usize = 262_144;

/// Bytes of names that are kept before the same happens.
const MOST_BYTES: usize = 64 << 20;

/// Words of the set of commands.
const WORDS: usize = KNOWN.div_ceil(64);

/// Writes to one key.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeyWrites {
    /// Commands that changed it, as far as they were counted.
    pub writes: u64,
    /// Writes that can be missing, because the key was dropped from the table or came late: at most so many.
    pub missed: u64,
    /// Bytes of log about it; a command of several keys is shared out evenly.
    pub bytes: u64,
    pub first_at_ms: Option<i64>,
    pub last_at_ms: Option<i64>,
    /// Commands that wrote its value, renewals and deletions left out.
    pub value_writes: u64,
    /// Expiries set right after another change of the expiry, with no write to the value in between.
    pub renewals: u64,
    pub grows: u64,
    pub shrinks: u64,
    pub deletes: u64,
    expiry_was_last: bool,
    commands: [u64; WORDS],
    module_commands: bool,
}

impl KeyWrites {
    fn add(&mut self, effect: Effect, command: &Command<'_>, bytes: u64) {
        self.writes += 1;
        self.bytes += bytes;
        if command.time_ms.is_some() {
            self.first_at_ms = self.first_at_ms.or(command.time_ms);
            self.last_at_ms = command.time_ms;
        }
        match command.number {
            Some(number) => {
                if let Some(word) = self.commands.get_mut(number / 64) {
                    *word |= 1 << (number % 64);
                }
            }
            None => self.module_commands = true,
        }
        match effect {
            Effect::Expire => self.renewals += u64::from(self.expiry_was_last),
            Effect::Delete => self.deletes += 1,
            Effect::Grow => self.grows += 1,
            Effect::Shrink => self.shrinks += 1,
            Effect::Read | Effect::Write | Effect::Glob => {}
        }
        self.value_writes += u64::from(!matches!(effect, Effect::Expire | Effect::Delete));
        self.expiry_was_last = effect == Effect::Expire;
    }

    /// Names of the commands, in the order of the alphabet.
    pub fn command_names(&self) -> Vec<&'static str> {
        let known = (0..KNOWN)
            .filter(|number| self.commands.get(number / 64).is_some_and(|word| word & (1 << (number % 64)) != 0));
        let mut names: Vec<_> = known.filter_map(name_of).collect();
        if self.module_commands {
            names.push("(module)");
        }
        names
    }
}

/// Writes by database and key.
#[derive(Debug, Default)]
pub struct KeyWritesTable {
    databases: HashMap<u64, HashMap<Box<[u8]>, KeyWrites, RandomState>, RandomState>,
    keys: usize,
    name_bytes: usize,
    /// A key that is not in the table was written at most so often.
    missed: u64,
}

impl KeyWritesTable {
    pub(super) fn add(&mut self, db: u64, name: &[u8], effect: Effect, command: &Command<'_>, bytes: u64) {
        let names = self.databases.entry(db).or_default();
        if let Some(writes) = names.get_mut(name) {
            return writes.add(effect, command, bytes);
        }
        let mut writes = KeyWrites { missed: self.missed, ..KeyWrites::default() };
        writes.add(effect, command, bytes);
        names.insert(name.into(), writes);
        self.keys += 1;
        self.name_bytes += name.len();
        if self.keys > MOST_KEYS || self.name_bytes > MOST_BYTES {
            self.drop_least();
        }
    }

    /// Drops the keys that were written least, half of them at least. What a dropped key can have had is the error of
    /// every key that comes later.
    #[cold]
    fn drop_least(&mut self) {
        let most = |writes: &KeyWrites| writes.writes + writes.missed;
        let mut counts: Vec<u64> = self.databases.values().flat_map(HashMap::values).map(most).collect();
        let middle = counts.len() / 2;
        let (_, &mut limit, _) = counts.select_nth_unstable(middle);
        self.missed = self.missed.max(limit);
        (self.keys, self.name_bytes) = (0, 0);
        for names in self.databases.values_mut() {
            names.retain(|_, writes| most(writes) > limit);
            self.keys += names.len();
            self.name_bytes += names.keys().map(|name| name.len()).sum::<usize>();
        }
        self.databases.retain(|_, names| !names.is_empty());
    }

    /// Whether every key that was written is there, with exact counts.
    pub fn is_exact(&self) -> bool {
        self.missed == 0
    }

    /// Bytes of log about a key, as far as they were counted.
    pub fn bytes(&self, db: u64, name: &[u8]) -> u64 {
        self.databases.get(&db).and_then(|names| names.get(name)).map_or(0, |writes| writes.bytes)
    }

    pub fn len(&self) -> usize {
        self.keys
    }

    pub fn is_empty(&self) -> bool {
        self.keys == 0
    }

    /// Keys with their database, in no order.
    pub fn rows(&self) -> impl Iterator<Item = (u64, &[u8], &KeyWrites)> {
        self.databases
            .iter()
            .flat_map(|(&db, names)| names.iter().map(move |(name, writes)| (db, name.as_ref(), writes)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heavy_hitters_survive_with_their_error_stated() {
        let mut table = KeyWritesTable::default();
        let argv = [b"SET".as_slice()];
        let command = Command::of(&argv, None);
        let mut heavy = 0;
        for i in 0..2 * MOST_KEYS as u64 + 10 {
            table.add(0, &i.to_le_bytes(), Effect::Write, &command, 1);
            if i % 100 == 0 {
                table.add(0, b"hot", Effect::Write, &command, 1);
                heavy += 1;
            }
        }
        assert!(!table.is_exact() && table.len() <= MOST_KEYS + 1);
        let (_, _, hot) = table.rows().find(|(_, name, _)| *name == b"hot").unwrap();
        assert!(hot.writes <= heavy && heavy <= hot.writes + hot.missed, "{hot:?}");
    }
}
