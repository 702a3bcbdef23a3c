//! Configuration that decides encodings. Names changed from `ziplist` to `listpack` in 7.0; the values are the same.

/// Thresholds of encodings. The defaults are those of every version that has the option.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Thresholds {
    /// `hash-max-listpack-entries` (2.4: `hash-max-zipmap-entries`): fields.
    pub hash_max_listpack_entries: u64,
    /// `hash-max-listpack-value`: bytes.
    pub hash_max_listpack_value: u64,
    /// `list-max-ziplist-entries` of 2.2 to 3.0: elements.
    pub list_max_ziplist_entries: u64,
    /// `list-max-ziplist-value` of 2.2 to 3.0: bytes.
    pub list_max_ziplist_value: u64,
    /// `list-max-listpack-size` since 3.2: elements, or -1 to -5 for 4 to 64 KiB.
    pub list_max_listpack_size: i64,
    /// `list-compress-depth` since 3.2: nodes at each end that stay uncompressed; 0 compresses none.
    pub list_compress_depth: u64,
    /// `set-max-intset-entries`: members.
    pub set_max_intset_entries: u64,
    /// `set-max-listpack-entries` since 7.2: members.
    pub set_max_listpack_entries: u64,
    /// `set-max-listpack-value` since 7.2: bytes.
    pub set_max_listpack_value: u64,
    /// `zset-max-listpack-entries`: members.
    pub zset_max_listpack_entries: u64,
    /// `zset-max-listpack-value`: bytes.
    pub zset_max_listpack_value: u64,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self {
            hash_max_listpack_entries: 512,
            hash_max_listpack_value: 64,
            list_max_ziplist_entries: 512,
            list_max_ziplist_value: 64,
            list_max_listpack_size: -2,
            list_compress_depth: 0,
            set_max_intset_entries: 512,
            set_max_listpack_entries: 128,
            set_max_listpack_value: 64,
            zset_max_listpack_entries: 128,
            zset_max_listpack_value: 64,
        }
    }
}

/// Options with all the names they ever had, and where their value is.
type Entry = (&'static [&'static str], fn(&mut Thresholds) -> Slot<'_>);

/// A place for a value: counts and sizes are unsigned, one option is not.
enum Slot<'t> {
    Unsigned(&'t mut u64),
    Signed(&'t mut i64),
}

const OPTIONS: [Entry; 11] = [
    (&["hash-max-listpack-entries", "hash-max-ziplist-entries", "hash-max-zipmap-entries"], |t| {
        Slot::Unsigned(&mut t.hash_max_listpack_entries)
    }),
    (&["hash-max-listpack-value", "hash-max-ziplist-value", "hash-max-zipmap-value"], |t| {
        Slot::Unsigned(&mut t.hash_max_listpack_value)
    }),
    (&["list-max-ziplist-entries"], |t| Slot::Unsigned(&mut t.list_max_ziplist_entries)),
    (&["list-max-ziplist-value"], |t| Slot::Unsigned(&mut t.list_max_ziplist_value)),
    (&["list-max-listpack-size", "list-max-ziplist-size"], |t| Slot::Signed(&mut t.list_max_listpack_size)),
    (&["list-compress-depth"], |t| Slot::Unsigned(&mut t.list_compress_depth)),
    (&["set-max-intset-entries"], |t| Slot::Unsigned(&mut t.set_max_intset_entries)),
    (&["set-max-listpack-entries"], |t| Slot::Unsigned(&mut t.set_max_listpack_entries)),
    (&["set-max-listpack-value"], |t| Slot::Unsigned(&mut t.set_max_listpack_value)),
    (&["zset-max-listpack-entries", "zset-max-ziplist-entries"], |t| Slot::Unsigned(&mut t.zset_max_listpack_entries)),
    (&["zset-max-listpack-value", "zset-max-ziplist-value"], |t| Slot::Unsigned(&mut t.zset_max_listpack_value)),
];

/// Units of sizes in a configuration file (redis util.c, memtoull).
const UNITS: [(&str, u64); 6] =
    [("kb", 1 << 10), ("mb", 1 << 20), ("gb", 1 << 30), ("k", 1000), ("m", 1_000_000), ("g", 1_000_000_000)];

impl Thresholds {
    /// Sets an option by any of its names; the value is a number, with a unit where it has one.
    ///
    /// # Errors
    /// A sentence that names the nearest option, or says what is wrong with the value.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), String> {
        let lower = name.to_ascii_lowercase();
        let Some((_, place)) = OPTIONS.iter().find(|(names, _)| names.contains(&lower.as_str())) else {
            return Err(match nearest(&lower) {
                Some(known) => format!("unknown option {name:?}; did you mean {known}?"),
                None => format!("unknown option {name:?}"),
            });
        };
        let wrong = || format!("{name}: {value:?} is no number in its range");
        match place(self) {
            Slot::Unsigned(slot) => *slot = parse_size(value).ok_or_else(wrong)?,
            Slot::Signed(slot) => *slot = value.trim().parse().map_err(|_| wrong())?,
        }
        Ok(())
    }

    /// All options under their newest names.
    pub fn named(&self) -> Vec<(&'static str, i64)> {
        let mut copy = *self;
        OPTIONS
            .iter()
            .map(|(names, place)| {
                let value = match place(&mut copy) {
                    Slot::Unsigned(value) => i64::try_from(*value).unwrap_or(i64::MAX),
                    Slot::Signed(value) => *value,
                };
                (names[0], value)
            })
            .collect()
    }
}

fn parse_size(text: &str) -> Option<u64> {
    let text = text.trim().to_ascii_lowercase();
    for (unit, factor) in UNITS {
        if let Some(number) = text.strip_suffix(unit) {
            return number.parse::<u64>().ok()?.checked_mul(factor);
        }
    }
    text.strip_suffix('b').unwrap_or(&text).parse().ok()
}

/// The known name that a mistyped one most likely means.
fn nearest(name: &str) -> Option<&'static str> {
    OPTIONS
        .iter()
        .flat_map(|(names, _)| names.iter().copied())
        .map(|known| (strsim::normalized_damerau_levenshtein(name, known), known))
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .filter(|(similarity, _)| *similarity > 0.5)
        .map(|(_, known)| known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_by_old_and_new_names() {
        let mut thresholds = Thresholds::default();
        thresholds.set("hash-max-ziplist-entries", "1000").unwrap();
        thresholds.set("LIST-MAX-LISTPACK-SIZE", "-5").unwrap();
        thresholds.set("hash-max-listpack-value", "1kb").unwrap();
        assert_eq!(thresholds.hash_max_listpack_entries, 1000);
        assert_eq!(thresholds.list_max_listpack_size, -5);
        assert_eq!(thresholds.hash_max_listpack_value, 1024);
        assert!(thresholds.named().contains(&("hash-max-listpack-entries", 1000)));
    }

    #[test]
    fn unknown_names_and_values_are_refused() {
        let mut thresholds = Thresholds::default();
        let message = thresholds.set("hash-max-listpak-entries", "1").unwrap_err();
        assert!(message.contains("did you mean hash-max-listpack-entries?"), "{message}");
        assert!(thresholds.set("hash-max-listpack-entries", "many").is_err());
        assert!(thresholds.set("xyz", "1").unwrap_err().ends_with("\"xyz\""));
        assert_eq!(thresholds, Thresholds::default());
    }
}
