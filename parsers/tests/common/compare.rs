//! A row against a line of truth.

use serde_json::{Value, json};

use super::contents::Row;

/// Compares what both sides tell.
pub fn compare(row: &Row, line: &Value) -> Result<(), String> {
    let same = |what: &str, ours: Value| match line.get(what) {
        Some(truth) if *truth != ours => Err(format!("{what}: {ours} read, {truth} told")),
        _ => Ok(()),
    };
    same("expire_at_ms", json!(row.record.expires_at_ms))?;
    match &row.module {
        None => {
            same("type", json!(row.record.value_type.type_name()))?;
            same("n", json!(row.n))?;
            if let Some(digest) = &row.value_sha1 {
                same("value_sha1", json!(digest))?;
            }
        }
        Some((name, _)) => same("type", json!(name))?,
    }
    same("fields_with_ttl", json!(row.fields_with_ttl))?;
    same("min_field_expire_ms", json!(row.min_field_expire_ms))?;
    same("template_id", json!(row.template_id))?;
    same("freq", json!(row.record.lfu_frequency))?;
    // The server counts from the load where the dump has no idle time (policies `*-lrm`).
    same("idletime", json!(row.record.idle_seconds.unwrap_or(0)))?;
    if let Some(vector_set) = &row.vector_set {
        same("n", vector_set["size"].clone())?;
        same("vectorset", vector_set.clone())?;
    }
    if let (Some((length, next)), Some(truth)) = (row.array, line.get("array")) {
        equal("array length", &json!(length), &truth["length"])?;
        equal("next insert", &json!(next), &truth["next_insert"])?;
    }
    if let (Some(stream), Some(truth)) = (&row.stream, line.get("stream")) {
        compare_stream(stream, truth)?;
        equal("live entries", &json!(row.live_entries), &truth["length"])?;
    }
    Ok(())
}

pub fn equal(what: &str, ours: &Value, truth: &Value) -> Result<(), String> {
    if ours == truth { Ok(()) } else { Err(format!("{what}: {ours} read, {truth} told")) }
}

fn compare_stream(stream: &Value, truth: &Value) -> Result<(), String> {
    for (name, told) in truth.as_object().unwrap() {
        match name.as_str() {
            // Of the tree after loading, not of the dump.
            "radix_keys" | "radix_nodes" => {}
            "group_list" => {
                let (ours, told) = (stream["group_list"].as_array().unwrap(), told.as_array().unwrap());
                equal("number of groups", &json!(ours.len()), &json!(told.len()))?;
                for (ours, told) in ours.iter().zip(told) {
                    compare_group(ours, told)?;
                }
            }
            _ => equal(name, stream.get(name).ok_or_else(|| format!("{name} is not read"))?, told)?,
        }
    }
    Ok(())
}

fn compare_group(ours: &Value, told: &Value) -> Result<(), String> {
    for (name, told) in told.as_object().unwrap() {
        match name.as_str() {
            // Computed by the server.
            "lag" => {}
            "consumers" => {
                let (ours, told) = (ours["consumers"].as_array().unwrap(), told.as_array().unwrap());
                equal("number of consumers", &json!(ours.len()), &json!(told.len()))?;
                for (ours, told) in ours.iter().zip(told) {
                    for (name, told) in told.as_object().unwrap() {
                        equal(name, ours.get(name).ok_or_else(|| format!("{name} is not read"))?, told)?;
                    }
                }
            }
            _ => equal(name, ours.get(name).ok_or_else(|| format!("{name} is not read"))?, told)?,
        }
    }
    Ok(())
}
