//! Writes a large valid dump without a server, streaming: the same options give the same bytes.
//!
//! `make_dump small|values|huge OUT.rdb [--keys N] [--seed S] [--now MS] [--rdb-version 9|10|11] [--kind KIND]`
//!
//! * `small`: N keys (12,000,000) of about 80 bytes, the mix of a session and cache store
//! * `values`: N JSON documents (200,000) of 1 to 50 KB, compressed, and collections of up to a million elements
//! * `huge`: one key of KIND (list, hash, set, zset, stream) with N elements (10,000,000)
//!
//! Version 11 is Redis 7.2's, 10 is 7.0's, 9 is 6.2's with ziplists for listpacks.

mod collections;
mod dump_writer;
mod entropy;
mod listpack;
mod lzf;
mod packed;
mod small;
mod stream;
mod values;
mod ziplist;

use std::fs::File;
use std::io::{self, Write};
use std::process::ExitCode;

use dump_writer::DumpWriter;

/// Base of every time in the dump (2027-01-15), so that nothing depends on the clock.
const NOW_MS: u64 = 1_800_000_000_000;

/// What the command line asks for.
pub struct Options {
    shape: String,
    out: String,
    keys: Option<u64>,
    seed: u64,
    now_ms: u64,
    version: u32,
    kind: String,
}

impl Options {
    fn parse(mut words: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut places = Vec::new();
        let mut options = Self {
            shape: String::new(),
            out: String::new(),
            keys: None,
            seed: 1,
            now_ms: NOW_MS,
            version: 11,
            kind: "hash".into(),
        };
        while let Some(word) = words.next() {
            if !word.starts_with("--") {
                places.push(word);
                continue;
            }
            let value = words.next().ok_or(format!("{word} needs a value"))?;
            let number = || value.parse::<u64>().map_err(|e| format!("{word} {value}: {e}"));
            match word.as_str() {
                "--keys" => options.keys = Some(number()?),
                "--seed" => options.seed = number()?,
                "--now" => options.now_ms = number()?,
                "--rdb-version" if ["9", "10", "11"].contains(&value.as_str()) => options.version = number()? as u32,
                "--kind" => options.kind = value,
                _ => return Err(format!("{word} {value} is not understood")),
            }
        }
        let [shape, out] = <[String; 2]>::try_from(places).map_err(|_| "a shape and a path are needed")?;
        Ok(Self { shape, out, ..options })
    }
}

fn write(options: &Options) -> io::Result<u64> {
    let file = File::create(&options.out)?;
    let mut dump = DumpWriter::new(file, options.version);
    match options.shape.as_str() {
        "small" => small::write(&mut dump, options.keys.unwrap_or(12_000_000), options.seed, options.now_ms)?,
        "values" => values::write(&mut dump, options.keys.unwrap_or(200_000), options.seed, options.now_ms)?,
        "huge" => {
            let elements = options.keys.unwrap_or(10_000_000);
            dump.header(options.now_ms / 1000, elements * 100)?;
            dump.database(1, 0)?;
            let name = format!("huge:{}", options.kind);
            collections::write(&mut dump, &options.kind, name.as_bytes(), elements, options.seed)?;
        }
        other => return Err(io::Error::new(io::ErrorKind::InvalidInput, format!("no shape is called {other}"))),
    }
    dump.finish()
}

fn main() -> ExitCode {
    let options = match Options::parse(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(message) => {
            eprintln!("make_dump: {message}");
            return ExitCode::from(2);
        }
    };
    let outcome = write(&options).and_then(|bytes| writeln!(io::stdout(), "{bytes} bytes written to {}", options.out));
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("make_dump: {}: {e}", options.out);
            ExitCode::FAILURE
        }
    }
}
