//! XCLAIM, as which servers log what readers took.

use super::super::{Pending, Stream};
use super::{Outcome, Words, id};
use crate::events::StreamId;
use crate::replay::applied::Applied;

pub fn xclaim(stream: &mut Option<Stream>, words: &Words<'_>) -> Outcome {
    let (name, owner) = (words.at(2)?, words.at(3)?);
    let Some(stream) = stream else { return Err(Applied::Refused) };
    let now = words.context.now_ms;
    let least_idle = words.number(4)?.max(0);
    let ids: Vec<StreamId> = words.from(5).iter().map_while(|word| id(word)).collect();
    let (mut delivered, mut deliveries, mut force, mut only_id, mut last_id) = (None, None, false, false, None);
    let mut at = 5 + ids.len();
    while at < words.argv.len() {
        let mut taken = 2;
        if words.is(at, "FORCE") {
            (force, taken) = (true, 1);
        } else if words.is(at, "JUSTID") {
            (only_id, taken) = (true, 1);
        } else if words.is(at, "IDLE") {
            delivered = now.checked_sub(words.number(at + 1)?);
        } else if words.is(at, "TIME") {
            delivered = Some(words.number(at + 1)?);
        } else if words.is(at, "RETRYCOUNT") {
            deliveries = u64::try_from(words.number(at + 1)?).ok();
        } else if words.is(at, "LASTID") {
            last_id = Some(words.id(at + 1)?);
        } else {
            return Err(Applied::Refused);
        }
        at += taken;
    }
    let known: Vec<bool> = ids.iter().map(|id| stream.has(*id)).collect();
    let Some(group) = stream.groups.get_mut(name) else { return Err(Applied::Refused) };
    group.last_id = group.last_id.max(last_id.unwrap_or_default());
    let delivered = delivered.filter(|at| *at >= 0).unwrap_or(now);
    // Since 7.2 a consumer is made whatever it gets.
    if words.since(7, 2) {
        group.consumer(owner, now).seen_ms = now;
    }
    let forgets = words.since(7, 0);
    for (id, known) in ids.into_iter().zip(known) {
        if !known && forgets {
            group.forget(id);
            continue;
        }
        if known && force {
            let new = Pending { delivered_at_ms: delivered, deliveries: 1, consumer: None };
            group.pending.entry(id).or_insert(new);
        }
        let Some(pending) = group.pending.get_mut(&id) else { continue };
        let is_idle = now.saturating_sub(pending.delivered_at_ms) >= least_idle;
        if pending.consumer.is_some() && least_idle > 0 && !is_idle {
            continue;
        }
        pending.delivered_at_ms = delivered;
        match deliveries {
            Some(deliveries) => pending.deliveries = deliveries,
            None if !only_id => pending.deliveries = pending.deliveries.saturating_add(1),
            None => {}
        }
        let before = pending.consumer.replace(owner.into());
        if before.as_deref() != Some(owner) {
            group.disown(id, before.as_deref());
        }
        let consumer = group.consumer(owner, now);
        consumer.pending.insert(id);
        (consumer.seen_ms, consumer.active_ms) = (now, now);
    }
    Ok(Applied::Done)
}
