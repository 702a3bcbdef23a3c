//! Geo commands: sorted sets whose scores are positions.

use super::geo_search::{Area, Search, store, unit};
use super::geohash::Position;
use super::zset::{self, Options};
use crate::replay::applied::Applied;
use crate::replay::call::{Call, Outcome, double};
use crate::replay::values::ZsetValue;

pub fn geoadd(call: &mut Call<'_>) -> Outcome {
    let mut options = Options::default();
    let mut at = 2;
    while call.argv.get(at).is_some_and(|word| options.read(word)) {
        at += 1;
    }
    let words = call.words(at);
    if words.is_empty() || !words.len().is_multiple_of(3) {
        return Err(Applied::Refused);
    }
    let mut pairs = Vec::with_capacity(words.len() / 3);
    for triple in words.chunks_exact(3) {
        let [longitude, latitude, member] = triple else { continue };
        let position = position(longitude, latitude)?;
        pairs.push((position.score(), *member));
    }
    zset::add(call, options, &pairs)
}

fn position(longitude: &[u8], latitude: &[u8]) -> Result<Position, Applied> {
    let both = double(longitude).zip(double(latitude));
    both.and_then(|(longitude, latitude)| Position::new(longitude, latitude)).ok_or(Applied::Refused)
}

/// The position of a member.
fn position_of(call: &Call<'_>, key: &[u8], member: &[u8]) -> Result<Option<Position>, Applied> {
    let Some(zset) = call.read::<ZsetValue>(key)? else { return Ok(None) };
    zset.score(member).map(|score| Some(Position::of_score(score))).ok_or(Applied::Refused)
}

/// Anywhere: for a key that is not there, where nothing can be found.
const NOWHERE: Position = Position { longitude: 0.0, latitude: 0.0 };

pub fn georadius(call: &mut Call<'_>, by_member: bool) -> Outcome {
    let from = call.word(1)?;
    let (centre, at) = if by_member {
        (position_of(call, from, call.word(2)?)?.unwrap_or(NOWHERE), 3)
    } else {
        (position(call.word(2)?, call.word(3)?)?, 4)
    };
    let (radius, unit) = (call.double(at)?, unit(call.word(at + 1)?)?);
    let mut search = Search {
        centre,
        area: Area::Radius(radius * unit),
        unit,
        count: None,
        any: false,
        descending: false,
        store_distance: false,
    };
    let (mut to, mut at) = (None, at + 2);
    while at < call.argv.len() {
        if call.is(at, "STORE") || call.is(at, "STOREDIST") {
            search.store_distance = call.is(at, "STOREDIST");
            to = Some(call.word(at + 1)?);
            at += 2;
        } else {
            at = option(call, at, &mut search)?;
        }
    }
    match to {
        Some(to) => store(call, from, to, &search),
        None => Ok(Applied::NoEffect),
    }
}

/// Reads an option that all searches have; gives the place behind it.
fn option(call: &Call<'_>, at: usize, search: &mut Search) -> Result<usize, Applied> {
    if call.is(at, "COUNT") {
        search.count = Some(call.unsigned(at + 1)?);
        return Ok(at + 2);
    }
    if call.is(at, "DESC") {
        search.descending = true;
    } else if call.is(at, "ANY") {
        search.any = true;
    } else if !["ASC", "WITHCOORD", "WITHDIST", "WITHHASH"].iter().any(|option| call.is(at, option)) {
        return Err(Applied::Refused);
    }
    Ok(at + 1)
}

pub fn geosearchstore(call: &mut Call<'_>) -> Outcome {
    let (to, from) = (call.word(1)?, call.word(2)?);
    let mut search = Search {
        centre: NOWHERE,
        area: Area::Radius(0.0),
        unit: 1.0,
        count: None,
        any: false,
        descending: false,
        store_distance: false,
    };
    let mut at = 3;
    while at < call.argv.len() {
        if call.is(at, "FROMMEMBER") {
            search.centre = position_of(call, from, call.word(at + 1)?)?.unwrap_or(NOWHERE);
            at += 2;
        } else if call.is(at, "FROMLONLAT") {
            search.centre = position(call.word(at + 1)?, call.word(at + 2)?)?;
            at += 3;
        } else if call.is(at, "BYRADIUS") {
            search.unit = unit(call.word(at + 2)?)?;
            search.area = Area::Radius(call.double(at + 1)? * search.unit);
            at += 3;
        } else if call.is(at, "BYBOX") {
            search.unit = unit(call.word(at + 3)?)?;
            let (width, height) = (call.double(at + 1)? * search.unit, call.double(at + 2)? * search.unit);
            search.area = Area::Box { width, height };
            at += 4;
        } else if call.is(at, "STOREDIST") {
            search.store_distance = true;
            at += 1;
        } else {
            at = option(call, at, &mut search)?;
        }
    }
    store(call, from, to, &search)
}
