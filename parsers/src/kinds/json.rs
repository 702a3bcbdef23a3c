//! JSON objects and arrays (RFC 8259), checked token by token as far as the value is known.

/// Deeper nesting is not followed: such a value counts as text.
const MAX_DEPTH: usize = 128;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Expect {
    /// A value, or the end of an array that has just begun
    FirstElement,
    Value,
    /// A name, or the end of an object that has just begun
    FirstName,
    Name,
    Colon,
    CommaOrEnd,
    Nothing,
}

/// Whether `prefix` is an object or array, or (when not `whole`) the beginning of one.
pub(super) fn is_json(prefix: &[u8], whole: bool) -> bool {
    match scan(prefix) {
        Some(complete) => (complete || !whole) && is_utf8(prefix),
        None => false,
    }
}

/// Whether the text is UTF-8 as far as it goes: it may be cut within a character.
fn is_utf8(text: &[u8]) -> bool {
    std::str::from_utf8(text).map_or_else(|error| error.error_len().is_none(), |_| true)
}

/// `None` where the text breaks the grammar, else whether it is complete.
fn scan(text: &[u8]) -> Option<bool> {
    // One entry per open bracket: whether it is an object's.
    let mut open: Vec<bool> = Vec::new();
    let mut expect = Expect::Value;
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        at += 1;
        match (byte, expect) {
            (b' ' | b'\t' | b'\r' | b'\n', _) => continue,
            (b'{' | b'[', Expect::Value | Expect::FirstElement) => {
                if open.len() == MAX_DEPTH {
                    return None;
                }
                open.push(byte == b'{');
                expect = if byte == b'{' { Expect::FirstName } else { Expect::FirstElement };
                continue;
            }
            (b'}', Expect::FirstName | Expect::CommaOrEnd) if open.last() == Some(&true) => {
                open.pop();
            }
            (b']', Expect::FirstElement | Expect::CommaOrEnd) if open.last() == Some(&false) => {
                open.pop();
            }
            (b',', Expect::CommaOrEnd) => {
                expect = if open.last() == Some(&true) { Expect::Name } else { Expect::Value };
                continue;
            }
            (b':', Expect::Colon) => {
                expect = Expect::Value;
                continue;
            }
            (b'"', Expect::FirstName | Expect::Name) => {
                at = string_end(text, at)?;
                expect = Expect::Colon;
                continue;
            }
            // The outermost value has to be an object or array.
            (_, Expect::Value | Expect::FirstElement) if !open.is_empty() => at = scalar_end(text, at - 1)?,
            _ => return None,
        }
        expect = if open.is_empty() { Expect::Nothing } else { Expect::CommaOrEnd };
    }
    Some(expect == Expect::Nothing)
}

/// End of the string whose opening quote stands before `start`; the text's end where it is cut.
fn string_end(text: &[u8], start: usize) -> Option<usize> {
    let mut at = start;
    loop {
        at += plain(text.get(at..).unwrap_or_default());
        match text.get(at) {
            None | Some(b'"') => return Some((at + 1).min(text.len())),
            Some(b'\\') => match text.get(at + 1) {
                Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => at += 2,
                Some(b'u') => {
                    let digits = text.get(at + 2..).unwrap_or_default();
                    if digits.iter().take(4).any(|digit| !digit.is_ascii_hexdigit()) {
                        return None;
                    }
                    at += 6;
                }
                None => at += 2,
                Some(_) => return None,
            },
            Some(_) => return None,
        }
    }
}

/// Number of bytes up to the first quote, backslash or control character.
fn plain(text: &[u8]) -> usize {
    const ONES: u64 = u64::from_ne_bytes([0x01; 8]);
    const HIGH: u64 = u64::from_ne_bytes([0x80; 8]);
    let zero = |word: u64| word.wrapping_sub(ONES) & !word & HIGH;
    let mut at = 0;
    // Eight bytes at once. A borrow may mark bytes above the first hit only, and the first is what counts.
    while let Some(&bytes) = text.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
        let word = u64::from_le_bytes(bytes);
        let control = word.wrapping_sub(ONES * 0x20) & !word & HIGH;
        let hits = control | zero(word ^ (ONES * u64::from(b'"'))) | zero(word ^ (ONES * u64::from(b'\\')));
        if hits != 0 {
            return at + hits.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    let is_special = |&byte: &u8| byte < 0x20 || byte == b'"' || byte == b'\\';
    let rest = text.get(at..).unwrap_or_default();
    at + rest.iter().position(is_special).unwrap_or(rest.len())
}

/// End of a string, number or literal that begins at `start`; the text's end where it is cut.
fn scalar_end(text: &[u8], start: usize) -> Option<usize> {
    let rest = text.get(start..)?;
    match rest.first()? {
        b'"' => string_end(text, start + 1),
        b't' => literal_end(rest, b"true").map(|length| start + length),
        b'f' => literal_end(rest, b"false").map(|length| start + length),
        b'n' => literal_end(rest, b"null").map(|length| start + length),
        _ => number_end(rest).map(|length| start + length),
    }
}

fn literal_end(rest: &[u8], literal: &[u8]) -> Option<usize> {
    let known = rest.get(..literal.len()).unwrap_or(rest);
    literal.starts_with(known).then_some(known.len())
}

fn number_end(rest: &[u8]) -> Option<usize> {
    let digits = |at: usize| rest.get(at..).unwrap_or_default().iter().take_while(|b| b.is_ascii_digit()).count();
    let mut at = usize::from(rest.first() == Some(&b'-'));
    let whole = digits(at);
    if whole == 0 && at < rest.len() || whole > 1 && rest.get(at) == Some(&b'0') {
        return None;
    }
    at += whole;
    if rest.get(at) == Some(&b'.') {
        let fraction = digits(at + 1);
        if fraction == 0 && at + 1 < rest.len() {
            return None;
        }
        at += 1 + fraction;
    }
    if matches!(rest.get(at), Some(b'e' | b'E')) {
        at += 1 + usize::from(matches!(rest.get(at + 1), Some(b'+' | b'-')));
        let exponent = digits(at);
        if exponent == 0 && at < rest.len() {
            return None;
        }
        at += exponent;
    }
    Some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCUMENT: &str =
        r#" {"a": [1, -2.5e+3, 0, true, false, null, "x\u00e9\n\\ \"é"], "b": {}, "c": [], "d": [[{"e":1E5}]]} "#;

    #[test]
    fn a_document_and_each_of_its_beginnings() {
        assert!(is_json(DOCUMENT.as_bytes(), true));
        let last = DOCUMENT.trim_end().len();
        for end in 2..DOCUMENT.len() {
            let part = &DOCUMENT.as_bytes()[..end];
            assert!(is_json(part, false), "beginning of {end} bytes");
            assert_eq!(is_json(part, true), end >= last, "whole of {end} bytes");
        }
    }

    #[test]
    fn plain_bytes_end_at_the_first_special_one() {
        for length in 0..40usize {
            for special in [b'"', b'\\', 0, 0x1f, b'\n'] {
                for at in 0..length {
                    for around in [b'a', b' ', b'!', b'#', 0x7f, 0x80, 0xa2, 0xff] {
                        let mut text = vec![around; length];
                        text[at] = special;
                        assert_eq!(plain(&text), at, "{text:?}");
                    }
                }
            }
            assert_eq!(plain(&vec![0xffu8; length]), length);
        }
    }

    #[test]
    fn what_is_none() {
        for text in [
            "",
            "1",
            "\"a\"",
            "true",
            "{1}",
            "{\"a\"}",
            "{\"a\":}",
            "[1,]",
            "{\"a\":1,}",
            "[1}",
            "]",
            "[info] done",
            "[01]",
            "[1.]",
            "[-]",
            "[1e]",
            "[+1]",
            "[2026-11-25] x",
            "[\"a\tb\"]",
            "[\"\\x\"]",
            "[\"\\u12g4\"]",
            "[] []",
            "{} x",
            "[tru]",
            "{a:1}",
            "{'a':1}",
            "[1 2]",
        ] {
            assert!(!is_json(text.as_bytes(), true), "{text}");
        }
        for text in ["[info] d", "{a", "[1}", "{\"a\" 1", "[] x"] {
            assert!(!is_json(text.as_bytes(), false), "{text}");
        }
        assert!(!is_json(b"[\"\xff\"]", true));
        assert!(!is_json(b"[\"long enough for words \xff\"]", true));
        assert!(!is_json("[".repeat(1000).as_bytes(), false));
    }
}
