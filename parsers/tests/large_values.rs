//! Values larger than what is held at once, plain and compressed: walked in bounded memory to the same facts.

mod common;

use _native::error::Error;
use _native::events::{Element, ValueSink};
use _native::kinds::{Beginning, Kind};
use _native::rdb::{KeyRecord, Parser, RecordSink};
use _native::source::Input;
use common::counting::{Counting, measure};
use common::random::Rng;
use common::trace::Trace;
use common::writer::{Strings, Writer, intset, listpack, ziplist, zipmap};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Block, scratch and window, whatever the value's size.
const BOUND: usize = 5 << 20;

/// Texts that compress and texts that do not, mostly short, some longer than what is held at once.
fn texts(seed: u64, count: usize, longest: usize) -> Vec<Vec<u8>> {
    let mut rng = Rng(seed);
    (0..count)
        .map(|i| match i % 50 {
            7 => rng.bytes(longest),
            9 => vec![b'x'; longest],
            n if n % 3 == 0 => rng.number().to_string().into_bytes(),
            _ => [format!("{i}:").into_bytes(), rng.bytes(40)].concat(),
        })
        .collect()
}

/// Every layout with a value of several megabytes.
fn values() -> Vec<(&'static str, u8, Vec<u8>)> {
    let items = texts(1, 2000, 300 << 10);
    let scored: Vec<_> =
        texts(2, 20_000, 3000).into_iter().zip(0..).flat_map(|(m, i)| [m, i.to_string().into()]).collect();
    let pairs: Vec<_> = texts(3, 1000, 300 << 10).chunks(2).map(|two| (two[0].clone(), two[1].clone())).collect();
    let numbers: Vec<_> = (0..400_000).map(|n| n << 34).collect();
    vec![
        ("ziplist list", 10, ziplist(&items)),
        ("ziplist zset", 12, ziplist(&scored)),
        ("listpack zset", 17, listpack(&scored, false)),
        ("listpack hash", 16, listpack(&items, false)),
        ("listpack set", 20, listpack(&items, true)),
        ("zipmap", 9, zipmap(&pairs, 3)),
        ("intset", 11, intset(&numbers)),
        ("bitmap", 0, {
            let mut bits = vec![0; 9 << 20];
            bits[5 << 20] = 1;
            bits
        }),
        ("text", 0, b"{\"field\": 17}, ".repeat(600_000)),
        ("binary", 0, Rng(5).bytes(3 << 20)),
    ]
}

fn one_key(code: u8, strings: Strings, value: impl FnOnce(&mut Writer)) -> Vec<u8> {
    let mut w = Writer::new("REDIS0003", strings);
    w.select(0).u8(code).str(b"large");
    value(&mut w);
    w.u8(0).str(b"behind").str(b"it");
    w.finish(3)
}

fn read(mut input: Input, mut trace: Trace, prepare: fn(&mut Input)) -> (Trace, Result<Vec<Error>, Error>) {
    prepare(&mut input);
    let outcome = Parser::open(input, false).and_then(|mut parser| common::drain(&mut parser, &mut trace));
    (trace, outcome)
}

/// Reads as it is, with everything held, with nothing held; all the same, the first and last in bounded memory.
fn compare(name: &str, bytes: &[u8]) {
    let lengths = |prepare: fn(&mut Input)| {
        let (input, trace) = (common::input(bytes), Trace::of_lengths());
        let ((trace, outcome), _, most) = measure(|| read(input, trace, prepare));
        outcome.unwrap_or_else(|e| panic!("{name}: {e}"));
        assert_eq!(trace.keys.len(), 2, "{name}");
        (trace.keys, most)
    };
    let (held, _) = lengths(Input::hold_whole_values);
    for prepare in [|_: &mut Input| {}, |input: &mut Input| input.set_contiguous_limit(0), Input::unpack_everything] {
        let (keys, most) = lengths(prepare);
        assert!(keys == held, "{name}: walked, it is another value");
        assert!(most <= BOUND, "{name}: {most} bytes held for {}", bytes.len());
    }
}

#[test]
fn packed_values_are_walked() {
    for (name, code, value) in values() {
        assert!(value.len() > 2 << 20, "{name}");
        for strings in [Strings::Plain, Strings::Short] {
            compare(
                &format!("{name}, {strings:?}"),
                &one_key(code, strings, |w| {
                    w.str(&value);
                }),
            );
        }
    }
}

#[test]
fn long_parts_are_passed_over() {
    let items = texts(4, 300, 600 << 10);
    for strings in [Strings::Plain, Strings::Short] {
        let list = one_key(1, strings, |w| {
            w.len(items.len() as u64);
            items.iter().for_each(|item| {
                w.str(item);
            });
        });
        compare("list", &list);
        let quicklist = one_key(18, strings, |w| {
            w.len(2 * items.len() as u64);
            for item in &items {
                w.len(1).str(item).len(2).str(&listpack(std::slice::from_ref(item), false));
            }
        });
        compare("quicklist", &quicklist);
        let nodes = one_key(14, strings, |w| {
            w.len(items.len() as u64);
            items.iter().for_each(|item| {
                w.str(&ziplist(std::slice::from_ref(item)));
            });
        });
        compare("ziplist quicklist", &nodes);
        let module = one_key(7, strings, |w| {
            w.len(1 << 10);
            items.iter().for_each(|item| {
                w.len(5).str(item);
            });
            w.len(0);
        });
        compare("module", &module);
    }
}

#[test]
fn a_large_stream_node_is_walked() {
    let values = texts(6, 4000, 300 << 10);
    let number = |n: usize| n.to_string().into_bytes();
    let mut entries = vec![number(values.len()), number(0), number(1), b"field".to_vec(), number(0)];
    for (i, value) in values.iter().enumerate() {
        entries.extend([number(2), number(i), number(0), value.clone(), number(4)]);
    }
    let node = listpack(&entries, false);
    assert!(node.len() > 2 << 20);
    for strings in [Strings::Plain, Strings::Short] {
        let stream = one_key(15, strings, |w| {
            w.len(1).str(&[1; 16]).str(&node).len(values.len() as u64).len(9).len(9).len(0);
        });
        compare("stream", &stream);
    }
}

/// Kinds of the strings, and of how many the beginning alone was unpacked.
#[derive(Default)]
struct Kinds {
    told: Vec<Option<Kind>>,
    documents: usize,
}

impl ValueSink for Kinds {
    fn string(&mut self, content: Element<'_>, beginning: Beginning<'_>, _: Option<u64>) {
        self.told.push(beginning.kind(content.len()));
        self.documents += usize::from(beginning == Beginning::Document);
    }
}

impl RecordSink for Kinds {
    fn key(&mut self, _: &KeyRecord) {}
    fn key_end(&mut self, _: &KeyRecord, _: u64) {}
    fn key_damaged(&mut self, _: &KeyRecord) {}
}

#[test]
fn a_compressed_document_is_known_by_its_first_kibibyte() {
    let document = [b"[1".to_vec(), b", {\"field\": \"text of some length\"}".repeat(400)].concat();
    let mut broken = document.clone();
    broken[700] = 7;
    let texts: [(&[u8], Kind); 4] = [
        (&document, Kind::Json),
        (&broken, Kind::Binary),
        (&b"[info] a line of a log\n".repeat(400), Kind::Text),
        (&[0; 8192], Kind::Bitmap),
    ];
    let mut w = Writer::new("REDIS0003", Strings::Short);
    w.select(0);
    for (name, (text, _)) in (b'a'..).zip(&texts) {
        w.u8(0).str(&[name]).str(text);
    }
    let bytes = w.finish(3);
    for (prepare, documents) in [((|_| {}) as fn(&mut Input), 1), (Input::hold_whole_values, 0)] {
        let mut input = common::input(&bytes);
        prepare(&mut input);
        let mut kinds = Kinds::default();
        common::drain(&mut Parser::open(input, false).unwrap(), &mut kinds).unwrap();
        assert_eq!(kinds.told, texts.map(|(_, kind)| Some(kind)));
        assert_eq!(kinds.documents, documents);
    }
}
