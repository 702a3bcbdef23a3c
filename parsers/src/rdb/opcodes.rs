//! Opcodes: everything of a file that is no key.

use super::codes::Opcode;
use super::facts::{Anomaly, Aux, DeclaredCounts, Dialect, ModuleAux, SlotImport};
use super::parser::{Counts, Parser};
use super::{functions, modules};
use crate::error::{Error, ErrorKind, Result};
use crate::events::Discard;
use crate::source::Input;

/// Aux fields that are kept one by one; a writer that sends more (one per key) is only counted.
const KEPT_AUX: usize = 1000;

/// Longest header line of a command inside a dump.
const COMMAND_LINE: usize = 24;

/// Reads one opcode's payload. Returns whether a key record is open: true behind a prefix of a key.
pub(super) fn read(parser: &mut Parser, opcode: Opcode, start: u64, open: bool) -> Result<bool> {
    let input = &mut parser.input;
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
                modules::values(input, &mut Discard)?;
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
            declare(parser, None, keys, expires);
        }
        Opcode::SlotInfo => {
            let (slot, keys, expires) = (input.length()?, input.length()?, input.length()?);
            parser.facts.slot_info_seen = true;
            declare(parser, Some(slot), keys, expires);
        }
        Opcode::Aux => return aux(parser, start, open),
        Opcode::ModuleAux => module_aux(parser, start)?,
        Opcode::Function2 => {
            let function = functions::read(input, start)?;
            parser.facts.functions.push(function);
        }
        Opcode::FunctionPreGa => {
            let function = functions::read_pre_ga(input, start)?;
            parser.facts.functions.push(function);
        }
        Opcode::SlotImport => slot_import(parser)?,
        Opcode::HashTemplate => parser.templates.read(input)?,
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
    Ok(open)
}

fn select(parser: &mut Parser, db: u64) {
    parser.record.db = db;
    parser.current = match parser.counted.iter().position(|counts| counts.db == db) {
        Some(at) => at,
        None => {
            parser.counted.push(Counts { db, ..Counts::default() });
            parser.counted.len() - 1
        }
    };
}

fn declare(parser: &mut Parser, slot: Option<u64>, keys: u64, expires: u64) {
    parser.facts.declared.push(DeclaredCounts { db: parser.record.db, slot, keys, expires });
}

/// An aux field. Those that stand before single keys (KeyDB) open the record of that key.
fn aux(parser: &mut Parser, start: u64, open: bool) -> Result<bool> {
    let mut name = Vec::new();
    parser.input.name(&mut name)?;
    let mut value = std::mem::take(&mut parser.scratch);
    parser.input.name(&mut value)?;
    let mut open = open;
    match name.as_slice() {
        b"lua" => parser.facts.scripts.push(value.clone()),
        b"slot-info" => {
            parser.facts.slot_info_seen = true;
            slot_info(parser, &value, start);
        }
        b"mvcc-tstamp" => {
            parser.facts.dialect.get_or_insert(Dialect::KeyDb);
            open = true;
        }
        b"keydb-subexpire-key" | b"keydb-subexpire-when" => {
            if parser.facts.dialect.replace(Dialect::KeyDb).is_none() || name == b"keydb-subexpire-key" {
                note_subexpire(parser, start);
            }
        }
        _ => {
            if name == b"df-ver" {
                parser.facts.dialect = Some(Dialect::Dragonfly);
            }
            if parser.facts.aux.len() < KEPT_AUX {
                parser.facts.aux.push(Aux { name, value: value.clone(), offset: start });
            }
        }
    }
    parser.scratch = value;
    Ok(open)
}

fn note_subexpire(parser: &mut Parser, offset: u64) {
    if parser.facts.anomalies.iter().all(|a| a.kind != "member-expiry-not-counted") {
        let message = "KeyDB: members with an expiry of their own are read, their expiry is not counted".into();
        parser.facts.note(Anomaly { kind: "member-expiry-not-counted", offset, db: None, key: None, message });
    }
}

/// Valkey's `slot-info`: `slot,keys,expires[,keys with volatile fields]`.
fn slot_info(parser: &mut Parser, value: &[u8], offset: u64) {
    let mut numbers = value.split(|&b| b == b',').map(|part| std::str::from_utf8(part).ok()?.trim().parse().ok());
    let triple = (numbers.next().flatten(), numbers.next().flatten(), numbers.next().flatten());
    if let (Some(slot), Some(keys), Some(expires)) = triple {
        declare(parser, Some(slot), keys, expires);
    } else {
        let message = format!("aux field slot-info is no list of numbers: \"{}\"", value.escape_ascii());
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
    modules::values(input, &mut Discard)?;
    let file_bytes = input.offset() - start;
    if parser.facts.module_aux.len() < KEPT_AUX {
        parser.facts.module_aux.push(ModuleAux { module, version, when, file_bytes, offset: start });
    }
    Ok(())
}

fn slot_import(parser: &mut Parser) -> Result<()> {
    let input = &mut parser.input;
    let mut job = Vec::new();
    input.name(&mut job)?;
    let mut ranges = Vec::new();
    for _ in 0..input.length()? {
        ranges.push((input.length()?, input.length()?));
    }
    parser.facts.slot_imports.push(SlotImport { job, ranges });
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
