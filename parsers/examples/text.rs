//! Writes the keys of a dump as text: the cost of an export without Python.
//!
//! `text DUMP FORMAT` writes to standard output; the formats are csv, rdbtools-csv and jsonl.

use std::fs::File;
use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::Arc;

use _native::export::Exporter;
use _native::scan::{Options, Progress, Scan};
use _native::source::CancelFlag;

/// Bytes that are written at once.
const PIECE: usize = 64 << 10;

fn export(path: &str, format: &str) -> io::Result<()> {
    let exporter = Exporter::new(format, None).ok_or_else(|| io::Error::other("no such format"))?;
    let (options, progress) = (Options::default(), Arc::new(Progress::default()));
    let mut scan = Scan::with(exporter, Box::new(File::open(path)?), options, CancelFlag::default(), progress)
        .map_err(|e| io::Error::other(e.to_string()))?;
    let mut piece = Vec::new();
    let mut out = io::stdout().lock();
    loop {
        scan.advance(|exporter| exporter.len() < PIECE).map_err(|e| io::Error::other(e.to_string()))?;
        scan.taker().take_text(&mut piece);
        if piece.is_empty() {
            return out.flush();
        }
        out.write_all(&piece)?;
    }
}

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [path, format] = words.as_slice() else {
        eprintln!("usage: text DUMP FORMAT");
        return ExitCode::from(2);
    };
    match export(path, format) {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("text: {path}: {e}");
            ExitCode::FAILURE
        }
    }
}
