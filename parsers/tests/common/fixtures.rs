//! The dumps that come with the repository.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::contents::{Row, hex};
use super::random::{FORMATS, Format, Rng, Written, dump};
use super::writer::Strings;

/// A dump with the rows that must be read from it.
pub struct Fixture {
    pub name: String,
    pub bytes: Vec<u8>,
    pub expected: Vec<Value>,
}

pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/rdb")
}

/// All fixtures, in the order of their names.
pub fn all() -> Vec<Fixture> {
    let mut files: Vec<_> = std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.iter().filter_map(|file| fixture(file)).collect()
}

fn fixture(file: &Path) -> Option<Fixture> {
    let name = file.file_name()?.to_str()?.strip_suffix(".rdb.gz")?.to_owned();
    let expected = std::fs::read_to_string(file.with_file_name(format!("{name}.expected.jsonl"))).unwrap();
    let expected = expected.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    Some(Fixture { name, bytes: super::read(file), expected })
}

/// The written fixtures: one dump of each format, by name.
pub fn written() -> Vec<(String, Written)> {
    let one = |format: Format| {
        let written = dump(&mut Rng(u64::from(format.version)), format, Strings::Short, 34);
        (format!("written-{}", format.magic.to_lowercase()), written)
    };
    FORMATS.into_iter().map(one).collect()
}

/// What is expected of a row, as a line.
pub fn line_of(row: &Row) -> Value {
    let record = &row.record;
    let mut line = json!({
        "db": record.db,
        "key_hex": hex(&record.key),
        "type": row.module.as_ref().map_or(record.value_type.type_name(), |module| &module.0),
        "n": row.n,
        "expire_at_ms": record.expires_at_ms,
        "fields_with_ttl": row.fields_with_ttl,
        "min_field_expire_ms": row.min_field_expire_ms,
        "template_id": row.template_id,
        "freq": record.lfu_frequency,
        "idletime": record.idle_seconds.unwrap_or(0),
    });
    if let Some(digest) = &row.value_sha1 {
        line["value_sha1"] = json!(digest);
    }
    if let Some((length, next)) = row.array {
        line["array"] = json!({"length": length, "next_insert": next});
    }
    if let Some(stream) = &row.stream {
        line["stream"] = stream.clone();
    }
    line
}
