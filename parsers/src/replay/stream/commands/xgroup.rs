//! XGROUP.

use super::super::{Group, Stream};
use super::add::new_stream;
use super::{Outcome, Words, done_if};
use crate::events::StreamId;
use crate::replay::applied::Applied;

/// The id at a place, `$` standing for the last of the stream.
fn id(stream: Option<&Stream>, words: &Words<'_>, place: usize) -> Result<StreamId, Applied> {
    match words.at(place)? {
        b"$" => Ok(stream.map_or(StreamId::default(), |stream| stream.last_id)),
        _ => words.id(place),
    }
}

/// What `ENTRIESREAD n` says; none for -1 or where it is not there.
fn entries_read(words: &Words<'_>, from: usize) -> Result<Option<u64>, Applied> {
    let Some(at) = (from..words.argv.len()).find(|&at| words.is(at, "ENTRIESREAD")) else { return Ok(None) };
    match words.number(at + 1)? {
        -1 => Ok(None),
        read => u64::try_from(read).map(Some).map_err(|_| Applied::Refused),
    }
}

/// What a group can have read of a stream: no more than was added, as Redis sees it since 8.4.
fn at_most_added(read: Option<u64>, stream: &Stream, words: &Words<'_>) -> Option<u64> {
    let capped = words.context.target.redis_from(8, 4, 0);
    read.map(|read| if capped { read.min(stream.entries_added) } else { read })
}

pub fn xgroup(stream: &mut Option<Stream>, words: &Words<'_>) -> Outcome {
    let name = words.at(3)?;
    let now = words.context.now_ms;
    if words.is(1, "CREATE") {
        let last_id = id(stream.as_ref(), words, 4)?;
        let entries_read = entries_read(words, 5)?;
        if stream.is_none() && (5..words.argv.len()).any(|at| words.is(at, "MKSTREAM")) {
            *stream = Some(new_stream(words));
        }
        let Some(stream) = stream else { return Err(Applied::Refused) };
        if stream.groups.contains_key(name) {
            return Err(Applied::Refused);
        }
        let entries_read = at_most_added(entries_read, stream, words);
        stream.groups.insert(name.into(), Group { last_id, entries_read, ..Group::default() });
        return Ok(Applied::Done);
    }
    let Some(stream) = stream else { return Err(Applied::Refused) };
    if words.is(1, "DESTROY") {
        return done_if(stream.groups.remove(name).is_some());
    }
    if words.is(1, "SETID") {
        let last_id = id(Some(stream), words, 4)?;
        let entries_read = at_most_added(entries_read(words, 5)?, stream, words);
        let Some(group) = stream.groups.get_mut(name) else { return Err(Applied::Refused) };
        (group.last_id, group.entries_read) = (last_id, entries_read);
        return Ok(Applied::Done);
    }
    let Some(group) = stream.groups.get_mut(name) else { return Err(Applied::Refused) };
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
