//! Hashes: zipmap, ziplist or listpack while small, else table; listpackex and templates in newer versions of Redis.

use super::encoding::Encoding;
use super::target::Target;
use crate::events::Element;
use crate::rdb::codes::ValueType;

/// What is known of a hash.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HashFacts {
    /// Fields.
    pub elements: u64,
    /// Bytes of the longest field or value.
    pub longest: u64,
    /// Bytes of the longest value.
    pub longest_value: u64,
    pub fields_with_expiry: u64,
    /// Earliest expiry of a field, Unix milliseconds.
    pub earliest_expiry_ms: Option<i64>,
    /// By value limit of the targets: number, from 0, of the first pair that has a longer field or value.
    first_long: Vec<(u64, Option<u64>)>,
}

impl HashFacts {
    /// `value_limits` are those of all targets.
    pub(super) fn new(value_limits: impl Iterator<Item = u64>) -> Self {
        let mut first_long: Vec<_> = value_limits.map(|limit| (limit, None)).collect();
        first_long.sort_unstable();
        first_long.dedup();
        Self { first_long, ..Self::default() }
    }

    pub(super) fn reset(&mut self) {
        let mut first_long = std::mem::take(&mut self.first_long);
        first_long.iter_mut().for_each(|(_, first)| *first = None);
        *self = Self { first_long, ..Self::default() };
    }

    #[inline]
    pub(super) fn field(&mut self, field: Element<'_>) {
        self.measure(field.len());
    }

    #[inline]
    pub(super) fn value(&mut self, value: Element<'_>) {
        let length = value.len();
        self.longest_value = self.longest_value.max(length);
        self.measure(length);
    }

    #[inline]
    fn measure(&mut self, length: u64) {
        if length > self.longest {
            self.longest = length;
            for (limit, first) in &mut self.first_long {
                if length > *limit {
                    first.get_or_insert(self.elements);
                }
            }
        }
    }

    #[inline]
    pub(super) fn pair_end(&mut self, expires_at_ms: Option<i64>) {
        self.elements += 1;
        if let Some(expiry) = expires_at_ms {
            self.fields_with_expiry += 1;
            self.earliest_expiry_ms = Some(self.earliest_expiry_ms.map_or(expiry, |earliest| earliest.min(expiry)));
        }
    }

    /// Number, from 0, of the first pair whose field or value is longer than the target packs.
    pub fn first_long_pair(&self, target: &Target) -> Option<u64> {
        let limit = target.thresholds.hash_max_listpack_value;
        self.first_long.iter().find(|(of, _)| *of == limit).and_then(|(_, first)| *first)
    }

    pub fn encoding(&self, value: ValueType, target: &Target) -> Encoding {
        use ValueType as T;
        let thresholds = &target.thresholds;
        let few = self.elements <= thresholds.hash_max_listpack_entries;
        let small = few && self.longest <= thresholds.hash_max_listpack_value;
        let or_table = |fits, packed| if fits { packed } else { Encoding::Hashtable };
        match value {
            T::HashTemplateListpack | T::HashTemplateListpackRef if target.has_hash_templates() => {
                Encoding::TemplateListpack
            }
            T::HashTemplateArray | T::HashTemplateArrayRef if target.has_hash_templates() => {
                // The names are shared and not measured.
                let packed = few && self.longest_value <= thresholds.hash_max_listpack_value;
                if packed { Encoding::TemplateListpack } else { Encoding::TemplateArray }
            }
            T::HashMetadata | T::HashMetadataPreGa if target.has_listpackex() => or_table(small, Encoding::ListpackEx),
            T::HashListpackEx | T::HashListpackExPreGa if target.has_listpackex() => {
                or_table(few, Encoding::ListpackEx)
            }
            T::Hash2 if target.valkey_from(9, 0, 0) => self.with_expiry_in_valkey(small, target),
            _ if self.fields_with_expiry > 0 && target.has_listpackex() => or_table(small, Encoding::ListpackEx),
            _ if self.fields_with_expiry > 0 && target.valkey_from(9, 0, 0) => {
                self.with_expiry_in_valkey(small, target)
            }
            T::HashZipmap if !has_ziplists(target) => or_table(few, Encoding::Zipmap),
            T::HashZiplist if has_ziplists(target) => or_table(few, packed(target)),
            T::HashListpack if target.has_listpacks() => or_table(few, packed(target)),
            _ => or_table(small, packed(target)),
        }
    }

    /// A table in 9.0 and 9.1; 9.2 is said to pack small ones.
    fn with_expiry_in_valkey(&self, small: bool, target: &Target) -> Encoding {
        if small && target.valkey_from(9, 2, 0) { Encoding::Listpack } else { Encoding::Hashtable }
    }
}

/// Whether small hashes are ziplists (2.6) or newer, not zipmaps.
fn has_ziplists(target: &Target) -> bool {
    target.is_valkey() || target.redis_from(2, 6, 0)
}

fn packed(target: &Target) -> Encoding {
    if target.has_listpacks() {
        Encoding::Listpack
    } else if has_ziplists(target) {
        Encoding::Ziplist
    } else {
        Encoding::Zipmap
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversion::target::{Server, Version};

    fn facts(pairs: u64, field: u64, value: u64, expiry: Option<i64>) -> HashFacts {
        let mut facts = HashFacts::new([64].into_iter());
        for _ in 0..pairs {
            facts.field(Element::Opaque { length: field });
            facts.value(Element::Opaque { length: value });
            facts.pair_end(expiry);
        }
        facts
    }

    fn target(server: Server, version: &str) -> Target {
        Target::new(server, Version::parse(version).unwrap())
    }

    fn redis(version: &str, value: ValueType, facts: &HashFacts) -> Encoding {
        facts.encoding(value, &target(Server::Redis, version))
    }

    #[test]
    fn pairs_one_by_one_are_counted_and_measured() {
        for (version, packed) in [
            ("2.4.18", Encoding::Zipmap),
            ("2.6.0", Encoding::Ziplist),
            ("6.2.16", Encoding::Ziplist),
            ("7.0.0", Encoding::Listpack),
        ] {
            let of = |facts| redis(version, ValueType::Hash, &facts);
            assert_eq!(of(facts(512, 64, 64, None)), packed);
            assert_eq!(of(facts(513, 1, 1, None)), Encoding::Hashtable);
            assert_eq!(of(facts(1, 65, 1, None)), Encoding::Hashtable);
            assert_eq!(of(facts(1, 1, 65, None)), Encoding::Hashtable);
        }
    }

    #[test]
    fn packed_values_are_only_counted_but_zipmaps_are_measured() {
        let long = facts(512, 1, 65, None);
        let many = facts(513, 1, 1, None);
        for (version, value, encoding) in [
            ("2.4.18", ValueType::HashZipmap, Encoding::Zipmap),
            ("2.6.17", ValueType::HashZipmap, Encoding::Hashtable),
            ("2.6.17", ValueType::HashZiplist, Encoding::Ziplist),
            ("7.0.15", ValueType::HashZiplist, Encoding::Listpack),
            ("7.0.15", ValueType::HashListpack, Encoding::Listpack),
            ("6.2.16", ValueType::HashListpack, Encoding::Hashtable),
        ] {
            assert_eq!(redis(version, value, &long), encoding, "{version} {value:?}");
            assert_eq!(redis(version, value, &many), Encoding::Hashtable, "{version} {value:?}");
        }
    }

    #[test]
    fn hashes_with_field_expiry() {
        let small = facts(512, 64, 64, Some(5));
        let long = facts(1, 1, 65, Some(5));
        assert_eq!(redis("7.4.1", ValueType::HashMetadata, &small), Encoding::ListpackEx);
        assert_eq!(redis("7.4.1", ValueType::HashMetadata, &long), Encoding::Hashtable);
        assert_eq!(redis("7.4.1", ValueType::HashListpackEx, &long), Encoding::ListpackEx);
        assert_eq!(redis("7.4.1", ValueType::HashListpackEx, &facts(513, 1, 1, None)), Encoding::Hashtable);
        assert_eq!(redis("7.2.6", ValueType::HashListpackEx, &small), Encoding::Listpack);
        assert_eq!(redis("8.6.3", ValueType::Hash2, &small), Encoding::ListpackEx);
        let valkey = |version, value, facts: &HashFacts| facts.encoding(value, &target(Server::Valkey, version));
        assert_eq!(valkey("9.1.2", ValueType::Hash2, &facts(1, 1, 1, None)), Encoding::Hashtable);
        assert_eq!(valkey("9.1.2", ValueType::HashListpackEx, &small), Encoding::Hashtable);
        assert_eq!(valkey("9.1.2", ValueType::HashListpackEx, &facts(1, 1, 1, None)), Encoding::Listpack);
        assert_eq!(valkey("9.2.0", ValueType::Hash2, &small), Encoding::Listpack);
        assert_eq!(valkey("8.1.1", ValueType::HashMetadata, &small), Encoding::Listpack);
    }

    #[test]
    fn templates_measure_values_only() {
        let array = |facts| redis("8.10.2", ValueType::HashTemplateArrayRef, &facts);
        assert_eq!(array(facts(512, 400, 64, None)), Encoding::TemplateListpack);
        assert_eq!(array(facts(513, 1, 1, None)), Encoding::TemplateArray);
        assert_eq!(array(facts(1, 1, 65, None)), Encoding::TemplateArray);
        let listpack = facts(600, 1, 500, None);
        assert_eq!(redis("8.10.2", ValueType::HashTemplateListpackRef, &listpack), Encoding::TemplateListpack);
        assert_eq!(redis("8.6.3", ValueType::HashTemplateListpackRef, &listpack), Encoding::Hashtable);
    }

    #[test]
    fn the_first_long_pair_depends_on_the_limit() {
        let mut one = target(Server::Redis, "7.2.6");
        let mut other = one.clone();
        other.thresholds.hash_max_listpack_value = 10;
        let mut facts = HashFacts::new([64, 10, 64].into_iter());
        for length in [5, 11, 64, 65, 500] {
            facts.field(Element::Opaque { length: 1 });
            facts.value(Element::Opaque { length });
            facts.pair_end(None);
        }
        assert_eq!((facts.first_long_pair(&one), facts.first_long_pair(&other)), (Some(3), Some(1)));
        facts.reset();
        assert_eq!(facts.first_long_pair(&one), None);
        one.thresholds.hash_max_listpack_value = 1000;
        assert_eq!(facts.first_long_pair(&one), None);
    }

    #[test]
    fn the_earliest_expiry_of_a_field() {
        let mut facts = facts(2, 1, 1, Some(7));
        facts.pair_end(None);
        facts.pair_end(Some(-3));
        assert_eq!((facts.fields_with_expiry, facts.earliest_expiry_ms), (3, Some(-3)));
    }
}
