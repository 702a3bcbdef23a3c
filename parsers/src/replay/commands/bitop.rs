//! BITOP.

use crate::replay::applied::{Applied, Reason};
use crate::replay::call::{Call, Outcome};
use crate::replay::values::{StringValue, Typed};

/// Bytes that are combined at once.
const PART: u64 = 4096;

pub fn bitop(call: &mut Call<'_>) -> Outcome {
    let operation = call.word(1)?.to_ascii_uppercase();
    let (to, names) = (call.word(2)?, call.words(3));
    let combine = combination(&operation).ok_or(Applied::Refused)?;
    if names.is_empty() || operation == b"NOT" && names.len() != 1 {
        return Err(Applied::Refused);
    }
    let mut sources = Vec::new();
    for name in names {
        sources.push(call.read::<StringValue>(name)?);
    }
    let length = sources.iter().flatten().map(|string| string.len()).max().unwrap_or(0);
    let holes = sources.iter().flatten().any(|string| string.has_holes());
    if holes && operation == b"NOT" {
        return Err(Applied::NotReplayable(Reason::TooLarge));
    }
    let mut result = StringValue::raw(Vec::new());
    let mut bytes = vec![0u8; sources.len()];
    let mut start = 0;
    while start < length {
        let end = length.min(start + PART);
        let mut part = Vec::with_capacity(PART as usize);
        for at in start..end {
            for (byte, source) in bytes.iter_mut().zip(&sources) {
                *byte = source.map_or(0, |string| string.byte(at));
            }
            part.push(combine(&bytes));
        }
        if holes && part.iter().all(|&byte| byte == 0) {
            result.extend_to(end);
        } else {
            result.write(start, &part);
        }
        start = end;
    }
    if length == 0 {
        return Ok(if call.delete(to) { Applied::Done } else { Applied::NoEffect });
    }
    call.replace(to, result.wrap());
    Ok(Applied::Done)
}

/// What an operation makes of one byte of each source.
fn combination(operation: &[u8]) -> Option<fn(&[u8]) -> u8> {
    let or = |bytes: &[u8]| bytes.iter().fold(0, |one, other| one | other);
    Some(match operation {
        b"AND" => |bytes| bytes.iter().fold(0xff, |one, other| one & other),
        b"OR" => or,
        b"XOR" => |bytes| bytes.iter().fold(0, |one, other| one ^ other),
        b"NOT" => |bytes| !bytes.first().copied().unwrap_or(0),
        b"DIFF" => |bytes| rest(bytes, |first, others| first & !others),
        b"DIFF1" => |bytes| rest(bytes, |first, others| !first & others),
        b"ANDOR" => |bytes| rest(bytes, |first, others| first & others),
        b"ONE" => |bytes| {
            let (mut once, mut more) = (0u8, 0u8);
            for byte in bytes {
                more |= once & byte;
                once |= byte;
            }
            once & !more
        },
        _ => return None,
    })
}

/// Combines the first byte with all others.
fn rest(bytes: &[u8], combine: fn(u8, u8) -> u8) -> u8 {
    let Some((first, others)) = bytes.split_first() else { return 0 };
    combine(*first, others.iter().fold(0, |one, other| one | other))
}
