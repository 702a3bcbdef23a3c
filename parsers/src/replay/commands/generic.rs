//! Commands of all types: DEL, RENAME, COPY, MOVE.

use crate::replay::applied::Applied;
use crate::replay::call::{Call, Outcome, done_if};
use crate::replay::values::StringValue;

pub fn del(call: &mut Call<'_>) -> Outcome {
    let mut deleted = false;
    for key in call.words(1) {
        deleted |= call.delete(key);
    }
    Ok(done_if(deleted))
}

/// DELIFEQ and DELEX: a condition on the content of a string; in a log it has held unless it can be seen not to.
pub fn del_if_equal(call: &mut Call<'_>) -> Outcome {
    let key = call.word(1)?;
    let compared = match call.argv.len() {
        3 => Some(2),
        4 if call.is(2, "IFEQ") => Some(3),
        _ => None,
    };
    if let Some(at) = compared {
        let wanted = call.word(at)?;
        match call.read::<StringValue>(key)? {
            Some(string) if string.bytes().is_some_and(|bytes| *bytes != *wanted) => return Ok(Applied::NoEffect),
            _ => {}
        }
    }
    Ok(done_if(call.delete(key)))
}

pub fn rename(call: &mut Call<'_>, only_new: bool) -> Outcome {
    let (from, to) = (call.word(1)?, call.word(2)?);
    if !call.exists(from) {
        return Err(Applied::Refused);
    }
    if from == to || only_new && call.exists(to) {
        return Ok(Applied::NoEffect);
    }
    if let Some(entry) = call.store.take(call.db, from) {
        call.store.put(call.db, to, entry);
    }
    Ok(Applied::Done)
}

pub fn copy(call: &mut Call<'_>) -> Outcome {
    let (from, to) = (call.word(1)?, call.word(2)?);
    let (mut db, mut replace, mut at) = (call.db, false, 3);
    while at < call.argv.len() {
        if call.is(at, "REPLACE") {
            replace = true;
            at += 1;
        } else if call.is(at, "DB") {
            db = call.unsigned(at + 1)?;
            at += 2;
        } else {
            return Err(Applied::Refused);
        }
    }
    let same = db == call.db && from == to;
    let Some(entry) = call.store.get(call.db, from).filter(|_| !same) else { return Ok(Applied::NoEffect) };
    if !replace && call.store.contains(db, to) {
        return Ok(Applied::NoEffect);
    }
    let entry = entry.clone();
    call.store.put(db, to, entry);
    Ok(Applied::Done)
}

pub fn move_key(call: &mut Call<'_>) -> Outcome {
    let (key, db) = (call.word(1)?, call.unsigned(2)?);
    if db == call.db {
        return Err(Applied::Refused);
    }
    if call.store.contains(db, key) {
        return Ok(Applied::NoEffect);
    }
    let Some(entry) = call.store.take(call.db, key) else { return Ok(Applied::NoEffect) };
    call.store.put(db, key, entry);
    Ok(Applied::Done)
}
