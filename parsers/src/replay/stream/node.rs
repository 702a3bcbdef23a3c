//! A node: entries as a listpack would hold them, packed, with the first entry's field names standing for the others'.

use crate::events::{Element, StreamId, ValueSink};
use crate::memory::listpack_size;
use crate::replay::values::packed_element;

/// Bytes that an entry costs here besides its texts.
const ENTRY_COST: u64 = size_of::<Entry>() as u64;
/// Bytes that a node costs here besides its entries, about.
const NODE_COST: u64 = 150;
/// Bits of a text's length in one byte, and the mark that more follow.
const LENGTH_BITS: u32 = 7;
const MORE: u8 = 0x80;

/// A field and its value.
pub type Pair<'p> = (&'p [u8], &'p [u8]);

/// An entry of a node.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    pub id: StreamId,
    pub deleted: bool,
    /// Whether it has the field names of the first entry, and so no names of its own.
    shares_names: bool,
    pairs: u32,
    /// Where its texts begin.
    start: usize,
}

/// A node.
#[derive(Debug, Clone, Default)]
pub struct Node {
    pub entries: Vec<Entry>,
    /// Entries that are not deleted.
    pub live: u64,
    /// Bytes of the listpack without its two counts.
    body: u64,
    /// The first entry's field names, then each entry's texts, each behind its length.
    texts: Vec<u8>,
}

/// Reads one text after the other.
#[derive(Clone, Copy)]
struct Texts<'t>(&'t [u8]);

impl<'t> Texts<'t> {
    fn next(&mut self) -> &'t [u8] {
        let (mut length, mut shift) = (0usize, 0);
        while let Some((&byte, rest)) = self.0.split_first() {
            self.0 = rest;
            length |= usize::from(byte & !MORE).checked_shl(shift).unwrap_or(0);
            shift += LENGTH_BITS;
            if byte & MORE == 0 {
                break;
            }
        }
        let (text, rest) = self.0.split_at_checked(length).unwrap_or_default();
        self.0 = rest;
        text
    }
}

fn put(texts: &mut Vec<u8>, text: &[u8]) {
    let mut length = text.len();
    while length >> LENGTH_BITS != 0 {
        texts.push(length as u8 | MORE);
        length >>= LENGTH_BITS;
    }
    texts.push(length as u8);
    texts.extend_from_slice(text);
}

fn number(number: i64) -> u64 {
    listpack_size::integer(number)
}

fn text(text: &[u8], full: bool) -> u64 {
    listpack_size::entry(packed_element(text), full)
}

impl Node {
    /// Appends an entry; `full`: back-lengths use all their bits (Valkey 9).
    pub fn push(&mut self, id: StreamId, deleted: bool, pairs: &[Pair<'_>], full: bool) {
        let fields = pairs.len() as i64;
        let names = || pairs.iter().map(|(field, _)| text(field, full)).sum::<u64>();
        let (base, same) = match self.entries.first() {
            None => {
                self.body = listpack_size::EMPTY + number(fields) + names() + number(0);
                pairs.iter().for_each(|(field, _)| put(&mut self.texts, field));
                (id, true)
            }
            Some(first) => {
                let mut shared = Texts(&self.texts);
                let equal =
                    first.pairs as usize == pairs.len() && pairs.iter().all(|(field, _)| shared.next() == *field);
                (first.id, equal)
            }
        };
        let values: u64 = pairs.iter().map(|(_, value)| text(value, full)).sum();
        let deltas = [id.ms.wrapping_sub(base.ms), id.seq.wrapping_sub(base.seq)];
        self.body += number(0) + deltas.iter().map(|delta| number(*delta as i64)).sum::<u64>() + values;
        self.body += match same {
            true => number(fields + 3),
            false => number(fields) + names() + number(2 * fields + 4),
        };
        self.live += u64::from(!deleted);
        let start = self.texts.len();
        self.entries.push(Entry { id, deleted, shares_names: same, pairs: pairs.len() as u32, start });
        for (field, value) in pairs {
            if !same {
                put(&mut self.texts, field);
            }
            put(&mut self.texts, value);
        }
    }

    /// Gives back the room for more entries: another node follows.
    pub fn close(&mut self) {
        self.entries.shrink_to_fit();
        self.texts.shrink_to_fit();
    }

    /// Bytes that the node takes here, about.
    pub fn held_bytes(&self) -> u64 {
        NODE_COST + self.texts.len() as u64 + self.entries.len() as u64 * ENTRY_COST
    }

    /// Bytes of the listpack. Flags take one byte whatever they say.
    pub fn bytes(&self) -> u64 {
        let deleted = self.entries.len() as u64 - self.live;
        let count = |count: u64| listpack_size::entry(Element::Int(i64::try_from(count).unwrap_or(i64::MAX)), false);
        self.body + count(self.live) + count(deleted)
    }

    /// Tells the entries with their fields and values.
    pub fn emit<S: ValueSink>(&self, sink: &mut S) {
        for entry in &self.entries {
            sink.stream_entry(entry.id, entry.deleted, u64::from(entry.pairs));
            let mut shared = Texts(&self.texts);
            let mut own = Texts(self.texts.get(entry.start..).unwrap_or_default());
            for _ in 0..entry.pairs {
                let field = if entry.shares_names { shared.next() } else { own.next() };
                sink.field(packed_element(field));
                sink.value(packed_element(own.next()));
            }
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Texts of a node in the order of its events.
    #[derive(Default)]
    struct Told(Vec<String>);

    impl ValueSink for Told {
        fn stream_entry(&mut self, id: StreamId, deleted: bool, pairs: u64) {
            self.0.push(format!("{id} {deleted} {pairs}"));
        }
        fn field(&mut self, field: Element<'_>) {
            self.0.push(format!("{}", field.len()));
        }
        fn value(&mut self, value: Element<'_>) {
            self.0.push(format!("{}", value.len()));
        }
    }

    #[test]
    fn names_are_kept_once() {
        let (id, long) = (|seq| StreamId { ms: 7, seq }, vec![b'v'; 20_000]);
        let mut node = Node::default();
        node.push(id(1), false, &[(b"field", b"1"), (b"g", &long)], false);
        let first = node.texts.len();
        node.push(id(2), false, &[(b"field", b""), (b"g", b"-17")], false);
        assert_eq!(node.texts.len() - first, 1 + 4);
        node.push(id(3), false, &[(b"field", b"1")], false);
        assert!(node.delete(id(2)) && !node.delete(id(2)) && !node.delete(id(9)));
        let mut told = Told::default();
        node.emit(&mut told);
        let expected =
            ["7-1 false 2", "5", "1", "1", "20000", "7-2 true 2", "5", "0", "1", "3", "7-3 false 1", "5", "1"];
        assert_eq!(told.0, expected);
        assert_eq!((node.first_live(), node.last_live(), node.live), (Some(id(1)), Some(id(3)), 2));
    }
}
