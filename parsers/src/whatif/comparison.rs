//! One pass, several loading servers: sums by pattern, type and encoding, now and then.

use std::collections::HashMap;
use std::io::Read;

use crate::conversion::{Encoding, KeyHead, Overrides, Target, Tracker};
use crate::error::Result;
use crate::events::{ArrayValue, Element, Packed, StreamId, StreamIdempotence, StreamTotals, ValueSink};
use crate::forward_events;
use crate::memory::Memory;
use crate::patterns::{PatternMiner, PatternTable};
use crate::rdb::codes::ValueType;
use crate::rdb::{FileFacts, KeyRecord, Outcome, Parser, RecordSink};
use crate::rows::Filter;
use crate::scan::{Options, Progress, memory_key, type_code};
use crate::source::{CancelFlag, Input};

/// Keys between two reports of progress.
const PROGRESS_KEYS: u64 = 4096;

/// Keys that are one row of the comparison.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Group {
    /// Place among the targets, from 0.
    pub target: usize,
    /// Number of the pattern as it was first seen.
    pub pattern: u32,
    pub type_name: String,
    pub now: Encoding,
    pub then: Encoding,
    /// Whether the target has such keys at all; they have no price there.
    pub loadable: bool,
    /// Templates that the keys use now and then; each key is charged a share of them.
    templates: (Option<u64>, Option<u64>),
}

/// Sums of a group. Keys without a figure (module types, and what the target cannot load) are counted and add nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct GroupSums {
    pub keys: u64,
    pub unknown: u64,
    pub bytes_now: u64,
    pub bytes_then: u64,
}

/// The outcome of a pass.
#[derive(Debug)]
pub struct Comparison {
    pub facts: FileFacts,
    /// The server that wrote the dump, or that was named for "now".
    pub now: Target,
    pub targets: Vec<Target>,
    pub patterns: PatternTable,
    pub groups: Vec<(Group, GroupSums)>,
}

/// What a group's name is made of, gathered beside the models.
#[derive(Debug, Default)]
struct Head {
    value_type: Option<ValueType>,
    module: Option<String>,
}

impl ValueSink for Head {
    fn begin(&mut self, value: ValueType, _: Option<u64>) {
        self.value_type = Some(value);
        self.module = None;
    }

    fn module(&mut self, name: &str, _: u16) {
        self.module = Some(name.to_owned());
    }
}

/// Gathers the groups.
struct Comparer {
    tracker: Tracker,
    /// The first is "now".
    models: Vec<Memory>,
    head: Head,
    now: Option<Target>,
    wanted: Vec<Overrides>,
    targets: Vec<Target>,
    overrides: Overrides,
    filter: Filter,
    miner: PatternMiner,
    groups: HashMap<Group, GroupSums>,
    keys: u64,
}

impl ValueSink for Comparer {
    forward_events!(tracker, models, head);
}

impl Comparer {
    fn new(options: &Options, wanted: &[Overrides]) -> Self {
        Self {
            tracker: Tracker::new([]),
            models: Vec::new(),
            head: Head::default(),
            now: None,
            wanted: wanted.to_vec(),
            targets: Vec::new(),
            overrides: options.overrides.clone(),
            filter: options.filter.clone(),
            miner: PatternMiner::new(),
            groups: HashMap::new(),
            keys: 0,
        }
    }

    /// Adds the shares of templates, which are known only now, and closes the pass.
    fn finish(self, facts: FileFacts) -> Comparison {
        let now = self.now.unwrap_or_else(|| Target::from_facts(&facts, &self.overrides).target);
        let share = |model: usize, id: Option<u64>| {
            id.and_then(|id| Some(self.models.get(model)?.templates.share(id))).unwrap_or(0)
        };
        let groups = self.groups.into_iter().map(|(group, mut sums)| {
            if group.loadable {
                sums.bytes_now += share(0, group.templates.0) * sums.keys;
                sums.bytes_then += share(group.target + 1, group.templates.1) * sums.keys;
            }
            (group, sums)
        });
        Comparison { facts, now, targets: self.targets, patterns: self.miner.finish(), groups: groups.collect() }
    }
}

impl RecordSink for Comparer {
    fn before_first_key(&mut self, facts: &FileFacts) {
        let now = Target::from_facts(facts, &self.overrides).target;
        let targets = self.wanted.iter().map(|wanted| {
            // Whether a node of a cluster loads the dump does not depend on its version.
            let cluster = wanted.cluster.or(Some(now.cluster));
            Target::from_facts(facts, &Overrides { cluster, ..wanted.clone() }).target
        });
        self.targets = targets.collect();
        self.tracker = Tracker::new(std::iter::once(&now).chain(&self.targets));
        self.models = std::iter::once(&now).chain(&self.targets).map(|target| Memory::new(target, true)).collect();
        self.now = Some(now);
    }

    fn key(&mut self, _: &KeyRecord) {
        self.keys += 1;
    }

    fn key_end(&mut self, record: &KeyRecord, _: u64) {
        let (Some(value_type), Some(now)) = (self.head.value_type, &self.now) else { return };
        let type_name = self.head.module.as_deref().unwrap_or_else(|| value_type.type_name());
        if !self.filter.wants_name(record.db, &record.name) || !self.filter.wants_type(type_name) {
            return;
        }
        let code = type_code(value_type);
        // Servers drop empty collections when they load.
        if self.tracker.elements() == Some(0) && matches!(code, 1..=4) {
            return;
        }
        let pattern = self.miner.assign(&record.name, code);
        let (head, key) = (KeyHead::of(record), memory_key(record));
        let Some((first, others)) = self.models.split_first_mut() else { return };
        let encoding_now = self.tracker.encoding(head, now);
        let field_expiries = self.tracker.hash.fields_with_expiry > 0;
        let memory_now = first.finish(&key, encoding_now);
        for (place, (target, model)) in self.targets.iter().zip(others).enumerate() {
            let encoding_then = self.tracker.encoding(head, target);
            let memory_then = model.finish(&key, encoding_then);
            let group = Group {
                target: place,
                pattern,
                type_name: type_name.to_owned(),
                now: encoding_now,
                then: encoding_then,
                loadable: target.holds(value_type, self.head.module.as_deref(), field_expiries),
                templates: (memory_now.template, memory_then.template),
            };
            let loadable = group.loadable;
            let sums = self.groups.entry(group).or_default();
            sums.keys += 1;
            match (memory_now.memory_bytes, memory_then.memory_bytes) {
                (Some(bytes_now), Some(bytes_then)) if loadable => {
                    sums.bytes_now += bytes_now;
                    sums.bytes_then += bytes_then;
                }
                _ => sums.unknown += 1,
            }
        }
    }

    fn key_damaged(&mut self, _: &KeyRecord) {}
}

/// One pass over a snapshot for all servers wanted (without a server: the writer, configured otherwise); the options'
/// overrides say what is "now", else the writer is.
///
/// # Errors
/// Whatever ends the pass.
pub fn compare(
    reader: Box<dyn Read + Send>,
    options: &Options,
    wanted: &[Overrides],
    cancel: CancelFlag,
    progress: &Progress,
) -> Result<Comparison> {
    let mut parser = Parser::open(Input::new(reader, cancel), options.salvage)?;
    let mut comparer = Comparer::new(options, wanted);
    while !matches!(parser.next(&mut comparer)?, Outcome::End) {
        if comparer.keys.is_multiple_of(PROGRESS_KEYS) {
            progress.report(parser.offset(), comparer.keys);
        }
    }
    progress.report(parser.offset(), comparer.keys);
    Ok(comparer.finish(parser.facts))
}
