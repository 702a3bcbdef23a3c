//! Which keys become rows: by name pattern, type and database.

/// A filter over keys; the default lets all pass.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Patterns as those of the KEYS command; any may match.
    pub globs: Vec<Vec<u8>>,
    /// What `TYPE` answers.
    pub types: Vec<String>,
    pub databases: Vec<u64>,
}

impl Filter {
    /// Whether a key of this database and name may pass; its type is asked for later.
    #[inline]
    pub fn wants_name(&self, db: u64, name: &[u8]) -> bool {
        (self.databases.is_empty() || self.databases.contains(&db))
            && (self.globs.is_empty() || self.globs.iter().any(|glob| matches(glob, name)))
    }

    #[inline]
    pub fn wants_type(&self, type_name: &str) -> bool {
        self.types.is_empty() || self.types.iter().any(|wanted| wanted == type_name)
    }
}

/// Whether `text` matches a pattern with `*`, `?`, `[a-z]`, `[^x]` and `\` (redis util.c, stringmatchlen). Walks back to
/// the last star only, so the time is bounded by the product of both lengths.
pub fn matches(pattern: &[u8], text: &[u8]) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        let step = match pattern.get(p) {
            Some(b'*') => {
                star = Some((p + 1, t));
                p += 1;
                continue;
            }
            Some(_) => one(pattern, p, text[t]),
            None => None,
        };
        match (step, star) {
            (Some(next), _) => {
                p = next;
                t += 1;
            }
            (None, Some((after, from))) => {
                p = after;
                t = from + 1;
                star = Some((after, t));
            }
            (None, None) => return false,
        }
    }
    pattern[p..].iter().all(|&b| b == b'*')
}

/// Matches one byte against the element at `p`; gives the place behind the element.
fn one(pattern: &[u8], p: usize, byte: u8) -> Option<usize> {
    match pattern[p] {
        b'?' => Some(p + 1),
        b'\\' if p + 1 < pattern.len() => (pattern[p + 1] == byte).then_some(p + 2),
        b'[' => class(pattern, p + 1, byte),
        literal => (literal == byte).then_some(p + 1),
    }
}

fn class(pattern: &[u8], start: usize, byte: u8) -> Option<usize> {
    let negated = pattern.get(start) == Some(&b'^');
    let mut p = start + usize::from(negated);
    let mut found = false;
    loop {
        match (pattern.get(p), pattern.get(p + 1), pattern.get(p + 2)) {
            // A class that is never closed ends with the pattern.
            (None, ..) => break,
            (Some(b']'), ..) => {
                p += 1;
                break;
            }
            (Some(b'\\'), Some(&literal), _) => {
                found |= literal == byte;
                p += 2;
            }
            (Some(&low), Some(b'-'), Some(&high)) => {
                found |= (low.min(high)..=low.max(high)).contains(&byte);
                p += 3;
            }
            (Some(&literal), ..) => {
                found |= literal == byte;
                p += 1;
            }
        }
    }
    (found != negated).then_some(p)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs_as_the_keys_command_has_them() {
        for (pattern, text, expected) in [
            ("*", "", true),
            ("user:*", "user:1", true),
            ("user:*", "users", false),
            ("*:1", "user:1:1", true),
            ("h?llo", "hallo", true),
            ("h[ae]llo", "hello", true),
            ("h[^e]llo", "hello", false),
            ("h[a-c]llo", "hbllo", true),
            ("h[c-a]llo", "hbllo", true),
            (r"a\*b", "a*b", true),
            (r"a\*b", "axb", false),
            ("a[b", "ab", true),
            ("a*b*c", "aXbYbZc", true),
            ("a", "ab", false),
            ("", "", true),
        ] {
            assert_eq!(matches(pattern.as_bytes(), text.as_bytes()), expected, "{pattern} {text}");
        }
    }
}
