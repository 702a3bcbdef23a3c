//! The dumps that come with the repository: every encoding is tested without the corpus.

mod common;

use std::collections::{HashMap, HashSet};
use std::io::Write;

use _native::rdb::codes::{Codes, Family, Meaning, ValueType};
use _native::rdb::{FileFacts, Parser};
use common::compare::compare;
use common::contents::{Contents, Row};
use common::fixtures::{all, folder, line_of, written};
use flate2::{Compression, GzBuilder};
use serde_json::Value;

/// Folders of the corpus from which fixtures are cut.
const CUT: [&str; 9] = [
    "redis-2.4.18",
    "redis-2.8.24",
    "redis-3.2.13",
    "redis-5.0.14",
    "redis-7.0.15",
    "redis-7.4.1",
    "redis-8.6.3",
    "valkey-9.1.2",
    "next/redis-8.10.2",
];

fn read(name: &str, bytes: &[u8]) -> (Vec<Row>, FileFacts) {
    let mut input = common::input(bytes);
    input.hold_whole_values();
    let mut parser = Parser::open(input, false).unwrap();
    let mut contents = Contents::default();
    common::drain(&mut parser, &mut contents).unwrap_or_else(|e| panic!("{name}: {e} {:?}", e.key()));
    (contents.rows, parser.facts)
}

#[test]
fn rows_are_as_expected() {
    let fixtures = all();
    assert!(fixtures.len() >= CUT.len() + 3);
    for fixture in fixtures {
        let (rows, facts) = read(&fixture.name, &fixture.bytes);
        assert!(
            facts.anomalies.is_empty() || fixture.name.starts_with("written"),
            "{}: {:?}",
            fixture.name,
            facts.anomalies
        );
        let by_key: HashMap<_, _> = rows.iter().map(|r| ((r.record.db, r.record.key.clone()), r)).collect();
        assert_eq!((by_key.len(), rows.len()), (fixture.expected.len(), fixture.expected.len()), "{}", fixture.name);
        for line in &fixture.expected {
            let key = (line["db"].as_u64().unwrap(), common::unhex(common::text_of(line, "key_hex")));
            let row = by_key.get(&key).unwrap_or_else(|| panic!("{}: {line} is missing", fixture.name));
            compare(row, line).unwrap_or_else(|what| panic!("{}: {what}\n{line}", fixture.name));
        }
    }
}

#[test]
fn every_value_type_occurs() {
    let seen: HashSet<ValueType> =
        all().iter().flat_map(|f| read(&f.name, &f.bytes).0).map(|row| row.record.value_type).collect();
    for (family, version) in [(Family::Redis, 15), (Family::Valkey, 81)] {
        let codes = Codes::of(family, version);
        for code in 0..=255 {
            // A value of type 6 has no known end.
            if let Some(Meaning::Type(value_type)) = codes.get(code).filter(|_| code != 6) {
                assert!(seen.contains(&value_type), "{value_type:?}");
            }
        }
    }
}

#[test]
fn written_fixtures_are_what_the_writer_writes() {
    let fixtures: HashMap<_, _> = all().into_iter().map(|f| (f.name, f.bytes)).collect();
    for (name, written) in written() {
        assert!(fixtures[&name] == written.bytes, "{name}: make the fixtures again");
    }
}

/// Makes all fixtures: `cargo test --no-default-features --test fixtures -- --ignored`, with the corpus at hand.
#[test]
#[ignore = "writes the fixtures"]
fn make_fixtures() {
    let dumps: HashMap<_, _> = common::dumps().into_iter().map(|dump| (dump.name.clone(), dump)).collect();
    for name in CUT {
        let dump = &dumps[name];
        let bytes = dump.bytes();
        let (rows, facts) = read(name, &bytes);
        let (small, lines) = common::cut::cut(&bytes, &rows, &facts, &dump.truth());
        save(name.rsplit('/').next().unwrap(), &small, &lines);
    }
    for (name, written) in written() {
        let (rows, _) = read(&name, &written.bytes);
        save(&name, &written.bytes, &rows.iter().map(line_of).collect::<Vec<_>>());
    }
}

fn save(name: &str, bytes: &[u8], lines: &[Value]) {
    std::fs::create_dir_all(folder()).unwrap();
    let mut packed = GzBuilder::new().mtime(0).write(Vec::new(), Compression::best());
    packed.write_all(bytes).unwrap();
    std::fs::write(folder().join(format!("{name}.rdb.gz")), packed.finish().unwrap()).unwrap();
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    std::fs::write(folder().join(format!("{name}.expected.jsonl")), text).unwrap();
}
