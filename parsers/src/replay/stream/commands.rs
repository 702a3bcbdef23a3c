//! Commands of streams.

mod add;
mod claim;
mod remove;
mod xgroup;

use super::Stream;
use crate::events::StreamId;
use crate::replay::applied::Applied;
use crate::replay::context::Context;

/// What a command comes to: an error of the server is one too.
type Outcome = Result<Applied, Applied>;

/// Applies a command; `argv` is the whole of it, none stands for a key that is not there.
pub fn apply(stream: &mut Option<Stream>, argv: &[&[u8]], context: &Context) -> Applied {
    let name = argv.first().map(|name| name.to_ascii_uppercase()).unwrap_or_default();
    let words = Words { argv, context };
    let outcome = match name.as_slice() {
        b"XADD" => add::xadd(stream, &words),
        b"XTRIM" => add::xtrim(stream, &words),
        b"XSETID" => add::xsetid(stream, &words),
        b"XCFGSET" => add::xcfgset(stream, &words),
        b"XIDMPRECORD" => add::xidmprecord(stream, &words),
        b"XDEL" => remove::xdel(stream, &words),
        b"XDELEX" => remove::xdelex(stream, &words),
        b"XACK" => remove::xack(stream, &words),
        b"XACKDEL" => remove::xackdel(stream, &words),
        b"XNACK" => remove::xnack(stream, &words),
        b"XGROUP" => xgroup::xgroup(stream, &words),
        b"XCLAIM" => claim::xclaim(stream, &words),
        b"XAUTOCLAIM" | b"XREADGROUP" => Err(Applied::NotReplayable(crate::replay::Reason::Random)),
        _ => Err(Applied::Unknown),
    };
    if let Some(stream) = stream
        && name != b"XADD"
    {
        stream.measure_groups();
    }
    outcome.unwrap_or_else(|applied| applied)
}

/// The words of a command.
struct Words<'w> {
    argv: &'w [&'w [u8]],
    context: &'w Context,
}

impl<'w> Words<'w> {
    fn at(&self, place: usize) -> Result<&'w [u8], Applied> {
        self.argv.get(place).copied().ok_or(Applied::Refused)
    }

    fn from(&self, place: usize) -> &'w [&'w [u8]] {
        self.argv.get(place..).unwrap_or_default()
    }

    fn is(&self, place: usize, option: &str) -> bool {
        self.argv.get(place).is_some_and(|word| word.eq_ignore_ascii_case(option.as_bytes()))
    }

    fn number(&self, place: usize) -> Result<i64, Applied> {
        crate::replay::call::integer(self.at(place)?)
    }

    fn unsigned(&self, place: usize) -> Result<u64, Applied> {
        std::str::from_utf8(self.at(place)?).ok().and_then(|text| text.parse().ok()).ok_or(Applied::Refused)
    }

    fn id(&self, place: usize) -> Result<StreamId, Applied> {
        id(self.at(place)?).ok_or(Applied::Refused)
    }

    /// All words from a place on as ids: one that is none spoils the command.
    fn ids_from(&self, place: usize) -> Result<Vec<StreamId>, Applied> {
        self.from(place).iter().map(|word| id(word).ok_or(Applied::Refused)).collect()
    }

    /// The ids behind `IDS n`, from the first place that has this word.
    fn ids(&self, from: usize) -> Result<Vec<StreamId>, Applied> {
        let at = (from..self.argv.len()).find(|&at| self.is(at, "IDS")).ok_or(Applied::Refused)?;
        let count = usize::try_from(self.unsigned(at + 1)?).ok().and_then(|count| count.checked_add(at + 2));
        let words = self.argv.get(at + 2..count.ok_or(Applied::Refused)?).ok_or(Applied::Refused)?;
        words.iter().map(|word| id(word).ok_or(Applied::Refused)).collect()
    }

    /// Whether this is Redis of at least this version, or Valkey.
    fn since(&self, major: u16, minor: u16) -> bool {
        self.context.target.is_valkey() || self.context.target.redis_from(major, minor, 0)
    }
}

/// Reads `ms-seq` or `ms`.
fn id(text: &[u8]) -> Option<StreamId> {
    let text = std::str::from_utf8(text).ok()?;
    match text.split_once('-') {
        Some((ms, seq)) => Some(StreamId { ms: ms.parse().ok()?, seq: seq.parse().ok()? }),
        None => Some(StreamId { ms: text.parse().ok()?, seq: 0 }),
    }
}

fn done_if(changed: bool) -> Outcome {
    Ok(if changed { Applied::Done } else { Applied::NoEffect })
}
