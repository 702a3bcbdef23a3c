//! Dumps of other projects' test suites: what a server loads has its keys, what it refuses is read or named.

mod common;

use std::collections::HashMap;

use _native::rdb::Parser;
use common::contents::{Contents, Row};
use common::text_of;
use serde_json::{Value, json};

#[test]
fn keys_equal_what_a_server_loaded() {
    let Some(shared) = common::shared() else { return };
    let root = shared.join("peer-files");
    let index: Vec<Value> = serde_json::from_slice(&std::fs::read(root.join("index.json")).unwrap()).unwrap();
    assert!(!index.is_empty());
    for entry in index.iter().filter(|entry| entry["loads"] == true) {
        let file = root.join(text_of(entry, "file"));
        let (rows, error) = rows(&std::fs::read(&file).unwrap());
        assert!(error.is_none(), "{entry}: {error:?}");
        let truth: Vec<Value> =
            serde_json::from_slice(&std::fs::read(file.with_extension("truth.json")).unwrap()).unwrap();
        let mut by_key: HashMap<_, _> = rows.iter().map(|r| ((r.record.db, r.record.key.clone()), r)).collect();
        for line in &truth {
            let key = (line["db"].as_u64().unwrap(), common::unhex(text_of(line, "key_hex")));
            let row = by_key.remove(&key).unwrap_or_else(|| panic!("{entry}: {line} is missing"));
            assert_eq!(json!(row.record.value_type.type_name()), line["type"], "{entry}");
            assert_eq!(json!(row.n), line["n"], "{entry}: {line}");
            assert_eq!(json!(row.record.expires_at_ms), line["expire_at_ms"], "{entry}: {line}");
        }
        // The server drops empty collections; here they are rows, to be reported.
        assert!(by_key.values().all(|row| row.n == 0), "{entry}: {by_key:?}");
    }
}

#[test]
fn what_a_server_refuses_is_read_or_named() {
    let Some(shared) = common::shared() else { return };
    let read = |name: &str| rows(&std::fs::read(shared.join("peer-files").join(name)).unwrap());

    // Values of modules that the server did not have.
    let (with_module, error) = read("redis-rdb-tools/redis_40_with_module.rdb");
    assert!(error.is_none(), "{error:?}");
    assert!(with_module.iter().any(|row| row.module.is_some()));
    let (_, error) = read("redis-rdb-tools/redis_60_with_module_aux.rdb");
    assert!(error.is_none(), "{error:?}");

    // A count byte that no server writes, over a sound walk.
    let (big_length, error) = read("hdt3213-rdb/zipmap_big_len.rdb");
    assert!(error.is_none() && big_length[0].n == 2, "{error:?} {big_length:?}");

    let (_, error) = read("redis-tests/corrupt_ziplist.rdb");
    let error = error.unwrap();
    assert!(error.contains("corrupt ziplist"), "{error}");
}

fn rows(bytes: &[u8]) -> (Vec<Row>, Option<String>) {
    let mut input = common::input(bytes);
    input.hold_whole_values();
    let mut contents = Contents::default();
    let error = Parser::open(input, false).and_then(|mut parser| common::drain(&mut parser, &mut contents)).err();
    (contents.rows, error.map(|e| e.to_string()))
}
