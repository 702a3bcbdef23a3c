//! How the memory of single keys comes about, term by term.

use std::io::Read;

use crate::conversion::{Encoding, KeyHead, Overrides, Target, Tracker};
use crate::error::Result;
use crate::events::{ArrayValue, Element, Packed, StreamId, StreamIdempotence, StreamTotals, ValueSink};
use crate::forward_events;
use crate::memory::{KeyMemory, Memory, Term};
use crate::rdb::codes::ValueType;
use crate::rdb::{FileFacts, KeyRecord, Outcome, Parser, RecordSink};
use crate::scan::{Options, memory_key};
use crate::source::{CancelFlag, Input};

/// The bill of one key.
#[derive(Debug, Clone)]
pub struct KeyBill {
    pub db: u64,
    pub record_offset: u64,
    pub encoding: Encoding,
    pub memory: KeyMemory,
    /// Terms whose counted bytes add up to the figure, the share of a template excepted.
    pub terms: Vec<Term>,
    /// What the key is charged of a template that it uses.
    pub template_share: u64,
}

/// Takes the bill of every key of one name.
struct Biller {
    name: Vec<u8>,
    db: Option<u64>,
    overrides: Overrides,
    target: Option<Target>,
    tracker: Tracker,
    model: Vec<Memory>,
    found: Vec<KeyBill>,
}

impl ValueSink for Biller {
    forward_events!(tracker, model);
}

impl RecordSink for Biller {
    fn before_first_key(&mut self, facts: &FileFacts) {
        let assumption = Target::from_facts(facts, &self.overrides);
        let target = assumption.target.clone();
        self.tracker = Tracker::new([&target]);
        self.model = vec![Memory::new(&target, assumption.is_exact())];
        self.target = Some(target);
    }

    fn key(&mut self, _: &KeyRecord) {}

    fn key_end(&mut self, record: &KeyRecord, _: u64) {
        if record.name != self.name || self.db.is_some_and(|db| db != record.db) {
            return;
        }
        let (Some(target), Some(model)) = (&self.target, self.model.first_mut()) else { return };
        let encoding = self.tracker.encoding(KeyHead::of(record), target);
        let (memory, terms) = model.finish_itemised(&memory_key(record), encoding);
        let (db, record_offset) = (record.db, record.offset);
        self.found.push(KeyBill { db, record_offset, encoding, memory, terms, template_share: 0 });
    }

    fn key_damaged(&mut self, _: &KeyRecord) {}
}

/// Bills of all keys of this name, in one database or in all, with the server that was assumed. The whole snapshot is
/// read: what a key is charged of a template is known only at its end.
///
/// # Errors
/// Whatever ends the pass.
pub fn bills(
    reader: Box<dyn Read + Send>,
    options: &Options,
    name: &[u8],
    db: Option<u64>,
    cancel: CancelFlag,
) -> Result<(Vec<KeyBill>, Target)> {
    let mut parser = Parser::open(Input::new(reader, cancel), options.salvage)?;
    let mut biller = Biller {
        name: name.to_vec(),
        db,
        overrides: options.overrides.clone(),
        target: None,
        tracker: Tracker::new([]),
        model: Vec::new(),
        found: Vec::new(),
    };
    while !matches!(parser.next(&mut biller)?, Outcome::End) {}
    let target = Target::from_facts(&parser.facts, &options.overrides).target;
    for bill in &mut biller.found {
        let share = bill.memory.template.and_then(|id| Some(biller.model.first()?.templates.share(id)));
        bill.template_share = share.unwrap_or(0);
    }
    Ok((biller.found, biller.target.unwrap_or(target)))
}
