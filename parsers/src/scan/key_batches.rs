//! Keys for the store: batches of rows, and beside them what is few (patterns, rare facts, groups).

use std::io;
use std::path::Path;

use super::key::{Key, KeyTaker};
use super::options::Options;
use crate::arrow::key_rows::{KeyRow, KeyRows};
use crate::duplicates::Duplicates;
use crate::patterns::{PatternMiner, slot};
use crate::rows::Names;
use crate::spool::Spool;

/// Bytes of a side table that wait in memory before they are spooled.
const SPOOLED_AT: usize = 4 << 20;

/// Makes rows of keys.
pub struct KeyBatches {
    pub(super) rows: KeyRows,
    pub(super) miner: PatternMiner,
    pub(super) names: Names,
    pub(super) duplicates: Duplicates,
    pub(super) key_facts: Spool,
    pub(super) groups: Spool,
    pub(super) consumers: Spool,
}

impl KeyBatches {
    pub fn new(options: &Options) -> Self {
        let spool = |folder: &Path| Spool::new(folder, SPOOLED_AT);
        let folder = options.spool_folder.as_path();
        Self {
            rows: KeyRows::new(options.batch_rows),
            miner: PatternMiner::new(),
            names: Names::default(),
            duplicates: Duplicates::new(folder),
            key_facts: spool(folder),
            groups: spool(folder),
            consumers: spool(folder),
        }
    }

    /// Appends what leaves in side tables.
    fn spool(&mut self, key: &Key<'_>) -> io::Result<()> {
        self.duplicates.add(key.record.db, &key.record.name)?;
        if let Some(rare) = key.facts.rare() {
            rare.write(key.record.offset, self.key_facts.buffer());
            self.key_facts.settle()?;
        }
        if !key.streams.groups.is_empty() {
            self.groups.buffer().extend_from_slice(&key.streams.groups);
            self.groups.settle()?;
            self.consumers.buffer().extend_from_slice(&key.streams.consumers);
            self.consumers.settle()?;
        }
        Ok(())
    }
}

impl KeyTaker for KeyBatches {
    fn take(&mut self, key: &Key<'_>) -> io::Result<()> {
        let record = key.record;
        let pattern_id = self.miner.assign(&record.name, key.type_code);
        self.names.add(pattern_id, &record.name);
        self.rows.push(&KeyRow {
            db: record.db,
            name: &record.name,
            form_id: key.form_id,
            pattern_id: pattern_id as i32,
            elements: key.elements,
            memory_bytes: key.memory_bytes,
            allocated_bytes: key.allocated_bytes,
            value_bytes: Some(key.facts.value_bytes),
            dump_bytes: key.dump_bytes,
            record_offset: record.offset,
            largest_element_bytes: key.largest_element_bytes(),
            expires_at_ms: record.expires_at_ms,
            idle_seconds: record.idle_seconds,
            lfu_frequency: record.lfu_frequency,
            slot: slot(&record.name),
        });
        self.spool(key)
    }
}
