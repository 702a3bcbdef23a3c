//! Taking entries away: from the stream (XDEL, XDELEX), from groups (XACK), from both (XACKDEL), and giving them back (XNACK).

use super::super::change::References;
use super::super::{Pending, Stream};
use super::{Outcome, Words, done_if};
use crate::events::StreamId;
use crate::replay::applied::Applied;

/// Deliveries of an entry that was released as fatal.
const FATAL: u64 = i64::MAX as u64;

impl References {
    pub(super) fn read(words: &Words<'_>, at: usize) -> Option<Self> {
        [("KEEPREF", Self::Keep), ("DELREF", Self::Drop), ("ACKED", Self::Acknowledged)]
            .into_iter()
            .find_map(|(option, references)| words.is(at, option).then_some(references))
    }
}

fn delete(stream: &mut Stream, id: StreamId, references: References) -> bool {
    match references {
        References::Acknowledged if !stream.is_acknowledged(id) => return false,
        References::Drop => stream.drop_references(id),
        _ => {}
    }
    stream.delete(id)
}

pub fn xdel(stream: &mut Option<Stream>, words: &Words<'_>) -> Outcome {
    let Some(stream) = stream else { return Ok(Applied::NoEffect) };
    let mut deleted = false;
    for id in words.ids_from(2)? {
        deleted |= stream.delete(id);
    }
    done_if(deleted)
}

pub fn xdelex(stream: &mut Option<Stream>, words: &Words<'_>) -> Outcome {
    let Some(stream) = stream else { return Ok(Applied::NoEffect) };
    let references = References::read(words, 2).unwrap_or(References::Keep);
    let mut deleted = false;
    for id in words.ids(2)? {
        deleted |= delete(stream, id, references);
    }
    done_if(deleted)
}

pub fn xack(stream: &mut Option<Stream>, words: &Words<'_>) -> Outcome {
    let Some(group) = stream.as_mut().and_then(|stream| stream.groups.get_mut(words.argv.get(2).copied()?)) else {
        return Ok(Applied::NoEffect);
    };
    let mut acknowledged = false;
    for id in words.ids_from(3)? {
        acknowledged |= group.forget(id);
    }
    done_if(acknowledged)
}

pub fn xackdel(stream: &mut Option<Stream>, words: &Words<'_>) -> Outcome {
    let Some(stream) = stream else { return Ok(Applied::NoEffect) };
    let references = References::read(words, 3).unwrap_or(References::Keep);
    let name = words.at(2)?;
    let mut changed = false;
    for id in words.ids(3)? {
        let acknowledged = stream.groups.get_mut(name).is_some_and(|group| group.forget(id));
        if acknowledged {
            delete(stream, id, references);
        }
        changed |= acknowledged;
    }
    done_if(changed)
}

/// XNACK key group SILENT | FAIL | FATAL IDS n id… [RETRYCOUNT n] [FORCE] (Redis 8.8)
pub fn xnack(stream: &mut Option<Stream>, words: &Words<'_>) -> Outcome {
    let Some(stream) = stream else { return Err(Applied::Refused) };
    let ids = words.ids(4)?;
    let known: Vec<bool> = ids.iter().map(|id| stream.has(*id)).collect();
    let Some(group) = stream.groups.get_mut(words.at(2)?) else { return Err(Applied::Refused) };
    let (mut force, mut deliveries) = (false, None);
    for place in 6 + ids.len()..words.argv.len() {
        if words.is(place, "RETRYCOUNT") {
            deliveries = Some(words.unsigned(place + 1)?);
        }
        force |= words.is(place, "FORCE");
    }
    let mut changed = false;
    for (id, known) in ids.into_iter().zip(known) {
        if force && known {
            let new = Pending { delivered_at_ms: 0, deliveries: 0, consumer: None };
            group.pending.entry(id).or_insert(new);
        }
        let Some(pending) = group.pending.get_mut(&id) else { continue };
        pending.delivered_at_ms = 0;
        pending.deliveries = match deliveries {
            Some(deliveries) => deliveries,
            None if words.is(3, "SILENT") => pending.deliveries.saturating_sub(1),
            None if words.is(3, "FATAL") => FATAL,
            None => pending.deliveries,
        };
        let consumer = pending.consumer.take();
        group.disown(id, consumer.as_deref());
        group.released.push(id);
        changed = true;
    }
    done_if(changed)
}
