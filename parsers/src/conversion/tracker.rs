//! Follows a value and tells, at its end, what each target makes of it.

use super::encoding::Encoding;
use super::hash::HashFacts;
use super::list::ListFacts;
use super::module::ModuleFacts;
use super::set::SetFacts;
use super::string::StringFacts;
use super::target::Target;
use super::zset::ZsetFacts;
use crate::events::{Element, Packed, StreamTotals, ValueSink};
use crate::kinds::Beginning;
use crate::rdb::codes::ValueType;
use crate::rdb::record::KeyRecord;

/// What of a key's head has an influence on the encoding of its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyHead {
    /// Bytes of the name.
    pub length: u64,
    pub has_expiry: bool,
}

impl KeyHead {
    pub fn of(record: &KeyRecord) -> Self {
        Self { length: record.name.len() as u64, has_expiry: record.expires_at_ms.is_some() }
    }
}

/// Families of values that share their facts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    String,
    List,
    Set,
    Zset,
    Hash,
    Stream,
    Array,
    PathHash,
    Module,
    Cron,
}

impl Kind {
    fn of(value: ValueType) -> Self {
        use ValueType as T;
        match value {
            T::String => Self::String,
            T::List | T::ListZiplist | T::ListQuicklist | T::ListQuicklist2 => Self::List,
            T::Set | T::SetIntset | T::SetListpack => Self::Set,
            T::Zset | T::Zset2 | T::ZsetZiplist | T::ZsetListpack => Self::Zset,
            T::StreamListpacks
            | T::StreamListpacks2
            | T::StreamListpacks3
            | T::StreamListpacks4
            | T::StreamListpacks5 => Self::Stream,
            T::Array => Self::Array,
            T::PathHash => Self::PathHash,
            T::ModulePreGa | T::Module2 => Self::Module,
            T::KeyDbCron => Self::Cron,
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
            | T::Hash2 => Self::Hash,
        }
    }
}

/// The facts of one value at a time; those of the other types are left over from earlier values.
#[derive(Debug, Clone)]
pub struct Tracker {
    value: ValueType,
    kind: Kind,
    /// Whether some target can hold a list as one listpack.
    packs_lists: bool,
    /// Whether the current list must be measured for that.
    wants_listpack: bool,
    pub string: StringFacts,
    pub list: ListFacts,
    pub set: SetFacts,
    pub zset: ZsetFacts,
    pub hash: HashFacts,
    pub module: ModuleFacts,
    /// Entries of a stream, elements of an array, paths of a path hash.
    count: u64,
}

impl Tracker {
    /// A tracker that can answer for these targets.
    pub fn new<'t>(targets: impl IntoIterator<Item = &'t Target>) -> Self {
        let mut packs_lists = false;
        let limits: Vec<_> = targets
            .into_iter()
            .map(|target| {
                packs_lists |= target.packs_lists_and_sets();
                target.thresholds.hash_max_listpack_value
            })
            .collect();
        Self {
            value: ValueType::String,
            kind: Kind::String,
            packs_lists,
            wants_listpack: false,
            string: StringFacts::default(),
            list: ListFacts::default(),
            set: SetFacts::default(),
            zset: ZsetFacts::default(),
            hash: HashFacts::new(limits.into_iter()),
            module: ModuleFacts::default(),
            count: 0,
        }
    }

    /// The type of the current value.
    pub fn value_type(&self) -> ValueType {
        self.value
    }

    /// What the value is in `target`, once it is complete.
    pub fn encoding(&self, key: KeyHead, target: &Target) -> Encoding {
        match self.kind {
            Kind::String => self.string.encoding(key, target),
            Kind::List => self.list.encoding(self.value, target),
            Kind::Set => self.set.encoding(self.value, target),
            Kind::Zset => self.zset.encoding(self.value, target),
            Kind::Hash => self.hash.encoding(self.value, target),
            Kind::Stream => Encoding::Stream,
            Kind::Array => Encoding::SlicedArray,
            Kind::PathHash => Encoding::PathHash,
            Kind::Module => Encoding::Module,
            Kind::Cron => Encoding::Raw,
        }
    }

    /// Elements, fields, members, entries or paths; bytes of a string; none where only a module could tell.
    pub fn elements(&self) -> Option<u64> {
        match self.kind {
            Kind::String => Some(self.string.length),
            Kind::List => Some(self.list.elements),
            Kind::Set => Some(self.set.elements),
            Kind::Zset => Some(self.zset.elements),
            Kind::Hash => Some(self.hash.elements),
            Kind::Stream | Kind::Array | Kind::PathHash => Some(self.count),
            Kind::Module => self.module.elements,
            Kind::Cron => None,
        }
    }
}

impl ValueSink for Tracker {
    fn begin(&mut self, value: ValueType, _: Option<u64>) {
        self.value = value;
        self.kind = Kind::of(value);
        match self.kind {
            Kind::String => self.string = StringFacts::default(),
            Kind::List => {
                self.list = ListFacts::default();
                self.wants_listpack = self.packs_lists && matches!(value, ValueType::List | ValueType::ListQuicklist);
            }
            Kind::Set => self.set = SetFacts::default(),
            Kind::Zset => self.zset = ZsetFacts::default(),
            Kind::Hash => self.hash.reset(),
            Kind::Module => self.module = ModuleFacts::default(),
            Kind::Stream | Kind::Array | Kind::PathHash | Kind::Cron => self.count = 0,
        }
    }

    #[inline]
    fn string(&mut self, content: Element<'_>, _: Beginning<'_>, _: Option<u64>) {
        self.string = StringFacts::of(content);
    }

    fn packed(&mut self, layout: Packed, bytes: u64, _: u64) {
        if self.kind == Kind::List {
            self.list.packed(layout, bytes);
        }
    }

    fn packed_end(&mut self) {
        if self.kind == Kind::List {
            self.list.packed_end();
        }
    }

    #[inline]
    fn item(&mut self, element: Element<'_>) {
        match self.kind {
            Kind::List => self.list.item(element, self.wants_listpack),
            Kind::Set => self.set.item(element),
            _ => {}
        }
    }

    #[inline]
    fn member(&mut self, member: Element<'_>) {
        self.zset.member(member);
    }

    #[inline]
    fn field(&mut self, field: Element<'_>) {
        if self.kind == Kind::Hash {
            self.hash.field(field);
        }
    }

    #[inline]
    fn value(&mut self, value: Element<'_>) {
        if self.kind == Kind::Hash {
            self.hash.value(value);
        }
    }

    #[inline]
    fn pair_end(&mut self, expires_at_ms: Option<i64>) {
        if self.kind == Kind::Hash {
            self.hash.pair_end(expires_at_ms);
        }
    }

    fn path(&mut self, _: Element<'_>, _: u64) {
        self.count += 1;
    }

    fn stream_totals(&mut self, totals: StreamTotals) {
        self.count = totals.length;
    }

    fn array(&mut self, count: u64, _: Option<u64>) {
        self.count = count;
    }

    fn module(&mut self, name: &str, _: u16) {
        self.module = ModuleFacts::named(name);
    }

    fn module_unsigned(&mut self, number: u64) {
        self.module.unsigned(number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversion::target::{Server, Version};

    #[test]
    fn one_pass_answers_for_several_targets() {
        let old = Target::new(Server::Redis, Version::new(6, 2, 16));
        let new = Target::new(Server::Redis, Version::new(7, 2, 6));
        let mut tracker = Tracker::new([&old, &new]);
        let key = KeyHead { length: 3, has_expiry: false };
        tracker.begin(ValueType::List, Some(1));
        tracker.item(Element::Bytes(b"x"));
        assert_eq!(tracker.encoding(key, &old), Encoding::Quicklist);
        assert_eq!(tracker.encoding(key, &new), Encoding::Listpack);
        tracker.begin(ValueType::Set, Some(1));
        tracker.item(Element::Bytes(b"x"));
        assert_eq!((tracker.elements(), tracker.list.elements), (Some(1), 1));
        assert_eq!(tracker.encoding(key, &old), Encoding::Hashtable);
    }

    #[test]
    fn fields_of_a_stream_are_no_fields_of_a_hash() {
        let target = Target::new(Server::Redis, Version::new(5, 0, 14));
        let mut tracker = Tracker::new([&target]);
        tracker.begin(ValueType::StreamListpacks, None);
        tracker.field(Element::Int(1));
        tracker.stream_totals(StreamTotals { length: 7, ..StreamTotals::default() });
        let encoding = tracker.encoding(KeyHead { length: 0, has_expiry: false }, &target);
        assert_eq!((tracker.elements(), tracker.hash.longest), (Some(7), 0));
        assert_eq!(encoding.name(&target), Some("unknown"));
        assert_eq!(encoding.name(&Target::new(Server::Redis, Version::new(6, 0, 0))), Some("stream"));
    }
}
