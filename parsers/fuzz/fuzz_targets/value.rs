//! Any bytes as one value: the first chooses family and type. Walked and held, it is the same.
//!
//! `cargo +nightly fuzz run value -- -malloc_limit_mb=64 -max_len=100000`, from `parsers/`.

#![no_main]

use _native::encodings::{Damage, decode};
use _native::events::{Element, ValueSink};
use _native::rdb::codes::{Codes, Family, Meaning, ValueType};
use _native::rdb::templates::Templates;
use _native::source::{CancelFlag, Input};
use libfuzzer_sys::fuzz_target;

/// Lengths of everything that is told, in one sum each.
#[derive(Debug, Default, PartialEq)]
struct Sums {
    elements: u64,
    bytes: u64,
    nodes: u64,
    ended: bool,
}

impl Sums {
    fn add(&mut self, element: Element<'_>) {
        self.elements += 1;
        self.bytes = self.bytes.wrapping_add(element.len());
    }
}

impl ValueSink for Sums {
    fn string(&mut self, content: Element<'_>, prefix: &[u8], _: Option<u64>) {
        assert!(prefix.len() <= 4096 && prefix.len() as u64 <= content.len());
        self.add(content);
    }
    fn packed(&mut self, _: _native::events::Packed, _: u64, _: u64) {
        self.nodes += 1;
    }
    fn item(&mut self, element: Element<'_>) {
        self.add(element);
    }
    fn member(&mut self, member: Element<'_>) {
        self.add(member);
    }
    fn field(&mut self, field: Element<'_>) {
        self.add(field);
    }
    fn value(&mut self, value: Element<'_>) {
        self.add(value);
    }
    fn module_string(&mut self, content: Element<'_>) {
        self.add(content);
    }
}

fn read(value_type: ValueType, data: &[u8], limit: u64) -> (bool, u64, Sums) {
    let mut input = Input::new(Box::new(std::io::Cursor::new(data.to_vec())), CancelFlag::default());
    input.set_contiguous_limit(limit);
    let mut sums = Sums::default();
    let outcome = decode(value_type, &mut input, &Templates::default(), &mut Damage::new(false), &mut sums);
    if let Err(e) = &outcome {
        assert!(e.offset() <= data.len() as u64);
    }
    (outcome.is_ok(), input.offset(), sums)
}

fuzz_target!(|data: &[u8]| {
    let Some((&choice, data)) = data.split_first() else { return };
    let (family, version) = if choice & 0x80 == 0 { (Family::Redis, 15) } else { (Family::Valkey, 81) };
    let Some(Meaning::Type(value_type)) = Codes::of(family, version).get(choice & 0x7f) else { return };
    let usual = read(value_type, data, 256 << 10);
    let walked = read(value_type, data, 64);
    // What is sound when held is so when walked, and tells the same (scores and expiries are texts of less than 64 bytes).
    if usual.0 && walked.0 {
        assert_eq!(usual, walked);
    }
});
