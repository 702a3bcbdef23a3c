//! Values in memory, one file per type: contents, the encoding that a server would hold them in, and the events that a
//! dump of them gives.

pub mod array;
pub mod hash;
pub mod list;
pub mod node;
pub mod recorded;
pub mod registers;
pub mod set;
pub mod sparse;
pub mod string;
pub mod vector_set;
pub mod zset;

use crate::conversion::{Encoding, Target};
use crate::events::{Element, ValueSink, canonical_integer};
use crate::memory::costs::Costs;
use crate::rdb::codes::ValueType;
use crate::replay::stream::Stream;

pub use array::Array;
pub use hash::HashValue;
pub use list::ListValue;
pub use recorded::Recorded;
pub use set::SetValue;
pub use string::StringValue;
pub use vector_set::VectorSet;
pub use zset::ZsetValue;

/// Bytes that an element costs here besides its content, about: tables, boxes, order.
const ELEMENT_COST: u64 = 48;

/// One value of any type.
#[derive(Debug, Clone)]
pub enum Value {
    String(StringValue),
    List(ListValue),
    Set(SetValue),
    Zset(ZsetValue),
    Hash(HashValue),
    Stream(Box<Stream>),
    Array(Array),
    VectorSet(VectorSet),
    /// A value that is kept as it was read: of a module, of a type without commands here, or not held whole.
    Recorded(Recorded),
}

impl Value {
    /// Whether the key goes away: a collection without elements.
    pub fn is_gone(&self) -> bool {
        match self {
            Self::List(list) => list.is_empty(),
            Self::Set(set) => set.is_empty(),
            Self::Zset(zset) => zset.is_empty(),
            Self::Hash(hash) => hash.is_empty(),
            Self::Array(array) => array.is_empty(),
            Self::VectorSet(set) => set.is_empty(),
            Self::String(_) | Self::Stream(_) | Self::Recorded(_) => false,
        }
    }

    /// Elements that a deletion frees one by one.
    pub fn elements(&self) -> u64 {
        match self {
            Self::List(list) => list.len(),
            Self::Set(set) => set.len(),
            Self::Zset(zset) => zset.len(),
            Self::Hash(hash) => hash.len(),
            Self::String(_) | Self::Stream(_) | Self::Array(_) | Self::VectorSet(_) | Self::Recorded(_) => 0,
        }
    }

    /// Bytes that the value takes here, about.
    pub fn held_bytes(&self) -> u64 {
        match self {
            Self::String(string) => string.held_bytes(),
            Self::List(list) => list.held_bytes(),
            Self::Set(set) => set.held_bytes(),
            Self::Zset(zset) => zset.held_bytes(),
            Self::Hash(hash) => hash.held_bytes(),
            Self::Stream(stream) => stream.held_bytes(),
            Self::Array(array) => array.held_bytes(),
            Self::VectorSet(set) => set.held_bytes(),
            Self::Recorded(recorded) => recorded.held_bytes(),
        }
    }

    /// What `OBJECT ENCODING` answers, where the history of the value decides it and not its content alone.
    pub fn encoding(&self, target: &Target) -> Option<Encoding> {
        match self {
            Self::String(string) => string.encoding(),
            Self::List(list) => Some(list.encoding()),
            Self::Set(set) => Some(set.encoding()),
            Self::Zset(zset) => Some(zset.encoding(target)),
            Self::Hash(hash) => Some(hash.encoding(target)),
            Self::Stream(_) | Self::Array(_) | Self::VectorSet(_) | Self::Recorded(_) => None,
        }
    }

    /// The type under which a dump of this server holds the value.
    pub fn value_type(&self, target: &Target) -> ValueType {
        match self {
            Self::String(_) => ValueType::String,
            Self::List(list) => list.value_type(target),
            Self::Set(set) => set.value_type(),
            Self::Zset(zset) => zset.value_type(target),
            Self::Hash(hash) => hash.value_type(target),
            Self::Stream(stream) => stream.value_type(target),
            Self::Array(_) => ValueType::Array,
            Self::VectorSet(_) => ValueType::Module2,
            Self::Recorded(recorded) => recorded.value_type(),
        }
    }

    /// Tells `sink` the value as the decoder of that type would.
    pub fn emit<S: ValueSink>(&self, target: &Target, costs: &Costs, sink: &mut S) {
        match self {
            Self::String(string) => string.emit(sink),
            Self::List(list) => list.emit(target, sink),
            Self::Set(set) => set.emit(costs, sink),
            Self::Zset(zset) => zset.emit(target, costs, sink),
            Self::Hash(hash) => hash.emit(target, costs, sink),
            Self::Stream(stream) => {
                sink.begin(stream.value_type(target), None);
                stream.emit(target, sink);
            }
            Self::Array(array) => array.emit(sink),
            Self::VectorSet(set) => set.emit(sink),
            Self::Recorded(recorded) => recorded.emit(sink),
        }
        sink.end();
    }
}

/// A type of values that commands work on.
pub trait Typed: Sized {
    /// What `TYPE` answers.
    const TYPE: &'static str;
    fn of(value: &Value) -> Option<&Self>;
    fn of_mut(value: &mut Value) -> Option<&mut Self>;
    fn wrap(self) -> Value;
}

macro_rules! typed {
    ($($variant:ident($type:ty) = $name:literal;)*) => {$(
        impl Typed for $type {
            const TYPE: &'static str = $name;

            fn of(value: &Value) -> Option<&Self> {
                if let Value::$variant(inner) = value { Some(inner) } else { None }
            }

            fn of_mut(value: &mut Value) -> Option<&mut Self> {
                if let Value::$variant(inner) = value { Some(inner) } else { None }
            }

            fn wrap(self) -> Value {
                Value::$variant(self.into())
            }
        }
    )*};
}

typed! {
    String(StringValue) = "string";
    List(ListValue) = "list";
    Set(SetValue) = "set";
    Zset(ZsetValue) = "zset";
    Hash(HashValue) = "hash";
    Stream(Stream) = "stream";
    Array(Array) = "array";
    VectorSet(VectorSet) = "module";
}

/// An element as a packed value holds it: integers are integers.
pub fn packed_element(text: &[u8]) -> Element<'_> {
    canonical_integer(text).map_or(Element::Bytes(text), Element::Int)
}

/// An element as a dump holds it by itself: integers of 32 bits are integers.
pub fn plain_element(text: &[u8]) -> Element<'_> {
    match canonical_integer(text) {
        Some(number) if i32::try_from(number).is_ok() => Element::Int(number),
        _ => Element::Bytes(text),
    }
}
