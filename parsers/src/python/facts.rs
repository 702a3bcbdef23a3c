//! Facts of a file as a dictionary.

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};

use crate::rdb::codes::Family;
use crate::scan::Gathered;

/// A number in an aux field.
fn aux_number(gathered: &Gathered, name: &[u8]) -> Option<i64> {
    std::str::from_utf8(gathered.facts.aux_value(name)?).ok()?.trim().parse().ok()
}

pub fn to_dict<'py>(py: Python<'py>, gathered: &Gathered) -> PyResult<Bound<'py, PyDict>> {
    let facts = &gathered.facts;
    let dict = PyDict::new(py);
    let (server, version) = facts.server();
    dict.set_item("family", if facts.header.family == Family::Redis { "REDIS" } else { "VALKEY" })?;
    // A log without a dump has no format version.
    let format = Some(facts.header.version).filter(|&format| format > 0);
    dict.set_item("rdb_version", format)?;
    dict.set_item("magic", format.map(|_| facts.header.text()))?;
    dict.set_item("server", server)?;
    dict.set_item("server_version", version)?;
    dict.set_item("assumed_server", gathered.assumption.target.server.as_str())?;
    dict.set_item("assumed_version", gathered.assumption.target.version.to_string())?;
    dict.set_item("config", config(py, gathered)?)?;
    dict.set_item("model", if gathered.assumption.is_exact() { "exact" } else { "estimate" })?;
    dict.set_item("doubt", gathered.assumption.doubt.as_deref())?;
    dict.set_item("ctime_ms", aux_number(gathered, b"ctime").and_then(|seconds| seconds.checked_mul(1000)))?;
    dict.set_item("used_memory_bytes", aux_number(gathered, b"used-mem"))?;
    let hint = match facts.eviction_seen {
        (true, _) => "lfu",
        (false, true) => "lru",
        (false, false) => "none",
    };
    dict.set_item("eviction_hint", hint)?;
    dict.set_item("checksum", facts.checksum.as_str())?;
    dict.set_item("checksum_stored", facts.checksum_stored)?;
    dict.set_item("keys", gathered.counts.keys)?;
    dict.set_item("expiring_keys", gathered.counts.expiring_keys)?;
    dict.set_item("damaged_keys", gathered.counts.damaged_keys)?;
    dict.set_item("source_bytes", gathered.bytes_read)?;
    dict.set_item("end_offset", facts.end_offset)?;
    dict.set_item("dialect", facts.dialect.map(|dialect| dialect.name()))?;
    dict.set_item("updates", facts.updates)?;
    dict.set_item("overhead_bytes", gathered.overhead.table_bytes)?;
    dict.set_item("startup_bytes", gathered.overhead.startup_bytes)?;
    dict.set_item("anomalies", facts.anomalies.len())?;
    dict.set_item("damage", damage(py, gathered)?)?;
    dict.set_item("log", log(py, gathered)?)?;
    Ok(dict)
}

fn log<'py>(py: Python<'py>, gathered: &Gathered) -> PyResult<Option<Bound<'py, PyDict>>> {
    let Some(log) = &gathered.log else { return Ok(None) };
    let dict = PyDict::new(py);
    dict.set_item("commands", log.facts.commands)?;
    dict.set_item("transactions", log.facts.transactions)?;
    dict.set_item("first_at_ms", log.facts.times.and_then(|(first, _)| first.checked_mul(1000)))?;
    dict.set_item("last_at_ms", log.facts.times.and_then(|(_, last)| last.checked_mul(1000)))?;
    dict.set_item("touched_keys", log.touched_keys)?;
    dict.set_item("held_bytes", log.held_bytes)?;
    dict.set_item("approximate_keys", log.approximate_keys)?;
    dict.set_item("keys_exact", log.profile.keys.is_exact())?;
    Ok(Some(dict))
}

fn config<'py>(py: Python<'py>, gathered: &Gathered) -> PyResult<Bound<'py, PyDict>> {
    let target = &gathered.assumption.target;
    let thresholds = PyDict::new(py);
    for (name, value) in target.thresholds.named() {
        thresholds.set_item(name, value)?;
    }
    let config = PyDict::new(py);
    config.set_item("thresholds", thresholds)?;
    config.set_item("allocator", target.allocator.as_str())?;
    config.set_item("cluster", target.cluster)?;
    Ok(config)
}

fn damage<'py>(py: Python<'py>, gathered: &Gathered) -> PyResult<Option<Bound<'py, PyDict>>> {
    let Some(damage) = &gathered.damage else { return Ok(None) };
    let dict = PyDict::new(py);
    dict.set_item("kind", damage.kind)?;
    dict.set_item("offset", damage.offset)?;
    dict.set_item("db", damage.key.as_ref().map(|key| key.db))?;
    dict.set_item("key", damage.key.as_ref().map(|key| PyBytes::new(py, &key.name)))?;
    dict.set_item("message", &damage.message)?;
    Ok(Some(dict))
}
