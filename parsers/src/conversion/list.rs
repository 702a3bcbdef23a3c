//! Lists: ziplist or linked list (up to 3.0), quicklist (3.2), listpack where it is one small node (7.2).

use super::encoding::Encoding;
use super::listpack;
use super::quicklist::{ESTIMATED_OVERHEAD, NodeLimit};
use super::target::Target;
use crate::events::{Element, Packed};
use crate::rdb::codes::ValueType;

/// What is known of a list. Nothing of it depends on the target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ListFacts {
    pub elements: u64,
    /// Bytes of the longest element.
    pub longest: u64,
    /// The same without elements that the file stores as integers.
    pub longest_text: u64,
    /// Nodes that have elements, plain ones included.
    pub nodes: u64,
    pub plain_nodes: u64,
    /// Bytes of the last node that has elements.
    pub node_bytes: u64,
    /// Bytes of one listpack of all elements; 0 where it is not asked for.
    pub listpack_bytes: u64,
    /// Largest size that a server assumes for that listpack when it asks, before a push, whether there is room.
    pub largest_estimate: u64,
    open_bytes: u64,
    open_is_plain: bool,
    elements_before: u64,
}

impl ListFacts {
    pub(super) fn packed(&mut self, layout: Packed, bytes: u64) {
        self.open_bytes = bytes;
        self.open_is_plain = layout == Packed::Plain;
        self.elements_before = self.elements;
    }

    pub(super) fn packed_end(&mut self) {
        // Servers pass over empty nodes.
        if self.elements > self.elements_before {
            self.nodes += 1;
            self.plain_nodes += u64::from(self.open_is_plain);
            self.node_bytes = self.open_bytes;
        }
    }

    #[inline]
    pub(super) fn item(&mut self, element: Element<'_>, wants_listpack: bool) {
        let length = element.len();
        self.longest = self.longest.max(length);
        if !matches!(element, Element::Int(_)) {
            self.longest_text = self.longest_text.max(length);
        }
        if wants_listpack {
            if self.elements == 0 {
                self.listpack_bytes = listpack::EMPTY_BYTES;
            } else {
                let estimate = self.listpack_bytes.saturating_add(length).saturating_add(ESTIMATED_OVERHEAD);
                self.largest_estimate = self.largest_estimate.max(estimate);
            }
            let entry = listpack::entry_bytes(element);
            self.listpack_bytes = self.listpack_bytes.saturating_add(entry);
        }
        self.elements += 1;
    }

    pub fn encoding(&self, value: ValueType, target: &Target) -> Encoding {
        if !target.has_quicklists() {
            let thresholds = &target.thresholds;
            let short = value == ValueType::ListZiplist || self.longest_text <= thresholds.list_max_ziplist_value;
            let small = short && self.elements <= thresholds.list_max_ziplist_entries;
            return if small { Encoding::Ziplist } else { Encoding::Linkedlist };
        }
        if target.packs_lists_and_sets() && self.becomes_listpack(value, target) {
            return Encoding::Listpack;
        }
        Encoding::Quicklist
    }

    fn becomes_listpack(&self, value: ValueType, target: &Target) -> bool {
        let limit = NodeLimit::of(target.thresholds.list_max_listpack_size);
        match value {
            ValueType::List => {
                self.longest <= limit.longest_packed(target)
                    && (self.elements == 1 || limit.allows_push(self.largest_estimate, self.elements))
                    && limit.allows_listpack(self.listpack_bytes, self.elements)
            }
            // The only way into a list that forgets to ask.
            ValueType::ListZiplist => false,
            ValueType::ListQuicklist => self.nodes == 1 && limit.allows_listpack(self.listpack_bytes, self.elements),
            _ => self.nodes == 1 && self.plain_nodes == 0 && limit.allows_listpack(self.node_bytes, self.elements),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversion::target::{Server, Version};

    fn target(version: &str) -> Target {
        Target::new(Server::Redis, Version::parse(version).unwrap())
    }

    fn list(elements: &[Element<'_>]) -> ListFacts {
        let mut facts = ListFacts::default();
        for element in elements {
            facts.item(*element, true);
        }
        facts
    }

    fn nodes(of: &[(Packed, u64, u64)]) -> ListFacts {
        let mut facts = ListFacts::default();
        for &(layout, bytes, elements) in of {
            facts.packed(layout, bytes);
            (0..elements).for_each(|_| facts.item(Element::Int(1), true));
            facts.packed_end();
        }
        facts
    }

    #[test]
    fn before_quicklists() {
        let old = target("2.8.24");
        let of = |value, elements: &[Element<'_>]| list(elements).encoding(value, &old);
        let (text, long) = (Element::Opaque { length: 64 }, Element::Opaque { length: 65 });
        assert_eq!(of(ValueType::List, &[text; 512]), Encoding::Ziplist);
        assert_eq!(of(ValueType::List, &[text; 513]), Encoding::Linkedlist);
        assert_eq!(of(ValueType::List, &[text, long]), Encoding::Linkedlist);
        assert_eq!(of(ValueType::ListZiplist, &[text, long]), Encoding::Ziplist);
        assert_eq!(of(ValueType::ListZiplist, &[text; 513]), Encoding::Linkedlist);
        let mut tight = old.clone();
        tight.thresholds.list_max_ziplist_value = 1;
        assert_eq!(list(&[Element::Int(1000)]).encoding(ValueType::List, &tight), Encoding::Ziplist);
    }

    #[test]
    fn one_packed_node_becomes_a_listpack() {
        let of = |nodes_of: &[_]| nodes(nodes_of).encoding(ValueType::ListQuicklist2, &target("7.2.6"));
        let packed = Packed::Listpack;
        assert_eq!(of(&[(packed, 8192, 9)]), Encoding::Listpack);
        assert_eq!(of(&[(packed, 8193, 9)]), Encoding::Quicklist);
        assert_eq!(of(&[(packed, 20, 9), (packed, 20, 9)]), Encoding::Quicklist);
        assert_eq!(of(&[(packed, 7, 0), (packed, 20, 9)]), Encoding::Listpack);
        assert_eq!(of(&[(Packed::Plain, 9, 1)]), Encoding::Quicklist);
        let seven = nodes(&[(packed, 20, 9)]).encoding(ValueType::ListQuicklist2, &target("7.0.15"));
        assert_eq!(seven, Encoding::Quicklist);
        let mut counted = target("8.0.2");
        counted.thresholds.list_max_listpack_size = 8;
        let of = |count| nodes(&[(packed, 20_000, count)]).encoding(ValueType::ListQuicklist2, &counted);
        assert_eq!((of(8), of(9)), (Encoding::Listpack, Encoding::Quicklist));
    }

    #[test]
    fn ziplist_nodes_are_measured_as_listpacks() {
        let of = |value| nodes(&[(Packed::Ziplist, 9000, 3000)]).encoding(value, &target("7.2.6"));
        assert_eq!(of(ValueType::ListQuicklist), Encoding::Listpack);
        assert_eq!(of(ValueType::ListZiplist), Encoding::Quicklist);
    }

    /// Nodes of a quicklist that is built push by push: bytes, elements, whether plain.
    fn pushed(elements: &[Element<'_>], target: &Target) -> Vec<(u64, u64, bool)> {
        let limit = NodeLimit::of(target.thresholds.list_max_listpack_size);
        let mut nodes: Vec<(u64, u64, bool)> = Vec::new();
        for &element in elements {
            let length = element.len();
            let bytes = listpack::entry_bytes(element);
            match nodes.last_mut() {
                _ if length > limit.longest_packed(target) => nodes.push((length, 1, true)),
                Some((size, count, false)) if limit.allows_push(*size + length + 8, *count + 1) => {
                    *size += bytes;
                    *count += 1;
                }
                _ => nodes.push((7 + bytes, 1, false)),
            }
        }
        nodes
    }

    /// The few numbers that are kept tell what the pushes themselves tell.
    #[test]
    fn pushed_elements_become_a_listpack_if_they_make_one_node() {
        let mut seed = 7u64;
        let mut listpacks = 0;
        for round in 0..4000u64 {
            let mut random = |below: u64| {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                (seed >> 33) % below
            };
            let target = {
                let mut target = target(["7.2.6", "7.4.1", "8.6.3"][random(3) as usize]);
                target.thresholds.list_max_listpack_size = [-1, -2, 0, 3, 40][random(5) as usize];
                target
            };
            let width = [4, 100, 2100, 9000][random(4) as usize];
            let elements: Vec<_> = (0..=random(60))
                .map(|_| {
                    if random(3) == 0 {
                        Element::Int(random(1 << 20) as i64)
                    } else {
                        Element::Opaque { length: random(width) }
                    }
                })
                .collect();
            let made = pushed(&elements, &target);
            let limit = NodeLimit::of(target.thresholds.list_max_listpack_size);
            let expected = match made[..] {
                [(bytes, count, is_plain)] => !is_plain && limit.allows_listpack(bytes, count),
                _ => false,
            };
            let facts = list(&elements);
            assert_eq!(facts.encoding(ValueType::List, &target) == Encoding::Listpack, expected, "round {round}");
            if let [(bytes, _, false)] = made[..] {
                assert_eq!(facts.listpack_bytes, bytes);
            }
            listpacks += u64::from(expected);
        }
        assert!(listpacks > 500);
    }
}
