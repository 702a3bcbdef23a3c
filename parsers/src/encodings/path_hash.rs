//! Path hashes (Valkey 9.2): paths, each with fields and values.

use super::damage::Damage;
use super::hash::pair;
use crate::error::{Error, Result};
use crate::events::ValueSink;
use crate::rdb::codes::ValueType;
use crate::source::Input;

pub fn decode<S: ValueSink>(input: &mut Input, damage: &mut Damage, sink: &mut S) -> Result<()> {
    let paths = input.length()?;
    sink.begin(ValueType::PathHash, Some(paths));
    for _ in 0..paths {
        let head = input.string_head()?;
        let start = input.offset();
        let path = damage.content(input, head)?;
        // The path must be told with its number of fields, which stands behind it: keep it for that long.
        let path = super::owned::Owned::of(path);
        let fields = input.length()?;
        if fields == 0 {
            damage.absorb(Error::encoding("path hash", "a path without fields", start))?;
        }
        sink.path(path.element(), fields);
        for _ in 0..fields {
            pair(input, damage, sink)?;
            sink.pair_end(None);
        }
    }
    Ok(())
}
