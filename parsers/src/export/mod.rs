//! The keys of a dump as text, straight from the records: one file per format.

pub mod csv;
pub mod jsonl;
pub mod numbers;
pub mod rdbtools_csv;
pub mod row;

use std::io;

use crate::patterns::{is_plain, safe_name};
use crate::rows::Form;
use crate::scan::{Key, KeyTaker};
use row::{Row, blob};

/// A format and what it keeps between lines.
#[derive(Debug)]
enum Format {
    Csv(csv::Csv),
    RdbtoolsCsv(rdbtools_csv::RdbtoolsCsv),
    JsonLines(jsonl::JsonLines),
}

/// Writes keys as text.
#[derive(Debug)]
pub struct Exporter {
    format: Format,
    text: Vec<u8>,
    name: Vec<u8>,
    raw: Vec<u8>,
}

impl Exporter {
    /// A format by its name: `csv`, `rdbtools-csv` or `jsonl`.
    pub fn new(format: &str) -> Option<Self> {
        let (format, header) = match format {
            "csv" => (Format::Csv(csv::Csv::default()), csv::HEADER),
            "rdbtools-csv" => (Format::RdbtoolsCsv(rdbtools_csv::RdbtoolsCsv::default()), rdbtools_csv::HEADER),
            "jsonl" => (Format::JsonLines(jsonl::JsonLines::default()), &b""[..]),
            _ => return None,
        };
        Some(Self { format, text: header.to_vec(), name: Vec::new(), raw: Vec::new() })
    }

    /// Bytes that wait to be taken.
    #[inline]
    pub fn len(&self) -> usize {
        self.text.len()
    }

    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Moves what was written to `piece`, whole lines; its memory is written to next.
    pub fn take_text(&mut self, piece: &mut Vec<u8>) {
        piece.clear();
        std::mem::swap(&mut self.text, piece);
    }
}

impl KeyTaker for Exporter {
    #[inline]
    fn take(&mut self, key: &Key<'_>) -> io::Result<()> {
        let exact = &key.record.name;
        let (name, raw): (&[u8], Option<&[u8]>) = if is_plain(exact) {
            (exact, None)
        } else {
            self.name.clear();
            let differs = safe_name(exact, &mut self.name);
            self.raw.clear();
            if differs {
                blob(exact, &mut self.raw);
            }
            (&self.name, differs.then_some(&self.raw))
        };
        let row = Row { key, name, raw };
        match &mut self.format {
            Format::Csv(format) => format.line(&row, &mut self.text),
            Format::RdbtoolsCsv(format) => format.line(&row, &mut self.text),
            Format::JsonLines(format) => format.line(&row, &mut self.text),
        }
        Ok(())
    }
}

/// What a format keeps about the form of a row; forms are numbered in the order in which they appear.
#[inline]
fn form_cells<'a, C: Default>(known: &'a mut Vec<C>, row: &Row<'_>, make: fn(&Form) -> C) -> &'a C {
    let place = usize::try_from(row.key.form_id).unwrap_or(0);
    if place >= known.len() {
        known.resize_with(place, C::default);
        known.push(make(row.key.form));
    }
    &known[place]
}
