//! What a segment is made of: the classes of its words and numbers.

use super::random::Counts;
use super::template::{Class, push_class, push_literal};

/// Values of the numbers seen on the way to a pattern, to find those that never vary.
#[derive(Clone, Copy, Default)]
pub(super) struct Values {
    /// The digits themselves for numbers of one to four digits, else 0
    packed: [u32; Values::MAX],
    count: usize,
}

impl Values {
    /// Numbers that are watched in one name.
    pub(super) const MAX: usize = 8;

    #[inline]
    pub(super) fn push(&mut self, digits: &[u8]) {
        if let Some(slot) = self.packed.get_mut(self.count) {
            *slot = if digits.len() <= 4 {
                digits.iter().fold(0, |packed, &digit| packed << 8 | u32::from(digit))
            } else {
                0
            };
            self.count += 1;
        }
    }

    #[inline]
    pub(super) fn get(&self, index: usize) -> u32 {
        self.packed.get(index).copied().unwrap_or(0)
    }

    pub(super) fn packed(&self) -> [u32; Values::MAX] {
        self.packed
    }

    /// The digits behind a packed value.
    pub(super) fn digits(packed: u32) -> Vec<u8> {
        packed.to_be_bytes().into_iter().filter(|&byte| byte != 0).collect()
    }
}

/// Writes the template of a segment; pushes its numbers in the order of their marks.
pub(super) fn classify(segment: &[u8], template: &mut Vec<u8>, values: &mut Values) {
    template.clear();
    let mut at = 0;
    let email = email(segment);
    while let Some(&byte) = segment.get(at) {
        if let Some((start, end)) = email
            && at == start
        {
            push_class(template, Class::Email);
            at = end;
            continue;
        }
        if !is_word(byte) {
            let next_is_digit = segment.get(at + 1).is_some_and(u8::is_ascii_digit);
            let signs = at == 0 || matches!(segment.get(at - 1), Some(b',' | b'(' | b'[' | b'=' | b' '));
            if byte == b'-' && next_is_digit && signs {
                at += 1;
                continue;
            }
            if at == 0
                && matches!(byte, b'-' | b'_')
                && let Some(end) = token_end(segment, 1)
            {
                push_class(template, Class::Token);
                at = end;
                continue;
            }
            push_literal(template, &[byte]);
            at += 1;
            continue;
        }
        let end = run_end(segment, at);
        at = run(segment, at, end, template, values);
    }
}

const LETTER_OR_DIGIT: u8 = 1;
const HEX: u8 = 2;

static WORD: [u8; 256] = {
    let mut table = [0; 256];
    let mut index = 0;
    while index < 256 {
        let byte = index as u8;
        if byte.is_ascii_alphanumeric() || byte >= 0x80 {
            table[index] |= LETTER_OR_DIGIT;
        }
        if byte.is_ascii_hexdigit() {
            table[index] |= HEX;
        }
        index += 1;
    }
    table
};

#[inline]
fn is_word(byte: u8) -> bool {
    WORD[usize::from(byte)] & LETTER_OR_DIGIT != 0
}

fn run_end(segment: &[u8], start: usize) -> usize {
    let rest = segment.get(start..).unwrap_or_default();
    start + rest.iter().position(|&b| !is_word(b)).unwrap_or(rest.len())
}

/// Classifies what begins at `start`, a run of letters and digits up to `end`. Returns where it ends.
fn run(segment: &[u8], start: usize, end: usize, template: &mut Vec<u8>, values: &mut Values) -> usize {
    let rest = segment.get(start..).unwrap_or_default();
    let word = segment.get(start..end).unwrap_or_default();
    if let Some(before) = word.len().checked_sub(8)
        && let Some(length) = rest.get(before..).and_then(uuid)
    {
        push_literal(template, &rest[..before]);
        push_class(template, Class::Uuid);
        return start + before + length;
    }
    if rest.first().is_some_and(u8::is_ascii_digit) {
        if let Some((length, class)) = date(rest) {
            push_class(template, class);
            return start + length;
        }
        let dotted = start > 0 && segment.get(start - 1) == Some(&b'.');
        if !dotted && let Some(length) = ip(rest) {
            push_class(template, Class::Ip);
            return start + length;
        }
    }
    let counts = Counts::of(word);
    if counts.digits == counts.length {
        values.push(word);
        push_class(template, Class::Int);
        return end;
    }
    if counts.is_hex() {
        push_class(template, Class::Hex);
        return end;
    }
    if let [b'0', b'x', digits @ ..] = word
        && digits.len() >= 8
        && digits.iter().all(u8::is_ascii_hexdigit)
    {
        push_literal(template, b"0x");
        push_class(template, Class::Hex);
        return end;
    }
    if (counts.is_random() || counts.is_odd())
        && let Some(end) = token_end(segment, start)
    {
        push_class(template, Class::Token);
        return end;
    }
    words_and_numbers(word, template, values);
    end
}

fn words_and_numbers(word: &[u8], template: &mut Vec<u8>, values: &mut Values) {
    for piece in word.chunk_by(|a, b| a.is_ascii_digit() == b.is_ascii_digit()) {
        if piece.first().is_some_and(u8::is_ascii_digit) {
            values.push(piece);
            push_class(template, Class::Int);
        } else {
            push_literal(template, piece);
        }
    }
}

/// End of random text that begins at `start`: one random run, or a chain of odd ones joined by the `-`, `_` and
/// `+` of the base-64 alphabets that is random as a whole. Between two of them one short run may look usual by
/// chance. A trailing `-`, `_` or `=` at the segment's end belongs to it.
fn token_end(segment: &[u8], start: usize) -> Option<usize> {
    let mut end = start;
    let mut at = start;
    let mut chain = Counts::default();
    let mut random = false;
    let mut skipped = false;
    loop {
        let run_end = run_end(segment, at);
        let run = segment.get(at..run_end).unwrap_or_default();
        let is_uuid = run.len() >= 8 && segment.get(run_end - 8..).and_then(uuid).is_some();
        if run.is_empty() || is_uuid {
            break;
        }
        let counts = Counts::of(run);
        if counts.is_random() || counts.is_odd() || counts.is_hex() {
            random |= counts.is_random();
            chain.join(&counts);
            end = run_end;
            skipped = false;
        } else if random && run.len() <= 4 && !skipped {
            skipped = true;
        } else {
            break;
        }
        at = joints(segment, run_end, b"-_+");
        if at == run_end {
            break;
        }
    }
    if end == start || !(random || chain.length >= 14 && chain.is_random()) {
        return None;
    }
    let padded = joints(segment, end, b"-_=");
    Some(if padded == segment.len() { padded } else { end })
}

fn joints(segment: &[u8], start: usize, joints: &[u8]) -> usize {
    let rest = segment.get(start..).unwrap_or_default();
    start + rest.iter().take_while(|byte| joints.contains(byte)).count()
}

fn uuid(rest: &[u8]) -> Option<usize> {
    let text: &[u8; 36] = rest.first_chunk()?;
    if [text[8], text[13], text[18], text[23]] != *b"----" || rest.get(36).is_some_and(|&byte| is_word(byte)) {
        return None;
    }
    let groups = [&text[..8], &text[9..13], &text[14..18], &text[19..23], &text[24..]];
    groups.into_iter().flatten().all(|&byte| WORD[usize::from(byte)] & HEX != 0).then_some(36)
}

fn ip(rest: &[u8]) -> Option<usize> {
    let mut at = 0;
    for part in 0..4 {
        if part > 0 {
            if rest.get(at) != Some(&b'.') {
                return None;
            }
            at += 1;
        }
        let digits = rest.get(at..)?.iter().take(4).take_while(|byte| byte.is_ascii_digit()).count();
        number(rest, at, digits, 0, 255)?;
        at += digits;
    }
    let dotted = rest.get(at) == Some(&b'.') && rest.get(at + 1).is_some_and(u8::is_ascii_digit);
    let ends = rest.get(at).is_none_or(|&byte| !is_word(byte));
    (ends && !dotted).then_some(at)
}

/// The number in `digits` digits at `at`, where it lies in the range.
fn number(rest: &[u8], at: usize, digits: usize, least: u32, most: u32) -> Option<u32> {
    let text = rest.get(at..at.checked_add(digits)?)?;
    if text.is_empty() || digits > 4 || !text.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let value = text.iter().fold(0, |value, &digit| value * 10 + u32::from(digit - b'0'));
    (least..=most).contains(&value).then_some(value)
}

/// A date from 1970 to 2099 at the start of `rest`: day, month, ISO week, quarter, compact day or day and time.
fn date(rest: &[u8]) -> Option<(usize, Class)> {
    number(rest, 0, 4, 1970, 2099)?;
    let digits = rest.iter().take(9).take_while(|byte| byte.is_ascii_digit()).count();
    let ends = |at: usize| rest.get(at).is_none_or(|&byte| !is_word(byte));
    if digits == 8 {
        number(rest, 4, 2, 1, 12)?;
        number(rest, 6, 2, 1, 31)?;
        if ends(8) {
            return Some((8, Class::DateCompact));
        }
        let time = rest.get(9..)?.iter().take(7).take_while(|byte| byte.is_ascii_digit()).count();
        let zone = 9 + time + usize::from(rest.get(9 + time) == Some(&b'Z'));
        let timed = rest.get(8) == Some(&b'T') && matches!(time, 4 | 6) && ends(zone);
        return timed.then_some((zone, Class::DateOther));
    }
    if digits != 4 {
        return None;
    }
    let joint = *rest.get(4)?;
    if joint == b'W' && number(rest, 5, 2, 1, 53).is_some() && ends(7) {
        return Some((7, Class::DateOther));
    }
    if !matches!(joint, b'-' | b'/' | b'.' | b'_') {
        return None;
    }
    if joint == b'-' && rest.get(5) == Some(&b'W') && number(rest, 6, 2, 1, 53).is_some() && ends(8) {
        return Some((8, Class::DateOther));
    }
    if joint == b'-' && rest.get(5) == Some(&b'Q') && number(rest, 6, 1, 1, 4).is_some() && ends(7) {
        return Some((7, Class::DateOther));
    }
    number(rest, 5, 2, 1, 12)?;
    if rest.get(7) == Some(&joint) && number(rest, 8, 2, 1, 31).is_some() {
        let time = rest.get(10) == Some(&b'T') && rest.get(11).is_some_and(u8::is_ascii_digit);
        let class = if joint == b'-' { Class::DateDay } else { Class::DateOther };
        return (ends(10) || time).then_some((10, class));
    }
    let longer = rest.get(7) == Some(&b'-') && rest.get(8).is_some_and(u8::is_ascii_digit);
    (joint == b'-' && ends(7) && !longer).then_some((7, Class::DateMonth))
}

/// The first e-mail address of a segment, as a range.
fn email(segment: &[u8]) -> Option<(usize, usize)> {
    let at = segment.iter().position(|&byte| byte == b'@')?;
    let local = |byte: &u8| is_word(*byte) || matches!(byte, b'.' | b'_' | b'+' | b'-');
    let start = at - segment.get(..at)?.iter().rev().take_while(|byte| local(byte)).count();
    let host = segment.get(at + 1..)?;
    let length = host.iter().take_while(|byte| is_word(**byte) || matches!(byte, b'.' | b'-')).count();
    let host = host.get(..length)?;
    let dot = host.iter().rposition(|&byte| byte == b'.')?;
    let top = host.get(dot + 1..)?;
    let named = dot > 0 && top.len() >= 2 && top.iter().all(u8::is_ascii_alphabetic);
    (start < at && named).then_some((start, at + 1 + length))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::patterns::template::render;

    fn text(segment: &str) -> String {
        let mut template = Vec::new();
        classify(segment.as_bytes(), &mut template, &mut Values::default());
        render(&template).0
    }

    #[test]
    fn whole_segments() {
        for (segment, expected) in [
            ("", ""),
            ("profile", "profile"),
            ("00042", "{int}"),
            ("-17", "{int}"),
            ("2eb9469b-f96c-4c58-8754-1144edcf46c5", "{uuid}"),
            ("20261125-e8ac-11f1-9a00-02fc00000001", "{uuid}"),
            ("63dc2631e2124238b531638432cb436f", "{hex}"),
            ("2026-11-25", "{date}"),
            ("2026-W43", "{date}"),
            ("20261125", "{date}"),
            ("20261125T101112Z", "{date}"),
            ("2026-11", "{date}"),
            ("202611", "{int}"),
            ("198.51.100.95", "{ip}"),
            ("bob+x@shop.example.com", "{email}"),
            ("01M88ETBCXP0EMYAEGVAT2DT92", "{token}"),
            ("CMoHM7Fd6Cd7hw2zGBlxmBvcd-y6iNEj", "{token}"),
            ("OOho-URPH2c2NasK7MBvOA7DkmJckEGn", "{token}"),
            ("aF3kQ9zL0xWv8RtY-de-Kq7Lm2", "{token}"),
            ("5nR_2m1iw4iEX8tnSYId7m-9pLcUFKWT", "{token}"),
        ] {
            assert_eq!(text(segment), expected, "{segment}");
        }
    }

    #[test]
    fn inner_runs() {
        for (segment, expected) in [
            ("user_123", "user_{int}"),
            ("customer12", "customer{int}"),
            ("{tenant:42}", "{tenant:{int}}"),
            ("celery-task-meta-2eb9469b-f96c-4c58-8754-1144edcf46c5.c", "celery-task-meta-{uuid}.c"),
            ("Shop2eb9469b-f96c-4c58-8754-1144edcf46c5", "Shop{uuid}"),
            ("route/12-15", "route/{int}-{int}"),
            ("LIMITER/192.0.2.89//fare/45", "LIMITER/{ip}//fare/{int}"),
            ("fatima25_198.51.100.28", "fatima{int}_{ip}"),
            ("fleet.apiprice(15, 'eco')[]", "fleet.apiprice({int}, 'eco')[]"),
            ("view.32e3e9343caa6cd28256b2d004e72892.en-us.America/Chicago", "view.{hex}.en-us.America/Chicago"),
            ("MyShop_2eb9469b-f96c-4c58-8754-1144edcf46c5", "MyShop_{uuid}"),
            ("iOS_2eb9469b-f96c-4c58-8754-1144edcf46c5", "iOS_{uuid}"),
            ("session-CMoHM7Fd6Cd7hw2zGBlx", "session-{token}"),
            ("2026-11-25T10", "{date}T{int}"),
            ("600x400", "{int}x{int}"),
            ("0x52908400098527886e0f7030069857d2e4169ee7", "0x{hex}"),
            ("-12.5,-3", "{int}.{int},{int}"),
            ("1.2.3.4.5", "{int}.{int}.{int}.{int}.{int}"),
            ("getUserById", "getUserById"),
            ("größe-7", "größe-{int}"),
        ] {
            assert_eq!(text(segment), expected, "{segment}");
        }
    }

    #[test]
    fn values_keep_short_numbers() {
        let mut values = Values::default();
        let mut template = Vec::new();
        classify(b"a-2026-12345-0", &mut template, &mut values);
        assert_eq!(Values::digits(values.get(0)), b"2026");
        assert_eq!(values.get(1), 0);
        assert_eq!(Values::digits(values.get(2)), b"0");
    }
}
