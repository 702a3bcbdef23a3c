//! What a log says about writes: commands by hour, keys by writes, and events worth a look.

mod by_command;
mod by_key;
mod events;

pub use by_command::{CommandHour, CommandTotals};
pub use by_key::{KeyWrites, KeyWritesTable};
pub use events::{Event, EventKind, Events};

use super::command_keys::{Effect, each_key, name_of};
use super::log::Command;
use super::word::integer;
use crate::patterns::slot;

/// The write profile of a log, filled command by command.
#[derive(Debug, Default)]
pub struct Profile {
    pub commands: CommandTotals,
    pub keys: KeyWritesTable,
    pub events: Events,
    selected: u64,
    /// Slots of the open transaction: the first one, and whether there are others.
    transaction: Option<Transaction>,
}

/// What is known of a transaction while it runs.
#[derive(Debug, Clone)]
struct Transaction {
    first: Option<Box<[u8]>>,
    slot: u16,
    slots: u64,
    db: u64,
    offset: u64,
}

impl Profile {
    /// A new file begins: its commands start in database 0.
    pub fn begin_part(&mut self) {
        self.selected = 0;
    }

    /// Database that is selected.
    pub fn selected(&self) -> u64 {
        self.selected
    }

    /// Counts a command.
    pub fn command(&mut self, command: &Command<'_>) {
        self.commands.add(command);
        let name = command.number.and_then(name_of).unwrap_or_default();
        match name {
            "SELECT" => {
                self.selected = command.argv.get(1).and_then(|text| integer(text)).unwrap_or(self.selected);
            }
            "MULTI" => {
                let (db, offset) = (self.selected, command.offset);
                self.transaction = Some(Transaction { first: None, slot: 0, slots: 0, db, offset });
            }
            "EXEC" => self.close_transaction(command),
            "FLUSHALL" => self.events.add(EventKind::Flush, command, None, None, None),
            "FLUSHDB" => self.events.add(EventKind::Flush, command, Some(self.selected), None, None),
            _ => self.keys_of(command),
        }
    }

    /// A key of so many elements is about to be removed by DEL, which frees it while clients wait.
    pub fn large_delete(&mut self, command: &Command<'_>, name: &[u8], elements: u64) {
        self.events.add(EventKind::LargeDelete, command, Some(self.selected), Some(name), Some(elements));
    }

    fn keys_of(&mut self, command: &Command<'_>) {
        let mut written = 0;
        // Slots of the command alone, and of the transaction it is part of.
        let (mut first, mut slots): (Option<(&[u8], u16)>, u64) = (None, 0);
        each_key(command.number, command.argv, |key| {
            written += u64::from(!matches!(key.effect, Effect::Read | Effect::Glob));
            if key.effect == Effect::Glob {
                return;
            }
            let own = slot(key.name);
            match first {
                None => (first, slots) = (Some((key.name, own)), 1),
                Some((_, known)) => slots += u64::from(known != own),
            }
        });
        let bytes = command.bytes.checked_div(written).unwrap_or(0);
        let selected = self.selected;
        each_key(command.number, command.argv, |key| {
            if !matches!(key.effect, Effect::Read | Effect::Glob) {
                self.keys.add(key.db.unwrap_or(selected), key.name, key.effect, command, bytes);
            }
        });
        let Some((name, own)) = first else { return };
        match &mut self.transaction {
            Some(open) => {
                match &open.first {
                    None => (open.first, open.slot) = (Some(name.into()), own),
                    Some(_) => slots += u64::from(open.slot != own),
                }
                open.slots = open.slots.max(slots);
            }
            // Options behind the keys of commands that read others may look like keys.
            None if slots > 1 && !reads_options(command) => {
                self.events.add(EventKind::CrossSlot, command, Some(selected), Some(name), Some(slots));
            }
            None => {}
        }
    }

    fn close_transaction(&mut self, exec: &Command<'_>) {
        let Some(open) = self.transaction.take() else { return };
        if open.slots > 1 {
            let begun = Command { offset: open.offset, ..*exec };
            self.events.add(EventKind::CrossSlot, &begun, Some(open.db), open.first.as_deref(), Some(open.slots));
        }
    }
}

/// Commands whose words behind the keys cannot be told from keys by their place alone.
fn reads_options(command: &Command<'_>) -> bool {
    matches!(command.number.and_then(name_of), Some("ZRANGESTORE" | "GEOSEARCHSTORE") | None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aof::command_keys::number_of;

    fn profile(lines: &[&str]) -> Profile {
        let mut profile = Profile::default();
        for (at, line) in lines.iter().enumerate() {
            let argv: Vec<&[u8]> = line.split(' ').map(str::as_bytes).collect();
            let place = Command::of(&argv, number_of(argv[0]));
            profile.command(&Command { offset: at as u64, bytes: 10, time_ms: Some(3_600_001), ..place });
        }
        profile
    }

    #[test]
    fn spellings_of_a_command_are_one() {
        let profile = profile(&["SET a 1", "set a 2", "XGROUP create s g 0", "JSON.set j $ 1", "json.SET j $ 2"]);
        let rows: Vec<_> = profile.commands.rows().map(|row| (row.command, row.hour_at_ms, row.count)).collect();
        let hour = Some(3_600_000);
        assert_eq!(
            rows,
            [("JSON.SET".into(), hour, 2), ("SET".into(), hour, 2), ("XGROUP CREATE".into(), hour, 1)]
                as [(String, Option<i64>, u64); 3]
        );
    }

    #[test]
    fn writes_by_key() {
        let lines = ["SET a 1", "PEXPIREAT a 5", "PEXPIREAT a 6", "MSET a 1 b 2", "SELECT 2", "RPUSH l x", "LPOP l"];
        let profile = profile(&lines);
        let mut rows: Vec<_> = profile.keys.rows().map(|(db, name, of)| (db, name.to_vec(), of.clone())).collect();
        rows.sort_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
        let [(0, a, of_a), (0, _, of_b), (2, _, of_l)] = rows.as_slice() else { panic!("{rows:?}") };
        assert_eq!((a.as_slice(), of_a.writes, of_a.bytes, of_a.renewals), (b"a".as_slice(), 4, 35, 1));
        assert_eq!((of_b.writes, of_b.bytes, of_l.grows, of_l.shrinks), (1, 5, 1, 1));
        assert_eq!(of_a.command_names(), ["MSET", "PEXPIREAT", "SET"]);
    }

    #[test]
    fn events_worth_a_look() {
        let lines =
            ["FLUSHALL", "MSET {a}1 x {a}2 y", "MSET a x b y", "MULTI", "SET {a}1 x", "SET b 1", "EXEC", "DEL foo bar"];
        let profile = profile(&lines);
        let found: Vec<_> = profile.events.rows().iter().map(|event| (event.kind, event.offset)).collect();
        assert_eq!(
            found,
            [(EventKind::Flush, 0), (EventKind::CrossSlot, 2), (EventKind::CrossSlot, 3), (EventKind::CrossSlot, 7)]
        );
    }
}
