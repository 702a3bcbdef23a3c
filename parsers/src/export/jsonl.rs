//! JSON Lines: one object per key. What is unknown is `null`.

use super::numbers::{signed, unsigned};
use super::row::{Row, capped};
use crate::patterns::contains_either;
use crate::rows::Form;

/// The members of a form: type, encoding and kind, and apart from them whether memory is exact.
#[derive(Debug, Default)]
pub struct FormMembers {
    kinds: Vec<u8>,
    exact: &'static [u8],
}

/// Writes lines.
#[derive(Debug, Default)]
pub struct JsonLines {
    forms: Vec<FormMembers>,
}

impl JsonLines {
    /// Appends the line of one key.
    pub fn line(&mut self, row: &Row<'_>, out: &mut Vec<u8>) {
        let form = super::form_cells(&mut self.forms, row, members);
        let record = row.key.record;
        out.extend_from_slice(b"{\"db\":");
        unsigned(capped(record.db), out);
        out.extend_from_slice(b",\"name\":");
        text(row.name, out);
        out.extend_from_slice(b",\"raw\":");
        match row.raw {
            Some(raw) => text(raw, out),
            None => out.extend_from_slice(b"null"),
        }
        out.extend_from_slice(&form.kinds);
        number(b",\"elements\":", row.key.elements, out);
        number(b",\"memory_bytes\":", row.key.memory_bytes, out);
        out.extend_from_slice(form.exact);
        number(b",\"allocated_bytes\":", row.key.allocated_bytes, out);
        number(b",\"value_bytes\":", Some(row.key.facts.value_bytes), out);
        number(b",\"key_bytes\":", Some(record.name.len() as u64), out);
        number(b",\"dump_bytes\":", Some(row.key.dump_bytes), out);
        number(b",\"largest_element_bytes\":", row.key.largest_element_bytes(), out);
        out.extend_from_slice(b",\"expires_at_ms\":");
        match record.expires_at_ms {
            Some(at) => signed(at, out),
            None => out.extend_from_slice(b"null"),
        }
        number(b",\"idle_seconds\":", record.idle_seconds, out);
        number(b",\"lfu_frequency\":", record.lfu_frequency.map(u64::from), out);
        number(b",\"slot\":", Some(u64::from(row.slot())), out);
        out.extend_from_slice(b",\"hash_tag\":");
        match row.hash_tag() {
            Some(tag) => text(tag, out),
            None => out.extend_from_slice(b"null"),
        }
        number(b",\"record_offset\":", Some(record.offset), out);
        out.extend_from_slice(b"}\n");
    }
}

fn members(form: &Form) -> FormMembers {
    let mut kinds = Vec::new();
    let mut member = |label: &[u8], content: Option<&str>| {
        kinds.extend_from_slice(label);
        match content {
            Some(content) => text(content.as_bytes(), &mut kinds),
            None => kinds.extend_from_slice(b"null"),
        }
    };
    member(b",\"type\":", Some(&form.type_name));
    member(b",\"encoding\":", form.encoding);
    member(b",\"kind\":", form.kind.map(|kind| kind.as_str()));
    let exact: &[u8] = match form.memory_exact {
        Some(true) => b",\"memory_exact\":true",
        Some(false) => b",\"memory_exact\":false",
        None => b",\"memory_exact\":null",
    };
    FormMembers { kinds, exact }
}

#[inline]
fn number(label: &[u8], value: Option<u64>, out: &mut Vec<u8>) {
    out.extend_from_slice(label);
    match value {
        Some(value) => unsigned(capped(value), out),
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
