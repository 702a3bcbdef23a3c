//! HyperLogLogs: PFADD, PFMERGE, and PFCOUNT, which writes down what it counted.

use crate::replay::applied::Applied;
use crate::replay::call::{Call, Outcome, done_if};
use crate::replay::values::StringValue;
use crate::replay::values::registers::Registers;

/// The registers of a key; none where there is no such key, an error where it holds none.
fn registers(call: &Call<'_>, key: &[u8]) -> Result<Option<Registers>, Applied> {
    let Some(bytes) = call.string_bytes(key)? else { return Ok(None) };
    Registers::of(bytes).map(Some).ok_or(Applied::WrongType)
}

/// Puts registers back; the string is raw from now on.
fn put(call: &mut Call<'_>, key: &[u8], registers: Registers) -> Result<(), Applied> {
    let bytes = registers.into_bytes();
    call.upsert(key, || StringValue::raw(Vec::new()), |string| *string = StringValue::raw(bytes))
}

pub fn pfadd(call: &mut Call<'_>) -> Outcome {
    let key = call.word(1)?;
    let limit = call.context.limits.hll_sparse_max_bytes;
    let there = registers(call, key)?;
    let mut changed = there.is_none();
    let mut registers = there.unwrap_or_else(Registers::empty);
    for element in call.words(2) {
        changed |= registers.add(element, limit);
    }
    if changed {
        registers.forget_count();
        put(call, key, registers)?;
    }
    Ok(done_if(changed))
}

pub fn pfmerge(call: &mut Call<'_>) -> Outcome {
    let key = call.word(1)?;
    let limit = call.context.limits.hll_sparse_max_bytes;
    let mut dense = false;
    let mut highest = vec![0u8; Registers::COUNT];
    for source in call.words(1) {
        if let Some(source) = registers(call, source)? {
            dense |= source.is_dense();
            source.merge_into(&mut highest);
        }
    }
    let mut registers = registers(call, key)?.unwrap_or_else(Registers::empty);
    if dense {
        registers.make_dense();
    }
    for (index, &value) in highest.iter().enumerate().filter(|(_, value)| **value > 0) {
        registers.raise(index, value, limit);
    }
    registers.forget_count();
    put(call, key, registers)?;
    Ok(Applied::Done)
}

pub fn pfcount(call: &mut Call<'_>) -> Outcome {
    let [key] = call.words(1) else { return Ok(Applied::NoEffect) };
    let Some(mut registers) = registers(call, key)? else { return Ok(Applied::NoEffect) };
    let counted = registers.remember_count(call.target());
    put(call, key, registers)?;
    Ok(done_if(counted))
}
