//! Prints nanoseconds per key for what every key's name goes through: `cargo run --release --no-default-features --example names_bench`.

use std::hint::black_box;
use std::io::Write;
use std::time::Instant;

use _native::patterns::{PatternMiner, safe_name, slot};

const KEYS: usize = 3_000_000;

struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }
}

fn keys(kind: &str) -> (Vec<u8>, Vec<(usize, usize)>) {
    let mut random = Random(0x2545_F491_4F6C_DD1D);
    let mut bytes = Vec::new();
    let mut spans = Vec::with_capacity(KEYS);
    for index in 0..KEYS {
        let start = bytes.len();
        let (a, b) = (random.next(), random.next());
        let number = a % 4_000_000;
        let written = match (kind, index % 4) {
            ("typical", _) => write!(bytes, "user:{number}:profile"),
            ("uuid", _) => write!(
                bytes,
                "session:{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}",
                a as u32,
                a >> 48,
                b & 0xFFF,
                b >> 12 & 0xFFF,
                b >> 16
            ),
            ("words", _) => write!(bytes, "user:{}:friends:{}", word(a), word(b)),
            (_, 0) => write!(bytes, "user:{number}:profile"),
            (_, 1) => write!(bytes, "myapp:cache:product:{number}"),
            (_, 2) => write!(bytes, "myapp:session:{a:016x}{b:016x}"),
            (_, _) => write!(bytes, "{{tenant:{}}}:doc_{}", a % 500, b % 100_000),
        };
        written.expect("memory");
        spans.push((start, bytes.len()));
    }
    (bytes, spans)
}

fn word(mut seed: u64) -> String {
    (0..6)
        .map(|_| {
            seed /= 26;
            char::from(b'a' + (seed % 26) as u8)
        })
        .collect()
}

fn main() {
    let out = &mut std::io::stdout();
    for kind in ["typical", "mixed", "uuid", "words"] {
        let (bytes, spans) = keys(kind);
        let per_key = |started: Instant| started.elapsed().as_nanos() as f64 / KEYS as f64;
        let mut miner = PatternMiner::new();
        let started = Instant::now();
        for &(start, end) in &spans {
            black_box(miner.assign(&bytes[start..end], 0));
        }
        let assign = per_key(started);
        let started = Instant::now();
        let table = miner.finish();
        let finish = started.elapsed();
        let mut text = Vec::new();
        let started = Instant::now();
        for &(start, end) in &spans {
            text.clear();
            black_box(safe_name(&bytes[start..end], &mut text));
        }
        let safe = per_key(started);
        let started = Instant::now();
        for &(start, end) in &spans {
            black_box(slot(&bytes[start..end]));
        }
        let slot = per_key(started);
        writeln!(
            out,
            "{kind:8} assign {assign:5.1} ns  safe_name {safe:4.1} ns  slot {slot:4.1} ns  finish {finish:?}, {} patterns",
            table.patterns.len()
        )
        .expect("stdout");
        for pattern in &table.patterns {
            writeln!(out, "         {} {}", pattern.keys, pattern.text).expect("stdout");
        }
    }
}
