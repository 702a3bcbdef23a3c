//! Every value of the corpus is read to the last byte: its digest equals the one that the server's own answers gave.

mod common;

use std::collections::{BTreeMap, HashMap};

use _native::rdb::codes::ValueType;
use _native::rdb::facts::Checksum;
use _native::rdb::{FileFacts, Parser};
use common::compare::{compare, equal};
use common::contents::{Contents, Row, hex};
use common::{Dump, text_of};
use serde_json::{Value, json};
use sha1::{Digest, Sha1};

#[test]
fn values_equal_the_truth() {
    let mut compared = 0u64;
    for dump in common::dumps() {
        let bytes = dump.bytes();
        let (rows, facts, templates) = read(&dump, &bytes);
        assert!(facts.anomalies.is_empty(), "{}: {:?}", dump.name, facts.anomalies);
        let mut by_key: HashMap<_, _> = rows.iter().map(|r| ((r.record.db, r.record.key.clone()), r)).collect();
        assert_eq!(by_key.len(), rows.len(), "{}: no key stands twice", dump.name);
        for line in dump.truth() {
            let name = common::unhex(text_of(&line, "key_hex"));
            let row = by_key.remove(&(line["db"].as_u64().unwrap(), name));
            let row = row.unwrap_or_else(|| panic!("{}: {line} is missing", dump.name));
            compare(row, &line).unwrap_or_else(|what| panic!("{}: {what}\n{line}\n{:?}", dump.name, row.record));
            compared += 1;
        }
        // FalkorDB spreads a graph over keys that its server hides.
        by_key.retain(|_, row| row.module.as_ref().is_none_or(|m| m.0 != "graphmeta"));
        assert!(by_key.is_empty(), "{}: keys that the server does not have: {:?}", dump.name, by_key.keys());
        if let Some(meta) = dump.meta() {
            compare_meta(&meta, &rows, &facts, templates, &bytes)
                .unwrap_or_else(|what| panic!("{}: {what}", dump.name));
        }
    }
    assert!(compared > 0 || common::shared().is_none());
}

fn read(dump: &Dump, bytes: &[u8]) -> (Vec<Row>, FileFacts, usize) {
    let mut input = common::input(bytes);
    input.hold_whole_values();
    let mut parser = Parser::open(input, false).unwrap();
    let mut contents = Contents::default();
    common::drain(&mut parser, &mut contents).unwrap_or_else(|e| panic!("{}: {e} {:?}", dump.name, e.key()));
    let templates = parser.templates.iter().count();
    (contents.rows, parser.facts, templates)
}

/// Compares the file as a whole: opcodes, types, aux fields, functions, checksum.
fn compare_meta(meta: &Value, rows: &[Row], facts: &FileFacts, templates: usize, bytes: &[u8]) -> Result<(), String> {
    let rdb = &meta["rdb"];
    let mut types: BTreeMap<&str, u64> = BTreeMap::new();
    for row in rows {
        *types.entry(format_name(row.record.value_type)).or_default() += 1;
    }
    equal("types", &json!(types), &rdb["types"])?;
    equal("magic", &json!(facts.header.text()), &rdb["magic"])?;
    let slots = facts.declared.iter().filter(|d| d.slot.is_some()).count();
    let in_aux = facts.header.family == _native::rdb::codes::Family::Valkey && slots > 0;
    let told_aux: Vec<(&str, &str)> = rdb["aux"]
        .as_array()
        .unwrap()
        .iter()
        .map(|pair| (pair[0].as_str().unwrap(), pair[1].as_str().unwrap()))
        .collect();
    let kept = told_aux.iter().filter(|(name, _)| !matches!(*name, "lua" | "slot-info"));
    let mut aux = facts.aux.iter();
    for (name, value) in kept {
        let ours = aux.next().ok_or_else(|| format!("aux field {name} is not read"))?;
        if ours.name != name.as_bytes() || (*value != "<lzf>" && ours.value != value.as_bytes()) {
            return Err(format!("aux field {name} = {value} was read as {ours:?}"));
        }
    }
    if let Some(left) = aux.next() {
        return Err(format!("aux field {left:?} is not in the file"));
    }
    let scripts = told_aux.iter().filter(|(name, _)| *name == "lua");
    equal("scripts", &json!(facts.scripts.len()), &json!(scripts.count()))?;
    let count = |of: &dyn Fn(&Row) -> bool| rows.iter().filter(|&row| of(row)).count();
    for (opcode, ours) in [
        ("AUX", facts.aux.len() + facts.scripts.len() + if in_aux { slots } else { 0 }),
        ("FUNCTION2", facts.functions.len()),
        ("MODULE_AUX", facts.module_aux.len()),
        ("RESIZEDB", facts.declared.len() - slots),
        ("SLOT_INFO", if in_aux { 0 } else { slots }),
        ("HASH_TEMPLATE", templates),
        ("FREQ", count(&|row| row.record.lfu_frequency.is_some())),
        ("IDLE", count(&|row| row.record.idle_seconds.is_some())),
    ] {
        let told = rdb["opcodes"].get(opcode).cloned().unwrap_or(json!(0));
        equal(opcode, &json!(ours), &told)?;
    }
    let expiring = ["EXPIRETIME", "EXPIRETIME_MS"].iter().filter_map(|name| rdb["opcodes"][name].as_u64()).sum::<u64>();
    equal("expiries", &json!(count(&|row| row.record.expires_at_ms.is_some())), &json!(expiring))?;
    if let Some(told) = meta["functions"].as_array() {
        let mut ours: Vec<_> = facts
            .functions
            .iter()
            .map(|f| (String::from_utf8(f.library.clone()).unwrap(), hex(&Sha1::digest(&f.code))))
            .collect();
        ours.sort();
        let told: Vec<_> =
            told.iter().map(|f| (f[0].as_str().unwrap().to_owned(), f[1].as_str().unwrap().to_owned())).collect();
        equal("functions", &json!(ours), &json!(told))?;
    }
    equal("end", &json!(facts.end_offset), &json!(bytes.len()))?;
    if let Some(told) = rdb.get("checksum_hex") {
        let ours = facts.checksum_stored.map(|sum| hex(&sum.to_le_bytes()));
        equal("checksum", &json!(ours), told)?;
    }
    let expected = match facts.checksum_stored {
        None => Checksum::Absent,
        Some(0) => Checksum::Disabled,
        Some(_) => Checksum::Ok,
    };
    if facts.checksum != expected || (expected == Checksum::Absent) != (facts.header.version < 5) {
        return Err(format!("checksum {:?}", facts.checksum));
    }
    Ok(())
}

/// The name that the format gives to a type.
fn format_name(value_type: ValueType) -> &'static str {
    use ValueType as T;
    match value_type {
        T::String => "STRING",
        T::List => "LIST",
        T::Set => "SET",
        T::Zset => "ZSET",
        T::Hash => "HASH",
        T::Zset2 => "ZSET_2",
        T::ModulePreGa => "MODULE_PRE_GA",
        T::Module2 => "MODULE_2",
        T::HashZipmap => "HASH_ZIPMAP",
        T::ListZiplist => "LIST_ZIPLIST",
        T::SetIntset => "SET_INTSET",
        T::ZsetZiplist => "ZSET_ZIPLIST",
        T::HashZiplist => "HASH_ZIPLIST",
        T::ListQuicklist => "LIST_QUICKLIST",
        T::StreamListpacks => "STREAM_LISTPACKS",
        T::HashListpack => "HASH_LISTPACK",
        T::ZsetListpack => "ZSET_LISTPACK",
        T::ListQuicklist2 => "LIST_QUICKLIST_2",
        T::StreamListpacks2 => "STREAM_LISTPACKS_2",
        T::SetListpack => "SET_LISTPACK",
        T::StreamListpacks3 => "STREAM_LISTPACKS_3",
        T::HashMetadataPreGa => "HASH_METADATA_PRE_GA",
        T::HashListpackExPreGa => "HASH_LISTPACK_EX_PRE_GA",
        T::HashMetadata => "HASH_METADATA",
        T::HashListpackEx => "HASH_LISTPACK_EX",
        T::StreamListpacks4 => "STREAM_LISTPACKS_4",
        T::StreamListpacks5 => "STREAM_LISTPACKS_5",
        T::Array => "ARRAY",
        T::HashTemplateListpack => "HASH_TMPL_LP",
        T::HashTemplateListpackRef => "HASH_TMPL_LP_REF",
        T::HashTemplateArray => "HASH_TMPL_ARRAY",
        T::HashTemplateArrayRef => "HASH_TMPL_ARRAY_REF",
        T::Hash2 => "HASH_2",
        T::PathHash => "PATH_HASH",
        T::KeyDbCron => "KEYDB_CRON",
    }
}
