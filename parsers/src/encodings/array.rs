//! Arrays (Redis 8.8): stored elements with their indexes, ascending, with gaps.

use super::damage::Damage;
use crate::error::{Error, Result};
use crate::events::{ArrayValue, Element, ValueSink, decimal_length};
use crate::rdb::codes::ValueType;
use crate::source::Input;

const NAME: &str = "array";

/// Longest text that is kept in the slot itself.
const SHORT: usize = 7;

pub fn decode<S: ValueSink>(input: &mut Input, damage: &mut Damage, sink: &mut S) -> Result<()> {
    let start = input.offset();
    let count = input.length()?;
    sink.begin(ValueType::Array, Some(count));
    if count == 0 {
        damage.absorb(Error::encoding(NAME, "it has no elements", start))?;
    }
    let last_insert = match input.length()? {
        0 => None,
        1 => Some(input.length()?),
        other => return Err(Error::encoding(NAME, format!("{other} where 0 or 1 must stand"), start)),
    };
    sink.array(count, last_insert);
    for _ in 0..count {
        slot(input, damage, sink)?;
    }
    Ok(())
}

fn slot<S: ValueSink>(input: &mut Input, damage: &mut Damage, sink: &mut S) -> Result<()> {
    let start = input.offset();
    let index = input.length()?;
    if index == u64::MAX {
        damage.absorb(Error::encoding(NAME, "an index that is out of range", start))?;
    }
    match input.length()? {
        0 => sink.array_slot(index, ArrayValue::Text(damage.element(input)?)),
        1 => {
            let number = i64::from_le_bytes(input.array()?);
            sink.array_slot(index, ArrayValue::Integer(number));
        }
        2 => {
            let number = f64::from_le_bytes(input.array()?);
            sink.array_slot(index, ArrayValue::Double(number));
        }
        3 => match damage.element(input)? {
            Element::Bytes(text) if text.len() <= SHORT => sink.array_slot(index, ArrayValue::Short(text)),
            Element::Int(number) if decimal_length(number) <= SHORT as u64 => {
                sink.array_slot(index, ArrayValue::Short(number.to_string().as_bytes()));
            }
            _ => damage.absorb(Error::encoding(NAME, "a short element that is too long", start))?,
        },
        tag => return Err(Error::encoding(NAME, format!("unknown tag {tag} of an element"), start)),
    }
    Ok(())
}
