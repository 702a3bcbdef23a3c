//! Walks a dump with a sink that wants nothing: the cost of the parser alone, for profiles and instruction counts.
//!
//! `walk DUMP [--deep]` prints keys and bytes; `--deep` unpacks every value.

use std::fs::File;
use std::io::{self, Write};
use std::process::ExitCode;

use _native::error::Error;
use _native::events::ValueSink;
use _native::rdb::{KeyRecord, Outcome, Parser, RecordSink};
use _native::source::{CancelFlag, Input};

#[derive(Default)]
struct Count {
    keys: u64,
}

impl ValueSink for Count {}

impl RecordSink for Count {
    fn key(&mut self, _: &KeyRecord) {}

    fn key_end(&mut self, _: &KeyRecord, _: u64) {
        self.keys += 1;
    }

    fn key_damaged(&mut self, _: &KeyRecord) {}
}

fn walk(file: File, deep: bool) -> Result<(u64, u64), Error> {
    let mut input = Input::new(Box::new(file), CancelFlag::default());
    if deep {
        input.hold_whole_values();
    }
    let mut parser = Parser::open(input, false)?;
    let mut count = Count::default();
    while !matches!(parser.next(&mut count)?, Outcome::End) {}
    Ok((count.keys, parser.offset()))
}

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let (options, paths): (Vec<&String>, Vec<&String>) = words.iter().partition(|word| word.starts_with("--"));
    let deep = options.iter().any(|option| *option == "--deep");
    if paths.len() != 1 || options.iter().any(|option| *option != "--deep") {
        eprintln!("usage: walk DUMP [--deep]");
        return ExitCode::from(2);
    }
    let file = match File::open(paths[0]) {
        Ok(file) => file,
        Err(e) => {
            eprintln!("walk: {}: {e}", paths[0]);
            return ExitCode::FAILURE;
        }
    };
    match walk(file, deep) {
        Ok((keys, bytes)) => match writeln!(io::stdout(), "{keys} keys, {bytes} bytes") {
            Ok(()) => ExitCode::SUCCESS,
            Err(_) => ExitCode::FAILURE,
        },
        Err(e) => {
            eprintln!("walk: {}: {e}", paths[0]);
            ExitCode::FAILURE
        }
    }
}
