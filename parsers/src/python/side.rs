//! Side tables of a pass as Arrow streams.

use pyo3::exceptions::{PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use sha1::Sha1;
use sha2::{Digest, Sha256};

use super::errors::used_twice;
use super::fingerprint::hex;
use super::side_log;
use super::stream::Guarded;
use crate::arrow::schema;
use crate::arrow::side_tables::{Cell, SafeName, Spooled, SpooledTable, TableBuilder};
use crate::patterns::safe_name;
use crate::rdb::facts::Anomaly;
use crate::rdb::{function_names, script_keys};
use crate::scan::Gathered;
use crate::spool::Spool;

/// The stream of one side table.
pub fn table(name: &str, gathered: &mut Gathered) -> PyResult<Guarded> {
    let schema = schema::side_table(name)
        .ok_or_else(|| PyValueError::new_err(format!("no side table {name:?}: {}", schema::SIDE_TABLES.join(", "))))?;
    let spooled = match name {
        "key_facts" => Some((Spooled::KeyFacts, &mut gathered.key_facts)),
        "stream_groups" => Some((Spooled::Groups, &mut gathered.groups)),
        "stream_consumers" => Some((Spooled::Consumers, &mut gathered.consumers)),
        _ => None,
    };
    if let Some((kind, spool)) = spooled {
        let spool: Spool = spool.take().ok_or_else(|| used_twice("the table"))?;
        let reader = spool.into_reader()?;
        return Ok(Guarded::new(schema.clone(), Box::new(SpooledTable::new(kind, reader, schema))));
    }
    let mut rows = TableBuilder::new(schema.clone());
    fill(name, gathered, &mut rows);
    let batch = rows.finish().map_err(|e| PyRuntimeError::new_err(e.to_string()))?;
    Ok(Guarded::new(schema, Box::new(std::iter::once(Ok(batch)))))
}

fn fill(name: &str, gathered: &Gathered, rows: &mut TableBuilder) {
    let facts = &gathered.facts;
    match name {
        "forms" => {
            for (id, form) in gathered.forms.iter().enumerate() {
                rows.row([
                    (id as u64).into(),
                    form.type_name.as_str().into(),
                    form.encoding.into(),
                    form.kind.map(|kind| kind.as_str()).into(),
                    form.memory_exact.map_or(Cell::Null, Cell::Bool),
                ]);
            }
        }
        "patterns" => {
            for (id, &merged) in gathered.patterns.assigned.iter().enumerate() {
                let names = gathered.names.get(id).copied().unwrap_or_default();
                rows.row([
                    (id as u64).into(),
                    u64::from(merged).into(),
                    u64::from(names.shortest).into(),
                    u64::from(names.longest).into(),
                    Cell::Bool(names.unsafe_characters),
                    Cell::Bool(names.braces),
                ]);
            }
        }
        "final_patterns" => final_patterns(gathered, rows),
        "prefix_nodes" => {
            for (id, node) in gathered.patterns.nodes.iter().enumerate() {
                rows.row([
                    (id as u64).into(),
                    node.parent.map(u64::from).into(),
                    u64::from(node.depth).into(),
                    node.text.as_str().into(),
                    node.prefix.as_str().into(),
                ]);
            }
        }
        "functions" => functions(gathered, rows),
        "scripts" => {
            for code in &facts.scripts {
                let (sha1, sha256) = (hex(&Sha1::digest(code)), hex(&Sha256::digest(code)));
                let keys = script_keys::scan(code);
                let literal = literal_keys(&keys);
                rows.row([
                    (code.len() as u64).into(),
                    sha1.as_str().into(),
                    sha256.as_str().into(),
                    literal.as_str().into(),
                    Cell::Bool(keys.calls_keys),
                    Cell::Bytes(code),
                ]);
            }
        }
        "aux" => {
            let (mut name, mut value) = (SafeName::default(), SafeName::default());
            for aux in &facts.aux {
                let (name, _) = name.cells(&aux.name);
                let (value, _) = value.cells(&aux.value);
                rows.row([name, value, aux.offset.into()]);
            }
        }
        "module_aux" => {
            for aux in &facts.module_aux {
                let written = if aux.when == 1 { "before keys" } else { "after keys" };
                rows.row([
                    aux.module.as_str().into(),
                    u64::from(aux.version).into(),
                    written.into(),
                    aux.file_bytes.into(),
                    aux.offset.into(),
                ]);
            }
        }
        "declared_counts" => {
            for counts in &facts.declared {
                rows.row([counts.db.into(), counts.slot.into(), counts.keys.into(), counts.expires.into()]);
            }
        }
        "anomalies" => anomalies(gathered, rows),
        "aof_parts" | "aof_commands" | "aof_keys" | "aof_events" => {
            if let Some(log) = &gathered.log {
                side_log::fill(name, log, rows);
            }
        }
        "templates" => {
            for &(id, used) in &gathered.templates {
                let share = used.bytes.checked_div(used.keys).unwrap_or(0);
                rows.row([id.into(), used.bytes.into(), used.keys.into(), share.into()]);
            }
        }
        _ => rows.row([gathered.repeated_hashes.into()]),
    }
}

fn final_patterns(gathered: &Gathered, rows: &mut TableBuilder) {
    for (id, pattern) in gathered.patterns.patterns.iter().enumerate() {
        rows.row([
            (id as u64).into(),
            pattern.text.as_str().into(),
            pattern.namespace.as_deref().into(),
            pattern.prefix.as_str().into(),
            u64::from(pattern.depth).into(),
            u64::from(pattern.node).into(),
        ]);
    }
}

fn functions(gathered: &Gathered, rows: &mut TableBuilder) {
    let (mut library, mut engine) = (SafeName::default(), SafeName::default());
    for function in &gathered.facts.functions {
        let names = function_names::registered(&function.code).join(",");
        let digest = hex(&Sha256::digest(&function.code));
        let keys = script_keys::scan(&function.code);
        let literal = literal_keys(&keys);
        let upper = function.engine.to_ascii_uppercase();
        let (library, _) = library.cells(&function.library);
        let (engine, _) = engine.cells(&upper);
        rows.row([
            library,
            engine,
            names.as_str().into(),
            literal.as_str().into(),
            Cell::Bool(keys.calls_keys),
            (function.code.len() as u64).into(),
            digest.as_str().into(),
            function.offset.into(),
        ]);
    }
}

/// Names of keys as safe text, comma separated.
fn literal_keys(keys: &script_keys::ScriptKeys) -> String {
    let names = keys.literal.iter().map(|name| {
        let mut text = Vec::new();
        safe_name(name.as_bytes(), &mut text);
        String::from_utf8(text).unwrap_or_default()
    });
    names.collect::<Vec<_>>().join(", ")
}

fn anomalies(gathered: &Gathered, rows: &mut TableBuilder) {
    let mut safe = SafeName::default();
    for anomaly in &gathered.facts.anomalies {
        let (name, raw) = match &anomaly.key {
            Some(key) => safe.cells(key),
            None => (Cell::Null, Cell::Null),
        };
        rows.row([
            anomaly.kind.into(),
            anomaly.offset.into(),
            anomaly.db.into(),
            name,
            raw,
            anomaly.message.as_str().into(),
            severity(anomaly).into(),
        ]);
    }
    for (kind, count) in &gathered.facts.anomalies_not_kept {
        let message = format!("{count} more of this kind");
        rows.row([
            (*kind).into(),
            0u64.into(),
            Cell::Null,
            Cell::Null,
            Cell::Null,
            message.as_str().into(),
            "note".into(),
        ]);
    }
}

/// How bad an anomaly is: a note, a warning, or damage (something is missing or wrong in the rows).
fn severity(anomaly: &Anomaly) -> &'static str {
    match anomaly.kind {
        // RESIZEDB is a hint for the size of tables; a server loads whatever it says.
        "count-mismatch" | "wrong-type" | "stopped-early" => "note",
        "damaged-value" | "reading-stopped" | "checksum-mismatch" => "damage",
        _ => "warning",
    }
}
