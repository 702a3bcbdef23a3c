//! Opcodes: everything of a file that is no key.

use std::collections::hash_map::Entry;

use super::codes::Opcode;
use super::facts::{Anomaly, Aux, DeclaredCounts, Dialect, ModuleAux, SlotImport};
use super::functions::Function;
use super::parser::{Counts, Parser};
use super::{functions, modules};
use crate::error::{Error, ErrorKind, Result};
use crate::events::Discard;
use crate::source::Input;

/// Aux fields that are kept one by one; a writer that sends more (one per key) is only counted.
const KEPT_AUX: usize = 1000;

/// Function libraries, cached scripts and slot imports that are kept one by one.
const KEPT_LIBRARIES: usize = 100_000;

/// Statements of counts that are kept: enough for every slot of a cluster in several databases.
const KEPT_DECLARED: usize = 1 << 17;

/// Databases whose keys are counted for the comparison with what the file declares.
const COUNTED_DATABASES: usize = 1 << 16;

/// Bytes of an odd aux value that a message shows.
const SHOWN: usize = 64;

/// Slots of a cluster: an import has no more ranges.
const SLOTS: usize = 16_384;

/// Longest header line of a command inside a dump.
const COMMAND_LINE: usize = 24;

/// Reads one opcode's payload. Returns whether a key record is open: true behind a prefix of a key.
pub(super) fn read(parser: &mut Parser, opcode: Opcode, start: u64, mut open: bool) -> Result<bool> {
    let (input, damage) = (&mut parser.input, &mut parser.damage);
    match opcode {
        Opcode::ExpireTime => {
            let seconds = i32::from_le_bytes(input.array()?);
            parser.record.expires_at_ms = Some(i64::from(seconds) * 1000);
            return Ok(true);
        }
        Opcode::ExpireTimeMs => {
            parser.record.expires_at_ms = Some(i64::from_le_bytes(input.array()?));
            return Ok(true);
        }
        Opcode::Idle => {
            parser.record.idle_seconds = Some(input.length()?);
            return Ok(true);
        }
        Opcode::Freq => {
            parser.record.lfu_frequency = Some(input.u8()?);
            return Ok(true);
        }
        Opcode::KeyMeta => {
            let classes = input.length()?;
            for _ in 0..classes {
                input.array::<4>()?;
                modules::values(input, damage, &mut Discard)?;
            }
            parser.record.has_metadata = true;
            return Ok(true);
        }
        Opcode::SelectDb => {
            let db = input.length()?;
            select(parser, db);
        }
        Opcode::ResizeDb => {
            let (keys, expires) = (input.length()?, input.length()?);
            if let Some(counts) = parser.current_counts() {
                counts.declared = Some((keys, expires));
            }
            declare(parser, None, keys, expires, start);
        }
        Opcode::SlotInfo => {
            let (slot, keys, expires) = (input.length()?, input.length()?, input.length()?);
            parser.facts.slot_info_seen = true;
            declare(parser, Some(slot), keys, expires, start);
        }
        Opcode::Aux => open = aux(parser, start, open)?,
        Opcode::ModuleAux => module_aux(parser, start)?,
        Opcode::Function2 => {
            let function = functions::read(input, damage, start)?;
            keep_function(parser, function);
        }
        Opcode::FunctionPreGa => {
            let function = functions::read_pre_ga(input, damage, start)?;
            keep_function(parser, function);
        }
        Opcode::SlotImport => slot_import(parser, start)?,
        Opcode::HashTemplate => parser.templates.read(input, damage)?,
        Opcode::Update => {
            skip_command(input)?;
            parser.facts.updates += 1;
        }
        Opcode::EnterpriseRecency | Opcode::EnterpriseSlot => {
            input.length()?;
            parser.facts.dialect.get_or_insert(Dialect::RedisEnterprise);
            return Ok(open || opcode == Opcode::EnterpriseRecency);
        }
        Opcode::Eof => {}
    }
    if !open && let Some(error) = parser.damage.take() {
        let message = format!("damaged and passed over: {error}");
        let anomaly = Anomaly { kind: "damaged-value", offset: error.offset(), db: None, key: None, message };
        parser.facts.note(anomaly);
    }
    Ok(open)
}

/// Databases may come and go (forkless saves), and a hostile file may name billions of them.
fn select(parser: &mut Parser, db: u64) {
    parser.record.db = db;
    let known = parser.counted.len();
    parser.current = match parser.places.entry(db) {
        Entry::Occupied(place) => Some(*place.get()),
        Entry::Vacant(_) if known >= COUNTED_DATABASES => None,
        Entry::Vacant(place) => {
            parser.counted.push(Counts { db, ..Counts::default() });
            Some(*place.insert(known))
        }
    };
}

fn declare(parser: &mut Parser, slot: Option<u64>, keys: u64, expires: u64, start: u64) {
    let facts = &mut parser.facts;
    if facts.has_room("statements of counts", facts.declared.len(), KEPT_DECLARED, 0, start) {
        facts.declared.push(DeclaredCounts { db: parser.record.db, slot, keys, expires });
    }
}

fn keep_function(parser: &mut Parser, function: Function) {
    let facts = &mut parser.facts;
    let bytes = [&function.library, &function.engine, &function.code].iter().map(|part| part.len() as u64).sum();
    if facts.has_room("function libraries", facts.functions.len(), KEPT_LIBRARIES, bytes, function.offset) {
        facts.functions.push(function);
    }
}

/// An aux field. Those that stand before single keys (KeyDB) open the record of that key.
fn aux(parser: &mut Parser, start: u64, open: bool) -> Result<bool> {
    let mut name = Vec::new();
    parser.damage.name(&mut parser.input, &mut name)?;
    let mut value = std::mem::take(&mut parser.scratch);
    parser.damage.name(&mut parser.input, &mut value)?;
    let facts = &mut parser.facts;
    let bytes = (name.len() + value.len()) as u64;
    let mut open = open;
    match name.as_slice() {
        b"lua" => {
            if facts.has_room("cached scripts", facts.scripts.len(), KEPT_LIBRARIES, bytes, start) {
                facts.scripts.push(value.clone());
            }
        }
        b"slot-info" => {
            parser.facts.slot_info_seen = true;
            slot_info(parser, &value, start);
        }
        b"mvcc-tstamp" => {
            parser.facts.dialect.get_or_insert(Dialect::KeyDb);
            open = true;
        }
        b"keydb-subexpire-key" | b"keydb-subexpire-when" => {
            facts.dialect = Some(Dialect::KeyDb);
            if !std::mem::replace(&mut parser.member_expiry_noted, true) {
                let message = "KeyDB: members with an expiry of their own are read, their expiry is not counted".into();
                let kind = "member-expiry-not-counted";
                facts.note(Anomaly { kind, offset: start, db: None, key: None, message });
            }
        }
        _ => {
            if name == b"df-ver" {
                facts.dialect = Some(Dialect::Dragonfly);
            }
            if facts.has_room("aux fields", facts.aux.len(), KEPT_AUX, bytes, start) {
                facts.aux.push(Aux { name, value: value.clone(), offset: start });
            }
        }
    }
    parser.scratch = value;
    Ok(open)
}

/// Valkey's `slot-info`: `slot,keys,expires[,keys with volatile fields]`.
fn slot_info(parser: &mut Parser, value: &[u8], offset: u64) {
    let mut numbers = value.split(|&b| b == b',').map(|part| std::str::from_utf8(part).ok()?.trim().parse().ok());
    let triple = (numbers.next().flatten(), numbers.next().flatten(), numbers.next().flatten());
    if let (Some(slot), Some(keys), Some(expires)) = triple {
        declare(parser, Some(slot), keys, expires, offset);
    } else {
        let shown = &value[..value.len().min(SHOWN)];
        let message = format!("aux field slot-info is no list of numbers: \"{}\"", shown.escape_ascii());
        parser.facts.note(Anomaly { kind: "odd-aux-field", offset, db: None, key: None, message });
    }
}

fn module_aux(parser: &mut Parser, start: u64) -> Result<()> {
    let input = &mut parser.input;
    let (module, version) = modules::type_name(input.length()?);
    let marker = input.offset();
    if input.length()? != 2 {
        return Err(Error::encoding("module aux data", "the mark before its time of writing is missing", marker));
    }
    let when = input.length()?;
    modules::values(input, &mut parser.damage, &mut Discard)?;
    let file_bytes = input.offset() - start;
    let facts = &mut parser.facts;
    if facts.has_room("module aux records", facts.module_aux.len(), KEPT_AUX, 0, start) {
        facts.module_aux.push(ModuleAux { module, version, when, file_bytes, offset: start });
    }
    Ok(())
}

fn slot_import(parser: &mut Parser, start: u64) -> Result<()> {
    let input = &mut parser.input;
    let mut job = Vec::new();
    parser.damage.name(input, &mut job)?;
    let mut ranges = Vec::new();
    for _ in 0..input.length()? {
        let range = (input.length()?, input.length()?);
        if ranges.len() < SLOTS {
            ranges.push(range);
        }
    }
    let facts = &mut parser.facts;
    let bytes = (job.len() + 16 * ranges.len()) as u64;
    if facts.has_room("slot imports", facts.slot_imports.len(), KEPT_LIBRARIES, bytes, start) {
        facts.slot_imports.push(SlotImport { job, ranges });
    }
    Ok(())
}

/// A command in the dump (UPDATE, Valkey 9.2): RESP multi-bulk, passed over.
fn skip_command(input: &mut Input) -> Result<()> {
    let words = command_line(input, b'*')?;
    for _ in 0..words {
        let length = command_line(input, b'$')?;
        input.skip(length)?;
        if &input.array::<2>()? != b"\r\n" {
            return Err(Error::encoding("command in the dump", "an argument does not end in CRLF", input.offset() - 2));
        }
    }
    Ok(())
}

fn command_line(input: &mut Input, mark: u8) -> Result<u64> {
    let start = input.offset();
    let look = input.peek_up_to(COMMAND_LINE)?;
    let end = look.windows(2).position(|pair| pair == b"\r\n");
    let number = end.and_then(|end| {
        let digits = look.get(..end)?.strip_prefix(&[mark])?;
        std::str::from_utf8(digits).ok()?.parse::<u64>().ok()
    });
    match (end, number) {
        (Some(end), Some(number)) => {
            input.consume(end + 2);
            Ok(number)
        }
        _ if look.len() < COMMAND_LINE && end.is_none() => {
            Err(Error::new(ErrorKind::Truncated { wanted: COMMAND_LINE as u64, available: look.len() as u64 }, start))
        }
        _ => Err(Error::encoding("command in the dump", "no RESP line where one must stand", start)),
    }
}
