//! Hashes with field expiry of Redis 7.4 and later: pair by pair (HASH_METADATA) or as listpack of triples
//! (HASH_LISTPACK_EX), and both as the 7.4 release candidates wrote them.

use super::damage::Damage;
use super::hash::pair;
use super::listpack::Listpack;
use super::packed::{Entries, Walk};
use crate::error::Result;
use crate::events::{Element, ValueSink};
use crate::rdb::codes::ValueType;
use crate::source::Input;

/// HASH_METADATA: field expiries count from the smallest one, 0 standing for none. The release candidates wrote them
/// as they are, and no smallest one.
pub fn decode<S: ValueSink>(value: ValueType, input: &mut Input, damage: &mut Damage, sink: &mut S) -> Result<()> {
    let relative = value == ValueType::HashMetadata;
    let smallest = if relative { i64::from_le_bytes(input.array()?) } else { 0 };
    let count = input.length()?;
    sink.begin(value, Some(count));
    sink.min_field_expiry(smallest);
    for _ in 0..count {
        let stored = input.length()?;
        pair(input, damage, sink)?;
        let expiry = if relative { smallest.wrapping_add(stored.wrapping_sub(1) as i64) } else { stored as i64 };
        sink.pair_end((stored != 0).then_some(expiry));
    }
    Ok(())
}

/// HASH_LISTPACK_EX: field, value and expiry in turn.
pub fn decode_listpack<S: ValueSink>(
    value: ValueType,
    input: &mut Input,
    damage: &mut Damage,
    sink: &mut S,
) -> Result<()> {
    let smallest = if value == ValueType::HashListpackEx { i64::from_le_bytes(input.array()?) } else { 0 };
    sink.begin(value, None);
    sink.min_field_expiry(smallest);
    let head = input.string_head()?;
    damage.packed_content(input, head, &mut Walk::<_, Listpack, _>::new(sink, Triples, head.file_bytes()))
}

/// Entries that are field, value and expiry in turn.
struct Triples;

impl<S: ValueSink> Entries<S> for Triples {
    const GROUP: u64 = 3;

    fn entry(&mut self, sink: &mut S, place: u64, element: Element<'_>) -> std::result::Result<(), &'static str> {
        match place {
            0 => sink.field(element),
            1 => sink.value(element),
            _ => {
                let expiry = element.integer().ok_or("the expiry of a field is no integer")?;
                sink.pair_end((expiry != 0).then_some(expiry));
            }
        }
        Ok(())
    }
}
