//! The hand-made cases: damaged files, odd but valid ones, formats newer than the corpus.

mod common;

use std::collections::HashSet;
use std::path::PathBuf;

use _native::error::{Error, ErrorKind};
use _native::rdb::codes::{Codes, Meaning, ValueType};
use _native::rdb::facts::Checksum;
use _native::rdb::{FileFacts, Parser};
use common::contents::{Contents, Row};
use common::text_of;
use serde_json::{Value, json};

/// A case: its folder and what is expected of it.
struct Case {
    name: String,
    bytes: Vec<u8>,
    expected: Value,
}

fn cases() -> Vec<Case> {
    let Some(shared) = common::shared() else { return Vec::new() };
    let mut folders: Vec<PathBuf> = ["cases", "cases-next"]
        .iter()
        .flat_map(|part| std::fs::read_dir(shared.join(part)).unwrap())
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    folders.iter().filter_map(|folder| case(folder)).collect()
}

fn case(folder: &std::path::Path) -> Option<Case> {
    let expected: Value = serde_json::from_slice(&std::fs::read(folder.join("expected.json")).unwrap()).unwrap();
    let name = folder.file_name().unwrap().to_string_lossy().into_owned();
    let is_rdb = text_of(&expected, "format") == "rdb";
    is_rdb.then(|| Case { name, bytes: std::fs::read(folder.join(text_of(&expected, "input"))).unwrap(), expected })
}

/// What reading a case gave.
struct Read {
    rows: Vec<Row>,
    facts: Option<FileFacts>,
    error: Option<Error>,
}

fn read(bytes: &[u8]) -> Read {
    let mut input = common::input(bytes);
    input.hold_whole_values();
    let mut contents = Contents::default();
    let mut parser = match Parser::open(input, false) {
        Ok(parser) => parser,
        Err(error) => return Read { rows: Vec::new(), facts: None, error: Some(error) },
    };
    let error = common::drain(&mut parser, &mut contents).err();
    Read { rows: contents.rows, facts: Some(parser.facts), error }
}

impl Read {
    /// Keys that occur twice in one database, which this layer hands out as they come.
    fn duplicates(&self) -> Vec<&Row> {
        let mut seen = HashSet::new();
        self.rows.iter().filter(|row| !seen.insert((row.record.db, &row.record.key))).collect()
    }

    fn outcome(&self) -> &'static str {
        // RESIZEDB is a hint of the writer: a difference is a note.
        let warns = |facts: &FileFacts| {
            let anomaly = facts.anomalies.iter().any(|a| a.kind != "count-mismatch");
            anomaly || facts.updates > 0 || facts.dialect.is_some()
        };
        match &self.error {
            Some(_) => "fails",
            None if self.facts.as_ref().is_some_and(warns) || !self.duplicates().is_empty() => "loads_with_warning",
            None => "loads",
        }
    }
}

#[test]
fn every_case_has_its_outcome() {
    let mut failures = Vec::new();
    for case in cases() {
        let read = read(&case.bytes);
        if let Err(what) = judge(&case, &read) {
            failures.push(format!("{}: {what} ({:?})", case.name, read.error.map(|e| e.to_string())));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

fn judge(case: &Case, read: &Read) -> Result<(), String> {
    let expected = &case.expected;
    let outcome = read.outcome();
    let wanted = text_of(expected, "outcome");
    let also = expected["also_acceptable"].as_array().is_some_and(|list| list.contains(&json!(outcome)));
    check(outcome == wanted || also, || {
        format!("{outcome}, wanted {wanted}: {:?}", read.facts.as_ref().map(|f| &f.anomalies))
    })?;
    if let Some(envelope) = expected.get("envelope") {
        // The envelope is opened before this layer: here it must be named.
        let says = read.error.as_ref().unwrap().to_string();
        let codec = match envelope["codec"].as_str() {
            Some("lz4") => "LZ4".to_owned(),
            Some("zstd") => "Zstandard".to_owned(),
            _ => format!("codec {}", envelope["codec"]),
        };
        return check(says.contains(&codec) && says.contains("rdbcompression"), || says);
    }
    if let Some(error) = &read.error {
        judge_error(expected, error)?;
    }
    let keys = expected["keys"].as_array().unwrap();
    if outcome == "fails" && wanted != "fails" {
        return Ok(());
    }
    if let Some(count) = expected["if_loaded"]["key_count"].as_u64().filter(|_| outcome != "fails") {
        return check(read.rows.len() as u64 == count, || format!("{} keys, wanted {count}", read.rows.len()));
    }
    if outcome != "fails" || !keys.is_empty() {
        check(read.rows.len() == keys.len(), || format!("{} keys, wanted {}", read.rows.len(), keys.len()))?;
    }
    let facts = read.facts.as_ref();
    for (row, key) in read.rows.iter().zip(keys) {
        let facts = facts.ok_or("rows without a header")?;
        judge_key(row, key, facts).map_err(|what| format!("{}: {what}", key["key_hex"]))?;
    }
    facts.map_or(Ok(()), |facts| judge_facts(expected, facts, read))
}

fn check(holds: bool, what: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(what()) }
}

fn judge_error(expected: &Value, error: &Error) -> Result<(), String> {
    let wanted = &expected["error"];
    let mut kinds: Vec<&str> = wanted["also_kind"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    kinds.extend(wanted["kind"].as_str());
    check(kinds.contains(&error.kind().id()), || format!("kind {}, wanted one of {kinds:?}", error.kind().id()))?;
    let bounds = [("offset_min", 0), ("offset_max", 1)]
        .map(|(name, i)| wanted.get(name).or_else(|| wanted["offset"].get(i)).and_then(Value::as_u64).unwrap());
    let at = error.offset();
    check((bounds[0]..=bounds[1]).contains(&at), || format!("offset {at}, wanted {bounds:?}"))?;
    if let Some(key) = wanted["key"].as_str() {
        let named = error.key().ok_or("the error names no key")?;
        check(named.name == key.as_bytes(), || format!("it names {:?}, wanted {key}", named.name))?;
        check(json!(named.db) == wanted["db"], || format!("it names database {}", named.db))?;
    }
    if let (Some(wanted), ErrorKind::Truncated { wanted: ours, available }) =
        (wanted["bytes_wanted"].as_u64(), error.kind())
    {
        check(wanted == *ours, || format!("{ours} bytes wanted, not {wanted}"))?;
        check(json!(available) == expected["error"]["bytes_there"], || format!("{available} bytes there"))?;
    }
    Ok(())
}

/// The number of a type in the file at hand.
fn type_code(facts: &FileFacts, value_type: ValueType) -> u8 {
    let codes = Codes::of(facts.header.family, facts.header.version);
    (0..=255).find(|&code| codes.get(code) == Some(Meaning::Type(value_type))).unwrap()
}

fn judge_key(row: &Row, key: &Value, facts: &FileFacts) -> Result<(), String> {
    let record = &row.record;
    let elements = match record.value_type.type_name() {
        "string" => json!(1),
        _ => json!(row.n),
    };
    for (name, ours) in [
        ("db", json!(record.db)),
        ("key_hex", json!(common::contents::hex(&record.key))),
        ("type", json!(record.value_type.type_name())),
        ("rdb_type", json!(type_code(facts, record.value_type))),
        ("expire_at_ms", json!(record.expires_at_ms)),
        ("record_offset", json!(record.offset)),
        ("value_offset", json!(record.value_offset)),
        ("value_bytes", json!(row.n)),
        ("template", json!(row.template_id)),
        ("deleted_entries", json!(row.deleted_entries)),
        ("fields_with_ttl", json!(row.fields_with_ttl)),
        ("min_field_expire_ms", json!(row.min_field_expire_ms)),
        ("serialized_bytes", json!(record.offset + record.dump_bytes - record.value_offset)),
        ("fields", json!(row.pairs.len())),
    ] {
        match key.get(name) {
            Some(wanted) if *wanted != ours => return Err(format!("{name} {ours}, wanted {wanted}")),
            _ => {}
        }
    }
    // A cron job of KeyDB is one element to these files, none to the parser.
    let counted = key["elements"].is_u64() && record.value_type != ValueType::KeyDbCron;
    check(!counted || key["elements"] == elements, || format!("{elements} elements, wanted {}", key["elements"]))?;
    if let Some(module) = key["module"].as_str() {
        let (name, version) = row.module.as_ref().unwrap();
        check(name == module && json!(version) == key["module_encver"], || format!("module {name} {version}"))?;
    }
    if let Some((length, next)) = row.array {
        check(key["length"] == json!(length), || format!("length {length}"))?;
        check(key["next_insert"] == json!(next), || format!("next insert {next:?}"))?;
    }
    if let Some(values) = key["values"].as_object() {
        for (field, value) in row.pairs.iter() {
            let wanted = values.get(std::str::from_utf8(field).unwrap()).and_then(Value::as_str);
            check(wanted.map(str::as_bytes) == Some(value), || format!("{wanted:?} wanted, {value:?} read"))?;
        }
    }
    if let Some(scores) = key["scores"].as_object() {
        let ours: Vec<f64> = scores.values().filter_map(Value::as_f64).collect();
        check(row.scores.iter().all(|s| ours.contains(s)), || format!("scores {:?}", row.scores))?;
    }
    for (name, extreme) in [("score_min", f64::NEG_INFINITY), ("score_max", f64::INFINITY)] {
        let wanted = key.get(name).is_some();
        check(!wanted || row.scores.contains(&extreme), || format!("{name}: {:?}", row.scores))?;
    }
    if let Some(longest) = key["largest_element_bytes"].as_u64() {
        let ours = row.pairs.iter().map(|(item, _)| item.len() as u64).max();
        check(ours == Some(longest), || format!("largest element {ours:?}"))?;
    }
    judge_stream(row, key)
}

fn judge_stream(row: &Row, key: &Value) -> Result<(), String> {
    let Some(stream) = &row.stream else { return Ok(()) };
    for name in ["entries_added", "first_id", "last_id"] {
        let wanted = key.get(name);
        check(wanted.is_none_or(|wanted| stream[name] == *wanted), || format!("{name} {}", stream[name]))?;
    }
    for wanted in key["groups"].as_array().unwrap() {
        let name = common::contents::hex(text_of(wanted, "name").as_bytes());
        let group = stream["group_list"].as_array().unwrap().iter().find(|g| g["name_hex"] == json!(name));
        let group = group.ok_or_else(|| format!("group {name} is missing"))?;
        let pending = wanted.get("pel").unwrap_or(&wanted["pending"]);
        check(group["pel"] == *pending, || format!("group {group}, wanted {wanted}"))?;
        let consumers = group["consumers"].as_array().unwrap().len() as u64;
        let count = wanted["consumers"].as_u64().or_else(|| Some(wanted["consumers"].as_object()?.len() as u64));
        check(count == Some(consumers), || format!("{consumers} consumers, wanted {wanted}"))?;
        check(wanted.get("nacked").is_none_or(|n| *n == group["nacked"]), || format!("nacked {}", group["nacked"]))?;
    }
    Ok(())
}

fn judge_facts(expected: &Value, facts: &FileFacts, read: &Read) -> Result<(), String> {
    let header = &expected["header"];
    check(facts.header.text().starts_with(text_of(header, "magic")), || facts.header.text())?;
    check(json!(facts.header.version) == header["version"], || facts.header.text())?;
    if read.error.is_none() || facts.checksum != Checksum::Unknown {
        let checksum = match facts.checksum {
            Checksum::Ok => "ok",
            Checksum::Mismatch => "mismatch",
            Checksum::Disabled => "zero",
            Checksum::Absent | Checksum::Unknown => "missing",
        };
        check(checksum == text_of(header, "checksum"), || format!("checksum {checksum}"))?;
    }
    if let Some(functions) = expected["functions"].as_array() {
        for (ours, wanted) in facts.functions.iter().zip(functions) {
            check(ours.library == text_of(wanted, "library").as_bytes(), || format!("{ours:?}"))?;
            check(ours.engine.eq_ignore_ascii_case(text_of(wanted, "engine").as_bytes()), || format!("{ours:?}"))?;
            check(json!(ours.code.len()) == wanted["code_bytes"], || format!("{} bytes", ours.code.len()))?;
        }
        check(facts.functions.len() == functions.len(), || format!("{} functions", facts.functions.len()))?;
    }
    if let Some(modules) = expected["module_aux"].as_array() {
        for (ours, wanted) in facts.module_aux.iter().zip(modules) {
            let when = ["", "before keys", "after keys"][ours.when as usize];
            let same = ours.module == text_of(wanted, "module") && when == text_of(wanted, "when");
            check(same && json!(ours.version) == wanted["encver"], || format!("{ours:?}"))?;
        }
        check(facts.module_aux.len() == modules.len(), || format!("{} module aux", facts.module_aux.len()))?;
    }
    for warning in expected["warnings"].as_array().into_iter().flatten() {
        judge_warning(warning, facts, read)?;
    }
    Ok(())
}

fn judge_warning(warning: &Value, facts: &FileFacts, read: &Read) -> Result<(), String> {
    let told = |kind: &str| facts.anomalies.iter().any(|a| a.kind == kind);
    match warning.get("kind").and_then(Value::as_str).or(warning.as_str()) {
        Some("newer_version") => check(told("newer-version"), || "no word about the version".into()),
        Some("duplicate_key") => {
            let twice = read.duplicates();
            check(twice.len() == 1 && json!(twice[0].record.offset) == warning["offsets"][1], || format!("{twice:?}"))
        }
        Some(text) if text.contains("member expiry") => {
            check(told("member-expiry-not-counted"), || format!("{:?}", facts.anomalies))
        }
        Some(text) if text.contains("commands inside the dump") => {
            check(text.starts_with(&facts.updates.to_string()), || format!("{} commands", facts.updates))
        }
        _ => Err(format!("a warning that this test cannot judge: {warning}")),
    }
}
