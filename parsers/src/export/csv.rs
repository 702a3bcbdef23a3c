//! CSV: a header, one line per key. What is unknown is empty; text that a spreadsheet would run as a formula gets an
//! apostrophe in front.

use super::numbers::{signed, unsigned_then};
use super::row::{Row, capped};
use crate::patterns::contains_either;
use crate::rows::Form;

pub const HEADER: &[u8] = b"db,name,raw,type,encoding,kind,elements,memory_bytes,memory_exact,allocated_bytes,\
value_bytes,key_bytes,dump_bytes,largest_element_bytes,expires_at_ms,idle_seconds,lfu_frequency,slot,hash_tag,\
record_offset\n";

/// The cells of a form: type, encoding, kind, and apart from them whether memory is exact.
#[derive(Debug, Default)]
pub struct FormCells {
    kinds: Vec<u8>,
    exact: &'static [u8],
}

/// Writes lines. The cells of forms are made once.
#[derive(Debug, Default)]
pub struct Csv {
    forms: Vec<FormCells>,
}

impl Csv {
    /// Appends the line of one key.
    pub fn line(&mut self, row: &Row<'_>, out: &mut Vec<u8>) {
        let form = super::form_cells(&mut self.forms, row, cells);
        let record = row.key.record;
        number(record.db, out);
        text(row.name, out);
        out.push(b',');
        if let Some(raw) = row.raw {
            text(raw, out);
        }
        out.push(b',');
        out.extend_from_slice(&form.kinds);
        optional(row.key.elements, out);
        optional(row.key.memory_bytes, out);
        out.extend_from_slice(form.exact);
        optional(row.key.allocated_bytes, out);
        number(row.key.facts.value_bytes, out);
        number(record.name.len() as u64, out);
        number(row.key.dump_bytes, out);
        optional(row.key.largest_element_bytes(), out);
        if let Some(at) = record.expires_at_ms {
            signed(at, out);
        }
        out.push(b',');
        optional(record.idle_seconds, out);
        optional(record.lfu_frequency.map(u64::from), out);
        number(u64::from(row.slot()), out);
        if let Some(tag) = row.hash_tag() {
            text(tag, out);
        }
        out.push(b',');
        unsigned_then(capped(record.offset), b'\n', out);
    }
}

fn cells(form: &Form) -> FormCells {
    let mut kinds = Vec::new();
    let parts = [Some(form.type_name.as_str()), form.encoding, form.kind.map(|kind| kind.as_str())];
    for part in parts {
        if let Some(part) = part {
            text(part.as_bytes(), &mut kinds);
        }
        kinds.push(b',');
    }
    let exact: &[u8] = match form.memory_exact {
        Some(true) => b"true,",
        Some(false) => b"false,",
        None => b",",
    };
    FormCells { kinds, exact }
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
/// looks like a formula. Control characters are none of its business: no safe text holds any.
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
    !matches!(first, b' ' | b'=' | b'+' | b'-' | b'@') && *last != b' ' && !contains_either(text, b'"', b',')
}

#[cold]
fn quoted(text: &[u8], out: &mut Vec<u8>) {
    out.push(b'"');
    if matches!(text.first(), Some(b'=' | b'+' | b'-' | b'@')) {
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
            ("'", "'"),
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
            let formula = matches!(safe.first(), Some(b'=' | b'+' | b'-' | b'@'));
            let (mark, rest) = if formula { cells[0].split_at(1) } else { (&b""[..], &cells[0][..]) };
            assert_eq!(mark, if formula { &b"'"[..] } else { b"" });
            assert_eq!(rest, safe);
        }
    }
}
