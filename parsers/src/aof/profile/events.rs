//! Single commands worth a look: flushes, deletions of large keys, commands over several slots.

use crate::aof::log::Command;

/// Most events of one kind that are kept one by one; more are counted.
const MOST_EVENTS: u64 = 10_000;

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum EventKind {
    /// FLUSHALL (without a database) or FLUSHDB.
    Flush,
    /// DEL of a key with many elements; `measured` counts them.
    LargeDelete,
    /// A command or transaction over several slots; `measured` counts them, at least.
    CrossSlot,
}

impl EventKind {
    pub const ALL: [Self; 3] = [Self::Flush, Self::LargeDelete, Self::CrossSlot];

    /// Stable identifier.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Flush => "flush",
            Self::LargeDelete => "large-delete",
            Self::CrossSlot => "cross-slot",
        }
    }
}

/// One event, with the place of its command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    pub kind: EventKind,
    pub command: String,
    pub part: usize,
    pub offset: u64,
    pub at_ms: Option<i64>,
    pub db: Option<u64>,
    pub name: Option<Vec<u8>>,
    pub measured: Option<u64>,
}

/// Events in the order of the log.
#[derive(Debug, Default)]
pub struct Events {
    rows: Vec<Event>,
    counts: [u64; EventKind::ALL.len()],
}

impl Events {
    pub(super) fn add(
        &mut self,
        kind: EventKind,
        command: &Command<'_>,
        db: Option<u64>,
        name: Option<&[u8]>,
        measured: Option<u64>,
    ) {
        let Some(count) = self.counts.get_mut(kind as usize) else { return };
        *count += 1;
        if *count > MOST_EVENTS {
            return;
        }
        let command_name = String::from_utf8_lossy(command.argv.first().copied().unwrap_or_default());
        self.rows.push(Event {
            kind,
            command: command_name.to_ascii_uppercase(),
            part: command.part,
            offset: command.offset,
            at_ms: command.time_ms,
            db,
            name: name.map(<[u8]>::to_vec),
            measured,
        });
    }

    pub fn rows(&self) -> &[Event] {
        &self.rows
    }

    /// Events of a kind, kept or not.
    pub fn count(&self, kind: EventKind) -> u64 {
        self.counts.get(kind as usize).copied().unwrap_or(0)
    }
}
