//! The memory model does not panic, whatever a value says of itself: lengths and counts come from input.

use _native::conversion::{Allocator, Encoding, Server, Target, Version};
use _native::events::{ArrayValue, Element, Packed, StreamId, ValueSink};
use _native::kinds::Beginning;
use _native::memory::{KeyFacts, Memory, TableCounts};
use _native::rdb::codes::ValueType;

const VERSIONS: [(Server, Version); 16] = [
    (Server::Redis, Version::new(2, 4, 18)),
    (Server::Redis, Version::new(3, 2, 13)),
    (Server::Redis, Version::new(4, 0, 2)),
    (Server::Redis, Version::new(5, 0, 5)),
    (Server::Redis, Version::new(6, 2, 16)),
    (Server::Redis, Version::new(7, 0, 15)),
    (Server::Redis, Version::new(7, 4, 1)),
    (Server::Redis, Version::new(8, 0, 2)),
    (Server::Redis, Version::new(8, 2, 3)),
    (Server::Redis, Version::new(8, 6, 3)),
    (Server::Redis, Version::new(8, 10, 2)),
    (Server::Valkey, Version::new(7, 2, 7)),
    (Server::Valkey, Version::new(8, 0, 1)),
    (Server::Valkey, Version::new(8, 1, 1)),
    (Server::Valkey, Version::new(9, 1, 2)),
    (Server::Valkey, Version::new(9, 2, 0)),
];

const TYPES: [ValueType; 14] = [
    ValueType::String,
    ValueType::List,
    ValueType::ListZiplist,
    ValueType::ListQuicklist2,
    ValueType::Set,
    ValueType::SetIntset,
    ValueType::Zset2,
    ValueType::ZsetListpack,
    ValueType::Hash,
    ValueType::HashMetadata,
    ValueType::HashListpackEx,
    ValueType::StreamListpacks5,
    ValueType::Array,
    ValueType::HashTemplateArray,
];

const ENCODINGS: [Encoding; 16] = [
    Encoding::Int,
    Encoding::Embstr,
    Encoding::Raw,
    Encoding::Ziplist,
    Encoding::Listpack,
    Encoding::Linkedlist,
    Encoding::Quicklist,
    Encoding::Intset,
    Encoding::Hashtable,
    Encoding::Zipmap,
    Encoding::ListpackEx,
    Encoding::Skiplist,
    Encoding::Btree,
    Encoding::Stream,
    Encoding::TemplateListpack,
    Encoding::TemplateArray,
];

/// A sequence that is the same in every run.
struct Sequence(u64);

impl Sequence {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }

    fn number(&mut self) -> u64 {
        match self.below(6) {
            0 => 0,
            1 => u64::MAX - self.below(3),
            2 => 1 << 63,
            3 => self.below(1 << 20),
            4 => (1 << 32) + self.below(3),
            _ => self.below(200),
        }
    }

    fn element(&mut self) -> Element<'static> {
        match self.below(4) {
            0 => Element::Int(self.number() as i64),
            1 => Element::Bytes(b"some text"),
            2 => Element::Bytes(b""),
            _ => Element::Opaque { length: self.number() },
        }
    }

    fn id(&mut self) -> StreamId {
        StreamId { ms: self.number(), seq: self.number() }
    }
}

/// Sends any event, in any order.
fn event(memory: &mut Memory, s: &mut Sequence) {
    match s.below(24) {
        0 => memory.string(s.element(), Beginning::Bytes(&[]), None),
        1 => {
            let layouts =
                [Packed::Ziplist, Packed::Listpack, Packed::Zipmap, Packed::Intset { width: 0 }, Packed::Plain];
            memory.packed(layouts[s.below(5) as usize], s.number(), s.number());
        }
        2 => memory.packed_end(),
        3..=5 => memory.item(s.element()),
        6 => memory.member(s.element()),
        7 => memory.score(f64::from_bits(s.number().wrapping_mul(0x9e37_79b9_7f4a_7c15))),
        8 => memory.field(s.element()),
        9 => memory.value(s.element()),
        10 => memory.pair_end((s.below(2) == 0).then(|| s.number() as i64)),
        11 => memory.template(Some(s.number()), &[vec![b'n'; s.below(40) as usize]]),
        12 => memory.template_place(s.number()),
        13 => memory.stream_node(s.id(), s.number()),
        14 => memory.stream_group(s.element(), s.id(), None, s.number()),
        15 => memory.stream_pending(s.id(), 0, 0),
        16 => memory.stream_consumer(s.element(), 0, None, 0),
        17 => memory.stream_consumer_pending(s.id()),
        18 => memory.stream_group_end(),
        19 => memory.stream_producer(s.element(), s.number()),
        20 => memory.stream_producer_entry(s.element(), s.id()),
        21 => memory.array_slot(s.number(), ArrayValue::Text(s.element())),
        22 => {
            memory.module("vectorset", 0);
            for _ in 0..s.below(30) {
                memory.module_unsigned(s.number());
                if s.below(2) == 0 {
                    memory.module_string_compressed();
                }
                memory.module_string(s.element());
            }
        }
        _ => memory.array_slot(s.number(), ArrayValue::Integer(1)),
    }
}

#[test]
fn no_event_makes_the_model_panic() {
    let mut s = Sequence(7);
    for (server, version) in VERSIONS {
        let mut target = Target::new(server, version);
        target.thresholds.list_compress_depth = s.below(3);
        target.allocator = [Allocator::Jemalloc, Allocator::Jemalloc16, Allocator::Glibc][s.below(3) as usize];
        let mut memory = Memory::new(&target, true);
        for round in 0..3000 {
            let value = TYPES[s.below(TYPES.len() as u64) as usize];
            memory.begin(value, (s.below(2) == 0).then(|| s.number()));
            for _ in 0..s.below(60) {
                event(&mut memory, &mut s);
            }
            let key = KeyFacts { name_bytes: s.number() >> 24, expires: round % 2 == 0, evictable: round % 3 == 0 };
            let (figure, terms) = memory.finish_itemised(&key, ENCODINGS[s.below(ENCODINGS.len() as u64) as usize]);
            assert_eq!(figure.memory_bytes.is_some(), !terms.is_empty());
            memory.costs().tables(TableCounts { keys: s.number(), expires: s.number() });
        }
    }
}
