//! What listpack and ziplist have in common: a header with a count, entries, an end mark.

use std::marker::PhantomData;

use crate::error::{Error, Result};
use crate::events::{Element, Packed, ValueSink};
use crate::source::Bytes;
use crate::source::bytes::PackedDecoder;

/// A layout of packed entries.
pub trait Layout: Default {
    const NAME: &'static str;
    const PACKED: Packed;

    /// Reads the header; gives the count of entries where the header knows it.
    fn header<B: Bytes>(&mut self, bytes: &mut B) -> Result<Option<u64>>;

    /// Reads one entry and hands its content over; false at the end mark.
    fn entry<B: Bytes, F: FnOnce(Element<'_>)>(&mut self, bytes: &mut B, take: F) -> Result<bool>;
}

/// Hands over the text of an entry, or its length where it is too long to be held.
#[inline]
pub fn text<B: Bytes, F: FnOnce(Element<'_>)>(bytes: &mut B, length: u64, take: F) -> Result<()> {
    if length > bytes.peek_limit() {
        bytes.skip(length)?;
        take(Element::Opaque { length });
        return Ok(());
    }
    take(Element::Bytes(bytes.peek(length as usize)?));
    bytes.consume(length as usize);
    Ok(())
}

/// What a sequence of entries means to a sink.
pub trait Entries<S: ValueSink> {
    /// Entries that belong together: 1 (items), 2 (pairs), 3 (pairs with expiry).
    const GROUP: u64;

    /// One entry; `place` counts from 0 within its group.
    fn entry(&mut self, sink: &mut S, place: u64, element: Element<'_>) -> std::result::Result<(), &'static str>;
}

/// Walks a packed value and gives its entries their meaning.
pub struct Walk<'s, S, L, E> {
    sink: &'s mut S,
    entries: E,
    file_bytes: u64,
    layout: PhantomData<L>,
}

impl<'s, S: ValueSink, L: Layout, E: Entries<S>> Walk<'s, S, L, E> {
    /// `file_bytes` are those of the packed value in the file.
    pub fn new(sink: &'s mut S, entries: E, file_bytes: u64) -> Self {
        Self { sink, entries, file_bytes, layout: PhantomData }
    }
}

impl<S: ValueSink, L: Layout, E: Entries<S>> PackedDecoder for Walk<'_, S, L, E> {
    fn decode<B: Bytes>(&mut self, bytes: &mut B) -> Result<()> {
        self.sink.packed(L::PACKED, bytes.left(), self.file_bytes);
        let start = bytes.offset();
        let mut layout = L::default();
        let declared = layout.header(bytes)?;
        let (mut count, mut place) = (0u64, 0);
        loop {
            let mut fault = None;
            let (sink, entries) = (&mut *self.sink, &mut self.entries);
            if !layout.entry(bytes, |element| fault = entries.entry(sink, place, element).err())? {
                break;
            }
            if let Some(what) = fault {
                return Err(Error::encoding(L::NAME, what, bytes.offset()));
            }
            count += 1;
            place += 1;
            if place == E::GROUP {
                place = 0;
            }
        }
        if place != 0 {
            return Err(Error::encoding(L::NAME, format!("{count} entries do not make whole groups"), start));
        }
        if let Some(declared) = declared
            && declared != count
        {
            let what = format!("its header says {declared} entries, it has {count}");
            return Err(Error::encoding(L::NAME, what, start));
        }
        self.sink.packed_end();
        Ok(())
    }

    fn encoding(&self) -> &'static str {
        L::NAME
    }
}

/// Entries that are items of a list or members of a set.
#[derive(Debug, Clone, Copy)]
pub struct Items;

impl<S: ValueSink> Entries<S> for Items {
    const GROUP: u64 = 1;

    #[inline]
    fn entry(&mut self, sink: &mut S, _: u64, element: Element<'_>) -> std::result::Result<(), &'static str> {
        sink.item(element);
        Ok(())
    }
}

/// Entries that are fields and values in turn.
#[derive(Debug, Clone, Copy)]
pub struct Pairs;

impl<S: ValueSink> Entries<S> for Pairs {
    const GROUP: u64 = 2;

    #[inline]
    fn entry(&mut self, sink: &mut S, place: u64, element: Element<'_>) -> std::result::Result<(), &'static str> {
        if place == 0 {
            sink.field(element);
        } else {
            sink.value(element);
            sink.pair_end(None);
        }
        Ok(())
    }
}

/// Entries that are members and scores in turn.
#[derive(Debug, Clone, Copy)]
pub struct Scored;

impl<S: ValueSink> Entries<S> for Scored {
    const GROUP: u64 = 2;

    #[inline]
    fn entry(&mut self, sink: &mut S, place: u64, element: Element<'_>) -> std::result::Result<(), &'static str> {
        if place == 0 {
            sink.member(element);
            return Ok(());
        }
        sink.score(score(element).ok_or("a score is no number")?);
        Ok(())
    }
}

/// A score as it stands in packed sorted sets: an integer entry, or the text of a double.
fn score(element: Element<'_>) -> Option<f64> {
    match element {
        Element::Int(number) => Some(number as f64),
        Element::Bytes(text) => parse_double(text),
        Element::Opaque { .. } => None,
    }
}

/// The text of a double as servers print it, infinities included.
pub fn parse_double(text: &[u8]) -> Option<f64> {
    std::str::from_utf8(text).ok()?.trim_start().parse().ok()
}
