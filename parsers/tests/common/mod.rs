//! Where the corpus is and how its truth is read. Without the corpus a test says what it skips.

#![allow(dead_code, reason = "every test file uses its own part")]

pub mod compare;
pub mod contents;
pub mod counting;
pub mod cut;
pub mod fixtures;
pub mod logs;
pub mod random;
pub mod random_stream;
pub mod random_values;
pub mod readers;
pub mod server;
pub mod trace;
pub mod writer;

use std::fs::File;
use std::io::{Cursor, Read, Write};
use std::path::{Path, PathBuf};

use _native::error::Error;
use _native::rdb::{Outcome, Parser, RecordSink};
use _native::source::{CancelFlag, Input};
use flate2::read::MultiGzDecoder;
use serde_json::Value;

/// The folder with the corpus: `RDBSCOPE_SHARED`, else `../shared` beside the checkout.
pub fn shared() -> Option<PathBuf> {
    let path = std::env::var_os("RDBSCOPE_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared"), PathBuf::from);
    if path.is_dir() {
        return Some(path);
    }
    writeln!(std::io::stderr(), "skipped: no corpus at {}", path.display()).ok();
    None
}

/// The bytes of a file, unpacked where its name ends in `.gz`.
pub fn read(path: &Path) -> Vec<u8> {
    let file = File::open(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let mut bytes = Vec::new();
    if path.extension().is_some_and(|e| e == "gz") {
        MultiGzDecoder::new(file).read_to_end(&mut bytes).unwrap();
    } else {
        let mut file = file;
        file.read_to_end(&mut bytes).unwrap();
    }
    bytes
}

/// A dump with the truth about its keys.
pub struct Dump {
    /// Path below the corpus, for messages.
    pub name: String,
    pub rdb: PathBuf,
    pub truth: PathBuf,
}

impl Dump {
    pub fn bytes(&self) -> Vec<u8> {
        read(&self.rdb)
    }

    /// One JSON object per key.
    pub fn truth(&self) -> Vec<Value> {
        let text = read(&self.truth);
        text.split(|&b| b == b'\n')
            .filter(|line| !line.is_empty())
            .map(|line| serde_json::from_slice(line).unwrap())
            .collect()
    }

    /// What the server said of the file as a whole; none where the corpus describes the dump elsewhere.
    pub fn meta(&self) -> Option<Value> {
        let path = self.truth.to_string_lossy().replace("truth.jsonl.gz", "meta.json");
        let meta: Value = serde_json::from_slice(&std::fs::read(path).ok()?).unwrap();
        meta.get("rdb")?.get("types").is_some().then_some(meta)
    }
}

/// An input over bytes in memory.
pub fn input(bytes: &[u8]) -> Input {
    Input::new(Box::new(Cursor::new(bytes.to_vec())), CancelFlag::default())
}

/// Reads to the end; gives the damage that salvage passed over.
pub fn drain<S: RecordSink>(parser: &mut Parser, sink: &mut S) -> Result<Vec<Error>, Error> {
    let mut damage = Vec::new();
    loop {
        match parser.next(sink)? {
            Outcome::End => return Ok(damage),
            Outcome::Key => {}
            Outcome::Damaged(error) => damage.push(error),
        }
    }
}

/// A text in a JSON object.
pub fn text_of<'v>(object: &'v Value, name: &str) -> &'v str {
    object[name].as_str().unwrap_or_else(|| panic!("{name} is no text in {object}"))
}

/// All dumps of the corpus that have a truth file (append-only logs excepted), in the order of their paths.
pub fn dumps() -> Vec<Dump> {
    let Some(shared) = shared() else { return Vec::new() };
    let corpus = shared.join("corpus");
    let mut found = Vec::new();
    let mut folders = vec![corpus.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                if path.file_name().is_some_and(|name| name != "aof") {
                    folders.push(path);
                }
                continue;
            }
            let text = path.to_string_lossy().into_owned();
            let Some(stem) = text.strip_suffix(".rdb.gz").or_else(|| text.strip_suffix(".rdb")) else { continue };
            let beside =
                [format!("{stem}.truth.jsonl.gz"), folder.join("truth.jsonl.gz").to_string_lossy().into_owned()];
            if let Some(truth) = beside.iter().map(PathBuf::from).find(|p| p.is_file()) {
                let name = folder.strip_prefix(&corpus).unwrap().to_string_lossy().into_owned();
                found.push(Dump { name, rdb: path, truth });
            }
        }
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    found
}

/// Hand-made cases and dumps of other projects, by name.
pub fn small_files() -> Vec<(String, Vec<u8>)> {
    let Some(shared) = shared() else { return Vec::new() };
    let mut found = Vec::new();
    for part in ["cases", "cases-next", "peer-files"] {
        for folder in std::fs::read_dir(shared.join(part)).unwrap().map(|entry| entry.unwrap().path()) {
            let Ok(files) = std::fs::read_dir(&folder) else { continue };
            for file in files.map(|entry| entry.unwrap().path()) {
                if file.extension().is_some_and(|e| e == "rdb") {
                    found.push((file.strip_prefix(&shared).unwrap().display().to_string(), read(&file)));
                }
            }
        }
    }
    found.sort();
    found
}

/// Bytes out of hex text.
pub fn unhex(text: &str) -> Vec<u8> {
    (0..text.len() / 2).map(|i| u8::from_str_radix(&text[2 * i..2 * i + 2], 16).unwrap()).collect()
}
