//! A segment with its variable parts replaced: literal bytes and marks.

use super::safe_name::safe_name;

/// Introduces a mark; a literal 0xFF is written as `MARK, 0`.
pub(super) const MARK: u8 = 0xFF;

/// What a variable part holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub(super) enum Class {
    Int = 1,
    Uuid,
    Hex,
    /// `2026-11-25`
    DateDay,
    /// `2026-11`
    DateMonth,
    /// `20261125`
    DateCompact,
    /// Weeks, quarters and days with other separators
    DateOther,
    Ip,
    Mac,
    Email,
    Token,
    /// Anything: words that vary
    Any,
}

impl Class {
    const ALL: [Class; 12] = [
        Class::Int,
        Class::Uuid,
        Class::Hex,
        Class::DateDay,
        Class::DateMonth,
        Class::DateCompact,
        Class::DateOther,
        Class::Ip,
        Class::Mac,
        Class::Email,
        Class::Token,
        Class::Any,
    ];

    fn from_code(code: u8) -> Option<Class> {
        Self::ALL.get(usize::from(code).checked_sub(1)?).copied()
    }

    fn text(self) -> &'static str {
        match self {
            Class::Int => "{int}",
            Class::Uuid => "{uuid}",
            Class::Hex => "{hex}",
            Class::DateDay | Class::DateMonth | Class::DateCompact | Class::DateOther => "{date}",
            Class::Ip => "{ip}",
            Class::Mac => "{mac}",
            Class::Email => "{email}",
            Class::Token => "{token}",
            Class::Any => "{*}",
        }
    }
}

/// The template of a segment that is nothing but a `class`.
pub(super) const fn whole(class: Class) -> [u8; 2] {
    [MARK, class as u8]
}

pub(super) fn push_class(template: &mut Vec<u8>, class: Class) {
    template.extend_from_slice(&whole(class));
}

pub(super) fn push_literal(template: &mut Vec<u8>, bytes: &[u8]) {
    if !bytes.contains(&MARK) {
        template.extend_from_slice(bytes);
        return;
    }
    for &byte in bytes {
        template.push(byte);
        if byte == MARK {
            template.push(0);
        }
    }
}

/// One element of a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Part {
    Byte(u8),
    Var(Class),
}

impl Part {
    pub(super) fn push(self, template: &mut Vec<u8>) {
        match self {
            Part::Byte(byte) => push_literal(template, &[byte]),
            Part::Var(class) => push_class(template, class),
        }
    }

    /// Whether this is part of a word: an ASCII letter or a byte beyond ASCII.
    pub(super) fn is_letter(self) -> bool {
        matches!(self, Part::Byte(byte) if byte.is_ascii_alphabetic() || byte >= 0x80)
    }

    /// Whether this is a literal that stands between words.
    pub(super) fn is_separator(self) -> bool {
        matches!(self, Part::Byte(byte) if byte < 0x80 && !byte.is_ascii_alphanumeric())
    }
}

pub(super) fn parts(template: &[u8]) -> Vec<Part> {
    let mut parts = Vec::with_capacity(template.len());
    let mut bytes = template.iter();
    while let Some(&byte) = bytes.next() {
        if byte != MARK {
            parts.push(Part::Byte(byte));
            continue;
        }
        let code = bytes.next().copied().unwrap_or(0);
        parts.push(Class::from_code(code).map_or(Part::Byte(MARK), Part::Var));
    }
    parts
}

pub(super) fn from_parts(parts: &[Part]) -> Vec<u8> {
    let mut template = Vec::with_capacity(parts.len() + 2);
    for part in parts {
        part.push(&mut template);
    }
    template
}

/// Whether the template is one class and nothing else.
pub(super) fn is_whole(template: &[u8]) -> bool {
    matches!(template, &[MARK, code] if code != 0)
}

/// Whether any part varies.
pub(super) fn is_variable(template: &[u8]) -> bool {
    template.windows(2).any(|pair| matches!(pair, &[MARK, code] if code != 0))
}

/// Whether a word of the name itself is left, one that tells this template from others.
pub(super) fn has_word(template: &[u8]) -> bool {
    parts(template).iter().any(|part| part.is_letter())
}

/// The template as safe text, and how much of it stands before the first class.
pub(super) fn render(template: &[u8]) -> (String, usize) {
    let mut text = Vec::with_capacity(template.len() + 8);
    let mut literal = Vec::new();
    let mut literal_end = None;
    for part in parts(template) {
        match part {
            Part::Byte(byte) => literal.push(byte),
            Part::Var(class) => {
                safe_name(&literal, &mut text);
                literal.clear();
                literal_end.get_or_insert(text.len());
                text.extend_from_slice(class.text().as_bytes());
            }
        }
    }
    safe_name(&literal, &mut text);
    let literal_end = literal_end.unwrap_or(text.len());
    (String::from_utf8_lossy(&text).into_owned(), literal_end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_round_trip() {
        let mut template = Vec::new();
        push_literal(&mut template, b"a\xff\x01-");
        push_class(&mut template, Class::Int);
        push_literal(&mut template, b"\xff");
        assert_eq!(from_parts(&parts(&template)), template);
        assert_eq!(render(&template), ("a\\xff\\x01-{int}\\xff".to_owned(), 10));
        assert!(is_variable(&template) && !is_whole(&template) && has_word(&template));
        assert!(!is_variable(b"a\xff\x00") && is_whole(&whole(Class::Any)));
    }

    #[test]
    fn codes_name_their_class() {
        for class in Class::ALL {
            assert_eq!(Class::from_code(class as u8), Some(class));
        }
        assert_eq!(Class::from_code(0), None);
    }
}
