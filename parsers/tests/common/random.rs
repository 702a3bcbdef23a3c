//! Random records, from a seed: the bytes that stand in a dump, and what must be read from them.

use _native::rdb::codes::{Family, ValueType as T};

use super::random_values::value;
use super::writer::{Strings, Writer, module_id};

/// Seeded numbers (SplitMix64).
#[derive(Debug, Clone)]
pub struct Rng(pub u64);

impl Rng {
    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    /// A number below `n`.
    pub fn below(&mut self, n: u64) -> u64 {
        self.number() % n
    }

    pub fn chance(&mut self, one_in: u64) -> bool {
        self.below(one_in) == 0
    }

    pub fn one_of<X: Copy>(&mut self, choices: &[X]) -> X {
        choices[self.below(choices.len() as u64) as usize]
    }

    pub fn bytes(&mut self, n: usize) -> Vec<u8> {
        (0..n).map(|_| self.number() as u8).collect()
    }

    /// Integers of every width, looks-alike, short and long texts, compressible ones, binary.
    pub fn text(&mut self) -> Vec<u8> {
        let number = self.number() as i64;
        match self.below(10) {
            0 => self.below(20).to_string().into_bytes(),
            1..=3 => (number >> self.below(64)).to_string().into_bytes(),
            4 => self.one_of(&["", "-0", "007", "+1", "9223372036854775808", "1.5", " 1", "-"]).into(),
            5 => {
                let n = self.one_of(&[62, 63, 64, 127, 253, 254, 255, 300, 4095, 4096]);
                self.bytes(n)
            }
            6 => b"abcabcabc-".repeat(3 + self.below(40) as usize),
            _ => {
                let n = self.below(24) as usize;
                self.bytes(n)
            }
        }
    }

    /// Between 1 and `most` texts, no two alike.
    pub fn distinct(&mut self, most: u64) -> Vec<Vec<u8>> {
        let mut texts: Vec<_> = (0..=self.below(most)).map(|_| self.text()).collect();
        let mut seen = std::collections::HashSet::new();
        texts.retain(|text| seen.insert(text.clone()));
        texts
    }

    pub fn pairs(&mut self, most: u64) -> Vec<(Vec<u8>, Vec<u8>)> {
        self.distinct(most).into_iter().map(|field| (field, self.text())).collect()
    }
}

/// The format of a dump.
#[derive(Debug, Clone, Copy)]
pub struct Format {
    pub family: Family,
    pub version: u32,
    pub magic: &'static str,
}

pub const FORMATS: [Format; 3] = [
    Format { family: Family::Redis, version: 15, magic: "REDIS0015" },
    Format { family: Family::Valkey, version: 81, magic: "VALKEY081" },
    Format { family: Family::Redis, version: 3, magic: "REDIS0003" },
];

impl Format {
    /// Types that the format has, with their numbers.
    pub fn types(self) -> Vec<(T, u8)> {
        let old = [(T::String, 0), (T::List, 1), (T::Set, 2), (T::Zset, 3), (T::Hash, 4)];
        let packed = [(T::HashZipmap, 9), (T::ListZiplist, 10), (T::SetIntset, 11), (T::ZsetZiplist, 12)];
        let common = [
            (T::Zset2, 5),
            (T::Module2, 7),
            (T::HashZiplist, 13),
            (T::ListQuicklist, 14),
            (T::StreamListpacks, 15),
            (T::HashListpack, 16),
            (T::ZsetListpack, 17),
            (T::ListQuicklist2, 18),
            (T::StreamListpacks2, 19),
            (T::SetListpack, 20),
            (T::StreamListpacks3, 21),
        ];
        let redis = [
            (T::HashMetadataPreGa, 22),
            (T::HashListpackExPreGa, 23),
            (T::HashMetadata, 24),
            (T::HashListpackEx, 25),
            (T::StreamListpacks4, 26),
            (T::StreamListpacks5, 27),
            (T::Array, 28),
            (T::HashTemplateListpack, 29),
            (T::HashTemplateListpackRef, 30),
            (T::HashTemplateArray, 31),
            (T::HashTemplateArrayRef, 32),
            (T::KeyDbCron, 64),
        ];
        let valkey = [(T::Hash2, 22), (T::PathHash, 23)];
        let mut types = [old.as_slice(), &packed].concat();
        if self.version >= 9 {
            types.extend(common);
            match self.family {
                Family::Redis => types.extend(redis),
                Family::Valkey => types.extend(valkey),
            }
        }
        types
    }
}

/// What must be read of a record.
#[derive(Debug, Default)]
pub struct Expected {
    pub db: u64,
    pub key: Vec<u8>,
    pub value_type: Option<T>,
    pub expires_at_ms: Option<i64>,
    pub idle_seconds: Option<u64>,
    pub lfu_frequency: Option<u8>,
    pub offset: u64,
    pub value_offset: u64,
    pub end: u64,
    pub n: u64,
    /// Items, fields with values, or members with the bytes of their scores, in the order of the file.
    pub pairs: Vec<(Vec<u8>, Vec<u8>)>,
    pub value_sha1: Option<String>,
    pub fields_with_ttl: u64,
    pub min_field_expire_ms: Option<i64>,
    pub stream: Option<serde_json::Value>,
    pub deleted_entries: u64,
    pub array: Option<(u64, Option<u64>)>,
    pub template_id: Option<u64>,
}

/// A dump with what must be read from it.
pub struct Written {
    pub bytes: Vec<u8>,
    pub records: Vec<Expected>,
}

/// Ids and names of the templates of a dump.
pub type Templates = Vec<(u64, Vec<Vec<u8>>)>;

/// A dump of `count` records with every opcode that the format has.
pub fn dump(rng: &mut Rng, format: Format, strings: Strings, count: u64) -> Written {
    let mut w = Writer::new(format.magic, strings);
    let mut templates = Templates::new();
    if format.version >= 9 {
        header(rng, &mut w, format, &mut templates);
    }
    let (types, mut records, mut db) = (format.types(), Vec::new(), 0);
    for i in 0..count {
        if i == 0 || rng.chance(8) {
            db = rng.below(5) * 7;
            w.select(db);
        }
        if format.version >= 9 && rng.chance(10) {
            w.u8(244).len(rng.below(16_384)).len(3).len(1);
        }
        if format.family == Family::Valkey && rng.chance(10) {
            w.u8(242).raw(b"*2\r\n$3\r\nDEL\r\n$4\r\nk\r\nx\r\n");
        }
        // Every type once, then whatever comes.
        let choice = if i < types.len() as u64 { types[i as usize] } else { rng.one_of(&types) };
        records.push(record(rng, &mut w, format, choice, &templates, (db, i)));
    }
    Written { bytes: w.finish(format.version), records }
}

/// Everything that stands before the keys.
fn header(rng: &mut Rng, w: &mut Writer, format: Format, templates: &mut Templates) {
    w.aux("redis-bits", "64").aux("ctime", "1700000000").aux("note", &"aux ".repeat(20));
    w.u8(247).len(module_id("aux-data1", 7)).len(2).len(1).module_values(rng.number(), b"aux");
    w.u8(245).str(b"#!lua name=tally\nredis.register_function('tally', function() return 1 end)");
    w.u8(246).str(b"old").str(b"LUA").len(1).str(b"described").str(b"return 1");
    match format.family {
        Family::Valkey => {
            w.u8(243).str(&[b'j'; 40]).len(2).len(0).len(5).len(9).len(16_383);
            w.aux("slot-info", "5,3,1,0");
        }
        Family::Redis => {
            for id in [3, 9, 70, 1 << 20] {
                let mut names = rng.distinct(12);
                names.sort_by(|a, b| (a.len(), a).cmp(&(b.len(), b)));
                w.u8(242).len(id).len(names.len() as u64);
                names.iter().for_each(|name| {
                    w.str(name);
                });
                templates.push((id, names));
            }
        }
    }
}

/// One record: prefixes, type, name, value.
fn record(
    rng: &mut Rng,
    w: &mut Writer,
    format: Format,
    (value_type, code): (T, u8),
    templates: &Templates,
    (db, number): (u64, u64),
) -> Expected {
    let offset = w.bytes.len() as u64;
    let mut key = rng.text();
    key.extend(format!("#{number}").bytes());
    let mut expected = Expected { db, key, value_type: Some(value_type), offset, ..Expected::default() };
    if rng.chance(2) {
        let seconds = rng.number() as i32;
        let ms = rng.number() as i64 >> rng.below(40);
        if rng.chance(3) || format.version < 3 {
            w.u8(253).raw(&seconds.to_le_bytes());
            expected.expires_at_ms = Some(i64::from(seconds) * 1000);
        } else {
            w.u8(252).raw(&ms.to_le_bytes());
            expected.expires_at_ms = Some(ms);
        }
    }
    if format.version >= 9 && rng.chance(3) {
        let idle = rng.number() >> rng.below(64);
        w.u8(248).len(idle);
        expected.idle_seconds = Some(idle);
    }
    if format.version >= 9 && rng.chance(3) {
        let frequency = rng.number() as u8;
        w.u8(249).u8(frequency);
        expected.lfu_frequency = Some(frequency);
    }
    if format.family == Family::Redis && format.version >= 13 && rng.chance(5) {
        w.u8(243).len(2);
        for class in [1u32, 2] {
            w.raw(&class.to_le_bytes()).module_values(7, b"class");
        }
    }
    w.u8(code).str(&expected.key);
    expected.value_offset = w.bytes.len() as u64;
    value(rng, w, format, value_type, templates, &mut expected);
    expected.end = w.bytes.len() as u64;
    expected
}
