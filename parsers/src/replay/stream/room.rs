//! Whether the last node of a stream takes another entry.

use super::Node;
use crate::conversion::Version;
use crate::replay::context::Context;

/// Largest listpack of a node.
const LARGEST_NODE: u64 = 1 << 30;

/// When a server's nodes are full, as its version reads the configuration.
#[derive(Debug, Clone, Copy)]
pub struct Room {
    /// A node takes entries while it has fewer bytes.
    bytes_below: u64,
    /// Whether the texts of the new entry count already.
    counts_added: bool,
    /// A node takes entries while it has fewer.
    entries_below: u64,
    counts_deleted: bool,
}

impl Room {
    pub fn of(context: &Context) -> Self {
        let (target, limits) = (&context.target, &context.limits);
        let since = |major, minor, patch| target.is_valkey() || target.redis_from(major, minor, patch);
        let counts_added = target.is_valkey() || counts_added(target.version);
        // The limits themselves were within bounds before 5.0.7.
        let inclusive = u64::from(!since(5, 0, 7));
        let bytes_below = match limits.stream_node_max_bytes {
            // Meant as no limit; before 6.2 every node has at least 0 bytes and so is full.
            0 if !since(6, 2, 0) => 0,
            0 if counts_added => LARGEST_NODE,
            0 => u64::MAX,
            most if counts_added => most.min(LARGEST_NODE),
            most => most.saturating_add(inclusive),
        };
        let entries_below = match limits.stream_node_max_entries {
            0 => u64::MAX,
            most => most.saturating_add(inclusive),
        };
        Self { bytes_below, counts_added, entries_below, counts_deleted: since(6, 2, 0) }
    }

    /// Whether a node takes an entry of `added` bytes of fields and values.
    pub fn is_in(self, node: &Node, added: u64) -> bool {
        let entries = if self.counts_deleted { node.entries.len() as u64 } else { node.live };
        let added = if self.counts_added { added } else { 0 };
        node.bytes().saturating_add(added) < self.bytes_below && entries < self.entries_below
    }
}

/// Whether Redis adds the new entry to a node's bytes: since the fix of CVE-2021-32627 in each series.
fn counts_added(version: Version) -> bool {
    match (version.major, version.minor) {
        (5, _) => version.patch >= 14,
        (6, 0) => version.patch >= 16,
        (6, 1) => false,
        (6, 2) => version.patch >= 6,
        (major, _) => major > 5,
    }
}

#[cfg(test)]
mod tests {
    use super::super::Stream;
    use super::*;
    use crate::conversion::Target;
    use crate::events::StreamId;
    use crate::replay::context::{Limits, Options};

    /// Nodes that `entries` entries of one field `f` with values of `length` bytes come to.
    fn nodes(server: &str, (bytes, most): (u64, u64), (entries, length): (u64, usize)) -> usize {
        let (family, version) = Target::parse_server(server).unwrap();
        let limits = Limits { stream_node_max_bytes: bytes, stream_node_max_entries: most, ..Limits::default() };
        let context = Context::new(&Options { limits, ..Options::new(Target::new(family, version), 0) });
        let mut stream = Stream::default();
        let value = vec![b'x'; length];
        for ms in 1..=entries {
            stream.append(StreamId { ms, seq: 0 }, &[(b"f", &value)], &context);
        }
        stream.nodes.len()
    }

    #[test]
    fn the_first_releases_took_one_entry_more() {
        let of = |server| nodes(server, (4096, 3), (4, 1));
        assert_eq!(["redis-5.0.0", "redis-5.0.6", "redis-5.0.7", "redis-7.0.15"].map(of), [1, 1, 2, 2]);
    }

    #[test]
    fn the_new_entry_counts_since_a_patch_of_each_series() {
        // One entry is below 200 bytes, with the texts of the second it is not.
        let of = |server| nodes(server, (200, 100), (2, 120));
        let before = ["redis-5.0.13", "redis-6.0.15", "redis-6.2.5"].map(of);
        let since = ["redis-5.0.14", "redis-6.0.16", "redis-6.2.6", "redis-7.0.0", "valkey-7.2.7"].map(of);
        assert_eq!((before, since), ([1; 3], [2; 5]));
    }

    #[test]
    fn no_limit_was_a_limit_before_6_2() {
        let of = |server| nodes(server, (0, 0), (5, 9));
        assert_eq!(["redis-5.0.14", "redis-6.0.16", "redis-6.2.0", "redis-7.2.6"].map(of), [5, 5, 1, 1]);
    }
}
