//! A node: a listpack of entries, whose first one lends its field names to the others.

use crate::events::{Element, StreamId};
use crate::memory::listpack_size;
use crate::replay::values::packed_element;

/// A field and its value.
pub type Pair = (Box<[u8]>, Box<[u8]>);

/// An entry.
#[derive(Debug, Clone)]
pub struct Entry {
    pub id: StreamId,
    pub deleted: bool,
    pub pairs: Box<[Pair]>,
}

impl Entry {
    pub fn content_bytes(&self) -> u64 {
        self.pairs.iter().map(|(field, value)| (field.len() + value.len()) as u64 + 40).sum::<u64>() + 64
    }
}

/// A node.
#[derive(Debug, Clone, Default)]
pub struct Node {
    pub entries: Vec<Entry>,
    /// Entries that are not deleted.
    pub live: u64,
    /// Bytes of the listpack without its two counts.
    body: u64,
}

fn number(number: i64) -> u64 {
    listpack_size::integer(number)
}

fn text(text: &[u8], full: bool) -> u64 {
    listpack_size::entry(packed_element(text), full)
}

impl Node {
    pub fn push(&mut self, entry: Entry, full: bool) {
        let fields = entry.pairs.len() as i64;
        let names = |entry: &Entry| entry.pairs.iter().map(|(field, _)| text(field, full)).sum::<u64>();
        let (base, same) = match self.entries.first() {
            None => {
                self.body = listpack_size::EMPTY + number(fields) + names(&entry) + number(0);
                (entry.id, true)
            }
            Some(first) => {
                let equal = first.pairs.iter().map(|(field, _)| field).eq(entry.pairs.iter().map(|(field, _)| field));
                (first.id, equal)
            }
        };
        let values: u64 = entry.pairs.iter().map(|(_, value)| text(value, full)).sum();
        let deltas = [entry.id.ms.wrapping_sub(base.ms), entry.id.seq.wrapping_sub(base.seq)];
        self.body += number(0) + deltas.iter().map(|delta| number(*delta as i64)).sum::<u64>() + values;
        self.body += match same {
            true => number(fields + 3),
            false => number(fields) + names(&entry) + number(2 * fields + 4),
        };
        self.live += u64::from(!entry.deleted);
        self.entries.push(entry);
    }

    /// Bytes of the listpack. Flags take one byte whatever they say.
    pub fn bytes(&self) -> u64 {
        let deleted = self.entries.len() as u64 - self.live;
        let count = |count: u64| listpack_size::entry(Element::Int(i64::try_from(count).unwrap_or(i64::MAX)), false);
        self.body + count(self.live) + count(deleted)
    }

    /// The id of the last entry that is not deleted.
    pub fn last_live(&self) -> Option<StreamId> {
        self.entries.iter().rev().find(|entry| !entry.deleted).map(|entry| entry.id)
    }

    pub fn first_live(&self) -> Option<StreamId> {
        self.entries.iter().find(|entry| !entry.deleted).map(|entry| entry.id)
    }

    pub fn last(&self) -> Option<StreamId> {
        self.entries.last().map(|entry| entry.id)
    }

    /// Marks an entry deleted; whether it was live.
    pub fn delete(&mut self, id: StreamId) -> bool {
        let Ok(at) = self.entries.binary_search_by_key(&id, |entry| entry.id) else { return false };
        match self.entries.get_mut(at) {
            Some(entry) if !entry.deleted => {
                entry.deleted = true;
                self.live = self.live.saturating_sub(1);
                true
            }
            _ => false,
        }
    }
}
