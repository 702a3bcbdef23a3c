//! What a log leaves behind its rows: how it was read, its write profile, and what could not be replayed.

use std::collections::BTreeMap;

use crate::aof::command_keys::name_of;
use crate::aof::log::{Command, LogFacts, PartFacts, Tail};
use crate::aof::profile::Profile;
use crate::patterns::PatternTable;
use crate::rdb::FileFacts;
use crate::rdb::facts::Anomaly;
use crate::replay::{Applied, Reason};

/// Most different messages about commands that are kept.
const MOST_MESSAGES: usize = 100;

/// The outcome of a pass over a log.
#[derive(Debug)]
pub struct LogOutcome {
    pub facts: LogFacts,
    pub profile: Profile,
    /// Patterns of the names in the profile, deleted keys included; the place of a name is that in its iteration.
    pub patterns: PatternTable,
    pub pattern_ids: Vec<u32>,
    /// Keys of the base that the log touches, and bytes they took at most.
    pub touched_keys: u64,
    pub held_bytes: u64,
    pub approximate_keys: u64,
}

/// Commands that were not replayed as they would run, by command and reason.
#[derive(Debug, Default)]
pub(super) struct Unapplied(BTreeMap<(&'static str, String), (u64, u64)>);

impl Unapplied {
    pub(super) fn add(&mut self, command: &Command<'_>, applied: Applied) {
        let kind = match applied {
            Applied::Done | Applied::NoEffect => return,
            Applied::WrongType => "wrong-type",
            Applied::Refused => "refused-command",
            Applied::NotReplayable(_) => "not-replayed",
            Applied::Unknown => "unknown-command",
        };
        let word = command.argv.first().copied().unwrap_or_default();
        let known = command.number.and_then(name_of).map(str::to_owned);
        let name = known.unwrap_or_else(|| {
            let cut = word.get(..word.len().min(32)).unwrap_or_default();
            cut.to_ascii_uppercase().escape_ascii().to_string()
        });
        let message = match applied {
            Applied::NotReplayable(reason) => format!("{name}: {}", explained(reason)),
            Applied::WrongType => format!("{name}: the key holds another type; servers pass over it"),
            Applied::Refused => format!("{name}: servers answer an error and go on"),
            _ => format!("{name}: no command of a server that is known; a server without its module stops here"),
        };
        if self.0.len() >= MOST_MESSAGES && !self.0.contains_key(&(kind, message.clone())) {
            return;
        }
        self.0.entry((kind, message)).or_insert((0, command.offset)).0 += 1;
    }

    pub(super) fn note(self, facts: &mut FileFacts) {
        for ((kind, message), (count, offset)) in self.0 {
            let message = if count == 1 { format!("1 × {message}") } else { format!("{count} × {message}") };
            facts.note(Anomaly { kind, offset, db: None, key: None, message });
        }
    }
}

fn explained(reason: Reason) -> &'static str {
    match reason {
        Reason::Script => "what a script did is not in the log; its keys are approximate",
        Reason::Module => "a command of a module; its keys are approximate",
        Reason::RelativeExpiry => "the time to live counts from the moment of loading",
        Reason::ValueNotHeld => "the value could not be kept; its key is approximate",
        Reason::Random => "the server chooses at random; its keys are approximate",
        Reason::TooLarge => "the result is larger than a log may ask for",
        Reason::LongDouble => "arithmetic of 80-bit numbers; the key is approximate",
    }
}

/// Says how the log ended, where it did not end well.
pub(super) fn note_tail(log: &LogFacts, facts: &mut FileFacts) {
    let Some(last) = log.parts.last() else { return };
    let part = last.name.as_deref().map(|name| format!(" of {name}")).unwrap_or_default();
    let dropped = last.dropped_bytes;
    let (kind, offset, message) = match log.tail {
        Tail::Whole | Tail::Broken { .. } => return,
        Tail::Cut { offset } => {
            let rule = cut_rule(last, offset);
            ("torn-command", offset, format!("the last command{part} is cut: {dropped} bytes were dropped; {rule}"))
        }
        Tail::OpenTransaction { offset } => {
            let rule = cut_rule(last, offset);
            let message = format!(
                "the EXEC of the last transaction{part} is missing: {dropped} bytes from its MULTI on were dropped; {rule}"
            );
            ("open-transaction", offset, message)
        }
        Tail::Stopped { offset } => {
            ("stopped-early", offset, format!("reading{part} stopped as told: {dropped} bytes were not applied"))
        }
    };
    facts.note(Anomaly { kind, offset, db: None, key: None, message });
}

/// What a server does with a torn end. Up to Redis 8.6 the last good offset starts at 0 behind a dump.
fn cut_rule(part: &PartFacts, offset: u64) -> &'static str {
    if part.dump_bytes > 0 && offset == part.dump_bytes {
        return "a Redis server that loads this file truncates it to nothing, dump included: copy it before";
    }
    "a server with aof-load-truncated yes cuts the file there"
}
