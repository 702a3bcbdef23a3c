//! Sorted sets: ziplist or listpack while small, else skiplist (btree in Valkey 9.2).

use super::encoding::Encoding;
use super::target::Target;
use crate::events::Element;
use crate::rdb::codes::ValueType;

/// What is known of a sorted set. Nothing of it depends on the target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ZsetFacts {
    pub elements: u64,
    /// Bytes of the longest member.
    pub longest: u64,
    /// The same without members that are integers.
    pub longest_text: u64,
}

impl ZsetFacts {
    #[inline]
    pub(super) fn member(&mut self, member: Element<'_>) {
        let length = member.len();
        self.longest = self.longest.max(length);
        if length > self.longest_text && member.integer().is_none() {
            self.longest_text = length;
        }
        self.elements += 1;
    }

    pub fn encoding(&self, value: ValueType, target: &Target) -> Encoding {
        let thresholds = &target.thresholds;
        // A member used to be an object, and an integer was not measured.
        let sees_integers = target.is_valkey() || target.redis_from(4, 0, 0);
        let longest = if sees_integers { self.longest } else { self.longest_text };
        let stored_packed =
            value == ValueType::ZsetZiplist || value == ValueType::ZsetListpack && target.has_listpacks();
        let short = stored_packed || longest <= thresholds.zset_max_listpack_value;
        match short && self.elements <= thresholds.zset_max_listpack_entries {
            true if target.has_listpacks() => Encoding::Listpack,
            true => Encoding::Ziplist,
            false if target.valkey_from(9, 2, 0) => Encoding::Btree,
            false => Encoding::Skiplist,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversion::target::{Server, Version};

    fn encoding(value: ValueType, target: &Target, members: u64, length: u64) -> Encoding {
        let mut facts = ZsetFacts::default();
        (0..members).for_each(|_| facts.member(Element::Opaque { length }));
        facts.encoding(value, target)
    }

    #[test]
    fn limits() {
        for (version, packed) in
            [("2.4.18", Encoding::Ziplist), ("6.2.16", Encoding::Ziplist), ("7.0.0", Encoding::Listpack)]
        {
            let target = Target::new(Server::Redis, Version::parse(version).unwrap());
            let of = |value, members, length| encoding(value, &target, members, length);
            assert_eq!(of(ValueType::Zset2, 128, 64), packed);
            assert_eq!(of(ValueType::Zset2, 129, 1), Encoding::Skiplist);
            assert_eq!(of(ValueType::Zset, 1, 65), Encoding::Skiplist);
            assert_eq!(of(ValueType::ZsetZiplist, 128, 65), packed);
            assert_eq!(of(ValueType::ZsetZiplist, 129, 1), Encoding::Skiplist);
        }
        let valkey = Target::new(Server::Valkey, Version::new(9, 2, 0));
        assert_eq!(encoding(ValueType::ZsetListpack, &valkey, 129, 1), Encoding::Btree);
        assert_eq!(encoding(ValueType::ZsetListpack, &valkey, 128, 65), Encoding::Listpack);
    }

    #[test]
    fn integers_were_not_measured_before_4_0() {
        let mut facts = ZsetFacts::default();
        facts.member(Element::Int(123_456));
        let of = |version: &str| {
            let mut target = Target::new(Server::Redis, Version::parse(version).unwrap());
            target.thresholds.zset_max_listpack_value = 5;
            facts.encoding(ValueType::Zset, &target)
        };
        assert_eq!((of("3.2.13"), of("4.0.0")), (Encoding::Ziplist, Encoding::Skiplist));
    }
}
