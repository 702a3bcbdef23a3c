//! Vector sets (Redis 8).

use crate::replay::applied::{Applied, Reason};
use crate::replay::call::{Call, Outcome, done_if};
use crate::replay::values::vector_set::{Quantisation, VectorSet};

/// Links per node and layer, where the command gives none.
const LINKS: u64 = 16;

/// VADD key [REDUCE n] (FP32 vector | VALUES n number…) element [CAS] [NOQUANT | Q8 | BIN] [EF n] [SETATTR text] [M n]
pub fn vadd(call: &mut Call<'_>) -> Outcome {
    let key = call.word(1)?;
    let (reduced, at) = if call.is(2, "REDUCE") { (Some(call.unsigned(3)?), 4) } else { (None, 2) };
    let (given, at) = if call.is(at, "FP32") {
        (call.word(at + 1)?.len() as u64 / 4, at + 2)
    } else {
        let given = call.unsigned(at + 1)?;
        (given, usize::try_from(given).ok().and_then(|given| given.checked_add(at + 2)).ok_or(Applied::Refused)?)
    };
    let element = call.word(at)?;
    let (mut quantisation, mut links, mut attribute) = (Quantisation::Bytes, LINKS, None);
    let mut at = at + 1;
    while at < call.argv.len() {
        if call.is(at, "NOQUANT") {
            quantisation = Quantisation::Full;
        } else if call.is(at, "BIN") {
            quantisation = Quantisation::Bits;
        } else if call.is(at, "SETATTR") {
            at += 1;
            attribute = Some(call.word(at)?);
        } else if call.is(at, "M") {
            at += 1;
            links = call.unsigned(at)?.min(4096);
        } else if call.is(at, "EF") {
            at += 1;
        }
        at += 1;
    }
    let (dimensions, input) = reduced.map_or((given, 0), |reduced| (reduced, given));
    call.upsert(key, || VectorSet::new(quantisation, links, dimensions, input), |set| set.add(element, attribute))?;
    // The graph is drawn anew by every server.
    Err(Applied::NotReplayable(Reason::Random))
}

pub fn vrem(call: &mut Call<'_>) -> Outcome {
    let (key, element) = (call.word(1)?, call.word(2)?);
    Ok(done_if(call.update(key, |set: &mut VectorSet| set.remove(element))? == Some(true)))
}

pub fn vsetattr(call: &mut Call<'_>) -> Outcome {
    let (key, element, attribute) = (call.word(1)?, call.word(2)?, call.word(3)?);
    let set = call.update(key, |set: &mut VectorSet| {
        let there = set.contains(element);
        if there {
            set.add(element, Some(attribute));
        }
        there
    })?;
    Ok(done_if(set == Some(true)))
}
