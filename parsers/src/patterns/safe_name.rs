//! Key names as text that is safe to print: a name is hostile input.
//!
//! Valid UTF-8 stays as it is. Escaped, byte by byte, as `\xNN` (lower-case hex), are
//! - bytes that are no valid UTF-8,
//! - control characters: U+0000–001F, U+007F, U+0080–009F,
//! - line and paragraph separators U+2028 and U+2029,
//! - what reorders the text around it: U+061C, U+200E, U+200F, U+202A–202E, U+2066–2069,
//! - what shows nothing at all: U+00AD, U+200B, U+2060–2064, U+206A–206F, U+FEFF, U+FFF9–FFFB, U+E0000–E007F.
//!
//! U+200C and U+200D stay: many scripts and emoji cannot be written without them. A backslash becomes `\\`, so
//! the text is reversible.

const HEX: &[u8; 16] = b"0123456789abcdef";

/// Whether `key` is printable ASCII without a backslash, that is, its own safe text.
#[inline]
pub fn is_plain(key: &[u8]) -> bool {
    let mut tail = key;
    let mut odd = false;
    while let Some((chunk, rest)) = tail.split_first_chunk::<8>() {
        odd |= odd_bytes(u64::from_le_bytes(*chunk));
        tail = rest;
    }
    if !tail.is_empty() {
        let mut padded = [b' '; 8];
        for (to, &from) in padded.iter_mut().zip(tail) {
            *to = from;
        }
        odd |= odd_bytes(u64::from_le_bytes(padded));
    }
    !odd
}

/// Whether any of eight bytes is a control character, a backslash or not ASCII.
#[inline]
fn odd_bytes(word: u64) -> bool {
    const LOW: u64 = u64::from_ne_bytes([0x01; 8]);
    const HIGH: u64 = u64::from_ne_bytes([0x80; 8]);
    let below_space = word.wrapping_sub(LOW * 0x20) & !word;
    let delete = word ^ (LOW * 0x7F);
    let backslash = word ^ (LOW * 0x5C);
    let is_delete = delete.wrapping_sub(LOW) & !delete;
    let is_backslash = backslash.wrapping_sub(LOW) & !backslash;
    (word | below_space | is_delete | is_backslash) & HIGH != 0
}

/// Whether the safe text of `key` shows a blank or an escaped byte.
pub fn holds_unsafe(key: &[u8]) -> bool {
    key.utf8_chunks()
        .any(|chunk| !chunk.invalid().is_empty() || chunk.valid().chars().any(|it| it == ' ' || is_hidden(it)))
}

/// Appends the safe text of `key` to `out` (always whole UTF-8 characters). Returns whether it differs from the key.
#[inline]
pub fn safe_name(key: &[u8], out: &mut Vec<u8>) -> bool {
    if is_plain(key) {
        out.extend_from_slice(key);
        return false;
    }
    escape(key, out)
}

fn escape(key: &[u8], out: &mut Vec<u8>) -> bool {
    let mut differs = false;
    for chunk in key.utf8_chunks() {
        for character in chunk.valid().chars() {
            let mut buffer = [0; 4];
            let bytes = character.encode_utf8(&mut buffer).as_bytes();
            if character == '\\' {
                out.extend_from_slice(b"\\\\");
                differs = true;
            } else if is_hidden(character) {
                push_escaped(bytes, out);
                differs = true;
            } else {
                out.extend_from_slice(bytes);
            }
        }
        if !chunk.invalid().is_empty() {
            push_escaped(chunk.invalid(), out);
            differs = true;
        }
    }
    differs
}

fn push_escaped(bytes: &[u8], out: &mut Vec<u8>) {
    for &byte in bytes {
        out.extend_from_slice(b"\\x");
        out.push(HEX[usize::from(byte >> 4)]);
        out.push(HEX[usize::from(byte & 15)]);
    }
}

fn is_hidden(character: char) -> bool {
    matches!(character,
        '\0'..='\x1F' | '\x7F'..='\u{9F}' | '\u{AD}' | '\u{61C}'
        | '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{2064}'
        | '\u{2066}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
}

/// The bytes behind a safe text. `None` if `text` is none: a backslash that begins neither `\\` nor `\xNN`.
pub fn unsafe_name(text: &str) -> Option<Vec<u8>> {
    let mut key = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        if byte != b'\\' {
            key.push(byte);
            continue;
        }
        match bytes.next()? {
            b'\\' => key.push(b'\\'),
            b'x' => {
                let high = char::from(bytes.next()?).to_digit(16)?;
                let low = char::from(bytes.next()?).to_digit(16)?;
                key.push(u8::try_from(high * 16 + low).ok()?);
            }
            _ => return None,
        }
    }
    Some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn safe(key: &[u8]) -> (String, bool) {
        let mut out = Vec::new();
        let differs = safe_name(key, &mut out);
        (String::from_utf8(out).expect("safe text is UTF-8"), differs)
    }

    #[test]
    fn plain_and_printable_names_stay() {
        for key in ["", "user:1", "größe:5", "鍵:1", "a,b say \"hi\" <b> {x} '%s'", "👨\u{200D}👩\u{200D}👧"] {
            assert_eq!(safe(key.as_bytes()), (key.to_owned(), false));
        }
    }

    #[test]
    fn hostile_bytes_are_escaped() {
        assert_eq!(safe(b"\x1b[2Jred").0, "\\x1b[2Jred");
        assert_eq!(safe(b"a\\b").0, "a\\\\b");
        assert_eq!(safe(b"nul\0inside\x7f").0, "nul\\x00inside\\x7f");
        assert_eq!(safe(b"\xff\xfe\x80blob").0, "\\xff\\xfe\\x80blob");
        assert_eq!(safe("c1\u{9b}31m".as_bytes()).0, "c1\\xc2\\x9b31m");
        assert_eq!(safe("abc\u{202E}fed".as_bytes()).0, "abc\\xe2\\x80\\xaefed");
        assert_eq!(safe("\u{FEFF}x\u{200B}".as_bytes()).0, "\\xef\\xbb\\xbfx\\xe2\\x80\\x8b");
        assert_eq!(safe(b"cut \xe9\x8d").0, "cut \\xe9\\x8d");
        assert_eq!(safe(b"\xed\xa0\x80").0, "\\xed\\xa0\\x80");
    }

    #[test]
    fn every_byte_in_every_place_is_reversible() {
        for byte in 0..=255u8 {
            for place in 0..20 {
                let mut key = b"user:1234:profile:xy".to_vec();
                key[place] = byte;
                let (text, differs) = safe(&key);
                assert_eq!(differs, text.as_bytes() != key.as_slice());
                assert_eq!(differs, !(0x20..0x7F).contains(&byte) || byte == b'\\');
                assert_eq!(is_plain(&key), !differs);
                assert!(!text.chars().any(is_hidden));
                assert_eq!(unsafe_name(&text).as_deref(), Some(key.as_slice()));
            }
        }
    }

    #[test]
    fn every_character_is_reversible() {
        for character in (0..=0x10_FFFF).filter_map(char::from_u32) {
            let key = format!("a{character}b").into_bytes();
            let (text, _) = safe(&key);
            assert_eq!(unsafe_name(&text), Some(key));
        }
    }

    #[test]
    fn text_that_was_never_escaped_is_refused() {
        for text in ["\\", "\\y", "\\x", "\\x1", "\\xg0"] {
            assert_eq!(unsafe_name(text), None);
        }
    }
}
