//! Hashes without field expiry: pair by pair (HASH), zipmap, ziplist, listpack; and Valkey 9's HASH_2, pair by pair with one.

use super::damage::Damage;
use super::listpack::Listpack;
use super::packed::{Pairs, Walk};
use super::ziplist::Ziplist;
use super::zipmap::Zipmap;
use crate::error::Result;
use crate::events::ValueSink;
use crate::rdb::codes::ValueType;
use crate::source::Input;

/// HASH_2: the expiry of a field that has none.
const NO_EXPIRY: i64 = -1;

pub fn decode<S: ValueSink>(input: &mut Input, damage: &mut Damage, sink: &mut S) -> Result<()> {
    let count = input.length()?;
    sink.begin(ValueType::Hash, Some(count));
    for _ in 0..count {
        pair(input, damage, sink)?;
        sink.pair_end(None);
    }
    Ok(())
}

/// HASH_2 (Valkey 9.0): every pair is followed by its expiry in Unix milliseconds.
pub fn decode_2<S: ValueSink>(input: &mut Input, damage: &mut Damage, sink: &mut S) -> Result<()> {
    let count = input.length()?;
    sink.begin(ValueType::Hash2, Some(count));
    for _ in 0..count {
        pair(input, damage, sink)?;
        let expiry = i64::from_le_bytes(input.array()?);
        sink.pair_end((expiry != NO_EXPIRY).then_some(expiry));
    }
    Ok(())
}

/// A field and its value.
#[inline]
pub fn pair<S: ValueSink>(input: &mut Input, damage: &mut Damage, sink: &mut S) -> Result<()> {
    let field = damage.element(input)?;
    sink.field(field);
    let value = damage.element(input)?;
    sink.value(value);
    Ok(())
}

pub fn decode_zipmap<S: ValueSink>(input: &mut Input, damage: &mut Damage, sink: &mut S) -> Result<()> {
    sink.begin(ValueType::HashZipmap, None);
    let head = input.string_head()?;
    damage.packed_content(input, head, &mut Zipmap { sink, file_bytes: head.file_bytes() })
}

pub fn decode_ziplist<S: ValueSink>(input: &mut Input, damage: &mut Damage, sink: &mut S) -> Result<()> {
    sink.begin(ValueType::HashZiplist, None);
    let head = input.string_head()?;
    damage.packed_content(input, head, &mut Walk::<_, Ziplist, _>::new(sink, Pairs, head.file_bytes()))
}

pub fn decode_listpack<S: ValueSink>(input: &mut Input, damage: &mut Damage, sink: &mut S) -> Result<()> {
    sink.begin(ValueType::HashListpack, None);
    let head = input.string_head()?;
    damage.packed_content(input, head, &mut Walk::<_, Listpack, _>::new(sink, Pairs, head.file_bytes()))
}
