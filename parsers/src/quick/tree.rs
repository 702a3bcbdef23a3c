//! Totals of every prefix: keys are summed by the miner's patterns, whose few sums then climb the tree of prefixes.

use std::collections::HashMap;
use std::io;
use std::path::Path;

use crate::duplicates::Duplicates;
use crate::patterns::{PatternMiner, PrefixNode};
use crate::scan::{Gathered, Key, KeyTaker};

/// Sums over keys. A sum of which nothing is known is none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    pub keys: u64,
    pub expiring_keys: u64,
    pub memory_bytes: Option<u64>,
    pub value_bytes: Option<u64>,
    pub dump_bytes: u64,
}

impl Totals {
    #[inline]
    fn add(&mut self, other: Self) {
        self.keys += other.keys;
        self.expiring_keys += other.expiring_keys;
        self.memory_bytes = sum(self.memory_bytes, other.memory_bytes);
        self.value_bytes = sum(self.value_bytes, other.value_bytes);
        self.dump_bytes = self.dump_bytes.saturating_add(other.dump_bytes);
    }
}

#[inline]
fn sum(a: Option<u64>, b: Option<u64>) -> Option<u64> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.saturating_add(b)),
        (known, None) | (None, known) => known,
    }
}

/// A prefix with its totals; the place in the list is its number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrefixTotals {
    pub node: PrefixNode,
    pub totals: Totals,
}

/// Sums the keys that go by.
pub struct Tree {
    miner: PatternMiner,
    duplicates: Duplicates,
    /// By pattern of the miner.
    sums: Vec<Totals>,
    /// Keys by pattern of the miner and hash template, whose shares are known at the end.
    templated: HashMap<(u32, u64), u64>,
}

impl Tree {
    /// Hashes that do not fit in memory are spooled to `folder`.
    pub fn new(folder: &Path) -> Self {
        Self {
            miner: PatternMiner::new(),
            duplicates: Duplicates::new(folder),
            sums: Vec::new(),
            templated: HashMap::new(),
        }
    }

    /// Every prefix with its totals. None where a key may have been stored twice: only the last record counts, which
    /// sums cannot tell.
    ///
    /// # Errors
    /// A failure of our own storage.
    pub fn finish(mut self, gathered: &Gathered) -> io::Result<Option<Vec<PrefixTotals>>> {
        if self.duplicates.count()? > 0 {
            return Ok(None);
        }
        for ((pattern, template), keys) in self.templated {
            let share = gathered.template_share(template).saturating_mul(keys);
            if let Some(Totals { memory_bytes: Some(bytes), .. }) = self.sums.get_mut(pattern as usize) {
                *bytes = bytes.saturating_add(share);
            }
        }
        let table = self.miner.finish();
        let totals = Totals::default();
        let mut nodes: Vec<PrefixTotals> = table.nodes.into_iter().map(|node| PrefixTotals { node, totals }).collect();
        for (&assigned, &sums) in table.assigned.iter().zip(&self.sums) {
            let leaf = table.patterns.get(assigned as usize).and_then(|pattern| nodes.get_mut(pattern.node as usize));
            if let Some(leaf) = leaf {
                leaf.totals.add(sums);
            }
        }
        // Parents precede their children.
        for place in (0..nodes.len()).rev() {
            let Some(PrefixTotals { node, totals }) = nodes.get(place) else { continue };
            let (parent, totals) = (node.parent, *totals);
            if let Some(above) = parent.and_then(|parent| nodes.get_mut(parent as usize)) {
                above.totals.add(totals);
            }
        }
        Ok(Some(nodes))
    }
}

impl KeyTaker for Tree {
    #[inline]
    fn take(&mut self, key: &Key<'_>) -> io::Result<()> {
        let pattern = self.miner.assign(&key.record.name, key.type_code);
        let place = pattern as usize;
        if place >= self.sums.len() {
            self.sums.resize(place + 1, Totals::default());
        }
        if let Some(sums) = self.sums.get_mut(place) {
            sums.add(Totals {
                keys: 1,
                expiring_keys: u64::from(key.record.expires_at_ms.is_some()),
                memory_bytes: key.memory_bytes,
                value_bytes: Some(key.facts.value_bytes),
                dump_bytes: key.dump_bytes,
            });
        }
        if let Some(template) = key.template() {
            *self.templated.entry((pattern, template)).or_default() += 1;
        }
        self.duplicates.add(key.record.db, &key.record.name)
    }
}
