//! Expiry of hash fields (Redis 7.4, Valkey 9.0).

use super::expiry::{Clock, condition};
use super::hash;
use super::string::{Expiry, expiry_option};
use crate::replay::applied::Applied;
use crate::replay::call::{Call, Outcome, done_if};
use crate::replay::values::HashValue;

/// The place of `FIELDS` with the words that its count announces, `each` per field.
fn fields<'k>(call: &Call<'k>, from: usize, each: usize) -> Result<(usize, &'k [&'k [u8]]), Applied> {
    let at = (from..call.argv.len()).find(|&at| call.is(at, "FIELDS")).ok_or(Applied::Refused)?;
    let start = at + 2;
    let words = (call.unsigned(at + 1)? as usize).checked_mul(each).and_then(|words| words.checked_add(start));
    let words = call.argv.get(start..words.ok_or(Applied::Refused)?).ok_or(Applied::Refused)?;
    Ok((at, words))
}

/// HEXPIRE, HPEXPIRE, HEXPIREAT, HPEXPIREAT key time [NX | XX | GT | LT] FIELDS n field…
pub fn hexpire(call: &mut Call<'_>, unit: i64, relative: bool) -> Outcome {
    let (key, target) = (call.word(1)?, call.target());
    let clock = Clock::read(call, 2, unit, relative)?;
    let (at, names) = fields(call, 3, 1)?;
    let options = call.argv.get(3..at).unwrap_or_default();
    let changed = call.update(key, |hash: &mut HashValue| {
        hash.allow_expiry(target);
        let mut changed = false;
        for name in names {
            let Some(field) = hash.get(name) else { continue };
            if condition(options, field.expires_at_ms, clock.at_ms) {
                changed |= hash.expire(name, Some(clock.at_ms));
            }
        }
        changed
    })?;
    if changed == Some(true) { clock.outcome() } else { Ok(Applied::NoEffect) }
}

pub fn hpersist(call: &mut Call<'_>) -> Outcome {
    let key = call.word(1)?;
    let (_, names) = fields(call, 2, 1)?;
    let changed = call.update(key, |hash: &mut HashValue| {
        let mut changed = false;
        for name in names {
            if hash.get(name).is_some_and(|field| field.expires_at_ms.is_some()) {
                changed |= hash.expire(name, None);
            }
        }
        changed
    })?;
    Ok(done_if(changed == Some(true)))
}

pub fn hgetdel(call: &mut Call<'_>) -> Outcome {
    let key = call.word(1)?;
    let (_, names) = fields(call, 2, 1)?;
    hash::remove(call, key, names)
}

pub fn hgetex(call: &mut Call<'_>) -> Outcome {
    let (key, target) = (call.word(1)?, call.target());
    let (_, names) = fields(call, 2, 1)?;
    let expiry = expiry_option(call, 2)?.map_or(Expiry::None, |(expiry, _)| expiry);
    let at = match expiry {
        Expiry::At(clock) => Some(clock.at_ms),
        Expiry::Persist => None,
        _ => return Ok(Applied::NoEffect),
    };
    let changed = call.update(key, |hash: &mut HashValue| {
        if at.is_some() {
            hash.allow_expiry(target);
        }
        names.iter().filter(|name| hash.expire(name, at)).count() > 0
    })?;
    match expiry {
        Expiry::At(clock) if changed == Some(true) => clock.outcome(),
        _ => Ok(done_if(changed == Some(true))),
    }
}

/// HSETEX key [FNX | FXX | NX | XX] [EX … | KEEPTTL] FIELDS n field value…
pub fn hsetex(call: &mut Call<'_>) -> Outcome {
    let (key, target) = (call.word(1)?, call.target());
    let (end, pairs) = fields(call, 2, 2)?;
    let there = call.read::<HashValue>(key)?;
    let has = |name: &[u8]| there.is_some_and(|hash| hash.get(name).is_some());
    let names = || pairs.iter().step_by(2);
    let (mut expiry, mut at) = (Expiry::None, 2);
    while at < end {
        if let Some((option, words)) = expiry_option(call, at)? {
            expiry = option;
            at += words;
            continue;
        }
        let refused = call.is(at, "FNX") && names().any(|name| has(name))
            || call.is(at, "FXX") && !names().all(|name| has(name))
            || call.is(at, "NX") && there.is_some()
            || call.is(at, "XX") && there.is_none();
        if refused {
            return Ok(Applied::NoEffect);
        }
        at += 1;
    }
    call.upsert(key, hash::new_hash, |hash| {
        if matches!(expiry, Expiry::At(_)) {
            hash.allow_expiry(target);
        }
        hash.convert_before(pairs, target);
        for pair in pairs.chunks_exact(2) {
            let [name, value] = pair else { continue };
            let expires_at_ms = match expiry {
                Expiry::At(clock) => Some(clock.at_ms),
                Expiry::Keep => hash.get(name).and_then(|field| field.expires_at_ms),
                _ => None,
            };
            hash.set(name, value, expires_at_ms, target);
        }
    })?;
    match expiry {
        Expiry::At(clock) => clock.outcome(),
        _ => Ok(Applied::Done),
    }
}
