//! BITFIELD: integers of any width inside a string.

use crate::replay::applied::Applied;
use crate::replay::call::{Call, Outcome, integer};
use crate::replay::values::StringValue;
use crate::replay::values::string::LONGEST;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Overflow {
    Wrap,
    Saturate,
    Fail,
}

/// A field: signedness, width and place.
#[derive(Debug, Clone, Copy)]
struct Field {
    signed: bool,
    bits: u64,
    offset: u64,
}

impl Field {
    fn read(call: &Call<'_>, at: usize) -> Result<Self, Applied> {
        let (signed, digits) = match call.word(at)? {
            [b'i' | b'I', digits @ ..] => (true, digits),
            [b'u' | b'U', digits @ ..] => (false, digits),
            _ => return Err(Applied::Refused),
        };
        let bits = u64::try_from(integer(digits)?).map_err(|_| Applied::Refused)?;
        let place = call.word(at + 1)?;
        let (times, digits) = match place {
            [b'#', digits @ ..] => (bits, digits),
            _ => (1, place),
        };
        let offset = u64::try_from(integer(digits)?).ok().and_then(|offset| offset.checked_mul(times));
        let offset = offset.filter(|offset| offset / 8 < LONGEST).ok_or(Applied::Refused)?;
        if bits == 0 || bits > if signed { 64 } else { 63 } {
            return Err(Applied::Refused);
        }
        Ok(Self { signed, bits, offset })
    }

    /// Bytes that a string must have to hold it.
    fn end(self) -> u64 {
        (self.offset + self.bits - 1) / 8 + 1
    }

    fn get(self, string: &StringValue) -> i128 {
        let mut number: i128 = 0;
        for bit in self.offset..self.offset + self.bits {
            number = number << 1 | i128::from(string.byte(bit / 8) >> (7 - bit % 8) & 1);
        }
        if self.signed && number >> (self.bits - 1) & 1 == 1 { number - (1 << self.bits) } else { number }
    }

    fn put(self, string: &mut StringValue, number: i128) {
        for (place, bit) in (self.offset..self.offset + self.bits).enumerate() {
            let one = number >> (self.bits - 1 - place as u64) & 1 == 1;
            let mask = 0x80u8 >> (bit % 8);
            let byte = string.byte(bit / 8);
            string.write(bit / 8, &[if one { byte | mask } else { byte & !mask }]);
        }
    }

    /// The number as the field holds it; none where it does not fit and must not be changed.
    fn fit(self, number: i128, overflow: Overflow) -> Option<i128> {
        let (low, high) = match self.signed {
            true => (-(1i128 << (self.bits - 1)), (1i128 << (self.bits - 1)) - 1),
            false => (0, (1i128 << self.bits) - 1),
        };
        if (low..=high).contains(&number) {
            return Some(number);
        }
        match overflow {
            Overflow::Fail => None,
            Overflow::Saturate => Some(number.clamp(low, high)),
            Overflow::Wrap => {
                let wrapped = number.rem_euclid(1 << self.bits);
                Some(if wrapped > high { wrapped - (1 << self.bits) } else { wrapped })
            }
        }
    }
}

pub fn bitfield(call: &mut Call<'_>) -> Outcome {
    let key = call.word(1)?;
    let mut overflow = Overflow::Wrap;
    let mut changes = Vec::new();
    let mut at = 2;
    while at < call.argv.len() {
        if call.is(at, "GET") {
            Field::read(call, at + 1)?;
            at += 3;
        } else if call.is(at, "OVERFLOW") {
            overflow = match call.word(at + 1)?.to_ascii_uppercase().as_slice() {
                b"WRAP" => Overflow::Wrap,
                b"SAT" => Overflow::Saturate,
                b"FAIL" => Overflow::Fail,
                _ => return Err(Applied::Refused),
            };
            at += 2;
        } else if call.is(at, "SET") || call.is(at, "INCRBY") {
            changes.push((Field::read(call, at + 1)?, call.is(at, "INCRBY"), call.integer(at + 3)?, overflow));
            at += 4;
        } else {
            return Err(Applied::Refused);
        }
    }
    let Some(length) = changes.iter().map(|(field, ..)| field.end()).max() else { return Ok(Applied::NoEffect) };
    call.upsert(
        key,
        || StringValue::raw(Vec::new()),
        |string| {
            string.extend_to(length);
            string.make_raw();
            for (field, adds, number, overflow) in changes {
                let number = i128::from(number) + if adds { field.get(string) } else { 0 };
                // A number that is set counts as unsigned in an unsigned field.
                let number = if !adds && !field.signed { i128::from(number as u64) } else { number };
                if let Some(number) = field.fit(number, overflow) {
                    field.put(string, number);
                }
            }
        },
    )?;
    Ok(Applied::Done)
}
