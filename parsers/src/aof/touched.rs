//! Which keys of a base dump the commands behind it touch, and what becomes of the others: databases can be swapped and
//! flushed, slots trimmed, without a key being named.

use std::collections::{HashMap, HashSet};

use foldhash::fast::RandomState;

use super::command_keys::{Effect, each_key};
use super::log::Command;
use super::word::integer;
use crate::error::{Error, ErrorKind, Result};
use crate::patterns::slot;

/// What a name costs besides its bytes: its place in the table and the allocation.
const PER_NAME: u64 = 48;

/// Slots of a cluster.
const SLOTS: usize = 16_384;

/// What is to become of a key of the base.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// A command touches it: it is kept with its contents.
    Held,
    /// It stays as it is, in this database.
    Row { db: u64 },
    /// A flush or a trim of slots removes it.
    Dropped,
}

/// A pattern of SORT: what stands before and behind its star.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Glob {
    before: Box<[u8]>,
    behind: Box<[u8]>,
}

/// The touched keys by the database that the base gave them.
#[derive(Debug)]
pub struct Touched {
    /// Databases whose number changed: number now, number in the base.
    moved: HashMap<u64, u64>,
    selected: u64,
    names: HashMap<u64, HashSet<Box<[u8]>, RandomState>, RandomState>,
    globs: HashMap<u64, HashSet<Glob>>,
    flushed: HashSet<u64>,
    all_flushed: bool,
    trimmed: Option<Box<[bool; SLOTS]>>,
    bytes: u64,
    limit: u64,
}

impl Touched {
    /// Names may take up to `limit` bytes.
    pub fn new(limit: u64) -> Self {
        Self {
            moved: HashMap::new(),
            selected: 0,
            names: HashMap::default(),
            globs: HashMap::new(),
            flushed: HashSet::new(),
            all_flushed: false,
            trimmed: None,
            bytes: 0,
            limit,
        }
    }

    /// Bytes that the names take, about.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Names of touched keys.
    pub fn len(&self) -> usize {
        self.names.values().map(HashSet::len).sum()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A new file begins: its commands start in database 0.
    pub fn begin_part(&mut self) {
        self.selected = 0;
    }

    /// Notes what a command touches.
    ///
    /// # Errors
    /// The names take more memory than is allowed.
    pub fn command(&mut self, command: &Command<'_>) -> Result<()> {
        let name = command.number.and_then(super::command_keys::name_of).unwrap_or_default();
        let word = |at: usize| command.argv.get(at).copied().unwrap_or_default();
        match name {
            "SELECT" => self.selected = integer(word(1)).unwrap_or(self.selected),
            "SWAPDB" => {
                if let (Some(a), Some(b)) = (integer(word(1)), integer(word(2))) {
                    let (was_a, was_b) = (self.origin(a), self.origin(b));
                    self.moved.insert(a, was_b);
                    self.moved.insert(b, was_a);
                }
            }
            "FLUSHDB" => {
                let origin = self.origin(self.selected);
                self.flushed.insert(origin);
            }
            "FLUSHALL" => self.all_flushed = true,
            "SFLUSH" | "TRIMSLOTS" => self.trim_ranges(command.argv),
            "CLUSTER" if word(1).eq_ignore_ascii_case(b"FLUSHSLOT") => self.trim(integer(word(2)), integer(word(2))),
            _ => {
                each_key(command.number, command.argv, |key| {
                    let origin = self.origin(key.db.unwrap_or(self.selected));
                    if key.effect == Effect::Glob {
                        self.add_glob(origin, key.name);
                    } else {
                        self.add(origin, key.name);
                    }
                });
                if self.bytes > self.limit {
                    return Err(self.too_many(command.offset));
                }
            }
        }
        Ok(())
    }

    #[cold]
    fn too_many(&self, offset: u64) -> Error {
        let what = format!(
            "the log touches more than {} keys of the dump: their names alone take more than the limit of {} bytes",
            self.len().saturating_sub(1),
            self.limit
        );
        Error::new(ErrorKind::LimitExceeded { what }, offset)
    }

    /// The number in the base of the database that now has this number.
    fn origin(&self, db: u64) -> u64 {
        self.moved.get(&db).copied().unwrap_or(db)
    }

    fn is_gone(&self, origin: u64, name: &[u8]) -> bool {
        self.all_flushed
            || self.flushed.contains(&origin)
            || self.trimmed.as_ref().is_some_and(|slots| slots.get(slot(name) as usize) == Some(&true))
    }

    fn add(&mut self, origin: u64, name: &[u8]) {
        // What a flush removed from the base before cannot be touched any more.
        if self.is_gone(origin, name) || self.names.get(&origin).is_some_and(|names| names.contains(name)) {
            return;
        }
        self.bytes += name.len() as u64 + PER_NAME;
        self.names.entry(origin).or_default().insert(name.into());
    }

    fn add_glob(&mut self, origin: u64, pattern: &[u8]) {
        if self.all_flushed || self.flushed.contains(&origin) {
            return;
        }
        let star = pattern.iter().position(|&byte| byte == b'*').unwrap_or(pattern.len());
        let glob = Glob {
            before: pattern.get(..star).unwrap_or_default().into(),
            behind: pattern.get(star + 1..).unwrap_or_default().into(),
        };
        if self.globs.entry(origin).or_default().insert(glob) {
            self.bytes += pattern.len() as u64 + PER_NAME;
        }
    }

    /// SFLUSH first last …, TRIMSLOTS RANGES count first last ….
    fn trim_ranges(&mut self, argv: &[&[u8]]) {
        let from = match argv {
            [_, word, ..] if word.eq_ignore_ascii_case(b"RANGES") => 3,
            _ => 1,
        };
        for pair in argv.get(from..).unwrap_or_default().as_chunks::<2>().0 {
            let [first, last] = pair;
            self.trim(integer(first), integer(last));
        }
    }

    fn trim(&mut self, first: Option<u64>, last: Option<u64>) {
        let (Some(first), Some(last)) = (first, last) else { return };
        let slots = self.trimmed.get_or_insert_with(|| Box::new([false; SLOTS]));
        for (at, trimmed) in slots.iter_mut().enumerate() {
            *trimmed |= (first..=last).contains(&(at as u64));
        }
    }

    /// What becomes of a key of the base, told after all commands were seen.
    pub fn fate(&self, db: u64, name: &[u8]) -> Fate {
        if self.names.get(&db).is_some_and(|names| names.contains(name)) || self.matches_glob(db, name) {
            return Fate::Held;
        }
        if self.is_gone(db, name) {
            return Fate::Dropped;
        }
        if self.moved.is_empty() {
            return Fate::Row { db };
        }
        let now = self.moved.iter().find(|&(_, &origin)| origin == db).map_or(db, |(&now, _)| now);
        Fate::Row { db: now }
    }

    fn matches_glob(&self, db: u64, name: &[u8]) -> bool {
        self.globs.get(&db).is_some_and(|globs| {
            globs.iter().any(|glob| {
                name.len() >= glob.before.len() + glob.behind.len()
                    && name.starts_with(&glob.before)
                    && name.ends_with(&glob.behind)
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aof::command_keys::number_of;

    fn after(lines: &[&str]) -> Touched {
        let mut touched = Touched::new(1 << 20);
        for line in lines {
            let argv: Vec<&[u8]> = line.split(' ').map(str::as_bytes).collect();
            touched.command(&Command::of(&argv, number_of(argv[0]))).unwrap();
        }
        touched
    }

    #[test]
    fn named_keys_are_held_by_their_first_database() {
        let touched = after(&["SET a 1", "SWAPDB 0 3", "SET b 1", "SELECT 3", "SET c 1", "COPY x y DB 0"]);
        for (db, name, fate) in [
            (0, "a", Fate::Held),
            (3, "a", Fate::Row { db: 0 }),
            (3, "b", Fate::Held),
            (0, "b", Fate::Row { db: 3 }),
            (0, "c", Fate::Held),
            (0, "x", Fate::Held),
            (3, "y", Fate::Held),
            (7, "a", Fate::Row { db: 7 }),
        ] {
            assert_eq!(touched.fate(db, name.as_bytes()), fate, "{db} {name}");
        }
    }

    #[test]
    fn a_flush_drops_what_was_not_touched_before() {
        let touched = after(&["SELECT 1", "RENAME a b", "FLUSHDB", "SET c 1", "SELECT 2", "SET d 1"]);
        assert_eq!(touched.fate(1, b"a"), Fate::Held);
        assert_eq!(touched.fate(1, b"c"), Fate::Dropped);
        assert_eq!(touched.fate(1, b"other"), Fate::Dropped);
        assert_eq!(touched.fate(0, b"other"), Fate::Row { db: 0 });
        assert_eq!(touched.len(), 3);
        let touched = after(&["FLUSHALL", "SET a 1"]);
        assert_eq!((touched.fate(5, b"a"), touched.len()), (Fate::Dropped, 0));
    }

    #[test]
    fn slots_and_globs() {
        let touched = after(&["SFLUSH 0 8191", "SORT l BY w:*:x GET # STORE d"]);
        assert_eq!(touched.fate(0, b"w:12:x"), Fate::Held);
        assert_eq!(touched.fate(0, b"w::x"), Fate::Held);
        assert_eq!(touched.fate(0, b"w:x"), if slot(b"w:x") < 8192 { Fate::Dropped } else { Fate::Row { db: 0 } });
        // Slots 12182 and 3300.
        assert_eq!(touched.fate(0, b"foo"), Fate::Row { db: 0 });
        assert_eq!(touched.fate(0, b"b"), Fate::Dropped);
        assert_eq!(after(&["TRIMSLOTS RANGES 1 0 16383"]).fate(0, b"foo"), Fate::Dropped);
    }

    #[test]
    fn too_many_names_are_refused() {
        let mut touched = Touched::new(1000);
        let error = (0..100).find_map(|i: u32| {
            let name = format!("key:{i}");
            let argv = [b"DEL".as_slice(), name.as_bytes()];
            touched.command(&Command::of(&argv, number_of(b"DEL"))).err()
        });
        assert!(error.unwrap().to_string().contains("limit of 1000 bytes"));
    }
}
