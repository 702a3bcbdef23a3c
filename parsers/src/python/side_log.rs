//! Side tables of a log: its files and its write profile.

use crate::arrow::side_tables::{Cell, SafeName, TableBuilder};
use crate::patterns::slot;
use crate::scan::LogOutcome;

/// Fills one of the tables that only logs have.
pub(super) fn fill(name: &str, log: &LogOutcome, rows: &mut TableBuilder) {
    match name {
        "aof_parts" => parts(log, rows),
        "aof_commands" => {
            for row in log.profile.commands.rows() {
                let hour = row.hour_at_ms.map_or(Cell::Null, Cell::Int);
                rows.row([row.command.as_str().into(), hour, row.count.into(), row.bytes.into()]);
            }
        }
        "aof_keys" => keys(log, rows),
        _ => events(log, rows),
    }
}

fn parts(log: &LogOutcome, rows: &mut TableBuilder) {
    for (number, part) in log.facts.parts.iter().enumerate() {
        rows.row([
            (number as u64).into(),
            part.name.as_deref().into(),
            part.dump_bytes.into(),
            part.good_offset.saturating_sub(part.dump_bytes).into(),
            part.commands.into(),
            part.good_offset.into(),
            part.dropped_bytes.into(),
        ]);
    }
}

fn keys(log: &LogOutcome, rows: &mut TableBuilder) {
    let mut safe = SafeName::default();
    for ((db, key, writes), &assigned) in log.profile.keys.rows().zip(&log.pattern_ids) {
        let merged = log.patterns.assigned.get(assigned as usize);
        let pattern = merged.and_then(|&id| log.patterns.patterns.get(id as usize));
        let commands = writes.command_names().join(", ");
        let (name, raw) = safe.cells(key);
        rows.row([
            db.into(),
            name,
            raw,
            pattern.map_or("", |pattern| pattern.text.as_str()).into(),
            u64::from(slot(key)).into(),
            writes.writes.into(),
            writes.missed.into(),
            writes.bytes.into(),
            writes.first_at_ms.map_or(Cell::Null, Cell::Int),
            writes.last_at_ms.map_or(Cell::Null, Cell::Int),
            writes.value_writes.into(),
            writes.renewals.into(),
            writes.grows.into(),
            writes.shrinks.into(),
            writes.deletes.into(),
            commands.as_str().into(),
        ]);
    }
}

fn events(log: &LogOutcome, rows: &mut TableBuilder) {
    let mut safe = SafeName::default();
    let mut words = SafeName::default();
    for event in log.profile.events.rows() {
        let (name, raw) = event.name.as_deref().map_or((Cell::Null, Cell::Null), |key| safe.cells(key));
        let (command, _) = words.cells(event.command.as_bytes());
        rows.row([
            event.kind.id().into(),
            command,
            (event.part as u64).into(),
            event.offset.into(),
            event.at_ms.map_or(Cell::Null, Cell::Int),
            event.db.into(),
            name,
            raw,
            event.measured.into(),
        ]);
    }
}
