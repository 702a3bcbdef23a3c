//! Dumps written from seeds, with every opcode and value type: what was written is what is read.

mod common;

use _native::rdb::Parser;
use common::contents::{Contents, Row};
use common::random::{Expected, FORMATS, Rng, Written, dump};
use common::writer::Strings;
use serde_json::json;

#[test]
fn what_was_written_is_read() {
    for seed in 0..15 {
        for format in FORMATS {
            for strings in [Strings::Plain, Strings::Short] {
                let written = dump(&mut Rng(seed), format, strings, 80);
                let what = format!("seed {seed}, {}, {strings:?}", format.magic);
                compare(&written, &what);
            }
        }
    }
}

fn compare(written: &Written, what: &str) {
    let mut input = common::input(&written.bytes);
    input.hold_whole_values();
    let mut parser = Parser::open(input, false).unwrap();
    let mut contents = Contents::default();
    if let Err(e) = common::drain(&mut parser, &mut contents) {
        let record = written.records.iter().find(|record| record.end > e.offset());
        panic!("{what}: {e} {:?}\n{record:?}", e.key());
    }
    assert_eq!(contents.rows.len(), written.records.len(), "{what}");
    for (row, record) in contents.rows.iter().zip(&written.records) {
        compare_row(row, record, what);
    }
    assert_eq!(parser.facts.end_offset, written.bytes.len() as u64, "{what}");
    if parser.facts.header.version < 9 {
        return;
    }
    let facts = &parser.facts;
    assert_eq!(facts.aux_value(b"note"), Some("aux ".repeat(20).as_bytes()), "{what}");
    assert_eq!(facts.module_aux[0].module, "aux-data1", "{what}");
    let libraries: Vec<_> = facts.functions.iter().map(|f| f.library.as_slice()).collect();
    assert_eq!(libraries, [b"tally".as_slice(), b"old"], "{what}");
    assert!(facts.slot_imports.iter().all(|import| import.ranges == [(0, 5), (9, 16_383)]), "{what}");
}

fn compare_row(row: &Row, record: &Expected, what: &str) {
    let what = format!("{what}: {record:?}\n{row:?}");
    let ours = &row.record;
    assert_eq!((ours.db, &ours.key), (record.db, &record.key), "{what}");
    assert_eq!(Some(ours.value_type), record.value_type, "{what}");
    assert_eq!(ours.expires_at_ms, record.expires_at_ms, "{what}");
    assert_eq!((ours.idle_seconds, ours.lfu_frequency), (record.idle_seconds, record.lfu_frequency), "{what}");
    assert_eq!((ours.offset, ours.value_offset), (record.offset, record.value_offset), "{what}");
    assert_eq!(ours.offset + ours.dump_bytes, record.end, "{what}");
    assert_eq!((row.n, &row.pairs), (record.n, &record.pairs), "{what}");
    assert_eq!(row.fields_with_ttl, record.fields_with_ttl, "{what}");
    assert_eq!(row.min_field_expire_ms, record.min_field_expire_ms, "{what}");
    assert_eq!((row.template_id, row.array), (record.template_id, record.array), "{what}");
    assert_eq!(json!(row.stream), json!(record.stream), "{what}");
    assert_eq!(row.deleted_entries, record.deleted_entries, "{what}");
    if record.value_sha1.is_some() {
        assert_eq!(row.value_sha1, record.value_sha1, "{what}");
    }
}
