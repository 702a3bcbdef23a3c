//! Every dump of the corpus is read to its end, and has the keys, types and expiries that the server told.

mod common;

use std::collections::HashMap;
use std::io::Cursor;

use _native::events::ValueSink;
use _native::rdb::{KeyRecord, Outcome, Parser, RecordSink};
use _native::source::{CancelFlag, Input};

type Head = (Option<i64>, &'static str);

#[derive(Default)]
struct Heads(HashMap<(u64, Vec<u8>), Head>);

impl ValueSink for Heads {}

impl RecordSink for Heads {
    fn key(&mut self, _: &KeyRecord) {}

    fn key_end(&mut self, record: &KeyRecord, _: u64) {
        let type_name = record.value_type.map_or("", |t| t.type_name());
        self.0.insert((record.db, record.name.clone()), (record.expires_at_ms, type_name));
    }

    fn key_damaged(&mut self, _: &KeyRecord) {}
}

#[test]
fn keys_types_and_expiries_equal_the_truth() {
    for dump in common::dumps() {
        let input = Input::new(Box::new(Cursor::new(dump.bytes())), CancelFlag::default());
        let mut parser = Parser::open(input, false).unwrap();
        let mut heads = Heads::default();
        loop {
            match parser.next(&mut heads) {
                Ok(Outcome::End) => break,
                Ok(_) => {}
                Err(e) => panic!("{}: {e} {:?}", dump.name, e.key()),
            }
        }
        assert!(parser.facts.anomalies.is_empty(), "{}: {:?}", dump.name, parser.facts.anomalies);
        let truth = dump.truth();
        for line in &truth {
            let key = (line["db"].as_u64().unwrap(), common::unhex(line["key_hex"].as_str().unwrap()));
            let (expiry, type_name) = heads.0.get(&key).unwrap_or_else(|| panic!("{}: {line}", dump.name));
            assert_eq!(*expiry, line["expire_at_ms"].as_i64(), "{}: {line}", dump.name);
            if *type_name != "module" {
                assert_eq!(*type_name, line["type"].as_str().unwrap(), "{}: {line}", dump.name);
            }
        }
    }
}
