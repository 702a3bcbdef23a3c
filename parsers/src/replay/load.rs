//! Values out of dumps: base keys, and what RESTORE brings.

use std::collections::VecDeque;

use super::stream::{self, Stream};
use super::values::list::Rules;
use super::values::{
    Array, HashValue, ListValue, Recorded, SetValue, StringValue, Typed, Value, ZsetValue, hash::Form,
};
use crate::conversion::{Encoding, KeyHead, Target, Tracker};
use crate::events::{ArrayValue, Element, Packed, StreamId, StreamIdempotence, StreamTotals, ValueSink};
use crate::forward_events;
use crate::kinds::Beginning;
use crate::memory::costs::Costs;
use crate::rdb::codes::ValueType;

/// Gathers a value's events and makes of them what the server that loads them holds.
#[derive(Debug)]
pub struct Loader {
    sinks: crate::fan_out::Both<Recorded, Tracker>,
}

impl ValueSink for Loader {
    forward_events!(sinks);
}

impl Loader {
    pub fn new(target: &Target) -> Self {
        Self { sinks: crate::fan_out::Both(Recorded::default(), Tracker::new([target])) }
    }

    /// Forgets what was gathered.
    pub fn clear(&mut self) {
        self.sinks.0.clear();
    }

    /// The value that was gathered.
    pub fn finish(&mut self, key: KeyHead, target: &Target) -> Value {
        let recorded = std::mem::take(&mut self.sinks.0);
        if recorded.opaque {
            return Value::Recorded(recorded);
        }
        let encoding = self.sinks.1.encoding(key, target);
        use ValueType as T;
        match recorded.value_type() {
            T::String => build(&recorded, StringBuilder::default(), |built| built.0.map(Typed::wrap)),
            T::List | T::ListZiplist | T::ListQuicklist | T::ListQuicklist2 => {
                let rules = Rules::of(target);
                let list = ListValue::empty(Encoding::Quicklist);
                let builder = ListBuilder { list, rules, open: None, pushes: pushes(recorded.value_type()) };
                build(&recorded, builder, |mut built| {
                    built.list.settle(encoding, &built.rules);
                    Some(built.list.wrap())
                })
            }
            T::Set | T::SetIntset | T::SetListpack => {
                build(&recorded, SetBuilder(SetValue::empty(encoding)), |built| Some(built.0.wrap()))
            }
            T::Zset | T::Zset2 | T::ZsetZiplist | T::ZsetListpack => {
                let packed = matches!(encoding, Encoding::Ziplist | Encoding::Listpack);
                build(
                    &recorded,
                    ZsetBuilder { zset: ZsetValue::empty(packed, target), member: None, stored: false },
                    |built| Some(built.zset.wrap()),
                )
            }
            T::Hash
            | T::HashZipmap
            | T::HashZiplist
            | T::HashListpack
            | T::HashMetadataPreGa
            | T::HashListpackExPreGa
            | T::HashMetadata
            | T::HashListpackEx
            | T::HashTemplateListpack
            | T::HashTemplateListpackRef
            | T::HashTemplateArray
            | T::HashTemplateArrayRef
            | T::Hash2 => {
                let form = match encoding {
                    Encoding::TemplateListpack => Form::TemplatePacked,
                    Encoding::TemplateArray => Form::TemplateArray,
                    Encoding::ListpackEx => Form::PackedWithExpiry,
                    Encoding::Hashtable => Form::Table,
                    _ => Form::Packed,
                };
                let builder = HashBuilder { hash: HashValue::empty(form), field: None, value: None, place: 0 };
                build(&recorded, builder, |built| Some(built.hash.wrap()))
            }
            T::Array => build(&recorded, ArrayBuilder::default(), |built| Some(built.0.wrap())),
            value_type if value_type.type_name() == Stream::TYPE => {
                let full_back_length = Costs::of(target).constants.full_back_length;
                let builder = stream::Builder::new(full_back_length, Stream::default_idempotence(target));
                build(&recorded, builder, |built| Some(built.finish().wrap()))
            }
            _ => Value::Recorded(recorded),
        }
    }
}

/// Whether a list of this type is loaded element by element.
fn pushes(value_type: ValueType) -> bool {
    matches!(value_type, ValueType::List | ValueType::ListZiplist)
}

fn build<B: ValueSink>(recorded: &Recorded, mut builder: B, finish: impl FnOnce(B) -> Option<Value>) -> Value {
    recorded.emit(&mut builder);
    finish(builder).unwrap_or_else(|| Value::Recorded(recorded.clone()))
}

/// An element's text as a client sees it.
fn text(element: Element<'_>) -> Box<[u8]> {
    match element {
        Element::Int(number) => number.to_string().into_bytes().into(),
        Element::Bytes(bytes) => bytes.into(),
        Element::Opaque { .. } => Box::default(),
    }
}

#[derive(Default)]
struct StringBuilder(Option<StringValue>);

impl ValueSink for StringBuilder {
    fn string(&mut self, content: Element<'_>, _: Beginning<'_>, _: Option<u64>) {
        self.0 = Some(StringValue::set(&text(content)));
    }
}

struct ListBuilder {
    list: ListValue,
    rules: Rules,
    open: Option<(VecDeque<Box<[u8]>>, bool)>,
    pushes: bool,
}

impl ValueSink for ListBuilder {
    fn packed(&mut self, layout: Packed, _: u64, _: u64) {
        self.open = Some((VecDeque::new(), layout == Packed::Plain));
    }

    fn item(&mut self, element: Element<'_>) {
        match &mut self.open {
            Some((items, _)) if !self.pushes => items.push_back(text(element)),
            _ => self.list.push(&text(element), super::values::list::End::Tail, &self.rules),
        }
    }

    fn packed_end(&mut self) {
        if let Some((items, plain)) = self.open.take() {
            self.list.load_node(items, plain, &self.rules);
        }
    }
}

struct SetBuilder(SetValue);

impl ValueSink for SetBuilder {
    fn packed(&mut self, layout: Packed, _: u64, _: u64) {
        if let Packed::Intset { width } = layout {
            self.0.set_width(width);
        }
    }

    fn item(&mut self, element: Element<'_>) {
        self.0.load(&text(element));
    }
}

struct ZsetBuilder {
    zset: ZsetValue,
    member: Option<Box<[u8]>>,
    stored: bool,
}

impl ValueSink for ZsetBuilder {
    fn packed(&mut self, _: Packed, _: u64, _: u64) {
        self.stored = true;
    }

    fn member(&mut self, member: Element<'_>) {
        self.member = Some(text(member));
    }

    fn score(&mut self, score: f64) {
        if let Some(member) = self.member.take() {
            if self.stored {
                self.zset.load_as_stored(&member, score);
            } else {
                self.zset.load(&member, score);
            }
        }
    }
}

#[derive(Default)]
struct ArrayBuilder(Array);

impl ValueSink for ArrayBuilder {
    fn array(&mut self, _: u64, last_insert: Option<u64>) {
        self.0.set_last_insert(last_insert);
    }

    fn array_slot(&mut self, index: u64, value: ArrayValue<'_>) {
        let value = match value {
            ArrayValue::Text(element) => text(element),
            ArrayValue::Integer(number) => number.to_string().into_bytes().into(),
            ArrayValue::Double(number) => format!("{number:?}").into_bytes().into(),
            ArrayValue::Short(bytes) => bytes.into(),
        };
        self.0.set(index, &value);
    }
}

struct HashBuilder {
    hash: HashValue,
    field: Option<Box<[u8]>>,
    value: Option<Box<[u8]>>,
    place: u64,
}

impl ValueSink for HashBuilder {
    fn template_place(&mut self, place: u64) {
        self.place = place;
    }

    fn template(&mut self, id: Option<u64>, _: &[Vec<u8>]) {
        if let Some(id) = id {
            self.hash.set_template(id, self.place);
        }
    }

    fn field(&mut self, field: Element<'_>) {
        self.field = Some(text(field));
    }

    fn value(&mut self, value: Element<'_>) {
        self.value = Some(text(value));
    }

    fn pair_end(&mut self, expires_at_ms: Option<i64>) {
        if let (Some(field), Some(value)) = (self.field.take(), self.value.take()) {
            self.hash.load(&field, &value, expires_at_ms);
        }
    }
}
