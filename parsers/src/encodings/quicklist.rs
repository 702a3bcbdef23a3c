//! Quicklists: a list as nodes, each a ziplist (Redis 3.2 to 6.2) or a listpack or one plain element (7.0 and later).

use super::damage::Damage;
use super::listpack::Listpack;
use super::packed::{Items, Walk};
use super::ziplist::Ziplist;
use crate::error::{Error, Result};
use crate::events::{Packed, ValueSink};
use crate::rdb::codes::ValueType;
use crate::rdb::strings::StringHead;
use crate::source::Input;

const PLAIN: u64 = 1;
const PACKED: u64 = 2;

/// LIST_QUICKLIST: nodes are ziplists.
pub fn decode<S: ValueSink>(input: &mut Input, damage: &mut Damage, sink: &mut S) -> Result<()> {
    let nodes = input.length()?;
    sink.begin(ValueType::ListQuicklist, None);
    for _ in 0..nodes {
        let head = input.string_head()?;
        damage.packed_content(input, head, &mut Walk::<_, Ziplist, _>::new(sink, Items, head.file_bytes()))?;
    }
    Ok(())
}

/// LIST_QUICKLIST_2: nodes say whether they are packed.
pub fn decode_2<S: ValueSink>(input: &mut Input, damage: &mut Damage, sink: &mut S) -> Result<()> {
    let nodes = input.length()?;
    sink.begin(ValueType::ListQuicklist2, None);
    for _ in 0..nodes {
        let start = input.offset();
        let container = input.length()?;
        let head = input.string_head()?;
        match container {
            PACKED => {
                damage.packed_content(input, head, &mut Walk::<_, Listpack, _>::new(sink, Items, head.file_bytes()))?;
            }
            PLAIN => plain(input, damage, sink, head)?,
            other => {
                damage.content(input, head)?;
                damage.absorb(Error::encoding("quicklist", format!("unknown container {other} of a node"), start))?;
            }
        }
    }
    Ok(())
}

fn plain<S: ValueSink>(input: &mut Input, damage: &mut Damage, sink: &mut S, head: StringHead) -> Result<()> {
    let element = damage.content(input, head)?;
    sink.packed(Packed::Plain, element.len(), head.file_bytes());
    sink.item(element);
    sink.packed_end();
    Ok(())
}
