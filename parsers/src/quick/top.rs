//! The largest keys, found with a heap of a few of them.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};
use std::hash::{BuildHasher, Hasher};
use std::io;

use foldhash::fast::FixedState;

use crate::patterns::PatternMiner;
use crate::rows::Form;
use crate::scan::{Gathered, Key, KeyTaker};

/// What makes a key large.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// Memory where it is known, else payload.
    Memory,
    Payload,
    File,
    Elements,
    Element,
}

impl Measure {
    /// A measure by its name.
    pub fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "memory" => Self::Memory,
            "payload" => Self::Payload,
            "file" => Self::File,
            "elements" => Self::Elements,
            "element" => Self::Element,
            _ => return None,
        })
    }

    #[inline]
    fn of(self, key: &Key<'_>) -> Option<u64> {
        match self {
            Self::Memory => Some(key.memory_bytes.unwrap_or(key.facts.value_bytes)),
            Self::Payload => Some(key.facts.value_bytes),
            Self::File => Some(key.dump_bytes),
            Self::Elements => key.elements,
            Self::Element => key.largest_element_bytes(),
        }
    }
}

/// What to look for.
#[derive(Debug, Clone)]
pub struct Ranking {
    pub measure: Measure,
    pub number: usize,
    /// Only keys of this type.
    pub type_name: Option<String>,
    /// Whether the patterns of the keys are wanted: that takes a look at all names.
    pub patterns: bool,
}

/// A large key.
#[derive(Debug, Clone)]
pub struct TopKey {
    pub db: u64,
    pub name: Vec<u8>,
    pub record_offset: u64,
    pub form: Form,
    pub elements: Option<u64>,
    /// With the share of a hash template.
    pub memory_bytes: Option<u64>,
    pub value_bytes: u64,
    pub dump_bytes: u64,
    pub largest_element_bytes: Option<u64>,
    pub expires_at_ms: Option<i64>,
    /// The name with its variable parts replaced, where it was wanted.
    pub pattern: Option<String>,
    template: Option<u64>,
    pattern_id: u32,
}

/// Order of keys: the largest last; of equal ones the first in the file.
type Place = (u64, Reverse<u64>);

/// Keeps the largest keys of those that go by.
///
/// Where a key comes twice the last record counts. So more keys are held than are asked for: each earlier record that is
/// dropped may have kept out a smaller key.
pub struct TopKeys {
    ranking: Ranking,
    miner: Option<PatternMiner>,
    held: BTreeSet<Place>,
    keys: HashMap<u64, TopKey>,
    /// Offset of the record that is held of a name, by the name's hash.
    by_name: HashMap<u64, u64, FixedState>,
    state: FixedState,
    /// Keys that can be held so that none that is left out could be larger.
    room: usize,
    /// What a key must exceed to get in, once there is no room.
    least: Option<u64>,
    /// Whether too many records were dropped to be sure, or the measure of a key is known only after the pass.
    lost: bool,
}

impl TopKeys {
    pub fn new(ranking: Ranking) -> Self {
        let miner = ranking.patterns.then(PatternMiner::new);
        let room = ranking.number.saturating_mul(2).saturating_add(SPARE);
        let (state, by_name) = (FixedState::default(), HashMap::with_hasher(FixedState::default()));
        Self {
            ranking,
            miner,
            held: BTreeSet::new(),
            keys: HashMap::new(),
            by_name,
            state,
            room,
            least: None,
            lost: false,
        }
    }

    #[inline]
    fn hash(&self, key: &Key<'_>) -> u64 {
        let mut hasher = self.state.build_hasher();
        hasher.write_u64(key.record.db);
        hasher.write(&key.record.name);
        hasher.finish()
    }

    /// Drops the earlier record of the same key.
    #[cold]
    fn drop_earlier(&mut self, name_hash: u64, key: &Key<'_>) {
        let Some(&offset) = self.by_name.get(&name_hash) else { return };
        let same = |held: &TopKey| held.db == key.record.db && held.name == key.record.name;
        if !self.keys.get(&offset).is_some_and(same) {
            // Two names with one hash: only one of them can be watched.
            self.lost = true;
            return;
        }
        self.remove(offset, name_hash);
        if self.least.is_some() {
            self.room = self.room.saturating_sub(1);
            self.lost |= self.room < self.ranking.number;
        }
    }

    fn remove(&mut self, offset: u64, name_hash: u64) {
        self.by_name.remove(&name_hash);
        if let Some(held) = self.keys.remove(&offset) {
            let measure = self.measure_of(&held);
            self.held.remove(&(measure, Reverse(offset)));
        }
    }

    fn measure_of(&self, held: &TopKey) -> u64 {
        match self.ranking.measure {
            Measure::Memory => held.memory_bytes.unwrap_or(held.value_bytes),
            Measure::Payload => held.value_bytes,
            Measure::File => held.dump_bytes,
            Measure::Elements => held.elements.unwrap_or(0),
            Measure::Element => held.largest_element_bytes.unwrap_or(0),
        }
    }

    #[cold]
    fn insert(&mut self, measure: u64, name_hash: u64, key: &Key<'_>, pattern_id: u32) {
        let record = key.record;
        self.by_name.insert(name_hash, record.offset);
        self.held.insert((measure, Reverse(record.offset)));
        self.keys.insert(
            record.offset,
            TopKey {
                db: record.db,
                name: record.name.clone(),
                record_offset: record.offset,
                form: key.form.clone(),
                elements: key.elements,
                memory_bytes: key.memory_bytes,
                value_bytes: key.facts.value_bytes,
                dump_bytes: key.dump_bytes,
                largest_element_bytes: key.largest_element_bytes(),
                expires_at_ms: record.expires_at_ms,
                pattern: None,
                template: key.template(),
                pattern_id,
            },
        );
        if self.held.len() > self.room
            && let Some(&(_, Reverse(offset))) = self.held.first()
            && let Some(smallest) = self.keys.get(&offset)
        {
            let mut hasher = self.state.build_hasher();
            hasher.write_u64(smallest.db);
            hasher.write(&smallest.name);
            self.remove(offset, hasher.finish());
        }
        if self.held.len() >= self.room {
            self.least = self.held.first().map(|&(measure, _)| measure);
        }
    }

    /// The largest keys, the largest first. None where so many keys were stored twice that smaller ones may be missing,
    /// and where hash templates, whose shares are known by now only, may change the order.
    pub fn finish(mut self, gathered: &Gathered) -> Option<Vec<TopKey>> {
        if self.lost {
            return None;
        }
        let table = self.miner.take().map(PatternMiner::finish);
        let pattern = |id: u32| {
            let table = table.as_ref()?;
            let place = table.assigned.get(id as usize)?;
            table.patterns.get(*place as usize).map(|pattern| pattern.text.clone())
        };
        let largest = self.held.iter().rev().take(self.ranking.number);
        let keys = largest.filter_map(|(_, Reverse(offset))| self.keys.remove(offset));
        let complete = keys.map(|mut key| {
            let share = key.template.map_or(0, |id| gathered.template_share(id));
            key.memory_bytes = key.memory_bytes.map(|bytes| bytes.saturating_add(share));
            key.pattern = pattern(key.pattern_id);
            key
        });
        Some(complete.collect())
    }
}

/// Keys that are held besides.
const SPARE: usize = 256;

impl KeyTaker for TopKeys {
    #[inline]
    fn take(&mut self, key: &Key<'_>) -> io::Result<()> {
        let pattern_id = match &mut self.miner {
            Some(miner) => miner.assign(&key.record.name, key.type_code),
            None => 0,
        };
        let name_hash = self.hash(key);
        if self.by_name.contains_key(&name_hash) {
            self.drop_earlier(name_hash, key);
        }
        if self.ranking.type_name.as_ref().is_some_and(|wanted| *wanted != key.form.type_name) {
            return Ok(());
        }
        self.lost |= self.ranking.measure == Measure::Memory && key.template().is_some();
        if let Some(measure) = self.ranking.measure.of(key)
            && self.least.is_none_or(|least| measure > least)
        {
            self.insert(measure, name_hash, key, pattern_id);
        }
        Ok(())
    }
}
