//! XGROUP.

use super::super::{Group, Stream};
use super::add::new_stream;
use super::{Outcome, Words, done_if};
use crate::events::StreamId;
use crate::replay::applied::Applied;

/// The id at a place, `$` standing for the last of the stream.
fn id(stream: &Stream, words: &Words<'_>, place: usize) -> Result<StreamId, Applied> {
    if words.at(place)? == b"$" { Ok(stream.last_id) } else { words.id(place) }
}

/// What `ENTRIESREAD n` says; none for -1 or where it is not there.
fn entries_read(words: &Words<'_>, from: usize) -> Result<Option<u64>, Applied> {
    match (from..words.argv.len()).find(|&at| words.is(at, "ENTRIESREAD")) {
        Some(at) => Ok(u64::try_from(words.number(at + 1)?).ok()),
        None => Ok(None),
    }
}

pub fn xgroup(stream: &mut Option<Stream>, words: &Words<'_>) -> Outcome {
    let name = words.at(3)?;
    let now = words.context.now_ms;
    if words.is(1, "CREATE") && stream.is_none() && (5..words.argv.len()).any(|at| words.is(at, "MKSTREAM")) {
        *stream = Some(new_stream(words));
    }
    let Some(stream) = stream else { return Err(Applied::Refused) };
    if words.is(1, "CREATE") {
        let last_id = id(stream, words, 4)?;
        let entries_read = entries_read(words, 5)?;
        if stream.groups.contains_key(name) {
            return Err(Applied::Refused);
        }
        stream.groups.insert(name.into(), Group { last_id, entries_read, ..Group::default() });
        return Ok(Applied::Done);
    }
    if words.is(1, "DESTROY") {
        return done_if(stream.groups.remove(name).is_some());
    }
    let last_id = if words.is(1, "SETID") { id(stream, words, 4)? } else { StreamId::default() };
    let Some(group) = stream.groups.get_mut(name) else { return Err(Applied::Refused) };
    if words.is(1, "SETID") {
        group.last_id = last_id;
        group.entries_read = entries_read(words, 5)?;
        return Ok(Applied::Done);
    }
    let consumer = words.at(4)?;
    if words.is(1, "CREATECONSUMER") {
        let new = !group.consumers.contains_key(consumer);
        group.consumer(consumer, now);
        return done_if(new);
    }
    if !words.is(1, "DELCONSUMER") {
        return Err(Applied::Refused);
    }
    let Some(gone) = group.consumers.remove(consumer) else { return Ok(Applied::NoEffect) };
    for id in gone.pending {
        group.pending.remove(&id);
    }
    Ok(Applied::Done)
}
