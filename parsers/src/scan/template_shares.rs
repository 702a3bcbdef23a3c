//! What each key of a hash template is charged: the template's bytes over the keys that use it, which only the end of a
//! file tells. Who writes keys while they are read counts them in a pass before.

use std::collections::HashMap;
use std::io::Read;
use std::sync::Arc;

use super::{LogScan, Options, PROGRESS_KEYS, Progress};
use crate::aof::log::Parts;
use crate::conversion::Target;
use crate::error::{Error, ErrorKind, Result};
use crate::events::ValueSink;
use crate::memory::costs::Costs;
use crate::memory::{KeyMemory, TemplateUses};
use crate::rdb::{FileFacts, KeyRecord, Outcome, Parser, RecordSink};
use crate::source::{CancelFlag, Input};

/// Bytes that each key is charged, by the template's id in the file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TemplateShares(Arc<HashMap<u64, u64>>);

impl TemplateShares {
    pub fn iter(&self) -> impl Iterator<Item = (u64, u64)> {
        self.0.iter().map(|(id, share)| (*id, *share))
    }

    /// Adds the share of template `id`; a figure whose share nobody counted is not exact.
    pub fn charge(&self, id: u64, figures: &mut KeyMemory) {
        let Some(share) = self.0.get(&id) else {
            figures.exact = false;
            return;
        };
        let charged = |bytes: Option<u64>| bytes.map(|bytes| bytes.saturating_add(*share));
        figures.memory_bytes = charged(figures.memory_bytes);
        figures.allocated_bytes = charged(figures.allocated_bytes);
    }
}

impl FromIterator<(u64, u64)> for TemplateShares {
    fn from_iter<I: IntoIterator<Item = (u64, u64)>>(shares: I) -> Self {
        Self(Arc::new(shares.into_iter().collect()))
    }
}

/// Counts the keys of each template and looks at nothing else.
struct Counter<'a> {
    options: &'a Options,
    /// None where the target has no templates.
    costs: Option<Costs>,
    uses: TemplateUses,
    keys: u64,
}

impl ValueSink for Counter<'_> {
    fn template(&mut self, id: Option<u64>, names: &[Vec<u8>]) {
        if let (Some(id), Some(costs)) = (id, &self.costs) {
            self.uses.note(id, names, costs);
        }
    }
}

impl RecordSink for Counter<'_> {
    fn before_first_key(&mut self, facts: &FileFacts) {
        let target = Target::from_facts(facts, &self.options.overrides).target;
        self.costs = target.has_hash_templates().then(|| Costs::of(&target));
    }

    fn key(&mut self, _: &KeyRecord) {}

    #[inline]
    fn key_end(&mut self, _: &KeyRecord, _: u64) {
        self.keys += 1;
    }

    fn key_damaged(&mut self, _: &KeyRecord) {}
}

/// Reads a dump to its end for the shares of its templates. All keys count, also those that a filter leaves out.
pub fn template_shares(
    reader: Box<dyn Read + Send>,
    options: &Options,
    cancel: CancelFlag,
    progress: &Progress,
) -> Result<TemplateShares> {
    let mut parser = Parser::open(Input::new(reader, cancel), options.salvage)?;
    let mut counter = Counter { options, costs: None, uses: TemplateUses::default(), keys: 0 };
    loop {
        match parser.next(&mut counter) {
            Ok(Outcome::Key | Outcome::Damaged(_)) => {}
            Ok(Outcome::End) => break,
            Err(error) if options.salvage && error.kind().is_damage() => break,
            Err(error) => return Err(error),
        }
        if counter.keys.is_multiple_of(PROGRESS_KEYS) {
            progress.report(parser.offset(), counter.keys);
        }
    }
    Ok(counter.uses.iter().map(|(id, _)| (id, counter.uses.share(id))).collect())
}

/// The same of a log, whose commands are replayed for it.
pub fn template_shares_of_log(
    parts: Box<dyn Parts>,
    options: &Options,
    cancel: CancelFlag,
    progress: Arc<Progress>,
) -> Result<TemplateShares> {
    let mut scan = LogScan::open(parts, options.clone(), cancel, progress)?;
    while scan.next_batch()?.is_some() {}
    let gathered = scan.finish().map_err(|e| Error::new(ErrorKind::Io(e), 0))?;
    Ok(gathered.templates.iter().map(|(id, _)| (*id, gathered.template_share(*id))).collect())
}
