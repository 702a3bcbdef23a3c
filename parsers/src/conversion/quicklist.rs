//! Quicklists: how much goes into one node.

use super::target::Target;

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversion::target::{Server, Version};

    #[test]
    fn limits_by_configuration() {
        assert_eq!(NodeLimit::of(-1), NodeLimit::Bytes(4096));
        assert_eq!(NodeLimit::of(-5), NodeLimit::Bytes(65536));
        assert_eq!(NodeLimit::of(i64::MIN), NodeLimit::Bytes(65536));
        assert_eq!(NodeLimit::of(0), NodeLimit::Elements(1));
        assert_eq!(NodeLimit::of(128), NodeLimit::Elements(128));
    }

    #[test]
    fn counted_nodes_have_a_safety_limit() {
        let counted = NodeLimit::of(3);
        assert!(counted.allows_push(8192, 3) && !counted.allows_push(8193, 3) && !counted.allows_push(20, 4));
        assert!(counted.allows_listpack(8193, 3) && !counted.allows_listpack(8193, 4));
        let sized = NodeLimit::of(-1);
        assert!(sized.allows_push(4096, 4000) && !sized.allows_push(4097, 1) && !sized.allows_listpack(4097, 1));
    }

    #[test]
    fn longest_packed_element_by_version() {
        let longest = |server, version: &str, size| {
            NodeLimit::of(size).longest_packed(&Target::new(server, Version::parse(version).unwrap()))
        };
        assert_eq!(longest(Server::Redis, "6.2.16", -2), u64::MAX);
        assert_eq!(longest(Server::Redis, "7.2.6", -2), (1 << 30) - 1);
        assert_eq!(longest(Server::Valkey, "7.2.7", -2), (1 << 30) - 1);
        assert_eq!(longest(Server::Redis, "7.4.0", -1), 4096);
        assert_eq!(longest(Server::Valkey, "8.0.0", 128), 8192);
    }
}
