//! Files made to exhaust a reader: claims without bytes, endless repetition, compression bombs.

mod common;

use std::time::{Duration, Instant};

use _native::error::Error;
use _native::rdb::{FileFacts, Parser};
use common::counting::{Counting, measure};
use common::trace::Trace;
use common::writer::{Strings, Writer, lzf, module_id};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Long enough for a machine under load, far too short for anything quadratic.
const PATIENCE: Duration = Duration::from_secs(20);

struct Read {
    facts: Option<FileFacts>,
    trace: Trace,
    outcome: Result<Vec<Error>, Error>,
    most: usize,
}

fn read(bytes: &[u8], salvage: bool) -> Read {
    let begun = Instant::now();
    let input = common::input(bytes);
    let mut trace = Trace::default();
    let ((facts, outcome), _, most) = measure(|| match Parser::open(input, salvage) {
        Ok(mut parser) => {
            let outcome = common::drain(&mut parser, &mut trace);
            (Some(parser.facts), outcome)
        }
        Err(e) => (None, Err(e)),
    });
    assert!(begun.elapsed() < PATIENCE, "{:?} for {} bytes", begun.elapsed(), bytes.len());
    Read { facts, trace, outcome, most }
}

fn new() -> Writer {
    Writer::new("REDIS0011", Strings::Plain)
}

#[test]
fn lengths_without_bytes() {
    let huge = [u64::MAX, 1 << 62, 1 << 40, u64::from(u32::MAX)];
    for n in huge {
        // Counts, lengths and LZF lengths, behind every type and opcode that begins with one.
        for code in (0..=255u8).filter(|&code| code != 255) {
            for shape in 0..4 {
                let mut w = new();
                w.select(0).u8(code);
                match shape {
                    0 => w.len(n),
                    1 => w.str(b"key").len(n),
                    2 => w.str(b"key").u8(0xc3).len(n).len(n),
                    _ => w.str(b"key").u8(0xc3).len(8).len(n).raw(&[0; 8]),
                };
                let bytes = w.finish(11);
                for salvage in [false, true] {
                    let most = read(&bytes, salvage).most;
                    assert!(most < 3 << 20, "code {code}, shape {shape}, {n}: {most} bytes held");
                }
            }
        }
    }
}

#[test]
fn opcodes_by_the_million() {
    const COUNT: u64 = 400_000;
    let shapes: [(&str, fn(&mut Writer, u64)); 9] = [
        ("databases", |w, i| {
            w.select(i * 3);
        }),
        ("back and forth", |w, i| {
            w.select(i % 50_000).resize(i, 0);
        }),
        ("resize", |w, i| {
            w.resize(i, i);
        }),
        ("aux", |w, i| {
            w.aux("name", &i.to_string());
        }),
        ("odd slot info", |w, _| {
            w.aux("slot-info", "none");
        }),
        ("scripts", |w, _| {
            w.aux("lua", "");
        }),
        ("functions", |w, _| {
            w.u8(245).str(b"");
        }),
        ("member expiry", |w, _| {
            w.aux("keydb-subexpire-key", "m").aux("keydb-subexpire-when", "1");
        }),
        ("module aux", |w, _| {
            w.u8(247).len(module_id("aaaaaaaaa", 1)).len(2).len(1).len(0);
        }),
    ];
    for (name, shape) in shapes {
        let mut w = new();
        (0..COUNT).for_each(|i| shape(&mut w, i));
        w.u8(0).str(b"key").str(b"value");
        let bytes = w.finish(11);
        let Read { facts, trace, outcome, most } = read(&bytes, false);
        outcome.unwrap_or_else(|e| panic!("{name}: {e}"));
        assert_eq!(trace.keys.len(), 1, "{name}");
        assert!(most < 48 << 20, "{name}: {most} bytes held for {}", bytes.len());
        let facts = facts.unwrap();
        assert!(facts.anomalies.len() <= 2100, "{name}: {} anomalies", facts.anomalies.len());
    }
}

#[test]
fn what_is_not_kept_is_counted() {
    let mut w = new();
    (0..5000).for_each(|i| {
        w.aux("name", &i.to_string());
    });
    let facts = read(&w.finish(11), false).facts.unwrap();
    assert_eq!(facts.aux.len(), 1000);
    assert_eq!(facts.not_kept, [("aux fields", 4000)]);
    assert_eq!(facts.anomalies.iter().filter(|a| a.kind == "not-kept").count(), 1);
}

#[test]
fn compression_bombs() {
    let zeros = vec![0; 32 << 20];
    let packed = lzf(&zeros);
    let bomb = |w: &mut Writer| {
        w.u8(0xc3).len(packed.len() as u64).len(zeros.len() as u64).raw(&packed);
    };
    // As value, as element, as packed value: never unpacked as a whole.
    for code in [0, 1, 9, 10, 11, 12, 13, 16, 17, 20] {
        let mut w = new();
        w.u8(code).str(b"key");
        if code == 1 {
            w.len(1);
        }
        bomb(&mut w);
        let bytes = w.finish(11);
        let most = read(&bytes, true).most;
        assert!(most < 4 << 20, "type {code}: {most} bytes held for {}", bytes.len());
    }
    // Many of them as aux fields, scripts and functions: one at a time, and no more than a budget of them.
    let shapes: [fn(&mut Writer); 3] = [
        |w| {
            w.u8(250).str(b"name");
        },
        |w| {
            w.u8(250).str(b"lua");
        },
        |w| {
            w.u8(245);
        },
    ];
    for shape in shapes {
        let mut w = new();
        (0..8).for_each(|_| {
            shape(&mut w);
            bomb(&mut w);
        });
        let most = read(&w.finish(11), false).most;
        assert!(most < 200 << 20, "{most} bytes held");
    }
    // A stream node of field names without end.
    let mut names = vec![0; 7 + (24 << 20)];
    let total = names.len() as u32;
    names[..4].copy_from_slice(&total.to_le_bytes());
    names[4..6].fill(0xff);
    // Counts 0 and 0, a 24-bit number of fields, then entries of one byte each.
    names[6..10].copy_from_slice(&[0, 1, 0, 1]);
    names[10..15].copy_from_slice(&[0xf2, 0xff, 0xff, 0x7f, 4]);
    names[15..].fill(1);
    let packed = lzf(&names);
    let mut w = new();
    w.u8(15).str(b"key").len(1).str(&[0; 16]).u8(0xc3).len(packed.len() as u64).len(names.len() as u64).raw(&packed);
    let outcome = read(&w.finish(11), false);
    assert!(outcome.most < 64 << 20, "{} bytes held", outcome.most);
    assert!(outcome.outcome.unwrap_err().to_string().contains("fields"));
}

#[test]
fn many_databases_are_all_read() {
    let mut w = new();
    (0..70_000).for_each(|db| {
        w.select(db).u8(0).str(b"key").str(b"value");
    });
    let Read { trace, outcome, .. } = read(&w.finish(11), false);
    assert!(outcome.is_ok());
    assert_eq!(trace.keys.len(), 70_000);
    assert!(trace.keys.iter().zip(0..).all(|(key, db)| key.db == db));
}
