//! CSV: a header, one line per key. What is unknown is empty; text that a spreadsheet would run as a formula gets an
//! apostrophe in front, and so does text that begins with one, so that it can be taken off again.

use super::columns::Column;
use super::numbers::{signed, unsigned_then};
use super::row::{Row, capped};
use crate::patterns::contains_either;
use crate::rows::Form;

/// The names of the columns as the first line.
pub fn header(columns: &[Column]) -> Vec<u8> {
    let names: Vec<&str> = columns.iter().map(|column| column.name()).collect();
    (names.join(",") + "\n").into_bytes()
}

/// The cells of a form, each with its comma.
#[derive(Debug, Default)]
pub struct FormCells {
    type_name: Vec<u8>,
    encoding: Vec<u8>,
    kind: Vec<u8>,
    exact: &'static [u8],
}

/// Writes lines. The cells of forms are made once.
#[derive(Debug, Default)]
pub struct Csv {
    forms: Vec<FormCells>,
}

impl Csv {
    /// Appends the line of one key with all columns.
    pub fn line(&mut self, row: &Row<'_>, out: &mut Vec<u8>) {
        let form = super::form_cells(&mut self.forms, row, cells);
        Column::each(|column| cell(column, form, row, out));
        end(out);
    }

    /// Appends the line of one key with these columns.
    pub fn line_of(&mut self, columns: &[Column], row: &Row<'_>, out: &mut Vec<u8>) {
        let form = super::form_cells(&mut self.forms, row, cells);
        for column in columns {
            cell(*column, form, row, out);
        }
        end(out);
    }
}

/// Makes the comma behind the last cell the end of the line.
#[inline]
fn end(out: &mut [u8]) {
    if let Some(last) = out.last_mut() {
        *last = b'\n';
    }
}

/// Appends a cell and a comma.
#[inline(always)]
fn cell(column: Column, form: &FormCells, row: &Row<'_>, out: &mut Vec<u8>) {
    let (key, record) = (row.key, row.key.record);
    match column {
        Column::Db => number(record.db, out),
        Column::Name => optional_text(Some(row.name), out),
        Column::Raw => optional_text(row.raw, out),
        Column::Type => out.extend_from_slice(&form.type_name),
        Column::Encoding => out.extend_from_slice(&form.encoding),
        Column::Kind => out.extend_from_slice(&form.kind),
        Column::Elements => optional(key.elements, out),
        Column::MemoryBytes => optional(key.memory_bytes, out),
        Column::MemoryExact => out.extend_from_slice(form.exact),
        Column::AllocatedBytes => optional(key.allocated_bytes, out),
        Column::ValueBytes => number(key.facts.value_bytes, out),
        Column::KeyBytes => number(record.name.len() as u64, out),
        Column::DumpBytes => number(key.dump_bytes, out),
        Column::LargestElementBytes => optional(key.largest_element_bytes(), out),
        Column::ExpiresAtMs => {
            if let Some(at) = record.expires_at_ms {
                signed(at, out);
            }
            out.push(b',');
        }
        Column::IdleSeconds => optional(record.idle_seconds, out),
        Column::LfuFrequency => optional(record.lfu_frequency.map(u64::from), out),
        Column::Slot => number(u64::from(row.slot()), out),
        Column::HashTag => optional_text(row.hash_tag(), out),
        Column::RecordOffset => number(record.offset, out),
    }
}

fn cells(form: &Form) -> FormCells {
    let cell = |content: Option<&str>| {
        let mut cell = Vec::new();
        optional_text(content.map(str::as_bytes), &mut cell);
        cell
    };
    let exact: &[u8] = match form.memory_exact {
        Some(true) => b"true,",
        Some(false) => b"false,",
        None => b",",
    };
    FormCells {
        type_name: cell(Some(&form.type_name)),
        encoding: cell(form.encoding),
        kind: cell(form.kind.map(|kind| kind.as_str())),
        exact,
    }
}

#[inline]
fn optional_text(content: Option<&[u8]>, out: &mut Vec<u8>) {
    if let Some(content) = content {
        text(content, out);
    }
    out.push(b',');
}

#[inline]
fn number(number: u64, out: &mut Vec<u8>) {
    unsigned_then(capped(number), b',', out);
}

#[inline]
pub(super) fn optional(value: Option<u64>, out: &mut Vec<u8>) {
    match value {
        Some(value) => number(value, out),
        None => out.push(b','),
    }
}

/// Appends a text as one cell: in quotes where it is empty, holds a quote or a comma, begins or ends with a space, or
/// gets an apostrophe. Control characters are none of its business: no safe text holds any.
#[inline]
pub fn text(text: &[u8], out: &mut Vec<u8>) {
    if is_simple(text) {
        out.extend_from_slice(text);
    } else {
        quoted(text, out);
    }
}

#[inline]
fn is_simple(text: &[u8]) -> bool {
    let (Some(first), Some(last)) = (text.first(), text.last()) else { return false };
    *first != b' ' && !gets_apostrophe(*first) && *last != b' ' && !contains_either(text, b'"', b',')
}

/// Whether a text that begins so gets an apostrophe in front.
#[inline]
fn gets_apostrophe(first: u8) -> bool {
    matches!(first, b'=' | b'+' | b'-' | b'@' | b'\'')
}

#[cold]
fn quoted(text: &[u8], out: &mut Vec<u8>) {
    out.push(b'"');
    if text.first().is_some_and(|first| gets_apostrophe(*first)) {
        out.push(b'\'');
    }
    for &byte in text {
        if byte == b'"' {
            out.push(b'"');
        }
        out.push(byte);
    }
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::patterns::safe_name;

    /// Reads one line as RFC 4180 says.
    fn read(line: &[u8]) -> Vec<Vec<u8>> {
        let (mut cells, mut cell, mut inside) = (Vec::new(), Vec::new(), false);
        let mut bytes = line.iter().copied().peekable();
        while let Some(byte) = bytes.next() {
            match byte {
                b'"' if inside && bytes.peek() == Some(&b'"') => {
                    bytes.next();
                    cell.push(b'"');
                }
                b'"' => inside = !inside,
                b',' if !inside => cells.push(std::mem::take(&mut cell)),
                _ => cell.push(byte),
            }
        }
        assert!(!inside, "a quote is left open");
        cells.push(cell);
        cells
    }

    fn cell(content: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        text(content, &mut out);
        out
    }

    #[test]
    fn plain_texts_stay_and_others_are_quoted() {
        for (content, expected) in [
            ("user:1", "user:1"),
            ("größe", "größe"),
            ("", "\"\""),
            ("a,b", "\"a,b\""),
            ("say \"hi\"", "\"say \"\"hi\"\"\""),
            (" x", "\" x\""),
            ("x ", "\"x \""),
            ("a b", "a b"),
            ("=1+1", "\"'=1+1\""),
            ("@sum", "\"'@sum\""),
            ("-5", "\"'-5\""),
            ("+", "\"'+\""),
            ("a=b", "a=b"),
            ("'", "\"''\""),
            ("'=1+1", "\"''=1+1\""),
            ("it's", "it's"),
        ] {
            assert_eq!(cell(content.as_bytes()), expected.as_bytes(), "{content}");
        }
    }

    #[test]
    fn any_name_comes_back_as_one_cell_that_is_no_formula() {
        // All texts of up to three of the bytes that matter, and longer ones of a fixed sequence.
        let hostile = b"\",=+-@ '\\\n\r\t\x00\x1b\x7f\xc2\x9b\xffaZ0;|";
        let mut names: Vec<Vec<u8>> = vec![Vec::new()];
        for &a in hostile {
            names.push(vec![a]);
            for &b in hostile {
                names.push(vec![a, b]);
                names.extend(hostile.iter().map(|&c| vec![a, b, c]));
            }
        }
        let mut state = 1u64;
        for length in 0..2_000usize {
            let name = (0..length % 67).map(|_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                if state & 1 == 0 { (state >> 33) as u8 } else { hostile[(state >> 33) as usize % hostile.len()] }
            });
            names.push(name.collect());
        }
        for name in names {
            let mut safe = Vec::new();
            safe_name(&name, &mut safe);
            let mut line = cell(&safe);
            line.extend_from_slice(b",7");
            assert!(!line.iter().any(u8::is_ascii_control));
            let cells = read(&line);
            assert_eq!(cells.len(), 2, "{safe:?}");
            // One apostrophe at the beginning is never the text's own.
            let cell = &cells[0];
            assert!(!matches!(cell.first(), Some(b'=' | b'+' | b'-' | b'@')), "{safe:?}");
            assert_eq!(cell.strip_prefix(b"'").unwrap_or(cell), safe);
        }
    }
}
