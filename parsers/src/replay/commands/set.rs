//! Sets.

use crate::conversion::Encoding;
use crate::replay::applied::{Applied, Reason};
use crate::replay::call::{Call, Outcome, done_if};
use crate::replay::values::{SetValue, Typed};

pub fn sadd(call: &mut Call<'_>) -> Outcome {
    let (key, members, target) = (call.word(1)?, call.words(2), call.target());
    let (Some(first), count) = (members.first(), members.len() as u64) else { return Err(Applied::Refused) };
    if call.exists(key) {
        call.update(key, |set: &mut SetValue| set.expect(count, target))?;
    }
    let added = call.upsert(
        key,
        || SetValue::new(first, count, target),
        |set| members.iter().filter(|member| set.add(member, target)).count(),
    )?;
    Ok(done_if(added > 0))
}

pub fn srem(call: &mut Call<'_>) -> Outcome {
    let (key, members) = (call.word(1)?, call.words(2));
    let removed = call.update(key, |set: &mut SetValue| members.iter().filter(|member| set.remove(member)).count())?;
    Ok(done_if(removed.is_some_and(|removed| removed > 0)))
}

pub fn smove(call: &mut Call<'_>) -> Outcome {
    let (from, to, member, target) = (call.word(1)?, call.word(2)?, call.word(3)?, call.target());
    let there = call.read::<SetValue>(from)?.map(|set| set.contains(member));
    call.read::<SetValue>(to)?;
    if there != Some(true) || from == to {
        return Ok(Applied::NoEffect);
    }
    call.update(from, |set: &mut SetValue| set.remove(member))?;
    call.upsert(to, || SetValue::new(member, 1, target), |set| set.add(member, target))?;
    Ok(Applied::Done)
}

/// Logged as SREM; verbatim only in logs that no server wrote. With a count of at least all members it is certain.
pub fn spop(call: &mut Call<'_>) -> Outcome {
    let key = call.word(1)?;
    let count = if call.argv.len() > 2 { call.unsigned(2)? } else { 1 };
    match call.read::<SetValue>(key)? {
        None => Ok(Applied::NoEffect),
        Some(set) if set.len() <= count => Ok(done_if(call.delete(key))),
        Some(_) if count == 0 => Ok(Applied::NoEffect),
        Some(_) => Err(Applied::NotReplayable(Reason::Random)),
    }
}

/// The sources of a set operation; none where a key is missing.
fn sources<'c>(call: &'c Call<'_>) -> Result<Vec<Option<&'c SetValue>>, Applied> {
    call.word(2)?;
    call.words(2).iter().map(|key| call.read::<SetValue>(key)).collect()
}

pub fn sinterstore(call: &mut Call<'_>) -> Outcome {
    let (key, target) = (call.word(1)?, call.target());
    let sources = sources(call)?;
    let mut sets: Vec<&SetValue> = sources.iter().copied().flatten().collect();
    let packs = target.packs_lists_and_sets();
    let mut result = SetValue::empty(Encoding::Intset);
    if sets.len() == sources.len() {
        sets.sort_by_key(|set| set.len());
        if let [first, rest @ ..] = sets.as_slice() {
            if packs && first.encoding() != Encoding::Intset {
                result = SetValue::empty(Encoding::Listpack);
            }
            for member in first.in_order() {
                if rest.iter().all(|set| set.contains(member)) {
                    result.add(member, target);
                }
            }
        }
    }
    if packs {
        result.become_intset(target);
    }
    Ok(call.store_result(key, result.wrap()))
}

pub fn sunionstore(call: &mut Call<'_>) -> Outcome {
    let (key, target) = (call.word(1)?, call.target());
    let mut result = SetValue::empty(Encoding::Intset);
    for set in sources(call)?.into_iter().flatten() {
        for member in set.in_order() {
            result.add(member, target);
        }
    }
    Ok(call.store_result(key, result.wrap()))
}

pub fn sdiffstore(call: &mut Call<'_>) -> Outcome {
    let (key, target) = (call.word(1)?, call.target());
    let names = call.words(2);
    let mut result = SetValue::empty(Encoding::Intset);
    let sources = sources(call)?;
    let same = names.iter().skip(1).any(|name| Some(name) == names.first());
    if let [Some(first), rest @ ..] = sources.as_slice()
        && !same
    {
        let others: Vec<&SetValue> = rest.iter().copied().flatten().collect();
        // Servers compare the work of two ways; the second adds everything before it removes.
        let one_by_one = first.len().saturating_mul(others.len() as u64 + 1) / 2;
        let all_at_once = others.iter().map(|set| set.len()).fold(first.len(), u64::saturating_add);
        let adds_all = one_by_one > all_at_once;
        for member in first.in_order() {
            if adds_all || !others.iter().any(|set| set.contains(member)) {
                result.add(member, target);
            }
        }
        for set in others.iter().filter(|_| adds_all) {
            for member in set.in_order() {
                result.remove(member);
            }
        }
    }
    Ok(call.store_result(key, result.wrap()))
}
