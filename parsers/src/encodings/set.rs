//! Sets: member by member (SET), an intset, or a listpack.

use super::damage::Damage;
use super::intset::Intset;
use super::listpack::Listpack;
use super::packed::{Items, Walk};
use crate::error::Result;
use crate::events::ValueSink;
use crate::rdb::codes::ValueType;
use crate::source::Input;

pub fn decode<S: ValueSink>(input: &mut Input, damage: &mut Damage, sink: &mut S) -> Result<()> {
    let count = input.length()?;
    sink.begin(ValueType::Set, Some(count));
    for _ in 0..count {
        let member = damage.element(input)?;
        sink.item(member);
    }
    Ok(())
}

pub fn decode_intset<S: ValueSink>(input: &mut Input, damage: &mut Damage, sink: &mut S) -> Result<()> {
    sink.begin(ValueType::SetIntset, None);
    let head = input.string_head()?;
    damage.packed_content(input, head, &mut Intset { sink, file_bytes: head.file_bytes() })
}

pub fn decode_listpack<S: ValueSink>(input: &mut Input, damage: &mut Damage, sink: &mut S) -> Result<()> {
    sink.begin(ValueType::SetListpack, None);
    let head = input.string_head()?;
    damage.packed_content(input, head, &mut Walk::<_, Listpack, _>::new(sink, Items, head.file_bytes()))
}
