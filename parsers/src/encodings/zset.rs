//! Sorted sets: member by member with the score as text (ZSET) or double (ZSET_2), a ziplist, or a listpack.

use super::damage::Damage;
use super::listpack::Listpack;
use super::packed::{Scored, Walk, parse_double};
use super::ziplist::Ziplist;
use crate::error::{Error, Result};
use crate::events::ValueSink;
use crate::rdb::codes::ValueType;
use crate::source::Input;

/// ZSET: scores are text with a length byte; three lengths stand for NaN and the infinities.
pub fn decode<S: ValueSink>(input: &mut Input, damage: &mut Damage, sink: &mut S) -> Result<()> {
    let count = input.length()?;
    sink.begin(ValueType::Zset, Some(count));
    for _ in 0..count {
        let member = damage.element(input)?;
        sink.member(member);
        let start = input.offset();
        let score = match input.u8()? {
            253 => f64::NAN,
            254 => f64::INFINITY,
            255 => f64::NEG_INFINITY,
            length => {
                let text = input.peek(usize::from(length))?;
                let score = parse_double(text);
                input.consume(usize::from(length));
                match score {
                    Some(score) => score,
                    None => {
                        damage.absorb(Error::encoding("sorted set", "a score is no number", start))?;
                        f64::NAN
                    }
                }
            }
        };
        sink.score(score);
    }
    Ok(())
}

pub fn decode_2<S: ValueSink>(input: &mut Input, damage: &mut Damage, sink: &mut S) -> Result<()> {
    let count = input.length()?;
    sink.begin(ValueType::Zset2, Some(count));
    for _ in 0..count {
        let member = damage.element(input)?;
        sink.member(member);
        let score = f64::from_le_bytes(input.array()?);
        sink.score(score);
    }
    Ok(())
}

pub fn decode_ziplist<S: ValueSink>(input: &mut Input, damage: &mut Damage, sink: &mut S) -> Result<()> {
    sink.begin(ValueType::ZsetZiplist, None);
    let head = input.string_head()?;
    damage.packed_content(input, head, &mut Walk::<_, Ziplist, _>::new(sink, Scored, head.file_bytes()))
}

pub fn decode_listpack<S: ValueSink>(input: &mut Input, damage: &mut Damage, sink: &mut S) -> Result<()> {
    sink.begin(ValueType::ZsetListpack, None);
    let head = input.string_head()?;
    damage.packed_content(input, head, &mut Walk::<_, Listpack, _>::new(sink, Scored, head.file_bytes()))
}
