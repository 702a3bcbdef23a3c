//! Settings by the names that redis.conf gives them, in every version.

use std::fmt;

use super::thresholds::Thresholds;

/// How the value of a setting is written, and the threshold that it sets.
#[derive(Clone, Copy)]
enum Setting {
    /// A plain number.
    Count(fn(&mut Thresholds) -> &mut u64),
    /// Bytes, with or without a unit.
    Bytes(fn(&mut Thresholds) -> &mut u64),
    /// Elements of a quicklist node, or -1 to -5 for sizes.
    NodeSize,
}

use Setting::{Bytes, Count, NodeSize};

const SETTINGS: &[(&str, Setting)] = &[
    ("hash-max-listpack-entries", Count(|t| &mut t.hash_max_listpack_entries)),
    ("hash-max-ziplist-entries", Count(|t| &mut t.hash_max_listpack_entries)),
    ("hash-max-zipmap-entries", Count(|t| &mut t.hash_max_listpack_entries)),
    ("hash-max-listpack-value", Bytes(|t| &mut t.hash_max_listpack_value)),
    ("hash-max-ziplist-value", Bytes(|t| &mut t.hash_max_listpack_value)),
    ("hash-max-zipmap-value", Bytes(|t| &mut t.hash_max_listpack_value)),
    ("list-max-ziplist-entries", Count(|t| &mut t.list_max_ziplist_entries)),
    ("list-max-ziplist-value", Bytes(|t| &mut t.list_max_ziplist_value)),
    ("list-max-listpack-size", NodeSize),
    ("list-max-ziplist-size", NodeSize),
    ("list-compress-depth", Count(|t| &mut t.list_compress_depth)),
    ("set-max-intset-entries", Count(|t| &mut t.set_max_intset_entries)),
    ("set-max-listpack-entries", Count(|t| &mut t.set_max_listpack_entries)),
    ("set-max-listpack-value", Bytes(|t| &mut t.set_max_listpack_value)),
    ("zset-max-listpack-entries", Count(|t| &mut t.zset_max_listpack_entries)),
    ("zset-max-ziplist-entries", Count(|t| &mut t.zset_max_listpack_entries)),
    ("zset-max-listpack-value", Bytes(|t| &mut t.zset_max_listpack_value)),
    ("zset-max-ziplist-value", Bytes(|t| &mut t.zset_max_listpack_value)),
];

/// Units of sizes as servers read them.
const UNITS: [(&str, u64); 8] = [
    ("", 1),
    ("b", 1),
    ("k", 1000),
    ("kb", 1 << 10),
    ("m", 1_000_000),
    ("mb", 1 << 20),
    ("g", 1_000_000_000),
    ("gb", 1 << 30),
];

/// Most letters by which a misspelt name may differ from the name that is offered for it.
const FAR: usize = 8;

/// Why a setting was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SettingError {
    /// No setting that decides encodings has this name.
    UnknownName {
        name: String,
        nearest: Option<&'static str>,
    },
    BadValue {
        name: &'static str,
        value: String,
        expected: &'static str,
    },
}

impl fmt::Display for SettingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownName { name, nearest } => {
                write!(f, "unknown setting \"{}\"", name.escape_default())?;
                nearest.map_or(Ok(()), |nearest| write!(f, ": did you mean {nearest}?"))
            }
            Self::BadValue { name, value, expected } => {
                write!(f, "{name} \"{}\": expected {expected}", value.escape_default())
            }
        }
    }
}

impl std::error::Error for SettingError {}

impl Thresholds {
    /// Names of all settings, aliases of other versions included.
    pub fn names() -> impl Iterator<Item = &'static str> {
        SETTINGS.iter().map(|(name, _)| *name)
    }

    /// Sets one threshold by its name in redis.conf; case does not matter.
    ///
    /// # Errors
    /// An unknown name, or a value that a server would refuse.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), SettingError> {
        let Some(&(name, setting)) = SETTINGS.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)) else {
            return Err(SettingError::UnknownName { name: name.to_owned(), nearest: nearest(name) });
        };
        let bad = |expected| SettingError::BadValue { name, value: value.to_owned(), expected };
        match setting {
            Count(place) => *place(self) = parse_count(value).ok_or_else(|| bad("a number that is not negative"))?,
            Bytes(place) => *place(self) = parse_bytes(value).ok_or_else(|| bad("bytes, such as 64 or 1kb"))?,
            NodeSize => {
                let size =
                    value.parse::<i32>().map_err(|_| bad("a number of elements, or -1 to -5 for 4 to 64 KiB"))?;
                self.list_max_listpack_size = i64::from(size);
            }
        }
        Ok(())
    }
}

fn parse_count(text: &str) -> Option<u64> {
    text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

fn parse_bytes(text: &str) -> Option<u64> {
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, unit) = text.split_at(digits);
    let factor = UNITS.iter().find(|(known, _)| known.eq_ignore_ascii_case(unit))?.1;
    number.parse::<u64>().ok()?.checked_mul(factor)
}

/// The name that a misspelt or shortened one stands for.
fn nearest(name: &str) -> Option<&'static str> {
    let name: String = name.to_ascii_lowercase().replace('_', "-").chars().take(64).collect();
    if !name.is_empty()
        && let Some(longer) = Thresholds::names().find(|known| known.starts_with(&name))
    {
        return Some(longer);
    }
    let (distance, known) = Thresholds::names().map(|known| (edits(&name, known), known)).min()?;
    (distance <= FAR.min(name.len() / 2)).then_some(known)
}

/// Letters to insert, drop or change to turn one text into the other (Levenshtein).
fn edits(from: &str, to: &str) -> usize {
    let mut row: Vec<usize> = (0..=to.chars().count()).collect();
    for (i, letter) in from.chars().enumerate() {
        let mut next = vec![i + 1];
        for (j, other) in to.chars().enumerate() {
            let changed = row[j] + usize::from(letter != other);
            next.push(changed.min(row[j + 1] + 1).min(next[j] + 1));
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_sets_something() {
        for name in Thresholds::names() {
            let mut thresholds = Thresholds::default();
            thresholds.set(&name.to_uppercase(), "7").unwrap();
            assert_ne!(thresholds, Thresholds::default(), "{name}");
        }
    }

    #[test]
    fn values_as_servers_read_them() {
        let mut thresholds = Thresholds::default();
        thresholds.set("hash-max-ziplist-value", "2kb").unwrap();
        thresholds.set("list-max-ziplist-size", "-5").unwrap();
        assert_eq!((thresholds.hash_max_listpack_value, thresholds.list_max_listpack_size), (2048, -5));
        thresholds.set("zset-max-listpack-value", "1M").unwrap();
        assert_eq!(thresholds.zset_max_listpack_value, 1_000_000);
        for (name, value) in [
            ("hash-max-listpack-entries", "1kb"),
            ("hash-max-listpack-entries", "-1"),
            ("hash-max-listpack-entries", ""),
            ("hash-max-listpack-value", "64 "),
            ("hash-max-listpack-value", "kb"),
            ("hash-max-listpack-value", "99999999999999999999"),
            ("list-max-listpack-size", "8kb"),
        ] {
            let error = Thresholds::default().set(name, value).unwrap_err();
            assert!(matches!(error, SettingError::BadValue { .. }), "{name} {value}");
        }
    }

    #[test]
    fn unknown_names_get_the_nearest_one() {
        for (name, offered) in [
            ("hash-max-listpack-entry", Some("hash-max-listpack-entries")),
            ("set_max_intset_entries", Some("set-max-intset-entries")),
            ("hash-max-lispack-value", Some("hash-max-listpack-value")),
            ("zset-max", Some("zset-max-listpack-entries")),
            ("maxmemory", None),
            ("", None),
        ] {
            let error = Thresholds::default().set(name, "1").unwrap_err();
            assert_eq!(error, SettingError::UnknownName { name: name.into(), nearest: offered });
        }
        assert_eq!(edits("kitten", "sitting"), 3);
    }
}
