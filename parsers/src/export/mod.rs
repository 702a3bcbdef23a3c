//! The keys of a dump as text, straight from the records: one file per format.

pub mod columns;
pub mod csv;
pub mod jsonl;
pub mod numbers;
pub mod rdbtools_csv;
pub mod row;

use std::io;

use crate::patterns::{is_plain, safe_name};
use crate::rows::Form;
use crate::scan::{Key, KeyTaker};
use columns::Column;
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
    /// The columns that were asked for, where not all are wanted.
    columns: Option<Vec<Column>>,
    /// Whether the name is shown in any way.
    names: bool,
    text: Vec<u8>,
    name: Vec<u8>,
    raw: Vec<u8>,
}

impl Exporter {
    /// A format by its name: `csv`, `rdbtools-csv`, whose columns are not to be chosen, or `jsonl`.
    pub fn new(format: &str, columns: Option<Vec<Column>>) -> Option<Self> {
        let shown = columns.as_deref().unwrap_or(Column::ALL);
        let (format, header) = match format {
            "csv" => (Format::Csv(csv::Csv::default()), csv::header(shown)),
            "rdbtools-csv" if columns.is_none() => {
                (Format::RdbtoolsCsv(rdbtools_csv::RdbtoolsCsv::default()), rdbtools_csv::HEADER.to_vec())
            }
            "jsonl" => (Format::JsonLines(jsonl::JsonLines::default()), Vec::new()),
            _ => return None,
        };
        let names = shown.iter().any(|column| matches!(column, Column::Name | Column::Raw | Column::HashTag));
        Some(Self { format, columns, names, text: header, name: Vec::new(), raw: Vec::new() })
    }

    /// Whether kinds are shown, for which contents are looked at.
    pub fn shows_kinds(&self) -> bool {
        self.columns.as_ref().is_none_or(|columns| columns.contains(&Column::Kind))
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
        let (name, raw): (&[u8], Option<&[u8]>) = if !self.names || is_plain(exact) {
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
        match (&mut self.format, &self.columns) {
            (Format::Csv(format), None) => format.line(&row, &mut self.text),
            (Format::Csv(format), Some(columns)) => format.line_of(columns, &row, &mut self.text),
            (Format::RdbtoolsCsv(format), _) => format.line(&row, &mut self.text),
            (Format::JsonLines(format), None) => format.line(&row, &mut self.text),
            (Format::JsonLines(format), Some(columns)) => format.line_of(columns, &row, &mut self.text),
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
