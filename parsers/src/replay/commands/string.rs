//! Strings: SET and its kin, APPEND, SETRANGE, counters.

use super::expiry::Clock;
use crate::replay::applied::{Applied, Reason};
use crate::replay::call::{Call, Outcome, done_if, integer};
use crate::replay::values::string::LONGEST;
use crate::replay::values::{StringValue, Typed};

/// What the options of SET, GETEX, MSETEX and HSETEX say of the expiry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expiry {
    None,
    Keep,
    Persist,
    At(Clock),
}

/// Reads one option about expiry; gives it with the number of its words.
pub fn expiry_option(call: &Call<'_>, at: usize) -> Result<Option<(Expiry, usize)>, Applied> {
    for (option, unit, relative) in [("EX", 1000, true), ("PX", 1, true), ("EXAT", 1000, false), ("PXAT", 1, false)] {
        if call.is(at, option) {
            return Ok(Some((Expiry::At(Clock::read(call, at + 1, unit, relative)?), 2)));
        }
    }
    Ok(if call.is(at, "KEEPTTL") {
        Some((Expiry::Keep, 1))
    } else if call.is(at, "PERSIST") {
        Some((Expiry::Persist, 1))
    } else {
        None
    })
}

/// Puts a string with an expiry; what the log cannot tell is reported.
fn put(call: &mut Call<'_>, key: &[u8], value: StringValue, expiry: Expiry) -> Outcome {
    match expiry {
        Expiry::Keep => call.replace_keeping_expiry(key, value.wrap()),
        _ => call.replace(key, value.wrap()),
    }
    match expiry {
        Expiry::At(clock) => clock.set(call, key),
        _ => Ok(Applied::Done),
    }
}

pub fn set(call: &mut Call<'_>) -> Outcome {
    let (key, value) = (call.word(1)?, call.word(2)?);
    let mut expiry = Expiry::None;
    let mut wanted = true;
    let mut at = 3;
    while at < call.argv.len() {
        if let Some((option, words)) = expiry_option(call, at)? {
            expiry = option;
            at += words;
            continue;
        }
        if call.is(at, "NX") {
            wanted = !call.exists(key);
        } else if call.is(at, "XX") {
            wanted = call.exists(key);
        } else if ["IFEQ", "IFNE", "IFDEQ", "IFDNE"].iter().any(|option| call.is(at, option)) {
            // It is in the log because it held.
            at += 1;
        } else if !call.is(at, "GET") {
            return Err(Applied::Refused);
        }
        at += 1;
    }
    if !wanted {
        return Ok(Applied::NoEffect);
    }
    put(call, key, StringValue::set(value), expiry)
}

pub fn setnx(call: &mut Call<'_>) -> Outcome {
    let (key, value) = (call.word(1)?, call.word(2)?);
    if call.exists(key) {
        return Ok(Applied::NoEffect);
    }
    put(call, key, StringValue::set(value), Expiry::None)
}

pub fn setex(call: &mut Call<'_>, unit: i64) -> Outcome {
    let (key, value) = (call.word(1)?, call.word(3)?);
    let clock = Clock::read(call, 2, unit, true)?;
    put(call, key, StringValue::set(value), Expiry::At(clock))
}

pub fn getset(call: &mut Call<'_>) -> Outcome {
    let (key, value) = (call.word(1)?, call.word(2)?);
    call.read::<StringValue>(key)?;
    put(call, key, StringValue::set(value), Expiry::None)
}

pub fn getdel(call: &mut Call<'_>) -> Outcome {
    let key = call.word(1)?;
    call.read::<StringValue>(key)?;
    Ok(done_if(call.delete(key)))
}

pub fn getex(call: &mut Call<'_>) -> Outcome {
    let key = call.word(1)?;
    call.read::<StringValue>(key)?;
    match expiry_option(call, 2)? {
        Some((Expiry::At(clock), _)) if call.exists(key) => clock.set(call, key),
        Some((Expiry::Persist, _)) => super::expiry::persist(call),
        _ => Ok(Applied::NoEffect),
    }
}

pub fn mset(call: &mut Call<'_>, only_new: bool) -> Outcome {
    let words = call.words(1);
    if words.is_empty() || !words.len().is_multiple_of(2) {
        return Err(Applied::Refused);
    }
    if only_new && words.chunks(2).any(|pair| pair.first().is_some_and(|key| call.exists(key))) {
        return Ok(Applied::NoEffect);
    }
    for pair in words.chunks(2) {
        if let [key, value] = pair {
            put(call, key, StringValue::set(value), Expiry::None)?;
        }
    }
    Ok(Applied::Done)
}

pub fn msetex(call: &mut Call<'_>) -> Outcome {
    let count = call.unsigned(1)? as usize;
    let options = count.checked_mul(2).and_then(|words| words.checked_add(2)).ok_or(Applied::Refused)?;
    let pairs = call.argv.get(2..options).ok_or(Applied::Refused)?;
    let (mut expiry, mut at) = (Expiry::None, options);
    let keys = || pairs.iter().step_by(2);
    while at < call.argv.len() {
        if let Some((option, words)) = expiry_option(call, at)? {
            expiry = option;
            at += words;
            continue;
        }
        let refused = if call.is(at, "NX") {
            keys().any(|key| call.exists(key))
        } else if call.is(at, "XX") {
            !keys().all(|key| call.exists(key))
        } else {
            return Err(Applied::Refused);
        };
        if refused {
            return Ok(Applied::NoEffect);
        }
        at += 1;
    }
    let mut outcome = Ok(Applied::Done);
    for pair in pairs.chunks(2) {
        if let [key, value] = pair {
            outcome = put(call, key, StringValue::set(value), expiry);
        }
    }
    outcome
}

pub fn append(call: &mut Call<'_>) -> Outcome {
    let (key, value) = (call.word(1)?, call.word(2)?);
    if !call.exists(key) {
        return put(call, key, StringValue::set(value), Expiry::None);
    }
    let appended = call.update(key, |string: &mut StringValue| {
        if string.len().saturating_add(value.len() as u64) > LONGEST {
            return false;
        }
        string.append(value);
        string.make_raw();
        true
    })?;
    if appended == Some(true) { Ok(Applied::Done) } else { Err(Applied::Refused) }
}

pub fn setrange(call: &mut Call<'_>) -> Outcome {
    let (key, offset, value) = (call.word(1)?, call.unsigned(2)?, call.word(3)?);
    call.read::<StringValue>(key)?;
    if value.is_empty() {
        return Ok(Applied::NoEffect);
    }
    if offset.saturating_add(value.len() as u64) > LONGEST {
        return Err(Applied::Refused);
    }
    call.upsert(
        key,
        || StringValue::raw(Vec::new()),
        |string| {
            string.write(offset, value);
            string.make_raw();
        },
    )?;
    Ok(Applied::Done)
}

pub fn increment(call: &mut Call<'_>, by: Option<i64>) -> Outcome {
    let by = by.map_or_else(|| call.integer(2), Ok)?;
    add(call, by)
}

pub fn decrement(call: &mut Call<'_>) -> Outcome {
    let by = call.integer(2)?.checked_neg().ok_or(Applied::Refused)?;
    add(call, by)
}

fn add(call: &mut Call<'_>, by: i64) -> Outcome {
    let key = call.word(1)?;
    let before = match call.read::<StringValue>(key)? {
        Some(string) if string.len() > 20 => return Err(Applied::Refused),
        Some(string) => integer(&string.bytes().ok_or(Applied::Refused)?)?,
        None => 0,
    };
    let sum = before.checked_add(by).ok_or(Applied::Refused)?;
    call.replace_keeping_expiry(key, StringValue::integer(sum).wrap());
    Ok(Applied::Done)
}

/// Servers add 80-bit numbers, which is why the log has the result; this form is only in logs that no server wrote.
pub fn increment_float(call: &mut Call<'_>) -> Outcome {
    let (key, by) = (call.word(1)?, call.double(2)?);
    let before = match call.string_bytes(key)? {
        Some(text) => crate::replay::call::double(&text).ok_or(Applied::Refused)?,
        None => 0.0,
    };
    call.replace_keeping_expiry(key, StringValue::set(format!("{}", before + by).as_bytes()).wrap());
    Err(Applied::NotReplayable(Reason::LongDouble))
}
