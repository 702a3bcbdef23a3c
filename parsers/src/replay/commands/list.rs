//! Lists.

use crate::replay::applied::Applied;
use crate::replay::call::{Call, Outcome, done_if};
use crate::replay::values::ListValue;
use crate::replay::values::list::End;

/// The end that a name like LPUSH or a word like LEFT means.
fn end_of(word: &[u8]) -> Result<End, Applied> {
    match word.to_ascii_uppercase().as_slice() {
        b"LEFT" => Ok(End::Head),
        b"RIGHT" => Ok(End::Tail),
        _ => Err(Applied::Refused),
    }
}

fn end_of_name(name: &[u8]) -> End {
    if name.starts_with(b"L") || name.starts_with(b"BL") { End::Head } else { End::Tail }
}

pub fn push(name: &[u8], call: &mut Call<'_>) -> Outcome {
    let (key, texts, rules) = (call.word(1)?, call.words(2), call.list_rules);
    if texts.is_empty() {
        return Err(Applied::Refused);
    }
    if name.ends_with(b"X") && !call.exists(key) {
        return Ok(Applied::NoEffect);
    }
    let end = end_of_name(name);
    call.upsert(
        key,
        || ListValue::new(rules),
        |list| {
            list.convert_before_adding(texts, rules);
            texts.iter().for_each(|text| list.push(text, end, rules));
        },
    )?;
    Ok(Applied::Done)
}

/// Takes up to `count` elements from an end.
fn take(call: &mut Call<'_>, key: &[u8], end: End, count: u64) -> Outcome {
    let rules = call.list_rules;
    let taken = call.update(key, |list: &mut ListValue| {
        let count = count.min(list.len());
        let start = if end == End::Head { 0 } else { list.len() - count };
        list.remove_range(start, count, rules);
        list.convert_after(true, rules);
        count > 0
    })?;
    Ok(done_if(taken == Some(true)))
}

pub fn pop(name: &[u8], call: &mut Call<'_>) -> Outcome {
    let count = if call.argv.len() > 2 { call.unsigned(2)? } else { 1 };
    let key = call.word(1)?;
    take(call, key, end_of_name(name), count)
}

/// BLPOP and BRPOP, as 2.4 could log them: the first key that has elements.
pub fn blocking_pop(name: &[u8], call: &mut Call<'_>) -> Outcome {
    let keys = call.argv.get(1..call.argv.len().saturating_sub(1)).unwrap_or_default();
    match keys.iter().find(|key| call.exists(key)) {
        Some(key) => take(call, key, end_of_name(name), 1),
        None => Ok(Applied::NoEffect),
    }
}

pub fn lmpop(call: &mut Call<'_>) -> Outcome {
    let options = (call.unsigned(1)? as usize).checked_add(2).ok_or(Applied::Refused)?;
    let keys = call.argv.get(2..options).ok_or(Applied::Refused)?;
    let end = end_of(call.word(options)?)?;
    let count = if call.is(options + 1, "COUNT") { call.unsigned(options + 2)? } else { 1 };
    match keys.iter().find(|key| call.exists(key)) {
        Some(key) => take(call, key, end, count),
        None => Ok(Applied::NoEffect),
    }
}

pub fn lset(call: &mut Call<'_>) -> Outcome {
    let (key, index, text, rules) = (call.word(1)?, call.integer(2)?, call.word(3)?, call.list_rules);
    let set = call.update(key, |list: &mut ListValue| {
        list.convert_before_adding(&[text], rules);
        let Some(index) = list.index(index) else { return false };
        list.replace(index, text, rules);
        list.convert_after(true, rules);
        true
    })?;
    if set == Some(true) { Ok(Applied::Done) } else { Err(Applied::Refused) }
}

pub fn linsert(call: &mut Call<'_>) -> Outcome {
    let (key, pivot, text, rules) = (call.word(1)?, call.word(3)?, call.word(4)?, call.list_rules);
    let after = match (call.is(2, "AFTER"), call.is(2, "BEFORE")) {
        (true, _) => true,
        (_, true) => false,
        _ => return Err(Applied::Refused),
    };
    let inserted = call.update(key, |list: &mut ListValue| {
        list.convert_before_adding(&[text], rules);
        let Some(index) = list.iter().position(|item| item == pivot) else { return false };
        list.insert(index as u64, text, after, rules);
        true
    })?;
    Ok(done_if(inserted == Some(true)))
}

pub fn lrem(call: &mut Call<'_>) -> Outcome {
    let (key, count, text, rules) = (call.word(1)?, call.integer(2)?, call.word(3)?, call.list_rules);
    let from = if count < 0 { End::Tail } else { End::Head };
    let most = if count == 0 { u64::MAX } else { count.unsigned_abs() };
    let removed = call.update(key, |list: &mut ListValue| {
        let removed = list.remove_equal(text, most, from, rules);
        if removed > 0 {
            list.convert_after(true, rules);
        }
        removed > 0
    })?;
    Ok(done_if(removed == Some(true)))
}

pub fn ltrim(call: &mut Call<'_>) -> Outcome {
    let (key, first, last, rules) = (call.word(1)?, call.integer(2)?, call.integer(3)?, call.list_rules);
    let trimmed = call.update(key, |list: &mut ListValue| {
        let length = list.len();
        let (start, kept) = super::range::clamp(first, last, length);
        list.remove_range(start.saturating_add(kept), length, rules);
        list.remove_range(0, if kept == 0 { length } else { start }, rules);
        list.convert_after(true, rules);
    })?;
    Ok(done_if(trimmed.is_some()))
}

pub fn rpoplpush(call: &mut Call<'_>) -> Outcome {
    let (from, to) = (call.word(1)?, call.word(2)?);
    move_element(call, from, End::Tail, to, End::Head)
}

pub fn lmove(call: &mut Call<'_>) -> Outcome {
    let (from, to) = (call.word(1)?, call.word(2)?);
    let (take_from, put_to) = (end_of(call.word(3)?)?, end_of(call.word(4)?)?);
    move_element(call, from, take_from, to, put_to)
}

fn move_element(call: &mut Call<'_>, from: &[u8], take_from: End, to: &[u8], put_to: End) -> Outcome {
    let rules = call.list_rules;
    call.read::<ListValue>(to)?;
    let Some(source) = call.read::<ListValue>(from)? else { return Ok(Applied::NoEffect) };
    let packed = source.encoding() != crate::conversion::Encoding::Linkedlist;
    if from == to {
        call.update(from, |list: &mut ListValue| {
            if let Some(text) = list.pop(take_from, rules) {
                list.convert_before_moving(&text, packed, rules);
                list.push(&text, put_to, rules);
                list.convert_after(true, rules);
            }
        })?;
        return Ok(Applied::Done);
    }
    let taken = call.update(from, |list: &mut ListValue| {
        let text = list.pop(take_from, rules);
        list.convert_after(true, rules);
        text
    })?;
    let Some(text) = taken.flatten() else { return Ok(Applied::NoEffect) };
    call.upsert(
        to,
        || ListValue::new(rules),
        |list| {
            list.convert_before_moving(&text, packed, rules);
            list.push(&text, put_to, rules);
        },
    )?;
    Ok(Applied::Done)
}
