//! Strings. A large or compressed one is not held: its head tells its length, its first 4 KiB tell what it is.

use super::damage::Damage;
use crate::error::Result;
use crate::events::{Element, ValueSink};
use crate::kinds::{Beginning, DOCUMENT_BYTES, PREFIX_BYTES, begins_document, may_be_bitmap};
use crate::rdb::codes::ValueType;
use crate::rdb::strings::StringHead;
use crate::source::bytes::PackedDecoder;
use crate::source::lzf::check_lengths;
use crate::source::{Bytes, Input};

/// Bytes from which the kind of a string is told, and from which on a bitmap's set bytes are counted.
const PREFIX: u64 = PREFIX_BYTES as u64;

pub fn decode<S: ValueSink>(input: &mut Input, damage: &mut Damage, sink: &mut S) -> Result<()> {
    sink.begin(ValueType::String, None);
    let kinds = input.kinds;
    match input.string_head()? {
        head @ StringHead::Int(_) => {
            sink.string(input.element_content(head)?, Beginning::Bytes(&[]), None);
            Ok(())
        }
        head @ StringHead::Plain { length } if length < PREFIX => {
            let content = input.element_content(head)?;
            let prefix = if kinds { start(content) } else { &[] };
            sink.string(content, Beginning::Bytes(prefix), None);
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
        sink.string(content, Beginning::Bytes(prefix), count_nonzero(content, prefix));
        return Ok(());
    }
    if input.unpack_all {
        return large(input, damage, sink, head);
    }
    let beginning = match beginning(input, packed, length) {
        Ok(Beginning::Bytes(prefix)) if may_be_bitmap(prefix, length) => return large(input, damage, sink, head),
        Ok(beginning) => beginning,
        Err(e) => {
            damage.absorb(e)?;
            return input.skip(packed);
        }
    };
    sink.string(Element::Opaque { length }, beginning, None);
    input.skip(packed)
}

/// The beginning of a compressed string: what is likely a document is unpacked no further than it takes to know, and
/// nothing is where no kind is wanted.
fn beginning(input: &mut Input, packed: u64, length: u64) -> Result<Beginning<'_>> {
    if !input.kinds {
        check_lengths(packed, length, input.offset())?;
        return Ok(Beginning::Bytes(&[]));
    }
    if begins_document(input.unpack_prefix(packed, length, DOCUMENT_BYTES as u64)?) {
        return Ok(Beginning::Document);
    }
    Ok(Beginning::Bytes(input.unpack_prefix(packed, length, PREFIX)?))
}

/// A string of 4 KiB or more that is not compressed, or is a bitmap whose set bytes are counted.
fn large<S: ValueSink>(input: &mut Input, damage: &mut Damage, sink: &mut S, head: StringHead) -> Result<()> {
    let kinds = input.kinds;
    damage.packed_content(input, head, &mut Scan { sink, kinds })
}

/// What tells the kind of a string that is held.
fn start(content: Element<'_>) -> &[u8] {
    let Element::Bytes(bytes) = content else { return &[] };
    bytes.get(..PREFIX_BYTES).unwrap_or(bytes)
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
            self.sink.string(Element::Opaque { length }, Beginning::Bytes(&[]), None);
            return bytes.skip(length);
        }
        if length <= bytes.peek_limit() {
            let content = bytes.peek(length as usize)?;
            let element = Element::Bytes(content);
            let prefix = start(element);
            self.sink.string(element, Beginning::Bytes(prefix), count_nonzero(element, prefix));
            return bytes.skip(length);
        }
        let prefix = bytes.peek(PREFIX_BYTES)?.to_vec();
        let counted = if may_be_bitmap(&prefix, length) { Some(count(bytes)?) } else { None };
        bytes.skip(bytes.left())?;
        self.sink.string(Element::Opaque { length }, Beginning::Bytes(&prefix), counted);
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
