//! Lists before quicklists: element by element (LIST), or one ziplist (LIST_ZIPLIST).

use super::damage::Damage;
use super::packed::{Items, Walk};
use super::ziplist::Ziplist;
use crate::error::Result;
use crate::events::ValueSink;
use crate::rdb::codes::ValueType;
use crate::source::Input;

pub fn decode<S: ValueSink>(input: &mut Input, damage: &mut Damage, sink: &mut S) -> Result<()> {
    let count = input.length()?;
    sink.begin(ValueType::List, Some(count));
    for _ in 0..count {
        let element = damage.element(input)?;
        sink.item(element);
    }
    Ok(())
}

pub fn decode_ziplist<S: ValueSink>(input: &mut Input, damage: &mut Damage, sink: &mut S) -> Result<()> {
    sink.begin(ValueType::ListZiplist, None);
    let head = input.string_head()?;
    damage.packed_content(input, head, &mut Walk::<_, Ziplist, _>::new(sink, Items, head.file_bytes()))
}
