//! Dumps that are cut, damaged, or come in inconvenient parts: always an error with its place, never a panic, never more
//! memory than the bytes that are there.

mod common;

use std::sync::OnceLock;

use _native::error::Error;
use _native::rdb::Parser;
use _native::rdb::codes::ValueType as T;
use _native::source::{CancelFlag, Input};
use common::counting::{Counting, measure};
use common::random::{FORMATS, Rng, dump};
use common::readers::{InParts, Parts};
use common::trace::{Trace, Traced};
use common::writer::Strings;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// What the parser may hold beside a multiple of the file: its block, its scratch, the tables of facts.
const FIXED: usize = 3 << 20;

/// Bytes to read per dump and kind of damage: keeps the whole test within seconds.
const EFFORT: usize = 1 << 20;

/// A dump under a name.
struct Sample {
    name: String,
    bytes: Vec<u8>,
}

/// Dumps of the corpus, small hand-made ones, and written ones.
fn samples() -> &'static [Sample] {
    static SAMPLES: OnceLock<Vec<Sample>> = OnceLock::new();
    SAMPLES.get_or_init(gather)
}

fn gather() -> Vec<Sample> {
    let mut samples = Vec::new();
    for (seed, format) in (0..).zip(FORMATS.into_iter().cycle().take(6)) {
        let strings = if seed < 3 { Strings::Short } else { Strings::Plain };
        samples.push(Sample { name: format!("seed {seed}"), bytes: dump(&mut Rng(seed), format, strings, 60).bytes });
    }
    samples.extend(common::fixtures::all().into_iter().map(|f| Sample { name: f.name, bytes: f.bytes }));
    samples.extend(common::dumps().iter().map(|dump| Sample { name: dump.name.clone(), bytes: dump.bytes() }));
    samples.extend(common::small_files().into_iter().map(|(name, bytes)| Sample { name, bytes }));
    samples
}

impl Sample {
    /// How often a dump of this size can be read.
    fn times(&self) -> usize {
        (EFFORT / self.bytes.len().max(1)).clamp(2, 1000)
    }
}

fn read(bytes: &[u8], salvage: bool) -> (Trace, Result<Vec<Error>, Error>) {
    read_from(common::input(bytes), Trace::default(), salvage)
}

fn read_from(input: Input, mut trace: Trace, salvage: bool) -> (Trace, Result<Vec<Error>, Error>) {
    let outcome = Parser::open(input, salvage).and_then(|mut parser| common::drain(&mut parser, &mut trace));
    (trace, outcome)
}

/// Reads damaged bytes in both modes and checks what must hold whatever the damage is. Tells whether they pass as whole.
fn check(bytes: &[u8], whole: &[Traced], damaged_at: u64, what: &str) -> bool {
    let mut accepted = false;
    for salvage in [false, true] {
        let size = bytes.len();
        let ((trace, outcome), largest, most) = measure(|| read(bytes, salvage));
        // The keys that the trace keeps count too: their names, and hashes of a few dozen bytes.
        let kept = trace.keys.capacity() * size_of::<Traced>();
        assert!(largest <= (FIXED + 2 * size).max(kept), "{what}: {largest} bytes at once for {size}");
        assert!(most <= 2 * FIXED + 4 * size + 4 * kept, "{what}: {most} bytes held for {size}");
        for error in outcome.as_ref().err().into_iter().chain(outcome.iter().flatten()) {
            assert!(error.offset() <= size as u64, "{what}: {error} lies outside {size} bytes");
            assert!(error.kind().is_damage(), "{what}: {error}");
        }
        // Whatever lies before the damage is read as it is.
        let before = whole.iter().take_while(|key| key.end <= damaged_at).count();
        let sound = trace.keys.len() >= before && trace.keys[..before] == whole[..before];
        assert!(sound, "{what}: a key before the damage is not what it was (salvage {salvage})");
        accepted |= outcome.is_ok();
    }
    accepted
}

/// Where the snapshot ends, its checksum included; 0 where it cannot be read to its end.
fn end_of(bytes: &[u8]) -> u64 {
    let Ok(mut parser) = Parser::open(common::input(bytes), false) else { return 0 };
    match common::drain(&mut parser, &mut Trace::default()) {
        Ok(_) => parser.facts.end_offset,
        Err(_) => 0,
    }
}

#[test]
fn cut_anywhere() {
    for sample in samples() {
        let (whole, _) = read(&sample.bytes, false);
        let end = end_of(&sample.bytes);
        let size = sample.bytes.len();
        let times = sample.times();
        let mut rng = Rng(size as u64);
        for i in 0..times {
            let at = if times >= size { i % size } else { rng.below(size as u64) as usize };
            let cut = &sample.bytes[..at];
            let what = format!("{} cut at {at}", sample.name);
            let accepted = check(cut, &whole.keys, at as u64, &what);
            // A file that ends before its end is no whole file; what stands behind the checksum may be missing.
            assert!(at as u64 >= end || !accepted, "{what}: read as if it were whole");
        }
    }
}

#[test]
fn a_byte_changed_anywhere() {
    for sample in samples() {
        let (whole, _) = read(&sample.bytes, false);
        let mut rng = Rng(sample.bytes.len() as u64 + 1);
        let mut bytes = sample.bytes.clone();
        for _ in 0..sample.times() {
            let at = rng.below(bytes.len() as u64) as usize;
            let old = bytes[at];
            bytes[at] = match rng.below(4) {
                0 => old ^ 1 << rng.below(8),
                1 => rng.one_of(&[0, 0x7f, 0x80, 0x81, 0xc3, 0xfe, 0xff]),
                _ => rng.number() as u8,
            };
            if bytes[at] != old {
                check(&bytes, &whole.keys, at as u64, &format!("{}: {old} to {} at {at}", sample.name, bytes[at]));
            }
            bytes[at] = old;
        }
    }
}

/// Types whose value is one string, behind so many bytes.
fn before_string(value_type: T) -> Option<u64> {
    match value_type {
        T::String | T::HashZipmap | T::ListZiplist | T::SetIntset | T::ZsetZiplist | T::HashZiplist => Some(0),
        T::HashListpack | T::ZsetListpack | T::SetListpack | T::HashTemplateListpackRef => Some(0),
        T::HashListpackExPreGa => Some(0),
        T::HashListpackEx => Some(8),
        _ => None,
    }
}

#[test]
fn salvage_loses_no_more_than_the_damaged_value() {
    let mut damaged = 0;
    for sample in samples() {
        let (whole, outcome) = read(&sample.bytes, false);
        let framed: Vec<_> = whole.keys.iter().filter(|k| before_string(k.value_type).is_some()).collect();
        if outcome.is_err() || framed.is_empty() {
            continue;
        }
        let mut rng = Rng(3);
        let mut bytes = sample.bytes.clone();
        for _ in 0..sample.times().min(200) {
            let key = rng.one_of(&framed);
            // Two lengths of five bytes at most stand before the content.
            let start = key.value_offset + before_string(key.value_type).unwrap() + 11;
            if start >= key.end {
                continue;
            }
            let at = (start + rng.below(key.end - start)) as usize;
            let old = std::mem::replace(&mut bytes[at], rng.number() as u8);
            let (trace, outcome) = read(&bytes, true);
            let what = format!("{}: {old} to {} at {at}, in {key:?}", sample.name, bytes[at]);
            // Only the checksum may complain.
            if let Err(e) = &outcome {
                assert_eq!(e.kind().id(), "checksum_mismatch", "{what}: {e}");
            }
            let others = |keys: &[Traced]| keys.iter().filter(|k| k.offset != key.offset).cloned().collect::<Vec<_>>();
            assert!(others(&trace.keys) == others(&whole.keys), "{what}: another key changed");
            damaged += trace.damaged.len();
            bytes[at] = old;
        }
    }
    assert!(damaged > 100, "{damaged} values were seen as damaged");
}

#[test]
fn reading_in_parts_changes_nothing() {
    for sample in samples() {
        let (whole, outcome) = read(&sample.bytes, false);
        for parts in [Parts::Single, Parts::Random] {
            if matches!(parts, Parts::Single) && sample.bytes.len() > 1 << 20 {
                continue;
            }
            let reader = InParts::new(sample.bytes.clone(), parts, 1);
            let input = Input::new(Box::new(reader), CancelFlag::default());
            let (trace, in_parts) = read_from(input, Trace::default(), false);
            assert!(trace.keys == whole.keys, "{} by {parts:?}", sample.name);
            let text = |o: &Result<Vec<Error>, Error>| o.as_ref().err().map(|e| (e.to_string(), e.key().cloned()));
            assert_eq!(text(&in_parts), text(&outcome), "{} by {parts:?}", sample.name);
        }
    }
}

#[test]
fn holding_less_changes_no_length() {
    for sample in samples() {
        let lengths = |prepare: fn(&mut Input)| {
            let mut input = common::input(&sample.bytes);
            prepare(&mut input);
            let (trace, outcome) = read_from(input, Trace::of_lengths(), false);
            (trace.keys, outcome.err().map(|e| (e.kind().id(), e.key().cloned())))
        };
        let usual = lengths(|_| {});
        let small = lengths(|input| input.set_contiguous_limit(0));
        let changed = small.0.iter().zip(&usual.0).find(|(small, usual)| small != usual);
        assert!(small == usual, "{}: a small limit: {changed:?} {:?} {:?}", sample.name, small.1, usual.1);
        assert!(lengths(Input::hold_whole_values) == usual, "{}: whole values", sample.name);
    }
}
