//! Hashes.

use crate::replay::applied::{Applied, Reason};
use crate::replay::call::{Call, Outcome, done_if, double, integer};
use crate::replay::values::HashValue;
use crate::replay::values::hash::Form;

/// As the first field makes it.
pub fn new_hash() -> HashValue {
    HashValue::empty(Form::Packed)
}

pub fn hset(call: &mut Call<'_>) -> Outcome {
    let (key, words, target) = (call.word(1)?, call.words(2), call.target());
    if words.is_empty() || !words.len().is_multiple_of(2) {
        return Err(Applied::Refused);
    }
    call.upsert(key, new_hash, |hash| {
        hash.convert_before(words, target);
        for pair in words.chunks_exact(2) {
            if let [field, value] = pair {
                hash.set(field, value, None, target);
            }
        }
    })?;
    Ok(Applied::Done)
}

pub fn hsetnx(call: &mut Call<'_>) -> Outcome {
    let (key, field, value, target) = (call.word(1)?, call.word(2)?, call.word(3)?, call.target());
    if call.read::<HashValue>(key)?.is_some_and(|hash| hash.get(field).is_some()) {
        return Ok(Applied::NoEffect);
    }
    call.upsert(key, new_hash, |hash| {
        hash.convert_before(&[field, value], target);
        hash.set(field, value, None, target);
    })?;
    Ok(Applied::Done)
}

pub fn hincrby(call: &mut Call<'_>) -> Outcome {
    let (key, field, by, target) = (call.word(1)?, call.word(2)?, call.integer(3)?, call.target());
    let there = call.read::<HashValue>(key)?.and_then(|hash| hash.get(field));
    let (before, expiry) = match there {
        Some(there) => (integer(&there.value)?, there.expires_at_ms),
        None => (0, None),
    };
    let sum = before.checked_add(by).ok_or(Applied::Refused)?.to_string();
    call.upsert(key, new_hash, |hash| hash.set(field, sum.as_bytes(), expiry, target))?;
    Ok(Applied::Done)
}

/// Logged as HSET: servers add 80-bit numbers.
pub fn hincrbyfloat(call: &mut Call<'_>) -> Outcome {
    let (key, field, by, target) = (call.word(1)?, call.word(2)?, call.double(3)?, call.target());
    let there = call.read::<HashValue>(key)?.and_then(|hash| hash.get(field));
    let (before, expiry) = match there {
        Some(there) => (double(&there.value).ok_or(Applied::Refused)?, there.expires_at_ms),
        None => (0.0, None),
    };
    let sum = format!("{}", before + by);
    call.upsert(key, new_hash, |hash| hash.set(field, sum.as_bytes(), expiry, target))?;
    Err(Applied::NotReplayable(Reason::LongDouble))
}

pub fn hdel(call: &mut Call<'_>) -> Outcome {
    let (key, fields) = (call.word(1)?, call.words(2));
    remove(call, key, fields)
}

/// Removes fields.
pub fn remove(call: &mut Call<'_>, key: &[u8], fields: &[&[u8]]) -> Outcome {
    let removed = call.update(key, |hash: &mut HashValue| fields.iter().filter(|field| hash.remove(field)).count())?;
    Ok(done_if(removed.is_some_and(|removed| removed > 0)))
}
