//! Sets: intset, listpack (7.2) or table.

use super::encoding::Encoding;
use super::target::Target;
use crate::events::Element;
use crate::rdb::codes::ValueType;

/// What is known of a set. Nothing of it depends on the target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SetFacts {
    pub elements: u64,
    /// Bytes of the longest member.
    pub longest: u64,
    /// Integers before the first member that is none; all members where every one is an integer.
    pub leading_integers: u64,
}

impl SetFacts {
    #[inline]
    pub(super) fn item(&mut self, element: Element<'_>) {
        self.longest = self.longest.max(element.len());
        if self.leading_integers == self.elements && element.integer().is_some() {
            self.leading_integers += 1;
        }
        self.elements += 1;
    }

    pub fn all_integers(&self) -> bool {
        self.leading_integers == self.elements
    }

    pub fn encoding(&self, value: ValueType, target: &Target) -> Encoding {
        let thresholds = &target.thresholds;
        let few = self.elements <= thresholds.set_max_listpack_entries;
        let packs = target.packs_lists_and_sets();
        if value == ValueType::SetListpack && packs {
            return if few { Encoding::Listpack } else { Encoding::Hashtable };
        }
        if self.elements > thresholds.set_max_intset_entries {
            Encoding::Hashtable
        } else if self.all_integers() {
            Encoding::Intset
        } else if packs && few && self.longest <= thresholds.set_max_listpack_value {
            Encoding::Listpack
        } else {
            Encoding::Hashtable
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversion::target::{Server, Version};

    fn encoding(value: ValueType, version: &str, integers: u64, texts: u64, length: u64) -> Encoding {
        let mut facts = SetFacts::default();
        (0..integers).for_each(|n| facts.item(Element::Int(n as i64)));
        (0..texts).for_each(|_| facts.item(Element::Opaque { length }));
        facts.encoding(value, &Target::new(Server::Redis, Version::parse(version).unwrap()))
    }

    #[test]
    fn integers_stay_an_intset_up_to_the_limit() {
        for (value, version) in [(ValueType::Set, "2.4.18"), (ValueType::SetIntset, "7.2.6"), (ValueType::Set, "8.6.3")]
        {
            assert_eq!(encoding(value, version, 512, 0, 0), Encoding::Intset);
            assert_eq!(encoding(value, version, 513, 0, 0), Encoding::Hashtable);
        }
    }

    #[test]
    fn texts_are_packed_since_7_2() {
        let of = |version, integers, texts, length| encoding(ValueType::Set, version, integers, texts, length);
        assert_eq!(of("7.0.15", 1, 1, 1), Encoding::Hashtable);
        assert_eq!(of("7.2.6", 127, 1, 64), Encoding::Listpack);
        assert_eq!(of("7.2.6", 128, 1, 64), Encoding::Hashtable);
        assert_eq!(of("7.2.6", 0, 1, 65), Encoding::Hashtable);
    }

    #[test]
    fn a_stored_listpack_is_only_counted() {
        let of = |version, texts| encoding(ValueType::SetListpack, version, 0, texts, 500);
        assert_eq!((of("7.2.6", 128), of("7.2.6", 129)), (Encoding::Listpack, Encoding::Hashtable));
        assert_eq!(of("7.0.15", 1), Encoding::Hashtable);
        assert_eq!(encoding(ValueType::SetListpack, "7.0.15", 9, 0, 0), Encoding::Intset);
        assert_eq!(encoding(ValueType::SetListpack, "7.2.6", 9, 0, 0), Encoding::Listpack);
    }

    #[test]
    fn integers_before_the_first_text_are_counted() {
        let mut facts = SetFacts::default();
        for element in [Element::Int(1), Element::Bytes(b"2"), Element::Bytes(b"x"), Element::Int(3)] {
            facts.item(element);
        }
        assert_eq!((facts.leading_integers, facts.elements, facts.all_integers()), (2, 4, false));
    }
}
