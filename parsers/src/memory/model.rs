//! The sink that gathers what a value's memory follows from, and the figure at its end.

use super::array::ArraySums;
use super::bill::{Bill, Term};
use super::costs::Costs;
use super::hash::HashSums;
use super::key::KeyFacts;
use super::list::ListSums;
use super::rules::Style;
use super::set::SetSums;
use super::stream::StreamSums;
use super::string::StringSums;
use super::template::{TemplateSums, TemplateUses};
use super::vectorset::VectorSetSums;
use super::zset::{NodeSizes, ZsetSums};
use crate::conversion::{Encoding, Target};
use crate::events::{ArrayValue, Element, Packed, StreamId, ValueSink};
use crate::kinds::Beginning;
use crate::rdb::codes::ValueType;

/// Type name of the vector sets that Redis 8 has built in.
const VECTOR_SET: &str = "vectorset";

/// What a key costs.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct KeyMemory {
    /// What MEMORY USAGE answers, or is expected to; none for types of unknown modules. Without the share of a hash
    /// template, see `template`.
    pub memory_bytes: Option<u64>,
    /// Whether a server answers this to the byte at every load.
    pub exact: bool,
    /// What DEL gives back.
    pub allocated_bytes: Option<u64>,
    /// Standard deviation of `memory_bytes`, 0 where it is exact or its spread unknown.
    pub deviation: f64,
    /// What `memory_bytes` lies between, but for one time in ten thousand.
    pub low_bytes: u64,
    pub high_bytes: u64,
    /// The template whose share comes on top of both figures: its id in the file.
    pub template: Option<u64>,
}

/// What the current value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Kind {
    #[default]
    Unknown,
    String,
    List,
    Set,
    Zset,
    Hash,
    /// A hash with a template; its pairs are gathered as those of any hash too, for targets without templates.
    Template,
    Stream,
    Array,
    VectorSet,
}

impl Kind {
    fn of(value: ValueType) -> Self {
        use ValueType as T;
        match value {
            T::String => Self::String,
            T::List | T::ListZiplist | T::ListQuicklist | T::ListQuicklist2 => Self::List,
            T::Set | T::SetIntset | T::SetListpack => Self::Set,
            T::Zset | T::Zset2 | T::ZsetZiplist | T::ZsetListpack => Self::Zset,
            T::HashTemplateListpack | T::HashTemplateListpackRef | T::HashTemplateArray | T::HashTemplateArrayRef => {
                Self::Template
            }
            T::Hash
            | T::HashZipmap
            | T::HashZiplist
            | T::HashListpack
            | T::HashMetadataPreGa
            | T::HashListpackExPreGa
            | T::HashMetadata
            | T::HashListpackEx
            | T::Hash2 => Self::Hash,
            T::StreamListpacks
            | T::StreamListpacks2
            | T::StreamListpacks3
            | T::StreamListpacks4
            | T::StreamListpacks5 => Self::Stream,
            T::Array => Self::Array,
            T::ModulePreGa | T::Module2 | T::PathHash | T::KeyDbCron => Self::Unknown,
        }
    }
}

/// The memory model of one target.
#[derive(Debug)]
pub struct Memory {
    target: Target,
    verified: bool,
    costs: Costs,
    node_sizes: NodeSizes,
    kind: Kind,
    string: StringSums,
    list: ListSums,
    set: SetSums,
    zset: ZsetSums,
    hash: HashSums,
    template: TemplateSums,
    stream: StreamSums,
    vectorset: VectorSetSums,
    array: ArraySums,
    /// Templates that keys used so far.
    pub templates: TemplateUses,
}

impl Memory {
    /// `verified`: whether the model was checked against a server of this version; else no figure is called exact.
    pub fn new(target: &Target, verified: bool) -> Self {
        let costs = Costs::of(target);
        Self {
            target: target.clone(),
            verified: verified && costs.constants.style != Style::Estimate,
            node_sizes: NodeSizes::of(&costs),
            costs,
            kind: Kind::default(),
            string: StringSums::default(),
            list: ListSums::default(),
            set: SetSums::default(),
            zset: ZsetSums::default(),
            hash: HashSums::default(),
            template: TemplateSums::default(),
            stream: StreamSums::default(),
            vectorset: VectorSetSums::default(),
            array: ArraySums::default(),
            templates: TemplateUses::default(),
        }
    }

    pub fn target(&self) -> &Target {
        &self.target
    }

    pub fn costs(&self) -> &Costs {
        &self.costs
    }

    /// The figure of the value that just ended.
    #[inline]
    pub fn finish(&mut self, key: &KeyFacts, encoding: Encoding) -> KeyMemory {
        let mut bill = Bill::default();
        self.settle(key, encoding, &mut bill)
    }

    /// The same with its terms, whose counted bytes add up to the figure.
    pub fn finish_itemised(&mut self, key: &KeyFacts, encoding: Encoding) -> (KeyMemory, Vec<Term>) {
        let mut bill = Bill::itemised();
        let memory = self.settle(key, encoding, &mut bill);
        (memory, if memory.memory_bytes.is_some() { bill.into_terms() } else { Vec::new() })
    }

    fn settle(&mut self, key: &KeyFacts, encoding: Encoding, bill: &mut Bill) -> KeyMemory {
        let (costs, thresholds) = (&self.costs, &self.target.thresholds);
        let mut template = None;
        match self.kind {
            Kind::String => self.string.bill(costs, key, encoding, bill),
            Kind::List => self.list.bill(costs, key, encoding, bill),
            Kind::Set => self.set.bill(costs, thresholds, key, encoding, bill),
            Kind::Zset => self.zset.bill(costs, &self.node_sizes, key, encoding, bill),
            Kind::Template if matches!(encoding, Encoding::TemplateArray | Encoding::TemplateListpack) => {
                template = self.template.id;
                self.template.bill(costs, key, encoding, bill);
            }
            Kind::Hash | Kind::Template => self.hash.bill(costs, thresholds, key, encoding, bill),
            Kind::Stream => self.stream.bill(costs, key, bill),
            Kind::Array => self.array.bill(costs, key, bill),
            Kind::VectorSet => self.vectorset.bill(costs, key, bill),
            Kind::Unknown => return KeyMemory::default(),
        }
        // Behind the value, as in the server: its averages are taken before the key is added.
        costs.bill_key(key, self.target.cluster, bill);
        KeyMemory {
            memory_bytes: Some(bill.counted),
            exact: !bill.chance && self.verified,
            allocated_bytes: Some(bill.allocated),
            deviation: if bill.chance { bill.variance.sqrt() } else { 0.0 },
            low_bytes: bill.counted.saturating_sub(bill.less),
            high_bytes: bill.counted.saturating_add(bill.more),
            template,
        }
    }
}

impl ValueSink for Memory {
    #[inline]
    fn begin(&mut self, value: ValueType, declared: Option<u64>) {
        let (costs, thresholds) = (&self.costs, &self.target.thresholds);
        self.kind = Kind::of(value);
        match self.kind {
            Kind::List => self.list.begin(value, costs, &self.target),
            Kind::Set => self.set.begin(value, declared, costs, thresholds),
            Kind::Zset => self.zset.begin(declared, costs, thresholds),
            Kind::Template => {
                self.template.begin();
                self.hash.begin(ValueType::Hash, declared.or(Some(0)), costs, thresholds);
            }
            Kind::Hash => self.hash.begin(value, declared, costs, thresholds),
            Kind::Stream => self.stream.begin(),
            Kind::Array => self.array.begin(),
            Kind::Unknown | Kind::String | Kind::VectorSet => {}
        }
    }

    #[inline]
    fn string(&mut self, content: Element<'_>, _: Beginning<'_>, _: Option<u64>) {
        self.string = StringSums::of(content);
    }

    fn packed(&mut self, layout: Packed, bytes: u64, file_bytes: u64) {
        let (costs, thresholds) = (&self.costs, &self.target.thresholds);
        match self.kind {
            Kind::List => self.list.packed(layout, bytes, file_bytes, costs, thresholds),
            Kind::Set => self.set.packed(layout, bytes, costs, thresholds),
            Kind::Zset => self.zset.packed(layout, bytes, costs, thresholds),
            Kind::Hash => self.hash.packed(layout, bytes, costs, thresholds),
            Kind::Template => self.template.packed(layout, bytes),
            _ => {}
        }
    }

    fn packed_end(&mut self) {
        if self.kind == Kind::List {
            self.list.packed_end(&self.costs, &self.target.thresholds);
        }
    }

    #[inline]
    fn item(&mut self, element: Element<'_>) {
        match self.kind {
            Kind::List => self.list.item(element, &self.costs),
            Kind::Set => self.set.member(element, &self.costs),
            _ => {}
        }
    }

    #[inline]
    fn member(&mut self, member: Element<'_>) {
        self.zset.member(member, &self.costs, &self.node_sizes);
    }

    #[inline]
    fn score(&mut self, score: f64) {
        self.zset.score(score, &self.costs);
    }

    #[inline]
    fn field(&mut self, field: Element<'_>) {
        if matches!(self.kind, Kind::Hash | Kind::Template) {
            self.hash.field(field, &self.costs);
        }
    }

    #[inline]
    fn value(&mut self, value: Element<'_>) {
        match self.kind {
            Kind::Hash => self.hash.value(value, &self.costs),
            Kind::Template => {
                self.hash.value(value, &self.costs);
                self.template.value(value, &self.costs);
            }
            _ => {}
        }
    }

    #[inline]
    fn pair_end(&mut self, expires_at_ms: Option<i64>) {
        if matches!(self.kind, Kind::Hash | Kind::Template) {
            self.hash.pair_end(expires_at_ms, &self.costs, &self.target.thresholds);
        }
    }

    fn template_place(&mut self, place: u64) {
        self.template.place = place;
    }

    fn template(&mut self, id: Option<u64>, names: &[Vec<u8>]) {
        let uses = self.target.has_hash_templates().then_some(&mut self.templates);
        self.template.template(id, names, &self.costs, uses);
    }

    fn stream_node(&mut self, master: StreamId, bytes: u64) {
        self.stream.node(master, bytes, &self.costs);
    }

    fn stream_group(&mut self, name: Element<'_>, _: StreamId, _: Option<u64>, _: u64) {
        self.stream.group(name, &self.costs);
    }

    fn stream_pending(&mut self, id: StreamId, _: i64, _: u64) {
        self.stream.pending(id, &self.costs);
    }

    fn stream_consumer(&mut self, name: Element<'_>, _: i64, _: Option<i64>, _: u64) {
        self.stream.consumer(name, &self.costs);
    }

    fn stream_consumer_pending(&mut self, id: StreamId) {
        self.stream.consumer_pending(id, &self.costs);
    }

    fn stream_group_end(&mut self) {
        self.stream.group_end(&self.costs);
    }

    fn stream_producer(&mut self, id: Element<'_>, _: u64) {
        self.stream.producer(id, &self.costs);
    }

    fn stream_producer_entry(&mut self, iid: Element<'_>, _: StreamId) {
        self.stream.producer_entry(iid, &self.costs);
    }

    fn module(&mut self, name: &str, _: u16) {
        if name == VECTOR_SET {
            self.kind = Kind::VectorSet;
            self.vectorset.begin();
        }
    }

    fn module_unsigned(&mut self, number: u64) {
        if self.kind == Kind::VectorSet {
            self.vectorset.unsigned(number);
        }
    }

    fn module_string_compressed(&mut self) {
        self.vectorset.compressed();
    }

    fn module_string(&mut self, content: Element<'_>) {
        if self.kind == Kind::VectorSet {
            self.vectorset.string(content, &self.costs);
        }
    }

    fn array_slot(&mut self, index: u64, value: ArrayValue<'_>) {
        self.array.slot(index, value, &self.costs);
    }
}
