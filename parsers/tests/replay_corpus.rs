//! Every log of the corpus ends in the keyspace that the server had after loading the same files.

mod common;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;

use _native::replay::{Applied, Keyspace, Options};
use common::logs::{Log, Seen, logs, replay};
use serde_json::{Value, json};

/// When the corpus was loaded, about; keys that had expired by then are gone.
const LOADED_AT_MS: i64 = 1_784_000_000_000;

/// Facts that are compared, as columns of the table that is printed.
const FACTS: [&str; 9] = [
    "type",
    "n",
    "value_sha1",
    "expire_at_ms",
    "fields_with_ttl",
    "min_field_expire_ms",
    "stream",
    "array",
    "encoding",
];

/// Keys that a log cannot tell, by the README of the corpus: what scripts wrote, and times to live that count from the load.
fn cannot_be_known(log: &Log, name: &[u8], fact: &str) -> bool {
    let old = log.target().version.major;
    let script = old == 4 && name.starts_with(b"script:");
    let relative = old <= 6 && name.starts_with(b"restored:") && fact == "expire_at_ms";
    script || relative
}

#[test]
fn keyspaces_equal_the_truth() {
    let mut faults = String::new();
    for log in logs() {
        let target = log.target();
        let mut keyspace = Keyspace::new(&Options::new(target.clone(), LOADED_AT_MS));
        let mut outcomes: BTreeMap<String, u64> = BTreeMap::new();
        replay(&log.files(), &mut keyspace, |command, applied| {
            if matches!(applied, Applied::Done) {
                return;
            }
            let name = String::from_utf8_lossy(&command[0]).to_ascii_uppercase();
            *outcomes.entry(format!("{name}: {applied:?}")).or_default() += 1;
        });
        let held = keyspace.held_bytes();
        let mut libraries: Vec<_> = keyspace
            .libraries()
            .iter()
            .map(|function| String::from_utf8_lossy(&function.library).into_owned())
            .collect();
        libraries.sort();
        if let Some(told) = log.meta["functions"].as_array() {
            let mut told: Vec<_> = told.iter().map(|library| library[0].as_str().unwrap().to_owned()).collect();
            told.sort();
            if libraries != told {
                writeln!(faults, "{}: libraries {libraries:?}, not {told:?}", log.name).unwrap();
            }
        }
        let mut seen = Seen::of(keyspace, &target);
        let memory = std::mem::take(&mut seen.memory_of);
        let mut rows = seen.by_key();
        // As after a reload; the server was asked after the log, when values can have spare room.
        let mut bytes = (0u64, 0u64);
        let mut exact: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
        let mut keys = (0u64, 0u64);
        for line in log.truth() {
            let name = common::unhex(common::text_of(&line, "key_hex"));
            let shown = name.escape_ascii().to_string();
            let Some((row, encoding, approximate)) = rows.remove(&(line["db"].as_u64().unwrap(), name.clone())) else {
                if !cannot_be_known(&log, &name, "") {
                    writeln!(faults, "{} {shown}: missing, {line}", log.name).unwrap();
                }
                continue;
            };
            let mut wrong = Vec::new();
            for fact in FACTS {
                let ours = ours(&row, fact, encoding.name(&target));
                let Some(told) = line.get(fact).filter(|_| !ours.is_null() || fact == "expire_at_ms") else { continue };
                let count = exact.entry(fact).or_default();
                count.1 += 1;
                let equal = match fact {
                    "stream" => same_stream(&ours, told),
                    "array" => ours == json!([told["length"], told["next_insert"]]),
                    _ => ours == *told,
                };
                if equal {
                    count.0 += 1;
                } else if !cannot_be_known(&log, &name, fact) && !approximate {
                    wrong.push(format!("{fact} {ours}, not {told}"));
                }
            }
            if let (Some(&(figure, true)), Some(told)) =
                (memory.get(&(line["db"].as_u64().unwrap(), name.clone())), line["memory"].as_u64())
            {
                bytes.1 += 1;
                bytes.0 += u64::from(figure == told);
            }
            keys.1 += 1;
            keys.0 += u64::from(wrong.is_empty());
            if !wrong.is_empty() {
                writeln!(faults, "{} {shown}: {}", log.name, wrong.join("; ")).unwrap();
            }
        }
        for ((db, name), (row, _, approximate)) in &rows {
            let expired = row.record.expires_at_ms.is_some_and(|at| at < LOADED_AT_MS);
            if !expired && !approximate && !cannot_be_known(&log, name, "") {
                writeln!(faults, "{} {db} {}: not in the server", log.name, name.escape_ascii()).unwrap();
            }
        }
        let facts: Vec<_> = exact.iter().map(|(fact, (same, all))| format!("{fact} {same}/{all}")).collect();
        writeln!(
            std::io::stderr(),
            "{}: {}/{} keys, {}, memory {}/{} ({held} bytes)",
            log.name,
            keys.0,
            keys.1,
            facts.join(", "),
            bytes.0,
            bytes.1
        )
        .unwrap();
        for (outcome, count) in &outcomes {
            writeln!(std::io::stderr(), "    {outcome} {count}").unwrap();
        }
    }
    assert!(faults.is_empty(), "\n{faults}");
}

/// A fact of ours as the truth would tell it.
fn ours(row: &common::contents::Row, fact: &str, encoding: Option<&'static str>) -> Value {
    match fact {
        "type" => match &row.module {
            Some((name, _)) => name.clone().into(),
            None => row.record.value_type.type_name().into(),
        },
        "n" => match &row.vector_set {
            Some(facts) => facts["size"].clone(),
            None => row.n.into(),
        },
        "value_sha1" => row.value_sha1.clone().map_or(Value::Null, Value::from),
        "expire_at_ms" => row.record.expires_at_ms.map_or(Value::Null, Value::from),
        "fields_with_ttl" => row.fields_with_ttl.into(),
        "min_field_expire_ms" => row.min_field_expire_ms.map_or(Value::Null, Value::from),
        "stream" => row.stream.clone().unwrap_or(Value::Null),
        "array" => row.array.map_or(Value::Null, |(length, next)| json!([length, next])),
        "encoding" => encoding.map_or(Value::Null, Value::from),
        _ => Value::Null,
    }
}

/// Whether a stream is what the server says, its radix tree and times of loading aside.
fn same_stream(ours: &Value, told: &Value) -> bool {
    told.as_object().unwrap().iter().all(|(name, told)| match name.as_str() {
        "radix_keys" | "radix_nodes" | "lag" | "seen_time" | "active_time" | "pending" => true,
        "group_list" | "consumers" => {
            let (ours, told) = (ours[name].as_array().unwrap(), told.as_array().unwrap());
            ours.len() == told.len() && ours.iter().zip(told).all(|(ours, told)| same_stream(ours, told))
        }
        _ => ours[name] == *told,
    })
}
