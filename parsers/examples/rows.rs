//! Makes the key rows of a dump and drops them: the cost of a load without its database.
//!
//! `rows DUMP` prints rows and batches.

use std::fs::File;
use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::Arc;

use _native::error::Error;
use _native::scan::{Options, Progress, Scan};
use _native::source::CancelFlag;

fn scan(file: File) -> Result<(usize, usize), Error> {
    let progress = Arc::new(Progress::default());
    let mut scan = Scan::open(Box::new(file), Options::default(), CancelFlag::default(), progress)?;
    let (mut rows, mut batches) = (0, 0);
    while let Some(batch) = scan.next_batch()? {
        rows += batch.num_rows();
        batches += 1;
    }
    Ok((rows, batches))
}

fn main() -> ExitCode {
    let Some(path) = std::env::args_os().nth(1) else {
        eprintln!("usage: rows DUMP");
        return ExitCode::from(2);
    };
    let outcome = File::open(path).map_err(|e| e.to_string()).and_then(|file| scan(file).map_err(|e| e.to_string()));
    match outcome.map(|(rows, batches)| writeln!(io::stdout(), "{rows} rows, {batches} batches")) {
        Ok(Ok(())) => ExitCode::SUCCESS,
        Ok(Err(_)) => ExitCode::FAILURE,
        Err(message) => {
            eprintln!("rows: {message}");
            ExitCode::FAILURE
        }
    }
}
