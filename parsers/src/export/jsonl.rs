//! JSON Lines: one object per key. What is unknown is `null`.

use super::columns::Column;
use super::numbers::{signed, unsigned};
use super::row::{Row, capped};
use crate::patterns::contains_either;
use crate::rows::Form;

/// The members of a form, each with its comma and label.
#[derive(Debug, Default)]
pub struct FormMembers {
    type_name: Vec<u8>,
    encoding: Vec<u8>,
    kind: Vec<u8>,
    exact: &'static [u8],
}

/// Writes lines.
#[derive(Debug, Default)]
pub struct JsonLines {
    forms: Vec<FormMembers>,
}

impl JsonLines {
    /// Appends the line of one key with all columns.
    pub fn line(&mut self, row: &Row<'_>, out: &mut Vec<u8>) {
        let form = super::form_cells(&mut self.forms, row, members);
        let start = out.len();
        Column::each(|column| member(column, form, row, out));
        enclose(start, out);
    }

    /// Appends the line of one key with these columns.
    pub fn line_of(&mut self, columns: &[Column], row: &Row<'_>, out: &mut Vec<u8>) {
        let form = super::form_cells(&mut self.forms, row, members);
        let start = out.len();
        for column in columns {
            member(*column, form, row, out);
        }
        enclose(start, out);
    }
}

/// Makes the comma before the first member the brace that opens, and closes it.
#[inline]
fn enclose(start: usize, out: &mut Vec<u8>) {
    if let Some(first) = out.get_mut(start) {
        *first = b'{';
    }
    out.extend_from_slice(b"}\n");
}

/// Appends a comma, the label and the value.
#[inline(always)]
fn member(column: Column, form: &FormMembers, row: &Row<'_>, out: &mut Vec<u8>) {
    let (key, record) = (row.key, row.key.record);
    match column {
        Column::Db => number(b",\"db\":", Some(record.db), out),
        Column::Name => optional_text(b",\"name\":", Some(row.name), out),
        Column::Raw => optional_text(b",\"raw\":", row.raw, out),
        Column::Type => out.extend_from_slice(&form.type_name),
        Column::Encoding => out.extend_from_slice(&form.encoding),
        Column::Kind => out.extend_from_slice(&form.kind),
        Column::Elements => number(b",\"elements\":", key.elements, out),
        Column::MemoryBytes => number(b",\"memory_bytes\":", key.memory_bytes, out),
        Column::MemoryExact => out.extend_from_slice(form.exact),
        Column::AllocatedBytes => number(b",\"allocated_bytes\":", key.allocated_bytes, out),
        Column::ValueBytes => number(b",\"value_bytes\":", Some(key.facts.value_bytes), out),
        Column::KeyBytes => number(b",\"key_bytes\":", Some(record.name.len() as u64), out),
        Column::DumpBytes => number(b",\"dump_bytes\":", Some(key.dump_bytes), out),
        Column::LargestElementBytes => number(b",\"largest_element_bytes\":", key.largest_element_bytes(), out),
        Column::ExpiresAtMs => {
            out.extend_from_slice(b",\"expires_at_ms\":");
            match record.expires_at_ms {
                Some(at) => signed(at, out),
                None => out.extend_from_slice(b"null"),
            }
        }
        Column::IdleSeconds => number(b",\"idle_seconds\":", record.idle_seconds, out),
        Column::LfuFrequency => number(b",\"lfu_frequency\":", record.lfu_frequency.map(u64::from), out),
        Column::Slot => number(b",\"slot\":", Some(u64::from(row.slot())), out),
        Column::HashTag => optional_text(b",\"hash_tag\":", row.hash_tag(), out),
        Column::RecordOffset => number(b",\"record_offset\":", Some(record.offset), out),
    }
}

fn members(form: &Form) -> FormMembers {
    let member = |label: &[u8], content: Option<&str>| {
        let mut member = Vec::new();
        optional_text(label, content.map(str::as_bytes), &mut member);
        member
    };
    let exact: &[u8] = match form.memory_exact {
        Some(true) => b",\"memory_exact\":true",
        Some(false) => b",\"memory_exact\":false",
        None => b",\"memory_exact\":null",
    };
    FormMembers {
        type_name: member(b",\"type\":", Some(&form.type_name)),
        encoding: member(b",\"encoding\":", form.encoding),
        kind: member(b",\"kind\":", form.kind.map(|kind| kind.as_str())),
        exact,
    }
}

#[inline]
fn number(label: &[u8], value: Option<u64>, out: &mut Vec<u8>) {
    out.extend_from_slice(label);
    match value {
        Some(value) => unsigned(capped(value), out),
        None => out.extend_from_slice(b"null"),
    }
}

#[inline]
fn optional_text(label: &[u8], content: Option<&[u8]>, out: &mut Vec<u8>) {
    out.extend_from_slice(label);
    match content {
        Some(content) => text(content, out),
        None => out.extend_from_slice(b"null"),
    }
}

/// Appends a text as JSON. No safe text holds control characters.
#[inline]
fn text(text: &[u8], out: &mut Vec<u8>) {
    out.push(b'"');
    if contains_either(text, b'"', b'\\') {
        for &byte in text {
            if matches!(byte, b'"' | b'\\') {
                out.push(b'\\');
            }
            out.push(byte);
        }
    } else {
        out.extend_from_slice(text);
    }
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::patterns::safe_name;

    #[test]
    fn any_name_is_a_json_text() {
        for name in [&b""[..], b"user:1", b"a\"b", b"\\", b"\n\x1b[31m", b"\xff\xfe", "größe\u{202e}".as_bytes()] {
            let mut safe = Vec::new();
            safe_name(name, &mut safe);
            let mut out = Vec::new();
            text(&safe, &mut out);
            let read: String = serde_json::from_slice(&out).unwrap();
            assert_eq!(read.as_bytes(), safe);
        }
    }
}
