//! Cuts a small dump out of a large one: the head of the file and some records of each kind, byte by byte as the server
//! wrote them.

use std::collections::{BTreeMap, HashMap};

use _native::rdb::FileFacts;
use serde_json::Value;

use super::contents::{KeyRow, Row, hex};
use super::writer::{Strings, Writer};

/// Records of each kind that are kept.
const OF_EACH: usize = 7;

/// Bytes of a usual record; one larger record of each kind is kept too.
const SMALL: u64 = 600;
const LARGE: u64 = 5000;

/// The small dump and the lines of truth about its keys.
pub fn cut(bytes: &[u8], rows: &[Row], facts: &FileFacts, truth: &[Value]) -> (Vec<u8>, Vec<Value>) {
    let told: HashMap<_, _> =
        truth.iter().map(|line| ((line["db"].as_u64(), line["key_hex"].as_str()), line)).collect();
    let line_of = |row: &Row| told[&(Some(row.record.db), Some(hex(&row.record.key).as_str()))].clone();
    let mut kinds: BTreeMap<String, (usize, bool)> = BTreeMap::new();
    let mut kept: Vec<(&KeyRow, Value)> = Vec::new();
    for row in rows {
        let line = line_of(row);
        let expiring = row.record.expires_at_ms.is_some();
        let kind = format!("{:?} {} {expiring} {}", row.record.value_type, line["encoding"], row.fields_with_ttl > 0);
        let (small, large) = kinds.entry(kind).or_default();
        match row.record.dump_bytes {
            0..SMALL if *small < OF_EACH => *small += 1,
            SMALL..LARGE if !*large => *large = true,
            _ => continue,
        }
        kept.push((&row.record, line));
    }
    let mut w = Writer::new("", Strings::Plain);
    w.raw(head(bytes, rows, facts));
    let version = facts.header.version;
    for part in kept.chunk_by(|a, b| a.0.db == b.0.db) {
        w.select(part[0].0.db);
        if version >= 7 {
            w.resize(
                part.len() as u64,
                part.iter().filter(|(record, _)| record.expires_at_ms.is_some()).count() as u64,
            );
        }
        for (record, _) in part {
            w.raw(&bytes[record.offset as usize..(record.offset + record.dump_bytes) as usize]);
        }
    }
    // Cached scripts stand behind the keys.
    let last = &rows[rows.len() - 1].record;
    let end = facts.end_offset as usize - if version >= 5 { 9 } else { 1 };
    w.raw(&bytes[(last.offset + last.dump_bytes) as usize..end]);
    let lines = kept.into_iter().map(|(_, line)| short(line)).collect();
    (w.finish(version), lines)
}

/// Everything before the first database.
fn head<'b>(bytes: &'b [u8], rows: &[Row], facts: &FileFacts) -> &'b [u8] {
    let first = &rows[0].record;
    let mut begin = Writer::new("", Strings::Plain);
    begin.select(first.db);
    if let Some(declared) = facts.declared.iter().find(|d| d.slot.is_none() && d.db == first.db) {
        begin.resize(declared.keys, declared.expires);
    }
    bytes[..first.offset as usize]
        .strip_suffix(begin.bytes.as_slice())
        .expect("the first database begins before its keys")
}

/// Without what only the server can tell.
fn short(mut line: Value) -> Value {
    let fields = line.as_object_mut().unwrap();
    for name in ["digest", "memory_2"] {
        fields.remove(name);
    }
    line
}
