//! Arrays (Redis 8.8).

use crate::replay::applied::Applied;
use crate::replay::call::{Call, Outcome, done_if};
use crate::replay::values::array::Array;

/// An index: any unsigned number of 64 bits.
fn index(word: &[u8]) -> Result<u64, Applied> {
    std::str::from_utf8(word).ok().and_then(|text| text.parse().ok()).ok_or(Applied::Refused)
}

/// Pairs of index and value.
pub fn armset(call: &mut Call<'_>) -> Outcome {
    let (key, words) = (call.word(1)?, call.words(2));
    if words.is_empty() || !words.len().is_multiple_of(2) {
        return Err(Applied::Refused);
    }
    let mut pairs = Vec::with_capacity(words.len() / 2);
    for pair in words.chunks_exact(2) {
        if let [place, value] = pair {
            pairs.push((index(place)?, *value));
        }
    }
    set(call, key, &pairs)
}

/// Values from one index on.
pub fn arset(call: &mut Call<'_>) -> Outcome {
    let (key, first) = (call.word(1)?, index(call.word(2)?)?);
    let mut pairs = Vec::new();
    for (offset, value) in (0u64..).zip(call.words(3)) {
        pairs.push((first.checked_add(offset).ok_or(Applied::Refused)?, *value));
    }
    set(call, key, &pairs)
}

fn set(call: &mut Call<'_>, key: &[u8], pairs: &[(u64, &[u8])]) -> Outcome {
    call.upsert(key, Array::default, |array| pairs.iter().filter(|(place, value)| array.set(*place, value)).count() > 0)
        .map(done_if)
}

/// ARINSERT, and ARRING, which begins anew after a number of places.
pub fn insert(call: &mut Call<'_>, ring: bool) -> Outcome {
    let key = call.word(1)?;
    let size = if ring { Some(call.unsigned(2)?).filter(|&size| size > 0) } else { None };
    if ring && size.is_none() {
        return Err(Applied::Refused);
    }
    let values = call.words(if ring { 3 } else { 2 });
    call.upsert(key, Array::default, |array| {
        values.iter().all(|value| {
            let next = array.next();
            let place = match size {
                Some(size) => next.map(|next| next % size).or(Some(0)),
                None => next,
            };
            place.is_some_and(|place| array.insert(place, value))
        })
    })
    .map(done_if)
}

pub fn arseek(call: &mut Call<'_>) -> Outcome {
    let (key, next) = (call.word(1)?, index(call.word(2)?)?);
    Ok(done_if(call.update(key, |array: &mut Array| array.seek(next))?.is_some()))
}

/// ARDEL index… and ARDELRANGE first last….
pub fn remove(call: &mut Call<'_>, ranges: bool) -> Outcome {
    let (key, words) = (call.word(1)?, call.words(2));
    let places = words.iter().map(|word| index(word)).collect::<Result<Vec<_>, _>>()?;
    let removed = call.update(key, |array: &mut Array| {
        let mut removed = 0;
        for range in places.chunks(if ranges { 2 } else { 1 }) {
            if let (Some(first), Some(last)) = (range.first(), range.last()) {
                removed += array.remove(*first, *last);
            }
        }
        removed
    })?;
    Ok(done_if(removed.is_some_and(|removed| removed > 0)))
}
