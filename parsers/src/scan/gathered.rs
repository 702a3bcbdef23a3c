//! What a pass leaves behind its rows.

use std::io;

use super::collector::Collector;
use super::key_batches::KeyBatches;
use super::log_facts::LogOutcome;
use crate::conversion::{Assumption, Target};
use crate::error::{Error, OpenKey};
use crate::memory::TemplateUse;
use crate::memory::costs::Costs;
use crate::memory::instance::TableCounts;
use crate::patterns::PatternTable;
use crate::rdb::facts::{Anomaly, FileFacts};
use crate::rdb::{Parser, facts::Dialect};
use crate::rows::{Form, NameFacts};
use crate::spool::Spool;

/// The damage that marks a salvaged snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    pub kind: &'static str,
    pub offset: u64,
    pub key: Option<OpenKey>,
    pub message: String,
}

impl Damage {
    pub fn of(error: &Error) -> Self {
        Self {
            kind: error.kind().id(),
            offset: error.offset(),
            key: error.key().cloned(),
            message: error.kind().to_string(),
        }
    }
}

/// Counts of a pass.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Keys that became rows (of a verification: sound keys).
    pub keys: u64,
    pub expiring_keys: u64,
    pub damaged_keys: u64,
}

/// What a server uses besides its keys.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Overhead {
    /// Tables of databases (of slots, in cluster mode of later versions) and of expiries.
    pub table_bytes: u64,
    /// A server of this version without data and clients.
    pub startup_bytes: u64,
}

impl Overhead {
    fn of(parser: &Parser, target: &Target) -> Self {
        Self::of_counts(parser.counts(), &parser.facts, target)
    }

    /// From the keys of each database, and those of them with an expiry.
    pub(super) fn of_counts(counts: impl Iterator<Item = (u64, u64)>, facts: &FileFacts, target: &Target) -> Self {
        let costs = Costs::of(target);
        let by_slot = target.cluster && (target.redis_from(7, 4, 0) || target.valkey_from(8, 0, 0));
        let slots = facts.declared.iter().filter(|counts| counts.slot.is_some());
        let tables = |keys, expires| costs.tables(TableCounts { keys, expires });
        let table_bytes = if by_slot {
            slots.map(|counts| tables(counts.keys, counts.expires)).fold(0, u64::saturating_add)
        } else {
            counts.map(|(keys, expires)| tables(keys, expires)).fold(0, u64::saturating_add)
        };
        Self { table_bytes, startup_bytes: costs.startup() }
    }
}

/// Facts of the file and the side tables.
#[derive(Debug)]
pub struct Gathered {
    pub facts: FileFacts,
    /// The server that loads the dump, and the doubt about it.
    pub assumption: Assumption,
    pub damage: Option<Damage>,
    pub counts: Counts,
    pub bytes_read: u64,
    pub forms: Vec<Form>,
    pub patterns: PatternTable,
    /// Facts of the names by pattern as first seen.
    pub names: Vec<NameFacts>,
    pub key_facts: Option<Spool>,
    pub groups: Option<Spool>,
    pub consumers: Option<Spool>,
    /// Bytes of the tables that no key's figure contains, and of a server without data.
    pub overhead: Overhead,
    /// Hash templates by the id of the file; each of their keys is charged a share of them.
    pub templates: Vec<(u64, TemplateUse)>,
    /// Hashes of names that were met more than once.
    pub repeated_hashes: u64,
    /// Of a log.
    pub log: Option<LogOutcome>,
}

impl Gathered {
    /// What a file says of itself, without tables.
    pub(super) fn of_file(parser: Parser, assumption: Assumption, damage: Option<Damage>, counts: Counts) -> Self {
        let bytes_read = parser.offset();
        Self::of_facts(parser.facts, bytes_read, assumption, damage, counts)
    }

    /// The same without a parser.
    pub(super) fn of_facts(
        mut facts: FileFacts,
        bytes_read: u64,
        assumption: Assumption,
        damage: Option<Damage>,
        counts: Counts,
    ) -> Self {
        note_dialect(&mut facts);
        Self {
            facts,
            assumption,
            damage,
            counts,
            bytes_read,
            forms: Vec::new(),
            patterns: PatternTable::default(),
            names: Vec::new(),
            key_facts: None,
            groups: None,
            consumers: None,
            overhead: Overhead::default(),
            templates: Vec::new(),
            repeated_hashes: 0,
            log: None,
        }
    }

    /// Closes a pass over keys, and gives back who took them.
    pub(super) fn of_pass<T>(parser: Parser, collector: Collector<T>, damage: Option<Damage>) -> (Self, T) {
        let overhead = Overhead::of(&parser, &collector.assumption(&parser.facts).target);
        let bytes_read = parser.offset();
        Self::of_keys(parser.facts, bytes_read, collector, damage, overhead)
    }

    /// The same without a parser.
    pub(super) fn of_keys<T>(
        mut facts: FileFacts,
        bytes_read: u64,
        mut collector: Collector<T>,
        damage: Option<Damage>,
        overhead: Overhead,
    ) -> (Self, T) {
        for anomaly in collector.anomalies.drain(..) {
            facts.note(anomaly);
        }
        let assumption = collector.assumption(&facts);
        let templates = collector.templates();
        let gathered = Self {
            overhead,
            templates,
            forms: collector.forms.into_rows(),
            ..Self::of_facts(facts, bytes_read, assumption, damage, collector.counts)
        };
        (gathered, collector.taker)
    }

    /// The same with the side tables of a pass that made rows.
    pub(super) fn with_tables((gathered, batches): (Self, KeyBatches)) -> io::Result<Self> {
        Ok(Self {
            patterns: batches.miner.finish(),
            names: batches.names.into_facts(),
            key_facts: Some(batches.key_facts),
            groups: Some(batches.groups),
            consumers: Some(batches.consumers),
            repeated_hashes: batches.duplicates.count()?,
            ..gathered
        })
    }

    /// Bytes that each key of a hash template is charged, by the id of the file.
    pub fn template_share(&self, id: u64) -> u64 {
        let used = self.templates.iter().find(|(known, _)| *known == id);
        used.and_then(|(_, used)| used.bytes.checked_div(used.keys)).unwrap_or(0)
    }
}

/// A dump of another server, and what of it was not applied, is worth a warning.
fn note_dialect(facts: &mut FileFacts) {
    let offset = facts.header.magic_offset;
    let mut note = |kind, message: String| {
        facts.anomalies.push(Anomaly { kind, offset, db: None, key: None, message });
    };
    match facts.dialect {
        Some(Dialect::Dragonfly) => {
            note("other-dialect", "Dragonfly snapshot: only plain types are read; figures are estimates".into());
        }
        Some(dialect) => note("other-dialect", format!("dump of {}: figures are estimates", dialect.name())),
        None => {}
    }
    if facts.updates > 0 {
        let message = format!("{} commands inside the dump were not applied", facts.updates);
        note("updates-not-applied", message);
    }
}
