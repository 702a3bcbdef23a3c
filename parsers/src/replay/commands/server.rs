//! Databases and slots as a whole: SELECT, SWAPDB, FLUSHDB, FLUSHALL, slot flushes and trims.

use crate::patterns::slot;
use crate::replay::applied::Applied;
use crate::replay::call::{Call, Outcome, integer};

/// Where the command is a SELECT: the database it names, none where it names none.
pub fn selected(argv: &[&[u8]]) -> Option<Option<u64>> {
    let [name, rest @ ..] = argv else { return None };
    name.eq_ignore_ascii_case(b"SELECT").then(|| match rest {
        [db] => u64::try_from(integer(db).ok()?).ok(),
        _ => None,
    })
}

pub fn swapdb(call: &mut Call<'_>) -> Outcome {
    let (one, other) = (call.unsigned(1)?, call.unsigned(2)?);
    call.store.swap(one, other);
    Ok(Applied::Done)
}

pub fn flush(call: &mut Call<'_>, all: bool) -> Outcome {
    call.store.flush((!all).then_some(call.db));
    Ok(Applied::Done)
}

/// SFLUSH, TRIMSLOTS and the parts of CLUSTER that remove keys.
pub fn slots(name: &[u8], call: &mut Call<'_>) -> Outcome {
    let ranges = match name {
        b"SFLUSH" => pairs(call.words(1))?,
        b"TRIMSLOTS" => {
            let count = call.unsigned(2)? as usize;
            let end = count.checked_mul(2).and_then(|words| words.checked_add(3)).ok_or(Applied::Refused)?;
            pairs(call.argv.get(3..end).ok_or(Applied::Refused)?)?
        }
        _ if call.is(1, "FLUSHSLOT") => {
            let slot = call.unsigned(2)?;
            vec![(slot, slot)]
        }
        _ => return Ok(Applied::NoEffect),
    };
    call.store.retain(None, |key| {
        let slot = u64::from(slot(key));
        !ranges.iter().any(|&(first, last)| (first..=last).contains(&slot))
    });
    Ok(Applied::Done)
}

/// First and last slots; words behind a number of pairs are options.
fn pairs(words: &[&[u8]]) -> Result<Vec<(u64, u64)>, Applied> {
    let number = |word: &[u8]| integer(word).ok().and_then(|number| u64::try_from(number).ok());
    let numbers: Vec<u64> = words.iter().map_while(|word| number(word)).collect();
    let ranges: Vec<_> = numbers.as_chunks().0.iter().map(|&[first, last]: &[u64; 2]| (first, last)).collect();
    if ranges.is_empty() { Err(Applied::Refused) } else { Ok(ranges) }
}
