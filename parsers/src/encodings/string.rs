//! Strings. A large or compressed one is not held: its head tells its length, its first 4 KiB tell what it is.

use super::damage::Damage;
use crate::error::Result;
use crate::events::{Element, ValueSink};
use crate::kinds::may_be_bitmap;
use crate::rdb::codes::ValueType;
use crate::rdb::strings::StringHead;
use crate::source::bytes::PackedDecoder;
use crate::source::{Bytes, Input};

/// Bytes from which the kind of a string is told, and from which on a bitmap's set bytes are counted.
const PREFIX: u64 = 4096;

pub fn decode<S: ValueSink>(input: &mut Input, damage: &mut Damage, sink: &mut S) -> Result<()> {
    sink.begin(ValueType::String, None);
    let kinds = input.kinds;
    match input.string_head()? {
        head @ StringHead::Int(_) => {
            sink.string(input.element_content(head)?, &[], None);
            Ok(())
        }
        head @ StringHead::Plain { length } if length < PREFIX => {
            let content = input.element_content(head)?;
            let prefix = if kinds { start(content) } else { &[] };
            sink.string(content, prefix, None);
            Ok(())
        }
        StringHead::Lzf { packed, length } => lzf(input, damage, sink, packed, length),
        head @ StringHead::Plain { .. } => large(input, damage, sink, head),
    }
}

fn lzf<S: ValueSink>(input: &mut Input, damage: &mut Damage, sink: &mut S, packed: u64, length: u64) -> Result<()> {
    let head = StringHead::Lzf { packed, length };
    let kinds = input.kinds;
    if length < PREFIX || input.contiguous_limit() == u64::MAX {
        let content = damage.content(input, head)?;
        let prefix = if kinds { start(content) } else { &[] };
        sink.string(content, prefix, count_nonzero(content, prefix));
        return Ok(());
    }
    if input.unpack_all {
        return large(input, damage, sink, head);
    }
    if !kinds {
        sink.string(Element::Opaque { length }, &[], None);
        return input.skip(packed);
    }
    match input.unpack_prefix(packed, length, PREFIX) {
        Ok(prefix) if may_be_bitmap(prefix, length) => large(input, damage, sink, head),
        Ok(prefix) => {
            sink.string(Element::Opaque { length }, prefix, None);
            input.skip(packed)
        }
        Err(e) => {
            damage.absorb(e)?;
            input.skip(packed)
        }
    }
}

/// A string of 4 KiB or more that is not compressed, or is a bitmap whose set bytes are counted.
fn large<S: ValueSink>(input: &mut Input, damage: &mut Damage, sink: &mut S, head: StringHead) -> Result<()> {
    let kinds = input.kinds;
    damage.packed_content(input, head, &mut Scan { sink, kinds })
}

/// What tells the kind of a string that is held.
fn start(content: Element<'_>) -> &[u8] {
    let Element::Bytes(bytes) = content else { return &[] };
    bytes.get(..PREFIX as usize).unwrap_or(bytes)
}

fn count_nonzero(content: Element<'_>, prefix: &[u8]) -> Option<u64> {
    let Element::Bytes(bytes) = content else { return None };
    (bytes.len() as u64 >= PREFIX && may_be_bitmap(prefix, bytes.len() as u64)).then(|| nonzero(bytes))
}

fn nonzero(bytes: &[u8]) -> u64 {
    // Sums of at most 255 bytes fit a byte each, which lets the compiler count many lanes at once.
    bytes.chunks(255).map(|chunk| u64::from(chunk.iter().map(|&b| u8::from(b != 0)).sum::<u8>())).sum()
}

/// Looks at the start of a string and, where it is a bitmap, at all of it.
struct Scan<'s, S> {
    sink: &'s mut S,
    kinds: bool,
}

impl<S: ValueSink> PackedDecoder for Scan<'_, S> {
    fn decode<B: Bytes>(&mut self, bytes: &mut B) -> Result<()> {
        let length = bytes.left();
        if !self.kinds {
            self.sink.string(Element::Opaque { length }, &[], None);
            return bytes.skip(length);
        }
        if length <= bytes.peek_limit() {
            let content = bytes.peek(length as usize)?;
            let prefix = &content[..content.len().min(PREFIX as usize)];
            let element = Element::Bytes(content);
            self.sink.string(element, prefix, count_nonzero(element, prefix));
            return bytes.skip(length);
        }
        let prefix = bytes.peek(PREFIX as usize)?.to_vec();
        let counted = if may_be_bitmap(&prefix, length) { Some(count(bytes)?) } else { None };
        bytes.skip(bytes.left())?;
        self.sink.string(Element::Opaque { length }, &prefix, counted);
        Ok(())
    }

    fn encoding(&self) -> &'static str {
        "string"
    }
}

fn count<B: Bytes>(bytes: &mut B) -> Result<u64> {
    let mut sum = 0;
    while bytes.left() > 0 {
        let part = bytes.left().min(PREFIX) as usize;
        sum += nonzero(bytes.peek(part)?);
        bytes.consume(part);
    }
    Ok(sum)
}
