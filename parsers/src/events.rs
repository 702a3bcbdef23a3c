//! What the decoders tell: a value as a sequence of events, in the order of the dump. A sink gathers from them what it
//! needs (counts, encodings, sizes, contents) and no decoder knows which.

use crate::kinds::Beginning;
use crate::rdb::codes::ValueType;

/// One element, field, value, member or name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Element<'a> {
    /// Stored as an integer; a client sees its decimal text.
    Int(i64),
    /// The whole content.
    Bytes(&'a [u8]),
    /// Content that is not held: too large, or still compressed. Never the text of a 64-bit integer.
    Opaque { length: u64 },
}

impl Element<'_> {
    /// Bytes of the content as a client sees it.
    #[inline]
    pub fn len(&self) -> u64 {
        match *self {
            Self::Int(number) => decimal_length(number),
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::Opaque { length } => length,
        }
    }

    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The number, where the content is the canonical text of a signed 64-bit integer, however it is stored.
    #[inline]
    pub fn integer(&self) -> Option<i64> {
        match *self {
            Self::Int(number) => Some(number),
            Self::Bytes(bytes) => canonical_integer(bytes),
            Self::Opaque { .. } => None,
        }
    }
}

/// Length of the decimal text of `number`.
#[inline]
pub fn decimal_length(number: i64) -> u64 {
    let digits = number.unsigned_abs().checked_ilog10().unwrap_or(0) + 1;
    u64::from(digits) + u64::from(number < 0)
}

/// Parses the canonical decimal text of a signed 64-bit integer: no `+`, no leading zero, no `-0` (redis string2ll).
#[inline]
pub fn canonical_integer(text: &[u8]) -> Option<i64> {
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        _ => (false, text),
    };
    match digits {
        [] => return None,
        [b'0'] => return if negative { None } else { Some(0) },
        [b'0', ..] => return None,
        _ if digits.len() > 19 => return None,
        _ => {}
    }
    let mut magnitude: u64 = 0;
    for &digit in digits {
        if !digit.is_ascii_digit() {
            return None;
        }
        magnitude = magnitude * 10 + u64::from(digit - b'0');
    }
    if negative {
        if magnitude <= i64::MIN.unsigned_abs() { Some((magnitude as i64).wrapping_neg()) } else { None }
    } else {
        i64::try_from(magnitude).ok()
    }
}

/// How a packed value is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packed {
    Ziplist,
    Listpack,
    Zipmap,
    /// Bytes per integer: 2, 4 or 8.
    Intset {
        width: u8,
    },
    /// A quicklist node that is one large element.
    Plain,
}

/// An ID of a stream entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct StreamId {
    pub ms: u64,
    pub seq: u64,
}

impl StreamId {
    /// From the 16 big-endian bytes that serve as key in radix trees.
    pub fn from_raw(raw: [u8; 16]) -> Self {
        let number = u128::from_be_bytes(raw);
        Self { ms: (number >> 64) as u64, seq: number as u64 }
    }

    pub fn to_raw(self) -> [u8; 16] {
        ((u128::from(self.ms) << 64) | u128::from(self.seq)).to_be_bytes()
    }
}

impl std::fmt::Display for StreamId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", self.ms, self.seq)
    }
}

/// What a stream says of itself behind its entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StreamTotals {
    pub length: u64,
    pub last_id: StreamId,
    /// From Redis 7.0 on.
    pub first_id: Option<StreamId>,
    pub max_deleted_id: Option<StreamId>,
    pub entries_added: Option<u64>,
}

/// Idempotence facts of a stream (Redis 8.6 and later).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StreamIdempotence {
    pub duration_seconds: u64,
    pub max_entries: u64,
    pub producers: u64,
}

/// The content of one slot of an array (Redis 8.8).
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ArrayValue<'a> {
    /// Tag 0: any string.
    Text(Element<'a>),
    Integer(i64),
    Double(f64),
    /// Tag 3: at most 7 bytes, kept in the slot.
    Short(&'a [u8]),
}

/// Receives a value. Every method has an empty body, so a sink names only what it wants.
///
/// Order by type: `begin`, then
/// * string: `string`
/// * list: `packed`/`item`*/`packed_end` per node, or bare `item`s
/// * set: `item`s, inside `packed` where packed
/// * sorted set: `member`, `score` in turn, inside `packed` where packed
/// * hash: `field`, `value`, `pair_end` in turn, inside `packed` where packed; `template` before them
/// * stream: `stream_node` (`stream_entry`, its `field`/`value`s)*, `stream_totals`, groups, idempotence
/// * module: `module`, then module values
/// * array: `array`, `array_slot`s
///
/// and `end` last. A value that turns out to be damaged ends without `end`.
pub trait ValueSink {
    /// A value begins; `declared` is the count its header gives, where there is one.
    fn begin(&mut self, _value: ValueType, _declared: Option<u64>) {}
    /// The value is complete and sound.
    fn end(&mut self) {}

    /// A string's content; `Opaque` where it was not held. `nonzero` is the number of bytes other than zero, counted where
    /// the string is 4 KiB or longer and looks like a bitmap.
    fn string(&mut self, _content: Element<'_>, _beginning: Beginning<'_>, _nonzero: Option<u64>) {}

    /// A packed value or a quicklist node of `bytes` unpacked bytes begins; `file_bytes` are those of its content in
    /// the file, fewer where it is compressed.
    fn packed(&mut self, _layout: Packed, _bytes: u64, _file_bytes: u64) {}
    fn packed_end(&mut self) {}

    fn item(&mut self, _element: Element<'_>) {}
    fn member(&mut self, _member: Element<'_>) {}
    fn score(&mut self, _score: f64) {}
    fn field(&mut self, _field: Element<'_>) {}
    fn value(&mut self, _value: Element<'_>) {}
    /// The pair is complete; `expires_at_ms` is the field's own expiry.
    fn pair_end(&mut self, _expires_at_ms: Option<i64>) {}
    /// The smallest expiry that the hash's header states (types 24, 25), 0 where it states none.
    fn min_field_expiry(&mut self, _expires_at_ms: i64) {}
    /// The hash uses this template: its id in the file (none where it brings its own names) and its field names.
    fn template(&mut self, _id: Option<u64>, _names: &[Vec<u8>]) {}
    /// How many templates of the file stand before the hash's, told ahead of `template`.
    fn template_place(&mut self, _place: u64) {}
    /// A path of a path hash with its number of fields; the fields follow as pairs.
    fn path(&mut self, _path: Element<'_>, _fields: u64) {}

    fn stream_node(&mut self, _master: StreamId, _bytes: u64) {}
    fn stream_node_end(&mut self) {}
    /// One entry of a node; its fields and values follow as `field`, `value`, deleted or not.
    fn stream_entry(&mut self, _id: StreamId, _deleted: bool, _pairs: u64) {}
    fn stream_totals(&mut self, _totals: StreamTotals) {}
    fn stream_group(&mut self, _name: Element<'_>, _last_id: StreamId, _entries_read: Option<u64>, _pending: u64) {}
    fn stream_pending(&mut self, _id: StreamId, _delivered_at_ms: i64, _deliveries: u64) {}
    fn stream_consumer(&mut self, _name: Element<'_>, _seen_ms: i64, _active_ms: Option<i64>, _pending: u64) {}
    fn stream_consumer_pending(&mut self, _id: StreamId) {}
    /// An entry that was released (XNACK): pending, but of no consumer.
    fn stream_released(&mut self, _id: StreamId) {}
    fn stream_group_end(&mut self) {}
    fn stream_idempotence(&mut self, _facts: StreamIdempotence) {}
    fn stream_producer(&mut self, _id: Element<'_>, _entries: u64) {}
    fn stream_producer_entry(&mut self, _iid: Element<'_>, _id: StreamId) {}
    fn stream_idempotence_totals(&mut self, _added: u64, _duplicates: u64) {}

    /// A module value: nine-character type name and its version.
    fn module(&mut self, _name: &str, _version: u16) {}
    fn module_unsigned(&mut self, _number: u64) {}
    fn module_float(&mut self, _number: f32) {}
    fn module_double(&mut self, _number: f64) {}
    /// The string that follows stands compressed in the file: a server does not embed it in its object.
    fn module_string_compressed(&mut self) {}
    fn module_string(&mut self, _content: Element<'_>) {}

    /// An array: stored elements and the index of the last insert.
    fn array(&mut self, _count: u64, _last_insert: Option<u64>) {}
    fn array_slot(&mut self, _index: u64, _value: ArrayValue<'_>) {}
}

/// A sink that wants nothing: for walking only.
#[derive(Debug, Default, Clone, Copy)]
pub struct Discard;

impl ValueSink for Discard {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn canonical_integers_only() {
        for (text, number) in
            [("0", 0), ("-1", -1), ("9223372036854775807", i64::MAX), ("-9223372036854775808", i64::MIN)]
        {
            assert_eq!(canonical_integer(text.as_bytes()), Some(number));
            assert_eq!(decimal_length(number), text.len() as u64);
        }
        for text in
            ["", "-", "-0", "01", "+1", "1 ", "9223372036854775808", "-9223372036854775809", "18446744073709551616"]
        {
            assert_eq!(canonical_integer(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn stream_ids_keep_their_byte_order() {
        let id = StreamId { ms: 1_700_000_000_000, seq: 7 };
        assert_eq!(StreamId::from_raw(id.to_raw()), id);
        assert_eq!(id.to_string(), "1700000000000-7");
    }
}
