//! Where a name is split: at `:`, never inside `{…}`, and never inside an IPv6 or MAC address.

use super::slot::find;

pub(super) const DIGIT: u8 = 1;
pub(super) const LOWER: u8 = 2;
pub(super) const UPPER: u8 = 4;
/// `@`, which makes an e-mail address possible
pub(super) const AT: u8 = 8;
/// Bytes beyond ASCII
pub(super) const HIGH: u8 = 16;
/// Other separators of words
pub(super) const OTHER: u8 = 32;
const STOP: u8 = 64;

const CLASSES: [u8; 256] = {
    let mut classes = [OTHER; 256];
    let mut byte = 0;
    while byte < 256 {
        classes[byte] = match byte as u8 {
            b'0'..=b'9' => DIGIT,
            b'a'..=b'z' => LOWER,
            b'A'..=b'Z' => UPPER,
            b'@' => AT,
            b':' | b'{' => STOP,
            0x80..=0xFF => HIGH,
            _ => OTHER,
        };
        byte += 1;
    }
    classes
};

/// One segment: its place in the name and the union of the classes of its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Segment {
    pub start: usize,
    pub end: usize,
    pub seen: u8,
    pub address: Option<Address>,
}

/// Addresses that are written with colons.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Address {
    Ip,
    Mac,
}

/// Cuts a name into segments. An empty name is one empty segment, as is what follows a trailing colon.
pub(super) struct Segments<'k> {
    key: &'k [u8],
    next: Option<usize>,
    /// No `}` follows: a lone `{` is an ordinary byte
    no_close: bool,
}

impl<'k> Segments<'k> {
    pub(super) fn new(key: &'k [u8]) -> Self {
        Segments { key, next: Some(0), no_close: false }
    }

    /// What is left of the name, from the next segment on.
    pub(super) fn rest(&self) -> Option<&'k [u8]> {
        self.next.and_then(|start| self.key.get(start..))
    }
}

impl Iterator for Segments<'_> {
    type Item = Segment;

    #[inline]
    fn next(&mut self) -> Option<Segment> {
        let start = self.next?;
        let mut at = start;
        let mut seen = 0;
        loop {
            let Some(&byte) = self.key.get(at) else {
                self.next = None;
                break;
            };
            let class = CLASSES[usize::from(byte)];
            if class != STOP {
                seen |= class;
                at += 1;
            } else if byte == b':' {
                if at - start <= 4
                    && self.key.get(start).is_some_and(|b| b.is_ascii_hexdigit() || *b == b':')
                    && let Some((length, address)) = self.key.get(start..).and_then(address)
                {
                    at = start + length;
                    self.next = (at < self.key.len()).then_some(at + 1);
                    return Some(Segment { start, end: at, seen, address: Some(address) });
                }
                self.next = Some(at + 1);
                break;
            } else {
                // Everything up to the brace's end belongs to this segment; its class is found word by word.
                seen |= OTHER | DIGIT;
                at += 1;
                if !self.no_close {
                    match self.key.get(at..).and_then(|rest| find(rest, b'}')) {
                        Some(inside) => at += inside + 1,
                        None => self.no_close = true,
                    }
                }
            }
        }
        Some(Segment { start, end: at, seen, address: None })
    }
}

/// An address at the start of `rest`, which ends there or before a colon, and its length.
///
/// IPv6: eight groups, or `::` and three or more groups of which the first has four digits, or `::ffff:` before an
/// IPv4 address. MAC: six groups of two digits. Either needs a letter among its hex digits, so that counters in a
/// row stay what they are.
fn address(rest: &[u8]) -> Option<(usize, Address)> {
    const MAPPED: &[u8] = b"::ffff:";
    let head = rest.get(..MAPPED.len());
    if head.is_some_and(|head| head.eq_ignore_ascii_case(MAPPED)) {
        let tail = &rest[MAPPED.len()..];
        let length = tail.iter().position(|&b| !b.is_ascii_digit() && b != b'.').unwrap_or(tail.len());
        let dots = tail[..length].iter().filter(|&&b| b == b'.').count();
        let ends = tail.get(length).is_none_or(|&b| b == b':');
        return (dots == 3 && ends).then_some((MAPPED.len() + length, Address::Ip));
    }
    let mut at = 0;
    let (mut groups, mut pairs, mut gaps, mut letters) = (0, 0, 0, 0);
    let mut first = 0;
    // End of the last group that could close an address.
    let mut end = 0;
    while groups < 8 {
        let group = &rest[at.min(rest.len())..];
        let length = group.iter().take(5).take_while(|b| b.is_ascii_hexdigit()).count();
        let closed = group.get(length).is_none_or(|&b| b == b':');
        if length > 4 || !closed || (length == 0 && (gaps > 0 || groups == 0)) {
            break;
        }
        if length == 0 {
            gaps += 1;
        } else {
            groups += 1;
            pairs += usize::from(length == 2);
            letters += group[..length].iter().filter(|b| b.is_ascii_alphabetic()).count();
            if groups == 1 {
                first = length;
            }
            end = at + length;
        }
        at += length + 1;
        if at > rest.len() {
            break;
        }
    }
    if groups == 6 && pairs == 6 && gaps == 0 && letters > 0 {
        return Some((end, Address::Mac));
    }
    let more = rest.get(at..).unwrap_or_default();
    let ninth = more.iter().take(5).take_while(|b| b.is_ascii_hexdigit()).count();
    let ambiguous = first < 4 && (1..=4).contains(&ninth) && more.get(ninth).is_none_or(|&b| b == b':');
    let six = groups == 8 && gaps == 0 && !ambiguous || groups >= 3 && gaps == 1 && first == 4;
    (six && letters > 0).then_some((end, Address::Ip))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(key: &str) -> Vec<&str> {
        Segments::new(key.as_bytes()).map(|s| &key[s.start..s.end]).collect()
    }

    #[test]
    fn splits_at_colons_only() {
        assert_eq!(split(""), [""]);
        assert_eq!(split(":"), ["", ""]);
        assert_eq!(split("user:1:profile"), ["user", "1", "profile"]);
        assert_eq!(split("a::b:"), ["a", "", "b", ""]);
        assert_eq!(split("route/1-2.x_y"), ["route/1-2.x_y"]);
    }

    #[test]
    fn braces_hold_together_when_closed() {
        assert_eq!(split("{tenant:42}:user:7"), ["{tenant:42}", "user", "7"]);
        assert_eq!(split("a:b{c:d}e{f:g}:h"), ["a", "b{c:d}e{f:g}", "h"]);
        assert_eq!(split("a{b:c:d"), ["a{b", "c", "d"]);
        assert_eq!(split("foo{}{bar}:x"), ["foo{}{bar}", "x"]);
        assert_eq!(split("}a:b{"), ["}a", "b{"]);
    }

    #[test]
    fn addresses_hold_together() {
        assert_eq!(
            split("rl:2001:db8:85a3::8a2e:370:7334:api"),
            ["rl", "2001:db8:85a3::8a2e:370:7334:api"[..28].trim_end_matches(':'), "api"]
        );
        assert_eq!(split("rl:::ffff:192.0.2.1"), ["rl", "::ffff:192.0.2.1"]);
        assert_eq!(split("mac:aa:bb:0c:dd:ee:ff:up"), ["mac", "aa:bb:0c:dd:ee:ff", "up"]);
        assert_eq!(
            split("a:2001:0db8:0000:0000:0000:ff00:0042:8329"),
            ["a", "2001:0db8:0000:0000:0000:ff00:0042:8329"]
        );
        assert_eq!(split("c:1:2:3:4:5:6:7:8").len(), 9);
        assert_eq!(split("cafe::1").len(), 3);
        assert_eq!(split("beef:1:dad"), ["beef", "1", "dad"]);
    }
}
