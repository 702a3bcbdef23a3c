//! Any bytes as a snapshot: an end or an error inside the source, never a panic, never memory that no bytes back.
//!
//! `cargo +nightly fuzz run snapshot corpus -- -malloc_limit_mb=64 -rss_limit_mb=1024 -max_len=1000000`, from `parsers/`,
//! with dumps as seeds in `corpus`. The allocation bound is libFuzzer's `-malloc_limit_mb`.

#![no_main]

use _native::events::ValueSink;
use _native::rdb::{KeyRecord, Outcome, Parser, RecordSink};
use _native::source::{CancelFlag, Input};
use libfuzzer_sys::fuzz_target;

/// Checks the order of records.
#[derive(Default)]
struct Order {
    open: bool,
    end: u64,
    keys: u64,
}

impl ValueSink for Order {}

impl RecordSink for Order {
    fn key(&mut self, record: &KeyRecord) {
        assert!(!self.open && record.offset >= self.end && record.value_offset > record.offset);
        self.open = true;
    }

    fn key_end(&mut self, record: &KeyRecord, dump_bytes: u64) {
        assert!(self.open && record.offset + dump_bytes >= record.value_offset);
        self.end = record.offset + dump_bytes;
        self.open = false;
        self.keys += 1;
    }

    fn key_damaged(&mut self, record: &KeyRecord) {
        assert!(self.open);
        self.end = record.value_offset;
        self.open = false;
    }
}

/// Reads with one setting; gives the number of keys.
fn read(data: &[u8], salvage: bool, prepare: fn(&mut Input)) -> u64 {
    let size = data.len() as u64;
    let mut input = Input::new(Box::new(std::io::Cursor::new(data.to_vec())), CancelFlag::default());
    prepare(&mut input);
    let mut order = Order::default();
    let inside = |offset: u64| assert!(offset <= size, "offset {offset} outside {size} bytes");
    let mut parser = match Parser::open(input, salvage) {
        Ok(parser) => parser,
        Err(e) => {
            inside(e.offset());
            return 0;
        }
    };
    loop {
        match parser.next(&mut order) {
            Ok(Outcome::Key) => inside(parser.offset()),
            Ok(Outcome::Damaged(e)) => inside(e.offset()),
            Ok(Outcome::End) => break,
            Err(e) => {
                inside(e.offset());
                assert!(e.kind().is_damage());
                break;
            }
        }
    }
    assert!(order.keys <= size / 2, "a key takes more than two bytes");
    order.keys
}

fuzz_target!(|data: &[u8]| {
    let strict = read(data, false, |_| {});
    let salvaged = read(data, true, |_| {});
    assert!(salvaged >= strict, "salvage keeps at least what the strict reading has");
    read(data, true, |input| input.set_contiguous_limit(0));
});
