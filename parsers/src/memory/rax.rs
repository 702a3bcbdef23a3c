//! Radix trees: their nodes follow from the set of keys alone. Keys come in ascending order, as they stand in dumps, so
//! only the path to the last one is held.

use super::costs::{Costs, POINTER};

/// Header of a node.
const NODE: u64 = 4;

/// What a radix tree comes to, without its struct.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RaxTotals {
    pub keys: u64,
    pub nodes: u64,
    /// Sum over its nodes as they are allocated.
    pub allocated: u64,
}

/// One position on the path to the last key: how many children it has so far, whether a key ends here.
#[derive(Debug, Clone, Copy, Default)]
struct Position {
    children: u32,
    is_key: bool,
}

/// A radix tree that grows to the right.
#[derive(Debug, Default)]
pub struct RaxSize {
    /// Whether all keys have one length, by the server's knowledge.
    of_ids: bool,
    last: Vec<u8>,
    /// Positions before, between and behind the bytes of the last key.
    path: Vec<Position>,
    totals: RaxTotals,
}

impl RaxSize {
    /// A tree of stream IDs.
    pub fn of_ids() -> Self {
        Self { of_ids: true, ..Self::default() }
    }

    /// Starts anew; keeps its allocations.
    pub fn clear(&mut self) {
        self.last.clear();
        self.path.clear();
        self.totals = RaxTotals::default();
    }

    /// Adds a key with data.
    pub fn insert(&mut self, key: &[u8], costs: &Costs) {
        if self.path.is_empty() {
            self.path.push(Position::default());
        }
        let common = self.last.iter().zip(key).take_while(|(a, b)| a == b).count();
        if common == key.len() && self.path.get(common).is_some_and(|position| position.is_key) {
            return;
        }
        self.totals.keys += 1;
        if common < self.last.len() {
            // The position where they part gets another child, so the one before it is complete.
            self.close(common, true, costs);
        }
        self.last.truncate(common);
        self.path.truncate(common + 1);
        if common < key.len()
            && let Some(position) = self.path.last_mut()
        {
            position.children += 1;
        }
        self.last.extend_from_slice(&key[common..]);
        self.path.resize(key.len() + 1, Position { children: 1, is_key: false });
        if let Some(position) = self.path.last_mut() {
            if common < key.len() {
                position.children = 0;
            }
            position.is_key = true;
        }
    }

    /// Nodes of the positions below `depth` on the path. `branches`: the position at `depth` has other children.
    fn close(&mut self, depth: usize, branches: bool, costs: &Costs) {
        let mut run = 0u64;
        for at in (depth + 1..self.path.len()).rev() {
            let position = self.path[at];
            let parent_branches = self.path[at - 1].children > 1 || (branches && at == depth + 1);
            run = if position.children == 1 { run + 1 } else { 0 };
            if position.is_key || position.children != 1 || parent_branches {
                self.node(position, run, costs);
                run = 0;
            }
        }
        if depth == 0 && !branches {
            let root = self.path[0];
            run = if root.children == 1 { run + 1 } else { 0 };
            self.node(root, run, costs);
        }
    }

    fn node(&mut self, position: Position, run: u64, costs: &Costs) {
        let inlined = self.of_ids && !costs.constants.rax_leaves_of_ids;
        if position.children == 0 && inlined && !self.is_root_only() {
            return;
        }
        let (bytes, children) = match position.children {
            1 => (run, 1),
            children => (u64::from(children), u64::from(children)),
        };
        let head = (NODE + bytes).next_multiple_of(POINTER);
        self.totals.nodes += 1;
        self.totals.allocated += costs.allocated(head + POINTER * (children + u64::from(position.is_key)));
    }

    /// Whether the tree has no node but the root.
    fn is_root_only(&self) -> bool {
        self.path.len() == 1 && self.totals.nodes == 0
    }

    /// What the tree comes to; it is empty afterwards.
    pub fn finish(&mut self, costs: &Costs) -> RaxTotals {
        if self.path.is_empty() {
            self.path.push(Position::default());
        }
        self.close(0, false, costs);
        let totals = self.totals;
        self.clear();
        totals
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::conversion::{Server, Target, Version};

    fn totals(keys: &[&str]) -> (u64, u64, u64) {
        let costs = Costs::of(&Target::new(Server::Redis, Version::new(7, 2, 0)));
        let mut tree = RaxSize::default();
        for key in keys {
            tree.insert(key.as_bytes(), &costs);
        }
        let totals = tree.finish(&costs);
        (totals.keys, totals.nodes, totals.allocated)
    }

    #[test]
    fn shape_follows_from_the_keys() {
        // An empty tree is its root.
        assert_eq!(totals(&[]), (0, 1, 8));
        // A run of bytes, then a leaf with data.
        assert_eq!(totals(&["0123456789abcdef"]), (1, 2, 32 + 16));
        // Root run "fo", branch o/p, two leaves.
        assert_eq!(totals(&["foo", "fop"]), (2, 4, 16 + 24 + 16 + 16));
        // A key inside the run of another: "fo" then a node for "o" that is a key, then a leaf.
        assert_eq!(totals(&["fo", "foo"]), (2, 3, 16 + 24 + 16));
        // The root itself branches, and the children go on in runs.
        assert_eq!(totals(&["aaa", "bbb"]), (2, 5, 24 + 16 + 16 + 16 + 16));
        assert_eq!(totals(&["a", "a"]).0, 1);
        assert_eq!(totals(&["", "a"]), (2, 2, 24 + 16));
    }

    /// Nodes and allocations of the trie of `keys`, out of all its prefixes.
    fn built(keys: &[&str]) -> (u64, u64) {
        let costs = Costs::of(&Target::new(Server::Redis, Version::new(7, 2, 0)));
        let children = |prefix: &str| -> BTreeSet<u8> {
            let below = keys.iter().filter(|key| key.starts_with(prefix));
            below.filter_map(|key| key.as_bytes().get(prefix.len()).copied()).collect()
        };
        let prefixes: BTreeSet<&str> = keys.iter().flat_map(|key| (0..=key.len()).map(|end| &key[..end])).collect();
        let begins_node = |prefix: &str| {
            let parent = prefix.get(..prefix.len().wrapping_sub(1));
            let behind_branch = parent.is_none_or(|parent| children(parent).len() > 1);
            behind_branch || keys.contains(&prefix) || children(prefix).len() != 1
        };
        let (mut nodes, mut allocated) = (0, 0);
        for prefix in prefixes.iter().filter(|prefix| begins_node(prefix)) {
            let below = children(prefix).len() as u64;
            let run = || {
                let mut longer =
                    prefixes.iter().filter(|other| other.starts_with(prefix) && other.len() > prefix.len());
                let end = longer.clone().filter(|other| begins_node(other)).map(|other| other.len()).min();
                (end.unwrap_or_else(|| longer.next().map_or(0, |other| other.len())) - prefix.len()) as u64
            };
            let bytes = if below == 1 { run() } else { below };
            let data = u64::from(keys.contains(prefix));
            nodes += 1;
            allocated += costs.allocated((4 + bytes).next_multiple_of(8) + 8 * (below + data));
        }
        (nodes, allocated)
    }

    #[test]
    fn every_set_of_words_has_the_nodes_of_its_trie() {
        let words = ["", "a", "aa", "aab", "ab", "abcdefgh", "abcdefgx", "b", "ba", "bcd", "bcdx"];
        for chosen in 1u32..1 << words.len() {
            let keys: Vec<_> = (0..words.len()).filter(|i| chosen >> i & 1 == 1).map(|i| words[i]).collect();
            let (_, nodes, allocated) = totals(&keys);
            assert_eq!((nodes, allocated), built(&keys), "{keys:?}");
        }
    }

    #[test]
    fn leaves_are_left_out_of_trees_of_ids_only() {
        let costs = Costs::of(&Target::new(Server::Redis, Version::new(8, 10, 0)));
        let nodes = |mut tree: RaxSize, keys: &[&str]| {
            keys.iter().for_each(|key| tree.insert(key.as_bytes(), &costs));
            let totals = tree.finish(&costs);
            (totals.nodes, totals.allocated)
        };
        assert_eq!(nodes(RaxSize::of_ids(), &[]), (1, 8));
        assert_eq!(nodes(RaxSize::of_ids(), &["0123456789abcdef"]), (1, 32));
        assert_eq!(nodes(RaxSize::of_ids(), &["foo", "fop"]), (2, 16 + 24));
        assert_eq!(nodes(RaxSize::default(), &["foo", "fop"]), (4, 16 + 24 + 16 + 16));
    }

    #[test]
    fn keys_out_of_order_do_no_harm() {
        assert_eq!(totals(&["b", "abc", "ab", "", "abcd", "b"]).0, 6);
    }
}
