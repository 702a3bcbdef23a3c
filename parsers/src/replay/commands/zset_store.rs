//! Sorted sets that are computed from others: ZUNIONSTORE, ZINTERSTORE, ZDIFFSTORE, ZRANGESTORE.

use super::range::{self, By};
use crate::replay::applied::{Applied, Reason};
use crate::replay::call::{Call, Outcome, double};
use crate::replay::values::{SetValue, Typed, Value, ZsetValue};

/// How scores of one member are combined.
#[derive(Debug, Clone, Copy)]
enum Aggregate {
    Sum,
    Min,
    Max,
    Count,
}

impl Aggregate {
    fn combine(self, one: f64, other: f64) -> f64 {
        match self {
            // Infinities of both signs make zero.
            Self::Sum | Self::Count => {
                let sum = one + other;
                if sum.is_nan() { 0.0 } else { sum }
            }
            Self::Min => one.min(other),
            Self::Max => one.max(other),
        }
    }
}

/// A source: a sorted set, or a set whose members all have score 1.
enum Source<'v> {
    Zset(&'v ZsetValue),
    Set(&'v SetValue),
    Missing,
}

impl Source<'_> {
    fn of<'v>(call: &'v Call<'_>, key: &[u8]) -> Result<Source<'v>, Applied> {
        match call.store.get(call.db, key).map(|entry| &entry.value) {
            None => Ok(Source::Missing),
            Some(Value::Zset(zset)) => Ok(Source::Zset(zset)),
            Some(Value::Set(set)) => Ok(Source::Set(set)),
            Some(Value::Recorded(recorded)) if matches!(recorded.value_type().type_name(), "set" | "zset") => {
                Err(Applied::NotReplayable(Reason::ValueNotHeld))
            }
            Some(_) => Err(Applied::WrongType),
        }
    }

    fn score(&self, member: &[u8]) -> Option<f64> {
        match self {
            Self::Zset(zset) => zset.score(member),
            Self::Set(set) => set.contains(member).then_some(1.0),
            Self::Missing => None,
        }
    }

    fn len(&self) -> u64 {
        match self {
            Self::Zset(zset) => zset.len(),
            Self::Set(set) => set.len(),
            Self::Missing => 0,
        }
    }

    fn members(&self) -> Vec<(&[u8], f64)> {
        match self {
            Self::Zset(zset) => zset.iter().collect(),
            Self::Set(set) => set.in_order().into_iter().map(|member| (member, 1.0)).collect(),
            Self::Missing => Vec::new(),
        }
    }
}

/// ZUNIONSTORE and ZINTERSTORE.
pub fn combine(name: &[u8], call: &mut Call<'_>) -> Outcome {
    let (key, target) = (call.word(1)?, call.target());
    let options = (call.unsigned(2)? as usize).checked_add(3).ok_or(Applied::Refused)?;
    let names = call.argv.get(3..options).filter(|names| !names.is_empty()).ok_or(Applied::Refused)?;
    let mut weights = vec![1.0; names.len()];
    let (mut aggregate, mut at) = (Aggregate::Sum, options);
    while at < call.argv.len() {
        if call.is(at, "WEIGHTS") {
            for (place, weight) in (at + 1..).zip(&mut weights) {
                *weight = double(call.word(place)?).ok_or(Applied::Refused)?;
            }
            at += 1 + names.len();
        } else if call.is(at, "AGGREGATE") {
            aggregate = match call.word(at + 1)?.to_ascii_uppercase().as_slice() {
                b"SUM" => Aggregate::Sum,
                b"MIN" => Aggregate::Min,
                b"MAX" => Aggregate::Max,
                b"COUNT" => Aggregate::Count,
                _ => return Err(Applied::Refused),
            };
            at += 2;
        } else {
            return Err(Applied::Refused);
        }
    }
    let sources = names.iter().zip(weights).map(|(name, weight)| Ok((Source::of(call, name)?, weight)));
    let mut sources = sources.collect::<Result<Vec<_>, Applied>>()?;
    // From the smallest on, as servers do: sums of floating point numbers depend on the order.
    sources.sort_by_key(|(source, _)| source.len());
    let weighted = |score: f64, weight: f64| {
        let product = if matches!(aggregate, Aggregate::Count) { weight } else { score * weight };
        if product.is_nan() { 0.0 } else { product }
    };
    let mut result = ZsetValue::empty(false, target);
    if name == b"ZUNIONSTORE" {
        for (source, weight) in &sources {
            for (member, score) in source.members() {
                let score = weighted(score, *weight);
                let score = result.score(member).map_or(score, |before| aggregate.combine(before, score));
                result.load(member, score);
            }
        }
    } else if let [(first, weight), rest @ ..] = sources.as_slice() {
        'members: for (member, score) in first.members() {
            let mut combined = weighted(score, *weight);
            for (source, weight) in rest {
                let Some(score) = source.score(member) else { continue 'members };
                combined = aggregate.combine(combined, weighted(score, *weight));
            }
            result.load(member, combined);
        }
    }
    result.pack_if_small(target);
    Ok(call.store_result(key, result.wrap()))
}

pub fn zdiffstore(call: &mut Call<'_>) -> Outcome {
    let (key, target) = (call.word(1)?, call.target());
    let end = (call.unsigned(2)? as usize).checked_add(3).ok_or(Applied::Refused)?;
    let names = call.argv.get(3..end).filter(|names| !names.is_empty()).ok_or(Applied::Refused)?;
    let sources = names.iter().map(|name| Source::of(call, name)).collect::<Result<Vec<_>, Applied>>()?;
    let mut result = ZsetValue::empty(false, target);
    if let [first, rest @ ..] = sources.as_slice() {
        for (member, score) in first.members() {
            if rest.iter().all(|source| source.score(member).is_none()) {
                result.load(member, score);
            }
        }
    }
    result.pack_if_small(target);
    Ok(call.store_result(key, result.wrap()))
}

pub fn zrangestore(call: &mut Call<'_>) -> Outcome {
    let (to, from, low, high) = (call.word(1)?, call.word(2)?, call.word(3)?, call.word(4)?);
    let (mut by, mut reverse, mut limit, mut at) = (By::Rank, false, None, 5);
    while at < call.argv.len() {
        if call.is(at, "BYSCORE") {
            by = By::Score;
        } else if call.is(at, "BYLEX") {
            by = By::Lex;
        } else if call.is(at, "REV") {
            reverse = true;
        } else if call.is(at, "LIMIT") {
            limit = Some((call.integer(at + 1)?, call.integer(at + 2)?));
            at += 2;
        } else {
            return Err(Applied::Refused);
        }
        at += 1;
    }
    let target = call.target();
    let mut result = ZsetValue::empty(true, target);
    let mut by_chance = false;
    if let Some(zset) = call.read::<ZsetValue>(from)? {
        let (low, high) = if reverse && by != By::Rank { (high, low) } else { (low, high) };
        let found = range::members(zset, by, low, high, reverse)?;
        by_chance = by == By::Lex && zset.has_random_texts();
        let (skip, take) = match limit {
            // A negative offset finds nothing, a negative count everything.
            Some((offset, count)) => {
                (usize::try_from(offset).unwrap_or(usize::MAX), usize::try_from(count).unwrap_or(usize::MAX))
            }
            None => (0, usize::MAX),
        };
        for (member, score) in found.iter().skip(skip).take(take) {
            result.add(member, *score, target);
        }
    }
    let applied = call.store_result(to, result.wrap());
    if by_chance { Err(Applied::NotReplayable(Reason::Random)) } else { Ok(applied) }
}
