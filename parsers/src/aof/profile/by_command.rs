//! Commands by name and hour.

use std::collections::BTreeMap;

use crate::aof::command_keys::{has_subcommands, name_of};
use crate::aof::log::Command;
use crate::patterns::safe_name;

/// Milliseconds of an hour.
const HOUR: i64 = 3_600_000;

/// Most rows that are kept: a year of hours with twenty commands. Beyond them no hour is told.
const MOST_ROWS: usize = 200_000;

/// Longest part of a module's command that is kept as its name.
const LONGEST_NAME: usize = 64;

/// A row: a command in an hour.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandHour {
    /// Upper case, with the subcommand of commands that have some.
    pub command: String,
    /// Start of the hour, where annotations tell the time.
    pub hour_at_ms: Option<i64>,
    pub count: u64,
    pub bytes: u64,
}

/// Counts by command and hour.
#[derive(Debug, Default)]
pub struct CommandTotals {
    counts: BTreeMap<(String, Option<i64>), (u64, u64)>,
    /// The entry of the command before: most commands of an hour follow one of their kind.
    plain: Vec<Plain>,
    total: (u64, u64),
}

/// Counts of a command without subcommands in the hour that is going on.
#[derive(Debug, Clone, Copy, Default)]
struct Plain {
    hour: Option<i64>,
    count: u64,
    bytes: u64,
}

impl CommandTotals {
    pub(super) fn add(&mut self, command: &Command<'_>) {
        let hour = command.time_ms.map(|ms| ms.div_euclid(HOUR).saturating_mul(HOUR));
        self.total = (self.total.0 + 1, self.total.1 + command.bytes);
        let Some((number, name)) = command.number.and_then(|number| Some((number, name_of(number)?))) else {
            let name = upper(command.argv.first().copied().unwrap_or_default());
            return self.count(name, hour, 1, command.bytes);
        };
        if has_subcommands(name) {
            let sub = upper(command.argv.get(1).copied().unwrap_or_default());
            return self.count(format!("{name} {sub}"), hour, 1, command.bytes);
        }
        if self.plain.len() <= number {
            self.plain.resize(number + 1, Plain::default());
        }
        let Some(plain) = self.plain.get_mut(number) else { return };
        let before = *plain;
        if before.hour == hour {
            plain.count += 1;
            plain.bytes += command.bytes;
            return;
        }
        *plain = Plain { hour, count: 1, bytes: command.bytes };
        self.count(name.to_owned(), before.hour, before.count, before.bytes);
    }

    fn count(&mut self, name: String, hour: Option<i64>, count: u64, bytes: u64) {
        if count == 0 {
            return;
        }
        let full = self.counts.len() >= MOST_ROWS;
        let key = match (name, hour) {
            key if !full || self.counts.contains_key(&key) => key,
            (name, _) if self.counts.contains_key(&(name.clone(), None)) => (name, None),
            _ => ("(OTHERS)".to_owned(), None),
        };
        let entry = self.counts.entry(key).or_default();
        *entry = (entry.0 + count, entry.1 + bytes);
    }

    /// The rows, by name and hour.
    pub fn rows(&self) -> impl Iterator<Item = CommandHour> {
        let mut counts = self.counts.clone();
        for (number, plain) in self.plain.iter().enumerate().filter(|(_, plain)| plain.count > 0) {
            let name = name_of(number).unwrap_or_default().to_owned();
            let entry = counts.entry((name, plain.hour)).or_default();
            *entry = (entry.0 + plain.count, entry.1 + plain.bytes);
        }
        counts.into_iter().map(|((command, hour_at_ms), (count, bytes))| CommandHour {
            command,
            hour_at_ms,
            count,
            bytes,
        })
    }

    /// Commands and their bytes.
    pub fn total(&self) -> (u64, u64) {
        self.total
    }
}

/// A word as safe text in upper case, cut where it is no name.
fn upper(word: &[u8]) -> String {
    let word = word.get(..LONGEST_NAME).unwrap_or(word).to_ascii_uppercase();
    let mut text = Vec::new();
    safe_name(&word, &mut text);
    String::from_utf8(text).unwrap_or_default()
}
