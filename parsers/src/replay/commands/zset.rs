//! Sorted sets: members and scores.

use super::range::{self, By};
use crate::replay::applied::{Applied, Reason};
use crate::replay::call::{Call, Outcome, done_if, double};
use crate::replay::values::ZsetValue;

/// Options of ZADD.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    only_new: bool,
    only_there: bool,
    only_greater: bool,
    only_less: bool,
    increment: bool,
}

impl Options {
    /// Reads one option; whether it was one.
    pub fn read(&mut self, word: &[u8]) -> bool {
        match word.to_ascii_uppercase().as_slice() {
            b"NX" => self.only_new = true,
            b"XX" => self.only_there = true,
            b"GT" => self.only_greater = true,
            b"LT" => self.only_less = true,
            b"INCR" => self.increment = true,
            b"CH" => {}
            _ => return false,
        }
        true
    }
}

pub fn zadd(call: &mut Call<'_>) -> Outcome {
    let mut options = Options::default();
    let mut at = 2;
    while call.argv.get(at).is_some_and(|word| options.read(word)) {
        at += 1;
    }
    let words = call.words(at);
    if words.is_empty() || !words.len().is_multiple_of(2) {
        return Err(Applied::Refused);
    }
    let pairs = words.chunks_exact(2).filter_map(|pair| Some((pair.first()?, pair.last()?)));
    let pairs: Option<Vec<(f64, &[u8])>> = pairs.map(|(score, member)| Some((double(score)?, *member))).collect();
    add(call, options, &pairs.ok_or(Applied::Refused)?)
}

pub fn zincrby(call: &mut Call<'_>) -> Outcome {
    let (by, member) = (call.double(2)?, call.word(3)?);
    add(call, Options { increment: true, ..Options::default() }, &[(by, member)])
}

/// Adds pairs to the sorted set that the command's first key names.
pub fn add(call: &mut Call<'_>, options: Options, pairs: &[(f64, &[u8])]) -> Outcome {
    let (key, target) = (call.word(1)?, call.target());
    let expected = pairs.len() as u64;
    let first = pairs.first().map_or(0, |(_, member)| member.len() as u64);
    if call.read::<ZsetValue>(key)?.is_none() {
        if options.only_there {
            return Ok(Applied::NoEffect);
        }
    } else {
        call.update(key, |zset: &mut ZsetValue| zset.expect(expected, target))?;
    }
    let changed = call.upsert(
        key,
        || ZsetValue::new(first, expected, target),
        |zset| {
            let mut changed = false;
            for &(given, member) in pairs {
                let before = zset.score(member);
                let score = match before {
                    Some(before) if options.increment => before + given,
                    _ => given,
                };
                let unwanted = match before {
                    None => options.only_there,
                    Some(before) => {
                        options.only_new
                            || options.only_greater && score <= before
                            || options.only_less && score >= before
                    }
                };
                if score.is_nan() {
                    return Err(Applied::Refused);
                }
                if !unwanted {
                    changed |= zset.add(member, score, target);
                }
            }
            Ok(changed)
        },
    )?;
    changed.map(done_if)
}

pub fn zrem(call: &mut Call<'_>) -> Outcome {
    let (key, members) = (call.word(1)?, call.words(2));
    remove(call, key, members)
}

/// Removes members.
fn remove<M: AsRef<[u8]>>(call: &mut Call<'_>, key: &[u8], members: &[M]) -> Outcome {
    let removed =
        call.update(key, |zset: &mut ZsetValue| members.iter().filter(|member| zset.remove(member.as_ref())).count())?;
    Ok(done_if(removed.is_some_and(|removed| removed > 0)))
}

/// Removes up to `count` members from the lowest or highest score on.
fn pop(call: &mut Call<'_>, key: &[u8], count: u64, highest: bool) -> Outcome {
    let Some(zset) = call.read::<ZsetValue>(key)? else { return Ok(Applied::NoEffect) };
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    let members: Vec<Vec<u8>> = match highest {
        true => zset.iter().rev().take(count).map(|(member, _)| member.to_vec()).collect(),
        false => zset.iter().take(count).map(|(member, _)| member.to_vec()).collect(),
    };
    remove(call, key, &members)
}

pub fn zpop(call: &mut Call<'_>, highest: bool) -> Outcome {
    let count = if call.argv.len() > 2 { call.unsigned(2)? } else { 1 };
    let key = call.word(1)?;
    pop(call, key, count, highest)
}

pub fn zmpop(call: &mut Call<'_>) -> Outcome {
    let options = (call.unsigned(1)? as usize).checked_add(2).ok_or(Applied::Refused)?;
    let keys = call.argv.get(2..options).ok_or(Applied::Refused)?;
    let highest = call.is(options, "MAX");
    let count = if call.is(options + 1, "COUNT") { call.unsigned(options + 2)? } else { 1 };
    match keys.iter().find(|key| call.exists(key)) {
        Some(key) => pop(call, key, count, highest),
        None => Ok(Applied::NoEffect),
    }
}

pub fn remove_range(call: &mut Call<'_>, by: By) -> Outcome {
    let (key, low, high) = (call.word(1)?, call.word(2)?, call.word(3)?);
    let Some(zset) = call.read::<ZsetValue>(key)? else { return Ok(Applied::NoEffect) };
    let members: Vec<Vec<u8>> =
        range::members(zset, by, low, high, false)?.into_iter().map(|(member, _)| member).collect();
    let by_chance = by == By::Lex && zset.has_random_texts();
    let outcome = remove(call, key, &members);
    if by_chance { Err(Applied::NotReplayable(Reason::Random)) } else { outcome }
}
