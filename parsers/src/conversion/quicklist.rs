//! Quicklists: how much goes into one node, and the nodes that come of pushing elements one by one (types 1 and 10).

use super::listpack::{self, BackLength};
use super::target::Target;
use super::ziplist::ZiplistSize;
use crate::events::Element;

/// Bytes of a node by the negative values of `list-max-listpack-size`, -1 first.
const NODE_BYTES: [u64; 5] = [4096, 8192, 16384, 32768, 65536];

/// Most bytes of a node with several elements where elements are limited, not bytes.
const SAFE_BYTES: u64 = 8192;

/// What a server adds to an element's length when it asks whether a listpack node has room.
pub const ESTIMATED_OVERHEAD: u64 = 8;

/// Elements from this size on were plain nodes in 7.0 and 7.2, whatever the configuration.
const ALWAYS_PLAIN: u64 = 1 << 30;

/// Limits of one node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NodeLimit {
    Bytes(u64),
    Elements(u64),
}

impl NodeLimit {
    /// From `list-max-listpack-size`.
    pub fn of(max_listpack_size: i64) -> Self {
        match u64::try_from(max_listpack_size) {
            Ok(elements) => Self::Elements(elements.max(1)),
            Err(_) => {
                let level = usize::try_from(max_listpack_size.unsigned_abs() - 1).unwrap_or(usize::MAX);
                Self::Bytes(NODE_BYTES[level.min(NODE_BYTES.len() - 1)])
            }
        }
    }

    /// Whether a node may have this size after a push.
    #[inline]
    pub fn allows_push(self, bytes: u64, elements: u64) -> bool {
        match self {
            Self::Bytes(limit) => bytes <= limit,
            Self::Elements(limit) => bytes <= SAFE_BYTES && elements <= limit,
        }
    }

    /// Whether a quicklist of one node of this size becomes a listpack (7.2).
    pub fn allows_listpack(self, bytes: u64, elements: u64) -> bool {
        match self {
            Self::Bytes(limit) => bytes <= limit,
            Self::Elements(limit) => elements <= limit,
        }
    }

    /// Longest element that is packed; a longer one is a plain node of its own.
    pub fn longest_packed(self, target: &Target) -> u64 {
        if !target.has_listpacks() {
            return u64::MAX;
        }
        let by_limit = if target.is_valkey() { target.valkey_from(8, 0, 0) } else { target.redis_from(7, 4, 0) };
        match self {
            _ if !by_limit => ALWAYS_PLAIN - 1,
            Self::Bytes(limit) => limit,
            Self::Elements(_) => SAFE_BYTES,
        }
    }
}

/// A node that is complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PushedNode {
    /// Bytes of the packed value, or of the one element of a plain node.
    pub bytes: u64,
    pub elements: u64,
    pub is_plain: bool,
}

/// The nodes of a list whose elements are pushed at the tail.
#[derive(Debug, Clone)]
pub struct PushedNodes {
    limit: NodeLimit,
    longest_packed: u64,
    /// The rule for listpacks, none for ziplists.
    listpack: Option<BackLength>,
    ziplist: ZiplistSize,
    open: PushedNode,
}

impl PushedNodes {
    pub fn new(target: &Target) -> Self {
        let limit = NodeLimit::of(target.thresholds.list_max_listpack_size);
        Self {
            limit,
            longest_packed: limit.longest_packed(target),
            listpack: target.has_listpacks().then(|| BackLength::of(target)),
            ziplist: ZiplistSize::default(),
            open: PushedNode::default(),
        }
    }

    /// Pushes one element; gives the node before it where that is complete.
    #[inline]
    pub fn push(&mut self, element: Element<'_>) -> Option<PushedNode> {
        let length = element.len();
        let is_plain = length > self.longest_packed;
        if self.open.elements > 0 && !is_plain && self.has_room(length) {
            self.add(element);
            return None;
        }
        let complete = self.finish();
        if is_plain {
            self.open = PushedNode { bytes: length, elements: 1, is_plain };
        } else {
            self.open.bytes = listpack::EMPTY_BYTES;
            self.add(element);
        }
        complete
    }

    /// The last node, where there is one.
    pub fn finish(&mut self) -> Option<PushedNode> {
        self.ziplist = ZiplistSize::default();
        let last = std::mem::take(&mut self.open);
        (last.elements > 0).then_some(last)
    }

    fn has_room(&self, length: u64) -> bool {
        let overhead = match (self.listpack, length) {
            (Some(_), _) => ESTIMATED_OVERHEAD,
            (None, 0..64) => 2,
            (None, 64..254) => 3,
            (None, 254..16_384) => 7,
            (None, _) => 10,
        };
        let bytes = self.open.bytes.saturating_add(length).saturating_add(overhead);
        !self.open.is_plain && self.limit.allows_push(bytes, self.open.elements + 1)
    }

    #[inline]
    fn add(&mut self, element: Element<'_>) {
        match self.listpack {
            Some(rule) => self.open.bytes = self.open.bytes.saturating_add(listpack::entry_bytes(element, rule)),
            None => {
                self.ziplist.push(element);
                self.open.bytes = self.ziplist.bytes;
            }
        }
        self.open.elements += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversion::target::{Server, Version};

    fn nodes(version: &str, max_listpack_size: i64, lengths: &[u64]) -> Vec<PushedNode> {
        let mut target = Target::new(Server::Redis, Version::parse(version).unwrap());
        target.thresholds.list_max_listpack_size = max_listpack_size;
        let mut pushed = PushedNodes::new(&target);
        let mut nodes: Vec<_> = lengths.iter().filter_map(|&length| pushed.push(Element::Opaque { length })).collect();
        nodes.extend(pushed.finish());
        nodes
    }

    fn elements(nodes: &[PushedNode]) -> Vec<u64> {
        nodes.iter().map(|node| node.elements).collect()
    }

    #[test]
    fn limits_by_configuration() {
        assert_eq!(NodeLimit::of(-1), NodeLimit::Bytes(4096));
        assert_eq!(NodeLimit::of(-5), NodeLimit::Bytes(65536));
        assert_eq!(NodeLimit::of(i64::MIN), NodeLimit::Bytes(65536));
        assert_eq!(NodeLimit::of(0), NodeLimit::Elements(1));
        assert_eq!(NodeLimit::of(128), NodeLimit::Elements(128));
    }

    #[test]
    fn a_listpack_node_is_full_by_the_estimate() {
        // One entry of 4000 bytes makes 7 + 4000 + 2 + 2; with the estimate of 8 the second may have 73 bytes.
        assert_eq!(elements(&nodes("7.0.15", -1, &[4000, 77])), [2]);
        assert_eq!(elements(&nodes("7.0.15", -1, &[4000, 78])), [1, 1]);
        assert_eq!(nodes("7.0.15", -1, &[4000])[0].bytes, 7 + 4004);
    }

    #[test]
    fn a_ziplist_node_is_full_by_the_size_of_the_entry() {
        assert_eq!(nodes("6.2.16", -1, &[4000])[0].bytes, 11 + 4003);
        assert_eq!(elements(&nodes("6.2.16", -1, &[4000, 79])), [2]);
        assert_eq!(elements(&nodes("6.2.16", -1, &[4000, 80])), [1, 1]);
    }

    #[test]
    fn counted_nodes_have_a_safety_limit() {
        assert_eq!(elements(&nodes("6.2.16", 3, &[1, 1, 1, 1])), [3, 1]);
        assert_eq!(elements(&nodes("7.2.6", 3, &[1, 1, 1, 1])), [3, 1]);
        assert_eq!(elements(&nodes("7.2.6", 3, &[8000, 8000])), [1, 1]);
        assert_eq!(elements(&nodes("7.2.6", 0, &[1, 1])), [1, 1]);
    }

    #[test]
    fn long_elements_are_plain_since_7_4() {
        let plain = |version, length| nodes(version, -2, &[length])[0].is_plain;
        assert!(!plain("7.2.6", 8193) && !plain("7.4.0", 8192) && plain("7.4.0", 8193));
        assert!(plain("7.2.6", 1 << 30) && !plain("6.2.16", 1 << 30));
        assert_eq!(elements(&nodes("7.4.0", -2, &[1, 9000, 1, 1])), [1, 1, 2]);
    }
}
